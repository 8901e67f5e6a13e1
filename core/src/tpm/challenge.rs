//! What a quote must answer.

use alloc::vec::Vec;

use super::ak::Sha1Signatures;
use super::attest::ClockInfo;
use super::checks;
use crate::bytes::constant_time_eq;
use crate::check::Trace;
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;

/// What the verifier asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expectations<'e> {
    /// What the quote must carry as `extraData`.
    pub challenge: Challenge<'e>,
    /// What is done with signatures over SHA-1 digests.
    pub sha1_signatures: Sha1Signatures,
    /// Clock and counters of the last quote that was accepted from this key.
    pub previous: Option<ClockInfo>,
}

/// What a quote must carry as `extraData`, whole and in constant time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Challenge<'e> {
    /// The nonce itself, which must not be empty.
    Nonce(&'e [u8]),
    /// The digest of nonce and data, in this order, which binds the data to the challenge.
    HashOfNonceAndData {
        /// The hash function.
        algorithm: HashAlgorithm,
        /// The nonce, which must not be empty.
        nonce: &'e [u8],
        /// Such as a key that the machine shows.
        data: &'e [u8],
    },
    /// Nothing: the quote answers no challenge and may be of any age. For looking at recorded evidence.
    DangerNone,
    /// Anything: the quote may be of any age and made for anyone. For looking at recorded evidence.
    DangerAny,
}

impl<'e> Expectations<'e> {
    /// A nonce, no SHA-1, no earlier quote.
    #[must_use]
    pub const fn nonce(nonce: &'e [u8]) -> Self {
        Self::challenge(Challenge::Nonce(nonce))
    }

    /// A challenge, no SHA-1, no earlier quote.
    #[must_use]
    pub const fn challenge(challenge: Challenge<'e>) -> Self {
        Self { challenge, sha1_signatures: Sha1Signatures::Refuse, previous: None }
    }

    /// Accepts signatures over SHA-1 digests as well.
    #[must_use]
    pub const fn danger_accept_sha1(mut self) -> Self {
        self.sha1_signatures = Sha1Signatures::Accept;
        self
    }

    /// Compares clock and counters with those of the last quote that was accepted from this key.
    #[must_use]
    pub const fn since(mut self, previous: ClockInfo) -> Self {
        self.previous = Some(previous);
        self
    }
}

impl Challenge<'_> {
    /// The bytes that `extraData` must be.
    pub(super) fn expected(&self, provider: &dyn CryptoProvider) -> Result<Vec<u8>, Error> {
        match self {
            Self::Nonce([]) | Self::HashOfNonceAndData { nonce: [], .. } => {
                Err(Error::new(Code::MisuseOptions, "nonce").with(Fact::text(
                    "problem",
                    "an empty nonce shows no freshness; name the absence of one if that is meant",
                )))
            }
            Self::Nonce(nonce) => Ok(nonce.to_vec()),
            Self::HashOfNonceAndData { algorithm, nonce, data } => {
                Ok(provider.hash(*algorithm, &[nonce, data]).as_slice().to_vec())
            }
            Self::DangerNone | Self::DangerAny => Ok(Vec::new()),
        }
    }
}

/// `extraData` is the challenge, whole: a prefix or an empty one is another challenge.
pub(super) fn check_extra_data(
    challenge: Challenge<'_>,
    expected: &[u8],
    actual: &[u8],
    trace: &mut Trace,
) -> Result<(), Error> {
    if challenge == Challenge::DangerAny {
        trace.skipped(checks::NONCE, "the caller accepts any challenge: this may be a replay");
        return Ok(());
    }
    if !constant_time_eq(expected, actual) {
        // The facts leave the expected value out: it may still be a secret of the verifier.
        let error = Error::new(Code::TpmNonce, "attest.extra_data")
            .with(Fact::count("expected_size", expected.len()))
            .with(Fact::count("actual_size", actual.len()));
        return trace.apply(checks::NONCE, Err(error));
    }
    if challenge == Challenge::DangerNone {
        trace.skipped(checks::NONCE, "the caller asked for no challenge: this may be a replay");
    } else {
        trace.passed(checks::NONCE, [Fact::count("size", actual.len())]);
    }
    Ok(())
}

/// The expected nonce as bytes, for attestations that are no quotes.
pub(super) fn expected_extra_data(
    challenge: Challenge<'_>,
    provider: &dyn CryptoProvider,
) -> Result<Vec<u8>, Error> {
    challenge.expected(provider)
}
