//! The faults themselves. Each is the real thing: what watches a server must see what it would see of a real one.

mod ends;
mod leaks;
mod sanitizers;
mod signals;
mod waits;

pub use ends::{
    Place, end_quietly, fatal_assertion, invariant_failure, last_checks, out_of_memory, storage_engine_panic, tripwire,
    uncaught_exception,
};
pub use leaks::{MOST_DESCRIPTORS, MOST_LEAKS, leak_descriptor, leak_memory, lose_block, work_without_end};
pub use sanitizers::{address_sanitizer, leak_sanitizer, undefined_behavior};
pub use signals::{bus_error, endless_recursion, floating_point_exception, illegal_instruction, segmentation_fault};
pub use waits::{deadlock, endless_loop, lost_wake_up};
