//! Every certificate and revocation list of the DCAP vectors parses, and another parser reads the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use veriquote::crypto::{CryptoProvider as _, HashAlgorithm, RustCrypto, SignatureAlgorithm};
use veriquote::encoding::{decode_der_or_text, has_pem_marker, pem_blocks};
use veriquote::x509::chain::{ChainContext, ChainRules, Revocation, SignatureBudget, verify_chain};
use veriquote::x509::{Certificate, Crl, RevocationList as _};
use veriquote::{Code, Hex, TrustAnchors, UnixTime};
use veriquote_conformance::vectors;
use x509_parser::prelude::FromDer as _;

#[test]
fn certificates_read_as_another_parser_reads_them() {
    let Some(root) = vectors("dcap") else { return };
    let objects = collect(&root);
    assert!(objects.certificates.len() > 100, "only {} certificates", objects.certificates.len());
    let mut refused = Vec::new();
    for der in &objects.certificates {
        let (rest, theirs) = x509_parser::certificate::X509Certificate::from_der(der).unwrap();
        assert!(rest.is_empty());
        let ours = match Certificate::parse(der) {
            Ok(ours) => ours,
            Err(error) => {
                refused.push(format!("{}: {error}", theirs.subject()));
                continue;
            }
        };
        assert_eq!(ours.serial(), theirs.tbs_certificate.raw_serial());
        assert_eq!(ours.tbs(), theirs.tbs_certificate.as_ref());
        assert_eq!(ours.spki().raw(), theirs.public_key().raw);
        assert_eq!(ours.validity().not_before.0, theirs.validity().not_before.timestamp());
        assert_eq!(ours.validity().not_after.0, theirs.validity().not_after.timestamp());
        assert_eq!(ours.issuer(), theirs.issuer().as_raw());
        assert_eq!(ours.subject(), theirs.subject().as_raw());
        let common_name = theirs.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
        assert_eq!(ours.subject_common_name(), common_name);
        assert_eq!(ours.signature(), theirs.signature_value.data.as_ref());
        assert_eq!(ours.extensions().len(), theirs.extensions().len());
        for (a, b) in ours.extensions().iter().zip(theirs.extensions()) {
            assert_eq!((a.oid, a.critical, a.value), (b.oid.as_bytes(), b.critical, b.value));
        }
        let constraints =
            theirs.basic_constraints().unwrap().map(|e| (e.value.ca, e.value.path_len_constraint));
        assert_eq!(ours.basic_constraints().map(|c| (c.ca, c.path_len)), constraints);
        let usage = theirs.key_usage().unwrap();
        let usage = usage.map(|e| (0..9).map(|n| e.value.flags >> n & 1 == 1).collect());
        assert_eq!(ours.key_usage().map(|u| (0..9).map(|n| u.bit(n)).collect::<Vec<_>>()), usage);
    }
    assert!(refused.is_empty(), "{refused:#?}");
    eprintln!("{} certificates", objects.certificates.len());
}

#[test]
fn lists_read_as_another_parser_reads_them() {
    let Some(root) = vectors("dcap") else { return };
    let objects = collect(&root);
    assert!(objects.lists.len() > 10, "only {} lists", objects.lists.len());
    let mut refused = Vec::new();
    for der in &objects.lists {
        let (rest, theirs) = x509_parser::revocation_list::CertificateRevocationList::from_der(der).unwrap();
        assert!(rest.is_empty());
        let ours = match Crl::parse(der) {
            Ok(ours) => ours,
            Err(error) => {
                refused.push(format!("{}: {error}", theirs.issuer()));
                continue;
            }
        };
        assert_eq!(ours.tbs(), theirs.tbs_cert_list.as_ref());
        assert_eq!(ours.issuer(), theirs.issuer().as_raw());
        assert_eq!(ours.this_update().0, theirs.last_update().timestamp());
        assert_eq!(Some(ours.next_update().0), theirs.next_update().map(|time| time.timestamp()));
        let number = theirs.crl_number().map(|number| number.to_bytes_be());
        assert_eq!(ours.crl_number().map(|n| if n.is_empty() { vec![0] } else { n.to_vec() }), number);
        let owned = ours.clone().into_revoked_serials();
        assert_eq!(ours.len(), theirs.iter_revoked_certificates().count());
        assert_eq!(owned.entries().len(), ours.len());
        for entry in theirs.iter_revoked_certificates() {
            let found = ours.revokes(entry.raw_serial()).unwrap();
            assert_eq!(owned.revokes(entry.raw_serial()), Some(found));
            assert_eq!(found.revocation_date.0, entry.revocation_date.timestamp());
            assert_eq!(found.reason, entry.reason_code().map(|(_, reason)| reason.0));
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
    eprintln!("{} lists", objects.lists.len());
}

#[test]
fn intel_s_chains_end_at_the_embedded_root() {
    let Some(root) = vectors("dcap/real") else { return };
    let mut seen = 0;
    for path in files(&root).into_iter().filter(|path| path.ends_with("collateral.json")) {
        let read =
            |path: &Path| -> serde_json::Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
        let collateral = read(&path);
        let now = read(&path.with_file_name("expected.json"))["verified_at"].as_i64().unwrap();
        let text = |name: &str| collateral[name].as_str().unwrap().as_bytes();
        let list = decode_der_or_text(text("root_ca_crl"), "X509 CRL").unwrap();
        let lists = [Crl::parse(&list).unwrap()];
        let anchors = TrustAnchors::intel_sgx();
        let context = ChainContext {
            anchors: &anchors,
            provider: &RustCrypto,
            now: UnixTime(now),
            rules: ChainRules::STRICT,
            crls: &lists,
            revocation: Revocation::Required,
        };
        let signer = pem_blocks(text("tcb_info_issuer_chain"), "CERTIFICATE", 8).unwrap();
        let mut chain: Vec<_> = signer.iter().map(|der| Certificate::parse(der).unwrap()).collect();
        chain.sort_by_key(Certificate::is_self_issued);
        let verified = verify_chain(&chain, &context, &mut SignatureBudget::default());
        verified.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let late = ChainContext { now: lists[0].next_update().saturating_add(1), ..context };
        let error = verify_chain(&chain, &late, &mut SignatureBudget::default()).unwrap_err();
        assert_eq!(error.code(), Code::CrlStale);
        seen += 1;
    }
    assert!(seen > 100, "only {seen} chains");
}

#[derive(Default)]
struct Objects {
    certificates: BTreeSet<Vec<u8>>,
    lists: BTreeSet<Vec<u8>>,
}

/// What the files hold, each object once.
#[test]
fn every_fingerprint_of_the_trust_store_is_of_a_certificate_that_the_root_signed() {
    let Some(root) = vectors("dcap") else { return };
    let anchor = veriquote::trust::intel_sgx_root();
    let key = anchor.issuer_key(&RustCrypto, SignatureAlgorithm::ECDSA_P256_SHA256).unwrap();
    let objects = collect(&root);
    for known in anchor.known_certificates() {
        let digest = |der: &[u8]| RustCrypto.hash(HashAlgorithm::Sha256, &[der]);
        let der = objects.certificates.iter().find(|der| digest(der).as_slice() == known);
        let der = der.unwrap_or_else(|| panic!("no certificate has fingerprint {}", Hex(known)));
        Certificate::parse(der).unwrap().verify_signed_by(&key).unwrap();
    }
}

fn collect(root: &Path) -> Objects {
    let mut objects = Objects::default();
    for path in files(root) {
        let bytes = fs::read(&path).unwrap();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => {
                if let Ok(json) = serde_json::from_slice(&bytes) {
                    strings(&json, &mut objects);
                }
            }
            Some("pem") => objects.add_text(&bytes),
            Some("der") => {
                objects.lists.insert(bytes);
            }
            _ => {}
        }
    }
    objects
}

impl Objects {
    fn add_text(&mut self, text: &[u8]) {
        if !has_pem_marker(text) {
            return;
        }
        if let Ok(blocks) = pem_blocks(text, "CERTIFICATE", 8) {
            self.certificates.extend(blocks);
        } else if let Ok(blocks) = pem_blocks(text, "X509 CRL", 8) {
            self.lists.extend(blocks);
        }
    }
}

fn strings(json: &serde_json::Value, objects: &mut Objects) {
    match json {
        serde_json::Value::Array(items) => items.iter().for_each(|item| strings(item, objects)),
        serde_json::Value::Object(members) => {
            for (name, value) in members {
                match value.as_str() {
                    Some(text) if name.ends_with("_crl") => {
                        objects.lists.extend(decode_der_or_text(text.as_bytes(), "X509 CRL"));
                    }
                    Some(text) => objects.add_text(text.as_bytes()),
                    None => strings(value, objects),
                }
            }
        }
        _ => {}
    }
}

fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
