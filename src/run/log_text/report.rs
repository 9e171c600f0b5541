//! A line of trouble together with what follows it.

use super::stack::{Frame, stack};
use super::{Entry, Trouble, entry, trouble};
use crate::server::LogLine;

/// Lines kept of one report: the stack of interest is in the first ones, and JVMs print a thousand.
const MOST_LINES: usize = 80;

/// What a log has to say of one trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its kind, which the first line says.
    pub trouble: Trouble,
    /// The first line and those after it, up to the next trouble; at most 80.
    pub lines: Vec<String>,
}

impl Report {
    /// The line that speaks of the trouble.
    pub fn head(&self) -> &str {
        self.lines.first().map_or("", String::as_str)
    }

    /// The first stack that follows, innermost frame first; empty where there is none.
    pub fn stack(&self) -> Vec<Frame> {
        stack(&self.lines)
    }
}

/// Cuts a process's log into its reports; what stands before the first trouble is left out.
pub fn reports<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<Report> {
    let mut found: Vec<Report> = Vec::new();
    for line in lines {
        match trouble(line) {
            Some(trouble) if !found.last().is_some_and(|open| continues(open, trouble, line)) => {
                found.push(Report { trouble, lines: vec![line.to_owned()] });
            }
            _ => {
                if let Some(open) = found.last_mut().filter(|open| open.lines.len() < MOST_LINES) {
                    open.lines.push(line.to_owned());
                }
            }
        }
    }
    found
}

/// True for the second half of what an open report began with.
fn continues(open: &Report, trouble: Trouble, line: &str) -> bool {
    let echo = line.contains("***aborting after") || line.starts_with("Caused by: ");
    // A Go process that cannot get memory says so in several ways, and a Rust overflow is told twice.
    let told_twice = matches!(trouble, Trouble::RustPanic) && line.starts_with("fatal runtime error: ");
    // mongod's handler names the address first, then the signal.
    let handler = trouble == Trouble::Signal && open.head().contains("Invalid access") && line.contains("Got signal: ");
    // An uncaught exception ends in abort(), and the handler prints the stack.
    let abort = trouble == Trouble::Signal && open.trouble == Trouble::UncaughtException;
    abort || open.trouble == trouble && (echo || told_twice || handler)
}

/// The lines that are worth keeping of what several processes wrote: each line of trouble and what belongs to it.
pub fn noteworthy(lines: Vec<LogLine>, most: usize) -> Vec<LogLine> {
    // Per process, how many more lines belong to its last report.
    let mut open: std::collections::BTreeMap<String, usize> = Default::default();
    let mut keep = |line: &LogLine| {
        if trouble(&line.text).is_some() {
            open.insert(line.process.clone(), MOST_LINES);
            return true;
        }
        let Some(left) = open.get_mut(&line.process).filter(|left| **left > 0) else { return false };
        *left -= 1;
        may_belong(&line.text)
    };
    lines.into_iter().filter(|line| keep(line)).take(most).collect()
}

/// False for a server's everyday lines, which go on beside a report.
fn may_belong(line: &str) -> bool {
    match entry(line) {
        Entry::Mongod { severity: 'I' | 'D' | 'W', message, .. } => message == "Frame" || message == "BACKTRACE",
        Entry::Postgres { level, .. } => level == "DETAIL",
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reaches_to_the_next_trouble() {
        let lines = ["starting", "panic: one", "goroutine 1 [running]:", "fatal error: two", "x"];
        let found = reports(lines);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].lines, ["panic: one", "goroutine 1 [running]:"]);
        assert_eq!(found[1].head(), "fatal error: two");
    }

    #[test]
    fn the_second_half_of_an_assertion_is_no_report_of_its_own() {
        let head = "2019-05-01T10:00:00.000+0000 F - [conn1] ";
        let lines =
            [format!("{head}Invariant failure a x.cpp 1"), format!("{head}\n\n***aborting after invariant() failure")];
        assert_eq!(reports(lines.iter().map(String::as_str)).len(), 1);
    }

    #[test]
    fn frames_are_kept_with_their_head_and_everyday_lines_are_not() {
        let line = |process: &str, text: &str| LogLine { process: process.into(), text: text.into() };
        let routine = r#"{"s":"I","c":"NETWORK","id":1,"ctx":"x","msg":"Connection accepted","attr":{}}"#;
        let lines = vec![
            line("a", "listening"),
            line("a", "thread 'x' panicked at src/y.rs:1:2:"),
            line("b", "not of this report"),
            line("a", "index out of bounds"),
            line("a", routine),
        ];
        let kept: Vec<String> = noteworthy(lines, 10).into_iter().map(|line| line.text).collect();
        assert_eq!(kept, ["thread 'x' panicked at src/y.rs:1:2:", "index out of bounds"]);
    }
}
