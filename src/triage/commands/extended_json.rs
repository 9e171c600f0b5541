//! Canonical Extended JSON, which drivers of all languages read back to the same BSON.
//!
//! Source: the specification "MongoDB Extended JSON", version 2.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::server::practice::render::hex;
use crate::wire::bson::{Bson, Document};

/// A document; of keys that stand twice the last one counts.
pub(super) fn document(document: &Document) -> Value {
    Value::Object(document.iter().map(|(key, item)| (key.to_owned(), value(item))).collect::<Map<_, _>>())
}

fn value(item: &Bson) -> Value {
    match item {
        Bson::Double(number) => json!({ "$numberDouble": double(*number) }),
        Bson::String(text) => json!(text),
        Bson::Document(inner) => document(inner),
        Bson::Array(items) => Value::Array(items.iter().map(value).collect()),
        Bson::Binary { subtype, bytes } => {
            json!({ "$binary": { "base64": STANDARD.encode(bytes), "subType": format!("{subtype:02x}") } })
        }
        Bson::Undefined => json!({ "$undefined": true }),
        Bson::ObjectId(id) => json!({ "$oid": hex(id) }),
        Bson::Boolean(flag) => json!(flag),
        Bson::DateTime(millis) => json!({ "$date": { "$numberLong": millis.to_string() } }),
        Bson::Null => Value::Null,
        Bson::Regex { pattern, options } => {
            json!({ "$regularExpression": { "pattern": pattern, "options": options } })
        }
        Bson::DbPointer { namespace, id } => json!({ "$dbPointer": { "$ref": namespace, "$id": { "$oid": hex(id) } } }),
        Bson::JavaScript(code) => json!({ "$code": code }),
        Bson::Symbol(text) => json!({ "$symbol": text }),
        Bson::JavaScriptWithScope { code, scope } => json!({ "$code": code, "$scope": document(scope) }),
        Bson::Int32(number) => json!({ "$numberInt": number.to_string() }),
        Bson::Timestamp(time) => json!({ "$timestamp": { "t": time.seconds, "i": time.increment } }),
        Bson::Int64(number) => json!({ "$numberLong": number.to_string() }),
        Bson::Decimal128(number) => json!({ "$numberDecimal": number.to_string() }),
        Bson::MinKey => json!({ "$minKey": 1 }),
        Bson::MaxKey => json!({ "$maxKey": 1 }),
    }
}

/// With a fraction, or as the specification spells what is no number.
fn double(number: f64) -> String {
    match number {
        _ if number.is_nan() => "NaN".into(),
        _ if number.is_infinite() => if number > 0.0 { "Infinity" } else { "-Infinity" }.into(),
        _ => format!("{number:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    #[test]
    fn numbers_keep_their_types() {
        let all = doc! { "i": 1, "d": 1.0, "l": (Bson::Int64(1)), "n": (f64::NAN), "t": (Bson::DateTime(-1)) };
        let text = document(&all).to_string();
        let wanted = r#"{"i":{"$numberInt":"1"},"d":{"$numberDouble":"1.0"},"l":{"$numberLong":"1"},"n":{"$numberDouble":"NaN"},"t":{"$date":{"$numberLong":"-1"}}}"#;
        assert_eq!(text, wanted);
    }
}
