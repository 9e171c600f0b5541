//! What became of plain tests: one line each, and the totals.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::exit_code::ExitCode;
use crate::judge::Need;

/// Needs named in the totals; more are counted only.
const NAMED: usize = 20;

/// What became of one test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestOutcome {
    /// It ran to its last line.
    Clean,
    /// It ended for want of something.
    Needs(Need),
    /// It ended with an error.
    Fails(String),
    /// The server failed under it.
    ServerFails(String),
    /// There was no server to run it against, or the run was stopped.
    NotRun(String),
}

/// Counts by outcome.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Tally {
    /// Ran to their last line.
    pub clean: u32,
    /// Ended for want of something.
    pub needy: u32,
    /// Ended with an error.
    pub failing: u32,
    /// Under which the server failed.
    pub server_failures: u32,
    /// Not run.
    pub not_run: u32,
    /// Files that the loader cannot use.
    pub left_out: usize,
    /// What was missing, and for how many tests.
    pub needs: BTreeMap<String, u32>,
}

impl Tally {
    /// Counts a test and gives its line.
    pub fn add(&mut self, name: &str, elapsed: Duration, outcome: &TestOutcome) -> String {
        let (count, word, why) = match outcome {
            TestOutcome::Clean => (&mut self.clean, "clean", String::new()),
            TestOutcome::Needs(need) => {
                *self.needs.entry(need.to_string()).or_default() += 1;
                (&mut self.needy, "needs", format!(": {need}"))
            }
            TestOutcome::Fails(why) => (&mut self.failing, "fails", format!(": {why}")),
            TestOutcome::ServerFails(what) => (&mut self.server_failures, "failure", format!(": {what}")),
            TestOutcome::NotRun(why) => (&mut self.not_run, "not run", format!(": {why}")),
        };
        *count += 1;
        format!("{word:<9} {:>7.3} s  {name}{why}", elapsed.as_secs_f64())
    }

    /// The totals.
    pub fn lines(&self) -> Vec<String> {
        let all = self.clean + self.needy + self.failing + self.server_failures + self.not_run;
        let mut lines = vec![
            String::new(),
            format!(
                "{all} tests: {} clean, {} fail, {} need something that is missing, {} with a failure of the server, \
                 {} not run; {} files left out",
                self.clean, self.failing, self.needy, self.server_failures, self.not_run, self.left_out
            ),
        ];
        let mut needs: Vec<_> = self.needs.iter().collect();
        needs.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        lines.extend(needs.iter().take(NAMED).map(|(need, count)| format!("missing for {count}: {need}")));
        if needs.len() > NAMED {
            lines.push(format!("missing: {} more", needs.len() - NAMED));
        }
        lines
    }

    /// Tests that fail, and a failing server, are findings; a need is none.
    pub fn exit_code(&self) -> ExitCode {
        if self.failing + self.server_failures > 0 {
            ExitCode::FailuresFound
        } else if self.not_run > 0 {
            ExitCode::ServerUnavailable
        } else {
            ExitCode::Clean
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_has_its_word_and_the_totals_count_it() {
        let mut tally = Tally::default();
        let millis = Duration::from_millis(21);
        assert_eq!(tally.add("a.js", millis, &TestOutcome::Clean), "clean       0.021 s  a.js");
        assert_eq!(tally.exit_code(), ExitCode::Clean);
        let need = TestOutcome::Needs(Need::Name("foo".into()));
        assert!(tally.add("b.js", millis, &need).ends_with("b.js: the name foo, which the shell lacks"));
        assert_eq!(tally.exit_code(), ExitCode::Clean);
        tally.add("c.js", millis, &TestOutcome::Fails("x".into()));
        assert_eq!(tally.exit_code(), ExitCode::FailuresFound);
        assert!(tally.lines()[1].starts_with("3 tests: 1 clean, 1 fail, 1 need"), "{:?}", tally.lines());
        assert_eq!(tally.lines()[2], "missing for 1: the name foo, which the shell lacks");
    }
}
