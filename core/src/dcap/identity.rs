//! Enclave identities: Intel's signed description of its own enclaves (QE, TD_QE, QvE, QAE).

use alloc::vec::Vec;

use crate::bytes::Bytes;
use crate::dcap::fields::Fields;
use crate::dcap::profile::DocumentRules;
use crate::dcap::report::SgxReport;
use crate::dcap::tcb_info::{IsvLevel, read_isv_levels};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::Node;
use crate::named::named;
use crate::time::UnixTime;

named! {
    /// Which of Intel's enclaves an identity describes.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum EnclaveId {
        /// The quoting enclave for SGX.
        Qe = "QE",
        /// The quoting enclave for TDX.
        TdQe = "TD_QE",
        /// The quote verification enclave.
        Qve = "QVE",
        /// The quote appraisal enclave.
        Qae = "QAE",
    }
}

/// The signed contents of an enclave identity, version 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnclaveIdentity {
    /// Which enclave.
    pub id: EnclaveId,
    /// When Intel signed it.
    pub issue_date: UnixTime,
    /// When Intel promises the next one; it is stale afterwards.
    pub next_update: UnixTime,
    /// Grows with every TCB recovery.
    pub evaluation_number: u32,
    /// Expected MISCSELECT.
    pub misc_select: Bytes<4>,
    /// Which bits of MISCSELECT count.
    pub misc_select_mask: Bytes<4>,
    /// Expected ATTRIBUTES.
    pub attributes: Bytes<16>,
    /// Which bits of ATTRIBUTES count.
    pub attributes_mask: Bytes<16>,
    /// Hash of the key that signs the enclave.
    pub mr_signer: Bytes<32>,
    /// Product id: 16 bits; Intel's library reads 32, and no enclave matches what is larger.
    pub isv_prod_id: u32,
    /// Levels by ISV SVN, highest first.
    pub levels: Vec<IsvLevel>,
}

const CODE: Code = Code::DcapIdentityLayout;

impl EnclaveIdentity {
    /// Reads the `enclaveIdentity` object.
    pub(crate) fn read(node: &Node<'_>, rules: &DocumentRules) -> Result<Self, Error> {
        let fields = Fields::of(node, "enclaveIdentity", CODE)?;
        let version: u64 = fields.unsigned("version")?;
        if version != 2 {
            return Err(Error::new(Code::DcapIdentityVersion, "version")
                .at(fields.member("version")?.offset)
                .with(Fact::number("actual", version)));
        }
        let id = match fields.text("id")? {
            "QE" => EnclaveId::Qe,
            "TD_QE" => EnclaveId::TdQe,
            "QVE" => EnclaveId::Qve,
            "QAE" => EnclaveId::Qae,
            _ => return Err(fields.bad("id", "QE, TD_QE, QVE or QAE")),
        };
        Ok(Self {
            id,
            issue_date: fields.time("issueDate")?,
            next_update: fields.time("nextUpdate")?,
            evaluation_number: fields.unsigned("tcbEvaluationDataNumber")?,
            misc_select: fields.hex("miscselect")?,
            misc_select_mask: fields.hex("miscselectMask")?,
            attributes: fields.hex("attributes")?,
            attributes_mask: fields.hex("attributesMask")?,
            mr_signer: fields.hex("mrsigner")?,
            isv_prod_id: rules.isv_number(&fields, "isvprodid")?,
            levels: read_isv_levels(&fields, CODE, rules)?,
        })
    }

    /// Compares an enclave's report with this identity, without its ISV SVN.
    ///
    /// An expected value with a bit outside its mask can never be met: Intel compares unmasked
    /// expectations, and so do we.
    pub(crate) fn matches(&self, report: &SgxReport, part: &'static str) -> Result<(), Error> {
        let masked = |value: &[u8], mask: &[u8], expected: &[u8]| {
            value.iter().zip(mask).zip(expected).all(|((value, mask), expected)| value & mask == *expected)
        };
        let mismatch = |code, field: &'static str, expected: &[u8], actual: &[u8]| {
            Error::new(code, field)
                .with(Fact::bytes("expected", expected))
                .with(Fact::bytes("actual", actual))
                .inside(part)
        };
        if !masked(&report.misc_select.0, &self.misc_select_mask.0, &self.misc_select.0) {
            return Err(mismatch(
                Code::DcapIdentityMiscSelect,
                "misc_select",
                &self.misc_select.0,
                &report.misc_select.0,
            )
            .with(Fact::bytes("mask", self.misc_select_mask.0)));
        }
        if !masked(&report.attributes.0.0, &self.attributes_mask.0, &self.attributes.0) {
            return Err(mismatch(
                Code::DcapIdentityAttributes,
                "attributes",
                &self.attributes.0,
                &report.attributes.0.0,
            )
            .with(Fact::bytes("mask", self.attributes_mask.0)));
        }
        if report.mr_signer != self.mr_signer {
            return Err(mismatch(
                Code::DcapIdentityMrSigner,
                "mr_signer",
                &self.mr_signer.0,
                &report.mr_signer.0,
            ));
        }
        if u32::from(report.isv_prod_id) != self.isv_prod_id {
            return Err(Error::new(Code::DcapIdentityProduct, "isv_prod_id")
                .with(Fact::number("expected", self.isv_prod_id.into()))
                .with(Fact::number("actual", report.isv_prod_id.into()))
                .inside(part));
        }
        Ok(())
    }

    /// The highest level that `isv_svn` reaches.
    #[must_use]
    pub fn level(&self, isv_svn: u16) -> Option<&IsvLevel> {
        self.levels.iter().find(|level| u32::from(isv_svn) >= level.isv_svn)
    }
}
