//! Event logs beside a TDX quote.

use crate::case::{Case, Draft, case};
use veriquote::Code;
use veriquote_forge::{EventLog, LogEvent};

pub(super) fn cases() -> Vec<Case> {
    let one = |name: &str, note: &str, change: fn(&mut EventLog)| -> Draft {
        let boot = EventLog::boot();
        let mut log = boot.clone();
        change(&mut log);
        case(&format!("event-log/{name}"), "tdx4", "TCG PFP 1.06, 10.4", note)
            .forge(|f| f.quote.body.td().rtmrs = boot.rtmrs())
            .event_log(log.bytes())
    };
    vec![
        one("valid", "a log that explains the registers", |_| ()).accepted(),
        one("event-removed", "an event was removed", |log| {
            log.events.remove(1);
        })
        .refused(Code::EventLogReplay, "event_log"),
        one("event-added", "an event was added", |log| log.events.push(LogEvent::new(3, 0xd, b"more")))
            .refused(Code::EventLogReplay, "event_log"),
        one("events-swapped", "two events changed places", |log| log.events.swap(0, 1))
            .refused(Code::EventLogReplay, "event_log"),
        one("event-in-another-register", "an event moved to another register", |log| {
            log.events[3].register = 2;
        })
        .refused(Code::EventLogReplay, "event_log"),
        one("sha256-only", "a log without SHA-384", |log| log.algorithms = vec![(0x0b, 32)])
            .refused(Code::EventLogAlgorithm, "event_log.header.algorithms"),
        one("signature", "a header of another kind", |log| log.signature[0] = b's')
            .refused(Code::EventLogLayout, "event_log.header.signature"),
        one("digest-size", "a SHA-384 digest of 32 bytes", |log| log.algorithms = vec![(0x0c, 32)])
            .refused(Code::EventLogLayout, "event_log.header.algorithm"),
        one("padding", "a log in a larger region", |_| ())
            .event_log([EventLog::boot().bytes(), vec![0xff; 64]].concat())
            .accepted(),
        one("cut", "a log that ends in its last event", |_| ())
            .event_log(EventLog::boot().bytes()[..380].to_vec())
            .refused(Code::InputTruncated, "event_log.event.data"),
        case("event-log/enclave", "sgx3", "TCG PFP 1.06, 10.4", "an enclave has no registers to explain")
            .event_log(EventLog::boot().bytes())
            .refused(Code::MisuseOptions, "event_log"),
    ]
}
