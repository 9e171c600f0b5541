//! How much of a processor the server's threads use or stand in line for, looked at only once a file is half-way to its threshold.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::process::{descendants, thread_times};
use crate::server::ServerProcess;

/// Bounds of the interval between two readings: ticks of the kernel's clock are 10 ms, and a reading walks over /proc.
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(1);

/// Keeps two readings, from which [`Meter::usage`] tells the present one.
#[derive(Debug)]
pub struct Meter {
    interval: Duration,
    older: Option<Reading>,
    newer: Option<Reading>,
}

#[derive(Clone, Debug)]
struct Reading {
    at: Instant,
    threads: BTreeMap<(u32, u32), Duration>,
}

/// What threads used or stood in line for over the last interval or two, in per cent of one processor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage(BTreeMap<(u32, u32), u32>);

impl Meter {
    /// A meter for files with that threshold.
    pub fn new(threshold: Duration) -> Self {
        Self { interval: (threshold / 8).clamp(SHORTEST, LONGEST), older: None, newer: None }
    }

    /// Takes a reading if it is time for one.
    pub fn sample(&mut self, now: Instant, processes: impl FnOnce() -> Vec<ServerProcess>) {
        if self.newer.as_ref().is_some_and(|newer| now - newer.at < self.interval) {
            return;
        }
        let reading = Reading { at: now, threads: read(&processes()) };
        self.older = self.newer.replace(reading);
    }

    /// Forgets all: what comes next is another statement.
    pub fn reset(&mut self) {
        (self.older, self.newer) = (None, None);
    }

    /// Nothing before two readings.
    pub fn usage(&self, now: Instant, processes: &[ServerProcess]) -> Option<Usage> {
        let from = self.older.as_ref().or(self.newer.as_ref())?;
        let window = now.checked_duration_since(from.at).filter(|window| *window >= SHORTEST / 2)?;
        let used = read(processes).into_iter().filter_map(|(thread, used)| {
            let before = from.threads.get(&thread).copied().unwrap_or_default();
            let part = used.saturating_sub(before).as_micros() * 100 / window.as_micros();
            Some((thread, u32::try_from(part).ok()?))
        });
        Some(Usage(used.collect()))
    }
}

impl Usage {
    /// All together.
    pub fn total(&self) -> u32 {
        self.0.values().sum()
    }

    /// One process.
    pub fn of_process(&self, pid: u32) -> Option<u32> {
        let threads = self.0.range((pid, 0)..=(pid, u32::MAX)).map(|(_, part)| part);
        threads.copied().reduce(|one, other| one + other)
    }

    /// One thread.
    pub fn of_thread(&self, pid: u32, thread: u64) -> Option<u32> {
        self.0.get(&(pid, u32::try_from(thread).ok()?)).copied()
    }
}

fn read(processes: &[ServerProcess]) -> BTreeMap<(u32, u32), Duration> {
    let children = processes.iter().flat_map(|process| descendants(process.pid)).map(|child| child.pid);
    let pids = processes.iter().map(|process| process.pid).chain(children);
    pids.flat_map(|pid| thread_times(pid).into_iter().map(move |(thread, used)| ((pid, thread), used))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{Child, pause, poll};
    use std::process::Command;

    #[test]
    fn a_child_that_spins_is_told_from_its_parent_that_waits() {
        let child = Child::start(Command::new("sh").args(["-c", "sh -c 'while :; do :; done' & wait"])).unwrap();
        let parent = ServerProcess { name: "sh".into(), pid: child.pid(), started: 0, log: Default::default() };
        let spins =
            poll(Instant::now() + Duration::from_secs(10), || descendants(child.pid()).first().copied()).unwrap();
        let mut meter = Meter::new(Duration::from_secs(1));
        assert_eq!(meter.usage(Instant::now(), std::slice::from_ref(&parent)), None);
        meter.sample(Instant::now(), || vec![parent.clone()]);
        // A busy machine gives it little, but sooner or later more than nothing.
        let usage = poll(Instant::now() + Duration::from_secs(10), || {
            pause(Duration::from_millis(200));
            let usage = meter.usage(Instant::now(), std::slice::from_ref(&parent))?;
            (usage.of_process(spins.pid) > Some(5)).then_some(usage)
        });
        let usage = usage.unwrap();
        assert!(usage.of_process(child.pid()) < Some(5), "{usage:?}");
        assert_eq!(usage.of_thread(spins.pid, spins.pid.into()), usage.of_process(spins.pid));
    }
}
