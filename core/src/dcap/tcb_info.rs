//! TCB info: Intel's signed list of TCB levels for one platform family.
//!
//! Version 2 (SGX only) and version 3 (SGX, TDX) of the document, as the provisioning certification
//! service serves them. Parsed only after its signature was checked; see [`crate::dcap::collateral`].

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::bytes::{Bytes, Fmspc, PceId};
use crate::dcap::fields::{Fields, bad};
use crate::dcap::profile::{Apply, DocumentRules, NumberRange};
use crate::dcap::quote::Tee;
use crate::dcap::status::TcbStatus;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::Node;
use crate::limits;
use crate::time::UnixTime;

/// How many security version numbers a CPU or TDX component list has.
pub const COMPONENTS: usize = 16;

/// The signed contents of TCB info.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcbInfo {
    /// Which TEE it is for. Version 2 has no `id` and is SGX.
    pub tee: Tee,
    /// Version of the document: 2 or 3.
    pub version: u8,
    /// When Intel signed it.
    pub issue_date: UnixTime,
    /// When Intel promises the next one; it is stale afterwards.
    pub next_update: UnixTime,
    /// Platform family.
    pub fmspc: Fmspc,
    /// Provisioning certification enclave.
    pub pce_id: PceId,
    /// Grows with every TCB recovery.
    pub evaluation_number: u32,
    /// The base TDX module (version 0); TDX only.
    pub module: Option<ModuleIdentity>,
    /// The TDX modules by version; TDX only, may be empty.
    pub modules: Vec<ModuleIdentity>,
    /// TCB levels, highest first.
    pub levels: Vec<TcbLevel>,
}

/// One level of TCB info.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcbLevel {
    /// Needed SVNs of the 16 SGX components.
    pub sgx: [u32; COMPONENTS],
    /// Needed PCE SVN.
    pub pce_svn: u32,
    /// Needed SVNs of the 16 TDX components; TDX only.
    pub tdx: Option<[u32; COMPONENTS]>,
    /// Up to which date of fixes this level goes.
    pub date: UnixTime,
    /// What Intel says of this level.
    pub status: TcbStatus,
    /// Advisories that apply at this level.
    pub advisories: Vec<Arc<str>>,
    /// Intel's labels of the components, where the document gives them.
    pub labels: Arc<ComponentLabels>,
}

/// Intel's own labels of the components of a level.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComponentLabels {
    /// Of the SGX components.
    pub sgx: [Option<Box<ComponentLabel>>; COMPONENTS],
    /// Of the TDX components.
    pub tdx: [Option<Box<ComponentLabel>>; COMPONENTS],
}

/// Intel's label of one component, such as `OS/VMM` and `SEAMLDR ACM`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentLabel {
    /// Who ships it: `BIOS`, `OS/VMM`, …
    pub category: String,
    /// What it is.
    pub kind: String,
}

/// A TDX module that TCB info knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleIdentity {
    /// `TDX_01`, `TDX_03`, …; empty for the base module.
    pub id: String,
    /// Hash of the key that signs the module.
    pub mr_signer: Bytes<48>,
    /// Expected SEAMATTRIBUTES.
    pub attributes: Bytes<8>,
    /// Which bits of SEAMATTRIBUTES count. Intel's library compares all of them.
    pub attributes_mask: Bytes<8>,
    /// Levels by ISV SVN, highest first; empty for the base module.
    pub levels: Vec<IsvLevel>,
}

/// A level of a TDX module or of an enclave identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IsvLevel {
    /// Needed ISV SVN: 16 bits; Intel's library reads 32, and never reaches what is larger.
    pub isv_svn: u32,
    /// Up to which date of fixes this level goes.
    pub date: UnixTime,
    /// `UpToDate`, `OutOfDate` or `Revoked`.
    pub status: TcbStatus,
    /// Advisories that apply at this level.
    pub advisories: Vec<Arc<str>>,
}

const CODE: Code = Code::DcapTcbInfoLayout;

impl TcbInfo {
    /// Reads the `tcbInfo` object.
    pub(crate) fn read(node: &Node<'_>, rules: &DocumentRules) -> Result<Self, Error> {
        let fields = Fields::of(node, "tcbInfo", CODE)?;
        let version = match fields.unsigned::<u64>("version")? {
            2 => 2,
            3 => 3,
            other => {
                return Err(Error::new(Code::DcapTcbInfoVersion, "version")
                    .at(fields.member("version")?.offset)
                    .with(Fact::number("actual", other)));
            }
        };
        let tee = if version == 2 { Tee::Sgx } else { read_tee(&fields)? };
        if fields.unsigned::<u64>("tcbType")? != 0 {
            return Err(fields.bad("tcbType", "0"));
        }
        let (module, modules) = match tee {
            Tee::Tdx => (Some(read_base_module(&fields)?), read_modules(&fields, rules)?),
            Tee::Sgx => (None, Vec::new()),
        };
        if tee == Tee::Sgx && version == 3 {
            for name in ["tdxModule", "tdxModuleIdentities"] {
                if fields.optional(name).is_some() {
                    return Err(fields.bad(name, "no TDX module in SGX TCB info"));
                }
            }
        }
        Ok(Self {
            tee,
            version,
            issue_date: fields.time("issueDate")?,
            next_update: fields.time("nextUpdate")?,
            fmspc: Fmspc(fields.hex("fmspc")?),
            pce_id: PceId(fields.hex("pceId")?),
            evaluation_number: fields.unsigned("tcbEvaluationDataNumber")?,
            module,
            modules,
            levels: read_levels(&fields, version, tee, rules)?,
        })
    }

    /// The module identity for major version `version` (`TEE_TCB_SVN[1]`), compared without case.
    #[must_use]
    pub fn module_identity(&self, version: u8) -> Option<&ModuleIdentity> {
        let id = module_id(version);
        self.modules.iter().find(|module| module.id.eq_ignore_ascii_case(&id))
    }
}

/// `TDX_01` for version 1, with upper-case hex digits.
pub(crate) fn module_id(version: u8) -> String {
    alloc::format!("TDX_{version:02X}")
}

fn read_tee(fields: &Fields<'_, '_>) -> Result<Tee, Error> {
    match fields.text("id")? {
        "SGX" => Ok(Tee::Sgx),
        "TDX" => Ok(Tee::Tdx),
        _ => Err(fields.bad("id", "SGX or TDX")),
    }
}

fn read_base_module(fields: &Fields<'_, '_>) -> Result<ModuleIdentity, Error> {
    let module = fields.object("tdxModule")?;
    Ok(ModuleIdentity {
        id: String::new(),
        mr_signer: module.hex("mrsigner")?,
        attributes: module.hex("attributes")?,
        attributes_mask: module.hex("attributesMask")?,
        levels: Vec::new(),
    })
}

fn read_modules(fields: &Fields<'_, '_>, rules: &DocumentRules) -> Result<Vec<ModuleIdentity>, Error> {
    const NAME: &str = "tdxModuleIdentities";
    if fields.optional(NAME).is_none() {
        return Ok(Vec::new());
    }
    let mut modules: Vec<ModuleIdentity> = Vec::new();
    for item in fields.list(NAME, limits::TDX_MODULES)? {
        let module = Fields::of(item, NAME, CODE)?;
        let id = module.text("id")?;
        let again = modules.iter().any(|known| known.id.eq_ignore_ascii_case(id));
        if again && rules.modules_once == Apply::Enforce {
            return Err(module.bad("id", "each module once"));
        }
        modules.push(ModuleIdentity {
            id: id.into(),
            mr_signer: module.hex("mrsigner")?,
            attributes: module.hex("attributes")?,
            attributes_mask: module.hex("attributesMask")?,
            levels: read_isv_levels(&module, CODE, rules)?,
        });
    }
    Ok(modules)
}

/// `tcbLevels` of a TDX module or an enclave identity: by ISV SVN, highest first.
pub(crate) fn read_isv_levels(
    fields: &Fields<'_, '_>,
    code: Code,
    rules: &DocumentRules,
) -> Result<Vec<IsvLevel>, Error> {
    let mut levels = Vec::new();
    for item in fields.list("tcbLevels", limits::TCB_LEVELS)? {
        let level = Fields::of(item, "tcbLevels", code)?;
        levels.push(IsvLevel {
            isv_svn: rules.isv_number(&level.object("tcb")?, "isvsvn")?,
            date: level.time("tcbDate")?,
            status: level.status("tcbStatus", TcbStatus::of_component_level)?,
            advisories: level.advisories()?,
        });
    }
    levels.sort_by_key(|level| Reverse(level.isv_svn));
    Ok(levels)
}

fn read_levels(
    fields: &Fields<'_, '_>,
    version: u8,
    tee: Tee,
    rules: &DocumentRules,
) -> Result<Vec<TcbLevel>, Error> {
    const NAME: &str = "tcbLevels";
    let mut levels: Vec<TcbLevel> = Vec::new();
    for item in fields.list(NAME, limits::TCB_LEVELS)? {
        let level = Fields::of(item, NAME, CODE)?;
        let tcb = level.object("tcb")?;
        let sgx = if version == 2 {
            read_components_v2(&tcb, rules)?
        } else {
            read_components(&tcb, "sgxtcbcomponents", rules)?
        };
        let tdx = match tee {
            Tee::Tdx => Some(read_components(&tcb, "tdxtcbcomponents", rules)?),
            Tee::Sgx => None,
        };
        let texts = [sgx.labels, tdx.as_ref().map_or(NO_LABELS, |tdx| tdx.labels)];
        // Levels of one document carry the same labels as a rule: keep one copy.
        let labels = match levels.last() {
            Some(last) if last.labels.are(&texts) => Arc::clone(&last.labels),
            _ => Arc::new(ComponentLabels::of(&texts)),
        };
        let (sgx, tdx) = (sgx.svns, tdx.map(|tdx| tdx.svns));
        levels.push(TcbLevel {
            sgx,
            pce_svn: tcb.unsigned("pcesvn")?,
            tdx,
            date: level.time("tcbDate")?,
            status: level.status("tcbStatus", TcbStatus::of_platform_level)?,
            advisories: level.advisories()?,
            labels,
        });
    }
    levels.sort_by(|left, right| right.order().cmp(&left.order()));
    let twice = levels.windows(2).any(|pair| matches!(pair, [a, b] if a.order() == b.order()));
    if twice {
        return Err(fields.bad(NAME, "no two equal levels"));
    }
    Ok(levels)
}

impl TcbLevel {
    /// Levels are ordered by all their SVNs, first to last: document order does not matter.
    fn order(&self) -> (&[u32; COMPONENTS], u32, Option<&[u32; COMPONENTS]>) {
        (&self.sgx, self.pce_svn, self.tdx.as_ref())
    }
}

/// The components of one level, their labels as borrowed text: `category` and `type`, empty where there is
/// none.
struct Components<'n> {
    svns: [u32; COMPONENTS],
    labels: LabelTexts<'n>,
}

type LabelTexts<'n> = [(&'n str, &'n str); COMPONENTS];

const NO_LABELS: LabelTexts<'static> = [("", ""); COMPONENTS];

fn read_components<'n>(
    tcb: &Fields<'n, '_>,
    name: &'static str,
    rules: &DocumentRules,
) -> Result<Components<'n>, Error> {
    let node = tcb.member(name)?;
    let items = node.items().filter(|items| items.len() == COMPONENTS);
    let items = items.ok_or_else(|| bad(CODE, name, node, "an array of 16 components"))?;
    let mut components = Components { svns: [0; COMPONENTS], labels: NO_LABELS };
    for ((svn, label), item) in components.svns.iter_mut().zip(&mut components.labels).zip(items) {
        let mut value = None;
        // Backwards, so that of a member that is there twice the first one counts.
        for member in item.members().unwrap_or_default().iter().rev() {
            match member.name.as_ref() {
                "svn" => value = member.node.unsigned(),
                "category" => label.0 = member.node.text().unwrap_or_default(),
                "type" => label.1 = member.node.text().unwrap_or_default(),
                _ => {}
            }
        }
        *svn = value
            .and_then(|value| rules.svn(value))
            .ok_or_else(|| bad(CODE, name, item, "svn in 0..=255"))?;
    }
    Ok(components)
}

impl ComponentLabels {
    fn of([sgx, tdx]: &[LabelTexts<'_>; 2]) -> Self {
        let label = |(category, kind): (&str, &str)| {
            let some = !(category.is_empty() && kind.is_empty());
            some.then(|| Box::new(ComponentLabel { category: category.into(), kind: kind.into() }))
        };
        Self { sgx: sgx.map(label), tdx: tdx.map(label) }
    }

    /// Whether these are the labels of `texts`.
    fn are(&self, [sgx, tdx]: &[LabelTexts<'_>; 2]) -> bool {
        let known = |label: &Option<Box<ComponentLabel>>, text: &(&str, &str)| match label {
            None => *text == ("", ""),
            Some(label) => (label.category.as_str(), label.kind.as_str()) == *text,
        };
        let all = self.sgx.iter().zip(sgx).chain(self.tdx.iter().zip(tdx));
        all.into_iter().all(|(label, text)| known(label, text))
    }
}

fn read_components_v2(tcb: &Fields<'_, '_>, rules: &DocumentRules) -> Result<Components<'static>, Error> {
    const NAMES: [&str; COMPONENTS] = [
        "sgxtcbcomp01svn",
        "sgxtcbcomp02svn",
        "sgxtcbcomp03svn",
        "sgxtcbcomp04svn",
        "sgxtcbcomp05svn",
        "sgxtcbcomp06svn",
        "sgxtcbcomp07svn",
        "sgxtcbcomp08svn",
        "sgxtcbcomp09svn",
        "sgxtcbcomp10svn",
        "sgxtcbcomp11svn",
        "sgxtcbcomp12svn",
        "sgxtcbcomp13svn",
        "sgxtcbcomp14svn",
        "sgxtcbcomp15svn",
        "sgxtcbcomp16svn",
    ];
    let mut svns = [0; COMPONENTS];
    for (svn, name) in svns.iter_mut().zip(NAMES) {
        let value: u64 = tcb.unsigned(name)?;
        *svn = rules.svn(value).ok_or_else(|| tcb.bad(name, "svn in 0..=255"))?;
    }
    Ok(Components { svns, labels: NO_LABELS })
}

impl DocumentRules {
    /// A component's SVN is one byte. Intel's library reads 32 bits here, so a larger one is never reached.
    fn svn(&self, value: u64) -> Option<u32> {
        match self.numbers {
            NumberRange::OfTheField => u8::try_from(value).ok().map(u32::from),
            NumberRange::Unsigned32 => u32::try_from(value).ok(),
        }
    }

    /// An ISV SVN or product id has 16 bits. Intel's library reads 32 bits here as well; what it does with
    /// more is not published, and is refused.
    pub(crate) fn isv_number(&self, fields: &Fields<'_, '_>, name: &'static str) -> Result<u32, Error> {
        match self.numbers {
            NumberRange::OfTheField => fields.unsigned::<u16>(name).map(u32::from),
            NumberRange::Unsigned32 => fields.unsigned(name),
        }
    }
}
