//! Waiting for a condition: always with a deadline.

use std::time::{Duration, Instant};

/// The interval between two looks at a condition that has a deadline.
pub fn pause(interval: Duration) {
    std::thread::park_timeout(interval);
}

/// Looks at `condition` every few milliseconds until it gives something or `deadline` passes; looks at least once.
pub fn poll<T>(deadline: Instant, mut condition: impl FnMut() -> Option<T>) -> Option<T> {
    loop {
        if let Some(found) = condition() {
            return Some(found);
        }
        if Instant::now() >= deadline {
            return None;
        }
        pause(Duration::from_millis(5));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_looked_at_once_even_after_its_deadline() {
        assert_eq!(poll(Instant::now(), || Some(1)), Some(1));
        assert_eq!(poll(Instant::now(), || None::<u8>), None);
    }
}
