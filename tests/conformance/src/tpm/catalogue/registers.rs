//! Values that are not those of the quoted registers.

use serde_json::{Value, json};
use veriquote::Code;
use veriquote_forge::hex;
use veriquote_forge::tpm::{AttestBody, PcrHash, PcrSet, Selection, TpmForge};

use crate::tpm::case::{Case, case};

fn given(change: impl FnOnce(&TpmForge, &mut PcrSet)) -> Value {
    let forge = TpmForge::p256();
    let mut pcrs = forge.pcrs();
    change(&forge, &mut pcrs);
    serde_json::from_str(&pcrs.json()).expect("JSON")
}

pub(super) fn all() -> Vec<Case> {
    let mut cases = proven();
    cases.extend(appraised());
    cases
}

/// What a policy asks of registers and firmware.
fn appraised() -> Vec<Case> {
    let golden = |pcr: u32| hex(TpmForge::p256().pcrs().value(PcrHash::Sha256, pcr));
    let without_logs = |it: &mut Value| {
        let request = it.as_object_mut().expect("a request");
        drop((request.remove("event_log"), request.remove("ima_log")));
    };
    let firmware = |name: &str, note: &str, parent: &'static str, version: &'static str| {
        case(&format!("registers/firmware-{name}"), "p256", "tpm.pcr.digest", note)
            .edit(move |it| it["options"]["ak_parent"] = json!(parent))
            .policy(json!({ "tpm": { "firmware_versions": [version] } }))
            .source("CVE-2023-1017, CVE-2025-2884, CVE-2019-16863")
    };
    let known = format!("{:016x}", TpmForge::p256().firmware_version);
    let known: &'static str = Box::leak(known.into_boxed_str());
    vec![
        case(
            "registers/uncovered",
            "p256",
            "tpm.pcr.digest",
            "a golden value comes beside the quote, not in it",
        )
        .forge(|it| it.selections = vec![Selection::of(PcrHash::Sha256, &[10])])
        .edit(without_logs)
        .edit(|it| it["pcrs"] = given(|_, _| {}))
        .policy(json!({ "tpm": { "pcrs": { "sha256": { "4": golden(4) } } } }))
        .source("CVE-2022-0317")
        .rejected(&["tpm.pcrs"], &[("/pcrs/sha256/4", json!(null))]),
        case(
            "registers/required",
            "p256",
            "tpm.pcr.digest",
            "a register that the policy needs is not quoted",
        )
        .forge(|it| {
            it.selections = vec![Selection::of(PcrHash::Sha1, &[7]), Selection::of(PcrHash::Sha256, &[4])]
        })
        .edit(without_logs)
        .policy(json!({ "tpm": { "required_pcrs": { "sha256": [4, 7] } } }))
        .rejected(&["tpm.required_pcrs"], &[("/pcrs/sha256/7", json!(null))]),
        case(
            "registers/policy-resettable",
            "p256",
            "options",
            "a policy about a register that anybody resets",
        )
        .policy(json!({ "tpm": { "pcrs": { "sha256": { "16": golden(4) } } } }))
        .refused(Code::MisusePolicy, "policy.tpm.pcrs"),
        case("registers/policy-index-32", "p256", "options", "a policy about a register that there is not")
            .policy(json!({ "tpm": { "pcrs": { "sha256": { "32": golden(4) } } } }))
            .source("GHSA-7638-f8gq-c475 and its kin")
            .refused(Code::MisusePolicy, "policy.tpm.pcrs"),
        case("registers/policy-empty", "p256", "options", "a policy that says nothing accepts nothing")
            .policy(json!({}))
            .source("keylime 24544314, 1aabfc80")
            .refused(Code::MisusePolicyEmpty, "policy"),
        case(
            "registers/bank-unmeasured",
            "p256",
            "tpm.pcr.digest",
            "a bank that firmware never extended, without a log",
        )
        .forge(|it| {
            it.log.events.clear();
            it.ima.boot_aggregate = None;
        })
        .edit(without_logs)
        .source("CVE-2021-42299")
        .rejected(&["tpm.unmeasured_banks"], &[]),
        firmware("listed", "the TPM's firmware is one that the policy lists", "4000000b", known)
            .verified(&[("/clock/counters", json!("clear"))]),
        firmware("other", "the TPM's firmware is none that the policy lists", "4000000b", "0123456789abcdef")
            .rejected(&["tpm.firmware_versions"], &[]),
        firmware("hidden", "the key's hierarchy hides the firmware's version", "40000001", known)
            .forge(|it| it.parent = vec![0x40, 0, 0, 1])
            .rejected(&["tpm.firmware_versions"], &[("/clock/counters", json!("obfuscated"))]),
    ]
}

fn proven() -> Vec<Case> {
    let values = |name: &str, note: &str, change: fn(&TpmForge, &mut PcrSet)| {
        case(&format!("registers/{name}"), "p256", "tpm.pcr.digest", note)
            .edit(move |it| it["pcrs"] = given(change))
            .refused(Code::TpmPcrDigest, "pcrs")
    };
    vec![
        case("registers/golden", "p256", "tpm.pcr.digest", "the values that a policy lists")
            .policy(json!({ "tpm": { "pcrs": { "sha256": { "7": hex(TpmForge::p256().pcrs().value(PcrHash::Sha256, 7)) } } } }))
            .verified(&[("/quote/fresh", json!(true))]),
        values("swapped", "the values of PCR 4 and 5 swapped", |_, pcrs| {
            let [four, five] = [4, 5].map(|pcr| pcrs.value(PcrHash::Sha256, pcr).to_vec());
            pcrs.set(PcrHash::Sha256, 4, five);
            pcrs.set(PcrHash::Sha256, 5, four);
        }),
        values("zeroed", "PCR 10 said to be unused", |_, pcrs| pcrs.set(PcrHash::Sha256, 10, vec![0; 32])),
        values("stale", "the values from before the last programs ran", |forge, pcrs| {
            *pcrs = forge.boot_pcrs()
        }),
        case(
            "registers/resettable",
            "p256",
            "tpm.pcr.digest",
            "PCR 16 stands in for PCR 4, with its golden value",
        )
        .forge(|it| it.selections = vec![Selection::of(PcrHash::Sha256, &[4])])
        .attest(|it| {
            if let AttestBody::Quote { selections, .. } = &mut it.body {
                *selections = vec![Selection::of(PcrHash::Sha256, &[16])];
            }
        })
        .edit(|it| it["pcrs"] = given(|_, _| {}))
        .source("CVE-2022-0317, CVE-2024-29039")
        .refused(Code::TpmPcrDigest, "pcrs"),
        case(
            "registers/split",
            "p256",
            "tpm.pcr.selection",
            "one bank in two parts, to mix in another register",
        )
        .attest(|it| {
            if let AttestBody::Quote { selections, .. } = &mut it.body {
                *selections = vec![
                    Selection::of(PcrHash::Sha256, &[0, 1, 2, 3]),
                    Selection::of(PcrHash::Sha256, &[16]),
                ];
            }
        })
        .source("CVE-2022-0317, CVE-2024-29039")
        .refused(Code::TpmPcrSelection, "attest.pcr_select"),
        case(
            "registers/unknown-bank",
            "p256",
            "tpm.pcr.selection",
            "a bank that is not computed is not skipped",
        )
        .attest(|it| {
            if let AttestBody::Quote { selections, .. } = &mut it.body {
                selections.push(Selection { bank: 0x27, bitmap: vec![1, 0, 0] });
            }
        })
        .refused(Code::TpmAlgorithm, "attest.pcr_select"),
        case("registers/missing", "p256", "tpm.pcr.values", "no value for a register that is quoted")
            .edit(|it| {
                it["pcrs"] = given(|_, _| {});
                drop(it["pcrs"]["sha256"].as_object_mut().map(|it| it.remove("14")));
            })
            .refused(Code::TpmPcrMissing, "pcrs"),
        case("registers/other-bank", "p256", "tpm.pcr.values", "values of a bank that is not quoted")
            .edit(|it| {
                it["pcrs"] = given(|_, _| {});
                drop(it["pcrs"].as_object_mut().map(|it| it.remove("sha256")));
            })
            .refused(Code::TpmPcrMissing, "pcrs"),
        case(
            "registers/cut-and-joined",
            "p256",
            "tpm.pcr.values",
            "one value shorter, the next longer by as much",
        )
        .edit(|it| {
            it["pcrs"] = given(|_, _| {});
            let text = |pcr: &str| it["pcrs"]["sha256"][pcr].as_str().expect("hex").to_owned();
            let joined = format!("{}{}", text("0"), text("1"));
            it["pcrs"]["sha256"]["0"] = json!(joined[..62]);
            it["pcrs"]["sha256"]["1"] = json!(joined[62..]);
        })
        .refused(Code::TpmPcrLayout, "pcrs"),
        case("registers/twice", "p256", "tpm.pcr.values", "two values for one register")
            .edit(|it| {
                let value = hex(&[7; 32]);
                it["pcrs"] = json!(format!("{{\"sha256\":{{\"0\":\"{value}\",\"0\":\"{value}\"}}}}"));
            })
            .refused(Code::JsonDuplicateKey, "pcrs"),
        case("registers/index-32", "p256", "tpm.pcr.values", "there is no PCR 32")
            .edit(|it| it["pcrs"] = json!({"sha256": {"32": hex(&[7; 32])}}))
            .source("GHSA-gf8g-2r5c-74c7, GHSA-xqrv-v8rj-v8xw")
            .refused(Code::TpmPcrLayout, "pcrs"),
    ]
}
