//! Whether data hold a challenge.

use veriquote::binding::Mode;
use veriquote::bytes::constant_time_eq;
use veriquote::json::{Node, Strictness, parse};

use super::Challenge;
use crate::attestation::RuntimeData;

/// Whether the data that evidence binds hold the challenge's nonce, at the one place where their mode has
/// room for it.
#[must_use]
pub fn answers(challenge: &Challenge, data: &RuntimeData) -> bool {
    match data.mode {
        Some(Mode::Sha384JcsPad64) => parse(&data.data, Strictness::DOCUMENT).is_ok_and(|node| {
            let given = node.get("nonce").and_then(Node::text).unwrap_or_default();
            constant_time_eq(given.as_bytes(), challenge.nonce_text().as_bytes())
        }),
        Some(Mode::ItaSha512 | Mode::ItaSha256First32) => {
            data.nonce.as_ref().is_some_and(|(value, _)| constant_time_eq(value, &challenge.nonce))
        }
        Some(
            Mode::RawExact
            | Mode::RawPad64
            | Mode::Sha256First32
            | Mode::Sha384Pad64
            | Mode::Sha512
            | Mode::TpmExtraData,
        ) => {
            let start = data.data.get(..challenge.nonce.len()).unwrap_or_default();
            constant_time_eq(start, &challenge.nonce)
        }
        // Nothing is bound, or a certificate, or something that this service does not know of.
        _ => false,
    }
}
