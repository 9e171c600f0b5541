//! The capture of a death: the kernel's cores, moved, read by gdb and compressed; without one the stack in the log.

use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use super::making::Making;
use super::record::{Capture, CapturedProcess, Source, Thread};
use super::stacks::Core;
use super::{Capturer, core, log_stack};
use crate::interrupt::Interrupts;
use crate::process::{descendants, poll};
use crate::server::{ServerExit, ServerProcess, Topology};

/// A back end's core may still be on its way when its death stands in the log.
const CORE_TAKES: Duration = Duration::from_secs(2);
/// Lines after a telling one that are kept: PostgreSQL says there what the process was running.
const LINES_AFTER: usize = 3;

impl Capturer {
    /// Captures processes that ended. `telling` are the log lines that speak of back ends' deaths, with what follows them.
    pub fn crash(
        &mut self,
        topology: &dyn Topology,
        exits: &[ServerExit],
        telling: Vec<String>,
        interrupts: &Interrupts,
    ) -> Capture {
        let mut making = Making::new(self, interrupts);
        let backend = !telling.is_empty();
        making.capture.said = telling;
        making.capture.said.truncate(Capture::SAID);
        for exit in exits {
            let cores = core::find(&exit.process.log);
            if cores.is_empty() {
                making.without_core(&exit.process, &exit.log_tail);
            }
            making.cores_of(&exit.process, cores, Utf8Path::new("/"), false);
        }
        if backend && exits.is_empty() {
            making.backends(topology);
        }
        let (capture, cores) = making.end();
        self.cores.extend(cores);
        self.prune();
        capture
    }
}

/// The lines that `is_telling`, each with what follows it.
pub fn with_what_follows<'a>(lines: &[&'a str], is_telling: impl Fn(&str) -> bool) -> Vec<&'a str> {
    let near = |at: usize| (at.saturating_sub(LINES_AFTER)..=at).any(|before| is_telling(lines[before]));
    (0..lines.len()).filter(|at| near(*at)).map(|at| lines[at]).collect()
}

impl Making<'_> {
    fn backends(&mut self, topology: &dyn Topology) {
        let processes = topology.processes();
        let found = poll(Instant::now() + CORE_TAKES, || {
            let found: Vec<_> = processes.iter().map(|process| (process, core::find(&process.log))).collect();
            found.iter().any(|(_, cores)| !cores.is_empty()).then_some(found)
        });
        let Some(found) = found else {
            let why = core::pattern_trouble().unwrap_or_else(|| "the kernel wrote none".into());
            return self.capture.gap("the back end's core", why, "the log lines");
        };
        for (process, cores) in found {
            let root = other_root(process.pid).unwrap_or_else(|| "/".into());
            self.cores_of(process, cores, &root, true);
        }
    }

    fn without_core(&mut self, process: &ServerProcess, log: &[String]) {
        let why = core::pattern_trouble().unwrap_or_else(|| "the kernel wrote none; it does at signals only".into());
        let thread = log_stack::thread(log);
        let trust = if thread.is_some() { "the stack in its log" } else { "its exit and its log" };
        self.capture.gap(format!("the core of {} ({})", process.name, process.pid), why, trust);
        if let Some(thread) = thread {
            self.keep(died(&process.name, process.pid, Source::Log, vec![thread]));
        }
    }

    fn cores_of(&mut self, process: &ServerProcess, cores: Vec<Utf8PathBuf>, root: &Utf8Path, backend: bool) {
        for from in cores.into_iter().take(self.options.core_keep) {
            // Back ends have numbers of their own, which the core's name may hold.
            let number = from.extension().and_then(|number| number.parse().ok());
            let pid = if backend { number.unwrap_or(process.pid) } else { process.pid };
            let path = self.path(&format!("dump_{}.{pid}.core", process.name));
            let bytes = from.metadata().map_or(0, |metadata| metadata.len());
            if let Err(error) = core::take(&from, &path) {
                self.capture.gap(format!("the core {from}"), error.to_string(), "the core where it lies");
                continue;
            }
            self.stacks_of_core(&process.name, pid, &path, root);
            if bytes > self.options.core_size {
                let why = format!("it takes {} MiB, more than --core-size", bytes >> 20);
                self.capture.gap(format!("the core of {} ({pid})", process.name), why, "its stacks");
                let _ = fs_err::remove_file(&path);
            } else {
                self.list_core(path);
            }
        }
    }

    fn stacks_of_core(&mut self, name: &str, pid: u32, path: &Utf8Path, root: &Utf8Path) {
        let Some(gdb) = self.gdb.clone() else { return };
        let executable = core::executable(path).unwrap_or_default();
        let inside = root.join(executable.strip_prefix("/").unwrap_or(&executable));
        let executable = if inside.exists() { inside } else { executable };
        let core = Core { name, pid, path, executable: &executable, root };
        let (end, threads) = self.core_stacks(&gdb, &core);
        if let Some(why) = end.trouble() {
            self.capture.gap(format!("stacks in the core of {name} ({pid})"), why, "the core");
        }
        if !threads.is_empty() {
            self.keep(died(name, pid, Source::Core, threads));
        }
    }
}

fn died(name: &str, pid: u32, source: Source, threads: Vec<Thread>) -> CapturedProcess {
    CapturedProcess { name: name.to_owned(), pid, source, threads, ..CapturedProcess::default() }
}

/// The root of a process of that tree which has one of its own, as seen from ours.
fn other_root(pid: u32) -> Option<Utf8PathBuf> {
    let roots = descendants(pid).into_iter().map(|child| Utf8PathBuf::from(format!("/proc/{}/root", child.pid)));
    roots.filter_map(|root| root.read_link_utf8().ok()).find(|target| target != "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dead_process_was_running_is_kept_with_its_death() {
        let lines = ["a", "was terminated by signal 11", "DETAIL: running: SELECT", "x", "y", "z"];
        let kept = with_what_follows(&lines, |line| line.contains("terminated"));
        assert_eq!(kept, &lines[1..5]);
        assert!(with_what_follows(&lines, |_| false).is_empty());
    }
}
