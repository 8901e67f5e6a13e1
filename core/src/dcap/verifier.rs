//! The verifier of quotes: what is trusted, and how collateral is prepared.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::check::{Check, Failure, Rule, Trace};
use crate::crypto::CryptoProvider;
use crate::dcap::authenticate::{self, AuthenticQuote};
use crate::dcap::chain::{ALGORITHM, Chain, Role, Verified, check_crl, fingerprint, pem_chain};
use crate::dcap::checks;
use crate::dcap::collateral::Collateral;
use crate::dcap::document::{Signer, SignerContext};
use crate::dcap::expiry::{CERTIFICATE, CRL, Expiries, IDENTITY, TCB_INFO, document_window};
use crate::dcap::identity::{EnclaveId, EnclaveIdentity};
use crate::dcap::intel;
use crate::dcap::prepared::{Authority, CollateralSummary, PckAuthority, Prepared, PreparedCollateral};
use crate::dcap::profile::{Profile, Rules};
use crate::dcap::quote::{Quote, Tee};
use crate::dcap::tcb_info::TcbInfo;
use crate::encoding::decode_der_or_text;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::policy::{Accepted, Policy, Rejection};
use crate::time::UnixTime;
use crate::trust::{TrustAnchor, TrustAnchors};
use crate::x509::chain::check_revocation;
use crate::x509::{Certificate, Crl, IssuerKey};

/// Verifies collateral and quotes: trust anchors, cryptography and profile, chosen once.
///
/// ```no_run
/// use std::sync::Arc;
/// use veriquote::{UnixTime, crypto::RustCrypto, dcap};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (quote_bytes, collateral_json, now) = (Vec::new(), Vec::new(), UnixTime(0));
/// let verifier = dcap::Verifier::intel(Arc::new(RustCrypto))?;
/// let collateral = dcap::Collateral::from_json(&collateral_json)?;
/// let prepared = verifier.prepare(&collateral, now)?;
/// let quote = dcap::Quote::parse(&quote_bytes)?;
/// let authentic = prepared.authenticate(&quote, now)?;
/// println!("{}", authentic.tcb().status);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    pub(crate) anchors: Arc<Anchors>,
    pub(crate) provider: Arc<dyn CryptoProvider>,
    profile: Profile,
    max_age: Option<u64>,
    grace: u64,
}

#[derive(Debug)]
pub(crate) struct Anchors {
    pub(crate) trusted: TrustAnchors,
    keys: Vec<IssuerKey>,
    /// For each anchor: SHA-256 of certificates that its key is known to have signed.
    pub(crate) known: Vec<Vec<[u8; 32]>>,
}

impl Verifier {
    /// Trusts Intel's SGX root, pinned by its key.
    ///
    /// # Errors
    /// `x509.algorithm` when the provider cannot verify ECDSA on P-256.
    pub fn intel(provider: Arc<dyn CryptoProvider>) -> Result<Self, Error> {
        Self::new(TrustAnchors::intel_sgx(), provider)
    }

    /// Trusts the caller's own roots.
    ///
    /// # Errors
    /// `x509.algorithm` when a root's key is not ECDSA on P-256.
    pub fn new(anchors: TrustAnchors, provider: Arc<dyn CryptoProvider>) -> Result<Self, Error> {
        let keys = anchors
            .iter()
            .map(|anchor| anchor.issuer_key(provider.as_ref(), ALGORITHM))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| error.inside("root"))?;
        let known = anchors.iter().zip(&keys).map(|(a, key)| known(a, key, provider.as_ref())).collect();
        let anchors = Arc::new(Anchors { trusted: anchors, keys, known });
        Ok(Self { anchors, provider, profile: Profile::Strict, max_age: None, grace: 0 })
    }

    /// The same verifier with another conformance profile; [`Profile::Strict`] is the default.
    #[must_use]
    pub const fn with_profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// The same verifier, refusing collateral of which a part was issued more than `seconds` ago, even
    /// while Intel calls it current.
    #[must_use]
    pub const fn with_max_collateral_age(mut self, seconds: u64) -> Self {
        self.max_age = Some(seconds);
        self
    }

    /// The same verifier, still reading TCB info, identities and lists up to `seconds` after their next
    /// update. The policy must allow it as well, or the quote is rejected; certificates have no grace.
    #[must_use]
    pub const fn with_collateral_grace(mut self, seconds: u64) -> Self {
        self.grace = seconds;
        self
    }

    /// The conformance profile.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Verifies every signature, chain, list and window of `collateral`, once, as of `now`.
    ///
    /// # Errors
    /// The first rule that does not hold, with the checks up to it.
    pub fn prepare(&self, collateral: &Collateral, now: UnixTime) -> Result<PreparedCollateral, Failure> {
        let mut trace = Trace::new();
        match self.prepare_traced(collateral, now, &mut trace) {
            Ok(inner) => Ok(PreparedCollateral(Arc::new(Prepared { checks: trace.into_checks(), ..inner }))),
            Err(error) => Err(trace.fail(intel::annotate(error, self.profile))),
        }
    }

    /// Parses and authenticates one quote with its collateral, in one call.
    ///
    /// # Errors
    /// The first rule that does not hold, with the checks up to it.
    pub fn authenticate(
        &self,
        quote: &[u8],
        collateral: &Collateral,
        now: UnixTime,
    ) -> Result<AuthenticQuote, Failure> {
        let fail = |before: Option<Check>, rule, error| {
            let error = intel::annotate(error, self.profile);
            let checks = before.into_iter().chain([Check::failed(rule, &error)]).collect();
            Failure { error, checks }
        };
        let quote = Quote::parse(quote).map_err(|error| fail(None, checks::QUOTE_LAYOUT, error))?;
        if self.profile == Profile::Intel {
            // Intel's library reads the quote's own chain before any collateral.
            authenticate::precheck_chain(&quote, collateral, self.profile.rules())
                .map_err(|error| fail(Some(quote.layout()), checks::PCK_CHAIN, error))?;
        }
        let prepared = self.prepare(collateral, now).map_err(|mut failure| {
            failure.checks.insert(0, quote.layout());
            failure
        })?;
        prepared.authenticate(&quote, now)
    }

    /// The paved path: parses, authenticates and appraises one quote with its collateral.
    ///
    /// The policy's grace period for collateral is used for reading the collateral as well.
    ///
    /// # Errors
    /// [`NotAccepted::Inauthentic`] with the checks up to the one that failed, or
    /// [`NotAccepted::Rejected`] with the policy's findings.
    pub fn verify(
        &self,
        quote: &[u8],
        collateral: &Collateral,
        policy: &Policy,
        now: UnixTime,
    ) -> Result<Accepted<AuthenticQuote>, NotAccepted> {
        let verifier = self.clone().with_collateral_grace(policy.collateral.grace_seconds.max(self.grace));
        let quote = verifier.authenticate(quote, collateral, now).map_err(NotAccepted::Inauthentic)?;
        policy.accept(quote).map_err(NotAccepted::Rejected)
    }

    fn prepare_traced(
        &self,
        collateral: &Collateral,
        now: UnixTime,
        trace: &mut Trace,
    ) -> Result<Prepared, Error> {
        let rules = self.profile.rules();
        let provider = self.provider.as_ref();
        let mut verified = Verified::default();
        let mut expiries = Expiries { list: Vec::new(), max_age: self.max_age, grace: self.grace };

        // The PCK authority, under one of the trusted roots.
        let part = "collateral.pck_crl_issuer_chain";
        let ders = step(trace, checks::CRL_ISSUER_CHAIN, part, || {
            pem_chain(collateral.pck_crl_issuer_chain.as_bytes())
        })?;
        let (authority, anchor_index) = step(trace, checks::CRL_ISSUER_CHAIN, part, || {
            let (chain, index);
            (chain, index, verified) = self.anchors.chain_of_two(&ders, Role::PckCa, rules, provider)?;
            chain.check_windows(now, rules)?;
            Ok((chain, index))
        })?;
        let anchor = self.anchors.anchor(anchor_index)?;
        let anchor_key = self.anchors.key(anchor_index)?;
        let name = authority.leaf.subject_common_name().unwrap_or_default();
        trace.passed(checks::CRL_ISSUER_CHAIN, [Fact::string("authority", name.into())]);
        expiries.extend("pck_crl_issuer_chain", authority.validity(rules), CERTIFICATE);

        // The root's list, and the authority under it.
        let part = "collateral.root_ca_crl";
        let root_crl_der = step(trace, checks::ROOT_CRL, part, || decode_crl(&collateral.root_ca_crl))?;
        let root_crl = step(trace, checks::ROOT_CRL, part, || {
            let crl = Crl::parse(&root_crl_der)?;
            check_crl(&crl, &authority.root, anchor_key, rules)?;
            Ok(crl)
        })?;
        let expiry = expiries.renewed("root_ca_crl", root_crl.window(), CRL);
        step(trace, checks::ROOT_CRL, "", || expiry.check(now))?;
        trace.passed(checks::ROOT_CRL, crl_facts(&root_crl));
        expiries.push(expiry);
        expiries.push_age("root_ca_crl", root_crl.this_update());
        step(trace, checks::CA_REVOCATION, "collateral.pck_crl_issuer_chain.intermediate", || {
            check_revocation(&authority.leaf, &root_crl)
        })?;
        trace.passed(checks::CA_REVOCATION, []);

        // The authority's list.
        let part = "collateral.pck_crl";
        let pck_crl_der = step(trace, checks::PCK_CRL, part, || decode_crl(&collateral.pck_crl))?;
        let authority_key =
            step(trace, checks::PCK_CRL, part, || authority.leaf.issuer_key(provider, ALGORITHM))?;
        let pck_crl = step(trace, checks::PCK_CRL, part, || {
            let crl = Crl::parse(&pck_crl_der)?;
            check_crl(&crl, &authority.leaf, &authority_key, rules)?;
            Ok(crl)
        })?;
        let expiry = expiries.renewed("pck_crl", pck_crl.window(), CRL);
        step(trace, checks::PCK_CRL, "", || expiry.check(now))?;
        trace.passed(checks::PCK_CRL, crl_facts(&pck_crl));
        expiries.push(expiry);
        expiries.push_age("pck_crl", pck_crl.this_update());

        // TCB info: signer, signature, and only then its contents.
        let context = SignerContext {
            anchor,
            anchors: &self.anchors.trusted,
            anchor_key,
            root_crl: &root_crl,
            root_crl_signed: Some(&root_crl),
            provider,
            rules,
            now,
        };
        let document = &collateral.tcb_info;
        let part = "collateral.tcb_info_issuer_chain";
        let signer = step(trace, checks::TCB_SIGNER, part, || {
            Signer::verify(&document.issuer_chain, &context, &mut verified)
        })?;
        trace.passed(checks::TCB_SIGNER, []);
        expiries.extend("tcb_info_issuer_chain", signer.validity.clone(), CERTIFICATE);
        let part = "collateral.tcb_info";
        let node = step(trace, checks::TCB_INFO_SIGNATURE, part, || {
            signer.open(document, Code::DcapTcbInfoSignature, rules)
        })?;
        trace.passed(checks::TCB_INFO_SIGNATURE, []);
        let tcb_info = step(trace, checks::TCB_INFO_LAYOUT, part, || TcbInfo::read(&node, &rules.documents))?;
        trace.passed(checks::TCB_INFO_LAYOUT, [Fact::number("version", tcb_info.version.into())]);
        let window = document_window(tcb_info.issue_date, tcb_info.next_update, rules);
        let expiry = expiries.renewed("tcb_info", window, TCB_INFO);
        step(trace, checks::TCB_INFO_WINDOW, "", || expiry.check(now))?;
        trace.passed(checks::TCB_INFO_WINDOW, window_facts(tcb_info.issue_date, tcb_info.next_update));
        expiries.push(expiry);
        expiries.push_age("tcb_info", tcb_info.issue_date);

        // The quoting enclave's identity, often under the same chain.
        let document = &collateral.qe_identity;
        let part = "collateral.qe_identity_issuer_chain";
        let own_signer;
        let identity_signer = if document.issuer_chain == collateral.tcb_info.issuer_chain {
            &signer
        } else {
            own_signer = step(trace, checks::IDENTITY_SIGNER, part, || {
                Signer::verify(&document.issuer_chain, &context, &mut verified)
            })?;
            &own_signer
        };
        trace.passed(checks::IDENTITY_SIGNER, []);
        expiries.extend("qe_identity_issuer_chain", identity_signer.validity.clone(), CERTIFICATE);
        let part = "collateral.qe_identity";
        let node = step(trace, checks::IDENTITY_SIGNATURE, part, || {
            identity_signer.open(document, Code::DcapIdentitySignature, rules)
        })?;
        trace.passed(checks::IDENTITY_SIGNATURE, []);
        let identity =
            step(trace, checks::IDENTITY_LAYOUT, part, || EnclaveIdentity::read(&node, &rules.documents))?;
        trace.passed(checks::IDENTITY_LAYOUT, [Fact::text("id", identity.id.as_str())]);
        let window = document_window(identity.issue_date, identity.next_update, rules);
        let expiry = expiries.renewed("qe_identity", window, IDENTITY);
        step(trace, checks::IDENTITY_WINDOW, "", || expiry.check(now))?;
        trace.passed(checks::IDENTITY_WINDOW, window_facts(identity.issue_date, identity.next_update));
        expiries.push(expiry);
        expiries.push_age("qe_identity", identity.issue_date);

        match self.max_age {
            None => trace.skipped(checks::COLLATERAL_AGE, "no maximum age was given"),
            Some(seconds) => {
                step(trace, checks::COLLATERAL_AGE, "", || expiries.check(now))?;
                trace.passed(checks::COLLATERAL_AGE, [Fact::number("maximum_seconds", seconds)]);
            }
        }

        Ok(Prepared {
            profile: self.profile,
            provider: Arc::clone(&self.provider),
            anchors: Arc::clone(&self.anchors),
            anchor_index,
            authority: Authority {
                spki: authority.leaf.spki().raw().into(),
                subject: authority.leaf.subject().into(),
                kind: PckAuthority::of(name),
                der: authority.leaf.der().into(),
                key: authority_key,
            },
            verified,
            summary: CollateralSummary::new(&tcb_info, &identity, &root_crl, &pck_crl),
            root_crl: root_crl.into_revoked_serials(),
            pck_crl: pck_crl.into_revoked_serials(),
            tcb_info,
            identity,
            pck_certificate_chain: collateral.pck_certificate_chain.clone(),
            qve_identity: collateral.qve_identity.clone(),
            expiries: expiries.list,
            checks: Vec::new(),
        })
    }
}

/// Certificates whose signature by an anchor's key need not be checked again: the root certificate that
/// the caller gave, checked here, and those whose fingerprints the trust store knows.
fn known(anchor: &TrustAnchor, key: &IssuerKey, provider: &dyn CryptoProvider) -> Vec<[u8; 32]> {
    let given = || {
        let der = anchor.certificate()?;
        Certificate::parse(der).ok()?.verify_signed_by(key).ok()?;
        fingerprint(der, provider)
    };
    given().into_iter().chain(anchor.known_certificates().iter().copied()).collect()
}

/// Runs one step; on failure records it under `rule` with the outer path.
fn step<T>(
    trace: &mut Trace,
    rule: &'static Rule,
    part: &'static str,
    run: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    run().map_err(|error| {
        let error = if part.is_empty() { error } else { error.inside(part) };
        trace.failed(rule, &error);
        error
    })
}

/// Why evidence was not accepted.
#[derive(Debug)]
pub enum NotAccepted {
    /// It is not authentic.
    Inauthentic(Failure),
    /// It is authentic, and the policy says no.
    Rejected(Box<Rejection<AuthenticQuote>>),
}

impl NotAccepted {
    /// Why.
    pub const fn error(&self) -> &Error {
        match self {
            Self::Inauthentic(failure) => &failure.error,
            Self::Rejected(rejection) => &rejection.error,
        }
    }
}

impl fmt::Display for NotAccepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.error(), f)
    }
}

impl core::error::Error for NotAccepted {}

impl Anchors {
    pub(crate) fn key(&self, index: usize) -> Result<&IssuerKey, Error> {
        self.keys.get(index).ok_or_else(|| Error::new(Code::X509Anchor, "root"))
    }

    /// A chain of two that ends at one of the trusted roots, with that root's index: roles, signatures and root;
    /// neither windows nor revocation.
    pub(crate) fn chain_of_two<'c>(
        &self,
        ders: &'c [Vec<u8>],
        role: Role,
        rules: &Rules,
        provider: &dyn CryptoProvider,
    ) -> Result<(Chain<'c>, usize, Verified), Error> {
        let chain = Chain::of_two(ders, role)?;
        chain.check_roles(rules)?;
        let (anchor, index) = self.of_root(&chain.root)?;
        let mut verified = Verified::known(self.known.get(index).map_or(&[], Vec::as_slice));
        chain.check_root_signatures(self.key(index)?, provider, &mut verified)?;
        chain.check_anchor(&self.trusted, anchor, rules)?;
        Ok((chain, index, verified))
    }

    /// The anchor that is the key of this root.
    pub(crate) fn of_root(&self, root: &Certificate<'_>) -> Result<(&TrustAnchor, usize), Error> {
        let anchor = self.trusted.require(root).map_err(|error| error.inside("root"))?;
        Ok((anchor, self.trusted.iter().position(|known| known == anchor).unwrap_or_default()))
    }

    pub(crate) fn anchor(&self, index: usize) -> Result<&TrustAnchor, Error> {
        self.trusted.iter().nth(index).ok_or_else(|| Error::new(Code::X509Anchor, "root"))
    }
}

pub(crate) fn decode_crl(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    decode_der_or_text(bytes, "X509 CRL")
}

fn crl_facts(crl: &Crl<'_>) -> Vec<Fact> {
    alloc::vec![
        Fact::bytes("crl_number", crl.crl_number().unwrap_or_default()),
        Fact::count("entries", crl.len()),
        Fact::time("next_update", crl.next_update()),
    ]
}

fn window_facts(issue_date: UnixTime, next_update: UnixTime) -> Vec<Fact> {
    alloc::vec![Fact::time("issue_date", issue_date), Fact::time("next_update", next_update)]
}

/// The quoting enclave's identity that goes with a TEE.
pub(crate) const fn qe_of(tee: Tee) -> EnclaveId {
    match tee {
        Tee::Sgx => EnclaveId::Qe,
        Tee::Tdx => EnclaveId::TdQe,
    }
}
