//! Allocations of every subject, and whether 100,000 quotes take more time or memory than the first.
//!
//! Counted is what passes through Rust's allocator; what AWS-LC and ring take from C does not, so the
//! resident size of the process is shown beside it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use veriquote::dcap::{PlatformCache, Quote};
use veriquote_aws_lc::AwsLc;
use veriquote_benches::{Sample, is_measuring, now, prepared, run_once, subjects};
use veriquote_forge::{Forge, Key};

const QUOTES: usize = 100_000;
const BLOCK: usize = 10_000;
/// More platforms than the cache remembers, so that entries come and go.
const PLATFORMS: usize = 48;
const CACHE: usize = 32;

fn main() {
    if !is_measuring() {
        return run_once();
    }
    for sample in Sample::all() {
        println!(
            "\n{}\n{:<40} {:>12} {:>12} {:>12}",
            sample.name, "one operation", "allocations", "bytes", "peak"
        );
        for mut subject in subjects(&sample) {
            // The first run may fill a cache.
            (subject.run)();
            let before = Counted::now();
            PEAK.store(LIVE.load(Relaxed), Relaxed);
            (subject.run)();
            let after = Counted::now();
            println!(
                "{:<40} {:>12} {:>12} {:>12}",
                subject.name,
                after.allocations - before.allocations,
                after.bytes - before.bytes,
                PEAK.load(Relaxed).saturating_sub(before.live),
            );
        }
    }
    hundred_thousand();
}

/// Quotes of many platforms through one small cache: nine of ten from two platforms, the rest from all.
fn hundred_thousand() {
    let mut forges = Vec::new();
    for index in 0..PLATFORMS {
        let mut forge = Forge::tdx4();
        forge.pck.key = Key::new(format!("pck {index}"));
        forge.quote.attestation_key = Key::new(format!("attestation {index}"));
        forges.push(Sample::from_forge("many", &forge));
    }
    let ready = prepared(&forges[0], Arc::new(AwsLc));
    let now = now(&forges[0]);
    let mut cache = PlatformCache::new(CACHE);
    println!("\n{QUOTES} quotes of {PLATFORMS} platforms, a cache of {CACHE}");
    println!(
        "{:>10} {:>14} {:>14} {:>14} {:>10}",
        "quotes", "µs per quote", "live bytes", "resident KiB", "cached"
    );
    for block in 0..QUOTES / BLOCK {
        let started = Instant::now();
        for index in 0..BLOCK {
            let platform = if index % 10 == 0 { (index / 10) % PLATFORMS } else { index % 2 };
            let quote = Quote::parse(&forges[platform].quote).expect("the quote parses");
            let authentic = ready.authenticate_cached(&quote, now, &mut cache).expect("the quote verifies");
            std::hint::black_box(authentic);
        }
        let each = started.elapsed().as_secs_f64() * 1e6 / BLOCK as f64;
        println!(
            "{:>10} {each:>14.1} {:>14} {:>14} {:>10}",
            (block + 1) * BLOCK,
            LIVE.load(Relaxed),
            resident_kib().map_or_else(|| "?".to_owned(), |kib| kib.to_string()),
            cache.len(),
        );
        assert!(cache.len() <= CACHE, "the cache outgrew its bound");
    }
}

fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[derive(Clone, Copy)]
struct Counted {
    allocations: usize,
    bytes: usize,
    live: usize,
}

impl Counted {
    fn now() -> Self {
        Self { allocations: ALLOCATIONS.load(Relaxed), bytes: BYTES.load(Relaxed), live: LIVE.load(Relaxed) }
    }
}

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static COUNTING: Counting = Counting;

/// The system's allocator, counting.
struct Counting;

#[expect(unsafe_code, reason = "an allocator can only be counted by being one; it passes everything on")]
// SAFETY: every call goes to `System` unchanged; counting touches no memory of the caller.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        BYTES.fetch_add(layout.size(), Relaxed);
        let live = LIVE.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(live, Relaxed);
        // SAFETY: the caller's promise for `layout` is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: `pointer` came from `System` with this `layout`.
        unsafe { System.dealloc(pointer, layout) }
    }
}
