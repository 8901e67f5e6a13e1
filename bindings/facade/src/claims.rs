//! What a quote says, as data.

use serde::{Deserialize, Serialize};
use veriquote::dcap::{
    AuthenticQuote, Component, PckAuthority, PckExtension, Report, SgxAttributes, SgxReport, SgxType,
    Shortfall as CoreShortfall, TdAttributes, TdReport,
};

use crate::dcap_claims::{ShortComponent, Shortfall, TcbClaims, TcbPart};
use crate::one_of::{OneOf, TcbPartKind};

/// A report: of an enclave or of a trust domain. Bytes are lower-case hex.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "a result holds one")]
pub enum ReportClaims {
    /// Of a trust domain.
    Tdx(TdxReportClaims),
    /// Of an enclave.
    Sgx(SgxReportClaims),
}

/// The report of an enclave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Intel's report; the core documents them")]
pub struct SgxReportClaims {
    pub mr_enclave: String,
    pub mr_signer: String,
    pub isv_prod_id: u16,
    pub isv_svn: u16,
    pub debug: bool,
    pub report_data: String,
    pub attributes: String,
    /// Names of the flags that are set.
    pub attribute_names: Vec<String>,
    pub misc_select: String,
    pub cpu_svn: String,
    pub config_id: String,
    pub config_svn: u16,
    pub isv_family_id: String,
    pub isv_ext_prod_id: String,
}

/// The report of a trust domain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Intel's report; the core documents them")]
pub struct TdxReportClaims {
    pub mr_td: String,
    pub rtmr0: String,
    pub rtmr1: String,
    pub rtmr2: String,
    pub rtmr3: String,
    pub debug: bool,
    pub report_data: String,
    pub td_attributes: String,
    /// Names of the bits that are set.
    pub attribute_names: Vec<String>,
    pub xfam: String,
    pub mr_config_id: String,
    pub mr_owner: String,
    pub mr_owner_config: String,
    pub mr_seam: String,
    pub mr_signer_seam: String,
    pub seam_attributes: String,
    pub tee_tcb_svn: String,
    /// TDX 1.5: of the module that runs now.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tee_tcb_svn2: Option<String>,
    /// TDX 1.5.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mr_service_td: Option<String>,
    /// TDX 1.5, extended.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub extended: Option<TdxExtendedClaims>,
}

/// What the extended TDX 1.5 report adds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Intel's report; the core documents them")]
pub struct TdxExtendedClaims {
    pub vm_id: u8,
    pub td_id: String,
    pub dev_info: String,
    pub init_service_td_hash: String,
    pub init_service_td_attributes: String,
    pub init_cpu_svn: String,
    pub init_tee_tcb_svn: String,
    pub init_tee_fmspc: String,
    pub current_service_td_hash: String,
    pub current_service_td_attributes: String,
}

/// The platform, as its PCK certificate describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlatformClaims {
    /// Platform family.
    pub fmspc: String,
    /// Who issued the PCK certificate.
    pub ca: Option<OneOf<PckAuthority>>,
    /// How memory is protected.
    pub sgx_type: OneOf<SgxType>,
    /// Names this package; personal data of the machine.
    pub ppid: String,
    /// Names this platform, where the certificate has it.
    pub platform_instance_id: Option<String>,
    /// Packages can be added after registration.
    pub dynamic_platform: Option<bool>,
    /// Intel keeps the platform's root keys.
    pub cached_keys: Option<bool>,
    /// Simultaneous multithreading is on.
    pub smt_enabled: Option<bool>,
    /// Provisioning certification enclave.
    pub pce_id: String,
    /// Its security version number.
    pub pce_svn: u16,
    /// Security version numbers of the 16 SGX components.
    pub components: Vec<u8>,
    /// The raw CPU SVN.
    pub cpu_svn: String,
}

/// The quote itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QuoteClaims {
    /// 3, 4 or 5.
    pub version: u16,
    /// Chosen by the quoting enclave; not the PPID.
    pub user_data: String,
    /// The quoting enclave's measurement.
    pub qe_mr_enclave: String,
    /// The quoting enclave's security version number.
    pub qe_isv_svn: u16,
}

#[cfg(feature = "tpm")]
impl ReportClaims {
    /// The report data of a trust domain.
    pub(crate) fn td_report_data(&self) -> Option<&str> {
        match self {
            Self::Tdx(report) => Some(&report.report_data),
            Self::Sgx(_) => None,
        }
    }
}

impl From<&Report> for ReportClaims {
    fn from(report: &Report) -> Self {
        match report {
            Report::Sgx(report) => Self::Sgx(report.into()),
            Report::Td(report) => Self::Tdx(report.into()),
        }
    }
}

impl From<&SgxReport> for SgxReportClaims {
    fn from(report: &SgxReport) -> Self {
        const NAMES: &[(u64, &str)] = &[
            (SgxAttributes::INIT, "init"),
            (SgxAttributes::DEBUG, "debug"),
            (SgxAttributes::MODE64, "mode64"),
            (SgxAttributes::PROVISION_KEY, "provision_key"),
            (SgxAttributes::EINITTOKEN_KEY, "einittoken_key"),
            (SgxAttributes::CET, "cet"),
            (SgxAttributes::KSS, "kss"),
            (SgxAttributes::AEX_NOTIFY, "aex_notify"),
        ];
        Self {
            mr_enclave: report.mr_enclave.to_string(),
            mr_signer: report.mr_signer.to_string(),
            isv_prod_id: report.isv_prod_id,
            isv_svn: report.isv_svn,
            debug: report.attributes.has(SgxAttributes::DEBUG),
            report_data: report.report_data.to_string(),
            attributes: report.attributes.0.to_string(),
            attribute_names: names(report.attributes.flags(), NAMES),
            misc_select: report.misc_select.to_string(),
            cpu_svn: report.cpu_svn.to_string(),
            config_id: report.config_id.to_string(),
            config_svn: report.config_svn,
            isv_family_id: report.isv_family_id.to_string(),
            isv_ext_prod_id: report.isv_ext_prod_id.to_string(),
        }
    }
}

impl From<&TdReport> for TdxReportClaims {
    fn from(report: &TdReport) -> Self {
        const NAMES: &[(u64, &str)] = &[
            (TdAttributes::DEBUG, "debug"),
            (TdAttributes::PROFILING, "profiling"),
            (TdAttributes::ICSSD, "icssd"),
            (TdAttributes::SERVICE_TD_EXTENSION, "service_td_extension"),
            (TdAttributes::LASS, "linear_address_separation"),
            (TdAttributes::SEPT_VE_DISABLE, "sept_ve_disable"),
            (TdAttributes::MIGRATABLE, "migratable"),
            (TdAttributes::PKS, "protection_keys"),
            (TdAttributes::KEY_LOCKER, "key_locker"),
            (TdAttributes::TPA, "tpa"),
            (TdAttributes::PERFMON, "performance_monitoring"),
            (!TdAttributes::DEFINED, "reserved"),
        ];
        let [rtmr0, rtmr1, rtmr2, rtmr3] = report.rtmr.map(|rtmr| rtmr.to_string());
        Self {
            mr_td: report.mr_td.to_string(),
            rtmr0,
            rtmr1,
            rtmr2,
            rtmr3,
            debug: report.td_attributes.has(TdAttributes::DEBUG),
            report_data: report.report_data.to_string(),
            td_attributes: report.td_attributes.0.to_string(),
            attribute_names: names(report.td_attributes.bits(), NAMES),
            xfam: report.xfam.0.to_string(),
            mr_config_id: report.mr_config_id.to_string(),
            mr_owner: report.mr_owner.to_string(),
            mr_owner_config: report.mr_owner_config.to_string(),
            mr_seam: report.mr_seam.to_string(),
            mr_signer_seam: report.mr_signer_seam.to_string(),
            seam_attributes: report.seam_attributes.to_string(),
            tee_tcb_svn: report.tee_tcb_svn.to_string(),
            tee_tcb_svn2: report.td15.as_ref().map(|td15| td15.tee_tcb_svn2.to_string()),
            mr_service_td: report.td15.as_ref().map(|td15| td15.mr_service_td.to_string()),
            extended: report.td15_extended.as_ref().map(|extended| TdxExtendedClaims {
                vm_id: extended.vm_id,
                td_id: extended.td_id.to_string(),
                dev_info: extended.dev_info.to_string(),
                init_service_td_hash: extended.init_service_td_hash.to_string(),
                init_service_td_attributes: extended.init_service_td_attributes.to_string(),
                init_cpu_svn: extended.init_cpu_svn.to_string(),
                init_tee_tcb_svn: extended.init_tee_tcb_svn.to_string(),
                init_tee_fmspc: extended.init_tee_fmspc.to_string(),
                current_service_td_hash: extended.current_service_td_hash.to_string(),
                current_service_td_attributes: extended.current_service_td_attributes.to_string(),
            }),
        }
    }
}

fn names(bits: u64, known: &[(u64, &str)]) -> Vec<String> {
    known.iter().filter(|(mask, _)| bits & mask != 0).map(|(_, name)| (*name).to_owned()).collect()
}

impl PlatformClaims {
    pub(crate) fn new(extension: &PckExtension, ca: Option<PckAuthority>) -> Self {
        let configuration = extension.configuration.unwrap_or_default();
        Self {
            fmspc: extension.fmspc.to_string(),
            ca: ca.map(OneOf),
            sgx_type: extension.sgx_type.into(),
            ppid: extension.ppid.to_string(),
            platform_instance_id: extension.platform_instance_id.map(|id| id.to_string()),
            dynamic_platform: configuration.dynamic_platform,
            cached_keys: configuration.cached_keys,
            smt_enabled: configuration.smt_enabled,
            pce_id: extension.pce_id.to_string(),
            pce_svn: extension.pce_svn,
            components: extension.components.to_vec(),
            cpu_svn: extension.cpu_svn.to_string(),
        }
    }
}

impl From<&AuthenticQuote> for TcbClaims {
    fn from(quote: &AuthenticQuote) -> Self {
        let tcb = quote.tcb();
        let mut advisories: Vec<_> = tcb.advisories.iter().map(ToString::to_string).collect();
        advisories.sort();
        Self {
            status: tcb.status.into(),
            date: tcb.date.map(|date| date.to_string()),
            evaluation_number: quote.collateral().evaluation_number(),
            advisories,
            parts: parts(quote),
            shortfall: quote.shortfall().iter().map(Shortfall::from).collect(),
        }
    }
}

fn parts(quote: &AuthenticQuote) -> Vec<TcbPart> {
    let tcb = quote.tcb();
    let mut parts = Vec::new();
    let level = tcb.launch.platform_level.and_then(|index| quote.prepared().tcb_info().levels.get(index));
    parts.extend(level.map(|level| TcbPart {
        part: TcbPartKind::Platform.into(),
        status: level.status.into(),
        date: Some(level.date.to_string()),
    }));
    let reached = [
        (TcbPartKind::QuotingEnclave, tcb.launch.qe_level),
        (TcbPartKind::TdxModule, tcb.launch.module_level),
    ];
    parts.extend(reached.into_iter().filter_map(|(part, reached)| {
        reached.map(|reached| TcbPart {
            part: part.into(),
            status: reached.status.into(),
            date: Some(reached.date.to_string()),
        })
    }));
    parts.extend(tcb.current.as_ref().map(|current| TcbPart {
        part: TcbPartKind::RunningNow.into(),
        status: current.status.into(),
        date: current.date.map(|date| date.to_string()),
    }));
    parts
}

impl From<&CoreShortfall> for Shortfall {
    fn from(shortfall: &CoreShortfall) -> Self {
        Self {
            part: shortfall.of.into(),
            status: shortfall.status.into(),
            date: shortfall.date.to_string(),
            components: shortfall
                .needs
                .iter()
                .map(|need| ShortComponent {
                    component: match &need.component {
                        Component::Sgx(index) => format!("SGX component {index}"),
                        Component::Tdx(index) => format!("TDX component {index}"),
                        Component::PceSvn => "PCE SVN".to_owned(),
                        Component::ModuleIsvSvn(id) => format!("TDX module {id}"),
                        Component::QeIsvSvn => "quoting enclave".to_owned(),
                    },
                    category: need.label.as_ref().map(|label| label.category.clone()),
                    kind: need.label.as_ref().map(|label| label.kind.clone()),
                    have: need.have,
                    need: need.need,
                    owner: need.owner.into(),
                    remedy: need.owner.remedy().to_owned(),
                })
                .collect(),
            advisories_resolved: shortfall.advisories_resolved.iter().map(ToString::to_string).collect(),
        }
    }
}
