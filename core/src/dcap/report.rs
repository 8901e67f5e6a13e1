//! The report bodies inside quotes: SGX enclave reports and TD reports.
//!
//! Layouts are those of Intel's SGX and TDX DCAP quote formats; all integers are little-endian.

use crate::bytes::Bytes;
use crate::error::Error;
use crate::reader::Reader;

/// What a quote reports on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "a quote holds one, and both are of the same order of size")]
pub enum Report {
    /// An SGX enclave.
    Sgx(SgxReport),
    /// A trust domain.
    Td(TdReport),
}

/// An SGX enclave report body: 384 bytes.
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 16 | `cpu_svn` |
/// | 16 | 4 | `misc_select` |
/// | 20 | 12 | reserved |
/// | 32 | 16 | `isv_ext_prod_id` |
/// | 48 | 16 | `attributes`: flags, then XFRM |
/// | 64 | 32 | `mr_enclave` |
/// | 96 | 32 | reserved |
/// | 128 | 32 | `mr_signer` |
/// | 160 | 32 | reserved |
/// | 192 | 64 | `config_id` |
/// | 256 | 2 | `isv_prod_id` |
/// | 258 | 2 | `isv_svn` |
/// | 260 | 2 | `config_svn` |
/// | 262 | 42 | reserved |
/// | 304 | 16 | `isv_family_id` |
/// | 320 | 64 | `report_data` |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SgxReport {
    /// Security version of the CPU.
    pub cpu_svn: Bytes<16>,
    /// Which extra state is saved on an exception.
    pub misc_select: Bytes<4>,
    /// Extended product id, chosen by the enclave's author (KSS).
    pub isv_ext_prod_id: Bytes<16>,
    /// Flags and XFRM.
    pub attributes: SgxAttributes,
    /// Measurement of the enclave.
    pub mr_enclave: Bytes<32>,
    /// Hash of the key that signed the enclave.
    pub mr_signer: Bytes<32>,
    /// Configuration id, chosen at load time (KSS).
    pub config_id: Bytes<64>,
    /// Product id, chosen by the enclave's author.
    pub isv_prod_id: u16,
    /// Security version, chosen by the enclave's author.
    pub isv_svn: u16,
    /// Security version of the configuration (KSS).
    pub config_svn: u16,
    /// Family id, chosen by the enclave's author (KSS).
    pub isv_family_id: Bytes<16>,
    /// What the enclave put into the report.
    pub report_data: Bytes<64>,
}

/// The 16 bytes of an enclave's ATTRIBUTES: flags (8 bytes) and XFRM (8 bytes).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SgxAttributes(pub Bytes<16>);

impl SgxAttributes {
    /// The enclave was initialised.
    pub const INIT: u64 = 1 << 0;
    /// A debugger may read and write the enclave.
    pub const DEBUG: u64 = 1 << 1;
    /// A 64-bit enclave.
    pub const MODE64: u64 = 1 << 2;
    /// The enclave may use the provisioning key.
    pub const PROVISION_KEY: u64 = 1 << 4;
    /// The enclave may use the launch token key.
    pub const EINITTOKEN_KEY: u64 = 1 << 5;
    /// Control-flow enforcement.
    pub const CET: u64 = 1 << 6;
    /// Key separation and sharing.
    pub const KSS: u64 = 1 << 7;
    /// Asynchronous-exit notification.
    pub const AEX_NOTIFY: u64 = 1 << 10;

    /// The flags.
    #[must_use]
    pub fn flags(&self) -> u64 {
        self.0.0.first_chunk().map_or(0, |flags| u64::from_le_bytes(*flags))
    }

    /// The XSAVE feature mask.
    #[must_use]
    pub fn xfrm(&self) -> u64 {
        self.0.0.last_chunk().map_or(0, |xfrm| u64::from_le_bytes(*xfrm))
    }

    /// True when a flag of `mask` is set.
    #[must_use]
    pub fn has(&self, mask: u64) -> bool {
        self.flags() & mask != 0
    }
}

/// A TD report body: 584 bytes (TDX 1.0), 648 (1.5) or 885 (1.5 extended).
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 16 | `tee_tcb_svn` |
/// | 16 | 48 | `mr_seam` |
/// | 64 | 48 | `mr_signer_seam` |
/// | 112 | 8 | `seam_attributes` |
/// | 120 | 8 | `td_attributes` |
/// | 128 | 8 | `xfam` |
/// | 136 | 48 | `mr_td` |
/// | 184 | 48 | `mr_config_id` |
/// | 232 | 48 | `mr_owner` |
/// | 280 | 48 | `mr_owner_config` |
/// | 328 | 4 × 48 | `rtmr` |
/// | 520 | 64 | `report_data` |
/// | 584 | 64 | [`Td15`] |
/// | 648 | 237 | [`Td15Extended`] |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TdReport {
    /// Security versions at launch: `[0]` module minor, `[1]` module major, `[2]` SEAM loader, ….
    pub tee_tcb_svn: Bytes<16>,
    /// Measurement of the TDX module.
    pub mr_seam: Bytes<48>,
    /// Hash of the key that signed the TDX module; zero for Intel's.
    pub mr_signer_seam: Bytes<48>,
    /// Attributes of the TDX module; zero for every production module.
    pub seam_attributes: Bytes<8>,
    /// Attributes of the TD.
    pub td_attributes: TdAttributes,
    /// Extended features that the TD may use.
    pub xfam: Xfam,
    /// Measurement of the TD's initial contents.
    pub mr_td: Bytes<48>,
    /// Configuration id, chosen by the host at launch.
    pub mr_config_id: Bytes<48>,
    /// Owner id, chosen by the host at launch.
    pub mr_owner: Bytes<48>,
    /// Owner's configuration id, chosen by the host at launch.
    pub mr_owner_config: Bytes<48>,
    /// Runtime measurement registers 0 to 3.
    pub rtmr: [Bytes<48>; 4],
    /// What the TD put into the report.
    pub report_data: Bytes<64>,
    /// What TDX 1.5 adds.
    pub td15: Option<Td15>,
    /// What the extended TDX 1.5 body adds.
    pub td15_extended: Option<Td15Extended>,
}

/// What the TDX 1.5 body adds: 64 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Td15 {
    /// Security versions of the module that runs now, after updates that preserved the TD.
    pub tee_tcb_svn2: Bytes<16>,
    /// Measurement of the service TD; zero when none is bound.
    pub mr_service_td: Bytes<48>,
}

/// What the extended TDX 1.5 body adds: 237 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Td15Extended {
    /// Virtual machine id inside the TD; 0 for the TD itself.
    pub vm_id: u8,
    /// Identifier of this TD.
    pub td_id: Bytes<32>,
    /// Hash of device information.
    pub dev_info: Bytes<48>,
    /// Hash of the service TD at launch.
    pub init_service_td_hash: Bytes<48>,
    /// Attributes of the service TD at launch.
    pub init_service_td_attributes: Bytes<8>,
    /// CPU SVN at launch.
    pub init_cpu_svn: Bytes<16>,
    /// TEE TCB SVN at launch.
    pub init_tee_tcb_svn: Bytes<16>,
    /// Platform family at launch.
    pub init_tee_fmspc: Bytes<12>,
    /// Hash of the service TD now.
    pub current_service_td_hash: Bytes<48>,
    /// Attributes of the service TD now.
    pub current_service_td_attributes: Bytes<8>,
}

/// The 64 bits of a TD's ATTRIBUTES.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TdAttributes(pub Bytes<8>);

impl TdAttributes {
    /// The host may debug the TD: nothing in it is secret.
    pub const DEBUG: u64 = 1 << 0;
    /// Hardware-guided scheduling and profiling bits that leak what the TD does.
    pub const PROFILING: u64 = (1 << 4) | (1 << 5) | (1 << 6);
    /// ICSSD, as Intel names it.
    pub const ICSSD: u64 = 1 << 16;
    /// Service TD extensions.
    pub const SERVICE_TD_EXTENSION: u64 = 1 << 17;
    /// Linear address-space separation.
    pub const LASS: u64 = 1 << 27;
    /// EPT violations do not become exceptions inside the TD.
    pub const SEPT_VE_DISABLE: u64 = 1 << 28;
    /// The TD may be migrated to another platform.
    pub const MIGRATABLE: u64 = 1 << 29;
    /// Supervisor protection keys.
    pub const PKS: u64 = 1 << 30;
    /// Key locker.
    pub const KEY_LOCKER: u64 = 1 << 31;
    /// TPA, as Intel names it.
    pub const TPA: u64 = 1 << 62;
    /// Performance monitoring.
    pub const PERFMON: u64 = 1 << 63;
    /// Every bit that a specification names; the others must be zero.
    pub const DEFINED: u64 = Self::DEBUG
        | Self::PROFILING
        | Self::ICSSD
        | Self::SERVICE_TD_EXTENSION
        | (0b1_1111 << 18)
        | Self::LASS
        | Self::SEPT_VE_DISABLE
        | Self::MIGRATABLE
        | Self::PKS
        | Self::KEY_LOCKER
        | Self::TPA
        | Self::PERFMON;

    /// The bits.
    #[must_use]
    pub const fn bits(&self) -> u64 {
        u64::from_le_bytes(self.0.0)
    }

    /// True when a bit of `mask` is set.
    #[must_use]
    pub const fn has(&self, mask: u64) -> bool {
        self.bits() & mask != 0
    }
}

/// The 64 bits of XFAM: which extended features the TD may use, as XCR0 and IA32_XSS number them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Xfam(pub Bytes<8>);

impl Xfam {
    /// x87 and SSE: the TDX module lets no TD run without them.
    pub const ALWAYS: u64 = 0b11;
    /// Every bit that names a feature of TDs: x87, SSE, AVX, AVX-512 (5 to 7), PT (8), PKRU (9),
    /// CET (11, 12), user interrupts (14), LBR (15), AMX (17, 18), APX (19).
    pub const DEFINED: u64 = Self::ALWAYS
        | (1 << 2)
        | (0b111 << 5)
        | (1 << 8)
        | (1 << 9)
        | (0b11 << 11)
        | (1 << 14)
        | (1 << 15)
        | (0b111 << 17);

    /// The bits.
    #[must_use]
    pub const fn bits(&self) -> u64 {
        u64::from_le_bytes(self.0.0)
    }

    /// True when a bit without a name is set, or one that is always set is not.
    #[must_use]
    pub const fn breaks_fixed_bits(&self) -> bool {
        self.bits() & !Self::DEFINED != 0 || self.bits() & Self::ALWAYS != Self::ALWAYS
    }
}

impl Report {
    /// The 64 bytes that the enclave or TD put into the report.
    #[must_use]
    pub const fn report_data(&self) -> &Bytes<64> {
        match self {
            Self::Sgx(report) => &report.report_data,
            Self::Td(report) => &report.report_data,
        }
    }
}

impl SgxReport {
    /// Size in bytes.
    pub const LEN: usize = 384;

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, Error> {
        let cpu_svn = Bytes(r.array("cpu_svn")?);
        let misc_select = Bytes(r.array("misc_select")?);
        r.take(12, "reserved1")?;
        let isv_ext_prod_id = Bytes(r.array("isv_ext_prod_id")?);
        let attributes = SgxAttributes(Bytes(r.array("attributes")?));
        let mr_enclave = Bytes(r.array("mr_enclave")?);
        r.take(32, "reserved2")?;
        let mr_signer = Bytes(r.array("mr_signer")?);
        r.take(32, "reserved3")?;
        let config_id = Bytes(r.array("config_id")?);
        let isv_prod_id = r.u16_le("isv_prod_id")?;
        let isv_svn = r.u16_le("isv_svn")?;
        let config_svn = r.u16_le("config_svn")?;
        r.take(42, "reserved4")?;
        let isv_family_id = Bytes(r.array("isv_family_id")?);
        let report_data = Bytes(r.array("report_data")?);
        Ok(Self {
            cpu_svn,
            misc_select,
            isv_ext_prod_id,
            attributes,
            mr_enclave,
            mr_signer,
            config_id,
            isv_prod_id,
            isv_svn,
            config_svn,
            isv_family_id,
            report_data,
        })
    }
}

/// Which TD report body a quote holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TdBody {
    V10,
    V15,
    V15Extended,
}

impl TdReport {
    /// Size in bytes of a TDX 1.0 body.
    pub const LEN: usize = 584;
    /// Size in bytes of a TDX 1.5 body.
    pub const LEN_15: usize = 648;
    /// Size in bytes of an extended TDX 1.5 body.
    pub const LEN_15_EXTENDED: usize = 885;

    pub(crate) fn read(r: &mut Reader<'_>, body: TdBody) -> Result<Self, Error> {
        let mut report = Self {
            tee_tcb_svn: Bytes(r.array("tee_tcb_svn")?),
            mr_seam: Bytes(r.array("mr_seam")?),
            mr_signer_seam: Bytes(r.array("mr_signer_seam")?),
            seam_attributes: Bytes(r.array("seam_attributes")?),
            td_attributes: TdAttributes(Bytes(r.array("td_attributes")?)),
            xfam: Xfam(Bytes(r.array("xfam")?)),
            mr_td: Bytes(r.array("mr_td")?),
            mr_config_id: Bytes(r.array("mr_config_id")?),
            mr_owner: Bytes(r.array("mr_owner")?),
            mr_owner_config: Bytes(r.array("mr_owner_config")?),
            rtmr: [
                Bytes(r.array("rtmr0")?),
                Bytes(r.array("rtmr1")?),
                Bytes(r.array("rtmr2")?),
                Bytes(r.array("rtmr3")?),
            ],
            report_data: Bytes(r.array("report_data")?),
            td15: None,
            td15_extended: None,
        };
        if matches!(body, TdBody::V15 | TdBody::V15Extended) {
            report.td15 = Some(Td15 {
                tee_tcb_svn2: Bytes(r.array("tee_tcb_svn2")?),
                mr_service_td: Bytes(r.array("mr_service_td")?),
            });
        }
        if body == TdBody::V15Extended {
            report.td15_extended = Some(Td15Extended {
                vm_id: r.u8("vm_id")?,
                td_id: Bytes(r.array("td_id")?),
                dev_info: Bytes(r.array("dev_info")?),
                init_service_td_hash: Bytes(r.array("init_service_td_hash")?),
                init_service_td_attributes: Bytes(r.array("init_service_td_attributes")?),
                init_cpu_svn: Bytes(r.array("init_cpu_svn")?),
                init_tee_tcb_svn: Bytes(r.array("init_tee_tcb_svn")?),
                init_tee_fmspc: Bytes(r.array("init_tee_fmspc")?),
                current_service_td_hash: Bytes(r.array("current_service_td_hash")?),
                current_service_td_attributes: Bytes(r.array("current_service_td_attributes")?),
            });
        }
        Ok(report)
    }

    /// Security version of the TDX module's minor release at launch.
    #[must_use]
    pub const fn module_isv_svn(&self) -> u8 {
        self.tee_tcb_svn.0[0]
    }

    /// True when a service TD (such as one that migrates TDs) is or was bound.
    #[must_use]
    pub fn has_service_td(&self) -> bool {
        let extended = self
            .td15_extended
            .as_ref()
            .is_some_and(|td| !(td.init_service_td_hash.is_zero() && td.current_service_td_hash.is_zero()));
        extended || self.td15.as_ref().is_some_and(|td| !td.mr_service_td.is_zero())
    }

    /// Version of the TDX module at launch.
    #[must_use]
    pub const fn module_version(&self) -> u8 {
        self.tee_tcb_svn.0[1]
    }
}
