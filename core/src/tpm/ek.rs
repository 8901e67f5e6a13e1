//! Endorsement keys: what makes a TPM a genuine one.

use alloc::vec::Vec;

use super::ak::{AkRoute, OwnedKey};
use super::algorithm::AlgorithmId;
use super::certificate::{self, TpmIdentity};
use super::checks;
use super::name::Name;
use super::public::{Attributes, Curve, PublicArea, PublicKey};
use super::weak;
use crate::check::{Check, Failure, Trace};
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::time::Window;
use crate::x509::chain::ChainContext;

/// An endorsement key that is trusted to be a TPM's, by its certificate or because the caller pinned it.
#[derive(Clone, Debug)]
pub struct TrustedEk<'p> {
    provider: &'p dyn CryptoProvider,
    key: OwnedKey,
    hash: HashAlgorithm,
    symmetric_bits: u16,
    name: Option<Name>,
    identity: Option<TpmIdentity>,
    certified: bool,
    window: Window,
    checks: Vec<Check>,
}

impl<'p> TrustedEk<'p> {
    /// A certificate for an endorsement key, up to a root that the caller trusts.
    ///
    /// `certificate` may come as the TPM's NV memory holds it: with a header of 7 bytes, or with padding
    /// behind it; the ledger says so. `intermediates` lead to the root, in order. With `area` the key's
    /// template is checked; without, the default one of the TCG for this kind of key is taken.
    ///
    /// # Errors
    /// `x509.…`, `crl.…`; `x509.extension` for a certificate that is for something else;
    /// `tpm.endorsement_key` when the public area is of another key or none of an endorsement key;
    /// `tpm.key.weak`, `tpm.algorithm`.
    pub fn certified(
        certificate: &[u8],
        intermediates: &[Vec<u8>],
        area: Option<&PublicArea<'_>>,
        context: &ChainContext<'p>,
    ) -> Result<Self, Failure> {
        let mut trace = Trace::new();
        let leaf = certificate::verify_ek(certificate, intermediates, context, &mut trace);
        let finished = leaf.and_then(|leaf| {
            let template = check_key(&leaf.key.borrow(), area, context.provider);
            let template = trace.apply(checks::EK_KEY, template)?;
            Ok((leaf, template))
        });
        match finished {
            Err(error) => Err(trace.fail(error)),
            Ok((leaf, template)) => Ok(Self {
                provider: context.provider,
                key: leaf.key,
                hash: template.hash,
                symmetric_bits: template.symmetric_bits,
                name: template.name,
                identity: Some(leaf.identity),
                certified: true,
                window: leaf.window,
                checks: trace.into_checks(),
            }),
        }
    }

    /// The caller pinned the public area of an endorsement key. Keys that are activated with it are as
    /// good as pinned ones, and have that route.
    ///
    /// # Errors
    /// `tpm.endorsement_key`, `tpm.key.weak`, `tpm.algorithm`.
    pub fn pinned(area: &PublicArea<'_>, provider: &'p dyn CryptoProvider) -> Result<Self, Failure> {
        let mut trace = Trace::new();
        trace.skipped(checks::EK_CHAIN, "the caller pinned the endorsement key");
        match trace.apply(checks::EK_KEY, check_key(&area.key(), Some(area), provider)) {
            Err(error) => Err(trace.fail(error)),
            Ok(template) => Ok(Self {
                provider,
                key: OwnedKey::from(&area.key()),
                hash: template.hash,
                symmetric_bits: template.symmetric_bits,
                name: template.name,
                identity: None,
                certified: false,
                window: Window::ALWAYS,
                checks: trace.into_checks(),
            }),
        }
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> PublicKey<'_> {
        self.key.borrow()
    }

    /// Its nameAlg, with which credentials are wrapped.
    #[must_use]
    pub const fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    /// Bits of the AES key with which credentials are wrapped.
    #[must_use]
    pub const fn symmetric_bits(&self) -> u16 {
        self.symmetric_bits
    }

    /// Its Name, where the public area is known: the parent's, for keys that were made under it.
    #[must_use]
    pub const fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }

    /// Who made the TPM, as its certificate says.
    #[must_use]
    pub const fn identity(&self) -> Option<&TpmIdentity> {
        self.identity.as_ref()
    }

    /// While its certificates are in force.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// What was checked on the way to it.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// How many random bytes [`Credential::make`](super::Credential::make) needs for this key.
    #[must_use]
    pub fn entropy_len(&self) -> usize {
        match self.key() {
            PublicKey::Rsa { .. } => self.hash.digest_len().saturating_mul(2),
            PublicKey::Ecc { curve, .. } => curve.width().unwrap_or_default(),
        }
    }

    /// SHA-256 over the key, to tell one machine from another.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let digest = match self.key() {
            PublicKey::Rsa { modulus, exponent } => {
                self.provider.hash(HashAlgorithm::Sha256, &[b"rsa", modulus, &exponent.to_be_bytes()])
            }
            key @ PublicKey::Ecc { curve, .. } => {
                let point = key.sec1().unwrap_or_default();
                self.provider.hash(HashAlgorithm::Sha256, &[b"ecc", &curve.0.to_be_bytes(), &point])
            }
        };
        digest.as_slice().try_into().unwrap_or_default()
    }

    pub(super) const fn provider(&self) -> &'p dyn CryptoProvider {
        self.provider
    }

    /// The route of keys that were activated with it.
    pub(super) const fn activated_route(&self) -> AkRoute {
        if self.certified { AkRoute::Activated } else { AkRoute::Pinned }
    }
}

struct Template {
    hash: HashAlgorithm,
    symmetric_bits: u16,
    name: Option<Name>,
}

/// The key is sound, and its public area, where one is given, that of a restricted decryption key.
fn check_key(
    key: &PublicKey<'_>,
    area: Option<&PublicArea<'_>>,
    provider: &dyn CryptoProvider,
) -> Result<Template, Error> {
    weak::check(key)?;
    let Some(area) = area else { return default_template(key) };
    let wrong =
        |problem| Error::new(Code::TpmEndorsementKey, "ek.public").with(Fact::text("problem", problem));
    if !area.key().is_same_key(key) {
        return Err(wrong("the public area is of another key"));
    }
    const REQUIRED: u32 = Attributes::FIXED_TPM
        | Attributes::FIXED_PARENT
        | Attributes::SENSITIVE_DATA_ORIGIN
        | Attributes::ADMIN_WITH_POLICY
        | Attributes::RESTRICTED
        | Attributes::DECRYPT;
    let attributes = area.attributes();
    if !attributes.has(REQUIRED) || attributes.0 & Attributes::SIGN != 0 {
        return Err(wrong(
            "it is not a restricted decryption key that is fixed to its TPM and administered by a policy",
        ));
    }
    let hash = area.name_algorithm().require_hash("ek.public.name_alg")?;
    match area.symmetric() {
        Some(symmetric)
            if symmetric.algorithm == AlgorithmId::AES
                && symmetric.mode == AlgorithmId::CFB
                && matches!(symmetric.key_bits, 128 | 192 | 256) =>
        {
            Ok(Template { hash, symmetric_bits: symmetric.key_bits, name: Some(Name::of(area, provider)?) })
        }
        _ => Err(wrong("its cipher is not AES in CFB mode")),
    }
}

/// The default template for a kind of key (TCG EK Credential Profile 2.5, B.3 and B.4).
fn default_template(key: &PublicKey<'_>) -> Result<Template, Error> {
    let (hash, symmetric_bits) = match key {
        PublicKey::Rsa { modulus, .. } if modulus.len() == 256 => (HashAlgorithm::Sha256, 128),
        PublicKey::Rsa { .. } => (HashAlgorithm::Sha384, 256),
        PublicKey::Ecc { curve, .. } => match *curve {
            Curve::NIST_P256 => (HashAlgorithm::Sha256, 128),
            Curve::NIST_P384 => (HashAlgorithm::Sha384, 256),
            Curve::NIST_P521 => (HashAlgorithm::Sha512, 256),
            other => {
                return Err(Error::new(Code::TpmAlgorithm, "ek.curve")
                    .with(Fact::string("actual", alloc::format!("{other}"))));
            }
        },
    };
    Ok(Template { hash, symmetric_bits, name: None })
}
