//! Signatures of requests: who calls, that nothing was changed on the way, and that it is not a replay.
//!
//! ```text
//! RPC   HMAC-SHA1 under secret ‖ "&" over  METHOD & %2F & encoded(name=value&… sorted by name)
//! ACS3  HMAC-SHA256 under the secret over  "ACS3-HMAC-SHA256" LF SHA-256(canonical request) in hex
//!       canonical request = METHOD LF path LF query LF headers LF LF signed headers LF SHA-256(body) in hex
//! ```
//! HMAC-SHA1 is what the clients of this interface use; its weakness is that of collisions, which a MAC
//! does not rest on.

use std::collections::HashSet;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use axum::http::{HeaderMap, Method, StatusCode, header};
use veriquote::UnixTime;
use veriquote::bytes::{from_hex, to_hex};
use veriquote_http::percent_encode;

use super::answer::Refusal;
use super::parameters::Parameters;
use crate::encoding::from_base64;

/// A request as it is signed.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'r> {
    /// Its method.
    pub method: &'r Method,
    /// Its headers.
    pub headers: &'r HeaderMap,
    /// Its parameters, of address and form.
    pub parameters: &'r Parameters,
    /// The parameters of its address alone.
    pub query: &'r Parameters,
    /// Its body.
    pub body: &'r [u8],
}

/// What a signature is of, before it is checked.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// `AccessKeyId`.
    pub key_id: String,
    /// When it was made, as it says.
    pub at: UnixTime,
    /// What tells it from every other of this key.
    pub nonce: String,
    /// The action.
    pub action: String,
    /// The interface's version.
    pub version: String,
    message: Vec<u8>,
    tag: Vec<u8>,
    scheme: Scheme,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Rpc,
    Acs3,
}

const ACS3: &str = "ACS3-HMAC-SHA256";

/// Headers that an ACS3 signature must cover.
const COVERED: [&str; 6] =
    ["host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"];

impl Claimed {
    /// Reads the signature of a request; `None` when it has none.
    ///
    /// # Errors
    /// A signature of another scheme, or one that does not say what it must.
    pub fn read(request: Signed<'_>) -> Result<Option<Self>, Refusal> {
        if let Some(authorization) = request.headers.get(header::AUTHORIZATION) {
            let text = authorization.to_str().unwrap_or_default();
            return Self::acs3(request, text).map(Some);
        }
        if request.parameters.get("Signature").is_some() {
            return Self::rpc(request).map(Some);
        }
        Ok(None)
    }

    fn rpc(request: Signed<'_>) -> Result<Self, Refusal> {
        let parameters = request.parameters;
        if parameters.required("SignatureMethod")? != "HMAC-SHA1" {
            return Err(Refusal::parameter("SignatureMethod", "HMAC-SHA1 is expected"));
        }
        if parameters.required("SignatureVersion")? != "1.0" {
            return Err(Refusal::parameter("SignatureVersion", "1.0 is expected"));
        }
        no_token(parameters.get("SecurityToken").is_some())?;
        let pairs: Vec<String> = parameters.sorted_without("Signature").map(encoded).collect();
        let message = format!("{}&%2F&{}", request.method, percent_encode(&pairs.join("&")));
        Ok(Self {
            key_id: parameters.required("AccessKeyId")?.to_owned(),
            at: time(parameters.required("Timestamp")?)?,
            nonce: nonce(parameters.required("SignatureNonce")?)?,
            action: parameters.required("Action")?.to_owned(),
            version: parameters.required("Version")?.to_owned(),
            message: message.into_bytes(),
            tag: from_base64(parameters.required("Signature")?).map_err(|_| does_not_match())?,
            scheme: Scheme::Rpc,
        })
    }

    fn acs3(request: Signed<'_>, authorization: &str) -> Result<Self, Refusal> {
        let wrong = |message: &str| Refusal::new(StatusCode::BAD_REQUEST, "InvalidAuthorization", message);
        let rest = authorization
            .strip_prefix(ACS3)
            .ok_or_else(|| wrong("the scheme ACS3-HMAC-SHA256 is expected"))?;
        let part = |name: &str| {
            let mut parts = rest.split(',').filter_map(|part| part.trim().split_once('='));
            parts.find(|(found, _)| *found == name).map(|(_, value)| value)
        };
        let (Some(key_id), Some(names), Some(tag)) =
            (part("Credential"), part("SignedHeaders"), part("Signature"))
        else {
            return Err(wrong("Credential, SignedHeaders and Signature are expected"));
        };
        let names: Vec<&str> = names.split(';').collect();
        // A header named again and again would make of one request a message of any length.
        let unique: HashSet<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        if unique.len() != names.len() {
            return Err(wrong("SignedHeaders names a header twice"));
        }
        if let Some(missing) = COVERED.iter().find(|name| !names.contains(name)) {
            return Err(wrong(&format!("the signature must cover the header `{missing}`")));
        }
        let value = |name: &str| -> Result<String, Refusal> {
            let mut values: Vec<&str> = Vec::new();
            for value in request.headers.get_all(name) {
                values.push(value.to_str().map_err(|_| wrong("a header is not ASCII"))?.trim());
            }
            values.sort_unstable();
            if values.is_empty() {
                Err(wrong(&format!("there is no header `{name}`")))
            } else {
                Ok(values.join(","))
            }
        };
        no_token(request.headers.contains_key("x-acs-security-token"))?;
        let body = to_hex(digest(&SHA256, request.body).as_ref());
        if value("x-acs-content-sha256")? != body {
            return Err(does_not_match());
        }
        let mut headers = String::new();
        for name in &names {
            headers.push_str(&format!("{name}:{}\n", value(name)?));
        }
        let query: Vec<String> = request.query.sorted_without("").map(encoded).collect();
        let canonical =
            format!("{}\n/\n{}\n{headers}\n{}\n{body}", request.method, query.join("&"), names.join(";"));
        let message = format!("{ACS3}\n{}", to_hex(digest(&SHA256, canonical.as_bytes()).as_ref()));
        let action = value("x-acs-action")?;
        if request.parameters.get("Action").is_some_and(|named| named != action) {
            return Err(Refusal::parameter("Action", "the header and the parameter differ"));
        }
        Ok(Self {
            key_id: key_id.to_owned(),
            at: time(&value("x-acs-date")?)?,
            nonce: nonce(&value("x-acs-signature-nonce")?)?,
            action,
            version: value("x-acs-version")?,
            message: message.into_bytes(),
            tag: from_hex(tag.as_bytes()).map_err(|_| does_not_match())?,
            scheme: Scheme::Acs3,
        })
    }

    /// Whether the secret's holder made it, in constant time.
    ///
    /// # Errors
    /// `SignatureDoesNotMatch`.
    pub fn verify(&self, secret: &str) -> Result<(), Refusal> {
        let key = match self.scheme {
            Scheme::Rpc => {
                hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, format!("{secret}&").as_bytes())
            }
            Scheme::Acs3 => hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
        };
        hmac::verify(&key, &self.message, &self.tag).map_err(|_| does_not_match())
    }

    /// The name under which its nonce is remembered.
    #[must_use]
    pub fn replay_id(&self) -> String {
        let text = format!("{}\n{}", self.key_id, self.nonce);
        format!("rpc:{}", to_hex(digest(&SHA256, text.as_bytes()).as_ref()))
    }
}

/// A signature that is not right; what was expected is not told.
fn does_not_match() -> Refusal {
    let message = "the signature is not that of this request under this access key";
    Refusal::new(StatusCode::BAD_REQUEST, "SignatureDoesNotMatch", message)
}

fn no_token(given: bool) -> Result<(), Refusal> {
    if !given {
        return Ok(());
    }
    let message = "temporary credentials are not known here";
    Err(Refusal::new(StatusCode::BAD_REQUEST, "InvalidSecurityToken", message))
}

fn encoded((name, value): (&str, &str)) -> String {
    format!("{}={}", percent_encode(name), percent_encode(value))
}

fn time(text: &str) -> Result<UnixTime, Refusal> {
    UnixTime::parse_rfc3339_utc(text).ok_or_else(|| {
        let message = "the time is to be of the form 2026-01-02T03:04:05Z";
        Refusal::new(StatusCode::BAD_REQUEST, "InvalidTimeStamp.Format", message)
    })
}

fn nonce(text: &str) -> Result<String, Refusal> {
    if (8..=128).contains(&text.len()) {
        return Ok(text.to_owned());
    }
    let message = "the nonce has 8 to 128 characters";
    Err(Refusal::new(StatusCode::BAD_REQUEST, "InvalidSignatureNonce", message))
}
