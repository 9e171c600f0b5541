//! One file in one fresh engine.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rquickjs::context::EvalOptions;
use rquickjs::promise::PromiseState;
use rquickjs::{
    CatchResultExt, CaughtError, Context, Ctx, Exception, Function, Module, Object, Promise, Runtime, Value,
};

use super::host::Host;
use super::modules::Modules;
use super::natives::{self, QuitStatus};
use super::threads::{MOST_ALIVE, Mail, Threads};
use super::{bson_crossing, uncaught};
use crate::js;
use crate::shell::ShellEnd;

/// JavaScript's share of the thread's stack; the rest is for the C and Rust frames of natives.
pub const STACK: usize = 1 << 20;
/// The stack of a thread that runs an engine.
pub const THREAD_STACK: usize = 8 << 20;
/// Nothing is collected before the heap has so many bytes: loading the harness leaves no garbage that is worth a search.
const FIRST_COLLECTION: usize = 4 << 20;
/// A thread's engine gets one of so many shares of the file's memory: all threads together have as much as the file.
pub const SHARES: u64 = MOST_ALIVE as u64;
/// Promise jobs that are run after the last line.
const MOST_JOBS: usize = 100_000;

/// Runs `text` to its end, however that comes; `threads` are its file's.
pub fn run(text: &str, host: &Rc<RefCell<Host>>, threads: &Threads, mail: &Mail) -> ShellEnd {
    let Ok(runtime) = Runtime::new() else { return ShellEnd::OutOfMemory };
    let memory = host.borrow().job.limits.memory;
    let memory = usize::try_from(if host.borrow().is_main() { memory } else { memory / SHARES }).unwrap_or(usize::MAX);
    runtime.set_memory_limit(memory);
    runtime.set_max_stack_size(STACK);
    runtime.set_gc_threshold(FIRST_COLLECTION.min(memory / 2));
    let interrupted = Arc::new(AtomicBool::new(false));
    let (flag, file) = (Arc::clone(&interrupted), threads.clone());
    runtime.set_interrupt_handler(Some(Box::new(move || {
        let over = file.must_end();
        flag.fetch_or(over, Ordering::Relaxed);
        over
    })));
    let modules = Modules::of(&host.borrow().job);
    runtime.set_loader(modules.clone(), modules);
    let Ok(context) = Context::full(&runtime) else { return ShellEnd::OutOfMemory };
    let quit: QuitStatus = Rc::new(Cell::new(None));
    // Declared after the context, and so dropped before it, also when something panics.
    let _registered = bson_crossing::Registered;
    context.with(|ctx| {
        let thrown = script(&ctx, text, host, &quit, (threads, mail));
        // A native that waits gives up at the deadline with an error, which is not the script's.
        let gave_up = thrown.is_some() && threads.timed_out();
        match (quit.get(), gave_up || interrupted.load(Ordering::Relaxed)) {
            (Some(status), _) => ShellEnd::Quit { status },
            (None, true) => ShellEnd::Interrupted { stack: words(thrown) },
            (None, false) => thrown.unwrap_or(ShellEnd::Completed),
        }
    })
}

fn script(
    ctx: &Ctx<'_>,
    text: &str,
    host: &Rc<RefCell<Host>>,
    quit: &QuitStatus,
    (threads, mail): (&Threads, &Mail),
) -> Option<ShellEnd> {
    let native = match natives::install(ctx, host, quit, (threads, mail)).catch(ctx) {
        Ok(native) => native,
        Err(error) => return Some(ShellEnd::Died { message: format!("natives: {error}") }),
    };
    if !bson_crossing::run_bytecode(ctx, threads.bytecode()) {
        return Some(ShellEnd::NoServer { error: describe(ctx) });
    }
    if host.borrow().is_main() {
        host.borrow().account.outbox.report(crate::shell::Report::Started);
    }
    let name = host.borrow().job.name.clone();
    let is_module = host.borrow().is_main() && is_module(text);
    let run =
        if is_module { module(ctx, threads, text, name.clone()) } else { sloppy(ctx, threads, text, name.clone()) };
    let end = run.and_then(|()| described_tests(ctx, threads, &native).catch(ctx));
    end.err().map(|error| uncaught::ending(ctx, &native, error, (&name, text)))
}

/// The tests that the script described run after its last line.
fn described_tests<'js>(ctx: &Ctx<'js>, threads: &Threads, native: &Object<'js>) -> rquickjs::Result<()> {
    let Some(finish) = native.get::<_, Option<Function<'js>>>("finish")? else { return Ok(()) };
    over(ctx, threads, &finish.call(())?)
}

/// Runs what a promise waits for; one that waits for what never comes is told like an error.
fn over<'js>(ctx: &Ctx<'js>, threads: &Threads, promise: &Promise<'js>) -> rquickjs::Result<()> {
    run_jobs(ctx, threads, || promise.state() != PromiseState::Pending)?;
    match promise.result::<Value<'js>>() {
        Some(result) => result.map(drop),
        None => Err(Exception::throw_message(ctx, "a top-level await, or a test, waits for what never comes")),
    }
}

fn sloppy<'js>(ctx: &Ctx<'js>, threads: &Threads, text: &str, name: String) -> Result<(), CaughtError<'js>> {
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(name);
    ctx.eval_with_options::<Value<'_>, _>(text, options).catch(ctx)?;
    run_jobs(ctx, threads, || false).catch(ctx)
}

/// A module is over when its promise is.
fn module<'js>(ctx: &Ctx<'js>, threads: &Threads, text: &str, name: String) -> Result<(), CaughtError<'js>> {
    let promise = Module::evaluate(ctx.clone(), name, text).catch(ctx)?;
    over(ctx, threads, &promise).catch(ctx)
}

/// Runs what promises wait for, until there is enough.
///
/// # Errors
/// The file's time is over: a job that is interrupted fails by itself, and others would go on.
pub fn run_jobs(ctx: &Ctx<'_>, threads: &Threads, enough: impl Fn() -> bool) -> rquickjs::Result<()> {
    let mut jobs = 0;
    while !enough() && jobs < MOST_JOBS && ctx.execute_pending_job() {
        jobs += 1;
        if threads.must_end() {
            return bson_crossing::in_time(ctx);
        }
    }
    Ok(())
}

/// True for a text with imports, exports or a top-level await, which is not run as a script.
///
/// Scripts are by far the most, and large ones cost some milliseconds to parse: the words are looked for first.
pub fn is_module(text: &str) -> bool {
    let may_be = js::mentions_module_syntax(text) || text.contains("await ");
    may_be && js::parse(text).is_ok_and(|parsed| parsed.kind == js::Kind::Module)
}

/// The engine throws where it interrupts, and the stack says where that is.
fn words(thrown: Option<ShellEnd>) -> String {
    match thrown {
        Some(ShellEnd::UncaughtError { message }) => message,
        _ => String::new(),
    }
}

/// The pending exception in words.
pub fn describe(ctx: &Ctx<'_>) -> String {
    let error = CaughtError::from_error(ctx, rquickjs::Error::Exception);
    uncaught::cut(error.to_string(), 4_000)
}
