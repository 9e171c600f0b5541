//! The one place that talks to the engine's C API: JavaScript values to and from BSON bytes, and bytecode.
//!
//! Values are walked where they lie; nothing is built in between. Safety rests on three rules: every `JSValue` that a
//! call returns is owned by an [`Owned`] (or handed to the engine at once), an exception value is turned into
//! [`Thrown`] before anything else is called, and what [`register_types`] notes is reachable from the object that it
//! holds, until [`Registered`] is dropped, which must be before the context is.

mod decode;
mod encode;

use std::cell::RefCell;
use std::ffi::{CString, c_int};

use rquickjs::qjs;
use rquickjs::{ArrayBuffer, Ctx, Value};

use crate::wire::bson::Writer;
use decode::Decoder;
use encode::Encoder;

/// Nesting that the legacy shell allows in what it sends.
const SEND_DEPTH: usize = 150;
/// Hidden own property of a decoded document that names its int32 fields, so that they are written back as such.
const INT32_FIELDS: &[u8] = b"__int32\0";
/// Hidden own property of an invalid date with the milliseconds that it was read with.
const FAR_DATE: &[u8] = b"__millis\0";

/// Carries a command to the server: connection, database and command bytes in, reply bytes out.
pub type Carrier = Box<dyn FnMut(i32, &str, Writer) -> Result<Vec<u8>, String>>;

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

/// What the harness registered, and who carries commands. One context at a time lives on a thread.
#[derive(Default)]
struct State {
    /// Keeps everything below alive.
    types: Option<Owned>,
    prototypes: Vec<(qjs::JSValue, Kind)>,
    min_key: Option<qjs::JSValue>,
    max_key: Option<qjs::JSValue>,
    factory: Option<qjs::JSValue>,
    carrier: Option<Carrier>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Puts `registerTypes`, `runCommand`, `bsonSize`, `compareBson`, `sameBson`, `toBson` and `fromBson` on the object
/// `__native` of the context's globals.
pub fn install(ctx: &Ctx<'_>, carrier: Carrier) {
    STATE.with_borrow_mut(|state| *state = State { carrier: Some(carrier), ..State::default() });
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: `raw` is the live context that `ctx` guards; the functions have the C signature that the engine calls.
    unsafe {
        let global = Owned::new(raw, qjs::JS_GetGlobalObject(raw));
        let native = Owned::new(raw, qjs::JS_GetPropertyStr(raw, global.value, c"__native".as_ptr()));
        for (name, function, arity) in [
            (c"registerTypes", register_types as RawFunction, 1),
            (c"runCommand", run_command, 3),
            (c"bsonSize", bson_size, 1),
            (c"compareBson", compare_bson, 2),
            (c"sameBson", same_bson, 2),
            (c"toBson", to_bson, 1),
            (c"fromBson", from_bson, 1),
        ] {
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

/// Compiles a script to bytecode, or `None` if it does not compile. The bytes are only valid for this very build.
pub fn compile(ctx: &Ctx<'_>, source: &str, name: &str) -> Option<Vec<u8>> {
    let raw = ctx.as_raw().as_ptr();
    let (text, name) = (CString::new(source).ok()?, CString::new(name).ok()?);
    let flags = (qjs::JS_EVAL_TYPE_GLOBAL | qjs::JS_EVAL_FLAG_COMPILE_ONLY) as c_int;
    // SAFETY: both strings end with NUL and outlive the call; the bytes are copied before the engine's are freed.
    unsafe {
        let function = Owned::new(raw, qjs::JS_Eval(raw, text.as_ptr(), source.len() as _, name.as_ptr(), flags));
        if qjs::JS_IsException(function.value) {
            return None;
        }
        let mut length = 0;
        // Nobody prints the source of the harness's functions, and every context would keep a copy.
        let flags = (qjs::JS_WRITE_OBJ_BYTECODE | qjs::JS_WRITE_OBJ_STRIP_SOURCE) as c_int;
        let bytes = qjs::JS_WriteObject(raw, &mut length, function.value, flags);
        if bytes.is_null() {
            return None;
        }
        let copy = std::slice::from_raw_parts(bytes, length as usize).to_vec();
        qjs::js_free(raw, bytes.cast());
        Some(copy)
    }
}

/// Runs bytecode of [`compile`]; false if it threw.
pub fn run_bytecode(ctx: &Ctx<'_>, bytecode: &[u8]) -> bool {
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: the bytes come from `compile`, in this process or in the parent, which is the same executable.
    unsafe {
        let flags = qjs::JS_READ_OBJ_BYTECODE as c_int;
        let function = qjs::JS_ReadObject(raw, bytecode.as_ptr(), bytecode.len() as _, flags);
        if qjs::JS_IsException(function) {
            return false;
        }
        // JS_EvalFunction takes the function over.
        !qjs::JS_IsException(Owned::new(raw, qjs::JS_EvalFunction(raw, function)).value)
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
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: the exception is taken out, marked and put back, all on the live context.
    unsafe {
        let exception = qjs::JS_GetException(raw);
        qjs::JS_SetUncatchableError(raw, exception);
        qjs::JS_Throw(raw, exception);
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

/// The arguments of a call as a slice.
unsafe fn arguments<'a>(count: c_int, values: *mut qjs::JSValue) -> &'a [qjs::JSValue] {
    if count <= 0 { &[] } else { unsafe { std::slice::from_raw_parts(values, count as usize) } }
}

unsafe extern "C" fn register_types(
    ctx: RawContext,
    _this: qjs::JSValue,
    count: c_int,
    values: *mut qjs::JSValue,
) -> qjs::JSValue {
    let Some(&types) = (unsafe { arguments(count, values) }).first() else { return qjs::JS_UNDEFINED };
    // Only pointers are noted; the object itself is held (see the module's rules).
    let noted = |object: qjs::JSValue, name: &[u8]| unsafe {
        Owned::new(ctx, qjs::JS_GetPropertyStr(ctx, object, name.as_ptr().cast())).value
    };
    STATE.with_borrow_mut(|state| {
        // SAFETY: the argument lives during the call, and the copy is freed by its owner.
        state.types = Some(Owned::new(ctx, unsafe { qjs::JS_DupValue(ctx, types) }));
        state.prototypes =
            KINDS.iter().map(|&(name, kind)| (noted(noted(types, name), b"prototype\0"), kind)).collect();
        state.min_key = Some(noted(types, b"MinKey\0"));
        state.max_key = Some(noted(types, b"MaxKey\0"));
        state.factory = Some(noted(types, b"factory\0"));
    });
    qjs::JS_UNDEFINED
}

unsafe extern "C" fn run_command(
    ctx: RawContext,
    _this: qjs::JSValue,
    count: c_int,
    values: *mut qjs::JSValue,
) -> qjs::JSValue {
    let reply = unsafe {
        match arguments(count, values) {
            [connection, database, command, ..] => command_round(ctx, *connection, *database, *command),
            _ => Err(throw(ctx, "runCommand takes a connection, a database and a command")),
        }
    };
    reply.unwrap_or(qjs::JS_EXCEPTION)
}

unsafe fn command_round(
    ctx: RawContext,
    connection: qjs::JSValue,
    database: qjs::JSValue,
    command: qjs::JSValue,
) -> Result<qjs::JSValue> {
    unsafe {
        let mut number = 0.0;
        if qjs::JS_ToFloat64(ctx, &mut number, connection) != 0 {
            return Err(Thrown);
        }
        let database = text(ctx, database)?;
        let mut writer = Writer::default();
        let open = writer.open();
        Encoder { ctx }.fields(command, &mut writer, 1)?;
        writer.key(2, b"$db");
        writer.string(database.as_bytes());
        writer.close(open);
        // The carrier must not be borrowed while the engine runs: it is taken out for the call.
        let Some(mut carrier) = STATE.with_borrow_mut(|state| state.carrier.take()) else {
            return Err(throw(ctx, "no connection in this context"));
        };
        let reply = carrier(number as i32, &database, writer);
        STATE.with_borrow_mut(|state| state.carrier = Some(carrier));
        match reply {
            Ok(bytes) => Decoder { ctx }.reply(&bytes),
            Err(message) => Err(throw_network_error(ctx, &message)),
        }
    }
}

unsafe fn throw_network_error(ctx: RawContext, message: &str) -> Thrown {
    unsafe {
        let thrown = throw(ctx, message);
        let error = qjs::JS_GetException(ctx);
        qjs::JS_SetPropertyStr(ctx, error, c"isNetworkError".as_ptr(), qjs::JS_TRUE);
        qjs::JS_Throw(ctx, error);
        thrown
    }
}

unsafe extern "C" fn bson_size(
    ctx: RawContext,
    _this: qjs::JSValue,
    count: c_int,
    values: *mut qjs::JSValue,
) -> qjs::JSValue {
    let size = unsafe {
        let object = arguments(count, values).first().copied().unwrap_or(qjs::JS_NULL);
        document(ctx, object).map(|bytes| qjs::JS_NewFloat64(bytes.len() as f64))
    };
    size.unwrap_or(qjs::JS_EXCEPTION)
}

/// A document as an ArrayBuffer of BSON.
unsafe extern "C" fn to_bson(
    ctx: RawContext,
    _this: qjs::JSValue,
    count: c_int,
    values: *mut qjs::JSValue,
) -> qjs::JSValue {
    let buffer = unsafe {
        let object = arguments(count, values).first().copied().unwrap_or(qjs::JS_NULL);
        document(ctx, object).map(|bytes| qjs::JS_NewArrayBufferCopy(ctx, bytes.as_ptr(), bytes.len() as _))
    };
    buffer.unwrap_or(qjs::JS_EXCEPTION)
}

/// The way back; what is no BSON throws.
unsafe extern "C" fn from_bson(
    ctx: RawContext,
    _this: qjs::JSValue,
    count: c_int,
    values: *mut qjs::JSValue,
) -> qjs::JSValue {
    let object = unsafe {
        let buffer = arguments(count, values).first().copied().unwrap_or(qjs::JS_NULL);
        let mut length = 0;
        let bytes = qjs::JS_GetArrayBuffer(ctx, &mut length, buffer);
        // The bytes are copied: what runs while they are read may let go of the buffer.
        if bytes.is_null() {
            Err(Thrown)
        } else {
            let copy = std::slice::from_raw_parts(bytes, length as usize).to_vec();
            Decoder { ctx }.reply(&copy)
        }
    };
    object.unwrap_or(qjs::JS_EXCEPTION)
}

unsafe extern "C" fn compare_bson(
    ctx: RawContext,
    _this: qjs::JSValue,
    count: c_int,
    values: *mut qjs::JSValue,
) -> qjs::JSValue {
    let order = unsafe {
        match arguments(count, values) {
            [left, right, ..] => compare(ctx, *left, *right),
            _ => Err(throw(ctx, "bsonWoCompare takes two values")),
        }
    };
    order.unwrap_or(qjs::JS_EXCEPTION)
}

/// Whether two documents are the same bytes, which is more than to be equal in order.
unsafe extern "C" fn same_bson(
    ctx: RawContext,
    _this: qjs::JSValue,
    count: c_int,
    values: *mut qjs::JSValue,
) -> qjs::JSValue {
    let same = unsafe {
        match arguments(count, values) {
            [left, right, ..] => document(ctx, *left).and_then(|left| Ok(left == document(ctx, *right)?)),
            _ => Err(throw(ctx, "bsonBinaryEqual takes two documents")),
        }
    };
    match same {
        Ok(true) => qjs::JS_TRUE,
        Ok(false) => qjs::JS_FALSE,
        Err(Thrown) => qjs::JS_EXCEPTION,
    }
}

unsafe fn compare(ctx: RawContext, left: qjs::JSValue, right: qjs::JSValue) -> Result<qjs::JSValue> {
    let wrapped = |value| unsafe {
        let mut writer = Writer::default();
        let open = writer.open();
        Encoder { ctx }.field(b"", value, false, &mut writer, 1)?;
        writer.close(open);
        crate::wire::bson::Document::from_bytes(&writer.into_bytes()).map_err(|error| throw(ctx, &error.to_string()))
    };
    let (left, right) = (wrapped(left)?, wrapped(right)?);
    let order = crate::wire::bson::compare(&left.into(), &right.into());
    Ok(qjs::JS_NewFloat64(f64::from(order as i8)))
}

unsafe fn document(ctx: RawContext, object: qjs::JSValue) -> Result<Vec<u8>> {
    let mut writer = Writer::default();
    let open = writer.open();
    unsafe { Encoder { ctx }.fields(object, &mut writer, 1)? };
    writer.close(open);
    Ok(writer.into_bytes())
}

/// A value's text, lone surrogates replaced.
unsafe fn text(ctx: RawContext, value: qjs::JSValue) -> Result<String> {
    unsafe {
        let mut length = 0;
        let pointer = qjs::JS_ToCStringLen2(ctx, &mut length, value, false);
        if pointer.is_null() {
            return Err(Thrown);
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
