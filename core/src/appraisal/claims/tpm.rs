//! Claims of an accepted TPM quote.

use alloc::string::String;
#[cfg(all(feature = "dcap", feature = "nvidia"))]
use alloc::vec::Vec;

use super::rulings::{Rulings, affirmed};
use super::{Claims, ClaimsOptions, appraisal, bind, state, subject_of};
#[cfg(all(feature = "dcap", feature = "nvidia"))]
use crate::appraisal::PolicyResult;
use crate::appraisal::names::register_name;
use crate::appraisal::{Environment, Tee, TrustVector, Value};
#[cfg(all(feature = "dcap", feature = "nvidia"))]
use crate::bytes::constant_time_eq;
#[cfg(all(feature = "dcap", feature = "nvidia"))]
use crate::composite::Composite;
use crate::crypto::CryptoProvider;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::jcs::Json;
use crate::policy::Accepted;
use crate::time::Window;
use crate::tpm::{AkRoute, AlgorithmId, BoundQuote};

impl Claims {
    /// The claims of a TPM's quote that a policy accepted. The report data are the quote's `extraData`.
    ///
    /// A pinned key has no end; a certified one is good for as long as its certificates are, and so is the
    /// token.
    ///
    /// # Errors
    /// Those of [`Claims::from_accepted`].
    pub fn from_accepted_tpm(
        accepted: &Accepted<BoundQuote<'_>>,
        options: &ClaimsOptions<'_>,
        provider: &dyn CryptoProvider,
    ) -> Result<Self, Error> {
        Self::from_all_accepted_tpm(&[(accepted, options.policy_hash)], options, provider)
    }

    /// The claims of a TPM's quote that each of several policies accepted, as
    /// [`Claims::from_all_accepted`] has them.
    ///
    /// # Errors
    /// Those of [`Claims::from_all_accepted`].
    pub fn from_all_accepted_tpm(
        policies: &[(&Accepted<BoundQuote<'_>>, Option<[u8; 48]>)],
        options: &ClaimsOptions<'_>,
        provider: &dyn CryptoProvider,
    ) -> Result<Self, Error> {
        options.check()?;
        let (bound, rulings) = Rulings::over(policies, is_same)?;
        check_window(bound.ak().window, options)?;
        let mut environment = machine(bound);
        state(&mut environment, options, &rulings.results, vector(bound, &rulings));
        bind(&mut environment, options, provider)?;
        environment.init_data = None;
        let policy = rulings.joined.as_deref();
        let status = environment.status;
        let environments = alloc::vec![environment];
        let subject = subject_of(&environments, None, policy, options.subject, provider)?;
        Ok(Self {
            appraisal: appraisal(options, subject, environments, status),
            collateral: Json::object(),
            crypto_only: rulings.joined.is_none(),
            together: None,
            bond: None,
        })
    }
}

/// A TPM that policies accepted, as a member of a composite.
#[cfg(all(feature = "dcap", feature = "nvidia"))]
#[derive(Clone, Debug)]
pub struct TpmMember {
    environment: Environment,
    vector: TrustVector,
    policies: Vec<PolicyResult>,
    joined: Option<String>,
    window: Window,
}

#[cfg(all(feature = "dcap", feature = "nvidia"))]
impl TpmMember {
    /// Of a quote that each of several policies accepted, with the hash of their text.
    ///
    /// # Errors
    /// `misuse.options` for no policy at all and for policies that accepted different evidence; `claims.value` for
    /// names of policies that a token cannot have.
    pub fn new(policies: &[(&Accepted<BoundQuote<'_>>, Option<[u8; 48]>)]) -> Result<Self, Error> {
        let (bound, rulings) = Rulings::over(policies, is_same)?;
        let vector = vector(bound, &rulings);
        let (policies, joined) = (rulings.results, rulings.joined);
        Ok(Self { environment: machine(bound), vector, policies, joined, window: bound.ak().window })
    }

    /// Between which times its key is good.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    pub(super) fn joined(&self) -> Option<&str> {
        self.joined.as_deref()
    }

    /// As part of this composite, whose challenge it must have answered.
    pub(super) fn environment(
        &self,
        composite: &Composite,
        options: &ClaimsOptions<'_>,
    ) -> Result<Environment, Error> {
        check_window(self.window, options)?;
        let mut environment = self.environment.clone();
        let answered = environment.report_data.take().unwrap_or_default();
        match &composite.nonces().tpm {
            Some(expected) if constant_time_eq(expected, &answered) => {}
            expected => {
                return Err(Error::new(Code::TpmNonce, "members.tpm")
                    .with(Fact::bytes("expected", expected.as_ref().map_or(&[][..], |nonce| &nonce[..])))
                    .with(Fact::bytes("actual", answered)));
            }
        }
        environment.name = Some(Tee::Tpm.as_str().into());
        state(&mut environment, options, &self.policies, self.vector);
        Ok(environment)
    }
}

/// A token does not outlive the key.
fn check_window(window: Window, options: &ClaimsOptions<'_>) -> Result<(), Error> {
    for (claim, time) in [("iat", options.issued_at), ("exp", options.expires_at)] {
        if !window.contains(time) {
            return Err(Error::new(Code::ClaimsValue, claim)
                .with(Fact::time("not_before", window.not_before))
                .with(Fact::time("not_after", window.not_after))
                .with(Fact::time(claim, time)));
        }
    }
    Ok(())
}

/// Whether two verifications are of one quote by one key, with the same registers.
fn is_same(one: &BoundQuote<'_>, other: &BoundQuote<'_>) -> bool {
    let (quote, of_other) = (one.quote(), other.quote());
    one.pcrs() == other.pcrs()
        && one.ak() == other.ak()
        && quote.ak_identity() == of_other.ak_identity()
        && quote.scheme() == of_other.scheme()
        && quote.extra_data() == of_other.extra_data()
        && quote.qualified_signer() == of_other.qualified_signer()
        && quote.clock() == of_other.clock()
        && quote.firmware_version() == of_other.firmware_version()
        && quote.is_fresh() == of_other.is_fresh()
        && quote.pcr_digest() == of_other.pcr_digest()
}

/// What the quote says of the machine, under our names.
fn machine(bound: &BoundQuote<'_>) -> Environment {
    let (quote, ak, clock) = (bound.quote(), bound.ak(), bound.clock());
    let mut environment = Environment {
        tee: Some(Tee::Tpm),
        report_data: Some(quote.extra_data().to_vec()),
        ..Environment::default()
    };
    if let Some(name) = &ak.name {
        environment.measure("ak.name", Value::Bytes(name.as_slice().to_vec()));
    }
    environment.measure("ak.route", Value::Text(ak.route.as_str().into()));
    environment.measure("clock.resets", Value::Number(clock.reset_count.into()));
    environment.measure("clock.restarts", Value::Number(clock.restart_count.into()));
    environment.measure("clock.safe", Value::Flag(clock.safe));
    let firmware = quote.firmware_version().to_be_bytes().to_vec();
    environment.measure("firmware_version", Value::Bytes(firmware));
    environment.measure("signature_scheme", Value::Text(alloc::format!("{}", quote.scheme())));
    for (bank, index, value) in bound.pcrs().iter() {
        let bank: String = alloc::format!("{}", AlgorithmId::from(bank));
        environment.measure(register_name(&bank, index), Value::Bytes(value.to_vec()));
    }
    environment
}

/// What was affirmed, and only that: an aspect of which the policy asks nothing is 0.
fn vector(bound: &BoundQuote<'_>, rulings: &Rulings<'_>) -> TrustVector {
    let met = |rule: &str| rulings.met(rule);
    let all = |rules: &[&str]| rulings.met_all(rules);
    // Nobody vouches that a bare key is a TPM's at all.
    let identity = if bound.ak().route == AkRoute::BareKey { 32 } else { affirmed(met("tpm.ak_names")) };
    let mut vector = TrustVector::default();
    for (aspect, value) in [
        ("instance-identity", identity),
        ("configuration", affirmed(met("boot.secure_boot"))),
        ("executables", affirmed(all(&["boot.log", "boot.kernels", "boot.initrds"]))),
        ("hardware", affirmed(met("tpm.firmware_versions"))),
    ] {
        vector.set(aspect, value);
    }
    vector
}
