//! Values as a server writes them into texts: `{ a: 1.0, b: "x" }`.

use crate::wire::bson::{Bson, Document};
use std::fmt::Write;

/// Error texts hold at most this many bytes of a value.
const MAX_BYTES: usize = 2_000;

/// A value in the notation of error messages, cut where it is long.
pub fn value(value: &Bson) -> String {
    let mut text = String::new();
    write_value(&mut text, value);
    cut(text)
}

/// A document in the notation of error messages, cut where it is long.
pub fn document(document: &Document) -> String {
    let mut text = String::new();
    write_document(&mut text, document);
    cut(text)
}

/// 24 hexadecimal digits of an ObjectId, 32 of a UUID.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn cut(mut text: String) -> String {
    if text.len() > MAX_BYTES {
        let end = (0..=MAX_BYTES).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        text.truncate(end);
        text.push_str("...");
    }
    text
}

fn write_document(text: &mut String, document: &Document) {
    if document.is_empty() {
        text.push_str("{}");
        return;
    }
    text.push_str("{ ");
    for (at, (key, value)) in document.iter().enumerate() {
        if text.len() > MAX_BYTES {
            return;
        }
        let _ = write!(text, "{}{key}: ", if at == 0 { "" } else { ", " });
        write_value(text, value);
    }
    text.push_str(" }");
}

fn write_array(text: &mut String, items: &[Bson]) {
    if items.is_empty() {
        text.push_str("[]");
        return;
    }
    text.push_str("[ ");
    for (at, item) in items.iter().enumerate() {
        if text.len() > MAX_BYTES {
            return;
        }
        text.push_str(if at == 0 { "" } else { ", " });
        write_value(text, item);
    }
    text.push_str(" ]");
}

fn write_value(text: &mut String, value: &Bson) {
    let _ = match value {
        Bson::Document(inner) => return write_document(text, inner),
        Bson::Array(items) => return write_array(text, items),
        Bson::Double(number) => write!(text, "{}", double(*number)),
        Bson::String(inner) => write!(text, "{inner:?}"),
        Bson::Binary { subtype, bytes } => {
            write!(text, "BinData({subtype}, {})", hex(&bytes[..bytes.len().min(100)]).to_uppercase())
        }
        Bson::Undefined => write!(text, "undefined"),
        Bson::ObjectId(id) => write!(text, "ObjectId('{}')", hex(id)),
        Bson::Boolean(flag) => write!(text, "{flag}"),
        Bson::DateTime(millis) => write!(text, "new Date({millis})"),
        Bson::Null => write!(text, "null"),
        Bson::Regex { pattern, options } => write!(text, "/{pattern}/{options}"),
        Bson::DbPointer { namespace, id } => write!(text, "DBRef('{namespace}',{})", hex(id)),
        Bson::JavaScript(source) => write!(text, "{source}"),
        Bson::Symbol(name) => write!(text, "{name:?}"),
        Bson::JavaScriptWithScope { code, .. } => write!(text, "CodeWScope( {code}, {{}})"),
        Bson::Int32(number) => write!(text, "{number}"),
        Bson::Timestamp(time) => write!(text, "Timestamp({}, {})", time.seconds, time.increment),
        Bson::Int64(number) => write!(text, "{number}"),
        Bson::Decimal128(number) => write!(text, "{number}"),
        Bson::MinKey => write!(text, "MinKey"),
        Bson::MaxKey => write!(text, "MaxKey"),
    };
}

fn double(number: f64) -> String {
    if number.is_nan() {
        "nan.0".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "inf.0".to_owned() } else { "-inf.0".to_owned() }
    } else if number.abs() >= 1e16 || (number != 0.0 && number.abs() < 1e-5) {
        format!("{number:e}")
    } else {
        format!("{number:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    #[test]
    fn doubles_show_that_they_are_doubles() {
        let values = doc! { "a": 1.0, "b": 1, "c": "x", "d": [null, {}], "e": [] };
        assert_eq!(document(&values), r#"{ a: 1.0, b: 1, c: "x", d: [ null, {} ], e: [] }"#);
    }

    #[test]
    fn long_values_are_cut() {
        let text = value(&Bson::Array(vec![Bson::from("é".repeat(300)); 50]));
        assert!(text.len() < MAX_BYTES + 10, "{}", text.len());
    }
}
