//! Appraising NVIDIA devices.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::nvidia_rules::{NvidiaRules, RevocationDemand, TopologyDemand};
use super::rules::{Policy, Stance};
use super::{Accepted, Findings, Rejection};
use crate::fact::Fact;
use crate::nvidia::{
    CertificateStatus, DeviceClass, DeviceSet, Fields, MeasuredDevice, RevocationState, Topology,
};
use crate::x509::SerialNumber;

impl Policy {
    /// Evaluates every rule over devices.
    ///
    /// # Errors
    /// `policy.rejected` with all findings.
    pub fn accept_nvidia(
        &self,
        devices: DeviceSet,
    ) -> Result<Accepted<DeviceSet>, Box<Rejection<DeviceSet>>> {
        let mut findings = Findings::default();
        if self.crypto_only {
            findings.crypto_only();
        } else {
            self.appraise_evidence_kind("nvidia", &mut findings);
            self.nvidia.appraise(&devices, &mut findings);
        }
        #[cfg(feature = "dcap")]
        self.appraise_no_report_data("not in a GPU's report", &mut findings);
        self.ruled(devices, findings, None)
    }
}

impl NvidiaRules {
    pub(super) fn appraise(&self, set: &DeviceSet, findings: &mut Findings) {
        self.appraise_measurements(set, findings);
        self.appraise_firmware(set, findings);
        self.appraise_revocation(set, findings);
        self.appraise_machine(set, findings);
        self.appraise_counts(set, findings);
        self.appraise_versions(set, findings);
        let serials = |device: &MeasuredDevice| {
            let known = self.serials.iter().flatten();
            known
                .filter_map(|serial| number(serial))
                .any(|known| Some(known) == number(device.device().serial()))
        };
        let strangers = of(set, |device| !serials(device));
        match &self.serials {
            None => findings.not_checked("nvidia.serials", []),
            Some(_) => findings.add("nvidia.serials", strangers.is_empty(), strangers),
        }
    }

    fn appraise_measurements(&self, set: &DeviceSet, findings: &mut Findings) {
        let mut missing = Vec::new();
        let mut wrong = Vec::new();
        for (index, device) in set.devices().iter().enumerate() {
            for (kind, id) in device.device().rim_ids() {
                if device.missing().contains(&kind) {
                    missing.push(Fact::count("device", index));
                    let name = id.unwrap_or_else(|| kind.as_str().into());
                    missing.push(Fact::string("missing", name));
                }
            }
            for comparison in device.comparisons().iter().filter(|it| !it.is_match()) {
                wrong.push(Fact::count("device", index));
                wrong.push(Fact::text("kind", comparison.kind.as_str()));
                let indices = comparison.mismatches.iter();
                wrong.extend(indices.map(|it| Fact::number("mismatch", it.index.into())));
            }
        }
        for (rule, stance, facts) in
            [("nvidia.rims", self.rims, missing), ("nvidia.measurements", self.measurements, wrong)]
        {
            match stance {
                Stance::Allow => findings.not_checked(rule, facts),
                Stance::Require | Stance::Forbid => findings.add(rule, facts.is_empty(), facts),
            }
        }
    }

    fn appraise_firmware(&self, set: &DeviceSet, findings: &mut Findings) {
        // Switches do not state theirs at all, in whatever version.
        let silent = of(set, |device| {
            device.class() == DeviceClass::Gpu && device.device().fields().firmware_id().is_none()
        });
        match self.firmware_id {
            Stance::Allow => findings.not_checked("nvidia.firmware_id", silent),
            Stance::Require | Stance::Forbid => {
                findings.add("nvidia.firmware_id", silent.is_empty(), silent);
            }
        }
    }

    fn appraise_revocation(&self, set: &DeviceSet, findings: &mut Findings) {
        let demand = Fact::text("demand", self.revocation.as_str());
        // The attestation key's own certificate is known to nobody.
        let authorities = match self.revocation {
            RevocationDemand::WhereGiven => {
                let reason =
                    Fact::text("meaning", "a revoked certificate is noticed only where a list is given");
                return findings.not_checked("nvidia.revocation", [demand, reason]);
            }
            RevocationDemand::Authorities => (2, 1),
            RevocationDemand::Every => (1, 0),
        };
        let unknown = |statuses: &[CertificateStatus], skip: usize| -> Vec<Fact> {
            let asked = statuses.iter().skip(skip);
            let unknown = asked.filter(|status| status.state == RevocationState::NotKnown);
            unknown.map(|status| Fact::string("not_known", status.subject.clone())).collect()
        };
        let mut facts = alloc::vec![demand];
        for device in set.devices() {
            facts.extend(unknown(device.device().certificate_statuses(), authorities.0));
            for comparison in device.comparisons() {
                facts.extend(unknown(&comparison.statuses, authorities.1));
            }
        }
        findings.add("nvidia.revocation", facts.len() == 1, facts);
    }

    fn appraise_machine(&self, set: &DeviceSet, findings: &mut Findings) {
        let demand = Fact::text("demand", self.topology.as_str());
        let mut facts = alloc::vec![demand];
        let met = match (self.topology, set.topology()) {
            (TopologyDemand::Ignore, _) | (TopologyDemand::WhereProtected, Topology::NotApplicable) => None,
            (_, Topology::Complete) => Some(true),
            (_, Topology::NotApplicable) => Some(false),
            (_, Topology::Broken(problem)) => {
                facts.extend(problem.iter().cloned());
                Some(false)
            }
        };
        match met {
            None => findings.not_checked("nvidia.topology", facts),
            Some(met) => findings.add("nvidia.topology", met, facts),
        }
        let actual = Fact::text("actual", set.mode().map_or("not stated", |mode| mode.as_str()));
        match &self.modes {
            None => findings.not_checked("nvidia.modes", [actual]),
            Some(modes) => {
                let names: Vec<&str> = modes.iter().map(|mode| mode.as_str()).collect();
                let met = set.mode().is_some_and(|mode| modes.contains(&mode));
                findings.add("nvidia.modes", met, [Fact::string("expected", names.join(",")), actual]);
            }
        }
        let strangers = of(set, |device| {
            let known = self.architectures.iter().flatten();
            !known.into_iter().any(|known| *known == device.device().architecture())
        });
        match &self.architectures {
            None => findings.not_checked("nvidia.architectures", []),
            Some(_) => findings.add("nvidia.architectures", strangers.is_empty(), strangers),
        }
    }

    fn appraise_counts(&self, set: &DeviceSet, findings: &mut Findings) {
        let count = |class| u64::try_from(set.count(class)).unwrap_or(u64::MAX);
        let (gpus, switches) = (count(DeviceClass::Gpu), count(DeviceClass::Switch));
        let at_least: fn(Ordering) -> bool = Ordering::is_ge;
        for (rule, expected, actual, met) in [
            ("nvidia.minimum_gpus", self.minimum_gpus, gpus, at_least),
            ("nvidia.gpus", self.gpus, gpus, Ordering::is_eq),
            ("nvidia.switches", self.switches, switches, Ordering::is_eq),
        ] {
            let actual_fact = Fact::number("actual", actual);
            match expected {
                None => findings.not_checked(rule, [actual_fact]),
                Some(expected) => {
                    let expected = u64::from(expected);
                    let facts = [Fact::number("expected", expected), actual_fact];
                    findings.add(rule, met(actual.cmp(&expected)), facts);
                }
            }
        }
    }

    fn appraise_versions(&self, set: &DeviceSet, findings: &mut Findings) {
        let driver = |device: &MeasuredDevice| match device.device().fields() {
            Fields::Gpu(gpu) => Some(gpu.driver_version.clone()),
            Fields::Switch(_) => None,
        };
        let vbios = |device: &MeasuredDevice| match device.device().fields() {
            Fields::Gpu(gpu) => gpu.vbios_version.clone(),
            Fields::Switch(switch) => switch.bios_version.clone(),
        };
        let mut listed =
            |rule, versions: &Option<Vec<String>>, found: &dyn Fn(&MeasuredDevice) -> Option<String>| {
                let Some(versions) = versions else { return findings.not_checked(rule, []) };
                let mut facts = alloc::vec![Fact::string("expected", versions.join(","))];
                for version in set.devices().iter().filter_map(found) {
                    if !versions.iter().any(|known| known.eq_ignore_ascii_case(&version)) {
                        facts.push(Fact::string("actual", version));
                    }
                }
                findings.add(rule, facts.len() == 1, facts);
            };
        listed("nvidia.driver_versions", &self.driver_versions, &driver);
        listed("nvidia.vbios_versions", &self.vbios_versions, &|device| Some(vbios(device)));
        match &self.minimum_driver_version {
            None => findings.not_checked("nvidia.minimum_driver_version", []),
            Some(minimum) => {
                let mut facts = alloc::vec![Fact::string("expected", minimum.clone())];
                for version in set.devices().iter().filter_map(driver) {
                    // A version that is not of numbers is older than any.
                    if numbers(&version) < numbers(minimum) {
                        facts.push(Fact::string("actual", version));
                    }
                }
                findings.add("nvidia.minimum_driver_version", facts.len() == 1, facts);
            }
        }
    }
}

/// Which devices something holds for.
fn of(set: &DeviceSet, wanted: impl Fn(&MeasuredDevice) -> bool) -> Vec<Fact> {
    let found = set.devices().iter().enumerate().filter(|(_, device)| wanted(device));
    found.map(|(index, _)| Fact::count("device", index)).collect()
}

/// The numbers of a version, to be compared in order.
pub(super) fn numbers(version: &str) -> Option<Vec<u64>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

fn number(serial: &[u8]) -> Option<SerialNumber> {
    // A serial number may be written with or without the zero that marks it positive.
    match serial {
        [0x80..=0xff, ..] => SerialNumber::new(&[&[0], serial].concat()),
        other => SerialNumber::new(other),
    }
}
