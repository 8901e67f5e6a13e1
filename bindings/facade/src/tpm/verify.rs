//! The call: reads what was given, has the core verify it, and says what came of it.

use std::borrow::Cow;
use std::sync::Arc;

use veriquote::crypto::CryptoProvider;
use veriquote::encoding::decode_binary_or_text;
use veriquote::policy::{Policy, Verdict as Ruling};
use veriquote::tpm::{
    Attest, AttestBody, AuthenticQuote, Challenge, ClaimedPcrs, ClockInfo, Expectations, PcrSelection, Quote,
    Scheme, SignatureInput, TrustedAk,
};
use veriquote::{Code, Error, Fact, Failure};

use super::claims::{TpmClaims, banks};
use super::logs::Unsound;
use super::request::{ClockReading, TpmOptions, TpmRequest};
use super::{key, logs};
use crate::blob::Blob;
use crate::check::CheckLine;
use crate::document::Document;
use crate::problem::Problem;
use crate::verification::{Appraisal, Claims, NotChecked, Verification};

const EVIDENCE: &str = "tpm";

/// Verifies one quote: a [`TpmRequest`] as JSON in, a [`Verification`] as JSON out.
#[must_use]
pub fn verify_tpm_json(provider: Arc<dyn CryptoProvider>, request: &str) -> String {
    let result = match serde_json::from_str::<TpmRequest>(request) {
        Ok(request) => verify_tpm(provider.as_ref(), &request),
        Err(error) => Verification::failed(EVIDENCE, error.into(), Vec::new()),
    };
    serde_json::to_string(&result).unwrap_or_default()
}

/// Verifies one quote.
#[must_use]
pub fn verify_tpm(provider: &dyn CryptoProvider, request: &TpmRequest) -> Verification {
    let mut checks = Vec::new();
    match run(provider, request, &mut checks, None) {
        Ok(result) => result,
        Err(problem) => Verification::failed(EVIDENCE, problem, checks),
    }
}

/// Writes a policy that accepts a boot like this one, from evidence that is authentic: a document to be
/// read before it is used. The request's own policy is left out of account.
///
/// # Errors
/// Why the evidence is not authentic, or that there is no event log to learn from.
pub fn learn_tpm_policy(
    provider: &dyn CryptoProvider,
    request: &TpmRequest,
    name: &str,
) -> Result<String, Problem> {
    let mut request = request.clone();
    (request.options.policy, request.options.crypto_only) = (None, true);
    if request.event_log.is_none() {
        return Err(Problem::misuse(
            "event_log",
            "there is nothing to learn from without an event log",
            "give the log of a boot that is known to be good",
        ));
    }
    let mut learned = Learned { name, text: String::new() };
    run(provider, &request, &mut Vec::new(), Some(&mut learned))?;
    Ok(learned.text)
}

/// [`learn_tpm_policy`]: a [`TpmRequest`] as JSON in; the policy as the text of a JSON document out, or
/// `{"error": …}` with a [`Problem`].
#[must_use]
pub fn learn_tpm_policy_json(provider: &dyn CryptoProvider, request: &str, name: &str) -> String {
    let learned = serde_json::from_str::<TpmRequest>(request)
        .map_err(Problem::from)
        .and_then(|request| learn_tpm_policy(provider, &request, name));
    learned.unwrap_or_else(Problem::refused)
}

/// A policy in the making.
struct Learned<'n> {
    name: &'n str,
    text: String,
}

fn run(
    provider: &dyn CryptoProvider,
    request: &TpmRequest,
    checks: &mut Vec<CheckLine>,
    learned: Option<&mut Learned<'_>>,
) -> Result<Verification, Problem> {
    let options = &request.options;
    let nonce = nonce(options)?;
    let expectations = expectations(options, nonce.as_deref());
    let scheme = options.signature_scheme.as_deref().map(scheme).transpose()?;
    let attest = binary(&request.quote, "quote")?;
    let signature = binary(&request.signature, "signature")?;

    let key = request.ak.as_ref().map(key::public_key).transpose()?;
    let chain = key::Chain::of(options)?;
    let crls = chain.crls()?;
    let trusted = match (&key, options.ak_chain.is_some()) {
        (area, true) => key::certified(area.as_deref(), &chain, &crls, options, provider)?,
        (Some(key), false) => key::pinned(key, options, provider)?,
        (None, false) => {
            return Err(Problem::misuse(
                "ak",
                "no attestation key was given",
                "give the key that you trust, or options.ak_chain with options.roots that may vouch for it",
            ));
        }
    };
    let ak = trusted.map_err(|failure| failed(failure, checks))?;
    let signature = match scheme {
        None => SignatureInput::Tpmt(&signature),
        Some(scheme) => SignatureInput::Plain(&signature, scheme),
    };
    let policy = policy(options)?;
    let Some(document) = &request.pcrs else {
        if request.event_log.is_some() || request.ima_log.is_some() {
            return Err(Problem::misuse(
                "pcrs",
                "a log was given without the registers that could prove it",
                "give the PCR values that the quote covers",
            ));
        }
        let authentic = authenticate(&attest, signature, &ak, &expectations)
            .map_err(|failure| failed(failure, checks))?;
        checks.extend(authentic.checks().iter().map(CheckLine::from));
        let unknown = (!policy.crypto_only).then(unappraised);
        let open = left_open(options, false);
        return Ok(verified(TpmClaims::of(&authentic), std::mem::take(checks), open, unknown, None));
    };
    let claimed = pcr_values(document, &selection(&attest)).map_err(|error| Problem::from(&error))?;
    let bound = veriquote::tpm::verify(&attest, signature, &ak, &expectations, &claimed)
        .map_err(|failure| failed(failure, checks))?;
    checks.extend(bound.checks().iter().map(CheckLine::from));
    let list = logs::list_of(request, checks)?;
    let ima = logs::ima(list.as_deref(), &bound, request, checks)?;
    let log = logs::event_log_bytes(request, checks)?;
    let unsound = if learned.is_some() { Unsound::Tell } else { Unsound::Refuse };
    let boot = log
        .as_deref()
        .map(|log| logs::boot(log, &bound, &policy, ima.is_some(), unsound, checks))
        .transpose()?;
    let (boot, boot_claims) = boot.map(|boot| (boot.state, boot.claims)).unzip();
    let (ima, ima_claims) = ima.map(|ima| (ima.replayed, ima.claims)).unzip();
    if let (Some(learned), Some(boot)) = (learned, &boot) {
        learned.text = veriquote::policy::learn(learned.name, boot, ima.as_ref(), provider)?;
    }
    let pcrs = Some(banks(bound.pcrs()));
    let mut claims = TpmClaims { pcrs, boot: boot_claims, ima: ima_claims, ..TpmClaims::of(bound.quote()) };
    let mut open = left_open(options, true);
    open.extend(logs::left_open(request));
    let (error, appraisal) = match policy.accept_tpm_boot(bound, boot.as_ref(), ima.as_ref()) {
        Ok(accepted) => (None, accepted.appraisal().clone()),
        Err(rejection) => (Some(Problem::from(rejection.error)), rejection.appraisal),
    };
    // A list that was refused is not to be gone on from.
    if error.is_some()
        && let Some(ima) = &mut claims.ima
    {
        ima.continuation = None;
    }
    let silent = appraisal.findings.iter().filter(|finding| finding.verdict == Ruling::NotChecked);
    open.extend(silent.filter_map(|finding| meaning(finding.rule)));
    Ok(verified(claims, std::mem::take(checks), open, error, Some(Appraisal::from(&appraisal))))
}

/// The strict policy, the caller's, or none by name.
fn policy(options: &TpmOptions) -> Result<Policy, Problem> {
    let mut policy = match (&options.policy, options.crypto_only) {
        (Some(_), true) => {
            return Err(Problem::misuse(
                "options.policy",
                "policy and crypto_only exclude each other",
                "leave crypto_only out",
            ));
        }
        (Some(document), false) => Policy::from_json(&document.0)?,
        (None, true) => Policy::crypto_only(),
        (None, false) => Policy::strict(),
    };
    policy.boot.opaque_registers.extend(options.opaque.iter().map(|pcr| u32::from(*pcr)));
    policy.boot.quirks.extend(logs::quirks(options)?);
    Ok(policy)
}

/// An authentic quote whose registers nobody told: there is nothing to appraise.
fn unappraised() -> Problem {
    Problem {
        message: "the quote is authentic, but without the values of its registers no policy can accept it"
            .into(),
        help: "give the PCR values; crypto_only accepts whatever is authentic".into(),
        ..Problem::from(Error::new(Code::PolicyRejected, "pcrs"))
    }
}

/// What it means that the policy does not ask.
fn meaning(rule: &str) -> Option<NotChecked> {
    let why = match rule {
        "crypto_only" => "nothing is appraised: any key, any state of the machine passes",
        "tpm.pcrs" => "any state of the machine passes, whatever it booted; a policy can list good values",
        "tpm.ak_names" => "any key passes that is trusted; a policy can list Names",
        "tpm.firmware_versions" => "any firmware of the TPM passes",
        _ => return None,
    };
    Some(NotChecked { what: rule.to_owned(), why: why.to_owned() })
}

fn verified(
    claims: TpmClaims,
    checks: Vec<CheckLine>,
    not_checked: Vec<NotChecked>,
    error: Option<Problem>,
    appraisal: Option<Appraisal>,
) -> Verification {
    Verification {
        verified: true,
        accepted: error.is_none(),
        evidence: EVIDENCE.to_owned(),
        error,
        checks,
        claims: Some(Claims::Tpm(Box::new(claims))),
        appraisal,
        not_checked,
        horizons: Vec::new(),
        forecast: Vec::new(),
    }
}

pub(super) fn failed(failure: Failure, checks: &mut Vec<CheckLine>) -> Problem {
    checks.extend(failure.checks.iter().map(CheckLine::from));
    failure.error.into()
}

fn authenticate<'p>(
    attest: &[u8],
    signature: SignatureInput<'_>,
    ak: &TrustedAk<'p>,
    expectations: &Expectations<'_>,
) -> Result<AuthenticQuote<'p>, Failure> {
    let quote = match signature {
        SignatureInput::Tpmt(bytes) => Quote::parse(attest, bytes)?,
        SignatureInput::Plain(bytes, scheme) => Quote::parse_plain(attest, bytes, scheme)?,
    };
    quote.authenticate(ak, expectations)
}

/// The challenge, or its absence by name.
fn nonce(options: &TpmOptions) -> Result<Option<Vec<u8>>, Problem> {
    match (&options.nonce, options.danger_no_nonce) {
        (Some(digits), false) if digits.is_empty() => Err(Problem::misuse(
            "options.nonce",
            "an empty nonce shows no freshness",
            "give the challenge that the machine was sent; danger_no_nonce looks at recorded evidence",
        )),
        (Some(digits), false) => hex(digits, "options.nonce").map(Some),
        (None, true) => Ok(None),
        (Some(_), true) => Err(Problem::misuse(
            "options.nonce",
            "a nonce and danger_no_nonce exclude each other",
            "leave danger_no_nonce out: the nonce proves that the quote is fresh",
        )),
        (None, false) => Err(Problem::misuse(
            "options.nonce",
            "no nonce was given, and without one a quote may be a replay",
            "give the challenge that the machine was sent; danger_no_nonce looks at recorded evidence",
        )),
    }
}

fn expectations<'n>(options: &TpmOptions, nonce: Option<&'n [u8]>) -> Expectations<'n> {
    let challenge = nonce.map_or(Challenge::DangerAny, Challenge::Nonce);
    let mut expectations = Expectations::challenge(challenge);
    if options.allow_sha1 {
        expectations = expectations.danger_accept_sha1();
    }
    if let Some(ClockReading { clock, reset_count, restart_count, safe }) = options.previous {
        expectations = expectations.since(ClockInfo { clock, reset_count, restart_count, safe });
    }
    expectations
}

/// `rsassa:sha256`
fn scheme(text: &str) -> Result<Scheme, Problem> {
    use veriquote::tpm::AlgorithmId;
    let parts = text.split_once(':');
    let known = parts.and_then(|(algorithm, hash)| {
        Some(Scheme { algorithm: AlgorithmId::from_name(algorithm)?, hash: AlgorithmId::from_name(hash)? })
    });
    known.ok_or_else(|| {
        Problem::misuse(
            "options.signature_scheme",
            format!("`{text}` is no signature scheme"),
            "write rsassa, rsapss or ecdsa, a colon and the hash, such as rsassa:sha256",
        )
    })
}

/// What the quote claims to cover, which tells what bare values are values of; nothing when it does not
/// parse, which the verification will say.
fn selection(attest: &[u8]) -> PcrSelection {
    match Attest::parse(attest).as_ref().map(Attest::unauthenticated_body) {
        Ok(AttestBody::Quote { selection, .. }) => selection.clone(),
        _ => PcrSelection::default(),
    }
}

/// Values by bank and index as JSON, or a file of tpm2-tools.
fn pcr_values(document: &Document, selection: &PcrSelection) -> Result<ClaimedPcrs, Error> {
    let text = document.0.trim_ascii();
    if text.first() == Some(&b'{') {
        return json_values(text);
    }
    let bytes = decoded(&document.0).map_err(|error| error.inside("pcrs"))?;
    ClaimedPcrs::from_file(&bytes, selection)
}

/// `{"sha256": {"0": "hex", …}, …}`, read strictly: a register that stands there twice is refused.
fn json_values(text: &[u8]) -> Result<ClaimedPcrs, Error> {
    use veriquote::json::{self, Strictness, Value};
    use veriquote::tpm::AlgorithmId;
    let wrong = |offset: usize, problem: &'static str| {
        Error::new(Code::TpmPcrLayout, "pcrs").at(offset).with(Fact::text("problem", problem))
    };
    let root = json::parse(text, Strictness::DOCUMENT).map_err(|error| error.inside("pcrs"))?;
    let mut claimed = ClaimedPcrs::new();
    let Value::Object(banks) = &root.value else { return Err(wrong(root.offset, "not an object of banks")) };
    for bank in banks {
        let at = bank.node.offset;
        let hash = AlgorithmId::from_name(&bank.name).and_then(AlgorithmId::hash);
        let hash = hash.ok_or_else(|| wrong(at, "not the name of a bank"))?;
        let Value::Object(values) = &bank.node.value else {
            return Err(wrong(at, "not an object of registers"));
        };
        for register in values {
            let at = register.node.offset;
            let index = register.name.parse().map_err(|_| wrong(at, "not the number of a register"))?;
            let Value::String(digits) = &register.node.value else { return Err(wrong(at, "not hex")) };
            let value = veriquote::bytes::from_hex(digits.as_bytes()).map_err(|_| wrong(at, "not hex"))?;
            claimed.insert(hash, index, &value)?;
        }
    }
    Ok(claimed)
}

pub(super) fn hex(digits: &str, part: &str) -> Result<Vec<u8>, Problem> {
    let bare = digits.strip_prefix("0x").unwrap_or(digits);
    veriquote::bytes::from_hex(bare.as_bytes()).map_err(|offset| Problem {
        offset: u32::try_from(offset).ok(),
        ..Problem::misuse(part, "not hex", "write two hex digits for each byte")
    })
}

/// Bytes, or text of them: what is all printable is text.
pub(super) fn binary<'b>(blob: &'b Blob, part: &str) -> Result<Cow<'b, [u8]>, Problem> {
    decoded(&blob.0).map_err(|error| error.inside(part).into())
}

pub(super) fn decoded(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    if bytes.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) {
        decode_binary_or_text(bytes)
    } else {
        Ok(Cow::Borrowed(bytes))
    }
}

fn left_open(options: &TpmOptions, has_values: bool) -> Vec<NotChecked> {
    let mut open = Vec::new();
    let mut leave = |what: &str, why: &str| {
        open.push(NotChecked { what: what.to_owned(), why: why.to_owned() });
    };
    if options.danger_no_nonce {
        leave("nonce", "the quote answers no challenge of yours: it may be of any age");
    }
    if !has_values {
        leave("pcrs", "no values were given, so only the digest over the registers is known");
    }
    if options.ak_chain.is_some() && options.crls.is_empty() {
        leave("revocation", "no revocation list was given, so a revoked certificate is not noticed");
    }
    if options.previous.is_none() {
        leave("clock", "no earlier reading was given, so a reset or a rolled-back TPM is not noticed");
    }
    open
}
