//! Values as JavaScript that the embedded shell, mongosh and the legacy shell read alike.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::server::practice::render::hex;
use crate::wire::bson::{Bson, Document};

/// Text of a document; `cursor` gives the text for a number that is a cursor's.
pub(super) fn document(document: &Document, cursor: &dyn Fn(i64) -> Option<String>) -> String {
    let fields: Vec<String> =
        document.iter().map(|(name, item)| format!("{}: {}", key(name), value(item, cursor))).collect();
    format!("{{{}}}", fields.join(", "))
}

/// A plain `__proto__` would set the prototype.
fn key(name: &str) -> String {
    if name == "__proto__" { "[\"__proto__\"]".into() } else { text(name) }
}

/// A string literal; JSON's are JavaScript's but for two line ends.
pub(super) fn text(text: &str) -> String {
    let json = serde_json::Value::String(text.to_owned()).to_string();
    json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

fn value(item: &Bson, cursor: &dyn Fn(i64) -> Option<String>) -> String {
    match item {
        Bson::Double(number) if number.is_finite() && !(*number == 0.0 && number.is_sign_negative()) => {
            format!("{number}")
        }
        Bson::Double(number) if *number == 0.0 => "-0".into(),
        Bson::Double(number) if number.is_nan() => "NaN".into(),
        Bson::Double(number) => if *number > 0.0 { "Infinity" } else { "-Infinity" }.into(),
        Bson::String(string) => text(string),
        Bson::Document(inner) => document(inner, cursor),
        Bson::Array(items) => {
            format!("[{}]", items.iter().map(|item| value(item, cursor)).collect::<Vec<_>>().join(", "))
        }
        Bson::Binary { subtype, bytes } => format!("BinData({subtype}, \"{}\")", STANDARD.encode(bytes)),
        Bson::Undefined => "undefined".into(),
        Bson::ObjectId(id) => format!("ObjectId(\"{}\")", hex(id)),
        Bson::Boolean(flag) => flag.to_string(),
        Bson::DateTime(millis) => format!("new Date({millis})"),
        Bson::Null => "null".into(),
        Bson::Regex { pattern, options } => format!("new RegExp({}, {})", text(pattern), text(options)),
        Bson::DbPointer { namespace, id } => format!("DBPointer({}, ObjectId(\"{}\"))", text(namespace), hex(id)),
        Bson::JavaScript(code) => format!("Code({})", text(code)),
        Bson::Symbol(string) => text(string),
        Bson::JavaScriptWithScope { code, scope } => format!("Code({}, {})", text(code), document(scope, cursor)),
        Bson::Int32(number) => format!("NumberInt({number})"),
        Bson::Timestamp(time) => format!("Timestamp({}, {})", time.seconds, time.increment),
        Bson::Int64(number) => cursor(*number).unwrap_or_else(|| format!("NumberLong(\"{number}\")")),
        Bson::Decimal128(number) => format!("NumberDecimal(\"{number}\")"),
        Bson::MinKey => "MinKey()".into(),
        Bson::MaxKey => "MaxKey()".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    #[test]
    fn values_are_written_so_that_every_shell_reads_them() {
        let all = doc! { "a": 1, "b": (-0.0_f64), "c": "x\"\u{2028}", "__proto__": null, "d": [1.5, true], "e": (Bson::Int64(7)) };
        let cursor = |id: i64| (id == 7).then(|| "cursorOf(3)".to_owned());
        let wanted = r#"{"a": NumberInt(1), "b": -0, "c": "x\"\u2028", ["__proto__"]: null, "d": [1.5, true], "e": cursorOf(3)}"#;
        assert_eq!(document(&all, &cursor), wanted);
    }
}
