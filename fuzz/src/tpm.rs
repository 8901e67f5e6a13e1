//! TPM structures: what parses is what stands there, and only a signature makes it authentic.

use veriquote::crypto::RustCrypto;
use veriquote::tpm::{
    AlgorithmId, Attest, Certification, Challenge, ClaimedPcrs, CreationData, Credential, Expectations,
    HclReport, Jwk, Name, PcrSelection, PublicArea, Quote, Scheme, Signature, TrustedAk, TrustedEk,
};

use crate::provider::AcceptEverySignature;

/// `u16 size of the attestation | attestation | signature`: parses, and authenticates with a provider that
/// accepts every signature, so that what lies behind it is reached.
pub fn tpm_quote(data: &[u8]) {
    let (attest, signature) = two(data);
    if let Ok(parsed) = Attest::parse(attest) {
        assert!(attest.ends_with(parsed.raw()) && parsed.raw().starts_with(&[0xff, 0x54, 0x43, 0x47]));
        assert!(matches!(attest.len() - parsed.raw().len(), 0 | 2));
        assert!(Attest::parse(&[attest, &[0]].concat()).is_err() || !is_closed(&parsed));
    }
    let _ = Signature::parse(signature);
    for algorithm in [AlgorithmId::RSASSA, AlgorithmId::ECDSA, AlgorithmId::HMAC] {
        let _ = Signature::plain(signature, Scheme { algorithm, hash: AlgorithmId::SHA256 });
    }
    let any = Expectations::challenge(Challenge::DangerAny).danger_accept_sha1();
    let keys = [&RSA_AREA[..], &[0xc3; 256]].concat();
    let area = PublicArea::parse(&keys).expect("a fixed public area");
    let accepting = TrustedAk::pinned_key(&area.key(), &AcceptEverySignature).expect("a sound key");
    let strict = TrustedAk::pinned_key(&area.key(), &RustCrypto).expect("a sound key");
    if let Ok(quote) = Quote::parse(attest, signature) {
        assert!(quote.authenticate(&strict, &any).is_err());
        if let Ok(authentic) = quote.authenticate(&accepting, &any) {
            // No bank twice gets so far.
            let banks = authentic.selection().banks();
            assert!(
                banks.iter().enumerate().all(|(at, bank)| {
                    banks[..at].iter().all(|earlier| earlier.algorithm != bank.algorithm)
                })
            );
            let claimed = zeros(authentic.selection());
            if let Ok(bound) = authentic.bind(&claimed) {
                assert_eq!(bound.pcrs().len(), claimed.len());
            }
        }
    }
    if let Ok(certification) = Certification::parse(attest, signature) {
        let _ = certification.authenticate(&accepting, &any);
    }
    let _ = CreationData::parse(data);
}

/// Whether no more bytes can follow: types that are not read take what comes.
fn is_closed(attest: &Attest<'_>) -> bool {
    !matches!(attest.unauthenticated_body(), veriquote::tpm::AttestBody::Other(_))
}

fn zeros(selection: &PcrSelection) -> ClaimedPcrs {
    let mut claimed = ClaimedPcrs::new();
    for (algorithm, index) in selection.iter() {
        if let Some(bank) = algorithm.hash() {
            claimed.insert(bank, index, &vec![0; bank.digest_len()]).expect("a digest");
        }
    }
    claimed
}

/// Public areas, Names, keys as JSON and HCL reports.
pub fn tpm_public(data: &[u8]) {
    if let Ok(area) = PublicArea::parse(data) {
        assert!(data.ends_with(area.raw()) && matches!(data.len() - area.raw().len(), 0 | 2));
        assert!(PublicArea::parse(&[data, &[0]].concat()).is_err());
        assert_eq!(PublicArea::parse(area.raw()).as_ref(), Ok(&area));
        if let Ok(ak) = TrustedAk::pinned(&area, &RustCrypto) {
            assert!(ak.attributes_checked() && ak.name().is_some());
            assert!(ak.attributes().is_some_and(|attributes| attributes.has(0x0005_0032)));
        }
        let _ = TrustedEk::pinned(&area, &RustCrypto);
        let _ = TrustedAk::pinned_key(&area.key(), &RustCrypto);
    }
    let _ = Jwk::parse(data);
    if let Ok(report) = HclReport::parse(data) {
        let failure =
            TrustedAk::bound_to_tee(&report, &[0x5a; 64], None, &RustCrypto).expect_err("not bound");
        assert_eq!(failure.error.code(), veriquote::Code::TpmHclBinding);
    }
    if let Ok(name) = Name::parse(data) {
        assert_eq!(name.as_slice(), data);
    }
}

/// Credential files.
pub fn tpm_credential(data: &[u8]) {
    if let Ok(credential) = Credential::from_file(data) {
        assert_eq!(credential.to_file(), data);
    }
}

/// `u16 size of a selection | the attestation that has it | a file of values`.
pub fn tpm_pcrs(data: &[u8]) {
    let _ = ClaimedPcrs::from_serialized(data);
    let _ = ClaimedPcrs::from_marshaled(data);
    let (attest, file) = two(data);
    let Ok(attest) = Attest::parse(attest) else { return };
    let veriquote::tpm::AttestBody::Quote { selection, .. } = attest.unauthenticated_body() else { return };
    for claimed in [ClaimedPcrs::from_file(file, selection), ClaimedPcrs::from_values(file, selection)] {
        let Ok(claimed) = claimed else { continue };
        for (bank, index, value) in claimed.unauthenticated_iter() {
            assert!(index < 32 && value.len() == bank.digest_len());
        }
    }
}

fn two(data: &[u8]) -> (&[u8], &[u8]) {
    let Some((size, rest)) = data.split_first_chunk::<2>() else { return (data, data) };
    rest.split_at_checked(usize::from(u16::from_be_bytes(*size))).unwrap_or((rest, &[]))
}

/// RSA-2048 with RSASSA and SHA-256, up to the modulus.
pub(crate) const RSA_AREA: [u8; 24] =
    [0, 1, 0, 0x0b, 0, 5, 0, 0x72, 0, 0, 0, 0x10, 0, 0x14, 0, 0x0b, 8, 0, 0, 0, 0, 0, 1, 0];
