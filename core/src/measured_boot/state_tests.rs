//! What replayed logs say of a boot, with the logs of the vectors folder.

extern crate std;

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use std::path::{Path, PathBuf};
use std::{eprintln, fs};

use super::*;
use crate::bytes::from_hex;
use crate::crypto::{HashAlgorithm, RustCrypto};
use crate::error::Code;
use crate::tpm::PcrValues;

pub(crate) fn vectors() -> Option<PathBuf> {
    veriquote_recorded::recorded("tpm")
}

/// The PCRs of one bank of a profile of the software TPM.
pub(crate) fn quoted(boot: &Path, bank: HashAlgorithm) -> PcrValues {
    let text = fs::read(boot.join("expected_pcrs.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let values: Vec<(u8, Vec<u8>)> = expected[format!("{bank:?}").to_lowercase()]
        .as_object()
        .unwrap()
        .iter()
        .map(|(index, hex)| (index.parse().unwrap(), from_hex(hex.as_str().unwrap().as_bytes()).unwrap()))
        .collect();
    let values: Vec<_> = values.iter().map(|(index, value)| (bank, *index, &value[..])).collect();
    PcrValues::for_tests(&values)
}

/// PCR values that a log gives by itself: what a machine with this log would quote.
pub(crate) fn own_values(log: &EventLog<'_>, bank: HashAlgorithm) -> PcrValues {
    let registers = log.replay(&RustCrypto, bank).unwrap();
    let values: Vec<_> = (0..24u8).map(|index| (index, registers.value(index.into()))).collect();
    let values: Vec<_> = values.iter().map(|(index, value)| (bank, *index, value.as_slice())).collect();
    PcrValues::for_tests(&values)
}

fn parse(bytes: &[u8], kind: LogKind) -> EventLog<'_> {
    EventLog::parse(bytes, kind, &Limits::default()).unwrap()
}

#[test]
fn the_log_of_the_software_tpm_tells_its_whole_boot() {
    let Some(folder) = vectors() else { return };
    for profile in ["", "profile-ima-legacy-pad", "profile-locality3"] {
        let boot = folder.join("swtpm").join(profile).join("boot");
        for (file, banks) in [
            ("eventlog.bin", &[HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha1][..]),
            ("eventlog-sha256only.bin", &[HashAlgorithm::Sha256]),
        ] {
            let bytes = fs::read(boot.join(file)).unwrap();
            let log = parse(&bytes, LogKind::Tpm);
            for bank in banks {
                let replayed = log.verify_pcrs(&RustCrypto, &quoted(&boot, *bank), Quirks::NONE).unwrap();
                // IMA extends PCR 10, and the software TPM's user space PCR 11 and 15.
                replayed.require_explained(&[10]).unwrap();
                let state = BootState::assess(&replayed, &RustCrypto, Quirks::NONE);
                assert_eq!(state.problems(), [], "{profile} {file} {bank:?}");
                assert_eq!(state.quirks(), Quirks::NONE);
                let secure_boot = state.secure_boot().unwrap();
                assert!(secure_boot.enabled.get());
                assert_eq!(secure_boot.db.get().len(), 1);
                assert!(secure_boot.db.get()[0].is_x509());
                assert!(secure_boot.dbx.get().iter().all(Signature::is_sha256));
                assert_eq!(secure_boot.dbx.get().len(), 2);
                let names: Vec<String> = secure_boot
                    .authorities
                    .iter()
                    .map(|authority| authority.get().variable.display_name())
                    .collect();
                assert_eq!(names, ["db", "SbatLevel", "Shim"]);
                assert_eq!(state.left_boot_services(), Some(true));
                assert_eq!(state.firmware_version(), Some("attest-vectors firmware 1.0"));
                let lines: Vec<&str> = state.command_lines().collect();
                assert!(lines.contains(&"/vmlinuz-6.8 root=/dev/vda2 ro quiet ima_policy=tcb"), "{lines:?}");
                assert!(lines.iter().any(|line| line.starts_with("root=/dev/vda2 ro quiet sy")), "{lines:?}");
                let sections: Vec<&str> = state.sections().iter().map(|s| s.name.get().as_str()).collect();
                assert_eq!(sections, [".linux", ".osrel", ".cmdline", ".initrd", ".uname"]);
                assert!(state.sections().iter().all(|section| section.content.is_some()));
                // Files that GRUB measured: words alone say that they are none.
                assert!(state.opaque_texts().iter().all(|event| event.register == 9 && event.opaque));
            }
        }
    }
}

#[test]
fn altered_logs_are_refused_or_graded() {
    let Some(folder) = vectors() else { return };
    let boot = folder.join("swtpm/boot");
    let pcrs = quoted(&boot, HashAlgorithm::Sha256);
    let read = |name: &str| fs::read(boot.join("negative").join(format!("eventlog-{name}.bin"))).unwrap();
    let diverging = |name: &str| {
        let bytes = read(name);
        let log = parse(&bytes, LogKind::Tpm);
        let replayed = log.verify_pcrs(&RustCrypto, &pcrs, Quirks::NONE)?;
        replayed.require_explained(&[10])?;
        BootState::assess(&replayed, &RustCrypto, Quirks::NONE).require_sound()?;
        Ok::<_, crate::Failure>(())
    };
    let own = |name: &str| {
        let bytes = read(name);
        let log = parse(&bytes, LogKind::Tpm);
        let pcrs = own_values(&log, HashAlgorithm::Sha256);
        let replayed = log.verify_pcrs(&RustCrypto, &pcrs, Quirks::NONE).unwrap();
        replayed.require_explained(&[]).unwrap();
        BootState::assess(&replayed, &RustCrypto, Quirks::NONE)
            .problems()
            .iter()
            .map(crate::Error::code)
            .collect::<Vec<_>>()
    };
    for (name, code) in [
        ("cmdline-text-changed-digest-kept", Code::BootEvent),
        ("duplicate-separator-pcr7", Code::EventLogReplay),
        ("error-separator-wrong-type", Code::EventLogReplay),
        ("esl-listsize-zero", Code::EventLogReplay),
        ("event-removed", Code::EventLogReplay),
        ("exitboot-data-mismatch", Code::BootEvent),
        ("grub-prefix-only", Code::EventLogReplay),
        ("ipl-empty", Code::EventLogReplay),
        ("noaction-masquerade-pcr7", Code::BootNoAction),
        ("second-startuplocality-late", Code::EventLogLayout),
        ("secureboot-data-flipped-digest-kept", Code::BootEvent),
        ("variable-namelen-overflow", Code::BootEvent),
    ] {
        assert_eq!(diverging(name).map_err(|failure| failure.error.code()), Err(code), "{name}");
    }
    // Swapped between two registers: neither records the order of the other.
    assert_eq!(diverging("events-swapped").map_err(|failure| failure.error.code()), Ok(()));
    // The same logs on a machine that really measured what they say.
    for (name, code) in [
        ("duplicate-separator-pcr7", Code::BootSecureBoot),
        ("error-separator-wrong-type", Code::BootSeparator),
        ("esl-listsize-zero", Code::BootSignatureList),
        ("esl-sigsize-zero", Code::BootSignatureList),
        ("esl-sigsize-15", Code::BootSignatureList),
        ("esl-sigsize-huge", Code::BootSignatureList),
    ] {
        assert!(own(name).contains(&code), "{name}: {:?}", own(name));
    }
}

#[test]
fn a_ccel_with_a_repeated_separator_is_unsound() {
    let Some(folder) = vectors() else { return };
    let assess = |name: &str, quirks: Quirks| {
        let bytes = fs::read(folder.join("go-eventlog/testdata/eventlogs/ccel").join(name)).unwrap();
        let log = parse(&bytes, LogKind::Ccel);
        let registers = log.replay(&RustCrypto, HashAlgorithm::Sha384).unwrap();
        let expected = [1, 2, 3, 4].map(|index| registers.value(index).as_slice().try_into().unwrap());
        let replayed = log.verify_rtmrs(&RustCrypto, &expected, Quirks::NONE).unwrap();
        let state = BootState::assess(&replayed, &RustCrypto, quirks);
        state.require_sound().map(|()| state.quirks()).map_err(|error| error.code())
    };
    assert_eq!(assess("cos-113-intel-tdx.bin", Quirks::NONE), Ok(Quirks::NONE));
    assert_eq!(assess("cos-113-intel-tdx-dupe-separator.bin", Quirks::NONE), Err(Code::BootSeparator));
    let folded = Quirks::NONE.with(Quirk::FoldedSeparators);
    assert_eq!(assess("CCEL_unpadded.data.bin", Quirks::NONE), Err(Code::BootSeparator));
    assert_eq!(assess("CCEL_unpadded.data.bin", folded), Ok(folded));
}

#[test]
fn a_missing_exit_from_boot_services_is_a_named_quirk() {
    let Some(folder) = vectors() else { return };
    let bytes = fs::read(folder.join("go-attestation/attest/testdata/ebs_event_missing_eventlog")).unwrap();
    let log = parse(&bytes, LogKind::Tpm);
    let bank = HashAlgorithm::Sha1;
    let mut five = log.replay(&RustCrypto, bank).unwrap().value(5);
    let hash = |parts: &[&[u8]]| crate::crypto::CryptoProvider::hash(&RustCrypto, bank, parts);
    for text in [&b"Exit Boot Services Invocation"[..], b"Exit Boot Services Returned with Success"] {
        five = hash(&[five.as_slice(), hash(&[text]).as_slice()]);
    }
    let pcrs = PcrValues::for_tests(&[(bank, 5, five.as_slice())]);
    let strict = log.verify_pcrs(&RustCrypto, &pcrs, Quirks::NONE).unwrap();
    assert_eq!(strict.state(5), Some(RegisterState::Diverges));
    let quirk = Quirks::NONE.with(Quirk::ExitBootServicesMissing);
    let lenient = log.verify_pcrs(&RustCrypto, &pcrs, quirk).unwrap();
    assert_eq!((lenient.state(5), lenient.quirks()), (Some(RegisterState::Explained), quirk));
    assert_eq!(lenient.state(4), Some(RegisterState::NotQuoted));
    assert!(lenient.events().iter().all(|event| event.measured().is_none_or(|(index, _)| index == 5)));
}

#[test]
fn every_log_of_the_folder_is_assessed_without_a_panic() {
    let Some(folder) = vectors() else { return };
    let text = fs::read(folder.join("computed/eventlog_replay.json")).unwrap();
    let computed: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let (mut assessed, mut known) = (0, 0);
    for name in computed.as_object().unwrap().keys() {
        let Ok(bytes) = fs::read(folder.join(name)) else { continue };
        if name.to_lowercase().contains("ccel") || name.ends_with(".b64") {
            continue;
        }
        let log = parse(&bytes, LogKind::Tpm);
        for bank in [HashAlgorithm::Sha1, HashAlgorithm::Sha256] {
            let Ok(registers) = log.replay(&RustCrypto, bank) else { continue };
            assert_eq!(registers.algorithm(), bank);
            let replayed = log.verify_pcrs(&RustCrypto, &own_values(&log, bank), Quirks::all()).unwrap();
            replayed.require_explained(&[]).unwrap();
            let state = BootState::assess(&replayed, &RustCrypto, Quirks::all());
            known += usize::from(state.secure_boot().is_ok());
            assessed += 1;
            for problem in state.problems() {
                eprintln!("{name} {bank:?}: {problem}");
            }
        }
    }
    eprintln!("{assessed} assessed, Secure Boot known in {known}");
    assert!(assessed >= 30 && known >= 70);
}

#[test]
fn an_unextended_bank_is_a_problem() {
    let zeros = [0; 32];
    let values: Vec<_> = (0..8).map(|index| (HashAlgorithm::Sha256, index, &zeros[..])).collect();
    let mut header = [0u32, 3].map(u32::to_le_bytes).concat();
    header.extend([0; 20]);
    let mut data = b"Spec ID Event03\0\0\0\0\0\0\x02\x00\x02\x01\0\0\0\x0b\0\x20\0".to_vec();
    data.push(0);
    header.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    header.extend(data);
    let log = parse(&header, LogKind::Tpm);
    let replayed = log.verify_pcrs(&RustCrypto, &PcrValues::for_tests(&values), Quirks::NONE).unwrap();
    let state = BootState::assess(&replayed, &RustCrypto, Quirks::NONE);
    assert_eq!(state.require_sound().unwrap_err().code(), Code::BootBank);
    // No policy accepts it, so none is learned from it.
    let learned = crate::policy::learn("any", &state, None, &RustCrypto);
    assert_eq!(learned.unwrap_err().code(), Code::BootBank);
}

#[test]
fn explanations_name_the_edit_that_matches() {
    let Some(folder) = vectors() else { return };
    let bytes = fs::read(folder.join("swtpm/profile-locality3/boot/eventlog.bin")).unwrap();
    let log = parse(&bytes, LogKind::Tpm);
    let bank = HashAlgorithm::Sha256;
    let hash = |parts: &[&[u8]]| crate::crypto::CryptoProvider::hash(&RustCrypto, bank, parts);
    let numbers = |index: u32| -> Vec<(usize, Vec<u8>)> {
        let events = log.unauthenticated_events().iter();
        let events = events.filter(|e| e.unauthenticated_index() == index && e.extends(LogKind::Tpm));
        let digest = |e: &Event<'_>| e.unauthenticated_digest(DigestAlgorithm::Sha256).unwrap().to_vec();
        events.map(|event| (event.number(), digest(event))).collect()
    };
    let replay = |digests: &[Vec<u8>]| {
        let start = crate::crypto::Digest::repeated(0, bank);
        digests.iter().fold(start, |value, digest| hash(&[value.as_slice(), digest]))
    };
    let ask = |index, value: crate::crypto::Digest| explain(&log, &RustCrypto, bank, index, value.as_slice());
    let events = numbers(8);
    let digests: Vec<Vec<u8>> = events.iter().map(|(_, digest)| digest.clone()).collect();
    assert_eq!(ask(8, replay(&digests)), Some(Explanation::Matches));
    for at in 0..digests.len() {
        let mut dropped = digests.clone();
        dropped.remove(at);
        let expected =
            if at + 1 == digests.len() { Explanation::Prefix(at) } else { Explanation::Drop(events[at].0) };
        assert_eq!(ask(8, replay(&dropped)), Some(expected));
        let mut repeated = digests.clone();
        repeated.insert(at, digests[at].clone());
        assert_eq!(ask(8, replay(&repeated)), Some(Explanation::Repeat(events[at].0)));
        if at + 1 < digests.len() {
            let mut swapped = digests.clone();
            swapped.swap(at, at + 1);
            let expected = Explanation::Swap(events[at].0, events[at + 1].0);
            assert_eq!(ask(8, replay(&swapped)), Some(expected));
        }
        let mut parted = digests.clone();
        parted.insert(at, hash(&[&[0; 4]]).as_slice().to_vec());
        assert_eq!(ask(8, replay(&parted)), Some(Explanation::Separator(at)));
    }
    let mut longer: Vec<Vec<u8>> = numbers(9).into_iter().map(|(_, digest)| digest).collect();
    longer.push(hash(&[b"nvpcr-separator"]).as_slice().to_vec());
    let found = ask(9, replay(&longer));
    assert_eq!(sentence(found.as_ref(), 9), "PCR 9: the register matches if `nvpcr-separator` is appended");
    // The log says locality 3; a machine without it starts PCR 0 at zero.
    let zero: Vec<Vec<u8>> = numbers(0).into_iter().map(|(_, digest)| digest).collect();
    assert_eq!(ask(0, replay(&zero)), Some(Explanation::Locality(0)));
    assert_eq!(ask(8, hash(&[b"something else"])), None);
}

/// One record of a crypto-agile log with SHA-1 and SHA-256.
pub(crate) fn record(index: u32, event_type: u32, measured: &[u8], data: &[u8]) -> Vec<u8> {
    let mut bytes = [index, event_type, 2].map(u32::to_le_bytes).concat();
    for (id, bank) in [(4u16, HashAlgorithm::Sha1), (0x0b, HashAlgorithm::Sha256)] {
        bytes.extend(id.to_le_bytes());
        bytes.extend(crate::crypto::CryptoProvider::hash(&RustCrypto, bank, &[measured]).as_slice());
    }
    bytes.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    bytes.extend(data);
    bytes
}

pub(crate) fn written(records: &[Vec<u8>]) -> Vec<u8> {
    let data =
        [&b"Spec ID Event03\0\0\0\0\0\0\x02\x00\x02\x02\0\0\0\x04\0\x14\0\x0b\0\x20\0"[..], &[0]].concat();
    let mut bytes = [0u32, 3].map(u32::to_le_bytes).concat();
    bytes.extend([0; 20]);
    bytes.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    bytes.extend(data);
    bytes.extend(records.concat());
    bytes
}

/// `H(H(start ‖ H(first)) ‖ H(second)) …`, computed by itself.
fn extended(bank: HashAlgorithm, measured: &[&[u8]]) -> crate::crypto::Digest {
    let hash = |parts: &[&[u8]]| crate::crypto::CryptoProvider::hash(&RustCrypto, bank, parts);
    let start = crate::crypto::Digest::repeated(0, bank);
    measured.iter().fold(start, |value, bytes| hash(&[value.as_slice(), hash(&[bytes]).as_slice()]))
}

#[test]
fn firmware_s_habits_are_explained() {
    let sha256 = HashAlgorithm::Sha256;
    let mut variable = vec![7; 16];
    variable.extend([1u64, 3].map(u64::to_le_bytes).concat());
    variable.extend(b"B\0abc");
    let ask = |bytes: &[u8], index, quoted: crate::crypto::Digest| {
        let log = parse(bytes, LogKind::Tpm);
        explain(&log, &RustCrypto, sha256, index, quoted.as_slice())
    };
    // The log has the digest of the value; the firmware extended that of the structure, and the other way.
    for (logged, extended_with, whole) in [(&b"abc"[..], &variable[..], true), (&variable, b"abc", false)] {
        let log = written(&[record(1, 0x8000_0002, logged, &variable), record(1, 4, &[0; 4], &[0; 4])]);
        let quoted = extended(sha256, &[extended_with, &[0; 4]]);
        assert_eq!(ask(&log, 1, quoted), Some(Explanation::VariableBoot { whole }));
    }
    // Leaving boot services was measured, and the log was read before.
    let log = written(&[record(5, 0x8000_0007, b"Calling", b"Calling"), record(5, 4, &[0; 4], &[0; 4])]);
    let (invoked, left) =
        (&b"Exit Boot Services Invocation"[..], b"Exit Boot Services Returned with Success");
    let quoted = extended(sha256, &[b"Calling", &[0; 4], invoked, left]);
    let Some(Explanation::Append(what)) = ask(&log, 5, quoted) else { panic!("not explained") };
    assert!(what.starts_with("Exit Boot Services Invocation"));
    // Some firmware, and Linux before 5.8, extends a bank with the digests of SHA-1 and zeros.
    let hash = |bank, parts: &[&[u8]]| crate::crypto::CryptoProvider::hash(&RustCrypto, bank, parts);
    let padded = |value: crate::crypto::Digest, bytes: &[u8]| {
        let digest = hash(HashAlgorithm::Sha1, &[bytes]);
        hash(sha256, &[value.as_slice(), digest.as_slice(), &[0; 12]])
    };
    let quoted = padded(padded(crate::crypto::Digest::repeated(0, sha256), b"Calling"), &[0; 4]);
    assert_eq!(ask(&log, 5, quoted), Some(Explanation::PaddedBank(HashAlgorithm::Sha1)));
    assert_eq!(ask(&log, 5, extended(sha256, &[b"Calling", b"something"])), None);
}

#[test]
fn explaining_a_hostile_log_ends_soon_and_never_calls_a_part_the_whole() {
    let count = 30_000u32;
    let records: Vec<Vec<u8>> = (0..count).map(|number| record(8, 0xd, &number.to_le_bytes(), b"")).collect();
    let bytes = written(&records);
    let log = parse(&bytes, LogKind::Tpm);
    let numbers: Vec<[u8; 4]> = (0..count).map(u32::to_le_bytes).collect();
    let measured: Vec<&[u8]> = numbers.iter().map(|number| &number[..]).collect();
    let counting = Counting::default();
    let ask = |measured: &[&[u8]]| {
        let quoted = extended(HashAlgorithm::Sha256, measured);
        explain(&log, &counting, HashAlgorithm::Sha256, 8, quoted.as_slice())
    };
    assert_eq!(ask(&measured), Some(Explanation::Matches));
    assert_eq!(ask(&measured[..1024]), Some(Explanation::Prefix(1024)));
    counting.hashes.store(0, core::sync::atomic::Ordering::Relaxed);
    // Every search is tried, and none of them fits.
    assert_eq!(ask(&measured[1..]), None);
    let hashes = counting.hashes.load(core::sync::atomic::Ordering::Relaxed);
    assert!(hashes < 10 * 30_000, "{hashes}");
    // As many as are edited.
    let most = crate::limits::EXPLAIN_EVENTS;
    let bytes = written(&records[..most]);
    let log = parse(&bytes, LogKind::Tpm);
    counting.hashes.store(0, core::sync::atomic::Ordering::Relaxed);
    let quoted = extended(HashAlgorithm::Sha256, &measured[1..most]);
    let first =
        log.unauthenticated_events().iter().find(|event| event.extends(LogKind::Tpm)).unwrap().number();
    let found = explain(&log, &counting, HashAlgorithm::Sha256, 8, quoted.as_slice());
    assert_eq!(found, Some(Explanation::Drop(first)));
    assert_eq!(explain(&log, &counting, HashAlgorithm::Sha256, 8, &[7; 32]), None);
    let hashes = counting.hashes.load(core::sync::atomic::Ordering::Relaxed);
    assert!(hashes < 300_000, "{hashes}");
}

/// Counts the hashes, so that no clock is needed to say that work is bounded.
#[derive(Debug, Default)]
struct Counting {
    hashes: core::sync::atomic::AtomicUsize,
}

impl crate::crypto::CryptoProvider for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn load_key(
        &self,
        algorithm: crate::crypto::SignatureAlgorithm,
        key: crate::crypto::PublicKey<'_>,
    ) -> Result<alloc::boxed::Box<dyn crate::crypto::VerifyingKey>, crate::crypto::KeyRejected> {
        RustCrypto.load_key(algorithm, key)
    }

    fn hash(&self, algorithm: HashAlgorithm, parts: &[&[u8]]) -> crate::crypto::Digest {
        self.hashes.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
        RustCrypto.hash(algorithm, parts)
    }
}

#[test]
fn a_bank_that_is_not_quoted_excuses_no_other() {
    // Graded by SHA-256, which leaves PCR 4 out; in SHA-1 the log does not explain it.
    let zeros = [0; 4];
    let records: Vec<_> = (0..8).map(|register| record(register, 4, &zeros, &zeros)).collect();
    let bytes = written(&records);
    let log = parse(&bytes, LogKind::Tpm);
    let (sha1, sha256) = (HashAlgorithm::Sha1, HashAlgorithm::Sha256);
    let zero = extended(sha256, &[&zeros]);
    let state_of = |quoted: crate::crypto::Digest| {
        let values = [(sha256, 0, zero.as_slice()), (sha1, 4, quoted.as_slice())];
        let replayed = log.verify_pcrs(&RustCrypto, &PcrValues::for_tests(&values), Quirks::NONE).unwrap();
        BootState::assess(&replayed, &RustCrypto, Quirks::NONE).registers().get(&4).copied()
    };
    assert_eq!(state_of(extended(sha1, &[b"other"])), Some(RegisterState::Diverges));
    assert_eq!(state_of(extended(sha1, &[&zeros])), Some(RegisterState::NotQuoted));
}

#[test]
fn what_firmware_alone_measures_counts_in_its_own_register_alone() {
    let utf16 = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let exit = b"Exit Boot Services Returned with Success";
    let version = utf16("best firmware");
    let name = [utf16(".linux"), vec![0, 0]].concat();
    let bytes = written(&[
        // Anybody extends PCR 16 and 23, and writes what they like beside it.
        record(16, 8, &version, &version),
        record(23, 0x8000_0007, exit, exit),
        record(16, 0x8000_0002, b"boot order", b"boot order"),
        record(16, 0x8000_0006, b"partitions", b"partitions"),
        record(11, 0xd, b".linux\0", &name),
        // Its type is any: the content of a section is what was extended next.
        record(11, 1, b"evil kernel", b"good kernel"),
        record(11, 0xd, b"good kernel", b"something"),
    ]);
    let log = parse(&bytes, LogKind::Tpm);
    let sha256 = HashAlgorithm::Sha256;
    let replayed = log.verify_pcrs(&RustCrypto, &own_values(&log, sha256), Quirks::NONE).unwrap();
    let state = BootState::assess(&replayed, &RustCrypto, Quirks::NONE);
    assert_eq!((state.firmware_version(), state.left_boot_services()), (None, None));
    assert_eq!((state.boot_variables().len(), state.partitions().len()), (0, 0));
    let [section] = state.sections() else { panic!("{:?}", state.sections()) };
    assert_eq!(section.name.get(), ".linux");
    let content = crate::crypto::CryptoProvider::hash(&RustCrypto, sha256, &[b"evil kernel"]);
    assert_eq!(section.content.as_ref().map(|content| *content.get()), Some(content.as_slice()));
}
