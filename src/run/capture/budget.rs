//! The bounds of one capture: time, disk, and somebody who wants to go home.

use std::time::{Duration, Instant};

use camino::Utf8Path;

use crate::interrupt::Interrupts;
use crate::run::check::free;

/// Cores are not written where they would leave less than this.
const DISK_FOR_OTHERS: u64 = 1 << 30;
/// Nothing at all is written where less than this is left.
const DISK_FOR_TEXT: u64 = 64 << 20;

/// What is left to one capture.
#[derive(Clone, Debug)]
pub struct Budget {
    started: Instant,
    deadline: Instant,
    interrupts: Interrupts,
}

impl Budget {
    /// Begins now.
    pub fn new(time: Duration, interrupts: &Interrupts) -> Self {
        let started = Instant::now();
        Self { started, deadline: started + time, interrupts: interrupts.clone() }
    }

    /// Since it began.
    pub fn spent(&self) -> Duration {
        self.started.elapsed()
    }

    /// Why nothing more may be begun.
    pub fn over(&self) -> Option<&'static str> {
        if self.interrupts.requested().is_some() {
            Some("somebody stopped the run")
        } else {
            (Instant::now() >= self.deadline).then_some("the time of --capture-time is over")
        }
    }

    /// The earlier of its own end and `time` from now.
    pub fn deadline(&self, time: Duration) -> Instant {
        self.deadline.min(Instant::now() + time)
    }

    /// A share of what is left, so that what comes later gets its turn.
    pub fn share(&self, of: u32) -> Instant {
        let now = Instant::now();
        now + self.deadline.saturating_duration_since(now) / of.max(1)
    }
}

/// Why a core of so many bytes may not be written there.
pub fn no_room_for_core(folder: &Utf8Path, bytes: u64) -> Option<String> {
    let free = free(folder)?;
    let wanted = bytes.saturating_add(DISK_FOR_OTHERS);
    let mib = |bytes: u64| bytes >> 20;
    (free < wanted).then(|| format!("it takes up to {} MiB, and the disk has {} MiB free", mib(bytes), mib(free)))
}

/// Why nothing may be written there.
pub fn no_room_for_text(folder: &Utf8Path) -> Option<String> {
    let free = free(folder)?;
    (free < DISK_FOR_TEXT).then(|| format!("the disk has {} MiB free", free >> 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_and_disk_have_an_end() {
        let budget = Budget::new(Duration::ZERO, &Interrupts::default());
        assert!(budget.over().is_some_and(|why| why.contains("--capture-time")));
        assert!(Budget::new(Duration::from_secs(60), &Interrupts::default()).over().is_none());
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        assert!(no_room_for_core(folder, u64::MAX / 2).is_some_and(|why| why.contains("MiB free")));
        assert_eq!(no_room_for_core(Utf8Path::new("/nowhere"), 1), None);
    }
}
