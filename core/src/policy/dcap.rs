//! Appraising an authentic quote.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::rules::{Expected, Masked, Policy, SgxRules, TdxRules};
use super::{Accepted, Findings, Rejection, known_property, property};
use crate::bytes::{Bytes, constant_time_eq};
use crate::dcap::{
    AuthenticQuote, PlatformConfiguration, Report, SgxAttributes, SgxReport, TcbStatus, TdAttributes,
    TdReport,
};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::measured_boot::BootState;
use crate::time::UnixTime;

impl Policy {
    /// Evaluates every rule over an authentic quote.
    ///
    /// # Errors
    /// `policy.rejected` with all findings; `dcap.tcb.revoked` and `dcap.tcb.not_supported` whatever the
    /// policy says.
    pub fn accept(
        &self,
        quote: AuthenticQuote,
    ) -> Result<Accepted<AuthenticQuote>, Box<Rejection<AuthenticQuote>>> {
        self.accept_with_log(quote, None)
    }

    /// As [`Policy::accept`], with what the guest's event log says.
    ///
    /// # Errors
    /// Those of [`Policy::accept`]; `misuse.options` when the log was verified against other RTMRs than
    /// this quote's; `policy.rejected` also when rules are stated about a log, and none is given.
    pub fn accept_with_log(
        &self,
        quote: AuthenticQuote,
        boot: Option<&BootState<'_>>,
    ) -> Result<Accepted<AuthenticQuote>, Box<Rejection<AuthenticQuote>>> {
        let (findings, refusal) = self.appraise(&quote, boot);
        self.ruled(quote, findings, refusal)
    }

    /// The findings about a machine that is a member of a composite, and the refusal that no policy can lift.
    #[cfg(feature = "nvidia")]
    pub(super) fn appraise_machine(
        &self,
        quote: &AuthenticQuote,
        boot: Option<&BootState<'_>>,
    ) -> (Vec<super::Finding>, Option<Error>) {
        // Here it says nothing against the machine that the policy speaks of its devices too.
        let machine = Self {
            nvidia: super::NvidiaRules::strict(),
            #[cfg(feature = "tpm")]
            tpm: super::TpmRules::strict(),
            ..self.clone()
        };
        machine.appraise_alone(quote, boot)
    }

    /// The findings about a machine, and the refusal that no policy can lift.
    #[cfg(feature = "nvidia")]
    pub(super) fn appraise_alone(
        &self,
        quote: &AuthenticQuote,
        boot: Option<&BootState<'_>>,
    ) -> (Vec<super::Finding>, Option<Error>) {
        let (findings, refusal) = self.appraise(quote, boot);
        (findings.0, refusal)
    }

    /// The findings, and the refusal that no policy can lift.
    fn appraise(&self, quote: &AuthenticQuote, boot: Option<&BootState<'_>>) -> (Findings, Option<Error>) {
        let mut findings = Findings::default();
        let foreign = boot.is_some_and(|boot| match quote.report() {
            Report::Td(report) => !boot.is_of_rtmrs(&report.rtmr.map(|rtmr| rtmr.0)),
            Report::Sgx(_) => true,
        });
        let boot = boot.filter(|_| !foreign);
        let foreign = foreign.then(|| findings.of_another_quote("boot.quote"));
        if self.crypto_only {
            findings.crypto_only();
        } else {
            self.appraise_tcb(quote, &mut findings);
            self.appraise_collateral(quote, &mut findings);
            self.appraise_platform(quote, &mut findings);
            self.appraise_tee(quote, &mut findings);
            if boot.is_some() || self.boot != super::BootRules::strict() {
                self.boot.appraise(boot, quote.provider(), false, &mut findings);
            }
            match quote.report() {
                Report::Sgx(report) => appraise_sgx(&self.sgx, report, &mut findings),
                Report::Td(report) => appraise_td(&self.tdx, report, &mut findings),
            }
        }
        // A given expectation of the report data is never set aside.
        let report_data = quote.report().report_data();
        match &self.report_data {
            None => findings.not_checked("report_data", [Fact::bytes("actual", report_data.0)]),
            Some(expected) => findings.add(
                "report_data",
                constant_time_eq(&expected.0, &report_data.0),
                [Fact::bytes("expected", expected.0), Fact::bytes("actual", report_data.0)],
            ),
        }
        (findings, terminal(quote.tcb().status).or(foreign))
    }

    /// A policy that says something of one TEE alone does not accept evidence of the other, of which it
    /// says nothing.
    fn appraise_tee(&self, quote: &AuthenticQuote, findings: &mut Findings) {
        self.appraise_evidence_kind(quote.tee().as_str(), findings);
    }

    fn appraise_tcb(&self, quote: &AuthenticQuote, findings: &mut Findings) {
        let tcb = quote.tcb();
        let rules = &self.tcb;
        let names: Vec<&str> = rules.accept.iter().map(|status| status.as_str()).collect();
        let mut facts = alloc::vec![
            Fact::string("accepted", names.join(",")),
            Fact::text("actual", tcb.status.as_str()),
        ];
        let listed = rules.accept.contains(&tcb.status);
        let in_grace = !listed && self.is_in_grace(quote);
        if in_grace {
            facts.push(Fact::number("grace_seconds", rules.grace_seconds));
            facts.extend(tcb.launch.out_of_date_since.map(|date| Fact::time("out_of_date_since", date)));
        }
        findings.add("tcb.accept", listed || in_grace, facts);

        let running = tcb.current.iter().flat_map(|current| &current.advisories);
        let mut ids: Vec<&str> = tcb.advisories.iter().chain(running).map(|id| &**id).collect();
        ids.sort_unstable();
        ids.dedup();
        let applying = || ids.iter().copied();
        let list = |ids: Vec<&str>| Fact::string("actual", ids.join(","));
        match &rules.tolerated_advisories {
            None => findings.not_checked("tcb.tolerated_advisories", [list(applying().collect())]),
            Some(tolerated) => {
                let others: Vec<&str> =
                    applying().filter(|id| !tolerated.iter().any(|known| known == id)).collect();
                findings.add("tcb.tolerated_advisories", others.is_empty(), [list(others)]);
            }
        }
        let rejected: Vec<&str> =
            applying().filter(|id| rules.rejected_advisories.iter().any(|bad| bad == id)).collect();
        if !rules.rejected_advisories.is_empty() {
            findings.add("tcb.rejected_advisories", rejected.is_empty(), [list(rejected)]);
        }

        let number = quote.collateral().evaluation_number();
        let actual = Fact::number("actual", number.into());
        match rules.minimum_evaluation_number {
            None => findings.not_checked("tcb.minimum_evaluation_number", [actual]),
            Some(minimum) => findings.add(
                "tcb.minimum_evaluation_number",
                number >= minimum,
                [Fact::number("expected", minimum.into()), actual],
            ),
        }
    }

    /// Out of date, but for no longer than the grace period; a configuration that is needed must be
    /// acceptable by itself.
    fn is_in_grace(&self, quote: &AuthenticQuote) -> bool {
        let tcb = quote.tcb();
        let status_allows = match tcb.status {
            TcbStatus::OutOfDate => true,
            TcbStatus::OutOfDateConfigurationNeeded => {
                self.tcb.accept.contains(&TcbStatus::ConfigurationNeeded)
            }
            _ => false,
        };
        status_allows && self.grace_end(quote).is_some_and(|end| quote.verified_at() < end)
    }

    /// The first second at which an out-of-date TCB of this date is no longer acceptable.
    pub(crate) fn grace_end(&self, quote: &AuthenticQuote) -> Option<UnixTime> {
        let seconds = i64::try_from(self.tcb.grace_seconds).unwrap_or(i64::MAX);
        let date = quote.tcb().launch.out_of_date_since.filter(|_| seconds > 0)?;
        Some(date.saturating_add(seconds).saturating_add(1))
    }

    fn appraise_collateral(&self, quote: &AuthenticQuote, findings: &mut Findings) {
        let now = quote.verified_at();
        let rules = &self.collateral;
        let late =
            quote.expiries().map(|expiry| now.since(expiry.window.not_after)).max().unwrap_or_default();
        if late > 0 {
            let grace = i64::try_from(rules.grace_seconds).unwrap_or(i64::MAX);
            findings.add(
                "collateral.grace_seconds",
                late <= grace,
                [Fact::number("expected", rules.grace_seconds), Fact::number("actual", late.unsigned_abs())],
            );
        }
        let age = now.since(quote.collateral().earliest_issued).max(0);
        let actual = Fact::number("actual", age.unsigned_abs());
        match rules.maximum_age_seconds {
            None => findings.not_checked("collateral.maximum_age_seconds", [actual]),
            Some(maximum) => findings.add(
                "collateral.maximum_age_seconds",
                age.unsigned_abs() <= maximum,
                [Fact::number("expected", maximum), actual],
            ),
        }
    }

    fn appraise_platform(&self, quote: &AuthenticQuote, findings: &mut Findings) {
        let rules = &self.platform;
        let platform = quote.platform();
        if rules.ppids.is_none() && rules.instance_ids.is_none() {
            findings.not_checked(
                "platform.identity",
                [Fact::text("meaning", "any genuine platform is accepted, also one with an extracted key")],
            );
        }
        if let Some(ppids) = &rules.ppids {
            findings.add(
                "platform.ppids",
                ppids.contains(&platform.ppid),
                [Fact::bytes("actual", platform.ppid.as_slice())],
            );
        }
        if let Some(ids) = &rules.instance_ids {
            let actual = platform.platform_instance_id;
            findings.add(
                "platform.instance_ids",
                actual.is_some_and(|id| ids.contains(&id)),
                actual.map(|id| Fact::bytes("actual", id.as_slice())).as_slice(),
            );
        }
        if let Some(fmspcs) = &rules.fmspcs {
            findings.add(
                "platform.fmspcs",
                fmspcs.contains(&platform.fmspc),
                [Fact::bytes("actual", platform.fmspc.as_slice())],
            );
        }
        let configuration = platform.configuration.unwrap_or_default();
        let PlatformConfiguration { dynamic_platform, cached_keys, smt_enabled } = configuration;
        known_property(findings, "platform.dynamic_platform", rules.dynamic_platform, dynamic_platform);
        known_property(findings, "platform.cached_keys", rules.cached_keys, cached_keys);
        known_property(findings, "platform.smt", rules.smt, smt_enabled);
    }
}

/// The statuses that no policy accepts.
fn terminal(status: TcbStatus) -> Option<Error> {
    let code = match status {
        TcbStatus::Revoked => Code::DcapTcbRevoked,
        TcbStatus::NotSupported => Code::DcapTcbNotSupported,
        _ => return None,
    };
    Some(Error::new(code, "tcb.status"))
}

fn appraise_sgx(rules: &SgxRules, report: &SgxReport, findings: &mut Findings) {
    let has = |mask| report.attributes.has(mask);
    property(findings, "sgx.debug", rules.debug, has(SgxAttributes::DEBUG));
    property(findings, "sgx.provision_key", rules.provision_key, has(SgxAttributes::PROVISION_KEY));
    property(findings, "sgx.einittoken_key", rules.einittoken_key, has(SgxAttributes::EINITTOKEN_KEY));
    property(findings, "sgx.init", rules.init, has(SgxAttributes::INIT));
    property(findings, "sgx.mode64", rules.mode64, has(SgxAttributes::MODE64));
    masked(findings, "sgx.attributes", rules.attributes.as_ref(), &report.attributes.0);
    masked(findings, "sgx.misc_select", rules.misc_select.as_ref(), &report.misc_select);
    reference(findings, "sgx.mr_enclave", &rules.mr_enclave, &report.mr_enclave);
    reference(findings, "sgx.mr_signer", &rules.mr_signer, &report.mr_signer);
    number(findings, "sgx.isv_prod_id", rules.isv_prod_id, report.isv_prod_id, |want, have| have == want);
    number(findings, "sgx.minimum_isv_svn", rules.minimum_isv_svn, report.isv_svn, |want, have| have >= want);
    reference(findings, "sgx.config_id", &rules.config_id, &report.config_id);
    number(findings, "sgx.minimum_config_svn", rules.minimum_config_svn, report.config_svn, |want, have| {
        have >= want
    });
    reference(findings, "sgx.isv_family_id", &rules.isv_family_id, &report.isv_family_id);
    reference(findings, "sgx.isv_ext_prod_id", &rules.isv_ext_prod_id, &report.isv_ext_prod_id);
}

fn appraise_td(rules: &TdxRules, report: &TdReport, findings: &mut Findings) {
    let has = |mask| report.td_attributes.has(mask);
    property(findings, "tdx.debug", rules.debug, has(TdAttributes::DEBUG));
    property(findings, "tdx.profiling", rules.profiling, has(TdAttributes::PROFILING));
    property(findings, "tdx.reserved_attributes", rules.reserved_attributes, has(!TdAttributes::DEFINED));
    property(findings, "tdx.reserved_xfam", rules.reserved_xfam, report.xfam.breaks_fixed_bits());
    property(findings, "tdx.sept_ve_disable", rules.sept_ve_disable, has(TdAttributes::SEPT_VE_DISABLE));
    property(findings, "tdx.migratable", rules.migratable, has(TdAttributes::MIGRATABLE));
    property(findings, "tdx.service_td", rules.service_td, report.has_service_td());
    property(findings, "tdx.protection_keys", rules.protection_keys, has(TdAttributes::PKS));
    property(findings, "tdx.key_locker", rules.key_locker, has(TdAttributes::KEY_LOCKER));
    property(
        findings,
        "tdx.performance_monitoring",
        rules.performance_monitoring,
        has(TdAttributes::PERFMON),
    );
    property(
        findings,
        "tdx.linear_address_separation",
        rules.linear_address_separation,
        has(TdAttributes::LASS),
    );
    masked(findings, "tdx.attributes", rules.attributes.as_ref(), &report.td_attributes.0);
    masked(findings, "tdx.xfam", rules.xfam.as_ref(), &report.xfam.0);
    reference(findings, "tdx.mr_td", &rules.mr_td, &report.mr_td);
    reference(findings, "tdx.mr_seam", &rules.mr_seam, &report.mr_seam);
    reference(findings, "tdx.mr_config_id", &rules.mr_config_id, &report.mr_config_id);
    reference(findings, "tdx.mr_owner", &rules.mr_owner, &report.mr_owner);
    reference(findings, "tdx.mr_owner_config", &rules.mr_owner_config, &report.mr_owner_config);
    if let Some(td15) = &report.td15 {
        reference(findings, "tdx.mr_service_td", &rules.mr_service_td, &td15.mr_service_td);
    } else if rules.mr_service_td.is_some() {
        findings.add("tdx.mr_service_td", false, [Fact::text("actual", "not in this report")]);
    }
    const NAMES: [&str; 4] = ["tdx.rtmr0", "tdx.rtmr1", "tdx.rtmr2", "tdx.rtmr3"];
    for ((name, expected), actual) in NAMES.into_iter().zip(&rules.rtmr).zip(&report.rtmr) {
        reference(findings, name, expected, actual);
    }
}

fn reference<const N: usize>(
    findings: &mut Findings,
    rule: &'static str,
    expected: &Expected<N>,
    actual: &Bytes<N>,
) {
    let found = Fact::bytes("actual", actual.0);
    match expected {
        None => findings.not_checked(rule, [found]),
        Some(list) => {
            let wanted: Vec<String> = list.iter().map(|value| alloc::format!("{value}")).collect();
            findings.add(rule, list.contains(actual), [Fact::string("expected", wanted.join(",")), found]);
        }
    }
}

fn masked<const N: usize>(
    findings: &mut Findings,
    rule: &'static str,
    expected: Option<&Masked<N>>,
    actual: &Bytes<N>,
) {
    let found = Fact::bytes("actual", actual.0);
    match expected {
        None => findings.not_checked(rule, [found]),
        Some(masked) => findings.add(
            rule,
            masked.matches(actual),
            [Fact::bytes("expected", masked.value.0), Fact::bytes("mask", masked.mask.0), found],
        ),
    }
}

fn number(
    findings: &mut Findings,
    rule: &'static str,
    expected: Option<u16>,
    actual: u16,
    met: fn(u16, u16) -> bool,
) {
    let found = Fact::number("actual", actual.into());
    match expected {
        None => findings.not_checked(rule, [found]),
        Some(expected) => {
            findings.add(rule, met(expected, actual), [Fact::number("expected", expected.into()), found]);
        }
    }
}
