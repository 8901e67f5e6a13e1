//! What a caller expects of a token: everything is said, or said to be not checked.

use alloc::string::String;
use alloc::vec::Vec;

use super::algorithm::Algorithms;
use super::claims::SHORTEST_NONCE;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;

/// An expectation, or the statement that there is none; the result lists what was not checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected<T> {
    /// The token must have it.
    Is(T),
    /// Whatever the token has is let pass.
    NotChecked,
}

/// Whether a token must say when it expires. One that says so is held to it in either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Without `exp` it is refused.
    Required,
    /// Without `exp` it never expires; some attestation results have none.
    WherePresent,
}

/// The challenge that a token must answer: `eat_nonce` (RFC 9711, section 4.1), or `nonce` where there is
/// no `eat_nonce`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nonce {
    /// This one and no other.
    Only(String),
    /// This one, and there may be others: some issuers collect several parties' nonces in one token.
    Among(String),
}

/// What the certificate of a key must be, where roots certify keys. A root alone says who may issue
/// certificates, not whose tokens they are for: under a root that also certifies others, name the signer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedCertificate {
    /// The subject's common name, character for character.
    pub subject: Expected<String>,
    /// SHA-256 of the SubjectPublicKeyInfo in DER.
    pub spki_sha256: Expected<[u8; 32]>,
    /// Purposes (ExtendedKeyUsage), dotted, of which a certificate that has any must have one. Without any
    /// here, a certificate that is made for certain purposes is refused.
    pub purposes: Vec<String>,
}

impl ExpectedCertificate {
    /// Any certificate that ends at a root and is not made for certain purposes.
    #[must_use]
    pub const fn any() -> Self {
        Self { subject: Expected::NotChecked, spki_sha256: Expected::NotChecked, purposes: Vec::new() }
    }

    /// Whether nothing is expected of the subject or its key.
    pub(crate) fn names_nobody(&self) -> bool {
        self.subject == Expected::NotChecked && self.spki_sha256 == Expected::NotChecked
    }
}

/// What a token must be. There is no default: begin with [`signature_only`](Self::signature_only), which
/// says that nothing is checked, and say what is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectations {
    /// Accepted algorithms.
    pub algorithms: Algorithms,
    /// `typ` of the header, without regard to case or a leading `application/`.
    pub typ: Expected<String>,
    /// `iss`, character for character.
    pub issuer: Expected<String>,
    /// One of `aud`, character for character.
    pub audience: Expected<String>,
    /// `sub`, character for character.
    pub subject: Expected<String>,
    /// The challenge.
    pub nonce: Expected<Nonce>,
    /// `eat_profile`, character for character.
    pub profile: Expected<String>,
    /// Whether `exp` must be there.
    pub expiry: Expiry,
    /// Seconds since `iat`, at most; `iat` must be there.
    pub max_age: Expected<u32>,
    /// Seconds between `iat` (or `nbf`) and `exp`, at most; both must be there.
    pub max_lifetime: Expected<u32>,
    /// Seconds by which clocks may differ, at most 300, applied to `exp`, `nbf`, `iat` and the age.
    pub leeway: u32,
    /// Claims that must be there, whatever their value, except null.
    pub required_claims: Vec<String>,
    /// The certificate of the key, where roots certify it. One that names a signer refuses keys that no
    /// certificate vouches for.
    pub certificate: ExpectedCertificate,
}

impl Expectations {
    /// Whether the expectations are ones that can be meant.
    ///
    /// # Errors
    /// `misuse.options` for a nonce of fewer than 8 bytes, which is none or can be guessed, and for a leeway
    /// of more than [`JWT_LEEWAY_SECONDS`](crate::limits::JWT_LEEWAY_SECONDS).
    pub fn check(&self) -> Result<(), Error> {
        if let Expected::Is(Nonce::Only(nonce) | Nonce::Among(nonce)) = &self.nonce
            && nonce.len() < SHORTEST_NONCE
        {
            return Err(Error::new(Code::MisuseOptions, "nonce")
                .with(Fact::text(
                    "problem",
                    "an expected nonce has at least 8 bytes; say so when none is expected",
                ))
                .with(Fact::count("actual", nonce.len())));
        }
        if self.leeway > limits::JWT_LEEWAY_SECONDS {
            return Err(Error::new(Code::MisuseOptions, "leeway")
                .with(Fact::number("maximum", limits::JWT_LEEWAY_SECONDS.into()))
                .with(Fact::number("actual", self.leeway.into())));
        }
        Ok(())
    }

    /// Nothing but a signature of an accepted algorithm, an `exp`, and times that hold.
    #[must_use]
    pub const fn signature_only(algorithms: Algorithms) -> Self {
        Self {
            algorithms,
            typ: Expected::NotChecked,
            issuer: Expected::NotChecked,
            audience: Expected::NotChecked,
            subject: Expected::NotChecked,
            nonce: Expected::NotChecked,
            profile: Expected::NotChecked,
            expiry: Expiry::Required,
            max_age: Expected::NotChecked,
            max_lifetime: Expected::NotChecked,
            leeway: 0,
            required_claims: Vec::new(),
            certificate: ExpectedCertificate::any(),
        }
    }
}
