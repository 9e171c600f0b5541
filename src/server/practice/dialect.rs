//! The years of mongod that a practice server speaks and logs like: whoever reads servers must read old ones too.

use jiff::Timestamp;
use serde_json::{Value, json};

/// One of two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// 4.0: wire version 7, lines of text.
    Old,
    /// 7.0: wire version 21, lines of JSON.
    #[default]
    New,
}

impl Dialect {
    /// Reads `old` or `new`.
    ///
    /// # Errors
    /// One sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "old" => Ok(Self::Old),
            "new" => Ok(Self::New),
            _ => Err(format!("--dialect takes old or new, not '{text}'")),
        }
    }

    /// What `buildInfo` says.
    pub fn version(self) -> [i32; 4] {
        match self {
            Self::Old => [4, 0, 28, 0],
            Self::New => [7, 0, 0, 0],
        }
    }

    /// `7.0.0`
    pub fn version_text(self) -> String {
        let [major, minor, patch, _] = self.version();
        format!("{major}.{minor}.{patch}")
    }

    /// `maxWireVersion` of `hello`.
    pub fn wire_version(self) -> i32 {
        match self {
            Self::Old => 7,
            Self::New => 21,
        }
    }

    /// One entry of the log: severity, component, the message's number, thread, text, attributes.
    pub fn line(
        self,
        letter: &str,
        component: &str,
        id: u32,
        context: &str,
        message: &str,
        attributes: &Value,
    ) -> String {
        let now = Timestamp::now();
        match self {
            Self::New => {
                let time = now.strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string();
                let mut line = json!({
                    "t": { "$date": time }, "s": letter, "c": component, "id": id, "ctx": context, "msg": message,
                });
                if !attributes.is_null() {
                    line["attr"] = attributes.clone();
                }
                format!("{line}\n")
            }
            Self::Old => {
                let time = now.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string();
                let text = old_text(id, message, attributes);
                if text.is_empty() { text } else { format!("{time} {letter} {component:<8} [{context}] {text}\n") }
            }
        }
    }
}

/// A message of today in the words of 4.0; empty for one that there was not.
fn old_text(id: u32, message: &str, attributes: &Value) -> String {
    let word = |name: &str| match &attributes[name] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match id {
        23079 => format!("Invariant failure {} {} {}", word("expr"), word("file"), word("line")),
        23089 => format!("Fatal Assertion {} at {} {}", word("msgid"), word("file"), word("line")),
        6384300 => word("message"),
        31380 => backtrace(attributes["bt"]["backtrace"].as_array().map_or(&[], Vec::as_slice)),
        31445 => String::new(),
        _ => {
            let all = attributes.as_object().into_iter().flatten();
            all.fold(message.to_owned(), |text, (name, _)| format!("{text} {name}: {}", word(name)))
        }
    }
}

/// The addresses, and the frames between the lines that 4.0 puts around them.
fn backtrace(frames: &[Value]) -> String {
    let word = |frame: &Value, name: &str| frame[name].as_str().unwrap_or("?").to_owned();
    let addresses: Vec<String> = frames.iter().map(|frame| format!("0x{}", word(frame, "a"))).collect();
    let named: String = frames
        .iter()
        .map(|frame| format!(" practice({}+0x{}) [0x{}]\n", word(frame, "s"), word(frame, "o"), word(frame, "a")))
        .collect();
    format!("\n {}\n----- BEGIN BACKTRACE -----\n{named}-----  END BACKTRACE  -----", addresses.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_log_has_text_and_no_json() {
        let attributes = json!({ "expr": "a == b", "file": "src/x.cpp", "line": 7 });
        let line = Dialect::Old.line("F", "-", 23079, "conn1", "Invariant failure", &attributes);
        let (time, rest) = line.split_once(' ').unwrap();
        assert!(time.ends_with("+0000") && time.len() == 28, "{time}");
        assert_eq!(rest, "F -        [conn1] Invariant failure a == b src/x.cpp 7\n");
        assert_eq!(Dialect::Old.line("I", "CONTROL", 31445, "conn1", "Frame", &Value::Null), "");
        assert!(Dialect::parse("4.0").unwrap_err().contains("old or new"));
    }
}
