//! Verifies one quote with a collateral file and shows every check.
//!
//! ```text
//! cargo run -p veriquote --example verify_quote -- quote.bin collateral.json 1768435200 [root.pem]
//! ```

use std::error::Error;
use std::sync::Arc;

use veriquote::crypto::RustCrypto;
use veriquote::dcap::{Collateral, NotAccepted, Verifier};
use veriquote::{Check, Policy, TrustAnchors, UnixTime};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [quote, collateral, now, root @ ..] = arguments.as_slice() else {
        return Err("usage: verify_quote QUOTE COLLATERAL SECONDS [ROOT]".into());
    };
    let quote = std::fs::read(quote)?;
    let collateral = Collateral::from_json(&std::fs::read(collateral)?)?;
    let anchors = match root {
        [root, ..] => TrustAnchors::from_certificates(&std::fs::read(root)?)?,
        [] => TrustAnchors::intel_sgx(),
    };
    let verifier = Verifier::new(anchors, Arc::new(RustCrypto))?;
    match verifier.verify(&quote, &collateral, &Policy::strict(), UnixTime(now.parse()?)) {
        Ok(accepted) => {
            accepted.evidence().checks().for_each(show);
            println!("accepted: {}", accepted.evidence().tcb().status);
            Ok(())
        }
        Err(NotAccepted::Inauthentic(failure)) => {
            failure.checks.iter().for_each(show);
            Err(failure.into())
        }
        Err(NotAccepted::Rejected(rejection)) => {
            rejection.evidence.checks().for_each(show);
            for finding in &rejection.appraisal.findings {
                println!("{:12} {}", finding.verdict.as_str(), finding.rule);
            }
            Err(rejection.error.into())
        }
    }
}

fn show(check: &Check) {
    println!("{:8} {}", check.outcome.as_str(), check.rule.title);
}
