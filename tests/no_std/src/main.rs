//! A program for a bare target: it links, or the core has pulled in something that needs a system.
#![no_std]
#![no_main]

use core::hint::black_box;

/// Where a linker without a start file begins.
#[unsafe(no_mangle)]
pub extern "C" fn _start() -> ! {
    black_box(veriquote_no_std::probe(black_box(1)));
    loop {}
}
