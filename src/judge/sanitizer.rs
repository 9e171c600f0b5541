//! Reports of AddressSanitizer, LeakSanitizer, MemorySanitizer, ThreadSanitizer and UndefinedBehaviorSanitizer.

use std::sync::LazyLock;

use regex::Regex;

use super::normalise::normalise;
use super::story::{Told, findings};
use super::{Class, Finding, Oracle};
use crate::run::{Execution, Report, Trouble};

/// See the module.
pub struct Sanitizer;

impl Oracle for Sanitizer {
    fn name(&self) -> &'static str {
        "sanitizer"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        findings(execution, &[Trouble::MemoryError, Trouble::Sanitizer])
    }
}

/// `==PID==ERROR: AddressSanitizer: <kind> on address ...`: the kind ends where addresses and thread numbers begin.
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    let text = r"(\w+Sanitizer): (.*?)(?: on (?:unknown )?address.*| on 0x.*|:? 0x.*| \(pid=.*| \(0x.*)?$";
    Regex::new(text).expect("the pattern is well formed")
});

pub(super) fn tell(report: &Report) -> Told {
    let head = report.head();
    let Some(found) = HEAD.captures(head).filter(|_| !head.contains(": runtime error: ")) else {
        return Told::of_stack(Class::Sanitizer, &undefined(head), report, false, head);
    };
    let message = format!("{} {}", &found[1], normalise(&found[2]));
    Told::of_stack(Class::Sanitizer, &message, report, true, format!("{}: {}", &found[1], &found[2]))
}

/// `file:line:column: runtime error: words`
fn undefined(head: &str) -> String {
    let (place, words) = head.split_once(": runtime error: ").unwrap_or(("", head));
    let file = place.split(':').next().unwrap_or_default();
    let file = file.rsplit('/').next().unwrap_or_default();
    format!("{file} runtime error: {}", normalise(words))
}

#[cfg(test)]
mod tests {
    use super::tell;
    use crate::run::reports;

    fn key(log: &[&str]) -> String {
        tell(&reports(log.iter().copied())[0]).symptom.to_string()
    }

    #[test]
    fn kind_and_functions_identify_a_report_and_addresses_do_not() {
        let log = [
            "==1==ERROR: AddressSanitizer: SEGV on unknown address 0x18 (pc 0x1)",
            "    #0 0x1 in a::f(int) /x.cpp:1:2",
        ];
        assert_eq!(key(&log), "sanitizer: AddressSanitizer SEGV @ a::f");
        assert_eq!(key(&["/b/x.cpp:1:2: runtime error: shift by 64"]), "sanitizer: x.cpp runtime error: shift by ~");
    }
}
