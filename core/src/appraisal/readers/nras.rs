//! NVIDIA Remote Attestation Service: a detached bundle `[["JWT", overall], {"GPU-0": jwt, …}]`.
//!
//! The overall token holds, for each submodule, the SHA-256 of its compact JWT as it stands in the bundle
//! (RFC 9711 §4.2.18.2). Four things have to hold together: each token's own signature, each digest, the
//! two lists of names, and every result. The service signs failures as well as successes.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::{ReadOptions, Unauthenticated, finish, registered};
use crate::appraisal::members::{Members, contradiction, unexpected};
use crate::appraisal::{Appraisal, Environment, OwnToken, RawClaim, Tee, Value};
use crate::bytes::{constant_time_eq, from_hex};
use crate::check::{Check, Failure, Trace, rules};
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{Node, Strictness, Value as Json, parse};
use crate::jwt::checks;
use crate::jwt::{AuthenticToken, Expectations, Expected, KeySet, Token, verify};
use crate::limits;
use crate::time::{UnixTime, Window};

rules! {
    /// What a bundle's verification adds to those of its tokens.
    pub BUNDLE_RULES of rules;

    BUNDLE = "token.bundle", "the bundle is one overall token and its submodules' tokens", "RFC 9711, 5";
    SUBMODULES = "token.bundle.submodules",
        "the submodules' tokens are those whose digests the overall token signs, no more and no fewer",
        "RFC 9711, 4.2.18.2";
}

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

    /// Verifies every token of the bundle with the caller's keys at `now`, and that they belong together.
    ///
    /// Algorithms, `typ`, issuer, audience, profile and times are expected of every token. Subject, nonce and
    /// required claims are expected of the overall token alone, for real submodules have no subject; that they
    /// have the overall token's nonce is seen to when the bundle is appraised.
    ///
    /// # Errors
    /// The first token that does not verify, with the checks up to it; the part begins with `overall` or
    /// the submodule's name. `token.submodule` when a digest or the list of names differs.
    pub fn authenticate(
        &self,
        keys: &KeySet,
        expectations: &Expectations,
        now: UnixTime,
    ) -> Result<AuthenticNrasBundle, Failure> {
        let mut trace = Trace::new();
        trace.passed(BUNDLE, [Fact::count("submodules", self.submodules.len())]);
        match self.verify_all(keys, expectations, now, &mut trace) {
            Ok((overall, submodules)) => {
                Ok(AuthenticNrasBundle { overall, submodules, checks: trace.into_checks() })
            }
            Err(error) => Err(trace.fail(error)),
        }
    }

    fn verify_all(
        &self,
        keys: &KeySet,
        expectations: &Expectations,
        now: UnixTime,
        trace: &mut Trace,
    ) -> Result<(AuthenticToken, Vec<(NrasSubmodule, AuthenticToken)>), Error> {
        let mut one = |token: &str, name: &str, expectations: &Expectations| {
            let verified = verify(token.as_bytes(), keys, expectations, now);
            let checks = match &verified {
                Ok(token) => token.checks(),
                Err(failure) => &failure.checks,
            };
            trace.extend(&of_token(checks, name));
            verified.map_err(|failure| failure.error.inside(name))
        };
        let overall = one(&self.overall, OVERALL, expectations)?;
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
        let announced = overall_claims(&overall.claims())
            .and_then(|(_, _, announced)| self.belong_together(&announced, keys.provider()));
        trace.apply(SUBMODULES, announced.map_err(|error| error.inside("claims")))?;
        Ok((overall, submodules))
    }

    /// The announced names are those that are here, each with the digest of its token.
    fn belong_together(&self, announced: &Announced, provider: &dyn CryptoProvider) -> Result<(), Error> {
        for (name, digest) in announced {
            let Some(submodule) = self.submodules.iter().find(|submodule| submodule.name == *name) else {
                return Err(submodule_error(name, "announced and not given"));
            };
            let hash = provider.hash(HashAlgorithm::Sha256, &[submodule.token.as_bytes()]);
            if !constant_time_eq(hash.as_slice(), digest) {
                return Err(submodule_error(name, "another token than the one whose digest is signed"));
            }
        }
        let announced =
            |submodule: &&NrasSubmodule| announced.iter().any(|(name, _)| *name == submodule.name);
        match self.submodules.iter().find(|submodule| !announced(submodule)) {
            Some(extra) => Err(submodule_error(&extra.name, "given and not announced")),
            None => Ok(()),
        }
    }

    /// What the bundle says, with digests, names and results checked and no signature.
    ///
    /// # Errors
    /// As for verified bundles, and those of [`Token::parse`].
    pub fn appraise_unauthenticated(
        &self,
        provider: &dyn CryptoProvider,
        options: ReadOptions,
    ) -> Result<Unauthenticated<Appraisal>, Error> {
        let overall = Token::parse(self.overall.as_bytes()).map_err(|error| error.inside("overall"))?;
        let overall = overall.unauthenticated_claims().map_err(|error| error.inside("overall"))?;
        let mut tokens = Vec::with_capacity(self.submodules.len());
        for submodule in &self.submodules {
            let token = Token::parse(submodule.token.as_bytes());
            tokens.push((submodule, token.map_err(|error| error.inside(&submodule.name))?));
        }
        let mut parts = Vec::with_capacity(tokens.len());
        for (submodule, token) in &tokens {
            let claims = token.unauthenticated_claims().map_err(|error| error.inside(&submodule.name))?;
            parts.push((submodule.name.as_str(), claims));
        }
        let together =
            overall_claims(&overall).and_then(|(_, _, announced)| self.belong_together(&announced, provider));
        together.map_err(|error| error.inside("claims"))?;
        appraise(&overall, &parts, options).map(Unauthenticated)
    }
}

/// A bundle each of whose tokens was verified, and which belong together.
#[derive(Clone, Debug)]
pub struct AuthenticNrasBundle {
    overall: AuthenticToken,
    submodules: Vec<(NrasSubmodule, AuthenticToken)>,
    checks: Vec<Check>,
}

impl AuthenticNrasBundle {
    /// The overall token.
    #[must_use]
    pub const fn overall(&self) -> &AuthenticToken {
        &self.overall
    }

    /// Each submodule's name and token, in the order of the bundle.
    pub fn submodules(&self) -> impl ExactSizeIterator<Item = (&str, &AuthenticToken)> {
        self.submodules.iter().map(|(submodule, token)| (submodule.name.as_str(), token))
    }

    /// The ledger of all tokens; the fact `token` of a line says whose it is.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Between which times every token of the bundle holds.
    #[must_use]
    pub fn window(&self) -> Window {
        let submodules = self.submodules.iter().map(|(_, token)| token.window());
        submodules.fold(self.overall.window(), Window::intersect)
    }

    /// Holds names, issuers, nonces and results together.
    ///
    /// # Errors
    /// `token.dialect` when `options` ask for claims of another service, `token.failed`,
    /// `token.contradiction`, `token.claim`.
    pub fn appraise(&self, options: ReadOptions) -> Result<Appraisal, Error> {
        let parts: Vec<_> = self.submodules().map(|(name, token)| (name, token.claims())).collect();
        appraise(&self.overall.claims(), &parts, options)
    }
}

/// One token's ledger as part of a bundle's. What is expected of the overall token alone is no rule for the
/// others, and none that was left out.
fn of_token(checks: &[Check], name: &str) -> Vec<Check> {
    let alone = [checks::SUBJECT, checks::NONCE, checks::REQUIRED];
    let mut checks = checks.to_vec();
    checks.retain(|check| name == OVERALL || !alone.contains(&check.rule));
    for check in &mut checks {
        check.facts.push(Fact::string("token", name.into()));
    }
    checks
}

/// How errors and the ledger call the overall token.
const OVERALL: &str = "overall";

pub(super) fn fits(claims: &Node<'_>) -> bool {
    claims.get("x-nvidia-overall-att-result").is_some()
}

/// Reads a bundle whose tokens belong together: the overall claims, and each submodule's name and claims.
fn appraise(
    overall: &Node<'_>,
    submodules: &[(&str, Node<'_>)],
    options: ReadOptions,
) -> Result<Appraisal, Error> {
    let read = || {
        let dialect = super::Dialect::NvidiaRemoteAttestation;
        if let Some(other) = options.dialect.filter(|asked| *asked != dialect) {
            return Err(Error::new(Code::TokenDialect, "")
                .with(Fact::text("expected", other.as_str()))
                .with(Fact::text("actual", dialect.as_str())));
        }
        let (mut appraisal, result, announced) = overall_claims(overall)?;
        for (name, _) in &announced {
            let Some((_, claims)) = submodules.iter().find(|(given, _)| given == name) else {
                return Err(submodule_error(name, "announced and not given"));
            };
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
        appraisal.dialect = dialect;
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
        token: Some(OwnToken {
            issuer: own.issuer,
            subject: own.subject,
            audience: own.audience,
            token_id: own.token_id,
            profile: own.profile,
            times: own.times,
        }),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_has_one_of_two_names_and_32_bytes() {
        let read = |text: &str| {
            let node = parse(text.as_bytes(), Strictness::DOCUMENT).unwrap();
            digest(&node).is_some()
        };
        let hex = "ab".repeat(32);
        for name in ["SHA-256", "SHA256"] {
            assert!(read(&alloc::format!("[\"DIGEST\",[\"{name}\",\"{hex}\"]]")), "{name}");
        }
        for name in ["sha-256", "sha256", "SHA-384", "SHA-1", "SHA_256", ""] {
            assert!(!read(&alloc::format!("[\"DIGEST\",[\"{name}\",\"{hex}\"]]")), "{name}");
        }
        for (kind, hex) in [("JWT", &*hex), ("DIGEST", &hex[2..]), ("DIGEST", "zz"), ("DIGEST", "")] {
            assert!(!read(&alloc::format!("[\"{kind}\",[\"SHA-256\",\"{hex}\"]]")), "{kind} {hex}");
        }
        assert!(!read("[\"DIGEST\",[\"SHA-256\"]]") && !read("[\"DIGEST\"]") && !read("{}"));
    }
}
