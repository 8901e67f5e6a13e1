//! Claims of an accepted composite: the machine, then its devices.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::rulings::{JOINT, Rulings};
#[cfg(feature = "tpm")]
use super::tpm::TpmMember;
use super::{Bound, Claims, ClaimsOptions, appraisal, bind, dcap, nvidia, subject_of};
use crate::appraisal::{Binding, Environment, Tee, Tier};
use crate::composite::{Bond, Composite, Strength};
use crate::crypto::CryptoProvider;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::jcs::Json;
use crate::nvidia::DeviceSet;
use crate::policy::Accepted;
use crate::policy::composite::names_software;

impl Claims {
    /// The claims of a composite that each of several policies accepted. Where the mode of the composite itself
    /// binds data, they are shown; in the modes in which the caller knows the report data, `options.bound` says
    /// which data those are of.
    ///
    /// The verdict over all is a warning at best unless the machine's quote covers the devices' evidence and a
    /// policy accepts only certain software of the machine: any machine can relay a challenge.
    ///
    /// # Errors
    /// Those of [`Claims::from_all_accepted`].
    pub fn from_all_accepted_composite(
        policies: &[(&Accepted<Composite>, Option<[u8; 48]>)],
        options: &ClaimsOptions<'_>,
        provider: &dyn CryptoProvider,
    ) -> Result<Self, Error> {
        options.check()?;
        let (composite, rulings) = Rulings::over(policies, |one, other| is_same(one, other, provider))?;
        of_members(composite, &rulings, &rulings, None, options, provider)
    }

    /// The claims of a composite each member of which was accepted by policies of its own: each member shows
    /// its own. The verdict over all is a warning at best as for [`Claims::from_all_accepted_composite`], and
    /// where there is a TPM, whose quote the machine's is not over.
    ///
    /// # Errors
    /// Those of [`Claims::from_all_accepted`]; `misuse.options` for devices that are not the composite's;
    /// `tpm.nonce` for a TPM that answered another challenge than the composite's, and where its mode knows none.
    pub fn from_accepted_members(
        members: &Members<'_>,
        options: &ClaimsOptions<'_>,
        provider: &dyn CryptoProvider,
    ) -> Result<Self, Error> {
        options.check()?;
        let same = |one: &Bond, other: &Bond| is_same(one.composite(), other.composite(), provider);
        let (bond, machine) = Rulings::over(members.bond, same)?;
        let same = |one: &DeviceSet, other: &DeviceSet| nvidia::is_same(one, other, provider);
        let (set, devices) = Rulings::over(members.devices, same)?;
        let composite = bond.composite();
        if !nvidia::is_same(composite.devices(), set, provider) {
            return Err(Error::new(Code::MisuseOptions, "members.devices")
                .with(Fact::text("problem", "the devices are not those of the composite")));
        }
        #[cfg(feature = "tpm")]
        let tpm = members.tpm;
        #[cfg(not(feature = "tpm"))]
        let tpm = None;
        of_members(composite, &machine, &devices, tpm, options, provider)
    }
}

/// Members of a composite, each with the policies that accepted it and the hash of their text: at least one.
#[derive(Clone, Copy, Debug)]
pub struct Members<'a> {
    /// The machine, and how the devices belong to it.
    pub bond: &'a [(&'a Accepted<Bond>, Option<[u8; 48]>)],
    /// The devices.
    pub devices: &'a [(&'a Accepted<DeviceSet>, Option<[u8; 48]>)],
    /// The machine's TPM.
    #[cfg(feature = "tpm")]
    pub tpm: Option<&'a TpmMember>,
}

/// Without a TPM's code there is no TPM.
#[cfg(not(feature = "tpm"))]
type TpmMember = core::convert::Infallible;

fn of_members(
    composite: &Composite,
    rulings: &Rulings<'_>,
    device_rulings: &Rulings<'_>,
    tpm: Option<&TpmMember>,
    options: &ClaimsOptions<'_>,
    provider: &dyn CryptoProvider,
) -> Result<Claims, Error> {
    options.check_times(composite.machine().verified_at(), composite.window().not_after)?;
    let is_measured = is_measured(composite, rulings);

    let mut machine = dcap::environment(composite.machine(), rulings, options);
    machine.name = machine.tee.as_ref().map(|tee| tee.as_str().into());
    let together = if machine.tee == Some(Tee::Tdx) { "acstdxnvgpu" } else { "sgx-nvgpu" };
    let bond = Binding {
        mode: composite.mode().as_str().into(),
        matched: Some(true),
        fresh: options.nonce.map(|_| String::from("eat_nonce")),
    };
    match (options.bound, composite.runtime_data()) {
        (Bound::Nothing, Some(data)) => {
            let mut raw = Json::object();
            raw.set("raw", Json::text(STANDARD.encode(data)));
            machine.runtime_data = Some(raw.write());
            machine.init_data = Some("null".into());
            machine.binding = Some(bond.clone());
        }
        _ => bind(&mut machine, options, provider)?,
    }
    let mut environments = alloc::vec![machine];
    let devices = nvidia::environments(composite.devices(), device_rulings, options).into_iter();
    environments.extend(devices.map(|device| Environment { binding: Some(bond.clone()), ..device }));
    let mut asked = alloc::vec![rulings.joined.as_deref(), device_rulings.joined.as_deref()];
    #[cfg(feature = "tpm")]
    if let Some(tpm) = tpm {
        let environment = tpm.environment(composite, options)?;
        environments.push(Environment { binding: Some(bond), ..environment });
        asked.push(tpm.joined());
    }
    let policy = joined(&asked);
    let subject = subject_of(&environments, Some(together), policy.as_deref(), options.subject, provider)?;
    // The machine's quote is over the devices' reports, and never over a TPM's quote.
    let is_bound = is_measured && composite.mode().covers_evidence() && tpm.is_none();
    let floor = (!is_bound).then_some(Tier::Warning);
    let status = nvidia::worst(&environments).max(floor);
    Ok(Claims {
        appraisal: appraisal(options, subject, environments, status),
        collateral: collateral(composite),
        crypto_only: policy.is_none(),
        together: Some(together),
        bond: Some(facts(composite, is_measured, is_bound)),
    })
}

/// The names of all policies, each once; `None` where a member was asked nothing.
fn joined(asked: &[Option<&str>]) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for name in asked {
        for name in name.as_ref()?.split(JOINT) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    Some(names.join(JOINT))
}

/// Whether a policy asked for the machine's software.
fn is_measured(composite: &Composite, rulings: &Rulings<'_>) -> bool {
    let asked = ["tdx.mr_td", "sgx.mr_enclave", "sgx.mr_signer", "sgx.isv_prod_id"];
    names_software(composite.machine().tee(), asked.map(|rule| rulings.met(rule)))
}

fn is_same(one: &Composite, other: &Composite, provider: &dyn CryptoProvider) -> bool {
    one.mode() == other.mode()
        && one.runtime_data() == other.runtime_data()
        && dcap::is_same(one.machine(), other.machine())
        && nvidia::is_same(one.devices(), other.devices(), provider)
}

/// How machine and devices belong together.
fn facts(composite: &Composite, is_measured: bool, is_bound: bool) -> Json {
    let strength = if is_measured { Strength::Measured } else { Strength::NonceOnly };
    let covers = composite.mode().covers_evidence();
    let mut bond = Json::object();
    bond.set("mode", Json::text(composite.mode().as_str()));
    bond.set("strength", Json::text(strength.as_str()));
    bond.set("fresh", Json::Bool(composite.is_fresh()));
    bond.set("covers_evidence", Json::Bool(covers));
    bond.set("all_submods_bound", Json::Bool(is_bound));
    bond
}

fn collateral(composite: &Composite) -> Json {
    let mut all = dcap::collateral(composite.machine());
    if let Json::Object(members) = nvidia::collateral(composite.devices()) {
        for (name, value) in members {
            all.set(name, value);
        }
    }
    all.set("valid_until", Json::text(alloc::format!("{}", composite.window().not_after)));
    all
}
