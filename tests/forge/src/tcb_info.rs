//! TCB info of versions 2 and 3.

use crate::json;
use crate::time::{DAY, NOW, rfc3339};

/// The signed statement of which security versions are good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcbInfo {
    /// `SGX` or `TDX`; version 2 has none.
    pub id: Option<String>,
    /// 2 or 3: also chooses the form of the levels.
    pub version: i64,
    /// When it was issued.
    pub issue_date: i64,
    /// When the next comes.
    pub next_update: i64,
    /// Platform family.
    pub fmspc: Vec<u8>,
    /// Provisioning certification enclave.
    pub pce_id: Vec<u8>,
    /// How security versions compare: 0.
    pub tcb_type: i64,
    /// Number of the TCB recovery it belongs to.
    pub evaluation_number: i64,
    /// TDX only: the module without a version.
    pub tdx_module: Option<TdxModule>,
    /// TDX only: modules by version.
    pub tdx_module_identities: Option<Vec<TdxModuleIdentity>>,
    /// Levels.
    pub levels: Vec<TcbLevel>,
    /// Further members, name and raw JSON, put at the end.
    pub extra: Vec<(String, String)>,
}

/// The base module entry of TDX TCB info.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TdxModule {
    /// Expected MRSIGNERSEAM.
    pub mrsigner: Vec<u8>,
    /// Expected SEAMATTRIBUTES.
    pub attributes: Vec<u8>,
    /// Mask over them.
    pub attributes_mask: Vec<u8>,
}

/// A module version of TDX TCB info.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TdxModuleIdentity {
    /// `TDX_01` and so on.
    pub id: String,
    /// What the module looks like.
    pub module: TdxModule,
    /// Levels of the module.
    pub levels: Vec<ModuleLevel>,
}

/// A level by one security version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleLevel {
    /// Least security version.
    pub isv_svn: i64,
    /// When the level was set.
    pub tcb_date: i64,
    /// `UpToDate`, `OutOfDate`, `Revoked`.
    pub status: String,
    /// Advisories.
    pub advisories: Vec<String>,
}

/// A level of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcbLevel {
    /// Sixteen SGX components.
    pub sgx: Vec<Component>,
    /// Least security version of the PCE.
    pub pce_svn: i64,
    /// Sixteen TDX components, TDX only.
    pub tdx: Option<Vec<Component>>,
    /// When the level was set.
    pub tcb_date: i64,
    /// One of the seven words.
    pub status: String,
    /// Advisories.
    pub advisories: Vec<String>,
}

/// A component of a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Least security version.
    pub svn: i64,
    /// Intel's word for who updates it, such as `BIOS`.
    pub category: Option<String>,
    /// Intel's word for what it is, such as `Early Microcode Update`.
    pub kind: Option<String>,
}

/// 2025-06-01T00:00:00Z.
pub(crate) const JUNE_2025: i64 = 1_748_736_000;
/// 2024-06-01T00:00:00Z.
pub(crate) const JUNE_2024: i64 = 1_717_200_000;
/// 2023-06-01T00:00:00Z.
pub(crate) const JUNE_2023: i64 = 1_685_577_600;

impl Component {
    /// The labels that Intel gives to SGX components today.
    #[must_use]
    pub fn sgx(svn: i64) -> Vec<Self> {
        let labels = [
            ("BIOS", "Early Microcode Update"),
            ("OS/VMM", "SGX Late Microcode Update"),
            ("OS/VMM", "TXT SINIT"),
            ("BIOS", ""),
            ("BIOS", ""),
            ("BIOS", ""),
            ("BIOS", ""),
            ("OS/VMM", "SEAMLDR ACM"),
        ];
        (0..16).map(|index| Self::labelled(svn, labels.get(index).copied())).collect()
    }

    /// TDX components: module minor, module major, SEAM loader, then zeros.
    #[must_use]
    pub fn tdx(svns: [i64; 3]) -> Vec<Self> {
        let labels =
            [("OS/VMM", "TDX Module"), ("OS/VMM", "TDX Module"), ("OS/VMM", "TDX Late Microcode Update")];
        (0..16)
            .map(|index| Self::labelled(svns.get(index).copied().unwrap_or(0), labels.get(index).copied()))
            .collect()
    }

    fn labelled(svn: i64, label: Option<(&str, &str)>) -> Self {
        let word = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (category, kind) = label.unwrap_or(("", ""));
        Self { svn, category: word(category), kind: word(kind) }
    }

    fn json(&self) -> String {
        let mut members = vec![("svn", self.svn.to_string())];
        members.extend(self.category.as_deref().map(|text| ("category", json::text(text))));
        members.extend(self.kind.as_deref().map(|text| ("type", json::text(text))));
        json::object(&members)
    }
}

impl TdxModule {
    /// Intel's: signer zero, no attributes.
    #[must_use]
    pub fn intel() -> Self {
        Self { mrsigner: vec![0; 48], attributes: vec![0; 8], attributes_mask: vec![0xff; 8] }
    }

    fn members(&self) -> [(&'static str, String); 3] {
        [
            ("mrsigner", json::hex(&self.mrsigner)),
            ("attributes", json::hex(&self.attributes)),
            ("attributesMask", json::hex(&self.attributes_mask)),
        ]
    }
}

impl TdxModuleIdentity {
    fn json(&self) -> String {
        let mut members = vec![("id", json::text(&self.id))];
        members.extend(self.module.members());
        members.push(("tcbLevels", json::array(self.levels.iter().map(ModuleLevel::json))));
        json::object(&members)
    }
}

impl ModuleLevel {
    /// A level.
    #[must_use]
    pub fn new(isv_svn: i64, tcb_date: i64, status: &str, advisories: &[&str]) -> Self {
        Self { isv_svn, tcb_date, status: status.to_owned(), advisories: strings(advisories) }
    }

    pub(crate) fn json(&self) -> String {
        let mut members = vec![("tcb", json::object(&[("isvsvn", self.isv_svn.to_string())]))];
        members.extend(status(self.tcb_date, &self.status, &self.advisories));
        json::object(&members)
    }
}

impl TcbLevel {
    fn json(&self, version: i64) -> String {
        let mut tcb = Vec::new();
        let names: Vec<_> = (1..=self.sgx.len()).map(|number| format!("sgxtcbcomp{number:02}svn")).collect();
        if version == 2 {
            tcb.extend(names.iter().zip(&self.sgx).map(|(name, part)| (name.as_str(), part.svn.to_string())));
        } else {
            tcb.push(("sgxtcbcomponents", json::array(self.sgx.iter().map(Component::json))));
        }
        tcb.push(("pcesvn", self.pce_svn.to_string()));
        if let Some(tdx) = &self.tdx {
            tcb.push(("tdxtcbcomponents", json::array(tdx.iter().map(Component::json))));
        }
        let mut members = vec![("tcb", json::object(&tcb))];
        members.extend(status(self.tcb_date, &self.status, &self.advisories));
        json::object(&members)
    }
}

impl TcbInfo {
    /// SGX TCB info of version 3 with an up-to-date and an out-of-date level.
    #[must_use]
    pub fn sgx() -> Self {
        Self {
            id: Some("SGX".to_owned()),
            version: 3,
            issue_date: NOW - 5 * DAY,
            next_update: NOW + 25 * DAY,
            fmspc: vec![0x90, 0xc0, 0x6f, 0, 0, 0],
            pce_id: vec![0, 0],
            tcb_type: 0,
            evaluation_number: 18,
            tdx_module: None,
            tdx_module_identities: None,
            levels: vec![
                TcbLevel {
                    sgx: Component::sgx(3),
                    pce_svn: 11,
                    tdx: None,
                    tcb_date: JUNE_2025,
                    status: "UpToDate".to_owned(),
                    advisories: Vec::new(),
                },
                TcbLevel {
                    sgx: Component::sgx(2),
                    pce_svn: 10,
                    tdx: None,
                    tcb_date: JUNE_2024,
                    status: "OutOfDate".to_owned(),
                    advisories: strings(&["INTEL-SA-90002"]),
                },
            ],
            extra: Vec::new(),
        }
    }

    /// TDX TCB info of version 3 with module `TDX_01`.
    #[must_use]
    pub fn tdx() -> Self {
        let mut it = Self::sgx();
        it.id = Some("TDX".to_owned());
        it.tdx_module = Some(TdxModule::intel());
        it.tdx_module_identities = Some(vec![TdxModuleIdentity {
            id: "TDX_01".to_owned(),
            module: TdxModule::intel(),
            levels: vec![
                ModuleLevel::new(5, JUNE_2025, "UpToDate", &[]),
                ModuleLevel::new(3, JUNE_2024, "OutOfDate", &["INTEL-SA-90001"]),
                ModuleLevel::new(2, JUNE_2023, "Revoked", &[]),
            ],
        }]);
        it.levels[0].tdx = Some(Component::tdx([5, 0, 4]));
        it.levels[1].tdx = Some(Component::tdx([3, 0, 3]));
        it
    }

    /// The same statement as version 2 of the interface gives it (SGX only).
    #[must_use]
    pub fn into_v2(mut self) -> Self {
        self.version = 2;
        self.id = None;
        self
    }

    /// The text that is signed.
    #[must_use]
    pub fn json(&self) -> String {
        let mut members = Vec::new();
        members.extend(self.id.as_deref().map(|id| ("id", json::text(id))));
        members.extend([
            ("version", self.version.to_string()),
            ("issueDate", json::text(&rfc3339(self.issue_date))),
            ("nextUpdate", json::text(&rfc3339(self.next_update))),
            ("fmspc", json::hex(&self.fmspc)),
            ("pceId", json::hex(&self.pce_id)),
            ("tcbType", self.tcb_type.to_string()),
            ("tcbEvaluationDataNumber", self.evaluation_number.to_string()),
        ]);
        if let Some(module) = &self.tdx_module {
            members.push(("tdxModule", json::object(&module.members())));
        }
        if let Some(list) = &self.tdx_module_identities {
            members.push(("tdxModuleIdentities", json::array(list.iter().map(TdxModuleIdentity::json))));
        }
        members.push(("tcbLevels", json::array(self.levels.iter().map(|level| level.json(self.version)))));
        members.extend(self.extra.iter().map(|(name, value)| (name.as_str(), value.clone())));
        json::object(&members)
    }
}

pub(crate) fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

fn status(date: i64, word: &str, advisories: &[String]) -> Vec<(&'static str, String)> {
    let mut members = vec![("tcbDate", json::text(&rfc3339(date))), ("tcbStatus", json::text(word))];
    if !advisories.is_empty() {
        members.push(("advisoryIDs", json::array(advisories.iter().map(|id| json::text(id)))));
    }
    members
}
