//! Figures that say how much of the fuzzing really reached the server.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::run::Execution;
use crate::shell::CommandFigures;

/// Sums over the executions of a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Effectiveness {
    /// Files that were run.
    pub files: u64,
    /// Statements in them.
    pub statements: u64,
    /// Statements that were completed.
    pub completed: u64,
    /// Completed ones that sent a command.
    pub reached: u64,
    /// Completed ones that sent commands, every one of which was accepted.
    pub accepted: u64,
    /// Per command name.
    pub commands: BTreeMap<String, CommandFigures>,
    /// Files that were run by a shell that does not count its commands.
    #[serde(default)]
    pub uncounted_files: u64,
    /// Statements completed in them; whether they reached the server is not known.
    #[serde(default)]
    pub uncounted: u64,
}

impl Effectiveness {
    /// Adds one execution.
    pub fn add(&mut self, execution: &Execution) {
        match execution.clients.is_empty() {
            true => self.add_client(execution),
            false => execution.each_client().iter().for_each(|client| self.add_client(client)),
        }
    }

    fn add_client(&mut self, execution: &Execution) {
        self.files += 1;
        self.statements += u64::from(execution.statements);
        self.completed += execution.completed.len() as u64;
        self.reached += execution.reached().unwrap_or(0) as u64;
        self.accepted += execution.accepted().unwrap_or(0) as u64;
        if !execution.counted {
            self.uncounted_files += 1;
            self.uncounted += execution.completed.len() as u64;
        }
        for (name, figures) in &execution.commands {
            self.commands.entry(name.clone()).or_default().add(figures);
        }
    }

    /// Commands sent and accepted.
    pub fn command_totals(&self) -> (u64, u64) {
        self.commands
            .values()
            .fold((0, 0), |(sent, accepted), figures| (sent + figures.sent, accepted + figures.accepted))
    }

    /// Error codes seen and how often, the most frequent first.
    pub fn codes(&self) -> Vec<(i32, u64)> {
        let mut codes: BTreeMap<i32, u64> = BTreeMap::new();
        for (&code, &count) in self.commands.values().flat_map(|figures| &figures.codes) {
            *codes.entry(code).or_default() += count;
        }
        let mut codes: Vec<_> = codes.into_iter().collect();
        codes.sort_by_key(|&(code, count)| (std::cmp::Reverse(count), code));
        codes
    }

    /// True where every file was run by a shell that does not count: no figure says what reached the server.
    pub fn nobody_counted(&self) -> bool {
        self.uncounted_files > 0 && self.uncounted_files == self.files
    }

    /// Shares are of what was counted; what was not is said beside them, never taken for 0 %.
    fn reached_words(&self) -> String {
        if self.nobody_counted() {
            return "this shell does not say what of it reached the server".into();
        }
        let counted = self.completed - self.uncounted;
        let (reached, accepted) = (share(self.reached, counted), share(self.accepted, counted));
        let words = format!("{reached} of the completed reached the server, {accepted} were accepted");
        match self.uncounted {
            0 => words,
            uncounted => format!("{words} ({uncounted} not counted)"),
        }
    }

    /// The lines of a summary.
    pub fn lines(&self) -> Vec<String> {
        let (sent, accepted) = self.command_totals();
        let codes: Vec<String> =
            self.codes().iter().take(5).map(|(code, count)| format!("{code} ({count}x)")).collect();
        let mut lines = vec![
            format!("files       {} run", self.files),
            format!(
                "statements  {} of {} completed ({}); {}",
                self.completed,
                self.statements,
                share(self.completed, self.statements),
                self.reached_words(),
            ),
        ];
        if self.nobody_counted() {
            lines.push("commands    not known".into());
        } else {
            let (names, accepted) = (self.commands.len(), share(accepted, sent));
            lines.push(format!("commands    {sent} of {names} names sent, {accepted} accepted"));
        }
        if !codes.is_empty() {
            let kinds = self.codes().len();
            lines.push(format!("errors      {kinds} codes seen, most often {}", codes.join(", ")));
        }
        lines
    }
}

/// `part` of `whole` in per cent with one digit; a dash where there is no whole.
pub fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "-".into();
    }
    format!("{:.1} %", part as f64 * 100.0 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::tests::clean;
    use crate::shell::StatementDone;

    #[test]
    fn a_statement_is_accepted_only_if_all_its_commands_were() {
        let done = |sent, accepted| StatementDone { sent, accepted, ..StatementDone::default() };
        let execution = Execution { statements: 4, completed: vec![done(0, 0), done(2, 1), done(2, 2)], ..clean() };
        let mut figures = Effectiveness::default();
        figures.add(&execution);
        assert_eq!((figures.completed, figures.reached, figures.accepted), (3, 2, 1));
        assert!(figures.lines()[1].contains("66.7 % of the completed reached"), "{:?}", figures.lines());
    }

    #[test]
    fn what_nobody_counted_is_not_called_nothing() {
        let done = StatementDone::default();
        let execution = Execution { statements: 1, completed: vec![done], counted: false, ..clean() };
        let mut figures = Effectiveness::default();
        figures.add(&execution);
        assert!(figures.lines()[1].ends_with("does not say what of it reached the server"), "{:?}", figures.lines());
        let counted = StatementDone { sent: 1, accepted: 1, ..StatementDone::default() };
        figures.add(&Execution { statements: 1, completed: vec![counted], ..clean() });
        let words = &figures.lines()[1];
        assert!(words.contains("100.0 % of the completed reached") && words.ends_with("(1 not counted)"), "{words}");
    }

    #[test]
    fn nothing_of_nothing_is_a_dash() {
        assert_eq!(share(0, 0), "-");
        assert_eq!(share(1, 3), "33.3 %");
    }
}
