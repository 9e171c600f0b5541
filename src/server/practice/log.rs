//! The server's log: JSON lines in the layout of mongod 4.4 and later, or the text of older ones.

use super::dialect::Dialect;
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::fmt::Debug;
use std::io::Write;

/// Log lines end after this many bytes of attributes.
const MAX_LINE: usize = 10_000;

/// Where the lines go.
pub struct Log {
    sink: Mutex<Box<dyn Write + Send>>,
    /// How they look.
    pub dialect: Dialect,
}

/// Letter of a line's severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// I
    Info,
    /// W
    Warning,
    /// E
    Error,
    /// F
    Fatal,
}

impl Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Log")
    }
}

impl Log {
    /// A log into `sink`; every line is one write.
    pub fn new(sink: Box<dyn Write + Send>, dialect: Dialect) -> Self {
        Self { sink: Mutex::new(sink), dialect }
    }

    /// A log that nobody reads.
    pub fn discard() -> Self {
        Self::new(Box::new(std::io::sink()), Dialect::New)
    }

    /// Writes one line: component, the message's number, thread, text, attributes.
    pub fn line(&self, severity: Severity, component: &str, id: u32, context: &str, message: &str, attributes: Value) {
        let letter = match severity {
            Severity::Info => "I",
            Severity::Warning => "W",
            Severity::Error => "E",
            Severity::Fatal => "F",
        };
        let text = attributes.to_string();
        let attributes = match text.len() > MAX_LINE {
            true => json!({ "truncated": text.chars().take(MAX_LINE).collect::<String>() }),
            false => attributes,
        };
        let line = self.dialect.line(letter, component, id, context, message, &attributes);
        // A log that cannot be written must not take the server down.
        let _ = self.sink.lock().write_all(line.as_bytes());
    }

    /// A line of severity I.
    pub fn info(&self, component: &str, id: u32, context: &str, message: &str, attributes: Value) {
        self.line(Severity::Info, component, id, context, message, attributes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    struct Shared(Arc<Mutex<Vec<u8>>>);
    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_has_the_fields_of_a_mongod_line_in_their_order() {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let log = Log::new(Box::new(Shared(Arc::clone(&bytes))), Dialect::New);
        log.info("NETWORK", 22943, "listener", "Connection accepted", json!({ "connectionId": 1 }));
        let text = String::from_utf8(bytes.lock().clone()).unwrap();
        let line: Value = serde_json::from_str(&text).unwrap();
        let keys: Vec<&String> = line.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["t", "s", "c", "id", "ctx", "msg", "attr"]);
        let time = line["t"]["$date"].as_str().unwrap();
        assert!(time.ends_with("+00:00") && time.len() == 29, "{time}");
    }
}
