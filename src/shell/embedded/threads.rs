//! Threads of one file: parallel shells and the shell's `Thread`. Each is an engine of its own on a thread of its own.
//!
//! Source text and BSON cross, closures do not. All threads share the file's deadline and its account; they are told to
//! end when their file ends, and a worker with one that does not is thrown away by the parent.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::engine;
use super::host::Host;
use super::outbox::Outbox;
use crate::shell::{Job, ShellEnd};
use crate::wire::uri::Login;

/// Threads of one file that run at the same time.
pub const MOST_ALIVE: usize = 32;
/// Threads that one file may start in all.
const MOST: usize = 1_000;
/// Stands for a limit that the clock cannot count to.
const FAR: Duration = Duration::from_secs(24 * 3600);
const MOST_LATCHES: usize = 1_000;
/// Bytes of text, arguments and results that may cross between the threads of one file.
const MOST_MAIL: usize = 64 << 20;
/// How long a wait lasts before it looks at the file's end.
const SLICE: Duration = Duration::from_millis(50);

/// The threads and latches of one file; clones are the same.
#[derive(Clone)]
pub struct Threads(Arc<Shared>);

struct Shared {
    job: Job,
    outbox: Outbox,
    bytecode: Arc<Vec<u8>>,
    deadline: Instant,
    over: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// One a thread; nothing while it runs.
    outcomes: Vec<Option<Outcome>>,
    latches: Vec<u32>,
    /// Bytes that crossed.
    mail: usize,
}

/// How a thread ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// As a shell's process: 0, 253 for an uncaught error, what `quit` was given.
    pub status: i32,
    /// What its function returned, as BSON.
    pub result: Vec<u8>,
}

/// What crosses into a thread and out of it.
#[derive(Clone, Default)]
pub struct Mail {
    pub argument: Rc<Vec<u8>>,
    pub result: Rc<RefCell<Vec<u8>>>,
}

impl Threads {
    pub fn new(job: Job, outbox: Outbox, bytecode: Arc<Vec<u8>>) -> Self {
        let now = Instant::now();
        let deadline = now.checked_add(job.limits.interrupt_after).unwrap_or(now + FAR);
        let (over, state, changed) = Default::default();
        Self(Arc::new(Shared { job, outbox, bytecode, deadline, over, state, changed }))
    }

    /// True once the file is over or its time has passed: whatever runs has to end.
    pub fn must_end(&self) -> bool {
        self.timed_out() || self.0.over.load(Ordering::Relaxed)
    }

    pub fn timed_out(&self) -> bool {
        Instant::now() >= self.0.deadline
    }

    /// When the file's time is over.
    pub fn deadline(&self) -> Instant {
        self.0.deadline
    }

    /// The time that the file has left.
    pub fn time_left(&self) -> Duration {
        self.0.deadline.saturating_duration_since(Instant::now())
    }

    /// The harness, compiled.
    pub fn bytecode(&self) -> &[u8] {
        &self.0.bytecode
    }

    /// Starts a thread; every line that it prints has `prefix` in front, and it is logged in as its maker is. Gives its
    /// number.
    pub fn start(&self, text: String, argument: Vec<u8>, prefix: String, logins: Vec<Login>) -> Result<usize, String> {
        self.post(text.len() + argument.len())?;
        let number = self.enter()?;
        let threads = self.clone();
        let builder = std::thread::Builder::new().stack_size(engine::THREAD_STACK);
        let started = builder.spawn(move || threads.run(number, &text, argument, (prefix, logins)));
        started.map(|_| number).map_err(|error| {
            self.leave(number, Outcome { status: 255, result: Vec::new() });
            format!("cannot start a thread: {error}")
        })
    }

    /// Counts bytes that cross.
    pub fn post(&self, bytes: usize) -> Result<(), String> {
        let mut state = self.0.state.lock();
        state.mail = state.mail.saturating_add(bytes);
        let many = state.mail > MOST_MAIL;
        if many { Err(format!("the threads of a file may exchange {MOST_MAIL} bytes")) } else { Ok(()) }
    }

    fn enter(&self) -> Result<usize, String> {
        let mut state = self.0.state.lock();
        let alive = state.outcomes.iter().filter(|outcome| outcome.is_none()).count();
        if alive >= MOST_ALIVE || state.outcomes.len() >= MOST {
            return Err(format!("a file may run {MOST_ALIVE} threads at a time and {MOST} in all"));
        }
        state.outcomes.push(None);
        Ok(state.outcomes.len() - 1)
    }

    fn leave(&self, number: usize, outcome: Outcome) {
        self.0.state.lock().outcomes[number] = Some(outcome);
        self.0.changed.notify_all();
    }

    fn run(&self, number: usize, text: &str, argument: Vec<u8>, (prefix, logins): (String, Vec<Login>)) {
        // Whatever happens below, who waits for this thread is told.
        let mut leaving = Leaving { threads: self, number, outcome: Outcome { status: 255, result: Vec::new() } };
        let host = Host::new(self.0.job.clone(), self.0.outbox.clone(), self.0.deadline);
        let host = Rc::new(RefCell::new(host.of_thread(number as u32 + 1, prefix, logins)));
        let mail = Mail { argument: Rc::new(argument), result: Rc::default() };
        let end = engine::run(text, &host, self, &mail);
        // Who was told to end has nothing to complain of.
        if let (ShellEnd::UncaughtError { message }, false) = (&end, self.must_end()) {
            host.borrow_mut().account.print(message.trim_end());
        }
        leaving.outcome = Outcome { status: status(&end), result: mail.result.take() };
    }

    /// Waits for the end of a thread; an error once the file has to end.
    pub fn wait(&self, number: usize) -> Result<Outcome, String> {
        self.until(|state| match state.outcomes.get(number) {
            Some(outcome) => outcome.clone().map(Ok),
            None => Some(Err(format!("there is no thread {number}"))),
        })
    }

    /// True while the thread runs.
    pub fn is_alive(&self, number: usize) -> bool {
        self.0.state.lock().outcomes.get(number).is_some_and(Option::is_none)
    }

    /// A new latch, open after so many counts.
    pub fn latch(&self, count: u32) -> Result<usize, String> {
        let mut state = self.0.state.lock();
        if state.latches.len() >= MOST_LATCHES {
            return Err(format!("a file may have {MOST_LATCHES} latches"));
        }
        state.latches.push(count);
        Ok(state.latches.len() - 1)
    }

    /// What is left to count; an unknown latch is open.
    pub fn left(&self, latch: usize) -> u32 {
        self.0.state.lock().latches.get(latch).copied().unwrap_or(0)
    }

    pub fn count_down(&self, latch: usize) {
        if let Some(left) = self.0.state.lock().latches.get_mut(latch) {
            *left = left.saturating_sub(1);
        }
        self.0.changed.notify_all();
    }

    /// Waits until a latch is open.
    pub fn pass(&self, latch: usize) -> Result<(), String> {
        self.until(|state| (state.latches.get(latch).copied().unwrap_or(0) == 0).then_some(Ok(())))
    }

    fn until<T>(&self, ready: impl Fn(&State) -> Option<Result<T, String>>) -> Result<T, String> {
        let mut state = self.0.state.lock();
        loop {
            if let Some(found) = ready(&state) {
                return found;
            }
            if self.must_end() {
                return Err("interrupted while waiting for a thread".into());
            }
            self.0.changed.wait_for(&mut state, SLICE.min(self.time_left()));
        }
    }

    /// Tells every thread to end; false if one does not within `grace`.
    pub fn end(&self, grace: Duration) -> bool {
        self.0.over.store(true, Ordering::Relaxed);
        let deadline = Instant::now() + grace;
        let mut state = self.0.state.lock();
        while state.outcomes.iter().any(Option::is_none) {
            if self.0.changed.wait_until(&mut state, deadline).timed_out() {
                return false;
            }
        }
        true
    }
}

struct Leaving<'a> {
    threads: &'a Threads,
    number: usize,
    outcome: Outcome,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.threads.leave(self.number, self.outcome.clone());
    }
}

/// The exit status that a shell's process would have.
fn status(end: &ShellEnd) -> i32 {
    match end {
        ShellEnd::Completed => 0,
        ShellEnd::Quit { status } => *status,
        ShellEnd::UncaughtError { .. } | ShellEnd::SyntaxError { .. } => 253,
        _ => 255,
    }
}
