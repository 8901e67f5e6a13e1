//! Profiles on write: only names change, nothing is lost that is not said to be, and the documented
//! service's keys are all there.

use std::sync::Arc;

use serde_json::Value;
use veriquote::appraisal::{
    Appraisal, Bound, Budget, Claims, ClaimsOptions, Dialect, Profile, ReadOptions, SubjectTemplate, Tier,
    appraise_unauthenticated,
};
use veriquote::binding::Mode;
use veriquote::crypto::RustCrypto;
use veriquote::dcap::{AuthenticQuote, Collateral, Quote, Verifier};
use veriquote::policy::Accepted;
use veriquote::{Code, Error, Policy, TrustAnchors, UnixTime, jcs, json};
use veriquote_forge::{DAY, Forge, NOW};

fn accepted(name: &str, policy: &Policy) -> Option<Accepted<AuthenticQuote>> {
    Some(accept(&Forge::named(name)?, policy))
}

fn accept(forge: &Forge, policy: &Policy) -> Accepted<AuthenticQuote> {
    let forged = forge.build();
    let collateral = Collateral::from_json(forged.collateral_json().as_bytes()).expect("collateral");
    let anchors = TrustAnchors::from_certificates(forged.root_pem.as_bytes()).expect("a root");
    let now = UnixTime(forge.now);
    let verifier = Verifier::new(anchors, Arc::new(RustCrypto)).expect("a verifier");
    let prepared = verifier.prepare(&collateral, now).expect("collateral in force");
    let quote =
        prepared.authenticate(&Quote::parse(&forged.quote).expect("a quote"), now).expect("authentic");
    policy.accept(quote).expect("accepted")
}

fn all() -> Vec<(String, Accepted<AuthenticQuote>)> {
    let all = Forge::all()
        .into_iter()
        .filter_map(|(name, _)| Some((name.to_owned(), accepted(name, &Policy::crypto_only())?)));
    all.collect()
}

fn options<'a>(nonce: Option<&'a str>) -> ClaimsOptions<'a> {
    ClaimsOptions {
        issuer: "https://attest.example",
        audience: "https://rp.example",
        issued_at: UnixTime(NOW + 60),
        expires_at: UnixTime(NOW + 3600),
        token_id: "039cdfc9-6ec1-41d4-8da8-6a59584c2fa9",
        profile: "https://attest.example/eat-profile/1",
        intended_use: "generic",
        policy_hash: Some([0xab; 48]),
        subject: SubjectTemplate::Name("workload"),
        nonce,
        bound: Bound::Nothing,
        evidence: Some([0xcd; 48]),
        verifier: ("https://github.com/example", "core 0.1.0"),
    }
}

fn claims(accepted: &Accepted<AuthenticQuote>, options: &ClaimsOptions<'_>) -> Result<Claims, Error> {
    Claims::from_accepted(accepted, options, &RustCrypto)
}

/// What every profile must carry.
fn essence(appraisal: &Appraisal, profile: Profile) -> Value {
    use veriquote::appraisal::Value as Measured;
    let [environment] = &*appraisal.environments else { panic!("one") };
    let kept = |name: &str| {
        profile != Profile::Compact
            || ["mr_td", "mr_enclave", "mr_signer", "isv_prod_id", "isv_svn"].contains(&name)
            || (name.starts_with("rtmr"))
    };
    let mut measurements: Vec<String> = environment
        .measurements
        .iter()
        .filter(|measurement| kept(&measurement.name))
        .map(|measurement| match &measurement.value {
            Measured::Bytes(bytes) => format!("{}={}", measurement.name, veriquote::bytes::to_hex(bytes)),
            other => format!("{}={other:?}", measurement.name),
        })
        .collect();
    measurements.sort();
    // An EAR has the environment's challenge at the root as well.
    let mut nonces: Vec<_> = appraisal.nonces.iter().chain(&environment.nonces).collect();
    nonces.dedup();
    let whole = profile != Profile::Compact;
    let judged = matches!(profile, Profile::Ear | Profile::EarDotted);
    serde_json::json!({
        "issuer": appraisal.issuer, "audience": appraisal.audience, "subject": appraisal.subject,
        "jti": appraisal.token_id, "use": appraisal.intended_use, "times": format!("{:?}", appraisal.times),
        "verifier": format!("{:?}", appraisal.verifier), "tee": environment.tee.as_ref().map(|tee| tee.as_str()),
        "debug": format!("{:?}", environment.debug), "measurements": measurements, "nonces": nonces,
        "report_data": environment.report_data, "binding": format!("{:?}", environment.binding),
        "tcb": format!("{:?}", environment.tcb), "policies": format!("{:?}", environment.policies),
        "evidence": environment.evidence,
        "runtime": if whole { environment.runtime_data.clone() } else { None },
        "init": if whole { environment.init_data_digest.clone() } else { None },
        "status": if judged { environment.status.map(Tier::as_str) } else { None },
        "vector": if judged { format!("{:?}", environment.vector) } else { String::new() },
    })
}

#[test]
fn a_profile_changes_names_only() {
    for (name, accepted) in all() {
        for nonce in [None, Some("kJ0lq1Jr3mG7zqj2T0o0l3nqk3p8cX0b")] {
            let claims = claims(&accepted, &options(nonce)).expect("claims");
            for profile in Profile::ALL.iter().copied() {
                let written = claims.write(profile, Budget::default(), &RustCrypto).expect("it fits");
                if profile == Profile::Compact {
                    // What it never carries is said, and the digest is that of all there is to say.
                    assert_eq!(written.omitted, ["report", "runtime-data", "init-data"]);
                    let whole =
                        claims.write(Profile::Aliyun, Budget::default(), &RustCrypto).expect("it fits");
                    assert_eq!(written.full, Some(whole.payload));
                    let payload: Value = serde_json::from_str(&written.payload).expect("JSON");
                    assert_eq!(payload["x-att-omitted"], serde_json::json!(written.omitted));
                } else {
                    assert!(written.omitted.is_empty() && written.full.is_none());
                }
                let again = claims.write(profile, Budget::default(), &RustCrypto).expect("it fits");
                assert_eq!(written, again);
                let node = json::parse(written.payload.as_bytes(), json::Strictness::DOCUMENT).expect("JSON");
                assert_eq!(jcs::canonical(&node).expect("canonical"), written.payload, "{name} {profile:?}");
                let read = appraise_unauthenticated(written.payload.as_bytes(), ReadOptions::default());
                let read = read.unwrap_or_else(|error| panic!("{name} {profile:?}: {error}"));
                let read = read.unauthenticated();
                if let Some(nonce) = nonce {
                    let payload: Value = serde_json::from_str(&written.payload).expect("JSON");
                    assert_eq!(payload["eat_nonce"], nonce, "{profile:?}: where relying parties look");
                    assert!(read.has_nonce(nonce));
                }
                let dialect = match profile {
                    Profile::Aliyun => Dialect::Aliyun,
                    Profile::Ear => Dialect::Ear,
                    Profile::EarDotted => Dialect::EarDotted,
                    _ => Dialect::Compact,
                };
                assert_eq!(read.dialect, dialect, "{name} {profile:?}");
                let (mut want, mut have) = (essence(claims.appraisal(), profile), essence(read, profile));
                if profile == Profile::Aliyun || profile == Profile::Compact {
                    for side in [&mut want, &mut have] {
                        side["status"] = Value::Null;
                    }
                }
                assert_eq!(have, want, "{name} {profile:?}");
            }
        }
    }
}

#[test]
fn the_documented_service_s_keys_are_all_there() {
    let known: Vec<(String, Accepted<AuthenticQuote>)> =
        all().into_iter().filter(|(_, accepted)| accepted.evidence().tee().as_str() == "tdx").collect();
    assert!(!known.is_empty());
    let mut complete = 0;
    for (name, accepted) in known {
        let claims = claims(&accepted, &options(None)).expect("claims");
        let written = claims.write(Profile::Aliyun, Budget::default(), &RustCrypto).expect("it fits");
        let payload: Value = serde_json::from_str(&written.payload).expect("JSON");
        for key in [
            "aud",
            "customized_claims",
            "eat_profile",
            "evaluation-reports",
            "exp",
            "iat",
            "iss",
            "jti",
            "nbf",
            "tcb-status",
            "tee",
            "sub",
            "intuse",
            "dbgstat",
            "x-att",
        ] {
            assert!(!payload[key].is_null(), "{name}: {key}");
        }
        // Anything authentic was accepted: the service's `default`, and the plain words beside it.
        assert_eq!(payload["evaluation-reports"][0]["policy-id"], "default");
        assert_eq!(payload["evaluation-reports"][0]["policy-hash"], Value::Null);
        assert_eq!(payload["x-att"]["policy"], "crypto-only");
        assert_eq!(payload["x-att"]["binding"]["mode"], "none");
        assert_eq!(payload["sub"], "att1:tdx:crypto-only:workload");
        let status: Value =
            serde_json::from_str(payload["tcb-status"].as_str().expect("text")).expect("JSON");
        let Some(report) = Some(accepted.evidence()).filter(|quote| quote.header().version == 5) else {
            continue;
        };
        let veriquote::dcap::Report::Td(td) = report.report() else { continue };
        if td.td15.is_none() || td.td15_extended.is_some() {
            continue;
        }
        complete += 1;
        assert_eq!(status["tdx.quote.header.version"], "0500");
        assert_eq!(status["tdx.quote.header.att_key_type"], "0200");
        assert_eq!(status["tdx.quote.header.tee_type"], "81000000");
        assert_eq!(status["tdx.quote.header.vendor_id"], "939a7233f79c4ca9940a0db3957f0607");
        assert_eq!(
            (&status["tdx.quote.type"], &status["tdx.quote.size"]),
            (&"0300".into(), &"88020000".into())
        );
        assert_eq!(status["tdx.quote.body.mr_td"], veriquote::bytes::to_hex(&td.mr_td.0));
        assert_eq!(status["init_data"], status["tdx.quote.body.mr_config_id"]);
        for flag in ["debug", "key_locker", "perfmon", "protection_keys", "septve_disable"] {
            assert!(status[format!("tdx.td_attributes.{flag}")].is_boolean(), "{flag}");
        }
        // 24 fields, 5 flags, report data twice, the launch data's digest: as in the published sample.
        assert_eq!(status.as_object().expect("an object").len(), 32);
    }
    assert!(complete > 0, "the forge has a TDX 1.5 quote");
}

#[test]
fn what_does_not_fit_is_left_out_in_order_and_said() {
    let (_, accepted) =
        all().into_iter().find(|(_, it)| it.evidence().tee().as_str() == "tdx").expect("a TD");
    let claims = claims(&accepted, &options(None)).expect("claims");
    for profile in Profile::ALL.iter().copied() {
        let written = claims.write(profile, Budget::default(), &RustCrypto).expect("it fits");
        let full = written.full.unwrap_or(written.payload);
        let mut steps = Vec::new();
        for chars in (0..(full.len() * 4).div_ceil(3)).rev() {
            let budget = Budget { token_chars: chars + 100, overhead_chars: 100 };
            match claims.write(profile, budget, &RustCrypto) {
                Ok(written) => {
                    assert!((written.payload.len() * 4).div_ceil(3) <= chars);
                    assert_eq!(written.full.as_deref(), Some(full.as_str()));
                    let payload: Value = serde_json::from_str(&written.payload).expect("JSON");
                    assert_eq!(payload["x-att-omitted"], serde_json::json!(written.omitted));
                    assert_eq!(payload["x-att-result"]["alg"], "sha-384");
                    assert_eq!(payload["x-att-result"]["digest"].as_str().map(str::len), Some(96));
                    appraise_unauthenticated(written.payload.as_bytes(), ReadOptions::default())
                        .expect("read");
                    let never = written.omitted.contains(&"report");
                    assert!(!never || !written.omitted.contains(&"quote-header"), "it has none to leave out");
                    if steps.last() != Some(&written.omitted) {
                        steps.push(written.omitted);
                    }
                }
                Err(error) => {
                    assert_eq!(error.code(), Code::ClaimsSize);
                    break;
                }
            }
        }
        assert!(!steps.is_empty() && steps.is_sorted_by_key(Vec::len), "{profile:?}: {steps:?}");
    }
}

#[test]
fn values_that_no_token_may_have_are_refused() {
    let (_, accepted) = all().into_iter().next().expect("a platform");
    let good = || options(Some("12345678"));
    claims(&accepted, &good()).expect("claims");
    let long = "x".repeat(89);
    for (bad, code) in [
        (ClaimsOptions { issuer: "", ..good() }, Code::ClaimsMissing),
        (ClaimsOptions { audience: "", ..good() }, Code::ClaimsMissing),
        (ClaimsOptions { token_id: "", ..good() }, Code::ClaimsMissing),
        (ClaimsOptions { nonce: Some("1234567"), ..good() }, Code::ClaimsValue),
        (ClaimsOptions { nonce: Some(&long), ..good() }, Code::ClaimsValue),
        // 8 to 88 bytes, as readers of tokens count.
        (ClaimsOptions { nonce: Some(&"é".repeat(45)), ..good() }, Code::ClaimsValue),
        (ClaimsOptions { issued_at: UnixTime(NOW - 1), ..good() }, Code::ClaimsValue),
        (
            ClaimsOptions { issued_at: UnixTime(NOW + 3601), expires_at: UnixTime(NOW + 7200), ..good() },
            Code::ClaimsValue,
        ),
        (ClaimsOptions { expires_at: UnixTime(NOW + 400 * DAY), ..good() }, Code::ClaimsValue),
        (ClaimsOptions { expires_at: UnixTime(i64::MAX), ..good() }, Code::ClaimsValue),
        (ClaimsOptions { expires_at: good().issued_at, ..good() }, Code::ClaimsValue),
        (ClaimsOptions { intended_use: "any", ..good() }, Code::ClaimsValue),
        (
            ClaimsOptions { subject: SubjectTemplate::Measurements(&["mr_nothing"]), ..good() },
            Code::ClaimsMissing,
        ),
        (ClaimsOptions { subject: SubjectTemplate::Measurements(&[]), ..good() }, Code::ClaimsMissing),
        (
            ClaimsOptions {
                bound: Bound::Data { mode: Mode::Sha384Pad64, data: b"other", nonce: None },
                ..good()
            },
            Code::BindingReportData,
        ),
        (
            ClaimsOptions {
                bound: Bound::Data { mode: Mode::RawPad64, data: &[1; 65], nonce: None },
                ..good()
            },
            Code::BindingLength,
        ),
    ] {
        assert_eq!(claims(&accepted, &bad).map_err(|error| error.code()), Err(code));
    }
}

#[test]
fn bound_data_are_shown_when_they_are_bound() {
    let (_, accepted) = all().into_iter().next().expect("a platform");
    let data = accepted.evidence().report().report_data().0;
    if data == [0; 64] {
        return assert!(claims(&accepted, &options(None)).is_ok());
    }
    let bound = Bound::Data { mode: Mode::RawExact, data: &data, nonce: None };
    let nothing = Bound::Data { mode: Mode::None, data: b"made up", nonce: None };
    let error = claims(&accepted, &ClaimsOptions { bound: nothing, ..options(None) }).expect_err("not bound");
    assert_eq!(error.code(), Code::MisuseOptions);
    let claims = claims(&accepted, &ClaimsOptions { bound, ..options(None) }).expect("bound");
    let written = claims.write(Profile::Aliyun, Budget::default(), &RustCrypto).expect("it fits");
    let payload: Value = serde_json::from_str(&written.payload).expect("JSON");
    let raw = payload["customized_claims"]["runtime_data"]["raw"].as_str().expect("base64");
    let bytes = veriquote::encoding::decode_binary_or_text(raw.as_bytes()).expect("base64");
    assert_eq!(*bytes, data, "the very data that the report binds");
    let binding = serde_json::json!({ "matched": true, "mode": "raw-exact" });
    assert_eq!(payload["x-att"]["binding"], binding);
}

fn judged(mut forge: Forge, policy: &Value, change: impl FnOnce(&mut Forge)) -> Result<Claims, Error> {
    change(&mut forge);
    let policy = Policy::from_json(policy.to_string().as_bytes()).expect("a policy");
    claims(&accept(&forge, &policy), &ClaimsOptions { policy_hash: None, ..options(None) })
}

#[test]
fn no_policy_is_called_what_no_policy_is_called() {
    let code = |name: &str| {
        let policy =
            serde_json::json!({ "name": name, "sgx": { "debug": "forbid", "mr_enclave": mr_enclave() } });
        judged(Forge::sgx3(), &policy, |_| {}).map(|_| ()).map_err(|error| error.code())
    };
    assert_eq!(code("default"), Err(Code::ClaimsValue));
    assert_eq!(code("crypto-only"), Err(Code::ClaimsValue));
    assert_eq!(code("mine"), Ok(()));
}

fn mr_enclave() -> String {
    veriquote::bytes::to_hex(&Forge::sgx3().quote.body.sgx().mr_enclave)
}

/// Configuration, executables, runtime-opaque.
fn aspects(claims: &Claims) -> [Option<i8>; 3] {
    let vector = claims.appraisal().environments[0].vector.expect("a vector");
    let value = |aspect: &str| vector.stated().find_map(|(name, value)| (name == aspect).then_some(value));
    ["configuration", "executables", "runtime-opaque"].map(value)
}

#[test]
fn only_what_a_policy_knows_is_affirmed() {
    let same = |_: &mut Forge| {};
    let of = |rules: Value, change: fn(&mut Forge)| {
        let policy = serde_json::json!({ "name": "mine", "tdx": rules });
        aspects(&judged(Forge::tdx5_15(), &policy, change).expect("claims"))
    };
    let hex = |byte: &str| byte.repeat(48);
    let all = serde_json::json!({ "mr_td": hex("d1"), "rtmr1": hex("a1"), "rtmr2": hex("a2") });
    let with = |more: Value| {
        let mut rules = all.clone();
        rules.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        rules
    };
    assert_eq!(of(all.clone(), |_| {}), [Some(2), Some(2), Some(2)]);
    assert_eq!(of(serde_json::json!({ "mr_td": hex("d1") }), |_| {})[1], Some(0), "firmware is not all");
    assert_eq!(of(serde_json::json!({ "rtmr1": hex("a1"), "rtmr2": hex("a2") }), |_| {})[1], Some(0));
    assert_eq!(of(with(serde_json::json!({ "migratable": "allow" })), |_| {}), [Some(0), Some(2), Some(0)]);
    for (rule, attributes) in
        [("migratable", 0x3000_0000_u64), ("profiling", 0x1000_0010), ("debug", 0x1000_0001)]
    {
        let rules = with(serde_json::json!({ rule: "allow" }));
        let policy = serde_json::json!({ "name": "mine", "tdx": rules });
        let claims = judged(Forge::tdx5_15(), &policy, |forge| {
            forge.quote.body.td().td_attributes = attributes.to_le_bytes();
        });
        assert_eq!(aspects(&claims.expect("claims")), [Some(32), Some(2), Some(32)], "{rule}");
    }
    let service = with(serde_json::json!({ "service_td": "allow" }));
    let bound = of(service, |forge| forge.quote.body.td().mr_service_td = [1; 48]);
    assert_eq!(bound, [Some(32), Some(2), Some(32)]);

    let enclave = |rules: Value| {
        let policy = serde_json::json!({ "name": "mine", "sgx": rules });
        aspects(&judged(Forge::sgx3(), &policy, same).expect("claims"))
    };
    let signer = veriquote::bytes::to_hex(&Forge::sgx3().quote.body.sgx().mr_signer);
    let (product, svn) = (Forge::sgx3().quote.body.sgx().isv_prod_id, Forge::sgx3().quote.body.sgx().isv_svn);
    assert_eq!(enclave(serde_json::json!({ "mr_enclave": mr_enclave() }))[1], Some(2));
    assert_eq!(enclave(serde_json::json!({ "mr_signer": signer }))[1], Some(0), "any enclave of the signer");
    assert_eq!(
        enclave(serde_json::json!({ "mr_signer": signer, "isv_prod_id": product, "minimum_isv_svn": svn }))
            [1],
        Some(2)
    );
}

#[test]
fn every_policy_that_accepted_is_named() {
    let named = |name: &str, change: &dyn Fn(&mut Policy)| {
        let mut policy = Policy::strict();
        policy.name = name.into();
        change(&mut policy);
        policy
    };
    let forge = Forge::tdx4();
    let strict = accept(&forge, &named("a", &|_| {}));
    let mr_td = match strict.evidence().report() {
        veriquote::dcap::Report::Td(report) => report.mr_td,
        _ => unreachable!("a trust domain"),
    };
    let known = accept(
        &forge,
        &named("b", &|policy| {
            policy.tdx.mr_td = Some(vec![mr_td]);
            policy.tdx.rtmr[1] = Some(vec![report_rtmr(&strict, 1)]);
            policy.tdx.rtmr[2] = Some(vec![report_rtmr(&strict, 2)]);
        }),
    );
    let open = accept(&forge, &Policy::crypto_only());
    let make = |list: &[(&Accepted<AuthenticQuote>, Option<[u8; 48]>)]| {
        Claims::from_all_accepted(list, &options(None), &RustCrypto)
    };
    let one = make(&[(&strict, Some([1; 48]))]).expect("claims");
    let both = make(&[(&strict, Some([1; 48])), (&known, Some([2; 48])), (&open, None)]).expect("claims");
    let [environment] = &*both.appraisal().environments else { panic!("one") };
    let policies: Vec<_> =
        environment.policies.iter().map(|policy| (&*policy.id, policy.hash.as_ref().map(|h| h[0]))).collect();
    assert_eq!(policies, [("a", Some(1)), ("b", Some(2)), ("default", None)]);
    assert_eq!(both.appraisal().subject.as_deref(), Some("att1:tdx:a~b:workload"));
    // What one of them asks is asked.
    let executables = |claims: &Claims| {
        let vector = claims.appraisal().environments[0].vector.expect("a vector");
        vector.stated().find(|(aspect, _)| *aspect == "executables").map(|(_, value)| value)
    };
    assert_eq!((executables(&one), executables(&both)), (Some(0), Some(2)));
    let payload = both.write(Profile::Aliyun, Budget::default(), &RustCrypto).expect("it fits").payload;
    assert!(!payload.contains("crypto-only"), "policies were asked");

    // No policy, other evidence, names that could be two.
    assert_eq!(make(&[]).unwrap_err().code(), Code::MisuseOptions);
    let mut later = Forge::tdx4();
    later.now += 1;
    for other in [accept(&Forge::tdx5_10(), &Policy::strict()), accept(&later, &Policy::strict())] {
        assert_eq!(make(&[(&strict, None), (&other, None)]).unwrap_err().code(), Code::MisuseOptions);
    }
    let joined = accept(&forge, &named("a~b", &|_| {}));
    assert!(make(&[(&joined, None)]).is_ok());
    assert_eq!(make(&[(&strict, None), (&joined, None)]).unwrap_err().code(), Code::ClaimsValue);
}

fn report_rtmr(accepted: &Accepted<AuthenticQuote>, index: usize) -> veriquote::Bytes<48> {
    match accepted.evidence().report() {
        veriquote::dcap::Report::Td(report) => report.rtmr[index],
        _ => unreachable!("a trust domain"),
    }
}
