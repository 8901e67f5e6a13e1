//! Logs made here, and the real ones of the vectors folder.

extern crate std;

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use std::path::PathBuf;
use std::{eprintln, fs};

use sha2::{Digest as _, Sha384};

use super::*;
use crate::check::{Failure, Outcome};
use crate::crypto::{CryptoProvider as _, HashAlgorithm, RustCrypto};
use crate::error::{Code, Error};
use crate::fact::{Fact, FactValue};

/// A record to be written; `digests` as pairs of algorithm number and bytes.
#[derive(Clone)]
struct Record {
    index: u32,
    event_type: u32,
    digests: Vec<(u16, Vec<u8>)>,
    data: Vec<u8>,
}

impl Record {
    /// A record with the SHA-384 digest of `measured`.
    fn new(index: u32, event_type: u32, measured: &[u8], data: &[u8]) -> Self {
        let digests = vec![(0x0c, Sha384::digest(measured).to_vec())];
        Self { index, event_type, digests, data: data.to_vec() }
    }

    fn write(&self) -> Vec<u8> {
        let mut bytes = [self.index, self.event_type, self.digests.len().try_into().unwrap()]
            .map(u32::to_le_bytes)
            .concat();
        for (algorithm, digest) in &self.digests {
            bytes.extend(algorithm.to_le_bytes());
            bytes.extend(digest);
        }
        bytes.extend(u32::try_from(self.data.len()).unwrap().to_le_bytes());
        bytes.extend(&self.data);
        bytes
    }
}

fn header(algorithms: &[(u16, u16)]) -> Vec<u8> {
    let mut data = b"Spec ID Event03\0\0\0\0\0\0\x02\x00\x02".to_vec();
    data.extend(u32::try_from(algorithms.len()).unwrap().to_le_bytes());
    for (algorithm, size) in algorithms {
        data.extend(algorithm.to_le_bytes());
        data.extend(size.to_le_bytes());
    }
    data.push(0);
    header_with(3, &data)
}

fn header_with(event_type: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = [1, event_type].map(u32::to_le_bytes).concat();
    bytes.extend([0; 20]);
    bytes.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    bytes.extend(data);
    bytes
}

fn write(records: &[Record]) -> Vec<u8> {
    let records: Vec<u8> = records.iter().flat_map(Record::write).collect();
    [header(&[(0x0c, 48)]), records].concat()
}

/// `UEFI_VARIABLE_DATA` with the name `B`.
fn variable(value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![7; 16];
    bytes.extend(1u64.to_le_bytes());
    bytes.extend(u64::try_from(value.len()).unwrap().to_le_bytes());
    bytes.extend(b"B\0");
    bytes.extend(value);
    bytes
}

fn sample() -> Vec<Record> {
    vec![
        Record::new(1, 0x8000_000a, b"firmware", b"\x03Fv("),
        Record::new(1, 0x8000_0001, b"SecureBoot", b"SecureBoot"),
        Record::new(1, 0x8000_0002, b"order", &variable(b"order")),
        Record::new(1, 4, &[0; 4], &[0; 4]),
        Record { digests: vec![(0x0c, vec![0; 48])], ..Record::new(1, 3, b"", b"never extends") },
        Record::new(2, 0x8000_0003, b"code", b"path"),
        Record::new(2, 0x8000_0007, b"Exit Boot Services Invocation", b"Exit Boot Services Invocation"),
        Record::new(3, 0xd, b"quiet", b"kernel_cmdline: quiet\0"),
        Record::new(3, 6, b"content", b"\x01\0\0\0\x07\0\0\0content"),
        Record::new(0, 0x8000_000a, b"in MRTD", b"in MRTD"),
    ]
}

fn parse(bytes: &[u8]) -> Result<EventLog<'_>, Error> {
    EventLog::parse(bytes, LogKind::Ccel, &Limits::default())
}

fn rtmrs(bytes: &[u8]) -> [[u8; 48]; 4] {
    let registers = parse(bytes).unwrap().replay(&RustCrypto, HashAlgorithm::Sha384).unwrap();
    [1, 2, 3, 4].map(|index| registers.value(index).as_slice().try_into().unwrap())
}

fn refusal(bytes: &[u8], expected: &[[u8; 48]; 4]) -> Failure {
    parse(bytes).unwrap().verify_rtmrs(&RustCrypto, expected, Quirks::NONE).unwrap_err()
}

fn code(result: Result<EventLog<'_>, Error>) -> Code {
    result.unwrap_err().code()
}

#[test]
fn an_honest_log_proves_what_its_digests_cover() {
    let bytes = write(&sample());
    let expected = rtmrs(&bytes);
    let log = parse(&bytes).unwrap();
    let replayed = log.verify_rtmrs(&RustCrypto, &expected, Quirks::NONE).unwrap();
    let proofs: Vec<_> = replayed.events().iter().map(ReplayedEvent::proof).collect();
    assert_eq!(
        proofs,
        [
            Proof::Opaque,
            Proof::Data(b"SecureBoot"),
            Proof::Data(b"order"),
            Proof::Data(&[0; 4]),
            Proof::Unmeasured,
            Proof::Opaque,
            Proof::Data(b"Exit Boot Services Invocation"),
            Proof::Data(b"quiet"),
            Proof::Data(b"content"),
            Proof::Unmeasured,
        ]
    );
    let digest = Sha384::digest(b"code");
    assert_eq!(replayed.events()[5].measured(), Some((2, digest.as_slice())));
    assert_eq!(replayed.events()[5].data(), None);
    assert_eq!(replayed.events()[4].measured(), None);
    assert_eq!(replayed.events()[9].measured(), None);
    let checks: Vec<_> = replayed.checks().iter().map(|c| (c.rule.id, c.outcome.as_str())).collect();
    assert_eq!(
        checks,
        [
            ("eventlog.rtmr0", "passed"),
            ("eventlog.rtmr1", "passed"),
            ("eventlog.rtmr2", "passed"),
            ("eventlog.rtmr3", "passed")
        ]
    );
    assert_eq!(expected[3], [0; 48], "no event extends RTMR3");
    assert_eq!(replayed.registers().events(4), 0);
    assert_eq!(replayed.registers().events(1), 4);
}

#[test]
fn one_extend_is_the_hash_of_old_value_and_digest() {
    let bytes = write(&[Record::new(1, 4, b"x", b"x")]);
    let expected = Sha384::digest([[0; 48], Sha384::digest(b"x").into()].concat());
    assert_eq!(rtmrs(&bytes)[0], expected.as_slice());
}

#[test]
fn any_change_to_the_measured_sequence_is_refused() {
    let records = sample();
    let expected = rtmrs(&write(&records));
    let extends = |record: &Record| record.event_type != 3 && record.index != 0;
    let check = |changed: &[Record], register: u32, what: &str| {
        let failure = refusal(&write(changed), &expected);
        assert_eq!(failure.error.code(), Code::EventLogReplay, "{what}");
        let name = format!("rtmr{}", register - 1);
        assert!(failure.error.facts().contains(&Fact::string("register", name)), "{what}: {failure}");
        let last = failure.checks.last().unwrap();
        assert_eq!((&last.outcome, last.rule), (&Outcome::Failed, &RTMR_RULES[(register - 1) as usize]));
    };
    for (position, record) in records.iter().enumerate().filter(|(_, record)| extends(record)) {
        let mut changed = records.clone();
        changed.remove(position);
        check(&changed, record.index, "dropped");

        let mut changed = records.clone();
        changed.insert(position, record.clone());
        check(&changed, record.index, "duplicated");

        for byte in 0..48 {
            let mut changed = records.clone();
            changed[position].digests[0].1[byte] ^= 0x20;
            check(&changed, record.index, "altered");
        }

        let mut changed = records.clone();
        changed[position].index = if record.index == 4 { 1 } else { record.index + 1 };
        check(&changed, record.index.min(changed[position].index), "moved to another register");

        let mut changed = records.clone();
        changed[position].event_type = 3;
        check(&changed, record.index, "hidden as EV_NO_ACTION");

        if let Some(next) = (position + 1..records.len()).find(|next| records[*next].index == record.index)
            && extends(&records[next])
        {
            let mut changed = records.clone();
            changed.swap(position, next);
            check(&changed, record.index, "reordered");
        }
    }
    let mut changed = records.clone();
    changed.push(Record::new(4, 4, b"x", b"x"));
    check(&changed, 4, "an event for a register that holds zeros");
}

#[test]
fn order_between_registers_is_not_recorded_by_them() {
    let mut records = sample();
    let expected = rtmrs(&write(&records));
    records.swap(3, 5);
    let bytes = write(&records);
    assert!(parse(&bytes).unwrap().verify_rtmrs(&RustCrypto, &expected, Quirks::NONE).is_ok());
}

#[test]
fn a_register_that_no_event_explains_is_refused() {
    let bytes = write(&sample());
    let mut expected = rtmrs(&bytes);
    expected[3] = [1; 48];
    let failure = refusal(&bytes, &expected);
    assert_eq!(failure.error.code(), Code::EventLogReplay);
    assert_eq!(failure.checks.len(), 4);

    let log = parse(&bytes).unwrap();
    let replayed = log.verify_boot_rtmrs(&RustCrypto, &expected, Quirks::NONE).unwrap();
    assert!(matches!(replayed.checks()[3].outcome, Outcome::Skipped(_)));
    expected[2] = [1; 48];
    let failure = log.verify_boot_rtmrs(&RustCrypto, &expected, Quirks::NONE).unwrap_err();
    assert_eq!(failure.error.code(), Code::EventLogReplay);
}

#[test]
fn a_register_left_out_proves_nothing_of_its_events() {
    let records = [sample(), vec![Record::new(4, 0xd, b"app", b"app")]].concat();
    let bytes = write(&records);
    let log = parse(&bytes).unwrap();
    let replayed = log.verify_boot_rtmrs(&RustCrypto, &rtmrs(&bytes), Quirks::NONE).unwrap();
    assert_eq!(replayed.events().last().map(ReplayedEvent::proof), Some(Proof::Unmeasured));
    let replayed = log.verify_rtmrs(&RustCrypto, &rtmrs(&bytes), Quirks::NONE).unwrap();
    assert_eq!(replayed.events().last().map(ReplayedEvent::proof), Some(Proof::Data(b"app")));
}

#[test]
fn a_log_that_goes_on_after_the_quote_says_where() {
    let records = sample();
    let expected = rtmrs(&write(&records[..2]));
    let failure = refusal(&write(&records), &expected);
    assert!(failure.error.facts().contains(&Fact::number("matches_after_events", 2)), "{failure}");
}

#[test]
fn forged_data_under_a_true_digest_are_not_believed() {
    let records = sample();
    let expected = rtmrs(&write(&records));
    for (position, proof) in [
        (1, Proof::Contradicted),
        (3, Proof::Contradicted),
        (6, Proof::Contradicted),
        (7, Proof::Contradicted),
    ] {
        let mut changed = records.clone();
        changed[position].data = b"kernel_cmdline: init=/bin/sh\0".to_vec();
        let bytes = write(&changed);
        let log = parse(&bytes).unwrap();
        let replayed = log.verify_rtmrs(&RustCrypto, &expected, Quirks::NONE).unwrap();
        assert_eq!(replayed.events()[position].proof(), proof, "event {position}");
        assert_eq!(replayed.events()[position].data(), None);
    }
}

#[test]
fn deviations_of_a_guest_s_firmware_are_put_up_with_by_name() {
    let bytes = write(&[Record::new(1, 0x8000_0002, &variable(b"order"), &variable(b"order"))]);
    let expected = rtmrs(&bytes);
    let log = parse(&bytes).unwrap();
    let strict = log.verify_rtmrs(&RustCrypto, &expected, Quirks::NONE).unwrap();
    assert_eq!((strict.events()[0].proof(), strict.quirks()), (Proof::Contradicted, Quirks::NONE));
    let whole = Quirks::NONE.with(Quirk::VariableBootWhole);
    for quirks in [whole, Quirks::all()] {
        for replayed in [
            log.verify_rtmrs(&RustCrypto, &expected, quirks).unwrap(),
            log.verify_boot_rtmrs(&RustCrypto, &expected, quirks).unwrap(),
        ] {
            assert!(matches!(replayed.events()[0].proof(), Proof::Data(_)));
            assert_eq!(replayed.quirks(), whole, "only what was needed");
        }
    }
}

#[test]
fn variable_data_with_lengths_that_do_not_fit_stay_opaque() {
    let fitting = variable(b"order");
    for (at, value) in [(16, u64::MAX), (16, 1 << 63), (16, 1000), (24, u64::MAX), (24, 0), (24, 6)] {
        let mut data = fitting.clone();
        data[at..at + 8].copy_from_slice(&value.to_le_bytes());
        let bytes = write(&[Record::new(1, 0x8000_0002, b"order", &data)]);
        let expected = rtmrs(&bytes);
        let log = parse(&bytes).unwrap();
        let replayed = log.verify_rtmrs(&RustCrypto, &expected, Quirks::NONE).unwrap();
        assert_eq!(replayed.events()[0].proof(), Proof::Opaque, "{at} {value}");
    }
    for size in 0..32 {
        let bytes = write(&[Record::new(1, 0x8000_0002, b"order", &fitting[..size])]);
        let expected = rtmrs(&bytes);
        let log = parse(&bytes).unwrap();
        assert_eq!(
            log.verify_rtmrs(&RustCrypto, &expected, Quirks::NONE).unwrap().events()[0].proof(),
            Proof::Opaque
        );
    }
    for text in [&b""[..], b"\0", b"kernel_cmdline: ", b"kernel_cmdline: \0", b"grub_cmd:"] {
        let bytes = write(&[Record::new(3, 0xd, b"other", text)]);
        let expected = rtmrs(&bytes);
        let log = parse(&bytes).unwrap();
        // A label says what was hashed; without one, it may have been anything.
        let labelled = text.starts_with(b"kernel_cmdline: ");
        let proof = if labelled { Proof::Contradicted } else { Proof::Opaque };
        assert_eq!(
            log.verify_rtmrs(&RustCrypto, &expected, Quirks::NONE).unwrap().events()[0].proof(),
            proof
        );
    }
}

#[test]
fn padding_is_uniform_and_anything_else_is_not_padding() {
    let log = write(&sample());
    let plain = parse(&log).unwrap();
    for fill in [0x00, 0xff] {
        for count in [1, 7, 4096] {
            let padded = [log.clone(), vec![fill; count]].concat();
            assert_eq!(parse(&padded).unwrap(), plain);
        }
    }
    for tail in [&[0xff, 0x00][..], &[0x00, 0xff], &[0x7f], &[0xff, 0xff, 0xff, 0xff, 0xff, 1]] {
        let padded = [&log, tail].concat();
        let code = code(parse(&padded));
        assert!(matches!(code, Code::InputTruncated | Code::EventLogLayout), "{tail:x?}: {code}");
    }
}

#[test]
fn a_log_cut_anywhere_is_truncated_or_explains_less() {
    let mut records = sample();
    // The last record extends, so that cutting at a boundary loses a measurement.
    records.pop();
    let bytes = write(&records);
    let expected = rtmrs(&bytes);
    let header = header(&[(0x0c, 48)]).len();
    for cut in 0..bytes.len() {
        match parse(&bytes[..cut]) {
            Ok(log) => {
                assert!(cut >= header, "{cut}");
                let failure = log.verify_rtmrs(&RustCrypto, &expected, Quirks::NONE).unwrap_err();
                assert_eq!(failure.error.code(), Code::EventLogReplay, "{cut}");
            }
            Err(error) => {
                assert_eq!(error.code(), Code::InputTruncated, "{cut}: {error}");
                assert!(error.part().starts_with("event_log."), "{error}");
                assert!(error.offset().is_some_and(|offset| offset <= cut), "{error}");
            }
        }
    }
}

#[test]
fn a_length_that_runs_past_the_end_is_truncated() {
    let bytes = write(&sample());
    for at in [28, header(&[(0x0c, 48)]).len() + 12 + 50] {
        for size in [u32::MAX, 0x7fff_ffff, 0x0010_0000] {
            let mut bomb = bytes.clone();
            bomb[at..at + 4].copy_from_slice(&size.to_le_bytes());
            assert_eq!(code(parse(&bomb)), Code::InputTruncated, "{at} {size:x}");
        }
    }
}

#[test]
fn a_digest_count_above_the_header_s_is_refused_before_it_is_used() {
    for count in [2, 17, u32::MAX] {
        let mut bytes = write(&sample());
        let at = header(&[(0x0c, 48)]).len() + 8;
        bytes[at..at + 4].copy_from_slice(&count.to_le_bytes());
        let error = parse(&bytes).unwrap_err();
        assert_eq!(
            (error.code(), error.part(), error.offset()),
            (Code::EventLogLayout, "event_log.event.digests", Some(at))
        );
    }
}

#[test]
fn digests_are_of_declared_algorithms_and_each_once() {
    let undeclared = Record { digests: vec![(0x0b, vec![0; 32])], ..sample().remove(0) };
    assert_eq!(code(parse(&write(&[undeclared]))), Code::EventLogLayout);
    let digest = (0x0c, vec![1; 48]);
    let twice = Record { digests: vec![digest.clone(), digest], ..sample().remove(0) };
    let bytes = [header(&[(0x0b, 32), (0x0c, 48)]), twice.write()].concat();
    let error = parse(&bytes).unwrap_err();
    assert_eq!((error.code(), error.part()), (Code::EventLogLayout, "event_log.event.digest.algorithm"));
    assert!(error.facts().contains(&Fact::text("problem", "given twice")));
}

#[test]
fn headers_declare_known_sizes_and_each_algorithm_once() {
    for (algorithms, expected) in [
        (&[][..], Code::EventLogLayout),
        (&[(0x0c, 32)], Code::EventLogLayout),
        (&[(0x0c, 0xffff)], Code::EventLogLayout),
        (&[(0x4321, 0)], Code::EventLogLayout),
        (&[(0x4321, 65)], Code::EventLogLayout),
        (&[(0x0c, 48), (0x0c, 48)], Code::EventLogLayout),
        (&[(0x0c, 48); 17], Code::LimitCount),
    ] {
        assert_eq!(code(parse(&header(algorithms))), expected, "{algorithms:x?}");
    }
    let mut many = header(&[(0x0c, 48)]);
    many[32 + 24..32 + 28].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(code(parse(&many)), Code::LimitCount);
}

#[test]
fn an_unknown_algorithm_is_carried_and_does_not_hinder_the_others() {
    let mut record = sample().remove(0);
    record.digests.insert(0, (0x4321, vec![5; 24]));
    let bytes = [header(&[(0x4321, 24), (0x0c, 48)]), record.write()].concat();
    let log = parse(&bytes).unwrap();
    let unknown = DigestAlgorithm::Other(0x4321);
    assert_eq!(log.unauthenticated_events()[0].unauthenticated_digest(unknown), Some(&[5; 24][..]));
    assert!(log.verify_rtmrs(&RustCrypto, &rtmrs(&bytes), Quirks::NONE).is_ok());
}

#[test]
fn rtmrs_need_sha384_in_the_header_and_in_every_event() {
    let without = Record { digests: vec![(0x0b, vec![0; 32])], ..sample().remove(0) };
    for algorithms in [&[(0x0b, 32)][..], &[(0x0b, 32), (0x0c, 48)]] {
        let bytes = [header(algorithms), without.write()].concat();
        let failure = refusal(&bytes, &[[0; 48]; 4]);
        assert_eq!(failure.error.code(), Code::EventLogAlgorithm, "{algorithms:?}");
    }
}

#[test]
fn what_does_not_begin_like_a_crypto_agile_log_is_not_one() {
    let good = header(&[(0x0c, 48)]);
    let data = &good[32..];
    assert_eq!(code(parse(&header_with(4, data))), Code::EventLogLayout);
    assert_eq!(code(parse(&header_with(3, b"Spec ID Event00\0"))), Code::EventLogLayout);
    assert_eq!(code(parse(&header_with(3, b""))), Code::EventLogLayout);
    assert_eq!(code(parse(&header_with(3, &[data, &[0]].concat()))), Code::InputTrailingData);
    let mut digest = good.clone();
    digest[8] = 1;
    assert_eq!(code(parse(&digest)), Code::EventLogLayout);
    let mut index = good.clone();
    index[0] = 5;
    assert_eq!(code(parse(&index)), Code::EventLogLayout);
    assert_eq!(code(parse(&[0xff; 4096])), Code::EventLogLayout);
    assert_eq!(code(parse(&[])), Code::InputTruncated);
    let error = parse(b"CCEL\x38\0\0\0").unwrap_err();
    assert_eq!(error.code(), Code::EventLogLayout);
    assert_eq!(error.facts()[0].name, "found");
}

#[test]
fn an_index_beyond_the_registers_is_refused() {
    for index in [5, 8, 23, 32, u32::MAX - 1] {
        let bytes = write(&[Record::new(index, 4, b"x", b"x")]);
        let error = parse(&bytes).unwrap_err();
        assert_eq!((error.code(), error.part()), (Code::EventLogLayout, "event_log.event.index"));
    }
    let bytes = write(&[Record::new(24, 4, b"x", b"x")]);
    assert_eq!(code(EventLog::parse(&bytes, LogKind::Tpm, &Limits::default())), Code::EventLogLayout);
}

#[test]
fn limits_hold() {
    let bytes = write(&sample());
    let log = |bytes_limit, events| {
        EventLog::parse(&bytes, LogKind::Ccel, &Limits { bytes: bytes_limit, events }).map(|_| ())
    };
    assert_eq!(log(bytes.len(), 10), Ok(()));
    assert_eq!(log(bytes.len() - 1, 10).unwrap_err().code(), Code::LimitSize);
    assert_eq!(log(bytes.len(), 9).unwrap_err().code(), Code::LimitCount);
}

#[test]
fn a_tpm_log_proves_no_rtmr() {
    let bytes = write(&sample());
    let log = EventLog::parse(&bytes, LogKind::Tpm, &Limits::default()).unwrap();
    let failure = log.verify_rtmrs(&RustCrypto, &[[0; 48]; 4], Quirks::NONE).unwrap_err();
    assert_eq!(failure.error.code(), Code::MisuseOptions);
}

#[test]
fn a_startup_locality_counts_once_and_before_the_first_extend() {
    let locality = |value: &[u8], index| {
        let data = [b"StartupLocality\0", value].concat();
        Record { digests: vec![(0x0c, vec![0; 48])], ..Record::new(index, 3, b"", &data) }
    };
    let replay = |records: &[Record]| {
        let bytes = write(records);
        let log = EventLog::parse(&bytes, LogKind::Tpm, &Limits::default()).unwrap();
        log.replay(&RustCrypto, HashAlgorithm::Sha384).map(|registers| registers.value(0))
    };
    let event = Record::new(0, 4, b"x", b"x");
    let mut start = [0; 48];
    start[47] = 3;
    let expected = RustCrypto.hash(HashAlgorithm::Sha384, &[&start, &Sha384::digest(b"x")]);
    assert_eq!(replay(&[locality(&[3], 0), event.clone()]), Ok(expected));
    for records in [
        vec![event.clone(), locality(&[3], 0)],
        vec![locality(&[3], 0), locality(&[3], 0), event.clone()],
        vec![locality(&[3], 1), event.clone()],
        vec![locality(&[1], 0), event.clone()],
        vec![locality(&[3, 0], 0), event.clone()],
        vec![locality(&[], 0), event],
    ] {
        assert_eq!(replay(&records).unwrap_err().code(), Code::EventLogLayout);
    }
}

/// The vectors folder, or `None` with a word on stderr.
fn vectors() -> Option<PathBuf> {
    veriquote_recorded::recorded("")
}

/// RTMRs of a version 4 TDX quote: header 48 bytes, TD report body, RTMR0 at 328 of the body.
fn rtmrs_of_quote(quote: &[u8]) -> [[u8; 48]; 4] {
    [0, 1, 2, 3].map(|n| quote[48 + 328 + 48 * n..][..48].try_into().unwrap())
}

#[test]
fn a_real_ccel_explains_the_real_quote() {
    let Some(vectors) = vectors() else { return };
    let folder = vectors.join("dcap/eventlog/go-tdx-guest/ccel");
    let region = fs::read(folder.join("ccel_data.dat")).unwrap();
    let quote = fs::read(folder.join("cos-113-tdx-quote.dat")).unwrap();
    let expected = rtmrs_of_quote(&quote);
    let log = parse(&region).unwrap();
    assert_eq!((log.end(), log.unauthenticated_events().len()), (18_101, 43));
    let replayed = log.verify_rtmrs(&RustCrypto, &expected, Quirks::NONE).unwrap();
    let cmdline = replayed.events().iter().rev().find(|e| e.measured().is_some_and(|(i, _)| i == 3)).unwrap();
    assert!(cmdline.data().unwrap().starts_with(b"/syslinux/vmlinuz.A init="));
    let count = |wanted: fn(&Proof<'_>) -> bool| {
        replayed.events().iter().map(ReplayedEvent::proof).filter(|proof| wanted(proof)).count()
    };
    assert_eq!(count(|proof| matches!(proof, Proof::Contradicted)), 0);
    assert_eq!(count(|proof| matches!(proof, Proof::Unmeasured)), 0);
    assert!(count(|proof| matches!(proof, Proof::Data(_))) >= 25);

    // Cutting the real log anywhere, and dropping, doubling or swapping any of its events.
    for cut in 0..log.end() {
        match parse(&region[..cut]) {
            Ok(log) => {
                let failure = log.verify_rtmrs(&RustCrypto, &expected, Quirks::NONE).unwrap_err();
                assert_eq!(failure.error.code(), Code::EventLogReplay, "{cut}");
            }
            Err(error) => {
                assert!(matches!(error.code(), Code::InputTruncated | Code::EventLogLayout), "{cut}: {error}")
            }
        }
    }
    let mut bounds: Vec<_> = log.unauthenticated_events().iter().map(Event::offset).collect();
    bounds.push(log.end());
    let pieces: Vec<_> = bounds.windows(2).map(|w| &region[w[0]..w[1]]).collect();
    let joined = |pieces: &[&[u8]]| [&region[..bounds[0]], &pieces.concat()].concat();
    for (position, event) in log.unauthenticated_events().iter().enumerate() {
        let mut dropped = pieces.clone();
        dropped.remove(position);
        let mut doubled = pieces.clone();
        doubled.insert(position, pieces[position]);
        let mut changes = vec![dropped, doubled];
        if let Some(next) = log.unauthenticated_events().get(position + 1)
            && next.unauthenticated_index() == event.unauthenticated_index()
            && next.unauthenticated_digests() != event.unauthenticated_digests()
        {
            let mut swapped = pieces.clone();
            swapped.swap(position, position + 1);
            changes.push(swapped);
        }
        for change in changes {
            assert_eq!(refusal(&joined(&change), &expected).error.code(), Code::EventLogReplay);
        }
    }
}

#[test]
fn every_real_log_replays_to_what_another_parser_computed() {
    let Some(vectors) = vectors() else { return };
    let text = fs::read(vectors.join("tpm/computed/eventlog_replay.json")).unwrap();
    let computed: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let mut replayed = 0;
    for (name, expected) in computed.as_object().unwrap() {
        let Ok(bytes) = fs::read(vectors.join("tpm").join(name)) else { continue };
        if name.ends_with(".b64") {
            continue;
        }
        let is_ccel = name.to_lowercase().contains("ccel");
        let kind = if is_ccel { LogKind::Ccel } else { LogKind::Tpm };
        let log = EventLog::parse(&bytes, kind, &Limits::default());
        let log = log.unwrap_or_else(|error| panic!("{name}: {error}"));
        let agile = expected["format"] == "crypto-agile";
        assert_eq!(log.format() == LogFormat::CryptoAgile, agile, "{name}");
        for (algorithm, values) in expected["pcrs"].as_object().unwrap() {
            let algorithm = match algorithm.as_str() {
                "sha1" => HashAlgorithm::Sha1,
                "sha256" => HashAlgorithm::Sha256,
                "sha384" => HashAlgorithm::Sha384,
                "sha512" => HashAlgorithm::Sha512,
                other => panic!("{other}"),
            };
            let registers = match log.replay(&RustCrypto, algorithm) {
                Ok(registers) => registers,
                Err(error) => {
                    eprintln!("{name}: {error}");
                    continue;
                }
            };
            let actual: Vec<(String, String)> = registers
                .iter()
                .map(|(index, value)| (format!("{index}"), crate::bytes::to_hex(value.as_slice())))
                .collect();
            let mut wanted: Vec<(String, String)> = values
                .as_object()
                .unwrap()
                .iter()
                .map(|(index, value)| (index.clone(), value.as_str().unwrap().to_owned()))
                .collect();
            wanted.sort_by_key(|(index, _)| index.parse::<u32>().unwrap());
            assert_eq!(actual, wanted, "{name} {algorithm:?}");
            replayed += 1;
        }
    }
    eprintln!("{replayed} banks replayed");
    assert!(replayed >= 40, "{replayed}");
}

#[test]
fn malformed_logs_of_the_vectors_folder_are_refused_with_their_codes() {
    let Some(vectors) = vectors() else { return };
    for (name, expected) in [
        ("digest-count-overflow", Code::EventLogLayout),
        ("pcrindex-32", Code::EventLogLayout),
        ("pcrindex-ffffffff", Code::EventLogLayout),
        ("pcrindex-32-sha1-legacy", Code::EventLogLayout),
        ("specid-size-overflow", Code::InputTruncated),
        ("specid-wrong-digest-size", Code::EventLogLayout),
        ("truncated", Code::InputTruncated),
    ] {
        let path = vectors.join("tpm/swtpm/boot/negative").join(format!("eventlog-{name}.bin"));
        let bytes = fs::read(path).unwrap();
        let error = EventLog::parse(&bytes, LogKind::Tpm, &Limits::default()).unwrap_err();
        assert_eq!(error.code(), expected, "{name}: {error}");
    }
}

#[test]
fn facts_of_a_refusal_hold_both_values() {
    let bytes = write(&sample());
    let failure = refusal(&bytes, &[[9; 48]; 4]);
    let actual = FactValue::Bytes(rtmrs(&bytes)[0].to_vec());
    assert!(failure.error.facts().contains(&Fact::bytes("expected", [9; 48])));
    assert!(failure.error.facts().iter().any(|fact| fact.name == "actual" && fact.value == actual));
}

/// xorshift64*: the same logs in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }

    fn bytes(&mut self, most: u64) -> Vec<u8> {
        (0..self.below(most + 1)).map(|_| u8::try_from(self.below(256)).unwrap()).collect()
    }
}

#[test]
fn any_log_replays_to_what_the_hashes_alone_give() {
    const TYPES: [u32; 10] = [1, 3, 4, 5, 6, 0xd, 0x8000_0001, 0x8000_0002, 0x8000_0007, 0x1234];
    let mut random = Random(0x5eed_1e55);
    for round in 0..300 {
        let count = random.below(40);
        let mut registers = [[0u8; 48]; 4];
        let mut records = Vec::new();
        for _ in 0..count {
            let index = u32::try_from(random.below(5)).unwrap();
            let event_type = TYPES[usize::try_from(random.below(10)).unwrap()];
            let data = random.bytes(60);
            let measured = if random.below(2) == 0 { data.clone() } else { random.bytes(60) };
            let record = Record::new(index, event_type, &measured, &data);
            if event_type != 3 && index > 0 {
                let register = &mut registers[usize::try_from(index).unwrap() - 1];
                let mut state = Sha384::new();
                state.update(&register[..]);
                state.update(&record.digests[0].1);
                *register = state.finalize().into();
            }
            records.push(record);
        }
        let bytes = write(&records);
        let log = parse(&bytes).unwrap_or_else(|error| panic!("{round}: {error}"));
        let replayed = log.verify_rtmrs(&RustCrypto, &registers, Quirks::NONE).unwrap();
        let extending = |record: &&Record| record.event_type != 3 && record.index > 0;
        let written: Vec<(u32, &[u8])> =
            records.iter().filter(extending).map(|r| (r.index, &r.digests[0].1[..])).collect();
        let proven: Vec<(u32, &[u8])> =
            replayed.events().iter().filter_map(ReplayedEvent::measured).collect();
        assert_eq!(proven, written, "{round}");
        // Nothing is believed that does not hash to its digest.
        for event in replayed.events() {
            if let (Proof::Data(data), Some((_, digest))) = (event.proof(), event.measured()) {
                assert_eq!(Sha384::digest(data)[..], *digest, "{round}");
            }
        }
        // Any other digest in any extending record, and no log.
        let candidates: Vec<usize> = (0..records.len()).filter(|at| extending(&&records[*at])).collect();
        if let Some(at) = candidates.get(usize::try_from(random.below(40)).unwrap() % candidates.len().max(1))
        {
            let mut changed = records.clone();
            let bit = random.below(48);
            changed[*at].digests[0].1[usize::try_from(bit).unwrap()] ^= 1;
            let failure = refusal(&write(&changed), &registers);
            assert_eq!(failure.error.code(), Code::EventLogReplay);
            let name = format!("rtmr{}", records[*at].index - 1);
            let names = failure
                .error
                .facts()
                .iter()
                .any(|fact| fact.name == "register" && format!("{:?}", fact.value).contains(&name));
            assert!(names, "{round}: {:?}", failure.error);
        }
    }
}
