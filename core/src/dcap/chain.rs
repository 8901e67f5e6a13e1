//! Intel's certificate hierarchy: who may stand where, and the order in which that is checked.
//!
//! ```text
//! Intel SGX Root CA ─┬─ Intel SGX PCK Platform CA or Processor CA ── Intel SGX PCK Certificate
//!                    └─ Intel SGX TCB Signing
//! ```

use alloc::vec::Vec;

use crate::crypto::{CryptoProvider, HashAlgorithm, SignatureAlgorithm};
use crate::dcap::prepared::Authority;
use crate::dcap::profile::{Apply, RootMatch, Rules};
use crate::encoding::pem_blocks;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::time::{UnixTime, Window};
use crate::trust::{TrustAnchor, TrustAnchors};
use crate::x509::chain::{
    self, ChainRules, SignsCrls, check_ca, check_issued_by, check_leaf, check_window, require_extensions,
};
use crate::x509::{Certificate, Crl, IssuerKey, RevocationList, oid};

/// Every certificate of the hierarchy.
pub(crate) const ALGORITHM: SignatureAlgorithm = SignatureAlgorithm::ECDSA_P256_SHA256;

/// What every certificate of the hierarchy carries.
const REQUIRED: [&[u8]; 5] = [
    oid::AUTHORITY_KEY_ID,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::SUBJECT_KEY_ID,
    oid::KEY_USAGE,
    oid::BASIC_CONSTRAINTS,
];

/// What a certificate may be used for: its place in the hierarchy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Root,
    PckCa,
    Pck,
    TcbSigner,
}

impl Role {
    /// Every certificate of this role has these words in its common name.
    const fn phrase(self) -> &'static str {
        match self {
            Self::Root => "SGX Root CA",
            Self::PckCa => "CA",
            Self::Pck => "SGX PCK Certificate",
            Self::TcbSigner => "SGX TCB Signing",
        }
    }

    pub(crate) const fn part(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::PckCa => "intermediate",
            Self::Pck => "leaf",
            Self::TcbSigner => "signer",
        }
    }

    fn is_named(self, certificate: &Certificate<'_>) -> bool {
        certificate.subject_common_name().is_some_and(|name| name.contains(self.phrase()))
    }
}

/// The DER certificates of a PEM text.
pub(crate) fn pem_chain(pem: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    pem_blocks(pem, "CERTIFICATE", limits::CERTIFICATES)
}

/// The certificates of a chain with their roles, in whatever order they came. `I` is what stands between
/// leaf and root: nothing, or a certificate.
#[derive(Debug)]
pub(crate) struct Chain<'a, I = Nothing> {
    pub(crate) root: Certificate<'a>,
    pub(crate) intermediate: I,
    pub(crate) leaf: Certificate<'a>,
    leaf_role: Role,
}

/// A chain whose leaf the root itself has signed.
#[derive(Debug)]
pub(crate) struct Nothing;

/// A PCK certificate chain, with the Platform CA or Processor CA.
pub(crate) type PckChain<'a> = Chain<'a, Certificate<'a>>;

/// What may stand between leaf and root.
pub(crate) trait Intermediate<'a> {
    fn certificate(&self) -> Option<&Certificate<'a>>;
}

impl<'a> Intermediate<'a> for Nothing {
    fn certificate(&self) -> Option<&Certificate<'a>> {
        None
    }
}

impl<'a> Intermediate<'a> for Certificate<'a> {
    fn certificate(&self) -> Option<&Certificate<'a>> {
        Some(self)
    }
}

impl<'a, I: Intermediate<'a>> Chain<'a, I> {
    /// Leaf first.
    fn members(&self) -> impl Iterator<Item = (&Certificate<'a>, Role)> {
        let intermediate = self.intermediate.certificate().map(|certificate| (certificate, Role::PckCa));
        core::iter::once((&self.leaf, self.leaf_role)).chain(intermediate).chain([(&self.root, Role::Root)])
    }

    /// Extensions, names, the CA flags: everything that needs no key.
    pub(crate) fn check_roles(&self, rules: &Rules) -> Result<(), Error> {
        let x509 = rules.x509();
        for (certificate, role) in self.members() {
            let inside = |error: Error| error.inside(role.part());
            require_extensions(certificate, &REQUIRED).map_err(inside)?;
            match role {
                Role::Root => {
                    let below =
                        u32::from(self.leaf_role == Role::PckCa || self.intermediate.certificate().is_some());
                    check_ca(certificate, below, SignsCrls::Yes, &x509).map_err(inside)?;
                }
                Role::PckCa => check_ca(certificate, 0, SignsCrls::Yes, &x509).map_err(inside)?,
                Role::Pck | Role::TcbSigner => check_leaf(certificate, &x509).map_err(inside)?,
            }
        }
        let mut child = (&self.leaf, self.leaf_role);
        for parent in self.members().skip(1) {
            check_issued_by(child.0, parent.0, &x509).map_err(|error| error.inside(child.1.part()))?;
            child = parent;
        }
        check_issued_by(&self.root, &self.root, &x509).map_err(|error| error.inside(Role::Root.part()))
    }

    /// The root is the trusted one: by key, or (Intel) by the very certificate where one was given.
    pub(crate) fn check_anchor(
        &self,
        anchors: &TrustAnchors,
        anchor: &TrustAnchor,
        rules: &Rules,
    ) -> Result<(), Error> {
        let inside = |error: Error| error.inside(Role::Root.part());
        let found = anchors.require(&self.root).map_err(inside)?;
        let other =
            |problem| Error::new(Code::X509Anchor, Role::Root.part()).with(Fact::text("problem", problem));
        if found.spki_der() != anchor.spki_der() {
            return Err(other("another root than that of the rest of the collateral"));
        }
        if rules.root_match == RootMatch::Certificate && !self.is_one_of(anchors) {
            return Err(other("another certificate of the trusted key"));
        }
        Ok(())
    }

    /// Whether the root has the signature bytes of a trusted certificate, where certificates were given
    /// for its key.
    fn is_one_of(&self, anchors: &TrustAnchors) -> bool {
        let of_key = anchors.iter().filter(|anchor| anchor.spki_der() == self.root.spki().raw());
        let mut certificates = of_key.filter_map(TrustAnchor::certificate).peekable();
        certificates.peek().is_none()
            || certificates.any(|der| {
                Certificate::parse(der).is_ok_and(|trusted| trusted.signature() == self.root.signature())
            })
    }

    /// The windows of every member, as this profile applies them.
    pub(crate) fn validity(&self, rules: &Rules) -> Vec<(&'static str, Window)> {
        self.members()
            .map(|(certificate, role)| {
                let mut window = certificate.validity();
                if rules.not_before == Apply::Ignore {
                    window.not_before = Window::ALWAYS.not_before;
                }
                (role.part(), window)
            })
            .collect()
    }

    /// Every certificate is inside its window.
    pub(crate) fn check_windows(&self, now: UnixTime, rules: &Rules) -> Result<(), Error> {
        let x509 = rules.x509();
        for (certificate, role) in self.members() {
            check_window(certificate, now, &x509).map_err(|error| error.inside(role.part()))?;
        }
        Ok(())
    }

    /// No certificate had ended when something was issued in its name.
    pub(crate) fn check_lasted(&self, issued: UnixTime) -> Result<(), Error> {
        let rules = ChainRules { not_before: chain::NotBefore::Ignore, ..ChainRules::STRICT };
        for (certificate, role) in self.members() {
            check_window(certificate, issued, &rules).map_err(|error| error.inside(role.part()))?;
        }
        Ok(())
    }

    /// The leaf is not in the list of its issuer.
    pub(crate) fn check_leaf_revocation(&self, list: &dyn RevocationList) -> Result<(), Error> {
        chain::check_revocation(&self.leaf, list).map_err(|error| error.inside(self.leaf_role.part()))
    }
}

impl<'a> Chain<'a> {
    /// A chain of two: the TCB-signing certificate, or the authority of a PCK CRL, and the root.
    pub(crate) fn of_two(ders: &'a [Vec<u8>], role: Role) -> Result<Self, Error> {
        let mut certificates = parse_all(ders, 2)?;
        let root = take(&mut certificates, Role::Root)?;
        let leaf = take(&mut certificates, role)?;
        Ok(Self { root, intermediate: Nothing, leaf, leaf_role: role })
    }

    /// The signatures of certificates that the root itself signed.
    pub(crate) fn check_root_signatures(
        &self,
        anchor_key: &IssuerKey,
        provider: &dyn CryptoProvider,
        verified: &mut Verified,
    ) -> Result<(), Error> {
        verified
            .check_and_keep(&self.root, anchor_key, provider)
            .map_err(|error| error.inside(Role::Root.part()))?;
        verified
            .check_and_keep(&self.leaf, anchor_key, provider)
            .map_err(|error| error.inside(self.leaf_role.part()))
    }
}

impl<'a> PckChain<'a> {
    /// Exactly leaf, intermediate and root.
    pub(crate) fn pck(ders: &'a [Vec<u8>]) -> Result<Self, Error> {
        let mut certificates = parse_all(ders, 3)?;
        let root = take(&mut certificates, Role::Root)?;
        let leaf = take(&mut certificates, Role::Pck)?;
        let intermediate = take(&mut certificates, Role::PckCa)?;
        Ok(Self { root, intermediate, leaf, leaf_role: Role::Pck })
    }

    /// The signatures, from the root down. `authority` is the PCK authority with its key, where one was
    /// verified before: where the chain has the same certificate, its key need not be loaded again.
    pub(crate) fn check_signatures(
        &self,
        anchor_key: &IssuerKey,
        authority: Option<&Authority>,
        provider: &dyn CryptoProvider,
        verified: &Verified,
    ) -> Result<(), Error> {
        verified.check(&self.root, anchor_key, provider).map_err(|error| error.inside(Role::Root.part()))?;
        let leaf = |error: Error| error.inside(self.leaf_role.part());
        if let Some(authority) = authority.filter(|known| known.der == self.intermediate.der()) {
            return self.leaf.verify_signed_by(&authority.key).map_err(leaf);
        }
        let inside = |error: Error| error.inside(Role::PckCa.part());
        verified.check(&self.intermediate, anchor_key, provider).map_err(inside)?;
        let key = self.intermediate.issuer_key(provider, ALGORITHM).map_err(inside)?;
        self.leaf.verify_signed_by(&key).map_err(leaf)
    }
}

/// Certificates whose signatures by the anchor's key are known to be good, by their SHA-256: those that
/// the trust store knows, and those that were verified since.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verified {
    fingerprints: Vec<[u8; 32]>,
}

impl Verified {
    pub(crate) fn known(fingerprints: &[[u8; 32]]) -> Self {
        Self { fingerprints: fingerprints.into() }
    }

    fn check(
        &self,
        certificate: &Certificate<'_>,
        anchor_key: &IssuerKey,
        provider: &dyn CryptoProvider,
    ) -> Result<(), Error> {
        match fingerprint(certificate.der(), provider) {
            Some(fingerprint) if self.fingerprints.contains(&fingerprint) => Ok(()),
            _ => certificate.verify_signed_by(anchor_key),
        }
    }

    fn check_and_keep(
        &mut self,
        certificate: &Certificate<'_>,
        anchor_key: &IssuerKey,
        provider: &dyn CryptoProvider,
    ) -> Result<(), Error> {
        let Some(fingerprint) = fingerprint(certificate.der(), provider) else {
            return certificate.verify_signed_by(anchor_key);
        };
        if !self.fingerprints.contains(&fingerprint) {
            certificate.verify_signed_by(anchor_key)?;
            self.fingerprints.push(fingerprint);
        }
        Ok(())
    }
}

/// SHA-256 of a certificate; `None` only from a provider whose SHA-256 is of another length.
pub(crate) fn fingerprint(der: &[u8], provider: &dyn CryptoProvider) -> Option<[u8; 32]> {
    provider.hash(HashAlgorithm::Sha256, &[der]).as_slice().try_into().ok()
}

impl Rules {
    /// The rules of the X.509 layer that this profile applies.
    pub(crate) const fn x509(&self) -> ChainRules {
        let mut rules = match self.ca_constraints {
            Apply::Enforce => ChainRules::STRICT,
            Apply::Ignore => ChainRules::PRESENCE_ONLY,
        };
        rules.not_before = match self.not_before {
            Apply::Enforce => chain::NotBefore::Enforce,
            Apply::Ignore => chain::NotBefore::Ignore,
        };
        rules
    }
}

/// A revocation list of the hierarchy: issuer, required extensions, signature; not its window.
pub(crate) fn check_crl(
    crl: &Crl<'_>,
    issuer: &Certificate<'_>,
    issuer_key: &IssuerKey,
    rules: &Rules,
) -> Result<(), Error> {
    chain::check_crl(crl, issuer, &rules.x509())?;
    chain::check_crl_signature(crl, issuer_key)
}

fn parse_all(ders: &[Vec<u8>], count: usize) -> Result<Vec<Certificate<'_>>, Error> {
    if ders.len() != count {
        return Err(Error::new(Code::X509Chain, "")
            .with(Fact::count("expected", count))
            .with(Fact::count("actual", ders.len())));
    }
    ders.iter().map(|der| Certificate::parse(der)).collect()
}

/// Takes the certificate that is named for `role` out of those that have no role yet.
fn take<'a>(certificates: &mut Vec<Certificate<'a>>, role: Role) -> Result<Certificate<'a>, Error> {
    let index = certificates.iter().position(|certificate| {
        role.is_named(certificate) && (certificate.is_self_issued() == (role == Role::Root))
    });
    match index {
        Some(index) => Ok(certificates.swap_remove(index)),
        None => {
            Err(Error::new(Code::DcapCertificateRole, role.part())
                .with(Fact::text("expected", role.phrase())))
        }
    }
}
