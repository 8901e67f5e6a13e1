//! Public keys as certificates carry them: `SubjectPublicKeyInfo` (RFC 5280, section 4.1.2.7).

use der::asn1::{AnyRef, ObjectIdentifier, UintRef};
use der::{Decode, Reader as _, SliceReader};
use x509_cert::spki::SubjectPublicKeyInfoRef;

use super::{Curve, PublicKey};
use crate::error::{Code, Error};

/// What kind of key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// A point on P-256 (`prime256v1`).
    P256,
    /// A point on P-384 (`secp384r1`).
    P384,
    /// A point on P-521 (`secp521r1`).
    P521,
    /// An Ed25519 key (RFC 8410).
    Ed25519,
    /// An RSA key for any RSA signature (`rsaEncryption`).
    Rsa,
}

impl KeyKind {
    /// The curve of an ECDSA key.
    #[must_use]
    pub const fn curve(self) -> Option<Curve> {
        match self {
            Self::P256 => Some(Curve::P256),
            Self::P384 => Some(Curve::P384),
            Self::P521 => Some(Curve::P521),
            Self::Ed25519 | Self::Rsa => None,
        }
    }
}

/// A public key with the DER it was read from.
///
/// Read strictly: `id-ecPublicKey` with one of three named curves and an uncompressed point (RFC 5480),
/// `id-Ed25519` without parameters (RFC 8410), or `rsaEncryption` with a NULL parameter and minimal positive integers (RFC 3279, section 2.3.1). Whether
/// the point lies on its curve is checked when a [`CryptoProvider`](super::CryptoProvider) loads the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubjectPublicKeyInfo<'a> {
    raw: &'a [u8],
    key_bits: &'a [u8],
    kind: KeyKind,
    key: PublicKey<'a>,
}

impl<'a> SubjectPublicKeyInfo<'a> {
    /// Reads the DER of exactly one `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    /// `x509.der` for what is not such a structure, `x509.algorithm` for a key of another kind.
    pub fn parse(raw: &'a [u8]) -> Result<Self, Error> {
        let info = SubjectPublicKeyInfoRef::from_der(raw).map_err(|error| malformed(&error))?;
        // Both kinds of key fill whole octets.
        let content = info
            .subject_public_key
            .as_bytes()
            .ok_or_else(|| Error::new(Code::X509Der, "subject_public_key"))?;
        let (kind, key) = match (info.algorithm.oid, info.algorithm.parameters) {
            (ID_EC_PUBLIC_KEY, Some(curve)) => ec_point(named_curve(curve)?, content)?,
            (RSA_ENCRYPTION, Some(parameters)) if parameters == AnyRef::NULL => {
                (KeyKind::Rsa, rsa_key(content)?)
            }
            (ID_ED25519, None) if content.len() == 32 => (KeyKind::Ed25519, PublicKey::Ed25519(content)),
            (ID_ED25519, None) => return Err(Error::new(Code::X509Der, "subject_public_key")),
            (ID_EC_PUBLIC_KEY | RSA_ENCRYPTION | ID_ED25519, _) => {
                return Err(Error::new(Code::X509Algorithm, "algorithm.parameters"));
            }
            _ => return Err(Error::new(Code::X509Algorithm, "algorithm")),
        };
        Ok(Self { raw, key_bits: content, kind, key })
    }

    /// The DER, byte for byte: what two certificates for one key have in common.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The content of the `subjectPublicKey` BIT STRING: what key identifiers are a digest of.
    #[must_use]
    pub const fn key_bits(&self) -> &'a [u8] {
        self.key_bits
    }

    /// What kind of key it is.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The key, ready for [`CryptoProvider::load_key`](super::CryptoProvider::load_key).
    #[must_use]
    pub const fn key(&self) -> PublicKey<'a> {
        self.key
    }
}

fn named_curve(parameters: AnyRef<'_>) -> Result<KeyKind, Error> {
    match parameters.decode_as::<ObjectIdentifier>() {
        Ok(PRIME256V1) => Ok(KeyKind::P256),
        Ok(SECP384R1) => Ok(KeyKind::P384),
        Ok(SECP521R1) => Ok(KeyKind::P521),
        _ => Err(Error::new(Code::X509Algorithm, "algorithm.parameters")),
    }
}

fn ec_point(kind: KeyKind, point: &[u8]) -> Result<(KeyKind, PublicKey<'_>), Error> {
    let len = kind.curve().map_or(0, Curve::point_len);
    match point {
        [0x04, ..] if point.len() == len => Ok((kind, PublicKey::Ec(point))),
        [0x02 | 0x03, x @ ..] if x.len().saturating_mul(2).saturating_add(1) == len => {
            Err(Error::new(Code::X509Algorithm, "subject_public_key"))
        }
        _ => Err(Error::new(Code::X509Der, "subject_public_key")),
    }
}

/// `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }` (RFC 8017, appendix A.1.1).
fn rsa_key(content: &[u8]) -> Result<PublicKey<'_>, Error> {
    let read = || -> der::Result<PublicKey<'_>> {
        let mut reader = SliceReader::new(content)?;
        let (modulus, exponent) = reader
            .sequence(|fields| Ok::<_, der::Error>((UintRef::decode(fields)?, UintRef::decode(fields)?)))?;
        reader.finish()?;
        Ok(PublicKey::Rsa { modulus: modulus.as_bytes(), exponent: exponent.as_bytes() })
    };
    read().map_err(|error| malformed(&error).inside("subject_public_key"))
}

fn malformed(error: &der::Error) -> Error {
    let whole = Error::new(Code::X509Der, "");
    match error.position().and_then(|position| usize::try_from(position).ok()) {
        Some(offset) => whole.at(offset),
        None => whole,
    }
}

/// RFC 5480, section 2.1.1.
const ID_EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// RFC 5480, section 2.1.1.1: P-256.
const PRIME256V1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// RFC 5480, section 2.1.1.1: P-384.
const SECP384R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
/// RFC 5480, section 2.1.1.1: P-521.
const SECP521R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
/// RFC 8410, section 3.
const ID_ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// RFC 8017, appendix C.
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;

    const EC: &[u8] = &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
    const CURVE: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    const SECP384: &[u8] = &[6, 5, 0x2b, 0x81, 4, 0, 0x22];
    const RSA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
    const PSS: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
    const NULL: &[u8] = &[5, 0];

    fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let mut der = vec![tag];
        match u8::try_from(content.len()) {
            Ok(len @ 0..0x80) => der.push(len),
            Ok(len) => der.extend([0x81, len]),
            Err(_) => {
                der.push(0x82);
                der.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
            }
        }
        der.extend(content);
        der
    }

    fn spki(algorithm: &[&[u8]], unused: u8, key: &[u8]) -> Vec<u8> {
        tlv(0x30, &[&tlv(0x30, algorithm), &tlv(3, &[&[unused], key])])
    }

    fn point(first: u8, len: usize) -> Vec<u8> {
        let mut point = vec![0x55; len];
        point[0] = first;
        point
    }

    fn code(der: &[u8]) -> Code {
        SubjectPublicKeyInfo::parse(der).unwrap_err().code()
    }

    #[test]
    fn reads_every_curve() {
        const SECP521: &[u8] = &[6, 5, 0x2b, 0x81, 4, 0, 0x23];
        for (curve, len, kind) in
            [(CURVE, 65, KeyKind::P256), (SECP384, 97, KeyKind::P384), (SECP521, 133, KeyKind::P521)]
        {
            let der = spki(&[EC, curve], 0, &point(4, len));
            let info = SubjectPublicKeyInfo::parse(&der).unwrap();
            assert_eq!((info.kind(), info.key()), (kind, PublicKey::Ec(&point(4, len))));
            assert_eq!(info.raw(), der);
        }
    }

    #[test]
    fn reads_ed25519_without_parameters() {
        const ED25519: &[u8] = &[6, 3, 0x2b, 0x65, 0x70];
        let der = spki(&[ED25519], 0, &[7; 32]);
        let info = SubjectPublicKeyInfo::parse(&der).unwrap();
        assert_eq!((info.kind(), info.key()), (KeyKind::Ed25519, PublicKey::Ed25519(&[7; 32])));
        assert_eq!(code(&spki(&[ED25519], 0, &[7; 31])), Code::X509Der);
        assert_eq!(code(&spki(&[ED25519, NULL], 0, &[7; 32])), Code::X509Algorithm);
    }

    #[test]
    fn reads_rsa_and_drops_the_sign_zero() {
        let key = tlv(0x30, &[&tlv(2, &[&[0], &[0xc1; 256]]), &tlv(2, &[&[1, 0, 1]])]);
        let der = spki(&[RSA, NULL], 0, &key);
        let info = SubjectPublicKeyInfo::parse(&der).unwrap();
        assert_eq!(info.kind(), KeyKind::Rsa);
        assert_eq!(info.key(), PublicKey::Rsa { modulus: &[0xc1; 256], exponent: &[1, 0, 1] });
    }

    #[test]
    fn refuses_other_algorithms_and_parameters() {
        let p256 = point(4, 65);
        let explicit = tlv(0x30, &[&[2, 1, 1]]);
        for algorithm in
            [&[EC][..], &[EC, NULL], &[EC, &explicit], &[EC, EC], &[RSA], &[RSA, CURVE], &[PSS], &[CURVE]]
        {
            assert_eq!(code(&spki(algorithm, 0, &p256)), Code::X509Algorithm, "{algorithm:02x?}");
        }
        assert_eq!(code(&spki(&[EC, CURVE, NULL], 0, &p256)), Code::X509Der);
        assert_eq!(code(&spki(&[RSA, &[5, 1, 0]], 0, &p256)), Code::X509Algorithm);
    }

    #[test]
    fn refuses_points_of_another_form() {
        assert_eq!(code(&spki(&[EC, CURVE], 0, &point(2, 33))), Code::X509Algorithm);
        assert_eq!(code(&spki(&[EC, SECP384], 0, &point(3, 49))), Code::X509Algorithm);
        for (first, len) in [(4, 64), (4, 66), (4, 97), (6, 65), (0, 1), (2, 49)] {
            assert_eq!(code(&spki(&[EC, CURVE], 0, &point(first, len))), Code::X509Der, "{first} {len}");
        }
        assert_eq!(code(&spki(&[EC, CURVE], 4, &point(4, 65))), Code::X509Der);
    }

    #[test]
    fn refuses_numbers_that_are_not_minimal_or_positive() {
        let one: &[u8] = &[2, 1, 3];
        for number in [&[2, 0][..], &[2, 2, 0, 3], &[2, 1, 0x83], &[4, 1, 3]] {
            let key = tlv(0x30, &[number, one]);
            assert_eq!(code(&spki(&[RSA, NULL], 0, &key)), Code::X509Der, "{number:02x?}");
            let key = tlv(0x30, &[one, number]);
            assert_eq!(code(&spki(&[RSA, NULL], 0, &key)), Code::X509Der, "{number:02x?}");
        }
        let good = tlv(0x30, &[one, one]);
        assert!(SubjectPublicKeyInfo::parse(&spki(&[RSA, NULL], 0, &good)).is_ok());
        assert_eq!(code(&spki(&[RSA, NULL], 0, &[&good[..], &[0]].concat())), Code::X509Der);
        assert_eq!(code(&spki(&[RSA, NULL], 0, &tlv(0x30, &[one, one, one]))), Code::X509Der);
        assert_eq!(code(&spki(&[RSA, NULL], 0, &tlv(0x30, &[one]))), Code::X509Der);
    }

    #[test]
    fn refuses_every_cut_and_anything_after_the_end() {
        let der = spki(&[EC, CURVE], 0, &point(4, 65));
        for len in 0..der.len() {
            assert_eq!(code(&der[..len]), Code::X509Der, "cut at {len}");
        }
        assert_eq!(code(&[&der[..], &[0]].concat()), Code::X509Der);
    }
}
