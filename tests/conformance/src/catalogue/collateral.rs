//! The collateral file: DESIGN §5.

use crate::case::{Case, case};
use veriquote::Code;

pub(super) fn cases() -> Vec<Case> {
    let one = |name: &str, note: &str| case(&format!("collateral/{name}"), "sgx3", "DESIGN §5", note);
    let mut all = vec![
        one("not-json", "text that is not JSON")
            .file(|_| "collateral".into())
            .refused(Code::JsonSyntax, "collateral"),
        one("empty", "nothing").file(|_| String::new()).refused(Code::JsonSyntax, "collateral"),
        one("array", "a list").file(|text| format!("[{text}]")).refused(Code::MisuseOptions, "collateral"),
        one("duplicate", "a member twice")
            .file(|text| text.replacen('{', r#"{"pck_crl":"","#, 1))
            .refused(Code::JsonDuplicateKey, "collateral"),
        one("number", "a number in place of a list")
            .file(|text| replace_member(&text, "pck_crl", "7"))
            .refused(Code::MisuseOptions, "collateral.pck_crl"),
        one("signature-not-hex", "a signature that is not hex")
            .file(|text| replace_member(&text, "tcb_info_signature", "\"zz\""))
            .refused(Code::InputEncoding, "collateral.tcb_info_signature"),
        one("list-not-hex", "a list that is neither hex nor base64")
            .file(|text| replace_member(&text, "root_ca_crl", "\"?\""))
            .refused(Code::InputEncoding, "collateral.root_ca_crl"),
        one("list-base64", "a list in base64")
            .file(|text| replace_member(&text, "root_ca_crl", &crl(true)))
            .accepted(),
        one("list-pem", "a list in PEM")
            .file(|text| replace_member(&text, "root_ca_crl", &crl(false)))
            .accepted(),
        one("unknown-member", "a member that nobody knows")
            .file(|text| text.replacen('{', r#"{"version":3,"#, 1))
            .accepted(),
        one("pretty", "white space outside what is signed")
            .file(|text| text.replacen('{', " {\n ", 1) + "\n")
            .accepted(),
        one("bodies", "TCB info and identity as the service serves them")
            .file(|text| {
                let text = body(&text, "tcb_info", "tcbInfo");
                body(&text, "qe_identity", "enclaveIdentity")
            })
            .accepted(),
        one("tcb-info-too-large", "TCB info of more than 512 KiB")
            .file(|text| replace_member(&text, "tcb_info", &format!("\"{}\"", " ".repeat(524_289))))
            .refused(Code::LimitSize, "collateral.tcb_info"),
    ];
    for member in [
        "pck_crl_issuer_chain",
        "pck_crl",
        "root_ca_crl",
        "tcb_info_issuer_chain",
        "tcb_info",
        "tcb_info_signature",
        "qe_identity_issuer_chain",
        "qe_identity",
        "qe_identity_signature",
    ] {
        all.push(
            one(&format!("no-{member}"), "a member is missing")
                .source("Open Enclave: a missing identity fell back to constants")
                .file(|text| text.replacen(&format!("\"{member}\":"), "\"renamed\":", 1))
                .refused(Code::DcapCollateralMissing, &format!("collateral.{member}")),
        );
    }
    all
}

fn parse(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("the forge writes JSON")
}

fn replace_member(text: &str, member: &str, value: &str) -> String {
    let mut file = parse(text);
    file[member] = parse(value);
    file.to_string()
}

/// The root's list as a JSON string, in base64 or PEM.
fn crl(base64: bool) -> String {
    let pem = veriquote_forge::pem("X509 CRL", &veriquote_forge::Forge::sgx3().root_crl.der());
    let lines: Vec<_> = pem.lines().filter(|line| !line.starts_with('-')).collect();
    serde_json::Value::from(if base64 { lines.concat() } else { pem }).to_string()
}

/// Wraps a signed document with its signature.
fn body(text: &str, member: &str, inner: &str) -> String {
    let mut file = parse(text);
    let document = file[member].as_str().expect("a text").to_owned();
    let beside = format!("{member}_signature");
    let signature = file[&beside].as_str().expect("a text").to_owned();
    file.as_object_mut().expect("an object").remove(&beside);
    file[member] = format!("{{\"{inner}\":{document},\"signature\":\"{signature}\"}}").into();
    file.to_string()
}
