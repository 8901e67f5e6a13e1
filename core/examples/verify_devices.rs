//! Verifies the evidence of NVIDIA GPUs and switches with their reference manifests.
//!
//! ```text
//! cargo run -p veriquote --example verify_devices -- evidence.json HEX_NONCE 1768435200 driver.swidtag vbios.swidtag
//! ```

use std::error::Error;
use std::sync::Arc;

use veriquote::bytes::{from_hex, to_hex};
use veriquote::crypto::RustCrypto;
use veriquote::nvidia::{Envelope, Revocation, Rim, SetExpectations, Trailing, Verifier};
use veriquote::{Policy, UnixTime};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [evidence, nonce, now, rims @ ..] = arguments.as_slice() else {
        return Err("usage: verify_devices EVIDENCE HEX_NONCE SECONDS [RIM…]".into());
    };
    let rims = rims.iter().map(std::fs::read).collect::<Result<Vec<_>, _>>()?;
    let verifier = Verifier::nvidia(Arc::new(RustCrypto));
    let nonce = from_hex(nonce.as_bytes()).map_err(|at| format!("the nonce is not hex at {at}"))?;
    print!("{}", verify(&verifier, &std::fs::read(evidence)?, &nonce, &rims, UnixTime(now.parse()?))?);
    Ok(())
}

/// Every check, and each device.
///
/// # Errors
/// The first check that fails, or the policy's refusal.
pub fn verify(
    verifier: &Verifier,
    evidence: &[u8],
    nonce: &[u8],
    rims: &[Vec<u8>],
    now: UnixTime,
) -> Result<String, Box<dyn Error>> {
    let envelope = Envelope::from_json(evidence)?;
    let rims: Vec<Rim<'_>> = rims.iter().map(|rim| Rim::from_xml(rim)).collect();
    let expectations = SetExpectations {
        nonce: nonce.try_into()?,
        switch_nonce: None,
        rims: &rims,
        revocation: &Revocation::NONE, // in earnest: NVIDIA's lists or OCSP responses
        trailing: Trailing::Refuse,
    };
    let set = verifier.verify(&envelope, &expectations, now).map_err(|no| no.failure)?;
    let accepted = Policy::strict().accept_nvidia(set).map_err(|no| no.error)?;
    let set = accepted.evidence();
    let mut told = String::new();
    for check in set.checks() {
        told += &format!("{:8} {}\n", check.outcome.as_str(), check.rule.title);
    }
    for device in set.devices() {
        told += &format!("{:?} {}\n", device.device().architecture(), to_hex(device.device().serial()));
    }
    Ok(told)
}
