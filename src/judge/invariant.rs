//! A server that stopped itself: invariant, fatal assertion, storage-engine panic, sanitizer report, run-time panic.

use super::{Class, Finding, Oracle};
use crate::run::{Execution, Trouble, trouble};
use serde::Deserialize;

/// See the module.
pub struct Invariant;

impl Oracle for Invariant {
    fn name(&self) -> &'static str {
        "invariant"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        first_words(execution).into_iter().collect()
    }
}

/// The finding that the first telling log line gives; later lines are its echo.
pub(super) fn first_words(execution: &Execution) -> Option<Finding> {
    let tails = execution.exits.iter().flat_map(|exit| exit.log_tail.iter());
    tails.chain(execution.log.iter().map(|line| &line.text)).find_map(|line| finding(line))
}

fn finding(line: &str) -> Option<Finding> {
    let class = match trouble(line)? {
        Trouble::Invariant | Trouble::FatalAssertion | Trouble::StorageEngine => Class::Invariant,
        Trouble::Sanitizer => Class::Sanitizer,
        Trouble::Panic => Class::Crash,
        Trouble::BackendDied | Trouble::Signal => return None,
    };
    let words = json_words(line).unwrap_or_else(|| plain_words(line));
    Some(Finding::failure(class, &words.key, words.title))
}

struct Words {
    key: String,
    title: String,
}

#[derive(Deserialize)]
struct Line {
    msg: String,
    #[serde(default)]
    attr: Attributes,
}

/// What mongod writes beside an assertion.
#[derive(Default, Deserialize)]
struct Attributes {
    #[serde(default)]
    expr: String,
    #[serde(default)]
    file: String,
    line: Option<u64>,
    msgid: Option<u64>,
    #[serde(default)]
    error: String,
}

fn json_words(line: &str) -> Option<Words> {
    let Line { msg, attr } = serde_json::from_str(line).ok()?;
    let id = attr.msgid.map(|id| format!(" assertion-{id}")).unwrap_or_default();
    let key = format!("{msg} {} {}{id}", attr.expr.replace(['\'', '"', '`'], ""), attr.file);
    let place = attr.line.map(|line| format!(" {}:{line}", attr.file)).unwrap_or_default();
    let title = format!("{msg} {}{}{id}{place}", attr.expr, attr.error);
    Some(Words { key, title })
}

/// `<time> F - [conn1] Invariant failure <expr> <file> <line>`: what stands before the mark differs from run to run.
fn plain_words(line: &str) -> Words {
    let marks = ["Invariant failure", "Fatal assertion", "ERROR: ", "runtime error: ", "panic: ", "panicked at"];
    let start = marks.iter().filter_map(|mark| line.find(mark)).min().unwrap_or(0);
    let title = line[start..].trim().to_owned();
    Words { key: title.clone(), title }
}
