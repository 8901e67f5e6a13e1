//! Event logs: what was parsed is what stands there, and a replay proves only what it hashed.

use veriquote::Code;
use veriquote::crypto::{CryptoProvider as _, HashAlgorithm, RustCrypto};
use veriquote::measured_boot::{BootState, Event, EventLog, Limits, LogFormat, LogKind, Proof, Quirks};

/// Parses as both kinds of log; replays what parses.
pub fn event_log(data: &[u8]) {
    for kind in [LogKind::Ccel, LogKind::Tpm] {
        if let Ok(log) = EventLog::parse(data, kind, &Limits::default()) {
            spans(data, &log);
            let alone = EventLog::parse(&data[..log.end()], kind, &Limits::default());
            // Zeros at the end of the last record may count as padding once the rest is gone.
            if let Ok(alone) = alone {
                let events = alone.unauthenticated_events();
                assert!(log.unauthenticated_events().starts_with(events));
            }
            if kind == LogKind::Ccel {
                replay(&log);
            } else {
                let _ = log.replay(&RustCrypto, HashAlgorithm::Sha256);
            }
        }
    }
}

fn spans(data: &[u8], log: &EventLog<'_>) {
    let mut at = log.unauthenticated_events().first().map_or(log.end(), Event::offset);
    for event in log.unauthenticated_events() {
        assert_eq!(event.offset(), at);
        let digests = event.unauthenticated_digests();
        if log.format() == LogFormat::Sha1 {
            let content = event.unauthenticated_data();
            let header = [event.unauthenticated_index(), event.unauthenticated_type().value()];
            let mut bytes = header.map(u32::to_le_bytes).concat();
            bytes.extend(digests.first().expect("one digest").digest);
            bytes.extend(u32::try_from(content.len()).expect("it was read as u32").to_le_bytes());
            bytes.extend(content);
            assert_eq!(data[at..][..bytes.len()], bytes);
            at += bytes.len();
            continue;
        }
        let mut bytes = [
            event.unauthenticated_index(),
            event.unauthenticated_type().value(),
            u32::try_from(digests.len()).expect("a small count"),
        ]
        .map(u32::to_le_bytes)
        .concat();
        for digest in digests {
            bytes.extend(digest.algorithm.id().to_le_bytes());
            bytes.extend(digest.digest);
        }
        let content = event.unauthenticated_data();
        bytes.extend(u32::try_from(content.len()).expect("it was read as u32").to_le_bytes());
        bytes.extend(content);
        assert_eq!(data[at..][..bytes.len()], bytes);
        at += bytes.len();
    }
    assert_eq!(at, log.end());
    let padding = &data[at..];
    assert!(padding.iter().all(|byte| *byte == 0) || padding.iter().all(|byte| *byte == 0xff));
}

fn replay(log: &EventLog<'_>) {
    let registers = match log.replay(&RustCrypto, HashAlgorithm::Sha384) {
        Ok(registers) => registers,
        Err(error) => return assert_eq!(error.code(), Code::EventLogAlgorithm),
    };
    let expected = [1, 2, 3, 4].map(|index| registers.value(index).as_slice().try_into().expect("48 bytes"));
    let replayed = log.verify_rtmrs(&RustCrypto, &expected, Quirks::NONE).expect("its own values");
    assert_eq!(replayed.events().len(), log.unauthenticated_events().len());
    let state = BootState::assess(&replayed, &RustCrypto, Quirks::all());
    let measured = replayed.events().iter().filter(|event| event.measured().is_some()).count();
    assert_eq!(state.measured().len(), measured);
    let _ = state.command_lines().count();
    for event in replayed.events() {
        match (event.proof(), event.measured()) {
            (Proof::Unmeasured, measured) => assert_eq!(measured, None),
            (Proof::Data(bytes), Some((_, digest))) => {
                assert_eq!(RustCrypto.hash(HashAlgorithm::Sha384, &[bytes]).as_slice(), digest);
                let all = event.event().unauthenticated_data();
                assert!(bytes.is_empty() || all.windows(bytes.len()).any(|window| window == bytes));
            }
            (_, measured) => assert!(measured.is_some()),
        }
    }
    for register in 0..4 {
        let mut wrong = expected;
        wrong[register][47] ^= 1;
        let failure = log.verify_rtmrs(&RustCrypto, &wrong, Quirks::NONE).expect_err("another value");
        assert_eq!(failure.error.code(), Code::EventLogReplay);
        assert_eq!(failure.checks.len(), register + 1);
    }
}
