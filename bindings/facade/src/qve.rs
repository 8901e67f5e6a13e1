//! Reports of Intel's quote verification enclave (QvE) beside a quote.

use serde::{Deserialize, Serialize};
use veriquote::dcap::{PreparedCollateral, QveReport, QveResult, TcbStatus};
use veriquote::encoding::decode_binary_or_text;
use veriquote::{Bytes, Code, Error, Fact, Failure};

use crate::blob::Blob;
use crate::check::CheckLine;
use crate::one_of::OneOf;
use crate::time::Time;
use crate::verification::NotChecked;

/// What a QvE was asked and what it answered, with the SGX report that binds both.
///
/// The report's MAC can only be checked by an enclave on the platform that made it. What is checked here is
/// that the report speaks of this nonce, quote and result, and that it describes Intel's QvE.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QveEvidence {
    /// The SGX report, 432 bytes, or its body of 384 bytes: hex, base64 or base64url.
    pub report: Blob,
    /// The nonce that the caller gave to the QvE: 16 bytes as hex.
    pub nonce: String,
    /// The time that the caller gave to check for expiry.
    pub expiration_check_date: Time,
    /// `collateral_expiration_status`: 0 when all collateral was in force.
    #[serde(default)]
    pub collateral_expiration_status: u32,
    /// The verdict, `sgx_ql_qv_result_t`: 0 OK, 40961 (0xA001) configuration needed, and so on.
    pub qv_result: u32,
    /// The supplemental data, where the caller asked for it: hex, base64 or base64url.
    #[serde(default)]
    pub supplemental_data: Option<Blob>,
    /// The least ISV SVN of the QvE, beside the levels of its identity.
    #[serde(default)]
    pub minimum_isv_svn: u16,
}

/// What a QvE report says. Its MAC was not checked: whoever can write 432 bytes can write this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QveClaims {
    /// Always false: only an enclave on the same platform can check the MAC.
    pub mac_checked: bool,
    /// The verdict as a TCB status; absent for an invalid signature, an unspecified or unknown verdict.
    pub unauthenticated_status: Option<OneOf<TcbStatus>>,
    /// The verdict as a number.
    pub unauthenticated_qv_result: u32,
    /// Whether the QvE found collateral that had expired.
    pub unauthenticated_collateral_expired: bool,
    /// The status of the QvE itself, by its identity.
    pub unauthenticated_qve_status: OneOf<TcbStatus>,
}

impl QveEvidence {
    /// Checks what can be checked away from the platform; gives the claims and the lines of the ledger.
    pub(crate) fn verify(
        &self,
        prepared: &PreparedCollateral,
        quote: &[u8],
        at: Time,
    ) -> Result<(QveClaims, Vec<CheckLine>), Failure> {
        let decode = |blob: &Blob, part: &'static str| {
            decode_binary_or_text(&blob.0).map(|bytes| bytes.into_owned()).map_err(|error| error.inside(part))
        };
        // A report begins with the CPU SVN, in which nothing tells it from text: its size does.
        let report = match self.report.0.len() {
            QveReport::LEN | QveReport::LEN_WITH_MAC => QveReport::parse(&self.report.0)?,
            _ => QveReport::parse(&decode(&self.report, "qve_report")?)?,
        };
        let nonce = Bytes::<16>::from_hex(&self.nonce).ok_or_else(|| {
            Error::new(Code::MisuseOptions, "qve.nonce").with(Fact::text("expected", "32 hex digits"))
        })?;
        let supplemental_data = match &self.supplemental_data {
            Some(blob) if !blob.0.is_empty() => decode(blob, "qve.supplemental_data")?,
            _ => Vec::new(),
        };
        let result = QveResult {
            nonce: &nonce.0,
            quote,
            expiration_check_date: self.expiration_check_date.0,
            collateral_expiration_status: self.collateral_expiration_status,
            qv_result: self.qv_result,
            supplemental_data: &supplemental_data,
        };
        let claim = prepared.verify_qve_report(&report, &result, self.minimum_isv_svn, at.0)?;
        let claims = QveClaims {
            mac_checked: false,
            unauthenticated_status: claim.unauthenticated_status.map(OneOf),
            unauthenticated_qv_result: claim.unauthenticated_qv_result,
            unauthenticated_collateral_expired: claim.unauthenticated_collateral_expired,
            unauthenticated_qve_status: claim.unauthenticated_qve_status.into(),
        };
        Ok((claims, claim.checks.iter().map(CheckLine::from).collect()))
    }
}

/// What is left open whenever there is a QvE report.
pub(crate) fn mac_not_checked() -> NotChecked {
    NotChecked::new(
        "qve_mac",
        "only an enclave on the platform that made the QvE report can check its MAC, so its verdict is a claim; \
         this verdict rests on the quote itself",
    )
}
