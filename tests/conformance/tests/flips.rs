//! One changed bit anywhere is refused, or changes nothing of what was verified; so is every cut.

use std::fmt::Write as _;
use std::sync::Arc;

use veriquote::dcap::{AuthenticQuote, Collateral, Quote, QveReport, QveResult, SignedDocument, Verifier};
use veriquote::{Failure, TrustAnchors, UnixTime};
use veriquote_aws_lc::AwsLc;
use veriquote_forge::{Forge, Forged, Identity, VerificationReport, sha256};

const PLATFORMS: [&str; 3] = ["sgx3", "tdx4", "tdx5-15ex"];

fn forged(name: &str) -> Forged {
    Forge::named(name).expect("a platform").build()
}

fn authenticate(forged: &Forged) -> Result<AuthenticQuote, Failure> {
    let collateral = veriquote::dcap::Collateral::from_json(forged.collateral_json().as_bytes())?;
    verifier(forged).authenticate(&forged.quote, &collateral, UnixTime(forged.now))
}

/// With the fast provider: these are tens of thousands of verifications.
fn verifier(forged: &Forged) -> Verifier {
    let anchors = TrustAnchors::from_certificates(forged.root_pem.as_bytes()).expect("a root");
    Verifier::new(anchors, Arc::new(AwsLc)).expect("a key of P-256")
}

/// Everything that a caller can learn from a verified quote.
fn result(quote: &AuthenticQuote) -> String {
    let mut text = format!("{:?}{:?}{:?}", quote.header(), quote.report(), quote.tcb());
    write!(text, "{:?}{:?}{:?}", quote.platform(), quote.qe_report(), quote.collateral()).unwrap();
    write!(text, "{:?}", quote.pck_authority()).unwrap();
    quote.expiries().for_each(|expiry| write!(text, "{expiry:?}").unwrap());
    text
}

/// A bit of every byte, drawn from the byte's place: the same in every run, of no pattern.
fn drawn_bit(what: &str, at: usize) -> u8 {
    1 << (sha256(&[what.as_bytes(), &at.to_le_bytes()])[0] & 7)
}

#[derive(Default)]
struct Tally {
    refused: usize,
    unchanged: Vec<usize>,
}

impl Tally {
    fn count(&mut self, at: usize, valid: &str, answer: Result<AuthenticQuote, Failure>) {
        match answer {
            Err(_) => self.refused += 1,
            Ok(quote) => {
                assert_eq!(result(&quote), valid, "a change at {at} was accepted with another result");
                self.unchanged.push(at);
            }
        }
    }
}

#[test]
fn every_byte_of_the_quote() {
    for name in PLATFORMS {
        let forged = forged(name);
        let valid = result(&authenticate(&forged).expect("valid"));
        let collateral = veriquote::dcap::Collateral::from_json(forged.collateral_json().as_bytes()).unwrap();
        let now = UnixTime(forged.now);
        let prepared = verifier(&forged).prepare(&collateral, now).expect("valid");
        let run = |bytes: &[u8]| {
            let quote = Quote::parse(bytes).map_err(Failure::from)?;
            prepared.authenticate(&quote, now)
        };
        let signed = Forge::named(name).expect("a platform").quote.signed_part().len();
        let mut bytes = forged.quote.clone();
        let mut tally = Tally::default();
        for at in 0..bytes.len() {
            // Every bit of header and report, one of each other byte.
            let bits =
                if at < signed { (0..8).map(|bit| 1 << bit).collect() } else { vec![drawn_bit(name, at)] };
            for bit in bits {
                bytes[at] ^= bit;
                tally.count(at, &valid, run(&bytes));
                bytes[at] ^= bit;
            }
        }
        // Nothing that the attestation key signs may change; white space of PEM may.
        assert!(tally.unchanged.iter().all(|at| *at >= signed), "{name}: {:?}", tally.unchanged);
        assert!(tally.unchanged.len() < 60, "{name}: {} unchanged", tally.unchanged.len());
        eprintln!("{name}: {} refused, {} without effect", tally.refused, tally.unchanged.len());
    }
}

#[test]
fn every_byte_of_the_collateral() {
    type Part = (&'static str, fn(&mut Forged) -> &mut Vec<u8>);
    let binary: [Part; 4] = [
        ("root_ca_crl", |f| &mut f.collateral.root_ca_crl),
        ("pck_crl", |f| &mut f.collateral.pck_crl),
        ("tcb_info_signature", |f| &mut f.collateral.tcb_info_signature),
        ("qe_identity_signature", |f| &mut f.collateral.qe_identity_signature),
    ];
    for (name, part) in binary {
        let mut forged = forged("tdx4");
        for at in 0..part(&mut forged).len() {
            let bit = drawn_bit(name, at);
            part(&mut forged)[at] ^= bit;
            assert!(authenticate(&forged).is_err(), "{name} with a change at {at} was accepted");
            part(&mut forged)[at] ^= bit;
        }
    }
    type Text = fn(&mut Forged) -> &mut String;
    let texts: [(&str, Text); 5] = [
        ("tcb_info", |f| &mut f.collateral.tcb_info),
        ("qe_identity", |f| &mut f.collateral.qe_identity),
        ("tcb_info_issuer_chain", |f| &mut f.collateral.tcb_info_issuer_chain),
        ("qe_identity_issuer_chain", |f| &mut f.collateral.qe_identity_issuer_chain),
        ("pck_crl_issuer_chain", |f| &mut f.collateral.pck_crl_issuer_chain),
    ];
    for (name, part) in texts {
        let mut forged = forged("tdx4");
        let valid = result(&authenticate(&forged).expect("valid"));
        let text = part(&mut forged).clone();
        let mut tally = Tally::default();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            // The eighth bit would not be text.
            bytes[at] ^= match drawn_bit(name, at) {
                0x80 => 1,
                bit => bit,
            };
            *part(&mut forged) = String::from_utf8(bytes).expect("ASCII");
            tally.count(at, &valid, authenticate(&forged));
        }
        let is_chain = name.ends_with("chain");
        assert!(is_chain || tally.unchanged.is_empty(), "{name}: {:?}", tally.unchanged);
        assert!(tally.unchanged.len() < 60, "{name}: {} unchanged", tally.unchanged.len());
        eprintln!("{name}: {} refused, {} without effect", tally.refused, tally.unchanged.len());
    }
}

/// What is signed beside a quote: the identity for QvE reports, the list of evaluation numbers.
#[test]
fn every_byte_of_the_documents_beside() {
    let mut forge = Forge::tdx4();
    forge.qve_identity = Some(Identity::qve());
    let forged = forge.build();
    let now = UnixTime(forged.now);
    let collateral = Collateral::from_json(forged.collateral_json().as_bytes()).expect("collateral");
    let report = VerificationReport::ok(&forged.quote);
    let parsed = QveReport::parse(&report.report()).expect("a report");
    let qve = |document: &SignedDocument| {
        let collateral = Collateral { qve_identity: Some(document.clone()), ..collateral.clone() };
        let prepared = verifier(&forged).prepare(&collateral, now).expect("valid");
        let result = QveResult {
            nonce: &report.nonce,
            quote: &report.quote,
            expiration_check_date: UnixTime(report.expiration_check_date),
            collateral_expiration_status: report.collateral_expiration_status,
            qv_result: report.qv_result,
            supplemental_data: &report.supplemental_data,
        };
        prepared.verify_qve_report(&parsed, &result, 0, now).is_ok()
    };
    let prepared = verifier(&forged).prepare(&collateral, now).expect("valid");
    let numbers = |document: &SignedDocument| prepared.evaluation_numbers(document, now).is_ok();
    let chain = &collateral.tcb_info.issuer_chain;
    let listed = SignedDocument::from_service_body(&forge.evaluation_numbers_json(), chain).expect("a list");
    let identity = collateral.qve_identity.clone().expect("an identity");
    type Accepts<'a> = &'a dyn Fn(&SignedDocument) -> bool;
    let documents: [(&str, SignedDocument, Accepts<'_>); 2] =
        [("qve_identity", identity, &qve), ("evaluation_numbers", listed, &numbers)];
    for (name, document, accepts) in documents {
        assert!(accepts(&document), "{name}");
        for at in 0..document.text.len() {
            let mut bytes = document.text.clone().into_bytes();
            // The eighth bit would not be text.
            bytes[at] ^= match drawn_bit(name, at) {
                0x80 => 1,
                bit => bit,
            };
            let text = String::from_utf8(bytes).expect("ASCII");
            assert!(!accepts(&SignedDocument { text, ..document.clone() }), "{name} changed at {at}");
        }
        for at in 0..document.signature.len() {
            let mut changed = document.clone();
            changed.signature[at] ^= drawn_bit(name, at);
            assert!(!accepts(&changed), "signature of {name} changed at {at}");
        }
    }
}

#[test]
fn every_cut() {
    for name in PLATFORMS {
        let forged = forged(name);
        let valid = result(&authenticate(&forged).expect("valid"));
        for len in 0..forged.quote.len() {
            let cut = Forged { quote: forged.quote[..len].to_vec(), ..forged.clone() };
            let failure = Quote::parse(&cut.quote).expect_err("a cut quote");
            assert_eq!(failure.code().as_str(), "input.truncated", "{name} cut at {len}: {failure}");
        }
        let mut tally = Tally::default();
        for len in 0..forged.collateral.pck_crl.len() {
            let mut cut = forged.clone();
            cut.collateral.pck_crl.truncate(len);
            tally.count(len, &valid, authenticate(&cut));
        }
        assert!(tally.unchanged.is_empty(), "{name}");
        for len in 0..forged.collateral.tcb_info.len() {
            let mut cut = forged.clone();
            cut.collateral.tcb_info.truncate(len);
            tally.count(len, &valid, authenticate(&cut));
        }
        assert!(tally.unchanged.is_empty(), "{name}");
        let file = forged.collateral_json();
        for len in 0..file.len() {
            let answer = veriquote::dcap::Collateral::from_json(&file.as_bytes()[..len]);
            assert!(answer.is_err(), "{name}: the collateral file cut at {len} was read");
        }
    }
}
