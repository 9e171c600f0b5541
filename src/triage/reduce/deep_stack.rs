//! A thread for work on deep trees.

use std::io;

/// Every walk over a tree is recursive, and a sum of many terms is as deep as it is long. This is address space: only what
/// is used is memory.
const BYTES: usize = 4 << 30;

/// Does the work on a deep stack.
///
/// # Errors
/// The system gives no thread.
pub fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("reduce".into()).stack_size(BYTES);
        let reducer = thread.spawn_scoped(scope, work)?;
        Ok(reducer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}
