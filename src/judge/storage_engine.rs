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
