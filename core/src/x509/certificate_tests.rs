use alloc::vec;
use alloc::vec::Vec;

use super::testing::{Cert, ecdsa_sha256, extension, generalized, name, name_of, seq, tlv, utc};
use super::{Certificate, oid};
use crate::crypto::{RustCrypto, SignatureAlgorithm};
use crate::error::Code;
use crate::limits;
use crate::time::UnixTime;

const UNKNOWN: &[u8] = &[0x2a, 3, 4];

fn leaf() -> Cert {
    Cert::leaf("Root", 1, "Leaf", 2)
}

#[track_caller]
fn code(cert: &Cert) -> Option<Code> {
    Certificate::parse(&cert.sign(1)).err().map(|error| error.code())
}

#[track_caller]
fn refused(expected: Code, change: impl Fn(&mut Cert)) {
    assert_eq!(code(&leaf()), None, "unchanged");
    let mut cert = leaf();
    change(&mut cert);
    assert_eq!(code(&cert), Some(expected));
}

#[track_caller]
fn accepted(change: impl Fn(&mut Cert)) {
    let mut cert = leaf();
    change(&mut cert);
    assert_eq!(code(&cert), None);
}

#[test]
fn gives_what_was_written() {
    let der = leaf().sign(1);
    let cert = Certificate::parse(&der).unwrap();
    assert_eq!(cert.der(), der);
    assert_eq!(cert.tbs(), leaf().tbs());
    assert_eq!(cert.serial(), [2]);
    assert_eq!((cert.issuer_common_name(), cert.subject_common_name()), (Some("Root"), Some("Leaf")));
    assert_eq!((cert.issuer(), cert.subject()), (&*name("Root"), &*name("Leaf")));
    assert_eq!(Some(cert.validity().not_before), UnixTime::parse_rfc3339_utc("2020-01-01T00:00:00Z"));
    assert_eq!(Some(cert.validity().not_after), UnixTime::parse_rfc3339_utc("2040-01-01T00:00:00Z"));
    assert_eq!(cert.spki().raw(), leaf().spki);
    assert!(cert.basic_constraints().is_some_and(|c| !c.ca && c.path_len.is_none()));
    let usage = cert.key_usage().unwrap();
    assert!(usage.digital_signature() && !usage.key_cert_sign() && !usage.crl_sign());
    assert_eq!(cert.subject_key_id(), Some(&[2; 4][..]));
    assert_eq!(cert.authority_key_id(), Some(&[1; 4][..]));
    assert!(!cert.is_self_issued());
    assert_eq!(cert.extensions().len(), 4);
    assert_eq!(
        cert.extension(oid::KEY_USAGE).map(|e| (e.critical, e.value)),
        Some((true, &[3, 2, 7, 0x80][..]))
    );
}

#[test]
fn a_certificate_cut_anywhere_is_refused() {
    let der = leaf().sign(1);
    for len in 0..der.len() {
        let error = Certificate::parse(&der[..len]).unwrap_err();
        assert_eq!(error.code(), Code::X509Der, "cut at {len}");
        assert!(error.offset().is_some_and(|offset| offset <= len), "cut at {len}: {error}");
    }
}

#[test]
fn a_certificate_with_any_bit_flipped_does_not_verify() {
    let root = Cert::authority("Root", 1, "Root", 1).sign(1);
    let root = Certificate::parse(&root).unwrap();
    let issuer_key = root.issuer_key(&RustCrypto, SignatureAlgorithm::ECDSA_P256_SHA256).unwrap();
    let mut der = leaf().sign(1);
    assert_eq!(Certificate::parse(&der).and_then(|cert| cert.verify_signed_by(&issuer_key)), Ok(()));
    for index in 0..der.len() {
        for bit in 0..8 {
            der[index] ^= 1 << bit;
            let outcome = Certificate::parse(&der).and_then(|cert| cert.verify_signed_by(&issuer_key));
            assert!(outcome.is_err(), "byte {index} bit {bit}");
            der[index] ^= 1 << bit;
        }
    }
}

#[test]
fn lengths_that_lie_are_refused() {
    let content = leaf().tbs();
    for header in [
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..],
        &[0x30, 0x84, 0x7f, 0xff, 0xff, 0xff],
        &[0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x30, 0x80],
        &[0x30, 0x81, 0x05],
        &[0x30, 0x82, 0x00, 0x10],
        &[0x30, 0x83, 0x00, 0x01, 0x00],
        &[0x30, 0xff],
        &[0x30],
        &[0x3f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x01],
    ] {
        let der = [header, &content].concat();
        assert_eq!(Certificate::parse(&der).unwrap_err().code(), Code::X509Der, "{header:02x?}");
        let inside = tlv(0x30, &der);
        assert_eq!(Certificate::parse(&inside).unwrap_err().code(), Code::X509Der, "{header:02x?}");
    }
}

#[test]
fn nothing_may_follow() {
    let mut der = leaf().sign(1);
    der.push(0);
    let error = Certificate::parse(&der).unwrap_err();
    assert_eq!((error.code(), error.offset()), (Code::X509Der, Some(der.len() - 1)));
    refused(Code::X509Der, |cert| cert.unique_ids = tlv(0xa4, &[]));
}

#[test]
fn size_and_number_are_bounded() {
    let big = vec![0x30; limits::CERTIFICATE_BYTES + 1];
    assert_eq!(Certificate::parse(&big).unwrap_err().code(), Code::LimitSize);
    refused(Code::LimitCount, |cert| {
        cert.extensions = (0..=limits::EXTENSIONS)
            .map(|n| extension(&[0x2a, u8::try_from(n).unwrap()], false, &[]))
            .collect();
    });
}

#[test]
fn only_version_3_without_unique_ids() {
    refused(Code::X509Der, |cert| cert.version = tlv(0xa0, &[2, 1, 1]));
    refused(Code::X509Der, |cert| cert.version = tlv(0xa0, &[2, 1, 3]));
    refused(Code::X509Der, |cert| cert.version = tlv(0xa0, &[2, 2, 0, 2]));
    refused(Code::X509Der, |cert| cert.version = vec![]);
    refused(Code::X509Der, |cert| cert.unique_ids = tlv(0x81, &[0, 1]));
}

#[test]
fn serial_numbers_are_positive_and_short() {
    for bad in [&[][..], &[0], &[0x80], &[0xff, 0x7f], &[0, 0x7f], &[1; 21], &[0; 2]] {
        refused(Code::X509Der, |cert| cert.serial = bad.to_vec());
    }
    accepted(|cert| cert.serial = vec![0x7f; 20]);
    accepted(|cert| cert.serial = [&[0][..], &[0x80; 20]].concat());
    accepted(|cert| cert.serial = vec![0, 0x80]);
}

#[test]
fn dates_on_both_sides_of_2050() {
    for (element, expected) in [
        (utc("500101000000Z"), "1950-01-01T00:00:00Z"),
        (utc("991231235959Z"), "1999-12-31T23:59:59Z"),
        (utc("000229000000Z"), "2000-02-29T00:00:00Z"),
        (utc("491231235959Z"), "2049-12-31T23:59:59Z"),
        (generalized("20500101000000Z"), "2050-01-01T00:00:00Z"),
        (generalized("20491231235959Z"), "2049-12-31T23:59:59Z"),
        (generalized("99991231235959Z"), "9999-12-31T23:59:59Z"),
    ] {
        let mut cert = leaf();
        cert.not_after = element;
        let der = cert.sign(1);
        let cert = Certificate::parse(&der).unwrap();
        assert_eq!(Some(cert.validity().not_after), UnixTime::parse_rfc3339_utc(expected), "{expected}");
    }
    for bad in [
        utc("2501010000Z"),
        utc("250101000000"),
        utc("250101000000+0000"),
        utc("250230000000Z"),
        utc("251301000000Z"),
        utc("250101240000Z"),
        utc("250101006000Z"),
        utc("250101000060Z"),
        utc("25 101000000Z"),
        utc("20250101000000Z"),
        generalized("20250101000000.5Z"),
        generalized("20250101000000"),
        generalized("250101000000Z"),
        tlv(0x0c, b"250101000000Z"),
    ] {
        refused(Code::X509Der, |cert| cert.not_before = bad.clone());
        refused(Code::X509Der, |cert| cert.not_after = bad.clone());
    }
}

#[test]
fn names_are_names() {
    refused(Code::X509Der, |cert| cert.issuer = seq(&[]));
    accepted(|cert| cert.subject = seq(&[]));
    let unsorted = [
        seq(&[&tlv(6, oid::COMMON_NAME), &tlv(0x0c, b"b")]),
        seq(&[&tlv(6, oid::COMMON_NAME), &tlv(0x0c, b"a")]),
    ];
    let set_of = |parts: &[Vec<u8>]| tlv(0x30, &tlv(0x31, &parts.concat()));
    refused(Code::X509Der, |cert| cert.subject = set_of(&unsorted));
    refused(Code::X509Der, |cert| cert.subject = set_of(&[]));
    refused(Code::X509Der, |cert| cert.subject = name_of(&[(0x0c, b"\xff")]));
    refused(Code::X509Der, |cert| cert.subject = name_of(&[(0x13, b"caf\xc3\xa9")]));
    refused(Code::X509Der, |cert| cert.subject = name_of(&[(0x16, b"caf\xc3\xa9")]));
    refused(Code::X509Der, |cert| cert.subject = tlv(0x31, &[]));
    for (common_names, expected) in [
        (&[(0x0c, &b"caf\xc3\xa9"[..])][..], Some("café")),
        (&[(0x13, b"Root")], Some("Root")),
        (&[(0x16, b"Root")], Some("Root")),
        (&[(0x1e, b"\0R\0o")], None),
        (&[(0x0c, b"a"), (0x0c, b"b")], None),
        (&[], None),
    ] {
        let mut cert = leaf();
        cert.subject = name_of(common_names);
        let der = cert.sign(1);
        assert_eq!(Certificate::parse(&der).unwrap().subject_common_name(), expected);
    }
}

#[test]
fn algorithms_agree_and_are_known() {
    let sha384 = seq(&[&tlv(6, oid::ECDSA_SHA384)]);
    refused(Code::X509Der, |cert| cert.outer_algorithm = sha384.clone());
    refused(Code::X509Der, |cert| cert.inner_algorithm = sha384.clone());
    let both = |algorithm: Vec<u8>| {
        move |cert: &mut Cert| {
            cert.inner_algorithm.clone_from(&algorithm);
            cert.outer_algorithm.clone_from(&algorithm);
        }
    };
    accepted(both(sha384));
    accepted(both(seq(&[&tlv(6, oid::RSA_SHA256), &[5, 0]])));
    accepted(both(seq(&[&tlv(6, oid::RSA_SHA256)])));
    refused(Code::X509Der, both(seq(&[&tlv(6, oid::RSA_SHA256), &[5, 1, 0]])));
    refused(Code::X509Der, both(seq(&[&tlv(6, oid::RSA_SHA256), &[2, 1, 0]])));
    refused(Code::X509Der, both(seq(&[&tlv(6, oid::ECDSA_SHA256), &[5, 0]])));
    for unknown in [
        &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1][..],      // ecdsa-with-SHA1
        &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 1],       // ecdsa-with-SHA224
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4], // md5WithRSAEncryption
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5], // sha1WithRSAEncryption
        &[0x2b, 0x65, 0x70],                            // Ed25519
    ] {
        refused(Code::X509Algorithm, both(seq(&[&tlv(6, unknown)])));
    }
    for bad in [&[][..], &[0x80, 1], &[0x2a, 0x80, 1], &[0x2a, 0x86]] {
        refused(Code::X509Der, both(seq(&[&tlv(6, bad)])));
    }
}

#[test]
fn pss_only_where_nothing_is_weaker_than_the_hash() {
    let hash = |oid: &[u8]| seq(&[&tlv(6, oid), &[5, 0]]);
    let mask = |oid: &[u8]| seq(&[&tlv(6, oid::MGF1), &hash(oid)]);
    let pss = |h: Option<&[u8]>, m: Option<&[u8]>, salt: Option<u8>| {
        let h = h.map(|h| tlv(0xa0, &hash(h))).unwrap_or_default();
        let m = m.map(|m| tlv(0xa1, &mask(m))).unwrap_or_default();
        let salt = salt.map(|salt| tlv(0xa2, &[2, 1, salt])).unwrap_or_default();
        seq(&[&tlv(6, oid::RSA_PSS), &seq(&[&h, &m, &salt])])
    };
    let outcome = |algorithm: Vec<u8>| {
        let mut cert = leaf();
        cert.inner_algorithm.clone_from(&algorithm);
        cert.outer_algorithm = algorithm;
        code(&cert)
    };
    assert_eq!(outcome(pss(Some(oid::SHA256), Some(oid::SHA256), Some(32))), None);
    assert_eq!(outcome(pss(Some(oid::SHA384), Some(oid::SHA384), Some(48))), None);
    assert_eq!(outcome(pss(Some(oid::SHA512), Some(oid::SHA512), Some(64))), None);
    for algorithm in [
        pss(Some(oid::SHA256), Some(oid::SHA384), Some(32)),
        pss(Some(oid::SHA256), Some(oid::SHA256), Some(20)),
        pss(Some(oid::SHA256), Some(oid::SHA256), None),
        pss(Some(oid::SHA256), None, Some(32)),
        pss(None, Some(oid::SHA256), Some(32)),
        pss(None, None, None),
        pss(Some(&[0x2b, 14, 3, 2, 26]), Some(&[0x2b, 14, 3, 2, 26]), Some(20)), // SHA-1
    ] {
        assert_eq!(outcome(algorithm), Some(Code::X509Algorithm));
    }
    assert_eq!(outcome(seq(&[&tlv(6, oid::RSA_PSS)])), Some(Code::X509Der), "no parameters");
}

#[test]
fn extensions_are_known_once_and_der() {
    refused(Code::X509Extension, |cert| cert.extensions.push(extension(UNKNOWN, true, &[])));
    accepted(|cert| cert.extensions.push(extension(UNKNOWN, false, &[])));
    for critical in
        [oid::AUTHORITY_KEY_ID, oid::SUBJECT_KEY_ID, oid::NAME_CONSTRAINTS, oid::EXTENDED_KEY_USAGE]
    {
        refused(Code::X509Extension, |cert| {
            *cert = leaf().with(critical, true, &tlv(4, &[1]));
        });
    }
    refused(Code::X509Extension, |cert| {
        cert.extensions.extend([extension(UNKNOWN, false, &[]), extension(UNKNOWN, false, &[])]);
    });
    // FALSE written out, a BOOLEAN that is neither, no value, a value of another type, something more.
    for bad in [
        seq(&[&tlv(6, UNKNOWN), &[1, 1, 0], &[4, 0]]),
        seq(&[&tlv(6, UNKNOWN), &[1, 1, 1], &[4, 0]]),
        seq(&[&tlv(6, UNKNOWN)]),
        seq(&[&tlv(6, UNKNOWN), &[3, 1, 0]]),
        seq(&[&tlv(6, UNKNOWN), &[4, 0], &[4, 0]]),
    ] {
        refused(Code::X509Der, |cert| cert.extensions.push(bad.clone()));
    }
    let mut cert = leaf();
    cert.extensions.clear();
    assert_eq!(code(&cert), None, "no extensions");
    cert.unique_ids = tlv(0xa3, &seq(&[]));
    assert_eq!(code(&cert), Some(Code::X509Der), "an empty list of extensions");
}

#[test]
fn a_caller_may_take_a_critical_extension_upon_itself() {
    let mut cert = leaf();
    cert.extensions.push(extension(UNKNOWN, true, &[]));
    let der = cert.sign(1);
    assert!(Certificate::parse_knowing(&der, &[UNKNOWN]).unwrap().has_extension(UNKNOWN));
    let error = Certificate::parse_knowing(&der, &[oid::EXTENDED_KEY_USAGE]).unwrap_err();
    assert_eq!(error.code(), Code::X509Extension);
}

#[test]
fn basic_constraints_and_key_usage_are_der() {
    for bad in [
        &seq(&[&[1, 1, 0]])[..],
        &seq(&[&[1, 1, 1]]),
        &seq(&[&[1, 1, 0xff], &[2, 1, 0xff]]),
        &seq(&[&[1, 1, 0xff], &[2, 2, 0, 1]]),
        &seq(&[&[1, 1, 0xff], &[2, 6, 1, 0, 0, 0, 0, 0]]),
        &seq(&[&[1, 1, 0xff], &[2, 1, 0], &[2, 1, 0]]),
        &[],
        &[0x30, 0, 0],
        &[4, 0],
    ] {
        refused(Code::X509Der, |cert| *cert = leaf().with(oid::BASIC_CONSTRAINTS, true, bad));
    }
    let der = leaf().with(oid::BASIC_CONSTRAINTS, true, &seq(&[&[1, 1, 0xff], &[2, 2, 1, 0]])).sign(1);
    let constraints = Certificate::parse(&der).unwrap().basic_constraints().unwrap();
    assert_eq!((constraints.ca, constraints.path_len), (true, Some(256)));
    for bad in [
        &[3, 2, 6, 0x80][..],   // a zero bit at the end of the list
        &[3, 2, 0, 0x06],       // unused bits that are not named unused
        &[3, 2, 2, 0x06],       // a set bit among the unused
        &[3, 2, 8, 0x80],       // more unused bits than a byte has
        &[3, 1, 0],             // no bit at all
        &[3, 2, 0, 0],          // no bit set
        &[3, 4, 7, 0, 0, 0x80], // a bit that has no name
        &[4, 1, 0x80],
        &[3, 2, 7, 0x80, 0],
    ] {
        refused(Code::X509Der, |cert| *cert = leaf().with(oid::KEY_USAGE, true, bad));
    }
    let der = leaf().with(oid::KEY_USAGE, true, &[3, 3, 7, 0, 0x80]).sign(1);
    let usage = Certificate::parse(&der).unwrap().key_usage().unwrap();
    assert_eq!((0..40).filter(|n| usage.bit(*n)).collect::<Vec<_>>(), [8]);
}

#[test]
fn key_identifiers_are_not_empty() {
    refused(Code::X509Extension, |cert| *cert = leaf().with(oid::SUBJECT_KEY_ID, false, &tlv(4, &[])));
    refused(Code::X509Extension, |cert| {
        *cert = leaf().with(oid::AUTHORITY_KEY_ID, false, &seq(&[&tlv(0x80, &[])]));
    });
    accepted(|cert| *cert = leaf().with(oid::AUTHORITY_KEY_ID, false, &seq(&[])));
    accepted(|cert| {
        let value = seq(&[&tlv(0x80, &[1]), &tlv(0xa1, &[]), &tlv(0x82, &[1])]);
        *cert = leaf().with(oid::AUTHORITY_KEY_ID, false, &value);
    });
    for bad in [
        seq(&[&tlv(0xa1, &[])]),
        seq(&[&tlv(0x82, &[1])]),
        seq(&[&tlv(0x82, &[1]), &tlv(0x80, &[1])]),
        tlv(4, &[1]),
        vec![],
    ] {
        refused(Code::X509Der, |cert| *cert = leaf().with(oid::AUTHORITY_KEY_ID, false, &bad));
    }
}

#[test]
fn a_signature_is_whole_octets_and_its_own_key_s() {
    let tbs = leaf().tbs();
    for bits in [&tlv(3, &[1, 0x80])[..], &tlv(3, &[]), &tlv(4, &[0])] {
        let der = seq(&[&tbs, &ecdsa_sha256(), bits]);
        assert_eq!(Certificate::parse(&der).unwrap_err().code(), Code::X509Der);
    }
    let root = Cert::authority("Root", 1, "Root", 1).sign(1);
    let root = Certificate::parse(&root).unwrap();
    let issuer_key = root.issuer_key(&RustCrypto, SignatureAlgorithm::ECDSA_P256_SHA256).unwrap();
    let verify = |der: &[u8]| {
        Certificate::parse(der).unwrap().verify_signed_by(&issuer_key).map_err(|error| error.code())
    };
    assert_eq!(verify(&leaf().sign(1)), Ok(()));
    assert_eq!(verify(&leaf().sign(3)), Err(Code::X509Signature));
    for garbage in [&[0][..], &[0, 0x30, 0], &[0, 0x30, 6, 2, 1, 0, 2, 1, 0], &[0, 0x30, 6, 2, 1, 1, 2, 1, 1]]
    {
        assert_eq!(verify(&seq(&[&tbs, &ecdsa_sha256(), &tlv(3, garbage)])), Err(Code::X509Signature));
    }
    let mut other = leaf();
    other.inner_algorithm = seq(&[&tlv(6, oid::ECDSA_SHA384)]);
    other.outer_algorithm.clone_from(&other.inner_algorithm);
    assert_eq!(verify(&other.sign(1)), Err(Code::X509Algorithm));
    let wrong_kind = root.load_key(&RustCrypto, SignatureAlgorithm::ECDSA_P384_SHA384);
    assert_eq!(wrong_kind.unwrap_err().code(), Code::X509Algorithm);
}
