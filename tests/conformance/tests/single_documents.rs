//! Documents of collateral one by one, as a service verifies them before it keeps them: each rule has a document
//! that keeps it and one that breaks only it.

use std::sync::Arc;

use veriquote::crypto::RustCrypto;
use veriquote::dcap::{Collateral, EnclaveId, PckAuthority, RootCrl, SignedDocument, Tee, Verifier};
use veriquote::nvidia::{self, CrlIssuer};
use veriquote::trust::TrustAnchors;
use veriquote::x509::{CertStatus, Certificate, Crl, OcspResponse};
use veriquote::{Code, Error, UnixTime};
use veriquote_conformance::{corpus, vectors};
use veriquote_forge::nvidia::{
    NvCertificate, NvCrl, NvForge, NvKey, Ocsp, OcspStatus, device_root, rim_root,
};
use veriquote_forge::{
    Certificate as ForgedCertificate, DAY, Forge, Identity, Key, NOW, PckCa, RevokedEntry, pem,
};

fn anchors(pem: &str) -> TrustAnchors {
    TrustAnchors::from_certificates(pem.as_bytes()).unwrap()
}

fn trusting(forge: &Forge) -> Verifier {
    Verifier::new(anchors(&forge.build().root_pem), Arc::new(RustCrypto)).unwrap()
}

fn document(issuer_chain: &str, text: &str, signature: &[u8]) -> SignedDocument {
    SignedDocument { issuer_chain: issuer_chain.into(), text: text.into(), signature: signature.into() }
}

fn tcb_info(forge: &Forge) -> SignedDocument {
    let given = forge.build_collateral();
    document(&given.tcb_info_issuer_chain, &given.tcb_info, &given.tcb_info_signature)
}

fn identity(forge: &Forge) -> SignedDocument {
    let given = forge.build_collateral();
    document(&given.qe_identity_issuer_chain, &given.qe_identity, &given.qe_identity_signature)
}

fn pck_chain(forge: &Forge) -> String {
    [&forge.pck_certificate(), &forge.pck_ca, &forge.root].map(|it| pem("CERTIFICATE", &it.der())).concat()
}

/// Every document of a platform by itself: the names of those that are refused, with their codes.
fn refused(verifier: &Verifier, forge: &Forge, root_crl: Option<&RootCrl>) -> Vec<(&'static str, Code)> {
    let given = forge.build_collateral();
    let code = |error: Error| error.code();
    let all = [
        ("root_crl", verifier.verify_root_crl(&given.root_ca_crl).err().map(code)),
        ("pck_crl", {
            let checked = verifier.verify_pck_crl(&given.pck_crl_issuer_chain, &given.pck_crl, root_crl);
            checked.err().map(code)
        }),
        ("tcb_info", verifier.verify_tcb_info(&tcb_info(forge), root_crl).err().map(code)),
        ("identity", verifier.verify_identity(&identity(forge), root_crl).err().map(code)),
        ("pck", verifier.verify_pck_certificate(&pck_chain(forge), root_crl).err().map(code)),
    ];
    all.into_iter().filter_map(|(name, code)| Some((name, code?))).collect()
}

#[test]
fn genuine_documents_say_whose_they_are() {
    for (name, forge) in Forge::all() {
        let verifier = trusting(&forge);
        assert_eq!(refused(&verifier, &forge, None), [], "{name}");
        let root_crl = verifier.verify_root_crl(&forge.build_collateral().root_ca_crl).unwrap();
        assert_eq!(refused(&verifier, &forge, Some(&root_crl)), [], "{name}");
        let info = verifier.verify_tcb_info(&tcb_info(&forge), None).unwrap();
        assert_eq!(info.fmspc.0.as_slice(), forge.tcb_info.fmspc, "{name}");
        let found = verifier.verify_identity(&identity(&forge), None).unwrap();
        let expected = if info.tee == Tee::Tdx { EnclaveId::TdQe } else { EnclaveId::Qe };
        assert_eq!(found.id, expected, "{name}");
    }
    for (ca, authority) in
        [(PckCa::Platform, PckAuthority::Platform), (PckCa::Processor, PckAuthority::Processor)]
    {
        let forge = Forge::tdx4().certified_by(ca);
        let (verifier, given) = (trusting(&forge), forge.build_collateral());
        let list = verifier.verify_pck_crl(&given.pck_crl_issuer_chain, &given.pck_crl, None).unwrap();
        assert_eq!((list.0, list.1.not_before.0), (authority, NOW - 5 * DAY));
        assert_eq!(verifier.verify_pck_certificate(&pck_chain(&forge), None).unwrap(), authority);
    }
    let forge = Forge::tdx4();
    let qve = forge.sign_identity(&Identity::qve());
    let document = document(&qve.issuer_chain, &qve.identity, &qve.signature);
    assert_eq!(trusting(&forge).verify_identity(&document, None).unwrap().id, EnclaveId::Qve);
}

#[test]
fn what_is_no_longer_in_force_is_genuine_all_the_same() {
    let mut forge = Forge::tdx4();
    forge.tcb_info.next_update = NOW - 400 * DAY;
    forge.tcb_info.issue_date = NOW - 430 * DAY;
    forge.identity.next_update = NOW - 400 * DAY;
    forge.identity.issue_date = NOW - 430 * DAY;
    assert_eq!(refused(&trusting(&forge), &forge, None), []);
}

#[test]
fn nothing_counts_under_another_root() {
    let mut other = Forge::tdx4();
    other.root = ForgedCertificate::root(Key::new("other root"), NOW - 2000 * DAY, NOW + 8000 * DAY);
    let found = refused(&trusting(&other), &Forge::tdx4(), None);
    let expected = [
        ("root_crl", Code::CrlIssuer),
        ("pck_crl", Code::X509Anchor),
        ("tcb_info", Code::X509Anchor),
        ("identity", Code::X509Anchor),
        ("pck", Code::X509Anchor),
    ];
    assert_eq!(found, expected);
    // The pinned key is all that is known of Intel's root: a list of the same name is told by its signature.
    let intel = Verifier::intel(Arc::new(RustCrypto)).unwrap();
    let found = refused(&intel, &Forge::tdx4(), None);
    assert_eq!(found[0], ("root_crl", Code::CrlSignature));
    assert_eq!(found.len(), 5);
}

#[test]
fn a_signature_of_somebody_else_is_refused() {
    let evil = || Key::new("evil");
    let genuine = Forge::tdx4();
    let verifier = trusting(&genuine);
    let broken = |change: fn(&mut Forge, Key)| {
        let mut forge = Forge::tdx4();
        change(&mut forge, evil());
        refused(&verifier, &forge, None)
    };
    assert_eq!(broken(|it, key| it.root_crl.signer = key), [("root_crl", Code::CrlSignature)]);
    assert_eq!(broken(|it, key| it.pck_crl.signer = key), [("pck_crl", Code::CrlSignature)]);
    assert_eq!(broken(|it, key| it.tcb_info_signer = key), [("tcb_info", Code::DcapTcbInfoSignature)]);
    assert_eq!(broken(|it, key| it.identity_signer = key), [("identity", Code::DcapIdentitySignature)]);
    assert_eq!(broken(|it, key| it.pck.signer = key), [("pck", Code::X509Signature)]);
    let found = broken(|it, key| it.pck_ca.signer = key);
    assert_eq!(found, [("pck_crl", Code::X509Signature), ("pck", Code::X509Signature)]);
    let found = broken(|it, key| it.tcb_signing.signer = key);
    assert_eq!(found, [("tcb_info", Code::X509Signature), ("identity", Code::X509Signature)]);
}

#[test]
fn a_key_that_served_its_time_makes_nothing_newer() {
    // It ended yesterday: what it signed before counts, what says that it was issued today does not.
    let ended = |issued: i64| {
        let mut forge = Forge::tdx4();
        forge.tcb_signing.not_after = (NOW - DAY).into();
        forge.pck_ca.not_after = (NOW - DAY).into();
        forge.pck.not_before = issued.into();
        forge.pck_crl.this_update = issued.into();
        forge.tcb_info.issue_date = issued;
        forge.identity.issue_date = issued;
        refused(&trusting(&forge), &forge, None)
    };
    assert_eq!(ended(NOW - 2 * DAY), []);
    let expected = ["pck_crl", "tcb_info", "identity", "pck"].map(|name| (name, Code::X509Expired));
    assert_eq!(ended(NOW), expected);
}

#[test]
fn the_roots_list_is_heard_where_there_is_one() {
    let mut forge = Forge::tdx4();
    forge.root_crl.revoked =
        vec![RevokedEntry::of(&forge.tcb_signing, NOW - DAY), RevokedEntry::of(&forge.pck_ca, NOW - DAY)];
    let verifier = trusting(&forge);
    assert_eq!(refused(&verifier, &forge, None), []);
    let root_crl = verifier.verify_root_crl(&forge.build_collateral().root_ca_crl).unwrap();
    assert_eq!(root_crl.window().not_after.0, NOW + 300 * DAY);
    let expected = ["pck_crl", "tcb_info", "identity", "pck"].map(|name| (name, Code::X509Revoked));
    assert_eq!(refused(&verifier, &forge, Some(&root_crl)), expected);

    // The list of one root says nothing of what another has issued.
    let mut other = Forge::tdx4();
    other.root = ForgedCertificate::root(Key::new("other root"), NOW - 2000 * DAY, NOW + 8000 * DAY);
    for (certificate, name) in
        [(&mut other.pck_ca, "pck platform ca"), (&mut other.tcb_signing, "tcb signing")]
    {
        *certificate = match name {
            "tcb signing" => ForgedCertificate::leaf(
                "Intel SGX TCB Signing",
                Key::new(name),
                &other.root,
                NOW - 500 * DAY,
                NOW + 2000 * DAY,
            ),
            _ => ForgedCertificate::authority(
                "Intel SGX PCK Platform CA",
                Key::new(name),
                &other.root,
                NOW - 1000 * DAY,
                NOW + 3000 * DAY,
            ),
        };
    }
    let both = forge.build().root_pem + &other.build().root_pem;
    let verifier = Verifier::new(anchors(&both), Arc::new(RustCrypto)).unwrap();
    assert!(verifier.verify_tcb_info(&tcb_info(&other), Some(&root_crl)).is_ok());
}

#[test]
fn a_role_is_not_taken_for_another() {
    let mut forge = Forge::tdx4();
    let mut signer = forge.tcb_signing.clone();
    // The authority of PCK certificates signs no TCB info, whatever it is called beside that.
    signer.subject = veriquote_forge::Name::intel("Intel SGX PCK Certificate");
    forge.tcb_signing = signer;
    let found = refused(&trusting(&forge), &forge, None);
    let expected = ["tcb_info", "identity"].map(|name| (name, Code::DcapCertificateRole));
    assert_eq!(found, expected);
}

fn nvidia(devices: &NvCertificate) -> nvidia::Verifier {
    nvidia::Verifier::new(anchors(&devices.pem()), anchors(&rim_root().pem()), Arc::new(RustCrypto))
}

fn issuer_of(list: &NvCrl, verifier: &nvidia::Verifier, chain: &[NvCertificate]) -> Result<CrlIssuer, Code> {
    let der = list.der();
    let chain: Vec<Vec<u8>> = chain.iter().map(NvCertificate::der).collect();
    verifier.verify_crl(&Crl::parse(&der).unwrap(), &chain).map_err(|error| error.code())
}

#[test]
fn lists_of_nvidia_are_of_a_root_or_of_an_authority_of_a_chain() {
    let chain = &NvForge::hopper().devices[0].chain;
    let (family, root) = (&chain[3], &chain[4]);
    let verifier = nvidia(&device_root());
    for list in [NvCrl::of(root), NvCrl::of(&rim_root())] {
        assert_eq!(issuer_of(&list, &verifier, &[]), Ok(CrlIssuer::Verified));
        assert_eq!(issuer_of(&list, &verifier, chain), Ok(CrlIssuer::Verified));
    }
    let list = NvCrl::of(family);
    assert_eq!(issuer_of(&list, &verifier, &[]), Ok(CrlIssuer::NotKnown));
    for from in 0..=3 {
        assert_eq!(issuer_of(&list, &verifier, &chain[from..]), Ok(CrlIssuer::Verified));
    }
    assert_eq!(issuer_of(&list, &verifier, &chain[4..]), Ok(CrlIssuer::NotKnown));

    // Signed by somebody else; under somebody else's root; a chain without its root; an issuer that is none.
    let forged = NvCrl { signer: NvKey::new("evil"), ..list.clone() };
    assert_eq!(issuer_of(&forged, &verifier, chain), Err(Code::CrlSignature));
    assert_eq!(
        issuer_of(&NvCrl { signer: NvKey::new("evil"), ..NvCrl::of(root) }, &verifier, &[]),
        Err(Code::CrlSignature)
    );
    let other = nvidia(&NvCertificate::root("Another Root"));
    assert_eq!(issuer_of(&list, &other, chain), Err(Code::X509Anchor));
    assert_eq!(issuer_of(&list, &verifier, &chain[..4]), Err(Code::X509Anchor));
    let mut broken = chain.clone();
    broken[3].signer = NvKey::new("evil");
    assert_eq!(issuer_of(&list, &verifier, &broken), Err(Code::X509Signature));
    assert_eq!(issuer_of(&NvCrl::of(&chain[0]), &verifier, chain), Err(Code::X509Extension));

    // Another authority of the same name is another one: nothing is said of its list.
    let list_of_namesake = NvCrl::of(&NvCertificate { key: NvKey::new("namesake"), ..family.clone() });
    assert_eq!(issuer_of(&list_of_namesake, &verifier, chain), Ok(CrlIssuer::NotKnown));

    // NVIDIA's root is known by its key alone.
    let pinned = nvidia::Verifier::nvidia(Arc::new(RustCrypto));
    assert_eq!(issuer_of(&NvCrl::of(root), &pinned, &[]), Ok(CrlIssuer::NotKnown));
    assert_eq!(issuer_of(&NvCrl::of(root), &pinned, chain), Err(Code::X509Anchor));
}

#[test]
fn responses_say_what_they_say_of_a_chain_that_is_trusted() {
    let chain = &NvForge::hopper().devices[0].chain;
    let ders: Vec<Vec<u8>> = chain.iter().map(NvCertificate::der).collect();
    let verifier = nvidia(&device_root());
    let of_one = |change: &dyn Fn(&mut Ocsp)| {
        let mut response = Ocsp::good(&chain[1], &chain[2]);
        change(&mut response);
        response
    };
    let said = |responses: &[Ocsp], chain: &[Vec<u8>]| {
        let ders: Vec<Vec<u8>> = responses.iter().map(Ocsp::der).collect();
        let parsed: Vec<_> = ders.iter().map(|der| OcspResponse::parse(der).unwrap()).collect();
        let answers = verifier.verify_ocsp(&parsed, chain, UnixTime(NOW)).map_err(|error| error.code())?;
        Ok(answers.iter().map(|it| (it.response, it.certificate, it.verdict.status)).collect::<Vec<_>>())
    };
    let good = of_one(&|_| {});
    let revoked = of_one(&|it| it.status = OcspStatus::Revoked(1));
    let other = Ocsp::good(&chain[2], &chain[3]);
    let at = CertStatus::Revoked { at: UnixTime(NOW - DAY), reason: Some(1) };
    let expected = Ok(vec![(0, 1, CertStatus::Good), (1, 1, at), (2, 2, CertStatus::Good)]);
    assert_eq!(said(&[good.clone(), revoked, other], &ders), expected);

    // What is not authentic, or not in force, or about others, says nothing.
    let silent = [
        of_one(&|it| it.responder.key = NvKey::new("evil")),
        of_one(&|it| it.next_update = Some(NOW - 1)),
        of_one(&|it| (it.this_update, it.produced_at) = (NOW + 1, NOW + 1)),
        of_one(&|it| it.serial = vec![9; 8]),
    ];
    assert_eq!(said(&silent, &ders), Ok(Vec::new()));
    assert_eq!(said(std::slice::from_ref(&good), &ders[..4]), Err(Code::X509Anchor));
    assert_eq!(
        said(std::slice::from_ref(&good), &ders[1..]).err(),
        Some(Code::X509Extension),
        "an authority is no leaf"
    );
    assert_eq!(said(&vec![good.clone(); 257], &ders), Err(Code::LimitCount));
    assert_eq!(said(&vec![good.clone(); 9], &ders).unwrap().len(), 4);

    let der = good.der();
    let response = OcspResponse::parse(&der).unwrap();
    let parsed: Vec<_> = ders.iter().map(|der| Certificate::parse(der).unwrap()).collect();
    let since = |at: usize| response.unauthenticated_this_update(&parsed[at], &parsed[at + 1], &RustCrypto);
    assert_eq!((since(1), since(2)), (Some(UnixTime(NOW - 60)), None));
}

/// Whatever verifies whole verifies in parts: nothing is asked here that is not asked there.
#[test]
fn recorded_collateral_that_verifies_verifies_document_by_document() {
    if vectors("dcap").is_none() {
        return;
    }
    let mut seen = 0;
    for vector in ["dcap/real", "dcap/synthetic"].into_iter().flat_map(corpus::all) {
        let Ok(collateral) = Collateral::from_json(&vector.collateral) else { continue };
        let verifier = match &vector.root {
            None => Verifier::intel(Arc::new(RustCrypto)).unwrap(),
            Some(root) => match TrustAnchors::from_certificates(root) {
                Ok(anchors) => Verifier::new(anchors, Arc::new(RustCrypto)).unwrap(),
                Err(_) => continue,
            },
        };
        if verifier.prepare(&collateral, UnixTime(vector.now)).is_err() {
            continue;
        }
        seen += 1;
        let root_crl = verifier
            .verify_root_crl(&collateral.root_ca_crl)
            .unwrap_or_else(|e| panic!("{}: {e}", vector.id));
        let refused = [
            verifier.verify_tcb_info(&collateral.tcb_info, Some(&root_crl)).err(),
            verifier.verify_identity(&collateral.qe_identity, Some(&root_crl)).err(),
            verifier
                .verify_pck_crl(&collateral.pck_crl_issuer_chain, &collateral.pck_crl, Some(&root_crl))
                .err(),
        ];
        assert_eq!(refused, [None, None, None], "{}", vector.id);
    }
    assert!(seen > 100, "{seen}");
}
