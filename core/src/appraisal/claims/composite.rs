//! Claims of an accepted composite: the machine, then its devices.

use alloc::string::String;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::rulings::Rulings;
use super::{Bound, Claims, ClaimsOptions, appraisal, bind, dcap, nvidia, subject_of};
use crate::appraisal::{Binding, Environment, Tee, Tier};
use crate::composite::{Composite, Strength};
use crate::crypto::CryptoProvider;
use crate::error::Error;
use crate::jcs::Json;
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
        options.check_times(composite.machine().verified_at(), composite.window().not_after)?;
        let is_measured = is_measured(composite, &rulings);

        let mut machine = dcap::environment(composite.machine(), &rulings, options);
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
        let devices = nvidia::environments(composite.devices(), &rulings, options).into_iter();
        environments.extend(devices.map(|device| Environment { binding: Some(bond.clone()), ..device }));
        let policy = rulings.joined.as_deref();
        let subject = subject_of(&environments, Some(together), policy, options.subject, provider)?;
        let is_bound = is_measured && composite.mode().covers_evidence();
        let floor = (!is_bound).then_some(Tier::Warning);
        let status = nvidia::worst(&environments).max(floor);
        Ok(Self {
            appraisal: appraisal(options, subject, environments, status),
            collateral: collateral(composite),
            crypto_only: rulings.joined.is_none(),
            together: Some(together),
            bond: Some(facts(composite, is_measured)),
        })
    }
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
fn facts(composite: &Composite, is_measured: bool) -> Json {
    let strength = if is_measured { Strength::Measured } else { Strength::NonceOnly };
    let covers = composite.mode().covers_evidence();
    let mut bond = Json::object();
    bond.set("mode", Json::text(composite.mode().as_str()));
    bond.set("strength", Json::text(strength.as_str()));
    bond.set("fresh", Json::Bool(composite.mode().is_fresh()));
    bond.set("covers_evidence", Json::Bool(covers));
    bond.set("all_submods_bound", Json::Bool(covers && is_measured));
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
