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
