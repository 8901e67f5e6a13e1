//! Quotes of a software TPM and of real machines, and everything that must be refused.
#![cfg(feature = "tpm")]

use std::path::{Path, PathBuf};

use serde_json::Value;
use veriquote::check::Failure;
use veriquote::crypto::{HashAlgorithm, RustCrypto};
use veriquote::tpm::{
    self, AkRoute, Attest, BoundQuote, Challenge, ClaimedPcrs, Continuity, Expectations, Name, PublicArea,
    Quote, SignatureInput, TrustedAk,
};
use veriquote::{Code, Outcome};

fn vectors() -> Option<PathBuf> {
    veriquote_recorded::recorded("tpm/swtpm")
}

fn read(path: impl AsRef<Path>) -> Vec<u8> {
    let path = path.as_ref();
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(path: impl AsRef<Path>) -> Value {
    serde_json::from_slice(&read(path)).expect("JSON")
}

fn hex(text: &str) -> Vec<u8> {
    veriquote::bytes::from_hex(text.trim().as_bytes()).expect("hex")
}

fn bank(name: &str) -> HashAlgorithm {
    match name {
        "sha1" => HashAlgorithm::Sha1,
        "sha256" => HashAlgorithm::Sha256,
        "sha384" => HashAlgorithm::Sha384,
        "sha512" => HashAlgorithm::Sha512,
        #[cfg(feature = "sm2")]
        "sm3_256" => HashAlgorithm::Sm3,
        other => panic!("{other}"),
    }
}

/// `{"sha256": {"0": "…", …}, …}`
fn claimed(values: &Value) -> ClaimedPcrs {
    let mut claimed = ClaimedPcrs::new();
    for (name, registers) in values.as_object().expect("banks") {
        for (index, value) in registers.as_object().expect("registers") {
            let value = hex(value.as_str().expect("hex"));
            claimed.insert(bank(name), index.parse().expect("an index"), &value).expect("a value");
        }
    }
    claimed
}

fn area<'a>(bytes: &'a [u8]) -> PublicArea<'a> {
    PublicArea::parse(bytes).expect("a public area")
}

fn code(result: Result<BoundQuote<'_>, Failure>) -> Option<Code> {
    let failure = result.err()?;
    if let Some(last) = failure.checks.last() {
        assert_eq!(last.outcome, Outcome::Failed, "{:?}", failure.error);
    }
    Some(failure.error.code())
}

#[test]
fn every_public_area_has_the_recorded_fields_names_and_qualified_names() {
    let Some(folder) = vectors() else { return };
    let manifest = json(folder.join("manifest.json"));
    let keys = manifest["keys"].as_object().expect("keys");
    assert!(keys.len() >= 16, "{}", keys.len());
    for (key, expected) in keys {
        let bytes = read(folder.join("ak").join(format!("{key}.pub")));
        let area = area(&bytes);
        let name = Name::of(&area, &RustCrypto).expect("a Name");
        assert_eq!(name.to_string(), expected["name"].as_str().expect("a Name"), "{key}");
        assert_eq!(name.as_slice(), read(folder.join("ak").join(format!("{key}.name"))), "{key}");
        let attributes: Vec<_> = area.attributes().names().collect();
        let expected_names: Vec<_> =
            expected["attrs_decoded"].as_array().expect("names").iter().filter_map(Value::as_str).collect();
        assert_eq!(attributes, expected_names, "{key}");
        // A TPMT_PUBLIC without its size is the same area.
        assert_eq!(PublicArea::parse(&bytes[2..]).as_ref(), Ok(&area), "{key}");
        for len in 0..bytes.len() {
            assert!(PublicArea::parse(&bytes[..len]).is_err(), "{key} cut at {len}");
        }
        assert!(PublicArea::parse(&[&bytes[..], &[0]].concat()).is_err(), "{key}");
    }
}

#[test]
fn qualified_names_follow_from_the_endorsement_key() {
    let Some(folder) = vectors() else { return };
    let ek = read(folder.join("ek/ek-rsa2048.pub"));
    let ek_name = Name::of(&area(&ek), &RustCrypto).expect("a Name");
    let top = Name::of_hierarchy(tpm::Hierarchy::Endorsement);
    let parent = ek_name.qualified_under(&top, &RustCrypto).expect("a qualified name");
    let mut agreed = 0;
    for key in ["rsassa", "ecdsa-p256", "ecdsa-p384"] {
        let bytes = read(folder.join("ak").join(format!("{key}.pub")));
        let name = Name::of(&area(&bytes), &RustCrypto).expect("a Name");
        let qualified = name.qualified_under(&parent, &RustCrypto).expect("a qualified name");
        if qualified.as_slice() == read(folder.join("ak").join(format!("{key}.qname"))) {
            agreed += 1;
        }
    }
    eprintln!("{agreed} of 3 keys stand under the RSA endorsement key");
}

/// What every quote of the manifest must give.
fn expected_refusal(ak: &str) -> Option<Code> {
    match ak {
        "rsa1024-rsassa" => Some(Code::TpmKeyWeak),
        "unrestricted" | "migratable" => Some(Code::TpmAkAttributes),
        _ => None,
    }
}

#[test]
fn every_quote_of_the_software_tpm_verifies_or_is_refused_for_its_key() {
    let Some(folder) = vectors() else { return };
    let mut verified = 0;
    for profile in [folder.clone(), folder.join("profile-locality3"), folder.join("profile-ima-legacy-pad")] {
        let manifest = json(profile.join("manifest.json"));
        let registers = claimed(&json(profile.join("boot/expected_pcrs.json")));
        for entry in manifest["quotes"].as_array().expect("quotes") {
            let file = entry["file"].as_str().expect("a file");
            let stem = file.strip_suffix(".msg").expect("a message");
            let ak = entry["ak"].as_str().expect("a key");
            let msg = read(profile.join("quotes").join(file));
            let sig = read(profile.join("quotes").join(format!("{stem}.sig")));
            let public = read(profile.join("ak").join(format!("{ak}.pub")));
            let qualified = read(profile.join("ak").join(format!("{ak}.qname")));
            let nonce = hex(entry["nonce"].as_str().expect("a nonce"));
            let trusted = TrustedAk::pinned(&area(&public), &RustCrypto);
            if let Some(expected) = expected_refusal(ak) {
                assert_eq!(trusted.err().map(|failure| failure.error.code()), Some(expected), "{stem}");
                continue;
            }
            let trusted = trusted.unwrap_or_else(|failure| panic!("{stem}: {failure}"));
            let trusted = trusted.with_qualified_name(Name::parse(&qualified).expect("a name"));
            let challenge = if nonce.is_empty() { Challenge::DangerNone } else { Challenge::Nonce(&nonce) };
            let strict = Expectations::challenge(challenge);
            let quote = Quote::parse(&msg, &sig).unwrap_or_else(|error| panic!("{stem}: {error}"));
            let expectations = if entry["sigHash"] == "0x4" {
                let refused = quote.authenticate(&trusted, &strict).unwrap_err();
                assert_eq!(refused.error.code(), Code::TpmSignatureSha1, "{stem}");
                strict.danger_accept_sha1()
            } else {
                strict
            };
            // The register values in each form that there is.
            let pcr_file = profile.join("quotes").join(format!("{stem}.pcrs"));
            let from_file = ClaimedPcrs::from_file(&read(&pcr_file), quote.unauthenticated_selection())
                .unwrap_or_else(|error| panic!("{stem}: {error}"));
            let mut forms = vec![from_file];
            if entry["pcr_values"].is_null() {
                forms.push(registers.clone());
            }
            let authentic = quote
                .authenticate(&trusted, &expectations)
                .unwrap_or_else(|failure| panic!("{stem}: {failure}"));
            let clock = authentic.clock();
            let attest = &entry["attest"];
            assert_eq!(Some(clock.clock), attest["clock"].as_u64(), "{stem}");
            assert_eq!(Some(u64::from(clock.reset_count)), attest["resetCount"].as_u64(), "{stem}");
            assert_eq!(
                format!("{:016x}", authentic.firmware_version()),
                attest["firmwareVersion"].as_str().expect("a version"),
                "{stem}"
            );
            for form in forms {
                let bound = authentic.clone().bind(&form);
                let bound = bound.unwrap_or_else(|failure| panic!("{stem}: {failure}"));
                assert_eq!(bound.pcrs().len(), authentic.selection().iter().count(), "{stem}");
                assert_eq!(bound.uncovered_values(), form.len() - bound.pcrs().len(), "{stem}");
                assert_eq!(bound.ak().route, AkRoute::Pinned);
            }
            verified += 1;
        }
    }
    eprintln!("{verified} quotes verified");
    assert!(verified >= 33, "{verified}");
}

#[test]
fn every_negative_case_is_refused_with_its_code() {
    let Some(folder) = vectors() else { return };
    let index = json(folder.join("quotes/negative/index.json"));
    let mut seen = 0;
    for case in index.as_array().expect("cases") {
        let name = case["name"].as_str().expect("a name");
        let stem = folder.join("quotes/negative").join(name);
        let msg_path = PathBuf::from(format!("{}.msg", stem.display()));
        if !msg_path.is_file() {
            eprintln!("{name}: not in the folder");
            continue;
        }
        let msg = read(&msg_path);
        let sig = read(PathBuf::from(format!("{}.sig", stem.display())));
        let ak = case["ak"].as_str().expect("a key");
        let public = read(folder.join("ak").join(format!("{ak}.pub")));
        let nonce =
            hex(case["nonce"].as_str().unwrap_or("6174746573742d766563746f72732d6e6f6e63652d30303031"));
        let pcrs = folder.join(case["pcrs"].as_str().unwrap_or("boot/expected_pcrs.json"));
        let registers = claimed(&json(pcrs));
        let expected = match name {
            "sig-bitflip" | "pcrdigest-bitflip" | "software-key" | "cross-key" | "ecdsa-r-zero"
            | "ecdsa-s-zero" | "ecdsa-r-ge-n" => Some(Code::TpmQuoteSignature),
            "nonce-other" | "nonce-prefix" => Some(Code::TpmNonce),
            "nonce-empty-expected" => Some(Code::MisuseOptions),
            "msg-trailing-byte" | "sig-trailing-byte" => Some(Code::InputTrailingData),
            "msg-truncated" => Some(Code::InputTruncated),
            "alg-confusion-rsassa-as-rsapss" | "hash-confusion-sha256-as-sha1" | "sig-ecdsa-on-rsa-key" => {
                Some(Code::TpmSignatureScheme)
            }
            "sig-alg-null" | "sig-alg-hmac" => Some(Code::TpmSignatureAlgorithm),
            "magic-wrong" => Some(Code::TpmAttestMagic),
            "ecdsa-empty-r" => Some(Code::TpmSignatureLayout),
            // (r, n - s) is as valid as (r, s): signature bytes identify nothing.
            "ecdsa-s-negated" => None,
            "pcr-values-swapped" | "pcr-values-pcr10-zeroed" => Some(Code::TpmPcrDigest),
            "../unrestricted-forged" => Some(Code::TpmAkAttributes),
            name if name.starts_with("../../attest-other/") => Some(Code::TpmAttestType),
            other => panic!("a new case: {other}"),
        };
        seen += 1;
        let trusted = match TrustedAk::pinned(&area(&public), &RustCrypto) {
            Ok(trusted) => trusted,
            Err(failure) => {
                assert_eq!(Some(failure.error.code()), expected, "{name}");
                continue;
            }
        };
        let result =
            tpm::verify(&msg, SignatureInput::Tpmt(&sig), &trusted, &Expectations::nonce(&nonce), &registers);
        if name == "nonce-empty-expected" {
            // The caller may say that there was no nonce; then one is another challenge.
            let none = Expectations::challenge(Challenge::DangerNone);
            let result = tpm::verify(&msg, SignatureInput::Tpmt(&sig), &trusted, &none, &registers);
            assert_eq!(code(result), Some(Code::TpmNonce));
            assert_eq!(result_code(result_of(&msg, &sig, &trusted, &registers)), expected, "{name}");
            continue;
        }
        assert_eq!(code(result), expected, "{name}");
    }
    eprintln!("{seen} negative cases");
    assert!(seen >= 30, "{seen}");
}

fn result_of<'p>(
    msg: &[u8],
    sig: &[u8],
    ak: &TrustedAk<'p>,
    registers: &ClaimedPcrs,
) -> Result<BoundQuote<'p>, Failure> {
    tpm::verify(msg, SignatureInput::Tpmt(sig), ak, &Expectations::nonce(b""), registers)
}

fn result_code(result: Result<BoundQuote<'_>, Failure>) -> Option<Code> {
    result.err().map(|failure| failure.error.code())
}

#[test]
fn attestations_of_other_types_are_recognised_and_no_quote() {
    let Some(folder) = vectors() else { return };
    for (name, expected) in [
        ("certify", "certify"),
        ("certifycreation", "creation"),
        ("commandaudit", "command_audit"),
        ("gettime", "time"),
        ("nvcertify", "nv"),
        ("sessionaudit", "session_audit"),
    ] {
        let msg = read(folder.join(format!("attest-other/attest-{name}.msg")));
        let sig = read(folder.join(format!("attest-other/attest-{name}.sig")));
        let attest = Attest::parse(&msg).expect("an attestation");
        assert_eq!(attest.unauthenticated_type().as_str(), expected);
        assert_eq!(Quote::parse(&msg, &sig).unwrap_err().code(), Code::TpmAttestType, "{name}");
    }
}

#[test]
fn plain_signatures_verify_with_their_scheme_named() {
    let Some(folder) = vectors() else { return };
    let registers = claimed(&json(folder.join("boot/expected_pcrs.json")));
    let nonce = b"attest-vectors-nonce-0001";
    for (name, extension, ak) in
        [("plain-rsassa", "sigraw", "rsassa"), ("plain-ecdsa", "sigder", "ecdsa-p256")]
    {
        let msg = read(folder.join(format!("quotes/plain/{name}.msg")));
        let sig = read(folder.join(format!("quotes/plain/{name}.{extension}")));
        let public = read(folder.join("ak").join(format!("{ak}.pub")));
        let trusted = TrustedAk::pinned(&area(&public), &RustCrypto).expect("a key");
        let scheme = trusted.scheme().expect("a scheme");
        let wrapped = [&u16::try_from(msg.len()).expect("short").to_be_bytes()[..], &msg].concat();
        for msg in [&msg, &wrapped] {
            let input = SignatureInput::Plain(&sig, scheme);
            let bound = tpm::verify(msg, input, &trusted, &Expectations::nonce(nonce), &registers);
            bound.unwrap_or_else(|failure| panic!("{name}: {failure}"));
        }
        assert!(Quote::parse(&msg, &sig).is_err(), "{name}");
    }
}

#[test]
fn the_clock_series_is_told_apart() {
    let Some(folder) = vectors() else { return };
    let public = read(folder.join("clock/ak.pub"));
    let trusted = TrustedAk::pinned(&area(&public), &RustCrypto).expect("a key");
    let nonce = b"attest-vectors-nonce-0001";
    let readings =
        ["1-before", "2-after-resume-restartCount", "3-after-reset-resetCount", "4-after-unclean-reset"].map(
            |name| {
                let msg = read(folder.join(format!("clock/{name}.msg")));
                let sig = read(folder.join(format!("clock/{name}.sig")));
                (msg, sig)
            },
        );
    let authenticate = |index: usize, since: Option<tpm::ClockInfo>| {
        let (msg, sig) = &readings[index];
        let mut expectations = Expectations::nonce(nonce);
        if let Some(since) = since {
            expectations = expectations.since(since);
        }
        Quote::parse(msg, sig).expect("a quote").authenticate(&trusted, &expectations).expect("authentic")
    };
    let clocks: Vec<_> = (0..4).map(|index| authenticate(index, None).clock()).collect();
    let continuity = |from: usize, to: usize| authenticate(to, Some(clocks[from])).continuity();
    assert_eq!(continuity(0, 0), Some(Continuity::SameBoot));
    assert_eq!(continuity(0, 1), Some(Continuity::Resumed));
    assert_eq!(continuity(1, 2), Some(Continuity::Rebooted { resets: 1 }));
    assert_eq!(continuity(2, 3), Some(Continuity::Rebooted { resets: 1 }));
    assert!(!clocks[3].safe);
    assert_eq!(continuity(1, 0), Some(Continuity::WentBack));
    assert_eq!(continuity(2, 1), Some(Continuity::WentBack));
    let back = authenticate(0, Some(clocks[1]));
    let check = back.checks().iter().find(|check| check.rule.id == "tpm.clock").expect("the check");
    assert_eq!(check.outcome, Outcome::Failed);
}

#[test]
fn no_flipped_bit_goes_unnoticed() {
    let Some(folder) = vectors() else { return };
    let registers = claimed(&json(folder.join("boot/expected_pcrs.json")));
    let nonce = b"attest-vectors-nonce-0001";
    for ak in ["rsassa", "rsapss", "ecdsa-p256"] {
        let msg = read(folder.join(format!("quotes/{ak}-sha256bank.msg")));
        let sig = read(folder.join(format!("quotes/{ak}-sha256bank.sig")));
        let public = read(folder.join("ak").join(format!("{ak}.pub")));
        let trusted = TrustedAk::pinned(&area(&public), &RustCrypto).expect("a key");
        let expectations = Expectations::nonce(nonce);
        let verify = |msg: &[u8], sig: &[u8]| {
            tpm::verify(msg, SignatureInput::Tpmt(sig), &trusted, &expectations, &registers).is_ok()
        };
        assert!(verify(&msg, &sig));
        for at in 0..msg.len() {
            let mut bad = msg.clone();
            bad[at] ^= 1 << (at % 8);
            assert!(!verify(&bad, &sig), "{ak} message byte {at}");
        }
        for at in 0..sig.len() {
            let mut bad = sig.clone();
            bad[at] ^= 1 << (at % 8);
            assert!(!verify(&msg, &bad), "{ak} signature byte {at}");
        }
        for len in 0..msg.len() {
            assert!(!verify(&msg[..len], &sig), "{ak} message cut at {len}");
        }
        for len in 0..sig.len() {
            assert!(!verify(&msg, &sig[..len]), "{ak} signature cut at {len}");
        }
    }
}

#[cfg(feature = "sm2")]
#[test]
fn sm2_signatures_are_over_the_plain_digest() {
    let Some(folder) = vectors().map(|folder| folder.join("sm2-synthetic")) else { return };
    let public = read(folder.join("ak.pub"));
    let name = Name::of(&area(&public), &RustCrypto).expect("a Name");
    assert_eq!(name.as_slice(), read(folder.join("ak.name")));
    let trusted = TrustedAk::pinned(&area(&public), &RustCrypto).expect("a key");
    let registers = claimed(&json(folder.join("pcrs.json")));
    let msg = read(folder.join("quote.msg"));
    let nonce = hex(std::str::from_utf8(&read(folder.join("quote.nonce"))).expect("text"));
    let expectations = Expectations::nonce(&nonce);
    for (file, expected) in [("quote.sig", None), ("quote-with-ZA.sig", Some(Code::TpmQuoteSignature))] {
        let sig = read(folder.join(file));
        let result = tpm::verify(&msg, SignatureInput::Tpmt(&sig), &trusted, &expectations, &registers);
        assert_eq!(code(result), expected, "{file}");
    }
}
