//! What a document of collateral is about, and where it is asked for.

use std::fmt;

use super::nvidia_crl::CrlName;

/// Version of the provisioning certification service's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Api {
    /// Version 3: TCB info of version 2, SGX only.
    V3,
    /// Version 4: TCB info of version 3.
    V4,
}

/// Enclaves or trust domains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tee {
    /// Enclaves.
    Sgx,
    /// Trust domains.
    Tdx,
}

/// Which authority issues the PCK certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ca {
    /// Of servers with several packages.
    Platform,
    /// Of machines with one package.
    Processor,
}

/// Which TCB evaluation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evaluation {
    /// The one whose grace period has ended: what services give by themselves.
    #[default]
    Standard,
    /// The newest.
    Early,
    /// The one of this number.
    Number(u32),
}

/// What names a PCK certificate: hex in lower case, as the quote has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PckQuery {
    /// 768 digits; empty where the caching service knows the platform.
    pub encrypted_ppid: String,
    /// 32 digits.
    pub cpu_svn: String,
    /// 4 digits.
    pub pce_svn: String,
    /// 4 digits.
    pub pce_id: String,
    /// 32 digits; may be empty.
    pub qe_id: String,
}

/// Names a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKey {
    /// TCB info of a platform family (six bytes in lower-case hex).
    TcbInfo {
        /// Which API serves it.
        api: Api,
        /// For what.
        tee: Tee,
        /// The family.
        fmspc: String,
        /// Which evaluation.
        evaluation: Evaluation,
    },
    /// The quoting enclave's identity.
    QeIdentity {
        /// Which API serves it.
        api: Api,
        /// For what.
        tee: Tee,
        /// Which evaluation.
        evaluation: Evaluation,
    },
    /// The quote verification enclave's identity.
    QveIdentity {
        /// Which API serves it.
        api: Api,
        /// Which evaluation.
        evaluation: Evaluation,
    },
    /// The list of a PCK authority: DER.
    PckCrl {
        /// Of which.
        ca: Ca,
    },
    /// The list of the root: DER.
    RootCaCrl,
    /// A PCK certificate: PEM.
    PckCertificate(PckQuery),
    /// A reference integrity manifest of NVIDIA, in the answer of its service.
    Rim(RimId),
    /// A revocation list of NVIDIA: DER.
    NvidiaCrl(CrlName),
}

/// Names a manifest, such as `NV_GPU_DRIVER_GH100_550.90.07`: in upper case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RimId(String);

impl RimId {
    /// The name, if it can be one: `NV_`, and letters, digits, points, `_` and `-` after it, at most 128 in all.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let name = name.to_ascii_uppercase();
        let allowed = |c: u8| c.is_ascii_alphanumeric() || b"._-".contains(&c);
        let good = name.starts_with("NV_") && name.len() <= 128 && name.bytes().all(allowed);
        (good && !name.contains("..")).then_some(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Api {
    /// `v3` or `v4`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V3 => "v3",
            Self::V4 => "v4",
        }
    }
}

impl Tee {
    /// `sgx` or `tdx`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sgx => "sgx",
            Self::Tdx => "tdx",
        }
    }
}

impl Ca {
    /// `platform` or `processor`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Processor => "processor",
        }
    }

    /// The authority of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Platform, Self::Processor].into_iter().find(|ca| ca.as_str() == name)
    }
}

impl Evaluation {
    fn suffix(self) -> String {
        match self {
            Self::Standard => String::new(),
            Self::Early => "/early".to_owned(),
            Self::Number(number) => format!("/{number}"),
        }
    }

    fn query(self) -> String {
        match self {
            Self::Standard => String::new(),
            Self::Early => "update=early".to_owned(),
            Self::Number(number) => format!("tcbEvaluationDataNumber={number}"),
        }
    }
}

impl DocumentKey {
    /// Path and query of the document at a caching service.
    #[must_use]
    pub fn path(&self) -> String {
        let with = |path: String, query: &[&str]| {
            let query: Vec<&str> = query.iter().copied().filter(|part| !part.is_empty()).collect();
            if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
        };
        let base = |tee: Tee, api: Api, rest: &str| {
            format!("/{}/certification/{}/{rest}", tee.as_str(), api.as_str())
        };
        match self {
            Self::TcbInfo { api, tee, fmspc, evaluation } => {
                let fmspc = format!("fmspc={}", fmspc.to_ascii_uppercase());
                with(base(*tee, *api, "tcb"), &[&fmspc, &evaluation.query()])
            }
            Self::QeIdentity { api, tee, evaluation } => {
                with(base(*tee, *api, "qe/identity"), &[&evaluation.query()])
            }
            Self::QveIdentity { api, evaluation } => {
                with(base(Tee::Sgx, *api, "qve/identity"), &[&evaluation.query()])
            }
            Self::PckCrl { ca } => {
                with(base(Tee::Sgx, Api::V4, "pckcrl"), &[&format!("ca={}", ca.as_str()), "encoding=der"])
            }
            Self::RootCaCrl => base(Tee::Sgx, Api::V4, "rootcacrl"),
            Self::Rim(id) => format!("/v1/rim/{}", id.as_str()),
            Self::NvidiaCrl(name) => format!("/{}.crl", name.as_str()),
            Self::PckCertificate(query) => {
                let part = |name: &str, value: &str| {
                    if value.is_empty() {
                        String::new()
                    } else {
                        format!("{name}={}", value.to_ascii_uppercase())
                    }
                };
                with(
                    base(Tee::Sgx, Api::V4, "pckcert"),
                    &[
                        &part("encrypted_ppid", &query.encrypted_ppid),
                        &part("cpusvn", &query.cpu_svn),
                        &part("pcesvn", &query.pce_svn),
                        &part("pceid", &query.pce_id),
                        &part("qeid", &query.qe_id),
                    ],
                )
            }
        }
    }
}

impl DocumentKey {
    /// What the log may say of it: the key of a PCK certificate names a machine.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::PckCertificate(_) => PCK_CERTIFICATES.trim_end_matches('/').to_owned(),
            other => other.to_string(),
        }
    }
}

/// With what the keys of PCK certificates begin.
pub const PCK_CERTIFICATES: &str = "pckcert/";

impl fmt::Display for DocumentKey {
    /// The key in the store.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TcbInfo { api, tee, fmspc, evaluation } => {
                write!(f, "{}/{}/tcb/{fmspc}{}", tee.as_str(), api.as_str(), evaluation.suffix())
            }
            Self::QeIdentity { api, tee, evaluation } => {
                write!(f, "{}/{}/qe/identity{}", tee.as_str(), api.as_str(), evaluation.suffix())
            }
            Self::QveIdentity { api, evaluation } => {
                write!(f, "sgx/{}/qve/identity{}", api.as_str(), evaluation.suffix())
            }
            Self::PckCrl { ca } => write!(f, "pckcrl/{}", ca.as_str()),
            Self::RootCaCrl => f.write_str("rootcacrl"),
            Self::Rim(id) => write!(f, "rim/{}", id.as_str()),
            Self::NvidiaCrl(name) => write!(f, "nvcrl/{}", name.as_str()),
            Self::PckCertificate(query) => write!(
                f,
                "{PCK_CERTIFICATES}{}/{}/{}/{}/{}",
                query.qe_id, query.cpu_svn, query.pce_svn, query.pce_id, query.encrypted_ppid
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_names_no_machine() {
        let query = PckQuery {
            encrypted_ppid: "ab".repeat(384),
            cpu_svn: "00".repeat(16),
            pce_svn: "0b00".to_owned(),
            pce_id: "0000".to_owned(),
            qe_id: "cd".repeat(16),
        };
        assert_eq!(DocumentKey::PckCertificate(query).shown(), "pckcert");
        assert_eq!(DocumentKey::RootCaCrl.shown(), "rootcacrl");
    }
}
