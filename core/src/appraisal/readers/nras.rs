//! NVIDIA Remote Attestation Service: a detached bundle `[["JWT", overall], {"GPU-0": jwt, …}]`.
//!
//! The overall token holds, for each submodule, the SHA-256 of its compact JWT as it stands in the bundle
//! (RFC 9711 §4.2.18.2). Four things have to hold together: each token's own signature, each digest, the
//! two lists of names, and every result. The service signs failures as well as successes.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{ReadOptions, Unauthenticated, finish, registered};
use crate::appraisal::members::{Members, contradiction, unexpected};
use crate::appraisal::{Appraisal, Environment, RawClaim, Tee, Value};
use crate::bytes::{constant_time_eq, from_hex};
use crate::check::Failure;
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{Node, Strictness, Value as Json, parse};
use crate::jwt::{AuthenticToken, Expectations, Expected, KeySet, verify};
use crate::limits;
use crate::time::UnixTime;

/// A bundle, cut into its tokens. Nothing in it is authentic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NrasBundle {
    overall: String,
    submodules: Vec<NrasSubmodule>,
}

/// One submodule's token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NrasSubmodule {
    /// Its name in the bundle, such as `GPU-0`.
    pub name: String,
    /// Its compact JWT.
    pub token: String,
}

impl NrasBundle {
    /// Cuts a bundle.
    ///
    /// # Errors
    /// `limit.size`, `limit.count`, `token.claim` when it is not of the form above, and those of the JSON
    /// reader.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        Self::read(text).map_err(|error| error.inside("bundle"))
    }

    fn read(text: &[u8]) -> Result<Self, Error> {
        if text.len() > limits::TOKEN_PAYLOAD_BYTES {
            return Err(
                Error::new(Code::LimitSize, "").with(Fact::count("maximum", limits::TOKEN_PAYLOAD_BYTES))
            );
        }
        let node = parse(text, Strictness::DOCUMENT)?;
        let Some([overall, submodules]) = node.items() else {
            return Err(unexpected("", &node, "an array of two"));
        };
        let token = match overall.items() {
            Some([kind, token]) if kind.text() == Some("JWT") => token.text(),
            _ => None,
        };
        let token = token.ok_or_else(|| unexpected("0", overall, "[\"JWT\", token]"))?;
        let members =
            submodules.members().ok_or_else(|| unexpected("1", submodules, "an object of tokens"))?;
        if members.len() > limits::TOKEN_ENVIRONMENTS {
            return Err(
                Error::new(Code::LimitCount, "1").with(Fact::count("maximum", limits::TOKEN_ENVIRONMENTS))
            );
        }
        let mut found = Vec::with_capacity(members.len());
        for member in members {
            let token = member.node.text().ok_or_else(|| unexpected("1", &member.node, "a compact token"))?;
            found.push(NrasSubmodule { name: member.name.to_string(), token: token.into() });
        }
        Ok(Self { overall: token.into(), submodules: found })
    }

    /// The overall token, not verified.
    #[must_use]
    pub fn unauthenticated_overall(&self) -> &str {
        &self.overall
    }

    /// The submodules' tokens, not verified.
    #[must_use]
    pub fn unauthenticated_submodules(&self) -> &[NrasSubmodule] {
        &self.submodules
    }

    /// Verifies every token of the bundle with the caller's keys at `now`.
    ///
    /// The expectations are those of the overall token. A submodule has no subject; its nonce and issuer
    /// are held against the overall token's when the bundle is appraised.
    ///
    /// # Errors
    /// The first token that does not verify, with the checks up to it; the part begins with `overall` or
    /// the submodule's name.
    pub fn authenticate(
        &self,
        keys: &KeySet,
        expectations: &Expectations,
        now: UnixTime,
    ) -> Result<AuthenticNrasBundle, Failure> {
        let one = |token: &str, name: &str, expectations: &Expectations| {
            verify(token.as_bytes(), keys, expectations, now)
                .map_err(|failure| Failure { error: failure.error.inside(name), checks: failure.checks })
        };
        let overall = one(&self.overall, "overall", expectations)?;
        let of_submodules = Expectations {
            subject: Expected::NotChecked,
            nonce: Expected::NotChecked,
            required_claims: Vec::new(),
            ..expectations.clone()
        };
        let mut submodules = Vec::with_capacity(self.submodules.len());
        for submodule in &self.submodules {
            let token = one(&submodule.token, &submodule.name, &of_submodules)?;
            submodules.push((submodule.clone(), token));
        }
        Ok(AuthenticNrasBundle { overall, submodules, keys: keys.clone() })
    }

    /// What the bundle says, with digests, names and results checked and no signature.
    ///
    /// # Errors
    /// As for verified bundles, and `input.encoding` for a token that is none.
    pub fn appraise_unauthenticated(
        &self,
        provider: &dyn CryptoProvider,
        options: ReadOptions,
    ) -> Result<Unauthenticated<Appraisal>, Error> {
        let overall = payload(&self.overall).map_err(|error| error.inside("bundle.overall"))?;
        let mut payloads = Vec::with_capacity(self.submodules.len());
        for submodule in &self.submodules {
            payloads.push(payload(&submodule.token).map_err(|error| error.inside(&submodule.name))?);
        }
        let node = parse(&overall, Strictness::DOCUMENT).map_err(|error| error.inside("bundle.overall"))?;
        let mut parts = Vec::with_capacity(payloads.len());
        for (submodule, payload) in self.submodules.iter().zip(&payloads) {
            let claims =
                parse(payload, Strictness::DOCUMENT).map_err(|error| error.inside(&submodule.name))?;
            parts.push((submodule, claims));
        }
        let parts: Vec<_> = parts.iter().map(|(submodule, claims)| (*submodule, claims)).collect();
        appraise(&node, &parts, provider, options).map(Unauthenticated)
    }
}

/// A bundle each of whose tokens was verified; whether they belong together is the next question.
#[derive(Clone, Debug)]
pub struct AuthenticNrasBundle {
    overall: AuthenticToken,
    submodules: Vec<(NrasSubmodule, AuthenticToken)>,
    keys: KeySet,
}

impl AuthenticNrasBundle {
    /// The overall token.
    #[must_use]
    pub const fn overall(&self) -> &AuthenticToken {
        &self.overall
    }

    /// Holds digests, names and results together.
    ///
    /// # Errors
    /// `token.submodule`, `token.failed`, `token.contradiction`, `token.claim`.
    pub fn appraise(&self, options: ReadOptions) -> Result<Appraisal, Error> {
        let claims: Vec<_> = self.submodules.iter().map(|(_, token)| token.claims()).collect();
        let parts: Vec<_> =
            self.submodules.iter().zip(&claims).map(|((submodule, _), claims)| (submodule, claims)).collect();
        appraise(&self.overall.claims(), &parts, self.keys.provider(), options)
    }
}

fn payload(token: &str) -> Result<Vec<u8>, Error> {
    let mut segments = token.split('.');
    let (_, payload, _, rest) = (segments.next(), segments.next(), segments.next(), segments.next());
    let decoded = payload.and_then(|payload| URL_SAFE_NO_PAD.decode(payload).ok());
    decoded.filter(|_| rest.is_none()).ok_or_else(|| Error::new(Code::InputEncoding, ""))
}

pub(super) fn fits(claims: &Node<'_>) -> bool {
    claims.get("x-nvidia-overall-att-result").is_some()
}

/// Reads a bundle whose tokens were each verified: the overall claims, and each submodule's token with its
/// claims.
fn appraise(
    overall: &Node<'_>,
    submodules: &[(&NrasSubmodule, &Node<'_>)],
    provider: &dyn CryptoProvider,
    options: ReadOptions,
) -> Result<Appraisal, Error> {
    let read = || {
        let (mut appraisal, result, announced) = overall_claims(overall)?;
        for (name, digest) in &announced {
            let Some((submodule, claims)) = submodules.iter().find(|(submodule, _)| submodule.name == *name)
            else {
                return Err(submodule_error(name, "announced and not given"));
            };
            let hash = provider.hash(HashAlgorithm::Sha256, &[submodule.token.as_bytes()]);
            if !constant_time_eq(hash.as_slice(), digest) {
                return Err(submodule_error(name, "another token than the one whose digest is signed"));
            }
            let before = appraisal.objections.len();
            let environment = device(claims, name, &mut appraisal)?;
            if result && appraisal.objections.len() > before {
                let path = alloc::format!("submods.{name}");
                appraisal.objections.push(contradiction(
                    path,
                    "the overall result is true",
                    "this one failed",
                ));
            }
            appraisal.environments.push(environment);
        }
        if let Some((extra, _)) = submodules
            .iter()
            .find(|(submodule, _)| !announced.iter().any(|(name, _)| *name == submodule.name))
        {
            return Err(submodule_error(&extra.name, "given and not announced"));
        }
        appraisal.dialect = super::Dialect::NvidiaRemoteAttestation;
        appraisal.payload = overall.raw.into();
        finish(appraisal, options)
    };
    read().map_err(|error| error.inside("claims"))
}

/// The overall token alone: what it announces is missing, which is an objection.
pub(super) fn read_overall(claims: &Node<'_>) -> Result<Appraisal, Error> {
    let (mut appraisal, _, announced) = overall_claims(claims)?;
    for (name, _) in announced {
        appraisal.objections.push(submodule_error(&name, "announced and not given"));
        let tee = device_kind(&name);
        appraisal.environments.push(Environment {
            name: Some(name),
            tee: Some(tee),
            ..Environment::default()
        });
    }
    Ok(appraisal)
}

type Announced = Vec<(String, Vec<u8>)>;

fn overall_claims(claims: &Node<'_>) -> Result<(Appraisal, bool, Announced), Error> {
    let mut claims = Members::of(claims, "")?;
    let mut appraisal = registered::take(&mut claims)?;
    appraisal.profile = claims.text("x-nvidia-ver")?.map(Into::into);
    appraisal.nonces = claims.texts("eat_nonce")?.unwrap_or_default();
    let result = claims.flag("x-nvidia-overall-att-result")?;
    let result = claims.required("x-nvidia-overall-att-result", result)?;
    if !result {
        appraisal.objections.push(Error::new(Code::TokenFailed, "x-nvidia-overall-att-result"));
    }
    let submods = claims.object("submods")?;
    let mut submods = claims.required("submods", submods)?;
    let mut announced = Vec::new();
    let names: Vec<&str> = submods.names().collect();
    if names.len() > limits::TOKEN_ENVIRONMENTS {
        return Err(
            Error::new(Code::LimitCount, "submods").with(Fact::count("maximum", limits::TOKEN_ENVIRONMENTS))
        );
    }
    for name in names {
        let path = submods.path(name);
        let Some(node) = submods.node(name) else { continue };
        let digest =
            digest(node).ok_or_else(|| unexpected(&path, node, "[\"DIGEST\", [\"SHA-256\", hex]]"))?;
        appraisal.unmapped.push(RawClaim { path, json: node.raw.into() });
        announced.push((name.to_string(), digest));
    }
    claims.keep_rest(&mut appraisal.unmapped);
    Ok((appraisal, result, announced))
}

/// `["DIGEST", ["SHA-256", hex]]`; NVIDIA's local tools write `SHA256`.
fn digest(node: &Node<'_>) -> Option<Vec<u8>> {
    let [kind, digest] = node.items()? else { return None };
    let [algorithm, hex] = digest.items()? else { return None };
    let known = kind.text() == Some("DIGEST") && matches!(algorithm.text(), Some("SHA-256" | "SHA256"));
    from_hex(hex.text()?.as_bytes()).ok().filter(|bytes| known && bytes.len() == 32)
}

fn submodule_error(name: &str, what: &'static str) -> Error {
    Error::new(Code::TokenSubmodule, alloc::format!("submods.{name}")).with(Fact::text("actual", what))
}

/// One submodule's claims, held against the overall token's issuer, nonce and times.
fn device(claims: &Node<'_>, name: &str, appraisal: &mut Appraisal) -> Result<Environment, Error> {
    let path = alloc::format!("submods.{name}");
    let mut claims = Members::of(claims, path.clone())?;
    let own = registered::take(&mut claims)?;
    if own.issuer != appraisal.issuer {
        let text = |issuer: &Option<String>| issuer.clone().unwrap_or_default();
        return Err(contradiction(claims.path("iss"), text(&own.issuer), text(&appraisal.issuer)));
    }
    let nonces = claims.texts("eat_nonce")?.unwrap_or_default();
    if nonces != appraisal.nonces {
        // A failed one has no nonce of its own.
        let failed = claims.peek(ERROR_DETAILS).is_some_and(|details| details.value != Json::Null);
        if !(failed && nonces.is_empty()) {
            return Err(contradiction(
                claims.path("eat_nonce"),
                nonces.join(","),
                appraisal.nonces.join(","),
            ));
        }
    }
    let mut environment = Environment {
        name: Some(name.into()),
        tee: Some(device_kind(name)),
        nonces,
        ..Environment::default()
    };
    gpu(&mut claims, &mut environment, &mut appraisal.objections)?;
    claims.keep_rest(&mut environment.unmapped);
    Ok(environment)
}

const ERROR_DETAILS: &str = "x-nvidia-error-details";

/// A device's claims: its results, its versions.
pub(super) fn gpu(
    claims: &mut Members<'_, '_>,
    environment: &mut Environment,
    objections: &mut Vec<Error>,
) -> Result<(), Error> {
    environment.hardware_model = claims.text("hwmodel")?.map(Into::into);
    environment.debug = registered::debug(claims)?;
    environment.secure_boot = claims.flag("secboot")?;
    let mut failed = false;
    // Left in what is kept: the details have a structure of their own.
    if let Some(details) = claims.peek(ERROR_DETAILS).filter(|details| details.value != Json::Null) {
        let mut error = Error::new(Code::TokenFailed, claims.path(ERROR_DETAILS)).at(details.offset);
        if let Some(code) = details.get("code").and_then(Node::unsigned) {
            error = error.with(Fact::number("code", code));
        }
        if let Some(message) = details.get("message").and_then(Node::text) {
            error = error.with(Fact::string("message", message.chars().take(200).collect()));
        }
        objections.push(error);
        failed = true;
    }
    match claims.text("measres")? {
        Some("success") => environment.measure("measres", Value::Text("success".into())),
        Some(other) => {
            environment.measure("measres", Value::Text(other.into()));
            let error = Error::new(Code::TokenFailed, claims.path("measres"));
            objections.push(error.with(Fact::string("actual", other.chars().take(64).collect())));
        }
        None if failed => {}
        None => {
            claims.required::<()>("measres", None)?;
        }
    }
    let names: Vec<&str> = claims.names().filter(|name| name.starts_with("x-nvidia-")).collect();
    for name in names {
        let Some(node) = claims.peek(name) else { continue };
        match &node.value {
            Json::Bool(flag) => {
                // Every flag that NVIDIA writes says that something holds.
                if !flag {
                    objections.push(Error::new(Code::TokenFailed, claims.path(name)).at(node.offset));
                }
                environment.measure(name.to_string(), Value::Flag(*flag));
            }
            _ if CHECKS.iter().any(|check| name.ends_with(check)) => {
                return Err(unexpected(&claims.path(name), node, "true or false"));
            }
            Json::String(text) => environment.measure(name.to_string(), Value::Text(text.to_string())),
            // Chains are kept whole; a certificate in another state than the good one is a failure whatever
            // the result says.
            _ => {
                let differs = |member: &str, good: &str| {
                    node.get(member)
                        .is_some_and(|state| state.value != Json::Null && state.text() != Some(good))
                };
                if differs("x-nvidia-cert-status", "valid") || differs("x-nvidia-cert-ocsp-status", "good") {
                    objections.push(Error::new(Code::TokenFailed, claims.path(name)).at(node.offset));
                }
                continue;
            }
        }
        claims.node(name);
    }
    Ok(())
}

/// Ends of the names of flags that say that a check passed.
const CHECKS: [&str; 14] = [
    "-chain-validated",
    "-arch-check",
    "-report-parsed",
    "-nonce-match",
    "-signature-verified",
    "-fwid-match",
    "-rim-fetched",
    "-schema-validated",
    "-version-match",
    "-measurements-available",
    "-index-no-conflict",
    "-measurements-match",
    "-certs-valid",
    "-cert-validated",
];

fn device_kind(name: &str) -> Tee {
    if name.to_ascii_lowercase().contains("switch") { Tee::NvidiaSwitch } else { Tee::NvidiaGpu }
}

/// `gpu_0`, `gpu_1`, … of the composite EAR profile.
pub(super) fn is_gpu_name(name: &str) -> bool {
    name.strip_prefix("gpu_")
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()))
}
