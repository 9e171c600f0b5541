//! Writing BSON bytes field by field, so that a walker needs no owned tree.

use super::{Bson, Document, Timestamp};

/// A growing buffer. Documents are opened and closed in pairs; fields stand between.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

/// Where an open document's length has to be filled in.
#[must_use = "an open document has to be closed"]
#[derive(Debug)]
pub struct Open(usize);

impl Writer {
    /// Opens a document (or array) at the end of the buffer.
    pub fn open(&mut self) -> Open {
        let at = self.0.len();
        self.0.extend_from_slice(&[0; 4]);
        Open(at)
    }

    /// Closes a document: NUL and length.
    pub fn close(&mut self, open: Open) {
        self.0.push(0);
        self.fill_in(&open);
    }

    /// Opens the value of a field that is code with a scope; the scope's document must follow.
    pub fn open_scoped_code(&mut self, code: &[u8]) -> Open {
        let open = self.open();
        self.string(code);
        open
    }

    /// Closes code with a scope: length, and no NUL.
    pub fn close_scoped_code(&mut self, open: Open) {
        self.fill_in(&open);
    }

    fn fill_in(&mut self, open: &Open) {
        let length = (self.0.len() - open.0) as u32;
        self.0[open.0..open.0 + 4].copy_from_slice(&length.to_le_bytes());
    }

    /// Type byte and name of a field; its value must follow. The name ends at its first NUL.
    pub fn key(&mut self, kind: u8, name: &[u8]) {
        self.0.push(kind);
        self.cstring(name);
    }

    /// Bytes up to the first NUL, then a NUL.
    pub fn cstring(&mut self, bytes: &[u8]) {
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        self.0.extend_from_slice(&bytes[..end]);
        self.0.push(0);
    }

    /// Length, bytes, NUL.
    pub fn string(&mut self, bytes: &[u8]) {
        self.i32(bytes.len() as i32 + 1);
        self.0.extend_from_slice(bytes);
        self.0.push(0);
    }

    /// Four bytes, little endian.
    pub fn i32(&mut self, value: i32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// Eight bytes, little endian.
    pub fn i64(&mut self, value: i64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// Eight bytes, little endian.
    pub fn f64(&mut self, value: f64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// Bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Length, subtype, payload; subtype 2 repeats the length inside.
    pub fn binary(&mut self, subtype: u8, bytes: &[u8]) {
        let inner = if subtype == 2 { 4 } else { 0 };
        self.i32(bytes.len() as i32 + inner);
        self.0.push(subtype);
        if subtype == 2 {
            self.i32(bytes.len() as i32);
        }
        self.0.extend_from_slice(bytes);
    }

    /// Increment first, then seconds, as the format has it.
    pub fn timestamp(&mut self, value: Timestamp) {
        self.0.extend_from_slice(&value.increment.to_le_bytes());
        self.0.extend_from_slice(&value.seconds.to_le_bytes());
    }

    /// A whole owned document.
    pub fn document(&mut self, document: &Document) {
        let open = self.open();
        for (key, value) in document.iter() {
            self.field(key.as_bytes(), value);
        }
        self.close(open);
    }

    /// One field with an owned value.
    pub fn field(&mut self, name: &[u8], value: &Bson) {
        self.key(value.type_byte(), name);
        match value {
            Bson::Double(value) => self.f64(*value),
            Bson::String(text) | Bson::JavaScript(text) | Bson::Symbol(text) => self.string(text.as_bytes()),
            Bson::Document(document) => self.document(document),
            Bson::Array(items) => self.array(items),
            Bson::Binary { subtype, bytes } => self.binary(*subtype, bytes),
            Bson::ObjectId(id) => self.bytes(id),
            Bson::Boolean(value) => self.bytes(&[u8::from(*value)]),
            Bson::DateTime(value) | Bson::Int64(value) => self.i64(*value),
            Bson::Regex { pattern, options } => {
                self.cstring(pattern.as_bytes());
                self.cstring(options.as_bytes());
            }
            Bson::DbPointer { namespace, id } => {
                self.string(namespace.as_bytes());
                self.bytes(id);
            }
            Bson::JavaScriptWithScope { code, scope } => self.code_with_scope(code, scope),
            Bson::Int32(value) => self.i32(*value),
            Bson::Timestamp(value) => self.timestamp(*value),
            Bson::Decimal128(value) => self.bytes(&value.to_bytes()),
            Bson::Undefined | Bson::Null | Bson::MinKey | Bson::MaxKey => {}
        }
    }

    fn array(&mut self, items: &[Bson]) {
        let open = self.open();
        for (at, item) in items.iter().enumerate() {
            self.field(at.to_string().as_bytes(), item);
        }
        self.close(open);
    }

    fn code_with_scope(&mut self, code: &str, scope: &Document) {
        let open = self.open_scoped_code(code.as_bytes());
        self.document(scope);
        self.close_scoped_code(open);
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True before the first byte.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The buffer.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}
