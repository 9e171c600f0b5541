//! Stacks of one process by gdb, tied to processor use and to who holds which lock, and written for people.

use std::fmt::Write;

use super::gdb::{Bounds, Gdb, GdbEnd};
use super::making::Making;
use super::record::{CapturedProcess, Thread};
use super::suspend::Member;
use super::{gdb_text, waits_for};
use crate::run::meter::Usage;

/// Deeper stacks are cut: the innermost frames are what tells.
const BACKTRACE: &str = "thread apply all bt 200";
/// Offsets of the owner's number in glibc's `pthread_mutex_t` and `pthread_rwlock_t` on 64-bit machines.
const MUTEX_OWNER: u64 = 8;
const RWLOCK_WRITER: u64 = 24;

impl Making<'_> {
    /// Asks gdb for the stacks of a stopped process; nothing where it may not look.
    pub fn native_stacks(&mut self, member: &Member, left: usize) -> (GdbEnd, Vec<Thread>) {
        let Some(gdb) = self.gdb.clone() else { return (GdbEnd::Died(None), Vec::new()) };
        let name = raw_name(member);
        let deadline = self.budget.share(u32::try_from(left).unwrap_or(u32::MAX));
        let bounds = Bounds { budget: &self.budget, deadline };
        let end = gdb.attach(member.identity.pid, &[BACKTRACE], &self.path(&name), 0, bounds);
        let mut threads = self.parsed(&name);
        threads.iter_mut().for_each(|thread| find_owner(member.identity.pid, thread));
        (end, threads)
    }

    /// Stacks of a core, the thread that died first.
    pub fn core_stacks(&mut self, gdb: &Gdb, core: &Core<'_>) -> (GdbEnd, Vec<Thread>) {
        let name = format!("debugger_{}_{}_raw_stacks.log", core.name, core.pid);
        let bounds = Bounds { budget: &self.budget, deadline: self.budget.share(2) };
        let end = gdb.open_core(core.path, (core.executable, core.root), &[BACKTRACE], &self.path(&name), bounds);
        let mut threads = self.parsed(&name);
        // gdb numbers the one that died 1 and prints the highest number first.
        threads.reverse();
        (end, threads)
    }

    fn parsed(&mut self, name: &str) -> Vec<Thread> {
        self.list(name);
        let bytes = fs_err::read(self.path(name)).unwrap_or_default();
        gdb_text::threads(&String::from_utf8_lossy(&bytes))
    }

    /// Writes the readable log and the graph of a process and takes it into the record.
    pub fn keep(&mut self, process: CapturedProcess) {
        let place = format!("{}_{}", process.name, process.pid);
        self.write(&format!("debugger_{place}.log"), &readable(&process));
        if let Some(graph) = waits_for::graph(&place, &process.threads) {
            self.write(&format!("debugger_waitsfor_{place}.gv"), &graph);
        }
        self.capture.processes.push(process);
    }
}

/// A core to be read.
pub struct Core<'a> {
    pub name: &'a str,
    pub pid: u32,
    pub path: &'a camino::Utf8Path,
    pub executable: &'a camino::Utf8Path,
    pub root: &'a camino::Utf8Path,
}

pub fn raw_name(member: &Member) -> String {
    format!("debugger_{}_{}_raw_stacks.log", member.name, member.identity.pid)
}

/// Adds processor use and puts the threads in order: the busiest first, then those that wait for locks.
pub fn in_order(pid: u32, mut threads: Vec<Thread>, usage: &Usage) -> Vec<Thread> {
    for thread in &mut threads {
        thread.cpu = usage.of_thread(pid, thread.id);
    }
    threads.sort_by_key(|thread| (std::cmp::Reverse(thread.cpu.unwrap_or(0)), thread.waits.is_none()));
    threads
}

/// Reads who holds a lock of glibc's from the memory of the stopped process.
fn find_owner(pid: u32, thread: &mut Thread) {
    let rwlock = thread.frames.iter().take(6).any(|frame| frame.function.contains("pthread_rwlock"));
    let Some(wait) = thread.waits.as_mut() else { return };
    let address = wait.lock.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok());
    let offset = if rwlock { RWLOCK_WRITER } else { MUTEX_OWNER };
    wait.owner = address.and_then(|address| word(pid, address.checked_add(offset)?)).filter(|owner| *owner > 0);
}

fn word(pid: u32, address: u64) -> Option<u64> {
    use std::os::unix::fs::FileExt;
    let memory = std::fs::File::open(format!("/proc/{pid}/mem")).ok()?;
    let mut bytes = [0; 4];
    memory.read_exact_at(&mut bytes, address).ok()?;
    Some(u32::from_le_bytes(bytes).into())
}

/// The stacks for people: equal ones once, the threads that have them named.
fn readable(process: &CapturedProcess) -> String {
    let mut text = format!("process {} (pid {})\n{}\n", process.name, process.pid, process.title);
    let cpu = process.cpu.map_or("unknown".into(), |cpu| format!("{cpu} % of one processor"));
    let _ = writeln!(text, "cpu     {cpu}\nsource  {:?}, {} threads", process.source, process.threads.len());
    let mut seen: Vec<(&Thread, Vec<&Thread>)> = Vec::new();
    for thread in &process.threads {
        match seen.iter_mut().find(|(first, _)| first.frames == thread.frames) {
            Some((_, others)) => others.push(thread),
            None => seen.push((thread, vec![thread])),
        }
    }
    for (first, threads) in seen {
        text.push('\n');
        for thread in threads {
            let cpu = thread.cpu.map(|cpu| format!(", {cpu} % CPU")).unwrap_or_default();
            let waits = thread.waits.as_ref().map(|wait| {
                let owner = wait.owner.map(|owner| format!(" held by {owner}")).unwrap_or_default();
                format!(", waits for {}{owner}", wait.lock)
            });
            let _ = writeln!(text, "{} ({}){cpu}{}", thread.name, thread.id, waits.unwrap_or_default());
        }
        for frame in &first.frames {
            let place = frame.place.as_ref().map(|place| format!("  ({place})")).unwrap_or_default();
            let _ = writeln!(text, "    {}{place}", frame.function);
        }
    }
    text
}
