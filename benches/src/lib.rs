//! What the benches measure, so that each measures the same: one operation per [`Subject`].
//!
//! Everything runs in one process beside the published `dcap-qvl` crate with its `ring` and its
//! `rustcrypto` configuration. Both verifiers get the quote as bytes and the collateral as their own
//! decoded struct.

pub mod rounds;
mod sample;
pub mod tokens;

pub use sample::Sample;

use std::sync::Arc;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey};
use dcap_qvl::configs::{RingConfig, RustCryptoConfig};
use dcap_qvl::verify::QuoteVerifier;
use veriquote::crypto::{CryptoProvider, RustCrypto};
use veriquote::dcap::{Collateral, PlatformCache, PreparedCollateral, Quote, Verifier};
use veriquote::{TrustAnchor, TrustAnchors, UnixTime};
use veriquote_aws_lc::AwsLc;

/// One measured operation.
pub struct Subject {
    /// Its name in tables.
    pub name: &'static str,
    /// Does it once, and panics when it does not succeed.
    pub run: Box<dyn FnMut()>,
}

impl Subject {
    fn new(name: &'static str, run: impl FnMut() + 'static) -> Self {
        Self { name, run: Box::new(run) }
    }
}

/// Names of subjects that the targets compare.
pub mod name {
    /// One P-256 verification with a loaded key, nothing else.
    pub const BARE: &str = "aws-lc: one P-256 verification";
    /// `dcap-qvl` with ring, the whole verification.
    pub const QVL_RING: &str = "dcap-qvl ring: cold";
    /// `dcap-qvl` with RustCrypto, the whole verification.
    pub const QVL_RUSTCRYPTO: &str = "dcap-qvl rustcrypto: cold";
    /// Parse, prepare and authenticate.
    pub const COLD: &str = "veriquote aws-lc: cold";
    /// Parse and authenticate with collateral prepared before.
    pub const PREPARED: &str = "veriquote aws-lc: prepared";
    /// The same, for a platform in the cache.
    pub const AGAIN: &str = "veriquote aws-lc: same platform";
    /// Parse, prepare and authenticate, in pure Rust.
    pub const RUSTCRYPTO_COLD: &str = "veriquote rustcrypto: cold";
    /// Parse and authenticate with collateral prepared before, in pure Rust.
    pub const RUSTCRYPTO_PREPARED: &str = "veriquote rustcrypto: prepared";
    /// The same, for a platform in the cache.
    pub const RUSTCRYPTO_AGAIN: &str = "veriquote rustcrypto: same platform";
    /// Quote parsing alone.
    pub const PARSE: &str = "veriquote: parse the quote";
    /// Decoding the collateral file.
    pub const COLLATERAL: &str = "veriquote: read the collateral file";
    /// The same by `dcap-qvl`.
    pub const QVL_PARSE: &str = "dcap-qvl: parse the quote";
    /// The same by `dcap-qvl`.
    pub const QVL_COLLATERAL: &str = "dcap-qvl: read the collateral file";
}

/// Whether cargo asks for measurements (`cargo bench`). Otherwise (`cargo test --all-targets`) a bench only
/// shows that every subject succeeds: a test is never timed.
#[must_use]
pub fn is_measuring() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// Runs every subject of every sample once.
pub fn run_once() {
    for sample in Sample::all() {
        for mut subject in subjects(&sample) {
            (subject.run)();
        }
    }
}

/// Every subject, for one sample.
///
/// # Panics
/// When the sample does not verify.
#[must_use]
pub fn subjects(sample: &Sample) -> Vec<Subject> {
    let mut subjects = vec![bare(sample)];
    subjects.extend(qvl(sample));
    subjects.extend(ours(sample, Arc::new(AwsLc), [name::COLD, name::PREPARED, name::AGAIN]));
    let pure = [name::RUSTCRYPTO_COLD, name::RUSTCRYPTO_PREPARED, name::RUSTCRYPTO_AGAIN];
    subjects.extend(ours(sample, Arc::new(RustCrypto), pure));
    let quote = sample.quote.clone();
    subjects.push(Subject::new(name::PARSE, move || {
        std::hint::black_box(Quote::parse(&quote).expect("the quote parses"));
    }));
    let json = sample.collateral_json.clone();
    subjects.push(Subject::new(name::COLLATERAL, move || {
        std::hint::black_box(Collateral::from_json(json.as_bytes()).expect("the collateral reads"));
    }));
    subjects
}

/// A verifier of ours that trusts the sample's root.
///
/// # Panics
/// When the root is not one.
#[must_use]
pub fn verifier(sample: &Sample, provider: Arc<dyn CryptoProvider>) -> Verifier {
    let anchor = TrustAnchor::from_certificate(&sample.root_der).expect("a root certificate");
    Verifier::new(TrustAnchors::new(vec![anchor]), provider).expect("a P-256 root")
}

/// The sample's collateral, decoded, its lists in DER.
///
/// # Panics
/// When it does not read.
#[must_use]
pub fn collateral(sample: &Sample) -> Collateral {
    let mut collateral = Collateral::from_json(sample.collateral_json.as_bytes()).expect("collateral");
    let decoded = qvl_collateral(sample);
    collateral.pck_crl = decoded.pck_crl;
    collateral.root_ca_crl = decoded.root_ca_crl;
    collateral
}

/// The sample's collateral, verified.
///
/// # Panics
/// When it is not valid.
#[must_use]
pub fn prepared(sample: &Sample, provider: Arc<dyn CryptoProvider>) -> PreparedCollateral {
    verifier(sample, provider).prepare(&collateral(sample), now(sample)).expect("valid collateral")
}

/// When the sample is verified.
///
/// # Panics
/// In some 290 billion years.
#[must_use]
pub fn now(sample: &Sample) -> UnixTime {
    UnixTime(i64::try_from(sample.now).expect("a time that fits"))
}

fn ours(sample: &Sample, provider: Arc<dyn CryptoProvider>, names: [&'static str; 3]) -> Vec<Subject> {
    let (now, collateral) = (now(sample), collateral(sample));
    let verifier = verifier(sample, Arc::clone(&provider));
    let quote = sample.quote.clone();
    let cold = Subject::new(names[0], move || {
        let quote = Quote::parse(&quote).expect("the quote parses");
        let prepared = verifier.prepare(&collateral, now).expect("the collateral verifies");
        std::hint::black_box(prepared.authenticate(&quote, now).expect("the quote verifies"));
    });
    let (quote, ready) = (sample.quote.clone(), prepared(sample, Arc::clone(&provider)));
    let warm = Subject::new(names[1], move || {
        let quote = Quote::parse(&quote).expect("the quote parses");
        std::hint::black_box(ready.authenticate(&quote, now).expect("the quote verifies"));
    });
    let (quote, ready) = (sample.quote.clone(), prepared(sample, provider));
    let mut cache = PlatformCache::new(1024);
    let again = Subject::new(names[2], move || {
        let quote = Quote::parse(&quote).expect("the quote parses");
        std::hint::black_box(ready.authenticate_cached(&quote, now, &mut cache).expect("the quote verifies"));
    });
    vec![cold, warm, again]
}

fn qvl_collateral(sample: &Sample) -> dcap_qvl::QuoteCollateralV3 {
    serde_json::from_str(&sample.collateral_json).expect("dcap-qvl reads the collateral")
}

fn qvl(sample: &Sample) -> Vec<Subject> {
    let ring = QuoteVerifier::<RingConfig>::new_with_config(sample.root_der.clone());
    let rustcrypto = QuoteVerifier::<RustCryptoConfig>::new_with_config(sample.root_der.clone());
    let (quote, collateral, now) = (sample.quote.clone(), qvl_collateral(sample), sample.now);
    let ring = Subject::new(name::QVL_RING, move || {
        std::hint::black_box(ring.verify(&quote, &collateral, now).expect("dcap-qvl verifies"));
    });
    let (quote, collateral) = (sample.quote.clone(), qvl_collateral(sample));
    let rustcrypto = Subject::new(name::QVL_RUSTCRYPTO, move || {
        std::hint::black_box(rustcrypto.verify(&quote, &collateral, now).expect("dcap-qvl verifies"));
    });
    let quote = sample.quote.clone();
    let parse = Subject::new(name::QVL_PARSE, move || {
        std::hint::black_box(dcap_qvl::quote::Quote::parse(&quote).expect("dcap-qvl parses"));
    });
    let json = sample.collateral_json.clone();
    let read = Subject::new(name::QVL_COLLATERAL, move || {
        let collateral: dcap_qvl::QuoteCollateralV3 = serde_json::from_str(&json).expect("dcap-qvl reads");
        std::hint::black_box(collateral);
    });
    vec![ring, rustcrypto, parse, read]
}

/// The quote's own signature, as AWS-LC takes it fastest: key loaded, signature in DER.
fn bare(sample: &Sample) -> Subject {
    let forge = veriquote_forge::Key::new("bare");
    let message = sample.quote.iter().copied().take(632).collect::<Vec<_>>();
    let signature = forge.sign_der(&message);
    let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, forge.point()).expect("a key");
    Subject::new(name::BARE, move || key.verify_sig(&message, &signature).expect("the signature verifies"))
}
