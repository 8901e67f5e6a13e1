//! Report bodies: SGX enclaves (384 bytes) and trust domains (584, 648 or 885 bytes).

/// An SGX report body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the field names are those of the format, spec/dcap.md §2.1")]
pub struct SgxReport {
    pub cpu_svn: [u8; 16],
    pub misc_select: [u8; 4],
    pub reserved1: [u8; 12],
    pub isv_ext_prod_id: [u8; 16],
    pub attributes: [u8; 16],
    pub mr_enclave: [u8; 32],
    pub reserved2: [u8; 32],
    pub mr_signer: [u8; 32],
    pub reserved3: [u8; 32],
    pub config_id: [u8; 64],
    pub isv_prod_id: u16,
    pub isv_svn: u16,
    pub config_svn: u16,
    pub reserved4: [u8; 42],
    pub isv_family_id: [u8; 16],
    pub report_data: [u8; 64],
}

/// The signer of Intel's quoting enclave for SGX.
const QE_SIGNER: [u8; 32] = [
    0x8c, 0x4f, 0x57, 0x75, 0xd7, 0x96, 0x50, 0x3e, 0x96, 0x13, 0x7f, 0x77, 0xc6, 0x8a, 0x82, 0x9a, 0x00,
    0x56, 0xac, 0x8d, 0xed, 0x70, 0x14, 0x0b, 0x08, 0x1b, 0x09, 0x44, 0x90, 0xc5, 0x7b, 0xff,
];

/// The signer of Intel's quoting enclave for TDX.
const TD_QE_SIGNER: [u8; 32] = [
    0xdc, 0x9e, 0x2a, 0x7c, 0x6f, 0x94, 0x8f, 0x17, 0x47, 0x4e, 0x34, 0xa7, 0xfc, 0x43, 0xed, 0x03, 0x0f,
    0x7c, 0x15, 0x63, 0xf1, 0xba, 0xbd, 0xdf, 0x63, 0x40, 0xc8, 0x2e, 0x0e, 0x54, 0xa8, 0xc5,
];

impl SgxReport {
    /// An application's enclave: production, 64 bit, initialised.
    #[must_use]
    pub fn application() -> Self {
        Self {
            cpu_svn: [5; 16],
            misc_select: [0; 4],
            reserved1: [0; 12],
            isv_ext_prod_id: [0; 16],
            attributes: attributes(0x05),
            mr_enclave: [0xe1; 32],
            reserved2: [0; 32],
            mr_signer: [0x51; 32],
            reserved3: [0; 32],
            config_id: [0; 64],
            isv_prod_id: 7,
            isv_svn: 1,
            config_svn: 0,
            reserved4: [0; 42],
            isv_family_id: [0; 16],
            report_data: [0xda; 64],
        }
    }

    /// The quoting enclave for SGX, up to date.
    #[must_use]
    pub fn qe() -> Self {
        Self {
            attributes: attributes(0x15),
            mr_signer: QE_SIGNER,
            isv_prod_id: 1,
            isv_svn: 8,
            report_data: [0; 64],
            ..Self::application()
        }
    }

    /// The quoting enclave for TDX, up to date.
    #[must_use]
    pub fn td_qe() -> Self {
        Self { mr_signer: TD_QE_SIGNER, isv_prod_id: 2, ..Self::qe() }
    }

    /// The quote verification enclave, up to date.
    #[must_use]
    pub fn qve() -> Self {
        Self { attributes: attributes(0x05), isv_prod_id: 2, isv_svn: 7, ..Self::qe() }
    }

    /// The 384 bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        [
            &self.cpu_svn[..],
            &self.misc_select,
            &self.reserved1,
            &self.isv_ext_prod_id,
            &self.attributes,
            &self.mr_enclave,
            &self.reserved2,
            &self.mr_signer,
            &self.reserved3,
            &self.config_id,
            &self.isv_prod_id.to_le_bytes(),
            &self.isv_svn.to_le_bytes(),
            &self.config_svn.to_le_bytes(),
            &self.reserved4,
            &self.isv_family_id,
            &self.report_data,
        ]
        .concat()
    }
}

fn attributes(flags: u8) -> [u8; 16] {
    let mut out = [0; 16];
    out[0] = flags;
    out[8] = 0xe7;
    out
}

/// Which fields a TD report has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TdVersion {
    /// 584 bytes, body type 2.
    V10,
    /// 648 bytes, body type 3.
    V15,
    /// 885 bytes, body type 4.
    V15Ex,
}

/// A TD report body of any version: the later fields are left out of earlier versions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the field names are those of the format, spec/dcap.md §2.1")]
pub struct TdReport {
    pub tee_tcb_svn: [u8; 16],
    pub mr_seam: [u8; 48],
    pub mr_signer_seam: [u8; 48],
    pub seam_attributes: [u8; 8],
    pub td_attributes: [u8; 8],
    pub xfam: [u8; 8],
    pub mr_td: [u8; 48],
    pub mr_config_id: [u8; 48],
    pub mr_owner: [u8; 48],
    pub mr_owner_config: [u8; 48],
    pub rtmrs: [[u8; 48]; 4],
    pub report_data: [u8; 64],
    pub tee_tcb_svn2: [u8; 16],
    pub mr_service_td: [u8; 48],
    pub vmid: u8,
    pub td_id: [u8; 32],
    pub dev_info: [u8; 48],
    pub init_service_td_hash: [u8; 48],
    pub init_service_td_attributes: [u8; 8],
    pub init_cpu_svn: [u8; 16],
    pub init_tee_tcb_svn: [u8; 16],
    pub init_tee_fmspc: [u8; 12],
    pub current_service_td_hash: [u8; 48],
    pub current_service_td_attributes: [u8; 8],
}

impl TdReport {
    /// A production TD on an up-to-date platform with module 1.5.
    #[must_use]
    pub fn production() -> Self {
        let mut svn = [0; 16];
        svn[..3].copy_from_slice(&[5, 1, 4]);
        Self {
            tee_tcb_svn: svn,
            mr_seam: [0x5e; 48],
            mr_signer_seam: [0; 48],
            seam_attributes: [0; 8],
            td_attributes: 0x1000_0000_u64.to_le_bytes(),
            xfam: 0x0006_02e7_u64.to_le_bytes(),
            mr_td: [0xd1; 48],
            mr_config_id: [0; 48],
            mr_owner: [0; 48],
            mr_owner_config: [0; 48],
            rtmrs: [[0xa0; 48], [0xa1; 48], [0xa2; 48], [0xa3; 48]],
            report_data: [0xda; 64],
            tee_tcb_svn2: svn,
            mr_service_td: [0; 48],
            vmid: 0,
            td_id: [0; 32],
            dev_info: [0; 48],
            init_service_td_hash: [0; 48],
            init_service_td_attributes: [0; 8],
            init_cpu_svn: [0; 16],
            init_tee_tcb_svn: [0; 16],
            init_tee_fmspc: [0; 12],
            current_service_td_hash: [0; 48],
            current_service_td_attributes: [0; 8],
        }
    }

    /// The bytes of this version.
    #[must_use]
    pub fn encode(&self, version: TdVersion) -> Vec<u8> {
        let mut out = [
            &self.tee_tcb_svn[..],
            &self.mr_seam,
            &self.mr_signer_seam,
            &self.seam_attributes,
            &self.td_attributes,
            &self.xfam,
            &self.mr_td,
            &self.mr_config_id,
            &self.mr_owner,
            &self.mr_owner_config,
            &self.rtmrs.concat(),
            &self.report_data,
        ]
        .concat();
        if version != TdVersion::V10 {
            out.extend(self.tee_tcb_svn2);
            out.extend(self.mr_service_td);
        }
        if version == TdVersion::V15Ex {
            out.push(self.vmid);
            out.extend(self.td_id);
            out.extend(self.dev_info);
            out.extend(self.init_service_td_hash);
            out.extend(self.init_service_td_attributes);
            out.extend(self.init_cpu_svn);
            out.extend(self.init_tee_tcb_svn);
            out.extend(self.init_tee_fmspc);
            out.extend(self.current_service_td_hash);
            out.extend(self.current_service_td_attributes);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(SgxReport::application().encode().len(), 384);
        let td = TdReport::production();
        assert_eq!(td.encode(TdVersion::V10).len(), 584);
        assert_eq!(td.encode(TdVersion::V15).len(), 648);
        assert_eq!(td.encode(TdVersion::V15Ex).len(), 885);
    }
}
