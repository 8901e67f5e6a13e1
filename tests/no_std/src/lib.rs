//! What a program without std has to bring, and one call into the core that keeps it from being dropped.
//!
//! The allocator hands out memory and never takes it back: enough to link and to measure, not to ship.
#![no_std]

extern crate alloc;

use alloc::sync::Arc;
use core::{
    alloc::{GlobalAlloc, Layout},
    hint::black_box,
    ptr::null_mut,
    sync::atomic::{AtomicUsize, Ordering},
};

use veriquote::UnixTime;
use veriquote::crypto::RustCrypto;
use veriquote::dcap::{Collateral, Report, Verifier};
use veriquote::measured_boot::{EventLog, Limits, LogKind, Quirks};
use veriquote::policy::Policy;

const HEAP: usize = 64 * 1024;

struct Bump {
    used: AtomicUsize,
    heap: core::cell::UnsafeCell<[u8; HEAP]>,
}

// SAFETY: memory is only handed out through `used`, which never gives the same bytes twice.
unsafe impl Sync for Bump {}

// SAFETY: a block lies inside `heap`, starts at a multiple of its alignment, and is never given out again.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let base = self.heap.get() as usize;
        let mut start = 0;
        let taken = self.used.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |used| {
            start = (base + used).next_multiple_of(layout.align()) - base;
            start.checked_add(layout.size()).filter(|end| *end <= HEAP)
        });
        if taken.is_ok() { self.heap.get().cast::<u8>().wrapping_add(start) } else { null_mut() }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Bump = Bump { used: AtomicUsize::new(0), heap: core::cell::UnsafeCell::new([0; HEAP]) };

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

/// The paved path and an event log. What goes in is hidden from the optimiser, so that it keeps all that
/// a verification may need.
#[unsafe(no_mangle)]
pub extern "C" fn probe(byte: u8) -> bool {
    let input = [byte; 64];
    verifies(black_box(&input), black_box(&input), UnixTime(black_box(i64::from(byte)))).is_some()
}

fn verifies(evidence: &[u8], collateral: &[u8], now: UnixTime) -> Option<()> {
    let verifier = Verifier::intel(Arc::new(RustCrypto)).ok()?;
    let collateral = Collateral::from_json(collateral).ok()?;
    let accepted = verifier.verify(evidence, &collateral, &Policy::strict(), now).ok()?;
    let Report::Td(td) = accepted.evidence().report() else { return Some(()) };
    let rtmrs = td.rtmr.map(|rtmr| rtmr.0);
    let log = EventLog::parse(evidence, LogKind::Ccel, &Limits::default()).ok()?;
    log.verify_rtmrs(&RustCrypto, &rtmrs, Quirks::NONE).ok().map(|_| ())
}
