//! Public areas of keys (TPM 2.0 Library, Part 2, 12.2).
//!
//! ```text
//! TPMT_PUBLIC = u16 type | u16 nameAlg | u32 objectAttributes | TPM2B_DIGEST authPolicy | parameters | unique
//!   RSA  parameters = symmetric | scheme | u16 keyBits | u32 exponent (0 means 65537);  unique = TPM2B n
//!   ECC  parameters = symmetric | scheme | u16 curveID | kdf;                           unique = TPM2B x | TPM2B y
//!   symmetric = u16 NULL | u16 algorithm, u16 keyBits, u16 mode
//!   scheme    = u16 NULL | u16 RSAES | u16 algorithm, u16 hash | u16 ECDAA, u16 hash, u16 count
//!   kdf       = u16 NULL | u16 algorithm, u16 hash
//! TPM2B_PUBLIC = u16 size | TPMT_PUBLIC
//! ```

use alloc::vec::Vec;
use core::fmt;

use super::algorithm::AlgorithmId;
use super::attest::sized;
use super::signature::Scheme;
use crate::crypto::{self, KeyKind, SubjectPublicKeyInfo};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::reader::Reader;

/// The public area of an asymmetric key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicArea<'a> {
    raw: &'a [u8],
    name_algorithm: AlgorithmId,
    attributes: Attributes,
    auth_policy: &'a [u8],
    symmetric: Option<Symmetric>,
    scheme: Option<Scheme>,
    key: PublicKey<'a>,
}

/// A public key, whatever vouches for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKey<'a> {
    /// RSA.
    Rsa {
        /// The modulus, big-endian without leading zeros.
        modulus: &'a [u8],
        /// The public exponent.
        exponent: u64,
    },
    /// A point on a curve.
    Ecc {
        /// The curve.
        curve: Curve,
        /// First coordinate, big-endian; may be shorter than the field.
        x: &'a [u8],
        /// Second coordinate, as the first.
        y: &'a [u8],
    },
}

/// `TPM_ECC_CURVE`, known or not.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Curve(pub u16);

/// The symmetric cipher of a storage or endorsement key: `TPMT_SYM_DEF_OBJECT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symmetric {
    /// Such as AES.
    pub algorithm: AlgorithmId,
    /// Bits of its key.
    pub key_bits: u16,
    /// Such as CFB.
    pub mode: AlgorithmId,
}

/// `TPMA_OBJECT` (Part 2, 8.3).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Attributes(pub u32);

impl Attributes {
    /// The key never leaves its TPM.
    pub const FIXED_TPM: u32 = 1 << 1;
    /// The key cannot be loaded after a reset.
    pub const ST_CLEAR: u32 = 1 << 2;
    /// The key stays under its parent.
    pub const FIXED_PARENT: u32 = 1 << 4;
    /// The TPM made the private part.
    pub const SENSITIVE_DATA_ORIGIN: u32 = 1 << 5;
    /// The user role is authorised by a password.
    pub const USER_WITH_AUTH: u32 = 1 << 6;
    /// The administrator role is authorised by a policy only.
    pub const ADMIN_WITH_POLICY: u32 = 1 << 7;
    /// The key can be loaded by this firmware alone (since version 1.83 of the specification).
    pub const FIRMWARE_LIMITED: u32 = 1 << 8;
    /// The key can be loaded by firmware of this security version number or a higher one alone (since 1.83).
    pub const SVN_LIMITED: u32 = 1 << 9;
    /// Wrong passwords do not lock the TPM.
    pub const NO_DA: u32 = 1 << 10;
    /// Copies are encrypted.
    pub const ENCRYPTED_DUPLICATION: u32 = 1 << 11;
    /// The key signs only what its TPM made.
    pub const RESTRICTED: u32 = 1 << 16;
    /// The private part decrypts.
    pub const DECRYPT: u32 = 1 << 17;
    /// The private part signs.
    pub const SIGN: u32 = 1 << 18;
    /// The key signs certificates in the form of X.509.
    pub const X509_SIGN: u32 = 1 << 19;

    /// Every bit that the specification gives a meaning; the others are zero.
    const KNOWN: u32 = 0x000f_0ff6;

    const NAMES: [(u32, &'static str); 14] = [
        (Self::FIXED_TPM, "fixedTPM"),
        (Self::ST_CLEAR, "stClear"),
        (Self::FIXED_PARENT, "fixedParent"),
        (Self::SENSITIVE_DATA_ORIGIN, "sensitiveDataOrigin"),
        (Self::USER_WITH_AUTH, "userWithAuth"),
        (Self::ADMIN_WITH_POLICY, "adminWithPolicy"),
        (Self::FIRMWARE_LIMITED, "firmwareLimited"),
        (Self::SVN_LIMITED, "svnLimited"),
        (Self::NO_DA, "noDA"),
        (Self::ENCRYPTED_DUPLICATION, "encryptedDuplication"),
        (Self::RESTRICTED, "restricted"),
        (Self::DECRYPT, "decrypt"),
        (Self::SIGN, "sign"),
        (Self::X509_SIGN, "x509sign"),
    ];

    /// Whether every bit of `mask` is set.
    #[must_use]
    pub const fn has(self, mask: u32) -> bool {
        self.0 & mask == mask
    }

    /// The names of the bits that are set, as the specification writes them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter_map(move |(bit, name)| self.has(bit).then_some(name))
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010x}", self.0)
    }
}

impl Curve {
    /// P-256.
    pub const NIST_P256: Self = Self(0x0003);
    /// P-384.
    pub const NIST_P384: Self = Self(0x0004);
    /// P-521.
    pub const NIST_P521: Self = Self(0x0005);
    /// The curve of SM2.
    pub const SM2_P256: Self = Self(0x0020);

    /// The curve of ECDSA, if it is one.
    pub(crate) const fn ecdsa(self) -> Option<crypto::Curve> {
        match self {
            Self::NIST_P256 => Some(crypto::Curve::P256),
            Self::NIST_P384 => Some(crypto::Curve::P384),
            Self::NIST_P521 => Some(crypto::Curve::P521),
            _ => None,
        }
    }

    /// Bytes of a coordinate, for the curves that may be used here.
    #[must_use]
    pub const fn width(self) -> Option<usize> {
        match self {
            Self::NIST_P256 | Self::SM2_P256 => Some(32),
            Self::NIST_P384 => Some(48),
            Self::NIST_P521 => Some(66),
            _ => None,
        }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NIST_P256 => f.write_str("P-256"),
            Self::NIST_P384 => f.write_str("P-384"),
            Self::NIST_P521 => f.write_str("P-521"),
            Self::SM2_P256 => f.write_str("SM2"),
            Self(other) => write!(f, "curve {other:#06x}"),
        }
    }
}

impl fmt::Debug for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'a> PublicArea<'a> {
    /// Parses a TPMT_PUBLIC, or a TPM2B_PUBLIC that holds exactly one.
    ///
    /// # Errors
    /// `tpm.public.layout`, `tpm.algorithm` for what is not an RSA or ECC key, `input.truncated`,
    /// `input.trailing_data`, `limit.size`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::read(bytes).map_err(|error| error.inside("public"))
    }

    fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.len() > limits::TPM_STRUCTURE_BYTES {
            return Err(Error::new(Code::LimitSize, "").with(Fact::count("size", bytes.len())));
        }
        let mut reader = Reader::new(bytes);
        // A size is above every type of object that there is (at most 0x25), and so tells the two apart.
        if reader.clone().u16_be("type")? > MAXIMUM_TYPE {
            let size = reader.u16_be("size")?;
            let inner = reader.sub(usize::from(size), "public_area")?;
            reader.finish("public_area")?;
            reader = inner;
        }
        Self::read_area(reader)
    }

    fn read_area(mut reader: Reader<'a>) -> Result<Self, Error> {
        let raw = reader.rest();
        let kind = AlgorithmId(reader.u16_be("type")?);
        if !matches!(kind, AlgorithmId::RSA | AlgorithmId::ECC) {
            return Err(kind.unsupported("type"));
        }
        let name_algorithm = AlgorithmId(reader.u16_be("name_alg")?);
        let at = reader.offset();
        let attributes = Attributes(reader.u32_be("object_attributes")?);
        if attributes.0 & !Attributes::KNOWN != 0 {
            return Err(Error::new(Code::TpmPublicLayout, "object_attributes")
                .at(at)
                .with(Fact::text("problem", "reserved bits are set")));
        }
        let auth_policy = sized(&mut reader, "auth_policy")?;
        let symmetric = read_symmetric(&mut reader)?;
        let scheme = read_scheme(&mut reader)?;
        let key = if kind == AlgorithmId::RSA { read_rsa(&mut reader)? } else { read_ecc(&mut reader)? };
        reader.finish("unique")?;
        Ok(Self { raw, name_algorithm, attributes, auth_policy, symmetric, scheme, key })
    }

    /// The TPMT_PUBLIC, exactly as it arrived: what the Name is a digest of.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The hash function of the Name.
    #[must_use]
    pub const fn name_algorithm(&self) -> AlgorithmId {
        self.name_algorithm
    }

    /// What the key may do.
    #[must_use]
    pub const fn attributes(&self) -> Attributes {
        self.attributes
    }

    /// Digest of the policy that authorises its use; may be empty.
    #[must_use]
    pub const fn auth_policy(&self) -> &'a [u8] {
        self.auth_policy
    }

    /// The cipher for its children or its credentials; `None` for signing keys.
    #[must_use]
    pub const fn symmetric(&self) -> Option<Symmetric> {
        self.symmetric
    }

    /// The scheme that the key is bound to; `None` when it is bound to none.
    #[must_use]
    pub const fn scheme(&self) -> Option<Scheme> {
        self.scheme
    }

    /// The key itself.
    #[must_use]
    pub const fn key(&self) -> PublicKey<'a> {
        self.key
    }
}

impl<'a> PublicKey<'a> {
    /// The key of a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// `tpm.algorithm` for kinds of keys that no TPM signs with, `tpm.key.weak` for an exponent of more
    /// than 64 bits.
    pub fn from_spki(spki: &SubjectPublicKeyInfo<'a>) -> Result<Self, Error> {
        match (spki.kind(), spki.key()) {
            (KeyKind::Rsa, crypto::PublicKey::Rsa { modulus, exponent }) => {
                if exponent.len() > 8 {
                    return Err(Error::new(Code::TpmKeyWeak, "key.exponent"));
                }
                let exponent = exponent.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
                Ok(Self::Rsa { modulus, exponent })
            }
            (kind, crypto::PublicKey::Ec(point)) => {
                let curve = match kind {
                    KeyKind::P256 => Curve::NIST_P256,
                    KeyKind::P384 => Curve::NIST_P384,
                    KeyKind::P521 => Curve::NIST_P521,
                    _ => return Err(Error::new(Code::TpmAlgorithm, "key")),
                };
                let width = curve.width().unwrap_or_default();
                let coordinates = point.get(1..).unwrap_or_default();
                let (x, y) = coordinates
                    .split_at_checked(width)
                    .ok_or_else(|| Error::new(Code::TpmAlgorithm, "key"))?;
                Ok(Self::Ecc { curve, x, y })
            }
            _ => Err(Error::new(Code::TpmAlgorithm, "key")),
        }
    }

    /// `rsa-2048`, `P-256` and the like.
    #[must_use]
    pub const fn kind(&self) -> KeyDescription {
        match self {
            Self::Rsa { modulus, .. } => KeyDescription::Rsa(modulus.len()),
            Self::Ecc { curve, .. } => KeyDescription::Ecc(*curve),
        }
    }

    /// The point as `04 ‖ x ‖ y` in full width; `None` for RSA, for curves that may not be used, and for
    /// coordinates that are too long.
    #[must_use]
    pub fn sec1(&self) -> Option<Vec<u8>> {
        let Self::Ecc { curve, x, y } = self else { return None };
        let width = curve.width()?;
        let mut point = alloc::vec![4];
        for coordinate in [x, y] {
            point.resize(point.len().checked_add(width.checked_sub(coordinate.len())?)?, 0);
            point.extend_from_slice(coordinate);
        }
        Some(point)
    }

    /// Whether both are one key, whatever the width of their coordinates.
    #[must_use]
    pub fn is_same_key(&self, other: &PublicKey<'_>) -> bool {
        match (self, other) {
            (
                Self::Rsa { modulus, exponent },
                PublicKey::Rsa { modulus: other_modulus, exponent: other_exponent },
            ) => modulus == other_modulus && exponent == other_exponent,
            (Self::Ecc { curve, .. }, PublicKey::Ecc { curve: other_curve, .. }) => {
                curve == other_curve && self.sec1().is_some() && self.sec1() == other.sec1()
            }
            _ => false,
        }
    }
}

/// Kind and size of a key, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyDescription {
    /// RSA, with the bytes of its modulus.
    Rsa(usize),
    /// A curve.
    Ecc(Curve),
}

impl fmt::Display for KeyDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bytes) => write!(f, "rsa-{}", bytes.saturating_mul(8)),
            Self::Ecc(curve) => fmt::Display::fmt(curve, f),
        }
    }
}

fn read_symmetric(reader: &mut Reader<'_>) -> Result<Option<Symmetric>, Error> {
    const PART: &str = "parameters.symmetric";
    let at = reader.offset();
    let algorithm = AlgorithmId(reader.u16_be(PART)?);
    match algorithm {
        AlgorithmId::NULL => Ok(None),
        AlgorithmId::AES | AlgorithmId::SM4 | AlgorithmId::CAMELLIA => Ok(Some(Symmetric {
            algorithm,
            key_bits: reader.u16_be(PART)?,
            mode: AlgorithmId(reader.u16_be(PART)?),
        })),
        other => Err(other.unsupported(PART).at(at)),
    }
}

fn read_scheme(reader: &mut Reader<'_>) -> Result<Option<Scheme>, Error> {
    const PART: &str = "parameters.scheme";
    let at = reader.offset();
    let algorithm = AlgorithmId(reader.u16_be(PART)?);
    match algorithm {
        AlgorithmId::NULL | AlgorithmId::RSAES => Ok(None),
        AlgorithmId::RSASSA
        | AlgorithmId::RSAPSS
        | AlgorithmId::OAEP
        | AlgorithmId::ECDSA
        | AlgorithmId::SM2
        | AlgorithmId::ECSCHNORR
        | AlgorithmId::ECDAA
        | AlgorithmId::ECDH => {
            let hash = AlgorithmId(reader.u16_be(PART)?);
            if algorithm == AlgorithmId::ECDAA {
                reader.u16_be(PART)?;
            }
            Ok(Some(Scheme { algorithm, hash }))
        }
        other => Err(other.unsupported(PART).at(at)),
    }
}

fn read_rsa<'a>(reader: &mut Reader<'a>) -> Result<PublicKey<'a>, Error> {
    let bits = reader.u16_be("parameters.key_bits")?;
    let exponent = match reader.u32_be("parameters.exponent")? {
        0 => 65537,
        exponent => u64::from(exponent),
    };
    let at = reader.offset();
    let modulus = sized(reader, "unique")?;
    if modulus.len().saturating_mul(8) != usize::from(bits) {
        return Err(Error::new(Code::TpmPublicLayout, "unique")
            .at(at)
            .with(Fact::number("key_bits", u64::from(bits)))
            .with(Fact::count("size", modulus.len())));
    }
    Ok(PublicKey::Rsa { modulus, exponent })
}

fn read_ecc<'a>(reader: &mut Reader<'a>) -> Result<PublicKey<'a>, Error> {
    const KDF: &str = "parameters.kdf";
    let curve = Curve(reader.u16_be("parameters.curve_id")?);
    if AlgorithmId(reader.u16_be(KDF)?) != AlgorithmId::NULL {
        reader.u16_be(KDF)?;
    }
    let at = reader.offset();
    let x = sized(reader, "unique.x")?;
    let y = sized(reader, "unique.y")?;
    if curve.width().is_some_and(|width| x.len() > width || y.len() > width) {
        return Err(Error::new(Code::TpmPublicLayout, "unique")
            .at(at)
            .with(Fact::text("problem", "a coordinate is longer than the field")));
    }
    Ok(PublicKey::Ecc { curve, x, y })
}

/// `TPM_ALG_SYMCIPHER`, the highest type of object.
const MAXIMUM_TYPE: u16 = AlgorithmId::SYMCIPHER.0;
