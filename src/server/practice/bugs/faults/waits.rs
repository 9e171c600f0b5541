//! Threads that never come back.

use crate::server::practice::collection::State;
use parking_lot::{Condvar, Mutex};
use std::hint::black_box;

/// Takes a lock that this thread holds already: neither it nor anybody else ever gets it.
pub fn deadlock(held: &Mutex<State>) -> ! {
    let second = held.lock();
    // Only a lock that can be taken twice would get here.
    endless_loop(second.len())
}

/// Turns and turns at 100 % of a processor; whatever locks the caller holds stay taken.
pub fn endless_loop(from: usize) -> ! {
    let mut position = from;
    loop {
        position = black_box(position).wrapping_add(1);
    }
}

/// Waits for a wake-up that came before anybody waited for it, and looks at no condition.
pub fn lost_wake_up() {
    let (mutex, flushed) = (Mutex::new(()), Condvar::new());
    flushed.notify_all();
    flushed.wait(&mut mutex.lock());
}
