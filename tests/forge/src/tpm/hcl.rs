//! The report of Azure's hardware compatibility layer, as NV index 0x01400001 holds it: little-endian.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::ak::AkKey;
use crate::sha256;

/// A report of which every field can be made wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HclReport {
    /// The hardware's report: 1184 bytes.
    pub hardware_report: Vec<u8>,
    /// 2 for SEV-SNP, 4 for TDX.
    pub report_type: u32,
    /// 1 for SHA-256.
    pub hash_type: u32,
    /// JSON with the attestation key.
    pub variable_data: Vec<u8>,
}

impl HclReport {
    /// A TD's report that binds an RSA attestation key.
    ///
    /// # Panics
    /// For a key that is none of RSA.
    #[must_use]
    pub fn of(key: &AkKey) -> Self {
        let AkKey::Rsa(key) = key else { panic!("firmware's attestation keys are RSA") };
        let n = URL_SAFE_NO_PAD.encode(key.modulus());
        let variable_data = format!(
            r#"{{"keys":[{{"kid":"HCLAkPub","key_ops":["sign"],"kty":"RSA","e":"AQAB","n":"{n}"}}],"vm-configuration":{{"secure-boot":true,"tpm-enabled":true}},"user-data":"00"}}"#
        );
        Self {
            hardware_report: vec![0x5a; 1184],
            report_type: 4,
            hash_type: 1,
            variable_data: variable_data.into_bytes(),
        }
    }

    /// What the hardware's report data are: the digest of the variable data, then zeros.
    #[must_use]
    pub fn report_data(&self) -> [u8; 64] {
        let mut report_data = [0; 64];
        report_data[..32].copy_from_slice(&sha256(&[&self.variable_data]));
        report_data
    }

    /// The report with the padding of NV memory.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = b"HCLA".to_vec();
        out.extend([0; 28]);
        out.extend(&self.hardware_report);
        let size = self.variable_data.len() as u32;
        for number in [size + 20, 1, self.report_type, self.hash_type, size] {
            out.extend(number.to_le_bytes());
        }
        out.extend(&self.variable_data);
        out.resize(2600, 0);
        out
    }
}
