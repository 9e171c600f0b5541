//! The server's log: JSON lines in the layout of mongod 4.4 and later.

use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::fmt::Debug;
use std::io::Write;

/// Log lines end after this many bytes of attributes.
const MAX_LINE: usize = 10_000;

/// Where the lines go.
pub struct Log(Mutex<Box<dyn Write + Send>>);

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
    pub fn new(sink: Box<dyn Write + Send>) -> Self {
        Self(Mutex::new(sink))
    }

    /// A log that nobody reads.
    pub fn discard() -> Self {
        Self::new(Box::new(std::io::sink()))
    }

    /// Writes one line: component, the message's number, thread, text, attributes.
    pub fn line(&self, severity: Severity, component: &str, id: u32, context: &str, message: &str, attributes: Value) {
        let letter = match severity {
            Severity::Info => "I",
            Severity::Warning => "W",
            Severity::Error => "E",
            Severity::Fatal => "F",
        };
        let time = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string();
        let mut line = json!({
            "t": { "$date": time }, "s": letter, "c": component, "id": id, "ctx": context, "msg": message,
        });
        let attributes_text = attributes.to_string();
        if attributes_text.len() > MAX_LINE {
            line["attr"] = json!({ "truncated": attributes_text.chars().take(MAX_LINE).collect::<String>() });
        } else if !attributes.is_null() {
            line["attr"] = attributes;
        }
        // A log that cannot be written must not take the server down.
        let _ = self.0.lock().write_all(format!("{line}\n").as_bytes());
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
        let log = Log::new(Box::new(Shared(Arc::clone(&bytes))));
        log.info("NETWORK", 22943, "listener", "Connection accepted", json!({ "connectionId": 1 }));
        let text = String::from_utf8(bytes.lock().clone()).unwrap();
        let line: Value = serde_json::from_str(&text).unwrap();
        let keys: Vec<&String> = line.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["t", "s", "c", "id", "ctx", "msg", "attr"]);
        let time = line["t"]["$date"].as_str().unwrap();
        assert!(time.ends_with("+00:00") && time.len() == 29, "{time}");
    }
}
