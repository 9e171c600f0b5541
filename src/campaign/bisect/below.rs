//! Below JavaScript: the commands that the smallest program sends, and of those the fewest that still fail.

use camino::Utf8PathBuf;

use super::server_test::ServerTest;
use super::trial::Trial;
use super::{BisectError, Work};
use crate::campaign::bisect::wanted::Others;
use crate::triage::commands::{Sent, chosen, for_shells, list};
use crate::triage::reduce::{Cancel, Journal, Outcome, Progress, ReduceError, Reduction, Test};

/// What is left of the list.
#[derive(Clone, Debug, PartialEq)]
pub enum Below {
    /// The fewest commands that fail when they are sent one after another over one connection.
    Commands {
        /// Those.
        needed: Vec<Sent>,
        /// How many the smallest program sends.
        of: usize,
    },
    /// There is no such list, and why.
    Nothing(String),
}

/// A test of lists: each candidate is sent by a script.
struct ListTest<'a> {
    all: &'a [Sent],
    script: ServerTest<'a>,
}

impl Test for ListTest<'_> {
    fn name(&self) -> String {
        format!("commands, {}", self.script.name())
    }

    fn try_it(&self, candidate: &str, stop: &Cancel<'_>) -> Outcome {
        self.script.try_it(&for_shells(&chosen(self.all, candidate)), stop)
    }
}

impl Work<'_> {
    /// Records the commands of `text` and takes away what the failure does not need.
    pub(super) fn below(&mut self, text: &str, before: &[Utf8PathBuf]) -> Result<Below, BisectError> {
        if !before.is_empty() {
            return Ok(Below::Nothing("it needs files that run before it".into()));
        }
        let all = self.recorded(text)?;
        if all.is_empty() {
            return Ok(Below::Nothing("no command was seen on its way: the connection is no plain one".into()));
        }
        let lines: String = all.iter().map(|sent| sent.line() + "\n").collect();
        let others = Others::default();
        let script = self.test(&[], &others, "commands.js");
        let test = ListTest { all: &all, script };
        let options = self.bounds();
        let (interrupts, witness) = (self.interrupts, &mut *self.witness);
        let journal = Journal::open(self.state).map_err(ReduceError::from)?;
        let (stop, mut progress) = (
            || interrupts.requested().is_some(),
            |event: &Progress<'_>| match event {
                // The best so far is the program's, which stands in its file.
                Progress::Best { .. } => Ok(()),
                event => witness.see(event),
            },
        );
        let reduction = Reduction { test: &test, options, journal, stop: &stop, progress: &mut progress };
        match reduction.run_lines(&lines) {
            Ok(reduced) => {
                let needed = chosen(&all, &reduced.text).into_iter().cloned().collect();
                Ok(Below::Commands { needed, of: all.len() })
            }
            Err(ReduceError::PassesOnOriginal) => {
                let text = "sent one after another over one connection, its commands do not fail";
                Ok(Below::Nothing(text.into()))
            }
            Err(ReduceError::FailsOnEmpty) => Ok(Below::Nothing("it fails without any command".into())),
            Err(ReduceError::EndedEarly(_)) => Ok(Below::Nothing("it was ended before that".into())),
            Err(error) => Err(error.into()),
        }
    }

    /// What a run of `text` sends.
    fn recorded(&mut self, text: &str) -> Result<Vec<Sent>, BisectError> {
        let path = self.state.join("recorded.js");
        fs_err::write(&path, text).map_err(|error| BisectError::Broken(error.to_string()))?;
        let patience = Some(self.checked.patience.to_be_sure());
        let trial = Trial { patience, tap: true, ..Trial::fresh(vec![path], self.checked.shows_in) };
        let seen = self.stands.run(trial).map_err(BisectError::Broken)?;
        Ok(list(&seen.tapped))
    }
}
