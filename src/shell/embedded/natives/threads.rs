//! Threads and latches, as the harness sees them: numbers, and BSON in buffers.

use rquickjs::function::Func;
use rquickjs::{ArrayBuffer, Ctx, Exception, Object, Result};

use super::Text;
use crate::shell::embedded::bson_crossing::buffer_bytes;
use crate::shell::embedded::threads::{Mail, Threads};

/// Adds them to `__native`.
pub fn install<'js>(native: &Object<'js>, threads: &Threads, mail: &Mail) -> Result<()> {
    running(native, threads)?;
    latches(native, threads)?;
    let argument = mail.argument.clone();
    native.set("threadArgument", Func::from(move |ctx: Ctx<'js>| ArrayBuffer::new_copy(ctx, argument.as_slice())))?;
    let result = mail.result.clone();
    native.set("threadResult", Func::from(move |bytes: ArrayBuffer<'js>| *result.borrow_mut() = buffer_bytes(&bytes)))
}

fn running<'js>(native: &Object<'js>, threads: &Threads) -> Result<()> {
    let starter = threads.clone();
    native.set(
        "startThread",
        Func::from(move |ctx: Ctx<'js>, Text(text): Text, argument: ArrayBuffer<'js>, Text(prefix): Text| {
            thrown(&ctx, starter.start(text, buffer_bytes(&argument), prefix)).map(|number| number as u32)
        }),
    )?;
    let waiter = threads.clone();
    native.set(
        "waitForThread",
        Func::from(move |ctx: Ctx<'js>, number: u32| {
            let outcome = thrown(&ctx, waiter.wait(number as usize))?;
            let answer = Object::new(ctx.clone())?;
            answer.set("status", outcome.status)?;
            answer.set("result", ArrayBuffer::new(ctx, outcome.result)?)?;
            Ok::<_, rquickjs::Error>(answer)
        }),
    )?;
    let looker = threads.clone();
    native.set("threadIsAlive", Func::from(move |number: u32| looker.is_alive(number as usize)))
}

fn latches<'js>(native: &Object<'js>, threads: &Threads) -> Result<()> {
    let maker = threads.clone();
    native.set(
        "newLatch",
        Func::from(move |ctx: Ctx<'js>, count: u32| thrown(&ctx, maker.latch(count)).map(|latch| latch as u32)),
    )?;
    let waiter = threads.clone();
    native.set("passLatch", Func::from(move |ctx: Ctx<'js>, latch: u32| thrown(&ctx, waiter.pass(latch as usize))))?;
    let counter = threads.clone();
    native.set("countDownLatch", Func::from(move |latch: u32| counter.count_down(latch as usize)))?;
    let looker = threads.clone();
    native.set("latchCount", Func::from(move |latch: u32| looker.left(latch as usize)))
}

fn thrown<T>(ctx: &Ctx<'_>, outcome: std::result::Result<T, String>) -> Result<T> {
    outcome.map_err(|message| Exception::throw_message(ctx, &message))
}
