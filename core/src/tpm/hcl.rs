//! The report of Azure's hardware compatibility layer, which ties a vTPM's attestation key to the
//! confidential VM's hardware (NV index 0x01400001).
//!
//! ```text
//! header (32) = "HCLA" | u32 version | u32 report size | u32 request type (2) | u32 status | u32[3] reserved
//! hardware report (1184): an SNP report, or a TD report, padded with zeros
//! u32 data size | u32 version | u32 report type (2 SNP, 4 TDX) | u32 hash (1 SHA-256, 2 SHA-384, 3 SHA-512)
//! u32 size of variable data | variable data: JSON
//! ```
//! All little-endian. The hardware's report data begin with the digest of the variable data, whose `keys`
//! hold the attestation key as the JSON Web Key `HCLAkPub`.

use super::ak::{AkRoute, TrustedAk, route_facts};
use super::checks;
use super::jwk::Jwk;
use super::public::PublicArea;
use crate::bytes::constant_time_eq;
use crate::check::{Failure, Trace};
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{self, Strictness};
use crate::limits;
use crate::reader::{Reader, length};
use crate::time::Window;

/// A parsed HCL report. Nothing in it is authentic until the hardware's report is verified elsewhere and
/// binds it: [`TrustedAk::bound_to_tee`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HclReport<'a> {
    hardware_report: &'a [u8],
    report_type: HclReportType,
    hash: HashAlgorithm,
    variable_data: &'a [u8],
}

/// Whose report the hardware's is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HclReportType {
    /// A TD report, which a quoting enclave turns into a TDX quote.
    Tdx,
    /// An AMD SEV-SNP report.
    Snp,
}

impl<'a> HclReport<'a> {
    /// Parses a report, with the padding that NV memory leaves behind it.
    ///
    /// # Errors
    /// `tpm.hcl.layout`, `tpm.algorithm`, `input.truncated`, `limit.size`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::read(bytes).map_err(|error| error.inside("hcl_report"))
    }

    fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.len() > limits::TPM_STRUCTURE_BYTES {
            return Err(Error::new(Code::LimitSize, "").with(Fact::count("size", bytes.len())));
        }
        let mut reader = Reader::new(bytes);
        let signature: [u8; 4] = reader.array("header.signature")?;
        if signature != *b"HCLA" {
            return Err(layout("header.signature", 0));
        }
        reader.take(28, "header")?;
        let hardware_report = reader.take(1184, "hardware_report")?;
        reader.u32_le("data_size")?;
        reader.u32_le("version")?;
        let at = reader.offset();
        let report_type = match reader.u32_le("report_type")? {
            2 => HclReportType::Snp,
            4 => HclReportType::Tdx,
            _ => return Err(layout("report_type", at)),
        };
        let at = reader.offset();
        let hash = match reader.u32_le("hash_type")? {
            1 => HashAlgorithm::Sha256,
            2 => HashAlgorithm::Sha384,
            3 => HashAlgorithm::Sha512,
            _ => return Err(Error::new(Code::TpmAlgorithm, "hash_type").at(at)),
        };
        let size = length(reader.u32_le("variable_data_size")?);
        let variable_data = reader.take(size, "variable_data")?;
        let at = reader.offset();
        if reader.rest().iter().any(|byte| *byte != 0) {
            return Err(layout("padding", at));
        }
        Ok(Self { hardware_report, report_type, hash, variable_data })
    }

    /// The hardware's report, for a verifier of that hardware.
    #[must_use]
    pub const fn unauthenticated_hardware_report(&self) -> &'a [u8] {
        self.hardware_report
    }

    /// Whose report it claims to be.
    #[must_use]
    pub const fn unauthenticated_report_type(&self) -> HclReportType {
        self.report_type
    }

    /// The variable data: JSON with keys, the VM's configuration and the user's data.
    #[must_use]
    pub const fn unauthenticated_variable_data(&self) -> &'a [u8] {
        self.variable_data
    }

    /// The digest of the variable data is the beginning of the hardware's report data.
    fn check_binding(&self, report_data: &[u8; 64], provider: &dyn CryptoProvider) -> Result<(), Error> {
        let digest = provider.hash(self.hash, &[self.variable_data]);
        let bound = report_data.get(..digest.as_slice().len()).unwrap_or_default();
        if constant_time_eq(digest.as_slice(), bound) {
            return Ok(());
        }
        Err(Error::new(Code::TpmHclBinding, "hcl_report.variable_data")
            .with(Fact::bytes("expected", *report_data))
            .with(Fact::bytes("actual", digest.as_slice())))
    }

    fn attestation_key(&self) -> Result<Jwk, Error> {
        let document = json::parse(self.variable_data, Strictness::DOCUMENT)?;
        let members = document.members().unwrap_or_default();
        let keys = members.iter().find(|member| member.name == "keys").and_then(|m| m.node.items());
        let mut found = keys.unwrap_or_default().iter().filter(|key| {
            let members = key.members().unwrap_or_default();
            members.iter().any(|member| member.name == "kid" && member.node.text() == Some(AK_KEY_ID))
        });
        match (found.next(), found.next()) {
            (Some(key), None) => Jwk::read(key),
            _ => Err(Error::new(Code::TpmHclLayout, "keys")
                .with(Fact::text("problem", "not exactly one key is the attestation key"))),
        }
    }
}

impl<'p> TrustedAk<'p> {
    /// The hardware binds the key: `authentic_report_data` are the 64 bytes of report data of evidence
    /// that was verified elsewhere, of this machine's hardware, and of which the policy accepts the rest
    /// (for SNP: VMPL 0). With `area`, the public area of the key, its attributes are checked as well; the
    /// report has the key alone.
    ///
    /// # Errors
    /// `tpm.hcl.binding`, `tpm.hcl.layout`, `json.…`, `tpm.key.weak`; `tpm.name` for the public area of
    /// another key, and those of [`TrustedAk::pinned`].
    pub fn bound_to_tee(
        report: &HclReport<'_>,
        authentic_report_data: &[u8; 64],
        area: Option<&PublicArea<'_>>,
        provider: &'p dyn CryptoProvider,
    ) -> Result<Self, Failure> {
        let mut trace = Trace::new();
        // Not a byte of the variable data is looked at before it is bound.
        let key = report.check_binding(authentic_report_data, provider).and_then(|()| {
            report.attestation_key().map_err(|error| error.inside("hcl_report.variable_data"))
        });
        let jwk = match trace.apply(checks::HCL_BINDING, key) {
            Err(error) => return Err(trace.fail(error)),
            Ok(jwk) => jwk,
        };
        if area.is_some_and(|area| !area.key().is_same_key(&jwk.key())) {
            let error = Error::new(Code::TpmName, "public")
                .with(Fact::text("problem", "the public area is not of the key that the report binds"));
            trace.failed(checks::AK_TRUST, &error);
            return Err(trace.fail(error));
        }
        trace.passed(checks::AK_TRUST, route_facts(AkRoute::TeeBound));
        match area {
            Some(area) => Self::admit(area, AkRoute::TeeBound, Window::ALWAYS, trace, provider),
            None => Self::admit_key(&jwk.key(), AkRoute::TeeBound, Window::ALWAYS, trace, provider),
        }
    }
}

fn layout(part: &'static str, offset: usize) -> Error {
    Error::new(Code::TpmHclLayout, part).at(offset)
}

const AK_KEY_ID: &str = "HCLAkPub";

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::crypto::RustCrypto;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn variable_data(kid: &str) -> Vec<u8> {
        let n = URL_SAFE_NO_PAD.encode([0xc3; 256]);
        alloc::format!(
            r#"{{"keys":[{{"kid":"HCLEkPub","kty":"RSA","e":"AQAB","n":"{n}"}},{{"kid":"{kid}","key_ops":["encrypt"],"kty":"RSA","e":"AQAB","n":"{n}"}}],"vm-configuration":{{"secure-boot":true}},"user-data":"00"}}"#
        )
        .into_bytes()
    }

    fn report(hash: u32, data: &[u8]) -> Vec<u8> {
        let mut report = b"HCLA".to_vec();
        report.extend([0; 28]);
        report.extend([0x5a; 1184]);
        for number in [0, 1, 2, hash, u32::try_from(data.len()).unwrap()] {
            report.extend(number.to_le_bytes());
        }
        report.extend(data);
        report.extend([0; 100]);
        report
    }

    fn bind(data: &[u8]) -> [u8; 64] {
        let digest = RustCrypto.hash(HashAlgorithm::Sha256, &[data]);
        let mut bound = [0; 64];
        bound[..32].copy_from_slice(digest.as_slice());
        bound
    }

    fn code(report: &[u8], bound: &[u8; 64]) -> Option<Code> {
        let report = HclReport::parse(report).unwrap();
        TrustedAk::bound_to_tee(&report, bound, None, &RustCrypto).err().map(|failure| failure.error.code())
    }

    #[test]
    fn the_key_is_trusted_only_when_the_hardware_binds_it() {
        let data = variable_data(AK_KEY_ID);
        let bytes = report(1, &data);
        let bound = bind(&data);
        let trusted =
            TrustedAk::bound_to_tee(&HclReport::parse(&bytes).unwrap(), &bound, None, &RustCrypto).unwrap();
        assert_eq!((trusted.route(), trusted.attributes_checked()), (AkRoute::TeeBound, false));
        let mut other = bound;
        other[31] ^= 1;
        assert_eq!(code(&bytes, &other), Some(Code::TpmHclBinding));
        let mut edited = bytes.clone();
        let at = edited.len() - 101;
        edited[at] = b' ';
        assert_eq!(code(&edited, &bound), Some(Code::TpmHclBinding));
        let without = variable_data("another");
        assert_eq!(code(&report(1, &without), &bind(&without)), Some(Code::TpmHclLayout));
        let twice = variable_data("HCLEkPub");
        let twice = alloc::string::String::from_utf8(twice).unwrap().replace("HCLEkPub", AK_KEY_ID);
        assert_eq!(code(&report(1, twice.as_bytes()), &bind(twice.as_bytes())), Some(Code::TpmHclLayout));
    }

    #[test]
    fn refuses_every_cut_and_other_layouts() {
        let bytes = report(1, &variable_data(AK_KEY_ID));
        let whole = bytes.len() - 100;
        for len in 0..whole {
            assert!(HclReport::parse(&bytes[..len]).is_err(), "cut at {len}");
        }
        for (at, byte, code) in [
            (0, b'X', Code::TpmHclLayout),
            (1224, 7, Code::TpmHclLayout),
            (1228, 9, Code::TpmAlgorithm),
            (whole + 1, 1, Code::TpmHclLayout),
        ] {
            let mut bad = bytes.clone();
            bad[at] = byte;
            assert_eq!(HclReport::parse(&bad).unwrap_err().code(), code, "{at}");
        }
    }
}
