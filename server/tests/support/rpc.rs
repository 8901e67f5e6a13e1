//! A client of the RPC interface, which signs as its documentation says, with the forge's own HMAC.

use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use veriquote_forge::tpm::PcrHash;
use veriquote_forge::{hex, rfc3339, sha256};
use veriquote_server::config::{AccessKey, Role};

use super::{Answer, TestServer};

pub const SECRET: &str = "a-secret-of-many-random-bits";

/// Signs with one access key.
#[derive(Clone)]
pub struct Rpc<'s> {
    pub server: &'s TestServer,
    pub key: &'static str,
    pub secret: &'static str,
    /// Seconds by which the client's clock is wrong.
    pub skew: i64,
}

pub fn access_key(id: &str, account: &str, role: Role) -> AccessKey {
    let secret = Some(SECRET.to_owned().into());
    AccessKey { id: id.into(), secret, secret_file: None, account: account.into(), role }
}

impl<'s> Rpc<'s> {
    pub fn new(server: &'s TestServer, key: &'static str) -> Self {
        Self { server, key, secret: SECRET, skew: 0 }
    }

    pub fn nonce() -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        format!("nonce-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
    }

    /// The signed parameters of a call.
    pub fn sign(&self, action: &str, parameters: &[(&str, &str)], nonce: &str) -> Vec<(String, String)> {
        let time = rfc3339(self.server.state.now().0 + self.skew);
        let mut all: Vec<(String, String)> = [
            ("Action", action),
            ("Version", "2020-06-13"),
            ("Format", "json"),
            ("AccessKeyId", self.key),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("SignatureNonce", nonce),
            ("Timestamp", &time),
        ]
        .iter()
        .chain(parameters)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
        all.sort();
        let message = format!("POST&%2F&{}", encode(&joined(&all)));
        let tag = PcrHash::Sha1.hmac(format!("{}&", self.secret).as_bytes(), &[message.as_bytes()]);
        all.push(("Signature".to_owned(), STANDARD.encode(tag)));
        all
    }

    /// A call whose parameters are in its address.
    pub fn call(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.send(&self.sign(action, parameters, &Self::nonce()))
    }

    pub fn send(&self, parameters: &[(String, String)]) -> Answer {
        self.server.request("POST", &format!("/?{}", joined(parameters)), &[], "")
    }

    /// A call whose parameters are a form.
    pub fn call_form(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let form = joined(&self.sign(action, parameters, &Self::nonce()));
        self.server.post_text("/", &form, &[("Content-Type", "application/x-www-form-urlencoded")])
    }

    /// A call that must succeed.
    pub fn ok(&self, action: &str, parameters: &[(&str, &str)]) -> Value {
        let answer = self.call_form(action, parameters);
        assert_eq!(answer.status, 200, "{action}: {}", answer.body);
        answer.json()
    }

    /// The code with which a call is refused.
    pub fn refused(&self, action: &str, parameters: &[(&str, &str)]) -> (u16, String) {
        let answer = self.call_form(action, parameters);
        (answer.status, answer.json()["Code"].as_str().unwrap_or_default().to_owned())
    }

    /// A call with the newer scheme; `change` spoils what was signed.
    pub fn acs3(
        &self,
        action: &str,
        form: &str,
        change: impl FnOnce(&mut Vec<(String, String)>, &mut String),
    ) -> Answer {
        let host = self.server.address.to_string();
        let (digest, time) =
            (hex(&sha256(&[form.as_bytes()])), rfc3339(self.server.state.now().0 + self.skew));
        let mut headers: Vec<(String, String)> = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("host", &host),
            ("x-acs-action", action),
            ("x-acs-content-sha256", &digest),
            ("x-acs-date", &time),
            ("x-acs-signature-nonce", &Self::nonce()),
            ("x-acs-version", "2020-06-13"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        let canonical = format!("POST\n/\n\n{lines}\n{names}\n{digest}");
        let message = format!("ACS3-HMAC-SHA256\n{}", hex(&sha256(&[canonical.as_bytes()])));
        let tag = hex(&PcrHash::Sha256.hmac(self.secret.as_bytes(), &[message.as_bytes()]));
        let authorization =
            format!("ACS3-HMAC-SHA256 Credential={},SignedHeaders={names},Signature={tag}", self.key);
        headers.push(("authorization".to_owned(), authorization));
        let mut form = form.to_owned();
        change(&mut headers, &mut form);
        headers.retain(|(name, _)| name != "host");
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.server.post_text("/", &form, &headers)
    }
}

pub fn joined(parameters: &[(String, String)]) -> String {
    let pairs: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

/// RFC 3986, section 2.3.
pub fn encode(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
