//! Verified collateral: every signature, chain and list checked once, to be used for many quotes.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::check::Check;
use crate::crypto::CryptoProvider;
use crate::dcap::chain::Verified;
use crate::dcap::collateral::SignedDocument;
use crate::dcap::document::{Signer, SignerContext};
use crate::dcap::expiry::Expiry;
use crate::dcap::identity::EnclaveIdentity;
use crate::dcap::profile::Profile;
use crate::dcap::quote::Tee;
use crate::dcap::tcb_info::TcbInfo;
use crate::dcap::verifier::Anchors;
use crate::error::Error;
use crate::named::named;
use crate::time::{UnixTime, Window};
use crate::x509::{Crl, IssuerKey, RevokedSerials};

/// Collateral of which everything was verified. Cheap to clone; only [`crate::dcap::Verifier::prepare`] makes one.
#[derive(Clone, Debug)]
pub struct PreparedCollateral(pub(crate) Arc<Prepared>);

pub(crate) struct Prepared {
    pub(crate) profile: Profile,
    pub(crate) provider: Arc<dyn CryptoProvider>,
    pub(crate) anchors: Arc<Anchors>,
    pub(crate) anchor_index: usize,
    pub(crate) authority: Authority,
    pub(crate) verified: Verified,
    pub(crate) root_crl: RevokedSerials,
    pub(crate) pck_crl: RevokedSerials,
    pub(crate) tcb_info: TcbInfo,
    pub(crate) identity: EnclaveIdentity,
    pub(crate) pck_certificate_chain: Option<String>,
    pub(crate) qve_identity: Option<SignedDocument>,
    pub(crate) summary: CollateralSummary,
    pub(crate) expiries: Vec<Expiry>,
    pub(crate) checks: Vec<Check>,
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedCollateral")
            .field("profile", &self.profile)
            .field("summary", &self.summary)
            .finish_non_exhaustive()
    }
}

/// The authority that issues PCK certificates and their list.
pub(crate) struct Authority {
    pub(crate) der: Vec<u8>,
    pub(crate) spki: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) kind: PckAuthority,
    pub(crate) key: IssuerKey,
}

named! {
    /// Which of Intel's two authorities issued a PCK certificate.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum PckAuthority {
        /// For single-package platforms.
        Processor = "processor",
        /// For platforms that register with Intel.
        Platform = "platform",
        /// Another name.
        Other = "other",
    }
}

impl PckAuthority {
    pub(crate) fn of(common_name: &str) -> Self {
        if common_name.contains("Platform") {
            Self::Platform
        } else if common_name.contains("Processor") {
            Self::Processor
        } else {
            Self::Other
        }
    }
}

impl PreparedCollateral {
    /// Which TEE the collateral is for.
    #[must_use]
    pub fn tee(&self) -> Tee {
        self.0.tcb_info.tee
    }

    /// Verifies the signer of another document under the same root and revocation list.
    pub(crate) fn signer(&self, issuer_chain: &str, now: UnixTime) -> Result<Signer, Error> {
        let prepared = self.0.as_ref();
        prepared.expiries.iter().try_for_each(|expiry| expiry.check(now))?;
        let context = SignerContext {
            anchor: prepared.anchors.anchor(prepared.anchor_index)?,
            anchors: &prepared.anchors.trusted,
            anchor_key: prepared.anchors.key(prepared.anchor_index)?,
            root_crl: &prepared.root_crl,
            root_crl_signed: None,
            provider: prepared.provider.as_ref(),
            rules: prepared.profile.rules(),
            now,
        };
        Signer::verify(issuer_chain, &context, &mut prepared.verified.clone())
    }

    /// The verified TCB info.
    #[must_use]
    pub fn tcb_info(&self) -> &TcbInfo {
        &self.0.tcb_info
    }

    /// The verified identity of the quoting enclave.
    #[must_use]
    pub fn qe_identity(&self) -> &EnclaveIdentity {
        &self.0.identity
    }

    /// Dates and numbers of the collateral.
    #[must_use]
    pub fn summary(&self) -> &CollateralSummary {
        &self.0.summary
    }

    /// When each part goes stale, for alerting before it does; in the order of the checks.
    #[must_use]
    pub fn expiries(&self) -> &[Expiry] {
        &self.0.expiries
    }

    /// The first of the [`expiries`](Self::expiries).
    #[must_use]
    pub fn valid_until(&self) -> UnixTime {
        self.0.expiries.iter().map(|expiry| expiry.window.not_after).min().unwrap_or(Window::ALWAYS.not_after)
    }

    /// The checks that preparing made.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.0.checks
    }

    /// The conformance profile that it was prepared for.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.0.profile
    }
}

/// Dates and numbers of verified collateral.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollateralSummary {
    /// Which TEE it is for.
    pub tee: Tee,
    /// Version of the TCB info document.
    pub tcb_info_version: u8,
    /// `tcbEvaluationDataNumber` of the TCB info.
    pub tcb_info_evaluation_number: u32,
    /// `tcbEvaluationDataNumber` of the quoting enclave's identity.
    pub qe_identity_evaluation_number: u32,
    /// The earlier issue date of TCB info and identity.
    pub earliest_issue_date: UnixTime,
    /// The later issue date of TCB info and identity.
    pub latest_issue_date: UnixTime,
    /// The earliest issue date of TCB info, identity and both lists.
    pub earliest_issued: UnixTime,
    /// The earlier next update of TCB info and identity.
    pub earliest_next_update: UnixTime,
    /// CRLNumber of the root's list, big-endian without leading zeros.
    pub root_crl_number: Vec<u8>,
    /// CRLNumber of the PCK authority's list, big-endian without leading zeros.
    pub pck_crl_number: Vec<u8>,
}

impl CollateralSummary {
    pub(super) fn new(
        tcb_info: &TcbInfo,
        identity: &EnclaveIdentity,
        root_crl: &Crl<'_>,
        pck_crl: &Crl<'_>,
    ) -> Self {
        Self {
            tee: tcb_info.tee,
            tcb_info_version: tcb_info.version,
            tcb_info_evaluation_number: tcb_info.evaluation_number,
            qe_identity_evaluation_number: identity.evaluation_number,
            earliest_issue_date: tcb_info.issue_date.min(identity.issue_date),
            latest_issue_date: tcb_info.issue_date.max(identity.issue_date),
            earliest_issued: tcb_info
                .issue_date
                .min(identity.issue_date)
                .min(root_crl.this_update())
                .min(pck_crl.this_update()),
            earliest_next_update: tcb_info.next_update.min(identity.next_update),
            root_crl_number: root_crl.crl_number().unwrap_or_default().into(),
            pck_crl_number: pck_crl.crl_number().unwrap_or_default().into(),
        }
    }

    /// The lower evaluation number of TCB info and identity.
    #[must_use]
    pub fn evaluation_number(&self) -> u32 {
        self.tcb_info_evaluation_number.min(self.qe_identity_evaluation_number)
    }
}
