//! A TPM's quote with its event log and its measurement list: time, growth, and memory beyond the list.
//!
//! `cargo bench -p veriquote-benches --bench tpm` prints three tables: the whole verification of a quote
//! with a log of 200 events and a list of 10,000 entries; lists of up to a million entries; and, where
//! tpm2-tools and a built `veriquote` are at hand, `tpm2_checkquote` and our command as whole processes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use veriquote::crypto::{CryptoProvider, RustCrypto};
use veriquote::measured_boot::ima::ImaList;
use veriquote::measured_boot::{BootState, EventLog, Limits, LogKind, Quirks};
use veriquote::policy::Policy;
use veriquote::tpm::{BoundQuote, ClaimedPcrs, Expectations, PublicArea, Quote, TrustedAk};
use veriquote_aws_lc::AwsLc;
use veriquote_benches::is_measuring;
use veriquote_forge::tpm::{ImaList as ForgedList, TpmForge, TpmForged};

fn main() {
    if !is_measuring() {
        let forged = TpmForge::long(200, 100).build();
        verify(&RustCrypto, &forged, 100);
        return;
    }
    whole();
    growth();
    processes();
}

/// Every step, from bytes to an accepted quote with a proven log and list.
fn verify(provider: &dyn CryptoProvider, forged: &TpmForged, entries: u64) {
    let bound = bind(provider, forged);
    let log = EventLog::parse(&forged.event_log, LogKind::Tpm, &Limits::default()).expect("the log parses");
    let replayed = log.verify_pcrs(provider, bound.pcrs(), Quirks::NONE).expect("the log replays");
    replayed.require_explained(&[10]).expect("every register is explained");
    BootState::assess(&replayed, provider, Quirks::NONE).require_sound().expect("it is a boot");
    measure_list(provider, &bound, &forged.ima_log, entries);
    Policy::strict().accept_tpm(bound).expect("the policy accepts it");
}

fn bind<'p>(provider: &'p dyn CryptoProvider, forged: &TpmForged) -> BoundQuote<'p> {
    let area = PublicArea::parse(&forged.public).expect("the key parses");
    let ak = TrustedAk::pinned(&area, provider).expect("the key is one");
    let quote = Quote::parse(&forged.attest, &forged.signature).expect("the quote parses");
    let claimed = ClaimedPcrs::from_file(&forged.pcrs, quote.unauthenticated_selection()).expect("values");
    let authentic = quote.authenticate(&ak, &Expectations::nonce(&forged.nonce)).expect("it is authentic");
    authentic.bind(&claimed).expect("the values are those")
}

fn measure_list(provider: &dyn CryptoProvider, bound: &BoundQuote<'_>, list: &[u8], entries: u64) {
    let list = ImaList::detect(list).expect("the list is one");
    let replayed = list.verify(provider, bound.pcrs(), None).expect("the list replays");
    assert_eq!(replayed.verified(), entries);
}

fn whole() {
    println!("\nquote (P-256), 200 events, 10,000 entries; milliseconds, of 21 rounds");
    println!("{:<12} {:>10} {:>10} {:>22}", "", "fastest", "median", "target: at most 15");
    let forged = TpmForge::long(200, 10_000).build();
    let providers: [(&str, &dyn CryptoProvider); 2] = [("RustCrypto", &RustCrypto), ("AWS-LC", &AwsLc)];
    for (name, provider) in providers {
        let mut times: Vec<f64> = (0..21).map(|_| time(|| verify(provider, &forged, 10_000))).collect();
        times.sort_by(f64::total_cmp);
        let word = if times[10] <= 15.0 { "met" } else { "missed" };
        println!("{name:<12} {:>10.2} {:>10.2} {word:>22}", times[0], times[10]);
    }
}

/// A list ten times as long takes ten times as long and no more memory.
fn growth() {
    println!("\nmeasurement list alone, RustCrypto");
    println!(
        "{:>10} {:>14} {:>12} {:>14} {:>14} {:>20}",
        "entries", "list bytes", "ms", "ns per entry", "allocations", "peak bytes beyond it"
    );
    for entries in [10_000, 100_000, 1_000_000] {
        let mut forge = TpmForge::p256();
        forge.ima = ForgedList::long(entries);
        let forged = forge.build();
        let bound = bind(&RustCrypto, &forged);
        let live = LIVE.load(Relaxed);
        PEAK.store(live, Relaxed);
        let before = ALLOCATIONS.load(Relaxed);
        let took = time(|| measure_list(&RustCrypto, &bound, &forged.ima_log, entries as u64));
        println!(
            "{entries:>10} {:>14} {took:>12.1} {:>14.0} {:>14} {:>20}",
            forged.ima_log.len(),
            took * 1e6 / entries as f64,
            ALLOCATIONS.load(Relaxed) - before,
            PEAK.load(Relaxed).saturating_sub(live),
        );
    }
}

/// Whole processes, each from its start to its end; both check signature, nonce and register values.
fn processes() {
    let ours = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/release/veriquote");
    println!("\nwhole processes: signature, challenge, register values; milliseconds, of 31 runs");
    let folder = std::env::temp_dir().join(format!("veriquote-bench-{}", std::process::id()));
    let forged = TpmForge::rsa().build();
    forged.write(&folder).expect("files");
    let key = veriquote_forge::tpm::RsaKey::First.spki();
    std::fs::write(folder.join("key.pem"), veriquote_forge::pem("PUBLIC KEY", &key)).expect("a file");
    let nonce = veriquote_forge::hex(&forged.nonce);
    let theirs: Vec<&str> =
        "-u key.pem -m quote.msg -s quote.sig -g sha256 -f quote.pcrs -q".split(' ').collect();
    run_many("tpm2_checkquote", Path::new("tpm2_checkquote"), &[&theirs[..], &[&nonce]].concat(), &folder);
    let common = "verify tpm --quote quote.msg --signature quote.sig --pcrs quote.pcrs --json --nonce";
    let common: Vec<&str> = common.split(' ').chain([nonce.as_str()]).collect();
    run_many("veriquote, public area", &ours, &[&common[..], &["--ak", "ak.pub"]].concat(), &folder);
    let logs = ["--ak", "ak.pub", "--event-log", "eventlog.bin", "--ima-log", "ima.bin"];
    run_many("veriquote, with log and list", &ours, &[&common[..], &logs].concat(), &folder);
    let _ = std::fs::remove_dir_all(&folder);
}

fn run_many(name: &str, program: &Path, arguments: &[&str], folder: &Path) {
    let run = || {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
        command.status()
    };
    match run() {
        Ok(status) if status.success() => {}
        Ok(status) => return println!("{name:<30} does not verify it: {status}"),
        Err(error) => return println!("{name:<30} not at hand: {error}"),
    }
    let mut times: Vec<f64> = (0..31).map(|_| time(|| drop(run()))).collect();
    times.sort_by(f64::total_cmp);
    println!("{name:<30} fastest {:>7.2}   median {:>7.2}", times[0], times[15]);
}

fn time(work: impl FnOnce()) -> f64 {
    let started = Instant::now();
    work();
    started.elapsed().as_secs_f64() * 1e3
}

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
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
