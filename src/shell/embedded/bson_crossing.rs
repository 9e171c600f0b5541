//! The one place that talks to the engine's C API: JavaScript values to and from BSON bytes, and bytecode.
//!
//! Values are walked where they lie; nothing is built in between. Safety rests on three rules: every `JSValue` that a
//! call returns is owned by an [`Owned`] (or handed to the engine at once), an exception value is turned into
//! [`Thrown`] before anything else is called, and what [`register_types`] notes is reachable from the object that it
//! holds, until [`Registered`] is dropped, which must be before the context is.

use std::cell::RefCell;
use std::ffi::{CString, c_int};

use rquickjs::Ctx;
use rquickjs::qjs;

use crate::wire::bson::{Decimal128, RawBson, RawDocument, Timestamp, Writer};

/// Nesting that the legacy shell allows in what it sends.
const SEND_DEPTH: usize = 150;
/// Hidden own property of a decoded document that names its int32 fields, so that they are written back as such.
const INT32_FIELDS: &[u8] = b"__int32\0";

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

/// Puts `registerTypes`, `runCommand`, `bsonSize` and `compareBson` on the object `__native` of the context's globals.
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
        let bytes = qjs::JS_WriteObject(raw, &mut length, function.value, qjs::JS_WRITE_OBJ_BYTECODE as c_int);
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
    // SAFETY: the bytes come from `compile` in this process and never from outside.
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

/// JavaScript to BSON.
struct Encoder {
    ctx: RawContext,
}

impl Encoder {
    /// The own enumerable string keys of an object, as fields of the document that is open in `writer`.
    unsafe fn fields(&self, object: qjs::JSValue, writer: &mut Writer, depth: usize) -> Result<()> {
        unsafe {
            if !qjs::JS_IsObject(object) {
                return Err(throw(self.ctx, "an object is needed here"));
            }
            if depth > SEND_DEPTH {
                return Err(throw(
                    self.ctx,
                    "exceeded depth limit of 150 when converting js object to BSON. Do you have a cycle?",
                ));
            }
            let int32_fields = self.int32_fields(object)?;
            let keys = Keys::of(self.ctx, object)?;
            for at in 0..keys.len() {
                let name = keys.name(at)?;
                if name.as_bytes().contains(&0) {
                    return Err(throw(
                        self.ctx,
                        "JavaScript property name contains a null char, which BSON does not allow",
                    ));
                }
                let value = Owned::checked(self.ctx, qjs::JS_GetProperty(self.ctx, object, keys.atom(at)))?;
                let was_int32 =
                    int32_fields.as_deref().is_some_and(|fields| fields.split('\u{1}').any(|field| field == name));
                self.field(name.as_bytes(), value.value, was_int32, writer, depth)?;
            }
            Ok(())
        }
    }

    /// The note that [`Decoder`] left, unless the document never had int32 fields.
    unsafe fn int32_fields(&self, object: qjs::JSValue) -> Result<Option<String>> {
        unsafe {
            // A proxy would run code for a look that no script asked for.
            if qjs::JS_IsProxy(object) {
                return Ok(None);
            }
            let atom = qjs::JS_NewAtom(self.ctx, INT32_FIELDS.as_ptr().cast());
            let has = qjs::JS_GetOwnProperty(self.ctx, std::ptr::null_mut(), object, atom);
            qjs::JS_FreeAtom(self.ctx, atom);
            if has > 0 { text_property(self.ctx, object, INT32_FIELDS).map(Some) } else { Ok(None) }
        }
    }

    unsafe fn field(
        &self,
        name: &[u8],
        value: qjs::JSValue,
        was_int32: bool,
        writer: &mut Writer,
        depth: usize,
    ) -> Result<()> {
        unsafe {
            match qjs::JS_VALUE_GET_NORM_TAG(value) {
                qjs::JS_TAG_INT if was_int32 => {
                    writer.key(0x10, name);
                    writer.i32(qjs::JS_VALUE_GET_INT(value));
                }
                qjs::JS_TAG_INT => {
                    writer.key(0x01, name);
                    writer.f64(f64::from(qjs::JS_VALUE_GET_INT(value)));
                }
                qjs::JS_TAG_FLOAT64 => {
                    writer.key(0x01, name);
                    writer.f64(qjs::JS_VALUE_GET_FLOAT64(value));
                }
                qjs::JS_TAG_BOOL => {
                    writer.key(0x08, name);
                    writer.bytes(&[u8::from(qjs::JS_VALUE_GET_BOOL(value))]);
                }
                qjs::JS_TAG_NULL => writer.key(0x0a, name),
                qjs::JS_TAG_UNDEFINED => writer.key(0x06, name),
                qjs::JS_TAG_STRING | qjs::JS_TAG_STRING_ROPE => {
                    let text = text(self.ctx, value)?;
                    writer.key(0x02, name);
                    writer.string(text.as_bytes());
                }
                qjs::JS_TAG_BIG_INT | qjs::JS_TAG_SHORT_BIG_INT => self.int64(name, value, writer)?,
                qjs::JS_TAG_OBJECT => self.object(name, value, writer, depth)?,
                _ => return Err(throw(self.ctx, "a symbol cannot be stored")),
            }
            Ok(())
        }
    }

    unsafe fn int64(&self, name: &[u8], value: qjs::JSValue, writer: &mut Writer) -> Result<()> {
        let mut number = 0;
        if unsafe { qjs::JS_ToBigInt64(self.ctx, &mut number, value) } != 0 {
            return Err(Thrown);
        }
        writer.key(0x12, name);
        writer.i64(number);
        Ok(())
    }

    unsafe fn object(&self, name: &[u8], value: qjs::JSValue, writer: &mut Writer, depth: usize) -> Result<()> {
        unsafe {
            if qjs::JS_IsArray(value) {
                writer.key(0x04, name);
                return self.array(value, writer, depth);
            }
            if qjs::JS_IsDate(value) {
                let mut millis = 0.0;
                if qjs::JS_ToFloat64(self.ctx, &mut millis, value) != 0 {
                    return Err(Thrown);
                }
                writer.key(0x09, name);
                writer.i64(millis as i64);
                return Ok(());
            }
            if qjs::JS_IsRegExp(value) {
                let (pattern, flags) =
                    (text_property(self.ctx, value, b"source\0")?, text_property(self.ctx, value, b"flags\0")?);
                writer.key(0x0b, name);
                writer.cstring(pattern.as_bytes());
                writer.cstring(flags.as_bytes());
                return Ok(());
            }
            if qjs::JS_IsFunction(self.ctx, value) {
                return self.function(name, value, writer);
            }
            match self.kind(value)? {
                Some(kind) => self.typed(kind, name, value, writer, depth),
                None => self.embedded(0x03, name, value, writer, depth),
            }
        }
    }

    unsafe fn embedded(
        &self,
        kind: u8,
        name: &[u8],
        value: qjs::JSValue,
        writer: &mut Writer,
        depth: usize,
    ) -> Result<()> {
        writer.key(kind, name);
        let open = writer.open();
        unsafe { self.fields(value, writer, depth + 1)? };
        writer.close(open);
        Ok(())
    }

    unsafe fn array(&self, value: qjs::JSValue, writer: &mut Writer, depth: usize) -> Result<()> {
        unsafe {
            if depth > SEND_DEPTH {
                return Err(throw(
                    self.ctx,
                    "exceeded depth limit of 150 when converting js object to BSON. Do you have a cycle?",
                ));
            }
            let mut length = 0;
            if qjs::JS_GetLength(self.ctx, value, &mut length) != 0 {
                return Err(Thrown);
            }
            // More elements than bytes in the largest message cannot be sent anyway.
            if length > crate::wire::message::MAX_MESSAGE_BYTES as i64 {
                return Err(throw(self.ctx, "the array is too long to be sent"));
            }
            let was_int32 = self.int32_fields(value)?.is_some();
            let open = writer.open();
            for at in 0..length {
                let item = Owned::checked(self.ctx, qjs::JS_GetPropertyInt64(self.ctx, value, at))?;
                self.field(at.to_string().as_bytes(), item.value, was_int32, writer, depth + 1)?;
                if writer.len() > crate::wire::message::MAX_MESSAGE_BYTES {
                    return Err(throw(self.ctx, "the array is too large to be sent"));
                }
            }
            writer.close(open);
            Ok(())
        }
    }

    unsafe fn function(&self, name: &[u8], value: qjs::JSValue, writer: &mut Writer) -> Result<()> {
        let (min, max) = STATE.with_borrow(|state| (state.min_key, state.max_key));
        if min.is_some_and(|key| same(key, value)) {
            writer.key(0xff, name);
        } else if max.is_some_and(|key| same(key, value)) {
            writer.key(0x7f, name);
        } else {
            let code = unsafe { text(self.ctx, value)? };
            writer.key(0x0d, name);
            writer.string(code.as_bytes());
        }
        Ok(())
    }

    /// The harness's type of an object, by its prototype.
    unsafe fn kind(&self, value: qjs::JSValue) -> Result<Option<Kind>> {
        unsafe {
            if qjs::JS_IsProxy(value) {
                return Ok(None);
            }
            let prototype = Owned::checked(self.ctx, qjs::JS_GetPrototype(self.ctx, value))?;
            let known = |state: &RefCell<State>| {
                let state = state.borrow();
                state.prototypes.iter().find(|(known, _)| same(*known, prototype.value)).map(|&(_, kind)| kind)
            };
            Ok(STATE.with(known))
        }
    }

    unsafe fn typed(
        &self,
        kind: Kind,
        name: &[u8],
        value: qjs::JSValue,
        writer: &mut Writer,
        depth: usize,
    ) -> Result<()> {
        unsafe {
            match kind {
                Kind::NumberLong => self.int64(name, property(self.ctx, value, b"_v\0")?.value, writer)?,
                Kind::NumberInt => {
                    let number = number_property(self.ctx, value, b"_v\0")?;
                    writer.key(0x10, name);
                    writer.i32(number as i32);
                }
                Kind::NumberDecimal => {
                    let text = text_property(self.ctx, value, b"_v\0")?;
                    writer.key(0x13, name);
                    writer.bytes(&Decimal128::parse(&text).unwrap_or(Decimal128::NAN).to_bytes());
                }
                Kind::ObjectId => {
                    let hex = text_property(self.ctx, value, b"str\0")?;
                    writer.key(0x07, name);
                    writer.bytes(
                        &object_id(&hex).ok_or_else(|| throw(self.ctx, "an ObjectId needs 24 hexadecimal digits"))?,
                    );
                }
                Kind::Timestamp => {
                    let part = |name| number_property(self.ctx, value, name).map(|number| number as u32);
                    let timestamp = Timestamp { seconds: part(b"t\0".as_slice())?, increment: part(b"i\0")? };
                    writer.key(0x11, name);
                    writer.timestamp(timestamp);
                }
                Kind::BinData => {
                    let payload = super::base64::decode(&text_property(self.ctx, value, b"_v\0")?);
                    let payload = payload.ok_or_else(|| throw(self.ctx, "BinData holds no base64 text"))?;
                    let subtype = number_property(self.ctx, value, b"type\0")? as u8;
                    writer.key(0x05, name);
                    writer.binary(subtype, &payload);
                }
                Kind::DbRef => self.embedded(0x03, name, value, writer, depth)?,
                Kind::DbPointer => {
                    let (namespace, id) =
                        (text_property(self.ctx, value, b"ns\0")?, property(self.ctx, value, b"id\0")?);
                    let id = object_id(&text_property(self.ctx, id.value, b"str\0")?);
                    writer.key(0x0c, name);
                    writer.string(namespace.as_bytes());
                    writer.bytes(&id.unwrap_or_default());
                }
                Kind::Code => self.code(name, value, writer, depth)?,
            }
            Ok(())
        }
    }

    unsafe fn code(&self, name: &[u8], value: qjs::JSValue, writer: &mut Writer, depth: usize) -> Result<()> {
        unsafe {
            let code = text_property(self.ctx, value, b"code\0")?;
            let scope = property(self.ctx, value, b"scope\0")?;
            if !qjs::JS_IsObject(scope.value) {
                writer.key(0x0d, name);
                writer.string(code.as_bytes());
                return Ok(());
            }
            let mut inner = Writer::default();
            inner.string(code.as_bytes());
            let open = inner.open();
            self.fields(scope.value, &mut inner, depth + 1)?;
            inner.close(open);
            writer.key(0x0f, name);
            writer.i32(inner.len() as i32 + 4);
            writer.bytes(&inner.into_bytes());
            Ok(())
        }
    }
}

/// The keys of an object, freed together.
struct Keys {
    ctx: RawContext,
    table: *mut qjs::JSPropertyEnum,
    count: u32,
}

impl Keys {
    unsafe fn of(ctx: RawContext, object: qjs::JSValue) -> Result<Self> {
        let (mut table, mut count) = (std::ptr::null_mut(), 0);
        let flags = (qjs::JS_GPN_STRING_MASK | qjs::JS_GPN_ENUM_ONLY) as c_int;
        let status = unsafe { qjs::JS_GetOwnPropertyNames(ctx, &mut table, &mut count, object, flags) };
        if status != 0 { Err(Thrown) } else { Ok(Self { ctx, table, count }) }
    }

    fn len(&self) -> usize {
        self.count as usize
    }

    fn atom(&self, at: usize) -> qjs::JSAtom {
        debug_assert!(at < self.len());
        // SAFETY: the engine gave `count` entries, and callers stay below it.
        unsafe { (*self.table.add(at)).atom }
    }

    unsafe fn name(&self, at: usize) -> Result<String> {
        unsafe {
            let name = Owned::checked(self.ctx, qjs::JS_AtomToString(self.ctx, self.atom(at)))?;
            text(self.ctx, name.value)
        }
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        // SAFETY: table and count are the engine's own, freed once.
        unsafe { qjs::JS_FreePropertyEnum(self.ctx, self.table, self.count) };
    }
}

/// BSON to JavaScript.
struct Decoder {
    ctx: RawContext,
}

impl Decoder {
    unsafe fn reply(&self, bytes: &[u8]) -> Result<qjs::JSValue> {
        unsafe {
            let raw = RawDocument::new(bytes).map_err(|error| throw(self.ctx, &format!("malformed reply: {error}")))?;
            self.object(raw, 1).map(Owned::into_raw)
        }
    }

    unsafe fn object(&self, raw: RawDocument<'_>, depth: usize) -> Result<Owned> {
        unsafe {
            let object = Owned::checked(self.ctx, qjs::JS_NewObject(self.ctx))?;
            let mut int32_fields = String::new();
            for element in self.deep_enough(raw, depth)?.iter() {
                let (key, value) = element.map_err(|error| throw(self.ctx, &error.to_string()))?;
                if matches!(value, RawBson::Int32(_)) {
                    int32_fields.push_str(&String::from_utf8_lossy(key));
                    int32_fields.push('\u{1}');
                }
                self.define(&object, key, value, depth)?;
            }
            if !int32_fields.is_empty() {
                self.hide_note(&object, &int32_fields)?;
            }
            if raw.iter().next().is_some_and(|first| matches!(first, Ok((b"$ref", RawBson::String(_))))) {
                return self.make(c"DBRef", &[object.value]);
            }
            Ok(object)
        }
    }

    unsafe fn array(&self, raw: RawDocument<'_>, depth: usize) -> Result<Owned> {
        unsafe {
            let array = Owned::checked(self.ctx, qjs::JS_NewArray(self.ctx))?;
            let mut int32 = false;
            for (at, element) in self.deep_enough(raw, depth)?.iter().enumerate() {
                let (_, value) = element.map_err(|error| throw(self.ctx, &error.to_string()))?;
                int32 |= matches!(value, RawBson::Int32(_));
                let value = self.value(value, depth)?.into_raw();
                let flags = qjs::JS_PROP_C_W_E as c_int;
                if qjs::JS_DefinePropertyValueUint32(self.ctx, array.value, at as u32, value, flags) < 0 {
                    return Err(Thrown);
                }
            }
            if int32 {
                self.hide_note(&array, "*")?;
            }
            Ok(array)
        }
    }

    unsafe fn deep_enough<'a>(&self, raw: RawDocument<'a>, depth: usize) -> Result<RawDocument<'a>> {
        if depth > crate::wire::bson::MAX_DEPTH {
            return Err(unsafe { throw(self.ctx, "the reply is nested too deep") });
        }
        Ok(raw)
    }

    unsafe fn hide_note(&self, object: &Owned, note: &str) -> Result<()> {
        unsafe {
            let value = self.string(note.as_bytes())?.into_raw();
            let flags = (qjs::JS_PROP_CONFIGURABLE | qjs::JS_PROP_WRITABLE) as c_int;
            let name = INT32_FIELDS.as_ptr().cast();
            if qjs::JS_DefinePropertyValueStr(self.ctx, object.value, name, value, flags) < 0 {
                Err(Thrown)
            } else {
                Ok(())
            }
        }
    }

    unsafe fn define(&self, object: &Owned, key: &[u8], value: RawBson<'_>, depth: usize) -> Result<()> {
        unsafe {
            let value = self.value(value, depth)?.into_raw();
            let lossy = String::from_utf8_lossy(key);
            let atom = qjs::JS_NewAtomLen(self.ctx, lossy.as_ptr().cast(), lossy.len() as _);
            let status = qjs::JS_DefinePropertyValue(self.ctx, object.value, atom, value, qjs::JS_PROP_C_W_E as c_int);
            qjs::JS_FreeAtom(self.ctx, atom);
            if status < 0 { Err(Thrown) } else { Ok(()) }
        }
    }

    unsafe fn string(&self, bytes: &[u8]) -> Result<Owned> {
        let lossy = String::from_utf8_lossy(bytes);
        Owned::checked(self.ctx, unsafe { qjs::JS_NewStringLen(self.ctx, lossy.as_ptr().cast(), lossy.len() as _) })
    }

    unsafe fn value(&self, value: RawBson<'_>, depth: usize) -> Result<Owned> {
        unsafe {
            let plain = |value| Ok(Owned::new(self.ctx, value));
            match value {
                RawBson::Double(value) => plain(qjs::JS_NewFloat64(value)),
                RawBson::String(bytes) | RawBson::Symbol(bytes) => self.string(bytes),
                RawBson::Document(raw) => self.object(raw, depth + 1),
                RawBson::Array(raw) => self.array(raw, depth + 1),
                RawBson::Undefined => plain(qjs::JS_UNDEFINED),
                RawBson::Boolean(value) => plain(if value { qjs::JS_TRUE } else { qjs::JS_FALSE }),
                RawBson::DateTime(millis) => Owned::checked(self.ctx, qjs::JS_NewDate(self.ctx, millis as f64)),
                RawBson::Null => plain(qjs::JS_NULL),
                RawBson::Int32(value) => plain(qjs::JS_MKVAL(qjs::JS_TAG_INT, value)),
                RawBson::Int64(value) => {
                    let number = Owned::checked(self.ctx, qjs::JS_NewBigInt64(self.ctx, value))?;
                    self.instance(Kind::NumberLong, b"_v\0", number)
                }
                RawBson::ObjectId(id) => self.instance(Kind::ObjectId, b"str\0", self.string(hex(&id).as_bytes())?),
                RawBson::Decimal128(bytes) => {
                    let text = Decimal128::from_bytes(bytes).to_string();
                    self.instance(Kind::NumberDecimal, b"_v\0", self.string(text.as_bytes())?)
                }
                rare => self.rare(rare, depth),
            }
        }
    }

    /// Types that are seldom read are made by the harness itself.
    unsafe fn rare(&self, value: RawBson<'_>, depth: usize) -> Result<Owned> {
        unsafe {
            let number = |number: u32| qjs::JS_NewFloat64(f64::from(number));
            match value {
                RawBson::Binary(subtype, bytes) => {
                    let payload = self.string(super::base64::encode(bytes).as_bytes())?;
                    self.make(c"BinData", &[number(subtype.into()), payload.value])
                }
                RawBson::Regex(pattern, options) => {
                    let (pattern, options) = (self.string(pattern)?, self.string(options)?);
                    self.make(c"RegExp", &[pattern.value, options.value])
                }
                RawBson::DbPointer(namespace, id) => {
                    let (namespace, id) = (self.string(namespace)?, self.string(hex(&id).as_bytes())?);
                    self.make(c"DBPointer", &[namespace.value, id.value])
                }
                RawBson::JavaScript(code) => self.make(c"Code", &[self.string(code)?.value]),
                RawBson::JavaScriptWithScope(code, scope) => {
                    let (code, scope) = (self.string(code)?, self.object(scope, depth + 1)?);
                    self.make(c"Code", &[code.value, scope.value])
                }
                RawBson::Timestamp(value) => self.make(c"Timestamp", &[number(value.seconds), number(value.increment)]),
                RawBson::MinKey => self.make(c"MinKey", &[]),
                _ => self.make(c"MaxKey", &[]),
            }
        }
    }

    /// An object of a harness type with its one hidden field.
    unsafe fn instance(&self, kind: Kind, field: &[u8], value: Owned) -> Result<Owned> {
        unsafe {
            let known = |state: &RefCell<State>| {
                state.borrow().prototypes.iter().find(|(_, known)| *known == kind).map(|&(prototype, _)| prototype)
            };
            let prototype = STATE.with(known).unwrap_or(qjs::JS_NULL);
            let object = Owned::checked(self.ctx, qjs::JS_NewObjectProto(self.ctx, prototype))?;
            let name = field.as_ptr().cast();
            if qjs::JS_DefinePropertyValueStr(self.ctx, object.value, name, value.into_raw(), 0) < 0 {
                return Err(Thrown);
            }
            Ok(object)
        }
    }

    /// Calls the harness's factory: a type's name and its parts.
    unsafe fn make(&self, kind: &std::ffi::CStr, parts: &[qjs::JSValue]) -> Result<Owned> {
        unsafe {
            let Some(factory) = STATE.with_borrow(|state| state.factory) else {
                return Err(throw(self.ctx, "the harness registered no types"));
            };
            let name = self.string(kind.to_bytes())?;
            let mut all = vec![name.value];
            all.extend_from_slice(parts);
            let count = all.len() as c_int;
            Owned::checked(self.ctx, qjs::JS_Call(self.ctx, factory, qjs::JS_UNDEFINED, count, all.as_mut_ptr()))
        }
    }
}

fn hex(bytes: &[u8; 12]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn object_id(text: &str) -> Option<[u8; 12]> {
    if text.len() != 24 || !text.is_ascii() {
        return None;
    }
    let mut id = [0; 12];
    for (at, byte) in id.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(id)
}
