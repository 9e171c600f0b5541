//! A Go or Rust program that gave up, or a thread of it.

use std::sync::LazyLock;

use regex::Regex;

use super::normalise::{normalise, without_folder};
use super::story::{Told, findings};
use super::{Class, Finding, Oracle};
use crate::run::{Execution, Report, Trouble};

/// See the module.
pub struct Panic;

impl Oracle for Panic {
    fn name(&self) -> &'static str {
        "panic"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        findings(execution, &[Trouble::GoPanic, Trouble::RustPanic])
    }
}

/// `panicked at src/x.rs:1:2:` with the message in the next line, or `panicked at 'message', src/x.rs:1:2` before 1.73.
static NEW: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"panicked at (\S+?):\d+:\d+:\s*(.*)$").expect("the pattern is well formed"));
static OLD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"panicked at '(.*)', (\S+?):\d+(?::\d+)?$").expect("the pattern is well formed"));

pub(super) fn tell(report: &Report) -> Told {
    if report.trouble == Trouble::GoPanic {
        let title = report.head().trim();
        // `SIGSEGV: segmentation violation`: a signal that met the program outside Go.
        if let Some((signal, _)) = title.split_once(": ").filter(|(word, _)| word.starts_with("SIG")) {
            return Told::of_stack(Class::Crash, signal, report, true, format!("died by {signal}"));
        }
        let words = title.strip_prefix("panic: ").unwrap_or(title);
        return Told::of_stack(Class::Panic, &normalise(words), report, false, title);
    }
    let next = || report.lines.get(1).map_or("", |line| line.trim());
    let head = report.head();
    let (file, words) = if let Some(found) = OLD.captures(head) {
        (found[2].to_owned(), found[1].to_owned())
    } else if let Some(found) = NEW.captures(head) {
        (found[1].to_owned(), if found[2].is_empty() { next().to_owned() } else { found[2].to_owned() })
    } else {
        return Told::of_stack(Class::Panic, &normalise(head), report, false, head);
    };
    let message = format!("{} {}", without_folder(&file), normalise(&words));
    Told::of_stack(Class::Panic, &message, report, false, format!("panicked at {file}: {words}"))
}

#[cfg(test)]
mod tests {
    use super::tell;
    use crate::run::reports;

    fn key(log: &[&str]) -> String {
        tell(&reports(log.iter().copied())[0]).symptom.to_string()
    }

    #[test]
    fn both_forms_of_a_rust_panic_give_file_and_message() {
        let new = ["thread 'a' panicked at src/x.rs:1:2:", "the len is 3"];
        assert_eq!(key(&new), "panic: x.rs the len is ~");
        assert_eq!(key(&["thread 'b' panicked at 'the len is 9', src/x.rs:7:7"]), key(&new));
    }

    #[test]
    fn a_go_panic_is_its_message_and_its_own_functions() {
        let log = [
            "panic: bad 7",
            "",
            "goroutine 3 [running]:",
            "runtime.gopanic(0x1)",
            "\t/a",
            "x.org/y/v2/z.f(0x1)",
            "\t/b",
        ];
        assert_eq!(key(&log), "panic: bad ~ @ z.f");
    }
}
