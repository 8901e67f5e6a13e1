//! Signature algorithms of JSON Web Signatures (RFC 7518, section 3.1; RFC 8037; RFC 9864).

use alloc::vec::Vec;
use core::fmt;

use crate::crypto::SignatureAlgorithm;
use crate::error::{Code, Error};
use crate::fact::Fact;

/// An algorithm that a token may be signed with. There is no symmetric one, and no `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256, salt of 32 bytes.
    Ps256,
    /// RSASSA-PSS with SHA-384, salt of 48 bytes.
    Ps384,
    /// RSASSA-PSS with SHA-512, salt of 64 bytes.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// Ed25519. Written `EdDSA` (RFC 8037) or `Ed25519` (RFC 9864), which both mean this here.
    EdDsa,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: &'static [Self] = &[
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
    ];

    /// The algorithms of an RSA key.
    pub(crate) const RSA: &'static [Self] =
        &[Self::Rs256, Self::Rs384, Self::Rs512, Self::Ps256, Self::Ps384, Self::Ps512];

    /// The registered name, as a header's `alg` has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of a registered name, which is case-sensitive.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let named = Self::ALL.iter().copied().find(|algorithm| algorithm.name() == name);
        named.or_else(|| (name == "Ed25519").then_some(Self::EdDsa))
    }

    /// What the cryptography is asked for.
    #[must_use]
    pub const fn signature(self) -> SignatureAlgorithm {
        match self {
            Self::Rs256 => SignatureAlgorithm::RSA_PKCS1_SHA256,
            Self::Rs384 => SignatureAlgorithm::RSA_PKCS1_SHA384,
            Self::Rs512 => SignatureAlgorithm::RSA_PKCS1_SHA512,
            Self::Ps256 => SignatureAlgorithm::RSA_PSS_SHA256,
            Self::Ps384 => SignatureAlgorithm::RSA_PSS_SHA384,
            Self::Ps512 => SignatureAlgorithm::RSA_PSS_SHA512,
            Self::Es256 => SignatureAlgorithm::ECDSA_P256_SHA256,
            Self::Es384 => SignatureAlgorithm::ECDSA_P384_SHA384,
            Self::Es512 => SignatureAlgorithm::ECDSA_P521_SHA512,
            Self::EdDsa => SignatureAlgorithm::Ed25519,
        }
    }
}

impl crate::named::Named for Algorithm {
    const ALL: &'static [Self] = Self::ALL;

    fn as_str(self) -> &'static str {
        self.name()
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which algorithms a caller accepts (RFC 8725, section 3.1). The header never has a say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Algorithms {
    /// One of these.
    OneOf(Vec<Algorithm>),
    /// The one that the chosen key is bound to, by its `alg` or its curve. An RSA key without `alg` is
    /// bound to none, and then the caller has to say.
    OfKey,
}

impl Algorithms {
    /// Exactly one algorithm.
    #[must_use]
    pub fn only(algorithm: Algorithm) -> Self {
        Self::OneOf(alloc::vec![algorithm])
    }

    /// A list by registered names.
    ///
    /// # Errors
    /// `misuse.options` for an empty list and for a name that is not verified here.
    pub fn from_names<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, Error> {
        let mut list = Vec::new();
        for name in names {
            let algorithm = Algorithm::from_name(name).ok_or_else(|| {
                Error::new(Code::MisuseOptions, "algorithms")
                    .with(Fact::text("problem", "not an algorithm that is verified here"))
                    .with(Fact::string("actual", name.chars().take(64).collect()))
            })?;
            if !list.contains(&algorithm) {
                list.push(algorithm);
            }
        }
        if list.is_empty() {
            return Err(Error::new(Code::MisuseOptions, "algorithms")
                .with(Fact::text("problem", "the list of accepted algorithms is empty")));
        }
        Ok(Self::OneOf(list))
    }
}

/// `jwt.algorithm` for a name that means nothing here.
pub(crate) fn unknown(part: &'static str, name: &str) -> Error {
    Error::new(Code::JwtAlgorithm, part).with(Fact::string("actual", name.chars().take(64).collect()))
}
