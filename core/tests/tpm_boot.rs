//! Quote, event log and IMA list of a software TPM together, up to what a policy accepts.
#![cfg(feature = "tpm")]

use std::path::{Path, PathBuf};

use serde_json::Value;
use veriquote::Code;
use veriquote::crypto::{HashAlgorithm, RustCrypto};
use veriquote::measured_boot::ima::{Aggregate, BootIdentity, Continuation, ImaList, ReplayedIma};
use veriquote::measured_boot::{BootState, EventLog, Limits, LogKind, Quirks, RegisterState};
use veriquote::policy::{Policy, learn};
use veriquote::tpm::{
    self, BoundQuote, ClaimedPcrs, Expectations, PublicArea, Quote, SignatureInput, TrustedAk,
};

const PROFILES: [&str; 3] = ["", "profile-locality3", "profile-ima-legacy-pad"];

fn vectors() -> Option<PathBuf> {
    veriquote_recorded::recorded("tpm/swtpm")
}

fn read(path: impl AsRef<Path>) -> Vec<u8> {
    let path = path.as_ref();
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn hex(text: &str) -> Vec<u8> {
    veriquote::bytes::from_hex(text.trim().as_bytes()).expect("hex")
}

/// A verified quote and what was measured beside it.
struct Machine {
    name: String,
    bound: BoundQuote<'static>,
    log: Vec<u8>,
    list: Vec<u8>,
}

/// Every quote of a key that may be trusted, with a nonce.
fn machines(folder: &Path) -> Vec<Machine> {
    let mut machines = Vec::new();
    for profile in PROFILES {
        let root = folder.join(profile);
        let manifest: Value = serde_json::from_slice(&read(root.join("manifest.json"))).expect("JSON");
        for entry in manifest["quotes"].as_array().expect("quotes") {
            let stem = entry["file"].as_str().expect("a file").strip_suffix(".msg").expect("a message");
            let public = read(root.join("ak").join(format!("{}.pub", entry["ak"].as_str().expect("a key"))));
            let area = PublicArea::parse(&public).expect("a public area");
            let Ok(ak) = TrustedAk::pinned(&area, &RustCrypto) else { continue };
            let nonce = hex(entry["nonce"].as_str().expect("a nonce"));
            // Quotes of other states of the registers come with values of their own.
            if nonce.is_empty() || !entry["pcr_values"].is_null() {
                continue;
            }
            let [msg, sig, pcrs] =
                ["msg", "sig", "pcrs"].map(|end| read(root.join("quotes").join(format!("{stem}.{end}"))));
            let quote = Quote::parse(&msg, &sig).expect("a quote");
            let claimed =
                ClaimedPcrs::from_file(&pcrs, quote.unauthenticated_selection()).expect("PCR values");
            let expectations = Expectations::nonce(&nonce).danger_accept_sha1();
            let bound = tpm::verify(&msg, SignatureInput::Tpmt(&sig), &ak, &expectations, &claimed)
                .unwrap_or_else(|failure| panic!("{stem}: {failure}"));
            machines.push(Machine {
                name: format!("{profile} {stem}"),
                bound,
                log: read(root.join("boot/eventlog.bin")),
                list: read(root.join("boot/ima_runtime_measurements.bin")),
            });
        }
    }
    machines
}

impl Machine {
    /// Replays the log, and the list where the quote covers PCR 10.
    fn replay(&self) -> (BootState<'_>, Option<ReplayedIma<'_>>) {
        let log = EventLog::parse(&self.log, LogKind::Tpm, &Limits::default()).expect("a log");
        let replayed = log.verify_pcrs(&RustCrypto, self.bound.pcrs(), Quirks::NONE);
        let replayed = replayed.unwrap_or_else(|failure| panic!("{}: {failure}", self.name));
        replayed.require_explained(&[10]).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let state = BootState::assess(&replayed, &RustCrypto, Quirks::NONE);
        state.require_sound().unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let list = ImaList::detect(&self.list).expect("a list");
        let ima = match list.verify(&RustCrypto, self.bound.pcrs(), None) {
            Ok(ima) => Some(ima),
            Err(failure) => {
                assert_eq!(failure.error.code(), Code::BootUnverified, "{}: {failure}", self.name);
                None
            }
        };
        (state, ima)
    }

    fn is_sha1_only(&self) -> bool {
        self.bound.pcrs().banks().all(|bank| bank == HashAlgorithm::Sha1)
    }
}

#[test]
fn quote_log_and_list_are_accepted_together_and_by_the_policy_learned_from_them() {
    let Some(folder) = vectors() else { return };
    let (mut accepted, mut partial, mut keys) = (0, 0, std::collections::BTreeSet::new());
    for machine in machines(&folder) {
        let name = &machine.name;
        let (state, ima) = machine.replay();
        let Some(ima) = ima else {
            partial += usize::from(accept_partial(&machine, &state));
            continue;
        };
        if machine.bound.pcrs().get(HashAlgorithm::Sha256, 10).is_some() && machine.bound.pcrs().len() == 1 {
            // PCR 10 alone: the log explains nothing, and the list tells of no boot.
            assert_eq!(ima.aggregate(), Aggregate::NotQuoted, "{name}");
            continue;
        }
        assert_eq!((ima.verified(), ima.unverified(), ima.violations()), (11, 0, 1), "{name}");
        let legacy = name.starts_with("profile-ima-legacy-pad") && !machine.is_sha1_only();
        assert_eq!(ima.is_zero_padded(), legacy, "{name}");
        let strict = Policy::from_json(
            br#"{"boot":{"log":"require","secure_boot":"require"},"ima":{"list":"require"}}"#,
        )
        .expect("a policy");
        let rejection = strict
            .accept_tpm_boot(machine.bound.clone(), Some(&state), Some(&ima))
            .map(|_| ())
            .expect_err("the list holds a violation");
        let violated = rejection.appraisal.findings.iter();
        let violated: Vec<_> = violated
            .filter(|finding| finding.verdict == veriquote::policy::Verdict::Violated)
            .map(|finding| finding.rule)
            .collect();
        let mut expected = Vec::new();
        if machine.is_sha1_only() {
            expected.push("boot.sha1_bank");
        }
        if machine.is_sha1_only() || legacy {
            expected.push("ima.sha1_only");
        }
        // The aggregate is over the SHA-256 bank: without it, nobody can tell.
        if machine.bound.pcrs().get(HashAlgorithm::Sha256, 0).is_none() {
            expected.insert(expected.len().saturating_sub(1), "ima.boot_aggregate");
        }
        expected.push("ima.violations");
        let mut found = violated.clone();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{name}");
        let text = learn("learned", &state, Some(&ima), &RustCrypto).expect("a document");
        let learned = Policy::from_json(text.as_bytes()).expect("a policy");
        let result = learned.accept_tpm_boot(machine.bound.clone(), Some(&state), Some(&ima));
        result.unwrap_or_else(|rejection| panic!("{name}: {rejection}"));
        // Of a quote alone it accepts nothing.
        assert!(learned.accept_tpm(machine.bound.clone()).is_err(), "{name}");
        assert!(learned.accept_tpm_boot(machine.bound.clone(), Some(&state), None).is_err(), "{name}");
        accepted += 1;
        keys.insert(machine.bound.ak().kind.to_string());
    }
    eprintln!("{accepted} accepted with log and list, {partial} with the log alone, keys {keys:?}");
    assert!(accepted >= 30 && partial >= 4 && keys.len() >= 5, "{accepted} {partial} {keys:?}");
}

/// Quotes over some registers, some of several banks: the log is proven as far as they go.
fn accept_partial(machine: &Machine, state: &BootState<'_>) -> bool {
    let name = &machine.name;
    // Of several banks, SHA-256 is read here: the quote covers most registers in it.
    for index in 0..8 {
        if machine.bound.pcrs().get(HashAlgorithm::Sha256, index).is_some() {
            assert_eq!(state.registers().get(&u32::from(index)), Some(&RegisterState::Explained), "{name}");
        }
    }
    assert!(state.secure_boot().is_ok(), "{name}");
    let text = learn("learned", state, None, &RustCrypto).expect("a document");
    let learned = Policy::from_json(text.as_bytes()).expect("a policy");
    learned.accept_tpm_boot(machine.bound.clone(), Some(state), None).is_ok()
}

#[test]
fn what_one_quote_proves_is_refused_for_another() {
    let Some(folder) = vectors() else { return };
    let machines = machines(&folder);
    let policies = [
        Policy::crypto_only(),
        Policy::from_json(br#"{"ima":{"violations":"allow","sha1_only":"allow"}}"#).expect("a policy"),
    ];
    let (mut same, mut refused) = (0, 0);
    for other in &machines {
        let (state, ima) = other.replay();
        let Some(ima) = ima else { continue };
        for machine in &machines {
            let is_same = machine.bound.pcrs() == other.bound.pcrs();
            assert_eq!(state.is_of_pcrs(machine.bound.pcrs()), is_same);
            assert_eq!(ima.is_of_pcrs(machine.bound.pcrs()), is_same);
            if is_same {
                same += 1;
                continue;
            }
            for policy in &policies {
                for (boot, list, rule) in [
                    (Some(&state), None, "boot.quote"),
                    (None, Some(&ima), "ima.quote"),
                    (Some(&state), Some(&ima), "boot.quote"),
                ] {
                    let result = policy.accept_tpm_boot(machine.bound.clone(), boot, list);
                    let rejection = result.map(|_| ()).expect_err("the log of another quote");
                    assert_eq!(rejection.error.code(), Code::MisuseOptions);
                    assert_eq!(rejection.error.part(), rule);
                    refused += 1;
                }
            }
        }
    }
    eprintln!("{refused} refused, {same} of equal registers");
    assert!(refused > 100 && same > 10, "{refused} {same}");
}

#[test]
fn a_continuation_is_of_one_key_and_one_boot() {
    let Some(folder) = vectors() else { return };
    let registers = read(folder.join("boot/expected_pcrs.json"));
    let registers: Value = serde_json::from_slice(&registers).expect("JSON");
    let mut claimed = ClaimedPcrs::new();
    for (index, value) in registers["sha256"].as_object().expect("registers") {
        let value = hex(value.as_str().expect("hex"));
        claimed.insert(HashAlgorithm::Sha256, index.parse().expect("an index"), &value).expect("a value");
    }
    let list = read(folder.join("boot/ima_runtime_measurements.bin"));
    let list = ImaList::detect(&list).expect("a list");
    let nonce = b"attest-vectors-nonce-0001";
    let mut identities: Vec<BootIdentity> = Vec::new();
    let mut tokens = Vec::new();
    for key in ["rsassa", "ecdsa-p256"] {
        let public = read(folder.join("ak").join(format!("{key}.pub")));
        let area = PublicArea::parse(&public).expect("a public area");
        let [msg, sig] =
            ["msg", "sig"].map(|end| read(folder.join(format!("quotes/{key}-sha256bank.{end}"))));
        for bare in [false, true] {
            let ak = if bare {
                TrustedAk::pinned_key(&area.key(), &RustCrypto)
            } else {
                TrustedAk::pinned(&area, &RustCrypto)
            };
            let ak = ak.expect("a key");
            let expectations = Expectations::nonce(nonce);
            let bound = tpm::verify(&msg, SignatureInput::Tpmt(&sig), &ak, &expectations, &claimed);
            let bound = bound.unwrap_or_else(|failure| panic!("{key}: {failure}"));
            let identity = BootIdentity::of(&bound);
            match &bound.ak().name {
                Some(name) => assert_eq!(identity.ak_name, name.as_slice()),
                None => {
                    assert_eq!(identity.ak_name.len(), 36);
                    assert!(identity.ak_name.starts_with(b"key:"));
                }
            }
            let ima = list.verify(&RustCrypto, bound.pcrs(), None).expect("a verified list");
            tokens.push(Continuation::after(&ima, identity.clone()).seal(&[7; 16]).expect("a token"));
            identities.push(identity);
        }
    }
    for (token, own) in tokens.iter().zip(&identities) {
        for identity in &identities {
            let opened = Continuation::open(token, &[7; 16], identity).map(|opened| opened.index());
            let expected = if identity == own { Ok(11) } else { Err(Code::ImaContinuationBoot) };
            assert_eq!(opened.map_err(|error| error.code()), expected);
        }
    }
}
