//! Reports of the quote verification enclave (QvE).

use crate::report::SgxReport;
use crate::sha256;

/// What the QvE was asked and what it answered, with the report that binds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerificationReport {
    /// The caller's nonce.
    pub nonce: [u8; 16],
    /// The quote that was verified.
    pub quote: Vec<u8>,
    /// The time that the caller gave.
    pub expiration_check_date: i64,
    /// 0 when no collateral had expired.
    pub collateral_expiration_status: u32,
    /// 0 OK, 0xA001 and so on.
    pub qv_result: u32,
    /// Supplemental data, opaque here.
    pub supplemental_data: Vec<u8>,
    /// The QvE's report; its report data is filled in unless `report_data` is set.
    pub report: SgxReport,
    /// Another report data than the natural one.
    pub report_data: Option<[u8; 64]>,
}

impl VerificationReport {
    /// A report that `quote` is OK.
    #[must_use]
    pub fn ok(quote: &[u8]) -> Self {
        Self {
            nonce: [0x40; 16],
            quote: quote.to_vec(),
            expiration_check_date: crate::NOW,
            collateral_expiration_status: 0,
            qv_result: 0,
            supplemental_data: vec![0x5d; 112],
            report: SgxReport::qve(),
            report_data: None,
        }
    }

    /// The report data that binds everything.
    #[must_use]
    pub fn natural_report_data(&self) -> [u8; 64] {
        let mut data = [0; 64];
        data[..32].copy_from_slice(&sha256(&[
            &self.nonce,
            &self.quote,
            &self.expiration_check_date.to_le_bytes(),
            &self.collateral_expiration_status.to_le_bytes(),
            &self.qv_result.to_le_bytes(),
            &self.supplemental_data,
        ]));
        data
    }

    /// The 384-byte report body.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        let mut report = self.report.clone();
        report.report_data = self.report_data.unwrap_or_else(|| self.natural_report_data());
        report.encode()
    }

    /// The 432-byte report: body, key id, and a MAC that nobody can check here.
    #[must_use]
    pub fn report(&self) -> Vec<u8> {
        [&self.body()[..], &[0x1d; 32], &[0xac; 16]].concat()
    }
}
