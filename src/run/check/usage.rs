//! What the servers' processes use, as /proc and their folders say.

use camino::Utf8Path;

use crate::process::{Identity, descendants};
use crate::run::execution::{Figures, ProcessUsage};
use crate::server::ServerProcess;

/// Files looked at in one folder; a server that makes more is measured in part.
const MOST_FILES: usize = 20_000;
const DEPTH: usize = 6;

/// What each process uses now.
#[derive(Clone, Debug, Default)]
pub struct Usage(Vec<(ServerProcess, Figures)>);

impl Usage {
    /// Looks at these processes and their children. What may not be read stays unknown.
    pub fn of(processes: &[ServerProcess]) -> Self {
        let living = processes.iter().filter(|one| Identity { pid: one.pid, started: one.started }.is_alive());
        Self(living.map(|one| (one.clone(), figures(one))).collect())
    }

    /// The change from `self` to `after`, of processes that are in both.
    pub fn until(&self, after: &Self) -> Vec<ProcessUsage> {
        let one = |(process, before): &(ServerProcess, Figures)| {
            let (_, after) = after.0.iter().find(|(other, _)| other.pid == process.pid)?;
            Some(ProcessUsage { process: process.name.clone(), before: *before, after: *after })
        };
        self.0.iter().filter_map(one).collect()
    }
}

fn figures(process: &ServerProcess) -> Figures {
    let pids = || descendants(process.pid).into_iter().map(|child| child.pid).chain([process.pid]);
    // Each server process has a folder of its own, in which its log and its data lie.
    let disk = process.log.parent().map(|folder| {
        let mut files = MOST_FILES;
        bytes_below(folder, DEPTH, &mut files)
    });
    let pids: Vec<u32> = pids().collect();
    Figures { memory: sum(&pids, memory), disk, descriptors: sum(&pids, descriptors) }
}

/// `None` if not one of them can be read.
fn sum(pids: &[u32], figure: fn(u32) -> Option<u64>) -> Option<u64> {
    pids.iter().filter_map(|pid| figure(*pid)).reduce(|all, one| all + one)
}

/// Anonymous memory: what a process allocated. Mapped files and shared memory would be counted once a process.
fn memory(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10)
}

fn descriptors(pid: u32) -> Option<u64> {
    Some(std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count() as u64)
}

fn bytes_below(folder: &Utf8Path, depth: usize, files: &mut usize) -> u64 {
    let mut bytes = 0;
    for entry in folder.read_dir_utf8().into_iter().flatten().flatten() {
        let Some(left) = files.checked_sub(1) else { break };
        *files = left;
        match entry.metadata() {
            Ok(metadata) if metadata.is_dir() && depth > 0 => bytes += bytes_below(entry.path(), depth - 1, files),
            Ok(metadata) if metadata.is_file() => bytes += metadata.len(),
            _ => {}
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(log: &str) -> ServerProcess {
        let identity = Identity::of(std::process::id()).unwrap();
        ServerProcess { name: "us".into(), pid: identity.pid, started: identity.started, log: log.into() }
    }

    #[test]
    fn growth_of_files_memory_and_descriptors_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let log = format!("{}/us.log", folder.path().display());
        let before = Usage::of(&[own(&log)]);
        std::fs::create_dir(folder.path().join("data")).unwrap();
        std::fs::write(folder.path().join("data/x"), [0; 1000]).unwrap();
        let held: Vec<std::fs::File> = (0..200).map(|_| std::fs::File::open(folder.path()).unwrap()).collect();
        let memory = vec![1_u8; 64 << 20];
        let usage = before.until(&Usage::of(&[own(&log)]));
        drop((held, memory));
        let (before, after) = (usage[0].before, usage[0].after);
        assert_eq!((before.disk, after.disk), (Some(0), Some(1000)));
        // Other tests run beside this one in the same process.
        assert!(after.descriptors.unwrap() > before.descriptors.unwrap() + 50, "{before:?} {after:?}");
        assert!(after.memory.unwrap() > before.memory.unwrap() + (16 << 20), "{before:?} {after:?}");
    }

    #[test]
    fn a_process_that_is_gone_or_another_is_left_out() {
        let stranger = ServerProcess { started: 1, ..own("x") };
        assert!(Usage::of(&[stranger]).0.is_empty());
    }
}
