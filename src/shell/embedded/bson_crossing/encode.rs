//! JavaScript values to BSON bytes.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ffi::c_int;

use rquickjs::qjs;

use super::under_way::UnderWay;
use super::{
    FAR_DATE, INT32_FIELDS, Kind, Owned, RawContext, Result, SEND_DEPTH, STATE, State, Thrown, number_property,
    property, same, text, text_property, throw,
};
use crate::wire::bson::{Decimal128, Timestamp, Writer};
use crate::wire::message::MAX_MESSAGE_BYTES;

/// JavaScript to BSON. What it writes counts as under way until it is dropped.
pub(super) struct Encoder {
    pub(super) ctx: RawContext,
    under_way: UnderWay,
}

impl Encoder {
    pub(super) fn new(ctx: RawContext) -> Self {
        Self { ctx, under_way: UnderWay::default() }
    }

    /// A whole document, which counts as under way as long as the encoder lives.
    pub(super) unsafe fn document(&self, object: qjs::JSValue) -> Result<Vec<u8>> {
        let mut writer = Writer::default();
        let open = writer.open();
        unsafe { self.fields(object, &mut writer, 1)? };
        writer.close(open);
        Ok(writer.into_bytes())
    }

    /// No server takes what is larger than a message; far less may be under way in all engines together.
    unsafe fn within_bounds(&self, writer: &Writer) -> Result<()> {
        let larger = writer.len() > MAX_MESSAGE_BYTES;
        if larger {
            let words = format!("BSONObjectTooLarge: a document of more than {MAX_MESSAGE_BYTES} bytes cannot be sent");
            return Err(unsafe { throw(self.ctx, &words) });
        }
        self.under_way.grown_to(writer.len()).map_err(|words| unsafe { throw(self.ctx, &words) })
    }

    /// The own enumerable string keys of an object, as fields of the document that is open in `writer`.
    pub(super) unsafe fn fields(&self, object: qjs::JSValue, writer: &mut Writer, depth: usize) -> Result<()> {
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
            let int32_fields: HashSet<&str> = int32_fields.iter().flat_map(|fields| fields.split('\u{1}')).collect();
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
                let was_int32 = int32_fields.contains(name.as_str());
                self.field(name.as_bytes(), value.value, was_int32, writer, depth)?;
                self.within_bounds(writer)?;
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

    pub(super) unsafe fn field(
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

    /// An invalid date is 0, unless it was read as one beyond what JavaScript counts.
    unsafe fn far_date(&self, name: &[u8], value: qjs::JSValue, writer: &mut Writer) -> Result<()> {
        unsafe {
            let mut millis = 0;
            let kept = property(self.ctx, value, FAR_DATE)?;
            if qjs::JS_IsBigInt(kept.value) && qjs::JS_ToBigInt64(self.ctx, &mut millis, kept.value) != 0 {
                return Err(Thrown);
            }
            writer.key(0x09, name);
            writer.i64(millis);
            Ok(())
        }
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
                if millis.is_nan() {
                    return self.far_date(name, value, writer);
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
            if length > MAX_MESSAGE_BYTES as i64 {
                return Err(throw(self.ctx, "the array is too long to be sent"));
            }
            let was_int32 = self.int32_fields(value)?.is_some();
            let open = writer.open();
            for at in 0..length {
                let item = Owned::checked(self.ctx, qjs::JS_GetPropertyInt64(self.ctx, value, at))?;
                self.field(at.to_string().as_bytes(), item.value, was_int32, writer, depth + 1)?;
                self.within_bounds(writer)?;
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
                    let payload = super::super::base64::decode(&text_property(self.ctx, value, b"_v\0")?);
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
            writer.key(0x0f, name);
            let whole = writer.open_scoped_code(code.as_bytes());
            let open = writer.open();
            self.fields(scope.value, writer, depth + 1)?;
            writer.close(open);
            writer.close_scoped_code(whole);
            Ok(())
        }
    }
}

/// The keys of an object, freed together.
pub(super) struct Keys {
    ctx: RawContext,
    table: *mut qjs::JSPropertyEnum,
    count: u32,
}

impl Keys {
    pub(super) unsafe fn of(ctx: RawContext, object: qjs::JSValue) -> Result<Self> {
        let (mut table, mut count) = (std::ptr::null_mut(), 0);
        let flags = (qjs::JS_GPN_STRING_MASK | qjs::JS_GPN_ENUM_ONLY) as c_int;
        let status = unsafe { qjs::JS_GetOwnPropertyNames(ctx, &mut table, &mut count, object, flags) };
        if status != 0 { Err(Thrown) } else { Ok(Self { ctx, table, count }) }
    }

    pub(super) fn len(&self) -> usize {
        self.count as usize
    }

    pub(super) fn atom(&self, at: usize) -> qjs::JSAtom {
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
