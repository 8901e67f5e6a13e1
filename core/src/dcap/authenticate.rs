//! Authenticating a quote with prepared collateral.
//!
//! The work splits in two. What the platform is (PCK chain, revocation, quoting enclave, attestation
//! key) is the same for every quote that it makes until it draws a new attestation key, and can be
//! cached. What the quote says is one signature and a comparison of TCB levels.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::bytes::Bytes;
use crate::check::{Check, Failure, Outcome, Rule, Trace};
use crate::crypto::{CryptoProvider, HashAlgorithm, PublicKey, VerifyingKey};
use crate::dcap::cache::{PlatformCache, Slot};
use crate::dcap::certification::CertificationData;
use crate::dcap::chain::{ALGORITHM, PckChain, pem_chain};
use crate::dcap::checks;
use crate::dcap::collateral::Collateral;
use crate::dcap::expiry::{CERTIFICATE, Expiry};
use crate::dcap::intel::{self, QvlStatus};
use crate::dcap::pck::{PckExtension, SGX_EXTENSION_OID};
use crate::dcap::prepared::{CollateralSummary, PckAuthority, Prepared, PreparedCollateral};
use crate::dcap::profile::{Apply, Profile, Rules};
use crate::dcap::quote::{Header, Quote, Tee};
use crate::dcap::report::{Report, SgxReport, TdReport};
use crate::dcap::shortfall::{Shortfall, shortfall};
use crate::dcap::status::TcbStatus;
use crate::dcap::tcb::{PlatformTcb, Tcb};
use crate::dcap::tcb_info::{TcbInfo, module_id};
use crate::dcap::verifier::qe_of;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::time::UnixTime;
use crate::x509::chain::check_revocation;

/// A quote whose every signature was checked. Only the verifier makes one.
///
/// Authentic is not acceptable: the TCB may be out of date or revoked, the enclave or TD may be in debug
/// mode or another one than expected. That is for [`Policy::accept`](crate::policy::Policy) to say.
#[derive(Clone, Debug)]
pub struct AuthenticQuote {
    prepared: PreparedCollateral,
    platform: Arc<Platform>,
    header: Header,
    report: Report,
    tcb: Tcb,
    /// That the quote parsed.
    layout: Check,
    /// That the collateral is in force now.
    in_force: Check,
    /// The checks that come after the platform's.
    checks: Vec<Check>,
    verified_at: UnixTime,
}

/// What was verified about a platform; the same for every quote that it makes with one attestation key.
#[derive(Debug)]
pub(crate) struct Platform {
    extension: PckExtension,
    qe_report: SgxReport,
    attestation_key: Box<dyn VerifyingKey>,
    tcb: PlatformTcb,
    expiries: Vec<Expiry>,
    checks: Vec<Check>,
}

impl PreparedCollateral {
    /// Checks every signature of `quote` as of `now`, and evaluates its TCB.
    ///
    /// The platform's PCK certificate chain, revocation, its quoting enclave, the binding of the
    /// attestation key, the quote's signature, the TDX module, and which TCB level is reached. Collateral
    /// that is not in force at `now` is refused, whenever it was prepared.
    ///
    /// # Errors
    /// The first rule that does not hold, with the checks up to it. A TCB that is out of date, revoked
    /// or unsupported is authentic; no policy accepts the last two.
    pub fn authenticate(&self, quote: &Quote<'_>, now: UnixTime) -> Result<AuthenticQuote, Failure> {
        self.authenticate_with(quote, now, None)
    }

    /// The same, remembering platforms in `cache`: the next quote that a known platform makes with the
    /// same attestation key costs one signature check.
    ///
    /// # Errors
    /// As [`authenticate`](Self::authenticate).
    pub fn authenticate_cached(
        &self,
        quote: &Quote<'_>,
        now: UnixTime,
        cache: &mut PlatformCache,
    ) -> Result<AuthenticQuote, Failure> {
        self.authenticate_with(quote, now, Some(cache))
    }

    fn authenticate_with(
        &self,
        quote: &Quote<'_>,
        now: UnixTime,
        cache: Option<&mut PlatformCache>,
    ) -> Result<AuthenticQuote, Failure> {
        let layout = quote.layout();
        let rule = checks::COLLATERAL_IN_FORCE;
        if let Err(error) = self.0.expiries.iter().try_for_each(|expiry| expiry.check(now)) {
            let stale = Check::failed(rule, &error);
            return Err(self.failure(error, layout, [stale]));
        }
        let in_force = Check { rule, outcome: Outcome::Passed, facts: Vec::new() };
        let mut trace = Trace::default();
        match self.authenticate_traced(quote, now, cache, &mut trace) {
            Ok((platform, tcb)) => Ok(AuthenticQuote {
                prepared: self.clone(),
                platform,
                header: quote.header.clone(),
                report: quote.report.clone(),
                tcb,
                layout,
                in_force,
                checks: trace.into_checks(),
                verified_at: now,
            }),
            Err(PlatformFailure { error, platform_checks }) => {
                let after = core::iter::once(in_force).chain(platform_checks).chain(trace.into_checks());
                Err(self.failure(error, layout, after))
            }
        }
    }

    /// A failure whose ledger has the collateral's checks between these.
    fn failure(&self, error: Error, layout: Check, after: impl IntoIterator<Item = Check>) -> Failure {
        let mut checks = alloc::vec![layout];
        checks.extend_from_slice(&self.0.checks);
        checks.extend(after);
        Failure { error: intel::annotate(error, self.0.profile), checks }
    }

    fn authenticate_traced(
        &self,
        quote: &Quote<'_>,
        now: UnixTime,
        cache: Option<&mut PlatformCache>,
        trace: &mut Trace,
    ) -> Result<(Arc<Platform>, Tcb), PlatformFailure> {
        let prepared = self.0.as_ref();
        let slot = cache.and_then(|cache| cache.slot(self, quote));
        let platform = self.platform(quote, now, slot.as_ref().and_then(Slot::get))?;
        let checks_so_far = |error| PlatformFailure { error, platform_checks: platform.checks.clone() };
        let tcb = prepared.judge(quote, &platform, trace).map_err(checks_so_far)?;
        if let Some(slot) = slot {
            slot.keep(&platform);
        }
        Ok((platform, tcb))
    }

    /// The quote's platform: the one that is remembered, or verified now.
    fn platform(
        &self,
        quote: &Quote<'_>,
        now: UnixTime,
        remembered: Option<Arc<Platform>>,
    ) -> Result<Arc<Platform>, PlatformFailure> {
        let prepared = self.0.as_ref();
        match remembered {
            Some(platform) if platform.expiries.iter().all(|e| e.refusal_at(now).is_none()) => {
                // What verifying the platform also asks of the quote itself.
                let mut trace = Trace::default();
                let asked = apply(&mut trace, checks::COLLATERAL_KIND, prepared.check_kind(quote.header.tee))
                    .and_then(|()| match prepared.profile.rules().signature_first {
                        Apply::Enforce => Ok(None),
                        Apply::Ignore => {
                            apply(&mut trace, checks::TDX_MODULE, prepared.check_module(&quote.report))
                        }
                    });
                match asked {
                    Ok(_) => Ok(platform),
                    Err(error) => Err(PlatformFailure { error, platform_checks: trace.into_checks() }),
                }
            }
            _ => {
                let mut trace = Trace::new();
                match prepared.verify_platform(quote, now, &mut trace) {
                    Ok(platform) => Ok(Arc::new(Platform { checks: trace.into_checks(), ..platform })),
                    Err(error) => Err(PlatformFailure { error, platform_checks: trace.into_checks() }),
                }
            }
        }
    }
}

/// A failure with the checks of the platform that came before it.
struct PlatformFailure {
    error: Error,
    platform_checks: Vec<Check>,
}

impl Prepared {
    /// PCK chain, revocation, extension, collateral that fits, quoting enclave, attestation key.
    fn verify_platform(
        &self,
        quote: &Quote<'_>,
        now: UnixTime,
        trace: &mut Trace,
    ) -> Result<Platform, Error> {
        let rules = self.profile.rules();
        let provider = self.provider.as_ref();

        let certification = &quote.certification;
        let pem = apply(trace, checks::CERTIFICATION, self.pck_chain_of(certification))?;
        let from_quote = matches!(certification, CertificationData::PckChain(_));
        trace.passed(
            checks::CERTIFICATION,
            [
                Fact::number("type", certification.type_number().into()),
                Fact::text("chain_from", if from_quote { "quote" } else { "caller" }),
            ],
        );

        let inside = |error: Error| error.inside("pck_chain");
        let ders = apply(trace, checks::PCK_CHAIN, pem_chain(pem).map_err(inside))?;
        let chain = apply(trace, checks::PCK_CHAIN, PckChain::pck(&ders).map_err(inside))?;
        let extension = apply(trace, checks::PCK_EXTENSION, read_extension(&chain, rules).map_err(inside))?;
        apply(trace, checks::PCK_CHAIN, self.check_pck_chain(&chain).map_err(inside))?;
        apply(trace, checks::PCK_REVOCATION, self.check_pck_revocation(&chain).map_err(inside))?;
        trace.passed(checks::PCK_REVOCATION, [Fact::bytes("serial", chain.leaf.serial())]);
        apply(trace, checks::PCK_CHAIN, chain.check_windows(now, rules).map_err(inside))?;
        trace.passed(checks::PCK_CHAIN, [Fact::text("authority", self.authority.kind.as_str())]);
        trace.passed(
            checks::PCK_EXTENSION,
            [
                Fact::bytes("fmspc", extension.fmspc.as_slice()),
                Fact::bytes("pce_id", extension.pce_id.as_slice()),
                Fact::text("sgx_type", extension.sgx_type.as_str()),
            ],
        );

        apply(trace, checks::COLLATERAL_KIND, self.check_kind(quote.header.tee))?;
        trace.passed(checks::COLLATERAL_KIND, [Fact::text("tee", self.tcb_info.tee.as_str())]);
        apply(trace, checks::FMSPC, self.check_fmspc(&extension))?;
        trace.passed(checks::FMSPC, []);
        apply(trace, checks::PCE_ID, self.check_pce_id(&extension))?;
        trace.passed(checks::PCE_ID, []);
        if rules.signature_first == Apply::Ignore {
            apply(trace, checks::TDX_MODULE, self.check_module(&quote.report))?;
        }

        let invalid = |code| move |_| Error::new(code, "quote.qe_report");
        let pck_key = chain.leaf.load_key(provider, ALGORITHM).map_err(|error| error.inside("leaf"));
        let pck_key = apply(trace, checks::PCK_CHAIN, pck_key.map_err(inside))?;
        let signed = pck_key.verify(quote.qe_report_bytes, quote.qe_report_signature);
        let signed = signed.map_err(invalid(Code::DcapQeReportSignature));
        apply(trace, checks::QE_REPORT_SIGNATURE, signed)?;
        trace.passed(checks::QE_REPORT_SIGNATURE, []);
        apply(trace, checks::QE_REPORT_DATA, self.check_qe_report_data(quote))?;
        trace.passed(checks::QE_REPORT_DATA, [Fact::count("qe_auth_data_len", quote.qe_auth_data.len())]);
        apply(trace, checks::QE_IDENTITY, self.identity.matches(&quote.qe_report, "quote.qe_report"))?;
        trace.passed(
            checks::QE_IDENTITY,
            [
                Fact::text("id", self.identity.id.as_str()),
                Fact::bytes("mr_enclave", quote.qe_report.mr_enclave.0),
                Fact::number("isv_svn", quote.qe_report.isv_svn.into()),
            ],
        );

        let attestation_key = apply(trace, checks::QUOTE_SIGNATURE, self.load_attestation_key(quote))?;
        let qe_report = quote.qe_report.clone();
        let expiries = chain
            .validity(rules)
            .into_iter()
            .map(|(member, window)| Expiry::new(alloc::format!("pck_chain.{member}"), window, CERTIFICATE))
            .collect();
        Ok(Platform {
            tcb: PlatformTcb::new(&self.tcb_info, &extension, qe_report.isv_svn),
            extension,
            qe_report,
            attestation_key,
            expiries,
            checks: Vec::new(),
        })
    }

    /// The PEM chain: from the quote, or from the caller where the quote only names it.
    fn pck_chain_of<'q>(&'q self, certification: &CertificationData<'q>) -> Result<&'q [u8], Error> {
        match certification {
            CertificationData::PckChain(pem) => Ok(pem),
            CertificationData::PpidClear { .. }
            | CertificationData::PpidEncrypted { .. }
            | CertificationData::PpidUnread { .. }
            | CertificationData::PckLeaf(_) => {
                self.pck_certificate_chain.as_ref().map(String::as_bytes).ok_or_else(|| {
                    uncertified(certification, "the quote does not carry its PCK certificate chain")
                })
            }
            CertificationData::PlatformManifest(_) => Err(manifest(certification)),
        }
    }

    fn check_pck_chain(&self, chain: &PckChain<'_>) -> Result<(), Error> {
        let rules = self.profile.rules();
        chain.check_roles(rules)?;
        let anchor_key = self.anchors.key(self.anchor_index)?;
        let anchor = self.anchors.anchor(self.anchor_index)?;
        // Under a foreign root there is no key to check signatures with: the anchor check refuses it.
        if chain.root.spki().raw() == anchor.spki_der() {
            chain.check_signatures(
                anchor_key,
                Some(&self.authority),
                self.provider.as_ref(),
                &self.verified,
            )?;
        }
        chain.check_anchor(&self.anchors.trusted, anchor, rules)
    }

    fn check_pck_revocation(&self, chain: &PckChain<'_>) -> Result<(), Error> {
        let intermediate = &chain.intermediate;
        check_revocation(intermediate, &self.root_crl).map_err(|error| error.inside("intermediate"))?;
        if intermediate.subject() != self.authority.subject
            || intermediate.spki().raw() != self.authority.spki
        {
            return Err(Error::new(Code::CrlIssuer, "intermediate")
                .with(Fact::text("problem", "the PCK revocation list is of another authority")));
        }
        chain.check_leaf_revocation(&self.pck_crl)
    }

    fn check_kind(&self, tee: Tee) -> Result<(), Error> {
        if self.tcb_info.tee != tee {
            return Err(Error::new(Code::DcapCollateralKind, "collateral.tcb_info.id")
                .with(Fact::text("expected", tee.as_str()))
                .with(Fact::text("actual", self.tcb_info.tee.as_str())));
        }
        if self.identity.id != qe_of(tee) {
            return Err(Error::new(Code::DcapCollateralKind, "collateral.qe_identity.id")
                .with(Fact::text("expected", qe_of(tee).as_str()))
                .with(Fact::text("actual", self.identity.id.as_str())));
        }
        Ok(())
    }

    fn check_fmspc(&self, extension: &PckExtension) -> Result<(), Error> {
        if self.tcb_info.fmspc == extension.fmspc {
            return Ok(());
        }
        Err(Error::new(Code::DcapFmspc, "collateral.tcb_info.fmspc")
            .with(Fact::bytes("expected", extension.fmspc.as_slice()))
            .with(Fact::bytes("actual", self.tcb_info.fmspc.as_slice())))
    }

    fn check_pce_id(&self, extension: &PckExtension) -> Result<(), Error> {
        if self.tcb_info.pce_id == extension.pce_id {
            return Ok(());
        }
        Err(Error::new(Code::DcapPceId, "collateral.tcb_info.pce_id")
            .with(Fact::bytes("expected", extension.pce_id.as_slice()))
            .with(Fact::bytes("actual", self.tcb_info.pce_id.as_slice())))
    }

    /// `report_data[0..32] == SHA-256(attestation key ‖ authentication data)`, the rest zero.
    fn check_qe_report_data(&self, quote: &Quote<'_>) -> Result<(), Error> {
        let parts: [&[u8]; 2] = [quote.attestation_key, quote.qe_auth_data];
        let digest = self.provider.hash(HashAlgorithm::Sha256, &parts);
        let (bound, tail) = quote.qe_report.report_data.0.split_at(32);
        if bound != digest.as_slice() {
            return Err(Error::new(Code::DcapQeReportData, "quote.qe_report.report_data")
                .with(Fact::bytes("expected", digest.as_slice()))
                .with(Fact::bytes("actual", bound)));
        }
        let enforced = self.profile.rules().qe_report_data_tail == Apply::Enforce;
        if enforced && tail.iter().any(|byte| *byte != 0) {
            return Err(Error::new(Code::DcapQeReportData, "quote.qe_report.report_data")
                .with(Fact::text("expected", "zeros in the upper half"))
                .with(Fact::bytes("actual", tail)));
        }
        Ok(())
    }

    fn load_attestation_key(&self, quote: &Quote<'_>) -> Result<Box<dyn VerifyingKey>, Error> {
        let mut point = [4; 65];
        if let Some(coordinates) = point.last_chunk_mut() {
            *coordinates = *quote.attestation_key;
        }
        self.provider.load_key(ALGORITHM, PublicKey::Ec(&point)).map_err(|_| {
            Error::new(Code::DcapAttestationKey, "quote.auth_data.attestation_key")
                .at(quote.attestation_key_offset)
        })
    }

    /// The quote's own part: signature, module, TCB.
    fn judge(&self, quote: &Quote<'_>, platform: &Platform, trace: &mut Trace) -> Result<Tcb, Error> {
        let rules = self.profile.rules();
        let signed = platform
            .attestation_key
            .verify(quote.signed, quote.signature)
            .map_err(|_| Error::new(Code::DcapQuoteSignature, "quote.auth_data.signature"));
        apply(trace, checks::QUOTE_SIGNATURE, signed)?;
        trace.passed(checks::QUOTE_SIGNATURE, []);
        match &quote.report {
            Report::Td(_) => {
                let module = apply(trace, checks::TDX_MODULE, self.check_module(&quote.report))?;
                trace.passed(checks::TDX_MODULE, module.map(|id| Fact::string("id", id)).as_slice());
            }
            Report::Sgx(_) => trace.skipped(checks::TDX_MODULE, "not a TDX quote"),
        }
        let tcb =
            platform.tcb.evaluate(&self.tcb_info, &self.identity, &quote.report, rules.current_tcb_revoked);
        let mut facts = alloc::vec![
            Fact::text("status", tcb.status.as_str()),
            Fact::number("evaluation_number", self.summary.evaluation_number().into()),
        ];
        facts.extend(tcb.date.map(|date| Fact::time("tcb_date", date)));
        facts.push(Fact::count("advisories", tcb.advisories.len()));
        match tcb.status {
            TcbStatus::NotSupported => trace.unmet(checks::TCB_LEVEL, facts),
            _ => trace.passed(checks::TCB_LEVEL, facts),
        }
        Ok(tcb)
    }

    /// The TDX module's signer and attributes are those of its identity; gives the module's id.
    fn check_module(&self, report: &Report) -> Result<Option<String>, Error> {
        match report {
            Report::Sgx(_) => Ok(None),
            Report::Td(td) => check_module(td, &self.tcb_info),
        }
    }
}

/// Reads the PCK chain and its SGX extension without verifying them, for the profile in which their form
/// comes before everything else.
pub(crate) fn precheck_chain(quote: &Quote<'_>, collateral: &Collateral, rules: &Rules) -> Result<(), Error> {
    let pem = match (&quote.certification, &collateral.pck_certificate_chain) {
        (CertificationData::PckChain(pem), _) => pem,
        (CertificationData::PlatformManifest(_), _) => return Err(manifest(&quote.certification)),
        (_, Some(pem)) => pem.as_bytes(),
        (_, None) => return Ok(()),
    };
    let read = || {
        let ders = pem_chain(pem)?;
        let chain = PckChain::pck(&ders)?;
        read_extension(&chain, rules)
    };
    read().map(|_| ()).map_err(|error| error.inside("pck_chain"))
}

fn manifest(certification: &CertificationData<'_>) -> Error {
    uncertified(certification, "platform manifests are not verified")
}

fn uncertified(certification: &CertificationData<'_>, problem: &'static str) -> Error {
    Error::new(Code::DcapCertificationType, "quote.auth_data.certification_type")
        .with(Fact::number("type", certification.type_number().into()))
        .with(Fact::text("problem", problem))
}

fn check_module(td: &TdReport, tcb_info: &TcbInfo) -> Result<Option<String>, Error> {
    let mismatch = |part: &'static str| Error::new(Code::DcapTdxModule, part);
    let (module, id) = match td.module_version() {
        0 => (tcb_info.module.as_ref(), None),
        version => (tcb_info.module_identity(version), Some(module_id(version))),
    };
    let module = module.ok_or_else(|| {
        mismatch("quote.body.tee_tcb_svn").with(Fact::string("module", id.clone().unwrap_or_default()))
    })?;
    if td.mr_signer_seam != module.mr_signer {
        return Err(mismatch("quote.body.mr_signer_seam")
            .with(Fact::bytes("expected", module.mr_signer.0))
            .with(Fact::bytes("actual", td.mr_signer_seam.0)));
    }
    // Production modules have none: Intel's library wants zero, whatever the identity and its mask say.
    if !td.seam_attributes.is_zero() || td.seam_attributes != module.attributes {
        return Err(mismatch("quote.body.seam_attributes")
            .with(Fact::bytes("expected", [0; 8]))
            .with(Fact::bytes("actual", td.seam_attributes.0)));
    }
    Ok(id)
}

fn read_extension(chain: &PckChain<'_>, rules: &Rules) -> Result<PckExtension, Error> {
    let extension = chain.leaf.extension(SGX_EXTENSION_OID).ok_or_else(|| {
        Error::new(Code::DcapPckExtension, "leaf.sgx_extension")
            .with(Fact::text("expected", "the SGX extension"))
    })?;
    PckExtension::read(&extension, rules.pck_svn_range).map_err(|error| error.inside("leaf"))
}

/// Records a failure under `rule`; success is recorded by the caller, with its facts.
pub(crate) fn apply<T>(trace: &mut Trace, rule: &'static Rule, result: Result<T, Error>) -> Result<T, Error> {
    if let Err(error) = &result {
        trace.failed(rule, error);
    }
    result
}

impl AuthenticQuote {
    /// Who hashed and verified, for the steps that follow.
    #[must_use]
    pub fn provider(&self) -> &dyn CryptoProvider {
        self.prepared.0.provider.as_ref()
    }

    /// Version, TEE, vendor and user data.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Which TEE made the quote.
    #[must_use]
    pub const fn tee(&self) -> Tee {
        self.header.tee
    }

    /// What the quote reports: measurements, attributes, report data.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// The TCB's status, date and advisories.
    #[must_use]
    pub const fn tcb(&self) -> &Tcb {
        &self.tcb
    }

    /// What Intel certified about the platform.
    #[must_use]
    pub fn platform(&self) -> &PckExtension {
        &self.platform.extension
    }

    /// Which authority issued the platform's PCK certificate.
    #[must_use]
    pub fn pck_authority(&self) -> PckAuthority {
        self.prepared.0.authority.kind
    }

    /// The quoting enclave's report.
    #[must_use]
    pub fn qe_report(&self) -> &SgxReport {
        &self.platform.qe_report
    }

    /// Dates and numbers of the collateral that was used.
    #[must_use]
    pub fn collateral(&self) -> &CollateralSummary {
        self.prepared.summary()
    }

    /// The collateral that was used.
    #[must_use]
    pub const fn prepared(&self) -> &PreparedCollateral {
        &self.prepared
    }

    /// Every TCB level that is not reached, and why.
    #[must_use]
    pub fn shortfall(&self) -> Vec<Shortfall> {
        let tee_tcb_svn: Option<&Bytes<16>> = match &self.report {
            Report::Sgx(_) => None,
            Report::Td(td) => Some(&td.tee_tcb_svn),
        };
        let prepared = self.prepared.0.as_ref();
        shortfall(
            &self.tcb,
            &prepared.tcb_info,
            &prepared.identity,
            &self.platform.extension,
            self.platform.qe_report.isv_svn,
            tee_tcb_svn,
        )
    }

    /// When each part of collateral and PCK chain goes stale.
    pub fn expiries(&self) -> impl Iterator<Item = &Expiry> {
        self.prepared.expiries().iter().chain(&self.platform.expiries)
    }

    /// The last second at which all of them are in force, whatever grace a verifier gives.
    #[must_use]
    pub fn in_force_until(&self) -> UnixTime {
        self.expiries().map(|expiry| expiry.window.not_after).min().unwrap_or_default()
    }

    /// Every check that was made, in order: that the quote parses, the collateral's, the platform's, the
    /// quote's.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        let before = core::iter::once(&self.layout).chain(self.prepared.checks()).chain([&self.in_force]);
        before.chain(&self.platform.checks).chain(&self.checks)
    }

    /// The conformance profile.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.prepared.profile()
    }

    /// The time of the verification.
    #[must_use]
    pub const fn verified_at(&self) -> UnixTime {
        self.verified_at
    }

    /// The status that Intel's library gives, under [`Profile::Intel`].
    #[must_use]
    pub fn intel_status(&self) -> Option<QvlStatus> {
        (self.profile() == Profile::Intel).then(|| QvlStatus::of_tcb(self.tcb.status))
    }
}
