//! A process behind the server died and came back, or gave up by itself: the client saw one odd error, the log knows
//! more.

use std::sync::LazyLock;

use regex::Regex;

use super::normalise::{normalise, normalise_code};
use super::story::{Told, findings};
use super::{Class, Finding, Oracle, one_bug};
use crate::run::{Entry, Execution, Report, Trouble, entry};

/// See the module.
pub struct BackEnd;

impl Oracle for BackEnd {
    fn name(&self) -> &'static str {
        "back-end"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        // A back-end that gave up is then reported as dead by its parent: that is one event, and the reason goes first.
        let reasons = findings(execution, &[Trouble::BackendPanic]);
        let deaths = findings(execution, &[Trouble::BackendDied]);
        let mut found = reasons;
        match found.first_mut() {
            Some(first) => deaths.into_iter().for_each(|death| first.absorb(death)),
            None => found = deaths,
        }
        found.dedup_by(|later, earlier| one_bug(&later.symptoms, &earlier.symptoms));
        found
    }
}

/// `client backend (PID 7) was terminated by signal 11: Segmentation fault`
static DIED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"([a-z ]+?)(?: \x22.*\x22)? \(PID \d+\) was terminated by signal (\d+)")
        .expect("the pattern is well formed")
});
/// The first function of an extension in the statement that ran.
static RUNNING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"Failed process was running: .*?\b([a-z_]\w*\.[a-z_]\w*)\(").expect("the pattern is well formed")
});
/// `TRAP: failed Assert("x"), File: "y.c", Line: 1, PID: 2`, `TRAP: FailedAssertion("x", File: ...` before 16.
static TRAP: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"TRAP: \w+ ?\w*\("(.*?)"\)?, File: "([^"]*)""#).expect("the pattern is well formed"));

pub(super) fn tell(report: &Report) -> Told {
    if report.trouble == Trouble::BackendDied {
        return died(report);
    }
    if let Some(found) = TRAP.captures(report.head()) {
        let file = found[2].rsplit('/').next().unwrap_or_default().to_owned();
        let expression = found[1].replace(['\'', '"', '[', ']', '{', '}'], "");
        let message = format!("failed Assert {} {file}", normalise_code(&expression));
        return Told::of_words(Class::BackendDied, &message, format!("failed Assert({}) in {file}", &found[1]));
    }
    let words = match entry(report.head()) {
        Entry::Postgres { message, .. } => message.to_owned(),
        _ => report.head().to_owned(),
    };
    Told::of_words(Class::BackendDied, &format!("PANIC {}", normalise(&words)), format!("PANIC: {words}"))
}

/// Without a stack the signal and the function that was called are all that is known, and many bugs share them.
fn died(report: &Report) -> Told {
    let running = report.lines.iter().take(10).find_map(|line| Some(RUNNING.captures(line)?[1].to_owned()));
    let running = running.map(|function| format!(" running {function}")).unwrap_or_default();
    let (who, signal) = DIED
        .captures(report.head())
        .map_or(("a back-end".into(), String::new()), |found| (found[1].trim().to_owned(), found[2].to_owned()));
    let message = format!("{who} was terminated by signal {signal}{running}");
    let mut told = Told::of_words(Class::BackendDied, &message, format!("a back-end died: {message}"));
    told.symptom = told.symptom.weak();
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
    fn a_death_is_its_signal_and_the_function_that_ran() {
        let died = "LOG:  client backend (PID 7) was terminated by signal 11: Segmentation fault";
        let running = "DETAIL:  Failed process was running: SELECT a, b FROM api.find($1)";
        assert_eq!(
            key(&[died, running]),
            "weak back-end died: client backend was terminated by signal 11 running api.find"
        );
        let trap = r#"TRAP: failed Assert("n > 0"), File: "/b/x.c", Line: 1, PID: 2"#;
        assert_eq!(key(&[trap]), "back-end died: failed Assert n > ~ x.c");
    }
}
