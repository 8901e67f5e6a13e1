//! A life of a machine: enrol, quote, extend, quote again, suspend, reset; and what must be refused.

use std::sync::Arc;

use serde_json::Value;
use veriquote::crypto::RustCrypto;
use veriquote::tpm::{CredentialChallenge, Name, PublicArea, TrustedAk, TrustedEk};
use veriquote::{Code, UnixTime};
use veriquote_facade::{
    ActivatedKey, AkEvidence, AttestedKey, Blob, ClockReading, Document, EndorsementKey, Time,
    TpmChallengeRequest, TpmOptions, TpmRequest, Verification, make_tpm_challenge, verify_tpm,
};
use veriquote_forge::hex;
use veriquote_forge::tpm::{
    AkKey, Credential, Ek, ImaEntry, ImaList, PcrHash, PcrSet, RsaKey, make_credential,
};
use veriquote_tpm_live::SoftTpm;

const SELECTION: &str = "sha1:0,10+sha256:0,1,2,3,4,5,6,7,8,9,10,14";

/// No firmware ran before this TPM's quotes.
const NEVER_BOOTED: &[u8] = br#"{"tpm":{"unmeasured_banks":"allow"}}"#;

/// Pieces of a request: a quote by name, its values by name.
fn request(tpm: &SoftTpm, quote: &str, pcrs: &str, nonce: &str) -> TpmRequest {
    let blob = |name: String| Blob(tpm.read(&name));
    TpmRequest {
        quote: blob(format!("{quote}.msg")),
        signature: blob(format!("{quote}.sig")),
        ak: Some(blob("ak.pub".to_owned())),
        ak_evidence: None,
        pcrs: Some(Document(tpm.read(&format!("{pcrs}.pcrs")))),
        event_log: None,
        ima_log: None,
        options: TpmOptions {
            ak_name: Some(hex(&tpm.read("ak.name"))),
            ..TpmOptions::new(Time(UnixTime(0)), nonce)
        },
    }
}

fn verify(request: &TpmRequest) -> Verification {
    verify_tpm(Arc::new(RustCrypto), request)
}

fn code(result: &Verification) -> &str {
    result.error.as_ref().map_or("", |problem| problem.code.as_str())
}

fn reading(result: &Verification) -> ClockReading {
    result.claims.as_ref().and_then(|claims| claims.tpm()).expect("claims").clock.reading
}

fn continuity(result: &Verification) -> Option<&'static str> {
    result.claims.as_ref()?.tpm()?.clock.continuity.map(|it| it.as_str())
}

fn pcr(result: &Verification, index: u8) -> &str {
    &result.claims.as_ref().and_then(|claims| claims.tpm()).and_then(|it| it.pcrs.as_ref()).expect("values")["sha256"]
        [&index]
}

#[test]
fn the_life_of_a_machine() {
    let Some(tpm) = SoftTpm::start() else { return };
    tpm.provision("rsa", "sha256", "rsassa");

    // Enrolment: only the TPM that holds both keys opens a credential for them.
    tpm.write("secret", b"0123456789abcdef0123456789abcdef");
    let name = hex(&tpm.read("ak.name"));
    let make = ["-e", "ek.pub", "-s", "secret", "-n", &name, "-o", "credential"];
    tpm.tool("tpm2_makecredential", ["-T", "none"].into_iter().chain(make));
    assert_eq!(tpm.activate("credential").expect("the right keys"), tpm.read("secret"));
    let other = format!("{}{}", &name[..name.len() - 2], "00");
    let make = ["-e", "ek.pub", "-s", "secret", "-n", &other, "-o", "wrong"];
    tpm.tool("tpm2_makecredential", ["-T", "none"].into_iter().chain(make));
    assert!(tpm.activate("wrong").is_err(), "a credential for another Name was opened");

    // The same by our own MakeCredential; the answer makes the key a trusted one.
    let (ek, ak) = (tpm.read("ek.pub"), tpm.read("ak.pub"));
    let endorsement = PublicArea::parse(&ek).expect("a public area");
    let area = PublicArea::parse(&ak).expect("a public area");
    let endorsement = TrustedEk::pinned(&endorsement, &RustCrypto).expect("an endorsement key");
    let ak_name = Name::parse(&tpm.read("ak.name")).expect("a Name");
    // Not random: this TPM lives for a second.
    let entropy: Vec<u8> = (0..endorsement.entropy_len()).map(|it| it as u8).collect();
    let made = veriquote::tpm::Credential::make(&endorsement, &ak_name, b"sixteen bytes or", &entropy);
    let (credential, challenge) = made.expect("a credential");
    tpm.write("ours", credential.to_file());
    let answer = tpm.activate("ours").expect("the right keys");
    let activated = TrustedAk::activated(&endorsement, &area, challenge, &answer).expect("an enrolled key");
    assert_eq!(activated.name(), Some(&ak_name));
    let again = CredentialChallenge::new(&endorsement, ak_name.clone(), b"sixteen bytes or");
    let wrong = TrustedAk::activated(&endorsement, &area, again, b"sixteen bytes so").unwrap_err();
    assert_eq!(wrong.error.code(), Code::TpmCredential);

    // The first quote.
    tpm.quote("first", SELECTION, "a1a1a1a1a1a1a1a1");
    let first = verify(&request(&tpm, "first", "first", "a1a1a1a1a1a1a1a1"));
    assert!(first.verified, "{:?}", first.error);
    assert_eq!(pcr(&first, 10), "00".repeat(32));
    let signer = &first.claims.as_ref().and_then(|it| it.tpm()).expect("claims").quote.qualified_signer;
    assert_eq!(*signer, hex(&tpm.read("ak.qname")));

    // Something ran.
    let digest = PcrHash::Sha256.digest(&[b"a program"]);
    tpm.extend(&format!("10:sha256={}", hex(&digest)));
    tpm.quote("second", SELECTION, "b2b2b2b2b2b2b2b2");
    let mut with_previous = request(&tpm, "second", "second", "b2b2b2b2b2b2b2b2");
    with_previous.options.previous = Some(reading(&first));
    let second = verify(&with_previous);
    assert!(second.verified, "{:?}", second.error);
    assert_eq!(continuity(&second), Some("same_boot"));
    assert_eq!(pcr(&second, 10), hex(&PcrHash::Sha256.digest(&[&[0; 32], &digest])));

    // Stale and replayed pieces, each alone.
    let replayed = verify(&request(&tpm, "first", "first", "b2b2b2b2b2b2b2b2"));
    assert_eq!(code(&replayed), "tpm.nonce");
    let stale_values = verify(&request(&tpm, "second", "first", "b2b2b2b2b2b2b2b2"));
    assert_eq!(code(&stale_values), "tpm.pcr.digest");
    let mut crossed = request(&tpm, "second", "second", "b2b2b2b2b2b2b2b2");
    crossed.signature = Blob(tpm.read("first.sig"));
    assert_eq!(code(&verify(&crossed)), "tpm.quote.signature");
    let mut other_key = request(&tpm, "second", "second", "b2b2b2b2b2b2b2b2");
    other_key.options.ak_name = Some(other);
    assert_eq!(code(&verify(&other_key)), "tpm.name");

    // Suspended and resumed.
    tpm.resume();
    tpm.quote("third", SELECTION, "c3c3c3c3c3c3c3c3");
    let mut resumed = request(&tpm, "third", "third", "c3c3c3c3c3c3c3c3");
    resumed.options.previous = Some(reading(&second));
    let third = verify(&resumed);
    assert!(third.verified, "{:?}", third.error);
    assert_eq!(continuity(&third), Some("resumed"));
    assert_eq!(pcr(&third, 10), pcr(&second, 10));

    // Hibernated: the reset counter stands still, and what ran before is gone all the same.
    tpm.restart();
    tpm.quote("restarted", SELECTION, "c4c4c4c4c4c4c4c4");
    let mut restarted = request(&tpm, "restarted", "restarted", "c4c4c4c4c4c4c4c4");
    restarted.options.previous = Some(reading(&third));
    let restarted = verify(&restarted);
    assert!(restarted.verified, "{:?}", restarted.error);
    assert_eq!(continuity(&restarted), Some("resumed"));
    assert_eq!(pcr(&restarted, 10), "00".repeat(32));
    let stale = verify(&request(&tpm, "restarted", "third", "c4c4c4c4c4c4c4c4"));
    assert_eq!(code(&stale), "tpm.pcr.digest");
    let mut asleep = request(&tpm, "restarted", "restarted", "c4c4c4c4c4c4c4c4");
    asleep.options.previous = Some(reading(&third));
    asleep.options.policy =
        Some(Document(br#"{"tpm":{"resumed":"forbid","unmeasured_banks":"allow"}}"#.to_vec()));
    let asleep = verify(&asleep);
    assert!(asleep.verified && !asleep.accepted);
    assert_eq!(asleep.error.as_ref().map(|problem| problem.part.as_str()), Some("tpm.resumed"));

    // Reset: what ran before is gone, and the older values are of no use.
    tpm.reset();
    tpm.quote("fourth", SELECTION, "d4d4d4d4d4d4d4d4");
    let mut rebooted = request(&tpm, "fourth", "fourth", "d4d4d4d4d4d4d4d4");
    rebooted.options.previous = Some(reading(&restarted));
    let fourth = verify(&rebooted);
    assert!(fourth.verified, "{:?}", fourth.error);
    assert_eq!(continuity(&fourth), Some("rebooted"));
    assert_eq!(pcr(&fourth, 10), "00".repeat(32));
    let stale = verify(&request(&tpm, "fourth", "third", "d4d4d4d4d4d4d4d4"));
    assert_eq!(code(&stale), "tpm.pcr.digest");
    let stale = verify(&request(&tpm, "third", "third", "d4d4d4d4d4d4d4d4"));
    assert_eq!(code(&stale), "tpm.nonce");

    // A quote from before the reset, shown after it: the clock says so even where the nonce fits.
    let mut earlier = request(&tpm, "third", "third", "c3c3c3c3c3c3c3c3");
    earlier.options.previous = Some(reading(&fourth));
    let earlier = verify(&earlier);
    assert_eq!(continuity(&earlier), Some("went_back"));
    assert!(earlier.verified && !earlier.accepted);

    // A loss of power: another boot all the same.
    tpm.crash();
    tpm.quote("fifth", SELECTION, "e5e5e5e5e5e5e5e5");
    let mut crashed = request(&tpm, "fifth", "fifth", "e5e5e5e5e5e5e5e5");
    crashed.options.previous = Some(reading(&fourth));
    assert_eq!(continuity(&verify(&crashed)), Some("rebooted"));
}

/// Enrolment by the facade's calls alone, and a key that the enrolled one certifies.
#[test]
fn a_key_is_enrolled_and_vouches_for_another() {
    let Some(tpm) = SoftTpm::start() else { return };
    tpm.provision("rsa", "sha256", "rsassa");
    let blob = |name: &str| Blob(tpm.read(name));
    let made = make_tpm_challenge(
        &RustCrypto,
        &TpmChallengeRequest {
            ek: EndorsementKey { public: Some(blob("ek.pub")), ..EndorsementKey::default() },
            ak: blob("ak.pub"),
            at: Time(UnixTime(0)),
            roots: Vec::new(),
            crls: Vec::new(),
            secret: hex(b"0123456789abcdef0123456789abcdef"),
            // Not random: this TPM lives for a second.
            entropy: "0e".repeat(128),
        },
    );
    let sent = made.credential.unwrap_or_else(|| panic!("{:?}", made.error));
    tpm.write("credential", veriquote::bytes::from_hex(sent.as_bytes()).expect("hex"));
    let answer = tpm.activate("credential").expect("the right keys");
    let evidence = |answer: &[u8]| {
        AkEvidence::Activated(Box::new(ActivatedKey {
            ek: EndorsementKey { public: Some(blob("ek.pub")), ..EndorsementKey::default() },
            challenge: made.challenge.clone().expect("a challenge"),
            answer: hex(answer),
        }))
    };
    tpm.quote("first", SELECTION, "a1a1a1a1a1a1a1a1");
    let mut enrolled = request(&tpm, "first", "first", "a1a1a1a1a1a1a1a1");
    enrolled.options.ak_name = None;
    enrolled.options.policy = Some(Document(NEVER_BOOTED.to_vec()));
    enrolled.ak_evidence = Some(evidence(&answer));
    let result = verify(&enrolled);
    assert!(result.accepted, "{:?}", result.error);
    enrolled.ak_evidence = Some(evidence(&answer[..31]));
    assert_eq!(code(&verify(&enrolled)), "tpm.credential");

    // Another attestation key of the same TPM, certified by the first; then a quote by the other.
    let names = ["-u", "other.pub", "-n", "other.name", "-c", "other.ctx"];
    let other = ["-C", "0x81010001", "-G", "ecc256", "-g", "sha256", "-s", "ecdsa"];
    tpm.tool("tpm2_createak", other.into_iter().chain(names));
    tpm.flush();
    tpm.tool("tpm2_evictcontrol", ["-C", "o", "-c", "other.ctx", "0x81010003"]);
    tpm.flush();
    let certify =
        ["-c", "0x81010003", "-C", "0x81010002", "-g", "sha256", "-o", "made.msg", "-s", "made.sig"];
    tpm.tool("tpm2_certify", certify);
    tpm.flush();
    let quote =
        ["-c", "0x81010003", "-g", "sha256", "--scheme", "ecdsa", "-l", SELECTION, "-q", "b2b2b2b2b2b2b2b2"];
    tpm.tool("tpm2_quote", quote.into_iter().chain(["-m", "by.msg", "-s", "by.sig", "-o", "by.pcrs"]));
    tpm.flush();
    let mut attested = request(&tpm, "by", "by", "b2b2b2b2b2b2b2b2");
    attested.ak = Some(blob("other.pub"));
    attested.options.ak_name = None;
    attested.options.policy = Some(Document(NEVER_BOOTED.to_vec()));
    let certified = |certification: &str| {
        AkEvidence::Attested(Box::new(AttestedKey {
            certification: blob(&format!("{certification}.msg")),
            signature: blob(&format!("{certification}.sig")),
            signer: blob("ak.pub"),
            signer_name: Some(hex(&tpm.read("ak.name"))),
            signer_chain: None,
            creation_data: None,
            nonce: None,
            danger_no_nonce: true,
        }))
    };
    attested.ak_evidence = Some(certified("made"));
    let result = verify(&attested);
    assert!(result.accepted, "{:?}", result.error);
    let claims = serde_json::to_value(result.claims).expect("JSON");
    assert_eq!(claims["ak"]["route"], "attested");
    // The certification of one key is of no use to another, and a quote certifies nothing.
    let mut own = request(&tpm, "first", "first", "a1a1a1a1a1a1a1a1");
    own.options.ak_name = None;
    own.ak_evidence = Some(certified("made"));
    assert_eq!(code(&verify(&own)), "tpm.name");
    attested.ak_evidence = Some(certified("first"));
    assert_eq!(code(&verify(&attested)), "tpm.attest.type");
}

/// Programs run; their list is continued within a boot, and its token is refused in the next.
#[test]
fn a_list_goes_on_within_its_boot_alone() {
    const KEY: &str = "000102030405060708090a0b0c0d0e0f";
    let Some(tpm) = SoftTpm::start() else { return };
    tpm.provision("rsa", "sha256", "rsassa");
    let list = ImaList { boot_aggregate: None, ..ImaList::programs() };
    let nothing = PcrSet::reset(&[PcrHash::Sha1, PcrHash::Sha256], 0);
    let run = |list: &ImaList, from: usize| {
        for entry in &list.entries[from..] {
            let [sha1, sha256] = [PcrHash::Sha1, PcrHash::Sha256].map(|bank| hex(&entry.template_hash(bank)));
            tpm.extend(&format!("10:sha1={sha1},sha256={sha256}"));
        }
    };
    let mut longer = list.clone();
    longer.entries.push(ImaEntry::file("/usr/bin/later", b"later"));
    let quote = |name: &str, nonce: &str, bytes: Vec<u8>, token: Option<&str>| {
        tpm.quote(name, SELECTION, nonce);
        let mut request = request(&tpm, name, name, nonce);
        request.ima_log = Some(Blob(bytes));
        request.options.continuation_key = Some(KEY.to_owned());
        request.options.continuation = token.map(Blob::from);
        // Nobody booted this TPM.
        let policy = br#"{"tpm":{"unmeasured_banks":"allow"},"ima":{"boot_aggregate":"allow"}}"#.to_vec();
        request.options.policy = Some(Document(policy));
        verify(&request)
    };
    let ima = |result: &Verification| {
        let claims = result.claims.as_ref().and_then(|it| it.tpm()).and_then(|it| it.ima.clone());
        claims.unwrap_or_else(|| panic!("{:?}", result.error))
    };
    run(&list, 0);
    let whole = list.bytes(&nothing);
    let first = quote("one", "a1a1a1a1a1a1a1a1", whole.clone(), None);
    assert!(first.accepted, "{:?}", first.error);
    let token = ima(&first).continuation.expect("a token");
    run(&longer, list.entries.len());
    let since = longer.bytes(&nothing)[whole.len()..].to_vec();
    let second = quote("two", "b2b2b2b2b2b2b2b2", since.clone(), Some(&token));
    assert!(second.accepted, "{:?}", second.error);
    assert_eq!((ima(&second).first, ima(&second).verified), (3, 1));
    let token = ima(&second).continuation.expect("a token");
    // The old list does not tell what ran since.
    let stale = quote("three", "c3c3c3c3c3c3c3c3", whole.clone(), None);
    assert_eq!(code(&stale), "ima.replay");

    for (name, wake) in [("slept", SoftTpm::resume as fn(&SoftTpm)), ("hibernated", SoftTpm::restart)] {
        wake(&tpm);
        let continued = quote(name, "d4d4d4d4d4d4d4d4", since.clone(), Some(&token));
        assert_eq!(code(&continued), "ima.continuation.boot", "{name}");
    }
    tpm.reset();
    let continued = quote("reset", "e5e5e5e5e5e5e5e5", since, Some(&token));
    assert_eq!(code(&continued), "ima.continuation.boot");
    let replayed = quote("again", "f6f6f6f6f6f6f6f6", longer.bytes(&nothing), None);
    assert_eq!(
        (ima(&replayed).verified, ima(&replayed).unverified),
        (0, 4),
        "nothing of the last boot is proven"
    );
    run(&list, 0);
    let anew = quote("anew", "a7a7a7a7a7a7a7a7", whole, None);
    assert!(anew.accepted, "{:?}", anew.error);
}

#[test]
fn every_scheme_of_the_software_tpm() {
    let Some(tpm) = SoftTpm::start() else { return };
    for (algorithm, hash, scheme) in [
        ("rsa", "sha384", "rsassa"),
        ("rsa", "sha256", "rsapss"),
        ("ecc256", "sha256", "ecdsa"),
        ("ecc384", "sha384", "ecdsa"),
    ] {
        let what = format!("{algorithm} {hash} {scheme}");
        tpm.provision(algorithm, hash, scheme);
        tpm.quote_with(hash, scheme, "quote", "sha256:0,7+sha384:10", "00112233");
        let request = request(&tpm, "quote", "quote", "00112233");
        let result = verify(&request);
        assert!(result.verified, "{what}: {:?}", result.error);

        let mut bare = request.clone();
        bare.options.ak_name = None;
        bare.ak = Some(Blob(tpm.read("ak.pem")));
        let result = verify(&bare);
        assert!(result.verified, "{what}: {:?}", result.error);
        let claims = serde_json::to_value(result.claims).expect("JSON");
        assert_eq!(claims["ak"]["assurance"], "key_only", "{what}");
        tpm.tool("tpm2_evictcontrol", ["-C", "o", "-c", "0x81010002"]);
        tpm.tool("tpm2_evictcontrol", ["-C", "o", "-c", "0x81010001"]);
        assert_ne!(claims["quote"]["pcr_digest"], Value::Null);
    }
}

#[test]
fn what_is_signed_but_no_quote_is_refused() {
    let Some(tpm) = SoftTpm::start() else { return };
    tpm.provision("rsa", "sha256", "rsassa");
    let certify =
        ["-c", "0x81010002", "-C", "0x81010002", "-g", "sha256", "-o", "other.msg", "-s", "other.sig"];
    tpm.tool("tpm2_certify", certify);
    tpm.flush();
    let time =
        ["-c", "0x81010002", "-q", "00112233", "-g", "sha256", "--attestation", "time.msg", "-o", "time.sig"];
    tpm.tool("tpm2_gettime", time);
    tpm.flush();
    tpm.quote("quote", "sha256:0", "00112233");
    for name in ["other", "time"] {
        let mut request = request(&tpm, "quote", "quote", "00112233");
        request.quote = Blob(tpm.read(&format!("{name}.msg")));
        request.signature = Blob(tpm.read(&format!("{name}.sig")));
        assert_eq!(code(&verify(&request)), "tpm.attest.type", "{name}");
    }
}

/// The forge's credentials are those that a TPM opens: the oracle holds against a TPM.
#[test]
fn a_tpm_opens_what_the_forge_wraps_for_an_imported_key() {
    let Some(tpm) = SoftTpm::start() else { return };
    let ek = Ek { key: AkKey::Rsa(RsaKey::Second) };
    tpm.provision("rsa", "sha256", "rsassa");
    // tpm2_makecredential wraps for the forge's public key; the forge, which has its private half, opens it.
    let public = veriquote_forge::tpm::PublicArea::ek(&ek.key);
    tpm.write("forged-ek.pub", public.tpm2b());
    tpm.write("secret", b"0123456789abcdef");
    let name = tpm.read("ak.name");
    let digits = hex(&name);
    let make = ["-e", "forged-ek.pub", "-s", "secret", "-n", &digits, "-o", "credential"];
    tpm.tool("tpm2_makecredential", ["-T", "none"].into_iter().chain(make));
    let credential = Credential::from_file(&tpm.read("credential")).expect("two parts");
    let opened = veriquote_forge::tpm::activate(&ek, &name, &credential);
    assert_eq!(opened.as_deref(), Some(&b"0123456789abcdef"[..]));
    assert_eq!(veriquote_forge::tpm::activate(&ek, b"another name", &credential), None);
    let own = make_credential(&ek, &name, b"0123456789abcdef", &[3; 32]);
    assert_eq!(own.file().len(), tpm.read("credential").len());
}
