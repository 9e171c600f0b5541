//! A C++ exception that nobody caught.

use std::sync::LazyLock;

use regex::Regex;

use super::normalise::normalise;
use super::story::{Told, findings};
use super::{Class, Finding, Oracle};
use crate::run::{Execution, Report, Trouble, own_words};

/// See the module.
pub struct Uncaught;

impl Oracle for Uncaught {
    fn name(&self) -> &'static str {
        "uncaught exception"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        findings(execution, &[Trouble::UncaughtException])
    }
}

/// What the exception says of itself, as mongod and the C++ run time print it.
static SAYS: LazyLock<Regex> = LazyLock::new(|| {
    let text = r"^(?:DBException::toString\(\): |std::exception::what\(\): |boost::diagnostic_information\(\): |\s*what\(\): +)(.*)$";
    Regex::new(text).expect("the pattern is well formed")
});
static TYPE: LazyLock<Regex> = LazyLock::new(|| {
    let text = r"(?:Actual exception type: |throwing an instance of ')([\w:]+)";
    Regex::new(text).expect("the pattern is well formed")
});

pub(super) fn tell(report: &Report) -> Told {
    let words: Vec<String> = report.lines.iter().map(|line| own_words(line)).collect();
    let lines = || words.iter().flat_map(|words| words.lines());
    let first = |pattern: &Regex| lines().find_map(|line| Some(pattern.captures(line)?[1].trim().to_owned()));
    let kind = first(&TYPE).unwrap_or_else(|| "exception".into());
    let says = first(&SAYS);
    let said = says.as_ref().map(|says| format!(": {says}")).unwrap_or_default();
    let message = normalise(&format!("{kind}{said}"));
    Told::of_stack(Class::UncaughtException, &message, report, says.is_none(), format!("uncaught {kind}{said}"))
}

#[cfg(test)]
mod tests {
    use super::tell;
    use crate::run::reports;

    fn key(log: &[&str]) -> String {
        tell(&reports(log.iter().copied())[0]).symptom.to_string()
    }

    #[test]
    fn the_exceptions_type_and_words_identify_it() {
        let log = ["terminate called after throwing an instance of 'std::out_of_range'", "  what():  index 7 of 3"];
        assert_eq!(key(&log), "uncaught exception: std::out_of_range: index ~ of ~");
        assert_eq!(key(&["terminate() called. No exception is active"]), "weak uncaught exception: exception");
    }
}
