//! Holding a device's measurements against reference values.
//!
//! Measurement `i` of a manifest is SPDM block `i + 1`.

use alloc::string::String;
use alloc::vec::Vec;

use super::checks;
use super::device::{Architecture, DeviceClass};
use super::evidence::{AuthenticDevice, Fields, failing};
use super::opaque::Nvdec;
use super::revocation::CertificateStatus;
use super::rim::{AuthenticRim, GoldenMeasurement, RimKind};
use crate::bytes::Bytes;
use crate::check::{Check, Failure, Trace};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::time::Window;

/// An authentic device with what became of comparing its measurements. Only [`AuthenticDevice::compare`]
/// makes one. That a comparison was made does not say that all matched: ask, or let a policy ask.
#[derive(Clone, Debug)]
pub struct MeasuredDevice {
    device: AuthenticDevice,
    comparisons: Vec<Comparison>,
    missing: Vec<RimKind>,
    window: Window,
    checks: Vec<Check>,
}

/// The measurements of one manifest against those of the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// What the manifest is about.
    pub kind: RimKind,
    /// The manifest's version.
    pub version: String,
    /// The manufacturer's number that the manifest states.
    pub manufacturer: Option<String>,
    /// The first day of the signer's certificate: tells editions of one manifest apart.
    pub issued: crate::UnixTime,
    /// Between which times the signer's certificates are valid.
    pub window: Window,
    /// SHA-256 of the manifest.
    pub digest: Vec<u8>,
    /// What is known of the revocation of the signer's certificates, leaf first.
    pub statuses: Vec<CertificateStatus>,
    /// Indices (of the manifest) whose measurement is one of the reference values.
    pub matched: Vec<u8>,
    /// Measurements that are none of them.
    pub mismatches: Vec<Mismatch>,
    /// Indices whose measurement is another and says nothing in the device's state: the video decoder's while
    /// that is off.
    pub skipped: Vec<u8>,
}

/// A measurement that is none of its reference values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Its index in the manifest.
    pub index: u8,
    /// NVIDIA's name for it.
    pub name: String,
    /// What would be right.
    pub expected: Vec<Bytes<48>>,
    /// What the device measured; absent when it did not.
    pub actual: Option<Vec<u8>>,
}

impl Comparison {
    /// Whether every measurement that counts is right.
    #[must_use]
    pub const fn is_match(&self) -> bool {
        self.mismatches.is_empty()
    }
}

impl AuthenticDevice {
    /// The names of the manifests that this device needs, made from what it signed alone.
    #[must_use]
    pub fn rim_ids(&self) -> Vec<(RimKind, Option<String>)> {
        match &self.fields {
            Fields::Gpu(gpu) => {
                let family = match self.architecture {
                    Architecture::Blackwell => "CC_DRIVER",
                    _ => "DRIVER",
                };
                let driver = alloc::format!("NV_GPU_{family}_{}_{}", self.chip, gpu.driver_version);
                let vbios = gpu.board.as_ref().map(|board| {
                    let version = without_dots(&gpu.vbios_version);
                    alloc::format!(
                        "NV_GPU_VBIOS_{}_{}_{}_{version}",
                        board.project,
                        board.project_sku,
                        board.chip_sku
                    )
                    .to_ascii_uppercase()
                });
                alloc::vec![(RimKind::Driver, Some(driver)), (RimKind::Vbios, vbios)]
            }
            Fields::Switch(switch) => {
                let version = without_dots(&switch.bios_version).to_ascii_uppercase();
                alloc::vec![(RimKind::SwitchBios, Some(alloc::format!("{SWITCH_BIOS}{version}")))]
            }
        }
    }

    /// Holds the measurements against the manifests of `rims` that are for this device. A manifest that is not
    /// among them is missing, which is no error here: what was not compared is for a policy to judge.
    ///
    /// # Errors
    /// `nvidia.rim.product` and `nvidia.rim.version` when all manifests of a kind are for other devices,
    /// `nvidia.rim.conflict`, `nvidia.opaque.field`, `limit.count`.
    pub fn compare(mut self, rims: &[AuthenticRim]) -> Result<MeasuredDevice, Failure> {
        let mut trace = Trace::new();
        trace.extend(&core::mem::take(&mut self.checks));
        match self.compare_traced(rims, &mut trace) {
            Ok((comparisons, missing)) => {
                let window = comparisons.iter().fold(self.window, |window, it| window.intersect(it.window));
                Ok(MeasuredDevice { device: self, comparisons, missing, window, checks: trace.into_checks() })
            }
            Err(error) => Err(trace.fail(error)),
        }
    }

    fn compare_traced(
        &self,
        rims: &[AuthenticRim],
        trace: &mut Trace,
    ) -> Result<(Vec<Comparison>, Vec<RimKind>), Error> {
        if rims.len() > limits::NVIDIA_RIMS {
            return Err(Error::new(Code::LimitCount, "rims"));
        }
        let mut of_kinds = Vec::new();
        let mut missing = Vec::new();
        for (kind, id) in self.rim_ids() {
            let found = failing(trace, checks::RIM_MATCH, self.find(kind, id.as_deref(), rims))?;
            if found.is_empty() {
                trace.skipped(
                    checks::RIM_MATCH,
                    match kind {
                        RimKind::Driver => "no manifest of this driver was given",
                        RimKind::Vbios => "no manifest of this VBIOS was given",
                        RimKind::SwitchBios => "no manifest of this switch's BIOS was given",
                    },
                );
                missing.push(kind);
            } else {
                of_kinds.push(found);
            }
        }
        failing(trace, checks::RIM_CONFLICT, check_conflicts(&of_kinds))?;
        failing(trace, checks::MEASUREMENTS, self.check_nvdec(&of_kinds))?;
        let mut comparisons = Vec::new();
        for editions in &of_kinds {
            let Some(comparison) = self.best(editions) else { continue };
            trace.passed(
                checks::RIM_MATCH,
                [
                    Fact::text("kind", comparison.kind.as_str()),
                    Fact::string("version", comparison.version.clone()),
                    Fact::time("issued", comparison.issued),
                ],
            );
            let mut facts = alloc::vec![
                Fact::text("kind", comparison.kind.as_str()),
                Fact::count("matched", comparison.matched.len()),
            ];
            facts.extend(comparison.skipped.iter().map(|index| Fact::number("skipped", (*index).into())));
            facts.extend(comparison.mismatches.iter().map(|it| Fact::number("mismatch", it.index.into())));
            if comparison.is_match() {
                trace.passed(checks::MEASUREMENTS, facts);
            } else {
                trace.unmet(checks::MEASUREMENTS, facts);
            }
            comparisons.push(comparison);
        }
        if !of_kinds.is_empty() {
            trace.passed(checks::RIM_CONFLICT, []);
        }
        Ok((comparisons, missing))
    }

    /// The manifests of one kind that are for this device: several are editions of one. None of the kind at
    /// all is no error.
    fn find<'r>(
        &self,
        kind: RimKind,
        id: Option<&str>,
        rims: &'r [AuthenticRim],
    ) -> Result<Vec<&'r AuthenticRim>, Error> {
        let version = match (&self.fields, kind) {
            (Fields::Gpu(gpu), RimKind::Driver) => gpu.driver_version.as_str(),
            (Fields::Gpu(gpu), _) => gpu.vbios_version.as_str(),
            (Fields::Switch(switch), _) => switch.bios_version.as_str(),
        };
        let of_kind: Vec<_> = rims.iter().filter(|rim| rim.kind() == kind).collect();
        let of_product: Vec<_> = of_kind.iter().copied().filter(|rim| rim.product() == self.chip).collect();
        let found: Vec<_> = of_product
            .iter()
            .copied()
            .filter(|rim| rim.version().eq_ignore_ascii_case(version))
            .filter(|rim| match (rim.id(), id) {
                (Some(given), Some(needed)) => given.eq_ignore_ascii_case(needed),
                _ => true,
            })
            .collect();
        let differs = |code, expected: &str, actual: &str| {
            Error::new(code, alloc::format!("rim.{}", kind.as_str()))
                .with(Fact::string("expected", expected.into()))
                .with(Fact::string("actual", actual.into()))
        };
        match (of_kind.first(), of_product.first()) {
            _ if !found.is_empty() => Ok(found),
            (_, Some(other)) if !other.version().eq_ignore_ascii_case(version) => {
                Err(differs(Code::NvidiaRimVersion, version, other.version()))
            }
            (Some(other), None) => Err(differs(Code::NvidiaRimProduct, &self.chip, other.product())),
            _ => Ok(found),
        }
    }

    /// The video decoder's measurement counts only while the decoder is on, so its state must be known.
    fn check_nvdec(&self, of_kinds: &[Vec<&AuthenticRim>]) -> Result<(), Error> {
        let asked = of_kinds.iter().flatten().any(|rim| {
            rim.kind() == RimKind::Driver && rim.measurements().iter().any(|it| it.index == NVDEC0)
        });
        match &self.fields {
            Fields::Gpu(gpu) if asked && gpu.nvdec0.is_none() => {
                Err(Error::new(Code::NvidiaOpaqueField, "report.opaque.nvdec0_status")
                    .with(Fact::text("problem", "missing")))
            }
            _ => Ok(()),
        }
    }

    /// The edition that matches, or else the latest.
    fn best(&self, editions: &[&AuthenticRim]) -> Option<Comparison> {
        let compared = editions.iter().map(|rim| self.compare_one(rim));
        compared.max_by_key(|comparison| (comparison.is_match(), comparison.issued))
    }

    fn compare_one(&self, rim: &AuthenticRim) -> Comparison {
        let mut comparison = Comparison {
            kind: rim.kind(),
            version: rim.version().into(),
            manufacturer: rim.manufacturer().map(Into::into),
            issued: rim.issued(),
            window: rim.window(),
            digest: rim.digest().to_vec(),
            statuses: rim.certificate_statuses().to_vec(),
            matched: Vec::new(),
            mismatches: Vec::new(),
            skipped: Vec::new(),
        };
        for golden in rim.measurements() {
            let actual = self.measurement(golden.index);
            if actual.is_some_and(|(is_digest, value)| is_digest && is_one_of(value, golden)) {
                comparison.matched.push(golden.index);
            } else if self.is_silent(golden.index) {
                comparison.skipped.push(golden.index);
            } else {
                comparison.mismatches.push(Mismatch {
                    index: golden.index,
                    name: golden.name.clone(),
                    expected: golden.values.clone(),
                    actual: actual.map(|(_, value)| value.to_vec()),
                });
            }
        }
        comparison
    }

    /// The measurement of a manifest's index: that of the SPDM block after it.
    fn measurement(&self, index: u8) -> Option<(bool, &[u8])> {
        let block = index.checked_add(1)?;
        let measurement = self.measurements.iter().find(|measurement| measurement.index == block)?;
        Some((measurement.is_digest, &measurement.value))
    }

    /// Whether a measurement says nothing in this device's state.
    fn is_silent(&self, index: u8) -> bool {
        matches!(&self.fields, Fields::Gpu(gpu) if index == NVDEC0 && gpu.nvdec0 == Some(Nvdec::Disabled))
    }
}

fn is_one_of(value: &[u8], golden: &GoldenMeasurement) -> bool {
    golden.values.iter().any(|right| right.as_slice() == value)
}

/// No measurement is in force in manifests of two kinds.
fn check_conflicts(of_kinds: &[Vec<&AuthenticRim>]) -> Result<(), Error> {
    let mut seen: Vec<(u8, RimKind)> = Vec::new();
    for rim in of_kinds.iter().flatten() {
        for measurement in rim.measurements() {
            let known = seen.iter().find(|(index, _)| *index == measurement.index);
            match known {
                Some((_, kind)) if *kind != rim.kind() => {
                    return Err(Error::new(Code::NvidiaRimConflict, "rim")
                        .with(Fact::number("index", measurement.index.into())));
                }
                Some(_) => {}
                None => seen.push((measurement.index, rim.kind())),
            }
        }
    }
    Ok(())
}

impl MeasuredDevice {
    /// The device.
    #[must_use]
    pub const fn device(&self) -> &AuthenticDevice {
        &self.device
    }

    /// What was compared.
    #[must_use]
    pub fn comparisons(&self) -> &[Comparison] {
        &self.comparisons
    }

    /// Kinds of manifests that were not given, so that nothing was compared.
    #[must_use]
    pub fn missing(&self) -> &[RimKind] {
        &self.missing
    }

    /// Whether every manifest that the device needs was given, and everything in them matched.
    #[must_use]
    pub fn is_match(&self) -> bool {
        self.missing.is_empty() && self.comparisons.iter().all(Comparison::is_match)
    }

    /// Kind of device.
    #[must_use]
    pub const fn class(&self) -> DeviceClass {
        self.device.architecture.class()
    }

    /// Between which times every certificate of device and manifests is valid.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// What was checked.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }
}

fn without_dots(version: &str) -> String {
    version.chars().filter(|char| *char != '.').collect()
}

/// The measurement of the first video decoder.
const NVDEC0: u8 = 35;

/// The one board of switches.
const SWITCH_BIOS: &str = "NV_SWITCH_BIOS_5612_0002_890_";
