//! Every subject in interleaved rounds, as median ratios beside the project's targets.
//!
//! `--rounds N` sets the number of rounds; `--only TEXT` runs the subjects with that text in their name,
//! without ratios, for a profiler.

use veriquote_benches::rounds::{Target, option, rounds, show};
use veriquote_benches::{Sample, is_measuring, name, run_once, subjects};

const TARGETS: &[Target] = &[
    (name::COLD, name::QVL_RING, 0.95),
    (name::PREPARED, name::QVL_RING, 0.35),
    (name::AGAIN, name::QVL_RING, 0.12),
    (name::AGAIN, name::BARE, 1.25),
    (name::RUSTCRYPTO_COLD, name::QVL_RUSTCRYPTO, 1.0),
];

fn main() {
    if !is_measuring() {
        return run_once();
    }
    let rounds = rounds();
    let only = option("--only").unwrap_or_default();
    let mut missed = 0;
    for sample in Sample::all().into_iter().chain([Sample::forged()]) {
        println!("\n{} ({} bytes), {rounds} rounds", sample.name, sample.quote.len());
        let mut subjects = subjects(&sample);
        subjects.retain(|subject| subject.name.contains(&only));
        missed += show(&mut subjects, if only.is_empty() { TARGETS } else { &[] }, rounds);
    }
    println!("\n{missed} targets missed");
}
