//! What keeps a platform from each better TCB level, as data: which component, have and need, who can
//! fix it, and which advisories would go away.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::bytes::Bytes;
use crate::dcap::identity::EnclaveIdentity;
use crate::dcap::pck::PckExtension;
use crate::dcap::status::TcbStatus;
use crate::dcap::tcb::{Tcb, first_tdx_component, module_svn};
use crate::dcap::tcb_info::{ComponentLabel, IsvLevel, TcbInfo, TcbLevel, module_id};
use crate::named::named;
use crate::time::UnixTime;

/// A level that is not reached, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// Which list the level stands in.
    pub of: ShortfallOf,
    /// What Intel says of the level.
    pub status: TcbStatus,
    /// Up to which date of fixes the level goes.
    pub date: UnixTime,
    /// Every component that is too low for it.
    pub needs: Vec<Need>,
    /// Advisories that apply now and would not at this level.
    pub advisories_resolved: Vec<Arc<str>>,
}

named! {
    /// A list of levels.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ShortfallOf {
        /// The platform's own levels.
        Platform = "platform",
        /// The levels of a TDX module.
        TdxModule = "tdx_module",
        /// The levels of the quoting enclave.
        QuotingEnclave = "quoting_enclave",
    }
}

/// One component that is too low.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Which one.
    pub component: Component,
    /// Its SVN now.
    pub have: u32,
    /// The SVN that the level asks for.
    pub need: u32,
    /// Intel's signed label, where the TCB info gives one.
    pub label: Option<ComponentLabel>,
    /// Who can fix it.
    pub owner: Owner,
}

/// A part of a platform with a security version number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Component {
    /// SGX component, 0 to 15.
    Sgx(usize),
    /// TDX component, 0 to 15.
    Tdx(usize),
    /// Provisioning certification enclave.
    PceSvn,
    /// A TDX module, by its id.
    ModuleIsvSvn(String),
    /// The quoting enclave.
    QeIsvSvn,
}

named! {
    /// Who can raise a security version number.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Owner {
        /// A firmware update by the platform's vendor, with its early microcode.
        Bios = "bios",
        /// A microcode update loaded by the operating system or hypervisor.
        Microcode = "microcode",
        /// A SEAM loader update by the host's operator.
        SeamLoader = "seam_loader",
        /// A TDX module update by the host's operator.
        TdxModule = "tdx_module",
        /// A TXT SINIT update by the host's operator.
        Sinit = "sinit",
        /// A newer provisioning certification enclave on the host, and a PCK certificate for it.
        Pce = "pce",
        /// A newer quoting enclave on the host.
        QuotingEnclave = "quoting_enclave",
        /// Intel's label does not say.
        Unknown = "unknown",
    }
}

impl Owner {
    /// What to do about it, for people.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Bios => "update the platform's firmware (BIOS) and register the platform anew",
            Self::Microcode => "update the microcode that the host loads",
            Self::SeamLoader => "update the SEAM loader (SEAMLDR ACM) on the host",
            Self::TdxModule => "update the TDX module on the host",
            Self::Sinit => "update the TXT SINIT module on the host",
            Self::Pce => "update the SGX platform software (PCE) on the host and fetch a new PCK certificate",
            Self::QuotingEnclave => "update the quoting enclave on the host",
            Self::Unknown => "ask the host's operator to update its firmware and platform software",
        }
    }

    /// Reads Intel's label; falls back on what every published TCB info says of a TDX module's SVNs.
    fn of(label: Option<&ComponentLabel>) -> Self {
        let Some(label) = label else { return Self::Unknown };
        let names = |word: &str| label.kind.contains(word);
        if names("SEAMLDR") {
            Self::SeamLoader
        } else if names("TDX Module") {
            Self::TdxModule
        } else if names("SINIT") {
            Self::Sinit
        } else if names("Late Microcode") {
            Self::Microcode
        } else if label.category == "BIOS" {
            Self::Bios
        } else {
            Self::Unknown
        }
    }
}

/// Everything that `tcb` falls short of, nearest level last in each list: Intel's order, best first.
pub(crate) fn shortfall(
    tcb: &Tcb,
    info: &TcbInfo,
    identity: &EnclaveIdentity,
    pck: &PckExtension,
    qe_isv_svn: u16,
    tee_tcb_svn: Option<&Bytes<16>>,
) -> Vec<Shortfall> {
    let mut all = Vec::new();
    let module = tee_tcb_svn.and_then(module_svn);
    let module_levels = module
        .and_then(|(version, _)| info.module_identity(version))
        .map_or(&[][..], |module| &module.levels);
    let module_svn = module.map_or(0, |(_, isv_svn)| u32::from(isv_svn));
    let platform = tcb.launch.platform_level.and_then(|index| info.levels.get(index));
    let of_platform = platform.map_or(&[][..], |level| &level.advisories);
    let of_module = reached(module_levels, module_svn);
    let qe_isv_svn = u32::from(qe_isv_svn);
    let of_qe = reached(&identity.levels, qe_isv_svn);

    for level in info.levels.iter().take(tcb.launch.platform_level.unwrap_or(info.levels.len())) {
        all.push(Shortfall {
            of: ShortfallOf::Platform,
            status: level.status,
            date: level.date,
            needs: platform_needs(level, pck, tee_tcb_svn),
            advisories_resolved: resolved(of_platform, &[&level.advisories, of_module, of_qe]),
        });
    }
    let mut isv =
        |of: ShortfallOf, levels: &[IsvLevel], have: u32, component: Component, owner, own, others| {
            for level in levels.iter().take_while(|level| have < level.isv_svn) {
                let component = component.clone();
                let need = Need { component, have, need: level.isv_svn, label: None, owner };
                let [one, other]: [&[Arc<str>]; 2] = others;
                all.push(Shortfall {
                    of,
                    status: level.status,
                    date: level.date,
                    needs: alloc::vec![need],
                    advisories_resolved: resolved(own, &[&level.advisories, one, other]),
                });
            }
        };
    let component =
        Component::ModuleIsvSvn(module.map_or_else(String::new, |(version, _)| module_id(version)));
    let (of, owner) = (ShortfallOf::TdxModule, Owner::TdxModule);
    isv(of, module_levels, module_svn, component, owner, of_module, [of_platform, of_qe]);
    let (of, owner) = (ShortfallOf::QuotingEnclave, Owner::QuotingEnclave);
    isv(of, &identity.levels, qe_isv_svn, Component::QeIsvSvn, owner, of_qe, [of_platform, of_module]);
    all
}

/// The advisories of the level that `have` reaches.
fn reached(levels: &[IsvLevel], have: u32) -> &[Arc<str>] {
    levels.iter().find(|level| have >= level.isv_svn).map_or(&[][..], |level| &level.advisories)
}

/// What of `now` would no longer apply, neither at the better level nor for another reason.
fn resolved(now: &[Arc<str>], remaining: &[&[Arc<str>]]) -> Vec<Arc<str>> {
    now.iter().filter(|id| !remaining.iter().any(|list| list.contains(id))).cloned().collect()
}

fn platform_needs(level: &TcbLevel, pck: &PckExtension, tee_tcb_svn: Option<&Bytes<16>>) -> Vec<Need> {
    let mut needs = Vec::new();
    for (index, ((have, need), label)) in
        pck.components.iter().zip(&level.sgx).zip(&level.labels.sgx).enumerate()
    {
        push_need(&mut needs, Component::Sgx(index), *have, *need, label.as_deref());
    }
    if u32::from(pck.pce_svn) < level.pce_svn {
        needs.push(Need {
            component: Component::PceSvn,
            have: pck.pce_svn.into(),
            need: level.pce_svn,
            label: None,
            owner: Owner::Pce,
        });
    }
    if let (Some(svn), Some(tdx)) = (tee_tcb_svn, &level.tdx) {
        let first = first_tdx_component(svn);
        for (index, ((have, need), label)) in
            svn.0.iter().zip(tdx).zip(&level.labels.tdx).enumerate().skip(first)
        {
            push_need(&mut needs, Component::Tdx(index), *have, *need, label.as_deref());
        }
    }
    needs
}

fn push_need(
    needs: &mut Vec<Need>,
    component: Component,
    have: u8,
    need: u32,
    label: Option<&ComponentLabel>,
) {
    if u32::from(have) < need {
        let owner = Owner::of(label);
        needs.push(Need { component, have: have.into(), need, label: label.cloned(), owner });
    }
}
