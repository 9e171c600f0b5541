//! BSON values: owned ones ([`Bson`], [`Document`]), borrowed ones ([`raw`]) and a writer of bytes ([`writer`]).
//!
//! Unlike a driver's document ours keeps duplicate and empty keys, deprecated types and the exact number type, because
//! those are what a fuzzer sends. Source: <https://bsonspec.org/spec.html>, version 1.1.

mod decimal128;
mod document;
mod order;
pub mod raw;
mod value;
pub mod writer;

pub use decimal128::{Decimal128, Parts};
pub use document::Document;
#[cfg(test)]
pub(crate) use document::tests::document as any_document;
pub use order::{canonical_type, compare};
pub use raw::{RawBson, RawDocument};
pub use value::{Bson, Timestamp};
pub use writer::Writer;

/// Nesting beyond this is refused on reading and writing; mongod's own limit is 180 to 200.
pub const MAX_DEPTH: usize = 250;

/// The largest document a server takes from a client, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 16 * 1024 * 1024;

/// Why bytes are not a BSON document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BsonError {
    /// A length field points outside the bytes at hand.
    #[error("BSON at byte {at} claims more bytes than there are")]
    Truncated {
        /// Offset in the innermost document.
        at: usize,
    },
    /// A type byte that the specification does not know.
    #[error("BSON field '{key}' has the unknown type 0x{kind:02x}")]
    UnknownType {
        /// The field's name, lossily decoded.
        key: String,
        /// The type byte.
        kind: u8,
    },
    /// A string or document without its closing NUL.
    #[error("BSON at byte {at} lacks its closing NUL")]
    Unterminated {
        /// Offset in the innermost document.
        at: usize,
    },
    /// More than [`MAX_DEPTH`] documents inside each other.
    #[error("BSON is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

/// Builds a [`Document`]: `doc! { "a": 1, "b": { "c": [1, 2] } }`.
#[macro_export]
macro_rules! doc {
    () => { $crate::wire::bson::Document::new() };
    ( $( $key:tt : $value:tt ),* $(,)? ) => {{
        let mut document = $crate::wire::bson::Document::new();
        $( document.push($key, $crate::bson!($value)); )*
        document
    }};
}

/// Builds a [`Bson`] from a literal, a nested `{ }` or `[ ]`, or a parenthesised expression.
#[macro_export]
macro_rules! bson {
    ( { $($inner:tt)* } ) => { $crate::wire::bson::Bson::Document($crate::doc! { $($inner)* }) };
    ( [ $( $item:tt ),* $(,)? ] ) => { $crate::wire::bson::Bson::Array(vec![ $( $crate::bson!($item) ),* ]) };
    ( null ) => { $crate::wire::bson::Bson::Null };
    ( $value:expr ) => { $crate::wire::bson::Bson::from($value) };
}
