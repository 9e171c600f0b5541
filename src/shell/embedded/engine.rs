//! One file in one fresh engine.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rquickjs::context::EvalOptions;
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Function, Object, Promise, Runtime, Value};

use super::host::Host;
use super::natives::{self, QuitStatus};
use super::{bson_crossing, harness, uncaught};
use crate::shell::ShellEnd;

/// JavaScript's share of the thread's stack; the rest is for the C and Rust frames of natives.
const STACK: usize = 1 << 20;
/// The stack of a thread that runs an engine.
pub const THREAD_STACK: usize = 8 << 20;
/// Promise jobs that are run after the last line.
const MOST_JOBS: usize = 100_000;

/// The harness as bytecode, or nothing if it does not compile.
pub fn compile_harness() -> Option<Vec<u8>> {
    let runtime = Runtime::new().ok()?;
    runtime.set_max_stack_size(STACK);
    Context::full(&runtime).ok()?.with(|ctx| {
        let compiled = bson_crossing::compile(&ctx, &harness::script(), harness::SCRIPT_NAME);
        if compiled.is_none() {
            eprintln!("the harness does not compile: {}", describe(&ctx));
        }
        compiled
    })
}

/// Runs `text` to its end, however that comes.
pub fn run(text: &str, host: &Rc<RefCell<Host>>, bytecode: &[u8]) -> ShellEnd {
    let Ok(runtime) = Runtime::new() else { return ShellEnd::OutOfMemory };
    let limits = host.borrow().job.limits;
    runtime.set_memory_limit(usize::try_from(limits.memory).unwrap_or(usize::MAX));
    runtime.set_max_stack_size(STACK);
    let interrupted = Arc::new(AtomicBool::new(false));
    let (flag, deadline) = (Arc::clone(&interrupted), Instant::now() + limits.interrupt_after);
    runtime.set_interrupt_handler(Some(Box::new(move || {
        let over = Instant::now() >= deadline;
        flag.fetch_or(over, Ordering::Relaxed);
        over
    })));
    let Ok(context) = Context::full(&runtime) else { return ShellEnd::OutOfMemory };
    let quit: QuitStatus = Rc::new(Cell::new(None));
    // Declared after the context, and so dropped before it, also when something panics.
    let _registered = bson_crossing::Registered;
    context.with(|ctx| {
        let thrown = script(&ctx, text, host, &quit, bytecode);
        match (quit.get(), interrupted.load(Ordering::Relaxed)) {
            (Some(status), _) => ShellEnd::Quit { status },
            (None, true) => ShellEnd::Interrupted { stack: words(thrown) },
            (None, false) => thrown.unwrap_or(ShellEnd::Completed),
        }
    })
}

fn script(ctx: &Ctx<'_>, text: &str, host: &Rc<RefCell<Host>>, quit: &QuitStatus, bytecode: &[u8]) -> Option<ShellEnd> {
    let native = match natives::install(ctx, host, quit).catch(ctx) {
        Ok(native) => native,
        Err(error) => return Some(ShellEnd::Died { message: format!("natives: {error}") }),
    };
    if !bson_crossing::run_bytecode(ctx, bytecode) {
        return Some(ShellEnd::NoServer { error: describe(ctx) });
    }
    host.borrow().outbox.report(crate::shell::Report::Started);
    let name = host.borrow().job.name.clone();
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(name.clone());
    let result = ctx.eval_with_options::<Value<'_>, _>(text, options);
    let result = result.and_then(|_| at_end(ctx, &native));
    result.catch(ctx).err().map(|error| uncaught::ending(ctx, &native, error, (&name, text)))
}

/// What is left after the last line: promise jobs, and the tests that the script described.
fn at_end<'js>(ctx: &Ctx<'js>, native: &Object<'js>) -> rquickjs::Result<()> {
    run_jobs(ctx);
    let Some(finish) = native.get::<_, Option<Function<'js>>>("finish")? else { return Ok(()) };
    let tests: Promise<'js> = finish.call(())?;
    run_jobs(ctx);
    tests.result::<Value<'js>>().map_or(Ok(()), |result| result.map(drop))
}

/// Runs what promises wait for.
pub fn run_jobs(ctx: &Ctx<'_>) {
    for _ in 0..MOST_JOBS {
        if !ctx.execute_pending_job() {
            break;
        }
    }
}

/// The engine throws where it interrupts, and the stack says where that is.
fn words(thrown: Option<ShellEnd>) -> String {
    match thrown {
        Some(ShellEnd::UncaughtError { message }) => message,
        _ => String::new(),
    }
}

fn describe(ctx: &Ctx<'_>) -> String {
    let error = CaughtError::from_error(ctx, rquickjs::Error::Exception);
    uncaught::cut(error.to_string(), 4_000)
}
