//! Claims of tokens: every reader, on what it recognises and on what it is told to read.

use veriquote::appraisal::{Appraisal, Dialect, NrasBundle, ReadOptions, appraise_unauthenticated};
use veriquote::crypto::RustCrypto;
use veriquote::json::{Strictness, parse};
use veriquote::{Code, jcs};

/// Reads claims of any dialect. What is read by default has nothing against it; asking to be shown
/// refused tokens never makes one unreadable that was readable; a dialect that is named reads what it
/// recognises.
pub fn appraisal(data: &[u8]) {
    let strict = appraise_unauthenticated(data, ReadOptions::default());
    let shown = appraise_unauthenticated(data, ReadOptions::SHOW);
    if let Ok(read) = &strict {
        let read = read.unauthenticated();
        sound(read);
        assert!(read.objections.is_empty());
        assert_eq!(shown.as_ref().ok().map(|shown| shown.unauthenticated()), Some(read));
        let named = ReadOptions { dialect: Some(read.dialect), ..ReadOptions::default() };
        assert_eq!(appraise_unauthenticated(data, named).as_ref(), strict.as_ref());
    }
    if let (Err(error), Ok(shown)) = (&strict, &shown) {
        sound(shown.unauthenticated());
        assert!(shown.unauthenticated().objections.iter().any(|it| it.code() == error.code()), "{error}");
    }
    if let Ok(bundle) = NrasBundle::parse(data)
        && let Ok(read) = bundle.appraise_unauthenticated(&RustCrypto, ReadOptions::default())
    {
        assert_eq!(read.unauthenticated().environments.len(), bundle.unauthenticated_submodules().len());
        sound(read.unauthenticated());
    }
}

/// One function per reader, all that can be read of it.
macro_rules! readers {
    ($($target:ident: $dialect:ident,)*) => {$(
        /// Reads claims as this dialect, whoever wrote them.
        pub fn $target(data: &[u8]) {
            read_as(Dialect::$dialect, data);
        }
    )*

        /// The dialect of every target above.
        pub(crate) const READERS: &[(&str, Dialect)] = &[$((stringify!($target), Dialect::$dialect),)*];
    };
}

readers! {
    reader_aliyun: Aliyun,
    reader_trustee_simple: TrusteeSimple,
    reader_ear_dotted: EarDotted,
    reader_ear: Ear,
    reader_ita_v1: IntelTrustAuthority1,
    reader_ita_v2: IntelTrustAuthority2,
    reader_maa: AzureAttestation,
    reader_google: ConfidentialSpace,
    reader_nras: NvidiaRemoteAttestation,
    reader_compact: Compact,
}

/// A reader that is named reads what it recognises, and what it reads is sound.
fn read_as(dialect: Dialect, data: &[u8]) {
    let named = |options| ReadOptions { dialect: Some(dialect), ..options };
    let strict = appraise_unauthenticated(data, named(ReadOptions::default()));
    let shown = appraise_unauthenticated(data, named(ReadOptions::SHOW));
    if let Ok(read) = &shown {
        sound(read.unauthenticated());
        assert_eq!(read.unauthenticated().dialect, dialect);
    }
    match (&strict, &shown) {
        (Ok(strict), shown) => {
            assert!(strict.unauthenticated().objections.is_empty());
            assert_eq!(shown.as_ref(), Ok(strict));
        }
        (Err(error), Ok(shown)) => {
            assert!(shown.unauthenticated().objections.iter().any(|it| it.code() == error.code()), "{error}");
        }
        (Err(_), Err(_)) => {}
    }
}

fn sound(read: &Appraisal) {
    assert!(!read.environments.is_empty());
    let debug: Vec<_> = read.environments.iter().map(|it| it.debug.map(|debug| debug.is_on())).collect();
    match read.debuggable() {
        Some(true) => assert!(debug.contains(&Some(true))),
        Some(false) => assert!(debug.iter().all(|debug| *debug == Some(false))),
        None => assert!(debug.contains(&None) && !debug.contains(&Some(true))),
    }
    for environment in &read.environments {
        assert!(environment.report_data.as_ref().is_none_or(|data| data.len() <= 64));
    }
    let kept = read.environments.iter().flat_map(|it| &it.unmapped).chain(&read.unmapped);
    for claim in kept {
        parse(claim.json.as_bytes(), Strictness::DOCUMENT).expect("kept claims are JSON");
    }
}

/// Canonical JSON: canonical again, the same value, and no other than serde_json reads.
pub fn canonical(data: &[u8]) {
    let Ok(node) = parse(data, Strictness::DOCUMENT) else { return };
    let text = match jcs::canonical(&node) {
        Ok(text) => text,
        Err(error) => return assert_eq!(error.code(), Code::JsonSyntax, "{error}"),
    };
    let again = parse(text.as_bytes(), Strictness::DOCUMENT).expect("canonical JSON is JSON");
    assert_eq!(jcs::canonical(&again).as_deref(), Ok(text.as_str()));
    let (one, other) = (serde_json::from_slice(data), serde_json::from_str::<serde_json::Value>(&text));
    if let (Ok::<serde_json::Value, _>(one), Ok(other)) = (one, other) {
        assert!(same(&one, &other), "{one} and {other}");
    }
}

/// Equal, numbers as doubles: canonical text keeps no more of them.
fn same(one: &serde_json::Value, other: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Number, Object};
    match (one, other) {
        (Number(one), Number(other)) => one.as_f64() == other.as_f64(),
        (Array(one), Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Object(one), Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, one)| other.get(name).is_some_and(|other| same(one, other)))
        }
        (one, other) => one == other,
    }
}
