//! The statuses of Intel's quote verification library, for the profile that gives its verdict.

use core::fmt;

use crate::dcap::document::SIGNATURE_SIZE;
use crate::dcap::profile::Profile;
use crate::dcap::status::TcbStatus;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::x509::oid;

macro_rules! statuses {
    ($( $variant:ident = $number:literal, $name:literal; )+) => {
        /// A status of Intel's library: the first step that fails, or the status of the TCB.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum QvlStatus {
            $( #[doc = $name] $variant, )+
        }

        impl QvlStatus {
            /// The number.
            #[must_use]
            pub const fn number(self) -> u8 {
                match self { $( Self::$variant => $number, )+ }
            }

            /// The name, without its `STATUS_`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )+ }
            }
        }
    };
}

statuses! {
    Ok = 0, "OK";
    UnsupportedCertFormat = 1, "UNSUPPORTED_CERT_FORMAT";
    RootCaMissing = 2, "SGX_ROOT_CA_MISSING";
    RootCaInvalid = 3, "SGX_ROOT_CA_INVALID";
    RootCaInvalidExtensions = 4, "SGX_ROOT_CA_INVALID_EXTENSIONS";
    RootCaInvalidIssuer = 5, "SGX_ROOT_CA_INVALID_ISSUER";
    IntermediateCaMissing = 7, "SGX_INTERMEDIATE_CA_MISSING";
    IntermediateCaInvalidExtensions = 9, "SGX_INTERMEDIATE_CA_INVALID_EXTENSIONS";
    IntermediateCaInvalidIssuer = 10, "SGX_INTERMEDIATE_CA_INVALID_ISSUER";
    IntermediateCaRevoked = 11, "SGX_INTERMEDIATE_CA_REVOKED";
    PckMissing = 12, "SGX_PCK_MISSING";
    PckInvalidExtensions = 14, "SGX_PCK_INVALID_EXTENSIONS";
    PckInvalidIssuer = 15, "SGX_PCK_INVALID_ISSUER";
    PckRevoked = 16, "SGX_PCK_REVOKED";
    PckCertChainUntrusted = 18, "SGX_PCK_CERT_CHAIN_UNTRUSTED";
    TcbInfoUnsupportedFormat = 19, "SGX_TCB_INFO_UNSUPPORTED_FORMAT";
    TcbInfoInvalid = 20, "SGX_TCB_INFO_INVALID";
    TcbInfoInvalidSignature = 21, "TCB_INFO_INVALID_SIGNATURE";
    TcbSigningCertMissing = 22, "SGX_TCB_SIGNING_CERT_MISSING";
    TcbSigningCertInvalidExtensions = 24, "SGX_TCB_SIGNING_CERT_INVALID_EXTENSIONS";
    TcbSigningCertInvalidIssuer = 25, "SGX_TCB_SIGNING_CERT_INVALID_ISSUER";
    TcbSigningCertChainUntrusted = 26, "SGX_TCB_SIGNING_CERT_CHAIN_UNTRUSTED";
    TcbSigningCertRevoked = 27, "SGX_TCB_SIGNING_CERT_REVOKED";
    CrlUnsupportedFormat = 28, "SGX_CRL_UNSUPPORTED_FORMAT";
    CrlUnknownIssuer = 29, "SGX_CRL_UNKNOWN_ISSUER";
    CrlInvalidExtensions = 31, "SGX_CRL_INVALID_EXTENSIONS";
    CrlInvalidSignature = 32, "SGX_CRL_INVALID_SIGNATURE";
    MissingParameters = 36, "MISSING_PARAMETERS";
    UnsupportedQuoteFormat = 37, "UNSUPPORTED_QUOTE_FORMAT";
    TcbInfoMismatch = 44, "TCB_INFO_MISMATCH";
    TcbOutOfDate = 45, "TCB_OUT_OF_DATE";
    TcbRevoked = 46, "TCB_REVOKED";
    TcbConfigurationNeeded = 47, "TCB_CONFIGURATION_NEEDED";
    TcbOutOfDateConfigurationNeeded = 48, "TCB_OUT_OF_DATE_CONFIGURATION_NEEDED";
    TcbNotSupported = 49, "TCB_NOT_SUPPORTED";
    InvalidQeReportSignature = 55, "INVALID_QE_REPORT_SIGNATURE";
    InvalidQeReportData = 56, "INVALID_QE_REPORT_DATA";
    InvalidQuoteSignature = 57, "INVALID_QUOTE_SIGNATURE";
    EnclaveIdentityUnsupportedFormat = 62, "SGX_ENCLAVE_IDENTITY_UNSUPPORTED_FORMAT";
    EnclaveIdentityInvalid = 63, "SGX_ENCLAVE_IDENTITY_INVALID";
    EnclaveIdentityUnsupportedVersion = 64, "SGX_ENCLAVE_IDENTITY_UNSUPPORTED_VERSION";
    QeIdentityMismatch = 74, "QE_IDENTITY_MISMATCH";
    TcbInfoExpired = 75, "SGX_TCB_INFO_EXPIRED";
    EnclaveIdentityInvalidSignature = 76, "SGX_ENCLAVE_IDENTITY_INVALID_SIGNATURE";
    PckCertChainExpired = 78, "SGX_PCK_CERT_CHAIN_EXPIRED";
    CrlExpired = 79, "SGX_CRL_EXPIRED";
    SigningCertChainExpired = 80, "SGX_SIGNING_CERT_CHAIN_EXPIRED";
    EnclaveIdentityExpired = 81, "SGX_ENCLAVE_IDENTITY_EXPIRED";
    TcbSwHardeningNeeded = 82, "TCB_SW_HARDENING_NEEDED";
    TcbConfigurationAndSwHardeningNeeded = 83, "TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED";
    TdxModuleMismatch = 85, "TDX_MODULE_MISMATCH";
    TcbTdRelaunchAdvised = 87, "TCB_TD_RELAUNCH_ADVISED";
    TcbTdRelaunchAdvisedConfigurationNeeded = 88, "TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED";
}

impl fmt::Display for QvlStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number(), self.name())
    }
}

impl QvlStatus {
    /// The status of a TCB.
    #[must_use]
    pub const fn of_tcb(status: TcbStatus) -> Self {
        match status {
            TcbStatus::UpToDate => Self::Ok,
            TcbStatus::SwHardeningNeeded => Self::TcbSwHardeningNeeded,
            TcbStatus::ConfigurationNeeded => Self::TcbConfigurationNeeded,
            TcbStatus::ConfigurationAndSwHardeningNeeded => Self::TcbConfigurationAndSwHardeningNeeded,
            TcbStatus::OutOfDate => Self::TcbOutOfDate,
            TcbStatus::OutOfDateConfigurationNeeded => Self::TcbOutOfDateConfigurationNeeded,
            TcbStatus::TdRelaunchAdvised => Self::TcbTdRelaunchAdvised,
            TcbStatus::TdRelaunchAdvisedConfigurationNeeded => Self::TcbTdRelaunchAdvisedConfigurationNeeded,
            TcbStatus::Revoked => Self::TcbRevoked,
            TcbStatus::NotSupported => Self::TcbNotSupported,
        }
    }

    /// The status of Intel's library for a refusal of ours; `None` where Intel's library has none,
    /// because it does not make that check.
    #[must_use]
    pub fn of_error(error: &Error) -> Option<Self> {
        let step = Step::of(error.part())?;
        match step {
            Step::Quote => Some(of_quote(error.code())),
            Step::PckChain => of_pck_chain(error),
            Step::Crl => of_crl(error),
            Step::Signer => of_signer(error),
            Step::TcbInfo => of_tcb_info(error),
            Step::Identity => of_identity(error),
        }
    }
}

/// The part of the input that a refusal speaks of.
#[derive(Clone, Copy)]
enum Step {
    Quote,
    PckChain,
    Crl,
    Signer,
    TcbInfo,
    Identity,
}

impl Step {
    fn of(part: &str) -> Option<Self> {
        const PREFIXES: [(&str, Step); 10] = [
            ("quote", Step::Quote),
            ("pck_chain", Step::PckChain),
            ("collateral.pck_chain", Step::PckChain),
            ("collateral.pck_crl_issuer_chain", Step::PckChain),
            ("collateral.pck_crl", Step::Crl),
            ("collateral.root_ca_crl", Step::Crl),
            ("collateral.tcb_info_issuer_chain", Step::Signer),
            ("collateral.qe_identity_issuer_chain", Step::Signer),
            ("collateral.tcb_info", Step::TcbInfo),
            ("collateral.qe_identity", Step::Identity),
        ];
        PREFIXES.iter().find(|(prefix, _)| part.starts_with(prefix)).map(|(_, step)| *step)
    }
}

const fn of_quote(code: Code) -> QvlStatus {
    match code {
        Code::DcapCollateralKind | Code::DcapFmspc | Code::DcapPceId => QvlStatus::TcbInfoMismatch,
        Code::DcapTdxModule => QvlStatus::TdxModuleMismatch,
        Code::DcapQeReportSignature => QvlStatus::InvalidQeReportSignature,
        Code::DcapQeReportData => QvlStatus::InvalidQeReportData,
        Code::DcapQuoteSignature => QvlStatus::InvalidQuoteSignature,
        Code::DcapIdentityMrSigner
        | Code::DcapIdentityProduct
        | Code::DcapIdentityMiscSelect
        | Code::DcapIdentityAttributes => QvlStatus::QeIdentityMismatch,
        _ => QvlStatus::UnsupportedQuoteFormat,
    }
}

fn of_pck_chain(error: &Error) -> Option<QvlStatus> {
    let part = error.part();
    let root = part.contains(".root");
    let intermediate = part.contains(".intermediate");
    // The leaf of the list's issuer chain is the intermediate of the PCK chain.
    Some(match error.code() {
        Code::DcapPckExtension if error.facts().contains(&Fact::text("expected", "its size")) => {
            QvlStatus::UnsupportedCertFormat
        }
        Code::DcapPckExtension => QvlStatus::PckInvalidExtensions,
        Code::DcapCertificateRole if root => QvlStatus::RootCaMissing,
        Code::DcapCertificateRole if intermediate => QvlStatus::IntermediateCaMissing,
        Code::DcapCertificateRole => QvlStatus::PckMissing,
        Code::X509Extension if root => QvlStatus::RootCaInvalidExtensions,
        Code::X509Extension if intermediate => QvlStatus::IntermediateCaInvalidExtensions,
        Code::X509Extension => QvlStatus::PckInvalidExtensions,
        Code::X509Signature if root => QvlStatus::RootCaInvalid,
        Code::X509Signature | Code::X509Chain if intermediate => QvlStatus::IntermediateCaInvalidIssuer,
        Code::X509Chain if root => QvlStatus::RootCaInvalidIssuer,
        Code::X509Signature => QvlStatus::PckInvalidIssuer,
        Code::X509Chain if part.contains(".leaf") => QvlStatus::PckInvalidIssuer,
        Code::X509Revoked if intermediate => QvlStatus::IntermediateCaRevoked,
        Code::X509Revoked => QvlStatus::PckRevoked,
        Code::X509Anchor => QvlStatus::PckCertChainUntrusted,
        Code::X509Expired => QvlStatus::PckCertChainExpired,
        Code::CrlIssuer => QvlStatus::CrlUnknownIssuer,
        Code::X509NotYetValid => return None,
        _ => QvlStatus::UnsupportedCertFormat,
    })
}

fn of_crl(error: &Error) -> Option<QvlStatus> {
    Some(match error.code() {
        Code::CrlIssuer => QvlStatus::CrlUnknownIssuer,
        Code::CrlSignature => QvlStatus::CrlInvalidSignature,
        Code::CrlStale | Code::CrlNotYetValid => QvlStatus::CrlExpired,
        Code::CrlExtension if lacks_number(error) => QvlStatus::CrlUnsupportedFormat,
        Code::CrlExtension => QvlStatus::CrlInvalidExtensions,
        Code::DcapCollateralAge => return None,
        _ => QvlStatus::CrlUnsupportedFormat,
    })
}

/// Intel's library cannot read a list without a number; one without a key identifier it can.
fn lacks_number(error: &Error) -> bool {
    error.facts().contains(&Fact::bytes("oid", oid::CRL_NUMBER))
}

fn of_signer(error: &Error) -> Option<QvlStatus> {
    let root = error.part().contains(".root");
    Some(match error.code() {
        Code::DcapCertificateRole if root => QvlStatus::RootCaMissing,
        Code::DcapCertificateRole => QvlStatus::TcbSigningCertMissing,
        Code::X509Extension if root => QvlStatus::RootCaInvalidExtensions,
        Code::X509Extension => QvlStatus::TcbSigningCertInvalidExtensions,
        Code::X509Signature if root => QvlStatus::RootCaInvalid,
        Code::X509Chain if root => QvlStatus::RootCaInvalidIssuer,
        Code::X509Signature => QvlStatus::TcbSigningCertInvalidIssuer,
        Code::X509Chain if error.part().contains(".signer") => QvlStatus::TcbSigningCertInvalidIssuer,
        Code::X509Revoked => QvlStatus::TcbSigningCertRevoked,
        Code::X509Anchor => QvlStatus::TcbSigningCertChainUntrusted,
        Code::X509Expired => QvlStatus::SigningCertChainExpired,
        Code::CrlSignature => QvlStatus::CrlInvalidSignature,
        Code::X509NotYetValid => return None,
        _ => QvlStatus::UnsupportedCertFormat,
    })
}

fn of_tcb_info(error: &Error) -> Option<QvlStatus> {
    Some(match error.code() {
        _ if is_bad_signature_text(error) => QvlStatus::TcbInfoInvalid,
        Code::DcapTcbInfoSignature => QvlStatus::TcbInfoInvalidSignature,
        Code::DcapTcbInfoStale => QvlStatus::TcbInfoExpired,
        Code::DcapCollateralKind | Code::DcapFmspc | Code::DcapPceId => QvlStatus::TcbInfoMismatch,
        Code::JsonSyntax | Code::InputEncoding => QvlStatus::TcbInfoUnsupportedFormat,
        Code::DcapTcbInfoLayout if is_component(error.part()) || lacks_member(error) => {
            QvlStatus::TcbInfoUnsupportedFormat
        }
        Code::DcapTcbInfoNotYetValid | Code::DcapCollateralAge => return None,
        _ => QvlStatus::TcbInfoInvalid,
    })
}

/// A signature that is not 128 hex digits (an odd number of them, for one) cannot be one. The published
/// grammar says `128 hex` and no status for breaking it: this is the one of every other member whose value
/// is wrong. Both verdicts are a refusal.
fn is_bad_signature_text(error: &Error) -> bool {
    let text = error.code() == Code::InputEncoding && error.part().ends_with("signature");
    text || error.facts().contains(&Fact::text("problem", SIGNATURE_SIZE))
}

/// Intel's library has another status for members that are missing than for those that are wrong.
fn lacks_member(error: &Error) -> bool {
    const MEMBERS: [&str; 8] =
        ["id", "version", "issueDate", "nextUpdate", "fmspc", "pceId", "tcbType", "tcbEvaluationDataNumber"];
    let name = error.part().strip_prefix("collateral.tcb_info.");
    error.facts().contains(&Fact::text("expected", "the member"))
        && name.is_some_and(|name| MEMBERS.contains(&name))
}

fn is_component(part: &str) -> bool {
    part.contains("tcbcomp")
}

fn of_identity(error: &Error) -> Option<QvlStatus> {
    Some(match error.code() {
        _ if is_bad_signature_text(error) => QvlStatus::EnclaveIdentityInvalid,
        Code::DcapIdentitySignature => QvlStatus::EnclaveIdentityInvalidSignature,
        Code::DcapIdentityStale => QvlStatus::EnclaveIdentityExpired,
        Code::DcapIdentityVersion => QvlStatus::EnclaveIdentityUnsupportedVersion,
        Code::DcapCollateralKind => QvlStatus::QeIdentityMismatch,
        Code::JsonSyntax | Code::InputEncoding => QvlStatus::EnclaveIdentityUnsupportedFormat,
        Code::DcapIdentityNotYetValid | Code::DcapCollateralAge => return None,
        _ => QvlStatus::EnclaveIdentityInvalid,
    })
}

/// Under Intel's profile, adds its status to an error's facts.
pub(crate) fn annotate(error: Error, profile: Profile) -> Error {
    match (profile, QvlStatus::of_error(&error)) {
        (Profile::Intel, Some(status)) => error
            .with(Fact::number("intel_status", status.number().into()))
            .with(Fact::text("intel_status_name", status.name())),
        _ => error,
    }
}
