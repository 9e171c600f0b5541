//! The worker's side: on standard input the compiled harness, then jobs, one JSON line each; reports on standard output.

use std::cell::RefCell;
use std::io::BufRead;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, setrlimit};

use super::host::Host;
use super::outbox::{Outbox, PULSE};
use super::threads::{Mail, Threads};
use super::{bytecode, engine};
use crate::exit_code::ExitCode;
use crate::process::die_with_parent;
use crate::shell::{Ended, Job, Report, ShellEnd};

/// Threads that go on after their file are given so long; then the parent throws the worker away.
const THREADS_END_WITHIN: Duration = Duration::from_millis(500);
/// Address space beyond the engine's own limit: the executable, stacks and buffers of a few messages.
const HEADROOM: u64 = 1 << 30;

/// Runs jobs until standard input ends.
pub fn main() -> ExitCode {
    die_with_parent();
    let mut input = std::io::stdin().lock();
    let bytecode = match bytecode::receive(&mut input) {
        Ok(bytecode) => Arc::new(bytecode),
        Err(error) => {
            eprintln!("no harness: {error}");
            return ExitCode::Bug;
        }
    };
    for line in input.lines() {
        let Ok(line) = line else { break };
        match serde_json::from_str::<Job>(&line) {
            Ok(job) => run(job, &bytecode),
            Err(error) => {
                eprintln!("no job: {error}");
                return ExitCode::Bug;
            }
        }
    }
    ExitCode::Clean
}

fn run(job: Job, bytecode: &Arc<Vec<u8>>) {
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
    let thread = std::thread::Builder::new().stack_size(engine::THREAD_STACK).spawn(move || execute(job, inner, &main));
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

fn execute(job: Job, outbox: Outbox, threads: &Threads) -> Ended {
    let text = fs_err::read(&job.path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let host = Rc::new(RefCell::new(Host::new(job, outbox, threads.deadline())));
    let end = match text {
        Ok(text) => engine::run(&text, &host, threads, &Mail::default()),
        Err(error) => ShellEnd::SyntaxError { message: error.to_string() },
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
