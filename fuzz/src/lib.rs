//! What the fuzz targets check. Each target is a function of bytes that panics when an invariant breaks,
//! so the same checks run over the seeds as ordinary tests.

mod event_log;
mod frame;
mod json;
pub mod provider;
mod quote;
pub mod seeds;
mod text;
mod verify;
mod x509;

pub use event_log::event_log;
pub use frame::Frame;
pub use json::json;
pub use quote::quote;
pub use text::text;
pub use verify::{collateral, document, verify};
pub use x509::{certificate, crl};

/// The folder of vectors: `VERIQUOTE_VECTORS`, or beside the repository.
#[must_use]
pub fn vectors() -> std::path::PathBuf {
    std::env::var_os("VERIQUOTE_VECTORS").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors"),
        std::path::PathBuf::from,
    )
}

/// Every target by name.
pub const TARGETS: &[(&str, fn(&[u8]))] = &[
    ("certificate", certificate),
    ("collateral", collateral),
    ("crl", crl),
    ("document", document),
    ("event_log", event_log),
    ("json", json),
    ("quote", quote),
    ("text", text),
    ("verify", verify),
];

#[cfg(test)]
mod tests {
    use super::*;

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
