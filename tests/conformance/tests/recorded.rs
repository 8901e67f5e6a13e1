//! Recorded answers of Intel's services, and Intel's own sample set.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use veriquote::crypto::RustCrypto;
use veriquote::dcap::{
    Collateral, PreparedCollateral, Profile, QveReport, QveResult, SignedDocument, TcbStatus, Tee, Verifier,
};
use veriquote::{Code, UnixTime};
use veriquote_conformance::run::{Input, authenticate};
use veriquote_conformance::{corpus, vectors};
use veriquote_forge::VerificationReport;

/// 2025-06-10T00:00:00Z: every recorded answer is in force.
const RECORDED: i64 = 1_749_513_600;
const ANSWERS: &str = "dcap/pcs-responses/crates/intel-dcap-api/tests/test_data";

fn answer(folder: &Path, name: &str) -> Value {
    let text = fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_slice(&text).expect("JSON")
}

/// A signed document as it was served, with the chain of its header.
fn document(folder: &Path, name: &str) -> SignedDocument {
    let answer = answer(folder, name);
    let body = ["tcb_info_json", "enclave_identity_json", "tcb_evaluation_data_numbers_json"]
        .into_iter()
        .find_map(|member| answer[member].as_str())
        .unwrap_or_else(|| panic!("{name} holds no document"));
    SignedDocument::from_service_body(body, answer["issuer_chain"].as_str().expect("a chain"))
        .expect("a body")
}

/// The root's list was not recorded beside the answers: one of a real vector that was in force.
fn root_crl() -> Vec<u8> {
    let vector = corpus::all("dcap/real").into_iter().find(|it| it.id.contains("eval17_2025-06-19"));
    let collateral: Value = serde_json::from_slice(&vector.expect("a vector").collateral).expect("JSON");
    collateral["root_ca_crl"].as_str().expect("a list").as_bytes().to_vec()
}

fn prepare(
    folder: &Path,
    tcb_info: &str,
    identity: &str,
    list: &str,
    now: i64,
) -> Result<PreparedCollateral, veriquote::Failure> {
    let list = answer(folder, list);
    let crl = list["crl_data"].as_str().or_else(|| list["crl_data_base64"].as_str()).expect("a list");
    let collateral = Collateral {
        pck_crl_issuer_chain: list["issuer_chain"].as_str().expect("a chain").to_owned(),
        pck_crl: crl.as_bytes().to_vec(),
        root_ca_crl: root_crl(),
        tcb_info: document(folder, tcb_info),
        qe_identity: document(folder, identity),
        pck_certificate_chain: None,
        qve_identity: Some(document(folder, "sgx_qve_identity.json")),
    };
    Verifier::intel(Arc::new(RustCrypto))?.prepare(&collateral, UnixTime(now))
}

#[test]
fn every_recorded_answer_verifies_inside_its_window() {
    let Some(folder) = vectors(ANSWERS) else { return };
    let names = |start: &str| -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .filter(|name| name.starts_with(start))
            .collect();
        names.sort();
        names
    };
    let lists = names("pck_crl");
    for (tee, tcb_infos, identities) in [
        (Tee::Sgx, names("sgx_tcb_info"), names("sgx_qe_identity")),
        (Tee::Tdx, names("tdx_tcb_info"), names("tdx_qe_identity")),
    ] {
        assert!(tcb_infos.len() >= 3 && !identities.is_empty() && lists.len() == 3);
        for (index, tcb_info) in tcb_infos.iter().enumerate() {
            let identity = &identities[index % identities.len()];
            let list = &lists[index % lists.len()];
            let prepared = prepare(&folder, tcb_info, identity, list, RECORDED)
                .unwrap_or_else(|failure| panic!("{tcb_info} {identity} {list}: {failure}"));
            assert_eq!(prepared.tee(), tee, "{tcb_info}");
            let late = prepare(&folder, tcb_info, identity, list, RECORDED + 30 * 86_400).unwrap_err();
            assert_eq!(late.error.kind(), veriquote::Kind::Stale, "{tcb_info}: {late}");
            let early = prepare(&folder, tcb_info, identity, list, RECORDED - 30 * 86_400).unwrap_err();
            assert_eq!(early.error.kind(), veriquote::Kind::Stale, "{tcb_info}: {early}");
        }
    }
}

fn prepared(folder: &Path) -> PreparedCollateral {
    prepare(folder, "tdx_tcb_info.json", "tdx_qe_identity.json", "pck_crl_platform.json", RECORDED)
        .expect("valid")
}

#[test]
fn evaluation_numbers() {
    let Some(folder) = vectors(ANSWERS) else { return };
    let prepared = prepared(&folder);
    for (name, tee) in [("sgx_tcb_eval_nums.json", Tee::Sgx), ("tdx_tcb_eval_nums.json", Tee::Tdx)] {
        let numbers =
            prepared.evaluation_numbers(&document(&folder, name), UnixTime(RECORDED)).expect("valid");
        assert_eq!(numbers.tee, tee);
        let list: Vec<_> = numbers.numbers.iter().map(|entry| entry.number).collect();
        assert!(list.contains(&17) && list.is_sorted_by(|a, b| a > b), "{list:?}");
        let late = UnixTime(RECORDED + 30 * 86_400);
        let failure = prepared.evaluation_numbers(&document(&folder, name), late).unwrap_err();
        assert_eq!(failure.error.kind(), veriquote::Kind::Stale, "{failure}");
    }
    let mut changed = document(&folder, "tdx_tcb_eval_nums.json");
    changed.text = changed.text.replacen("17", "18", 1);
    let failure = prepared.evaluation_numbers(&changed, UnixTime(RECORDED)).unwrap_err();
    assert_eq!(failure.error.code(), Code::DcapTcbInfoSignature);
}

#[test]
fn the_recorded_qve_identity_judges_a_report() {
    let Some(folder) = vectors(ANSWERS) else { return };
    let prepared = prepared(&folder);
    let report = VerificationReport::ok(b"a quote");
    let result = QveResult {
        nonce: &report.nonce,
        quote: &report.quote,
        expiration_check_date: UnixTime(report.expiration_check_date),
        collateral_expiration_status: report.collateral_expiration_status,
        qv_result: report.qv_result,
        supplemental_data: &report.supplemental_data,
    };
    let parsed = QveReport::parse(&report.report()).expect("a report");
    let claim = prepared.verify_qve_report(&parsed, &result, 3, UnixTime(RECORDED)).expect("valid");
    assert_eq!(claim.unauthenticated_qve_status, TcbStatus::UpToDate);
    let failure = prepared.verify_qve_report(&parsed, &result, 8, UnixTime(RECORDED)).unwrap_err();
    assert_eq!(failure.error.code(), Code::DcapQveIsvSvn);
}

#[test]
fn the_recorded_qae_identity_is_no_qve_identity() {
    let Some(folder) = vectors(ANSWERS) else { return };
    let list = answer(&folder, "pck_crl_platform.json");
    let collateral = Collateral {
        pck_crl_issuer_chain: list["issuer_chain"].as_str().expect("a chain").to_owned(),
        pck_crl: list["crl_data"].as_str().expect("a list").as_bytes().to_vec(),
        root_ca_crl: root_crl(),
        tcb_info: document(&folder, "sgx_tcb_info_v3.json"),
        qe_identity: document(&folder, "sgx_qe_identity.json"),
        pck_certificate_chain: None,
        qve_identity: Some(document(&folder, "sgx_qae_identity.json")),
    };
    let verifier = Verifier::intel(Arc::new(RustCrypto)).expect("a verifier");
    let prepared = verifier.prepare(&collateral, UnixTime(RECORDED)).expect("valid");
    let report = VerificationReport::ok(b"a quote");
    let result = QveResult {
        nonce: &report.nonce,
        quote: &report.quote,
        expiration_check_date: UnixTime(report.expiration_check_date),
        collateral_expiration_status: 0,
        qv_result: 0,
        supplemental_data: &report.supplemental_data,
    };
    let parsed = QveReport::parse(&report.body()).expect("a report");
    let failure = prepared.verify_qve_report(&parsed, &result, 0, UnixTime(RECORDED)).unwrap_err();
    assert_eq!(failure.error.code(), Code::DcapCollateralKind, "{failure}");
}

/// 2025-01-01T00:00:00Z: the samples' certificates and documents are in force.
const SAMPLE: i64 = 1_735_689_600;

fn sample(folder: &Path) -> (Vec<u8>, String, Vec<u8>) {
    let bytes = |name: &str| fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let text = |name: &str| String::from_utf8(bytes(name)).expect("text");
    let file = serde_json::json!({
        "pck_crl_issuer_chain": text("pckSignChain.pem"),
        "pck_crl": veriquote_forge::hex(&bytes("intermediateCaCrl.der")),
        "root_ca_crl": veriquote_forge::hex(&bytes("rootCaCrl.der")),
        "tcb_info_issuer_chain": text("tcbSignChain.pem"),
        "tcb_info": text("tcbInfo.json"),
        "qe_identity_issuer_chain": text("tcbSignChain.pem"),
        "qe_identity": text("qeIdentity.json"),
        "pck_certificate_chain": text("pckCert.pem") + "\n" + &text("pckSignChain.pem"),
    });
    (bytes("quote.dat"), file.to_string(), bytes("trustedRootCaCert.pem"))
}

fn judge(folder: PathBuf, profile: Profile) -> Result<TcbStatus, Code> {
    let (quote, collateral, root) = sample(&folder);
    let input =
        Input { quote: &quote, collateral: collateral.as_bytes(), root: Some(&root), now: SAMPLE, profile };
    authenticate(input).map(|quote| quote.tcb().status).map_err(|failure| {
        eprintln!("{} {failure}", folder.display());
        failure.error.code()
    })
}

#[test]
fn intels_sample_set() {
    let Some(folder) = vectors("dcap/intel-sample") else { return };
    for profile in [Profile::Intel, Profile::Strict] {
        assert_eq!(judge(folder.clone(), profile), Ok(TcbStatus::UpToDate), "{profile:?}");
    }
    // The chain inside its TDX quote is concatenated DER, where type 5 is PEM; Intel's tool does not read
    // it and takes the chain beside the quote.
    assert_eq!(judge(folder.join("tdx"), Profile::Intel), Err(Code::InputEncoding));
}
