//! Algorithm identifiers (TPM 2.0 Library, Part 2, 6.3; TCG Algorithm Registry).

use core::fmt;

use crate::crypto::HashAlgorithm;
use crate::error::{Code, Error};
use crate::fact::Fact;

/// A `TPM_ALG_ID`, known or not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlgorithmId(pub u16);

macro_rules! algorithms {
    ($( $name:ident = $id:literal, $text:literal; )+) => {
        impl AlgorithmId {
            $( #[doc = concat!("`TPM_ALG_", stringify!($name), "`")] pub const $name: Self = Self($id); )+

            /// The name in lower case, where there is one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 { $( $id => Some($text), )+ _ => None }
            }

            /// The algorithm with this name, as tpm2-tools write it.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $( $text => Some(Self($id)), )+ _ => None }
            }
        }
    };
}

algorithms! {
    RSA = 0x0001, "rsa";
    SHA1 = 0x0004, "sha1";
    HMAC = 0x0005, "hmac";
    AES = 0x0006, "aes";
    KEYEDHASH = 0x0008, "keyedhash";
    XOR = 0x000a, "xor";
    SHA256 = 0x000b, "sha256";
    SHA384 = 0x000c, "sha384";
    SHA512 = 0x000d, "sha512";
    NULL = 0x0010, "null";
    SM3_256 = 0x0012, "sm3_256";
    SM4 = 0x0013, "sm4";
    RSASSA = 0x0014, "rsassa";
    RSAES = 0x0015, "rsaes";
    RSAPSS = 0x0016, "rsapss";
    OAEP = 0x0017, "oaep";
    ECDSA = 0x0018, "ecdsa";
    ECDH = 0x0019, "ecdh";
    ECDAA = 0x001a, "ecdaa";
    SM2 = 0x001b, "sm2";
    ECSCHNORR = 0x001c, "ecschnorr";
    ECC = 0x0023, "ecc";
    SYMCIPHER = 0x0025, "symcipher";
    CAMELLIA = 0x0026, "camellia";
    SHA3_256 = 0x0027, "sha3_256";
    SHA3_384 = 0x0028, "sha3_384";
    SHA3_512 = 0x0029, "sha3_512";
    CFB = 0x0043, "cfb";
}

impl AlgorithmId {
    /// The hash function, if it is one that is computed here.
    #[must_use]
    pub const fn hash(self) -> Option<HashAlgorithm> {
        match self {
            Self::SHA1 => Some(HashAlgorithm::Sha1),
            Self::SHA256 => Some(HashAlgorithm::Sha256),
            Self::SHA384 => Some(HashAlgorithm::Sha384),
            Self::SHA512 => Some(HashAlgorithm::Sha512),
            #[cfg(feature = "sm2")]
            Self::SM3_256 => Some(HashAlgorithm::Sm3),
            _ => None,
        }
    }

    /// The hash function, which must be one that is computed here.
    pub(crate) fn require_hash(self, part: &'static str) -> Result<HashAlgorithm, Error> {
        self.hash().ok_or_else(|| self.unsupported(part))
    }

    pub(crate) fn unsupported(self, part: &'static str) -> Error {
        Error::new(Code::TpmAlgorithm, part).with(Fact::string("actual", alloc::format!("{self}")))
    }
}

impl From<HashAlgorithm> for AlgorithmId {
    fn from(algorithm: HashAlgorithm) -> Self {
        match algorithm {
            HashAlgorithm::Sha1 => Self::SHA1,
            HashAlgorithm::Sha256 => Self::SHA256,
            HashAlgorithm::Sha384 => Self::SHA384,
            HashAlgorithm::Sha512 => Self::SHA512,
            #[cfg(feature = "sm2")]
            HashAlgorithm::Sm3 => Self::SM3_256,
        }
    }
}

impl fmt::Display for AlgorithmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#06x}", self.0),
        }
    }
}

impl fmt::Debug for AlgorithmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
