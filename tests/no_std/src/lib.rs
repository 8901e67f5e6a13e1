//! What a program without std has to bring, and one call into the core that keeps it from being dropped.
//!
//! The allocator hands out memory and never takes it back: enough to link and to measure, not to ship.
#![no_std]

use core::{
    alloc::{GlobalAlloc, Layout},
    ptr::null_mut,
    sync::atomic::{AtomicUsize, Ordering},
};

use veriquote::crypto::{CryptoProvider, HashAlgorithm, PublicKey, RustCrypto, SignatureAlgorithm};

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

/// Hashes a message and verifies a signature over it: both of the provider's duties.
#[unsafe(no_mangle)]
pub extern "C" fn probe(byte: u8) -> bool {
    let message = RustCrypto.hash(HashAlgorithm::Sha256, &[&[byte]]);
    let mut point = [byte; 65];
    point[0] = 4;
    match RustCrypto.load_key(SignatureAlgorithm::EcdsaP256Sha256, PublicKey::Ec(&point)) {
        Ok(key) => key.verify(message.as_ref(), &[byte; 64]).is_ok(),
        Err(_) => false,
    }
}
