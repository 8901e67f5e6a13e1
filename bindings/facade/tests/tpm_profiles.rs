//! Claims of a TPM's quote: only what a policy accepted, and the same under every profile's names.

use std::sync::Arc;

use serde_json::Value;
use veriquote::appraisal::{
    Appraisal, Bound, Budget, Claims, ClaimsOptions, Profile, ReadOptions, SubjectTemplate, Tee,
    Value as Measured, appraise_unauthenticated,
};
use veriquote::binding::Mode;
use veriquote::bytes::to_hex;
use veriquote::crypto::RustCrypto;
use veriquote::{Code, Error, Policy, UnixTime, jcs, json};
use veriquote_facade::{Blob, Document, Time, TpmOptions, TpmRequest, Verification, verify_tpm_for_claims};
use veriquote_forge::tpm::TpmForge;
use veriquote_forge::{DAY, NOW};

fn request(forge: &TpmForge) -> TpmRequest {
    let forged = forge.build();
    let hex = |bytes: &[u8]| Blob(to_hex(bytes).into_bytes());
    let mut options = TpmOptions::new(Time(UnixTime(NOW)), to_hex(&forged.nonce));
    options.roots = vec![Blob(forged.root.clone().into_bytes())];
    options.ak_chain = Some(Blob(forged.chain.clone().into_bytes()));
    options.allow_sha1 = true;
    TpmRequest {
        quote: hex(&forged.attest),
        signature: hex(&forged.signature),
        ak: Some(hex(&forged.public)),
        ak_evidence: None,
        pcrs: Some(Document(to_hex(&forged.pcrs).into_bytes())),
        event_log: None,
        ima_log: None,
        options,
    }
}

fn options<'a>(nonce: &'a [u8], expires_at: i64) -> ClaimsOptions<'a> {
    ClaimsOptions {
        issuer: "https://attest.example",
        audience: "https://rp.example",
        issued_at: UnixTime(NOW),
        expires_at: UnixTime(expires_at),
        token_id: "039cdfc9-6ec1-41d4-8da8-6a59584c2fa9",
        profile: "https://attest.example/eat-profile/1",
        intended_use: "generic",
        policy_hash: Some([0xab; 48]),
        subject: SubjectTemplate::Measurements(&["ak.name"]),
        nonce: Some("kJ0lq1Jr3mG7zqj2T0o0l3nqk3p8cX0b"),
        bound: Bound::Data { mode: Mode::TpmExtraData, data: nonce, nonce: None },
        evidence: Some([0xcd; 48]),
        verifier: ("https://github.com/example", "core 0.1.0"),
    }
}

fn claims(
    forge: &TpmForge,
    policy: Policy,
    options: &ClaimsOptions<'_>,
) -> (Verification, Option<Result<Claims, Error>>) {
    let (mut verifications, claims) =
        verify_tpm_for_claims(Arc::new(RustCrypto), &request(forge), &[policy], |accepted| {
            Claims::from_accepted_tpm(accepted[0], options, &RustCrypto)
        });
    (verifications.pop().expect("one"), claims)
}

fn named(change: impl FnOnce(&mut Policy)) -> Policy {
    let mut policy = Policy::strict();
    policy.name = "prod".into();
    change(&mut policy);
    policy
}

fn measurements(appraisal: &Appraisal) -> Vec<String> {
    let [environment] = &*appraisal.environments else { panic!("one") };
    let mut all: Vec<String> = environment
        .measurements
        .iter()
        .map(|measurement| match &measurement.value {
            Measured::Bytes(bytes) => format!("{}={}", measurement.name, to_hex(bytes)),
            other => format!("{}={other:?}", measurement.name),
        })
        .collect();
    all.sort();
    all
}

#[test]
fn several_policies_are_all_named_and_all_must_accept() {
    let forge = TpmForge::p256();
    let nonce = forge.nonce.clone();
    let options = options(&nonce, NOW + 3600);
    let called = |name: &str, change: &dyn Fn(&mut Policy)| {
        let mut policy = named(change);
        policy.name = name.into();
        policy
    };
    let other = called("other", &|policy| policy.tpm.firmware_versions = Some(vec![1]));
    let ask = |policies: &[Policy]| {
        verify_tpm_for_claims(Arc::new(RustCrypto), &request(&forge), policies, |proofs| {
            let hashed: Vec<_> = proofs.iter().map(|proof| (*proof, Some([0xab; 48]))).collect();
            Claims::from_all_accepted_tpm(&hashed, &options, &RustCrypto).expect("claims")
        })
    };
    let (results, claims) = ask(&[called("first", &|_| {}), called("second", &|_| {})]);
    assert_eq!(results.iter().map(|it| it.accepted).collect::<Vec<_>>(), [true, true]);
    let claims = claims.expect("all accepted");
    let ids: Vec<&str> =
        claims.appraisal().environments[0].policies.iter().map(|policy| policy.id.as_str()).collect();
    assert_eq!(ids, ["first", "second"]);
    let subject = claims.appraisal().subject.as_deref().expect("one");
    assert!(subject.starts_with("att1:tpm:first~second:"), "{subject}");
    // Whichever of them refuses, the others are still told of, and nothing is made.
    for at in 0..3 {
        let mut policies = vec![called("first", &|_| {}), called("second", &|_| {})];
        policies.insert(at, other.clone());
        let (results, claims) = ask(&policies);
        assert!(claims.is_none(), "{at}");
        for (index, result) in results.iter().enumerate() {
            assert_eq!(result.accepted, index != at, "{at} {index}");
            let appraisal = result.appraisal.as_ref().expect("authentic");
            assert_eq!(appraisal.policy, policies[index].name);
        }
    }
    // As many as the service lets anybody name fit the stack of a thread, logs and all.
    let mut whole = request(&forge);
    let forged = forge.build();
    whole.event_log = Some(Blob(to_hex(&forged.event_log).into_bytes()));
    whole.ima_log = Some(Blob(to_hex(&forged.ima_log).into_bytes()));
    let many: Vec<Policy> = (0..32).map(|number| called(&format!("p{number}"), &|_| {})).collect();
    let asked = verify_tpm_for_claims(Arc::new(RustCrypto), &whole, &many, |proofs| proofs.len());
    assert_eq!((asked.0.len(), asked.1), (32, Some(32)));
    // Proofs of two quotes are no proof of one.
    let later = {
        let mut later = forge.clone();
        later.clock.clock += 1;
        later
    };
    let mixed = verify_tpm_for_claims(Arc::new(RustCrypto), &request(&forge), &[named(|_| {})], |first| {
        verify_tpm_for_claims(Arc::new(RustCrypto), &request(&later), &[named(|_| {})], |second| {
            let both = [(first[0], Some([1; 48])), (second[0], Some([2; 48]))];
            Claims::from_all_accepted_tpm(&both, &options, &RustCrypto).map(|_| ())
        })
        .1
    });
    let error = mixed.1.flatten().expect("both accepted").unwrap_err();
    assert_eq!(error.code().as_str(), "misuse.options");
    assert_eq!(ask(&[]).0.len(), 0);
    assert!(ask(&[]).1.is_none());
}

#[test]
fn every_profile_says_the_same_of_a_machine() {
    for (name, forge) in TpmForge::all() {
        let nonce = forge.nonce.clone();
        let (verification, claims) = claims(&forge, named(|_| {}), &options(&nonce, NOW + 3600));
        assert!(verification.accepted, "{name}: {:?}", verification.error);
        let claims = claims.expect("accepted").unwrap_or_else(|error| panic!("{name}: {error}"));
        let whole = measurements(claims.appraisal());
        assert!(whole.iter().any(|line| line.starts_with("pcr.sha256.7=")), "{name}: {whole:?}");
        for profile in Profile::ALL.iter().copied() {
            let written = claims.write(profile, Budget::default(), &RustCrypto).expect("it fits");
            let node = json::parse(written.payload.as_bytes(), json::Strictness::DOCUMENT).expect("JSON");
            assert_eq!(jcs::canonical(&node).expect("canonical"), written.payload, "{name} {profile:?}");
            let read = appraise_unauthenticated(written.payload.as_bytes(), ReadOptions::default());
            let read =
                read.unwrap_or_else(|error| panic!("{name} {profile:?}: {error}: {}", written.payload));
            let read = read.unauthenticated();
            let [environment] = &*read.environments else { panic!("one") };
            assert_eq!(environment.tee, Some(Tee::Tpm), "{name} {profile:?}");
            assert!(environment.unmapped.is_empty(), "{name} {profile:?}: {:?}", environment.unmapped);
            assert!(read.has_nonce("kJ0lq1Jr3mG7zqj2T0o0l3nqk3p8cX0b"));
            let kept: Vec<String> = whole
                .iter()
                .filter(|line| {
                    profile != Profile::Compact || line.starts_with("pcr.") || line.starts_with("ak.name")
                })
                .cloned()
                .collect();
            assert_eq!(measurements(read), kept, "{name} {profile:?}");
            assert_eq!(environment.report_data.as_deref(), Some(&*nonce), "{name} {profile:?}");
            let binding = environment.binding.as_ref().expect("a binding");
            assert_eq!((binding.mode.as_str(), binding.matched), ("tpm-extradata", Some(true)));
            let payload: Value = serde_json::from_str(&written.payload).expect("JSON");
            let text = payload.to_string();
            assert!(!text.contains("tdx") && !text.contains("\"tcb\":{}"), "{profile:?}: {text}");
            let subject = read.subject.as_deref().expect("a subject");
            assert!(subject.starts_with("att1:tpm:prod:"), "{subject}");
        }
    }
}

#[test]
fn only_what_a_policy_accepted_becomes_claims() {
    let forge = TpmForge::p256();
    let nonce = forge.nonce.clone();
    // A state of the machine that is not the expected one.
    let other = named(|policy| {
        *policy = Policy::from_json(
            format!(r#"{{"name":"prod","tpm":{{"pcrs":{{"sha256":{{"7":"{}"}}}}}}}}"#, "00".repeat(32))
                .as_bytes(),
        )
        .expect("a policy");
    });
    let (verification, made) = claims(&forge, other, &options(&nonce, NOW + 3600));
    assert!(!verification.accepted && made.is_none());
    // A changed signature.
    let mut changed = request(&forge);
    let mut signature = forge.build().signature;
    *signature.last_mut().expect("a byte") ^= 1;
    changed.signature = Blob(to_hex(&signature).into_bytes());
    let (verification, made) =
        verify_tpm_for_claims(Arc::new(RustCrypto), &changed, &[Policy::strict()], |_| ());
    assert!(!verification[0].verified && made.is_none());
}

#[test]
fn claims_hold_what_the_quote_holds() {
    let forge = TpmForge::p256();
    let nonce = forge.nonce.clone();
    let refused = |options: &ClaimsOptions<'_>| {
        claims(&forge, named(|_| {}), options).1.expect("accepted").expect_err("refused").code()
    };
    let good = options(&nonce, NOW + 3600);
    let other = Bound::Data { mode: Mode::TpmExtraData, data: b"another challenge", nonce: None };
    assert_eq!(refused(&ClaimsOptions { bound: other, ..good.clone() }), Code::BindingReportData);
    // Not beyond the certificates of the key.
    let late = UnixTime(NOW + 1001 * DAY);
    assert_eq!(refused(&ClaimsOptions { expires_at: late, ..good.clone() }), Code::ClaimsValue);
    let early = UnixTime(NOW - 101 * DAY);
    assert_eq!(refused(&ClaimsOptions { issued_at: early, ..good.clone() }), Code::ClaimsValue);
    let missing = SubjectTemplate::Measurements(&["mr_td"]);
    assert_eq!(refused(&ClaimsOptions { subject: missing, ..good.clone() }), Code::ClaimsMissing);
    let unnamed = claims(
        &forge,
        named(|policy| policy.name = "default".into()),
        &ClaimsOptions { policy_hash: None, ..good },
    );
    assert_eq!(unnamed.1.expect("accepted").expect_err("refused").code(), Code::ClaimsValue);
}

#[test]
fn only_what_was_asked_is_affirmed() {
    let forge = TpmForge::p256();
    let nonce = forge.nonce.clone();
    let vector = |policy: Policy| {
        let made = claims(&forge, policy, &options(&nonce, NOW + 3600)).1.expect("accepted").expect("claims");
        let vector = made.appraisal().environments[0].vector.expect("a vector");
        vector.stated().map(|(aspect, value)| format!("{aspect}={value}")).collect::<Vec<_>>().join(" ")
    };
    let nothing = vector(named(|_| {}));
    assert!(nothing.split(' ').all(|line| line.ends_with("=0")), "{nothing}");
    let made =
        claims(&forge, named(|_| {}), &options(&nonce, NOW + 3600)).1.expect("accepted").expect("claims");
    let name = match made.appraisal().environments[0].measurement("ak.name") {
        Some(Measured::Bytes(name)) => veriquote::tpm::Name::parse(name).expect("a Name"),
        other => panic!("{other:?}"),
    };
    let known = vector(named(|policy| policy.tpm.ak_names = Some(vec![name])));
    assert!(known.contains("instance-identity=2"), "{known}");
}
