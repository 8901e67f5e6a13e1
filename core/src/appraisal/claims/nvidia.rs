//! Claims of accepted NVIDIA devices: one environment for each, in NVIDIA's names.

use alloc::string::String;
use alloc::vec::Vec;

use super::rulings::{Rulings, affirmed};
use super::{Claims, ClaimsOptions, appraisal, bind, state, subject_of};
use crate::appraisal::{DebugStatus, Environment, RawClaim, Tee, Tier, TrustVector, Value};
use crate::bytes::to_hex;
use crate::crypto::CryptoProvider;
use crate::error::Error;
use crate::jcs::Json;
use crate::nvidia::{ClaimValue, DeviceClass, DeviceSet, MeasuredDevice, RevocationState, Topology};
use crate::policy::Accepted;

/// What devices are called together.
const TOGETHER: &str = "nvgpu";

impl Claims {
    /// The claims of devices that each of several policies accepted. The data that are bound are those of which
    /// every device's challenge was made.
    ///
    /// # Errors
    /// Those of [`Claims::from_all_accepted`].
    pub fn from_all_accepted_nvidia(
        policies: &[(&Accepted<DeviceSet>, Option<[u8; 48]>)],
        options: &ClaimsOptions<'_>,
        provider: &dyn CryptoProvider,
    ) -> Result<Self, Error> {
        options.check()?;
        let (set, rulings) = Rulings::over(policies, |one, other| is_same(one, other, provider))?;
        if let Some(device) = set.devices().first() {
            options.check_times(device.device().verified_at(), set.window().not_after)?;
        }
        let mut environments = environments(set, &rulings, options);
        for (environment, device) in environments.iter_mut().zip(set.devices()) {
            environment.report_data = Some(device.device().nonce().to_vec());
            bind(environment, options, provider)?;
            // The challenge is among NVIDIA's claims already.
            environment.report_data = None;
            environment.init_data = None;
        }
        let policy = rulings.joined.as_deref();
        let subject = subject_of(&environments, Some(TOGETHER), policy, options.subject, provider)?;
        let status = worst(&environments);
        Ok(Self {
            appraisal: appraisal(options, subject, environments, status),
            collateral: collateral(set),
            crypto_only: rulings.joined.is_none(),
            together: Some(TOGETHER),
            bond: None,
        })
    }
}

/// Whether two verifications are of the same reports, at one time, compared with the same manifests.
pub(super) fn is_same(one: &DeviceSet, other: &DeviceSet, provider: &dyn CryptoProvider) -> bool {
    let times =
        |set: &DeviceSet| set.devices().iter().map(|it| it.device().verified_at()).collect::<Vec<_>>();
    one.transcript(provider) == other.transcript(provider)
        && times(one) == times(other)
        && one.window() == other.window()
        && collateral(one) == collateral(other)
}

/// The worst verdict of all.
pub(super) fn worst(environments: &[Environment]) -> Option<Tier> {
    environments.iter().filter_map(|environment| environment.status).max()
}

/// `gpu_0`, `gpu_1`, … and `switch_0`, …, in the order of the evidence, but for the data that they bind.
pub(super) fn environments(
    set: &DeviceSet,
    rulings: &Rulings<'_>,
    options: &ClaimsOptions<'_>,
) -> Vec<Environment> {
    let mut found: Vec<Environment> = Vec::new();
    for device in set.devices() {
        let (tee, kind) = match device.class() {
            DeviceClass::Gpu => (Tee::NvidiaGpu, "gpu"),
            DeviceClass::Switch => (Tee::NvidiaSwitch, "switch"),
        };
        let before = found.iter().filter(|other| other.tee.as_ref() == Some(&tee)).count();
        let mut environment = of_device(device, alloc::format!("{kind}_{before}"), tee);
        state(&mut environment, options, &rulings.results, vector(device, set, rulings));
        found.push(environment);
    }
    found
}

fn of_device(device: &MeasuredDevice, name: String, tee: Tee) -> Environment {
    let mut environment = Environment { name: Some(name), tee: Some(tee), ..Environment::default() };
    for (claim, value) in device.claims() {
        match (claim.as_str(), value) {
            ("hwmodel", ClaimValue::Text(model)) => environment.hardware_model = Some(model),
            ("dbgstat", ClaimValue::Text(status)) => environment.debug = DebugStatus::from_name(&status),
            ("secboot", ClaimValue::Flag(flag)) => environment.secure_boot = Some(flag),
            (_, ClaimValue::Flag(flag)) => environment.measure(claim, Value::Flag(flag)),
            (_, ClaimValue::Text(text)) => environment.measure(claim, Value::Text(text)),
            (_, ClaimValue::Number(number)) => environment.measure(claim, Value::Number(number)),
            (_, value) => {
                environment.unmapped.push(RawClaim { path: claim, json: json(&value).write() });
            }
        }
    }
    environment
}

fn json(value: &ClaimValue) -> Json {
    match value {
        ClaimValue::Null => Json::Null,
        ClaimValue::Flag(flag) => Json::Bool(*flag),
        // Numbers of claims are indices and sizes.
        ClaimValue::Number(number) => Json::Integer(i64::try_from(*number).unwrap_or(i64::MAX)),
        ClaimValue::Text(text) => Json::text(text.clone()),
        ClaimValue::Time(time) => Json::text(alloc::format!("{time}")),
        ClaimValue::List(items) => Json::Array(items.iter().map(json).collect()),
        ClaimValue::Object(members) => {
            let mut object = Json::object();
            for (name, value) in members {
                object.set(name.clone(), json(value));
            }
            object
        }
    }
}

/// What was affirmed, and only that: an aspect of which the policy asks nothing is 0. What it let pass although
/// it is not as it should be is a warning.
fn vector(device: &MeasuredDevice, set: &DeviceSet, rulings: &Rulings<'_>) -> TrustVector {
    let warned = |bad: bool, value: i8| if bad { 32 } else { value };
    let statuses = device.device().certificate_statuses().iter();
    let statuses = statuses.chain(device.comparisons().iter().flat_map(|it| &it.statuses));
    let is_on_hold = statuses.clone().any(|status| status.state == RevocationState::OnHold);
    let is_broken = matches!(set.topology(), Topology::Broken(_));
    let has_firmware =
        device.class() == DeviceClass::Switch || device.device().fields().firmware_id().is_some();
    let mut vector = TrustVector::default();
    for (aspect, value) in [
        ("instance-identity", affirmed(rulings.met("nvidia.serials"))),
        ("configuration", warned(is_broken, affirmed(rulings.met("nvidia.modes")))),
        (
            "executables",
            warned(!device.is_match(), affirmed(rulings.met_all(&["nvidia.rims", "nvidia.measurements"]))),
        ),
        ("hardware", warned(is_on_hold || !has_firmware, affirmed(rulings.met("nvidia.firmware_id")))),
    ] {
        vector.set(aspect, value);
    }
    vector
}

/// The manifests that judged, and until when all of it holds.
pub(super) fn collateral(set: &DeviceSet) -> Json {
    let mut rims: Vec<Json> = Vec::new();
    for comparison in set.devices().iter().flat_map(MeasuredDevice::comparisons) {
        let mut rim = Json::object();
        rim.set("kind", Json::text(comparison.kind.as_str()));
        rim.set("version", Json::text(comparison.version.clone()));
        rim.set("sha256", Json::text(to_hex(&comparison.digest)));
        if !rims.contains(&rim) {
            rims.push(rim);
        }
    }
    let mut collateral = Json::object();
    collateral.set("rims", Json::Array(rims));
    collateral.set("valid_until", Json::text(alloc::format!("{}", set.window().not_after)));
    collateral
}
