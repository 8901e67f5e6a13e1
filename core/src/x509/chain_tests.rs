use alloc::vec;
use alloc::vec::Vec;

use super::chain::{
    ChainContext, ChainRules, Revocation, SignatureBudget, SignsCrls, check_ca, check_crl, check_crl_window,
    check_issued_by, check_leaf, check_revocation, check_window, require_extensions, verify_chain,
};
use super::testing::{Cert, List, seq, tlv};
use super::{Certificate, Crl, oid};
use crate::crypto::RustCrypto;
use crate::error::{Code, Error};
use crate::time::{UnixTime, Window};
use crate::trust::{TrustAnchor, TrustAnchors};

const STRICT: ChainRules = ChainRules::STRICT;
const LENIENT: ChainRules = ChainRules::PRESENCE_ONLY;
const CA: &[u8] = &[0x30, 3, 1, 1, 0xff];

fn at(text: &str) -> UnixTime {
    UnixTime::parse_rfc3339_utc(text).unwrap()
}

fn root() -> Cert {
    Cert::authority("Root", 1, "Root", 1)
}

fn intermediate() -> Cert {
    Cert::authority("Root", 1, "CA", 2)
}

fn leaf() -> Cert {
    Cert::leaf("CA", 2, "Leaf", 3)
}

/// What a test changes before the chain is verified.
struct Scene {
    chain: Vec<Vec<u8>>,
    anchors: TrustAnchors,
    crls: Vec<Vec<u8>>,
    now: UnixTime,
    rules: ChainRules,
    revocation: Revocation,
    budget: u32,
}

impl Scene {
    fn new() -> Self {
        Self::of(&leaf(), &intermediate(), &root())
    }

    fn of(leaf: &Cert, intermediate: &Cert, root: &Cert) -> Self {
        Self {
            chain: vec![leaf.sign(2), intermediate.sign(1), root.sign(1)],
            anchors: TrustAnchors::new(vec![TrustAnchor::from_certificate(&root.sign(1)).unwrap()]),
            crls: vec![],
            now: at("2026-01-15T00:00:00Z"),
            rules: STRICT,
            revocation: Revocation::WhereGiven,
            budget: 32,
        }
    }

    fn with_lists() -> Self {
        let mut scene = Self::new();
        scene.crls = vec![List::new("Root", 1).sign(1), List::new("CA", 2).revoking(&[9], &[]).sign(2)];
        scene.revocation = Revocation::Required;
        scene
    }

    fn verify(&self) -> Result<Window, Error> {
        let chain = self.chain.iter().map(|der| Certificate::parse(der)).collect::<Result<Vec<_>, _>>()?;
        let crls = self.crls.iter().map(|der| Crl::parse(der)).collect::<Result<Vec<_>, _>>()?;
        let context = ChainContext {
            anchors: &self.anchors,
            provider: &RustCrypto,
            now: self.now,
            rules: self.rules,
            crls: &crls,
            revocation: self.revocation,
        };
        verify_chain(&chain, &context, &mut SignatureBudget::new(self.budget)).map(|chain| chain.window())
    }

    #[track_caller]
    fn fails(&self, code: Code, part: &str) {
        let error = self.verify().unwrap_err();
        assert_eq!((error.code(), error.part()), (code, part), "{error}");
    }
}

#[test]
fn a_chain_holds_with_its_root_and_without() {
    let mut scene = Scene::new();
    let window = scene.verify().unwrap();
    assert_eq!(window.not_after, at("2040-01-01T00:00:00Z"));
    scene.chain.pop();
    assert_eq!(scene.verify(), Ok(window));
    scene.chain = vec![root().sign(1)];
    assert_eq!(scene.verify(), Ok(window), "a root is its own leaf");
    scene.chain.clear();
    scene.fails(Code::X509Chain, "");
}

#[test]
fn lists_narrow_the_window() {
    let window = Scene::with_lists().verify().unwrap();
    assert_eq!(window.not_before, at("2025-01-01T00:00:00Z"));
    assert_eq!(window.not_after, at("2027-01-01T00:00:00Z"));
    let mut without_root = Scene::with_lists();
    without_root.chain.pop();
    assert_eq!(without_root.verify(), Ok(window));
}

#[test]
fn only_a_trusted_key_ends_a_chain() {
    let mut scene = Scene::new();
    let other = Cert::authority("Root", 4, "Root", 4);
    scene.anchors = TrustAnchors::new(vec![TrustAnchor::from_certificate(&other.sign(4)).unwrap()]);
    scene.fails(Code::X509Anchor, "certificate[2].issuer");
    scene.anchors = TrustAnchors::new(vec![]);
    scene.fails(Code::X509Anchor, "certificate[2].issuer");
    scene.anchors = TrustAnchors::new(vec![TrustAnchor::from_key(&root().spki).unwrap()]);
    assert!(scene.verify().is_ok(), "a key without a name");
    let renamed = Cert::authority("Rood", 1, "Rood", 1);
    scene.anchors = TrustAnchors::new(vec![TrustAnchor::from_certificate(&renamed.sign(1)).unwrap()]);
    scene.fails(Code::X509Anchor, "certificate[2].issuer");
}

#[test]
fn a_made_up_certificate_around_the_trusted_key_is_no_root() {
    let mut scene = Scene::new();
    let mut longer = root();
    longer.not_after = super::testing::utc("490101000000Z");
    scene.chain[2] = longer.sign(1);
    assert!(scene.verify().is_ok(), "issued anew by the key itself");
    scene.chain[2] = longer.sign(5);
    scene.fails(Code::X509Signature, "certificate[2].signature");
}

#[test]
fn every_signature_is_checked() {
    let mut scene = Scene::new();
    scene.chain[0] = leaf().sign(7);
    scene.fails(Code::X509Signature, "certificate[0].signature");
    let mut scene = Scene::new();
    scene.chain[1] = intermediate().sign(7);
    scene.fails(Code::X509Signature, "certificate[1].signature");
    scene.chain.pop();
    scene.fails(Code::X509Anchor, "certificate[1].issuer");
    // Names and key identifiers that agree, or are not there, replace no signature.
    let bare = |cert: Cert| cert.without(oid::AUTHORITY_KEY_ID).without(oid::SUBJECT_KEY_ID);
    let mut scene = Scene::of(&bare(leaf()), &bare(intermediate()), &bare(root()));
    assert!(scene.verify().is_ok());
    scene.chain[0] = bare(leaf()).sign(7);
    scene.fails(Code::X509Signature, "certificate[0].signature");
}

#[test]
fn names_and_key_identifiers_link_the_chain() {
    let mut scene = Scene::of(&Cert::leaf("CB", 2, "Leaf", 3), &intermediate(), &root());
    scene.fails(Code::X509Chain, "certificate[0].issuer");
    let mut wrong_id = Scene::of(&Cert::leaf("CA", 8, "Leaf", 3), &intermediate(), &root());
    wrong_id.fails(Code::X509Chain, "certificate[0].extensions.authority_key_identifier");
    wrong_id.rules = LENIENT;
    assert!(wrong_id.verify().is_ok());
    scene.chain = vec![leaf().sign(2), root().sign(1)];
    scene.fails(Code::X509Chain, "certificate[0].issuer");
    scene.chain = vec![intermediate().sign(1), leaf().sign(2), root().sign(1)];
    assert!(scene.verify().is_err(), "order is the caller's");
}

#[test]
fn every_certificate_is_inside_its_validity() {
    for index in 0..3 {
        for (not_before, not_after, code, part) in [
            ("200101000000Z", "260114235959Z", Code::X509Expired, "validity.not_after"),
            ("260115000001Z", "400101000000Z", Code::X509NotYetValid, "validity.not_before"),
        ] {
            let mut certs = [leaf(), intermediate(), root()];
            certs[index].not_before = super::testing::utc(not_before);
            certs[index].not_after = super::testing::utc(not_after);
            let [leaf, intermediate, root] = certs;
            let mut scene = Scene::of(&leaf, &intermediate, &root);
            scene.fails(code, &alloc::format!("certificate[{index}].{part}"));
            scene.rules = LENIENT;
            assert_eq!(scene.verify().is_ok(), code == Code::X509NotYetValid, "Intel ignores notBefore");
        }
    }
    let mut edge = leaf();
    edge.not_before = super::testing::utc("260115000000Z");
    edge.not_after = super::testing::utc("260115000000Z");
    assert!(Scene::of(&edge, &intermediate(), &root()).verify().is_ok(), "both ends are inside");
}

#[test]
fn issuers_are_authorities_and_leaves_are_not() {
    const BC: &str = "extensions.basic_constraints";
    const KU: &str = "extensions.key_usage";
    let cases = [
        (1, intermediate().with(oid::BASIC_CONSTRAINTS, true, &seq(&[])), BC),
        (1, intermediate().without(oid::BASIC_CONSTRAINTS), BC),
        (1, intermediate().with(oid::KEY_USAGE, true, &[3, 2, 1, 0x02]), KU),
        (1, intermediate().with(oid::NAME_CONSTRAINTS, false, &seq(&[])), "extensions.name_constraints"),
        (1, intermediate().with(oid::POLICY_CONSTRAINTS, false, &seq(&[])), "extensions.policy_constraints"),
        (2, root().with(oid::BASIC_CONSTRAINTS, true, &seq(&[&[1, 1, 0xff], &[2, 1, 0]])), BC),
        (2, root().without(oid::BASIC_CONSTRAINTS), BC),
        (0, leaf().with(oid::BASIC_CONSTRAINTS, true, CA), BC),
        (0, leaf().with(oid::KEY_USAGE, true, &[3, 2, 2, 0x84]), KU),
    ];
    for (index, cert, part) in cases {
        let mut certs = [leaf(), intermediate(), root()];
        certs[index] = cert;
        let [leaf, intermediate, root] = certs;
        let mut scene = Scene::of(&leaf, &intermediate, &root);
        scene.fails(Code::X509Extension, &alloc::format!("certificate[{index}].{part}"));
        scene.rules = LENIENT;
        assert!(scene.verify().is_ok(), "Intel looks for presence only");
    }
    // cRLSign is needed only where a list is used.
    let no_lists = intermediate().with(oid::KEY_USAGE, true, &[3, 2, 2, 0x04]);
    let mut scene = Scene::of(&leaf(), &no_lists, &root());
    assert!(scene.verify().is_ok());
    scene.crls = vec![List::new("CA", 2).sign(2)];
    scene.fails(Code::X509Extension, "certificate[1].extensions.key_usage");
    let unlimited = intermediate().with(oid::BASIC_CONSTRAINTS, true, CA).without(oid::KEY_USAGE);
    assert!(Scene::of(&leaf(), &unlimited, &root()).verify().is_ok(), "KeyUsage may be absent");
}

#[test]
fn self_issued_authorities_do_not_count() {
    let limited = root().with(oid::BASIC_CONSTRAINTS, true, &seq(&[&[1, 1, 0xff], &[2, 1, 1]]));
    let same = Cert::authority("CA", 2, "CA", 5);
    let leaf = Cert::leaf("CA", 5, "Leaf", 3);
    let mut scene = Scene::of(&leaf, &intermediate(), &limited);
    scene.chain = vec![leaf.sign(5), same.sign(2), intermediate().sign(1), limited.sign(1)];
    assert!(scene.verify().is_ok());
    let other = Cert::authority("CA", 2, "CB", 5);
    let leaf = Cert::leaf("CB", 5, "Leaf", 3);
    scene.chain = vec![leaf.sign(5), other.sign(2), intermediate().sign(1), limited.sign(1)];
    scene.fails(Code::X509Extension, "certificate[3].extensions.basic_constraints");
}

#[test]
fn revoked_certificates_are_refused() {
    let mut scene = Scene::with_lists();
    assert!(scene.verify().is_ok());
    scene.crls[1] = List::new("CA", 2).revoking(&[3], &[]).sign(2);
    scene.fails(Code::X509Revoked, "certificate[0].serial_number");
    let mut scene = Scene::with_lists();
    scene.crls[0] = List::new("Root", 1).revoking(&[2], &[]).sign(1);
    scene.fails(Code::X509Revoked, "certificate[1].serial_number");
    scene.chain.pop();
    scene.fails(Code::X509Revoked, "certificate[1].serial_number");
    // The same serial number under another issuer says nothing.
    let mut scene = Scene::with_lists();
    scene.crls[0] = List::new("Root", 1).revoking(&[3], &[]).sign(1);
    assert!(scene.verify().is_ok());
}

#[test]
fn lists_are_their_issuer_s_own_and_current() {
    let mut scene = Scene::with_lists();
    scene.crls[1] = List::new("CA", 2).sign(1);
    scene.fails(Code::CrlSignature, "certificate[0].signature");
    scene.crls[1] = List::new("CA", 8).sign(2);
    scene.fails(Code::CrlIssuer, "certificate[0].extensions.authority_key_identifier");
    scene.crls[1] = List { extensions: vec![], ..List::new("CA", 2) }.sign(2);
    scene.fails(Code::CrlExtension, "certificate[0].extensions");
    scene.crls.pop();
    scene.fails(Code::CrlIssuer, "certificate[0].issuer");
    scene.revocation = Revocation::WhereGiven;
    assert!(scene.verify().is_ok());
    let mut scene = Scene::with_lists();
    scene.now = at("2027-01-01T00:00:01Z");
    scene.fails(Code::CrlStale, "certificate[0].next_update");
    scene.now = at("2024-12-31T23:59:59Z");
    scene.fails(Code::CrlNotYetValid, "certificate[0].this_update");
    scene.now = at("2027-01-01T00:00:00Z");
    assert!(scene.verify().is_ok());
    scene.now = at("2025-01-01T00:00:00Z");
    assert!(scene.verify().is_ok());
}

#[test]
fn signatures_are_budgeted() {
    let mut scene = Scene::with_lists();
    scene.budget = 4;
    assert!(scene.verify().is_ok(), "two certificates, two lists");
    for budget in 0..4 {
        scene.budget = budget;
        assert_eq!(scene.verify().unwrap_err().code(), Code::LimitSignatures);
    }
}

#[test]
fn the_rules_one_by_one() {
    let (leaf_der, ca_der, root_der) = (leaf().sign(2), intermediate().sign(1), root().sign(1));
    let leaf = Certificate::parse(&leaf_der).unwrap();
    let ca = Certificate::parse(&ca_der).unwrap();
    let root = Certificate::parse(&root_der).unwrap();
    let code = |result: Result<(), Error>| result.err().map(|error| error.code());
    assert_eq!(code(check_issued_by(&leaf, &ca, &STRICT)), None);
    assert_eq!(code(check_issued_by(&leaf, &root, &STRICT)), Some(Code::X509Chain));
    assert_eq!(code(check_leaf(&leaf, &STRICT)), None);
    assert_eq!(code(check_leaf(&ca, &STRICT)), Some(Code::X509Extension));
    assert_eq!(code(check_leaf(&ca, &LENIENT)), None);
    assert_eq!(code(check_ca(&ca, 7, SignsCrls::Yes, &STRICT)), None);
    assert_eq!(code(check_ca(&leaf, 0, SignsCrls::No, &STRICT)), Some(Code::X509Extension));
    assert_eq!(code(check_ca(&leaf, 0, SignsCrls::No, &LENIENT)), None);
    assert_eq!(code(check_window(&leaf, at("2019-12-31T23:59:59Z"), &STRICT)), Some(Code::X509NotYetValid));
    assert_eq!(code(check_window(&leaf, at("2019-12-31T23:59:59Z"), &LENIENT)), None);
    assert_eq!(code(require_extensions(&leaf, &[oid::KEY_USAGE, oid::SUBJECT_KEY_ID])), None);
    let missing = require_extensions(&leaf, &[oid::KEY_USAGE, oid::CRL_DISTRIBUTION_POINTS]);
    assert_eq!(code(missing), Some(Code::X509Extension));
    let crl_der = List::new("CA", 2).revoking(&[3], &[]).sign(2);
    let crl = Crl::parse(&crl_der).unwrap();
    assert_eq!(code(check_crl(&crl, &ca, &STRICT)), None);
    assert_eq!(code(check_crl(&crl, &root, &STRICT)), Some(Code::CrlIssuer));
    assert_eq!(code(check_crl_window(&crl, at("2028-01-01T00:00:00Z"))), Some(Code::CrlStale));
    assert_eq!(code(check_revocation(&leaf, &crl)), Some(Code::X509Revoked));
    assert_eq!(code(check_revocation(&leaf, &crl.clone().into_revoked_serials())), Some(Code::X509Revoked));
    assert_eq!(code(check_revocation(&ca, &crl)), Some(Code::CrlIssuer), "another issuer's list");
}

#[test]
fn an_algorithm_that_is_not_the_issuer_s_key_s_is_refused() {
    let mut rsa = leaf();
    rsa.inner_algorithm = seq(&[&tlv(6, oid::RSA_SHA256), &[5, 0]]);
    rsa.outer_algorithm.clone_from(&rsa.inner_algorithm);
    Scene::of(&rsa, &intermediate(), &root())
        .fails(Code::X509Algorithm, "certificate[0].signature_algorithm");
}
