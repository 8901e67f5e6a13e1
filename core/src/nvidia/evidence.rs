//! One device's evidence: its report and its certificate chain.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::chain::{ALGORITHM, Chain};
use super::checks;
use super::device::{Architecture, Chip, DeviceClass};
use super::fwid;
use super::opaque::{GpuFields, OpaqueData, SwitchFields};
use super::revocation::{self, CertificateStatus, Revocation};
use super::spdm::{Report, Trailing};
use crate::bytes::{Bytes, constant_time_eq};
use crate::check::{Check, Failure, Trace};
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::encoding::pem_blocks;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::time::{UnixTime, Window};
use crate::trust::TrustAnchors;
use crate::x509::Certificate;

/// Whom to trust, and who checks signatures.
#[derive(Clone, Debug)]
pub struct Verifier {
    pub(super) provider: Arc<dyn CryptoProvider>,
    pub(super) devices: TrustAnchors,
    pub(super) rims: TrustAnchors,
}

impl Verifier {
    /// Trusts NVIDIA's roots, each pinned by its key.
    #[must_use]
    pub fn nvidia(provider: Arc<dyn CryptoProvider>) -> Self {
        Self::new(TrustAnchors::nvidia_device(), TrustAnchors::nvidia_rim(), provider)
    }

    /// Trusts the caller's own roots, of devices and of reference measurements.
    #[must_use]
    pub const fn new(devices: TrustAnchors, rims: TrustAnchors, provider: Arc<dyn CryptoProvider>) -> Self {
        Self { provider, devices, rims }
    }

    /// Who checks signatures.
    #[must_use]
    pub fn provider(&self) -> &dyn CryptoProvider {
        self.provider.as_ref()
    }
}

/// What the caller expects of one device.
#[derive(Clone, Debug)]
pub struct Expectations<'e> {
    /// The challenge that was given out for this device.
    pub nonce: [u8; 32],
    /// What a collector wrote beside the evidence; where there is something, it must be what was signed.
    pub announced: Announced<'e>,
    /// What issuers say of revoked certificates.
    pub revocation: &'e Revocation<'e>,
}

/// What stands beside evidence, unsigned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announced<'e> {
    /// The architecture.
    pub architecture: Option<Architecture>,
    /// The nonce.
    pub nonce: Option<&'e [u8]>,
    /// The driver's version.
    pub driver_version: Option<&'e str>,
    /// The VBIOS's version.
    pub vbios_version: Option<&'e str>,
}

impl Expectations<'_> {
    /// A challenge and nothing else.
    #[must_use]
    pub const fn nonce(nonce: [u8; 32]) -> Self {
        let announced =
            Announced { architecture: None, nonce: None, driver_version: None, vbios_version: None };
        Self { nonce, announced, revocation: &Revocation::NONE }
    }
}

/// Parsed evidence of one device. Not authentic.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    report: Report<'a>,
    chain: Vec<Vec<u8>>,
}

impl<'a> Evidence<'a> {
    /// Parses a report and its certificates in PEM, leaf first.
    ///
    /// # Errors
    /// Those of [`Report::parse`]; `input.encoding`, `limit.size` and `limit.count` for the certificates.
    pub fn parse(report: &'a [u8], chain: &[u8], trailing: Trailing) -> Result<Self, Error> {
        let report = Report::parse(report, trailing)?;
        let inside = |error: Error| error.inside("chain");
        if chain.len() > limits::NVIDIA_CHAIN_BYTES {
            return Err(inside(
                Error::new(Code::LimitSize, "")
                    .with(Fact::count("size", chain.len()))
                    .with(Fact::count("limit", limits::NVIDIA_CHAIN_BYTES)),
            ));
        }
        let chain = pem_blocks(chain, "CERTIFICATE", limits::CERTIFICATES).map_err(inside)?;
        Ok(Self { report, chain })
    }

    /// The report.
    #[must_use]
    pub const fn unauthenticated_report(&self) -> &Report<'a> {
        &self.report
    }

    /// The certificates in DER, leaf first.
    #[must_use]
    pub fn unauthenticated_chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// The class that the leaf certificate claims, before anybody has checked it.
    pub(super) fn unauthenticated_class(&self) -> Option<DeviceClass> {
        let leaf = Certificate::parse(self.chain.first()?).ok()?;
        Chip::of_leaf(&leaf).ok().map(|chip| chip.architecture.class())
    }

    /// Proves that a genuine device made the report in answer to the challenge, and reads what it says.
    ///
    /// # Errors
    /// The first rule that does not hold, with the checks up to it.
    pub fn authenticate(
        &self,
        verifier: &Verifier,
        expectations: &Expectations<'_>,
        now: UnixTime,
    ) -> Result<AuthenticDevice, Failure> {
        let mut trace = Trace::new();
        match self.authenticate_traced(verifier, expectations, now, &mut trace) {
            Ok(device) => Ok(AuthenticDevice { checks: trace.into_checks(), ..device }),
            Err(error) => Err(trace.fail(error)),
        }
    }

    fn authenticate_traced(
        &self,
        verifier: &Verifier,
        expectations: &Expectations<'_>,
        now: UnixTime,
        trace: &mut Trace,
    ) -> Result<AuthenticDevice, Error> {
        let provider = verifier.provider();
        let report = &self.report;
        trace.passed(checks::REPORT_LAYOUT, [Fact::count("blocks", report.unauthenticated_blocks().len())]);

        let inside = |error: Error| error.inside("chain");
        let chain = Chain::parse(&self.chain, CERTIFICATES).map_err(inside);
        let chain = failing(trace, checks::CHAIN, chain)?;
        let leaf = failing(trace, checks::CHAIN, chain.leaf())?;
        let window = chain.verify(&verifier.devices, provider, now).map_err(inside);
        let window = failing(trace, checks::CHAIN, window)?;
        trace.passed(checks::CHAIN, [Fact::bytes("serial", leaf.serial())]);
        let revocation = expectations.revocation;
        let statuses = revocation.check(chain.certificates(), provider, now).map_err(inside);
        let statuses = failing(trace, checks::REVOCATION, statuses)?;
        revocation::record(trace, checks::REVOCATION, &statuses);
        let window = statuses.iter().fold(window, |window, status| window.intersect(status.window));

        let key = leaf.load_key(provider, ALGORITHM).map_err(|error| error.inside("certificate[0]"));
        let key = failing(trace, checks::CHAIN, key.map_err(inside))?;
        let signed = key
            .verify(report.signed(), report.signature())
            .map_err(|_| Error::new(Code::NvidiaReportSignature, "report.response.signature"));
        failing(trace, checks::REPORT_SIGNATURE, signed)?;
        trace.passed(checks::REPORT_SIGNATURE, []);

        failing(trace, checks::NONCE, check_nonce(report, expectations))?;
        trace.passed(checks::NONCE, []);

        let chip = failing(trace, checks::ARCH, chip_of(&chain).map_err(inside))?;
        let fields = Fields::read(report.unauthenticated_opaque(), chip.architecture.class());
        let fields = failing(trace, checks::OPAQUE, fields.map_err(|error| error.inside("report")))?;
        trace.passed(checks::OPAQUE, fields.facts());
        failing(trace, checks::ARCH, check_architecture(&chip, &fields, &expectations.announced))?;
        trace.passed(checks::ARCH, [Fact::text("architecture", chip.architecture.as_str())]);

        let certified = fwid::of_leaf(leaf, chip.architecture);
        let certified = certified.map_err(|error| inside(error.inside("certificate[0]")));
        let certified = failing(trace, checks::FWID, certified)?;
        let firmware_id = fields.firmware_id();
        match firmware_id {
            None => trace.skipped(checks::FWID, "the report does not name its firmware"),
            Some(stated) if stated == certified => {
                trace.passed(checks::FWID, [Fact::bytes("fwid", stated.0)]);
            }
            Some(stated) => {
                let error = Error::new(Code::NvidiaFwid, "report.opaque.fwid")
                    .with(Fact::bytes("expected", certified.0))
                    .with(Fact::bytes("actual", stated.0));
                failing(trace, checks::FWID, Err(error))?;
            }
        }
        failing(trace, checks::ADVISORY, check_announced(&fields, &expectations.announced))?;
        trace.passed(checks::ADVISORY, []);

        let measurements = report.unauthenticated_blocks().iter().map(|block| Measurement {
            index: block.index,
            is_digest: block.is_digest(),
            value: block.value.to_vec(),
        });
        let hardware_model = chain.certificates().get(1).and_then(Certificate::subject_common_name);
        Ok(AuthenticDevice {
            architecture: chip.architecture,
            chip: chip.name.replace('_', ""),
            hardware_model: hardware_model.unwrap_or_default().into(),
            serial: leaf.serial().to_vec(),
            key_fingerprint: provider.hash(HashAlgorithm::Sha256, &[leaf.spki().raw()]).as_slice().to_vec(),
            nonce: expectations.nonce,
            report: report.raw().to_vec(),
            leaf: leaf.der().to_vec(),
            fields,
            certified_firmware_id: certified,
            measurements: measurements.collect(),
            statuses,
            window,
            verified_at: now,
            checks: Vec::new(),
        })
    }
}

/// Records a failure under `rule`, and nothing when it holds: the caller says so with its facts.
pub(super) fn failing<T>(
    trace: &mut Trace,
    rule: &'static crate::check::Rule,
    result: Result<T, Error>,
) -> Result<T, Error> {
    if let Err(error) = &result {
        trace.failed(rule, error);
    }
    result
}

fn check_nonce(report: &Report<'_>, expectations: &Expectations<'_>) -> Result<(), Error> {
    let differs = |code, part, expected: &[u8], actual: &[u8]| {
        Error::new(code, part).with(Fact::bytes("expected", expected)).with(Fact::bytes("actual", actual))
    };
    let signed = report.unauthenticated_nonce();
    if !constant_time_eq(&expectations.nonce, signed) {
        return Err(differs(Code::NvidiaNonce, "report.request.nonce", &expectations.nonce, signed));
    }
    match expectations.announced.nonce {
        Some(announced) if announced != signed => {
            Err(differs(Code::NvidiaAdvisory, "announced.nonce", signed, announced))
        }
        _ => Ok(()),
    }
}

/// The chip of the leaf, whose issuer is a boot ROM of the same.
fn chip_of<'c>(chain: &Chain<'c>) -> Result<Chip<'c>, Error> {
    let chip = Chip::of_leaf(chain.leaf()?).map_err(|error| error.inside("certificate[0]"))?;
    let issuer = chain.certificates().get(1).ok_or_else(|| Error::new(Code::X509Chain, ""))?;
    chip.check_issuer(issuer).map_err(|error| error.inside("certificate[1]"))?;
    Ok(chip)
}

fn check_architecture(chip: &Chip<'_>, fields: &Fields, announced: &Announced<'_>) -> Result<(), Error> {
    let mismatch = |part, expected: &str, actual: &str| {
        Error::new(Code::NvidiaArchMismatch, part)
            .with(Fact::string("expected", expected.into()))
            .with(Fact::string("actual", actual.into()))
    };
    if let Fields::Gpu(GpuFields { chip: Some(stated), .. }) = fields
        && stated != chip.name
    {
        return Err(mismatch("report.opaque.chip_info", chip.name, stated));
    }
    match announced.architecture {
        Some(announced) if announced != chip.architecture => {
            Err(mismatch("announced.architecture", chip.architecture.as_str(), announced.as_str()))
        }
        _ => Ok(()),
    }
}

/// Versions beside the evidence: hints, which must be true where they are given.
fn check_announced(fields: &Fields, announced: &Announced<'_>) -> Result<(), Error> {
    let (driver, vbios) = match fields {
        Fields::Gpu(gpu) => (Some(gpu.driver_version.as_str()), gpu.vbios_version.as_str()),
        Fields::Switch(switch) => (None, switch.bios_version.as_str()),
    };
    let differs = |part, expected: Option<&str>, actual: &str| {
        Error::new(Code::NvidiaAdvisory, part)
            .with(Fact::string("expected", expected.unwrap_or_default().into()))
            .with(Fact::string("actual", actual.into()))
    };
    match (announced.driver_version, announced.vbios_version) {
        (Some(actual), _) if driver != Some(actual) => {
            Err(differs("announced.driver_version", driver, actual))
        }
        (_, Some(actual)) if !vbios.eq_ignore_ascii_case(actual) => {
            Err(differs("announced.vbios_version", Some(vbios), actual))
        }
        _ => Ok(()),
    }
}

/// What a device says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fields {
    /// A GPU.
    Gpu(GpuFields),
    /// A switch.
    Switch(SwitchFields),
}

impl Fields {
    /// Reads opaque data as a device of this class writes it.
    pub(super) fn read(data: &OpaqueData<'_>, class: DeviceClass) -> Result<Self, Error> {
        match class {
            DeviceClass::Gpu => GpuFields::read(data).map(Self::Gpu),
            DeviceClass::Switch => SwitchFields::read(data).map(Self::Switch),
        }
    }

    /// Digest of the first mutable code, where the report states it.
    #[must_use]
    pub const fn firmware_id(&self) -> Option<Bytes<48>> {
        match self {
            Self::Gpu(gpu) => gpu.firmware_id,
            Self::Switch(switch) => switch.firmware_id,
        }
    }

    fn facts(&self) -> Vec<Fact> {
        match self {
            Self::Gpu(gpu) => alloc::vec![
                Fact::string("driver_version", gpu.driver_version.clone()),
                Fact::string("vbios_version", gpu.vbios_version.clone()),
            ],
            Self::Switch(switch) => alloc::vec![Fact::string("bios_version", switch.bios_version.clone())],
        }
    }
}

/// One measurement of an authentic report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measurement {
    /// Its SPDM index, from 1.
    pub index: u8,
    /// Whether the value is a digest, and not raw bits.
    pub is_digest: bool,
    /// The value.
    pub value: Vec<u8>,
}

/// A device whose report is authentic and answers the challenge. Whether its measurements are those of
/// genuine firmware is not known yet: [`compare`](Self::compare).
#[derive(Clone, Debug)]
pub struct AuthenticDevice {
    pub(super) architecture: Architecture,
    pub(super) chip: String,
    hardware_model: String,
    serial: Vec<u8>,
    key_fingerprint: Vec<u8>,
    nonce: [u8; 32],
    report: Vec<u8>,
    leaf: Vec<u8>,
    pub(super) fields: Fields,
    certified_firmware_id: Bytes<48>,
    pub(super) measurements: Vec<Measurement>,
    statuses: Vec<CertificateStatus>,
    pub(super) window: Window,
    pub(super) verified_at: UnixTime,
    pub(super) checks: Vec<Check>,
}

impl AuthenticDevice {
    /// The architecture.
    #[must_use]
    pub const fn architecture(&self) -> Architecture {
        self.architecture
    }

    /// The chip as reference measurements call it: `GH100`, `GB100`, `LS10`.
    #[must_use]
    pub fn chip(&self) -> &str {
        &self.chip
    }

    /// The name of the boot ROM's certificate, such as `GH100 A01 GSP BROM`.
    #[must_use]
    pub fn hardware_model(&self) -> &str {
        &self.hardware_model
    }

    /// Serial number of the attestation key's certificate: the device's `ueid` at NVIDIA.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// SHA-256 of the attestation key's SubjectPublicKeyInfo: two devices never share one.
    #[must_use]
    pub fn key_fingerprint(&self) -> &[u8] {
        &self.key_fingerprint
    }

    /// The challenge that was answered.
    #[must_use]
    pub const fn nonce(&self) -> &[u8; 32] {
        &self.nonce
    }

    /// The report, as it arrived.
    #[must_use]
    pub fn report(&self) -> &[u8] {
        &self.report
    }

    /// The attestation key's certificate in DER.
    #[must_use]
    pub fn leaf(&self) -> &[u8] {
        &self.leaf
    }

    /// What the device says of itself.
    #[must_use]
    pub const fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The firmware that the attestation key was certified for.
    #[must_use]
    pub const fn certified_firmware_id(&self) -> &Bytes<48> {
        &self.certified_firmware_id
    }

    /// The measurements, by ascending index.
    #[must_use]
    pub fn measurements(&self) -> &[Measurement] {
        &self.measurements
    }

    /// What is known of the revocation of each certificate below the root, leaf first.
    #[must_use]
    pub fn certificate_statuses(&self) -> &[CertificateStatus] {
        &self.statuses
    }

    /// Between which times every certificate is valid, and every list and answer current.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// The time of the verification.
    #[must_use]
    pub const fn verified_at(&self) -> UnixTime {
        self.verified_at
    }

    /// What was checked.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }
}

/// Certificates of a device: attestation key, boot ROM, provisioning authority, family, root.
const CERTIFICATES: usize = 5;
