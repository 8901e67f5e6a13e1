//! Appraising a TPM quote whose register values are proven.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::rules::{Policy, Stance};
use super::tpm_rules::TpmRules;
use super::{Accepted, Findings, Rejection, known_property, property};
use crate::bytes::{Hex, constant_time_eq};
use crate::fact::Fact;
use crate::measured_boot::BootState;
use crate::measured_boot::ima::ReplayedIma;
use crate::tpm::{AlgorithmId, BoundQuote, Continuity, Counters, PcrValues, RESETTABLE};

impl Policy {
    /// Evaluates every rule over a TPM quote with its register values.
    ///
    /// # Errors
    /// `policy.rejected` with all findings.
    pub fn accept_tpm<'p>(
        &self,
        quote: BoundQuote<'p>,
    ) -> Result<Accepted<BoundQuote<'p>>, Box<Rejection<BoundQuote<'p>>>> {
        self.accept_tpm_boot(quote, None, None)
    }

    /// As [`Policy::accept_tpm`], with what an event log and an IMA list say.
    ///
    /// # Errors
    /// `misuse.options` when either was verified against other register values than this quote's;
    /// `policy.rejected` with all findings; also when rules are stated about a log or a list, and none is
    /// given.
    pub fn accept_tpm_boot<'p>(
        &self,
        quote: BoundQuote<'p>,
        boot: Option<&BootState<'_>>,
        ima: Option<&ReplayedIma<'_>>,
    ) -> Result<Accepted<BoundQuote<'p>>, Box<Rejection<BoundQuote<'p>>>> {
        let mut findings = Findings::default();
        let foreign_log = boot.is_some_and(|boot| !boot.is_of_pcrs(quote.pcrs()));
        let foreign_list = ima.is_some_and(|ima| !ima.is_of_pcrs(quote.pcrs()));
        let boot = boot.filter(|_| !foreign_log);
        let ima = ima.filter(|_| !foreign_list);
        let foreign_log = foreign_log.then(|| findings.of_another_quote("boot.quote"));
        let foreign = foreign_log.or(foreign_list.then(|| findings.of_another_quote("ima.quote")));
        if self.crypto_only {
            findings.crypto_only();
        } else {
            self.appraise_evidence_kind("tpm", &mut findings);
            self.tpm.appraise(&quote, &mut findings);
            self.boot.appraise(boot, quote.provider(), ima.is_some(), &mut findings);
            if let Err(error) = self.ima.appraise(ima, quote.provider(), &mut findings) {
                findings.add("ima.keys", false, [Fact::text("code", error.code().as_str())]);
            }
        }
        #[cfg(feature = "dcap")]
        self.appraise_no_report_data("not in a TPM quote", &mut findings);
        self.ruled(quote, findings, foreign)
    }
}

impl TpmRules {
    fn appraise(&self, quote: &BoundQuote<'_>, findings: &mut Findings) {
        self.appraise_key(quote, findings);
        property(findings, "tpm.fresh", self.fresh, quote.quote().is_fresh());
        self.appraise_pcrs(quote.pcrs(), findings);
        self.appraise_clock(quote, findings);
    }

    fn appraise_key(&self, quote: &BoundQuote<'_>, findings: &mut Findings) {
        let ak = quote.ak();
        let names: Vec<&str> = self.ak_routes.iter().map(|route| route.as_str()).collect();
        findings.add(
            "tpm.ak_routes",
            self.ak_routes.contains(&ak.route),
            [Fact::string("accepted", names.join(",")), Fact::text("actual", ak.route.as_str())],
        );
        let seen = ak.attributes.is_some();
        property(findings, "tpm.ak_attributes_checked", self.ak_attributes_checked, seen);
        let actual = ak.name.as_ref().map(|name| Fact::bytes("actual", name.as_slice()));
        match &self.ak_names {
            None => findings.not_checked("tpm.ak_names", actual.as_slice()),
            Some(names) => findings.add(
                "tpm.ak_names",
                ak.name.as_ref().is_some_and(|name| names.contains(name)),
                actual.as_slice(),
            ),
        }
        let scheme = quote.quote().scheme();
        let actual = Fact::string("actual", alloc::format!("{scheme}"));
        match &self.signature_schemes {
            None => findings.not_checked("tpm.signature_schemes", [actual]),
            Some(schemes) => {
                let names: Vec<String> = schemes.iter().map(|scheme| alloc::format!("{scheme}")).collect();
                let accepted = Fact::string("accepted", names.join(","));
                findings.add("tpm.signature_schemes", schemes.contains(&scheme), [accepted, actual]);
            }
        }
    }

    fn appraise_pcrs(&self, pcrs: &PcrValues, findings: &mut Findings) {
        let named = |bank, index: u8| {
            let bank = Fact::string("bank", alloc::format!("{}", AlgorithmId::from(bank)));
            alloc::vec![bank, Fact::number("pcr", u64::from(index))]
        };
        for (bank, index) in &self.required_pcrs {
            let covered = pcrs.get(*bank, *index).is_some() && !RESETTABLE.contains(index);
            findings.add("tpm.required_pcrs", covered, named(*bank, *index));
        }
        if self.pcrs.is_empty() {
            const ANY: &str = "any state of the machine is accepted, whatever it booted";
            findings.not_checked("tpm.pcrs", [Fact::text("meaning", ANY)]);
        }
        for rule in &self.pcrs {
            let mut facts = named(rule.bank, rule.index);
            let wanted: Vec<String> =
                rule.values.iter().map(|value| alloc::format!("{}", Hex(value))).collect();
            facts.push(Fact::string("expected", wanted.join(",")));
            let found = pcrs.get(rule.bank, rule.index);
            facts.push(match found {
                Some(value) => Fact::bytes("actual", value),
                None => Fact::text("actual", "not covered by the quote"),
            });
            let met = !RESETTABLE.contains(&rule.index)
                && found.is_some_and(|found| rule.values.iter().any(|value| constant_time_eq(value, found)));
            findings.add("tpm.pcrs", met, facts);
        }
        let unmeasured: Vec<String> =
            pcrs.unmeasured_banks().map(|bank| alloc::format!("{}", AlgorithmId::from(bank))).collect();
        property(findings, "tpm.unmeasured_banks", self.unmeasured_banks, !unmeasured.is_empty());
    }

    fn appraise_clock(&self, quote: &BoundQuote<'_>, findings: &mut Findings) {
        property(findings, "tpm.clock_safe", self.clock_safe, quote.clock().safe);
        let continuity = quote.quote().continuity();
        match continuity {
            // Nothing went back that was not there before; and only a demand can be unmet.
            None if self.clock_went_back != Stance::Require => {
                let reason = [Fact::text("reason", "no earlier quote was told of")];
                findings.not_checked("tpm.clock_went_back", reason);
            }
            _ => {
                let back = continuity.map(|continuity| continuity == Continuity::WentBack);
                known_property(findings, "tpm.clock_went_back", self.clock_went_back, back);
            }
        }
        let same = continuity.map(|c| matches!(c, Continuity::SameBoot | Continuity::Resumed));
        known_property(findings, "tpm.same_boot", self.same_boot, same);
        let counters = quote.quote().counters();
        let resumed = match continuity {
            Some(Continuity::Resumed) => Some(true),
            Some(Continuity::SameBoot) => Some(false),
            // Of another boot, or of none that is known, the counter tells if it is true.
            _ => (counters == Counters::Clear).then_some(quote.clock().restart_count != 0),
        };
        known_property(findings, "tpm.resumed", self.resumed, resumed);
        let facts = [
            Fact::string("actual", alloc::format!("{:016x}", quote.quote().firmware_version())),
            Fact::text("counters", counters.as_str()),
        ];
        match &self.firmware_versions {
            None => findings.not_checked("tpm.firmware_versions", facts),
            Some(versions) => findings.add(
                "tpm.firmware_versions",
                counters == Counters::Clear && versions.contains(&quote.quote().firmware_version()),
                facts,
            ),
        }
    }
}
