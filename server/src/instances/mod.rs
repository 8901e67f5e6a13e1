//! Machines with a TPM: they enrol, report, and are held against what they were at first.
//!
//! The interface is that of the documented service for trusted instances: RPC calls to `/`, version 2020-06-13,
//! with its signatures. What `FileData` holds is not public there, and is our own form here
//! (`docs/instances.md`). Verification is the core's alone; what lives here is memory and decisions of people.

mod answer;
mod authority;
mod describe;
mod enrol;
mod events;
mod parameters;
mod put;
mod record;
mod register;
mod report;
mod roots;
mod signature;
mod stateless;

use std::collections::BTreeMap;
use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::post;
use http_body_util::{BodyExt as _, Limited};
use veriquote::bytes::to_hex;
use veriquote::{TrustAnchor, TrustAnchors, UnixTime};
use zeroize::Zeroizing;

pub use authority::{Authority, AuthorityError};
pub use roots::roots_for;

use crate::StartError;
use crate::State;
use crate::config::{InstancesConfig, Role, Secret};
use crate::http::{media_type, request_id};
use answer::{Answer, Refusal, json};
use parameters::Parameters;
use signature::{Claimed, Signed};

/// What the interface needs beside the store.
pub struct Instances {
    keys: BTreeMap<String, Access>,
    ek_roots: TrustAnchors,
    authority: Authority,
    continuation_key: Zeroizing<String>,
}

struct Access {
    secret: Secret,
    account: String,
    role: Role,
}

/// Who calls.
#[derive(Clone, Debug)]
struct Caller {
    key_id: String,
    account: String,
}

/// The version of the interface.
const VERSION: &str = "2020-06-13";

/// The longest head that a report may make: what fits into an address.
pub const ADDRESS_BYTES: usize = 72 * 1024;

impl Instances {
    /// Reads secrets and roots; `seed` makes the key that seals where lists ended.
    ///
    /// # Errors
    /// Files that cannot be read.
    pub fn new(config: &InstancesConfig, authority: Authority, seed: &[u8]) -> Result<Self, StartError> {
        let mut keys = BTreeMap::new();
        for key in &config.access_keys {
            let secret = match (&key.secret, &key.secret_file) {
                (Some(secret), _) => secret.clone(),
                (None, Some(path)) => secret_of(path)?,
                (None, None) => return Err(StartError(format!("the access key `{}` has no secret", key.id))),
            };
            keys.insert(key.id.clone(), Access { secret, account: key.account.clone(), role: key.role });
        }
        let mut roots: Vec<TrustAnchor> = Vec::new();
        for path in &config.ek_roots {
            let failed = |error: &dyn std::fmt::Display| StartError(format!("{}: {error}", path.display()));
            let text = std::fs::read(path).map_err(|error| failed(&error))?;
            let anchors = TrustAnchors::from_certificates(&text).map_err(|error| failed(&error))?;
            roots.extend(anchors.iter().cloned());
        }
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, seed);
        let tag = aws_lc_rs::hmac::sign(&key, b"veriquote IMA continuation 1");
        Ok(Self {
            keys,
            ek_roots: TrustAnchors::new(roots),
            authority,
            continuation_key: Zeroizing::new(to_hex(tag.as_ref())),
        })
    }
}

impl std::fmt::Debug for Instances {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Instances({} access keys)", self.keys.len())
    }
}

fn secret_of(path: &Path) -> Result<Secret, StartError> {
    let failed = |reason: &dyn std::fmt::Display| StartError(format!("{}: {reason}", path.display()));
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|error| failed(&error))?);
    let text = text.trim();
    if text.len() < 16 {
        return Err(failed(&"a secret has 16 characters at least"));
    }
    Ok(Secret::from(text.to_owned()))
}

/// The route of the interface, which is always at the root. Pages may be there, too, for who does not post.
pub fn routes() -> Router<State> {
    Router::new().route("/", post(call))
}

async fn call(Shared(state): Shared<State>, request: Request) -> Response {
    let id = request_id(request.headers()).unwrap_or_default();
    match answered(&state, request).await {
        Ok(members) => json(StatusCode::OK, members, &id),
        Err(refusal) => refusal.respond(&id),
    }
}

async fn answered(state: &State, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let body = whole(state, &parts.headers, body).await?;
    let form = std::str::from_utf8(&body).unwrap_or("%");
    let address = parts.uri.query().unwrap_or_default();
    let parameters = Parameters::read(address, form)?;
    let query = Parameters::read(address, "")?;
    let signed = Signed {
        method: &parts.method,
        headers: &parts.headers,
        parameters: &parameters,
        query: &query,
        body: &body,
    };
    let Some(claimed) = Claimed::read(signed)? else {
        return anonymous(state, &parts.method, &parts.headers, &parameters).await;
    };
    let caller = caller(state, &claimed).await?;
    version(&claimed.version)?;
    act(state, &caller, &claimed.action, &parameters).await
}

/// One action is for everybody, as in the documented service.
async fn anonymous(state: &State, _: &Method, headers: &HeaderMap, parameters: &Parameters) -> Answer {
    let of_header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let action = parameters.get("Action").or_else(|| of_header("x-acs-action"));
    if action != Some("VerifyMessage") {
        let message = "the request is not signed";
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, "MissingSignature", message));
    }
    version(parameters.get("Version").or_else(|| of_header("x-acs-version")).unwrap_or_default())?;
    stateless::verify_message(state, None, parameters).await
}

/// Who made the signature: a key that is known, a time that is near, a nonce that is new.
async fn caller(state: &State, claimed: &Claimed) -> Result<Caller, Refusal> {
    let instances = state.instances();
    let access = instances.keys.get(&claimed.key_id).ok_or_else(|| {
        let message = "there is no such access key";
        Refusal::new(StatusCode::NOT_FOUND, "InvalidAccessKeyId.NotFound", message)
    })?;
    claimed.verify(access.secret.expose())?;
    let window = i64::from(state.config().instances.window_seconds);
    if state.now().since(claimed.at).abs() > window {
        let message = "the time of the request is too far from the service's";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "InvalidTimeStamp.Expired", message));
    }
    let until = UnixTime(claimed.at.0.saturating_add(window).saturating_add(1));
    if !state.store().use_challenge(&claimed.replay_id(), until).await? {
        let message = "this nonce was used before";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "SignatureNonceUsed", message));
    }
    if access.role == Role::Agent && !FOR_AGENTS.contains(&claimed.action.as_str()) {
        let message = "this access key may only enrol and report";
        return Err(Refusal::new(StatusCode::FORBIDDEN, "Forbidden.RAM", message));
    }
    Ok(Caller { key_id: claimed.key_id.clone(), account: access.account.clone() })
}

/// What machines do themselves.
const FOR_AGENTS: [&str; 6] =
    ["GenerateNonce", "GenerateAikcert", "ProduceAikcert", "RegisterMessage", "PutMessage", "VerifyMessage"];

async fn act(state: &State, caller: &Caller, action: &str, parameters: &Parameters) -> Answer {
    match action {
        "GenerateNonce" => enrol::generate_nonce(state, caller, parameters).await,
        "GenerateAikcert" => enrol::generate_aikcert(state, caller, parameters).await,
        "ProduceAikcert" => enrol::produce_aikcert(state, caller, parameters).await,
        "RegisterMessage" => register::register(state, caller, parameters).await,
        "UnregisterMessage" => register::unregister(state, caller, parameters).await,
        "PutMessage" => put::put(state, caller, parameters).await,
        "VerifyMessage" => stateless::verify_message(state, Some(caller), parameters).await,
        "DescribeInstance" => describe::instance(state, caller, parameters).await,
        "DescribeBoot" => describe::boot(state, caller, parameters).await,
        "DescribeEvents" => events::describe(state, caller, parameters).await,
        "TrustEvents" => events::trust(state, caller, parameters).await,
        "IgnoreEvents" => events::ignore(state, caller, parameters).await,
        _ => Err(Refusal::new(StatusCode::NOT_FOUND, "InvalidAction.NotFound", "there is no such action")),
    }
}

fn version(version: &str) -> Result<(), Refusal> {
    if version == VERSION {
        return Ok(());
    }
    let message = format!("the version of this interface is {VERSION}");
    Err(Refusal::new(StatusCode::BAD_REQUEST, "InvalidVersion", message))
}

/// The body: a form, or nothing.
async fn whole(state: &State, headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Refusal> {
    if headers.contains_key(header::CONTENT_ENCODING) {
        let message = "compressed bodies are not read here";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedContentEncoding", message));
    }
    let most = state.config().limits.body_bytes;
    let body = Limited::new(body, most).collect().await.map_err(|_| {
        let message = format!("the body ended early, or is longer than {most} bytes");
        Refusal::new(StatusCode::BAD_REQUEST, "InvalidBody", message)
    })?;
    let body = body.to_bytes().to_vec();
    let is_form = media_type(headers).is_some_and(|given| given == "application/x-www-form-urlencoded");
    if !body.is_empty() && !is_form {
        let message = "the body is a form: application/x-www-form-urlencoded";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message));
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use axum::routing::get;

    use super::*;

    #[test]
    fn a_page_may_be_at_the_same_path() {
        // Routes that overlap make the router panic.
        let page = Router::<State>::new().route("/", get(async || "a page"));
        assert!(page.merge(routes()).has_routes());
    }
}
