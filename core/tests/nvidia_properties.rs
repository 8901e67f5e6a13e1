//! No bytes make a reader of NVIDIA's evidence panic, and what is too large is refused before it is read.
#![cfg(feature = "nvidia")]

use std::sync::Arc;

use veriquote::crypto::RustCrypto;
use veriquote::nvidia::{
    Envelope, Evidence, Report, Revocation, Rim, Trailing, UnauthenticatedRim, Verifier,
};
use veriquote::x509::OcspResponse;
use veriquote::{Code, UnixTime};

/// xorshift64*: enough to vary inputs, and the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or_default() % bound
    }
}

/// A report of three blocks and two fields.
fn report() -> Vec<u8> {
    let mut report = vec![0x11, 0xe0, 1, 0xff];
    report.extend([7; 32]);
    report.extend([0, 0x11, 0x60, 0, 0, 3, 165, 0, 0]);
    for index in 1..=3 {
        report.extend([index, 1, 51, 0, 1, 48, 0]);
        report.extend([index; 48]);
    }
    report.extend([9; 32]);
    report.extend([15, 0, 3, 0, 6, 0, b'5', b'5', b'0', b'.', b'1', 0, 11, 0, 1, 0, 0x55]);
    report.extend([0x5a; 96]);
    report
}

const RIM: &str = r#"<SoftwareIdentity xmlns="u:a" xmlns:ns0="u:a"><ns0:Meta a="&lt;&#65;"/>
<ns0:Payload><ns0:Resource index="1"></ns0:Resource></ns0:Payload>
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/></ds:Signature></SoftwareIdentity>"#;

const ENVELOPE: &str =
    r#"[{"arch":"HOPPER","nonce":"00","evidence":"EeAB/w==","certificate":"LS0tLS1CRUdJTiA="}]"#;

/// A few changes of bytes, cuts and doublings.
fn changed(random: &mut Random, seed: &[u8]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(4) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, u8::try_from(random.below(256)).unwrap()),
            2 => drop(bytes.remove(at)),
            3 => {
                let again = bytes[at..].to_vec();
                bytes.extend(again);
            }
            4 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff, b'<', b'&', b'"'][random.below(8)],
            _ => bytes[at] ^= 1 << random.below(8),
        }
    }
    bytes
}

#[test]
fn no_report_panics() {
    let mut random = Random(0x11e0);
    let seed = report();
    assert!(Report::parse(&seed, Trailing::Refuse).is_ok());
    let mut read = 0;
    for _ in 0..60_000 {
        let bytes = changed(&mut random, &seed);
        if let Ok(report) = Report::parse(&bytes, Trailing::AllowZeros) {
            read += 1;
            assert!(bytes.starts_with(report.raw()));
            assert_eq!(report.signed().len() + report.signature().len(), report.raw().len());
        }
        let _ = Evidence::parse(&bytes, &bytes, Trailing::Refuse);
    }
    assert!(read > 1000, "{read}");
}

#[test]
fn no_manifest_panics() {
    let mut random = Random(0x50f7);
    let verifier = Verifier::nvidia(Arc::new(RustCrypto));
    for _ in 0..60_000 {
        let bytes = changed(&mut random, RIM.as_bytes());
        let _ = UnauthenticatedRim::parse(&bytes);
        let rim = Rim::from_xml(&bytes).authenticate(&verifier, &Revocation::NONE, UnixTime(0));
        assert!(rim.is_err());
    }
}

#[test]
fn no_envelope_and_no_ocsp_response_panics() {
    let mut random = Random(0xe7e1);
    for _ in 0..60_000 {
        let _ = Envelope::from_json(&changed(&mut random, ENVELOPE.as_bytes()));
        let response = [0x30, 11, 0x0a, 1, 0, 0xa0, 6, 0x30, 4, 6, 2, 0x2b, 6];
        let _ = OcspResponse::parse(&changed(&mut random, &response));
    }
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let huge = vec![b' '; 20 * 1024 * 1024];
    let code = |result: Result<(), veriquote::Error>| result.unwrap_err().code();
    assert_eq!(code(UnauthenticatedRim::parse(&huge).map(drop)), Code::LimitSize);
    assert_eq!(code(Rim::from_bytes(&huge, &RustCrypto).map(drop)), Code::LimitSize);
    assert_eq!(code(Report::parse(&huge, Trailing::AllowZeros).map(drop)), Code::LimitSize);
    assert_eq!(code(Evidence::parse(&report(), &huge, Trailing::Refuse).map(drop)), Code::LimitSize);
    assert_eq!(code(Envelope::from_json(&huge).map(drop)), Code::LimitSize);
    assert_eq!(code(OcspResponse::parse(&huge).map(drop)), Code::LimitSize);
    // Each element keeps the name of its namespace: written with a reference, a long one would be copied for each.
    let name = format!("u:&#65;{}", "a".repeat(100_000));
    let wide = format!("<a xmlns=\"{name}\">{}</a>", "<b/>".repeat(30_000));
    assert_eq!(code(UnauthenticatedRim::parse(wide.as_bytes()).map(drop)), Code::LimitSize);
    let deep = "<a>".repeat(60_000);
    assert_eq!(code(UnauthenticatedRim::parse(deep.as_bytes()).map(drop)), Code::LimitDepth);
}
