//! Whose line it is, and which of its words are the program's own.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

/// One line of a log.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry<'a> {
    /// mongod and mongos.
    Mongod {
        /// F, E, W, I or D.
        severity: char,
        /// What it says; users' text stands in `attr` alone, but for text logs.
        message: String,
        /// The attributes of a JSON line; `None` in a text log.
        attr: Option<Value>,
    },
    /// PostgreSQL.
    Postgres {
        /// LOG, ERROR, PANIC, ...
        level: &'a str,
        /// What it says.
        message: &'a str,
    },
    /// The kernel's log.
    Kernel(&'a str),
    /// What a program, its run time or a sanitizer prints.
    Plain(&'a str),
}

#[derive(Deserialize)]
struct Line {
    s: String,
    msg: String,
    #[serde(default)]
    attr: Value,
}

/// `2019-05-01T10:00:00.000+0000 F -        [conn1] what it says`
static MONGOD_TEXT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* ([FEWID])\d? +\S+ +\[[^\]]*\] ?(.*)$"));
/// The level word stands before anything quoted, and two blanks follow it.
static POSTGRES: LazyLock<Regex> = LazyLock::new(|| {
    let levels = "PANIC|FATAL|LOG|ERROR|WARNING|NOTICE|INFO|DETAIL|HINT|STATEMENT|CONTEXT|QUERY|LOCATION";
    pattern(&format!(r#"^(?:[^"'{{]{{0,120}}?[ \]])??({levels}):  (.*)$"#))
});
/// `[ 12.3] Out of memory: ...`, or as journals and syslog have it.
static KERNEL: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:.{0,80}? kernel: )?(?:\[ *\d+\.\d+\] )?(.*)$"));

/// `{"t":{...},"s":"F","c":"-","id":1,"ctx":"x","msg":"words","attr":{"msgid":2`, and no end.
static CUT: LazyLock<Regex> = LazyLock::new(|| {
    let start = r#"^\{"t":\{[^}]*\},"s":"([FEWID])\d?","c":"[^"]*","id":\d+,"ctx":"[^"]*",(?:"svc":"[^"]*",)?"#;
    pattern(&format!(r#"{start}"msg":"((?:[^"\\]|\\.)*)"(?:,"attr":\{{"msgid":(\d+))?"#))
});

pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of our own is well formed")
}

/// What is left of a JSON line that was cut: its message stands before everything that users wrote. Of the attributes
/// only the number of a fatal assertion is looked for, which is the first of them.
fn cut_line(line: &str) -> Option<Line> {
    let found = CUT.captures(line)?;
    let msg = serde_json::from_str(&format!("\"{}\"", &found[2])).ok()?;
    let number = found.get(3).and_then(|digits| digits.as_str().parse::<u64>().ok());
    let attr = number.map_or(Value::Null, |number| serde_json::json!({ "msgid": number }));
    Some(Line { s: found[1].to_owned(), msg, attr })
}

/// Reads a line as what it is.
pub fn entry(line: &str) -> Entry<'_> {
    if line.starts_with('{')
        && let Some(Line { s, msg, attr }) = serde_json::from_str(line).ok().or_else(|| cut_line(line))
    {
        let severity = s.chars().next().unwrap_or('I');
        return Entry::Mongod { severity, message: msg.trim().to_owned(), attr: Some(attr) };
    }
    if line.starts_with(|c: char| c.is_ascii_digit())
        && let Some(found) = MONGOD_TEXT.captures(line)
    {
        let severity = found[1].chars().next().unwrap_or('I');
        return Entry::Mongod { severity, message: found[2].trim().to_owned(), attr: None };
    }
    if line.contains(":  ")
        && let Some(found) = POSTGRES.captures(line)
    {
        let group = |number| found.get(number).map_or("", |part| part.as_str());
        return Entry::Postgres { level: group(1), message: group(2) };
    }
    if line.contains("ut of memory: Kill") || line.contains("oom-kill:") || line.contains(": segfault at ") {
        return Entry::Kernel(KERNEL.captures(line).and_then(|found| found.get(1)).map_or(line, |part| part.as_str()));
    }
    Entry::Plain(line)
}

/// What the program itself says in a line, without what stands before and beside it.
pub fn own_words(line: &str) -> String {
    match entry(line) {
        // A JSON log passes on what the signal handler has to say.
        Entry::Mongod { message, attr: Some(attr), .. } if message == FATAL_MESSAGE => {
            attr.get("message").and_then(Value::as_str).unwrap_or_default().trim().to_owned()
        }
        Entry::Mongod { message, .. } => message,
        Entry::Postgres { message, .. } | Entry::Kernel(message) | Entry::Plain(message) => message.to_owned(),
    }
}

/// What mongod calls a line of its signal handler.
pub(super) const FATAL_MESSAGE: &str = "Writing fatal message";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_of_a_postgres_line_is_its_first() {
        let line = "2026-01-01 10:00:00.123 UTC [42] ERROR:  no such thing: PANIC:  x";
        assert_eq!(entry(line), Entry::Postgres { level: "ERROR", message: "no such thing: PANIC:  x" });
        assert!(matches!(entry("user said \"PANIC:  x\""), Entry::Plain(_)));
    }

    #[test]
    fn a_cut_json_line_keeps_its_message() {
        let line = r#"{"t":{"$date":"x"},"s":"F","c":"-","id":1,"ctx":"conn1","msg":"Fatal assertion","attr":{"msgid":7,"error":"a"#;
        let Entry::Mongod { severity: 'F', message, attr: Some(attr) } = entry(line) else {
            panic!("{:?}", entry(line))
        };
        assert_eq!((message.as_str(), attr["msgid"].as_u64()), ("Fatal assertion", Some(7)));
    }

    #[test]
    fn a_kernel_line_loses_its_stamp() {
        let words = "Out of memory: Killed process 7 (mongod)";
        assert_eq!(entry(&format!("[  12.345678] {words}")), Entry::Kernel(words));
        assert_eq!(entry(&format!("Jan  1 10:00:00 host kernel: [12.3] {words}")), Entry::Kernel(words));
    }

    #[test]
    fn a_text_line_of_mongod_has_severity_and_message() {
        let line = "2019-05-01T10:00:00.000+0000 F -        [conn1] Got signal: 6 (Aborted).";
        let wanted = Entry::Mongod { severity: 'F', message: "Got signal: 6 (Aborted).".into(), attr: None };
        assert_eq!(entry(line), wanted);
    }
}
