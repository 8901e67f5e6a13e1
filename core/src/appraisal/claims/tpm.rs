//! Claims of an accepted TPM quote.

use alloc::string::String;

use super::{Claims, ClaimsOptions, bind, subject_of};
use crate::appraisal::names::register_name;
use crate::appraisal::{
    Appraisal, Dialect, Environment, PolicyResult, Tee, Times, TrustVector, Value, Verifier,
};
use crate::crypto::CryptoProvider;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::jcs::Json;
use crate::policy::{Accepted, Finding, Verdict};
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
        options.check()?;
        let bound = accepted.evidence();
        let window = bound.ak().window;
        for (claim, time) in [("iat", options.issued_at), ("exp", options.expires_at)] {
            if !window.contains(time) {
                return Err(Error::new(Code::ClaimsValue, claim)
                    .with(Fact::time("not_before", window.not_before))
                    .with(Fact::time("not_after", window.not_after))
                    .with(Fact::time(claim, time)));
            }
        }
        let findings = accepted.findings();
        let crypto_only = findings.iter().any(|finding| finding.rule == "crypto_only");
        let policy = (!crypto_only).then_some(accepted.appraisal().policy.as_str());
        if let Some(name) = policy.filter(|name| ["default", "crypto-only"].contains(name))
            && options.policy_hash.is_none()
        {
            return Err(Error::new(Code::ClaimsValue, "policy")
                .with(Fact::string("policy", name.into()))
                .with(Fact::text("problem", "without a hash this name says that no policy was asked")));
        }
        let mut environment = machine(bound);
        environment.nonces = options.nonce.map(Into::into).into_iter().collect();
        environment.evidence =
            options.evidence.map(|digest| alloc::format!("sha384:{}", crate::bytes::to_hex(&digest)));
        environment.policies.push(PolicyResult {
            id: policy.unwrap_or("default").into(),
            version: None,
            hash: policy.and(options.policy_hash).map(Into::into),
            matched: None,
            detail: None,
        });
        bind(&mut environment, options, provider)?;
        environment.init_data = None;
        let vector = vector(bound, findings);
        environment.vector = Some(vector);
        environment.status = Some(vector.worst());
        let subject = subject_of(&environment, policy, options.subject, provider)?;
        let appraisal = Appraisal {
            dialect: Dialect::Aliyun,
            issuer: Some(options.issuer.into()),
            audience: alloc::vec![options.audience.into()],
            subject: Some(subject),
            profile: Some(options.profile.into()),
            token_id: Some(options.token_id.into()),
            intended_use: Some(options.intended_use.into()),
            times: Times {
                issued_at: Some(options.issued_at),
                not_before: Some(options.issued_at),
                expires_at: Some(options.expires_at),
            },
            verifier: Some(Verifier {
                developer: Some(options.verifier.0.into()),
                build: Some(options.verifier.1.into()),
            }),
            status: environment.status,
            environments: alloc::vec![environment],
            ..Appraisal::default()
        };
        Ok(Self { appraisal, collateral: Json::object(), crypto_only })
    }
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
fn vector(bound: &BoundQuote<'_>, findings: &[Finding]) -> TrustVector {
    let met = |rule: &str| {
        let mut of_rule = findings.iter().filter(|finding| finding.rule == rule).peekable();
        of_rule.peek().is_some() && of_rule.all(|finding| finding.verdict == Verdict::Satisfied)
    };
    let all = |rules: &[&str]| rules.iter().all(|rule| met(rule));
    let affirmed = |yes| if yes { 2 } else { 0 };
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
