//! Intel's SGX extension of PCK certificates, 1.2.840.113741.1.13.1.

use crate::certificate::Extension;
use crate::der::{boolean, integer, octets, oid, sequence, tlv};

/// The extension's content; [`SgxExtension::elements`] is what is encoded, so it can be edited too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SgxExtension {
    /// Provisioning id of the platform.
    pub ppid: Vec<u8>,
    /// Security versions.
    pub tcb: PckTcb,
    /// Provisioning certification enclave.
    pub pce_id: Vec<u8>,
    /// Platform family.
    pub fmspc: Vec<u8>,
    /// 0 standard, 1 scalable, 2 scalable with integrity.
    pub sgx_type: u8,
    /// Platform CA only.
    pub platform_instance_id: Option<Vec<u8>>,
    /// Platform CA only.
    pub configuration: Option<PckConfiguration>,
    /// Replaces the elements (each one `SEQUENCE { OID, value }`) when set.
    pub elements: Option<Vec<Vec<u8>>>,
}

/// The security versions that the PCK certificate was issued for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PckTcb {
    /// Sixteen component security versions.
    pub components: Vec<i64>,
    /// Security version of the PCE.
    pub pce_svn: i64,
    /// The raw CPU security version.
    pub cpu_svn: Vec<u8>,
}

/// How the platform is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PckConfiguration {
    /// Packages can be added.
    pub dynamic_platform: bool,
    /// Intel holds the platform's keys.
    pub cached_keys: bool,
    /// Simultaneous multithreading is on.
    pub smt_enabled: bool,
}

impl SgxExtension {
    /// What a Platform CA certifies: seven elements.
    #[must_use]
    pub fn platform() -> Self {
        Self {
            ppid: (0..16).map(|i| 0xa0 | i).collect(),
            tcb: PckTcb { components: vec![5; 16], pce_svn: 13, cpu_svn: vec![5; 16] },
            pce_id: vec![0, 0],
            fmspc: vec![0x90, 0xc0, 0x6f, 0, 0, 0],
            sgx_type: 1,
            platform_instance_id: Some((0..16).map(|i| 0xb0 | i).collect()),
            configuration: Some(PckConfiguration {
                dynamic_platform: true,
                cached_keys: false,
                smt_enabled: true,
            }),
            elements: None,
        }
    }

    /// What a Processor CA certifies: five elements.
    #[must_use]
    pub fn processor() -> Self {
        Self { sgx_type: 0, platform_instance_id: None, configuration: None, ..Self::platform() }
    }

    /// The elements that the other fields describe.
    #[must_use]
    pub fn natural_elements(&self) -> Vec<Vec<u8>> {
        let mut components: Vec<_> = (1_i64..)
            .zip(&self.tcb.components)
            .map(|(number, svn)| element(&format!("2.{number}"), integer(*svn)))
            .collect();
        components.push(element("2.17", integer(self.tcb.pce_svn)));
        components.push(element("2.18", octets(&self.tcb.cpu_svn)));
        let mut list = vec![
            element("1", octets(&self.ppid)),
            element("2", sequence(&components)),
            element("3", octets(&self.pce_id)),
            element("4", octets(&self.fmspc)),
            element("5", tlv(0x0a, &[self.sgx_type])),
        ];
        list.extend(self.platform_instance_id.as_ref().map(|id| element("6", octets(id))));
        list.extend(self.configuration.map(|configuration| {
            element(
                "7",
                sequence(&[
                    element("7.1", boolean(configuration.dynamic_platform)),
                    element("7.2", boolean(configuration.cached_keys)),
                    element("7.3", boolean(configuration.smt_enabled)),
                ]),
            )
        }));
        list
    }

    pub(crate) fn extension(&self) -> Extension {
        let elements = self.elements.clone().unwrap_or_else(|| self.natural_elements());
        Extension::new(Extension::SGX, false, sequence(&elements))
    }
}

fn element(arc: &str, value: Vec<u8>) -> Vec<u8> {
    sequence(&[oid(&format!("{}.{arc}", Extension::SGX)), value])
}
