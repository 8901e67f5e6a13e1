//! What a document of collateral is about.

use std::fmt;

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
    },
    /// The quoting enclave's identity.
    QeIdentity {
        /// Which API serves it.
        api: Api,
        /// For what.
        tee: Tee,
    },
    /// The quote verification enclave's identity.
    QveIdentity {
        /// Which API serves it.
        api: Api,
    },
    /// The list of a PCK authority: DER.
    PckCrl {
        /// Of which.
        ca: Ca,
    },
    /// The list of the root: DER.
    RootCaCrl,
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

impl fmt::Display for DocumentKey {
    /// The key in the store.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TcbInfo { api, tee, fmspc } => {
                write!(f, "{}/{}/tcb/{fmspc}", tee.as_str(), api.as_str())
            }
            Self::QeIdentity { api, tee } => write!(f, "{}/{}/qe/identity", tee.as_str(), api.as_str()),
            Self::QveIdentity { api } => write!(f, "sgx/{}/qve/identity", api.as_str()),
            Self::PckCrl { ca } => write!(f, "pckcrl/{}", ca.as_str()),
            Self::RootCaCrl => f.write_str("rootcacrl"),
        }
    }
}
