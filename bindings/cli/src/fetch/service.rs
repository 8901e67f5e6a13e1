//! Where a provisioning certification service answers: versions 3 and 4 of Intel's HTTP API.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;
use veriquote::Fmspc;
use veriquote_facade::PckQuery;

/// A service's base address and API version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// `https://host[:port][/prefix]`, without the part that names the API.
    root: String,
    api: Api,
    intel: bool,
}

/// Version of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Api {
    /// Version 3: SGX only.
    V3,
    /// Version 4: SGX and TDX.
    V4,
}

/// What is verified: enclaves or trust domains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tee {
    /// Enclaves.
    Sgx,
    /// Trust domains.
    Tdx,
}

impl Tee {
    /// `sgx` or `tdx`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sgx => "sgx",
            Self::Tdx => "tdx",
        }
    }
}

/// Which authority issued the PCK certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Ca {
    /// Intel SGX PCK Platform CA.
    Platform,
    /// Intel SGX PCK Processor CA.
    Processor,
}

/// Which TCB evaluation to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evaluation {
    /// What the service gives by itself (`standard`).
    Default,
    /// The newest, as soon as it is published.
    Early,
    /// The newest whose grace period has ended.
    Standard,
    /// The one with this number.
    Number(u32),
}

impl Service {
    /// Reads an address; `api` overrides the version that it names, and version 4 is the default.
    ///
    /// # Errors
    /// A message when the address is not http or https, or names something else than this API.
    pub fn new(url: &str, api: Option<Api>) -> Result<Self, String> {
        let url = url.trim_end_matches('/');
        let host = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"))
            .map(|rest| rest.split(['/', ':']).next().unwrap_or_default())
            .filter(|host| !host.is_empty())
            .ok_or("expected an address that begins with https:// or http://")?;
        if url.contains(['?', '#', ' ']) {
            return Err("expected an address without query, fragment or spaces".to_owned());
        }
        let intel = host.ends_with("trustedservices.intel.com");
        let (root, named) = ["sgx", "tdx"]
            .iter()
            .find_map(|tee| url.split_once(&format!("/{tee}/certification")))
            .map_or((url, None), |(root, rest)| (root, Some(rest)));
        let named = match named {
            None | Some("") => None,
            Some("/v3") => Some(Api::V3),
            Some("/v4") => Some(Api::V4),
            Some(other) => return Err(format!("`{other}` is not a version of the API: use /v3 or /v4")),
        };
        let api = api.or(named).unwrap_or(Api::V4);
        Ok(Self { root: root.to_owned(), api, intel })
    }

    /// The version that is spoken.
    pub fn api(&self) -> Api {
        self.api
    }

    /// True when this is Intel's own service, which serves the root's list elsewhere.
    pub fn is_intel(&self) -> bool {
        self.intel
    }

    /// Address of the PCK certificate that a quote of certification data 1 to 3 names.
    pub fn pck_certificate(&self, query: &PckQuery) -> String {
        let PckQuery { qe_id, encrypted_ppid, cpu_svn, pce_svn, pce_id, .. } = query;
        let ppid = match encrypted_ppid.as_str() {
            "" => String::new(),
            hex => format!("&encrypted_ppid={hex}"),
        };
        // Intel's own service knows no quoting enclaves and takes no parameter that it does not know.
        let qe_id = if self.intel { String::new() } else { format!("&qeid={qe_id}") };
        let base = self.base(Tee::Sgx);
        format!("{base}/pckcert?cpusvn={cpu_svn}&pcesvn={pce_svn}&pceid={pce_id}{qe_id}{ppid}")
    }

    /// Address of the list of the authority that issued the PCK certificate.
    pub fn pck_crl(&self, ca: Ca) -> String {
        let ca = match ca {
            Ca::Platform => "platform",
            Ca::Processor => "processor",
        };
        format!("{}/pckcrl?ca={ca}&encoding=der", self.base(Tee::Sgx))
    }

    /// Address of the root's list, at a caching service.
    pub fn root_ca_crl(&self) -> String {
        format!("{}/rootcacrl", self.base(Tee::Sgx))
    }

    /// Address of the TCB info.
    pub fn tcb_info(&self, tee: Tee, fmspc: Fmspc, evaluation: Evaluation) -> String {
        let fmspc = fmspc.to_string().to_ascii_uppercase();
        format!("{}/tcb?fmspc={fmspc}{}", self.base(tee), evaluation.query('&'))
    }

    /// Address of the quoting enclave's identity.
    pub fn qe_identity(&self, tee: Tee, evaluation: Evaluation) -> String {
        format!("{}/qe/identity{}", self.base(tee), evaluation.query('?'))
    }

    /// Address of the quote verification enclave's identity.
    pub fn qve_identity(&self, evaluation: Evaluation) -> String {
        format!("{}/qve/identity{}", self.base(Tee::Sgx), evaluation.query('?'))
    }

    fn base(&self, tee: Tee) -> String {
        let tee = tee.as_str();
        let api = match self.api {
            Api::V3 => "v3",
            Api::V4 => "v4",
        };
        format!("{}/{tee}/certification/{api}", self.root)
    }
}

impl Evaluation {
    fn query(self, first: char) -> String {
        match self {
            Self::Default => String::new(),
            Self::Early => format!("{first}update=early"),
            Self::Standard => format!("{first}update=standard"),
            Self::Number(number) => format!("{first}tcbEvaluationDataNumber={number}"),
        }
    }
}

impl FromStr for Evaluation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "early" => Ok(Self::Early),
            "standard" => Ok(Self::Standard),
            number => number
                .parse()
                .map(Self::Number)
                .map_err(|_| "expected `early`, `standard` or an evaluation data number".to_owned()),
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base(Tee::Sgx))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_follow_the_api() {
        let fmspc = Fmspc::from([0, 0x80, 0x6f, 5, 0, 0]);
        let service = Service::new("https://pccs.example:8081/sgx/certification/v4/", None).unwrap();
        assert_eq!(
            service.tcb_info(Tee::Tdx, fmspc, Evaluation::Early),
            "https://pccs.example:8081/tdx/certification/v4/tcb?fmspc=00806F050000&update=early"
        );
        assert_eq!(
            service.qe_identity(Tee::Sgx, Evaluation::Number(17)),
            "https://pccs.example:8081/sgx/certification/v4/qe/identity?tcbEvaluationDataNumber=17"
        );
        assert_eq!(
            service.pck_crl(Ca::Processor),
            "https://pccs.example:8081/sgx/certification/v4/pckcrl?ca=processor&encoding=der"
        );
        assert!(!service.is_intel());
    }

    #[test]
    fn the_version_comes_from_the_flag_the_address_or_is_four() {
        for (url, flag, api) in [
            ("https://h", None, Api::V4),
            ("https://h/sgx/certification/v3", None, Api::V3),
            ("https://h/cache/tdx/certification/v4/", None, Api::V4),
            ("https://h/sgx/certification/v4", Some(Api::V3), Api::V3),
        ] {
            assert_eq!(Service::new(url, flag).unwrap().api(), api, "{url}");
        }
        assert!(Service::new("https://api.trustedservices.intel.com", None).unwrap().is_intel());
        assert!(!Service::new("https://trustedservices.intel.com.example", None).unwrap().is_intel());
    }

    #[test]
    fn other_addresses_are_refused() {
        for url in
            ["", "pccs.example", "ftp://h", "https://", "https://h/sgx/certification/v5", "https://h?x=1"]
        {
            assert!(Service::new(url, None).is_err(), "{url}");
        }
    }
}
