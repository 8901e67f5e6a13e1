//! Tokens beside the published `jsonwebtoken` crate, both on AWS-LC, in interleaved rounds.
//!
//! `--rounds N` sets the number of rounds; `--algorithm ALG` takes one algorithm's tokens; `--only TEXT` runs the
//! subjects with that text in their name, without ratios, for a profiler.

use veriquote_benches::is_measuring;
use veriquote_benches::rounds::{Target, option, rounds, show};
use veriquote_benches::tokens::{Signed, name, subjects};

const TARGETS: &[Target] =
    &[(name::COLD, name::THEIRS_COLD, 1.1), (name::PREPARED, name::THEIRS_PREPARED, 0.9)];

fn main() {
    let rounds = rounds();
    let only = option("--only").unwrap_or_default();
    let mut missed = 0;
    let algorithm = option("--algorithm");
    let wanted = |signed: &Signed| algorithm.as_deref().is_none_or(|wanted| wanted == signed.algorithm);
    for signed in Signed::all().into_iter().filter(wanted) {
        let title = format!("\n{} ({} bytes), {rounds} rounds", signed.algorithm, signed.token.len());
        let mut subjects = subjects(signed);
        if !is_measuring() {
            subjects.iter_mut().for_each(|subject| (subject.run)());
            continue;
        }
        println!("{title}");
        subjects.retain(|subject| subject.name.contains(&only));
        missed += show(&mut subjects, if only.is_empty() { TARGETS } else { &[] }, rounds);
    }
    println!("\n{missed} targets missed");
}
