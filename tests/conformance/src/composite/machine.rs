//! A forged trust domain with a forged GPU, bound in every mode. How, is computed here once more: the forge is
//! an oracle of its own.

use serde_json::{Value, json};
use veriquote_forge::nvidia::{NvForge, NvForgedDevice};
use veriquote_forge::tpm::TpmForge;
use veriquote_forge::{Body, Forge, hex, sha256, sha512};

use crate::nvidia;

/// Every mode of binding, by name.
pub(super) const MODES: [&str; 9] = [
    "veriquote",
    "trustee-first32",
    "identity-nonce",
    "secretvm",
    "ita-nonce",
    "ita-nonce-data",
    "attestation-rs",
    "cocos",
    "manifest",
];

const CHALLENGE: [u8; 32] = [0x43; 32];
const IDENTITY: [u8; 32] = [0x1d; 32];
const DATA: &[u8] = b"a key of the machine";
const NONCE: (&[u8], &[u8]) = (b"a verifier's nonce", b"2026-01-15");

/// A machine in the making.
#[derive(Clone, Debug)]
pub struct Machine {
    mode: &'static str,
    /// The trust domain.
    pub td: Forge,
    /// Its devices.
    pub devices: NvForge,
    /// Another challenge of the devices than the mode's.
    pub device_nonce: Option<[u8; 32]>,
    /// Other report data than the mode's.
    pub report_data: Option<[u8; 64]>,
    /// Its TPM.
    pub tpm: Option<TpmForge>,
}

impl Machine {
    /// A trust domain with one Hopper GPU.
    ///
    /// # Panics
    /// When there is no such mode.
    #[must_use]
    pub fn of(mode: &str) -> Self {
        let mode = MODES.into_iter().find(|known| *known == mode).expect("a mode");
        Self {
            mode,
            td: Forge::tdx4(),
            devices: NvForge::hopper(),
            device_nonce: None,
            report_data: None,
            tpm: None,
        }
    }

    fn nonce(&self) -> [u8; 32] {
        let (value, issued_at) = NONCE;
        self.device_nonce.unwrap_or_else(|| match self.mode {
            "veriquote" => sha256(&[b"veriquote/gpu/v1", &CHALLENGE, &sha256(&[DATA])]),
            "ita-nonce" => sha256(&[value, issued_at]),
            "ita-nonce-data" => sha256(&[value, issued_at, DATA]),
            "attestation-rs" => sha256(&[&CHALLENGE, b"NVIDIA-GPU-EAT-v1"]),
            "cocos" => sha256(&[&CHALLENGE, b":gpu"]),
            "manifest" => sha256(&[DATA]),
            _ => CHALLENGE,
        })
    }

    fn report_data(&self, devices: &[NvForgedDevice]) -> [u8; 64] {
        let (value, issued_at) = NONCE;
        let both = |first: &[u8], second: &[u8]| [first, second].concat().try_into().expect("two halves");
        match self.mode {
            "veriquote" => {
                let mut transcript = Vec::new();
                for (device, forged) in self.devices.devices.iter().zip(devices) {
                    for part in [forged.report.clone(), device.chain[0].der()] {
                        transcript.extend(u32::try_from(part.len()).expect("short").to_be_bytes());
                        transcript.extend(part);
                    }
                }
                sha512(&[b"veriquote/cpu/v1", &CHALLENGE, &sha256(&[DATA]), &sha256(&[&transcript])])
            }
            "trustee-first32" => both(&CHALLENGE, &[7; 32]),
            "identity-nonce" | "secretvm" => both(&IDENTITY, &CHALLENGE),
            "ita-nonce" | "ita-nonce-data" => sha512(&[value, issued_at, DATA]),
            "manifest" => sha512(&[DATA]),
            _ => sha512(&[&CHALLENGE]),
        }
    }

    fn binding(&self) -> Value {
        let challenge = json!(hex(&CHALLENGE));
        let whole = |data: [u8; 64]| json!(hex(&data));
        let (value, issued_at) = NONCE;
        let mut binding = json!({ "mode": self.mode });
        let mut put = |name: &str, value: Value| binding[name] = value;
        match self.mode {
            "veriquote" => {
                put("challenge", challenge);
                put("runtime_data", json!(hex(DATA)));
            }
            "trustee-first32" => put("report_data", whole(self.report_data(&[]))),
            "identity-nonce" => {
                put("challenge", challenge);
                put("identity", json!(hex(&IDENTITY)));
            }
            "secretvm" => put("identity", json!(hex(&IDENTITY))),
            "ita-nonce" | "ita-nonce-data" => {
                put("nonce_value", json!(hex(value)));
                put("nonce_issued_at", json!(hex(issued_at)));
                put("runtime_data", json!(hex(DATA)));
            }
            "manifest" => put("runtime_data", json!(hex(DATA))),
            _ => {
                put("challenge", challenge);
                put("report_data", whole(self.report_data(&[])));
            }
        }
        binding
    }

    /// The request that its evidence makes.
    ///
    /// # Panics
    /// When the trust domain is an enclave.
    #[must_use]
    pub fn request(&self) -> Value {
        let mut devices = self.devices.clone();
        devices.nonce = self.nonce();
        devices.devices.iter_mut().for_each(|device| device.report.nonce = devices.nonce);
        let built = devices.build();
        let mut td = self.td.clone();
        let Body::Td(report, _) = &mut td.quote.body else { panic!("a trust domain") };
        report.report_data = self.report_data.unwrap_or_else(|| self.report_data(&built));
        let forged = td.build();
        let device = nvidia::request(&devices, &built);
        let policy = match self.mode {
            // The strict policy asks for a challenge, which these modes have not.
            "secretvm" | "manifest" => json!({ "composite": { "fresh": "allow" } }),
            _ => {
                json!({ "composite": { "fresh": "require" }, "nvidia": { "gpus": self.devices.devices.len() } })
            }
        };
        let mut request = json!({
            "evidence": device["evidence"],
            "machine": {
                "quote": hex(&forged.quote),
                "collateral": serde_json::from_str::<Value>(&forged.collateral_json()).expect("JSON"),
                "roots": [forged.root_pem],
            },
            "devices": {
                "rims": device["rims"],
                "crls": device["options"]["crls"],
                "roots": device["options"]["roots"],
                "rim_roots": device["options"]["rim_roots"],
            },
            "options": { "at": device["options"]["at"], "binding": self.binding(), "policy": policy },
        });
        if let Some(tpm) = &self.tpm {
            let mut tpm = tpm.clone();
            if tpm.nonce.is_empty() {
                tpm.nonce = sha256(&[b"veriquote/tpm/v1", &CHALLENGE, &sha256(&[DATA])]).to_vec();
            }
            let forged = tpm.build();
            request["tpm"] = json!({
                "quote": hex(&forged.attest), "signature": hex(&forged.signature), "ak": hex(&forged.public),
                "pcrs": hex(&forged.pcrs), "event_log": hex(&forged.event_log),
                "ima_log": hex(&forged.ima_log),
            });
        }
        request
    }
}
