//! Reports of Intel's quote verification enclave (QvE): a result that was reached elsewhere.
//!
//! The QvE verifies a quote inside an enclave and vouches for its result with an SGX report, whose MAC
//! only an enclave on the same platform can check. What can be checked anywhere is checked here: that
//! the report binds this nonce, quote and result, and that it is of Intel's QvE at an acceptable SVN.
//! Without the MAC that proves nothing against somebody who can write 384 bytes, so the result is a
//! *claim*, and the ledger says that the MAC was not checked.

use crate::bytes::Bytes;
use crate::check::{Failure, Trace};
use crate::crypto::HashAlgorithm;
use crate::dcap::authenticate::apply;
use crate::dcap::checks;
use crate::dcap::document::Signer;
use crate::dcap::expiry::{Expiry, IDENTITY, document_window};
use crate::dcap::identity::{EnclaveId, EnclaveIdentity};
use crate::dcap::intel;
use crate::dcap::prepared::PreparedCollateral;
use crate::dcap::report::SgxReport;
use crate::dcap::status::TcbStatus;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::reader::Reader;
use crate::time::UnixTime;

/// An SGX report of the QvE: the 384 bytes of the body, alone or followed by key id and MAC (432).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QveReport {
    body: SgxReport,
}

/// What the QvE says that it has verified.
#[derive(Clone, Copy, Debug)]
pub struct QveResult<'a> {
    /// The nonce that the caller gave to the QvE.
    pub nonce: &'a [u8; 16],
    /// The quote, all of it.
    pub quote: &'a [u8],
    /// The time that was used to check for expiry.
    pub expiration_check_date: UnixTime,
    /// 0 when all collateral was in force.
    pub collateral_expiration_status: u32,
    /// The verdict: `sgx_ql_qv_result_t`.
    pub qv_result: u32,
    /// The supplemental data; empty when none was asked for.
    pub supplemental_data: &'a [u8],
}

/// A QvE report whose binding and identity hold, and whose MAC nobody has checked.
#[derive(Clone, Debug)]
#[must_use]
pub struct QveClaim {
    /// The verdict as a TCB status; `None` for an invalid signature, an unspecified or unknown verdict.
    pub unauthenticated_status: Option<TcbStatus>,
    /// The raw verdict.
    pub unauthenticated_qv_result: u32,
    /// Whether the QvE found collateral that had expired.
    pub unauthenticated_collateral_expired: bool,
    /// Status of the QvE itself: its identity's, at the SVN that the report gives.
    pub unauthenticated_qve_status: TcbStatus,
    /// Every check in order, with the MAC as one that was not made.
    pub checks: alloc::vec::Vec<crate::check::Check>,
}

impl QveReport {
    /// Bytes of the body.
    pub const LEN: usize = SgxReport::LEN;
    /// Bytes of a whole report: body, key id, MAC.
    pub const LEN_WITH_MAC: usize = SgxReport::LEN + 48;

    /// Parses a report of 384 or 432 bytes.
    ///
    /// # Errors
    /// `input.truncated`, `input.trailing_data`, with parts below `qve_report`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let read = || {
            let mut r = Reader::new(bytes);
            let body = SgxReport::read(&mut r)?;
            if bytes.len() >= Self::LEN_WITH_MAC {
                r.take(32, "key_id")?;
                r.take(16, "mac")?;
            }
            r.finish("")?;
            Ok(Self { body })
        };
        read().map_err(|error: Error| error.inside("qve_report"))
    }

    /// The body, not authentic.
    #[must_use]
    pub const fn unauthenticated_body(&self) -> &SgxReport {
        &self.body
    }
}

impl PreparedCollateral {
    /// Checks what can be checked of a QvE report away from the platform that made it.
    ///
    /// The collateral must hold the QvE's identity. `minimum_isv_svn` is the caller's own floor, beside
    /// the identity's levels.
    ///
    /// # Errors
    /// `dcap.collateral.missing`, `dcap.qe_identity.*` (with parts below `collateral.qve_identity` or
    /// `qve_report`), `dcap.qve.report_data`, `dcap.qve.isv_svn`.
    pub fn verify_qve_report(
        &self,
        report: &QveReport,
        result: &QveResult<'_>,
        minimum_isv_svn: u16,
        now: UnixTime,
    ) -> Result<QveClaim, Failure> {
        let mut trace = Trace::new();
        match self.verify_qve_traced(report, result, minimum_isv_svn, now, &mut trace) {
            Ok(qve_status) => {
                trace.skipped(
                    checks::QVE_MAC,
                    "only an enclave on the same platform can check the report's MAC",
                );
                Ok(QveClaim {
                    unauthenticated_status: status_of(result.qv_result),
                    unauthenticated_qv_result: result.qv_result,
                    unauthenticated_collateral_expired: result.collateral_expiration_status != 0,
                    unauthenticated_qve_status: qve_status,
                    checks: trace.into_checks(),
                })
            }
            Err(error) => Err(trace.fail(intel::annotate(error, self.profile()))),
        }
    }

    fn verify_qve_traced(
        &self,
        report: &QveReport,
        result: &QveResult<'_>,
        minimum_isv_svn: u16,
        now: UnixTime,
        trace: &mut Trace,
    ) -> Result<TcbStatus, Error> {
        let identity = apply(trace, checks::QVE_IDENTITY_SIGNATURE, self.qve_identity(now))?;
        trace.passed(checks::QVE_IDENTITY_SIGNATURE, [Fact::time("next_update", identity.next_update)]);
        apply(trace, checks::QVE_REPORT_DATA, self.check_qve_report_data(report, result))?;
        trace.passed(checks::QVE_REPORT_DATA, []);
        apply(trace, checks::QVE_IDENTITY, identity.matches(&report.body, "qve_report"))?;
        trace.passed(checks::QVE_IDENTITY, [Fact::bytes("mr_enclave", report.body.mr_enclave.0)]);
        let status =
            apply(trace, checks::QVE_LEVEL, check_level(&identity, report.body.isv_svn, minimum_isv_svn))?;
        trace.passed(
            checks::QVE_LEVEL,
            [Fact::number("isv_svn", report.body.isv_svn.into()), Fact::text("status", status.as_str())],
        );
        Ok(status)
    }

    /// The QvE's identity: signer, signature, window.
    fn qve_identity(&self, now: UnixTime) -> Result<EnclaveIdentity, Error> {
        const PART: &str = "collateral.qve_identity";
        let inside = |error: Error| error.inside(PART);
        let prepared = self.0.as_ref();
        let document =
            prepared.qve_identity.as_ref().ok_or_else(|| Error::new(Code::DcapCollateralMissing, PART))?;
        let rules = prepared.profile.rules();
        let signer = self.signer(&document.issuer_chain, now).map_err(inside)?;
        let node = Signer::open(&signer, document, Code::DcapIdentitySignature, rules).map_err(inside)?;
        let identity = EnclaveIdentity::read(&node, &rules.documents).map_err(inside)?;
        let window = document_window(identity.issue_date, identity.next_update, rules);
        Expiry::new("qve_identity", window, IDENTITY).check(now)?;
        if identity.id != EnclaveId::Qve {
            return Err(Error::new(Code::DcapCollateralKind, PART)
                .with(Fact::text("expected", EnclaveId::Qve.as_str()))
                .with(Fact::text("actual", identity.id.as_str())));
        }
        Ok(identity)
    }

    /// `SHA-256(nonce ‖ quote ‖ expiration_check_date ‖ collateral_expiration_status ‖ qv_result ‖
    /// supplemental_data)`, numbers little-endian, then 32 zero bytes.
    fn check_qve_report_data(&self, report: &QveReport, result: &QveResult<'_>) -> Result<(), Error> {
        let parts: [&[u8]; 6] = [
            result.nonce,
            result.quote,
            &result.expiration_check_date.0.to_le_bytes(),
            &result.collateral_expiration_status.to_le_bytes(),
            &result.qv_result.to_le_bytes(),
            result.supplemental_data,
        ];
        let digest = self.0.provider.hash(HashAlgorithm::Sha256, &parts);
        let mut expected = Bytes::<64>::default();
        if let Some(head) = expected.0.get_mut(..digest.as_slice().len()) {
            head.copy_from_slice(digest.as_slice());
        }
        if report.body.report_data == expected {
            return Ok(());
        }
        Err(Error::new(Code::DcapQveReportData, "qve_report.report_data")
            .with(Fact::bytes("expected", expected.0))
            .with(Fact::bytes("actual", report.body.report_data.0)))
    }
}

fn check_level(identity: &EnclaveIdentity, isv_svn: u16, minimum: u16) -> Result<TcbStatus, Error> {
    let too_old = |expected| {
        Error::new(Code::DcapQveIsvSvn, "qve_report.isv_svn")
            .with(Fact::number("expected", expected))
            .with(Fact::number("actual", isv_svn.into()))
    };
    if isv_svn < minimum {
        return Err(too_old(minimum.into()));
    }
    let lowest = || identity.levels.last().map_or(0, |level| level.isv_svn.into());
    let level = identity.level(isv_svn).ok_or_else(|| too_old(lowest()))?;
    if level.status == TcbStatus::Revoked {
        return Err(too_old(u64::from(level.isv_svn).saturating_add(1)).with(Fact::text("status", "Revoked")));
    }
    Ok(level.status)
}

/// The verdicts of `sgx_ql_qv_result_t`.
const fn status_of(qv_result: u32) -> Option<TcbStatus> {
    match qv_result {
        0 => Some(TcbStatus::UpToDate),
        0xa001 => Some(TcbStatus::ConfigurationNeeded),
        0xa002 => Some(TcbStatus::OutOfDate),
        0xa003 => Some(TcbStatus::OutOfDateConfigurationNeeded),
        0xa005 => Some(TcbStatus::Revoked),
        0xa007 => Some(TcbStatus::SwHardeningNeeded),
        0xa008 => Some(TcbStatus::ConfigurationAndSwHardeningNeeded),
        0xa009 => Some(TcbStatus::TdRelaunchAdvised),
        0xa00a => Some(TcbStatus::TdRelaunchAdvisedConfigurationNeeded),
        _ => None,
    }
}
