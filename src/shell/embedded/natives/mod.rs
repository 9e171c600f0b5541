//! The whole host surface of a script: what `__native` offers to the harness.

mod begun;
mod text;
mod threads;
#[cfg(test)]
mod wrong_arguments;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rquickjs::function::Func;
use rquickjs::{Ctx, Exception, Object, Result, Value};

use super::host::Host;
use super::threads::{Mail, Threads};
use super::{bson_crossing, engine, sources};
use begun::{Handle, InTime};
pub use text::Text;

/// One `sleep` lasts no longer; tests sleep to wait for others, and there are none.
const LONGEST_SLEEP: Duration = Duration::from_millis(200);

/// How a script asked to end.
pub type QuitStatus = Rc<Cell<Option<i32>>>;

/// Makes `globalThis.__native`. The harness takes it off the globals, and puts `wordsOf` and `finish` on it.
pub fn install<'js>(
    ctx: &Ctx<'js>,
    host: &Rc<RefCell<Host>>,
    quit: &QuitStatus,
    (threads, mail): (&Threads, &Mail),
) -> Result<Object<'js>> {
    let native = Object::new(ctx.clone())?;
    ctx.globals().set("__native", native.clone())?;
    let carrier = Rc::clone(host);
    let file = threads.clone();
    bson_crossing::install(
        ctx,
        Box::new(move |id, database, command| carrier.borrow_mut().run_command(id, database, command.into_bytes())),
        Box::new(move || file.must_end()),
    );
    connections(&native, host)?;
    logins(&native, host)?;
    scripts(&native, host)?;
    threads::install(&native, host, threads, mail)?;
    clock(&native, threads)?;
    ends(&native, quit)?;
    let (job, data) = (host.borrow().job.database.clone(), host.borrow().job.test_data.clone());
    native.set("database", job)?;
    native.set("testData", ctx.json_parse(data)?)?;
    native.set(
        "decimal",
        Func::from(|Text(text): Text| crate::wire::bson::Decimal128::parse(&text).map(|value| value.to_string())),
    )?;
    Ok(native)
}

fn connections(native: &Object<'_>, host: &Rc<RefCell<Host>>) -> Result<()> {
    let printer = Rc::clone(host);
    native
        .set("print", Func::from(move |_: InTime<'_>, Text(text): Text| printer.borrow_mut().account.print(&text)))?;
    let opener = Rc::clone(host);
    native.set(
        "openConnection",
        Func::from(move |InTime(ctx): InTime<'_>, Text(address): Text| {
            let opened = opener.borrow_mut().open(&address);
            opened.map_err(|message| Exception::throw_message(&ctx, &message))
        }),
    )?;
    let closer = Rc::clone(host);
    native.set("closeConnection", Func::from(move |Handle(id): Handle| closer.borrow_mut().close(id)))?;
    let named = Rc::clone(host);
    native.set("address", Func::from(move |Handle(id): Handle| named.borrow().address(id)))?;
    let asked = Rc::clone(host);
    native.set("followsPrimary", Func::from(move |Handle(id): Handle| asked.borrow_mut().follows(id)))?;
    native.set("readMode", host.borrow().job.server.read_mode.name())
}

fn logins(native: &Object<'_>, host: &Rc<RefCell<Host>>) -> Result<()> {
    let entering = Rc::clone(host);
    native.set(
        "logIn",
        Func::from(move |InTime(ctx): InTime<'_>, id: Handle, source: Text, user: Text, password: Text, by: Text| {
            let entered = entering.borrow_mut().log_in(id.0, source.0, user.0, password.0, &by.0);
            entered.map_err(|message| Exception::throw_message(&ctx, &message))
        }),
    )?;
    let leaving = Rc::clone(host);
    native.set(
        "forgetLogin",
        Func::from(move |Handle(id): Handle, Text(source): Text| leaving.borrow_mut().log_out(id, &source)),
    )
}

fn scripts(native: &Object<'_>, host: &Rc<RefCell<Host>>) -> Result<()> {
    let roots = host.borrow().job.roots.clone();
    native.set(
        "readSources",
        Func::from(move |InTime(ctx): InTime<'_>, Text(name): Text| {
            let read = sources::read(&roots, &name).map_err(|message| Exception::throw_message(&ctx, &message))?;
            Ok::<_, rquickjs::Error>(read.into_iter().map(|(name, text)| vec![name, text]).collect::<Vec<_>>())
        }),
    )?;
    native.set(
        "evalScript",
        Func::from(move |InTime(ctx): InTime<'_>, Text(text): Text, Text(name): Text| -> Result<()> {
            let mut options = rquickjs::context::EvalOptions::default();
            options.strict = false;
            options.filename = Some(name);
            ctx.clone().eval_with_options::<Value<'_>, _>(text, options).map(drop)
        }),
    )
}

fn clock(native: &Object<'_>, threads: &Threads) -> Result<()> {
    let file = threads.clone();
    native.set(
        "sleep",
        Func::from(move |_: InTime<'_>, millis: f64| {
            let wanted = Duration::from_millis(millis.clamp(0.0, 1e9) as u64);
            crate::process::pause(wanted.min(LONGEST_SLEEP).min(file.time_left()));
        }),
    )?;
    let start = Instant::now();
    native.set("monotonic", Func::from(move || start.elapsed().as_secs_f64() * 1_000.0))?;
    native.set("gc", Func::from(|InTime(ctx): InTime<'_>| ctx.run_gc()))?;
    let file = threads.clone();
    native.set("runJobs", Func::from(move |InTime(ctx): InTime<'_>| engine::run_jobs(&ctx, &file, || false)))
}

fn ends(native: &Object<'_>, quit: &QuitStatus) -> Result<()> {
    let status = Rc::clone(quit);
    native.set(
        "quit",
        Func::from(move |ctx: Ctx<'_>, code: i32| -> Result<()> {
            status.set(Some(code));
            let thrown = Exception::throw_message(&ctx, "quit");
            bson_crossing::make_uncatchable(&ctx);
            Err(thrown)
        }),
    )
}
