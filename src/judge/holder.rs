//! Which thread of a captured server holds the reply, and how: it spins, it waits for a lock, or it does nothing.

use super::stack::{depth, project_frames, rests};
use crate::run::capture::waits_for::longest_chain;
use crate::run::capture::{Capture, Thread};

/// Per cent of one processor from which a thread is busy. On a machine where five others want the same processor a
/// spinning thread still gets that.
pub const BUSY: u32 = 15;

/// What holds a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// How.
    pub does: Does,
    /// `conn7 (4711)`
    pub thread: String,
    /// The innermost functions of the project that make the signature.
    pub frames: Vec<String>,
    /// Who waits for whom, a line each.
    pub chain: Vec<String>,
}

/// How a reply is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// It uses the processor.
    Spins(u32),
    /// It waits for a lock.
    WaitsForLock,
    /// It waits in a circle of locks.
    Deadlock,
    /// It waits for something else.
    Idle,
}

impl Does {
    /// The word in a signature.
    pub fn word(self) -> &'static str {
        match self {
            Self::Spins(_) => "spins",
            Self::WaitsForLock => "lock",
            Self::Deadlock => "deadlock",
            Self::Idle => "idle",
        }
    }
}

impl Holder {
    /// The end of a title.
    pub fn sentence(&self) -> String {
        let place = self.frames.first().map(|frame| format!(" in {frame}")).unwrap_or_default();
        let thread = &self.thread;
        match self.does {
            Does::Spins(cpu) => format!("spins{place} (thread {thread}, {cpu} % CPU)"),
            Does::WaitsForLock => format!("waits for a lock{place} (thread {thread})"),
            Does::Deadlock => format!("is in a deadlock{place} (thread {thread})"),
            Does::Idle => format!("is idle{place} (thread {thread})"),
        }
    }
}

/// The holder, if stacks show one.
pub fn holder(capture: &Capture) -> Option<Holder> {
    spinning(capture).or_else(|| locked(capture)).or_else(|| idle(capture))
}

fn spinning(capture: &Capture) -> Option<Holder> {
    let threads = capture.processes.iter().flat_map(|process| &process.threads);
    let busy = threads.filter(|one| one.cpu.is_some_and(|cpu| cpu >= BUSY));
    // A run time's own threads (collectors, compilers) spin beside the one that works.
    let thread = busy.max_by_key(|one| (depth(one) > 0, one.cpu))?;
    let does = Does::Spins(thread.cpu.unwrap_or(0));
    Some(Holder { does, thread: label(thread), frames: project_frames(thread), chain: Vec::new() })
}

fn locked(capture: &Capture) -> Option<Holder> {
    let chains = capture.processes.iter().filter_map(|process| longest_chain(&process.threads));
    let chain = chains.max_by_key(|chain| (chain.cycle, chain.threads.len()))?;
    let mut lines: Vec<String> = chain.threads.windows(2).map(|pair| link(pair[0], Some(pair[1]))).collect();
    let last = *chain.threads.last()?;
    let next = if chain.cycle { chain.threads.first().copied() } else { None };
    if last.waits.is_some() {
        lines.push(link(last, next));
    }
    lines.sort();
    let (does, thread, frames) = if chain.cycle {
        // Whoever is looked at first: a circle has no begin.
        let mut frames: Vec<String> = chain.threads.iter().flat_map(|one| project_frames(one)).collect();
        frames.sort();
        frames.dedup();
        (Does::Deadlock, last, frames)
    } else if last.waits.is_some() {
        // Nobody says who holds the lock: of those that wait the one deepest in its work.
        let all = capture.processes.iter().flat_map(|process| &process.threads);
        let deepest = all.filter(|one| one.waits.is_some()).max_by_key(|one| depth(one)).unwrap_or(last);
        (Does::WaitsForLock, deepest, project_frames(deepest))
    } else {
        (Does::WaitsForLock, last, project_frames(last))
    };
    Some(Holder { does, thread: label(thread), frames, chain: lines })
}

/// Of the threads that do not wait for a client the one deepest in its work.
fn idle(capture: &Capture) -> Option<Holder> {
    let threads = capture.processes.iter().flat_map(|process| &process.threads);
    let thread = threads.filter(|one| !rests(one) && depth(one) > 0).max_by_key(|one| depth(one))?;
    Some(Holder { does: Does::Idle, thread: label(thread), frames: project_frames(thread), chain: Vec::new() })
}

fn link(from: &Thread, to: Option<&Thread>) -> String {
    let place = project_frames(from).into_iter().next().map(|frame| format!(" in {frame}")).unwrap_or_default();
    let lock = from.waits.as_ref().map_or("a lock", |wait| wait.lock.as_str());
    let owner = to.map_or_else(|| "held by nobody that can be told".to_owned(), |to| format!("held by {}", label(to)));
    format!("{}{place} waits for {lock} {owner}", label(from))
}

fn label(thread: &Thread) -> String {
    format!("{} ({})", thread.name, thread.id)
}
