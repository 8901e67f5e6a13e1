//! Trust anchors: keys at which certificate chains may end.

mod intel;
#[cfg(feature = "nvidia")]
mod nvidia;

use alloc::vec::Vec;

pub use intel::{INTEL_SGX_ROOT_KEY_SHA256, intel_sgx_root};
#[cfg(feature = "nvidia")]
pub use nvidia::{
    NVIDIA_DEVICE_ROOT_KEY_SHA256, NVIDIA_RIM_ROOT_KEY_SHA256, nvidia_device_root, nvidia_rim_root,
};

use crate::crypto::{CryptoProvider, SignatureAlgorithm, SubjectPublicKeyInfo};
use crate::encoding;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::x509::{Certificate, IssuerKey};

/// A key that is trusted, with the name it goes by where that is known.
///
/// Vendors issue several certificates for one root key (Intel's SGX root has two), so that the key is
/// what is compared, not the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustAnchor {
    subject: Option<Vec<u8>>,
    spki: Vec<u8>,
    certificate: Option<Vec<u8>>,
}

impl TrustAnchor {
    /// From a root certificate, which the caller trusts as it is: its signature is not checked.
    ///
    /// # Errors
    /// Those of [`Certificate::parse`].
    pub fn from_certificate(der: &[u8]) -> Result<Self, Error> {
        let certificate = Certificate::parse(der)?;
        Ok(Self {
            subject: Some(certificate.subject().to_vec()),
            spki: certificate.spki().raw().to_vec(),
            certificate: Some(der.to_vec()),
        })
    }

    /// From the DER of a SubjectPublicKeyInfo, whatever name it goes by.
    ///
    /// # Errors
    /// `x509.der`, `x509.algorithm`.
    pub fn from_key(spki: &[u8]) -> Result<Self, Error> {
        SubjectPublicKeyInfo::parse(spki)?;
        Ok(Self { subject: None, spki: spki.to_vec(), certificate: None })
    }

    /// The Name in DER, where it is known.
    #[must_use]
    pub fn subject(&self) -> Option<&[u8]> {
        self.subject.as_deref()
    }

    /// The SubjectPublicKeyInfo in DER.
    #[must_use]
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// The certificate that the caller gave, where there is one.
    #[must_use]
    pub fn certificate(&self) -> Option<&[u8]> {
        self.certificate.as_deref()
    }

    /// SHA-256 of certificates that this key is known to have signed.
    #[must_use]
    pub fn known_certificates(&self) -> &'static [[u8; 32]] {
        #[cfg(feature = "nvidia")]
        if self.spki == nvidia::DEVICE_SPKI {
            return &nvidia::DEVICE_CERTIFICATES;
        } else if self.spki == nvidia::RIM_SPKI {
            return &nvidia::RIM_CERTIFICATES;
        }
        if self.spki == intel::SPKI { &intel::CERTIFICATES } else { &[] }
    }

    /// The key.
    ///
    /// # Errors
    /// None in practice: it was read when the anchor was made.
    pub fn spki(&self) -> Result<SubjectPublicKeyInfo<'_>, Error> {
        SubjectPublicKeyInfo::parse(&self.spki)
    }

    /// Whether this is the key of `certificate`, and its name where the anchor's is known.
    #[must_use]
    pub fn matches(&self, certificate: &Certificate<'_>) -> bool {
        self.spki == certificate.spki().raw()
            && self.subject.as_deref().is_none_or(|subject| subject == certificate.subject())
    }

    /// Loads the key, to check what the root has signed.
    ///
    /// # Errors
    /// `x509.algorithm` when the key is not one for `algorithm`.
    pub fn issuer_key(
        &self,
        provider: &dyn CryptoProvider,
        algorithm: SignatureAlgorithm,
    ) -> Result<IssuerKey, Error> {
        IssuerKey::load(provider, algorithm, &self.spki()?)
    }
}

/// The anchors of one hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustAnchors {
    list: Vec<TrustAnchor>,
}

impl TrustAnchors {
    /// These anchors.
    #[must_use]
    pub const fn new(list: Vec<TrustAnchor>) -> Self {
        Self { list }
    }

    /// The embedded root of Intel SGX and TDX.
    #[must_use]
    pub fn intel_sgx() -> Self {
        Self::new(alloc::vec![intel_sgx_root()])
    }

    /// The embedded root of NVIDIA's devices.
    #[cfg(feature = "nvidia")]
    #[must_use]
    pub fn nvidia_device() -> Self {
        Self::new(alloc::vec![nvidia_device_root()])
    }

    /// The embedded root of NVIDIA's reference integrity manifests.
    #[cfg(feature = "nvidia")]
    #[must_use]
    pub fn nvidia_rim() -> Self {
        Self::new(alloc::vec![nvidia_rim_root()])
    }

    /// The caller's own roots: certificates in PEM, or one in DER, hex or base64.
    ///
    /// # Errors
    /// `input.encoding`, `limit.count`, and those of [`Certificate::parse`]; the part says which
    /// certificate it is.
    pub fn from_certificates(bytes: &[u8]) -> Result<Self, Error> {
        let certificates = if encoding::has_pem_marker(bytes) {
            encoding::pem_blocks(bytes, "CERTIFICATE", limits::CERTIFICATES)?
        } else {
            alloc::vec![encoding::decode_der_or_text(bytes, "CERTIFICATE")?]
        };
        let anchor = |(index, der): (usize, &Vec<u8>)| {
            TrustAnchor::from_certificate(der)
                .map_err(|error| error.inside(&alloc::format!("certificate[{index}]")))
        };
        certificates.iter().enumerate().map(anchor).collect::<Result<_, _>>().map(Self::new)
    }

    /// The anchors, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &TrustAnchor> {
        self.list.iter()
    }

    /// The anchor that is the key of this certificate.
    #[must_use]
    pub fn find(&self, certificate: &Certificate<'_>) -> Option<&TrustAnchor> {
        self.list.iter().find(|anchor| anchor.matches(certificate))
    }

    /// The anchor that is the key of this certificate, which must be one.
    ///
    /// # Errors
    /// `x509.anchor`.
    pub fn require(&self, certificate: &Certificate<'_>) -> Result<&TrustAnchor, Error> {
        self.find(certificate).ok_or_else(|| {
            let error = Error::new(Code::X509Anchor, "subject_public_key_info");
            match certificate.subject_common_name() {
                None => error,
                Some(name) => error.with(Fact::string("actual", name.into())),
            }
        })
    }
}

/// The anchors of all, in their order.
impl FromIterator<TrustAnchors> for TrustAnchors {
    fn from_iter<I: IntoIterator<Item = Self>>(several: I) -> Self {
        Self::new(several.into_iter().flat_map(|anchors| anchors.list).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::to_hex;
    use crate::x509::testing::Cert;
    use alloc::format;
    use alloc::string::String;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    fn root(name: &str, seed: u8) -> Vec<u8> {
        Cert::authority(name, seed, name, seed).sign(seed)
    }

    fn pem(der: &[u8]) -> String {
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
    }

    #[test]
    fn roots_come_in_every_form() {
        let (a, b) = (root("A", 1), root("B", 2));
        let both = TrustAnchors::from_certificates((pem(&a) + &pem(&b)).as_bytes()).unwrap();
        assert_eq!(both.iter().map(TrustAnchor::certificate).collect::<Vec<_>>(), [Some(&*a), Some(&*b)]);
        let one = TrustAnchors::new(alloc::vec![TrustAnchor::from_certificate(&a).unwrap()]);
        for form in
            [a.clone(), to_hex(&a).into_bytes(), STANDARD.encode(&a).into_bytes(), pem(&a).into_bytes()]
        {
            assert_eq!(TrustAnchors::from_certificates(&form), Ok(one.clone()));
        }
    }

    #[test]
    fn what_is_no_root_is_refused_and_named() {
        let a = root("A", 1);
        let refused = |bytes: &[u8]| {
            let error = TrustAnchors::from_certificates(bytes).unwrap_err();
            (error.code(), String::from(error.part()))
        };
        assert_eq!(refused(b""), (Code::InputEncoding, String::new()));
        assert_eq!(refused(&pem(&a).as_bytes()[..80]).0, Code::InputEncoding);
        let second = pem(&a) + &pem(&a[..50]);
        assert_eq!(refused(second.as_bytes()), (Code::X509Der, String::from("certificate[1]")));
        assert_eq!(refused(pem(&a).repeat(limits::CERTIFICATES + 1).as_bytes()).0, Code::LimitCount);
        assert_eq!(TrustAnchor::from_key(&a).unwrap_err().code(), Code::X509Der);
    }

    #[test]
    fn an_anchor_is_its_key_and_its_name_where_known() {
        let (a, renamed, other) = (root("A", 1), root("B", 1), root("A", 2));
        let [a, renamed, other] = [&a, &renamed, &other].map(|der| Certificate::parse(der).unwrap());
        let named = TrustAnchors::new(alloc::vec![TrustAnchor::from_certificate(a.der()).unwrap()]);
        assert!(named.find(&a).is_some());
        assert_eq!(named.require(&renamed).unwrap_err().code(), Code::X509Anchor);
        assert_eq!(named.require(&other).unwrap_err().code(), Code::X509Anchor);
        let by_key = TrustAnchors::new(alloc::vec![TrustAnchor::from_key(a.spki().raw()).unwrap()]);
        assert!(by_key.find(&a).is_some() && by_key.find(&renamed).is_some());
        assert!(by_key.find(&other).is_none() && TrustAnchors::intel_sgx().find(&a).is_none());
    }
}
