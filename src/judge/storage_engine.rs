//! WiredTiger gave up: WT_PANIC.

use std::sync::LazyLock;

use regex::Regex;

use super::story::{Told, findings};
use super::{Class, Finding, Oracle};
use crate::run::{Execution, Report, Trouble};

/// See the module.
pub struct StorageEngine;

impl Oracle for StorageEngine {
    fn name(&self) -> &'static str {
        "storage engine"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        findings(execution, &[Trouble::StorageEngine])
    }
}

/// The engine's own function that complains, and the method of its interface that was called.
static FUNCTION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b(__\w+)").expect("the pattern is well formed"));
static METHOD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(WT_[A-Z]+\.\w+)").expect("the pattern is well formed"));

pub(super) fn tell(report: &Report) -> Told {
    let first = |pattern: &Regex| pattern.captures(report.head()).map(|found| found[1].to_owned());
    let (function, method) = (first(&FUNCTION), first(&METHOD));
    let place = function.as_ref().map(|name| format!(" in {name}")).unwrap_or_default();
    let during = method.as_ref().map(|name| format!(" during {name}")).unwrap_or_default();
    let message = format!("WT_PANIC{place}{during}");
    let mut told = Told::of_words(Class::StorageEngine, &message, format!("WiredTiger gave up: {message}"));
    if function.is_none() && method.is_none() {
        told.symptom = told.symptom.weak();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::tell;
    use crate::run::reports;

    fn key(log: &[&str]) -> String {
        tell(&reports(log.iter().copied())[0]).symptom.to_string()
    }

    #[test]
    fn the_engines_function_and_the_method_called_identify_it() {
        let head = "2018-07-02T09:08:07.654+0000 E STORAGE  [conn1] WiredTiger error (-31804)";
        let log = format!("{head} [1:2][3:0x4], file:a-7.wt, WT_CURSOR.next: __wt_read, 283: WT_PANIC: library panic");
        assert_eq!(key(&[&log]), "storage engine: WT_PANIC in __wt_read during WT_CURSOR.next");
        assert_eq!(key(&[&format!("{head} WT_PANIC")]), "weak storage engine: WT_PANIC");
    }
}
