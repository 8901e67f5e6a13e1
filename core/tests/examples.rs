//! The examples, over the forged evidence of `tests/vectors`.
#![cfg(all(feature = "nvidia", feature = "tpm"))]

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use veriquote::bytes::from_hex;
use veriquote::crypto::RustCrypto;
use veriquote::nvidia::Verifier;
use veriquote::{TrustAnchors, UnixTime};

#[path = "../examples/verify_devices.rs"]
#[expect(dead_code, reason = "its `main` is not called")]
mod verify_devices;
#[path = "../examples/verify_tpm.rs"]
#[expect(dead_code, reason = "its `main` is not called")]
mod verify_tpm;

fn request(file: &str, machine: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors").join(file);
    let machines: Value = serde_json::from_slice(&std::fs::read(path).expect("vectors")).expect("JSON");
    machines["machines"][machine].clone()
}

fn hex(value: &Value) -> Vec<u8> {
    from_hex(value.as_str().expect("text").as_bytes()).expect("hex")
}

fn anchors(roots: &Value) -> TrustAnchors {
    TrustAnchors::from_certificates(roots[0].as_str().expect("PEM").as_bytes()).expect("a root")
}

#[test]
fn a_tpm_quote() {
    let request = request("tpm/machines.json", "rsa");
    let [quote, signature, ak, pcrs] = ["quote", "signature", "ak", "pcrs"].map(|name| hex(&request[name]));
    let nonce = hex(&request["options"]["nonce"]);
    let told = verify_tpm::verify(&quote, &signature, &ak, &pcrs, &nonce).expect("accepted");
    assert!(told.contains("passed   ") && !told.contains("failed   "), "{told}");
    let error = verify_tpm::verify(&quote, &signature, &ak, &pcrs, &[0; 32]).expect_err("another challenge");
    assert!(error.to_string().contains("challenge"), "{error}");
}

#[test]
fn devices() {
    let request = request("nvidia/machines.json", "hopper");
    let options = &request["options"];
    let verifier =
        Verifier::new(anchors(&options["roots"]), anchors(&options["rim_roots"]), Arc::new(RustCrypto));
    let evidence = match &request["evidence"] {
        Value::String(text) => text.clone().into_bytes(),
        document => document.to_string().into_bytes(),
    };
    let text = |rim: &Value| rim.as_str().expect("XML").as_bytes().to_vec();
    let rims: Vec<Vec<u8>> = request["rims"].as_array().expect("manifests").iter().map(text).collect();
    let now = UnixTime::parse_rfc3339_utc(options["at"].as_str().expect("a time")).expect("a time");
    let nonce = hex(&options["nonce"]);
    let told = verify_devices::verify(&verifier, &evidence, &nonce, &rims, now).expect("accepted");
    assert!(told.contains("Hopper") && !told.contains("failed   "), "{told}");
    let ours = Verifier::nvidia(Arc::new(RustCrypto));
    assert!(verify_devices::verify(&ours, &evidence, &nonce, &rims, now).is_err(), "a forged root");
}
