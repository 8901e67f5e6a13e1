//! Rules about measured boot and IMA, with the evidence of the vectors folder.

extern crate std;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::fs;

use super::{Findings, Policy, Verdict, learn};
use crate::bytes::to_hex;
use crate::crypto::{CryptoProvider as _, HashAlgorithm, RustCrypto};
use crate::error::Code;
use crate::measured_boot::ima::{ImaList, ReplayedIma};
use crate::measured_boot::state_tests::{own_values, quoted, record, vectors, written};
use crate::measured_boot::{BootState, EventLog, Limits, LogKind, Quirks};

fn policy(text: &str) -> Policy {
    Policy::from_json(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The rules that are broken.
fn broken(policy: &Policy, boot: Option<&BootState<'_>>, ima: Option<&ReplayedIma<'_>>) -> Vec<&'static str> {
    let mut findings = Findings::default();
    policy.boot.appraise(boot, &RustCrypto, ima.is_some(), &mut findings);
    policy.ima.appraise(ima, &RustCrypto, &mut findings).unwrap();
    let broken = findings.0.iter().filter(|finding| finding.verdict == Verdict::Violated);
    broken.map(|finding| finding.rule).collect()
}

fn with_evidence(
    change: impl Fn(&mut Vec<u8>, &mut Vec<u8>),
    run: impl FnOnce(&BootState<'_>, &ReplayedIma<'_>),
) {
    let Some(folder) = vectors() else { return };
    let folder = folder.join("swtpm/boot");
    let pcrs = quoted(&folder, HashAlgorithm::Sha256);
    let mut log = fs::read(folder.join("eventlog.bin")).unwrap();
    let mut list = fs::read(folder.join("ima_runtime_measurements.bin")).unwrap();
    change(&mut log, &mut list);
    let log = EventLog::parse(&log, LogKind::Tpm, &Limits::default()).unwrap();
    let replayed = log.verify_pcrs(&RustCrypto, &pcrs, Quirks::NONE).unwrap();
    let state = BootState::assess(&replayed, &RustCrypto, Quirks::NONE);
    let list = ImaList::detect(&list).unwrap();
    let ima = list.verify(&RustCrypto, &pcrs, None).unwrap();
    run(&state, &ima);
}

#[test]
fn each_rule_accepts_and_refuses() {
    with_evidence(
        |_, _| {},
        |state, ima| {
            let kernel = state
                .measured()
                .iter()
                .find(|event| event.words.unauthenticated_get().starts_with(b"/vmlinuz"));
            let kernel = to_hex(kernel.unwrap().digest.get());
            let other = "11".repeat(32);
            let code: Vec<String> = state
                .measured()
                .iter()
                .filter(|event| event.opaque && [4, 9, 11].contains(&event.register))
                .map(|event| format!("\"{}\"", to_hex(event.digest.get())))
                .collect();
            let code = code.join(",");
            let secure_boot = state.secure_boot().unwrap();
            let authorities: Vec<String> = secure_boot
                .authorities
                .iter()
                .map(|a| {
                    format!(
                        "\"{}\"",
                        to_hex(RustCrypto.hash(HashAlgorithm::Sha256, &[a.get().data]).as_slice())
                    )
                })
                .collect();
            let authorities = authorities.join(",");
            let dbx = to_hex(secure_boot.dbx.get()[0].data);
            for (good, bad, rule) in [
                (r#""secure_boot":"require""#.into(), r#""secure_boot":"forbid""#.into(), "boot.secure_boot"),
                (
                    r#""minimum_dbx_entries":2"#.into(),
                    r#""minimum_dbx_entries":3"#.into(),
                    "boot.minimum_dbx_entries",
                ),
                (
                    format!(r#""dbx_contains":["{dbx}"]"#),
                    format!(r#""dbx_contains":["{other}"]"#),
                    "boot.dbx_contains",
                ),
                (
                    format!(r#""authorities":[{authorities}]"#),
                    format!(r#""authorities":["{other}"]"#),
                    "boot.authorities",
                ),
                (format!(r#""kernels":[{code}]"#), format!(r#""kernels":["{kernel}"]"#), "boot.kernels"),
                (
                    format!(r#""initrds":["{kernel}"],"kernels":[{code}]"#),
                    format!(r#""initrds":["{other}"],"kernels":[{code}]"#),
                    "boot.initrds",
                ),
                (
                    r#""command_line_required":["ro","quiet"]"#.into(),
                    r#""command_line_required":["rw"]"#.into(),
                    "boot.command_line_required",
                ),
                (
                    format!(r#""command_line_forbidden":["init","rd.break"],"kernels":[{code}]"#),
                    format!(r#""command_line_forbidden":["root"],"kernels":[{code}]"#),
                    "boot.command_line_forbidden",
                ),
                (r#""log":"require""#.into(), r#""log":"forbid""#.into(), "boot.log"),
            ] as [(String, String, &str); 9]
            {
                let ima_rule = r#""ima":{"violations":"allow"}"#;
                let accepts = policy(&format!(r#"{{"boot":{{{good}}},{ima_rule}}}"#));
                assert_eq!(broken(&accepts, Some(state), Some(ima)), Vec::<&str>::new(), "{good}");
                let refuses = policy(&format!(r#"{{"boot":{{{bad}}},{ima_rule}}}"#));
                assert_eq!(broken(&refuses, Some(state), Some(ima)), [rule], "{bad}");
                if rule != "boot.log" {
                    assert_eq!(broken(&accepts, None, Some(ima)), ["boot.log"], "no log, {good}");
                }
            }
            // PCR 10 is explained by the list alone, or named opaque.
            let strict = policy(r#"{"boot":{"log":"require"}}"#);
            assert_eq!(broken(&strict, Some(state), None), ["boot.registers"]);
            let opaque = policy(r#"{"boot":{"opaque_registers":[10]}}"#);
            assert_eq!(broken(&opaque, Some(state), None), Vec::<&str>::new());
            // The sample holds one violation.
            assert_eq!(broken(&strict, Some(state), Some(ima)), ["ima.violations"]);
            let files = policy(&format!(r#"{{"ima":{{"violations":"allow","allow":["sha256:{other}"]}}}}"#));
            assert_eq!(broken(&files, None, Some(ima)), ["ima.allow"]);
            // No rule is met by giving no list.
            assert_eq!(broken(&files, None, None), ["ima.list"]);
            assert_eq!(broken(&policy(r#"{"ima":{"sha1_only":"forbid","keys":[]}}"#), None, None), [""; 0]);
            assert_eq!(broken(&policy(r#"{"ima":{"boot_aggregate":"allow"}}"#), None, None), ["ima.list"]);
        },
    );
}

#[test]
fn a_learned_policy_accepts_what_it_learned_from_and_nothing_else() {
    let mut learned = None;
    with_evidence(
        |_, _| {},
        |state, ima| {
            let text = learn("good", state, Some(ima), &RustCrypto).unwrap();
            assert_eq!(text, learn("good", state, Some(ima), &RustCrypto).unwrap(), "the same each time");
            let policy = policy(&text);
            assert_eq!(broken(&policy, Some(state), Some(ima)), Vec::<&str>::new(), "{text}");
            assert_eq!(policy.name, "good");
            learned = Some(policy);
        },
    );
    let Some(learned) = learned else { return };
    // Any file, any measured code, any authority that was not there then.
    with_evidence(
        |_, _| {},
        |state, ima| {
            for at in 0..learned.boot.events.len() {
                for digest in 0..learned.boot.events[at].digests.len() {
                    let mut fewer = learned.clone();
                    fewer.boot.events[at].digests[digest][0] ^= 1;
                    assert_eq!(broken(&fewer, Some(state), Some(ima)), ["boot.events"]);
                }
            }
            let files: Vec<_> = learned.ima.allow.as_ref().unwrap().iter().collect();
            for left_out in 0..files.len() {
                let mut list = super::FileList::new();
                for (at, (algorithm, digest, _)) in files.iter().enumerate() {
                    if at != left_out {
                        list.insert(core::str::from_utf8(algorithm).unwrap(), digest.to_vec(), Vec::new());
                    }
                }
                let mut fewer = learned.clone();
                fewer.ima.allow = Some(list);
                assert_eq!(broken(&fewer, Some(state), Some(ima)), ["ima.allow"]);
            }
            let mut more = learned.clone();
            more.boot.minimum_dbx_entries = Some(3);
            assert_eq!(broken(&more, Some(state), Some(ima)), ["boot.minimum_dbx_entries"]);
            let mut others = learned.clone();
            others.boot.authorities.as_mut().unwrap().remove(0);
            assert_eq!(broken(&others, Some(state), Some(ima)), ["boot.authorities"]);
        },
    );
}

#[test]
fn documents_with_slips_are_refused() {
    for text in [
        r#"{"boot":{"log":"yes"}}"#,
        r#"{"boot":{"quirk":[]}}"#,
        r#"{"boot":{"quirks":["none_such"]}}"#,
        r#"{"boot":{"opaque_registers":[24]}}"#,
        r#"{"boot":{"opaque_registers":[16]}}"#,
        r#"{"boot":{"events":{"23":["1111111111111111111111111111111111111111"]}}}"#,
        r#"{"boot":{"tolerated_problems":["boot.unverified"]}}"#,
        r#"{"boot":{"kernels":[]}}"#,
        r#"{"boot":{"kernels":["00"]}}"#,
        r#"{"boot":{"events":{"08":["1111111111111111111111111111111111111111"]}}}"#,
        r#"{"boot":{"command_line_required":["two words"]}}"#,
        r#"{"ima":{"allow":["sha256"]}}"#,
        r#"{"ima":{"allow":[{"paths":["/bin/sh"]}]}}"#,
    ] {
        let error = Policy::from_json(text.as_bytes()).unwrap_err();
        assert_eq!(error.code(), Code::MisusePolicy, "{text}");
    }
    for text in [r#"{"boot":{}}"#, r#"{"ima":{}}"#, r#"{"boot":{},"ima":{}}"#] {
        assert_eq!(Policy::from_json(text.as_bytes()).unwrap_err().code(), Code::MisusePolicyEmpty, "{text}");
    }
}

#[test]
fn a_learned_policy_refuses_a_boot_that_measured_anything_else() {
    let Some(folder) = vectors() else { return };
    let bytes = fs::read(folder.join("swtpm/boot/eventlog.bin")).unwrap();
    let assess = |bytes: &[u8], run: &mut dyn FnMut(&BootState<'_>)| {
        let log = EventLog::parse(bytes, LogKind::Tpm, &Limits::default()).unwrap();
        // A machine with this very log: the evidence is sound, and merely another one.
        let pcrs = own_values(&log, HashAlgorithm::Sha256);
        let replayed = log.verify_pcrs(&RustCrypto, &pcrs, Quirks::NONE).unwrap();
        run(&BootState::assess(&replayed, &RustCrypto, Quirks::NONE));
    };
    let mut learned = None;
    let mut events = Vec::new();
    assess(&bytes, &mut |state| {
        let text = learn("good", state, None, &RustCrypto).unwrap();
        learned = Some(policy(&text));
        assert_eq!(broken(learned.as_ref().unwrap(), Some(state), None), Vec::<&str>::new());
        events = state.measured().iter().map(|event| (event.register, event.digest.get().to_vec())).collect();
    });
    let learned = learned.unwrap();
    let (mut refused, mut left_out) = (0, 0);
    for (register, digest) in &events {
        let at = bytes.windows(32).position(|window| window == digest).unwrap();
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assess(&changed, &mut |state| {
            let broken = broken(&learned, Some(state), None);
            match register {
                4 | 7 | 8 | 9 | 11 | 12 | 14 => {
                    assert!(!broken.is_empty(), "PCR {register}");
                    refused += 1;
                }
                // What changes from boot to boot, or with the firmware: where it has data, these differ.
                _ => left_out += usize::from(broken.is_empty()),
            }
        });
    }
    std::eprintln!("{refused} changes refused, {left_out} in registers that are left out");
    assert!(refused >= 15);
}

#[test]
fn firmware_that_measures_zeros_under_another_name_is_refused_until_that_is_put_up_with() {
    // A real log: the firmware interface table's entry for a signature was empty, and PCR 0 has, as
    // `EV_S_CRTM_CONTENTS`, the very digest of a separator. Which of the two ended the firmware's part,
    // only a label says, which nobody signs.
    let Some(folder) = vectors() else { return };
    let bytes = fs::read(folder.join("go-eventlog/testdata/eventlogs/tpm/glinux-alex.bin")).unwrap();
    let log = EventLog::parse(&bytes, LogKind::Tpm, &Limits::default()).unwrap();
    let pcrs = own_values(&log, HashAlgorithm::Sha256);
    let replayed = log.verify_pcrs(&RustCrypto, &pcrs, Quirks::all()).unwrap();
    let state = BootState::assess(&replayed, &RustCrypto, Quirks::all());
    let problems: Vec<_> =
        state.problems().iter().map(|problem| (problem.code(), problem.offset())).collect();
    assert_eq!(problems, [(Code::BootSeparator, Some(362)), (Code::BootSeparator, None)]);
    // It needs a quirk as well, for boot variables.
    let quirks: Vec<String> = state.quirks().iter().map(|quirk| format!("\"{quirk}\"")).collect();
    let quirks = quirks.join(",");
    let strict = policy(&format!(r#"{{"boot":{{"log":"require","quirks":[{quirks}]}}}}"#));
    assert_eq!(broken(&strict, Some(&state), None), ["boot.problems"]);
    let tolerant = format!(r#"{{"boot":{{"quirks":[{quirks}],"tolerated_problems":["boot.separator"]}}}}"#);
    assert_eq!(broken(&policy(&tolerant), Some(&state), None), Vec::<&str>::new());
}

/// What a machine with this log, as the quote has it, breaks of a policy.
fn broken_by(bytes: &[u8], quirks: Quirks, rules: &str) -> Vec<&'static str> {
    let log = EventLog::parse(bytes, LogKind::Tpm, &Limits::default()).unwrap();
    let pcrs = own_values(&log, HashAlgorithm::Sha256);
    let replayed = log.verify_pcrs(&RustCrypto, &pcrs, quirks).unwrap();
    let state = BootState::assess(&replayed, &RustCrypto, quirks);
    broken(&policy(rules), Some(&state), None)
}

#[test]
fn no_words_hide_a_command_line() {
    const IPL: u32 = 0xd;
    let sha256 = |bytes: &[u8]| to_hex(RustCrypto.hash(HashAlgorithm::Sha256, &[bytes]).as_slice());
    let rules = |more: &str| format!(r#"{{"boot":{{"command_line_forbidden":["init"]{more}}}}}"#);
    let rule = "boot.command_line_forbidden";
    let line = b"/vmlinuz root=/dev/vda2 init=/bin/sh";
    let good = record(12, IPL, b"root=/dev/vda2 ro", b"root=/dev/vda2 ro");
    for register in [8, 9, 12] {
        // Its data replaced by what looks like a file's name, or labelled as a command that it is not.
        for words in [&b"/x"[..], b"(hd0,gpt2)/x", b"grub_cmd: set a=b", b""] {
            let log = written(&[record(register, IPL, line, words), good.clone()]);
            assert!(broken_by(&log, Quirks::NONE, &rules("")).contains(&rule), "{register} {words:?}");
        }
        // What is known by its digest is no secret.
        let log = written(&[record(register, IPL, b"a kernel", b"/vmlinuz"), good.clone()]);
        for more in [
            format!(r#","kernels":["{}"]"#, sha256(b"a kernel")),
            format!(r#","events":{{"{register}":["{}"]}}"#, sha256(b"a kernel")),
        ] {
            assert!(!broken_by(&log, Quirks::NONE, &rules(&more)).contains(&rule), "{register} {more}");
        }
        assert!(broken_by(&log, Quirks::NONE, &rules("")).contains(&rule), "{register}");
    }
}

/// `UEFI_VARIABLE_DATA`.
fn variable(guid: [u8; 16], name: &str, data: &[u8]) -> Vec<u8> {
    let name: Vec<u8> = name.bytes().flat_map(|byte| [byte, 0]).collect();
    let sizes = [name.len() / 2, data.len()].map(|size| u64::try_from(size).unwrap().to_le_bytes());
    [&guid[..], &sizes.concat(), &name, data].concat()
}

const GLOBAL: [u8; 16] = *b"\x61\xdf\xe4\x8b\xca\x93\xd2\x11\xaa\x0d\x00\xe0\x98\x03\x2b\x8c";
const SECURITY: [u8; 16] = *b"\xcb\xb2\x19\xd7\x3a\x3d\x96\x45\xa3\xbc\xda\xd0\x0e\x67\x65\x6f";
const SHIM: [u8; 16] = *b"\x50\xab\x5d\x60\x46\xe0\x00\x43\xab\xb6\x3d\xd8\x10\xdd\x8b\x23";
const CONFIG: u32 = 0x8000_0001;
const AUTHORITY: u32 = 0x8000_00e0;
const ACTION: u32 = 0x8000_0007;

/// An `EFI_SIGNATURE_DATA` of a certificate, by its looks.
fn owned(filling: u8) -> Vec<u8> {
    [&[7; 16][..], &[0x30, 0x82, 0, 8], &[filling; 8]].concat()
}

/// A machine with Secure Boot on, and more events in PCR 7 before and after its separator.
fn secure_machine(early: &[Vec<u8>], late: &[Vec<u8>]) -> Vec<u8> {
    let list = |data: &[u8]| {
        let sizes = [28 + data.len(), 0, data.len()].map(|size| u32::try_from(size).unwrap().to_le_bytes());
        [&[9; 16][..], &sizes.concat(), data].concat()
    };
    let config = |guid, name, data: &[u8]| {
        let bytes = variable(guid, name, data);
        record(7, CONFIG, &bytes, &bytes)
    };
    let mut records = Vec::from([
        config(GLOBAL, "SecureBoot", &[1]),
        config(GLOBAL, "PK", &list(&owned(1))),
        config(GLOBAL, "KEK", &list(&owned(2))),
        config(SECURITY, "db", &list(&owned(3))),
        config(SECURITY, "dbx", &list(&[5; 48])),
    ]);
    records.extend(early.iter().cloned());
    records.extend((0..8).map(|register| record(register, 4, &[0; 4], &[0; 4])));
    let bytes = variable(SECURITY, "db", &owned(3));
    records.push(record(7, AUTHORITY, &bytes, &bytes));
    records.extend(late.iter().cloned());
    written(&records)
}

fn authority_rule(known: &[Vec<u8>], more: &str) -> String {
    let digest = |data: &Vec<u8>| {
        format!("\"{}\"", to_hex(RustCrypto.hash(HashAlgorithm::Sha256, &[&data[16..]]).as_slice()))
    };
    let known: Vec<String> = known.iter().map(digest).collect();
    format!(r#"{{"boot":{{"authorities":[{}]{more}}}}}"#, known.join(","))
}

#[test]
fn no_event_type_hides_an_authority() {
    let strict = Quirks::NONE;
    let good = authority_rule(&[owned(3)], "");
    assert_eq!(broken_by(&secure_machine(&[], &[]), strict, &good), Vec::<&str>::new());
    let mok = variable(SHIM, "MokList", &owned(4));
    for event_type in [AUTHORITY, CONFIG, ACTION, 0xd, 0x1234] {
        let extra = [record(7, event_type, &mok, &mok)];
        let log = secure_machine(&[], &extra);
        assert_eq!(broken_by(&log, strict, &good), ["boot.authorities"], "late, {event_type:x}");
        let both = authority_rule(&[owned(3), owned(4)], "");
        assert_eq!(broken_by(&log, strict, &both), Vec::<&str>::new(), "late, {event_type:x}");
        let log = secure_machine(&extra, &[]);
        assert_eq!(broken_by(&log, strict, &good), ["boot.authorities"], "early, {event_type:x}");
    }
    // `db` itself, and a value that something follows.
    let db = variable(SECURITY, "db", &owned(4));
    let longer = [&mok[..], b"more"].concat();
    for bytes in [&db, &longer] {
        for event_type in [CONFIG, ACTION, 0xd] {
            let log = secure_machine(&[], &[record(7, event_type, bytes, bytes)]);
            let broken = broken_by(&log, strict, &good);
            assert!(broken.contains(&"boot.problems") && broken.contains(&"boot.authorities"), "{broken:?}");
        }
    }
    // The boot order allows nothing.
    let order = variable(GLOBAL, "BootOrder", &[0, 0]);
    let log = secure_machine(&[], &[record(7, 0x8000_0002, &order, &order)]);
    let whole = Quirks::NONE.with(crate::measured_boot::Quirk::VariableBootWhole);
    let with = authority_rule(&[owned(3)], r#","quirks":["variable_boot_whole"]"#);
    assert_eq!(broken_by(&log, whole, &with), Vec::<&str>::new());
}

#[test]
fn garbled_data_hide_no_authority_and_no_debug_mode() {
    let vendor = Quirks::NONE.with(crate::measured_boot::Quirk::VendorEventType);
    let mok = variable(SHIM, "MokList", &owned(4));
    let log = secure_machine(&[], &[record(7, 0x1234, &mok, b"garbled")]);
    let quirk = r#","quirks":["vendor_event_type"]"#;
    let rules = authority_rule(&[owned(3)], quirk);
    assert_eq!(broken_by(&log, vendor, &rules), ["boot.authorities"]);
    // Named with everything else of the register, it is known.
    let parsed = EventLog::parse(&log, LogKind::Tpm, &Limits::default()).unwrap();
    let events = parsed.unauthenticated_events().iter().filter(|e| e.unauthenticated_index() == 7);
    let digests: Vec<String> = events
        .filter_map(|event| event.unauthenticated_digest(HashAlgorithm::Sha256.into()))
        .map(|digest| format!("\"{}\"", to_hex(digest)))
        .collect();
    let listed = format!(r#"{quirk},"events":{{"7":[{}]}}"#, digests.join(","));
    assert_eq!(broken_by(&log, vendor, &authority_rule(&[owned(3)], &listed)), Vec::<&str>::new());
    let log = secure_machine(&[record(7, 0x1234, b"UEFI Debug Mode", b"garbled")], &[]);
    let rules = r#"{"boot":{"secure_boot":"require","quirks":["vendor_event_type"]}}"#;
    assert_eq!(broken_by(&log, vendor, rules), ["boot.debug_mode"]);
}

#[test]
fn a_good_digest_elsewhere_makes_no_good_kernel() {
    let sha256 = |bytes: &[u8]| to_hex(RustCrypto.hash(HashAlgorithm::Sha256, &[bytes]).as_slice());
    let closed = || (0..8).map(|register| record(register, 4, &[0; 4], &[0; 4]));
    let boot = |more: &[(u32, &[u8])]| {
        let loader = record(4, 0x8000_0003, b"loader", b"words");
        let more = more.iter().map(|(register, bytes)| record(*register, 0xd, bytes, b"/vmlinuz"));
        written(&closed().chain([loader]).chain(more).collect::<Vec<_>>())
    };
    for rule in ["kernels", "initrds"] {
        let named = format!("boot.{rule}");
        let code = [sha256(b"loader"), sha256(b"good")].map(|hex| format!("\"{hex}\"")).join(",");
        let rules = format!(r#"{{"boot":{{"{rule}":[{code}]}}}}"#);
        let is_broken = |log: &[u8]| broken_by(log, Quirks::NONE, &rules).contains(&named.as_str());
        assert!(!is_broken(&boot(&[(9, b"good")])));
        assert!(is_broken(&boot(&[(9, b"bad")])));
        assert!(is_broken(&boot(&[(9, b"bad"), (9, b"good")])), "extended afterwards");
        let only = format!(r#"{{"boot":{{"{rule}":["{}"]}}}}"#, sha256(b"good"));
        for register in [10, 16, 23] {
            let log = written(&closed().chain([record(register, 0xd, b"good", b"")]).collect::<Vec<_>>());
            assert!(broken_by(&log, Quirks::NONE, &only).contains(&named.as_str()), "PCR {register}");
        }
        let log = written(&closed().chain([record(9, 0xd, b"good", b"")]).collect::<Vec<_>>());
        assert!(!broken_by(&log, Quirks::NONE, &only).contains(&named.as_str()));
    }
}

/// Whoever boots the machine writes the log, and may fill it.
#[test]
fn the_longest_log_against_a_long_list_is_no_work_for_each_pair() {
    let closed = (0..8).map(|register| record(register, 4, &[0; 4], &[0; 4]));
    let many = (0..30_000u32).map(|number| record(9, 0xd, &number.to_be_bytes(), b""));
    let log = written(&closed.chain(many).collect::<Vec<_>>());
    let listed: Vec<String> = (0..14_000u32).map(|number| format!("\"{number:064x}\"")).collect();
    let rules = format!(r#"{{"boot":{{"kernels":[{}]}}}}"#, listed.join(","));
    let started = std::time::Instant::now();
    assert!(broken_by(&log, Quirks::NONE, &rules).contains(&"boot.kernels"));
    // A look at each pair takes 8 seconds here, and this a fifth of one.
    assert!(started.elapsed() < core::time::Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn what_the_quote_leaves_out_meets_no_rule_about_it() {
    let sha256 = |bytes: &[u8]| to_hex(RustCrypto.hash(HashAlgorithm::Sha256, &[bytes]).as_slice());
    let text = b"/vmlinuz root=/dev/vda2 ro";
    let mut records: Vec<_> = (0..8).map(|register| record(register, 4, &[0; 4], &[0; 4])).collect();
    records.extend([8, 12].map(|register| record(register, 0xd, text, text)));
    records.extend([4, 9, 11].map(|register| record(register, 0xd, b"code", b"")));
    let bytes = written(&records);
    let log = EventLog::parse(&bytes, LogKind::Tpm, &Limits::default()).unwrap();
    let bank = HashAlgorithm::Sha256;
    let values = log.replay(&RustCrypto, bank).unwrap();
    let broken_without = |left_out: u32, rules: &str| {
        let values: Vec<_> = (0..24u32)
            .filter(|register| *register != left_out)
            .map(|register| (u8::try_from(register).unwrap(), values.value(register)))
            .collect();
        let values: Vec<_> = values.iter().map(|(index, value)| (bank, *index, value.as_slice())).collect();
        let pcrs = crate::tpm::PcrValues::for_tests(&values);
        let replayed = log.verify_pcrs(&RustCrypto, &pcrs, Quirks::NONE).unwrap();
        let state = BootState::assess(&replayed, &RustCrypto, Quirks::NONE);
        broken(&policy(rules), Some(&state), None)
    };
    let code = sha256(b"code");
    for (rule, value, registers) in [
        ("kernels", format!(r#"["{code}"]"#), &[4, 9, 11][..]),
        ("initrds", format!(r#"["{code}"]"#), &[4, 9, 11]),
        ("command_line_required", r#"["ro"]"#.into(), &[8, 9, 12]),
        ("command_line_forbidden", r#"["init"]"#.into(), &[8, 9, 12]),
    ] {
        let named = format!("boot.{rule}");
        let kernels = if rule == "kernels" { String::new() } else { format!(r#","kernels":["{code}"]"#) };
        let rules = format!(r#"{{"boot":{{"{rule}":{value}{kernels}}}}}"#);
        assert!(!broken_without(24, &rules).contains(&named.as_str()), "{rule}");
        for register in registers {
            assert!(broken_without(*register, &rules).contains(&named.as_str()), "{rule}, PCR {register}");
        }
    }
    for register in 0..8 {
        let broken = broken_without(register, r#"{"boot":{"log":"require"}}"#);
        assert!(broken.contains(&"boot.registers"), "PCR {register}");
        let named = format!(r#"{{"boot":{{"log":"require","opaque_registers":[{register}]}}}}"#);
        assert!(!broken_without(register, &named).contains(&"boot.registers"), "PCR {register}");
    }
    assert!(!broken_without(24, r#"{"boot":{"log":"require"}}"#).contains(&"boot.registers"));
}

#[test]
fn a_file_that_holds_its_own_signature_is_no_buffer() {
    use crate::measured_boot::ima::tests as ima;
    let rules = policy(r#"{"ima":{"signatures":"require","boot_aggregate":"allow"}}"#);
    for (content, is_buffer) in [
        (&b"0\x82 certificate"[..], true),
        (b"\x03\x02\x04", false),
        (b"\x05x", false),
        (b"\x06x", false),
        (b"", false),
    ] {
        let digest = RustCrypto.hash(HashAlgorithm::Sha256, &[content]);
        let digest = [b"sha256:\0", digest.as_slice()].concat();
        let data = [ima::field(&digest), ima::field(b"/bin/evil\0"), ima::field(content)].concat();
        let bytes = ima::entry("ima-buf", &data, HashAlgorithm::Sha1);
        let pcrs = ima::quoted(&bytes, &[HashAlgorithm::Sha256], false);
        let list = ImaList::detect(&bytes).unwrap();
        let replayed = list.verify(&RustCrypto, &pcrs, None).unwrap();
        let broken = broken(&rules, None, Some(&replayed));
        assert_eq!(broken.contains(&"ima.signatures"), !is_buffer, "{content:?}");
    }
}

#[test]
fn a_continued_list_is_judged_by_its_beginning_as_well() {
    use crate::measured_boot::ima::{BootIdentity, Continuation, tests as ima};
    let entry = |path: &[u8], digest: &[u8]| {
        let digest = [b"sha256:\0", digest].concat();
        let data = [ima::field(&digest), ima::field(&[path, b"\0"].concat())].concat();
        ima::entry("ima-ng", &data, HashAlgorithm::Sha1)
    };
    let mut violation = entry(b"/log", &[0; 32]);
    violation[4..24].fill(0);
    // The aggregate of another boot, a second one, and a file that changed while it was measured.
    let first = [entry(b"boot_aggregate", &[7; 32]), entry(b"boot_aggregate", &[8; 32]), violation].concat();
    let rest = entry(b"/bin/a", &[9; 32]);
    let all = [first.clone(), rest.clone()].concat();
    let rules = policy(r#"{"ima":{"list":"require"}}"#);
    let refused = ["ima.boot_aggregate", "ima.repeated_boot_aggregate", "ima.violations"];
    let sha256 = HashAlgorithm::Sha256;
    let with_boot = |list: &[u8]| {
        let ten = ima::quoted(list, &[sha256], false);
        let mut values: Vec<(HashAlgorithm, u8, &[u8])> =
            (0..10).map(|at| (sha256, at, &[0; 32][..])).collect();
        let ten = ten.get(sha256, 10).unwrap().to_vec();
        values.push((sha256, 10, &ten));
        crate::tpm::PcrValues::for_tests(&values)
    };
    let list = ImaList::detect(&first).unwrap();
    let replayed = list.verify(&RustCrypto, &with_boot(&first), None).unwrap();
    assert_eq!(broken(&rules, None, Some(&replayed)), refused);
    let boot = BootIdentity { ak_name: [7].into(), reset_count: 1, restart_count: 0 };
    let key = b"a secret of sixteen";
    let mut token = Continuation::after(&replayed, boot.clone()).seal(key).unwrap();
    // Twice: what came before goes on with the next token.
    for piece in [&rest[..], b""] {
        let opened = Continuation::open(&token, key, &boot).unwrap();
        let list = ImaList::new(piece, list.format(), HashAlgorithm::Sha1).unwrap();
        let replayed = list.verify(&RustCrypto, &with_boot(&all), Some(&opened)).unwrap();
        assert_eq!(broken(&rules, None, Some(&replayed)), refused);
        token = Continuation::after(&replayed, boot.clone()).seal(key).unwrap();
    }
}

#[test]
fn shim_that_validates_nothing_is_refused() {
    for (data, disabled) in [(&[0][..], false), (&[1], true), (&[], false), (&[0, 1], true)] {
        for event_type in [AUTHORITY, ACTION] {
            let bytes = variable(SHIM, "MokSBState", data);
            let log = secure_machine(&[], &[record(7, event_type, &bytes, &bytes)]);
            let strict = r#"{"boot":{"secure_boot":"require"}}"#;
            let expected: &[&str] = if disabled { &["boot.shim_validation_disabled"] } else { &[] };
            assert_eq!(broken_by(&log, Quirks::NONE, strict), expected, "{data:?}");
            let lenient = r#"{"boot":{"secure_boot":"require","shim_validation_disabled":"allow"}}"#;
            assert_eq!(broken_by(&log, Quirks::NONE, lenient), Vec::<&str>::new(), "{data:?}");
        }
    }
    // Another vendor's variable of that name is an authority like any other.
    let bytes = variable([1; 16], "SbatLevel", &owned(4));
    let log = secure_machine(&[], &[record(7, AUTHORITY, &bytes, &bytes)]);
    let rules = authority_rule(&[owned(3)], "");
    assert_eq!(broken_by(&log, Quirks::NONE, &rules), ["boot.authorities"]);
}

#[test]
fn nothing_is_said_of_a_register_that_was_not_quoted() {
    let bytes = secure_machine(&[], &[]);
    let log = EventLog::parse(&bytes, LogKind::Tpm, &Limits::default()).unwrap();
    let zero = log.replay(&RustCrypto, HashAlgorithm::Sha256).unwrap().value(0);
    let pcrs = crate::tpm::PcrValues::for_tests(&[(HashAlgorithm::Sha256, 0, zero.as_slice())]);
    let replayed = log.verify_pcrs(&RustCrypto, &pcrs, Quirks::NONE).unwrap();
    let state = BootState::assess(&replayed, &RustCrypto, Quirks::NONE);
    let verdicts = |rules: &str| {
        let mut findings = Findings::default();
        policy(rules).boot.appraise(Some(&state), &RustCrypto, false, &mut findings);
        ["boot.debug_mode", "boot.shim_validation_disabled"]
            .map(|rule| findings.0.iter().find(|finding| finding.rule == rule).unwrap().verdict)
    };
    assert_eq!(verdicts(r#"{"boot":{"sha1_bank":"allow"}}"#), [Verdict::NotChecked; 2]);
    assert_eq!(verdicts(r#"{"boot":{"log":"require"}}"#), [Verdict::Violated; 2]);
}

#[test]
fn the_names_of_parameters_are_compared_as_the_kernel_does() {
    for word in ["ima_appraise", "ima-appraise"] {
        let text = b"/vmlinuz ima_appraise=off";
        let log = written(&[record(8, 0xd, text, text)]);
        let rules = format!(r#"{{"boot":{{"command_line_forbidden":["{word}"]}}}}"#);
        assert!(broken_by(&log, Quirks::NONE, &rules).contains(&"boot.command_line_forbidden"), "{word}");
    }
}

#[test]
fn no_policy_is_learned_from_firmware_that_is_not_proven() {
    let bytes = secure_machine(&[], &[]);
    let log = EventLog::parse(&bytes, LogKind::Tpm, &Limits::default()).unwrap();
    let bank = HashAlgorithm::Sha256;
    let values = log.replay(&RustCrypto, bank).unwrap();
    let learned = |left_out: u8, changed: u8| {
        let values: Vec<_> = (0..24u8).map(|index| (index, values.value(index.into()))).collect();
        let other = [7; 32];
        let values: Vec<_> = values
            .iter()
            .filter(|(index, _)| *index != left_out)
            .map(|(index, value)| (bank, *index, if *index == changed { &other } else { value.as_slice() }))
            .collect();
        let pcrs = crate::tpm::PcrValues::for_tests(&values);
        let replayed = log.verify_pcrs(&RustCrypto, &pcrs, Quirks::NONE).unwrap();
        let state = BootState::assess(&replayed, &RustCrypto, Quirks::NONE);
        learn("any", &state, None, &RustCrypto).map_err(|error| error.code())
    };
    assert!(learned(24, 24).is_ok());
    for index in 0..8 {
        assert_eq!(learned(index, 24), Err(Code::BootUnverified), "PCR {index} left out");
        assert_eq!(learned(24, index), Err(Code::BootUnverified), "PCR {index} not explained");
    }
    assert!(learned(24, 11).is_ok_and(|text| text.contains(r#""opaque_registers":[11]"#)));
}
