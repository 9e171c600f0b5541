//! Who a process is: its number alone is given to others after its end, number and start time together are not.

use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal, test_kill_process_group};
use serde::{Deserialize, Serialize};

/// More processes than one server has; a fork bomb is not walked through.
const MOST_DESCENDANTS: usize = 4_000;
/// Threads of one process that are looked at.
const MOST_THREADS: usize = 4_000;

/// One process, for as long as the machine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Process id.
    pub pid: u32,
    /// Clock ticks since boot at its start.
    pub started: u64,
}

impl Identity {
    /// The process that has this id now.
    pub fn of(pid: u32) -> Option<Self> {
        Some(Self { pid, started: start_time(pid)? })
    }

    /// True while it lives; a zombie does not.
    pub fn is_alive(&self) -> bool {
        is_alive(self.pid, self.started)
    }

    /// Sends a signal to it, never to a stranger with its number.
    pub fn signal(&self, signal: Signal) {
        let Some(pid) = Pid::from_raw(self.pid as i32) else { return };
        // The descriptor holds whoever has the number now; the look at the start time comes after, so both are one.
        let held = pidfd_open(pid, PidfdFlags::empty());
        if self.is_alive() {
            // An error says that it ended meanwhile, or that it is not ours to signal.
            let _ = match held {
                Ok(descriptor) => pidfd_send_signal(descriptor, signal),
                Err(_) => kill_process(pid, signal),
            };
        }
    }

    /// SIGKILL.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }
}

/// Where process ids mean what they mean here: the machine since its boot, and its namespace of process ids. A folder
/// may be shared with other machines and containers, whose ids are others.
pub fn world() -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let namespace = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    format!("{} {}", boot.trim(), namespace.display())
}

/// Field 22 of /proc/PID/stat.
pub fn start_time(pid: u32) -> Option<u64> {
    Stat::read(pid)?.number(22)
}

/// True while the process of that identity lives; a zombie does not.
pub fn is_alive(pid: u32, started: u64) -> bool {
    Stat::read(pid).is_some_and(|stat| stat.number(22) == Some(started) && !stat.is_dead())
}

/// CPU time of a process, user and system.
pub fn cpu_time(pid: u32) -> Option<Duration> {
    Stat::read(pid)?.cpu_time()
}

/// Each thread of a process, by its number, and the time for which it ran or stood in line for a processor; empty once the
/// process is gone. Who spins on a busy machine gets little of a processor, and stands in line for the rest.
pub fn thread_times(pid: u32) -> Vec<(u32, Duration)> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let threads = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    threads.take(MOST_THREADS).filter_map(|thread| Some((thread, thread_time(pid, thread)?))).collect()
}

/// Kernels without figures of their scheduler say at least for how long it ran.
fn thread_time(pid: u32, thread: u32) -> Option<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/task/{thread}/schedstat")).unwrap_or_default();
    // Nanoseconds on a processor, and waiting for one.
    let figures: Vec<u64> = text.split_whitespace().take(2).filter_map(|figure| figure.parse().ok()).collect();
    match figures[..] {
        [ran, waited] => Some(Duration::from_nanos(ran.saturating_add(waited))),
        _ => Stat::of_thread(pid, thread)?.cpu_time(),
    }
}

/// Children, their children and so on, whatever group or session they chose.
pub fn descendants(pid: u32) -> Vec<Identity> {
    let one = |pid: u32| {
        let stat = Stat::read(pid)?;
        Some((Identity { pid, started: stat.number(22)? }, stat.number(4)?))
    };
    let all: Vec<(Identity, u64)> = all_processes().filter_map(one).collect();
    let mut found: Vec<Identity> = Vec::new();
    let mut parents = vec![pid];
    while let Some(parent) = parents.pop().filter(|_| found.len() < MOST_DESCENDANTS) {
        for (child, _) in all.iter().filter(|(_, of)| *of == u64::from(parent)) {
            found.push(*child);
            parents.push(child.pid);
        }
    }
    found
}

/// True when nobody runs in that process group. Zombies wait for their parent, which may never look; they are gone.
pub(super) fn group_is_gone(group: u32) -> bool {
    let Some(leader) = Pid::from_raw(group as i32) else { return true };
    test_kill_process_group(leader).is_err()
        || !all_processes().filter_map(Stat::read).any(|stat| stat.number(5) == Some(group.into()) && !stat.is_dead())
}

/// What the kernel calls the program of a process, fit for a file's name.
pub fn program_name(pid: u32) -> String {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let name: String = name.trim().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.is_empty() { "process".into() } else { name }
}

#[cfg(test)]
pub(super) fn runs(pid: u32) -> bool {
    Stat::read(pid).is_some_and(|stat| !stat.is_dead())
}

fn all_processes() -> impl Iterator<Item = u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The fields of /proc/PID/stat from the third on.
struct Stat(Vec<String>);

impl Stat {
    fn read(pid: u32) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    fn of_thread(pid: u32, thread: u32) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{pid}/task/{thread}/stat")).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        // The second field is the command's name, which may itself hold blanks and brackets.
        let (_, rest) = text.rsplit_once(')')?;
        Some(Self(rest.split_whitespace().map(str::to_owned).collect()))
    }

    /// A field by its number in proc(5).
    fn number(&self, field: usize) -> Option<u64> {
        self.0.get(field - 3)?.parse().ok()
    }

    fn cpu_time(&self) -> Option<Duration> {
        let ticks: u64 = self.number(14)? + self.number(15)?;
        Some(Duration::from_millis(ticks * 1_000 / rustix::param::clock_ticks_per_second()))
    }

    fn is_dead(&self) -> bool {
        self.0.first().is_some_and(|state| state == "Z" || state == "X")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Child;
    use std::process::Command;

    #[test]
    fn identity_is_pid_and_start_time() {
        let mut child = Child::start(Command::new("sleep").arg("600")).unwrap();
        let identity = Identity::of(child.pid()).unwrap();
        let stranger = Identity { started: identity.started + 1, ..identity };
        assert!(identity.is_alive() && !stranger.is_alive());
        stranger.kill();
        assert!(child.ended().is_none());
        child.kill();
        assert!(!identity.is_alive());
    }

    #[test]
    fn threads_that_spin_on_a_busy_machine_want_a_whole_processor_each() {
        let spins = || Child::start(Command::new("sh").args(["-c", "while :; do :; done"])).unwrap();
        // More than there are processors.
        let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) * 3;
        let all: Vec<Child> = (0..count).map(|_| spins()).collect();
        let time = |child: &Child| thread_times(child.pid()).iter().map(|(_, time)| *time).sum::<Duration>();
        let before: Duration = all.iter().map(time).sum();
        let began = std::time::Instant::now();
        crate::process::pause(Duration::from_millis(600));
        let (wanted, elapsed) = (all.iter().map(time).sum::<Duration>() - before, began.elapsed());
        assert!(wanted > elapsed * count as u32 / 2, "{wanted:?} of {elapsed:?} by {count}");
    }

    #[test]
    fn our_own_children_are_descendants() {
        let child = Child::start(Command::new("sleep").arg("600")).unwrap();
        assert!(descendants(std::process::id()).iter().any(|one| one.pid == child.pid()));
        assert!(!group_is_gone(child.pid()));
    }
}
