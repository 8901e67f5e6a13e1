//! Measurement lists that do not tell what PCR 10 holds.

use serde_json::{Value, json};
use veriquote::Code;
use veriquote::crypto::RustCrypto;
use veriquote_facade::verify_tpm_json;
use veriquote_forge::Key;
use veriquote_forge::tpm::{
    AkKey, BootAggregate, ImaEntry, ImaList, Padding, PcrHash, Selection, Template, TpmForge,
};

use crate::tpm::case::{Case, Draft, case, request};

/// The list of `p256` changed, beside the quote of the list as it was.
fn list(name: &str, note: &str, change: fn(&mut ImaList)) -> Draft {
    case(&format!("ima/{name}"), "p256", "ima.replay", note).tamper(move |it| {
        let forge = TpmForge::p256();
        let mut list = forge.ima.clone();
        change(&mut list);
        it.ima_log = list.bytes(&forge.boot_pcrs());
    })
}

/// The machine itself with another list.
fn machine(name: &str, note: &str, change: fn(&mut ImaList)) -> Draft {
    case(&format!("ima/{name}"), "p256", "ima.replay", note).forge(|it| change(&mut it.ima))
}

pub(super) fn all() -> Vec<Case> {
    let mut cases = proven();
    cases.extend(refused());
    cases.extend(continued());
    cases
}

fn proven() -> Vec<Case> {
    vec![
        case("ima/templates", "unified", "ima.replay", "every template").verified(&[
            ("/ima/verified", json!(11)),
            ("/ima/violations", json!(0)),
            ("/ima/boot_aggregate", json!("matches")),
        ]),
        machine("violation-told", "a file that was changed while it was measured", |it| {
            it.entries.insert(1, ImaEntry::violation("/var/log/violating.log"));
        })
        .rejected(&["ima.violations"], &[("/ima/violations", json!(1)), ("/ima/verified", json!(5))]),
        machine("violation-allowed", "the same, and the policy allows it", |it| {
            it.entries.insert(1, ImaEntry::violation("/var/log/violating.log"));
        })
        .policy(json!({ "ima": { "violations": "allow" } }))
        .verified(&[("/ima/violations", json!(1))]),
        machine("zero-padded", "a kernel before 5.8: SHA-1 hashes and zeros in the larger banks", |it| {
            it.padding = Padding::Zeros;
        })
        .rejected(&["ima.sha1_only"], &[("/ima/zero_padded", json!(true)), ("/ima/verified", json!(4))]),
        machine("aggregate-0-7", "a boot aggregate over PCR 0 to 7", |it| {
            it.boot_aggregate = Some(BootAggregate { hash: PcrHash::Sha256, pcrs: 8, value: None });
        })
        .verified(&[("/ima/boot_aggregate", json!("matches"))]),
        machine("aggregate-wrong", "a boot aggregate of another boot is told", |it| {
            it.boot_aggregate =
                Some(BootAggregate { hash: PcrHash::Sha256, pcrs: 10, value: Some(vec![7; 32]) });
        })
        .rejected(&["ima.boot_aggregate"], &[("/ima/boot_aggregate", json!("differs"))]),
        machine("aggregate-zero", "the kernel found no TPM when IMA began", |it| {
            it.boot_aggregate =
                Some(BootAggregate { hash: PcrHash::Sha256, pcrs: 10, value: Some(vec![0; 32]) });
        })
        .rejected(&["ima.boot_aggregate"], &[("/ima/boot_aggregate", json!("zero"))]),
        machine("aggregate-absent", "a list without a boot aggregate", |it| it.boot_aggregate = None)
            .rejected(&["ima.boot_aggregate"], &[("/ima/boot_aggregate", json!("absent"))]),
        machine("aggregate-twice", "a second boot aggregate, as after kexec, is counted", |it| {
            it.entries.push(ImaEntry::file("boot_aggregate", b"another kernel"));
        })
        .rejected(&["ima.repeated_boot_aggregate"], &[("/ima/further_aggregates", json!(1))]),
        list("ahead", "entries made after the quote are counted, and not believed", |it| {
            it.entries.push(ImaEntry::file("/usr/bin/later", b"later"));
        })
        .verified(&[("/ima/verified", json!(4)), ("/ima/unverified", json!(1))]),
        case("ima/text", "p256", "ima.replay", "the list as text")
            .edit(|it| {
                let mut forge = TpmForge::p256();
                forge.ima.entries.truncate(2);
                it["ima_log"] = json!(forge.ima.ascii(&forge.boot_pcrs()));
            })
            .forge(|it| it.ima.entries.truncate(2))
            .verified(&[("/ima/verified", json!(3))]),
        machine("unknown-template", "a template that nobody knows is measured all the same", |it| {
            it.entries[0].template = Template::Raw("ima-next".to_owned(), vec![1, 0, 0, 0, 7]);
        })
        .rejected(&["ima.unknown_templates"], &[("/ima/verified", json!(4))]),
        list("other-register", "an entry of another register is not proven", |it| {
            it.entries.push(ImaEntry { pcr: 11, ..ImaEntry::file("/usr/bin/other", b"other") });
        })
        .verified(&[("/ima/verified", json!(4)), ("/ima/unverified", json!(1))]),
    ]
}

fn refused() -> Vec<Case> {
    let replay = |draft: Draft| draft.refused(Code::ImaReplay, "ima");
    vec![
        list("edited", "a file's digest changed, the template hash kept", |it| it.entries[1].digest[0] ^= 1)
            .tamper(|it| {
                let forge = TpmForge::p256();
                let mut list = forge.ima.clone();
                let honest = list.entries[1].template_hash(PcrHash::Sha1);
                list.entries[1].digest[0] ^= 1;
                let changed = list.entries[1].template_hash(PcrHash::Sha1);
                let mut bytes = list.bytes(&forge.boot_pcrs());
                let at = bytes.windows(20).position(|window| window == changed).expect("the hash");
                bytes[at..at + 20].copy_from_slice(&honest);
                it.ima_log = bytes;
            })
            .rule("ima.template_hash")
            .refused(Code::ImaTemplateHash, "ima.entry.template_hash"),
        replay(list("changed", "a file's digest changed, and the template hash with it", |it| {
            it.entries[1].digest[0] ^= 1;
        })),
        replay(list("removed", "an entry left out", |it| drop(it.entries.remove(1)))),
        replay(list("reordered", "two entries swapped", |it| it.entries.swap(0, 1))),
        replay(list("violation", "an entry said to be a violation", |it| it.entries[1].violation = true)),
        replay(list("moved", "an entry said to be of PCR 11", |it| it.entries[1].pcr = 11)),
        replay(list("behind", "the list is older than the quote", |it| drop(it.entries.pop()))),
        replay(list("other-boot", "the list of another boot", |it| {
            it.boot_aggregate =
                Some(BootAggregate { hash: PcrHash::Sha256, pcrs: 10, value: Some(vec![7; 32]) });
        })),
        case("ima/truncated", "p256", "ima.replay", "the last entry cut")
            .tamper(|it| it.ima_log.truncate(it.ima_log.len() - 1))
            .refused(Code::InputTruncated, "ima.entry.data"),
        case("ima/name-length", "p256", "ima.replay", "a template's name longer than the list")
            .tamper(|it| it.ima_log[24..28].copy_from_slice(&u32::MAX.to_le_bytes()))
            .refused(Code::ImaLayout, "ima.entry.template"),
        case("ima/not-quoted", "p256", "ima.replay", "a quote without PCR 10")
            .forge(|it| it.selections = vec![Selection::of(PcrHash::Sha256, &[0, 7])])
            .refused(Code::BootUnverified, "ima"),
        case("ima/no-nul", "p256", "ima.replay", "a file digest whose algorithm has no NUL behind it")
            .forge(|it| {
                let field = [&b"sha256:"[..], &[7; 32]].concat();
                let data =
                    [&(field.len() as u32).to_le_bytes()[..], &field, &2_u32.to_le_bytes(), b"x\0"].concat();
                it.ima.entries[0].template = Template::Raw("ima-ng".to_owned(), data);
            })
            .source("GHSA-v2qp-xh5m-44mf")
            .refused(Code::ImaLayout, "ima.entry.field"),
    ]
}

/// What came since the last time.
fn continued() -> Vec<Case> {
    const KEY: &str = "000102030405060708090a0b0c0d0e0f";
    // The machine when it was verified first, and later with two programs more.
    let earlier = TpmForge::p256();
    let later = |it: &mut TpmForge| {
        it.ima.entries.push(ImaEntry::file("/usr/bin/first-later", b"1"));
        it.ima.entries.push(ImaEntry::file("/usr/bin/second-later", b"2"));
        it.clock.clock += 1000;
    };
    let mut first = request("p256", &earlier.build());
    first["options"]["continuation_key"] = json!(KEY);
    let answer = verify_tpm_json(std::sync::Arc::new(RustCrypto), &first.to_string());
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    let token = answer["claims"]["ima"]["continuation"].as_str().expect("a token").to_owned();
    let skipped = earlier.ima.bytes(&earlier.boot_pcrs()).len();
    let continued = |name: &str, note: &str, rule: &'static str| {
        let token = token.clone();
        case(&format!("ima/continued{name}"), "p256", rule, note)
            .forge(later)
            .tamper(move |it| drop(it.ima_log.drain(..skipped)))
            .edit(move |it| {
                it["options"]["continuation"] = json!(token);
                it["options"]["continuation_key"] = json!(KEY);
            })
    };
    let forged = {
        let mut bytes = token.clone().into_bytes();
        let last = bytes.len() - 1;
        bytes[last] = if bytes[last] == b'0' { b'1' } else { b'0' };
        String::from_utf8(bytes).expect("hex")
    };
    // A bare key says of itself whatever its owner likes: here, that it is the other one.
    let bare = |key: &str, it: &mut Value| {
        it["ak"] = json!(veriquote_forge::pem("PUBLIC KEY", &Key::new(key).spki()));
        it["options"]["policy"] = json!({ "tpm": { "ak_routes": ["bare_key"] } });
    };
    let mut of_bare = first.clone();
    bare("ak", &mut of_bare);
    let answer = verify_tpm_json(std::sync::Arc::new(RustCrypto), &of_bare.to_string());
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    let bare_token = answer["claims"]["ima"]["continuation"].as_str().expect("a token").to_owned();
    let stranger = bare_token.clone();
    vec![
        continued("-bare", "a list continued under a bare key", "ima.replay")
            .edit(move |it| {
                bare("ak", it);
                it["options"]["continuation"] = json!(bare_token);
            })
            .verified(&[("/ima/first", json!(4)), ("/ak/route", json!("bare_key"))]),
        continued(
            "-bare-stranger",
            "another bare key, whose quote names the signer of the token",
            "ima.replay",
        )
        .forge(|it| it.key = AkKey::P256(Key::new("a stranger")))
        .edit(move |it| {
            bare("a stranger", it);
            it["options"]["continuation"] = json!(stranger);
        })
        .refused(Code::ImaContinuationBoot, "continuation"),
        continued("", "the entries since the last time, with its token", "ima.replay").verified(&[
            ("/ima/first", json!(4)),
            ("/ima/verified", json!(2)),
            ("/ima/next", json!(6)),
            ("/ima/boot_aggregate", json!("earlier")),
        ]),
        continued("-whole", "the whole list again, with the token", "ima.replay")
            .tamper(|it| {
                let mut forge = TpmForge::p256();
                forge.ima.entries.push(ImaEntry::file("/usr/bin/first-later", b"1"));
                forge.ima.entries.push(ImaEntry::file("/usr/bin/second-later", b"2"));
                it.ima_log = forge.ima.bytes(&forge.boot_pcrs());
            })
            .refused(Code::ImaReplay, "ima"),
        continued("-altered", "a token of which a digit was changed", "ima.replay")
            .edit(move |it| it["options"]["continuation"] = json!(forged))
            .refused(Code::ImaContinuation, "continuation"),
        continued("-other-key", "a token sealed with another secret", "ima.replay")
            .edit(|it| it["options"]["continuation_key"] = json!("ff0102030405060708090a0b0c0d0e0f"))
            .refused(Code::ImaContinuation, "continuation"),
        continued("-rebooted", "a token of an earlier boot", "ima.replay")
            .forge(|it| it.clock.reset_count += 1)
            .refused(Code::ImaContinuationBoot, "continuation"),
        continued("-resumed", "a token from before the machine was suspended", "ima.replay")
            .forge(|it| it.clock.restart_count += 1)
            .refused(Code::ImaContinuationBoot, "continuation"),
        continued("-wrong-index", "a list that begins elsewhere than the token says", "ima.replay")
            .edit(|it| it["options"]["ima_from"] = json!(3))
            .refused(Code::MisuseOptions, "options.ima_from"),
        continued("-no-key", "a token without the secret that seals it", "ima.replay")
            .edit(|it| drop(it["options"].as_object_mut().map(|it| it.remove("continuation_key"))))
            .refused(Code::MisuseOptions, "options.continuation_key"),
    ]
}
