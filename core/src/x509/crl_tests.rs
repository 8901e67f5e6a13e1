use alloc::vec;

use super::testing::{Cert, List, extension, generalized, long_list, name, seq, tlv, utc};
use super::{Certificate, Crl, RevocationList as _, oid};
use crate::crypto::{RustCrypto, SignatureAlgorithm};
use crate::error::Code;
use crate::limits;
use crate::time::UnixTime;

const UNKNOWN: &[u8] = &[0x2a, 3, 4];

fn list() -> List {
    List::new("Root", 1).revoking(&[5], &[]).revoking(&[0, 0x80], &[reason(1)])
}

fn reason(number: u8) -> alloc::vec::Vec<u8> {
    extension(oid::CRL_REASON, false, &[0x0a, 1, number])
}

#[track_caller]
fn refused(expected: Code, list: &List) {
    let error = Crl::parse(&list.sign(1)).unwrap_err();
    assert_eq!(error.code(), expected, "{error}");
    assert!(error.offset().is_some(), "{error}");
}

#[test]
fn gives_what_was_written() {
    let der = list().sign(1);
    let crl = Crl::parse(&der).unwrap();
    assert_eq!(crl.der(), der);
    assert_eq!((crl.issuer(), crl.issuer_common_name()), (&*name("Root"), Some("Root")));
    assert_eq!(Some(crl.this_update()), UnixTime::parse_rfc3339_utc("2025-01-01T00:00:00Z"));
    assert_eq!(Some(crl.next_update()), UnixTime::parse_rfc3339_utc("2027-01-01T00:00:00Z"));
    assert_eq!(crl.crl_number(), Some(&[7][..]));
    assert_eq!(crl.authority_key_id(), Some(&[1; 4][..]));
    assert_eq!((crl.len(), crl.is_empty()), (2, false));
    let revoked = crl.revokes(&[0, 0x80]).unwrap();
    assert_eq!((revoked.serial.as_slice(), revoked.reason), (&[0x80][..], Some(1)));
    assert_eq!(Some(revoked.revocation_date), UnixTime::parse_rfc3339_utc("2025-06-01T00:00:00Z"));
    assert_eq!(crl.revokes(&[5]).map(|entry| entry.reason), Some(None));
    for not_named in [&[6][..], &[5, 5], &[0x80], &[]] {
        assert_eq!(crl.revokes(not_named), None, "{not_named:?}");
    }
    let owned = crl.clone().into_revoked_serials();
    assert_eq!(owned.issuer(), crl.issuer());
    assert_eq!(owned.revokes(&[0, 0x80]), Some(revoked));
    assert_eq!(owned.revokes(&[6]), None);
}

#[test]
fn an_empty_list_revokes_nothing() {
    let der = List::new("Root", 1).sign(1);
    let crl = Crl::parse(&der).unwrap();
    assert!(crl.is_empty() && crl.revokes(&[5]).is_none());
    assert!(crl.clone().into_revoked_serials().entries().is_empty());
}

#[test]
fn a_list_cut_anywhere_is_refused() {
    let der = list().sign(1);
    for len in 0..der.len() {
        assert_eq!(Crl::parse(&der[..len]).unwrap_err().code(), Code::CrlDer, "cut at {len}");
    }
    let more = [&der[..], &[0]].concat();
    assert_eq!(Crl::parse(&more).unwrap_err().code(), Code::CrlDer);
}

#[test]
fn a_list_with_any_bit_flipped_does_not_verify() {
    let root = Cert::authority("Root", 1, "Root", 1).sign(1);
    let root = Certificate::parse(&root).unwrap();
    let issuer_key = root.issuer_key(&RustCrypto, SignatureAlgorithm::ECDSA_P256_SHA256).unwrap();
    let mut der = list().sign(1);
    assert_eq!(Crl::parse(&der).and_then(|crl| crl.verify_signed_by(&issuer_key)), Ok(()));
    for index in 0..der.len() {
        for bit in 0..8 {
            der[index] ^= 1 << bit;
            let outcome = Crl::parse(&der).and_then(|crl| crl.verify_signed_by(&issuer_key));
            assert!(outcome.is_err(), "byte {index} bit {bit}");
            der[index] ^= 1 << bit;
        }
    }
    let other = list().sign(3);
    let outcome = Crl::parse(&other).and_then(|crl| crl.verify_signed_by(&issuer_key));
    assert_eq!(outcome.unwrap_err().code(), Code::CrlSignature);
}

#[test]
fn only_complete_lists_of_one_issuer() {
    refused(Code::CrlExtension, &list().with(oid::DELTA_CRL_INDICATOR, true, &[2, 1, 1]));
    refused(Code::CrlExtension, &list().with(oid::DELTA_CRL_INDICATOR, false, &[2, 1, 1]));
    let indirect = seq(&[&tlv(0x84, &[0xff])]);
    refused(Code::CrlExtension, &list().with(oid::ISSUING_DISTRIBUTION_POINT, true, &indirect));
    refused(Code::CrlExtension, &list().with(oid::ISSUING_DISTRIBUTION_POINT, false, &seq(&[])));
    let other = extension(oid::CERTIFICATE_ISSUER, true, &seq(&[&tlv(0xa4, &name("Other"))]));
    refused(Code::CrlExtension, &list().revoking(&[6], &[other]));
    refused(Code::CrlExtension, &list().revoking(&[6], &[extension(oid::CERTIFICATE_ISSUER, false, &[])]));
}

#[test]
fn extensions_are_known_once_and_der() {
    refused(Code::CrlExtension, &list().with(UNKNOWN, true, &[]));
    assert!(Crl::parse(&list().with(UNKNOWN, false, &[]).sign(1)).is_ok());
    refused(Code::CrlExtension, &list().with(oid::CRL_NUMBER, false, &[2, 1, 1]));
    refused(Code::CrlExtension, &list().revoking(&[6], &[extension(UNKNOWN, true, &[])]));
    refused(Code::CrlExtension, &list().revoking(&[6], &[reason(1), reason(1)]));
    refused(Code::CrlExtension, &list().revoking(&[6], &[reason(7)]));
    refused(Code::CrlExtension, &list().revoking(&[6], &[reason(8)]));
    refused(Code::CrlExtension, &list().revoking(&[6], &[reason(11)]));
    refused(Code::CrlDer, &list().revoking(&[6], &[extension(oid::CRL_REASON, false, &[2, 1, 1])]));
    let many: vec::Vec<_> = (1..=5).map(|n| extension(&[0x2a, n], false, &[])).collect();
    refused(Code::LimitCount, &list().revoking(&[6], &many));
    let twice = [extension(UNKNOWN, false, &[]), extension(UNKNOWN, false, &[])];
    refused(Code::CrlExtension, &list().revoking(&[6], &twice));
    let mut empty = list();
    empty.entries.push(seq(&[&[2, 1, 6], &utc("250601000000Z"), &seq(&[])]));
    refused(Code::CrlDer, &empty);
    let critical_number = List { extensions: vec![], ..list() }.with(oid::CRL_NUMBER, true, &[2, 1, 1]);
    refused(Code::CrlExtension, &critical_number);
    let long_number = [&[2, 21, 1][..], &[0; 20]].concat();
    let long_number = List { extensions: vec![], ..list() }.with(oid::CRL_NUMBER, false, &long_number);
    refused(Code::CrlDer, &long_number);
    let no_key_id =
        List { extensions: vec![], ..list() }.with(oid::AUTHORITY_KEY_ID, false, &[0x30, 2, 0x80, 0]);
    assert_eq!(Crl::parse(&no_key_id.sign(1)).unwrap_err().code(), Code::CrlExtension);
}

#[test]
fn fields_are_those_of_version_2() {
    refused(Code::CrlDer, &List { version: vec![], ..list() });
    refused(Code::CrlDer, &List { version: vec![2, 1, 0], ..list() });
    refused(Code::CrlDer, &List { version: vec![2, 1, 2], ..list() });
    refused(Code::CrlDer, &List { next_update: vec![], ..list() });
    refused(Code::CrlDer, &List { issuer: seq(&[]), ..list() });
    refused(Code::CrlDer, &List { this_update: generalized("20250101000000.0Z"), ..list() });
    for serial in [&[][..], &[0], &[0x80], &[0, 1], &[1; 21]] {
        refused(Code::CrlDer, &list().revoking(serial, &[]));
    }
}

#[test]
fn size_is_bounded() {
    let big = vec![0x30; limits::CRL_BYTES + 1];
    assert_eq!(Crl::parse(&big).unwrap_err().code(), Code::LimitSize);
}

#[test]
fn a_hundred_thousand_entries_are_read_and_found() {
    let der = long_list(100_000);
    let crl = Crl::parse(&der).unwrap();
    assert_eq!(crl.len(), 100_000);
    let owned = crl.clone().into_revoked_serials();
    assert!(owned.entries().is_sorted_by_key(|entry| entry.serial));
    for n in [0u32, 1, 57_721, 99_999] {
        let serial = [&[0x40], &n.wrapping_mul(2_654_435_761).to_be_bytes()[..]].concat();
        assert_eq!(crl.revokes(&serial).and_then(|entry| entry.reason), Some(1));
        assert_eq!(owned.revokes(&serial), crl.revokes(&serial));
    }
    let beyond = [&[0x40], &100_000u32.wrapping_mul(2_654_435_761).to_be_bytes()[..]].concat();
    assert_eq!((crl.revokes(&beyond), owned.revokes(&beyond)), (None, None));
}
