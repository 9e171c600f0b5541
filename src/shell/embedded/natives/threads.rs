//! Threads and latches, as the harness sees them: numbers, and BSON in buffers.

use std::cell::RefCell;
use std::rc::Rc;

use rquickjs::function::Func;
use rquickjs::{ArrayBuffer, Ctx, Exception, Object, Result};

use super::{Handle, InTime, Text};
use crate::shell::embedded::bson_crossing::buffer_bytes;
use crate::shell::embedded::host::Host;
use crate::shell::embedded::threads::{Mail, Threads};

/// Adds them to `__native`.
pub fn install<'js>(native: &Object<'js>, host: &Rc<RefCell<Host>>, threads: &Threads, mail: &Mail) -> Result<()> {
    running(native, host, threads)?;
    latches(native, threads)?;
    let argument = mail.argument.clone();
    native.set(
        "threadArgument",
        Func::from(move |InTime(ctx): InTime<'js>| ArrayBuffer::new_copy(ctx, argument.as_slice())),
    )?;
    let (result, file) = (mail.result.clone(), threads.clone());
    native.set(
        "threadResult",
        Func::from(move |InTime(ctx): InTime<'js>, bytes: ArrayBuffer<'js>| {
            thrown(&ctx, file.post(bytes.len()))?;
            *result.borrow_mut() = buffer_bytes(&bytes);
            Ok::<_, rquickjs::Error>(())
        }),
    )
}

fn running<'js>(native: &Object<'js>, host: &Rc<RefCell<Host>>, threads: &Threads) -> Result<()> {
    let (starter, maker) = (threads.clone(), Rc::clone(host));
    native.set(
        "startThread",
        Func::from(
            move |InTime(ctx): InTime<'js>,
                  text: Text,
                  argument: ArrayBuffer<'js>,
                  prefix: Text,
                  connection: Handle| {
                let logins = maker.borrow().logins(connection.0);
                let started = starter.start(text.0, buffer_bytes(&argument), prefix.0, logins);
                thrown(&ctx, started).map(|number| number as u32)
            },
        ),
    )?;
    let waiter = threads.clone();
    native.set(
        "waitForThread",
        Func::from(move |InTime(ctx): InTime<'js>, Handle(number): Handle| {
            let outcome = thrown(&ctx, waiter.wait(number as usize))?;
            let answer = Object::new(ctx.clone())?;
            answer.set("status", outcome.status)?;
            answer.set("result", ArrayBuffer::new_copy(ctx, outcome.result)?)?;
            Ok::<_, rquickjs::Error>(answer)
        }),
    )?;
    let looker = threads.clone();
    native.set("threadIsAlive", Func::from(move |Handle(number): Handle| looker.is_alive(number as usize)))
}

fn latches<'js>(native: &Object<'js>, threads: &Threads) -> Result<()> {
    let maker = threads.clone();
    native.set(
        "newLatch",
        Func::from(move |ctx: Ctx<'js>, Handle(count): Handle| {
            thrown(&ctx, maker.latch(count)).map(|latch| latch as u32)
        }),
    )?;
    let waiter = threads.clone();
    native.set(
        "passLatch",
        Func::from(move |InTime(ctx): InTime<'js>, Handle(latch): Handle| thrown(&ctx, waiter.pass(latch as usize))),
    )?;
    let counter = threads.clone();
    native.set("countDownLatch", Func::from(move |Handle(latch): Handle| counter.count_down(latch as usize)))?;
    let looker = threads.clone();
    native.set("latchCount", Func::from(move |Handle(latch): Handle| looker.left(latch as usize)))
}

fn thrown<T>(ctx: &Ctx<'_>, outcome: std::result::Result<T, String>) -> Result<T> {
    outcome.map_err(|message| Exception::throw_message(ctx, &message))
}
