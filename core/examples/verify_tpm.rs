//! Verifies one TPM quote by a key that you know, with the registers that it is about.
//!
//! ```text
//! cargo run -p veriquote-forge --example forge-platform -- tpm-rsa .
//! cargo run -p veriquote --example verify_tpm -- quote.msg quote.sig ak.pub quote.pcrs "$(cat nonce)"
//! ```

use std::error::Error;

use veriquote::Policy;
use veriquote::bytes::{from_hex, to_hex};
use veriquote::crypto::RustCrypto;
use veriquote::tpm::{ClaimedPcrs, Expectations, PublicArea, Quote, TrustedAk};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [quote, signature, ak, pcrs, nonce] = arguments.as_slice() else {
        return Err("usage: verify_tpm QUOTE SIGNATURE AK PCRS HEX_NONCE".into());
    };
    let [quote, signature, ak, pcrs] = [quote, signature, ak, pcrs].map(std::fs::read);
    let nonce = from_hex(nonce.as_bytes()).map_err(|at| format!("the nonce is not hex at {at}"))?;
    print!("{}", verify(&quote?, &signature?, &ak?, &pcrs?, &nonce)?);
    Ok(())
}

/// Every check, and the registers.
///
/// # Errors
/// The first check that fails, or the policy's refusal.
pub fn verify(
    quote: &[u8],
    signature: &[u8],
    ak: &[u8],
    pcrs: &[u8],
    nonce: &[u8],
) -> Result<String, Box<dyn Error>> {
    // Pinned: you know that this key is the machine's. `TrustedAk` has the other routes.
    let ak = TrustedAk::pinned(&PublicArea::parse(ak)?, &RustCrypto)?;
    let authentic = Quote::parse(quote, signature)?.authenticate(&ak, &Expectations::nonce(nonce))?;
    let claimed = ClaimedPcrs::from_file(pcrs, authentic.selection())?;
    // Rules about the boot belong into a policy; the strict one knows none of your registers.
    let accepted = Policy::strict().accept_tpm(authentic.bind(&claimed)?).map_err(|no| no.error)?;
    let bound = accepted.evidence();
    let mut told = String::new();
    for check in bound.checks() {
        told += &format!("{:8} {}\n", check.outcome.as_str(), check.rule.title);
    }
    for (bank, index, value) in bound.pcrs().iter() {
        told += &format!("{bank:?} {index:2} {}\n", to_hex(value));
    }
    Ok(told)
}
