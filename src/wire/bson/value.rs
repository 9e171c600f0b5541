//! One owned BSON value.

use super::{Decimal128, Document};

/// An owned BSON value of any type, deprecated ones included.
#[derive(Clone, Debug, PartialEq)]
pub enum Bson {
    /// 0x01
    Double(f64),
    /// 0x02; bytes that are not UTF-8 were replaced on reading
    String(String),
    /// 0x03
    Document(Document),
    /// 0x04; the keys "0", "1", ... are implied
    Array(Vec<Bson>),
    /// 0x05
    Binary {
        /// 0 generic, 3 and 4 UUID, 5 MD5, ...
        subtype: u8,
        /// Payload without the length prefix.
        bytes: Vec<u8>,
    },
    /// 0x06
    Undefined,
    /// 0x07
    ObjectId([u8; 12]),
    /// 0x08
    Boolean(bool),
    /// 0x09, milliseconds since 1970
    DateTime(i64),
    /// 0x0a
    Null,
    /// 0x0b
    Regex {
        /// Perl-compatible pattern.
        pattern: String,
        /// Option letters as sent.
        options: String,
    },
    /// 0x0c
    DbPointer {
        /// `db.collection`
        namespace: String,
        /// The `_id` pointed at.
        id: [u8; 12],
    },
    /// 0x0d
    JavaScript(String),
    /// 0x0e
    Symbol(String),
    /// 0x0f
    JavaScriptWithScope {
        /// Source text.
        code: String,
        /// Variables for it.
        scope: Document,
    },
    /// 0x10
    Int32(i32),
    /// 0x11
    Timestamp(Timestamp),
    /// 0x12
    Int64(i64),
    /// 0x13
    Decimal128(Decimal128),
    /// 0xff
    MinKey,
    /// 0x7f
    MaxKey,
}

/// The oplog's time: seconds since 1970 and an ordinal within the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Seconds since 1970.
    pub seconds: u32,
    /// Ordinal within the second.
    pub increment: u32,
}

impl Bson {
    /// The number as a double if this is one of the four number types.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Double(value) => Some(*value),
            Self::Int32(value) => Some(f64::from(*value)),
            Self::Int64(value) => Some(*value as f64),
            Self::Decimal128(value) => Some(value.to_f64()),
            _ => None,
        }
    }

    /// The number as an integer; a fraction is cut off, what does not fit saturates, NaN is nothing.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int32(value) => Some(i64::from(*value)),
            Self::Int64(value) => Some(*value),
            other => other.as_f64().filter(|value| !value.is_nan()).map(|value| value as i64),
        }
    }

    /// True for the four number types.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Double(_) | Self::Int32(_) | Self::Int64(_) | Self::Decimal128(_))
    }

    /// What a server takes as a flag: booleans, and numbers other than 0.
    pub fn as_flag(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            other => other.as_f64().map(|value| value != 0.0),
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The embedded document.
    pub fn as_document(&self) -> Option<&Document> {
        match self {
            Self::Document(document) => Some(document),
            _ => None,
        }
    }

    /// The elements of an array.
    pub fn as_array(&self) -> Option<&[Bson]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The name that `$type` and error messages use.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Double(_) => "double",
            Self::String(_) => "string",
            Self::Document(_) => "object",
            Self::Array(_) => "array",
            Self::Binary { .. } => "binData",
            Self::Undefined => "undefined",
            Self::ObjectId(_) => "objectId",
            Self::Boolean(_) => "bool",
            Self::DateTime(_) => "date",
            Self::Null => "null",
            Self::Regex { .. } => "regex",
            Self::DbPointer { .. } => "dbPointer",
            Self::JavaScript(_) => "javascript",
            Self::Symbol(_) => "symbol",
            Self::JavaScriptWithScope { .. } => "javascriptWithScope",
            Self::Int32(_) => "int",
            Self::Timestamp(_) => "timestamp",
            Self::Int64(_) => "long",
            Self::Decimal128(_) => "decimal",
            Self::MinKey => "minKey",
            Self::MaxKey => "maxKey",
        }
    }

    /// The type byte.
    pub fn type_byte(&self) -> u8 {
        match self {
            Self::Double(_) => 0x01,
            Self::String(_) => 0x02,
            Self::Document(_) => 0x03,
            Self::Array(_) => 0x04,
            Self::Binary { .. } => 0x05,
            Self::Undefined => 0x06,
            Self::ObjectId(_) => 0x07,
            Self::Boolean(_) => 0x08,
            Self::DateTime(_) => 0x09,
            Self::Null => 0x0a,
            Self::Regex { .. } => 0x0b,
            Self::DbPointer { .. } => 0x0c,
            Self::JavaScript(_) => 0x0d,
            Self::Symbol(_) => 0x0e,
            Self::JavaScriptWithScope { .. } => 0x0f,
            Self::Int32(_) => 0x10,
            Self::Timestamp(_) => 0x11,
            Self::Int64(_) => 0x12,
            Self::Decimal128(_) => 0x13,
            Self::MinKey => 0xff,
            Self::MaxKey => 0x7f,
        }
    }
}

macro_rules! from {
    ($($source:ty => |$name:ident| $value:expr;)*) => {
        $(impl From<$source> for Bson {
            fn from($name: $source) -> Self { $value }
        })*
    };
}

from! {
    f64 => |value| Self::Double(value);
    i32 => |value| Self::Int32(value);
    i64 => |value| Self::Int64(value);
    bool => |value| Self::Boolean(value);
    &str => |text| Self::String(text.to_owned());
    String => |text| Self::String(text);
    &String => |text| Self::String(text.clone());
    Document => |document| Self::Document(document);
    Vec<Bson> => |items| Self::Array(items);
    Vec<Document> => |items| Self::Array(items.into_iter().map(Self::Document).collect());
    Timestamp => |value| Self::Timestamp(value);
    Decimal128 => |value| Self::Decimal128(value);
    &Bson => |value| value.clone();
}
