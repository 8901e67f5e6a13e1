//! The calls around a verification: preparing once, the platform cache, policies, shortfall, outlook,
//! QvE reports. Each rule has a forged platform that keeps it and one that breaks only it.

use std::sync::Arc;

use veriquote::crypto::RustCrypto;
use veriquote::dcap::{
    AuthenticQuote, Cause, Collateral, Horizon, Owner, PlatformCache, PreparedCollateral, Profile, Quote,
    QveReport, QveResult, ShortfallOf, SignedDocument, TcbStatus, Verifier, outlook,
};
use veriquote::measured_boot::{BootState, EventLog, Limits, LogKind, Quirks};
use veriquote::policy::{Policy, Stance, Verdict};
use veriquote::trust::TrustAnchors;
use veriquote::{Bytes, Code, Outcome, UnixTime};
use veriquote_forge::{DAY, Forge, Forged, Identity, NOW, VerificationReport};

fn verifier(forged: &Forged) -> Verifier {
    let anchors = TrustAnchors::from_certificates(forged.root_pem.as_bytes()).unwrap();
    Verifier::new(anchors, Arc::new(RustCrypto)).unwrap()
}

fn collateral(forged: &Forged) -> Collateral {
    Collateral::from_json(forged.collateral_json().as_bytes()).unwrap()
}

fn prepare(forged: &Forged) -> PreparedCollateral {
    verifier(forged).prepare(&collateral(forged), UnixTime(forged.now)).unwrap()
}

fn authenticate(forged: &Forged) -> AuthenticQuote {
    verifier(forged).authenticate(&forged.quote, &collateral(forged), UnixTime(forged.now)).unwrap()
}

/// The verdict of `policy` and the rules that it says are broken.
fn appraise(policy: &Policy, quote: AuthenticQuote) -> (Option<Code>, Vec<&'static str>) {
    let (code, appraisal) = match policy.accept(quote) {
        Ok(accepted) => (None, accepted.appraisal().clone()),
        Err(rejection) => (Some(rejection.error.code()), rejection.appraisal),
    };
    let broken = appraisal.findings.iter().filter(|f| f.verdict == Verdict::Violated).map(|f| f.rule);
    (code, broken.collect())
}

fn policy(json: &str) -> Policy {
    Policy::from_json(json.as_bytes()).unwrap()
}

#[test]
fn prepared_collateral_gives_the_same_result_as_one_call() {
    for (name, forge) in Forge::all() {
        let forged = forge.build();
        let once = authenticate(&forged);
        let prepared = prepare(&forged);
        let quote = Quote::parse(&forged.quote).unwrap();
        let mut cache = PlatformCache::new(8);
        for _ in 0..3 {
            let again = prepared.authenticate_cached(&quote, UnixTime(forged.now), &mut cache).unwrap();
            assert_eq!(again.report(), once.report(), "{name}");
            assert_eq!(again.tcb(), once.tcb(), "{name}");
            assert!(again.checks().eq(once.checks()), "{name}");
        }
        assert_eq!(cache.len(), 1, "{name}");
    }
}

#[test]
fn every_check_of_a_valid_quote_passes_or_says_why_not() {
    let quote = authenticate(&Forge::tdx4().build());
    let skipped: Vec<&str> =
        quote.checks().filter(|check| check.outcome != Outcome::Passed).map(|check| check.rule.id).collect();
    assert_eq!(skipped, ["dcap.collateral.age"]);
    assert_eq!(quote.checks().last().unwrap().rule.id, "dcap.tcb.level");
}

#[test]
fn prepared_collateral_goes_stale_at_its_first_expiry() {
    let forged = Forge::tdx4().build();
    let prepared = prepare(&forged);
    let quote = Quote::parse(&forged.quote).unwrap();
    let last = prepared.valid_until();
    let mut cache = PlatformCache::new(2);
    assert!(prepared.authenticate_cached(&quote, last, &mut cache).is_ok());
    let failure = prepared.authenticate_cached(&quote, last.saturating_add(1), &mut cache).unwrap_err();
    assert_eq!(failure.error.kind(), veriquote::Kind::Stale);
    let failure = prepared.authenticate(&quote, UnixTime(NOW - 400 * DAY)).unwrap_err();
    assert_eq!(failure.error.kind(), veriquote::Kind::Stale, "before any of it was issued");
}

#[test]
fn a_cached_platform_does_not_outlive_its_certificates() {
    let mut forge = Forge::tdx4();
    forge.pck.not_after = veriquote_forge::DerTime::from(NOW + DAY);
    let forged = forge.build();
    let prepared = prepare(&forged);
    let quote = Quote::parse(&forged.quote).unwrap();
    let mut cache = PlatformCache::new(2);
    assert!(prepared.authenticate_cached(&quote, UnixTime(NOW), &mut cache).is_ok());
    let failure = prepared.authenticate_cached(&quote, UnixTime(NOW + DAY + 1), &mut cache).unwrap_err();
    assert_eq!(failure.error.code(), Code::X509Expired);
}

#[test]
fn the_cache_forgets_under_other_collateral_and_stays_bounded() {
    let forged = Forge::tdx4().build();
    let quote = Quote::parse(&forged.quote).unwrap();
    let mut cache = PlatformCache::new(4);
    let first = prepare(&forged);
    first.authenticate_cached(&quote, UnixTime(NOW), &mut cache).unwrap();
    let second = prepare(&forged);
    second.authenticate_cached(&quote, UnixTime(NOW), &mut cache).unwrap();
    assert_eq!(cache.len(), 1);
    for index in 0..32u8 {
        let mut forge = Forge::tdx4();
        forge.quote.attestation_key = veriquote_forge::Key::new(format!("attestation {index}"));
        let other = forge.build();
        let other = Quote::parse(&other.quote).unwrap();
        second.authenticate_cached(&other, UnixTime(NOW), &mut cache).unwrap();
        assert!(cache.len() <= 4);
    }
}

#[test]
fn a_cached_platform_still_checks_every_signature_of_a_quote() {
    let forged = Forge::tdx4().build();
    let prepared = prepare(&forged);
    let mut cache = PlatformCache::new(2);
    let now = UnixTime(NOW);
    prepared.authenticate_cached(&Quote::parse(&forged.quote).unwrap(), now, &mut cache).unwrap();
    for index in [48, 200, 600] {
        let mut bytes = forged.quote.clone();
        bytes[index] ^= 1;
        let failure =
            prepared.authenticate_cached(&Quote::parse(&bytes).unwrap(), now, &mut cache).unwrap_err();
        assert_eq!(failure.error.code(), Code::DcapQuoteSignature, "byte {index}");
        assert_eq!(failure.checks.last().unwrap().outcome, Outcome::Failed);
    }
}

/// Quotes of other platforms, one per number, each with a signature of its own that does not hold.
fn badly_signed(number: u8) -> Vec<u8> {
    let mut forge = Forge::tdx4();
    forge.quote.attestation_key = veriquote_forge::Key::new(format!("attestation {number}"));
    let mut quote = forge.build().quote;
    quote[48 + 520] ^= 1;
    quote
}

#[test]
fn quotes_with_a_bad_signature_leave_the_cache_alone() {
    let forged = Forge::tdx4().build();
    let (prepared, now) = (prepare(&forged), UnixTime(NOW));
    let quote = Quote::parse(&forged.quote).unwrap();
    let mut cache = PlatformCache::new(2);
    prepared.authenticate_cached(&quote, now, &mut cache).unwrap();
    for number in 0..8 {
        let bytes = badly_signed(number);
        let bad = Quote::parse(&bytes).unwrap();
        let failure = prepared.authenticate_cached(&bad, now, &mut cache).unwrap_err();
        assert_eq!(failure.error.code(), Code::DcapQuoteSignature, "{number}");
        assert_eq!(cache.len(), 1, "{number}");
    }
    // The platform is still known: a quote of it with a bad signature ends at that signature's check,
    // after the checks that were remembered.
    let again = prepared.authenticate_cached(&quote, now, &mut cache).unwrap();
    assert!(again.checks().eq(authenticate(&forged).checks()));
}

#[test]
fn one_platform_takes_one_place_however_its_chain_is_written() {
    let forged = Forge::tdx4().build();
    let (prepared, now) = (prepare(&forged), UnixTime(NOW));
    let mut cache = PlatformCache::new(8);
    for lines in 0..16 {
        let mut forge = Forge::tdx4();
        forge.chains.pck.push(veriquote_forge::Role::Text("words between blocks\n".repeat(lines)));
        let other = forge.build();
        let quote = Quote::parse(&other.quote).unwrap();
        assert_eq!(quote.unauthenticated_certification().type_number(), 5);
        prepared.authenticate_cached(&quote, now, &mut cache).unwrap();
        assert_eq!(cache.len(), 1, "{lines}");
    }
}

#[test]
fn a_remembered_platform_does_not_vouch_for_other_authentication_data() {
    let forged = Forge::tdx4().build();
    let (prepared, now) = (prepare(&forged), UnixTime(NOW));
    let mut cache = PlatformCache::new(8);
    prepared.authenticate_cached(&Quote::parse(&forged.quote).unwrap(), now, &mut cache).unwrap();
    // The same attestation key, and a bit of the QE report changed: nothing of it may come from memory.
    let mut bytes = forged.quote.clone();
    let qe_report = 48 + 584 + 4 + 64 + 64 + 6;
    bytes[qe_report] ^= 1;
    let failure = prepared.authenticate_cached(&Quote::parse(&bytes).unwrap(), now, &mut cache).unwrap_err();
    assert_eq!(failure.error.code(), Code::DcapQeReportSignature);
    assert_eq!(cache.len(), 1);
}

#[test]
fn a_maximum_age_is_kept() {
    let forged = Forge::tdx4().build();
    let now = UnixTime(NOW);
    let days = |days: i64| u64::try_from(days * DAY).unwrap();
    let strict = verifier(&forged).with_max_collateral_age(days(1));
    let failure = strict.prepare(&collateral(&forged), now).unwrap_err();
    assert_eq!(failure.error.code(), Code::DcapCollateralAge);
    let lenient = verifier(&forged).with_max_collateral_age(days(3650));
    assert!(lenient.prepare(&collateral(&forged), now).is_ok());
}

#[test]
fn collateral_grace_needs_verifier_and_policy() {
    let mut forge = Forge::tdx4();
    forge.tcb_info.next_update = NOW - DAY;
    let forged = forge.build();
    let (now, collateral) = (UnixTime(NOW), collateral(&forged));
    let plain = verifier(&forged);
    let failure = plain.authenticate(&forged.quote, &collateral, now).unwrap_err();
    assert_eq!(failure.error.code(), Code::DcapTcbInfoStale);
    let graceful = plain.clone().with_collateral_grace(2 * 86_400);
    let quote = graceful.authenticate(&forged.quote, &collateral, now).unwrap();
    assert_eq!(
        appraise(&Policy::strict(), quote),
        (Some(Code::PolicyRejected), vec!["collateral.grace_seconds"])
    );
    let allowing = policy(r#"{"collateral":{"grace_seconds":172800}}"#);
    assert!(plain.verify(&forged.quote, &collateral, &allowing, now).is_ok());
    let short = policy(r#"{"collateral":{"grace_seconds":3600}}"#);
    assert_eq!(
        plain.verify(&forged.quote, &collateral, &short, now).unwrap_err().error().code(),
        Code::DcapTcbInfoStale
    );
}

#[test]
fn strict_refuses_each_weakness_and_allow_lets_it_pass() {
    let td = |bits: u64| {
        let mut forge = Forge::tdx5_15();
        forge.quote.body.td().td_attributes = bits.to_le_bytes();
        forge
    };
    const SEPT: u64 = 1 << 28;
    let mut service_td = td(SEPT);
    service_td.quote.body.td().mr_service_td = [1; 48];
    let xfam = |bits: u64| {
        let mut forge = td(SEPT);
        forge.quote.body.td().xfam = bits.to_le_bytes();
        forge
    };
    let allow_xfam = r#"{"tdx":{"reserved_xfam":"allow"}}"#;
    let sgx = |flags: u64| {
        let mut forge = Forge::sgx3();
        forge.quote.body.sgx().attributes[..8].copy_from_slice(&flags.to_le_bytes());
        forge
    };
    for (forge, rule, allow) in [
        (td(SEPT | 1), "tdx.debug", r#"{"tdx":{"debug":"allow"}}"#),
        (td(SEPT | 1 << 5), "tdx.profiling", r#"{"tdx":{"profiling":"allow"}}"#),
        (td(SEPT | 1 << 40), "tdx.reserved_attributes", r#"{"tdx":{"reserved_attributes":"allow"}}"#),
        (td(0), "tdx.sept_ve_disable", r#"{"tdx":{"sept_ve_disable":"allow"}}"#),
        (td(SEPT | 1 << 29), "tdx.migratable", r#"{"tdx":{"migratable":"allow"}}"#),
        (td(SEPT | 1 << 31), "tdx.key_locker", r#"{"tdx":{"key_locker":"allow"}}"#),
        (xfam(0b111 | 1 << 40), "tdx.reserved_xfam", allow_xfam),
        (xfam(0b110), "tdx.reserved_xfam", allow_xfam),
        (service_td, "tdx.service_td", r#"{"tdx":{"service_td":"allow"}}"#),
        (sgx(0b111), "sgx.debug", r#"{"sgx":{"debug":"allow"}}"#),
        (sgx(0b1_0101), "sgx.provision_key", r#"{"sgx":{"provision_key":"allow"}}"#),
        (sgx(0b10_0101), "sgx.einittoken_key", r#"{"sgx":{"einittoken_key":"allow"}}"#),
        (sgx(0b100), "sgx.init", r#"{"sgx":{"init":"allow"}}"#),
        (sgx(0b001), "sgx.mode64", r#"{"sgx":{"mode64":"allow"}}"#),
    ] {
        let quote = authenticate(&forge.build());
        assert_eq!(
            appraise(&Policy::strict(), quote.clone()),
            (Some(Code::PolicyRejected), vec![rule]),
            "{rule}"
        );
        assert_eq!(appraise(&policy(allow), quote.clone()), (None, vec![]), "{allow}");
        assert_eq!(appraise(&Policy::crypto_only(), quote), (None, vec![]));
    }
    for (bit, member) in
        [(30, "protection_keys"), (63, "performance_monitoring"), (27, "linear_address_separation")]
    {
        let quote = authenticate(&td(SEPT | 1 << bit).build());
        assert_eq!(appraise(&Policy::strict(), quote.clone()).0, None, "{member}");
        let forbid = policy(&format!(r#"{{"tdx":{{"{member}":"forbid"}}}}"#));
        assert_eq!(appraise(&forbid, quote).1, vec![format!("tdx.{member}")], "{member}");
    }
}

#[test]
fn reference_values_are_compared_whole() {
    let forged = Forge::tdx5_15().build();
    let quote = authenticate(&forged);
    let veriquote::dcap::Report::Td(td) = quote.report().clone() else { panic!("a TD") };
    let zero = "00".repeat(48);
    for (member, actual) in [
        ("mr_td", td.mr_td),
        ("mr_seam", td.mr_seam),
        ("mr_config_id", td.mr_config_id),
        ("mr_owner", td.mr_owner),
        ("mr_owner_config", td.mr_owner_config),
        ("rtmr0", td.rtmr[0]),
        ("rtmr1", td.rtmr[1]),
        ("rtmr2", td.rtmr[2]),
        ("rtmr3", td.rtmr[3]),
    ] {
        let mut other = actual;
        other.0[47] ^= 1;
        let listed = policy(&format!(r#"{{"tdx":{{"{member}":["{other}","{actual}"]}}}}"#));
        assert_eq!(appraise(&listed, quote.clone()), (None, vec![]), "{member}");
        let wrong = policy(&format!(r#"{{"tdx":{{"{member}":"{other}"}}}}"#));
        assert_eq!(appraise(&wrong, quote.clone()).1, vec![format!("tdx.{member}")], "{member}");
    }
    let masked = |value: &str, mask: &str| {
        policy(&format!(r#"{{"tdx":{{"attributes":{{"value":"{value}","mask":"{mask}"}}}}}}"#))
    };
    assert_eq!(appraise(&masked("0000001000000000", "000000ff00000000"), quote.clone()).0, None);
    assert_eq!(
        appraise(&masked("0000000000000000", "000000ff00000000"), quote.clone()).1,
        vec!["tdx.attributes"]
    );
    let mut strict = Policy::strict();
    strict.report_data = Some(td.report_data);
    assert_eq!(appraise(&strict, quote.clone()).0, None);
    strict.report_data = Some(Bytes([9; 64]));
    assert_eq!(appraise(&strict, quote.clone()).1, vec!["report_data"]);
    let mut both = Policy::crypto_only();
    both.report_data = Some(Bytes([9; 64]));
    assert_eq!(appraise(&both, quote).1, vec!["report_data"], "never set aside by crypto_only");
    assert!(Policy::from_json(format!(r#"{{"tdx":{{"mr_td":"{zero}"}}}}"#).as_bytes()).is_ok());
}

#[test]
fn tcb_rules() {
    let mut forge = Forge::sgx3();
    forge.tcb_info.levels[0].status = "SWHardeningNeeded".into();
    forge.tcb_info.levels[0].advisories = vec!["INTEL-SA-1".into(), "INTEL-SA-2".into()];
    let quote = authenticate(&forge.build());
    assert_eq!(appraise(&Policy::strict(), quote.clone()).1, vec!["tcb.accept"]);
    let accept = r#""accept":["UpToDate","SWHardeningNeeded"]"#;
    for (rules, broken) in [
        (String::new(), vec![]),
        (r#","tolerated_advisories":["INTEL-SA-1","INTEL-SA-2"]"#.into(), vec![]),
        (r#","tolerated_advisories":["INTEL-SA-1"]"#.into(), vec!["tcb.tolerated_advisories"]),
        (r#","rejected_advisories":["INTEL-SA-3"]"#.into(), vec![]),
        (r#","rejected_advisories":["INTEL-SA-2"]"#.into(), vec!["tcb.rejected_advisories"]),
        (r#","minimum_evaluation_number":18"#.into(), vec![]),
        (r#","minimum_evaluation_number":19"#.into(), vec!["tcb.minimum_evaluation_number"]),
    ] {
        let policy = policy(&format!(r#"{{"tcb":{{{accept}{rules}}}}}"#));
        assert_eq!(appraise(&policy, quote.clone()).1, broken, "{rules}");
    }
}

#[test]
fn a_grace_period_starts_at_the_date_of_the_level() {
    let mut forge = Forge::sgx3();
    forge.tcb_info.levels[0].status = "OutOfDate".into();
    forge.tcb_info.levels[0].tcb_date = NOW - 10 * DAY;
    let quote = authenticate(&forge.build());
    assert_eq!(quote.tcb().status, TcbStatus::OutOfDate);
    for (days, code) in
        [(0, Some(Code::PolicyRejected)), (9, Some(Code::PolicyRejected)), (10, None), (11, None)]
    {
        let policy = policy(&format!(r#"{{"tcb":{{"grace_seconds":{}}}}}"#, days * DAY));
        assert_eq!(appraise(&policy, quote.clone()).0, code, "{days} days");
    }
}

#[test]
fn no_policy_accepts_a_revoked_or_unsupported_tcb() {
    for (status, pce_svn, code) in
        [("Revoked", 11, Code::DcapTcbRevoked), ("UpToDate", 9, Code::DcapTcbNotSupported)]
    {
        let mut forge = Forge::sgx3();
        forge.tcb_info.levels[0].status = status.into();
        forge.sgx_extension().tcb.pce_svn = pce_svn;
        let quote = authenticate(&forge.build());
        for policy in [Policy::strict(), Policy::crypto_only()] {
            assert_eq!(appraise(&policy, quote.clone()).0, Some(code), "{status}");
        }
        let refused = Policy::from_json(br#"{"tcb":{"accept":["Revoked"]}}"#).unwrap_err();
        assert_eq!((refused.code(), refused.part()), (Code::MisusePolicy, "policy.tcb.accept"));
    }
}

#[test]
fn platform_rules() {
    let quote = authenticate(&Forge::tdx4().build());
    let (ppid, fmspc) = (quote.platform().ppid, quote.platform().fmspc);
    let id = quote.platform().platform_instance_id.unwrap();
    for (rules, broken) in [
        (format!(r#""ppids":["{ppid}"],"fmspcs":["{fmspc}"],"instance_ids":["{id}"]"#), vec![]),
        (format!(r#""ppids":["{}"]"#, "11".repeat(16)), vec!["platform.ppids"]),
        (format!(r#""instance_ids":["{}"]"#, "11".repeat(16)), vec!["platform.instance_ids"]),
        (r#""fmspcs":["111111111111"]"#.into(), vec!["platform.fmspcs"]),
    ] {
        let policy = policy(&format!(r#"{{"platform":{{{rules}}}}}"#));
        assert_eq!(appraise(&policy, quote.clone()).1, broken, "{rules}");
    }
    // What the certificate does not say meets neither `forbid` nor `require`.
    let processor = authenticate(&Forge::sgx3().certified_by(veriquote_forge::PckCa::Processor).build());
    for stance in ["forbid", "require"] {
        let policy = policy(&format!(r#"{{"platform":{{"smt":"{stance}"}}}}"#));
        assert_eq!(appraise(&policy, processor.clone()).1, vec!["platform.smt"], "{stance}");
    }
    assert_eq!(Policy::strict().platform.smt, Stance::Allow);
}

#[test]
fn policies_refuse_what_they_do_not_know() {
    for (text, code) in [
        ("{}", Code::MisusePolicyEmpty),
        (r#"{"name":"x"}"#, Code::MisusePolicyEmpty),
        (r#"{"tdx":{}}"#, Code::MisusePolicyEmpty),
        (r#"{"crypto_only":false}"#, Code::MisusePolicyEmpty),
        (r#"{"tcb":{"acept":["UpToDate"]}}"#, Code::MisusePolicy),
        (r#"{"debug":"allow"}"#, Code::MisusePolicy),
        (r#"{"tdx":{"debug":"alow"}}"#, Code::MisusePolicy),
        (r#"{"tdx":{"debug":true}}"#, Code::MisusePolicy),
        (r#"{"tdx":{"mr_td":"00"}}"#, Code::MisusePolicy),
        (r#"{"tdx":{"mr_td":[]}}"#, Code::MisusePolicy),
        (r#"{"tdx":{"xfam":{"value":"0000000000000000"}}}"#, Code::MisusePolicy),
        (r#"{"tdx":{"xfam":{"value":"ff00000000000000","mask":"0f00000000000000"}}}"#, Code::MisusePolicy),
        (r#"{"crypto_only":true,"tcb":{"grace_seconds":1}}"#, Code::MisusePolicy),
        (r#"{"report_data":"00"}"#, Code::MisusePolicy),
        (r#"{"tcb":{"grace_seconds":-1}}"#, Code::MisusePolicy),
        (r#"{"tcb":{},"tcb":{}}"#, Code::JsonDuplicateKey),
        ("[]", Code::MisusePolicy),
        ("", Code::JsonSyntax),
    ] {
        assert_eq!(Policy::from_json(text.as_bytes()).unwrap_err().code(), code, "{text}");
    }
    assert!(Policy::from_json(br#"{"crypto_only":true}"#).unwrap().crypto_only);
}

#[test]
fn shortfall_names_component_owner_and_advisories() {
    let mut forge = Forge::tdx4();
    forge.sgx_extension().tcb.components = vec![2; 16];
    forge.sgx_extension().tcb.pce_svn = 10;
    let mut level = forge.tcb_info.levels[0].clone();
    level.sgx[7].category = Some("OS/VMM".into());
    level.sgx[7].kind = Some("SEAMLDR ACM".into());
    forge.tcb_info.levels[0] = level;
    let quote = authenticate(&forge.build());
    assert_eq!(quote.tcb().status, TcbStatus::OutOfDate);
    let shortfall = quote.shortfall();
    let platform = &shortfall[0];
    assert_eq!((platform.of, platform.status), (ShortfallOf::Platform, TcbStatus::UpToDate));
    assert_eq!(platform.needs.len(), 17, "16 components and the PCE");
    let seam = &platform.needs[7];
    assert_eq!((seam.have, seam.need, seam.owner), (2, 3, Owner::SeamLoader));
    assert_eq!(seam.label.as_ref().unwrap().category, "OS/VMM");
    assert_eq!(platform.needs[16].owner, Owner::Pce);
    let ids: Vec<&str> = platform.advisories_resolved.iter().map(|id| &**id).collect();
    assert_eq!(ids, ["INTEL-SA-90002"]);
    assert!(authenticate(&Forge::tdx4().build()).shortfall().is_empty());
}

#[test]
fn outlook_sees_a_recovery_and_every_expiry() {
    let forged = Forge::tdx4().build();
    let standard = prepare(&forged);
    let mut early = Forge::tdx4();
    early.tcb_info.evaluation_number = 21;
    early.identity.evaluation_number = 21;
    early.tcb_info.levels[0].status = "OutOfDate".into();
    let early = prepare(&early.build());
    let quote = Quote::parse(&forged.quote).unwrap();
    let horizons = [
        Horizon { label: "standard", collateral: &standard },
        Horizon { label: "early", collateral: &early },
    ];
    let mut listed = Forge::tdx4();
    let known = listed.evaluation_numbers.numbers[0].clone();
    listed.evaluation_numbers.numbers.push(veriquote_forge::EvaluationNumber { number: 20, ..known.clone() });
    listed.evaluation_numbers.numbers.push(veriquote_forge::EvaluationNumber { number: 21, ..known });
    let numbers = listed.evaluation_numbers_json();
    let chain = collateral(&forged).tcb_info.issuer_chain;
    let document = SignedDocument::from_service_body(&numbers, &chain).unwrap();
    let numbers = standard.evaluation_numbers(&document, UnixTime(NOW)).unwrap();
    let seen = outlook(&quote, &horizons, Some(&numbers), &Policy::strict(), UnixTime(NOW));
    let now: Vec<_> =
        seen.views.iter().map(|view| (view.judgement.status, view.judgement.refusal.is_none())).collect();
    assert_eq!(now, [(Some(TcbStatus::UpToDate), true), (Some(TcbStatus::OutOfDate), false)]);
    let last = seen.forecast.last().unwrap();
    assert!(last.at.is_none() && last.judgement.is_some());
    let recoveries: Vec<_> = seen
        .forecast
        .iter()
        .filter_map(|change| match &change.cause {
            Cause::Recovery { label, evaluation_number, announced } => {
                Some((label.as_deref(), *evaluation_number, announced.is_some(), change.judgement.is_some()))
            }
            _ => None,
        })
        .collect();
    // What only the list names has no verdict; older numbers than the present one are no news.
    assert_eq!(recoveries, [(None, 20, true, false), (Some("early"), 21, true, true)]);
    let dated: Vec<_> = seen.forecast.iter().filter_map(|change| change.at).collect();
    assert!(dated.is_sorted() && !dated.is_empty());
    assert_eq!(dated[0], standard.valid_until().saturating_add(1));
    for change in &seen.forecast[..dated.len()] {
        let judgement = change.judgement.as_ref().expect("a dated change has a verdict");
        assert_eq!(judgement.refusal.as_ref().unwrap().kind(), veriquote::Kind::Stale);
    }
}

#[test]
fn a_qve_report_binds_quote_result_and_enclave_but_its_mac_is_not_checked() {
    let mut forge = Forge::tdx4();
    forge.qve_identity = Some(Identity::qve());
    let forged = forge.build();
    let prepared = prepare(&forged);
    let check = |report: &VerificationReport, asked: &VerificationReport, minimum: u16| {
        let parsed = QveReport::parse(&report.report()).unwrap();
        let result = QveResult {
            nonce: &asked.nonce,
            quote: &asked.quote,
            expiration_check_date: UnixTime(asked.expiration_check_date),
            collateral_expiration_status: asked.collateral_expiration_status,
            qv_result: asked.qv_result,
            supplemental_data: &asked.supplemental_data,
        };
        prepared.verify_qve_report(&parsed, &result, minimum, UnixTime(NOW))
    };
    let good = VerificationReport::ok(&forged.quote);
    let claim = check(&good, &good, 0).unwrap();
    assert_eq!(claim.unauthenticated_status, Some(TcbStatus::UpToDate));
    let mac = claim.checks.last().unwrap();
    assert_eq!(mac.rule.id, "dcap.qve.mac");
    assert!(matches!(mac.outcome, Outcome::Skipped(_)));

    type Change = fn(&mut VerificationReport);
    let changes: [Change; 6] = [
        |r| r.nonce[0] ^= 1,
        |r| r.quote[100] ^= 1,
        |r| r.expiration_check_date += 1,
        |r| r.collateral_expiration_status = 1,
        |r| r.qv_result = 0xa002,
        |r| r.supplemental_data[0] ^= 1,
    ];
    for change in changes {
        let mut asked = good.clone();
        change(&mut asked);
        assert_eq!(check(&good, &asked, 0).unwrap_err().error.code(), Code::DcapQveReportData);
    }
    let mut tail = good.clone();
    let mut data = tail.natural_report_data();
    data[63] = 1;
    tail.report_data = Some(data);
    assert_eq!(check(&tail, &good, 0).unwrap_err().error.code(), Code::DcapQveReportData);
    let mut signer = good.clone();
    signer.report.mr_signer[0] ^= 1;
    assert_eq!(check(&signer, &signer, 0).unwrap_err().error.code(), Code::DcapIdentityMrSigner);
    assert_eq!(check(&good, &good, u16::MAX).unwrap_err().error.code(), Code::DcapQveIsvSvn);
    let mut old = good.clone();
    old.report.isv_svn = 0;
    assert_eq!(check(&old, &old, 0).unwrap_err().error.code(), Code::DcapQveIsvSvn);
    assert_eq!(QveReport::parse(&[0; 383]).unwrap_err().code(), Code::InputTruncated);
    assert_eq!(QveReport::parse(&[0; 433]).unwrap_err().code(), Code::InputTrailingData);
}

#[test]
fn a_missing_qve_identity_is_an_error() {
    let mut forge = Forge::tdx4();
    forge.qve_identity = None;
    let forged = forge.build();
    let report = VerificationReport::ok(&forged.quote);
    let result = QveResult {
        nonce: &report.nonce,
        quote: &report.quote,
        expiration_check_date: UnixTime(NOW),
        collateral_expiration_status: 0,
        qv_result: 0,
        supplemental_data: &report.supplemental_data,
    };
    let parsed = QveReport::parse(&report.report()).unwrap();
    let failure = prepare(&forged).verify_qve_report(&parsed, &result, 0, UnixTime(NOW)).unwrap_err();
    assert_eq!(failure.error.code(), Code::DcapCollateralMissing);
}

#[test]
fn both_profiles_give_one_verdict_on_a_valid_quote() {
    for (name, forge) in Forge::all() {
        let forged = forge.build();
        let intel = verifier(&forged).with_profile(Profile::Intel);
        let quote = intel.authenticate(&forged.quote, &collateral(&forged), UnixTime(forged.now)).unwrap();
        assert_eq!(quote.intel_status().unwrap().number(), 0, "{name}");
        assert_eq!(quote.tcb(), authenticate(&forged).tcb(), "{name}");
    }
}

#[test]
fn the_policy_document_describes_every_rule() {
    let text = include_str!("../../../docs/policy.md");
    for forge in [Forge::sgx3(), Forge::tdx5_15()] {
        let accepted = Policy::strict().accept(authenticate(&forge.build())).unwrap();
        for finding in accepted.findings() {
            let member = finding.rule.rsplit('.').next().unwrap();
            let described =
                text.contains(&format!("`{member}`")) || text.contains(&format!("`{}`", finding.rule));
            assert!(described, "docs/policy.md does not name {}", finding.rule);
        }
    }
}

#[test]
fn a_policy_for_one_tee_does_not_accept_the_other() {
    let enclave = policy(&format!(r#"{{"sgx":{{"mr_enclave":"{}"}}}}"#, "11".repeat(32)));
    assert_eq!(appraise(&enclave, authenticate(&Forge::tdx4().build())).1, vec!["tee"]);
    let domain = policy(&format!(r#"{{"tdx":{{"mr_td":"{}"}}}}"#, "11".repeat(48)));
    assert_eq!(appraise(&domain, authenticate(&Forge::sgx3().build())).1, vec!["tee"]);
}

#[test]
fn documents_beside_the_quote_need_collateral_in_force() {
    let forged = Forge::tdx4().build();
    let prepared = prepare(&forged);
    let mut forge = Forge::tdx4();
    forge.evaluation_numbers.next_update = NOW + 4000 * DAY;
    let chain = collateral(&forged).tcb_info.issuer_chain;
    let document = SignedDocument::from_service_body(&forge.evaluation_numbers_json(), &chain).unwrap();
    assert!(prepared.evaluation_numbers(&document, UnixTime(NOW)).is_ok());
    let later = prepared.valid_until().saturating_add(1);
    let failure = prepared.evaluation_numbers(&document, later).unwrap_err();
    assert_eq!(failure.error.kind(), veriquote::Kind::Stale);
}

#[test]
fn a_level_that_is_not_reached_is_not_said_to_be() {
    let mut forge = Forge::sgx3();
    forge.sgx_extension().tcb.pce_svn = 0;
    let quote = authenticate(&forge.build());
    let level = quote.checks().last().unwrap();
    assert_eq!((level.rule.id, &level.outcome), ("dcap.tcb.level", &Outcome::Failed));
}

#[test]
fn the_longest_authentication_data_is_verified() {
    let mut forge = Forge::sgx3();
    forge.quote.qe_auth_data = vec![7; 65_535];
    authenticate(&forge.build());
}

/// A guest with an event log that its RTMRs prove.
fn guest(command_line: &[u8]) -> (Forged, Vec<u8>, [[u8; 48]; 4]) {
    let mut log = veriquote_forge::EventLog::boot();
    log.events.insert(2, veriquote_forge::LogEvent::new(2, 4, &[0; 4]));
    // GRUB hashes the line alone and writes a label before it and a NUL after it.
    let last = log.events.last_mut().unwrap();
    last.measured = command_line.to_vec();
    last.data = [b"kernel_cmdline: ", command_line, b"\0"].concat();
    let mut forge = Forge::tdx4();
    forge.quote.body.td().rtmrs = log.rtmrs();
    (forge.build(), log.bytes(), log.rtmrs())
}

#[test]
fn a_log_counts_for_the_quote_that_proves_it_and_for_no_other() {
    let (guest_a, log, rtmrs) = guest(b"/vmlinuz root=/dev/vda1 quiet");
    let (guest_b, other_log, other_rtmrs) = guest(b"/vmlinuz root=/dev/vda1 init=/bin/sh");
    let log = EventLog::parse(&log, LogKind::Ccel, &Limits::default()).unwrap();
    let replayed = log.verify_rtmrs(&RustCrypto, &rtmrs, Quirks::NONE).unwrap();
    let state = BootState::assess(&replayed, &RustCrypto, Quirks::NONE);
    let other_log = EventLog::parse(&other_log, LogKind::Ccel, &Limits::default()).unwrap();
    let other = other_log.verify_rtmrs(&RustCrypto, &other_rtmrs, Quirks::NONE).unwrap();
    let other = BootState::assess(&other, &RustCrypto, Quirks::NONE);
    let policy = Policy::from_json(
        br#"{"boot":{"log":"require","debug_mode":"allow","shim_validation_disabled":"allow","command_line_forbidden":["init"],"tolerated_problems":
            ["boot.event","boot.separator","boot.secure_boot","boot.variable"]}}"#,
    )
    .unwrap();
    let result = |forged: &Forged, boot: Option<&BootState<'_>>| {
        let result = policy.accept_with_log(authenticate(forged), boot);
        result.map(|_| ()).map_err(|rejection| (rejection.error.code(), rejection.error.part().to_owned()))
    };
    let rejected = |rule: &str| Err((Code::PolicyRejected, rule.to_owned()));
    assert_eq!(result(&guest_a, Some(&state)), Ok(()));
    assert_eq!(result(&guest_b, Some(&other)), rejected("boot.command_line_forbidden"));
    assert_eq!(result(&guest_a, None), rejected("boot.log"));
    // The good guest's log does not make the bad one acceptable, whatever the policy.
    let foreign = Err((Code::MisuseOptions, "boot.quote".to_owned()));
    assert_eq!(result(&guest_b, Some(&state)), foreign);
    assert_eq!(result(&guest_a, Some(&other)), foreign);
    assert_eq!(result(&Forge::sgx3().build(), Some(&state)), foreign);
    let crypto_only = Policy::crypto_only();
    assert!(crypto_only.accept_with_log(authenticate(&guest_a), Some(&state)).is_ok());
    assert!(crypto_only.accept_with_log(authenticate(&guest_b), Some(&state)).is_err());
}

/// The facade's call of a guest with its log, under this policy.
fn facade(forged: &Forged, log: Option<&[u8]>, policy: Option<&str>) -> serde_json::Value {
    let mut request = serde_json::json!({
        "quote": veriquote_forge::hex(&forged.quote),
        "collateral": [forged.collateral_json()],
        "options": {
            "at": veriquote_forge::rfc3339(forged.now), "roots": [forged.root_pem], "outlook": true,
        },
    });
    if let Some(log) = log {
        request["event_log"] = serde_json::json!(veriquote_forge::hex(log));
    }
    if let Some(policy) = policy {
        request["options"]["policy"] = serde_json::json!(policy);
    }
    let answer = veriquote_facade::verify_dcap_json(Arc::new(RustCrypto), &request.to_string());
    serde_json::from_str(&answer).unwrap()
}

#[test]
fn rules_about_the_boot_are_judged_by_the_log_of_the_call() {
    let policy = r#"{"boot":{"log":"require","debug_mode":"allow","shim_validation_disabled":"allow",
        "command_line_forbidden":["init"],
        "tolerated_problems":["boot.event","boot.separator","boot.secure_boot","boot.variable"]}}"#;
    let (good, log, _) = guest(b"/vmlinuz root=/dev/vda1 quiet");
    let (bad, bad_log, _) = guest(b"/vmlinuz root=/dev/vda1 init=/bin/sh");
    let accepted = facade(&good, Some(&log), Some(policy));
    assert_eq!(accepted["accepted"], true, "{}", accepted["error"]);
    assert_eq!(accepted["claims"]["boot"]["command_lines"][0], "/vmlinuz root=/dev/vda1 quiet");
    let forecast = &accepted["forecast"].as_array().unwrap()[0]["verdict"];
    assert_ne!(forecast["error"]["part"], "boot.log", "the log that is good now is good then");
    let part = |answer: &serde_json::Value| {
        assert_eq!((&answer["verified"], &answer["accepted"]), (&true.into(), &false.into()));
        answer["error"]["part"].as_str().unwrap().to_owned()
    };
    assert_eq!(part(&facade(&bad, Some(&bad_log), Some(policy))), "boot.command_line_forbidden");
    assert_eq!(part(&facade(&good, None, Some(policy))), "boot.log");
    // Another guest's log is no log of this one, whatever the policy.
    assert_eq!(facade(&bad, Some(&log), Some(policy))["error"]["code"], "eventlog.replay");
    // Nothing is asked of the boot: what the log says is shown.
    let shown = facade(&bad, Some(&bad_log), None);
    assert_eq!(shown["accepted"], true, "{}", shown["error"]);
    assert_eq!(shown["claims"]["boot"]["command_lines"][0], "/vmlinuz root=/dev/vda1 init=/bin/sh");
}
