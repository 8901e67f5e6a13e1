//! What a caller can do about an error.

use crate::named::named;

named! {
    /// What a caller can do about an error.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum Kind {
        /// The bytes are not what they claim to be: reject them.
        Malformed = "malformed",
        /// Well-formed, but of a version or algorithm this release does not verify: upgrade or refuse.
        Unsupported = "unsupported",
        /// A signature, chain or binding does not hold: refuse.
        Untrusted = "untrusted",
        /// The issuer withdrew its trust: refuse.
        Revoked = "revoked",
        /// Outside a window of validity: fetch afresh and retry.
        Stale = "stale",
        /// Authentic pieces that do not belong together, or not to this caller's expectation.
        Mismatch = "mismatch",
        /// Authentic, but the policy says no: show the findings.
        Rejected = "rejected",
        /// Larger than a documented bound: refuse.
        Limit = "limit",
        /// The call itself is wrong: fix the caller.
        Misuse = "misuse",
    }
}

impl Kind {
    /// The HTTP status a server answers with.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::Malformed | Self::Misuse => 400,
            Self::Unsupported | Self::Untrusted | Self::Revoked | Self::Mismatch => 422,
            Self::Stale => 409,
            Self::Rejected => 403,
            Self::Limit => 413,
        }
    }
}
