//! BSON bytes to JavaScript values.

use std::cell::RefCell;
use std::ffi::c_int;

use rquickjs::qjs;

use super::{FAR_DATE, INT32_FIELDS, Kind, Owned, RawContext, Result, STATE, State, Thrown, throw};
use crate::wire::bson::{Decimal128, RawBson, RawDocument};

/// Milliseconds from 1970 to the last date of JavaScript's, and back to the first.
const LAST_DATE: u64 = 8_640_000_000_000_000;

/// BSON to JavaScript.
pub(super) struct Decoder {
    pub(super) ctx: RawContext,
}

impl Decoder {
    pub(super) unsafe fn reply(&self, bytes: &[u8]) -> Result<qjs::JSValue> {
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
                RawBson::DateTime(millis) => self.date(millis),
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

    /// A date beyond what JavaScript counts is an invalid one that keeps its milliseconds, to be written back as it was.
    unsafe fn date(&self, millis: i64) -> Result<Owned> {
        unsafe {
            let date = Owned::checked(self.ctx, qjs::JS_NewDate(self.ctx, millis as f64))?;
            if millis.unsigned_abs() > LAST_DATE {
                let number = Owned::checked(self.ctx, qjs::JS_NewBigInt64(self.ctx, millis))?.into_raw();
                let name = FAR_DATE.as_ptr().cast();
                if qjs::JS_DefinePropertyValueStr(self.ctx, date.value, name, number, 0) < 0 {
                    return Err(Thrown);
                }
            }
            Ok(date)
        }
    }

    /// Types that are seldom read are made by the harness itself.
    unsafe fn rare(&self, value: RawBson<'_>, depth: usize) -> Result<Owned> {
        unsafe {
            let number = |number: u32| qjs::JS_NewFloat64(f64::from(number));
            match value {
                RawBson::Binary(subtype, bytes) => {
                    let payload = self.string(super::super::base64::encode(bytes).as_bytes())?;
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
