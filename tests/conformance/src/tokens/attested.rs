//! What a relying party expects of the evidence that a token attests.

use serde_json::{Value, json};

use super::maker::{TokenCase, claims, header, request, sign, with};

type Answer = Option<(&'static str, &'static str)>;

const MR_TD: &str =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const HASH: &str = "1111111111111111111111111111111111111111111111111111111111111111";

/// A token of a trust domain, in the words of the documented service.
fn attesting(status: &Value, report: &Value) -> Value {
    let more = json!({
        "tee": "tdx",
        "tcb-status": status.to_string(),
        "evaluation-reports": [report],
        "customized_claims": { "init_data": null, "runtime_data": null },
    });
    let mut all = claims();
    for (name, value) in more.as_object().expect("an object") {
        all = with(all, &format!("/{name}"), value.clone());
    }
    all
}

fn status() -> Value {
    let report_data = "11".repeat(64);
    json!({
        "init_data": "00".repeat(48), "report_data": report_data,
        "tdx.quote.body.mr_td": MR_TD, "tdx.quote.body.report_data": report_data,
        "tdx.quote.body.mr_config_id": "00".repeat(48),
        "tdx.td_attributes.debug": false,
    })
}

fn report() -> Value {
    json!({ "policy-id": "default", "policy-hash": HASH })
}

fn everything() -> Value {
    json!({
        "tee": { "is": "tdx" }, "debug": "stated_off", "worst_status": "not_checked", "submodules": [],
        "policy_id": { "is": "default" }, "policy_hash": { "is": HASH },
        "measurements": { "mr_td": ["00", MR_TD] },
    })
}

/// The cases.
pub(super) fn all() -> Vec<TokenCase> {
    let source = "RFC 9334, 8.5";
    let good = || {
        with(request(&sign(&header(), &attesting(&status(), &report()))), "/options/attested", everything())
    };
    let expect = |member: &str, value: Value| with(good(), &format!("/options/attested/{member}"), value);
    let of = |status: &Value, report: &Value| {
        with(request(&sign(&header(), &attesting(status, report))), "/options/attested", everything())
    };
    let unmet = |part| Some(("token.expectation", part));
    let misuse = |part| Some(("misuse.options", part));
    let is = |text: &str| json!({ "is": text });
    let debug = with(status(), "/tdx.td_attributes.debug", json!(true));
    let silent = with(status(), "/tdx.td_attributes.debug", Value::Null);
    let unnamed = || request(&sign(&header(), &claims()));
    let list: Vec<(&'static str, &'static str, Value, Answer)> = vec![
        ("attested/everything", "everything expected and met", good(), None),
        ("attested/tee", "another kind", expect("tee", is("sgx")), unmet("tee")),
        ("attested/debug", "it can be debugged", of(&debug, &report()), unmet("debug")),
        ("attested/debug-silent", "nothing is said of debugging", of(&silent, &report()), unmet("debug")),
        (
            "attested/debug-silent-allowed",
            "nothing is said of debugging, and that is let pass",
            with(of(&silent, &report()), "/options/attested/debug", json!("not_stated_on")),
            None,
        ),
        (
            "attested/status",
            "a verdict where none is stated",
            expect("worst_status", is("warning")),
            unmet("status"),
        ),
        (
            "attested/submodule",
            "a part that is not there",
            expect("submodules", json!(["gpu0"])),
            unmet("submods"),
        ),
        ("attested/policy-id", "another policy", expect("policy_id", is("defaul")), unmet("policies")),
        (
            "attested/policy-hash",
            "another text of it",
            expect("policy_hash", is(&"11".repeat(31))),
            unmet("policies"),
        ),
        (
            "attested/policy-hash-null",
            "the hash is null",
            of(&status(), &with(report(), "/policy-hash", json!(null))),
            unmet("policies"),
        ),
        (
            "attested/measurement",
            "another value",
            expect("measurements", json!({ "mr_td": "aa".repeat(47) })),
            unmet("measurements"),
        ),
        (
            "attested/measurement-missing",
            "a name that is not there",
            expect("measurements", json!({ "mr_enclave": MR_TD })),
            unmet("measurements"),
        ),
        (
            "attested/nothing-attested",
            "a token that attests nothing",
            with(unnamed(), "/options/attested", everything()),
            Some(("token.dialect", "claims")),
        ),
        (
            "attested/dialect-other",
            "read as another service's",
            with(good(), "/options/dialect", json!("ita-v1")),
            Some(("token.claim", "claims.ver")),
        ),
        (
            "attested/dialect-named",
            "named rather than recognised",
            with(good(), "/options/dialect", json!("aliyun")),
            None,
        ),
        (
            "attested/dialect-none",
            "expected of claims that are not to be read",
            with(good(), "/options/dialect", json!("none")),
            misuse("options.dialect"),
        ),
        (
            "attested/dialect-unknown",
            "a dialect that there is not",
            with(good(), "/options/dialect", json!("ear2")),
            misuse("options.dialect"),
        ),
        (
            "attested/member-missing",
            "an expectation that is not stated",
            with(good(), "/options/attested/debug", Value::Null),
            misuse("options"),
        ),
        (
            "attested/empty-list",
            "no good value",
            expect("measurements", json!({ "mr_td": [] })),
            misuse("options.attested.measurements"),
        ),
    ];
    list.into_iter()
        .map(|(id, note, request, expected)| TokenCase { id, note, source, request, expected })
        .collect()
}
