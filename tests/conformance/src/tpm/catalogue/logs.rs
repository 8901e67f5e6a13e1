//! Event logs that do not tell what the registers hold.

use serde_json::json;
use veriquote::Code;
use veriquote_forge::tpm::{Digests, PcrHash, Selection, TpmEvent, TpmForge, TpmLog};

use crate::tpm::case::{Case, Draft, case};

/// The log of `p256` changed, beside the quote of the log as it was.
fn log(name: &str, note: &str, change: fn(&mut TpmLog)) -> Draft {
    case(&format!("logs/{name}"), "p256", "eventlog.pcr", note).tamper(move |it| {
        let mut log = TpmForge::p256().log;
        change(&mut log);
        it.event_log = log.bytes();
    })
}

/// The place of the first event of this kind in this register.
fn place(log: &TpmLog, pcr: u32, kind: u32) -> usize {
    log.events.iter().position(|it| (it.pcr, it.kind) == (pcr, kind)).expect("such an event")
}

/// Keeps what was measured, whatever the data become.
fn keep_digests(event: &mut TpmEvent) {
    let given = PcrHash::ALL.map(|bank| (bank, event.digest(bank)));
    event.digests = Digests::Given(given.to_vec());
}

const IPL: u32 = 0xd;
const SEPARATOR: u32 = 4;
const VARIABLE: u32 = 0x8000_0001;

/// The offset of the first event behind the header of a log in SHA-1 and SHA-256.
const FIRST: usize = 32 + 24 + 4 + 8 + 1;

pub(super) fn all() -> Vec<Case> {
    let mut cases = replayed();
    cases.extend(refused());
    cases.extend(malformed());
    cases.extend(unsound());
    cases
}

/// Logs that replay, and what they are believed of.
fn replayed() -> Vec<Case> {
    vec![
        case("logs/explained-policy", "p256", "eventlog.pcr", "a policy that knows what user space extends")
            .forge(|it| it.unlogged = vec![(11, b"enter-initrd".to_vec())])
            .policy(json!({ "boot": { "opaque_registers": [11], "secure_boot": "require" } }))
            .verified(&[("/boot/state/secure_boot/enabled", json!(true))]),
        case(
            "logs/secure-boot-off",
            "p256",
            "eventlog.pcr",
            "Secure Boot is off, and the policy wants it on",
        )
        .forge(|it| {
            let place = place(&it.log, 7, VARIABLE);
            let mut data = it.log.events[place].data.clone();
            *data.last_mut().expect("a value") = 0;
            it.log.events[place] = TpmEvent::plain(7, VARIABLE, &data);
        })
        .policy(json!({ "boot": { "secure_boot": "require" } }))
        .rejected(&["boot.secure_boot"], &[("/boot/state/secure_boot/enabled", json!(false))]),
        case("logs/emergency-shell", "p256", "eventlog.pcr", "a command line that the policy forbids")
            .policy(json!({ "boot": { "command_line_forbidden": ["quiet"] } }))
            .source("GHSA-6w5f-5wgr-qjg5")
            .rejected(&["boot.command_line_forbidden"], &[]),
        case("logs/log-required", "p256", "eventlog.pcr", "the policy wants a log, and none is given")
            .edit(|it| drop(it.as_object_mut().map(|it| it.remove("event_log"))))
            .policy(json!({ "boot": { "log": "require" } }))
            .rejected(&["boot.log"], &[("/boot", json!(null))]),
        log("padded", "filled up with zeros to the size of the table", |it| it.trailing = vec![0; 4096])
            .verified(&[("/boot/format", json!("crypto_agile"))]),
        log("padded-ff", "filled up with ones", |it| it.trailing = vec![0xff; 4096])
            .verified(&[("/boot/format", json!("crypto_agile"))]),
        case(
            "logs/sha1",
            "p256",
            "eventlog.pcr",
            "a log of SHA-1 alone, without a header, and its bank quoted",
        )
        .forge(|it| it.selections = vec![Selection::of(PcrHash::Sha1, &(0..=14).collect::<Vec<_>>())])
        .tamper(|it| it.event_log = TpmForge::p256().log.sha1_bytes())
        .rejected(
            &["boot.sha1_bank", "ima.boot_aggregate", "ima.sha1_only"],
            &[("/boot/format", json!("sha1"))],
        ),
        log(
            "secure-boot-flipped",
            "the value of SecureBoot changed, its digest kept: no longer believed",
            |it| {
                let place = place(it, 7, VARIABLE);
                keep_digests(&mut it.events[place]);
                *it.events[place].data.last_mut().expect("a value") = 0;
            },
        )
        .rule("boot.sound")
        .unsound(Code::BootEvent),
        log("command-line-edited", "the text of the command line changed, its digest kept", |it| {
            let place = it.events.iter().position(|it| it.data.starts_with(b"kernel_cmdline")).expect("one");
            keep_digests(&mut it.events[place]);
            it.events[place].data = b"kernel_cmdline: /vmlinuz-6.8 root=/dev/vda2 ro init=/bin/sh\0".to_vec();
        })
        .rule("boot.sound")
        .unsound(Code::BootEvent),
        log("type-relabelled", "EventType is not measured: a GRUB command said to be an action", |it| {
            let place = place(it, 8, IPL);
            it.events[place].kind = 0x8000_0007;
        })
        .source("go-attestation event-log disclosure")
        .rule("boot.sound")
        .unsound(Code::BootEvent),
        case(
            "logs/short-texts",
            "p256",
            "eventlog.pcr",
            "events of a fixed text that have less of it, or nothing",
        )
        .forge(|it| {
            let texts: [(u32, u32, &[u8]); 2] =
                [(4, 0x12, b"BOOT ATTEMPTS OMITTED"), (0, 0x8000_0010, b"HCRTM")];
            for (pcr, kind, text) in texts {
                let cuts = (0..text.len()).map(|len| TpmEvent::plain(pcr, kind, &text[..len]));
                it.log.events.extend(cuts.collect::<Vec<_>>());
            }
        })
        .source("GHSA-q759-vqg7-8rc5")
        .verified(&[("/boot/format", json!("crypto_agile"))]),
        case(
            "logs/texts-of-nothing",
            "p256",
            "eventlog.pcr",
            "a label of GRUB with nothing behind it, and no text at all",
        )
        .forge(|it| {
            it.log.events.push(TpmEvent::of(8, IPL, b"", b"grub_cmd: "));
            it.log.events.push(TpmEvent::plain(8, IPL, b""));
            it.log.events.push(TpmEvent::of(8, IPL, b"", b"kernel_cmdline: \0"));
        })
        .verified(&[("/boot/format", json!("crypto_agile"))]),
        case(
            "logs/nested-records",
            "p256",
            "eventlog.pcr",
            "Windows' records nested a thousand deep are opaque",
        )
        .forge(|it| {
            let nested: Vec<u8> = (0..1000_u32)
                .rev()
                .flat_map(|below| [0x4001_0002_u32.to_le_bytes(), (8 * below).to_le_bytes()].concat())
                .collect();
            it.log.events.push(TpmEvent::plain(12, 6, &nested));
        })
        .source("GHSA-hcm6-rjfh-f25p")
        .verified(&[("/boot/format", json!("crypto_agile"))]),
        case("logs/oversized-record", "p256", "eventlog.pcr", "Windows' record that says it has 4 GiB")
            .forge(|it| {
                let record = [0x4001_0001_u32.to_le_bytes(), 0xffff_fff0_u32.to_le_bytes()].concat();
                it.log.events.push(TpmEvent::plain(12, 6, &record));
            })
            .source("go-attestation #490, #513")
            .verified(&[("/boot/format", json!("crypto_agile"))]),
        boot_variable("variable-boot-whole", "firmware that hashes a boot variable whole, put up with")
            .edit(|it| it["options"]["quirks"] = json!(["variable_boot_whole"]))
            .verified(&[("/boot/quirks", json!(["variable_boot_whole"]))]),
        old_grub("grub-legacy", "Red Hat's old GRUB measures commands with their NUL; put up with")
            .edit(|it| it["options"]["quirks"] = json!(["grub_legacy_prefix"]))
            .verified(&[("/boot/quirks", json!(["grub_legacy_prefix"]))]),
        old_grub("grub-legacy-unnamed", "the same, and nobody said so: a digest of something")
            .verified(&[("/boot/quirks", json!([]))]),
        log("unknown-type", "an event type of a vendor is no error", |it| {
            let place = place(it, 8, IPL);
            it.events[place].kind = 0x8401;
        })
        .verified(&[("/boot/format", json!("crypto_agile"))]),
        case(
            "logs/user-space-named",
            "p256",
            "eventlog.pcr",
            "user space extended PCR 11, as the caller knows",
        )
        .forge(|it| it.unlogged = vec![(11, b"enter-initrd".to_vec())])
        .edit(|it| it["options"]["opaque"] = json!([11]))
        .source("go-attestation #498")
        .verified(&[("/boot/format", json!("crypto_agile"))]),
        case(
            "logs/exit-named",
            "p256",
            "eventlog.pcr",
            "firmware logged no exit of boot services; put up with",
        )
        .tamper(|it| it.event_log = without_exit().bytes())
        .edit(|it| it["options"]["quirks"] = json!(["exit_boot_services_missing"]))
        .verified(&[("/boot/quirks", json!(["exit_boot_services_missing"]))]),
    ]
}

fn boot_variable(name: &str, note: &str) -> Draft {
    case(&format!("logs/{name}"), "p256", "eventlog.pcr", note).forge(|it| {
        let place = place(&it.log, 1, 0x8000_0002);
        let data = it.log.events[place].data.clone();
        it.log.events[place] = TpmEvent::plain(1, 0x8000_0002, &data);
    })
}

fn old_grub(name: &str, note: &str) -> Draft {
    case(&format!("logs/{name}"), "p256", "eventlog.pcr", note)
        .forge(|it| it.log.events.push(TpmEvent::of(8, IPL, b"boot\0", b"grub_cmd boot\0")))
}

fn without_exit() -> TpmLog {
    let mut log = TpmForge::p256().log;
    log.events.truncate(log.events.len() - 2);
    log
}

/// Logs that do not replay.
fn refused() -> Vec<Case> {
    let replay =
        |draft: Draft| draft.rejected(&["boot.registers"], &[("/boot/format", json!("crypto_agile"))]);
    vec![
        replay(log("removed", "an event left out", |it| drop(it.events.remove(place(it, 4, 0x8000_0003))))),
        replay(log("added", "an event that was never measured", |it| {
            it.events.push(TpmEvent::plain(8, IPL, b"grub_cmd: echo\0"));
        })),
        replay(log("swapped", "two events of one register in another order", |it| {
            let place = place(it, 8, IPL);
            it.events.swap(place, place + 1);
        })),
        replay(log("moved", "an event said to be of another register", |it| {
            let place = place(it, 8, IPL);
            it.events[place].pcr = 9;
        })),
        replay(log("separator-twice", "the separator of PCR 7 twice", |it| {
            let place = place(it, 7, SEPARATOR);
            it.events.insert(place, it.events[place].clone());
        })),
        replay(log("digest", "a digest of the bank that is quoted changed", |it| {
            let place = place(it, 7, VARIABLE);
            keep_digests(&mut it.events[place]);
            it.events[place].digests = Digests::Given(vec![(PcrHash::Sha256, vec![7; 32])]);
        })),
        replay(
            case("logs/user-space", "p256", "eventlog.pcr", "user space extended PCR 11, and nobody said so")
                .forge(|it| it.unlogged = vec![(11, b"enter-initrd".to_vec())]),
        ),
        replay(
            case(
                "logs/exit",
                "p256",
                "eventlog.pcr",
                "firmware logged no exit of boot services, and nobody said so",
            )
            .tamper(|it| it.event_log = without_exit().bytes()),
        ),
        replay(log("other-boot", "the log of another boot", |it| {
            let place = place(it, 8, IPL);
            it.events[place] = TpmEvent::of(8, IPL, b"set default=1", b"grub_cmd: set default=1\0");
        })),
        replay(
            case(
                "logs/locality",
                "unified",
                "eventlog.pcr",
                "the locality of the start taken out of the log",
            )
            .tamper(|it| {
                let mut log = TpmForge::unified().log;
                log.events.remove(0);
                it.event_log = log.bytes();
            }),
        ),
        case(
            "logs/bank-not-logged",
            "unified",
            "eventlog.pcr",
            "the log was stripped of the better of two quoted banks",
        )
        .tamper(|it| {
            let mut log = TpmForge::unified().log;
            log.banks = vec![PcrHash::Sha1];
            it.event_log = log.bytes();
        })
        .rejected(
            &["boot.registers", "boot.sha1_bank"],
            &[
                ("/boot/registers/0/state", json!("explained")),
                ("/boot/registers/15/bank", json!("sha256")),
                ("/boot/registers/15/state", json!("not_logged")),
                ("/boot/state/secure_boot", json!(null)),
            ],
        ),
        log("other-bank", "a log of SHA-1 alone, and SHA-256 quoted", |it| it.banks = vec![PcrHash::Sha1])
            .refused(Code::EventLogAlgorithm, "event_log.header.algorithms"),
        case("logs/no-values", "p256", "eventlog.pcr", "a log, and no registers that could prove it")
            .edit(|it| drop(it.as_object_mut().map(|it| it.remove("pcrs"))))
            .refused(Code::MisuseOptions, "pcrs"),
        case("logs/opaque-24", "p256", "eventlog.pcr", "a register that there is not")
            .edit(|it| it["options"]["opaque"] = json!([24]))
            .refused(Code::MisuseOptions, "options.opaque"),
        case("logs/unknown-quirk", "p256", "eventlog.pcr", "a deviation that there is not")
            .edit(|it| it["options"]["quirks"] = json!(["whatever"]))
            .refused(Code::MisuseOptions, "options.quirks"),
    ]
}

/// A log of SHA-1 alone whose first event names this register.
fn sha1_with_index(index: u32) -> Vec<u8> {
    let mut bytes = TpmForge::p256().log.sha1_bytes();
    bytes[..4].copy_from_slice(&index.to_le_bytes());
    bytes
}

/// Logs that are none.
fn malformed() -> Vec<Case> {
    let bytes = |name: &str, note: &str, change: fn(&mut Vec<u8>)| {
        case(&format!("logs/{name}"), "p256", "eventlog.pcr", note)
            .tamper(move |it| change(&mut it.event_log))
    };
    let layout = |draft: Draft, part: &str| draft.refused(Code::EventLogLayout, part);
    vec![
        layout(
            bytes("index-32", "PCR 32", |it| it[FIRST..FIRST + 4].copy_from_slice(&32_u32.to_le_bytes()))
                .source("GHSA-gf8g-2r5c-74c7, GHSA-xqrv-v8rj-v8xw"),
            "event_log.event.index",
        ),
        bytes("index-ffffffff", "PCR 0xffffffff and more behind it", |it| {
            it[FIRST..FIRST + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        })
        .refused(Code::EventLogLayout, "event_log.event.index"),
        layout(
            bytes("digest-count", "more digests than banks", |it| {
                it[FIRST + 8..FIRST + 12].copy_from_slice(&u32::MAX.to_le_bytes());
            }),
            "event_log.event.digests",
        ),
        layout(
            bytes("bank-twice", "one bank twice in an event", |it| {
                it[FIRST + 34..FIRST + 36].copy_from_slice(&[4, 0])
            }),
            "event_log.event.digest.algorithm",
        ),
        layout(
            log("declared-size", "SHA-256 digests of 20 bytes", |it| {
                it.declared = Some(vec![(4, 20), (0xb, 20)])
            }),
            "event_log.header.algorithm",
        ),
        layout(
            log("declared-none", "no bank at all", |it| it.declared = Some(Vec::new())),
            "event_log.header.algorithms",
        ),
        layout(
            case("logs/index-32-sha1", "p256", "eventlog.pcr", "PCR 32 in a log of SHA-1 alone")
                .tamper(|it| it.event_log = sha1_with_index(32))
                .source("GHSA-qp88-8f4j-wv7q, GHSA-gf8g-2r5c-74c7"),
            "event_log.event.index",
        ),
        layout(
            case(
                "logs/index-ffffffff-sha1",
                "p256",
                "eventlog.pcr",
                "PCR 0xffffffff in a log of SHA-1 alone",
            )
            .tamper(|it| it.event_log = sha1_with_index(u32::MAX))
            .source("GHSA-qp88-8f4j-wv7q"),
            "event_log.event.index",
        ),
        layout(
            log("declared-size-overflow", "digests of 65535 bytes", |it| {
                it.declared = Some(vec![(4, 0xffff), (0xb, 0xffff)])
            })
            .source("go-attestation #211"),
            "event_log.header.algorithm",
        ),
        bytes("truncated", "the last event cut", |it| it.truncate(it.len() - 1))
            .refused(Code::InputTruncated, "event_log.event.data"),
        bytes("data-size", "an event larger than the log", |it| {
            it[FIRST + 68..FIRST + 72].copy_from_slice(&u32::MAX.to_le_bytes());
        })
        .refused(Code::InputTruncated, "event_log.event.data"),
        layout(
            log("late-locality", "the locality stated after PCR 0 was extended", |it| {
                let mut late = TpmEvent::no_action(b"StartupLocality\0");
                late.data.push(3);
                it.events.insert(4, late);
            }),
            "event_log.event.startup_locality",
        ),
        case("logs/locality-two", "p256", "eventlog.pcr", "a start at locality 2, which there is not")
            .forge(|it| it.log = it.log.clone().at_locality(2))
            .refused(Code::EventLogLayout, "event_log.event.startup_locality"),
    ]
}

/// Logs that replay, of boots that cannot have been.
fn unsound() -> Vec<Case> {
    let boot = |name: &str, note: &str, change: fn(&mut TpmLog)| {
        case(&format!("logs/{name}"), "p256", "boot.sound", note).forge(|it| change(&mut it.log))
    };
    // The data of the first variable of Secure Boot, measured as they became.
    let variable = |name: &str, note: &str, change: fn(&mut Vec<u8>)| {
        case(&format!("logs/{name}"), "p256", "boot.sound", note).forge(|it| {
            let place = place(&it.log, 7, VARIABLE);
            let mut data = it.log.events[place].data.clone();
            change(&mut data);
            it.log.events[place] = TpmEvent::plain(7, VARIABLE, &data);
        })
    };
    // The signature list in dbx, measured as it became.
    let dbx = |name: &str, note: &str, change: fn(&mut [u8])| {
        let draft = case(&format!("logs/signature-list-{name}"), "p256", "boot.sound", note).forge(|it| {
            let place = it.log.events.iter().rposition(|it| it.kind == VARIABLE).expect("dbx");
            let mut data = it.log.events[place].data.clone();
            change(&mut data[32 + 6..]);
            it.log.events[place] = TpmEvent::plain(7, VARIABLE, &data);
        });
        draft.source("go-attestation #486, #500, #502")
    };
    vec![
        boot("masquerade", "a command line in an event that claims to be no measurement", |it| {
            let mut event = it.events[place(it, 7, VARIABLE)].clone();
            event.kind = 3;
            event.digests = Digests::Zero;
            it.events.insert(3, event);
        })
        .source("go-attestation event-log disclosure")
        .unsound(Code::BootNoAction),
        boot("error-separator", "a separator that says error", |it| {
            let place = place(it, 4, SEPARATOR);
            it.events[place] = TpmEvent::plain(4, SEPARATOR, &[0xff; 4]);
        })
        .unsound(Code::BootSeparator),
        boot("separator-mislabelled", "the digest of a separator under another type", |it| {
            let place = place(it, 4, SEPARATOR);
            it.events[place].kind = 0x8000_0007;
        })
        .unsound(Code::BootSeparator),
        boot("second-separator", "a second separator in PCR 7, measured", |it| {
            let place = place(it, 7, SEPARATOR);
            it.events.push(it.events[place].clone());
        })
        .unsound(Code::BootSeparator),
        boot("secure-boot-without-dbx", "the variables of Secure Boot without dbx", |it| {
            let place = it.events.iter().rposition(|it| it.kind == VARIABLE).expect("dbx");
            it.events.remove(place);
        })
        .unsound(Code::BootSecureBoot),
        boot("secure-boot-twice", "the variable SecureBoot twice", |it| {
            let place = place(it, 7, VARIABLE);
            it.events.insert(place, it.events[place].clone());
        })
        .unsound(Code::BootSecureBoot),
        boot("secure-boot-two", "SecureBoot of two", |it| {
            let place = place(it, 7, VARIABLE);
            let mut data = it.events[place].data.clone();
            *data.last_mut().expect("a value") = 2;
            it.events[place] = TpmEvent::plain(7, VARIABLE, &data);
        })
        .unsound(Code::BootSecureBoot),
        boot_variable(
            "variable-boot-whole-unnamed",
            "firmware that hashes a boot variable whole, and nobody said so",
        )
        .rule("boot.sound")
        .unsound(Code::BootEvent),
        boot("exit-edited", "the result of leaving boot services changed, its digest kept", |it| {
            let event = it.events.last_mut().expect("an event");
            keep_digests(event);
            event.data = b"Exit Boot Services Returned with Failure".to_vec();
        })
        .unsound(Code::BootEvent),
        variable("variable-name-length", "a variable whose name is longer than can be counted", |data| {
            data[16..24].copy_from_slice(&(u64::MAX / 2 + 1).to_le_bytes());
        })
        .unsound(Code::BootVariable),
        variable("variable-data-length", "a variable whose data are longer than can be counted", |data| {
            data[24..32].copy_from_slice(&u64::MAX.to_le_bytes());
        })
        .unsound(Code::BootVariable),
        dbx("entry-size-zero", "entries of no bytes", |list| list[24..28].fill(0))
            .unsound(Code::BootSignatureList),
        dbx("entry-size-15", "entries shorter than their owner's GUID", |list| list[24] = 15)
            .unsound(Code::BootSignatureList),
        dbx("entry-size-huge", "entries of 4 GiB", |list| list[24..28].fill(0xff))
            .unsound(Code::BootSignatureList),
        dbx("header-size", "a header larger than its list", |list| list[20..24].fill(0xff))
            .unsound(Code::BootSignatureList),
        boot("variable-cut", "a variable whose data are shorter than they say", |it| {
            let place = place(it, 7, VARIABLE);
            let data = it.events[place].data[..40].to_vec();
            it.events[place] = TpmEvent::plain(7, VARIABLE, &data);
        })
        .unsound(Code::BootVariable),
        boot("signature-list-endless", "a signature list of size zero", |it| {
            let place = it.events.iter().rposition(|it| it.kind == VARIABLE).expect("dbx");
            let mut data = it.events[place].data.clone();
            let at = 32 + 6 + 16;
            data[at..at + 4].copy_from_slice(&[0; 4]);
            it.events[place] = TpmEvent::plain(7, VARIABLE, &data);
        })
        .source("go-attestation #486, #500, #502")
        .unsound(Code::BootSignatureList),
        case("logs/bank-unmeasured", "p256", "boot.sound", "firmware left the bank to whoever came later")
            .forge(|it| {
                it.log.events.clear();
                it.ima.boot_aggregate = None;
            })
            .edit(|it| drop(it.as_object_mut().map(|it| it.remove("ima_log"))))
            .edit(|it| it["options"]["opaque"] = json!([10]))
            .source("CVE-2021-42299")
            .rejected(
                &["tpm.unmeasured_banks", "boot.problems"],
                &[("/boot/problems/0/code", json!("boot.bank_unmeasured"))],
            ),
    ]
}
