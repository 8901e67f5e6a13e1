//! What must verify.

use serde_json::json;
use veriquote_forge::tpm::{PcrHash, Scheme, Selection};

use crate::tpm::case::{Case, case};

pub(super) fn all() -> Vec<Case> {
    let mut cases: Vec<Case> = [
        ("rsa", "rsassa-sha256"),
        ("pss", "rsapss-sha256"),
        ("sha1", "rsassa-sha1"),
        ("p256", "ecdsa-sha256"),
        ("p384", "ecdsa-sha384"),
        ("unified", "ecdsa-sha256"),
    ]
    .into_iter()
    .map(|(base, _)| {
        case(&format!("valid/{base}"), base, "tpm.quote.signature", "a valid machine, unchanged").verified(&[
            ("/ak/route", json!("pinned")),
            ("/ak/assurance", json!("attributes_checked")),
            ("/quote/fresh", json!(true)),
        ])
    })
    .collect();
    cases.extend([
        case("valid/pss-maximum-salt", "pss", "tpm.quote.signature", "PSS with the longest salt that fits")
            .forge(|it| it.scheme = Scheme::PssMaximum)
            .verified(&[("/ak/route", json!("pinned"))]),
        case("valid/certified", "p256", "tpm.ak.chain", "a key that its certificate vouches for")
            .certified()
            .verified(&[("/ak/route", json!("certificate")), ("/ak/assurance", json!("attributes_checked"))]),
        case("valid/certificate-alone", "rsa", "tpm.ak.chain", "a certificate without the public area")
            .certified()
            .edit(|it| drop(it.as_object_mut().map(|it| it.remove("ak"))))
            .verified(&[("/ak/route", json!("certificate")), ("/ak/assurance", json!("key_only"))]),
        case("valid/bare-key", "rsa", "tpm.ak.attributes", "a bare key gives a visibly lower assurance")
            .edit(|it| {
                let key = veriquote_forge::tpm::RsaKey::First.spki();
                it["ak"] = json!(veriquote_forge::pem("PUBLIC KEY", &key));
            })
            .rejected(
                &["tpm.ak_routes"],
                &[("/ak/route", json!("bare_key")), ("/ak/assurance", json!("key_only"))],
            ),
        case("valid/name-pinned", "p256", "tpm.ak.trust", "the Name alone is what the verifier keeps")
            .edit(|it| {
                let forge = veriquote_forge::tpm::TpmForge::p256();
                it["options"]["ak_name"] = json!(veriquote_forge::hex(&forge.public.name()));
            })
            .verified(&[("/ak/route", json!("pinned"))]),
        case("valid/parent-known", "p256", "tpm.qualified_signer", "the signer stands under its hierarchy")
            .edit(|it| it["options"]["ak_parent"] = json!("4000000b"))
            .verified(&[("/clock/counters", json!("clear"))]),
        case(
            "valid/two-banks-reversed",
            "unified",
            "tpm.pcr.digest",
            "values are hashed in the list's order",
        )
        .forge(|it| it.selections.reverse())
        .verified(&[("/quote/fresh", json!(true))]),
        case("valid/one-register", "p256", "tpm.pcr.digest", "a selection of PCR 10 alone")
            .forge(|it| it.selections = vec![Selection::of(PcrHash::Sha256, &[10])])
            .rejected(&["ima.boot_aggregate"], &[("/quote/selection", json!({"sha256": [10]}))]),
        case("valid/two-byte-bitmap", "p256", "tpm.pcr.selection", "sizeofSelect may be two")
            .forge(|it| it.selections = vec![Selection { bank: 0xb, bitmap: vec![1, 4] }])
            .rejected(&["ima.boot_aggregate"], &[("/quote/selection", json!({"sha256": [0, 10]}))]),
        case("valid/sha384-over-sha256-bank", "p384", "tpm.pcr.digest", "hashed by the scheme, not the bank")
            .verified(&[("/quote/scheme", json!("ecdsa-sha384"))]),
        case(
            "valid/values-by-index",
            "p256",
            "tpm.pcr.values",
            "PCR values as JSON; unquoted ones are left out",
        )
        .edit(|it| {
            let forge = veriquote_forge::tpm::TpmForge::p256();
            it["pcrs"] = serde_json::from_str(&forge.pcrs().json()).expect("JSON");
        })
        .verified(&[("/quote/selection/sha256/14", json!(14)), ("/pcrs/sha1", json!(null))]),
        case("valid/plain-signature", "rsa", "tpm.quote.signature", "a plain signature, its scheme named")
            .tamper(|it| drop(it.signature.drain(..6)))
            .edit(|it| it["options"]["signature_scheme"] = json!("rsassa:sha256"))
            .verified(&[("/quote/scheme", json!("rsassa-sha256"))]),
        case("valid/tpm2b-attest", "rsa", "tpm.attest.layout", "TPM2B_ATTEST in place of TPMS_ATTEST")
            .tamper(|it| {
                let size = (it.attest.len() as u16).to_be_bytes();
                drop(it.attest.splice(..0, size));
            })
            .verified(&[("/quote/fresh", json!(true))]),
        case("valid/tpmt-public", "rsa", "tpm.ak.trust", "TPMT_PUBLIC in place of TPM2B_PUBLIC")
            .tamper(|it| drop(it.public.drain(..2)))
            .verified(&[("/ak/route", json!("pinned"))]),
        case(
            "valid/other-half",
            "p256",
            "tpm.quote.signature",
            "(r, n - s) is as good: signatures name nothing",
        )
        .signature(|it| {
            let raw: [u8; 64] = it.fields.concat().try_into().expect("64 bytes");
            let other = veriquote_forge::other_half(raw);
            it.fields = vec![other[..32].to_vec(), other[32..].to_vec()];
        })
        .verified(&[("/quote/fresh", json!(true))]),
        case("valid/name-sha384", "p384", "tpm.ak.name_algorithm", "a Name of 50 bytes, as SHA-384 gives it")
            .forge(|it| it.public.name_alg = PcrHash::Sha384.id())
            .edit(|it| it["options"]["ak_parent"] = json!("4000000b"))
            .source("keylime #1892")
            .verified(&[("/clock/counters", json!("clear"))]),
        case(
            "valid/signer-size-bytes",
            "p256",
            "tpm.attest.layout",
            "fields are found by their sizes, not by what they look like",
        )
        .attest(|it| it.qualified_signer = [&[0, 0xb, 0, 0x24][..], &[7; 30]].concat())
        .source("keylime #1892")
        .verified(&[("/quote/fresh", json!(true))]),
        case("valid/rebooted", "p256", "tpm.clock", "a reset since the last quote is told")
            .edit(|it| {
                it["options"]["previous"] = json!({
                    "clock": 599_000, "reset_count": 6, "restart_count": 3, "safe": true
                })
            })
            .verified(&[("/clock/continuity", json!("rebooted"))]),
        case("valid/resumed", "p256", "tpm.clock", "a resumption since the last quote is told")
            .forge(|it| it.clock.restart_count = 1)
            .edit(|it| {
                it["options"]["previous"] = json!({
                    "clock": 599_000, "reset_count": 7, "restart_count": 0, "safe": true
                })
            })
            .verified(&[("/clock/continuity", json!("resumed"))]),
        case("valid/went-back", "p256", "tpm.clock", "a clock that went back is told")
            .edit(|it| {
                it["options"]["previous"] = json!({
                    "clock": 600_001, "reset_count": 7, "restart_count": 0, "safe": true
                })
            })
            .rejected(&["tpm.clock_went_back"], &[("/clock/continuity", json!("went_back"))]),
        case("valid/no-nonce", "p256", "tpm.nonce", "recorded evidence, its age unknown, by name")
            .edit(|it| {
                drop(it["options"].as_object_mut().map(|it| it.remove("nonce")));
                it["options"]["danger_no_nonce"] = json!(true);
            })
            .rejected(&["tpm.fresh"], &[("/quote/fresh", json!(false))]),
    ]);
    cases
}
