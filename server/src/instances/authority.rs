//! The authority that certifies attestation keys of enrolled machines: made once, its key sealed in the store.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512,
    PKCS_RSA_SHA256, PublicKeyData, SerialNumber, SignatureAlgorithm,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use veriquote::UnixTime;
use veriquote::tpm::{Curve, PublicArea, PublicKey};
use zeroize::Zeroizing;

use crate::encoding::{from_base64, to_base64};
use crate::nodes::Vault;
use crate::random;

/// The authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

/// Why there is no certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityError(String);

/// What the vault keeps.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    pkcs8: String,
    name: String,
    certificate: String,
}

/// How long the authority's own certificate lasts: ten years.
const LASTS: i64 = 10 * 365 * 86_400;

/// Clocks differ.
const SKEW: i64 = 300;

/// tcg-kp-AIKCertificate.
const FOR_ATTESTATION_KEYS: [u64; 5] = [2, 23, 133, 8, 3];

impl Authority {
    /// That of the vault, made if there is none.
    ///
    /// # Errors
    /// A vault that does not open.
    pub async fn open(vault: &Vault, issuer: &str, now: UnixTime) -> Result<Self, AuthorityError> {
        let kept = vault.secret("ak-authority", || make(issuer, now)).await.map_err(AuthorityError::of)?;
        let kept: Kept = serde_json::from_slice(&kept).map_err(AuthorityError::of)?;
        let pkcs8 = from_base64(&kept.pkcs8).map_err(|_| AuthorityError("the key is not base64".into()))?;
        let pkcs8 = Zeroizing::new(pkcs8);
        let key = KeyPair::try_from(pkcs8.as_slice()).map_err(AuthorityError::of)?;
        let issuer = Issuer::new(own(&kept.name, now)?, key);
        Ok(Self { issuer, certificate: kept.certificate })
    }

    /// Its certificate: PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// A certificate for an attestation key, with the authority's behind it: PEM.
    ///
    /// # Errors
    /// A kind of key that is not certified here.
    pub fn certify(
        &self,
        area: &PublicArea<'_>,
        name: &str,
        now: UnixTime,
        days: u32,
    ) -> Result<String, AuthorityError> {
        let mut params = named(name, now, i64::from(days) * 86_400)?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(FOR_ATTESTATION_KEYS.to_vec())];
        params.use_authority_key_identifier_extension = true;
        let key = SubjectKey::of(&area.key())?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(AuthorityError::of)?;
        Ok(format!("{}{}", certificate.pem(), self.certificate))
    }
}

fn make(issuer: &str, now: UnixTime) -> Result<Vec<u8>, AuthorityError> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(AuthorityError::of)?;
    let name = format!("Attestation keys of {issuer}");
    let certificate = own(&name, now)?.self_signed(&key).map_err(AuthorityError::of)?.pem();
    let pkcs8 = to_base64(&Zeroizing::new(key.serialize_der()));
    serde_json::to_vec(&Kept { pkcs8, name, certificate }).map_err(AuthorityError::of)
}

fn own(name: &str, now: UnixTime) -> Result<CertificateParams, AuthorityError> {
    let mut params = named(name, now, LASTS)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn named(name: &str, now: UnixTime, lasts: i64) -> Result<CertificateParams, AuthorityError> {
    let at = |time: i64| OffsetDateTime::from_unix_timestamp(time).map_err(AuthorityError::of);
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = at(now.0.saturating_sub(SKEW))?;
    params.not_after = at(now.0.saturating_add(lasts))?;
    // Positive, and of 128 random bits.
    let mut serial = random::bytes::<16>().map_err(AuthorityError::of)?;
    if let Some(first) = serial.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    Ok(params)
}

/// A key of somebody else's.
struct SubjectKey {
    bytes: Vec<u8>,
    algorithm: &'static SignatureAlgorithm,
}

impl SubjectKey {
    fn of(key: &PublicKey<'_>) -> Result<Self, AuthorityError> {
        let unknown = || AuthorityError("this kind of key is not certified here".to_owned());
        match key {
            PublicKey::Rsa { modulus, exponent } => {
                let numbers = [integer(modulus), integer(&exponent.to_be_bytes())].concat();
                Ok(Self { bytes: der(0x30, &numbers), algorithm: &PKCS_RSA_SHA256 })
            }
            PublicKey::Ecc { curve, .. } => {
                let algorithm = match *curve {
                    Curve::NIST_P256 => &PKCS_ECDSA_P256_SHA256,
                    Curve::NIST_P384 => &PKCS_ECDSA_P384_SHA384,
                    Curve::NIST_P521 => &PKCS_ECDSA_P521_SHA512,
                    _ => return Err(unknown()),
                };
                Ok(Self { bytes: key.sec1().ok_or_else(unknown)?, algorithm })
            }
            _ => Err(unknown()),
        }
    }
}

impl PublicKeyData for SubjectKey {
    fn der_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}

/// INTEGER (X.690, section 8.3) of a positive number.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let bytes = bytes.get(start..).unwrap_or_default();
    let sign = bytes.first().is_none_or(|first| first & 0x80 != 0);
    der(0x02, &[if sign { &[0][..] } else { &[] }, bytes].concat())
}

/// Tag, length and content (X.690, section 8.1).
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = content.len().to_be_bytes();
    let mut out = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let start = len.iter().position(|byte| *byte != 0).unwrap_or(len.len());
            let long = len.get(start..).unwrap_or_default();
            out.push(0x80 | u8::try_from(long.len()).unwrap_or_default());
            out.extend(long);
        }
    }
    out.extend(content);
    out
}

/// Hides a text under a fresh key: `nonce (12) ‖ AES-256-GCM(text) ‖ tag`, and the key.
///
/// # Errors
/// When the system gives no random numbers.
pub fn wrap(text: &[u8]) -> Result<(Vec<u8>, Zeroizing<[u8; 32]>), AuthorityError> {
    let key = Zeroizing::new(random::bytes::<32>().map_err(AuthorityError::of)?);
    let nonce = random::bytes::<NONCE_LEN>().map_err(AuthorityError::of)?;
    let sealing =
        LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_slice()).map_err(AuthorityError::of)?);
    let mut sealed = text.to_vec();
    sealing
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
        .map_err(AuthorityError::of)?;
    Ok(([&nonce[..], &sealed].concat(), key))
}

impl AuthorityError {
    fn of(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl std::fmt::Display for AuthorityError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the authority for attestation keys: {}", self.0)
    }
}

impl std::error::Error for AuthorityError {}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_signs_are_those_of_der() {
        assert_eq!(integer(&[0, 0, 0x7f]), [2, 1, 0x7f]);
        assert_eq!(integer(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[0]), [2, 1, 0]);
        assert_eq!(der(0x30, &[1; 0x80])[..3], [0x30, 0x81, 0x80]);
        assert_eq!(der(0x30, &[1; 0x100])[..4], [0x30, 0x82, 1, 0]);
    }
}
