//! What a reply says about success.

use crate::wire::bson::{Bson, RawBson, RawDocument};

/// Bytes of an error's text.
const MESSAGE_BYTES: usize = 2_000;

/// Whether a command was accepted, and why not.
pub struct Outcome {
    pub accepted: bool,
    pub code: Option<i32>,
    pub message: String,
}

impl Outcome {
    /// Looks at each field once: it is done for every reply.
    pub fn of(reply: &[u8]) -> Option<Self> {
        let raw = RawDocument::new(reply).ok()?;
        let (mut ok, mut failed) = (false, None);
        for (key, value) in raw.iter().map_while(Result::ok) {
            match key {
                b"ok" => ok = is_one(value),
                b"writeErrors" => failed = first(value),
                _ => {}
            }
        }
        match (ok, failed) {
            (true, None) => Some(Self { accepted: true, code: None, message: String::new() }),
            (true, Some(RawBson::Document(error))) => Some(Self::failed(error)),
            _ => Some(Self::failed(raw)),
        }
    }

    fn failed(raw: RawDocument<'_>) -> Self {
        let text = |key| match raw.get(key) {
            Some(RawBson::String(text)) => Some(String::from_utf8_lossy(text).into_owned()),
            _ => None,
        };
        let code = match raw.get("code") {
            Some(RawBson::Int32(code)) => Some(code),
            Some(RawBson::Double(code)) => Some(code as i32),
            Some(RawBson::Int64(code)) => Bson::Int64(code).as_i64().map(|code| code as i32),
            _ => None,
        };
        let mut message = text("errmsg").or_else(|| text("$err")).unwrap_or_default();
        message.truncate(message.floor_char_boundary(MESSAGE_BYTES));
        Self { accepted: false, code, message }
    }
}

fn is_one(value: RawBson<'_>) -> bool {
    match value {
        RawBson::Double(ok) => ok == 1.0,
        RawBson::Int32(ok) => ok == 1,
        RawBson::Int64(ok) => ok == 1,
        RawBson::Boolean(ok) => ok,
        _ => false,
    }
}

fn first(errors: RawBson<'_>) -> Option<RawBson<'_>> {
    let RawBson::Array(errors) = errors else { return None };
    errors.iter().next()?.ok().map(|(_, first)| first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    #[test]
    fn a_write_error_is_not_accepted_though_the_command_was() {
        let outcome = Outcome::of(&doc! { "ok": 1.0, "n": 0 }.to_bytes()).unwrap();
        assert!(outcome.accepted);
        let error = doc! { "index": 0, "code": 11000, "errmsg": "E11000" };
        let outcome = Outcome::of(&doc! { "ok": 1.0, "writeErrors": [(error)] }.to_bytes()).unwrap();
        assert_eq!((outcome.accepted, outcome.code, outcome.message.as_str()), (false, Some(11000), "E11000"));
        let outcome = Outcome::of(&doc! { "$err": "old" }.to_bytes()).unwrap();
        assert_eq!((outcome.accepted, outcome.code, outcome.message.as_str()), (false, None, "old"));
    }
}
