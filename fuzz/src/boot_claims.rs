//! What a TPM's log tells of a boot, once a quote proves its registers.

use veriquote::Code;
use veriquote::crypto::{CryptoProvider as _, HashAlgorithm};
use veriquote::measured_boot::{
    BootState, EventLog, Limits, LogKind, Quirks, RegisterState, Registers, explain,
};
use veriquote::policy::{Policy, Verdict, learn};
use veriquote::tpm::{
    AlgorithmId, BoundQuote, Challenge, ClaimedPcrs, Expectations, PublicArea, SignatureInput, TrustedAk,
    verify,
};

use crate::provider::AcceptEverySignature;
use crate::tpm::RSA_AREA;

/// Quotes the registers that the log gives by itself, and reads the boot from it.
pub fn boot_claims(data: &[u8]) {
    let Ok(log) = EventLog::parse(data, LogKind::Tpm, &Limits::default()) else { return };
    for bank in [HashAlgorithm::Sha1, HashAlgorithm::Sha256] {
        let Ok(registers) = log.replay(&AcceptEverySignature, bank) else { continue };
        let own = quote(&registers, None);
        for quirks in [Quirks::NONE, Quirks::all()] {
            let replayed =
                log.verify_pcrs(&AcceptEverySignature, own.pcrs(), quirks).expect("its own registers");
            replayed.require_explained(&[]).expect("its own registers");
            let state = BootState::assess(&replayed, &AcceptEverySignature, quirks);
            let measured = replayed.events().iter().filter(|event| event.measured().is_some()).count();
            assert_eq!(state.measured().len(), measured);
            assert_eq!(state.require_sound().is_ok(), state.problems().is_empty());
            let text = match learn("learned", &state, None, &AcceptEverySignature) {
                Ok(text) => text,
                // Firmware measured nothing, or nothing can be told of Secure Boot: no policy that asks for a
                // log accepts that.
                Err(error) => {
                    let unknown = state.secure_boot().err().map(veriquote::Error::code);
                    assert!(error.code() == Code::BootBank || Some(error.code()) == unknown, "{error}");
                    assert!(Policy::strict().accept_tpm_boot(own.clone(), Some(&state), None).is_err());
                    continue;
                }
            };
            let policy = Policy::from_json(text.as_bytes()).expect("a policy that was written here");
            let findings = match policy.accept_tpm_boot(own.clone(), Some(&state), None) {
                Ok(accepted) => accepted.appraisal().findings.clone(),
                Err(rejection) => rejection.appraisal.findings,
            };
            // The key is a bare one, which is refused; the boot is the one that was learned.
            let boot = findings.iter().filter(|finding| finding.rule.starts_with("boot."));
            for finding in boot {
                assert_ne!(finding.verdict, Verdict::Violated, "{finding:?} {text}");
            }
        }
        let Some((changed, _)) = registers.iter().next() else { continue };
        let other = quote(&registers, Some(changed));
        let replayed =
            log.verify_pcrs(&AcceptEverySignature, other.pcrs(), Quirks::NONE).expect("a common bank");
        let state = BootState::assess(&replayed, &AcceptEverySignature, Quirks::NONE);
        assert_eq!(state.registers().get(&changed), Some(&RegisterState::Diverges));
        assert!(state.measured().iter().all(|event| event.register != changed));
        assert!(!state.is_of_pcrs(own.pcrs()) && state.is_of_pcrs(other.pcrs()));
        let index = u8::try_from(changed).expect("a register");
        let quoted = other.pcrs().get(bank, index).expect("a quoted register");
        // No edit gives a value that is no digest of anything.
        assert_eq!(explain(&log, &AcceptEverySignature, bank, changed, quoted), None);
    }
}

/// An authentic quote over all registers, one of them with another value.
fn quote(registers: &Registers, changed: Option<u32>) -> BoundQuote<'static> {
    let mut claimed = ClaimedPcrs::new();
    let mut joined = Vec::new();
    for index in 0..24u8 {
        let mut value = registers.value(index.into()).as_slice().to_vec();
        if changed == Some(index.into()) {
            value.fill(0xa5);
        }
        claimed.insert(registers.algorithm(), index, &value).expect("a value of its bank");
        joined.extend(value);
    }
    let digest = AcceptEverySignature.hash(HashAlgorithm::Sha256, &[&joined]);
    let bank = AlgorithmId::from(registers.algorithm()).0.to_be_bytes();
    // TPMS_ATTEST: magic, quote, no signer, no challenge, clock, firmware, one selection, digest.
    let attest = [
        &[0xff, 0x54, 0x43, 0x47, 0x80, 0x18, 0, 0, 0, 0][..],
        &[0; 25],
        &[0, 0, 0, 1],
        &bank,
        &[3, 0xff, 0xff, 0xff, 0, 32],
        digest.as_slice(),
    ]
    .concat();
    let signature = [&[0, 0x14, 0, 0x0b, 1, 0][..], &[7; 256]].concat();
    let area = [&RSA_AREA[..], &[0xc3; 256]].concat();
    let area = PublicArea::parse(&area).expect("a fixed public area");
    let ak = TrustedAk::pinned_key(&area.key(), &AcceptEverySignature).expect("a sound key");
    let expectations = Expectations::challenge(Challenge::DangerNone);
    verify(&attest, SignatureInput::Tpmt(&signature), &ak, &expectations, &claimed)
        .expect("an authentic quote")
}
