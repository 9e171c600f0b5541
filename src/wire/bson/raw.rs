//! Reading BSON without copying: an iterator of fields over borrowed bytes.

use super::{Bson, BsonError, Decimal128, Document, MAX_DEPTH, Timestamp};

/// One document's bytes, length and closing NUL checked, fields not yet.
#[derive(Clone, Copy, Debug)]
pub struct RawDocument<'a>(&'a [u8]);

/// One field's value; texts are bytes because servers and fuzzers send what is not UTF-8.
#[derive(Clone, Copy, Debug)]
pub enum RawBson<'a> {
    /// See [`Bson::Double`]; the other variants likewise.
    Double(f64),
    /// Without the closing NUL.
    String(&'a [u8]),
    /// Embedded document.
    Document(RawDocument<'a>),
    /// A document whose keys are positions.
    Array(RawDocument<'a>),
    /// Subtype and payload; subtype 2 without its inner length.
    Binary(u8, &'a [u8]),
    /// 0x06
    Undefined,
    /// 12 bytes.
    ObjectId([u8; 12]),
    /// 0x08
    Boolean(bool),
    /// Milliseconds since 1970.
    DateTime(i64),
    /// 0x0a
    Null,
    /// Pattern and options.
    Regex(&'a [u8], &'a [u8]),
    /// Namespace and id.
    DbPointer(&'a [u8], [u8; 12]),
    /// Source text.
    JavaScript(&'a [u8]),
    /// Text.
    Symbol(&'a [u8]),
    /// Source text and scope.
    JavaScriptWithScope(&'a [u8], RawDocument<'a>),
    /// 0x10
    Int32(i32),
    /// 0x11
    Timestamp(Timestamp),
    /// 0x12
    Int64(i64),
    /// 16 bytes, little endian.
    Decimal128([u8; 16]),
    /// 0xff
    MinKey,
    /// 0x7f
    MaxKey,
}

impl<'a> RawDocument<'a> {
    /// Takes the document at the head of `bytes`; what follows it is left alone.
    ///
    /// # Errors
    /// The length does not fit the bytes or the closing NUL is missing.
    pub fn new(bytes: &'a [u8]) -> Result<Self, BsonError> {
        let length = read_i32(bytes, 0)?;
        let length = usize::try_from(length).map_err(|_| BsonError::Truncated { at: 0 })?;
        if length < 5 || length > bytes.len() {
            return Err(BsonError::Truncated { at: 0 });
        }
        if bytes[length - 1] != 0 {
            return Err(BsonError::Unterminated { at: length - 1 });
        }
        Ok(Self(&bytes[..length]))
    }

    /// The bytes, length prefix and closing NUL included.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// Fields in their order; ends after the first error.
    pub fn iter(&self) -> Elements<'a> {
        Elements { bytes: &self.0[..self.0.len() - 1], at: 4 }
    }

    /// The first field of that name, if everything before it is readable.
    pub fn get(&self, key: &str) -> Option<RawBson<'a>> {
        self.iter().map_while(Result::ok).find(|(name, _)| *name == key.as_bytes()).map(|(_, value)| value)
    }

    /// Looks at every field, at all levels: whether this is BSON at all.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), BsonError> {
        self.check_at(0)
    }

    fn check_at(&self, depth: usize) -> Result<(), BsonError> {
        if depth > MAX_DEPTH {
            return Err(BsonError::TooDeep);
        }
        for element in self.iter() {
            match element?.1 {
                RawBson::Document(inner) | RawBson::Array(inner) | RawBson::JavaScriptWithScope(_, inner) => {
                    inner.check_at(depth + 1)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn to_document(self, depth: usize) -> Result<Document, BsonError> {
        if depth > MAX_DEPTH {
            return Err(BsonError::TooDeep);
        }
        self.iter()
            .map(|element| {
                let (key, value) = element?;
                Ok((text(key), value.to_bson(depth + 1)?))
            })
            .collect()
    }
}

/// Iterator of [`RawDocument::iter`]: name and value.
pub struct Elements<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Result<(&'a [u8], RawBson<'a>), BsonError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let element = self.element();
        if element.is_err() {
            self.at = self.bytes.len();
        }
        Some(element)
    }
}

impl<'a> Elements<'a> {
    fn element(&mut self) -> Result<(&'a [u8], RawBson<'a>), BsonError> {
        let kind = self.bytes[self.at];
        self.at += 1;
        let key = self.cstring()?;
        Ok((key, self.value(kind, key)?))
    }

    fn value(&mut self, kind: u8, key: &[u8]) -> Result<RawBson<'a>, BsonError> {
        Ok(match kind {
            0x01 => RawBson::Double(f64::from_le_bytes(self.fixed()?)),
            0x02 => RawBson::String(self.string()?),
            0x03 => RawBson::Document(self.document()?),
            0x04 => RawBson::Array(self.document()?),
            0x05 => self.binary()?,
            0x06 => RawBson::Undefined,
            0x07 => RawBson::ObjectId(self.fixed()?),
            0x08 => RawBson::Boolean(self.fixed::<1>()?[0] != 0),
            0x09 => RawBson::DateTime(i64::from_le_bytes(self.fixed()?)),
            0x0a => RawBson::Null,
            0x0b => RawBson::Regex(self.cstring()?, self.cstring()?),
            0x0c => RawBson::DbPointer(self.string()?, self.fixed()?),
            0x0d => RawBson::JavaScript(self.string()?),
            0x0e => RawBson::Symbol(self.string()?),
            0x0f => self.code_with_scope()?,
            0x10 => RawBson::Int32(i32::from_le_bytes(self.fixed()?)),
            0x11 => RawBson::Timestamp(Timestamp {
                increment: u32::from_le_bytes(self.fixed()?),
                seconds: u32::from_le_bytes(self.fixed()?),
            }),
            0x12 => RawBson::Int64(i64::from_le_bytes(self.fixed()?)),
            0x13 => RawBson::Decimal128(self.fixed()?),
            0xff => RawBson::MinKey,
            0x7f => RawBson::MaxKey,
            kind => return Err(BsonError::UnknownType { key: text(key), kind }),
        })
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], BsonError> {
        let bytes = self.take(N)?;
        bytes.try_into().map_err(|_| BsonError::Truncated { at: self.at })
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], BsonError> {
        let end = self.at.checked_add(length).filter(|&end| end <= self.bytes.len());
        let end = end.ok_or(BsonError::Truncated { at: self.at })?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn cstring(&mut self) -> Result<&'a [u8], BsonError> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|&byte| byte == 0).ok_or(BsonError::Unterminated { at: self.at })?;
        self.at += length + 1;
        Ok(&rest[..length])
    }

    fn length(&mut self) -> Result<usize, BsonError> {
        let length = i32::from_le_bytes(self.fixed()?);
        usize::try_from(length).map_err(|_| BsonError::Truncated { at: self.at })
    }

    fn string(&mut self) -> Result<&'a [u8], BsonError> {
        let length = self.length()?;
        match self.take(length)? {
            [text @ .., 0] => Ok(text),
            _ => Err(BsonError::Unterminated { at: self.at }),
        }
    }

    fn document(&mut self) -> Result<RawDocument<'a>, BsonError> {
        let document = RawDocument::new(&self.bytes[self.at..])?;
        self.at += document.0.len();
        Ok(document)
    }

    fn binary(&mut self) -> Result<RawBson<'a>, BsonError> {
        let length = self.length()?;
        let subtype = self.fixed::<1>()?[0];
        let mut payload = self.take(length)?;
        // The old generic subtype repeats its length inside the payload.
        if subtype == 2 && payload.len() >= 4 {
            payload = &payload[4..];
        }
        Ok(RawBson::Binary(subtype, payload))
    }

    fn code_with_scope(&mut self) -> Result<RawBson<'a>, BsonError> {
        let _total = self.length()?;
        Ok(RawBson::JavaScriptWithScope(self.string()?, self.document()?))
    }
}

impl RawBson<'_> {
    fn to_bson(self, depth: usize) -> Result<Bson, BsonError> {
        Ok(match self {
            Self::Double(value) => Bson::Double(value),
            Self::String(bytes) => Bson::String(text(bytes)),
            Self::Document(raw) => Bson::Document(raw.to_document(depth)?),
            Self::Array(raw) => Bson::Array(raw.to_document(depth)?.into_iter().map(|(_, value)| value).collect()),
            Self::Binary(subtype, bytes) => Bson::Binary { subtype, bytes: bytes.to_vec() },
            Self::Undefined => Bson::Undefined,
            Self::ObjectId(id) => Bson::ObjectId(id),
            Self::Boolean(value) => Bson::Boolean(value),
            Self::DateTime(millis) => Bson::DateTime(millis),
            Self::Null => Bson::Null,
            Self::Regex(pattern, options) => Bson::Regex { pattern: text(pattern), options: text(options) },
            Self::DbPointer(namespace, id) => Bson::DbPointer { namespace: text(namespace), id },
            Self::JavaScript(code) => Bson::JavaScript(text(code)),
            Self::Symbol(name) => Bson::Symbol(text(name)),
            Self::JavaScriptWithScope(code, scope) => {
                Bson::JavaScriptWithScope { code: text(code), scope: scope.to_document(depth)? }
            }
            Self::Int32(value) => Bson::Int32(value),
            Self::Timestamp(value) => Bson::Timestamp(value),
            Self::Int64(value) => Bson::Int64(value),
            Self::Decimal128(bytes) => Bson::Decimal128(Decimal128::from_bytes(bytes)),
            Self::MinKey => Bson::MinKey,
            Self::MaxKey => Bson::MaxKey,
        })
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn read_i32(bytes: &[u8], at: usize) -> Result<i32, BsonError> {
    let bytes = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    bytes.map(i32::from_le_bytes).ok_or(BsonError::Truncated { at })
}
