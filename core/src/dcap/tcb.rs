//! Which TCB level a platform has reached, and what that makes of it.
//!
//! Intel's evaluation as of 2026 (quote verification library, "4.1.2.5"): the highest level whose SGX
//! components, PCE SVN and (TDX) TDX components are all reached; then the TDX module's and the quoting
//! enclave's own levels converge into it.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::bytes::Bytes;
use crate::dcap::identity::EnclaveIdentity;
use crate::dcap::pck::PckExtension;
use crate::dcap::profile::Apply;
use crate::dcap::report::Report;
use crate::dcap::status::TcbStatus;
use crate::dcap::tcb_info::{COMPONENTS, IsvLevel, TcbInfo, TcbLevel};
use crate::time::UnixTime;

/// The TCB of a platform, as TCB info and QE identity judge it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tcb {
    /// The verdict.
    pub status: TcbStatus,
    /// Up to which date of fixes the verdict goes: the earliest of all parts at launch.
    pub date: Option<UnixTime>,
    /// Advisories that apply: platform, then quoting enclave, then TDX module, none twice.
    pub advisories: Vec<Arc<str>>,
    /// With the TCB under which the TD was launched (or the enclave runs).
    pub launch: Evaluation,
    /// With the TCB that runs now; TDX 1.5 only.
    pub current: Option<Evaluation>,
}

/// One evaluation: the levels reached and what they converge to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// What platform, quoting enclave and module converge to.
    pub status: TcbStatus,
    /// Up to which date of fixes it goes: the earliest of all parts; `None` when no level is reached.
    pub date: Option<UnixTime>,
    /// Advisories that apply: platform, then quoting enclave, then TDX module, none twice.
    pub advisories: Vec<Arc<str>>,
    /// The earliest date of a part that is out of date itself: from here a grace period counts.
    pub out_of_date_since: Option<UnixTime>,
    /// Index of the platform's level in [`TcbInfo::levels`].
    pub platform_level: Option<usize>,
    /// Status and ISV SVN of the TDX module's level.
    pub module_level: Option<Reached>,
    /// Status and ISV SVN of the quoting enclave's level.
    pub qe_level: Option<Reached>,
}

/// A level of a TDX module or enclave that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The level's ISV SVN.
    pub isv_svn: u32,
    /// The level's status.
    pub status: TcbStatus,
    /// The level's date.
    pub date: UnixTime,
}

/// What of the evaluation depends on the platform alone and not on the quote.
#[derive(Clone, Debug)]
pub(crate) struct PlatformTcb {
    /// For each level of the TCB info: are all SGX components and the PCE SVN reached?
    reached: Vec<bool>,
    qe_isv_svn: u16,
}

impl PlatformTcb {
    pub(crate) fn new(info: &TcbInfo, pck: &PckExtension, qe_isv_svn: u16) -> Self {
        let reached = info.levels.iter().map(|level| sgx_reached(level, pck)).collect();
        Self { reached, qe_isv_svn }
    }

    /// The TCB of a quote of this platform.
    pub(crate) fn evaluate(
        &self,
        info: &TcbInfo,
        identity: &EnclaveIdentity,
        report: &Report,
        current_revoked: Apply,
    ) -> Tcb {
        let (launch, current) = match report {
            Report::Sgx(_) => (self.evaluate_svns(info, identity, None), None),
            Report::Td(td) => (
                self.evaluate_svns(info, identity, Some(&td.tee_tcb_svn)),
                td.td15.as_ref().map(|td15| self.evaluate_svns(info, identity, Some(&td15.tee_tcb_svn2))),
            ),
        };
        let status = match &current {
            None => launch.status,
            Some(current) => with_current(launch.status, current.status, current_revoked),
        };
        Tcb { status, date: launch.date, advisories: launch.advisories.clone(), launch, current }
    }

    fn evaluate_svns(
        &self,
        info: &TcbInfo,
        identity: &EnclaveIdentity,
        tee_tcb_svn: Option<&Bytes<16>>,
    ) -> Evaluation {
        let platform = info
            .levels
            .iter()
            .zip(&self.reached)
            .position(|(level, reached)| *reached && tdx_reached(level, tee_tcb_svn));
        let level = platform.and_then(|index| info.levels.get(index));
        let module = tee_tcb_svn.and_then(module_svn);
        let module_level = module.map(|(version, isv_svn)| {
            info.module_identity(version)
                .and_then(|module| module.levels.iter().find(|level| u32::from(isv_svn) >= level.isv_svn))
        });
        let qe_level = identity.level(self.qe_isv_svn);
        let (Some(level), Some(qe_level), None | Some(Some(_))) = (level, qe_level, module_level) else {
            return Evaluation {
                status: TcbStatus::NotSupported,
                date: None,
                advisories: Vec::new(),
                out_of_date_since: None,
                platform_level: platform,
                module_level: module_level.flatten().map(Reached::of),
                qe_level: qe_level.map(Reached::of),
            };
        };
        let module_level = module_level.flatten();
        let parts = [Some(qe_level), module_level];
        let mut advisories: Vec<Arc<str>> = Vec::new();
        let lists = parts.iter().flatten().map(|part| &part.advisories);
        for advisory in core::iter::once(&level.advisories).chain(lists).flatten() {
            if !advisories.contains(advisory) {
                advisories.push(Arc::clone(advisory));
            }
        }
        let dates = || {
            let own = parts.iter().flatten().map(|part| (part.status, part.date));
            own.chain([(level.status, level.date)])
        };
        Evaluation {
            status: parts.iter().flatten().fold(level.status, |status, part| converge(status, part.status)),
            date: dates().map(|(_, date)| date).min(),
            out_of_date_since: dates().filter(|(status, _)| status.is_out_of_date()).map(|(_, d)| d).min(),
            advisories,
            platform_level: platform,
            module_level: module_level.map(Reached::of),
            qe_level: Some(Reached::of(qe_level)),
        }
    }
}

impl Reached {
    const fn of(level: &IsvLevel) -> Self {
        Self { isv_svn: level.isv_svn, status: level.status, date: level.date }
    }
}

/// The module's version and ISV SVN, for modules that have an identity of their own.
pub(crate) const fn module_svn(tee_tcb_svn: &Bytes<16>) -> Option<(u8, u8)> {
    let [isv_svn, version, ..] = tee_tcb_svn.0;
    if version > 0 { Some((version, isv_svn)) } else { None }
}

/// The first TDX component that counts: 0 and 1 are the module's, which has its own levels from
/// version 1 on.
pub(crate) const fn first_tdx_component(tee_tcb_svn: &Bytes<16>) -> usize {
    if module_svn(tee_tcb_svn).is_some() { 2 } else { 0 }
}

fn sgx_reached(level: &TcbLevel, pck: &PckExtension) -> bool {
    component_wise(&pck.components, &level.sgx, 0) && u32::from(pck.pce_svn) >= level.pce_svn
}

fn tdx_reached(level: &TcbLevel, tee_tcb_svn: Option<&Bytes<16>>) -> bool {
    match (tee_tcb_svn, &level.tdx) {
        (None, None) => true,
        (Some(svn), Some(needed)) => component_wise(&svn.0, needed, first_tdx_component(svn)),
        // Collateral of the other TEE: refused before, and never reached here.
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// Every component on its own: a high one does not make up for a low one.
fn component_wise(have: &[u8; COMPONENTS], need: &[u32; COMPONENTS], from: usize) -> bool {
    have.iter().zip(need).skip(from).all(|(have, need)| u32::from(*have) >= *need)
}

/// What a quoting enclave's or module's status makes of the status so far.
const fn converge(status: TcbStatus, part: TcbStatus) -> TcbStatus {
    match (status, part) {
        (_, TcbStatus::Revoked) => TcbStatus::Revoked,
        (TcbStatus::UpToDate | TcbStatus::SwHardeningNeeded, TcbStatus::OutOfDate) => TcbStatus::OutOfDate,
        (
            TcbStatus::ConfigurationNeeded | TcbStatus::ConfigurationAndSwHardeningNeeded,
            TcbStatus::OutOfDate,
        ) => TcbStatus::OutOfDateConfigurationNeeded,
        (status, _) => status,
    }
}

/// TDX 1.5: the TD was launched at one TCB and may run at a newer one.
const fn with_current(launch: TcbStatus, current: TcbStatus, current_revoked: Apply) -> TcbStatus {
    match (launch, current) {
        (TcbStatus::NotSupported, _) | (_, TcbStatus::NotSupported) => TcbStatus::NotSupported,
        (_, TcbStatus::Revoked) if matches!(current_revoked, Apply::Enforce) => TcbStatus::Revoked,
        _ if launch.is_out_of_date() && is_current(current) => {
            if launch.needs_configuration() || current.needs_configuration() {
                TcbStatus::TdRelaunchAdvisedConfigurationNeeded
            } else {
                TcbStatus::TdRelaunchAdvised
            }
        }
        _ => launch,
    }
}

const fn is_current(status: TcbStatus) -> bool {
    matches!(
        status,
        TcbStatus::UpToDate
            | TcbStatus::SwHardeningNeeded
            | TcbStatus::ConfigurationNeeded
            | TcbStatus::ConfigurationAndSwHardeningNeeded
    )
}
