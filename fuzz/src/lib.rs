//! What the fuzz targets check. Each target is a function of bytes that panics when an invariant breaks,
//! so the same checks run over the seeds as ordinary tests.

mod appraisal;
mod binding;
mod boot_claims;
mod document;
mod event_log;
mod frame;
mod ima;
mod json;
mod nvidia;
mod policy;
pub mod provider;
mod quote;
pub mod seeds;
mod text;
mod token;
mod tpm;
mod verify;
mod x509;

pub use appraisal::{
    appraisal, canonical, reader_aliyun, reader_compact, reader_ear, reader_ear_dotted, reader_google,
    reader_ita_v1, reader_ita_v2, reader_maa, reader_nras, reader_trustee_simple,
};
pub use binding::binding;
pub use boot_claims::boot_claims;
pub use document::document;
pub use event_log::event_log;
pub use frame::Frame;
pub use ima::{continuation, ima};
pub use json::json;
pub use nvidia::{nvidia_envelope, nvidia_opaque, nvidia_report, nvidia_rim, ocsp};
pub use policy::policy;
pub use quote::quote;
pub use text::text;
pub use token::{bundle, jwks, jws, token_claims, verify_token};
pub use tpm::{tpm_credential, tpm_pcrs, tpm_public, tpm_quote};
pub use verify::{collateral, verify};
pub use x509::{certificate, crl};

/// The folder of vectors: `VERIQUOTE_VECTORS`, or beside the repository.
#[must_use]
pub fn vectors() -> std::path::PathBuf {
    std::env::var_os("VERIQUOTE_VECTORS").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors"),
        std::path::PathBuf::from,
    )
}

/// Checks one input.
pub type Target = fn(&[u8]);

/// Every target by name.
pub const TARGETS: &[(&str, Target)] = &[
    ("appraisal", appraisal),
    ("binding", binding),
    ("boot_claims", boot_claims),
    ("bundle", bundle),
    ("canonical", canonical),
    ("certificate", certificate),
    ("collateral", collateral),
    ("continuation", continuation),
    ("crl", crl),
    ("document", document),
    ("event_log", event_log),
    ("ima", ima),
    ("json", json),
    ("jwks", jwks),
    ("jws", jws),
    ("nvidia_envelope", nvidia_envelope),
    ("nvidia_opaque", nvidia_opaque),
    ("nvidia_report", nvidia_report),
    ("nvidia_rim", nvidia_rim),
    ("ocsp", ocsp),
    ("policy", policy),
    ("quote", quote),
    ("reader_aliyun", reader_aliyun),
    ("reader_compact", reader_compact),
    ("reader_ear", reader_ear),
    ("reader_ear_dotted", reader_ear_dotted),
    ("reader_google", reader_google),
    ("reader_ita_v1", reader_ita_v1),
    ("reader_ita_v2", reader_ita_v2),
    ("reader_maa", reader_maa),
    ("reader_nras", reader_nras),
    ("reader_trustee_simple", reader_trustee_simple),
    ("text", text),
    ("token_claims", token_claims),
    ("tpm_credential", tpm_credential),
    ("tpm_pcrs", tpm_pcrs),
    ("tpm_public", tpm_public),
    ("tpm_quote", tpm_quote),
    ("verify", verify),
    ("verify_token", verify_token),
];

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use veriquote::crypto::RustCrypto;
    use veriquote_forge::Forge;

    use super::*;
    use crate::provider::AcceptEverySignature;
    use crate::verify::call;

    #[test]
    fn forged_platforms_reach_the_end_of_the_whole_call() {
        for (name, forge) in Forge::all() {
            let frame = Frame::of(&forge.build());
            assert_eq!(Frame::read(&frame.write()), Some(frame.clone()), "{name}");
            let real = call(&frame, Arc::new(RustCrypto));
            let accepting = call(&frame, Arc::new(AcceptEverySignature));
            assert!(real.is_ok() && accepting.is_ok(), "{name}: {real:?} {accepting:?}");
        }
    }

    #[test]
    fn white_space_in_signed_text_is_genuine_for_intel_s_profile_only() {
        let mut frame = Frame::of(&Forge::tdx4().build());
        frame.collateral.tcb_info.text.insert(1, ' ');
        assert!(call(&frame, Arc::new(RustCrypto)).is_err());
        frame.options |= crate::frame::INTEL;
        assert!(call(&frame, Arc::new(RustCrypto)).is_ok());
        verify(&frame.write());
    }

    #[test]
    fn only_the_accepting_provider_accepts_an_altered_document() {
        let mut frame = Frame::of(&Forge::tdx4().build());
        frame.collateral.tcb_info.signature[5] ^= 1;
        assert!(call(&frame, Arc::new(AcceptEverySignature)).is_ok());
        let failure = call(&frame, Arc::new(RustCrypto)).expect_err("an altered signature");
        assert_eq!(failure.error.code(), veriquote::Code::DcapTcbInfoSignature);
    }

    #[test]
    fn every_target_has_seeds_and_every_seed_passes() {
        let mut all = seeds::forged();
        let vectors = vectors();
        if vectors.is_dir() {
            all.extend(seeds::from_vectors(&vectors).expect("readable vectors"));
        } else {
            eprintln!("SKIPPED: no vectors at {}; set VERIQUOTE_VECTORS", vectors.display());
        }
        for (name, target) in TARGETS {
            let mut count = 0;
            for seed in all.iter().filter(|seed| seed.target == *name) {
                target(&seed.bytes);
                count += 1;
            }
            assert!(count > 0, "{name}");
        }
        assert!(all.iter().all(|seed| TARGETS.iter().any(|(name, _)| *name == seed.target)));
    }
}
