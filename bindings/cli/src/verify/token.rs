//! `verify token`: one attestation token, or one bundle of them.

use serde_json::Value;
use veriquote_facade::{
    AcceptedAlgorithms, AttestedExpectations, Blob, Document, EvidenceKind, ExpectedDebug, ExpectedNonce,
    ExpectedSeconds, ExpectedSigner, ExpectedText, Problem, TokenExpectations, TokenExpiry, TokenOptions,
    TokenRequest, verify_token,
};

use super::{now, provider, tell};
use crate::cli::Token;
use crate::exit::Exit;
use crate::flags::with_flags;
use crate::input;

/// Verifies one token.
pub fn token(args: &Token) -> Exit {
    let result = request(args).map(|request| verify_token(provider(args.output.crypto), &request));
    tell(EvidenceKind::Token, &args.token, &args.output, with_flags(result))
}

fn request(args: &Token) -> Result<TokenRequest, Problem> {
    // A file ends with a line feed more often than not; inside the token nothing is forgiven.
    let Blob(bytes) = input::read(&args.token, "--token")?;
    let given = bytes.trim_ascii();
    // A compact token begins with the base64url of a brace.
    let (token, bundle) = if given.starts_with(b"[") {
        (None, Some(Document(given.to_vec())))
    } else {
        (Some(String::from_utf8_lossy(given).into_owned()), None)
    };
    let jwks = input::document(args.jwks.as_deref(), "--jwks")?;
    let roots = input::all(&args.root, "--root")?;
    let expect = expectations(args)?;
    let at = args.at.unwrap_or_else(now);
    Ok(TokenRequest {
        token,
        bundle,
        jwks,
        options: TokenOptions {
            at,
            roots,
            expect,
            dialect: Some(args.dialect.clone()),
            attested: Some(attested(args)),
        },
    })
}

/// What a flag asks of a text.
fn text(flag: &Option<String>) -> ExpectedText {
    flag.clone().map_or(ExpectedText::NotChecked, ExpectedText::Is)
}

fn attested(args: &Token) -> AttestedExpectations {
    let mut measurements = serde_json::Map::new();
    for (name, value) in &args.measurement {
        let values = measurements.entry(name.clone()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(values) = values {
            values.extend(meanings(value));
        }
    }
    AttestedExpectations {
        tee: text(&args.tee),
        debug: if args.forbid_debug { ExpectedDebug::StatedOff } else { ExpectedDebug::NotChecked },
        worst_status: text(&args.worst_status),
        submodules: args.submodule.clone(),
        policy_id: text(&args.policy_id),
        policy_hash: text(&args.policy_hash),
        measurements,
    }
}

/// A word on the command line: the text or the hex that it is, and the number or flag that it may mean.
fn meanings(word: &str) -> Vec<Value> {
    let mut meanings = vec![Value::from(word)];
    meanings.extend(word.parse::<u64>().ok().map(Value::from));
    meanings.extend(word.parse::<bool>().ok().map(Value::from));
    meanings
}

fn expectations(args: &Token) -> Result<TokenExpectations, Problem> {
    let seconds = |flag: &str, value: Option<u64>| match value.map(u32::try_from) {
        None => Ok(ExpectedSeconds::NotChecked),
        Some(Ok(seconds)) => Ok(ExpectedSeconds::Is(seconds)),
        Some(Err(_)) => Err(Problem::misuse(flag, "longer than a century", "give a shorter time")),
    };
    Ok(TokenExpectations {
        algorithms: if args.alg.is_empty() {
            AcceptedAlgorithms::OfKey
        } else {
            AcceptedAlgorithms::OneOf(args.alg.clone())
        },
        typ: text(&args.typ),
        issuer: text(&args.issuer),
        audience: text(&args.audience),
        subject: text(&args.subject),
        nonce: match (&args.nonce, &args.nonce_among) {
            (Some(nonce), _) => ExpectedNonce::Only(nonce.clone()),
            (None, Some(nonce)) => ExpectedNonce::Among(nonce.clone()),
            (None, None) => ExpectedNonce::NotChecked,
        },
        profile: text(&args.profile),
        expiry: if args.allow_no_expiry { TokenExpiry::WherePresent } else { TokenExpiry::Required },
        max_age: seconds("--max-age", args.max_age)?,
        max_lifetime: seconds("--max-lifetime", args.max_lifetime)?,
        leeway: args.leeway,
        required_claims: args.require.clone(),
        certificate: signer(args),
    })
}

/// What the certificate must be; `None` where no flag says anything of it.
fn signer(args: &Token) -> Option<ExpectedSigner> {
    let is_said =
        args.signer_subject.is_some() || args.signer_spki_sha256.is_some() || !args.signer_purpose.is_empty();
    is_said.then(|| ExpectedSigner {
        subject: text(&args.signer_subject),
        spki_sha256: text(&args.signer_spki_sha256),
        purposes: args.signer_purpose.clone(),
    })
}
