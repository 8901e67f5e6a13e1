//! Attestation keys, and why they are trusted.
//!
//! A quote proves nothing but that some key signed it; everything hangs on that key being a TPM's. There
//! are a handful of reasons to believe that, and each is one constructor of [`TrustedAk`]: nothing else
//! makes one, and the reason stays visible as its [`AkRoute`]. A key that merely came with a quote has no
//! route.

use alloc::string::String;
use alloc::vec::Vec;

use super::algorithm::AlgorithmId;
use super::checks;
use super::name::{Hierarchy, Name};
use super::public::{Attributes, Curve, PublicArea, PublicKey};
use super::signature::{Scheme, Signature};
use super::weak;
use crate::check::{Check, Failure, Trace};
use crate::crypto::CryptoProvider;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::named::named;
use crate::time::Window;

named! {
    /// Why an attestation key is trusted: the level of assurance, which policies name.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum AkRoute {
        /// The caller pinned a bare key. Its attributes are unknown: it may sign anything, anywhere.
        BareKey = "bare_key",
        /// The caller pinned the public area or its Name, from an enrolment of its own.
        Pinned = "pinned",
        /// A certificate for an attestation key, up to a root that the caller trusts. Whether the attributes
        /// were checked here or are the issuer's word is said by [`TrustedAk::attributes_checked`].
        Certificate = "certificate",
        /// The TPM of a certified endorsement key proved that it holds the key: MakeCredential.
        Activated = "activated",
        /// Another trusted key certified it: TPM2_Certify or TPM2_CertifyCreation.
        Attested = "attested",
        /// The report of a trusted execution environment binds it, as for Azure's confidential VMs.
        TeeBound = "tee_bound",
    }
}

/// A key that is trusted to sign attestations, with the reason.
#[derive(Clone, Debug)]
pub struct TrustedAk<'p> {
    pub(super) provider: &'p dyn CryptoProvider,
    route: AkRoute,
    key: OwnedKey,
    scheme: Option<Scheme>,
    name: Option<Name>,
    attributes: Option<Attributes>,
    qualified: Qualified,
    window: Window,
    checks: Vec<Check>,
}

/// What is known of where the key stands.
#[derive(Clone, Debug)]
enum Qualified {
    Unknown,
    /// The qualified name of its parent.
    Parent(Name),
    /// Its own.
    Known(Name),
}

impl<'p> TrustedAk<'p> {
    /// The caller pinned this public area.
    ///
    /// # Errors
    /// `tpm.key.weak`, `tpm.algorithm`, `tpm.ak.attributes`, `tpm.ak.name_algorithm`,
    /// `tpm.signature.scheme` for a key that is bound to none.
    pub fn pinned(area: &PublicArea<'_>, provider: &'p dyn CryptoProvider) -> Result<Self, Failure> {
        let mut trace = Trace::new();
        trace.passed(checks::AK_TRUST, route_facts(AkRoute::Pinned));
        Self::admit(area, AkRoute::Pinned, Window::ALWAYS, trace, provider)
    }

    /// The caller pinned a Name, and this is the public area that goes with it.
    ///
    /// # Errors
    /// `tpm.name`, and those of [`TrustedAk::pinned`].
    pub fn pinned_name(
        name: &Name,
        area: &PublicArea<'_>,
        provider: &'p dyn CryptoProvider,
    ) -> Result<Self, Failure> {
        let mut trace = Trace::new();
        let same = Name::of(area, provider).and_then(|actual| same_name(name.as_slice(), &actual));
        match trace.apply(checks::AK_TRUST, same) {
            Ok(()) => Self::admit(area, AkRoute::Pinned, Window::ALWAYS, trace, provider),
            Err(error) => Err(trace.fail(error)),
        }
    }

    /// The caller pinned a bare key, as PEM or JWK hold it: the lowest level, at which a key that signs
    /// forged attestations cannot be told from an honest one.
    ///
    /// # Errors
    /// `tpm.key.weak`, `tpm.algorithm`.
    pub fn pinned_key(key: &PublicKey<'_>, provider: &'p dyn CryptoProvider) -> Result<Self, Failure> {
        let mut trace = Trace::new();
        trace.passed(checks::AK_TRUST, route_facts(AkRoute::BareKey));
        Self::admit_key(key, AkRoute::BareKey, Window::ALWAYS, trace, provider)
    }

    /// Checks the public area of a key that a route leads to.
    pub(super) fn admit(
        area: &PublicArea<'_>,
        route: AkRoute,
        window: Window,
        mut trace: Trace,
        provider: &'p dyn CryptoProvider,
    ) -> Result<Self, Failure> {
        match check_area(area, &mut trace, provider) {
            Err(error) => Err(trace.fail(error)),
            Ok(name) => Ok(Self {
                provider,
                route,
                key: OwnedKey::from(&area.key()),
                scheme: area.scheme(),
                name: Some(name),
                attributes: Some(area.attributes()),
                qualified: Qualified::Unknown,
                window,
                checks: trace.into_checks(),
            }),
        }
    }

    /// Checks a key of which nothing but the key is known.
    pub(super) fn admit_key(
        key: &PublicKey<'_>,
        route: AkRoute,
        window: Window,
        mut trace: Trace,
        provider: &'p dyn CryptoProvider,
    ) -> Result<Self, Failure> {
        if let Err(error) = trace.apply(checks::AK_KEY, weak::check(key)) {
            return Err(trace.fail(error));
        }
        const UNKNOWN: &str = "only the key is known, not its public area";
        trace.skipped(checks::AK_ATTRIBUTES, UNKNOWN);
        trace.skipped(checks::AK_NAME_ALGORITHM, UNKNOWN);
        trace.skipped(checks::AK_SCHEME, UNKNOWN);
        Ok(Self {
            provider,
            route,
            key: OwnedKey::from(key),
            scheme: None,
            name: None,
            attributes: None,
            qualified: Qualified::Unknown,
            window,
            checks: trace.into_checks(),
        })
    }

    /// Tells the qualified name of the key's parent, so that the signer that a quote names is checked.
    ///
    /// # Errors
    /// `misuse.options` when only the bare key is known, which has no Name.
    pub fn under(mut self, parent: Name) -> Result<Self, Error> {
        if self.name.is_none() {
            return Err(Error::new(Code::MisuseOptions, "parent")
                .with(Fact::text("problem", "a bare key has no Name that could stand under a parent")));
        }
        self.qualified = Qualified::Parent(parent);
        Ok(self)
    }

    /// Tells the key's own qualified name, as recorded when it was enrolled.
    #[must_use]
    pub fn with_qualified_name(mut self, name: Name) -> Self {
        self.qualified = Qualified::Known(name);
        self
    }

    /// Why it is trusted.
    #[must_use]
    pub const fn route(&self) -> AkRoute {
        self.route
    }

    /// Whether the attributes were seen and are those of an attestation key. If not, they are unknown or
    /// the word of a certificate's issuer.
    #[must_use]
    pub const fn attributes_checked(&self) -> bool {
        self.attributes.is_some()
    }

    /// The attributes, where the public area is known.
    #[must_use]
    pub const fn attributes(&self) -> Option<Attributes> {
        self.attributes
    }

    /// The Name, where the public area is known.
    #[must_use]
    pub const fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }

    /// The scheme that the key is bound to, where the public area is known.
    #[must_use]
    pub const fn scheme(&self) -> Option<Scheme> {
        self.scheme
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> PublicKey<'_> {
        self.key.borrow()
    }

    /// While certificates that vouch for it are in force; always, where there are none.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// What was checked on the way to it.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Verifies a signature of the TPM: scheme, then hash, then the signature itself.
    pub(super) fn verify(
        &self,
        signature: &Signature<'_>,
        message: &[u8],
        sha1: Sha1Signatures,
        rule: &'static crate::check::Rule,
        failure: Code,
        trace: &mut Trace,
    ) -> Result<(), Error> {
        let scheme = signature.scheme();
        trace.apply(checks::SIGNATURE_SCHEME, self.check_scheme(scheme))?;
        let sha1_met = match (scheme.hash, sha1) {
            (AlgorithmId::SHA1, Sha1Signatures::Refuse) => {
                Err(Error::new(Code::TpmSignatureSha1, "signature.hash"))
            }
            _ => Ok(()),
        };
        trace.apply(checks::SIGNATURE_HASH, sha1_met)?;
        let result = signature.verify(&self.key(), message, self.provider, failure);
        trace.apply(rule, result)
    }

    fn check_scheme(&self, scheme: Scheme) -> Result<(), Error> {
        match self.scheme {
            Some(own) if own != scheme => Err(Error::new(Code::TpmSignatureScheme, "signature")
                .with(Fact::string("expected", alloc::format!("{own}")))
                .with(Fact::string("actual", alloc::format!("{scheme}")))),
            _ => Ok(()),
        }
    }

    /// Bytes that tell the key from every other.
    ///
    /// Its Name, a digest over its public area; where only the key is known, `key:` and SHA-256 over the
    /// key. A Name begins with the number of its hash function, so neither can pass for the other. The
    /// qualified signer of a quote would not do: a bare key may sign whatever its owner likes.
    pub(super) fn identity(&self) -> Vec<u8> {
        if let Some(name) = &self.name {
            return name.as_slice().to_vec();
        }
        let digest = match &self.key {
            OwnedKey::Rsa { modulus, exponent } => {
                self.digest(&[b"rsa", &exponent.to_be_bytes(), trim(modulus)])
            }
            OwnedKey::Ecc { curve, x, y } => {
                // With its length, or the border between the two could move.
                let (x, y) = (trim(x), trim(y));
                let size = u64::try_from(x.len()).unwrap_or(u64::MAX);
                self.digest(&[b"ecc", &curve.0.to_be_bytes(), &size.to_be_bytes(), x, y])
            }
        };
        [b"key:", digest.as_slice()].concat()
    }

    fn digest(&self, parts: &[&[u8]]) -> crate::crypto::Digest {
        self.provider.hash(crate::crypto::HashAlgorithm::Sha256, parts)
    }

    /// The signer that a quote must name, where that is known.
    pub(super) fn expected_signer(&self) -> Result<Option<Name>, Error> {
        match (&self.qualified, &self.name) {
            (Qualified::Known(name), _) => Ok(Some(name.clone())),
            (Qualified::Parent(parent), Some(name)) => name.qualified_under(parent, self.provider).map(Some),
            _ => Ok(None),
        }
    }

    /// The hierarchy in which the key is a primary one, if the signer that an authentic quote names says so.
    pub(super) fn hierarchy_of(&self, signer: &[u8]) -> Option<Hierarchy> {
        let name = self.name.as_ref()?;
        Hierarchy::ALL.iter().copied().find(|hierarchy| {
            name.qualified_under(&Name::of_hierarchy(*hierarchy), self.provider)
                .is_ok_and(|qualified| qualified.matches(signer))
        })
    }
}

/// Without leading zeros, which two writings of one number may differ in.
fn trim(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// What is done with signatures over SHA-1 digests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sha1Signatures {
    /// They are refused.
    #[default]
    Refuse,
    /// They are accepted: Windows' attestation keys of old make no others.
    Accept,
}

/// A key that owns its bytes.
#[derive(Clone, Debug)]
pub(super) enum OwnedKey {
    Rsa { modulus: Vec<u8>, exponent: u64 },
    Ecc { curve: Curve, x: Vec<u8>, y: Vec<u8> },
}

impl From<&PublicKey<'_>> for OwnedKey {
    fn from(key: &PublicKey<'_>) -> Self {
        match key {
            PublicKey::Rsa { modulus, exponent } => {
                Self::Rsa { modulus: modulus.to_vec(), exponent: *exponent }
            }
            PublicKey::Ecc { curve, x, y } => Self::Ecc { curve: *curve, x: x.to_vec(), y: y.to_vec() },
        }
    }
}

impl OwnedKey {
    pub(super) fn borrow(&self) -> PublicKey<'_> {
        match self {
            Self::Rsa { modulus, exponent } => PublicKey::Rsa { modulus, exponent: *exponent },
            Self::Ecc { curve, x, y } => PublicKey::Ecc { curve: *curve, x, y },
        }
    }
}

pub(super) fn route_facts(route: AkRoute) -> [Fact; 1] {
    [Fact::text("route", route.as_str())]
}

/// Compares a Name that someone vouches for with that of a public area.
pub(super) fn same_name(expected: &[u8], actual: &Name) -> Result<(), Error> {
    if actual.matches(expected) {
        return Ok(());
    }
    Err(Error::new(Code::TpmName, "public")
        .with(Fact::bytes("expected", expected))
        .with(Fact::bytes("actual", actual.as_slice())))
}

/// The rules about the public area of an attestation key; gives its Name.
fn check_area(
    area: &PublicArea<'_>,
    trace: &mut Trace,
    provider: &dyn CryptoProvider,
) -> Result<Name, Error> {
    trace.apply(checks::AK_KEY, weak::check(&area.key()))?;
    trace.apply(checks::AK_ATTRIBUTES, check_attributes(area.attributes()))?;
    let long_enough = match area.name_algorithm() {
        AlgorithmId::SHA256 | AlgorithmId::SHA384 | AlgorithmId::SHA512 | AlgorithmId::SM3_256 => Ok(()),
        other => Err(Error::new(Code::TpmAkNameAlgorithm, "public.name_alg")
            .with(Fact::string("actual", alloc::format!("{other}")))),
    };
    let name = long_enough.and_then(|()| Name::of(area, provider));
    let name = trace.apply(checks::AK_NAME_ALGORITHM, name)?;
    trace.apply(checks::AK_SCHEME, check_bound_scheme(area.scheme()))?;
    Ok(name)
}

/// `restricted` and `sign` without `decrypt` mean that the TPM signs only what it made itself;
/// `fixedTPM`, `fixedParent` and `sensitiveDataOrigin` that no other device has the key.
fn check_attributes(attributes: Attributes) -> Result<(), Error> {
    const REQUIRED: u32 = Attributes::FIXED_TPM
        | Attributes::FIXED_PARENT
        | Attributes::SENSITIVE_DATA_ORIGIN
        | Attributes::RESTRICTED
        | Attributes::SIGN;
    const FORBIDDEN: u32 = Attributes::DECRYPT | Attributes::ENCRYPTED_DUPLICATION;
    let missing = Attributes(REQUIRED & !attributes.0);
    let excess = Attributes(FORBIDDEN & attributes.0);
    if missing.0 == 0 && excess.0 == 0 {
        return Ok(());
    }
    let join = |names: Attributes| names.names().collect::<Vec<_>>().join(" ");
    let mut error = Error::new(Code::TpmAkAttributes, "public.object_attributes");
    for (fact, names) in [("missing", missing), ("excess", excess)] {
        let names: String = join(names);
        if !names.is_empty() {
            error = error.with(Fact::string(fact, names));
        }
    }
    Err(error)
}

fn check_bound_scheme(scheme: Option<Scheme>) -> Result<(), Error> {
    match scheme {
        None => Err(Error::new(Code::TpmSignatureScheme, "public.parameters.scheme")
            .with(Fact::text("problem", "a restricted key must be bound to a scheme"))),
        Some(Scheme {
            algorithm: AlgorithmId::RSASSA | AlgorithmId::RSAPSS | AlgorithmId::ECDSA | AlgorithmId::SM2,
            ..
        }) => Ok(()),
        Some(other) => Err(Error::new(Code::TpmSignatureAlgorithm, "public.parameters.scheme")
            .with(Fact::string("actual", alloc::format!("{other}")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attribute_matters_alone() {
        let good = 0x0005_0072;
        assert_eq!(check_attributes(Attributes(good)), Ok(()));
        for bit in [1u32, 4, 5, 16, 18] {
            let error = check_attributes(Attributes(good & !(1 << bit))).unwrap_err();
            assert_eq!(error.code(), Code::TpmAkAttributes, "bit {bit}");
            assert_eq!(error.facts().first().map(|fact| fact.name), Some("missing"));
        }
        for bit in [11u32, 17] {
            let error = check_attributes(Attributes(good | 1 << bit)).unwrap_err();
            assert_eq!(error.facts().first().map(|fact| fact.name), Some("excess"), "bit {bit}");
        }
        for bit in [2u32, 6, 7, 10, 19] {
            assert_eq!(check_attributes(Attributes(good | 1 << bit)), Ok(()), "bit {bit}");
        }
    }

    #[test]
    fn a_key_without_a_scheme_or_with_an_anonymous_one_is_refused() {
        let scheme = |algorithm| Some(Scheme { algorithm, hash: AlgorithmId::SHA256 });
        for algorithm in [AlgorithmId::RSASSA, AlgorithmId::RSAPSS, AlgorithmId::ECDSA, AlgorithmId::SM2] {
            assert_eq!(check_bound_scheme(scheme(algorithm)), Ok(()));
        }
        assert_eq!(check_bound_scheme(None).unwrap_err().code(), Code::TpmSignatureScheme);
        for algorithm in [AlgorithmId::ECDAA, AlgorithmId::ECSCHNORR, AlgorithmId::OAEP] {
            let error = check_bound_scheme(scheme(algorithm)).unwrap_err();
            assert_eq!(error.code(), Code::TpmSignatureAlgorithm);
        }
    }
}
