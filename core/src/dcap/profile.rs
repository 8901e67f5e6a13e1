//! The two conformance profiles, as data. Each rule that differs is one field; they are never mixed.

use crate::json::{DuplicateKeys, Strictness, Whitespace};
use crate::named::named;

named! {
    /// Which verifier's verdict to give.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub enum Profile {
        /// Everything Intel's library checks, and the stricter rules that a careful verifier adds.
        #[default]
        Strict = "strict",
        /// The verdict of Intel's own quote verification library.
        Intel = "intel",
    }
}

impl Profile {
    pub(crate) const fn rules(self) -> &'static Rules {
        match self {
            Self::Strict => &Rules::STRICT,
            Self::Intel => &Rules::INTEL,
        }
    }
}

/// Whether a rule that only some verifiers apply is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Apply {
    Enforce,
    Ignore,
}

/// Which text of a signed JSON document its signature must cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignedText {
    /// The bytes that arrived.
    AsReceived,
    /// The document written anew without white space, as Intel's library does.
    Compacted,
}

/// What a chain's root must share with the trusted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RootMatch {
    /// The public key: Intel has issued two root certificates for one key.
    Key,
    /// The certificate's signature bytes, where the caller gave a certificate.
    Certificate,
}

/// The range of the numbers that a platform's or an enclave's own are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberRange {
    /// What the compared field can hold: 8 bits for a component, 16 for an ISV SVN or product id.
    OfTheField,
    /// 32 bits, as Intel's library reads them; what is larger than the field is never reached.
    Unsigned32,
}

/// How the signed documents are read.
#[derive(Debug)]
pub(crate) struct DocumentRules {
    /// Ranges of SVNs and product ids.
    pub(crate) numbers: NumberRange,
    /// Each TDX module is described once; otherwise the first description counts. The grammar that Intel
    /// publishes does not say; its library looks the module up from the front and is content.
    pub(crate) modules_once: Apply,
}

/// Everything in which the profiles differ.
#[derive(Debug)]
pub(crate) struct Rules {
    /// How the signed JSON is read.
    pub(crate) json: Strictness,
    /// Which text its signature covers.
    pub(crate) signed_text: SignedText,
    /// What may stand in it.
    pub(crate) documents: DocumentRules,
    /// Certificates: `notBefore`.
    pub(crate) not_before: Apply,
    /// TCB info and identities: `issueDate`.
    pub(crate) issue_date: Apply,
    /// Certificates: CA flag, path length, key usage bits, and not only their presence.
    pub(crate) ca_constraints: Apply,
    /// Upper half of the QE report's data is zero.
    pub(crate) qe_report_data_tail: Apply,
    /// Revoked in the TCB that runs now counts, as it does at launch.
    pub(crate) current_tcb_revoked: Apply,
    /// SVNs of the PCK certificate fit a byte; otherwise they are cut to one.
    pub(crate) pck_svn_range: Apply,
    /// Signatures are checked before any field of the signed part is looked at.
    pub(crate) signature_first: Apply,
    /// How the root is recognised.
    pub(crate) root_match: RootMatch,
}

impl Rules {
    const STRICT: Self = Self {
        json: Strictness { duplicate_keys: DuplicateKeys::Refuse, whitespace: Whitespace::Refuse },
        signed_text: SignedText::AsReceived,
        documents: DocumentRules { numbers: NumberRange::OfTheField, modules_once: Apply::Enforce },
        not_before: Apply::Enforce,
        issue_date: Apply::Enforce,
        ca_constraints: Apply::Enforce,
        qe_report_data_tail: Apply::Enforce,
        current_tcb_revoked: Apply::Enforce,
        pck_svn_range: Apply::Enforce,
        signature_first: Apply::Enforce,
        root_match: RootMatch::Key,
    };

    const INTEL: Self = Self {
        json: Strictness { duplicate_keys: DuplicateKeys::FirstWins, whitespace: Whitespace::Allow },
        signed_text: SignedText::Compacted,
        documents: DocumentRules { numbers: NumberRange::Unsigned32, modules_once: Apply::Ignore },
        not_before: Apply::Ignore,
        issue_date: Apply::Ignore,
        ca_constraints: Apply::Ignore,
        qe_report_data_tail: Apply::Ignore,
        current_tcb_revoked: Apply::Ignore,
        pck_svn_range: Apply::Ignore,
        signature_first: Apply::Ignore,
        root_match: RootMatch::Certificate,
    };
}
