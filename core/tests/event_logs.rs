//! Real event logs beside what other programs say of them, and cut at every byte.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use veriquote::Code;
use veriquote::bytes::to_hex;
use veriquote::crypto::{HashAlgorithm, RustCrypto};
use veriquote::measured_boot::{DigestAlgorithm, EventLog, Limits, LogKind};

fn vectors() -> Option<PathBuf> {
    veriquote_recorded::recorded("tpm")
}

fn read(path: impl AsRef<Path>) -> Vec<u8> {
    let path = path.as_ref();
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text(path: impl AsRef<Path>) -> String {
    String::from_utf8_lossy(&read(path)).into_owned()
}

fn parse(bytes: &[u8]) -> EventLog<'_> {
    EventLog::parse(bytes, LogKind::Tpm, &Limits::default()).expect("a log")
}

fn bank(name: &str) -> HashAlgorithm {
    match name {
        "sha1" => HashAlgorithm::Sha1,
        "sha256" => HashAlgorithm::Sha256,
        "sha384" => HashAlgorithm::Sha384,
        "sha512" => HashAlgorithm::Sha512,
        other => panic!("{other}"),
    }
}

#[test]
fn all_registers_are_those_that_hirs_expects() {
    let Some(folder) = vectors() else { return };
    let folder = folder.join("HIRS/HIRS_Utils/src/test/resources/tcgeventlog");
    for (log, expected, bank) in [
        ("TpmLog.bin", "TpmLogExpectedPcrs.txt", HashAlgorithm::Sha256),
        ("TpmLogSHA1.bin", "TpmLogSHA1ExpectedPcrs.txt", HashAlgorithm::Sha1),
    ] {
        let bytes = read(folder.join(log));
        let registers = parse(&bytes).replay(&RustCrypto, bank).expect("a replay");
        let expected = text(folder.join(expected));
        let expected: Vec<&str> = expected.split_whitespace().collect();
        assert_eq!(expected.len(), 24);
        for (index, value) in (0u32..).zip(expected) {
            assert_eq!(to_hex(registers.value(index).as_slice()), value, "{log} PCR {index}");
        }
    }
}

/// What tpm2-tools prints of one event.
#[derive(Debug, Default, PartialEq)]
struct Printed {
    pcr: u32,
    digests: BTreeMap<String, String>,
    size: usize,
}

/// Events and registers of `tpm2_eventlog`'s output: of its YAML just the lines that are needed.
fn printed(yaml: &str) -> (Vec<Printed>, BTreeMap<(String, u32), String>) {
    let (mut events, mut registers) = (Vec::<Printed>::new(), BTreeMap::new());
    let (mut algorithm, mut in_registers) = (String::new(), false);
    for line in yaml.lines() {
        if line == "pcrs:" {
            in_registers = true;
        }
        let line = line.trim().trim_start_matches("- ");
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim().trim_matches('"');
        if in_registers {
            match name.trim().parse() {
                Ok(index) => {
                    let value = value.strip_prefix("0x").expect("hex");
                    registers.insert((algorithm.clone(), index), value.to_owned());
                }
                Err(_) => algorithm = name.to_owned(),
            }
            continue;
        }
        match (name, events.last_mut()) {
            ("PCRIndex", _) => {
                algorithm.clear();
                events.push(Printed { pcr: value.parse().expect("an index"), ..Printed::default() });
            }
            ("AlgorithmId", _) => algorithm = value.to_owned(),
            ("Digest", Some(event)) if !algorithm.is_empty() => {
                event.digests.insert(std::mem::take(&mut algorithm), value.to_owned());
            }
            ("EventSize", Some(event)) => event.size = value.parse().expect("a size"),
            _ => {}
        }
    }
    // The header has one digest of no algorithm.
    if events.first().is_some_and(|event| event.digests.is_empty()) {
        events.remove(0);
    }
    (events, registers)
}

#[test]
fn every_event_is_what_tpm2_tools_prints() {
    let Some(folder) = vectors() else { return };
    let folder = folder.join("tpm2-tools/test/integration/fixtures");
    let (mut logs, mut compared, mut replayed) = (0, 0, 0);
    for entry in std::fs::read_dir(folder.join("event-raw")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let bytes = read(folder.join(name.strip_suffix(".yaml").expect("yaml")));
        let log = parse(&bytes);
        let (expected, registers) = printed(&text(&path));
        let actual: Vec<Printed> = log
            .unauthenticated_events()
            .iter()
            .map(|event| Printed {
                pcr: event.unauthenticated_index(),
                digests: event
                    .unauthenticated_digests()
                    .iter()
                    .map(|digest| (digest.algorithm.to_string(), to_hex(digest.digest)))
                    .collect(),
                size: event.unauthenticated_data().len(),
            })
            .collect();
        assert_eq!(actual.len(), expected.len(), "{name}");
        for (number, (actual, expected)) in actual.iter().zip(&expected).enumerate() {
            assert_eq!(actual, expected, "{name}, event {number}");
            compared += 1;
        }
        for ((algorithm, index), value) in &registers {
            let bank = bank(algorithm);
            assert!(log.has_algorithm(DigestAlgorithm::from(bank)));
            let own = log.replay(&RustCrypto, bank).expect("a replay").value(*index);
            assert_eq!(&to_hex(own.as_slice()), value, "{name} {algorithm} PCR {index}");
            replayed += 1;
        }
        logs += 1;
    }
    eprintln!("{logs} logs, {compared} events, {replayed} registers");
    assert!(logs >= 10 && compared > 400 && replayed > 100, "{logs} {compared} {replayed}");
}

#[test]
fn a_real_log_cut_at_any_byte_is_truncated_or_has_fewer_events() {
    let Some(folder) = vectors() else { return };
    let mut cuts = 0;
    for name in [
        "HIRS/HIRS_Utils/src/test/resources/tcgeventlog/TpmLog.bin",
        "swtpm/boot/eventlog.bin",
        "swtpm/boot/eventlog-sha1-legacy.bin",
        "tpm2-tools/test/integration/fixtures/event-sd-boot-fedora37.bin",
        "tpm2-tools/test/integration/fixtures/event-uefi-sha1-log.bin",
        "tpm2-tools/test/integration/fixtures/event-uefivar.bin",
    ] {
        let bytes = read(folder.join(name));
        let whole = parse(&bytes);
        let events = whole.unauthenticated_events();
        for cut in 0..whole.end() {
            cuts += 1;
            match EventLog::parse(&bytes[..cut], LogKind::Tpm, &Limits::default()) {
                Ok(log) => {
                    // Only between two records, or where what is left of one looks like padding.
                    assert!(log.unauthenticated_events().len() < events.len(), "{name} at {cut}");
                    assert!(events.starts_with(log.unauthenticated_events()), "{name} at {cut}");
                    let rest = &bytes[log.end()..cut];
                    assert!(rest.iter().all(|byte| *byte == 0) || rest.iter().all(|byte| *byte == 0xff));
                }
                Err(error) => {
                    let code = error.code();
                    assert!(
                        matches!(code, Code::InputTruncated | Code::EventLogLayout),
                        "{name} at {cut}: {error}"
                    );
                }
            }
        }
    }
    eprintln!("{cuts} cuts");
    assert!(cuts > 20_000);
}

#[test]
fn vendor_data_beyond_the_size_of_the_header_are_not_read() {
    // Its size counts all but the four bytes that it announces last; tpm2-tools reads on all the same.
    let Some(folder) = vectors() else { return };
    let bytes = read(folder.join("tpm2-tools/test/integration/fixtures/specid-vendordata.bin"));
    let error = EventLog::parse(&bytes, LogKind::Tpm, &Limits::default()).unwrap_err();
    assert_eq!((error.code(), error.part()), (Code::InputTruncated, "event_log.header.vendor"));
    // With its true size it is a log without events.
    let mut sound = bytes;
    sound[28] += 4;
    let log = parse(&sound);
    assert_eq!(log.unauthenticated_spec_id().vendor, b"\xde\xad\xbe\xef");
    assert_eq!(log.unauthenticated_events().len(), 0);
}
