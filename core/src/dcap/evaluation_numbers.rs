//! Intel's signed list of TCB evaluation data numbers: which TCB recoveries there have been.

use alloc::vec::Vec;

use crate::check::{Check, Failure, Trace};
use crate::dcap::authenticate::apply;
use crate::dcap::checks;
use crate::dcap::collateral::SignedDocument;
use crate::dcap::expiry::{Expiry, TCB_INFO, document_window};
use crate::dcap::fields::Fields;
use crate::dcap::intel;
use crate::dcap::prepared::PreparedCollateral;
use crate::dcap::quote::Tee;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::time::UnixTime;

/// The verified contents of a `tcbEvaluationDataNumbers` document, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvaluationNumbers {
    /// Which TEE it is for.
    pub tee: Tee,
    /// When Intel signed it.
    pub issue_date: UnixTime,
    /// When Intel promises the next one.
    pub next_update: UnixTime,
    /// Every number that can be asked for.
    pub numbers: Vec<EvaluationNumber>,
    /// The ledger's line of it.
    pub checks: Vec<Check>,
}

/// One TCB recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvaluationNumber {
    /// `tcbEvaluationDataNumber`.
    pub number: u32,
    /// The day on which the recovery was made public.
    pub recovery_event_date: UnixTime,
    /// The date of its newest TCB levels.
    pub tcb_date: UnixTime,
}

const CODE: Code = Code::DcapTcbInfoLayout;
const PART: &str = "collateral.tcb_evaluation_data_numbers";

impl PreparedCollateral {
    /// Verifies the list of evaluation numbers under the same root and revocation list.
    ///
    /// # Errors
    /// As for TCB info, with parts below `collateral.tcb_evaluation_data_numbers`.
    pub fn evaluation_numbers(
        &self,
        document: &SignedDocument,
        now: UnixTime,
    ) -> Result<EvaluationNumbers, Failure> {
        let mut trace = Trace::new();
        let read = self.read_evaluation_numbers(document, now);
        match apply(&mut trace, checks::EVALUATION_NUMBERS, read) {
            Ok(mut numbers) => {
                let newest = numbers.numbers.first().map(|entry| Fact::number("newest", entry.number.into()));
                trace.passed(checks::EVALUATION_NUMBERS, newest.as_slice());
                numbers.checks = trace.into_checks();
                Ok(numbers)
            }
            Err(error) => Err(trace.fail(intel::annotate(error, self.profile()))),
        }
    }

    fn read_evaluation_numbers(
        &self,
        document: &SignedDocument,
        now: UnixTime,
    ) -> Result<EvaluationNumbers, Error> {
        let inside = |error: Error| error.inside(PART);
        let rules = self.profile().rules();
        let signer = self.signer(&document.issuer_chain, now).map_err(inside)?;
        let node = signer.open(document, Code::DcapTcbInfoSignature, rules).map_err(inside)?;
        let numbers = EvaluationNumbers::read(&node).map_err(inside)?;
        let window = document_window(numbers.issue_date, numbers.next_update, rules);
        Expiry::new("tcb_evaluation_data_numbers", window, TCB_INFO).check(now)?;
        Ok(numbers)
    }
}

impl EvaluationNumbers {
    fn read(node: &crate::json::Node<'_>) -> Result<Self, Error> {
        let fields = Fields::of(node, "tcbEvaluationDataNumbers", CODE)?;
        let version: u64 = fields.unsigned("version")?;
        if version != 1 {
            return Err(Error::new(Code::DcapTcbInfoVersion, "version").with(Fact::number("actual", version)));
        }
        let tee = match fields.text("id")? {
            "SGX" => Tee::Sgx,
            "TDX" => Tee::Tdx,
            _ => return Err(fields.bad("id", "SGX or TDX")),
        };
        let mut numbers = Vec::new();
        for item in fields.list("tcbEvalNumbers", limits::TCB_LEVELS)? {
            let entry = Fields::of(item, "tcbEvalNumbers", CODE)?;
            numbers.push(EvaluationNumber {
                number: entry.unsigned("tcbEvaluationDataNumber")?,
                recovery_event_date: entry.time("tcbRecoveryEventDate")?,
                tcb_date: entry.time("tcbDate")?,
            });
        }
        numbers.sort_by_key(|entry| core::cmp::Reverse(entry.number));
        Ok(Self {
            tee,
            issue_date: fields.time("issueDate")?,
            next_update: fields.time("nextUpdate")?,
            numbers,
            checks: Vec::new(),
        })
    }
}
