//! What the service knows of revoked certificates of devices, beside what a client brings.

use veriquote::encoding::pem_blocks;
use veriquote::limits;
use veriquote::nvidia::Envelope;
use veriquote::{Code, OutcomeKind};
use veriquote_facade::{Blob, CheckLine, Document, Time, Verification};

use super::devices::DeviceEvidence;
use crate::State;
use crate::collateral::{Chain, KeptCrls, Which, chain_of_rim};
use crate::error::Result;
use crate::work::{Length, work};

/// Lists and OCSP responses of the service that stand in for a client's, and what the client brings itself.
#[derive(Debug)]
pub(super) struct StandIn {
    /// `None` when the client brings lists or responses.
    lists: Option<Lists>,
    /// How many responses stand in.
    answers: usize,
    brought: Vec<Blob>,
    chains: Vec<Chain>,
}

/// Lists by what became of them.
#[derive(Debug, Default)]
struct Lists {
    used: Vec<String>,
    lapsed: Vec<String>,
    missing: Vec<String>,
    unknown: Vec<String>,
}

impl StandIn {
    /// Adds to evidence the lists and responses that the service keeps, where the client brings neither. A response
    /// that says that a certificate is revoked is added in any case, unless the client brings a newer one. A list that
    /// is not in force, or whose issuer is not known, is not used.
    pub(super) async fn add_to(evidence: &mut DeviceEvidence, state: &State, at: Time) -> Result<Self> {
        let library = state.library();
        let mut stand_in =
            Self { lists: None, answers: 0, brought: evidence.ocsp.clone(), chains: Vec::new() };
        let brings_nothing = evidence.crls.is_empty() && evidence.ocsp.is_empty();
        if library.has_answers() || !stand_in.brought.is_empty() {
            stand_in.chains = chains_of(Some(&evidence.document), &evidence.rims).await?;
        }
        if brings_nothing {
            // Asked for only where a list is new.
            let chains = async {
                match stand_in.chains.as_slice() {
                    [] => chains_of(Some(&evidence.document), &evidence.rims).await,
                    read => Ok(read.to_vec()),
                }
            };
            let KeptCrls { current, lapsed, missing, unknown } = library.nvidia_crls(at.0, chains).await?;
            let (used, lists): (Vec<String>, Vec<Blob>) = current.into_iter().unzip();
            evidence.crls = lists;
            stand_in.lists = Some(Lists { used, lapsed, missing, unknown });
        }
        let answers = stand_in.answers(state, &stand_in.chains, at);
        stand_in.answers = answers.len();
        evidence.ocsp.extend(answers);
        Ok(stand_in)
    }

    /// The responses that stand in for the signers of manifests that were found later.
    pub(super) async fn of_manifests(
        &mut self,
        state: &State,
        rims: &[Document],
        at: Time,
    ) -> Result<Vec<Blob>> {
        if !state.library().has_answers() && self.brought.is_empty() {
            return Ok(Vec::new());
        }
        let chains = chains_of(None, rims).await?;
        let answers = self.answers(state, &chains, at);
        self.answers = self.answers.saturating_add(answers.len());
        self.chains.extend(chains);
        Ok(answers)
    }

    /// Keeps the responses that the client brought: where the evidence was verified with them, or refused for what
    /// they may have said.
    pub(super) async fn learn(
        &mut self,
        state: &State,
        found: Option<&Verification>,
        at: Time,
    ) -> Result<()> {
        let is_worth_it = found.is_some_and(|it| {
            it.verified || it.error.as_ref().is_some_and(|problem| problem.code == Code::X509Revoked.as_str())
        });
        let (chains, brought) = (std::mem::take(&mut self.chains), std::mem::take(&mut self.brought));
        if !is_worth_it || brought.is_empty() {
            return Ok(());
        }
        let state = state.clone();
        work(Length::Long, move || state.library().learn_answers(&chains, &brought, at.0)).await
    }

    /// Says what stood in.
    pub(super) fn note(&self, verification: &mut Verification) {
        if verification.verified {
            verification.checks.extend(self.check());
        }
    }

    fn answers(&self, state: &State, chains: &[Chain], at: Time) -> Vec<Blob> {
        let which = if self.lists.is_some() { Which::All } else { Which::Revoked };
        state.library().answers_about(chains, (which, &self.brought), at.0)
    }

    fn check(&self) -> Option<CheckLine> {
        let Lists { used, lapsed, missing, unknown } = self.lists.as_ref()?;
        let others = [("lapsed", lapsed), ("missing", missing), ("issuer_not_known", unknown)];
        let reason =
            match (used.is_empty() && self.answers == 0, others.iter().all(|(_, names)| names.is_empty())) {
                (false, _) => None,
                (true, true) => Some("the request brings no revocation list, and none is kept here"),
                (true, false) => {
                    Some("the request brings no revocation list, and none that is kept here is in force")
                }
            };
        let lists = [("used", used)].into_iter().chain(others).filter(|(_, names)| !names.is_empty());
        let lists = lists.map(|(name, names)| (name.to_owned(), names.clone().into()));
        let answers = (self.answers > 0).then(|| ("ocsp".to_owned(), self.answers.into()));
        Some(CheckLine {
            id: "service.revocation".into(),
            title: "the service's own revocation lists stand in for the client's".into(),
            outcome: if reason.is_some() { OutcomeKind::Skipped } else { OutcomeKind::Passed }.into(),
            reason: reason.map(Into::into),
            spec: "docs/api.md, Evidence".into(),
            facts: lists.chain(answers).collect(),
        })
    }
}

/// The certificate chains of devices and manifests, which nobody has verified: milliseconds of reading.
async fn chains_of(devices: Option<&Document>, rims: &[Document]) -> Result<Vec<Chain>> {
    let (devices, rims) = (devices.cloned(), rims.to_vec());
    let read = move || {
        let envelope = devices.and_then(|text| Envelope::from_json(&text.0).ok());
        let pem = envelope.into_iter().flat_map(|envelope| envelope.devices).map(|device| device.chain);
        let chain = |pem: Vec<u8>| pem_blocks(&pem, "CERTIFICATE", limits::CERTIFICATES).ok();
        pem.filter_map(chain).chain(rims.iter().map(|rim| chain_of_rim(&rim.0))).collect()
    };
    work(Length::Long, read).await
}
