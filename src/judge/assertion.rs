//! A mongod that stopped itself, or will: invariant, fatal assertion, tripwire assertion.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::normalise::{normalise, normalise_code, without_folder};
use super::story::{Told, findings};
use super::{Class, Finding, Oracle};
use crate::run::{Entry, Execution, Report, Trouble, entry};

/// See the module.
pub struct Assertion;

impl Oracle for Assertion {
    fn name(&self) -> &'static str {
        "assertion"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        use Trouble::{FatalAssertion, Invariant, Tripwire, TripwireAtExit};
        findings(execution, &[Invariant, FatalAssertion, Tripwire, TripwireAtExit])
    }
}

/// `Invariant failure <expr> [resulted in status <status> at] <file> <line>`
static INVARIANT: LazyLock<Regex> = LazyLock::new(|| {
    let text = r"Invariant failure:? (.*?)(?: resulted in status .*?)?(?: at)? (\S+) (\d+)\s*$";
    Regex::new(text).expect("the pattern is well formed")
});
/// `Fatal assertion <id> <status> [at <file> <line>]`
static FATAL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"Fatal [aA]ssertion (\d+)").expect("the pattern is well formed"));

pub(super) fn tell(report: &Report) -> Told {
    let Entry::Mongod { message, attr: Some(attr), .. } = entry(report.head()) else { return plain(report) };
    let text = |name: &str| attr.get(name).and_then(Value::as_str).unwrap_or_default();
    let place = attr.get("line").map(|line| format!(" {}:{line}", text("file"))).unwrap_or_default();
    match report.trouble {
        Trouble::Invariant if !text("expr").is_empty() => {
            let error =
                if text("error").is_empty() { String::new() } else { format!(" resulted in {}", text("error")) };
            Told::of_words(
                Class::Invariant,
                &invariant(text("expr"), text("file")),
                format!("{message} {}{error}{place}", text("expr")),
            )
        }
        Trouble::FatalAssertion => match attr.get("msgid").and_then(Value::as_u64) {
            Some(id) => {
                let title = format!("{message} {id} {}{place}", text("error"));
                Told::of_words(Class::FatalAssertion, &format!("Fatal assertion {id}"), title)
            }
            None => Told::of_words(Class::FatalAssertion, &normalise(&message), format!("{message} {}", short(&attr))),
        },
        Trouble::Tripwire => {
            let error = attr.get("error").cloned().unwrap_or_default();
            let what = error.get("errmsg").or(Some(&error)).and_then(Value::as_str).unwrap_or_default().to_owned();
            let key = error.get("code").map_or_else(|| normalise(&what), |code| code.to_string());
            Told::of_words(Class::Tripwire, &format!("Tripwire assertion {key}"), format!("{message}: {what}"))
        }
        _ => echo(report, &message),
    }
}

/// Quotes in an expression are of its own.
fn invariant(expression: &str, file: &str) -> String {
    let expression = normalise_code(&expression.replace(['\'', '"', '`', '[', ']', '{', '}'], ""));
    format!("Invariant failure {expression} {}", without_folder(file))
}

fn plain(report: &Report) -> Told {
    let text = report.head();
    if let Some(found) = INVARIANT.captures(text).filter(|_| report.trouble == Trouble::Invariant) {
        let title = text[found.get(0).map_or(0, |all| all.start())..].trim();
        return Told::of_words(Class::Invariant, &invariant(&found[1], &found[2]), title);
    }
    if let Some(found) = FATAL.captures(text).filter(|_| report.trouble == Trouble::FatalAssertion) {
        let title = text[found.get(0).map_or(0, |all| all.start())..].trim();
        return Told::of_words(Class::FatalAssertion, &format!("Fatal assertion {}", &found[1]), title);
    }
    echo(report, text)
}

/// The first line is lost: what is left says which kind it was.
fn echo(report: &Report, words: &str) -> Told {
    let class = match report.trouble {
        Trouble::Invariant => Class::Invariant,
        Trouble::FatalAssertion => Class::FatalAssertion,
        _ => Class::Tripwire,
    };
    let said = words.rfind("***").map_or(words, |_| words[words.find("***").unwrap_or(0)..].trim_matches('*'));
    let said = said.trim();
    let mut told = Told::of_words(class, &normalise(said), said);
    told.symptom = told.symptom.weak();
    told
}

fn short(attr: &Value) -> String {
    let mut text = if attr.is_null() { String::new() } else { attr.to_string() };
    text.truncate(text.floor_char_boundary(200));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(line: &str) -> String {
        tell(&Report { trouble: crate::run::trouble(line).unwrap(), lines: vec![line.into()] }).symptom.to_string()
    }

    #[test]
    fn old_and_new_text_of_one_invariant_is_one_symptom() {
        let old = "2019-05-01T10:00:00.000+0000 F -        [conn1] Invariant failure a == b src/mongo/db/x.cpp 42";
        let new = r#"{"s":"F","c":"-","id":23079,"ctx":"x","msg":"Invariant failure","attr":{"expr":"a == b","file":"src/mongo/db/x.cpp","line":7}}"#;
        assert_eq!(key(old), "invariant: Invariant failure a == b x.cpp");
        assert_eq!(key(old), key(new));
    }

    #[test]
    fn a_fatal_assertion_is_its_number() {
        let old = "2019-05-01T10:00:00.000+0000 F -        [conn1] Fatal assertion 18523 BadValue: x at src/y.cpp 1";
        let new = r#"{"s":"F","c":"-","id":23089,"ctx":"x","msg":"Fatal assertion","attr":{"msgid":18523,"file":"src/y.cpp","line":2}}"#;
        assert_eq!(key(old), "fatal assertion: Fatal assertion 18523");
        assert_eq!(key(old), key(new));
    }

    #[test]
    fn an_echo_alone_is_weak() {
        assert_eq!(key("***aborting after invariant() failure"), "weak invariant: aborting after invariant() failure");
    }
}
