//! The rules of a policy, as data.

use alloc::string::String;
use alloc::vec::Vec;

use super::boot::BootRules;
#[cfg(all(feature = "dcap", feature = "nvidia"))]
use super::composite::CompositeRules;
#[cfg(feature = "tpm")]
use super::ima_rules::ImaRules;
#[cfg(feature = "nvidia")]
use super::nvidia_rules::NvidiaRules;
#[cfg(feature = "tpm")]
use super::tpm_rules::TpmRules;
use crate::bytes::Bytes;
#[cfg(feature = "dcap")]
use crate::bytes::{Fmspc, PlatformInstanceId, Ppid};
#[cfg(feature = "dcap")]
use crate::dcap::TcbStatus;
use crate::named::named;

/// What is acceptable.
///
/// Fields are public: start from [`Policy::strict`] and change what you mean to change, or read a JSON
/// document with [`Policy::from_json`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// Shown in results.
    pub name: String,
    /// Accept whatever is authentic; every other rule is reported as not checked. A revoked or
    /// unsupported TCB is still refused.
    pub crypto_only: bool,
    /// About TCB levels.
    #[cfg(feature = "dcap")]
    pub tcb: TcbRules,
    /// About the age of collateral.
    #[cfg(feature = "dcap")]
    pub collateral: CollateralRules,
    /// About which platform it is.
    #[cfg(feature = "dcap")]
    pub platform: PlatformRules,
    /// The whole 64 bytes that the enclave or TD must have put into its report.
    #[cfg(feature = "dcap")]
    pub report_data: Option<Bytes<64>>,
    /// About enclaves.
    #[cfg(feature = "dcap")]
    pub sgx: SgxRules,
    /// About trust domains.
    #[cfg(feature = "dcap")]
    pub tdx: TdxRules,
    /// About measured boot.
    pub boot: BootRules,
    /// About IMA lists.
    #[cfg(feature = "tpm")]
    pub ima: ImaRules,
    /// About TPM quotes.
    #[cfg(feature = "tpm")]
    pub tpm: TpmRules,
    /// About NVIDIA GPUs and switches.
    #[cfg(feature = "nvidia")]
    pub nvidia: NvidiaRules,
    /// About machines with their devices.
    #[cfg(all(feature = "dcap", feature = "nvidia"))]
    pub composite: CompositeRules,
}

#[cfg(feature = "dcap")]
/// Rules about TCB levels.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TcbRules {
    /// Statuses that are acceptable. Never `Revoked` or `NotSupported`.
    pub accept: Vec<TcbStatus>,
    /// When given: every advisory that applies must be one of these.
    pub tolerated_advisories: Option<Vec<String>>,
    /// Advisories that must not apply.
    pub rejected_advisories: Vec<String>,
    /// The lowest acceptable `tcbEvaluationDataNumber` of TCB info and identity.
    pub minimum_evaluation_number: Option<u32>,
    /// For how long an out-of-date platform is still acceptable: counted from the date of its TCB level,
    /// or of the TDX module's or quoting enclave's if that is what is out of date.
    pub grace_seconds: u64,
}

#[cfg(feature = "dcap")]
/// Rules about the age of collateral.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CollateralRules {
    /// No part may have been issued longer ago.
    pub maximum_age_seconds: Option<u64>,
    /// For how long after its next update a document or list is still acceptable. The verifier must be
    /// told as well: [`Verifier::with_collateral_grace`](crate::dcap::Verifier::with_collateral_grace).
    pub grace_seconds: u64,
}

#[cfg(feature = "dcap")]
/// Rules about which platform it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlatformRules {
    /// When given: the PPID must be one of these.
    pub ppids: Option<Vec<Ppid>>,
    /// When given: the platform instance id must be one of these.
    pub instance_ids: Option<Vec<PlatformInstanceId>>,
    /// When given: the platform family must be one of these.
    pub fmspcs: Option<Vec<Fmspc>>,
    /// Packages can be added after registration.
    pub dynamic_platform: Stance,
    /// Intel keeps the platform's root keys.
    pub cached_keys: Stance,
    /// Simultaneous multithreading.
    pub smt: Stance,
}

#[cfg(feature = "dcap")]
/// Rules about enclaves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SgxRules {
    /// ATTRIBUTES.DEBUG.
    pub debug: Stance,
    /// ATTRIBUTES.PROVISION_KEY.
    pub provision_key: Stance,
    /// ATTRIBUTES.EINITTOKEN_KEY.
    pub einittoken_key: Stance,
    /// ATTRIBUTES.INIT.
    pub init: Stance,
    /// ATTRIBUTES.MODE64BIT.
    pub mode64: Stance,
    /// All of ATTRIBUTES, flags and XFRM.
    pub attributes: Option<Masked<16>>,
    /// MISCSELECT.
    pub misc_select: Option<Masked<4>>,
    /// MRENCLAVE is one of these.
    pub mr_enclave: Expected<32>,
    /// MRSIGNER is one of these.
    pub mr_signer: Expected<32>,
    /// ISVPRODID.
    pub isv_prod_id: Option<u16>,
    /// ISVSVN is at least this.
    pub minimum_isv_svn: Option<u16>,
    /// CONFIGID is one of these.
    pub config_id: Expected<64>,
    /// CONFIGSVN is at least this.
    pub minimum_config_svn: Option<u16>,
    /// ISVFAMILYID is one of these.
    pub isv_family_id: Expected<16>,
    /// ISVEXTPRODID is one of these.
    pub isv_ext_prod_id: Expected<16>,
}

#[cfg(feature = "dcap")]
/// Rules about trust domains.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TdxRules {
    /// TD attributes: DEBUG.
    pub debug: Stance,
    /// TD attributes: the three profiling bits.
    pub profiling: Stance,
    /// TD attributes: bits that no specification names.
    pub reserved_attributes: Stance,
    /// XFAM: bits that name no feature, or the lack of those that every TD has.
    pub reserved_xfam: Stance,
    /// TD attributes: SEPT_VE_DISABLE.
    pub sept_ve_disable: Stance,
    /// TD attributes: MIGRATABLE.
    pub migratable: Stance,
    /// A service TD is bound: MRSERVICETD or one of the extended report's hashes is not zero.
    pub service_td: Stance,
    /// TD attributes: PKS.
    pub protection_keys: Stance,
    /// TD attributes: KL.
    pub key_locker: Stance,
    /// TD attributes: PERFMON.
    pub performance_monitoring: Stance,
    /// TD attributes: LASS.
    pub linear_address_separation: Stance,
    /// All of the TD's attributes.
    pub attributes: Option<Masked<8>>,
    /// XFAM.
    pub xfam: Option<Masked<8>>,
    /// MRTD is one of these.
    pub mr_td: Expected<48>,
    /// MRSEAM is one of these.
    pub mr_seam: Expected<48>,
    /// MRCONFIGID is one of these.
    pub mr_config_id: Expected<48>,
    /// MROWNER is one of these.
    pub mr_owner: Expected<48>,
    /// MROWNERCONFIG is one of these.
    pub mr_owner_config: Expected<48>,
    /// MRSERVICETD is one of these. Needs `service_td` to be allowed or required.
    pub mr_service_td: Expected<48>,
    /// RTMR 0 to 3, each one of these.
    pub rtmr: [Expected<48>; 4],
}

/// Reference values: `None` asks nothing, otherwise one of the list must be found.
pub type Expected<const N: usize> = Option<Vec<Bytes<N>>>;

named! {
    /// What a policy says of a property that evidence has or has not.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub enum Stance {
        /// Either way is acceptable.
        #[default]
        Allow = "allow",
        /// It must not be so.
        Forbid = "forbid",
        /// It must be so.
        Require = "require",
    }
}

/// A value of which only the bits of a mask count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Masked<const N: usize> {
    /// The expected bits; those outside the mask are zero.
    pub value: Bytes<N>,
    /// Which bits count.
    pub mask: Bytes<N>,
}

impl<const N: usize> Masked<N> {
    /// Whether `actual` has the expected bits.
    #[must_use]
    pub fn matches(&self, actual: &Bytes<N>) -> bool {
        let expected = self.value.0.iter().zip(&self.mask.0);
        actual.0.iter().zip(expected).all(|(actual, (value, mask))| actual & mask == value & mask)
    }
}

impl Policy {
    /// The default everywhere: a TCB that is up to date, no debug mode, nothing that lets the host look
    /// inside or move the workload elsewhere. Asks nothing about measurements and report data, and says
    /// so in the findings.
    #[must_use]
    pub fn strict() -> Self {
        Self {
            name: "strict".into(),
            crypto_only: false,
            #[cfg(feature = "dcap")]
            tcb: TcbRules {
                accept: alloc::vec![TcbStatus::UpToDate],
                tolerated_advisories: None,
                rejected_advisories: Vec::new(),
                minimum_evaluation_number: None,
                grace_seconds: 0,
            },
            #[cfg(feature = "dcap")]
            collateral: CollateralRules::default(),
            #[cfg(feature = "dcap")]
            platform: PlatformRules::default(),
            #[cfg(feature = "dcap")]
            report_data: None,
            #[cfg(feature = "dcap")]
            sgx: SgxRules {
                debug: Stance::Forbid,
                provision_key: Stance::Forbid,
                einittoken_key: Stance::Forbid,
                init: Stance::Require,
                mode64: Stance::Require,
                attributes: None,
                misc_select: None,
                mr_enclave: None,
                mr_signer: None,
                isv_prod_id: None,
                minimum_isv_svn: None,
                config_id: None,
                minimum_config_svn: None,
                isv_family_id: None,
                isv_ext_prod_id: None,
            },
            #[cfg(feature = "dcap")]
            tdx: TdxRules {
                debug: Stance::Forbid,
                profiling: Stance::Forbid,
                reserved_attributes: Stance::Forbid,
                reserved_xfam: Stance::Forbid,
                sept_ve_disable: Stance::Require,
                migratable: Stance::Forbid,
                service_td: Stance::Forbid,
                protection_keys: Stance::Allow,
                key_locker: Stance::Forbid,
                performance_monitoring: Stance::Allow,
                linear_address_separation: Stance::Allow,
                attributes: None,
                xfam: None,
                mr_td: None,
                mr_seam: None,
                mr_config_id: None,
                mr_owner: None,
                mr_owner_config: None,
                mr_service_td: None,
                rtmr: [None, None, None, None],
            },
            boot: BootRules::strict(),
            #[cfg(feature = "tpm")]
            ima: ImaRules::strict(),
            #[cfg(feature = "tpm")]
            tpm: TpmRules::strict(),
            #[cfg(feature = "nvidia")]
            nvidia: NvidiaRules::strict(),
            #[cfg(all(feature = "dcap", feature = "nvidia"))]
            composite: CompositeRules::strict(),
        }
    }

    /// Accepts whatever is authentic and not revoked: debug mode, any TCB status, any measurement.
    /// For looking at evidence, not for relying on it.
    #[must_use]
    pub fn crypto_only() -> Self {
        Self { name: "crypto_only".into(), crypto_only: true, ..Self::strict() }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::strict()
    }
}
