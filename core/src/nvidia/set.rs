//! Several devices of one machine, in answer to one challenge.

use alloc::string::String;
use alloc::vec::Vec;

use super::checks;
use super::device::DeviceClass;
use super::envelope::{DeviceEvidence, Envelope};
use super::evidence::{AuthenticDevice, Fields, Verifier, failing};
use super::golden::MeasuredDevice;
use super::opaque::GpuMode;
use super::revocation::Revocation;
use super::rim::{AuthenticRim, Rim};
use super::spdm::Trailing;
use crate::bytes::Bytes;
use crate::check::{Check, Failure, Trace};
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::named::named;
use crate::time::{UnixTime, Window};

/// What a set of devices is verified with.
#[derive(Clone, Copy, Debug)]
pub struct SetExpectations<'e> {
    /// The challenge of the GPUs.
    pub nonce: [u8; 32],
    /// The challenge of the switches, where that is another one.
    pub switch_nonce: Option<[u8; 32]>,
    /// Reference measurements of any of the devices, in any order.
    pub rims: &'e [Rim<'e>],
    /// What issuers say of revoked certificates.
    pub revocation: &'e Revocation<'e>,
    /// What is done with bytes after a report.
    pub trailing: Trailing,
}

/// Distinct devices, each authentic, compared with the manifests that were given. Only [`Verifier::verify`]
/// makes one.
#[derive(Clone, Debug)]
pub struct DeviceSet {
    devices: Vec<MeasuredDevice>,
    names: Vec<Option<String>>,
    mode: Option<GpuMode>,
    topology: Topology,
    window: Window,
    checks: Vec<Check>,
}

/// Whether GPUs and switches are wired as one protected machine: eight GPUs and four switches that name each
/// other and nobody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topology {
    /// No GPU is in protected PCIe mode, and there are not GPUs and switches together: there is nothing to hold
    /// together.
    NotApplicable,
    /// They are.
    Complete,
    /// They are not, for this reason.
    Broken(Vec<Fact>),
}

impl Topology {
    /// Which of them, without the reason.
    #[must_use]
    pub const fn kind(&self) -> TopologyKind {
        match self {
            Self::NotApplicable => TopologyKind::NotApplicable,
            Self::Complete => TopologyKind::Complete,
            Self::Broken(_) => TopologyKind::Broken,
        }
    }
}

named! {
    /// Whether GPUs and switches are wired as one protected machine, without the reason.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum TopologyKind {
        /// There is nothing to hold together.
        NotApplicable = "not_applicable",
        /// They are.
        Complete = "complete",
        /// They are not.
        Broken = "broken",
    }
}

/// A set that was not verified: why, and what became of each device.
#[derive(Clone, Debug)]
#[must_use]
pub struct SetFailure {
    /// Why, and how far it came.
    pub failure: Failure,
    /// Each device, in the order of the evidence: nothing, or its own error. Empty when it did not come to the
    /// devices.
    pub devices: Vec<Result<(), Error>>,
}

impl Verifier {
    /// Verifies every device of `envelope`, and that they go together.
    ///
    /// # Errors
    /// The first rule that does not hold. Every device is verified even so, and reported.
    pub fn verify(
        &self,
        envelope: &Envelope,
        expectations: &SetExpectations<'_>,
        now: UnixTime,
    ) -> Result<DeviceSet, SetFailure> {
        let mut trace = Trace::new();
        let rims = match self.authenticate_rims(expectations, now, &mut trace) {
            Ok(rims) => rims,
            Err(error) => return Err(SetFailure { failure: trace.fail(error), devices: Vec::new() }),
        };
        let mut devices = Vec::new();
        let mut results = Vec::new();
        let mut failure: Option<(usize, Failure)> = None;
        for (index, evidence) in envelope.devices.iter().enumerate() {
            match self.verify_device(evidence, expectations, &rims, now) {
                Ok(device) => {
                    trace.extend(&of_device(device.checks(), index));
                    devices.push(device);
                    results.push(Ok(()));
                }
                Err(it) => {
                    results.push(Err(it.error.clone()));
                    failure = failure.or(Some((index, it)));
                }
            }
        }
        if let Some((index, Failure { error, checks })) = failure {
            trace.extend(&of_device(&checks, index));
            let error = error.inside(&alloc::format!("device[{index}]"));
            return Err(SetFailure { failure: trace.fail(error), devices: results });
        }
        let names = envelope.devices.iter().map(|device| device.name.clone()).collect();
        match DeviceSet::of(devices, names, &mut trace) {
            Ok(set) => Ok(DeviceSet { checks: trace.into_checks(), ..set }),
            Err(error) => Err(SetFailure { failure: trace.fail(error), devices: results }),
        }
    }

    fn authenticate_rims(
        &self,
        expectations: &SetExpectations<'_>,
        now: UnixTime,
        trace: &mut Trace,
    ) -> Result<Vec<AuthenticRim>, Error> {
        if expectations.rims.len() > limits::NVIDIA_RIMS {
            return Err(Error::new(Code::LimitCount, "rims").with(Fact::count("limit", limits::NVIDIA_RIMS)));
        }
        let mut rims = Vec::with_capacity(expectations.rims.len());
        for (index, rim) in expectations.rims.iter().enumerate() {
            match rim.authenticate(self, expectations.revocation, now) {
                Ok(rim) => {
                    trace.extend(&numbered(rim.checks(), "rim", index));
                    rims.push(rim);
                }
                Err(Failure { error, checks }) => {
                    trace.extend(&numbered(&checks, "rim", index));
                    return Err(error.inside(&alloc::format!("rims[{index}]")));
                }
            }
        }
        Ok(rims)
    }

    fn verify_device(
        &self,
        evidence: &DeviceEvidence,
        expectations: &SetExpectations<'_>,
        rims: &[AuthenticRim],
        now: UnixTime,
    ) -> Result<MeasuredDevice, Failure> {
        let parsed = evidence.parse(expectations.trailing).map_err(|error| {
            let mut trace = Trace::default();
            trace.failed(checks::REPORT_LAYOUT, &error);
            trace.fail(error)
        })?;
        // Which of two challenges is meant, the certificates decide; announced is only the architecture.
        let is_switch = parsed.unauthenticated_class() == Some(DeviceClass::Switch);
        let nonce = match expectations.switch_nonce {
            Some(nonce) if is_switch => nonce,
            _ => expectations.nonce,
        };
        let expected = evidence.expectations(nonce, expectations.revocation);
        parsed.authenticate(self, &expected, now)?.compare(rims)
    }
}

fn of_device(checks: &[Check], index: usize) -> Vec<Check> {
    numbered(checks, "device", index)
}

fn numbered(checks: &[Check], what: &'static str, index: usize) -> Vec<Check> {
    let mut checks = checks.to_vec();
    checks.iter_mut().for_each(|check| check.facts.push(Fact::count(what, index)));
    checks
}

impl DeviceSet {
    fn of(
        devices: Vec<MeasuredDevice>,
        names: Vec<Option<String>>,
        trace: &mut Trace,
    ) -> Result<Self, Error> {
        failing(trace, checks::DISTINCT, check_distinct(&devices))?;
        trace.passed(checks::DISTINCT, [Fact::count("devices", devices.len())]);
        let mode = failing(trace, checks::MODE, common_mode(&devices))?;
        match mode {
            Some(mode) => trace.passed(checks::MODE, [Fact::text("mode", mode.as_str())]),
            None => trace.skipped(checks::MODE, "no device states its mode"),
        }
        let topology = topology(&devices, mode);
        match &topology {
            Topology::NotApplicable => {
                trace
                    .skipped(checks::TOPOLOGY, "neither GPUs with switches nor a GPU in protected PCIe mode");
            }
            Topology::Complete => trace.passed(checks::TOPOLOGY, []),
            Topology::Broken(facts) => trace.unmet(checks::TOPOLOGY, facts.clone()),
        }
        let window = devices.iter().fold(Window::ALWAYS, |window, it| window.intersect(it.window()));
        Ok(Self { devices, names, mode, topology, window, checks: Vec::new() })
    }

    /// The devices, in the order of the evidence.
    #[must_use]
    pub fn devices(&self) -> &[MeasuredDevice] {
        &self.devices
    }

    /// How the collector called each device, unsigned.
    #[must_use]
    pub fn unauthenticated_names(&self) -> &[Option<String>] {
        &self.names
    }

    /// How many devices of a class there are.
    #[must_use]
    pub fn count(&self, class: DeviceClass) -> usize {
        self.devices.iter().filter(|device| device.class() == class).count()
    }

    /// The mode that the GPUs state.
    #[must_use]
    pub const fn mode(&self) -> Option<GpuMode> {
        self.mode
    }

    /// Whether GPUs and switches are wired as one protected machine.
    #[must_use]
    pub const fn topology(&self) -> &Topology {
        &self.topology
    }

    /// SHA-256 of the evidence: of each device, in the order of the evidence, its report and its attestation
    /// key's certificate in DER, each after its length as a 32-bit big-endian number.
    #[must_use]
    pub fn transcript(&self, provider: &dyn CryptoProvider) -> [u8; 32] {
        let parts: Vec<&[u8]> =
            self.devices.iter().flat_map(|it| [it.device().report(), it.device().leaf()]).collect();
        let length = |part: &&[u8]| u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes();
        let lengths: Vec<[u8; 4]> = parts.iter().map(length).collect();
        let hashed: Vec<&[u8]> =
            lengths.iter().zip(&parts).flat_map(|(length, part)| [length.as_slice(), *part]).collect();
        let digest = provider.hash(HashAlgorithm::Sha256, &hashed);
        digest.as_slice().try_into().unwrap_or([0; 32])
    }

    /// Between which times every certificate is valid, and every list and answer current.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// What was checked: manifests, devices, and how they go together.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }
}

/// Two devices have two keys and two serial numbers: else one report stands for several.
fn check_distinct(devices: &[MeasuredDevice]) -> Result<(), Error> {
    for (index, device) in devices.iter().enumerate() {
        let device = device.device();
        let earlier = devices.get(..index).unwrap_or_default().iter().map(MeasuredDevice::device);
        let twin = earlier.enumerate().find(|(_, other)| {
            other.key_fingerprint() == device.key_fingerprint() || other.serial() == device.serial()
        });
        if let Some((first, _)) = twin {
            return Err(Error::new(Code::NvidiaDeviceDuplicate, alloc::format!("device[{index}]"))
                .with(Fact::count("same_as", first))
                .with(Fact::bytes("serial", device.serial())));
        }
    }
    Ok(())
}

/// The mode of all GPUs that state one.
fn common_mode(devices: &[MeasuredDevice]) -> Result<Option<GpuMode>, Error> {
    let mut common = None;
    for (index, device) in devices.iter().enumerate() {
        let Fields::Gpu(gpu) = device.device().fields() else { continue };
        match (common, gpu.mode) {
            (Some(common), Some(mode)) if common != mode => {
                return Err(Error::new(Code::NvidiaFeature, alloc::format!("device[{index}]"))
                    .with(Fact::text("expected", GpuMode::as_str(common)))
                    .with(Fact::text("actual", mode.as_str())));
            }
            (None, Some(mode)) => common = Some(mode),
            _ => {}
        }
    }
    Ok(common)
}

/// Eight GPUs, four switches; every GPU is linked to exactly these switches, and every switch names the same
/// eight GPUs.
fn topology(devices: &[MeasuredDevice], mode: Option<GpuMode>) -> Topology {
    let devices: Vec<&AuthenticDevice> = devices.iter().map(MeasuredDevice::device).collect();
    let mut gpus = Vec::new();
    let mut switches = Vec::new();
    for (index, device) in devices.iter().enumerate() {
        match device.fields() {
            Fields::Gpu(gpu) => gpus.push((index, gpu)),
            Fields::Switch(switch) => switches.push((index, switch)),
        }
    }
    let is_mixed = !gpus.is_empty() && !switches.is_empty();
    if !is_mixed && mode != Some(GpuMode::ProtectedPcie) {
        return Topology::NotApplicable;
    }
    let broken = |problem: &'static str| Topology::Broken(alloc::vec![Fact::text("problem", problem)]);
    let of_device = |problem: &'static str, index: usize| {
        Topology::Broken(alloc::vec![Fact::text("problem", problem), Fact::count("device", index)])
    };
    if gpus.len() != GPUS || switches.len() != SWITCHES {
        return Topology::Broken(alloc::vec![
            Fact::text("problem", "not eight GPUs and four switches"),
            Fact::count("gpus", gpus.len()),
            Fact::count("switches", switches.len()),
        ]);
    }
    let mut pdis: Vec<Bytes<8>> = switches.iter().filter_map(|(_, switch)| switch.pdi).collect();
    pdis.sort_unstable();
    pdis.dedup();
    if pdis.len() != SWITCHES {
        return broken("the switches do not name themselves, each by its own identifier");
    }
    if let Some((index, _)) = gpus.iter().find(|(_, gpu)| gpu.mode != Some(GpuMode::ProtectedPcie)) {
        return of_device("a GPU is not in protected PCIe mode", *index);
    }
    if let Some((index, _)) = gpus.iter().find(|(_, gpu)| gpu.switch_pdis != pdis) {
        return of_device("a GPU is linked to other switches than these", *index);
    }
    let Some((_, first)) = switches.first() else { return broken("there is no switch") };
    if first.gpu_pdis.len() != GPUS {
        return broken("a switch does not connect eight GPUs");
    }
    match switches.iter().find(|(_, switch)| switch.gpu_pdis != first.gpu_pdis) {
        Some((index, _)) => of_device("a switch connects other GPUs than the first", *index),
        None => Topology::Complete,
    }
}

/// GPUs of one protected machine.
const GPUS: usize = 8;
/// Switches of one protected machine.
const SWITCHES: usize = 4;
