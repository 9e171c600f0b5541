//! Errors inside a JVM, and of the JVM itself.

use std::sync::LazyLock;

use regex::Regex;

use super::normalise::normalise;
use super::story::{Told, findings};
use super::{Class, Finding, Oracle};
use crate::run::{Execution, Report, Trouble};

/// See the module.
pub struct Jvm;

impl Oracle for Jvm {
    fn name(&self) -> &'static str {
        "JVM"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        findings(execution, &[Trouble::JavaError, Trouble::JvmCrash])
    }
}

/// `#  SIGSEGV (0xb) at pc=...` or `#  Internal Error (file.cpp:1), pid=...`
static REASON: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^#  (?:(SIG\w+)|(Internal Error) \(([^:)]*))").expect("the pattern is well formed"));

pub(super) fn tell(report: &Report) -> Told {
    if report.trouble == Trouble::JvmCrash {
        return crash(report);
    }
    let head = report.head().trim();
    let words = head.strip_prefix("Caused by: ").unwrap_or(head);
    // The name of the thread is chance.
    let words = words
        .strip_prefix("Exception in thread \"")
        .and_then(|rest| rest.split_once("\" "))
        .map_or(words, |(_, rest)| rest);
    let words = words.strip_suffix(": null").unwrap_or(words);
    Told::of_stack(Class::Jvm, &normalise(words), report, false, words)
}

fn crash(report: &Report) -> Told {
    let reason = report.lines.iter().find_map(|line| {
        let found = REASON.captures(line)?;
        let group = |number| found.get(number).map_or("", |part| part.as_str());
        Some(format!("{}{} {}", group(1), group(2), group(3)).trim().to_owned())
    });
    let what = reason.unwrap_or_else(|| report.head().trim_start_matches(['#', ' ']).to_owned());
    Told::of_stack(
        Class::Jvm,
        &format!("the JVM failed: {}", normalise(&what)),
        report,
        true,
        format!("the JVM failed: {what}"),
    )
}

#[cfg(test)]
mod tests {
    use super::tell;
    use crate::run::reports;

    fn key(log: &[&str]) -> String {
        tell(&reports(log.iter().copied())[0]).symptom.to_string()
    }

    #[test]
    fn neither_thread_nor_pid_is_part_of_the_identity() {
        let log =
            ["Exception in thread \"worker-7\" java.lang.IllegalStateException: cursor 7", "\tat a.B.c(B.java:1)"];
        assert_eq!(key(&log), "JVM: java.lang.IllegalStateException: cursor ~ @ a.B.c");
        let crash = [
            "# A fatal error has been detected by the Java Runtime Environment:",
            "#",
            "#  SIGSEGV (0xb) at pc=0x1, pid=7",
        ];
        assert_eq!(key(&crash), "weak JVM: the JVM failed: SIGSEGV");
    }
}
