//! x509-limbo: path validation and revocation lists, as far as an attestation PKI needs them.
//!
//! Each case passes, is skipped for a reason, diverges for a reason with the code that is written down, or
//! is unexpected, which fails the run. So does a written reason that no case needs any more.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use veriquote::crypto::RustCrypto;
use veriquote::encoding::pem_blocks;
use veriquote::trust::{TrustAnchor, TrustAnchors};
use veriquote::x509::chain::{ChainContext, ChainRules, Revocation, SignatureBudget, verify_chain};
use veriquote::x509::{Certificate, Crl, oid};
use veriquote::{Code, Error, UnixTime};
use veriquote_conformance::vectors;

/// Cases whose subject is the Web's PKI or the names of servers: not ours.
const NOT_OURS: [&str; 4] = ["webpki::", "online::", "::nc::", "::san::"];

#[derive(Deserialize)]
struct Suite {
    testcases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    trusted_certs: Vec<String>,
    untrusted_intermediates: Vec<String>,
    peer_certificate: String,
    validation_time: Option<String>,
    max_chain_depth: Option<usize>,
    crls: Vec<String>,
    expected_result: Expected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Expected {
    Success,
    Failure,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    skip: BTreeMap<String, String>,
    divergence: BTreeMap<String, Divergence>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Divergence {
    /// `accepted`, or the code of our refusal.
    got: String,
    reason: String,
}

#[test]
fn limbo() {
    let Some(path) = vectors("security/x509-limbo/limbo-nobettertls.json") else { return };
    let suite: Suite = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let mut exceptions: Exceptions = serde_json::from_str(include_str!("limbo-exceptions.json")).unwrap();
    let (mut passed, mut skipped, mut diverged, mut unexpected) = (0, 0, 0, Vec::new());
    for case in &suite.testcases {
        if NOT_OURS.iter().any(|subject| case.id.contains(subject)) {
            continue;
        }
        if let Some(reason) = exceptions.skip.remove(&case.id) {
            assert!(!reason.is_empty(), "{}", case.id);
            skipped += 1;
            continue;
        }
        let got = match verify(case) {
            Ok(()) => "accepted".to_owned(),
            Err(error) => error.code().to_string(),
        };
        let agrees = (case.expected_result == Expected::Success) == (got == "accepted");
        match exceptions.divergence.remove(&case.id) {
            Some(listed) if !agrees && listed.got == got && !listed.reason.is_empty() => diverged += 1,
            None if agrees => passed += 1,
            listed => unexpected.push(format!(
                "{}: expected {:?}, got {got}, listed {:?}",
                case.id,
                case.expected_result,
                listed.map(|listed| listed.got)
            )),
        }
    }
    eprintln!("limbo: {passed} passed, {skipped} skipped, {diverged} diverge for a reason");
    assert!(unexpected.is_empty(), "{unexpected:#?}");
    let stale: Vec<_> = exceptions.skip.keys().chain(exceptions.divergence.keys()).collect();
    assert!(stale.is_empty(), "reasons without a case: {stale:?}");
    assert!(passed > 50, "only {passed} cases ran");
}

/// Tries every path from the leaf to an anchor, since the cases come without an order and the verifier
/// takes one; the last refusal is the verdict.
fn verify(case: &Case) -> Result<(), Error> {
    let now = case.validation_time.as_deref().unwrap_or("2025-01-01T00:00:00+00:00");
    let now = UnixTime::parse_rfc3339_utc(&format!("{}Z", &now[..19])).unwrap();
    let decode =
        |pem: &String, label| pem_blocks(pem.as_bytes(), label, 1).map(|mut blocks| blocks.remove(0));
    // A root that cannot be read is none: it does not spoil the others.
    let anchors: Vec<_> = case
        .trusted_certs
        .iter()
        .filter_map(|pem| TrustAnchor::from_certificate(&decode(pem, "CERTIFICATE").unwrap()).ok())
        .collect();
    let anchors = TrustAnchors::new(anchors);
    let leaf = decode(&case.peer_certificate, "CERTIFICATE")?;
    // Who reads the names of servers knows this extension, critical where the subject is empty.
    let leaf = Certificate::parse_knowing(&leaf, &[oid::SUBJECT_ALT_NAME])?;
    let pool: Vec<_> =
        case.untrusted_intermediates.iter().map(|pem| decode(pem, "CERTIFICATE").unwrap()).collect();
    let pool: Vec<_> = pool.iter().filter_map(|der| Certificate::parse(der).ok()).collect();
    let lists: Vec<_> = case.crls.iter().map(|pem| decode(pem, "X509 CRL").unwrap()).collect();
    let crls = lists.iter().map(|der| Crl::parse(der)).collect::<Result<Vec<_>, _>>()?;
    let context = ChainContext {
        anchors: &anchors,
        provider: &RustCrypto,
        now,
        rules: ChainRules::STRICT,
        crls: &crls,
        revocation: Revocation::WhereGiven,
    };
    let depth = case.max_chain_depth.unwrap_or(8);
    let mut budget = SignatureBudget::new(256);
    let mut verdict = Err(Error::new(Code::X509Chain, "no path"));
    // Pathological cases have 100^8 paths: the search ends like the budget does.
    let mut paths_left = 1000;
    walk(&mut vec![leaf], &pool, depth, &mut |path| {
        verdict = verify_chain(path, &context, &mut budget).map(|_| ());
        paths_left -= 1;
        verdict.is_ok() || paths_left == 0
    });
    verdict
}

/// Extends `path` by issuers of the right name until `accept` says so.
fn walk<'a>(
    path: &mut Vec<Certificate<'a>>,
    pool: &[Certificate<'a>],
    depth: usize,
    accept: &mut dyn FnMut(&[Certificate<'a>]) -> bool,
) -> bool {
    if accept(path) {
        return true;
    }
    let intermediates = path.iter().skip(1).filter(|certificate| !certificate.is_self_issued()).count();
    let issuer = path.last().unwrap().issuer();
    if intermediates > depth || path.len() > 8 {
        return false;
    }
    for next in pool.iter().filter(|certificate| certificate.subject() == issuer) {
        if path.iter().any(|earlier| earlier.der() == next.der()) {
            continue;
        }
        path.push(next.clone());
        let counts = path.iter().skip(1).filter(|certificate| !certificate.is_self_issued()).count();
        let done = counts <= depth && walk(path, pool, depth, accept);
        path.pop();
        if done {
            return true;
        }
    }
    false
}
