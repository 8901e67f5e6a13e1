//! `collateral fetch` against a small service on 127.0.0.1: both versions of the API, both kinds of
//! service, and everything that goes wrong on a network.

mod support;

use serde_json::Value;
use support::server::{Answer, Server};
use support::{Folder, Run, text, veriquote};

const CHAIN: &str = "-----BEGIN CERTIFICATE-----\nAB+/=\n-----END CERTIFICATE-----\n";
const CHAIN_ENCODED: &str = "-----BEGIN%20CERTIFICATE-----%0AAB%2B%2F%3D%0A-----END%20CERTIFICATE-----%0A";
const CRL: &[u8] = &[0x30, 0x82, 0x00, 0x01, 0x00];
const TCB_INFO: &str = r#"{"id":"TDX","version":3,"z":[1, 2]}"#;
const IDENTITY: &str = r#"{"id":"TD_QE","version":2}"#;

fn crl_answer() -> Answer {
    Answer::ok(CRL).header("SGX-PCK-CRL-Issuer-Chain", CHAIN_ENCODED)
}

fn tcb_answer(header: &str) -> Answer {
    Answer::ok(format!(r#"{{"tcbInfo":{TCB_INFO},"signature":"aa11"}}"#)).header(header, CHAIN_ENCODED)
}

fn identity_answer() -> Answer {
    Answer::ok(format!(r#"{{"enclaveIdentity":{IDENTITY},"signature":"bb22"}}"#))
        .header("SGX-Enclave-Identity-Issuer-Chain", CHAIN_ENCODED)
}

type Routes = Vec<(String, Vec<Answer>)>;

fn tdx_v4(query: &str) -> Routes {
    let also = |first: char| if query.is_empty() { String::new() } else { format!("{first}{query}") };
    vec![
        ("/sgx/certification/v4/pckcrl?ca=platform&encoding=der".to_owned(), vec![crl_answer()]),
        ("/sgx/certification/v4/rootcacrl".to_owned(), vec![Answer::ok("3082000100\n")]),
        (
            format!("/tdx/certification/v4/tcb?fmspc=00806F050000{}", also('&')),
            vec![tcb_answer("TCB-Info-Issuer-Chain")],
        ),
        (format!("/tdx/certification/v4/qe/identity{}", also('?')), vec![identity_answer()]),
        (format!("/sgx/certification/v4/qve/identity{}", also('?')), vec![identity_answer()]),
    ]
}

fn replace(routes: &mut Routes, part: &str, answers: Vec<Answer>) {
    let route = routes.iter_mut().find(|(path, _)| path.contains(part)).expect("a known route");
    route.1 = answers;
}

fn fetch(server: &Server, folder: &Folder, more: &[&str]) -> (Run, Option<Value>) {
    let output = folder.join("collateral.json");
    let mut args = vec!["collateral", "fetch", "--fmspc", "00806f050000", "--pccs", &server.address];
    args.extend(["--retry-pause", "1", "-o", text(&output)]);
    if !more.contains(&"--tee") {
        args.extend(["--tee", "tdx", "--ca", "platform"]);
    }
    args.extend(more);
    let run = veriquote(args);
    let file = std::fs::read(&output).ok().map(|bytes| serde_json::from_slice(&bytes).expect("JSON"));
    (run, file)
}

#[test]
fn version_4_of_a_caching_service() {
    let (server, folder) = (Server::start(tdx_v4("")), Folder::new());
    let (run, file) = fetch(&server, &folder, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(
        file.expect("written"),
        serde_json::json!({
            "pck_crl_issuer_chain": CHAIN,
            "pck_crl": "3082000100",
            "root_ca_crl": "3082000100",
            "tcb_info_issuer_chain": CHAIN,
            "tcb_info": TCB_INFO,
            "tcb_info_signature": "aa11",
            "qe_identity_issuer_chain": CHAIN,
            "qe_identity": IDENTITY,
            "qe_identity_signature": "bb22",
        })
    );
    assert_eq!(server.seen().len(), 4);
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
    assert_eq!(left.len(), 1, "nothing but the file is left");
}

#[test]
fn version_3_uses_the_old_header() {
    let routes = [
        ("/sgx/certification/v3/pckcrl?ca=processor&encoding=der", crl_answer()),
        ("/sgx/certification/v3/rootcacrl", Answer::ok(CRL)),
        ("/sgx/certification/v3/tcb?fmspc=00806F050000", tcb_answer("SGX-TCB-Info-Issuer-Chain")),
        ("/sgx/certification/v3/qe/identity", identity_answer()),
    ];
    let server = Server::start(routes.map(|(path, answer)| (path.to_owned(), vec![answer])));
    let folder = Folder::new();
    let (run, file) = fetch(&server, &folder, &["--tee", "sgx", "--ca", "processor", "--api", "v3"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(file.expect("written")["tcb_info"], TCB_INFO);
}

#[test]
fn version_3_has_no_tdx() {
    let (server, folder) = (Server::start(tdx_v4("")), Folder::new());
    let (run, file) = fetch(&server, &folder, &["--api", "v3"]);
    assert_eq!((run.code, file), (2, None));
    assert!(run.stderr.contains("serves no TDX collateral"), "{run:?}");
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn evaluations_are_asked_for() {
    for (flag, query) in
        [("early", "update=early"), ("standard", "update=standard"), ("17", "tcbEvaluationDataNumber=17")]
    {
        let (server, folder) = (Server::start(tdx_v4(query)), Folder::new());
        let (run, file) = fetch(&server, &folder, &["--evaluation", flag, "--qve"]);
        assert_eq!(run.code, 0, "{flag}: {run:?}");
        assert_eq!(file.expect("written")["qve_identity"], IDENTITY);
    }
    let (server, folder) = (Server::start(tdx_v4("")), Folder::new());
    assert_eq!(fetch(&server, &folder, &["--evaluation", "soon"]).0.code, 2);
}

#[test]
fn passing_trouble_is_tried_again() {
    let troubles = [
        ("503", Answer::status(503)),
        ("429", Answer::status(429).header("Retry-After", "0")),
        ("hang up", Answer::hang_up()),
        ("truncated", tcb_answer("TCB-Info-Issuer-Chain").truncated(10)),
    ];
    for (name, trouble) in troubles {
        let mut routes = tdx_v4("");
        let good = tcb_answer("TCB-Info-Issuer-Chain");
        replace(&mut routes, "/tcb?", vec![trouble.clone(), trouble, good]);
        let (server, folder) = (Server::start(routes), Folder::new());
        let (run, file) = fetch(&server, &folder, &[]);
        assert_eq!(run.code, 0, "{name}: {run:?}");
        assert!(file.is_some(), "{name}");
        assert_eq!(run.stderr.matches("trying again").count(), 2, "{name}: {run:?}");
        assert_eq!(server.seen().len(), 6, "{name}");
    }
}

#[test]
fn lasting_trouble_ends() {
    let mut routes = tdx_v4("");
    replace(&mut routes, "/tcb?", vec![Answer::status(500)]);
    let (server, folder) = (Server::start(routes), Folder::new());
    let (run, file) = fetch(&server, &folder, &["--retries", "2"]);
    assert_eq!((run.code, file), (2, None));
    assert!(run.stderr.contains("3 attempts"), "{run:?}");
    assert_eq!(server.seen().len(), 2 + 3);
}

#[test]
fn what_will_not_change_is_not_tried_again() {
    let broken = [
        ("404", Answer::status(404), "404"),
        ("no header", Answer::ok("{}"), "has no header `TCB-Info-Issuer-Chain`"),
        ("header", Answer::ok("{}").header("TCB-Info-Issuer-Chain", "%zz"), "URL-encoded PEM"),
        ("not JSON", tcb_answer_with("<html>"), "not the signed JSON"),
        ("no signature", tcb_answer_with(r#"{"tcbInfo":{}}"#), "not the signed JSON"),
        ("too large", tcb_answer_with(&" ".repeat(600_000)), "larger than"),
    ];
    for (name, answer, message) in broken {
        let mut routes = tdx_v4("");
        replace(&mut routes, "/tcb?", vec![answer]);
        let (server, folder) = (Server::start(routes), Folder::new());
        let (run, file) = fetch(&server, &folder, &[]);
        assert_eq!((run.code, file), (2, None), "{name}: {run:?}");
        assert!(run.stderr.replace("\n                  ", " ").contains(message), "{name}: {run:?}");
        assert_eq!(server.seen().len(), 3, "{name}");
    }
}

fn tcb_answer_with(body: &str) -> Answer {
    Answer::ok(body).header("TCB-Info-Issuer-Chain", CHAIN_ENCODED)
}

#[test]
fn a_list_that_is_none_is_refused() {
    for body in ["<html>", "", "30zz", "aabb"] {
        let mut routes = tdx_v4("");
        replace(&mut routes, "rootcacrl", vec![Answer::ok(body)]);
        let (server, folder) = (Server::start(routes), Folder::new());
        let (run, file) = fetch(&server, &folder, &[]);
        assert_eq!((run.code, file), (2, None), "{body}: {run:?}");
    }
}

#[test]
fn the_roots_list_may_come_from_elsewhere() {
    let mut routes = tdx_v4("");
    replace(&mut routes, "rootcacrl", vec![Answer::status(404)]);
    routes.push(("/IntelSGXRootCA.der".to_owned(), vec![Answer::ok(CRL)]));
    let (server, folder) = (Server::start(routes), Folder::new());
    let url = format!("{}/IntelSGXRootCA.der", server.address);
    let (run, file) = fetch(&server, &folder, &["--root-crl-url", &url]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(file.expect("written")["root_ca_crl"], "3082000100");
}

#[test]
fn addresses_and_files_that_cannot_be() {
    let folder = Folder::new();
    let base = ["collateral", "fetch", "--fmspc", "00806f050000", "--tee", "sgx", "--ca", "platform"];
    let output = folder.join("c.json");
    for (more, message) in [
        (vec!["--pccs", "pccs.example", "-o", text(&output)], "begins with https://"),
        (vec!["--pccs", "http://127.0.0.1:1", "--retries", "0", "-o", text(&output)], "refused"),
        (vec!["--tls-ca", "/nonexistent", "-o", text(&output)], "cannot read `/nonexistent`"),
    ] {
        let run = veriquote(base.iter().copied().chain(more));
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(message), "{message}: {run:?}");
    }
    let server = Server::start(
        tdx_v4("").into_iter().map(|(path, answers)| (path.replace("/tdx/", "/sgx/"), answers)),
    );
    let missing = folder.join("no/such/folder/c.json");
    let run = veriquote(base.iter().copied().chain(["--pccs", &server.address, "-o", text(&missing)]));
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("cannot write"), "{run:?}");
}

/// A whole round: fetch for a forged quote, then verify with what was fetched.
#[test]
fn what_is_fetched_for_a_quote_verifies_it() {
    for forge in [veriquote_forge::Forge::tdx4(), veriquote_forge::Forge::sgx3()] {
        let forged = forge.build();
        let file: Value = serde_json::from_str(&forged.collateral_json()).expect("JSON");
        let member = |name: &str| file[name].as_str().expect("text").to_owned();
        let encoded = |name: &str| {
            let bytes = member(name).into_bytes();
            bytes.iter().map(|byte| format!("%{byte:02X}")).collect::<String>()
        };
        let body = |kind: &str, name: &str| {
            format!(r#"{{"{kind}":{},"signature":"{}"}}"#, member(name), member(&format!("{name}_signature")))
        };
        let folder = Folder::new();
        let quote = folder.file("quote.bin", &forged.quote);
        let root = folder.file("root.pem", &forged.root_pem);
        let inspected = veriquote(["inspect", "--json", text(&quote)]);
        let inspected: Value = serde_json::from_str(&inspected.stdout).expect("JSON");
        let fmspc = inspected["platform"]["fmspc"].as_str().expect("hex").to_uppercase();
        let tee = inspected["tee"].as_str().expect("text");
        let crl = veriquote::bytes::from_hex(member("pck_crl").as_bytes()).expect("hex");
        let crl = Answer::ok(crl).header("SGX-PCK-CRL-Issuer-Chain", &encoded("pck_crl_issuer_chain"));
        let tcb = Answer::ok(body("tcbInfo", "tcb_info"))
            .header("TCB-Info-Issuer-Chain", &encoded("tcb_info_issuer_chain"));
        let identity = Answer::ok(body("enclaveIdentity", "qe_identity"))
            .header("SGX-Enclave-Identity-Issuer-Chain", &encoded("qe_identity_issuer_chain"));
        let server = Server::start([
            ("/sgx/certification/v4/pckcrl?ca=platform&encoding=der".to_owned(), vec![crl.clone()]),
            ("/sgx/certification/v4/pckcrl?ca=processor&encoding=der".to_owned(), vec![crl]),
            ("/sgx/certification/v4/rootcacrl".to_owned(), vec![Answer::ok(member("root_ca_crl"))]),
            (format!("/{tee}/certification/v4/tcb?fmspc={fmspc}"), vec![tcb]),
            (format!("/{tee}/certification/v4/qe/identity"), vec![identity]),
        ]);
        let output = folder.join("collateral.json");
        let run = veriquote([
            "collateral",
            "fetch",
            "--quote",
            text(&quote),
            "--pccs",
            &server.address,
            "-o",
            text(&output),
        ]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.stdout.contains("not under Intel's root today"), "{run:?}");
        let run = veriquote([
            "verify",
            "dcap",
            "--quote",
            text(&quote),
            "--collateral",
            text(&output),
            "--root",
            text(&root),
            "--at",
            &forged.now.to_string(),
        ]);
        assert_eq!(run.code, 0, "{run:?}");
    }
}

/// A server for a whole forged platform, with a PCK certificate to be asked for.
fn platform_server(forge: &veriquote_forge::Forge, pck_answers: Vec<Answer>, pck_path: &str) -> Server {
    let forged = forge.build();
    let file: Value = serde_json::from_str(&forged.collateral_json()).expect("JSON");
    let member = |name: &str| file[name].as_str().expect("text").to_owned();
    let body = |kind: &str, name: &str| {
        format!(r#"{{"{kind}":{},"signature":"{}"}}"#, member(name), member(&format!("{name}_signature")))
    };
    let crl = veriquote::bytes::from_hex(member("pck_crl").as_bytes()).expect("hex");
    let crl = Answer::ok(crl).header("SGX-PCK-CRL-Issuer-Chain", &percent(&member("pck_crl_issuer_chain")));
    let tcb = Answer::ok(body("tcbInfo", "tcb_info"))
        .header("TCB-Info-Issuer-Chain", &percent(&member("tcb_info_issuer_chain")));
    let identity = Answer::ok(body("enclaveIdentity", "qe_identity"))
        .header("SGX-Enclave-Identity-Issuer-Chain", &percent(&member("qe_identity_issuer_chain")));
    let fmspc = veriquote::bytes::to_hex(&forge.tcb_info.fmspc).to_uppercase();
    Server::start([
        (format!("/sgx/certification/v4/pckcert?{pck_path}"), pck_answers),
        ("/sgx/certification/v4/pckcrl?ca=platform&encoding=der".to_owned(), vec![crl]),
        ("/sgx/certification/v4/rootcacrl".to_owned(), vec![Answer::ok(member("root_ca_crl"))]),
        (format!("/sgx/certification/v4/tcb?fmspc={fmspc}"), vec![tcb]),
        ("/sgx/certification/v4/qe/identity".to_owned(), vec![identity]),
    ])
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn fetch_for(quote: &[u8], server: &Server, folder: &Folder) -> Run {
    let quote = folder.file("quote.bin", quote);
    let output = folder.join("collateral.json");
    let base = ["collateral", "fetch", "--quote", text(&quote), "--pccs", &server.address];
    veriquote(base.iter().copied().chain(["--retry-pause", "1", "-o", text(&output)]))
}

/// Certification data 1 to 4: the chain is fetched as well, and the quote then verifies.
#[test]
fn the_chain_of_a_quote_without_one_is_fetched() {
    use veriquote_forge::{Certification, Forge, Role};
    let kinds = [
        (Certification::PpidClear, ""),
        (Certification::PpidRsa2048, "e2"),
        (Certification::PpidRsa3072, "e3"),
        (Certification::PckLeaf, ""),
    ];
    for (certification, ppid) in kinds {
        let mut forge = Forge::sgx3();
        forge.quote.certification = certification.clone();
        forge.quote.user_data = [0xa1; 20];
        let hex = |bytes: &[u8]| veriquote::bytes::to_hex(bytes).to_uppercase();
        let extension = forge.sgx_extension().clone();
        let pce_svn = u16::try_from(extension.tcb.pce_svn).expect("16 bits").to_le_bytes();
        let mut path = format!(
            "cpusvn={}&pcesvn={}&pceid={}&qeid={}",
            hex(&extension.tcb.cpu_svn),
            hex(&pce_svn),
            hex(&extension.pce_id),
            "A1".repeat(16)
        );
        if !ppid.is_empty() {
            let length = if ppid == "e2" { 256 } else { 384 };
            path.push_str(&format!("&encrypted_ppid={}", ppid.to_uppercase().repeat(length)));
        }
        let chain = percent(&forge.chain(&[Role::PckCa, Role::Root]));
        let found = Answer::ok(forge.chain(&[Role::Pck])).header("SGX-PCK-Certificate-Issuer-Chain", &chain);
        // The service is in trouble at first: the call is tried again like every other.
        let answers = vec![Answer::status(503), found];
        let (server, folder) = (platform_server(&forge, answers, &path), Folder::new());
        let forged = forge.build();
        let run = fetch_for(&forged.quote, &server, &folder);
        assert_eq!(run.code, 0, "{certification:?}: {run:?}");
        let asked = server.seen().iter().filter(|path| path.contains("/pckcert?")).count();
        let expected = if certification == Certification::PckLeaf { 0 } else { 2 };
        assert_eq!(asked, expected, "{certification:?}");
        assert_eq!(run.stderr.matches("trying again").count(), expected / 2, "{run:?}");
        let root = folder.file("root.pem", &forged.root_pem);
        let at = forged.now.to_string();
        let (quote, collateral) = (folder.join("quote.bin"), folder.join("collateral.json"));
        let run = veriquote([
            "verify",
            "dcap",
            "--quote",
            text(&quote),
            "--collateral",
            text(&collateral),
            "--root",
            text(&root),
            "--at",
            &at,
        ]);
        assert_eq!(run.code, 0, "{certification:?}: {run:?}");
    }
}

#[test]
fn a_service_that_does_not_know_the_platform_is_told_apart() {
    use veriquote_forge::{Certification, Forge, Role};
    let mut forge = Forge::sgx3();
    forge.quote.certification = Certification::PpidRsa3072;
    let quote = forge.build().quote;
    let inspected = veriquote_facade::pck_reference_of_quote(&quote.clone().into()).expect("parses");
    let Some(veriquote_facade::PckReference::Query(query)) = inspected else { panic!("{inspected:?}") };
    let path = format!(
        "cpusvn={}&pcesvn={}&pceid={}&qeid={}&encrypted_ppid={}",
        query.cpu_svn, query.pce_svn, query.pce_id, query.qe_id, query.encrypted_ppid
    );
    let leaf = forge.chain(&[Role::Pck]);
    let chain = percent(&forge.chain(&[Role::PckCa, Role::Root]));
    let named = |body: &str| Answer::ok(body).header("SGX-PCK-Certificate-Issuer-Chain", &chain);
    for (answer, message) in [
        (Answer::status(404), "does not carry its PCK certificate"),
        (Answer::ok(leaf.clone()), "has no header `SGX-PCK-Certificate-Issuer-Chain`"),
        (named("<html>"), "is not a PCK certificate"),
        (named(&forge.chain(&[Role::Root])), "is not a PCK certificate"),
    ] {
        let (server, folder) = (platform_server(&forge, vec![answer], &path), Folder::new());
        let run = fetch_for(&quote, &server, &folder);
        assert_eq!(run.code, 2, "{message}: {run:?}");
        let said: String = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(message), "{message}: {said}");
        assert!(!folder.join("collateral.json").exists(), "{message}");
    }
    // A platform manifest names no certificate.
    forge.quote.certification = Certification::PlatformManifest;
    let (server, folder) = (platform_server(&forge, vec![Answer::status(404)], ""), Folder::new());
    let run = fetch_for(&forge.build().quote, &server, &folder);
    assert!(run.code != 0 && run.stderr.contains("dcap.certification_type"), "{run:?}");
}
