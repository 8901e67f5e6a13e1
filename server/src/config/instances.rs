//! Machines with a TPM that report to the RPC interface.

use std::path::PathBuf;

use serde::Deserialize;

use super::Secret;

/// Machines with a TPM that report to the RPC interface: nobody may, when no access key is named.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InstancesConfig {
    /// Who may call.
    pub access_keys: Vec<AccessKey>,
    /// How far the time of a signed request may be from ours; so long its nonce is remembered.
    pub window_seconds: u32,
    /// Files of roots (PEM) that may certify endorsement keys.
    pub ek_roots: Vec<PathBuf>,
    /// Endorsement keys that need no certificate: SHA-256 over the key as the library's fingerprint, in hex.
    pub ek_fingerprints: Vec<String>,
    /// The policy that every report must meet beside the machine's own baseline.
    pub policy: String,
    /// The bank of the baseline.
    pub bank: String,
    /// Registers of the baseline, which every report must cover.
    pub registers: Vec<u8>,
    /// What machines may run.
    pub programs: Programs,
    /// For how long a nonce can be answered.
    pub nonce_seconds: u32,
    /// A machine that reported within this time is online.
    pub online_seconds: u32,
    /// A machine that did not report for so long is not measured.
    pub unmeasured_seconds: u32,
    /// For how long certificates of attestation keys last.
    pub certificate_days: u32,
    /// Most machines of an account: those that have an access key can register others.
    pub machines: u32,
}

/// A key with which requests are signed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    /// `AccessKeyId`.
    pub id: String,
    /// The secret, unless a file has it.
    #[serde(default)]
    pub secret: Option<Secret>,
    /// A file of the secret.
    #[serde(default)]
    pub secret_file: Option<PathBuf>,
    /// Whose machines it is for: accounts do not see each other's.
    pub account: String,
    /// What it may do.
    pub role: Role,
}

/// What an access key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Enrol and report: for machines.
    Agent,
    /// That, and look at machines and decide about deviations: for people.
    Manager,
}

/// What machines may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Programs {
    /// Whatever the policy says.
    Policy,
    /// What the first report shows, unless the policy has a list of its own.
    FirstReport,
}

impl Default for InstancesConfig {
    fn default() -> Self {
        Self {
            access_keys: Vec::new(),
            window_seconds: 900,
            ek_roots: Vec::new(),
            ek_fingerprints: Vec::new(),
            policy: "strict".to_owned(),
            bank: "sha256".to_owned(),
            registers: (0..=9).collect(),
            programs: Programs::Policy,
            nonce_seconds: 300,
            online_seconds: 3_600,
            unmeasured_seconds: 86_400,
            certificate_days: 30,
            machines: 100_000,
        }
    }
}

impl InstancesConfig {
    /// Whether anybody may call.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.access_keys.is_empty()
    }

    /// What is wrong with it.
    pub(super) fn check(&self, ask: &mut dyn FnMut(bool, &str)) {
        let mut ids: Vec<&str> = self.access_keys.iter().map(|key| key.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        ask(ids.len() == self.access_keys.len(), "instances.access_keys: each `id` once");
        for key in &self.access_keys {
            ask(!key.id.is_empty() && !key.account.is_empty(), "instances.access_keys: `id` and `account`");
            ask(
                key.secret.is_some() != key.secret_file.is_some(),
                "instances.access_keys: `secret` or `secret_file`, one of them",
            );
            ask(
                key.secret.as_ref().is_none_or(|secret| secret.expose().len() >= 16),
                "instances.access_keys: a `secret` has 16 characters at least",
            );
        }
        ask((10..=3_600).contains(&self.window_seconds), "instances.window_seconds: from 10 to 3600");
        ask((10..=3_600).contains(&self.nonce_seconds), "instances.nonce_seconds: from 10 to 3600");
        ask((1..=3_650).contains(&self.certificate_days), "instances.certificate_days: from 1 to 3650");
        ask(self.online_seconds > 0, "instances.online_seconds: at least 1");
        ask(
            self.unmeasured_seconds >= self.online_seconds,
            "instances.unmeasured_seconds: no less than instances.online_seconds",
        );
        ask(crate::policies::is_id(&self.policy), "instances.policy: `strict` or the id of a policy");
        let banks = ["sha1", "sha256", "sha384", "sha512"];
        ask(banks.contains(&self.bank.as_str()), "instances.bank: sha1, sha256, sha384 or sha512");
        let fixed = |register: &u8| *register < 24 && ![16, 23].contains(register);
        ask(
            !self.registers.is_empty() && self.registers.iter().all(fixed),
            "instances.registers: from 0 to 23, without 16 and 23, which software resets",
        );
        let is_digest =
            |hex: &String| veriquote::bytes::from_hex(hex.as_bytes()).is_ok_and(|it| it.len() == 32);
        ask(self.ek_fingerprints.iter().all(is_digest), "instances.ek_fingerprints: 64 hex digits each");
        let secrets = self.access_keys.iter().filter_map(|key| key.secret_file.as_ref());
        for path in self.ek_roots.iter().chain(secrets) {
            ask(path.exists(), &format!("{}: there is no such file", path.display()));
        }
    }
}
