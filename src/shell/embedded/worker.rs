//! The worker's side: on standard input the compiled harness, then jobs, one JSON line each; reports on standard output.
//!
//! A job comes with its text: inside the sandbox that the first job's folders make, no other file can be opened.

use std::cell::RefCell;
use std::io::BufRead;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, setrlimit};

use super::host::Host;
use super::outbox::{Outbox, PULSE};
use super::sandbox::Grounds;
use super::threads::{Mail, Threads};
use super::{bytecode, engine, replay, sandbox};
use crate::exit_code::ExitCode;
use crate::process::die_with_parent;
use crate::shell::{Ended, Job, Report, ShellEnd};

/// Threads that go on after their file are given so long; then the parent throws the worker away.
const THREADS_END_WITHIN: Duration = Duration::from_millis(500);
/// Address space beyond the engine's own limit: the executable, stacks and buffers of a few messages.
const HEADROOM: u64 = 1 << 30;

/// The word that asks what the kernel cannot do for a worker, instead of running jobs.
pub const WHAT_IS_OFF: &str = "what-is-off";

/// A job, and its file's text or why it cannot be read.
pub type Errand = (Job, Result<String, String>);

/// Runs jobs until standard input ends; with [`WHAT_IS_OFF`] it only says what is, if anything.
pub fn main(arguments: &[String]) -> ExitCode {
    die_with_parent();
    if arguments.first().is_some_and(|word| word == WHAT_IS_OFF) {
        sandbox::enter(&Grounds::default()).gap().iter().for_each(|gap| println!("{gap}"));
        return ExitCode::Clean;
    }
    let mut input = std::io::stdin().lock();
    let bytecode = match bytecode::receive(&mut input) {
        Ok(bytecode) => Arc::new(bytecode),
        Err(error) => {
            eprintln!("no harness: {error}");
            return ExitCode::Bug;
        }
    };
    let mut entered = false;
    for line in input.lines() {
        let Ok(line) = line else { break };
        match serde_json::from_str::<Errand>(&line) {
            Ok((job, text)) => {
                if !std::mem::replace(&mut entered, true) {
                    sandbox::enter(&Grounds::of(&job));
                }
                run(job, text, &bytecode);
            }
            Err(error) => {
                eprintln!("no job: {error}");
                return ExitCode::Bug;
            }
        }
    }
    ExitCode::Clean
}

fn run(job: Job, text: Result<String, String>, bytecode: &Arc<Vec<u8>>) {
    limit(job.limits.memory);
    let outbox = Outbox::new(job.limits.output);
    let over = Arc::new(AtomicBool::new(false));
    let pulse = {
        let (outbox, over) = (outbox.clone(), Arc::clone(&over));
        std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                std::thread::park_timeout(PULSE);
                outbox.pulse();
            }
        })
    };
    let threads = Threads::new(job.clone(), outbox.clone(), Arc::clone(bytecode));
    let (inner, main, started) = (outbox.clone(), threads.clone(), Instant::now());
    // A fresh thread, because a runtime must live and die on one, with a stack of known size.
    let engine = std::thread::Builder::new().stack_size(engine::THREAD_STACK);
    let thread = engine.spawn(move || execute(job, text, inner, &main));
    let ended = thread
        .map_err(|error| error.to_string())
        .and_then(|thread| thread.join().map_err(|_| "the engine's thread panicked".to_owned()));
    let threads_left = !threads.end(THREADS_END_WITHIN);
    over.store(true, Ordering::Relaxed);
    pulse.thread().unpark();
    let _ = pulse.join();
    outbox.pulse();
    let mut ended = ended.unwrap_or_else(|message| Ended {
        end: ShellEnd::Died { message },
        output_dropped: 0,
        threads_left,
        elapsed: Default::default(),
    });
    ended.threads_left = threads_left;
    ended.output_dropped = outbox.output_dropped();
    ended.elapsed = started.elapsed();
    outbox.report(Report::Ended(ended));
}

fn execute(job: Job, text: Result<String, String>, outbox: Outbox, threads: &Threads) -> Ended {
    let host = Rc::new(RefCell::new(Host::new(job, outbox, threads.deadline())));
    let is_list = replay::is_list(&host.borrow().job);
    let end = match text {
        Ok(text) if is_list => replay::run(&text, &mut host.borrow_mut(), || threads.must_end()),
        Ok(text) => engine::run(&text, &host, threads, &Mail::default()),
        Err(message) => ShellEnd::SyntaxError { message },
    };
    Ended { end, output_dropped: 0, threads_left: false, elapsed: Default::default() }
}

/// Bounds that the kernel keeps, whatever the engine does. A limit that cannot be set leaves the engine's own.
fn limit(memory: u64) {
    let bounds =
        [(Resource::As, memory + HEADROOM), (Resource::Core, 0), (Resource::Fsize, 64 << 20), (Resource::Nofile, 256)];
    for (resource, bound) in bounds {
        let _ = setrlimit(resource, Rlimit { current: Some(bound), maximum: Some(bound) });
    }
}
