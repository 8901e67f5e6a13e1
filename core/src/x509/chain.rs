//! The rules that bind certificates into a chain, one function each, and an ordered walk over them
//! (RFC 5280, section 6).
//!
//! A verifier whose vendor prescribes an order calls the functions itself; others call [`verify_chain`].

use alloc::vec::Vec;

use super::certificate::Certificate;
use super::crl::{Crl, RevocationList};
use super::key::IssuerKey;
use super::oid;
use crate::crypto::{CryptoProvider, SignatureAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::time::{UnixTime, Window};
use crate::trust::{TrustAnchor, TrustAnchors};

/// Which rules a chain must keep, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainRules {
    /// Whether a certificate must have begun to be valid.
    pub not_before: NotBefore,
    /// Whether authorities must be marked as such.
    pub ca_constraints: CaConstraints,
    /// Whether AuthorityKeyIdentifier and SubjectKeyIdentifier must agree.
    pub key_identifiers: KeyIdentifiers,
}

impl ChainRules {
    /// Every rule.
    pub const STRICT: Self = Self {
        not_before: NotBefore::Enforce,
        ca_constraints: CaConstraints::Enforce,
        key_identifiers: KeyIdentifiers::Match,
    };

    /// The rules of Intel's quote verification library, which looks at neither `notBefore`, the CA flag,
    /// the key usages nor the values of key identifiers.
    pub const PRESENCE_ONLY: Self = Self {
        not_before: NotBefore::Ignore,
        ca_constraints: CaConstraints::PresenceOnly,
        key_identifiers: KeyIdentifiers::PresenceOnly,
    };
}

/// What is done with `notBefore`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotBefore {
    /// The verification time must not be earlier.
    Enforce,
    /// It is not looked at.
    Ignore,
}

/// What is done with BasicConstraints and KeyUsage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaConstraints {
    /// Their values are enforced.
    Enforce,
    /// Only [`require_extensions`] looks at them.
    PresenceOnly,
}

/// What is done with AuthorityKeyIdentifier and SubjectKeyIdentifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyIdentifiers {
    /// Where issued and issuer both have one, they must be equal.
    Match,
    /// Only [`require_extensions`] looks at them.
    PresenceOnly,
}

/// Whether an authority also signs revocation lists that are relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignsCrls {
    /// It does: `cRLSign` is needed.
    Yes,
    /// It does not.
    No,
}

/// How many signatures may be checked before the caller gives up: bounds what hostile input can cost.
#[derive(Clone, Debug)]
pub struct SignatureBudget {
    left: u32,
}

impl SignatureBudget {
    /// A budget of `signatures`.
    #[must_use]
    pub const fn new(signatures: u32) -> Self {
        Self { left: signatures }
    }

    /// Signatures that may still be checked.
    #[must_use]
    pub const fn left(&self) -> u32 {
        self.left
    }

    /// Takes one signature off.
    ///
    /// # Errors
    /// `limit.signatures`.
    pub fn spend(&mut self) -> Result<(), Error> {
        self.left = self.left.checked_sub(1).ok_or_else(|| Error::new(Code::LimitSignatures, ""))?;
        Ok(())
    }
}

impl Default for SignatureBudget {
    /// As many as eight certificates and their lists need, and as many again.
    fn default() -> Self {
        Self::new(32)
    }
}

/// Checks that `child` names `issuer` as its issuer: the same Name, byte for byte (section 6.1.3 (a)(4)),
/// and the same key identifier.
///
/// # Errors
/// `x509.chain`.
pub fn check_issued_by(
    child: &Certificate<'_>,
    issuer: &Certificate<'_>,
    rules: &ChainRules,
) -> Result<(), Error> {
    if child.issuer() != issuer.subject() {
        return Err(names_differ(Code::X509Chain, child.issuer_common_name(), issuer.subject_common_name()));
    }
    check_key_identifiers(Code::X509Chain, child.authority_key_id(), issuer.subject_key_id(), rules)
}

/// Checks the signature of `child` with the key of its issuer.
///
/// # Errors
/// `x509.signature`, `x509.algorithm`.
pub fn check_signature(child: &Certificate<'_>, issuer_key: &IssuerKey) -> Result<(), Error> {
    child.verify_signed_by(issuer_key)
}

/// Checks that `now` lies inside the certificate's validity (section 6.1.3 (a)(2)).
///
/// # Errors
/// `x509.expired`, `x509.not_yet_valid`.
pub fn check_window(certificate: &Certificate<'_>, now: UnixTime, rules: &ChainRules) -> Result<(), Error> {
    let window = certificate.validity();
    if now > window.not_after {
        return Err(Error::new(Code::X509Expired, "validity.not_after")
            .with(Fact::time("not_after", window.not_after))
            .with(Fact::time("at", now)));
    }
    if rules.not_before == NotBefore::Enforce && now < window.not_before {
        return Err(Error::new(Code::X509NotYetValid, "validity.not_before")
            .with(Fact::time("not_before", window.not_before))
            .with(Fact::time("at", now)));
    }
    Ok(())
}

/// Checks that a certificate may be an authority with `below` authorities that are not self-issued
/// between it and the leaf (section 6.1.4 (k) to (n)).
///
/// Name and policy constraints are refused, critical or not: they limit what an authority may vouch for,
/// and none is evaluated here.
///
/// # Errors
/// `x509.extension`.
pub fn check_ca(
    certificate: &Certificate<'_>,
    below: u32,
    signs_crls: SignsCrls,
    rules: &ChainRules,
) -> Result<(), Error> {
    if rules.ca_constraints == CaConstraints::PresenceOnly {
        return Ok(());
    }
    let constraints = certificate
        .basic_constraints()
        .ok_or_else(|| broken("extensions.basic_constraints", "an authority needs BasicConstraints"))?;
    if !constraints.ca {
        return Err(broken("extensions.basic_constraints", "an issuer is not marked as an authority"));
    }
    if let Some(path_len) = constraints.path_len
        && below > path_len
    {
        return Err(broken("extensions.basic_constraints", "more authorities follow than it allows")
            .with(Fact::number("path_len", u64::from(path_len)))
            .with(Fact::number("actual", u64::from(below))));
    }
    if let Some(usage) = certificate.key_usage() {
        if !usage.key_cert_sign() {
            return Err(broken("extensions.key_usage", "an issuer's key may not sign certificates"));
        }
        if signs_crls == SignsCrls::Yes && !usage.crl_sign() {
            return Err(broken("extensions.key_usage", "an issuer's key may not sign revocation lists"));
        }
    }
    if certificate.has_extension(oid::NAME_CONSTRAINTS) {
        return Err(broken("extensions.name_constraints", "name constraints are not evaluated"));
    }
    if certificate.has_extension(oid::POLICY_CONSTRAINTS) {
        return Err(broken("extensions.policy_constraints", "policy constraints are not evaluated"));
    }
    Ok(())
}

/// Checks that a certificate is no authority: a leaf that could issue others could speak for them.
///
/// # Errors
/// `x509.extension`.
pub fn check_leaf(certificate: &Certificate<'_>, rules: &ChainRules) -> Result<(), Error> {
    if rules.ca_constraints == CaConstraints::PresenceOnly {
        return Ok(());
    }
    if certificate.basic_constraints().is_some_and(|constraints| constraints.ca) {
        return Err(broken("extensions.basic_constraints", "the leaf is an authority"));
    }
    if certificate.key_usage().is_some_and(|usage| usage.key_cert_sign()) {
        return Err(broken("extensions.key_usage", "the leaf's key may sign certificates"));
    }
    Ok(())
}

/// Checks that a certificate has every extension of `oids`.
///
/// # Errors
/// `x509.extension`.
pub fn require_extensions(certificate: &Certificate<'_>, oids: &[&[u8]]) -> Result<(), Error> {
    match oids.iter().find(|oid| !certificate.has_extension(oid)) {
        None => Ok(()),
        Some(missing) => {
            Err(broken("extensions", "a required extension is missing").with(Fact::bytes("oid", *missing)))
        }
    }
}

/// Checks that `crl` is the list of `issuer` (section 6.3.3 (b)) and has CRLNumber and
/// AuthorityKeyIdentifier, which every issuer must write (section 5.2); not its signature or window.
///
/// # Errors
/// `crl.issuer`, `crl.extension`.
pub fn check_crl(crl: &Crl<'_>, issuer: &Certificate<'_>, rules: &ChainRules) -> Result<(), Error> {
    if crl.issuer() != issuer.subject() {
        return Err(names_differ(Code::CrlIssuer, crl.issuer_common_name(), issuer.subject_common_name()));
    }
    check_crl_extensions(crl)?;
    check_key_identifiers(Code::CrlIssuer, crl.authority_key_id(), issuer.subject_key_id(), rules)
}

/// The same for the list of a trusted root, of which no more than the key may be known.
///
/// # Errors
/// `crl.issuer`, `crl.extension`.
pub fn check_crl_of_anchor(crl: &Crl<'_>, anchor: &TrustAnchor, rules: &ChainRules) -> Result<(), Error> {
    if let Some(der) = anchor.certificate() {
        return check_crl(crl, &Certificate::parse(der)?, rules);
    }
    if anchor.subject().is_some_and(|subject| subject != crl.issuer()) {
        return Err(names_differ(Code::CrlIssuer, crl.issuer_common_name(), None));
    }
    check_crl_extensions(crl)
}

fn check_crl_extensions(crl: &Crl<'_>) -> Result<(), Error> {
    for required in [oid::CRL_NUMBER, oid::AUTHORITY_KEY_ID] {
        if !crl.has_extension(required) {
            return Err(Error::new(Code::CrlExtension, "extensions")
                .with(Fact::text("problem", "a required extension is missing"))
                .with(Fact::bytes("oid", required)));
        }
    }
    Ok(())
}

/// Checks the signature of `crl` with the key of its issuer.
///
/// # Errors
/// `crl.signature`, `x509.algorithm`.
pub fn check_crl_signature(crl: &Crl<'_>, issuer_key: &IssuerKey) -> Result<(), Error> {
    crl.verify_signed_by(issuer_key)
}

/// Checks that `now` lies between `thisUpdate` and `nextUpdate`.
///
/// # Errors
/// `crl.stale`, `crl.not_yet_valid`.
pub fn check_crl_window(crl: &Crl<'_>, now: UnixTime) -> Result<(), Error> {
    if now > crl.next_update() {
        return Err(Error::new(Code::CrlStale, "next_update")
            .with(Fact::time("next_update", crl.next_update()))
            .with(Fact::time("at", now)));
    }
    if now < crl.this_update() {
        return Err(Error::new(Code::CrlNotYetValid, "this_update")
            .with(Fact::time("this_update", crl.this_update()))
            .with(Fact::time("at", now)));
    }
    Ok(())
}

/// Checks that the list of its issuer does not name the certificate.
///
/// # Errors
/// `x509.revoked`, and `crl.issuer` when the list is another issuer's, which would say nothing.
pub fn check_revocation(
    certificate: &Certificate<'_>,
    revocations: &dyn RevocationList,
) -> Result<(), Error> {
    if revocations.issuer() != certificate.issuer() {
        return Err(Error::new(Code::CrlIssuer, "issuer")
            .with(Fact::text("problem", "the list is not of the certificate's issuer")));
    }
    let Some(entry) = revocations.revokes(certificate.serial()) else { return Ok(()) };
    let error = Error::new(Code::X509Revoked, "serial_number")
        .with(Fact::bytes("serial", entry.serial.as_slice()))
        .with(Fact::time("revoked", entry.revocation_date));
    Err(match entry.reason {
        None => error,
        Some(reason) => error.with(Fact::number("reason", u64::from(reason))),
    })
}

/// A chain that was verified, and until when it can be relied on.
#[derive(Debug)]
pub struct VerifiedChain<'c> {
    anchor: &'c TrustAnchor,
    window: Window,
}

impl VerifiedChain<'_> {
    /// The anchor at which the chain ends.
    #[must_use]
    pub const fn anchor(&self) -> &TrustAnchor {
        self.anchor
    }

    /// What the validity of every certificate, and the window of every list that was used, share.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }
}

/// What a chain is verified against.
#[derive(Clone, Copy, Debug)]
pub struct ChainContext<'c> {
    /// Where chains may end.
    pub anchors: &'c TrustAnchors,
    /// Who checks the signatures.
    pub provider: &'c dyn CryptoProvider,
    /// The verification time.
    pub now: UnixTime,
    /// The rules.
    pub rules: ChainRules,
    /// Complete revocation lists of any issuers of the chain.
    pub crls: &'c [Crl<'c>],
    /// Whether every certificate below the anchor needs a list.
    pub revocation: Revocation,
}

/// Whether a certificate may go without a revocation list of its issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// Every certificate below the anchor needs one.
    Required,
    /// Lists that are given are used.
    WhereGiven,
}

/// Walks a chain from leaf to root, as ordered by the caller, and checks every rule of this module.
///
/// The last certificate is a trusted root, known by its key, or is issued by one whose certificate the
/// anchors hold: then that is checked as if it had been the last.
///
/// # Errors
/// `x509.anchor` and those of the functions above; the part names the certificate by its place in the
/// chain, leaf first.
pub fn verify_chain<'c>(
    chain: &[Certificate<'_>],
    context: &ChainContext<'c>,
    budget: &mut SignatureBudget,
) -> Result<VerifiedChain<'c>, Error> {
    let place = |index: usize| alloc::format!("certificate[{index}]");
    let mut keys = KeyCache { provider: context.provider, loaded: Vec::new() };
    let last = chain.last().ok_or_else(|| {
        Error::new(Code::X509Chain, "").with(Fact::text("problem", "there is no certificate"))
    })?;
    let last_index = chain.len().saturating_sub(1);
    let (anchor, omitted_root) = match context.anchors.find(last) {
        Some(anchor) => {
            check_root(last, anchor, &mut keys, budget).map_err(|e| e.inside(&place(last_index)))?;
            (anchor, None)
        }
        None => {
            let (anchor, root) = issued_by_anchor(last, context, &mut keys, budget)
                .map_err(|e| e.inside(&place(last_index)))?;
            (anchor, Some(root))
        }
    };

    let mut window = Window::ALWAYS;
    let mut below = 0u32;
    let mut child: Option<&Certificate<'_>> = None;
    for (index, certificate) in chain.iter().chain(&omitted_root).enumerate() {
        check_window(certificate, context.now, &context.rules).map_err(|e| e.inside(&place(index)))?;
        window = window.intersect(certificate.validity());
        match child {
            // A root that is its own leaf may be an authority: the caller trusts it as it is.
            None if context.anchors.find(certificate).is_some() => {}
            None => check_leaf(certificate, &context.rules).map_err(|e| e.inside(&place(index)))?,
            Some(child) => {
                let signs_crls = if context.crls.iter().any(|crl| crl.issuer() == certificate.subject()) {
                    SignsCrls::Yes
                } else {
                    SignsCrls::No
                };
                check_ca(certificate, below, signs_crls, &context.rules)
                    .map_err(|e| e.inside(&place(index)))?;
                let step = Step { child, issuer: certificate, context };
                let lists =
                    step.check(&mut keys, budget).map_err(|e| e.inside(&place(index.saturating_sub(1))))?;
                window = window.intersect(lists);
            }
        }
        if child.is_some() && !certificate.is_self_issued() {
            below = below.saturating_add(1);
        }
        child = Some(certificate);
    }
    Ok(VerifiedChain { anchor, window })
}

/// One step up the chain.
struct Step<'s> {
    child: &'s Certificate<'s>,
    issuer: &'s Certificate<'s>,
    context: &'s ChainContext<'s>,
}

impl Step<'_> {
    /// Name, signature and revocation of the child; gives the window in which the lists hold.
    fn check(&self, keys: &mut KeyCache<'_>, budget: &mut SignatureBudget) -> Result<Window, Error> {
        let (child, issuer) = (self.child, self.issuer);
        check_issued_by(child, issuer, &self.context.rules)?;
        budget.spend()?;
        let algorithm = algorithm_of(child, issuer)?;
        check_signature(child, keys.get(issuer, algorithm)?)?;
        let mut window = Window::ALWAYS;
        let mut used = false;
        for crl in self.context.crls.iter().filter(|crl| crl.issuer() == issuer.subject()) {
            check_crl(crl, issuer, &self.context.rules)?;
            check_crl_window(crl, self.context.now)?;
            budget.spend()?;
            let algorithm = crl.signature_scheme().with_key(issuer.spki().kind()).ok_or_else(not_together)?;
            check_crl_signature(crl, keys.get(issuer, algorithm)?)?;
            check_revocation(child, crl)?;
            window = window.intersect(crl.window());
            used = true;
        }
        if !used && self.context.revocation == Revocation::Required {
            return Err(Error::new(Code::CrlIssuer, "issuer")
                .with(Fact::text("problem", "no list of the certificate's issuer was given")));
        }
        Ok(window)
    }
}

/// Checks that what a root certificate says of itself is the anchor's word: it is the very certificate
/// that the caller trusts, or its key signed it.
fn check_root(
    root: &Certificate<'_>,
    anchor: &TrustAnchor,
    keys: &mut KeyCache<'_>,
    budget: &mut SignatureBudget,
) -> Result<(), Error> {
    if anchor.certificate() == Some(root.der()) {
        return Ok(());
    }
    budget.spend()?;
    let algorithm = algorithm_of(root, root)?;
    check_signature(root, keys.get(root, algorithm)?)
}

/// The anchor that issued `last`, with its certificate; only those of the issuer's name are tried.
fn issued_by_anchor<'c>(
    last: &Certificate<'_>,
    context: &ChainContext<'c>,
    keys: &mut KeyCache<'_>,
    budget: &mut SignatureBudget,
) -> Result<(&'c TrustAnchor, Certificate<'c>), Error> {
    for anchor in context.anchors.iter().filter(|anchor| anchor.subject() == Some(last.issuer())) {
        let Some(root) = anchor.certificate().map(Certificate::parse).transpose()? else { continue };
        let Ok(algorithm) = algorithm_of(last, &root) else { continue };
        budget.spend()?;
        if check_signature(last, keys.get(&root, algorithm)?).is_ok() {
            return Ok((anchor, root));
        }
    }
    Err(Error::new(Code::X509Anchor, "issuer"))
}

/// Keys of issuers, loaded once each: an issuer signs certificates and lists.
struct KeyCache<'k> {
    provider: &'k dyn CryptoProvider,
    loaded: Vec<(Vec<u8>, IssuerKey)>,
}

impl KeyCache<'_> {
    fn get(&mut self, issuer: &Certificate<'_>, algorithm: SignatureAlgorithm) -> Result<&IssuerKey, Error> {
        let spki = issuer.spki().raw();
        let known = self.loaded.iter().position(|(raw, key)| raw == spki && key.algorithm() == algorithm);
        if known.is_none() {
            let key = issuer.issuer_key(self.provider, algorithm)?;
            self.loaded.push((spki.to_vec(), key));
        }
        let index = known.unwrap_or_else(|| self.loaded.len().saturating_sub(1));
        self.loaded.get(index).map(|(_, key)| key).ok_or_else(not_together)
    }
}

fn algorithm_of(child: &Certificate<'_>, issuer: &Certificate<'_>) -> Result<SignatureAlgorithm, Error> {
    child.signature_scheme().with_key(issuer.spki().kind()).ok_or_else(not_together)
}

fn not_together() -> Error {
    Error::new(Code::X509Algorithm, "signature_algorithm")
        .with(Fact::text("problem", "the issuer's key is for another algorithm"))
}

fn broken(part: &'static str, problem: &'static str) -> Error {
    Error::new(Code::X509Extension, part).with(Fact::text("problem", problem))
}

fn names_differ(code: Code, named: Option<&str>, actual: Option<&str>) -> Error {
    let error = Error::new(code, "issuer");
    match (named, actual) {
        (Some(named), Some(actual)) => {
            error.with(Fact::string("expected", actual.into())).with(Fact::string("actual", named.into()))
        }
        _ => error,
    }
}

fn check_key_identifiers(
    code: Code,
    authority: Option<&[u8]>,
    subject: Option<&[u8]>,
    rules: &ChainRules,
) -> Result<(), Error> {
    match (authority, subject) {
        (Some(authority), Some(subject))
            if rules.key_identifiers == KeyIdentifiers::Match && authority != subject =>
        {
            Err(Error::new(code, "extensions.authority_key_identifier")
                .with(Fact::bytes("expected", subject))
                .with(Fact::bytes("actual", authority)))
        }
        _ => Ok(()),
    }
}
