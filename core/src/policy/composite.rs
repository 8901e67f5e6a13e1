//! Appraising a machine together with its devices.

use alloc::boxed::Box;

use super::rules::Policy;
use super::{Accepted, Findings, Rejection, Stance, property};
use crate::composite::{Bond, Composite, Strength};
use crate::dcap::Tee;
use crate::fact::Fact;
use crate::measured_boot::BootState;

/// Rules about how machine and devices belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompositeRules {
    /// The policy accepts only certain software of the machine: without that, devices are bound to it by a
    /// nonce alone, which anybody can relay.
    pub measured: Stance,
    /// The evidence itself answers a challenge of the caller's.
    pub fresh: Stance,
    /// The machine's quote is over the devices' evidence itself.
    pub covers_evidence: Stance,
}

impl CompositeRules {
    /// The default everywhere: an answered challenge. That devices are bound by a nonce alone is no rejection,
    /// and the result says so.
    #[must_use]
    pub const fn strict() -> Self {
        Self { measured: Stance::Allow, fresh: Stance::Require, covers_evidence: Stance::Allow }
    }
}

/// Whether rules about these measurements let only certain software of a machine pass.
pub(crate) const fn names_software(tee: Tee, [mr_td, mr_enclave, mr_signer, isv_prod_id]: [bool; 4]) -> bool {
    match tee {
        Tee::Tdx => mr_td,
        Tee::Sgx => mr_enclave || (mr_signer && isv_prod_id),
    }
}

impl Policy {
    /// What a composite with a machine of this TEE proves under this policy. Run-time registers alone say
    /// nothing while the firmware that extends them is not known.
    #[must_use]
    pub const fn strength(&self, tee: Tee) -> Strength {
        let asked = [
            self.tdx.mr_td.is_some(),
            self.sgx.mr_enclave.is_some(),
            self.sgx.mr_signer.is_some(),
            self.sgx.isv_prod_id.is_some(),
        ];
        if names_software(tee, asked) && !self.crypto_only { Strength::Measured } else { Strength::NonceOnly }
    }

    /// Evaluates every rule over the machine, every rule over the devices, and how they belong together. All
    /// of it must be met.
    ///
    /// # Errors
    /// `policy.rejected` with all findings; `dcap.tcb.revoked` and `dcap.tcb.not_supported` whatever the policy
    /// says.
    pub fn accept_composite(
        &self,
        composite: Composite,
    ) -> Result<Accepted<Composite>, Box<Rejection<Composite>>> {
        self.accept_composite_with_log(composite, None)
    }

    /// As [`Policy::accept_composite`], with what the machine's event log says.
    ///
    /// # Errors
    /// Those of [`Policy::accept_composite`]; `misuse.options` when the log was verified against other RTMRs
    /// than the machine's; `policy.rejected` also when rules are stated about a log, and none is given.
    pub fn accept_composite_with_log(
        &self,
        composite: Composite,
        boot: Option<&BootState<'_>>,
    ) -> Result<Accepted<Composite>, Box<Rejection<Composite>>> {
        let (machine, refusal) = self.appraise_machine(composite.machine(), boot);
        let mut findings = Findings(machine);
        if !self.crypto_only {
            self.nvidia.appraise(composite.devices(), &mut findings);
        }
        self.appraise_bond(&composite, &mut findings);
        self.ruled(composite, findings, refusal)
    }

    /// Evaluates every rule over the machine, and how the devices belong to it: the devices themselves have
    /// policies of their own, by [`Policy::accept_nvidia`]. `boot` is what the machine's event log says.
    ///
    /// # Errors
    /// Those of [`Policy::accept_composite_with_log`].
    pub fn accept_bond(
        &self,
        bond: Bond,
        boot: Option<&BootState<'_>>,
    ) -> Result<Accepted<Bond>, Box<Rejection<Bond>>> {
        let (machine, refusal) = self.appraise_alone(bond.0.machine(), boot);
        let mut findings = Findings(machine);
        self.appraise_bond(&bond.0, &mut findings);
        self.ruled(bond, findings, refusal)
    }

    fn appraise_bond(&self, composite: &Composite, findings: &mut Findings) {
        let strength = self.strength(composite.machine().tee());
        if self.crypto_only {
            let actual = Fact::text("actual", strength.as_str());
            return findings.not_checked("composite.measured", [actual]);
        }
        let rules = &self.composite;
        property(findings, "composite.measured", rules.measured, strength == Strength::Measured);
        property(findings, "composite.fresh", rules.fresh, composite.is_fresh());
        let covers = composite.mode().covers_evidence();
        property(findings, "composite.covers_evidence", rules.covers_evidence, covers);
    }
}
