//! Identities of Intel's enclaves: QE, TD_QE, QVE, QAE.

use crate::json;
use crate::report::SgxReport;
use crate::tcb_info::{JUNE_2023, JUNE_2024, JUNE_2025, ModuleLevel};
use crate::time::{DAY, NOW, rfc3339};

/// A level of an enclave.
pub type IdentityLevel = ModuleLevel;

/// The signed statement of what one of Intel's enclaves looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `QE`, `TD_QE`, `QVE` or `QAE`.
    pub id: String,
    /// 2.
    pub version: i64,
    /// When it was issued.
    pub issue_date: i64,
    /// When the next comes.
    pub next_update: i64,
    /// Number of the TCB recovery it belongs to.
    pub evaluation_number: i64,
    /// Expected MISCSELECT.
    pub misc_select: Vec<u8>,
    /// Mask over it.
    pub misc_select_mask: Vec<u8>,
    /// Expected attributes.
    pub attributes: Vec<u8>,
    /// Mask over them.
    pub attributes_mask: Vec<u8>,
    /// Expected signer.
    pub mrsigner: Vec<u8>,
    /// Expected product.
    pub isv_prod_id: i64,
    /// Levels.
    pub levels: Vec<IdentityLevel>,
    /// Further members, name and raw JSON, put at the end.
    pub extra: Vec<(String, String)>,
}

impl Identity {
    /// The quoting enclave for SGX.
    #[must_use]
    pub fn qe() -> Self {
        Self::of("QE", &SgxReport::qe())
    }

    /// The quoting enclave for TDX.
    #[must_use]
    pub fn td_qe() -> Self {
        Self::of("TD_QE", &SgxReport::td_qe())
    }

    /// The quote verification enclave.
    #[must_use]
    pub fn qve() -> Self {
        let mut it = Self::of("QVE", &SgxReport::qve());
        it.levels = vec![IdentityLevel::new(7, JUNE_2025, "UpToDate", &[])];
        it
    }

    fn of(id: &str, report: &SgxReport) -> Self {
        let mut attributes_mask = vec![0xff; 8];
        attributes_mask[0] = 0xfb;
        attributes_mask.extend([0; 8]);
        Self {
            id: id.to_owned(),
            version: 2,
            issue_date: NOW - 4 * DAY,
            next_update: NOW + 26 * DAY,
            evaluation_number: 18,
            misc_select: report.misc_select.to_vec(),
            misc_select_mask: vec![0xff; 4],
            attributes: report
                .attributes
                .iter()
                .zip(&attributes_mask)
                .map(|(bits, mask)| bits & mask)
                .collect(),
            attributes_mask,
            mrsigner: report.mr_signer.to_vec(),
            isv_prod_id: i64::from(report.isv_prod_id),
            levels: vec![
                IdentityLevel::new(8, JUNE_2025, "UpToDate", &[]),
                IdentityLevel::new(6, JUNE_2024, "OutOfDate", &["INTEL-SA-90003"]),
                IdentityLevel::new(5, JUNE_2023, "Revoked", &[]),
            ],
            extra: Vec::new(),
        }
    }

    /// The text that is signed.
    #[must_use]
    pub fn json(&self) -> String {
        let mut members = vec![
            ("id", json::text(&self.id)),
            ("version", self.version.to_string()),
            ("issueDate", json::text(&rfc3339(self.issue_date))),
            ("nextUpdate", json::text(&rfc3339(self.next_update))),
            ("tcbEvaluationDataNumber", self.evaluation_number.to_string()),
            ("miscselect", json::hex(&self.misc_select)),
            ("miscselectMask", json::hex(&self.misc_select_mask)),
            ("attributes", json::hex(&self.attributes)),
            ("attributesMask", json::hex(&self.attributes_mask)),
            ("mrsigner", json::hex(&self.mrsigner)),
            ("isvprodid", self.isv_prod_id.to_string()),
            ("tcbLevels", json::array(self.levels.iter().map(IdentityLevel::json))),
        ];
        members.extend(self.extra.iter().map(|(name, value)| (name.as_str(), value.clone())));
        json::object(&members)
    }
}
