//! The signed list of TCB evaluation data numbers.

use crate::json;
use crate::tcb_info::{JUNE_2024, JUNE_2025};
use crate::time::{DAY, NOW, rfc3339};

/// Which TCB evaluations exist for a TEE, and when each takes effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvaluationNumbers {
    /// `SGX` or `TDX`.
    pub id: String,
    /// 1.
    pub version: i64,
    /// When it was issued.
    pub issue_date: i64,
    /// When the next comes.
    pub next_update: i64,
    /// The evaluations.
    pub numbers: Vec<EvaluationNumber>,
}

/// One TCB evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvaluationNumber {
    /// Its number.
    pub number: i64,
    /// When the TCB recovery was announced.
    pub recovery_event_date: i64,
    /// The TCB date that it demands.
    pub tcb_date: i64,
}

impl EvaluationNumbers {
    /// Two evaluations of `SGX` or `TDX`.
    #[must_use]
    pub fn of(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            version: 1,
            issue_date: NOW - 5 * DAY,
            next_update: NOW + 25 * DAY,
            numbers: vec![
                EvaluationNumber { number: 18, recovery_event_date: JUNE_2025, tcb_date: JUNE_2025 },
                EvaluationNumber { number: 17, recovery_event_date: JUNE_2024, tcb_date: JUNE_2024 },
            ],
        }
    }

    /// The text that is signed.
    #[must_use]
    pub fn json(&self) -> String {
        json::object(&[
            ("id", json::text(&self.id)),
            ("version", self.version.to_string()),
            ("issueDate", json::text(&rfc3339(self.issue_date))),
            ("nextUpdate", json::text(&rfc3339(self.next_update))),
            (
                "tcbEvalNumbers",
                json::array(self.numbers.iter().map(|entry| {
                    json::object(&[
                        ("tcbEvaluationDataNumber", entry.number.to_string()),
                        ("tcbRecoveryEventDate", json::text(&rfc3339(entry.recovery_event_date))),
                        ("tcbDate", json::text(&rfc3339(entry.tcb_date))),
                    ])
                })),
            ),
        ])
    }
}
