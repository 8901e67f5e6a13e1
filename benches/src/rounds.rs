//! Interleaved rounds, and what they show.
//!
//! In each round every subject runs a few milliseconds, in another order each time; a ratio is taken
//! within a round, and the median of the rounds is shown, so that a noisy machine disturbs all alike.

use std::time::{Duration, Instant};

use crate::Subject;

/// What is compared with what, and at most how much of it may be taken.
pub type Target = (&'static str, &'static str, f64);

/// How long one subject runs in one round.
const SLICE: Duration = Duration::from_millis(4);

/// Measures, prints a table of times and one of ratios, and gives how many targets were missed.
///
/// # Panics
/// When a target names no subject.
pub fn show(subjects: &mut [Subject], targets: &[Target], rounds: usize) -> usize {
    let times = measure(subjects, rounds);
    println!("{:<40} {:>12} {:>12}", "", "median", "fastest");
    for (subject, times) in subjects.iter().zip(&times) {
        let fastest = times.iter().copied().fold(f64::INFINITY, f64::min);
        println!("{:<40} {:>9.1} µs {:>9.1} µs", subject.name, median(times.clone()), fastest);
    }
    println!();
    let mut missed = 0;
    for (measured, baseline, most) in targets {
        let of = |wanted| &times[subjects.iter().position(|s| s.name == wanted).expect("a known name")];
        let ratio = median(of(*measured).iter().zip(of(*baseline)).map(|(m, b)| m / b).collect());
        let verdict = if ratio <= *most { "ok" } else { "MISSED" };
        missed += usize::from(ratio > *most);
        println!("{ratio:>6.3} of {baseline:<32} {measured:<36} (at most {most:.2}) {verdict}");
    }
    missed
}

/// Microseconds for one operation, per subject and round.
fn measure(subjects: &mut [Subject], rounds: usize) -> Vec<Vec<f64>> {
    let repeats: Vec<u32> = subjects.iter_mut().map(repeats).collect();
    let mut times = vec![Vec::with_capacity(rounds); subjects.len()];
    for round in 0..rounds {
        for step in 0..subjects.len() {
            let index = (round + step * stride(round, subjects.len())) % subjects.len();
            let started = Instant::now();
            for _ in 0..repeats[index] {
                (subjects[index].run)();
            }
            times[index].push(started.elapsed().as_secs_f64() * 1e6 / f64::from(repeats[index]));
        }
    }
    times
}

/// A step that visits all subjects in another order.
fn stride(round: usize, count: usize) -> usize {
    let coprime = |step: &usize| (2..=*step).all(|d| !step.is_multiple_of(d) || !count.is_multiple_of(d));
    let strides: Vec<usize> = (1..count.max(2)).filter(coprime).collect();
    strides[round % strides.len()]
}

/// How often the subject fits the slice, after it has warmed up.
fn repeats(subject: &mut Subject) -> u32 {
    (subject.run)();
    let started = Instant::now();
    (subject.run)();
    let once = started.elapsed().max(Duration::from_nanos(200));
    u32::try_from((SLICE.as_nanos() / once.as_nanos()).clamp(1, 10_000)).unwrap_or(1)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What stands behind an option of the command line.
#[must_use]
pub fn option(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}

/// `--rounds`, or 101.
#[must_use]
pub fn rounds() -> usize {
    option("--rounds").and_then(|number| number.parse().ok()).unwrap_or(101).max(1)
}
