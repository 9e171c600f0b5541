//! The one place that talks to the engine's C API: JavaScript values to and from BSON bytes, and bytecode.
//!
//! Values are walked where they lie; nothing is built in between. Safety rests on three rules: every `JSValue` that a
//! call returns is owned by an [`Owned`] (or handed to the engine at once), an exception value is turned into
//! [`Thrown`] before anything else is called, and what [`register_types`] notes is reachable from the object that it
//! holds, until [`Registered`] is dropped, which must be before the context is.

mod compiled;
mod decode;
mod encode;
mod natives;
mod under_way;

use std::cell::RefCell;
use std::ffi::{CString, c_int};

use rquickjs::qjs;
use rquickjs::{ArrayBuffer, Ctx, Value};

use crate::wire::bson::Writer;
use crate::wire::message::MAX_MESSAGE_BYTES;
pub use compiled::{compile, run_bytecode};

/// Nesting that the legacy shell allows in what it sends.
const SEND_DEPTH: usize = 150;
/// Hidden own property of a decoded document that names its int32 fields, so that they are written back as such.
const INT32_FIELDS: &[u8] = b"__int32\0";
/// Hidden own property of an invalid date with the milliseconds that it was read with.
const FAR_DATE: &[u8] = b"__millis\0";

/// Carries a command to the server: connection, database and command bytes in, reply bytes out.
pub type Carrier = Box<dyn FnMut(u32, &str, Writer) -> Result<Vec<u8>, String>>;
/// Says whether the file's time is over.
pub type Over = Box<dyn Fn() -> bool>;

/// An exception is pending in the engine.
struct Thrown;
type Result<T, E = Thrown> = std::result::Result<T, E>;

/// Types of the harness that have no counterpart among the engine's own.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    NumberLong,
    NumberInt,
    NumberDecimal,
    ObjectId,
    Timestamp,
    BinData,
    DbRef,
    DbPointer,
    Code,
}

const KINDS: [(&[u8], Kind); 9] = [
    (b"NumberLong\0", Kind::NumberLong),
    (b"NumberInt\0", Kind::NumberInt),
    (b"NumberDecimal\0", Kind::NumberDecimal),
    (b"ObjectId\0", Kind::ObjectId),
    (b"Timestamp\0", Kind::Timestamp),
    (b"BinData\0", Kind::BinData),
    (b"DBRef\0", Kind::DbRef),
    (b"DBPointer\0", Kind::DbPointer),
    (b"Code\0", Kind::Code),
];

/// What the harness registered, who carries commands, and when to stop. One context at a time lives on a thread.
#[derive(Default)]
struct State {
    /// Keeps everything below alive.
    types: Option<Owned>,
    prototypes: Vec<(qjs::JSValue, Kind)>,
    min_key: Option<qjs::JSValue>,
    max_key: Option<qjs::JSValue>,
    factory: Option<qjs::JSValue>,
    carrier: Option<Carrier>,
    over: Option<Over>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Puts [`natives::ALL`] on the object `__native` of the context's globals.
pub fn install(ctx: &Ctx<'_>, carrier: Carrier, over: Over) {
    let fresh = State { carrier: Some(carrier), over: Some(over), ..State::default() };
    STATE.with_borrow_mut(|state| *state = fresh);
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: `raw` is the live context that `ctx` guards; the functions have the C signature that the engine calls.
    unsafe {
        let global = Owned::new(raw, qjs::JS_GetGlobalObject(raw));
        let native = Owned::new(raw, qjs::JS_GetPropertyStr(raw, global.value, c"__native".as_ptr()));
        for &(name, arity, function) in natives::ALL {
            let kind = qjs::JSCFunctionEnum_JS_CFUNC_generic;
            let function = qjs::JS_NewCFunction2(raw, Some(function), name.as_ptr(), arity, kind, 0);
            qjs::JS_SetPropertyStr(raw, native.value, name.as_ptr(), function);
        }
    }
}

/// Stands for what a context registered; dropping it lets go of all that. It must be dropped before the context.
pub struct Registered;

impl Drop for Registered {
    fn drop(&mut self) {
        STATE.with_borrow_mut(|state| *state = State::default());
    }
}

/// A copy of what a buffer holds; nothing if it was detached.
pub fn buffer_bytes(buffer: &ArrayBuffer<'_>) -> Vec<u8> {
    // SAFETY: no script runs between the look and the copy, so nobody changes or frees the bytes.
    unsafe { buffer.as_bytes() }.map(<[u8]>::to_vec).unwrap_or_default()
}

/// A value as text; halves of surrogates are replaced.
///
/// # Errors
/// What the value's own `toString` throws.
pub fn lossy_text<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> rquickjs::Result<String> {
    // SAFETY: the value lives in this context for the length of the call.
    unsafe { text(ctx.as_raw().as_ptr(), value.as_raw()) }.map_err(|Thrown| rquickjs::Error::Exception)
}

/// Makes the pending exception one that no `catch` sees.
pub fn make_uncatchable(ctx: &Ctx<'_>) {
    // SAFETY: the context lives for the length of the call.
    unsafe { uncatchable(ctx.as_raw().as_ptr()) };
}

/// Ends the script if its time is over: whatever costs time asks this first, because the engine itself looks at the
/// clock only once in ten thousand steps.
///
/// # Errors
/// An exception that no `catch` sees is pending.
pub fn in_time(ctx: &Ctx<'_>) -> rquickjs::Result<()> {
    if !time_is_over() {
        return Ok(());
    }
    // SAFETY: the context lives for the length of the call.
    unsafe { interrupt(ctx.as_raw().as_ptr()) };
    Err(rquickjs::Error::Exception)
}

/// The whole number that a number of JavaScript's is; nothing for halves, infinities, NaN and what is out of range.
pub fn whole(number: f64) -> Option<u32> {
    let near = number as u32;
    (f64::from(near) == number).then_some(near)
}

fn time_is_over() -> bool {
    STATE.with_borrow(|state| state.over.as_ref().is_some_and(|over| over()))
}

unsafe fn interrupt(ctx: RawContext) -> Thrown {
    unsafe {
        let thrown = throw(ctx, "interrupted");
        uncatchable(ctx);
        thrown
    }
}

unsafe fn uncatchable(ctx: RawContext) {
    // SAFETY: the exception is taken out, marked and put back, all on the live context.
    unsafe {
        let exception = qjs::JS_GetException(ctx);
        qjs::JS_SetUncatchableError(ctx, exception);
        qjs::JS_Throw(ctx, exception);
    }
}

type RawContext = *mut qjs::JSContext;
type RawFunction = unsafe extern "C" fn(RawContext, qjs::JSValue, c_int, *mut qjs::JSValue) -> qjs::JSValue;

/// A value that is freed when it goes out of scope.
struct Owned {
    ctx: RawContext,
    value: qjs::JSValue,
}

impl Owned {
    fn new(ctx: RawContext, value: qjs::JSValue) -> Self {
        Self { ctx, value }
    }

    /// The same, unless it is the mark of a pending exception.
    fn checked(ctx: RawContext, value: qjs::JSValue) -> Result<Self> {
        // SAFETY: reading a tag is always allowed.
        if unsafe { qjs::JS_IsException(value) } { Err(Thrown) } else { Ok(Self { ctx, value }) }
    }

    fn into_raw(self) -> qjs::JSValue {
        let value = self.value;
        std::mem::forget(self);
        value
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: the value was returned owned by the engine, once, and its context lives.
        unsafe { qjs::JS_FreeValue(self.ctx, self.value) };
    }
}

/// Throws a TypeError of that text.
unsafe fn throw(ctx: RawContext, message: &str) -> Thrown {
    let text = CString::new(message.replace('\0', " ")).unwrap_or_default();
    unsafe { qjs::JS_ThrowTypeError(ctx, c"%s".as_ptr(), text.as_ptr()) };
    Thrown
}

/// A value's text, lone surrogates replaced.
unsafe fn text(ctx: RawContext, value: qjs::JSValue) -> Result<String> {
    unsafe {
        let mut length = 0;
        let pointer = qjs::JS_ToCStringLen2(ctx, &mut length, value, false);
        if pointer.is_null() {
            return Err(Thrown);
        }
        if length as usize > MAX_MESSAGE_BYTES {
            qjs::JS_FreeCString(ctx, pointer);
            return Err(throw(ctx, &format!("BSONObjectTooLarge: a text of more than {MAX_MESSAGE_BYTES} bytes")));
        }
        let bytes = std::slice::from_raw_parts(pointer.cast::<u8>(), length as usize);
        let text = String::from_utf8_lossy(bytes).into_owned();
        qjs::JS_FreeCString(ctx, pointer);
        Ok(text)
    }
}

unsafe fn property(ctx: RawContext, object: qjs::JSValue, name: &[u8]) -> Result<Owned> {
    debug_assert_eq!(name.last(), Some(&0));
    Owned::checked(ctx, unsafe { qjs::JS_GetPropertyStr(ctx, object, name.as_ptr().cast()) })
}

unsafe fn text_property(ctx: RawContext, object: qjs::JSValue, name: &[u8]) -> Result<String> {
    unsafe { text(ctx, property(ctx, object, name)?.value) }
}

unsafe fn number_property(ctx: RawContext, object: qjs::JSValue, name: &[u8]) -> Result<f64> {
    let mut number = 0.0;
    let value = unsafe { property(ctx, object, name)? };
    if unsafe { qjs::JS_ToFloat64(ctx, &mut number, value.value) } != 0 { Err(Thrown) } else { Ok(number) }
}

/// Two references to one object.
fn same(left: qjs::JSValue, right: qjs::JSValue) -> bool {
    // SAFETY: tags and pointers are read, not followed.
    unsafe {
        qjs::JS_IsObject(left)
            && qjs::JS_IsObject(right)
            && std::ptr::eq(qjs::JS_VALUE_GET_PTR(left), qjs::JS_VALUE_GET_PTR(right))
    }
}
