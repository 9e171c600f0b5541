//! The natives that take values as they lie: commands, sizes, comparisons, documents as bytes, and names to be hidden.

use std::ffi::{CStr, c_int};

use parking_lot::Mutex;
use rquickjs::qjs;

use super::decode::Decoder;
use super::encode::{Encoder, Keys};
use super::{KINDS, Owned, RawContext, RawFunction, Result, STATE, Thrown, text, throw, time_is_over};
use crate::wire::bson::{Document, Writer, compare};
use crate::wire::message::MAX_MESSAGE_BYTES;

/// What is compared becomes a tree of ten times its size: no more than a server's largest document, and a little.
const MOST_COMPARED: usize = (16 << 20) + (16 << 10);
/// Larger pairs are compared one after another, whichever threads ask.
const LARGE_PAIR: usize = 1 << 20;
static LARGE: Mutex<()> = Mutex::new(());

/// Natives as the engine calls them: none begins once the file's time is over, and one that fails leaves an exception.
macro_rules! natives {
    ($($name:literal, $arity:literal, $function:ident;)*) => {
        /// Name, number of arguments, and the function.
        pub(super) const ALL: &[(&CStr, c_int, RawFunction)] = &[$(($name, $arity, {
            unsafe extern "C" fn called(
                ctx: RawContext,
                _this: qjs::JSValue,
                count: c_int,
                values: *mut qjs::JSValue,
            ) -> qjs::JSValue {
                // SAFETY: the engine calls with a live context and as many values as it says.
                let result = unsafe {
                    if time_is_over() { Err(super::interrupt(ctx)) } else { $function(ctx, arguments(count, values)) }
                };
                result.unwrap_or(qjs::JS_EXCEPTION)
            }
            called
        })),*];
    };
}

natives! {
    c"registerTypes", 1, register_types;
    c"runCommand", 3, run_command;
    c"bsonSize", 1, bson_size;
    c"compareBson", 2, compare_bson;
    c"sameBson", 2, same_bson;
    c"toBson", 1, to_bson;
    c"fromBson", 1, from_bson;
    c"hide", 2, hide;
}

/// The arguments of a call as a slice.
unsafe fn arguments<'a>(count: c_int, values: *mut qjs::JSValue) -> &'a [qjs::JSValue] {
    if count <= 0 { &[] } else { unsafe { std::slice::from_raw_parts(values, count as usize) } }
}

/// Only the harness's own types may be noted: pointers to another's would outlive what they point to.
unsafe fn register_types(ctx: RawContext, arguments: &[qjs::JSValue]) -> Result<qjs::JSValue> {
    if STATE.with_borrow(|state| state.types.is_some()) {
        return Err(unsafe { throw(ctx, "the types are registered") });
    }
    let Some(&types) = arguments.first() else { return Ok(qjs::JS_UNDEFINED) };
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
    Ok(qjs::JS_UNDEFINED)
}

unsafe fn run_command(ctx: RawContext, arguments: &[qjs::JSValue]) -> Result<qjs::JSValue> {
    unsafe {
        let [connection, database, command, ..] = arguments else {
            return Err(throw(ctx, "runCommand takes a connection, a database and a command"));
        };
        let connection = handle(ctx, *connection)?;
        let database = text(ctx, *database)?;
        let encoder = Encoder::new(ctx);
        let mut writer = Writer::default();
        let open = writer.open();
        encoder.fields(*command, &mut writer, 1)?;
        writer.key(2, b"$db");
        writer.string(database.as_bytes());
        writer.close(open);
        // The carrier must not be borrowed while the engine runs: it is taken out for the call.
        let Some(mut carrier) = STATE.with_borrow_mut(|state| state.carrier.take()) else {
            return Err(throw(ctx, "no connection in this context"));
        };
        let reply = carrier(connection, &database, writer);
        STATE.with_borrow_mut(|state| state.carrier = Some(carrier));
        match reply {
            Ok(bytes) => Decoder { ctx }.reply(&bytes),
            Err(message) => Err(throw_network_error(ctx, &message)),
        }
    }
}

/// The number of something open. What is no whole number stands for nothing: it must not be rounded to a neighbour's.
unsafe fn handle(ctx: RawContext, value: qjs::JSValue) -> Result<u32> {
    let mut number = -1.0;
    if unsafe { qjs::JS_IsNumber(value) && qjs::JS_ToFloat64(ctx, &mut number, value) != 0 } {
        return Err(Thrown);
    }
    super::whole(number).ok_or_else(|| unsafe { throw(ctx, "this connection is not open") })
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

unsafe fn bson_size(ctx: RawContext, arguments: &[qjs::JSValue]) -> Result<qjs::JSValue> {
    let bytes = unsafe { Encoder::new(ctx).document(first(arguments))? };
    Ok(qjs::JS_NewFloat64(bytes.len() as f64))
}

/// A document as an ArrayBuffer of BSON.
unsafe fn to_bson(ctx: RawContext, arguments: &[qjs::JSValue]) -> Result<qjs::JSValue> {
    unsafe {
        let bytes = Encoder::new(ctx).document(first(arguments))?;
        Ok(qjs::JS_NewArrayBufferCopy(ctx, bytes.as_ptr(), bytes.len() as _))
    }
}

/// The way back; what is no BSON throws.
unsafe fn from_bson(ctx: RawContext, arguments: &[qjs::JSValue]) -> Result<qjs::JSValue> {
    unsafe {
        let mut length = 0;
        let bytes = qjs::JS_GetArrayBuffer(ctx, &mut length, first(arguments));
        if bytes.is_null() {
            return Err(Thrown);
        }
        if length as usize > MAX_MESSAGE_BYTES {
            return Err(throw(ctx, "BSONObjectTooLarge: no document is so large"));
        }
        // The bytes are copied: what runs while they are read may let go of the buffer.
        let copy = std::slice::from_raw_parts(bytes, length as usize).to_vec();
        Decoder { ctx }.reply(&copy)
    }
}

fn first(arguments: &[qjs::JSValue]) -> qjs::JSValue {
    arguments.first().copied().unwrap_or(qjs::JS_NULL)
}

unsafe fn compare_bson(ctx: RawContext, arguments: &[qjs::JSValue]) -> Result<qjs::JSValue> {
    let [left, right, ..] = arguments else { return Err(unsafe { throw(ctx, "bsonWoCompare takes two values") }) };
    let encoders = (Encoder::new(ctx), Encoder::new(ctx));
    let wrapped = |encoder: &Encoder, value| unsafe {
        let mut writer = Writer::default();
        let open = writer.open();
        encoder.field(b"", value, false, &mut writer, 1)?;
        writer.close(open);
        if writer.len() > MOST_COMPARED {
            return Err(throw(ctx, "BSONObjectTooLarge: no document is so large"));
        }
        Ok(writer.into_bytes())
    };
    let (left, right) = (wrapped(&encoders.0, *left)?, wrapped(&encoders.1, *right)?);
    let _one_pair = (left.len() + right.len() > LARGE_PAIR).then(|| LARGE.lock());
    let read = |bytes: &[u8]| Document::from_bytes(bytes).map_err(|error| unsafe { throw(ctx, &error.to_string()) });
    let order = compare(&read(&left)?.into(), &read(&right)?.into());
    Ok(qjs::JS_NewFloat64(f64::from(order as i8)))
}

/// Whether two documents are the same bytes, which is more than to be equal in order.
unsafe fn same_bson(ctx: RawContext, arguments: &[qjs::JSValue]) -> Result<qjs::JSValue> {
    unsafe {
        let [left, right, ..] = arguments else { return Err(throw(ctx, "bsonBinaryEqual takes two documents")) };
        let encoders = (Encoder::new(ctx), Encoder::new(ctx));
        let same = encoders.0.document(*left)? == encoders.1.document(*right)?;
        Ok(if same { qjs::JS_TRUE } else { qjs::JS_FALSE })
    }
}

/// Puts what the second object has on the first, as scripts find builtins: writable, and not enumerable. The harness does
/// that a thousand times in every fresh context, and with every collection that a script names.
unsafe fn hide(ctx: RawContext, arguments: &[qjs::JSValue]) -> Result<qjs::JSValue> {
    unsafe {
        let [object, names, ..] = arguments else { return Err(throw(ctx, "hide takes an object and names for it")) };
        let keys = Keys::of(ctx, *names)?;
        let flags = (qjs::JS_PROP_WRITABLE | qjs::JS_PROP_CONFIGURABLE | qjs::JS_PROP_THROW) as c_int;
        for at in 0..keys.len() {
            let value = Owned::checked(ctx, qjs::JS_GetProperty(ctx, *names, keys.atom(at)))?;
            if qjs::JS_DefinePropertyValue(ctx, *object, keys.atom(at), value.into_raw(), flags) < 0 {
                return Err(Thrown);
            }
        }
        Ok(qjs::JS_UNDEFINED)
    }
}
