//! Challenges that are not answered.

use serde_json::json;
use veriquote::Code;

use crate::tpm::case::{Case, case};

pub(super) fn all() -> Vec<Case> {
    let nonce = |name: &str, note: &str, nonce: &'static str| {
        case(&format!("binding/{name}"), "p256", "tpm.nonce", note)
            .edit(move |it| it["options"]["nonce"] = json!(nonce))
    };
    vec![
        nonce("other", "another challenge: a replay", "00112233445566778899aabbccddeeff")
            .refused(Code::TpmNonce, "attest.extra_data"),
        nonce("prefix", "the challenge is a prefix of what was signed", "61206368616c6c656e6765")
            .refused(Code::TpmNonce, "attest.extra_data"),
        nonce(
            "longer",
            "what was signed is a prefix of the challenge",
            "61206368616c6c656e6765206f662074686520766572696669657220303030310000",
        )
        .refused(Code::TpmNonce, "attest.extra_data"),
        nonce("empty", "an empty challenge shows nothing", "").refused(Code::MisuseOptions, "options.nonce"),
        case("binding/unanswered", "p256", "tpm.nonce", "the quote carries no challenge at all")
            .attest(|it| it.extra_data.clear())
            .refused(Code::TpmNonce, "attest.extra_data"),
        case("binding/padded", "p256", "tpm.nonce", "the challenge, filled up with zeros")
            .attest(|it| it.extra_data.resize(50, 0))
            .refused(Code::TpmNonce, "attest.extra_data"),
        case("binding/none-given", "p256", "tpm.nonce", "no challenge, and not said that none is meant")
            .edit(|it| drop(it["options"].as_object_mut().map(|it| it.remove("nonce"))))
            .refused(Code::MisuseOptions, "options.nonce"),
        case("binding/both", "p256", "tpm.nonce", "a challenge, and none")
            .edit(|it| it["options"]["danger_no_nonce"] = json!(true))
            .refused(Code::MisuseOptions, "options.nonce"),
    ]
}
