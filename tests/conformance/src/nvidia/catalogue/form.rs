//! The JSON in which evidence comes, and what stands beside it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use veriquote::Code;
use veriquote_forge::hex;
use veriquote_forge::nvidia::{NvForge, NvForgedDevice};

use crate::nvidia::case::{Case, Draft, case, entry};

fn draft(name: &str, note: &str) -> Draft {
    case(&format!("form/{name}"), "hopper", "nvidia.report.layout", note)
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

fn pair(device: &NvForgedDevice) -> Value {
    json!({ "evidence": base64(&device.report), "certificate": base64(&device.chain) })
}

fn pairs(devices: &[NvForgedDevice]) -> Value {
    devices.iter().map(pair).collect()
}

fn nras(forge: &NvForge, devices: &[NvForgedDevice]) -> Value {
    json!({
        "nonce": hex(&forge.nonce),
        "arch": devices[0].architecture,
        "claims_version": "3.0",
        "evidence_list": pairs(devices),
    })
}

fn nvattest(forge: &NvForge, devices: &[NvForgedDevice], edit: impl Fn(&mut Value)) -> Value {
    let mut list: Vec<Value> = devices.iter().map(|device| entry(forge, device)).collect();
    edit(&mut list[0]);
    Value::Array(list)
}

pub(super) fn all() -> Vec<Case> {
    [forms(), wrong(), advisory()].concat()
}

fn forms() -> Vec<Case> {
    let is = |form: &'static str| [("/form", json!(form))];
    vec![
        draft("nvattest", "as nvattest writes it")
            .evidence(|forge, devices| nvattest(forge, devices, |_| {}))
            .verified(&is("nvattest")),
        draft("nras-request", "as a request to NVIDIA's service")
            .evidence(nras)
            .verified(&is("nras_request")),
        draft("trustee-hex", "as Confidential Containers write it, the report in hex")
            .evidence(|_, devices| {
                json!({ "device_evidence_list": [{
                    "arch": "Hopper", "uuid": "unknown", "evidence": hex(&devices[0].report),
                    "certificate": base64(&devices[0].chain),
                }] })
            })
            .verified(&is("trustee")),
        draft("trustee-base64", "as Confidential Containers write it, the report in base64")
            .evidence(|_, devices| {
                json!({ "device_evidence_list": [{
                    "arch": "Hopper", "uuid": "GPU-1", "evidence": base64(&devices[0].report),
                    "certificate": base64(&devices[0].chain),
                }] })
            })
            .verified(&[("/form", json!("trustee")), ("/devices/0/name", json!("GPU-1"))]),
        draft("alibaba", "the devices' part of what Alibaba Cloud's tools write")
            .evidence(|_, devices| {
                json!({ "gpu_evidence": { "collection_time": "2026-01-15T00:00:00Z", "evidence_list": [{
                    "index": 0, "uuid": "GPU-1", "name": "NVIDIA H100", "driver_version": "550.90.07",
                    "vbios_version": "96.00.9f.00.01", "attestation_report": base64(&devices[0].report),
                    "certificate": base64(&devices[0].chain), "cc_enabled": false,
                }] } })
            })
            .verified(&is("alibaba")),
        draft("intel-trust-authority", "the devices' part of what Intel Trust Authority takes")
            .evidence(|forge, devices| {
                json!({ "nvgpu": { "gpu_nonce": hex(&forge.nonce), "arch": "hopper",
                    "evidence_list": pairs(devices) } })
            })
            .verified(&is("intel_trust_authority")),
        draft("intel-trust-authority-old", "its older form, base64 of hex")
            .evidence(|forge, devices| {
                json!({ "nvgpu": { "gpu_nonce": hex(&forge.nonce), "arch": "hopper",
                    "evidence": base64(hex(&devices[0].report)), "certificate": base64(&devices[0].chain) } })
            })
            .verified(&is("intel_trust_authority")),
        draft("phala", "a request inside a string")
            .evidence(|forge, devices| json!({ "nvidia_payload": nras(forge, devices).to_string() }))
            .verified(&is("phala")),
        draft("google-spt", "as Google Cloud Attestation takes it")
            .evidence(|_, devices| json!({ "spt": { "gpu_quote": google(&devices[0]) } }))
            .verified(&is("google")),
        draft("google-report", "the same inside a list of devices")
            .evidence(|_, devices| {
                json!({ "device_reports": [{ "nvidia_report": { "mpt": {
                    "gpu_quotes": [google(&devices[0])] } } }] })
            })
            .verified(&is("google")),
        draft("attestation-rs", "as attestation-rs writes it")
            .evidence(|_, devices| {
                json!({ "platform": "nvidia_gpu", "evidence": { "devices": [{
                    "arch": "HOPPER", "uuid": "GPU-1", "evidence_b64": base64(&devices[0].report),
                    "cert_chain_b64": base64(&devices[0].chain),
                }] } })
            })
            .verified(&is("attestation_rs")),
        draft("plain-pair", "one device in nvattest's words")
            .evidence(|forge, devices| entry(forge, &devices[0]))
            .verified(&is("plain")),
    ]
}

fn google(device: &NvForgedDevice) -> Value {
    json!({
        "uuid": "GPU-1", "driver_version": "550.90.07", "vbios_version": "96.00.9F.00.01",
        "gpu_architecture_type": "GPU_ARCHITECTURE_TYPE_HOPPER",
        "attestation_certificate_chain": base64(&device.chain), "attestation_report": base64(&device.report),
    })
}

fn wrong() -> Vec<Case> {
    const FORM: Code = Code::NvidiaEvidenceForm;
    vec![
        draft("nothing", "an object that says nothing")
            .edit(|it| it["evidence"] = json!({}))
            .refused(FORM, "evidence"),
        draft("empty", "an empty list of devices")
            .edit(|it| it["evidence"] = json!([]))
            .refused(Code::NvidiaEvidenceEmpty, "evidence"),
        draft("empty-request", "a request without devices")
            .edit(|it| it["evidence"] = json!({ "nonce": "00", "arch": "HOPPER", "evidence_list": [] }))
            .refused(Code::NvidiaEvidenceEmpty, "evidence"),
        draft("two-forms", "two forms in one")
            .evidence(|forge, devices| {
                let mut both = nras(forge, devices);
                both["device_evidence_list"] = json!([]);
                both
            })
            .refused(FORM, "evidence"),
        draft("no-certificate", "a device without certificates")
            .evidence(|forge, devices| {
                nvattest(forge, devices, |it| drop(it.as_object_mut().unwrap().remove("certificate")))
            })
            .refused(FORM, "evidence.device[0].certificate"),
        draft("no-list", "a list that is none")
            .edit(|it| it["evidence"] = json!({ "gpu_evidence": {} }))
            .refused(FORM, "evidence.evidence_list"),
        draft("not-base64", "a report that is not base64")
            .evidence(|forge, devices| nvattest(forge, devices, |it| it["evidence"] = json!("****")))
            .refused(Code::InputEncoding, "evidence.device[0].evidence"),
        draft("unknown-architecture", "an architecture that nobody knows")
            .evidence(|forge, devices| nvattest(forge, devices, |it| it["arch"] = json!("AMPERE")))
            .refused(Code::NvidiaArch, "evidence.device[0].arch"),
        draft("twice", "a member twice")
            .edit(|it| it["evidence"] = json!("[{\"evidence\":\"\",\"evidence\":\"\"}]"))
            .refused(Code::JsonDuplicateKey, "evidence"),
        draft("many", "more devices than any machine has")
            .evidence(|forge, devices| vec![entry(forge, &devices[0]); 33].into())
            .refused(Code::LimitCount, "evidence"),
        draft("payload", "a request inside a string that is no JSON")
            .edit(|it| it["evidence"] = json!({ "nvidia_payload": "{" }))
            .refused(Code::JsonSyntax, "evidence.nvidia_payload"),
        draft("machine", "the machine's quote as well, which this call does not look at")
            .evidence(|forge, devices| {
                json!({ "intel_quote": "00", "nvidia_payload": nras(forge, devices).to_string() })
            })
            .refused(Code::MisuseOptions, "evidence"),
        draft("machine-beside", "a machine's quote in a form that has no place for one")
            .evidence(|forge, devices| {
                let mut request = nras(forge, devices);
                request["quote"] = json!("00");
                request
            })
            .refused(Code::MisuseOptions, "evidence"),
    ]
}

fn advisory() -> Vec<Case> {
    const ADVISORY: Code = Code::NvidiaAdvisory;
    let told = |name: &str, rule, note: &str, member: &'static str, value: &'static str| {
        case(&format!("form/{name}"), "hopper", rule, note)
            .evidence(move |forge, devices| nvattest(forge, devices, |it| it[member] = json!(value)))
    };
    let rule = "nvidia.advisory";
    vec![
        told(
            "driver-true",
            rule,
            "the driver's version beside the evidence is true",
            "driver_version",
            "550.90.07",
        )
        .verified(&[]),
        told("driver-false", rule, "another driver than the signed one", "driver_version", "550.90.08")
            .refused(ADVISORY, "device[0].announced.driver_version"),
        told("vbios-true", rule, "the VBIOS in small letters", "vbios_version", "96.00.9f.00.01")
            .verified(&[]),
        told("vbios-false", rule, "another VBIOS than the signed one", "vbios_version", "96.00.9F.00.02")
            .refused(ADVISORY, "device[0].announced.vbios_version"),
        told(
            "nonce-false",
            "nvidia.nonce",
            "the challenge beside the report is not the one in it",
            "nonce",
            "0000000000000000000000000000000000000000000000000000000000000000",
        )
        .refused(ADVISORY, "device[0].announced.nonce"),
        told(
            "architecture-false",
            "nvidia.arch",
            "a Hopper GPU that is called Blackwell",
            "arch",
            "BLACKWELL",
        )
        .refused(Code::NvidiaArchMismatch, "device[0].announced.architecture"),
        told("architecture-switch", "nvidia.arch", "a GPU that is called a switch", "arch", "LS10")
            .refused(Code::NvidiaArchMismatch, "device[0].announced.architecture"),
    ]
}
