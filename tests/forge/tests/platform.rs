//! The forged platforms hold together: sizes, signatures, chains.

use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use veriquote_forge::{Certification, Forge, Key, PckCa, VerificationReport, sha256};

fn verifies(key: &Key, message: &[u8], signature: &[u8]) {
    let key = VerifyingKey::from_sec1_bytes(&key.point()).unwrap();
    key.verify(message, &Signature::from_slice(signature).unwrap()).unwrap();
}

#[test]
fn everything_is_signed_by_the_right_key() {
    for (name, forge) in Forge::all() {
        let forged = forge.build();
        let signed = forge.quote.signed_part();
        assert!(forged.quote.starts_with(&signed), "{name}");
        let auth = &forged.quote[signed.len() + 4..];
        verifies(&forge.quote.attestation_key, &signed, &auth[..64]);
        assert_eq!(auth[64..128], forge.quote.attestation_key.public());
        let report = if forge.quote.version == 3 { &auth[128..] } else { &auth[134..] };
        verifies(&forge.pck.key, &report[..384], &report[384..448]);
        assert_eq!(report[320..352], sha256(&[&auth[64..128], &forge.quote.qe_auth_data]), "{name}");
        let collateral = &forged.collateral;
        verifies(&forge.tcb_signing.key, collateral.tcb_info.as_bytes(), &collateral.tcb_info_signature);
        verifies(
            &forge.tcb_signing.key,
            collateral.qe_identity.as_bytes(),
            &collateral.qe_identity_signature,
        );
    }
}

#[test]
fn building_twice_gives_the_same_bytes() {
    for (_, forge) in Forge::all() {
        assert_eq!(forge.build(), forge.build());
    }
}

#[test]
fn the_processor_authority_has_five_elements_and_another_list() {
    let platform = Forge::sgx3();
    let processor = Forge::sgx3().certified_by(PckCa::Processor);
    assert_eq!(platform.sgx_extension.as_ref().unwrap().natural_elements().len(), 7);
    assert_eq!(processor.sgx_extension.as_ref().unwrap().natural_elements().len(), 5);
    assert_ne!(platform.pck_crl.issuer, processor.pck_crl.issuer);
}

#[test]
fn certification_data_has_the_declared_sizes() {
    for (certification, kind, size) in [
        (Certification::PpidClear, 1_u16, 36),
        (Certification::PpidRsa2048, 2, 276),
        (Certification::PpidRsa3072, 3, 404),
        (Certification::PlatformManifest, 7, 512),
    ] {
        let mut forge = Forge::sgx3();
        forge.quote.certification = certification;
        let quote = forge.build_quote();
        let tail = &quote[quote.len() - size - 6..];
        assert_eq!(tail[..2], kind.to_le_bytes());
        assert_eq!(tail[2..6], (size as u32).to_le_bytes());
    }
}

#[test]
fn a_qve_report_binds_every_input() {
    let report = VerificationReport::ok(b"quote");
    assert_eq!(report.report().len(), 432);
    let natural = report.natural_report_data();
    assert_eq!(natural[32..], [0; 32]);
    let changes: [fn(&mut VerificationReport); 6] = [
        |it| it.nonce[0] ^= 1,
        |it| it.quote[0] ^= 1,
        |it| it.expiration_check_date += 1,
        |it| it.collateral_expiration_status = 1,
        |it| it.qv_result = 0xa001,
        |it| it.supplemental_data[0] ^= 1,
    ];
    for change in changes {
        let mut other = report.clone();
        change(&mut other);
        assert_ne!(other.natural_report_data(), natural);
    }
}
