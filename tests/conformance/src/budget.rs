//! Chains that are walked with a budget of signatures, as data: the one bound that no quote reaches, since
//! its chains have a fixed length.

use serde_json::{Value, json};
use veriquote::Code;
use veriquote_forge::{Forge, Role, hex, pem, rfc3339};

/// `tests/vectors/dcap/signature-budget.json`: a PCK chain, leaf first, under budgets that suffice or not.
#[must_use]
pub fn file() -> Value {
    let forge = Forge::sgx3();
    let chain = forge.chain(&[Role::Pck, Role::PckCa, Role::Root]);
    let root = pem("CERTIFICATE", &forge.root.der());
    let lists = [hex(&forge.pck_crl.der()), hex(&forge.root_crl.der())];
    let walk = |name: &str, note: &str, signatures: u32, lists: &[String], code: Option<Code>| {
        json!({
            "id": format!("signature-budget/{name}"),
            "note": note,
            "chain": chain,
            "root": root,
            "lists": lists,
            "at": rfc3339(forge.now),
            "signatures": signatures,
            "expected": match code {
                None => json!({ "result": "verified" }),
                Some(code) => json!({ "result": "refused", "code": code.as_str() }),
            },
        })
    };
    let limit = Some(Code::LimitSignatures);
    json!({ "walks": [
        walk("enough", "two certificates, two signatures", 2, &[], None),
        walk("one-too-few", "two certificates, one signature", 1, &[], limit),
        walk("none", "no signature at all", 0, &[], limit),
        walk("enough-with-lists", "two certificates and their lists", 4, &lists, None),
        walk("one-too-few-with-lists", "the last list is one too many", 3, &lists, limit),
    ] })
}
