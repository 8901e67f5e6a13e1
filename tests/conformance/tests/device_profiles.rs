//! Tokens of devices and composites: every profile says what was verified, what is read back is what was
//! written, and no verdict is better than the evidence.

use std::sync::Arc;

use serde_json::{Value, json};
use veriquote::appraisal::{
    self, Appraisal, Bound, Budget, Claims, ClaimsOptions, Profile, ReadOptions, SubjectTemplate, Tee, Tier,
    Value as Measured, appraise_unauthenticated,
};
use veriquote::binding::Mode;
use veriquote::crypto::RustCrypto;
use veriquote::policy::Policy;
use veriquote::{Code, Error, UnixTime, jcs, json as strict};
use veriquote_aws_lc::AwsLc;
use veriquote_conformance::composite::Machine;
use veriquote_conformance::nvidia;
use veriquote_facade::{
    MemberPolicies, Members, verify_composite_for_claims, verify_members_for_claims, verify_nvgpu_for_claims,
};
use veriquote_forge::NOW;
use veriquote_forge::nvidia::{NvDevice, NvForge};
use veriquote_forge::tpm::TpmForge;

const CHALLENGE: &str = "kJ0lq1Jr3mG7zqj2T0o0l3nqk3p8cX0b";
const NAMES: [&str; 2] = ["hwmodel", "x-nvidia-gpu-driver-version"];

fn options<'a>(subject: SubjectTemplate<'a>, bound: Bound<'a>) -> ClaimsOptions<'a> {
    ClaimsOptions {
        issuer: "https://attest.example",
        audience: "https://rp.example",
        issued_at: UnixTime(NOW + 60),
        expires_at: UnixTime(NOW + 3600),
        token_id: "039cdfc9-6ec1-41d4-8da8-6a59584c2fa9",
        profile: "https://attest.example/eat-profile/1",
        intended_use: "generic",
        policy_hash: Some([0xab; 48]),
        subject,
        nonce: Some(CHALLENGE),
        bound,
        evidence: Some([0xcd; 48]),
        verifier: ("https://github.com/example", "core 0.1.0"),
    }
}

fn policy(text: &Value) -> Policy {
    Policy::from_json(text.to_string().as_bytes()).expect("a policy")
}

/// The claims of devices by several policies, each with the hash of its text.
fn of_devices(
    forge: &NvForge,
    policies: &[Policy],
    change: impl FnOnce(&mut ClaimsOptions<'_>),
) -> Result<Claims, Error> {
    let request = nvidia::request(forge, &forge.build());
    let request = serde_json::from_value(request).expect("a request");
    let judged = verify_nvgpu_for_claims(Arc::new(AwsLc), &request, policies);
    let proofs: Vec<_> =
        judged.iter().map(|it| (it.accepted.as_ref().expect("accepted"), Some([0xab; 48]))).collect();
    let bound = Bound::Data { mode: Mode::RawExact, data: &forge.nonce, nonce: None };
    let mut options = options(SubjectTemplate::Measurements(&NAMES), bound);
    change(&mut options);
    Claims::from_all_accepted_nvidia(&proofs, &options, &RustCrypto)
}

fn of_machine(machine: &Machine, policies: &[Policy], bound: Bound<'_>) -> Result<Claims, Error> {
    let request = serde_json::from_value(machine.request()).expect("a request");
    let judged = verify_composite_for_claims(Arc::new(AwsLc), &request, policies);
    let proof = |it: &'_ veriquote_facade::Judged<_>| it.verification.error.clone();
    let refused: Vec<_> = judged.iter().filter_map(proof).collect();
    assert!(refused.is_empty(), "{refused:?}");
    let proofs: Vec<_> =
        judged.iter().map(|it| (it.accepted.as_ref().expect("accepted"), Some([0xab; 48]))).collect();
    let options = options(SubjectTemplate::Measurements(&["mr_td", NAMES[0]]), bound);
    Claims::from_all_accepted_composite(&proofs, &options, &RustCrypto)
}

fn written(claims: &Claims, profile: Profile) -> (Value, Appraisal) {
    let budget = Budget { token_chars: 400_000, ..Budget::default() };
    let written = claims.write(profile, budget, &RustCrypto).expect("it fits");
    let node = strict::parse(written.payload.as_bytes(), strict::Strictness::DOCUMENT).expect("JSON");
    assert_eq!(jcs::canonical(&node).expect("canonical"), written.payload, "{profile:?}");
    let read = appraise_unauthenticated(written.payload.as_bytes(), ReadOptions::default());
    let read = read.unwrap_or_else(|error| panic!("{profile:?}: {error}: {}", written.payload));
    (serde_json::from_str(&written.payload).expect("JSON"), read.unauthenticated().clone())
}

fn measured(text: &str) -> Option<Measured> {
    Some(Measured::Text(text.to_owned()))
}

#[test]
fn every_device_is_a_submodule_in_nvidia_s_names() {
    let forge = NvForge::ppcie();
    let claims =
        of_devices(&forge, &[policy(&json!({ "nvidia": { "modes": ["ppcie"] } }))], |_| {}).expect("claims");
    for (profile, status, evidence) in [
        (Profile::Ear, "ear_status", "ear_attester_claims"),
        (Profile::EarDotted, "ear.status", "ear.veraison.annotated-evidence"),
    ] {
        let (payload, read) = written(&claims, profile);
        let submods = payload["submods"].as_object().expect("submodules");
        assert_eq!(submods.len(), 12, "{profile:?}");
        assert_eq!(read.environments.len(), 12);
        for (name, submod) in submods {
            assert_eq!(submod[status], "affirming", "{name}");
            assert_eq!(submod["eat_nonce"], CHALLENGE);
            let (kind, number) = name.split_once('_').expect("a number");
            let path = format!("/nv{kind}/{number}");
            let own = match profile {
                Profile::Ear => &submod[evidence],
                _ => submod[evidence].pointer(&path).expect("the device"),
            };
            assert_eq!(own["measres"], "success");
            assert_eq!(own["eat_nonce"], veriquote::bytes::to_hex(&forge.nonce));
            assert_eq!(submod["dbgstat"], "disabled");
            assert_eq!(own["secboot"], true);
            let environment = read.environment(name).expect("read back");
            let (tee, version) = match kind {
                "gpu" => (Tee::NvidiaGpu, "x-nvidia-gpu-driver-version"),
                _ => (Tee::NvidiaSwitch, "x-nvidia-switch-bios-version"),
            };
            assert_eq!(environment.tee, Some(tee), "{name}");
            assert_eq!(environment.measurement("measres").cloned(), measured("success"));
            assert_eq!(
                environment.measurement(version).cloned(),
                measured(own[version].as_str().expect("text"))
            );
            assert_eq!(environment.hardware_model.as_deref(), own["hwmodel"].as_str());
            assert_eq!(environment.secure_boot, Some(true));
            assert_eq!(environment.status, Some(Tier::Affirming));
        }
        assert!(read.has_nonce(CHALLENGE) && read.debuggable() == Some(false));
    }
    for (profile, place) in [(Profile::Aliyun, "tcb-status"), (Profile::Compact, "measured")] {
        let (payload, read) = written(&claims, profile);
        assert_eq!((&payload["tee"], &payload["dbgstat"]), (&json!("nvgpu"), &json!("disabled")));
        let flat = match payload[place].as_str() {
            Some(text) => serde_json::from_str(text).expect("flat JSON"),
            None => payload[place].clone(),
        };
        for number in 0..8 {
            assert_eq!(flat[format!("nvgpu.{number}.measres")], "success");
        }
        assert_eq!(flat["nvswitch.3.x-nvidia-switch-bios-version"], "96.10.55.00.01");
        let environment = &read.environments[0];
        assert_eq!(environment.tee, Some(Tee::NvidiaGpu));
        assert_eq!(environment.measurement("nvgpu.7.measres").cloned(), measured("success"));
        assert!(read.has_nonce(CHALLENGE));
    }
    let (payload, _) = written(&claims, Profile::Aliyun);
    let flat: Value = serde_json::from_str(payload["tcb-status"].as_str().expect("a string")).expect("JSON");
    assert_eq!(flat["nvgpu.0.x-nvidia-gpu-attestation-report-cert-chain.x-nvidia-cert-status"], "valid");
    assert_eq!(payload["x-att"]["collateral"]["rims"].as_array().expect("manifests").len(), 3);
    let raw = payload["customized_claims"]["runtime_data"]["raw"].as_str().expect("base64");
    use base64::Engine as _;
    assert_eq!(base64::engine::general_purpose::STANDARD.encode(forge.nonce), raw);
}

#[test]
fn what_is_let_pass_is_no_better_than_it_is() {
    // A manifest that does not match, under a policy that lets that pass.
    let mut forge = NvForge::hopper();
    forge.devices[0].report.blocks[9].value = vec![0xee; 48];
    let lenient = policy(&json!({ "nvidia": { "measurements": "allow" } }));
    let claims = of_devices(&forge, std::slice::from_ref(&lenient), |_| {}).expect("claims");
    let (payload, read) = written(&claims, Profile::Ear);
    let own = &payload["submods"]["gpu_0"];
    assert_eq!((&own["ear_status"], &payload["ear_status"]), (&json!("warning"), &json!("warning")));
    assert_eq!(own["ear_attester_claims"]["measres"], "fail");
    assert_eq!(own["ear_attester_claims"]["secboot"], Value::Null);
    assert!(own.get("dbgstat").is_none());
    assert_eq!(own["ear_attester_claims"]["x-nvidia-mismatch-measurement-records"][0]["index"], 9);
    assert_eq!(read.worst_status(), Some(Tier::Warning));
    assert_eq!(read.debuggable(), None, "nothing vouches for it");
    let (payload, _) = written(&claims, Profile::Aliyun);
    assert!(payload.get("dbgstat").is_none());
    // Of nothing asked, nothing is affirmed.
    let claims = of_devices(&NvForge::hopper(), &[Policy::crypto_only()], |_| {}).expect("claims");
    let (payload, _) = written(&claims, Profile::Ear);
    assert_eq!(payload["ear_status"], "none");
    assert_eq!(payload["submods"]["gpu_0"]["ear_trustworthiness_vector"]["executables"], 0);
    assert!(payload["sub"].as_str().expect("text").starts_with("att1:nvgpu:crypto-only:"));
}

#[test]
fn several_policies_are_all_listed_and_judge_the_same_evidence() {
    let forge = NvForge::hopper();
    let named = |name: &str, rules: Value| policy(&json!({ "name": name, "nvidia": rules }));
    let both = [named("a", json!({ "gpus": 1 })), named("b", json!({ "architectures": ["HOPPER"] }))];
    let claims = of_devices(&forge, &both, |_| {}).expect("claims");
    let (payload, _) = written(&claims, Profile::Aliyun);
    let ids: Vec<_> =
        payload["evaluation-reports"].as_array().expect("a list").iter().map(|it| &it["policy-id"]).collect();
    assert_eq!(ids, ["a", "b"]);
    assert!(payload["sub"].as_str().expect("text").starts_with("att1:nvgpu:a~b:"));
    // Another report under the second policy.
    let request =
        |forge: &NvForge| serde_json::from_value(nvidia::request(forge, &forge.build())).expect("a request");
    let judge = |forge: &NvForge, policy: &Policy| {
        verify_nvgpu_for_claims(Arc::new(AwsLc), &request(forge), std::slice::from_ref(policy)).remove(0)
    };
    let mut other = NvForge::hopper();
    other.devices[0].report.put(11, &[0xaa]);
    let (one, two) = (judge(&forge, &both[0]), judge(&other, &both[1]));
    let proofs = [
        (one.accepted.as_ref().expect("accepted"), Some([1; 48])),
        (two.accepted.as_ref().expect("accepted"), Some([2; 48])),
    ];
    let bound = Bound::Data { mode: Mode::RawExact, data: &forge.nonce, nonce: None };
    let error =
        Claims::from_all_accepted_nvidia(&proofs, &options(SubjectTemplate::Name("x"), bound), &RustCrypto)
            .unwrap_err();
    assert_eq!(error.code(), Code::MisuseOptions);
    assert_eq!(
        Claims::from_all_accepted_nvidia(&[], &options(SubjectTemplate::Name("x"), bound), &RustCrypto)
            .unwrap_err()
            .code(),
        Code::MisuseOptions
    );
}

#[test]
fn no_claim_is_made_of_what_does_not_hold() {
    let forge = NvForge::hopper();
    let strict = [policy(&json!({ "nvidia": { "gpus": 1 } }))];
    let code = |change: fn(&mut ClaimsOptions<'_>)| {
        of_devices(&forge, &strict, change).map(drop).unwrap_err().code()
    };
    assert_eq!(
        code(|it| it.bound = Bound::Data { mode: Mode::RawExact, data: &[7; 32], nonce: None }),
        Code::BindingReportData
    );
    assert_eq!(
        code(|it| it.bound = Bound::Data { mode: Mode::RawExact, data: &[7; 33], nonce: None }),
        Code::BindingReportData
    );
    assert_eq!(code(|it| it.subject = SubjectTemplate::Measurements(&["mr_td"])), Code::ClaimsMissing);
    assert_eq!(code(|it| it.issued_at = UnixTime(NOW - 1)), Code::ClaimsValue);
    // The signer of the forge's manifests ends before the devices do.
    assert_eq!(code(|it| it.expires_at = UnixTime(NOW + 601 * 86_400)), Code::ClaimsValue);
}

#[test]
fn a_composite_is_its_machine_and_its_devices() {
    let machine = Machine::of("veriquote");
    let mr_td = {
        let request = serde_json::from_value(machine.request()).expect("a request");
        let judged =
            verify_composite_for_claims(Arc::new(AwsLc), &request, &[Policy::crypto_only()]).remove(0);
        let claims = serde_json::to_value(judged.verification.claims).expect("JSON");
        claims.pointer("/machine/report/mr_td").cloned().expect("a measurement")
    };
    let known = policy(&json!({ "name": "prod", "tdx": { "mr_td": [mr_td] }, "nvidia": { "gpus": 1 } }));
    let claims = of_machine(&machine, &[known], Bound::Nothing).expect("claims");
    let (payload, read) = written(&claims, Profile::Ear);
    let names: Vec<_> = payload["submods"].as_object().expect("submodules").keys().collect();
    assert_eq!(names, ["gpu_0", "tdx"]);
    let bond = &payload["ear_verifier_claims"]["x-att"];
    assert_eq!(bond["all_submods_bound"], true);
    assert_eq!((&bond["mode"], &bond["strength"]), (&json!("veriquote"), &json!("measured")));
    assert_eq!(payload["submods"]["tdx"]["ear_attester_claims"]["tdx_mrtd"], mr_td);
    assert_eq!(payload["submods"]["gpu_0"]["x-att"]["binding"]["mode"], "veriquote");
    assert_eq!(read.environment("gpu_0").and_then(|it| it.tee.clone()), Some(Tee::NvidiaGpu));
    assert!(read.has_nonce(CHALLENGE));
    let raw = &payload["submods"]["tdx"]["ear_attester_claims"]["attester_runtime_data"]["raw"];
    assert_eq!(raw, "YSBrZXkgb2YgdGhlIG1hY2hpbmU=", "the data that the mode binds are shown");
    for profile in [Profile::Aliyun, Profile::Compact, Profile::EarDotted] {
        let (payload, read) = written(&claims, profile);
        if profile == Profile::EarDotted {
            assert_eq!(payload["x-att"]["composite"]["all_submods_bound"], true);
            continue;
        }
        assert_eq!(payload["tee"], "acstdxnvgpu");
        assert_eq!(payload["x-att"]["composite"]["strength"], "measured");
        assert!(payload["sub"].as_str().expect("text").starts_with("att1:acstdxnvgpu:prod:"));
        let environment = &read.environments[0];
        assert!(environment.measurement("mr_td").is_some(), "{profile:?}");
        assert_eq!(environment.measurement("nvgpu.0.measres").cloned(), measured("success"));
    }
}

#[test]
fn a_composite_that_is_bound_by_a_nonce_alone_is_a_warning() {
    let lenient = |mode: &str| match mode {
        "secretvm" | "manifest" => policy(&json!({ "composite": { "fresh": "allow" } })),
        _ => policy(&json!({ "nvidia": { "gpus": 1 }, "tdx": {} })),
    };
    for mode in
        ["veriquote", "trustee-first32", "identity-nonce", "secretvm", "ita-nonce", "cocos", "manifest"]
    {
        let claims = of_machine(&Machine::of(mode), &[lenient(mode)], Bound::Nothing).expect("claims");
        let (payload, read) = written(&claims, Profile::Ear);
        let bond = &payload["ear_verifier_claims"]["x-att"];
        assert_eq!((&bond["mode"], &bond["strength"]), (&json!(mode), &json!("nonce-only")));
        assert_eq!(bond["all_submods_bound"], false);
        assert_eq!(payload["ear_status"], "warning", "{mode}");
        assert_eq!(read.worst_status(), Some(Tier::Warning));
    }
    // Where the caller knows the report data, it can say which data they are of.
    let report_data = [[0x43; 32], [7; 32]].concat();
    let bound = Bound::Data { mode: Mode::RawExact, data: &report_data, nonce: None };
    let claims = of_machine(&Machine::of("trustee-first32"), &[lenient("")], bound).expect("claims");
    let (payload, _) = written(&claims, Profile::Aliyun);
    assert_eq!(payload["x-att"]["binding"]["mode"], "raw-exact");
    let other = Bound::Data { mode: Mode::RawExact, data: &[7; 64], nonce: None };
    let error = of_machine(&Machine::of("trustee-first32"), &[lenient("")], other).unwrap_err();
    assert_eq!(error.code(), Code::BindingReportData);
}

#[test]
fn a_token_of_many_devices_fits_where_their_details_are_left_out() {
    let claims = of_devices(&NvForge::ppcie(), &[policy(&json!({ "nvidia": { "gpus": 8 } }))], |_| {})
        .expect("claims");
    for profile in [Profile::Aliyun, Profile::Ear, Profile::EarDotted] {
        let written = claims.write(profile, Budget::default(), &RustCrypto).expect("it fits");
        assert!(written.omitted.contains(&"device-details"), "{profile:?} {:?}", written.omitted);
        let payload: Value = serde_json::from_str(&written.payload).expect("JSON");
        assert_eq!(payload["x-att-omitted"], json!(written.omitted));
        let read =
            appraise_unauthenticated(written.payload.as_bytes(), ReadOptions::default()).expect("read");
        let name = if profile == Profile::Aliyun { "nvgpu.7.ueid" } else { "ueid" };
        let environments = &read.unauthenticated().environments;
        let found = environments.iter().filter(|it| it.measurement(name).is_some()).count();
        assert_eq!(found, if profile == Profile::Aliyun { 1 } else { 12 }, "{profile:?}");
    }
}

#[test]
fn members_of_different_composites_make_no_claim() {
    let judged = |mode: &str, change: &dyn Fn(&mut Machine)| {
        let mut machine = Machine::of(mode);
        change(&mut machine);
        let request = serde_json::from_value(machine.request()).expect("a request");
        let strict = || vec![Policy::strict()];
        let policies =
            MemberPolicies { machine: strict(), devices: strict(), tpm: vec![(Policy::strict(), None)] };
        verify_members_for_claims(Arc::new(AwsLc), &request, &policies)
    };
    let with_tpm = |it: &mut Machine| it.tpm = Some(TpmForge { nonce: Vec::new(), ..TpmForge::p256() });
    let one = judged("veriquote", &with_tpm);
    let other = judged("veriquote", &|it| it.devices.devices.push(NvDevice::gpu("HOPPER", 1)));
    let cocos = judged("cocos", &|_| ());
    let claims = |machine: &Members, devices: &Members, tpm: &Members| {
        let bond = machine.machine[0].accepted.as_ref().expect("a machine");
        let set = devices.devices[0].accepted.as_ref().expect("devices");
        let members = appraisal::Members {
            bond: &[(bond, None)],
            devices: &[(set, None)],
            tpm: tpm.tpm_member.as_ref(),
        };
        let options = options(SubjectTemplate::Measurements(&NAMES), Bound::Nothing);
        let made = Claims::from_accepted_members(&members, &options, &RustCrypto);
        made.map(|claims| claims.appraisal().environments.len()).map_err(|error| error.code())
    };
    assert_eq!(claims(&one, &one, &one), Ok(3));
    assert_eq!(claims(&one, &one, &cocos), Ok(2), "without a TPM");
    assert_eq!(claims(&one, &other, &one), Err(Code::MisuseOptions));
    assert_eq!(claims(&cocos, &cocos, &one), Err(Code::TpmNonce), "a mode that knows none");
}
