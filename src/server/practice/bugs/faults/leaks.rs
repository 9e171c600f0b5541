//! Memory and descriptors that are not given back. All of it is bounded: the fuzzer's machine has to live.

use super::endless_loop;
use crate::server::practice::server::Server;
use std::hint::black_box;
use std::sync::atomic::Ordering;

/// Bytes that a step of a loop without end takes.
const BLOCK: usize = 1 << 20;
/// Bytes that one leak loses.
const LEAK: usize = 4 << 20;
/// Leaks of memory of one server: what they lose together is seen long before.
pub const MOST_LEAKS: u64 = 400;
/// Leaks of descriptors of one server.
pub const MOST_DESCRIPTORS: u64 = 3_000;
/// Blocks that a loop without end takes before it only turns.
const MOST_GROWN: usize = 768;

/// Loses four megabytes for ever.
pub fn leak_memory() {
    // Written to, so that the kernel really gives the pages.
    black_box(Box::leak(vec![0x5a_u8; LEAK].into_boxed_slice()));
}

/// Loses a descriptor for ever.
pub fn leak_descriptor() {
    if let Ok(file) = std::fs::File::open("/dev/null") {
        std::mem::forget(file);
    }
}

/// Loses a few bytes, for a sanitizer to find.
pub fn lose_block(server: &Server) {
    black_box(Box::leak(vec![0_u8; 64].into_boxed_slice()));
    server.memory.lost_blocks.fetch_add(1, Ordering::Relaxed);
}

/// Gathers results that never end.
pub fn work_without_end() -> ! {
    let mut results: Vec<Vec<u8>> = Vec::new();
    while results.len() < MOST_GROWN {
        results.push(black_box(vec![0x5a; BLOCK]));
    }
    endless_loop(black_box(results).len())
}
