//! Real tokens of the services: each is recognised, nothing of it is lost, and what it binds can be
//! recomputed.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;
use veriquote::appraisal::{
    Appraisal, DebugStatus, Dialect, NrasBundle, ReadOptions, Tee, Tier, appraise as appraise_token,
    appraise_unauthenticated,
};
use veriquote::binding::{Fit, Mode, Nonce, detect};
use veriquote::bytes::{from_hex, to_hex};
use veriquote::crypto::RustCrypto;
use veriquote::jwt::{Algorithm, Algorithms, Expectations, KeySet, verify};
use veriquote::{Code, UnixTime, json};
use veriquote_conformance::vectors;

fn payload(name: &str) -> Option<Vec<u8>> {
    let path = vectors("tokens")?.join(name);
    let token = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let middle = token.trim().split('.').nth(1).expect("three segments").to_owned();
    Some(URL_SAFE_NO_PAD.decode(middle).expect("base64url"))
}

fn appraise(name: &str) -> Option<Appraisal> {
    let payload = payload(name)?;
    let read = appraise_unauthenticated(&payload, ReadOptions::default());
    Some(read.unwrap_or_else(|error| panic!("{name}: {error}")).unauthenticated().clone())
}

#[test]
fn every_token_is_of_one_dialect() {
    for (name, dialect, tee, debuggable) in [
        ("aliyun-tdx-doc-2025-03-26.jwt", Dialect::Aliyun, Some(Tee::Tdx), Some(false)),
        ("coco-simple-tdx.jwt", Dialect::TrusteeSimple, Some(Tee::Tdx), Some(false)),
        ("coco-legacy-simple-sgx-2023.jwt", Dialect::TrusteeSimple, Some(Tee::Sgx), Some(true)),
        ("coco-ear-tdx.jwt", Dialect::EarDotted, Some(Tee::Tdx), Some(false)),
        ("veraison-psa-ear-2024.jwt", Dialect::EarDotted, None, None),
        ("rust-ear-test-0.jwt", Dialect::EarDotted, None, None),
        ("veraison-ear-test-0.jwt", Dialect::EarDotted, None, None),
        ("veraison-ear-test-3.jwt", Dialect::EarDotted, None, None),
        ("veraison-ear-test-4.jwt", Dialect::EarDotted, None, None),
        ("veraison-ear-test-5.jwt", Dialect::EarDotted, None, None),
        ("veraison-ear-test-6.jwt", Dialect::EarDotted, Some(Tee::ArmCca), None),
        ("ita-kbs-0.jwt", Dialect::IntelTrustAuthority1, Some(Tee::Sgx), Some(false)),
        ("ita-kbsapi-1.jwt", Dialect::IntelTrustAuthority1, Some(Tee::Sgx), Some(false)),
        ("ita-sgx-java-0.jwt", Dialect::IntelTrustAuthority1, Some(Tee::Sgx), Some(false)),
        ("maa-azurevm-snp-2023-03-30.jwt", Dialect::AzureAttestation, None, Some(false)),
        ("google-cs-lookalike-2023.jwt", Dialect::ConfidentialSpace, Some(Tee::Sev), Some(false)),
    ] {
        let Some(appraisal) = appraise(name) else { return };
        assert_eq!(appraisal.dialect, dialect, "{name}");
        assert_eq!(appraisal.tee(), tee.as_ref(), "{name}");
        assert_eq!(appraisal.debuggable(), debuggable, "{name}");
        assert!(appraisal.objections.is_empty(), "{name}");
    }
}

#[test]
fn tokens_that_are_of_no_service_are_refused() {
    for name in ["veraison-ear-test-1.jwt", "veraison-ear-test-2.jwt", "nvidia-hopperClaimsv3-1.jwt"] {
        let Some(payload) = payload(name) else { return };
        let error = appraise_unauthenticated(&payload, ReadOptions::default()).unwrap_err();
        assert_eq!(error.code(), Code::TokenDialect, "{name}");
    }
    // The overall token without the tokens that it announces.
    let Some(payload) = payload("nvidia-hopperClaimsv3-0.jwt") else { return };
    let error = appraise_unauthenticated(&payload, ReadOptions::default()).unwrap_err();
    assert_eq!(error.code(), Code::TokenSubmodule);
    let shown = appraise_unauthenticated(&payload, ReadOptions::SHOW).expect("shown");
    assert_eq!(shown.unauthenticated().objections.len(), 1);
}

/// Every leaf of a token's JSON, by its text, is in the appraisal: mapped, or kept.
#[test]
fn nothing_is_lost() {
    let Some(folder) = vectors("tokens") else { return };
    let mut seen = 0;
    for entry in fs::read_dir(folder).expect("a folder") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        let Some(payload) = payload_of(&name) else { continue };
        let Ok(read) = appraise_unauthenticated(&payload, ReadOptions::SHOW) else { continue };
        let appraisal = read.unauthenticated();
        assert_eq!(appraisal.payload.as_bytes(), payload.trim_ascii(), "{name}");
        let said = everything_said(appraisal);
        let tree: Value = serde_json::from_slice(&payload).expect("JSON");
        let mut leaves = Vec::new();
        walk("", &tree, &mut leaves);
        for (path, text) in leaves {
            let escaped = Value::from(text.as_str()).to_string();
            let escaped = escaped.trim_matches('"');
            let found = said.iter().any(|said| said.contains(&text) || said.contains(escaped));
            assert!(found, "{name}: {path} = {text}");
        }
        seen += 1;
    }
    assert!(seen >= 17, "{seen}");
}

fn payload_of(name: &str) -> Option<Vec<u8>> {
    if name.ends_with(".jwt") { payload(name) } else { None }
}

fn walk(path: &str, value: &Value, leaves: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| walk(&format!("{path}.{name}"), value, leaves));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, value)| walk(&format!("{path}.{index}"), value, leaves));
        }
        Value::String(text) if text.starts_with('{') => {
            walk(path, &serde_json::from_str(text).expect("JSON in a string"), leaves);
        }
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => leaves.push((path.to_owned(), text.clone())),
        Value::Number(number) => leaves.push((path.to_owned(), number.to_string())),
        // Flags and nulls are too short for a search; the names of those that were not mapped are kept.
        Value::Bool(_) | Value::Null => {}
    }
}

/// What an appraisal says, in every spelling of the services.
fn everything_said(appraisal: &Appraisal) -> Vec<String> {
    use veriquote::appraisal::Value as Measured;
    let mut said = vec![format!("{appraisal:?}").replace("\\\"", "\"")];
    // The kept claims alone: the whole payload, which is kept too, would prove nothing.
    let mut without = appraisal.clone();
    without.payload.clear();
    said[0] = format!("{without:?}").replace("\\\"", "\"").replace("\\\\", "\\");
    said.push(appraisal.dialect.as_str().to_owned());
    for time in [appraisal.times.issued_at, appraisal.times.not_before, appraisal.times.expires_at] {
        said.extend(time.map(|time| format!("{}.0", time.0)));
    }
    for environment in &appraisal.environments {
        said.extend(environment.report_data.as_deref().map(to_hex));
        said.extend(environment.init_data_digest.as_deref().map(to_hex));
        said.extend(environment.status.map(|tier| tier.as_str().to_owned()));
        said.extend(environment.debug.map(|debug| debug.as_str().to_owned()));
        said.extend(environment.tee.as_ref().map(|tee| tee.as_str().to_owned()));
        // Names that readers give to kinds.
        said.extend(environment.tee.as_ref().map(|tee| match tee {
            Tee::SevSnp => "sevsnpvm".to_owned(),
            other => other.as_str().to_uppercase(),
        }));
        said.extend(environment.tcb.date.map(|date| date.to_string()));
        said.extend(environment.tcb.status.as_deref().map(|status| match status {
            "OutOfDate" => "OUT_OF_DATE OutOfDate".to_owned(),
            other => other.to_owned(),
        }));
        for policy in &environment.policies {
            said.extend(policy.hash.as_deref().map(to_hex));
            said.extend(policy.hash.as_deref().map(|hash| URL_SAFE_NO_PAD.encode(hash)));
        }
        for (_, value) in environment.vector.iter().flat_map(|vector| vector.stated()) {
            said.push(value.to_string());
        }
        for measurement in &environment.measurements {
            match &measurement.value {
                Measured::Bytes(bytes) => said.push(to_hex(bytes)),
                Measured::Number(number) => {
                    said.push(to_hex(&u16::try_from(*number).unwrap_or_default().to_le_bytes()));
                    said.push(number.to_string());
                }
                Measured::Text(text) => said.push(text.clone()),
                Measured::Flag(_) => {}
            }
        }
    }
    said
}

/// The documented service's sample: every key of its `tcb-status` is a measurement or is kept.
#[test]
fn the_documented_sample_is_read_whole() {
    let Some(appraisal) = appraise("aliyun-tdx-doc-2025-03-26.jwt") else { return };
    let folder = vectors("tokens").expect("there");
    let decoded: Value = serde_json::from_slice(
        &fs::read(folder.join("aliyun-tdx-doc-2025-03-26.decoded.json")).expect("a file"),
    )
    .expect("JSON");
    let payload: Value = serde_json::from_str(&appraisal.payload).expect("JSON");
    assert_eq!(payload, decoded["payload"]);
    let status: Value =
        serde_json::from_str(payload["tcb-status"].as_str().expect("a string")).expect("JSON");
    assert_eq!(status, decoded["tcb-status (decoded)"]);

    let [environment] = &*appraisal.environments else { panic!("one") };
    assert!(environment.unmapped.is_empty(), "{:?}", environment.unmapped);
    assert!(appraisal.unmapped.is_empty(), "{:?}", appraisal.unmapped);
    // 24 fields and 5 flags; report data twice and the launch data's digest beside them.
    assert_eq!(environment.measurements.len() + 3, status.as_object().expect("an object").len());
    assert_eq!(environment.debug, Some(DebugStatus::Disabled));
    assert_eq!(environment.report_data.as_deref(), Some(&[0u8; 64][..]));
    assert_eq!(environment.runtime_data.as_deref(), Some("null"));
    let [policy] = &*environment.policies else { panic!("one") };
    assert_eq!((policy.id.as_str(), &policy.hash, policy.matched), ("default", &None, None));
    assert_eq!((appraisal.subject.as_ref(), appraisal.nonces.len()), (None, 0));
    assert_eq!(environment.binding, None);
    assert_eq!(appraisal.environments[0].tcb, veriquote::appraisal::Tcb::default());
}

#[test]
fn structured_runtime_data_are_bound_by_sha384_of_canonical_json() {
    for name in ["coco-ear-tdx.jwt", "coco-simple-tdx.jwt"] {
        let Some(appraisal) = appraise(name) else { return };
        let [environment] = &*appraisal.environments else { panic!("one") };
        let data = environment.runtime_data.as_deref().expect("runtime data").as_bytes();
        let report_data = environment.report_data.as_deref().expect("report data");
        // Trustee writes 48 bytes into one copy in `simple`, 64 into the quote's.
        let field = Mode::Sha384JcsPad64.field(data, None, &RustCrypto).expect("a field");
        assert_eq!(to_hex(&field), to_hex(report_data), "{name}");
        Mode::Sha384JcsPad64.verify(report_data, data, None, &RustCrypto).expect("bound");
        let found = detect(report_data, data, None, &RustCrypto).expect("detected");
        assert!(found.iter().any(|it| it.mode == Mode::Sha384JcsPad64 && it.fit == Fit::Exact), "{name}");
        let mut other = report_data.to_vec();
        other[47] ^= 1;
        let error = Mode::Sha384JcsPad64.verify(&other, data, None, &RustCrypto).unwrap_err();
        assert_eq!(error.code(), Code::BindingReportData);
    }
}

#[test]
fn trust_authority_binds_nonce_and_held_data() {
    for name in ["ita-sgx-java-0.jwt", "ita-kbs-0.jwt", "ita-kbsapi-1.jwt"] {
        let Some(appraisal) = appraise(name) else { return };
        let claims: Value = serde_json::from_str(&appraisal.payload).expect("JSON");
        let decode = |value: &Value| STANDARD.decode(value.as_str().expect("base64")).expect("base64");
        let nonce = &claims["verifier_nonce"];
        let (value, issued_at) = (decode(&nonce["val"]), decode(&nonce["iat"]));
        let data = decode(&claims["attester_held_data"]);
        let report_data = appraisal.environments[0].report_data.clone().expect("report data");
        let given = Some(Nonce { value: &value, issued_at: &issued_at });
        Mode::ItaSha256First32.verify(&report_data, &data, given, &RustCrypto).expect("bound");
        let found = detect(&report_data, &data, given, &RustCrypto).expect("detected");
        assert_eq!((found[0].mode, &found[0].fit), (Mode::ItaSha256First32, &Fit::Exact), "{name}");
        let other = [&data[..], &[0]].concat();
        let error = Mode::ItaSha256First32.verify(&report_data, &other, given, &RustCrypto).unwrap_err();
        assert_eq!(error.code(), Code::BindingReportData, "{name}");
        assert!(appraisal.has_nonce(nonce["val"].as_str().expect("text")));
        assert_eq!(appraisal.environments[0].tcb.status.as_deref(), Some("OutOfDate"), "{name}");
        assert_eq!(appraisal.environments[0].tcb.advisories.as_ref().map(Vec::len), Some(9), "{name}");
    }
}

#[test]
fn a_bundle_holds_together_and_its_pieces_do_not() {
    let Some(folder) = vectors("tokens") else { return };
    let text = fs::read_to_string(folder.join("nvidia-hopperClaimsv3_detached_eat.json")).expect("a file");
    let read = |text: &str| {
        NrasBundle::parse(text.as_bytes())?.appraise_unauthenticated(&RustCrypto, ReadOptions::default())
    };
    let good = read(&text).expect("a good bundle").unauthenticated().clone();
    assert_eq!(good.environments.len(), 1);
    let gpu = &good.environments[0];
    assert_eq!((gpu.name.as_deref(), gpu.tee.as_ref()), (Some("GPU-0"), Some(&Tee::NvidiaGpu)));
    assert_eq!((gpu.debug, gpu.secure_boot), (Some(DebugStatus::Disabled), Some(true)));
    assert_eq!(gpu.hardware_model.as_deref(), Some("GH100 A01 GSP BROM"));
    assert_eq!(gpu.nonces, good.nonces);

    let bundle: Value = serde_json::from_str(&text).expect("JSON");
    let token = bundle[1]["GPU-0"].as_str().expect("a token").to_owned();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut bundle = bundle.clone();
        change(&mut bundle);
        read(&bundle.to_string()).unwrap_err().code()
    };
    assert_eq!(changed(&|bundle| bundle[1]["GPU-1"] = token.clone().into()), Code::TokenSubmodule);
    assert_eq!(changed(&|bundle| bundle[1] = serde_json::json!({})), Code::TokenSubmodule);
    let signature = token.rfind('.').expect("a signature");
    let other = format!("{}A{}", &token[..signature + 1], &token[signature + 2..]);
    assert_eq!(changed(&|bundle| bundle[1]["GPU-0"] = other.clone().into()), Code::TokenSubmodule);
    assert_eq!(changed(&|bundle| bundle[0] = serde_json::json!(["JWS", "x"])), Code::TokenClaim);
}

#[test]
fn azure_tokens_have_two_environments() {
    let Some(appraisal) = appraise("maa-azurevm-snp-2023-03-30.jwt") else { return };
    let [machine, isolation] = &*appraisal.environments else { panic!("two") };
    assert_eq!(machine.tee, Some(Tee::Other("azurevm".to_owned())));
    assert_eq!(isolation.tee, Some(Tee::SevSnp));
    assert_eq!(machine.nonces, ["QURFMDEwMQ=="]);
    assert_eq!(machine.secure_boot, Some(true));
    assert_eq!(machine.policies[0].hash.as_ref().map(Vec::len), Some(32));
    let veriquote::appraisal::Value::Bytes(measurement) =
        isolation.measurement("launch_measurement").expect("a measurement")
    else {
        panic!("bytes")
    };
    assert_eq!(measurement.len(), 48);
    // Claims of 2020, under names of then.
    let folder = vectors("tokens").expect("there");
    let text =
        fs::read_to_string(folder.join("maa-sample-post.attest.response.jwt.body.json")).expect("a file");
    let body = &text[text.find("}\n").expect("a header") + 1..];
    let old = appraise_unauthenticated(body.trim().as_bytes(), ReadOptions::default()).expect("read");
    let old = &old.unauthenticated().environments[0];
    assert_eq!((old.tee.as_ref(), old.debug), (Some(&Tee::Sgx), Some(DebugStatus::Disabled)));
    assert_eq!(old.measurement("isv_svn"), Some(&veriquote::appraisal::Value::Number(8888)));
}

#[test]
fn statuses_and_vectors_are_those_of_the_token() {
    let Some(appraisal) = appraise("coco-ear-tdx.jwt") else { return };
    let environment = appraisal.environment("cpu0").expect("cpu0");
    assert_eq!(environment.status, Some(Tier::Affirming));
    let vector: BTreeSet<_> = environment.vector.expect("a vector").stated().collect();
    let expected = [("configuration", 2), ("executables", 3), ("file-system", 2), ("hardware", 2)];
    assert_eq!(vector, expected.into_iter().collect());
    let seam = from_hex(b"0000000000000000").expect("hex");
    assert_eq!(environment.measurement("seam_attributes"), Some(&veriquote::appraisal::Value::Bytes(seam)));
    assert!(environment.unmapped.iter().any(|claim| claim.path.ends_with("tdx.uefi_event_logs")));
    assert!(json::parse(appraisal.payload.as_bytes(), json::Strictness::DOCUMENT).is_ok());
}

fn keys(name: &str) -> KeySet {
    let text = fs::read(vectors("tokens").expect("there").join(name)).expect("a file");
    KeySet::parse(&text, Arc::new(RustCrypto)).expect("keys")
}

#[test]
fn verified_tokens_and_bundles_are_appraised() {
    let Some(folder) = vectors("tokens") else { return };
    let only = |name: &str| {
        Expectations::signature_only(Algorithms::only(Algorithm::from_name(name).expect("known")))
    };
    let text = fs::read(folder.join("nvidia-hopperClaimsv3_detached_eat.json")).expect("a file");
    let bundle = NrasBundle::parse(&text).expect("a bundle");
    let set = keys("nvidia-hopperClaimsv3-jwks.recovered.json");
    let now = UnixTime(1_749_601_900);
    let authentic = bundle.authenticate(&set, &only("ES384"), now).expect("every signature holds");
    let appraisal = authentic.appraise(ReadOptions::default()).expect("it holds together");
    assert_eq!(appraisal.environments.len(), 1);
    assert!(appraisal.has_nonce("931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb"));
    let late = bundle.authenticate(&set, &only("ES384"), UnixTime(1_749_700_000)).unwrap_err();
    assert_eq!(late.error.kind(), veriquote::Kind::Stale);

    // A submodule whose signature does not hold, under a bundle that is otherwise whole.
    let text = String::from_utf8(text).expect("text");
    let token = &bundle.unauthenticated_submodules()[0].token;
    let signature = token.rfind('.').expect("a signature") + 1;
    let swap = if token.as_bytes()[signature] == b'A' { "B" } else { "A" };
    let other = format!("{}{swap}{}", &token[..signature], &token[signature + 1..]);
    let bundle = NrasBundle::parse(text.replace(token, &other).as_bytes()).expect("a bundle");
    let failure = bundle.authenticate(&set, &only("ES384"), now).unwrap_err();
    assert_eq!(failure.error.code(), Code::JwtSignature);
    assert!(failure.error.part().starts_with("GPU-0"), "{}", failure.error.part());

    let token = fs::read_to_string(folder.join("ita-sgx-java-0.jwt")).expect("a file");
    let set = keys("ita-java-validJwks.json");
    let token =
        verify(token.trim().as_bytes(), &set, &only("PS384"), UnixTime(1_703_136_700)).expect("verified");
    let appraisal = appraise_token(&token, ReadOptions::default()).expect("read");
    assert_eq!(appraisal.tee(), Some(&Tee::Sgx));
    let policies: Vec<_> = appraisal.environments[0].policies.iter().map(|policy| policy.matched).collect();
    assert_eq!(policies, [Some(true), Some(false)]);
}
