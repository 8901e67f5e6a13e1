//! The call: reads what was given, has the core verify it, and says what came of it.

use std::borrow::Cow;
use std::sync::Arc;

use veriquote::crypto::CryptoProvider;
use veriquote::encoding::decode_binary_or_text;
use veriquote::policy::{Accepted, Finding, Policy, Verdict as Ruling};
use veriquote::tpm::{
    BoundQuote, Challenge, ClaimedPcrs, ClockInfo, Expectations, PcrSelection, Scheme, SignatureInput, checks,
};
use veriquote::{Code, Error, Fact};

use super::claims::{TpmClaims, banks};
use super::evidence::AkEvidence;
use super::notes::Notes;
use super::request::{ClockReading, TpmOptions, TpmRequest};
use super::{key, logs};
use crate::blob::Blob;
use crate::check::CheckLine;
use crate::document::Document;
use crate::one_of::EvidenceKind;
use crate::options::hex;
use crate::problem::{Problem, ProblemKind};
use crate::read::{answer, read_request};
use crate::trust;
use crate::verification::{Appraisal, Claims, NotChecked, Verification};

const EVIDENCE: EvidenceKind = EvidenceKind::Tpm;

/// Verifies one quote: a [`TpmRequest`] as JSON in, a [`Verification`] as JSON out.
#[must_use]
pub fn verify_tpm_json(provider: Arc<dyn CryptoProvider>, request: &str) -> String {
    answer(EVIDENCE, request, |request: &TpmRequest| verify_tpm(provider, request))
}

/// Verifies one quote.
#[must_use]
pub fn verify_tpm(provider: Arc<dyn CryptoProvider>, request: &TpmRequest) -> Verification {
    let mut notes = Notes::default();
    match run(&provider, request, &mut notes, Asked::default()) {
        Ok(result) => result,
        Err(problem) => Verification::failed(EVIDENCE, problem, notes.lines),
    }
}

/// Writes a policy that accepts a boot like this one, from evidence that is authentic: a document to be
/// read before it is used. The request's own policy is left out of account.
///
/// # Errors
/// Why the evidence is not authentic, or that there is no event log to learn from.
pub fn learn_tpm_policy(
    provider: Arc<dyn CryptoProvider>,
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
    let asked = Asked { learned: Some(&mut learned), ..Asked::default() };
    run(&provider, &request, &mut Notes::default(), asked)?;
    Ok(learned.text)
}

/// [`learn_tpm_policy`]: a [`TpmRequest`] as JSON in; the policy as the text of a JSON document out, or
/// `{"error": …}` with a [`Problem`].
#[must_use]
pub fn learn_tpm_policy_json(provider: Arc<dyn CryptoProvider>, request: &str, name: &str) -> String {
    let learned =
        read_request::<TpmRequest>(request).and_then(|request| learn_tpm_policy(provider, &request, name));
    learned.unwrap_or_else(Problem::refused)
}

/// Verifies one quote by each of these policies of the core (those of the options are not looked at): a
/// result for each. Where all of them accepted it, `made` is given the proofs, in the same order: what
/// [`Claims`](veriquote::appraisal::Claims) of a token are made of. It is called only then.
///
/// Each policy is asked within the call of the one before it: some dozens are no trouble, thousands need a stack.
#[must_use]
pub fn verify_tpm_for_claims<T>(
    provider: Arc<dyn CryptoProvider>,
    request: &TpmRequest,
    policies: &[Policy],
    made: impl FnOnce(&[&Accepted<BoundQuote<'_>>]) -> T,
) -> (Vec<Verification>, Option<T>) {
    let (mut made, mut given) = (Some(made), None);
    let mut all = |proofs: &[&Accepted<BoundQuote<'_>>]| given = made.take().map(|made| made(proofs));
    let mut results = by_each(&provider, request, policies, Some((&[], &mut all)));
    // The last one's comes first.
    results.reverse();
    (results, given)
}

/// Is given the proofs that all policies accepted a quote.
type TakeAll<'a> = &'a mut dyn FnMut(&[&Accepted<BoundQuote<'_>>]);

/// The results of these policies, the last one's first. `proofs` are those of the policies before them, where
/// all of these accepted.
fn by_each(
    provider: &Arc<dyn CryptoProvider>,
    request: &TpmRequest,
    policies: &[Policy],
    mut proofs: Option<(&[&Accepted<BoundQuote<'_>>], TakeAll<'_>)>,
) -> Vec<Verification> {
    let Some((policy, others)) = policies.split_first() else {
        if let Some((proofs, all)) = proofs.filter(|(proofs, _)| !proofs.is_empty()) {
            all(proofs);
        }
        return Vec::new();
    };
    let mut results = None;
    // A proof lasts only so long: the others are asked meanwhile.
    let mut accepted = |proof: &Accepted<BoundQuote<'_>>| {
        let (before, all) = proofs.take()?;
        let proofs = [before, &[proof]].concat();
        results = Some(by_each(provider, request, others, Some((&proofs, all))));
        Some(())
    };
    let mut accepted = |proof: &Accepted<BoundQuote<'_>>| accepted(proof).unwrap_or_default();
    let mut notes = Notes::default();
    let asked = Asked { policy: Some(policy.clone()), accepted: Some(&mut accepted), ..Asked::default() };
    let result = match run(provider, request, &mut notes, asked) {
        Ok(result) => result,
        Err(problem) => Verification::failed(EVIDENCE, problem, notes.lines),
    };
    let mut results = results.unwrap_or_else(|| by_each(provider, request, others, None));
    results.push(result);
    results
}

/// Is given the proof that the policy accepted a quote.
type TakeAccepted<'a> = &'a mut dyn FnMut(&Accepted<BoundQuote<'_>>);

/// What a call wants beside the result.
#[derive(Default)]
struct Asked<'a, 'n> {
    /// Instead of the request's.
    policy: Option<Policy>,
    learned: Option<&'a mut Learned<'n>>,
    accepted: Option<TakeAccepted<'a>>,
}

/// A policy in the making.
struct Learned<'n> {
    name: &'n str,
    text: String,
}

fn run(
    provider: &Arc<dyn CryptoProvider>,
    request: &TpmRequest,
    notes: &mut Notes,
    asked: Asked<'_, '_>,
) -> Result<Verification, Problem> {
    let Asked { policy: given_policy, learned, accepted: on_accepted } = asked;
    let options = &request.options;
    let nonce = challenge(options.nonce.as_deref(), options.danger_no_nonce, "options.nonce")?;
    let expectations = expectations(options, nonce.as_deref());
    let scheme = options.signature_scheme.as_deref().map(scheme).transpose()?;
    let policy = policy(options, given_policy)?;
    if request.pcrs.is_none() && (request.event_log.is_some() || request.ima_log.is_some()) {
        return Err(Problem::misuse(
            "pcrs",
            "a log was given without the registers that could prove it",
            "give the PCR values that the quote covers",
        ));
    }
    let attest = notes.read(checks::ATTEST_LAYOUT, binary(&request.quote, "quote"))?;
    let signature = notes.read(checks::SIGNATURE_LAYOUT, binary(&request.signature, "signature"))?;
    let signature = match scheme {
        None => SignatureInput::Tpmt(&signature),
        Some(scheme) => SignatureInput::Plain(&signature, scheme),
    };
    let quote = notes.settle(veriquote::tpm::parse(&attest, signature))?;

    let chain = key::Chain::of(&options.roots, &options.crls, "options.")?;
    let crls = chain.crls()?;
    // The ledger of the quote begins with its parsing and has what was found of the key.
    let mut of_key = Notes::default();
    of_key.extend(&quote.checks());
    let parsed = of_key.lines.len();
    let ak = key::trusted(request, &chain, &crls, provider, &mut of_key).inspect_err(|problem| {
        if problem.kind != ProblemKind::Misuse {
            notes.lines.append(&mut of_key.lines);
        }
    })?;
    // What was verified beside it, such as the quote of a trust domain.
    notes.lines.extend(of_key.lines.split_off(parsed));
    let of_key = of_key.open;
    let authentic = notes.settle(quote.authenticate(&ak, &expectations))?;
    let Some(document) = &request.pcrs else {
        notes.extend(authentic.checks());
        let unknown = (!policy.crypto_only).then(unappraised);
        let open = [left_open(request, false), of_key].concat();
        return Ok(verified(
            TpmClaims::of(&authentic),
            std::mem::take(&mut notes.lines),
            open,
            unknown,
            None,
        ));
    };
    let claimed = match pcr_values(document, authentic.selection()) {
        Ok(claimed) => claimed,
        Err(error) => {
            notes.extend(authentic.checks());
            return notes.read(checks::PCR_VALUES, Err(error));
        }
    };
    let bound = notes.settle(authentic.bind(&claimed))?;
    notes.extend(bound.checks());
    let list = logs::list_of(request, notes)?;
    let ima = logs::ima(list.as_deref(), &bound, request, notes)?;
    let log = logs::event_log_bytes(request, notes)?;
    let boot =
        log.as_deref().map(|log| logs::boot(log, &bound, &policy, ima.is_some(), notes)).transpose()?;
    let (ima, ima_claims) = ima.map(|ima| (ima.replayed, ima.claims)).unzip();
    let state = boot.as_ref().map(|boot| &boot.state);
    if let (Some(learned), Some(state)) = (learned, state) {
        learned.text = veriquote::policy::learn(learned.name, state, ima.as_ref(), provider.as_ref())?;
    }
    let pcrs = Some(banks(bound.pcrs()));
    let boot_claims = boot.as_ref().map(|boot| boot.claims.clone());
    let mut claims = TpmClaims { pcrs, boot: boot_claims, ima: ima_claims, ..TpmClaims::of(bound.quote()) };
    let mut open = [left_open(request, true), of_key].concat();
    open.extend(logs::left_open(request));
    let (error, appraisal) = match policy.accept_tpm_boot(bound, state, ima.as_ref()) {
        Ok(accepted) => {
            if let Some(on_accepted) = on_accepted {
                on_accepted(&accepted);
            }
            (None, accepted.appraisal().clone())
        }
        Err(rejection) => {
            let mut problem = Problem::from(rejection.error);
            let explained = |boot| logs::explanations(boot, &rejection.evidence);
            let explanations = boot.as_ref().filter(|_| !policy.crypto_only).map(explained);
            if let Some(explanations) = explanations.filter(|list| !list.is_empty()) {
                problem.facts.insert("explanations".to_owned(), serde_json::Value::Array(explanations));
            }
            (Some(problem), rejection.appraisal)
        }
    };
    // A list that was refused is not to be gone on from.
    if error.is_some()
        && let Some(ima) = &mut claims.ima
    {
        ima.continuation = None;
    }
    let silent = appraisal.findings.iter().filter(|finding| finding.verdict == Ruling::NotChecked);
    open.extend(silent.filter_map(meaning));
    Ok(verified(claims, std::mem::take(&mut notes.lines), open, error, Some(Appraisal::from(&appraisal))))
}

/// The strict policy, the caller's, or none by name.
fn policy(options: &TpmOptions, given: Option<Policy>) -> Result<Policy, Problem> {
    let mut policy = match given {
        Some(given) => given,
        None => trust::policy(options.policy.as_ref(), options.crypto_only)?,
    };
    if let Some(register) = options.opaque.iter().find(|register| **register > 23) {
        return Err(Problem::misuse(
            "options.opaque",
            format!("there is no PCR {register}"),
            "name PCR 0 to 23",
        ));
    }
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
fn meaning(finding: &Finding) -> Option<NotChecked> {
    let rule = finding.rule;
    let why = match rule {
        "crypto_only" => "nothing is appraised: any key, any state of the machine passes",
        "tpm.pcrs" => "any state of the machine passes, whatever it booted; a policy can list good values",
        "tpm.ak_names" => "any key passes that is trusted; a policy can list Names",
        "tpm.firmware_versions" => "any firmware of the TPM passes",
        "tpm.resumed" if was_resumed(finding) => {
            "the machine was suspended, and some TPMs lose their registers then: whoever wakes it fills them"
        }
        _ => return None,
    };
    Some(NotChecked::new(rule, why))
}

/// What is allowed has happened.
fn was_resumed(finding: &Finding) -> bool {
    finding.facts.contains(&Fact::flag("actual", true))
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
        evidence: EVIDENCE.into(),
        error,
        checks,
        claims: Some(Claims::Tpm(Box::new(claims))),
        appraisal,
        not_checked,
        horizons: Vec::new(),
        forecast: Vec::new(),
    }
}

/// The challenge, or its absence by name.
pub(super) fn challenge(
    nonce: Option<&str>,
    danger_no_nonce: bool,
    part: &str,
) -> Result<Option<Vec<u8>>, Problem> {
    const HELP: &str =
        "give the challenge that the machine was sent; danger_no_nonce looks at recorded evidence";
    match (nonce, danger_no_nonce) {
        (Some(""), false) => Err(Problem::misuse(part, "an empty nonce shows no freshness", HELP)),
        (Some(digits), false) => hex(digits, part).map(Some),
        (None, true) => Ok(None),
        (Some(_), true) => Err(Problem::misuse(
            part,
            "a nonce and danger_no_nonce exclude each other",
            "leave danger_no_nonce out: the nonce proves that the evidence is fresh",
        )),
        (None, false) => Err(Problem::misuse(
            part,
            "no nonce was given, and without one the evidence may be a replay",
            HELP,
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
pub(super) fn json_values(text: &[u8]) -> Result<ClaimedPcrs, Error> {
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

/// Bytes, or text of them: what is all printable is text.
fn binary<'b>(blob: &'b Blob, part: &str) -> Result<Cow<'b, [u8]>, Error> {
    decoded(&blob.0).map_err(|error| error.inside(part))
}

pub(super) fn decoded(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    if bytes.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) {
        decode_binary_or_text(bytes)
    } else {
        Ok(Cow::Borrowed(bytes))
    }
}

fn left_open(request: &TpmRequest, has_values: bool) -> Vec<NotChecked> {
    let options = &request.options;
    let mut open = Vec::new();
    let mut leave = |what: &'static str, why: &'static str| open.push(NotChecked::new(what, why));
    if options.danger_no_nonce {
        leave("nonce", "the quote answers no challenge of yours: it may be of any age");
    }
    if !has_values {
        leave("pcrs", "no values were given, so only the digest over the registers is known");
    }
    if request.ak_evidence.as_ref().is_some_and(AkEvidence::is_undated) {
        leave("ak_evidence.nonce", "the certification answers no challenge of yours: it may be of any age");
    }
    if request.ak_evidence.as_ref().is_some_and(AkEvidence::takes_word) {
        leave("ak_evidence.tee", "the hardware's evidence was not looked at: its report data are your word");
    }
    let has_chain =
        options.ak_chain.is_some() || request.ak_evidence.as_ref().is_some_and(AkEvidence::has_certificate);
    if has_chain && options.crls.is_empty() {
        leave("revocation", "no revocation list was given, so a revoked certificate is not noticed");
    }
    if options.previous.is_none() {
        leave("clock", "no earlier reading was given, so a reset or a rolled-back TPM is not noticed");
    }
    open
}
