//! Fake NVIDIA devices: certificates of GPUs and switches, their reports, reference integrity manifests,
//! revocation lists and OCSP responses.

mod certificate;
mod key;
mod report;
mod rim;

pub use certificate::{
    CERT_ID_HASHES, COMPOSITE_DEVICE_ID, EXTENDED_KEY_USAGE, NvCertificate, NvCrl, Ocsp, OcspStatus,
    TCB_INFO, name,
};
pub use key::{NvKey, der_of, sha384};
pub use report::{Block, NvReport};
pub use rim::{NvRim, Resource};

use crate::time::{DAY, NOW};

/// A device before its report is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NvDevice {
    /// What it is called at its collector: `HOPPER`, `BLACKWELL`, `LS10`.
    pub architecture: &'static str,
    /// The certificates, leaf first.
    pub chain: Vec<NvCertificate>,
    /// The report.
    pub report: NvReport,
}

/// Devices of one machine with all that verifies them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NvForge {
    /// The challenge.
    pub nonce: [u8; 32],
    /// The devices.
    pub devices: Vec<NvDevice>,
    /// Reference manifests.
    pub rims: Vec<NvRim>,
    /// Revocation lists.
    pub crls: Vec<NvCrl>,
    /// OCSP responses.
    pub ocsp: Vec<Ocsp>,
    /// Seconds since 1970.
    pub now: i64,
}

/// What a device of the forge gives out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NvForgedDevice {
    /// What it is called at its collector.
    pub architecture: &'static str,
    /// The report.
    pub report: Vec<u8>,
    /// The certificates in PEM, leaf first.
    pub chain: String,
}

/// The root of the forge's devices.
#[must_use]
pub fn device_root() -> NvCertificate {
    NvCertificate::root("NVIDIA Device Identity CA")
}

/// The root of the forge's manifests.
#[must_use]
pub fn rim_root() -> NvCertificate {
    NvCertificate::root("NVIDIA CoRIM signing Root CA")
}

/// Signer, two authorities and root of manifests for `product`.
#[must_use]
pub fn rim_chain(product: &str) -> Vec<NvCertificate> {
    let root = rim_root();
    let family = NvCertificate::authority(&format!("NVIDIA Reference Value {product} CA"), &root);
    let issuer = NvCertificate::authority(&format!("NVIDIA Reference Value L3 {product} 001"), &family);
    let signer = NvCertificate::leaf("RIM L4 Signer", &format!("rim signer {product}"), &issuer);
    let signer = signer.valid(NOW - 100 * DAY, NOW + 600 * DAY);
    vec![signer, issuer, family, root]
}

/// The digest of the first mutable code of every device of the forge.
#[must_use]
pub fn fwid() -> [u8; 48] {
    sha384(b"first mutable code")
}

/// Measurement `index` of the forge's GPUs and switches, counted from 0.
#[must_use]
pub fn measurement(index: u8) -> [u8; 48] {
    sha384(&[b'm', index])
}

/// Leaf, boot ROM, provisioning authority, family and root. `number` tells devices apart.
#[must_use]
pub fn device_chain(architecture: &str, number: u8) -> Vec<NvCertificate> {
    let (chip, processor, family) = match architecture {
        "HOPPER" => ("GH100", "GSP", "GH100"),
        "BLACKWELL" => ("GB100", "GSP", "GB100"),
        _ => ("LS_10", "FSP", "GH100"),
    };
    let root = device_root();
    let family = NvCertificate::authority(&format!("NVIDIA {family} Identity"), &root);
    let provisioner = NvCertificate::authority(&format!("NVIDIA {chip} Provisioner ICA 1"), &family);
    let mut rom = NvCertificate::authority(&format!("{chip} A01 {processor} BROM"), &provisioner);
    rom.key = NvKey::new(format!("{chip} boot rom {number}"));
    rom.fields.spki = Some(rom.key.spki());
    rom.fields.put(crate::Extension::new(
        crate::Extension::SUBJECT_KEY,
        false,
        crate::tlv(4, &rom.key.identifier()),
    ));
    rom.fields.serial = crate::sha256(&[b"rom", chip.as_bytes(), &[number]])[..16].to_vec();
    rom.fields.serial[0] &= 0x7f;
    let label = format!("{chip} attestation key {number}");
    let leaf = NvCertificate::leaf(&format!("{chip} A01 {processor} FMC LF"), &label, &rom);
    let leaf = match architecture {
        "BLACKWELL" => leaf.with_tcb_info(&fwid()),
        _ => leaf.with_composite_device_id(&fwid()),
    };
    vec![leaf, rom, provisioner, family, root]
}

const NONCE: [u8; 32] = [0x4e; 32];

/// Fields of the opaque data of a GPU.
fn gpu_opaque() -> Vec<(u16, Vec<u8>)> {
    vec![
        (6, vec![0, 0x9f, 0, 0x96, 1, 0, 0, 0]),
        (15, b"882\0\0\0\0\0\0".to_vec()),
        (17, b"1010\0".to_vec()),
        (18, b"0200\0".to_vec()),
        (3, b"550.90.07\0".to_vec()),
        (11, vec![0x55]),
        (20, fwid().to_vec()),
        (21, vec![0x55]),
        (34, vec![1, 0]),
        (36, vec![0, 0]),
    ]
}

impl NvDevice {
    /// A GPU of this architecture.
    #[must_use]
    pub fn gpu(architecture: &'static str, number: u8) -> Self {
        let values: Vec<_> = (0..64).map(measurement).collect();
        let mut report = NvReport::new(NONCE, &values, gpu_opaque());
        if architecture == "BLACKWELL" {
            report.put(6, &[0, 0x88, 0, 0x97, 0x0f, 0, 0, 0]);
            report.put(17, b"G525\0");
            report.put(3, b"575.32\0");
            report.put(35, b"GB100\0");
        }
        Self { architecture, chain: device_chain(architecture, number), report }
    }

    /// A switch.
    #[must_use]
    pub fn switch(number: u8) -> Self {
        let values: Vec<_> = (0..31).map(measurement).collect();
        let pdis: Vec<u8> = (0..8).flat_map(gpu_pdi).chain([0; 64]).collect();
        let opaque = vec![
            (6, b"96.10.55.00.01".to_vec()),
            (22, switch_pdi(number).to_vec()),
            (26, pdis),
            (24, vec![number, 0]),
        ];
        let report = NvReport::new(NONCE, &values, opaque);
        Self { architecture: "LS10", chain: device_chain("LS10", number), report }
    }

    /// The device, signed.
    #[must_use]
    pub fn build(&self) -> NvForgedDevice {
        let key = self.chain.first().map_or_else(|| NvKey::new("nobody"), |leaf| leaf.key.clone());
        NvForgedDevice {
            architecture: self.architecture,
            report: self.report.bytes(&key),
            chain: self.chain.iter().map(NvCertificate::pem).collect(),
        }
    }
}

/// How a switch calls itself.
#[must_use]
pub fn switch_pdi(number: u8) -> [u8; 8] {
    [0x50, 0x20, 0x3e, 0xb3, 0x1a, 0xd9, number, 1]
}

fn gpu_pdi(number: u8) -> [u8; 8] {
    [0x40, 0xb9, 0xc6, 0xb3, 0, 0, number, 2]
}

/// The links of a GPU to these switches: 18, each to one of them, in the opposite order of bytes.
#[must_use]
pub fn links(switches: &[[u8; 8]]) -> Vec<u8> {
    (0..18).flat_map(|link| switches[link % switches.len()].into_iter().rev()).collect()
}

/// The manifest of a GPU's driver.
#[must_use]
pub fn driver_rim(product: &str, version: &str) -> NvRim {
    let indices = [7].into_iter().chain(21..=40);
    let resources = indices.map(|index| match index {
        23 => Resource::active(index, &[sha384(b"other"), measurement(index)]),
        _ => Resource::active(index, &[measurement(index)]),
    });
    NvRim::new(product, "GPU", version, resources.collect())
}

/// The manifest of a GPU's VBIOS.
#[must_use]
pub fn vbios_rim(product: &str, version: &str) -> NvRim {
    let indices = (0..=6).chain(8..=12);
    let mut resources: Vec<_> = indices.map(|index| Resource::active(index, &[measurement(index)])).collect();
    // Rows that are not in force are there as well, and say nothing.
    resources.push(Resource { active: "False".to_owned(), ..Resource::active(13, &[[0; 48]]) });
    NvRim::new(product, "GPU", version, resources)
}

/// The manifest of a switch.
#[must_use]
pub fn switch_rim() -> NvRim {
    let resources = (0..=30).map(|index| Resource::active(index, &[measurement(index)])).collect();
    NvRim::new("LS10", "SWITCH", "96.10.55.00.01", resources)
}

impl NvForge {
    fn of(devices: Vec<NvDevice>, rims: Vec<NvRim>) -> Self {
        Self { nonce: NONCE, devices, rims, crls: Vec::new(), ocsp: Vec::new(), now: NOW }
    }

    /// One Hopper GPU in single-GPU mode.
    #[must_use]
    pub fn hopper() -> Self {
        let rims = vec![driver_rim("GH100", "550.90.07"), vbios_rim("GH100", "96.00.9F.00.01")];
        Self::of(vec![NvDevice::gpu("HOPPER", 0)], rims)
    }

    /// One Blackwell GPU.
    #[must_use]
    pub fn blackwell() -> Self {
        let rims = vec![driver_rim("GB100", "575.32"), vbios_rim("GB100", "97.00.88.00.0F")];
        Self::of(vec![NvDevice::gpu("BLACKWELL", 0)], rims)
    }

    /// One switch.
    #[must_use]
    pub fn switch() -> Self {
        Self::of(vec![NvDevice::switch(0)], vec![switch_rim()])
    }

    /// Eight GPUs and four switches in protected PCIe mode.
    #[must_use]
    pub fn ppcie() -> Self {
        let switches: Vec<[u8; 8]> = (0..4).map(switch_pdi).collect();
        let mut devices = Vec::new();
        for number in 0..8 {
            let mut gpu = NvDevice::gpu("HOPPER", number);
            gpu.report.put(21, &[0xaa]);
            gpu.report.put(22, &links(&switches));
            gpu.report.put(36, &[2, 0]);
            devices.push(gpu);
        }
        devices.extend((0..4).map(NvDevice::switch));
        let mut rims = Self::hopper().rims;
        rims.push(switch_rim());
        Self::of(devices, rims)
    }

    /// The machines whose cases are data.
    #[must_use]
    pub fn all() -> [(&'static str, Self); 3] {
        [("hopper", Self::hopper()), ("blackwell", Self::blackwell()), ("switch", Self::switch())]
    }

    /// The machine of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "ppcie" => Some(Self::ppcie()),
            _ => Self::all().into_iter().find(|(other, _)| *other == name).map(|(_, forge)| forge),
        }
    }

    /// Lists of every authority of the first device that signs them.
    #[must_use]
    pub fn with_crls(mut self) -> Self {
        let device = &self.devices[0].chain;
        let rims = self.rims.first().map(|rim| rim.chain.clone()).unwrap_or_default();
        self.crls = [&device[4], &device[3], &rims[3], &rims[2]].into_iter().map(NvCrl::of).collect();
        self
    }

    /// The devices, signed.
    #[must_use]
    pub fn build(&self) -> Vec<NvForgedDevice> {
        self.devices.iter().map(NvDevice::build).collect()
    }
}
