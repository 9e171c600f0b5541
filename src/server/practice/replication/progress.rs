//! How far the secondaries of a primary are: told by each with its next question for entries.

use parking_lot::{Condvar, Mutex};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Who has not asked for so long does not follow.
const ALIVE_WITHIN: Duration = Duration::from_secs(5);
/// A primary waits for a secondary that is behind by more entries.
const MOST_BEHIND: i64 = 2_000;

/// Number of the last entry that each secondary has applied.
#[derive(Debug, Default)]
pub struct Progress {
    of: Mutex<BTreeMap<String, (i64, Instant)>>,
    moved: Condvar,
}

impl Progress {
    /// A secondary has applied everything up to that number.
    pub fn tell(&self, member: &str, number: i64) {
        self.of.lock().insert(member.to_owned(), (number, Instant::now()));
        self.moved.notify_all();
    }

    /// The number of a secondary that still follows.
    pub fn of(&self, member: &str) -> Option<i64> {
        let of = self.of.lock();
        of.get(member).filter(|(_, at)| at.elapsed() < ALIVE_WITHIN).map(|(number, _)| *number)
    }

    /// Waits until `count` secondaries have applied that entry; false where they have not by the deadline.
    pub fn wait(&self, count: usize, number: i64, deadline: Instant) -> bool {
        let mut of = self.of.lock();
        loop {
            if of.values().filter(|(applied, _)| *applied >= number).count() >= count {
                return true;
            }
            if self.moved.wait_until(&mut of, deadline).timed_out() {
                return false;
            }
        }
    }

    /// Waits while a secondary that follows is far behind, so that the oplog never loses what it still needs.
    pub fn keep_together(&self, last: i64, deadline: Instant) {
        let mut of = self.of.lock();
        let behind = |of: &BTreeMap<String, (i64, Instant)>| {
            of.values().any(|(applied, at)| at.elapsed() < ALIVE_WITHIN && last - applied > MOST_BEHIND)
        };
        while behind(&of) && !self.moved.wait_until(&mut of, deadline).timed_out() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_waits_for_as_many_as_it_wants_and_not_for_ever() {
        let progress = Progress::default();
        progress.tell("a", 5);
        progress.tell("b", 3);
        let soon = || Instant::now() + Duration::from_millis(5);
        assert!(progress.wait(2, 3, soon()) && progress.wait(1, 5, soon()));
        assert!(!progress.wait(2, 5, soon()));
        assert_eq!((progress.of("a"), progress.of("c")), (Some(5), None));
    }
}
