//! Why attestation keys are trusted: certificates, activation, certification; and what policies make of it.
#![cfg(feature = "tpm")]

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;
use serde_json::Value;
use veriquote::crypto::{CryptoProvider as _, HashAlgorithm, RustCrypto};
use veriquote::policy::{Policy, Verdict};
use veriquote::tpm::{
    self, AkRoute, AttestType, BoundQuote, Certification, Challenge, ClaimedPcrs, Credential,
    CredentialChallenge, Expectations, MissingPurpose, Name, PublicArea, Quote, SignatureInput, TrustedAk,
    TrustedEk,
};
use veriquote::x509::chain::{ChainContext, ChainRules, Revocation};
use veriquote::{Code, Outcome, TrustAnchors, UnixTime};

fn folder() -> Option<PathBuf> {
    veriquote_recorded::recorded("tpm")
}

fn read(path: impl AsRef<Path>) -> Vec<u8> {
    let path = path.as_ref();
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn pem(path: impl AsRef<Path>) -> Vec<u8> {
    veriquote::encoding::pem_blocks(&read(path), "CERTIFICATE", 1).expect("a certificate").remove(0)
}

fn anchors(path: impl AsRef<Path>) -> TrustAnchors {
    TrustAnchors::from_certificates(&read(path)).expect("roots")
}

fn at(anchors: &TrustAnchors, now: i64) -> ChainContext<'_> {
    ChainContext {
        anchors,
        provider: &RustCrypto,
        now: UnixTime(now),
        rules: ChainRules::STRICT,
        crls: &[],
        revocation: Revocation::WhereGiven,
    }
}

/// 2026-12-01, while the toy authority's certificates are in force.
const NOW: i64 = 1_796_083_200;

#[test]
fn attestation_keys_are_trusted_by_certificate() {
    let Some(folder) = folder().map(|folder| folder.join("swtpm")) else { return };
    let roots = anchors(folder.join("ca/privacy-ca.pem"));
    for ak in ["rsassa", "rsapss", "ecdsa-p256", "ecdsa-p384"] {
        let chain = [pem(folder.join(format!("ak/{ak}.cert.pem")))];
        let bytes = read(folder.join(format!("ak/{ak}.pub")));
        let area = PublicArea::parse(&bytes).expect("a public area");
        let context = at(&roots, NOW);
        for area in [None, Some(&area)] {
            let trusted = TrustedAk::certified(&chain, area, MissingPurpose::Refuse, &context)
                .unwrap_or_else(|failure| panic!("{ak}: {failure}"));
            assert_eq!(trusted.route(), AkRoute::Certificate);
            assert_eq!(trusted.attributes_checked(), area.is_some());
            assert!(trusted.window().contains(context.now));
        }
        let other = read(folder.join("ak/rsassa-sha512.pub"));
        let other = PublicArea::parse(&other).expect("a public area");
        let code = |area, context: &ChainContext<'_>| {
            let result = TrustedAk::certified(&chain, area, MissingPurpose::Refuse, context);
            result.err().map(|failure| failure.error.code())
        };
        assert_eq!(code(Some(&other), &context), Some(Code::TpmName));
        assert_eq!(code(None, &at(&roots, 9_000_000_000)), Some(Code::X509Expired));
        let strangers = anchors(folder.join("ca/rootca.pem"));
        assert_eq!(code(None, &at(&strangers, NOW)), Some(Code::X509Anchor));
    }
}

#[test]
fn endorsement_keys_are_trusted_by_certificate_and_activate_keys() {
    let Some(folder) = folder().map(|folder| folder.join("swtpm")) else { return };
    let roots = anchors(folder.join("ca/rootca.pem"));
    let intermediates = [pem(folder.join("ca/issuercert.pem"))];
    let context = at(&roots, NOW);
    let area = read(folder.join("ek/ek-rsa2048.pub"));
    let area = PublicArea::parse(&area).expect("a public area");
    let nv = read(folder.join("ek/nv-0x1C00002.bin"));
    let ek = TrustedEk::certified(&nv, &intermediates, Some(&area), &context)
        .unwrap_or_else(|failure| panic!("{failure}"));
    let identity = ek.identity().expect("an identity");
    assert_eq!(identity.manufacturer.as_deref(), Some("id:00001014"));
    assert_eq!(identity.model.as_deref(), Some("swtpm"));
    assert_eq!(identity.version.as_deref(), Some("id:20191023"));
    let elliptic =
        TrustedEk::certified(&read(folder.join("ek/nv-0x1C00016.bin")), &intermediates, None, &context);
    assert_eq!(elliptic.unwrap_or_else(|failure| panic!("{failure}")).hash(), HashAlgorithm::Sha384);

    // A header, padding, both: read, and said.
    let size = u16::try_from(nv.len() + 2).expect("short").to_be_bytes();
    let header = [&[0x10, 1, 0][..], &size, &[0x10, 2], &nv].concat();
    let padded = [&nv[..], &[0xff; 40]].concat();
    let both = [&header[..], &[0; 9]].concat();
    for dressed in [header, padded.clone(), both] {
        let ek = TrustedEk::certified(&dressed, &intermediates, None, &context).expect("the same");
        let check = ek.checks().iter().find(|check| check.rule.id == "tpm.ek.certificate").expect("a check");
        assert_eq!(check.facts.len(), 1);
    }
    let mut dirty = padded;
    dirty.push(0);
    let code = |result: Result<TrustedEk<'_>, veriquote::Failure>| result.err().map(|f| f.error.code());
    assert_eq!(code(TrustedEk::certified(&dirty, &intermediates, None, &context)), Some(Code::X509Der));
    let ak_as_ek = pem(folder.join("ak/rsassa.cert.pem"));
    let privacy = anchors(folder.join("ca/privacy-ca.pem"));
    let result = TrustedEk::certified(&ak_as_ek, &[], None, &at(&privacy, NOW));
    assert_eq!(code(result), Some(Code::X509Extension));
    let other = read(folder.join("ek/ek-ecc-p256.pub"));
    let other = PublicArea::parse(&other).expect("a public area");
    let result = TrustedEk::certified(&nv, &intermediates, Some(&other), &context);
    assert_eq!(code(result), Some(Code::TpmEndorsementKey));

    // Activation: the answer, the Name and the endorsement key must all be those of the challenge.
    let ak = read(folder.join("ak/rsassa.pub"));
    let ak = PublicArea::parse(&ak).expect("a public area");
    let name = Name::of(&ak, &RustCrypto).expect("a Name");
    let (_, made) = Credential::make(&ek, &name, &[7; 32], &[9; 64]).expect("a credential");
    let challenge = || CredentialChallenge::new(&ek, name.clone(), &[7; 32]);
    let trusted = TrustedAk::activated(&ek, &ak, made, &[7; 32]).expect("activated");
    assert_eq!(trusted.route(), AkRoute::Activated);
    let stated = |ak: &TrustedAk<'_>| {
        let trust = ak.checks().iter().rev().find(|check| check.rule.id == "tpm.ak.trust").expect("a check");
        format!("{:?}", trust.facts)
    };
    assert!(stated(&trusted).contains("activated"), "{}", stated(&trusted));
    let refused = |ek: &TrustedEk<'static>, ak: &PublicArea<'_>, answer: &[u8]| {
        TrustedAk::activated(ek, ak, challenge(), answer).err().map(|failure| failure.error.code())
    };
    let pinned = TrustedEk::pinned(&other, &RustCrypto).expect("a key");
    assert_eq!(refused(&pinned, &ak, &[7; 32]), Some(Code::TpmEndorsementKey));
    let result = TrustedAk::activated(&ek, &ak, challenge(), &[7; 31]);
    assert_eq!(result.err().map(|failure| failure.error.code()), Some(Code::TpmCredential));
    for (file, code) in
        [("ecdsa-p256", Code::TpmName), ("unrestricted", Code::TpmName), ("migratable", Code::TpmName)]
    {
        let bytes = read(folder.join(format!("ak/{file}.pub")));
        let area = PublicArea::parse(&bytes).expect("a public area");
        let result = TrustedAk::activated(&ek, &area, challenge(), &[7; 32]);
        assert_eq!(result.err().map(|failure| failure.error.code()), Some(code), "{file}");
    }
    for file in ["unrestricted", "migratable"] {
        let bytes = read(folder.join(format!("ak/{file}.pub")));
        let area = PublicArea::parse(&bytes).expect("a public area");
        let name = Name::of(&area, &RustCrypto).expect("a Name");
        let (_, challenge) = Credential::make(&ek, &name, &[7; 32], &[9; 64]).expect("a credential");
        let result = TrustedAk::activated(&ek, &area, challenge, &[7; 32]);
        assert_eq!(result.err().map(|failure| failure.error.code()), Some(Code::TpmAkAttributes), "{file}");
    }
}

#[test]
fn a_key_that_another_certifies_is_as_good_as_its_attributes() {
    let Some(folder) = folder().map(|folder| folder.join("swtpm")) else { return };
    let signer = read(folder.join("ak/rsassa.pub"));
    let signer =
        TrustedAk::pinned(&PublicArea::parse(&signer).expect("an area"), &RustCrypto).expect("a key");
    let any = Expectations::challenge(Challenge::DangerAny);
    let object = read(folder.join("attest-other/certified-key.pub"));
    let object = PublicArea::parse(&object).expect("an area");
    for (name, kind) in [("certify", AttestType::Certify), ("certifycreation", AttestType::Creation)] {
        let msg = read(folder.join(format!("attest-other/attest-{name}.msg")));
        let sig = read(folder.join(format!("attest-other/attest-{name}.sig")));
        let parsed = Certification::parse(&msg, &sig).expect("a certification");
        let mut authentic =
            parsed.authenticate(&signer, &any).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        assert_eq!(authentic.kind(), kind);
        let data = read(folder.join("attest-other/creation.data"));
        let mut edited = data.clone();
        let middle = edited.len() / 2;
        edited[middle] ^= 1;
        if kind == AttestType::Creation {
            let bound = authentic.bind_creation(&data).unwrap_or_else(|failure| panic!("{failure}"));
            assert!(!bound.parent_name().is_empty());
            let failure = authentic.clone().bind_creation(&edited).expect_err("edited");
            assert_eq!(failure.error.code(), Code::TpmCreation);
        } else {
            assert_eq!(
                authentic.qualified_name(),
                Some(&read(folder.join("attest-other/certified-key.qname"))[..])
            );
            let failure = authentic.bind_creation(&data).expect_err("no creation");
            assert_eq!(failure.error.code(), Code::TpmAttestType);
        }
        // Vouching for a key does not make it an attestation key: this one may sign anything.
        let result = TrustedAk::attested(authentic.clone(), &object);
        match result {
            Ok(trusted) => assert_eq!(trusted.route(), AkRoute::Attested),
            Err(failure) => assert_eq!(failure.error.code(), Code::TpmAkAttributes, "{failure}"),
        }
        // A bare key, of which nobody saw that it signs only what its TPM made, vouches for no other.
        let area = read(folder.join("ak/rsassa.pub"));
        let area = PublicArea::parse(&area).expect("an area");
        let bare = TrustedAk::pinned_key(&area.key(), &RustCrypto).expect("a key");
        let by_bare = parsed.authenticate(&bare, &any).unwrap_or_else(|failure| panic!("{failure}"));
        let failure = TrustedAk::attested(by_bare, &object).expect_err("a bare signer");
        assert_eq!(
            (failure.error.code(), failure.error.part()),
            (Code::TpmAkAttributes, "certification.signer")
        );
        let other = read(folder.join("ak/ecdsa-p256.pub"));
        let result = TrustedAk::attested(authentic, &PublicArea::parse(&other).expect("an area"));
        assert_eq!(result.err().map(|failure| failure.error.code()), Some(Code::TpmName));
        let mut bad = msg.clone();
        bad[20] ^= 1;
        let failure = Certification::parse(&bad, &sig).expect("parses").authenticate(&signer, &any);
        assert_eq!(failure.err().map(|failure| failure.error.code()), Some(Code::TpmCertifySignature));
    }
    let quote = read(folder.join("quotes/rsassa-sha256bank.msg"));
    let sig = read(folder.join("quotes/rsassa-sha256bank.sig"));
    assert_eq!(Certification::parse(&quote, &sig).unwrap_err().code(), Code::TpmAttestType);
}

#[test]
fn a_windows_machine_of_google_s_proves_its_key_and_its_registers() {
    let Some(folder) = folder() else { return };
    let path = folder.join("go-attestation/attest/testdata/windows_gcp_shielded_vm.json");
    let dump: Value = serde_json::from_slice(&read(path)).expect("JSON");
    let bytes = |value: &Value| STANDARD.decode(value.as_str().expect("base64")).expect("base64");
    let public = bytes(&dump["AK"]["Public"]);
    let area = PublicArea::parse(&public).expect("an area");
    let ak = TrustedAk::pinned(&area, &RustCrypto).unwrap_or_else(|failure| panic!("{failure}"));
    let (msg, sig) = (bytes(&dump["Quote"]["Quote"]), bytes(&dump["Quote"]["Signature"]));
    let mut claimed = ClaimedPcrs::new();
    for pcr in dump["Log"]["PCRs"].as_array().expect("registers") {
        let index = u8::try_from(pcr["Index"].as_u64().expect("an index")).expect("small");
        claimed.insert(HashAlgorithm::Sha1, index, &bytes(&pcr["Digest"])).expect("a value");
    }
    let none = Expectations::challenge(Challenge::DangerNone);
    let quote = Quote::parse(&msg, &sig).expect("a quote");
    let failure = quote.authenticate(&ak, &none).expect_err("SHA-1");
    assert_eq!(failure.error.code(), Code::TpmSignatureSha1);
    let authentic = quote.authenticate(&ak, &none.danger_accept_sha1()).expect("authentic");
    assert!(!authentic.is_fresh());
    let bound = authentic.bind(&claimed).unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(bound.pcrs().len(), 24);
    assert_eq!(bound.clock().reset_count, 1_045_281_252);

    let (msg, sig) = (bytes(&dump["AK"]["CreateAttestation"]), bytes(&dump["AK"]["CreateSignature"]));
    let certification = Certification::parse(&msg, &sig).expect("a certification");
    let mut authentic = certification
        .authenticate(&ak, &none.danger_accept_sha1())
        .unwrap_or_else(|failure| panic!("{failure}"));
    let data = bytes(&dump["AK"]["CreateData"]);
    let created = authentic.bind_creation(&data).unwrap_or_else(|failure| panic!("{failure}"));
    // The parent's qualified name, which the TPM attests, gives the signer that the quote names.
    let parent = Name::parse(created.parent_qualified_name()).expect("a name");
    let placed = ak.under(parent).expect("it has a Name");
    assert!(quote.authenticate(&placed, &none.danger_accept_sha1()).is_ok());
    let elsewhere = Name::of_hierarchy(tpm::Hierarchy::Owner);
    let misplaced = placed.under(elsewhere).expect("it has a Name");
    let failure = quote.authenticate(&misplaced, &none.danger_accept_sha1()).expect_err("another parent");
    assert_eq!(failure.error.code(), Code::TpmQualifiedSigner);
}

/// A TPM of software: signs whatever it is told to.
struct Soft {
    key: SigningKey,
    area: Vec<u8>,
}

impl Soft {
    fn new() -> Self {
        let key = SigningKey::from_slice(&[0x21; 32]).expect("a key");
        let point = key.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        let head = [0, 0x23, 0, 0x0b, 0, 5, 0, 0x72, 0, 0, 0, 0x10, 0, 0x18, 0, 0x0b, 0, 3, 0, 0x10];
        let area = [&head[..], &[0, 32], x, &[0, 32], y].concat();
        Self { key, area }
    }

    fn quote(&self, banks: &[(u16, u32)], values: &[&[u8]]) -> (Vec<u8>, Vec<u8>) {
        self.quote_in(tpm::Hierarchy::Owner, banks, values, 5)
    }

    fn quote_in(
        &self,
        hierarchy: tpm::Hierarchy,
        banks: &[(u16, u32)],
        values: &[&[u8]],
        resets: u32,
    ) -> (Vec<u8>, Vec<u8>) {
        let name = Name::of(&PublicArea::parse(&self.area).expect("an area"), &RustCrypto).expect("a Name");
        let top = Name::of_hierarchy(hierarchy);
        let signer = name.qualified_under(&top, &RustCrypto).expect("a name");
        let mut msg = vec![0xff, 0x54, 0x43, 0x47, 0x80, 0x18, 0, 34];
        msg.extend(signer.as_slice());
        msg.extend([0, 5]);
        msg.extend(b"nonce");
        msg.extend(1000u64.to_be_bytes());
        msg.extend(resets.to_be_bytes());
        msg.extend([0, 0, 0, 0, 1]);
        msg.extend(0x1122_3344_5566_7788u64.to_be_bytes());
        msg.extend(u32::try_from(banks.len()).expect("few").to_be_bytes());
        for (algorithm, map) in banks {
            msg.extend(algorithm.to_be_bytes());
            msg.push(3);
            msg.extend(&map.to_le_bytes()[..3]);
        }
        msg.extend([0, 32]);
        msg.extend(RustCrypto.hash(HashAlgorithm::Sha256, values).as_slice());
        let signature: p256::ecdsa::Signature = self.key.sign(&msg);
        let bytes = signature.to_bytes();
        let sig = [&[0, 0x18, 0, 0x0b, 0, 32][..], &bytes[..32], &[0, 32], &bytes[32..]].concat();
        (msg, sig)
    }

    fn trusted(&self) -> TrustedAk<'static> {
        TrustedAk::pinned(&PublicArea::parse(&self.area).expect("an area"), &RustCrypto).expect("a key")
    }

    fn bound(
        &self,
        quote: &(Vec<u8>, Vec<u8>),
        expectations: &Expectations<'_>,
        values: &[(u8, u8)],
    ) -> Result<BoundQuote<'static>, Code> {
        let mut claimed = ClaimedPcrs::new();
        for (index, value) in values {
            claimed.insert(HashAlgorithm::Sha256, *index, &[*value; 32]).expect("a value");
        }
        let signature = SignatureInput::Tpmt(&quote.1);
        tpm::verify(&quote.0, signature, &self.trusted(), expectations, &claimed)
            .map_err(|failure| failure.error.code())
    }
}

const NONCE: Expectations<'static> = Expectations::nonce(b"nonce");

#[test]
fn a_register_cannot_stand_in_for_another() {
    let soft = Soft::new();
    let (golden4, golden8) = ([4; 32], [8; 32]);
    let code = |banks: &[(u16, u32)], parts: &[&[u8]], values: &[(u8, u8)]| {
        soft.bound(&soft.quote(banks, parts), &NONCE, values).err()
    };
    // PCR 16 and 23 hold the golden values of 4 and 8: the signed selection says so.
    let stolen = [(0x0b, 1u32 << 16 | 1 << 23)];
    let parts: [&[u8]; 2] = [&golden4, &golden8];
    assert_eq!(code(&stolen, &parts, &[(4, 4), (8, 8)]), Some(Code::TpmPcrMissing));
    assert_eq!(code(&stolen, &parts, &[(4, 4), (8, 8), (16, 4), (23, 8)]), None);
    // A bank twice, to sort another register in between.
    let split = [(0x0b, 0b1111), (0x0b, 1 << 16), (0x0b, 0b1110_0000)];
    assert_eq!(code(&split, &parts, &[(4, 4)]), Some(Code::TpmPcrSelection));
    // A bank that cannot be computed is not skipped.
    assert_eq!(code(&[(0x27, 1)], &[], &[]), Some(Code::TpmAlgorithm));
    // What is not covered is left out, and counted.
    let quote = soft.quote(&[(0x0b, 1 << 4)], &[&golden4]);
    let bound = soft.bound(&quote, &NONCE, &[(4, 4), (8, 8)]).expect("bound");
    assert_eq!((bound.pcrs().len(), bound.uncovered_values()), (1, 1));
    assert_eq!(bound.pcrs().get(HashAlgorithm::Sha256, 8), None);
    assert_eq!(bound.pcrs().get(HashAlgorithm::Sha256, 4), Some(&golden4[..]));
}

#[test]
fn a_challenge_is_whole_and_may_bind_data() {
    let soft = Soft::new();
    let quote = soft.quote(&[(0x0b, 1)], &[&[1; 32]]);
    let with = |challenge| soft.bound(&quote, &Expectations::challenge(challenge), &[(0, 1)]).err();
    assert_eq!(with(Challenge::Nonce(b"nonce")), None);
    for wrong in [&b"nonc"[..], b"nonce\0", b"Nonce"] {
        assert_eq!(with(Challenge::Nonce(wrong)), Some(Code::TpmNonce));
    }
    assert_eq!(with(Challenge::Nonce(b"")), Some(Code::MisuseOptions));
    assert_eq!(with(Challenge::DangerNone), Some(Code::TpmNonce));
    assert_eq!(with(Challenge::DangerAny), None);
    let hashed =
        |nonce| Challenge::HashOfNonceAndData { algorithm: HashAlgorithm::Sha256, nonce, data: b"key" };
    assert_eq!(with(hashed(b"nonce")), Some(Code::TpmNonce));
    assert_eq!(with(hashed(b"")), Some(Code::MisuseOptions));
}

/// The verdict on a rule of a policy.
fn verdict(policy: &str, quote: BoundQuote<'_>, rule: &str) -> (bool, Verdict) {
    let policy = Policy::from_json(policy.as_bytes()).expect("a policy");
    let (accepted, findings) = match policy.accept_tpm(quote) {
        Ok(accepted) => (true, accepted.findings().to_vec()),
        Err(rejection) => {
            assert_eq!(rejection.error.code(), Code::PolicyRejected);
            (false, rejection.appraisal.findings.clone())
        }
    };
    let broken: Vec<_> = findings.iter().filter(|finding| finding.verdict == Verdict::Violated).collect();
    assert_eq!(accepted, broken.is_empty());
    assert!(broken.iter().all(|finding| finding.rule == rule), "{broken:?}");
    let finding = findings.iter().find(|finding| finding.rule == rule).expect("a finding");
    (accepted, finding.verdict)
}

#[test]
fn every_rule_of_a_policy_is_met_and_broken_alone() {
    let soft = Soft::new();
    let one = hex(&[1; 32]);
    let two = hex(&[2; 32]);
    let name = Name::of(&PublicArea::parse(&soft.area).expect("an area"), &RustCrypto).expect("a Name");
    let quote = soft.quote(&[(0x0b, 0b11)], &[&[1; 32], &[2; 32]]);
    let values = [(0, 1), (1, 2)];
    let earlier = soft.bound(&quote, &NONCE, &values).expect("bound").clock();
    let mut later_boot = earlier;
    later_boot.reset_count -= 1;
    let mut ahead = earlier;
    ahead.clock += 1;
    let bound = |expectations: &Expectations<'_>| soft.bound(&quote, expectations, &values).expect("bound");
    let plain = || bound(&NONCE);
    let pcr = |values: &str| format!(r#"{{"tpm":{{"pcrs":{{"sha256":{{"0":{values}}}}}}}}}"#);
    for (rule, policy, met) in [
        ("tpm.ak_routes", r#"{"tpm":{"ak_routes":["pinned"]}}"#.to_string(), true),
        ("tpm.ak_routes", r#"{"tpm":{"ak_routes":["activated"]}}"#.to_string(), false),
        ("tpm.ak_attributes_checked", r#"{"tpm":{"ak_attributes_checked":"require"}}"#.to_string(), true),
        ("tpm.ak_names", format!(r#"{{"tpm":{{"ak_names":["{name}"]}}}}"#), true),
        ("tpm.ak_names", format!(r#"{{"tpm":{{"ak_names":["000b{two}"]}}}}"#), false),
        ("tpm.signature_schemes", r#"{"tpm":{"signature_schemes":["ecdsa-sha256"]}}"#.to_string(), true),
        ("tpm.signature_schemes", r#"{"tpm":{"signature_schemes":["rsapss-sha256"]}}"#.to_string(), false),
        ("tpm.required_pcrs", r#"{"tpm":{"required_pcrs":{"sha256":[0,1]}}}"#.to_string(), true),
        ("tpm.required_pcrs", r#"{"tpm":{"required_pcrs":{"sha1":[0]}}}"#.to_string(), false),
        ("tpm.pcrs", pcr(&format!("\"{one}\"")), true),
        ("tpm.pcrs", pcr(&format!("[\"{two}\",\"{one}\"]")), true),
        ("tpm.pcrs", pcr(&format!("\"{two}\"")), false),
        ("tpm.pcrs", format!(r#"{{"tpm":{{"pcrs":{{"sha256":{{"4":"{one}"}}}}}}}}"#), false),
        ("tpm.clock_safe", r#"{"tpm":{"clock_safe":"require"}}"#.to_string(), true),
        ("tpm.clock_safe", r#"{"tpm":{"clock_safe":"forbid"}}"#.to_string(), false),
        // Nothing is known of an earlier quote.
        ("tpm.same_boot", r#"{"tpm":{"same_boot":"require"}}"#.to_string(), false),
        // And of the owner hierarchy's counters nothing but differences.
        ("tpm.resumed", r#"{"tpm":{"resumed":"forbid"}}"#.to_string(), false),
        ("tpm.resumed", r#"{"tpm":{"resumed":"require"}}"#.to_string(), false),
        // The key is in the owner hierarchy: its firmware version is hidden.
        ("tpm.firmware_versions", r#"{"tpm":{"firmware_versions":["1122334455667788"]}}"#.to_string(), false),
    ] {
        assert_eq!(verdict(&policy, plain(), rule).0, met, "{policy}");
    }
    let same_boot = r#"{"tpm":{"same_boot":"require"}}"#;
    assert!(verdict(same_boot, bound(&NONCE.since(earlier)), "tpm.same_boot").0);
    assert!(!verdict(same_boot, bound(&NONCE.since(later_boot)), "tpm.same_boot").0);
    let mut awake = earlier;
    awake.restart_count = awake.restart_count.wrapping_sub(1);
    for (since, stance, met) in [
        (awake, "forbid", false),
        (awake, "require", true),
        (earlier, "forbid", true),
        (earlier, "require", false),
    ] {
        let policy = format!(r#"{{"tpm":{{"resumed":"{stance}"}}}}"#);
        assert_eq!(verdict(&policy, bound(&NONCE.since(since)), "tpm.resumed").0, met, "{policy}");
    }
    let strict = Policy::strict();
    assert!(strict.accept_tpm(bound(&NONCE.since(awake))).is_ok());
    assert!(strict.accept_tpm(bound(&NONCE.since(earlier))).is_ok());
    let rejected = strict.accept_tpm(bound(&NONCE.since(ahead))).expect_err("the clock went back");
    assert_eq!(rejected.error.part(), "tpm.clock_went_back");
    let any = Expectations::challenge(Challenge::DangerAny);
    let rejected = strict.accept_tpm(bound(&any)).expect_err("no challenge");
    assert_eq!(rejected.error.part(), "tpm.fresh");
    assert!(Policy::crypto_only().accept_tpm(bound(&any)).is_ok());

    // Firmware that measures nothing into a bank (CVE-2021-42299).
    let empty = soft.quote(&[(0x0b, 0b11)], &[&[0; 32], &[0; 32]]);
    let rejected = strict.accept_tpm(soft.bound(&empty, &NONCE, &[(0, 0), (1, 0)]).expect("bound"));
    assert_eq!(rejected.expect_err("not measured").error.part(), "tpm.unmeasured_banks");

    // In the endorsement hierarchy the firmware version is true.
    let clear = soft.quote_in(tpm::Hierarchy::Endorsement, &[(0x0b, 0b11)], &[&[1; 32], &[2; 32]], 5);
    let clear = soft.bound(&clear, &NONCE, &values).expect("bound");
    let version = r#"{"tpm":{"firmware_versions":["1122334455667788"]}}"#;
    assert!(verdict(version, clear, "tpm.firmware_versions").0);

    // A bare key is another level, and has to be named.
    let area = PublicArea::parse(&soft.area).expect("an area");
    let bare = TrustedAk::pinned_key(&area.key(), &RustCrypto).expect("a key");
    let mut claimed = ClaimedPcrs::new();
    claimed.insert(HashAlgorithm::Sha256, 0, &[1; 32]).expect("a value");
    claimed.insert(HashAlgorithm::Sha256, 1, &[2; 32]).expect("a value");
    let bare = tpm::verify(&quote.0, SignatureInput::Tpmt(&quote.1), &bare, &NONCE, &claimed).expect("bound");
    let skipped = bare.checks().iter().find(|check| check.rule.id == "tpm.ak.attributes").expect("a check");
    assert!(matches!(skipped.outcome, Outcome::Skipped(_)));
    assert_eq!(strict.accept_tpm(bare.clone()).expect_err("bare").error.part(), "tpm.ak_routes");
    assert!(verdict(r#"{"tpm":{"ak_routes":["bare_key"]}}"#, bare.clone(), "tpm.ak_routes").0);
    let policy = r#"{"tpm":{"ak_routes":["bare_key"],"ak_attributes_checked":"require"}}"#;
    assert!(!verdict(policy, bare, "tpm.ak_attributes_checked").0);

    // A policy about an enclave says nothing of a TPM.
    #[cfg(feature = "dcap")]
    assert!(!verdict(r#"{"sgx":{"isv_prod_id":1}}"#, plain(), "tee").0);
}

#[test]
fn policies_that_could_be_misread_are_refused() {
    let one = hex(&[1; 32]);
    for policy in [
        r#"{"tpm":{}}"#.to_string(),
        r#"{"tpm":{"nope":1}}"#.to_string(),
        r#"{"tpm":{"ak_routes":["given"]}}"#.to_string(),
        r#"{"tpm":{"required_pcrs":{"sha256":[16]}}}"#.to_string(),
        r#"{"tpm":{"required_pcrs":{"sha256":[24]}}}"#.to_string(),
        r#"{"tpm":{"required_pcrs":{"md5":[0]}}}"#.to_string(),
        format!(r#"{{"tpm":{{"pcrs":{{"sha256":{{"23":"{one}"}}}}}}}}"#),
        format!(r#"{{"tpm":{{"pcrs":{{"sha256":{{"04":"{one}"}}}}}}}}"#),
        format!(r#"{{"tpm":{{"pcrs":{{"sha1":{{"4":"{one}"}}}}}}}}"#),
        r#"{"tpm":{"pcrs":{"sha256":{"4":[]}}}}"#.to_string(),
        r#"{"tpm":{"signature_schemes":["hmac-sha256"]}}"#.to_string(),
        r#"{"tpm":{"firmware_versions":["11"]}}"#.to_string(),
        r#"{"tpm":{"ak_names":["4000000b"]}}"#.to_string(),
    ] {
        let error = Policy::from_json(policy.as_bytes()).expect_err(&policy);
        assert!(matches!(error.code(), Code::MisusePolicy | Code::MisusePolicyEmpty), "{policy}: {error}");
    }
}

fn hex(bytes: &[u8]) -> String {
    veriquote::bytes::to_hex(bytes)
}
