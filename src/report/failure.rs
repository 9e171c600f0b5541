//! Failures of a run, one block for each signature.

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::judge::{Class, Finding, Signature};
use crate::run::Execution;

/// Signatures kept in one run; more are counted only.
const MOST: usize = 200;

/// One bug as a run saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureBlock {
    /// Identity.
    pub signature: Signature,
    /// Kind.
    pub class: Class,
    /// One line.
    pub title: String,
    /// More lines.
    pub details: Vec<String>,
    /// The file in which it was seen first.
    pub file: Utf8PathBuf,
    /// The last top-level statement that was completed there.
    pub last_completed: Option<u32>,
    /// How often it was seen.
    pub seen: u32,
    /// A line to copy that shows it again.
    pub reproduce: String,
    /// Files that the same server ran before, the oldest first.
    pub earlier: Vec<Utf8PathBuf>,
    /// What a second try on a fresh server gave.
    pub shown_again: ShownAgain,
}

/// What came of running a failing file again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShownAgain {
    /// It was not run again.
    #[default]
    NotTried,
    /// The file alone fails again.
    Alone,
    /// It fails again after the files that ran before it on the same server.
    AfterEarlierFiles,
    /// It did not fail again.
    No,
}

impl ShownAgain {
    /// The words of a report; none where there is nothing to say.
    fn words(self) -> Option<&'static str> {
        match self {
            Self::NotTried => None,
            Self::Alone => Some("yes, alone on a fresh server"),
            Self::AfterEarlierFiles => Some("yes, after the files that ran before it; not alone"),
            Self::No => Some("no, neither alone nor after the files that ran before it"),
        }
    }
}

impl FailureBlock {
    /// The lines of a report.
    pub fn lines(&self) -> Vec<String> {
        let often = if self.seen > 1 { format!(", seen {} times", self.seen) } else { String::new() };
        let last = match self.last_completed {
            Some(statement) => format!("statement {statement}"),
            None => "none: it failed before the end of the first, or the file counts none".to_owned(),
        };
        let mut lines = vec![format!("FAILURE {} [{}]{often}", self.class.words(), self.signature)];
        lines.push(format!("  what            {}", self.title));
        lines.extend(self.details.iter().map(|detail| format!("                  {detail}")));
        lines.push(format!("  file            {}", self.file));
        lines.push(format!("  last completed  {last}"));
        lines.extend(self.shown_again.words().map(|words| format!("  shown again     {words}")));
        lines.push(format!("  reproduce       {}", self.reproduce));
        lines
    }
}

/// The failures of a run in the order in which they were seen first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Failures {
    /// One a signature.
    pub blocks: Vec<FailureBlock>,
    /// Seen after the bound was reached.
    pub dropped: u32,
}

impl Failures {
    /// Counts a failure; true if its signature is new.
    pub fn add(
        &mut self,
        finding: &Finding,
        execution: &Execution,
        file: &Utf8Path,
        earlier: &[Utf8PathBuf],
        reproduce: String,
    ) -> bool {
        let Some(class) = finding.class else { return false };
        if let Some(known) = self.blocks.iter_mut().find(|block| block.signature == finding.signature) {
            known.seen += 1;
            return false;
        }
        if self.blocks.len() == MOST {
            self.dropped += 1;
            return false;
        }
        self.blocks.push(FailureBlock {
            signature: finding.signature.clone(),
            class,
            title: finding.title.clone(),
            details: finding.details.clone(),
            file: file.to_owned(),
            last_completed: finding.last_completed.or(execution.last_completed()),
            seen: 1,
            reproduce,
            earlier: earlier.to_vec(),
            shown_again: ShownAgain::NotTried,
        });
        true
    }

    /// True while none was seen.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::tests::clean;

    #[test]
    fn one_signature_is_one_block_with_a_count() {
        let mut failures = Failures::default();
        let finding = Finding::failure(Class::Crash, "key", "SIGSEGV");
        assert!(failures.add(&finding, &clean(), "a.js".into(), &[], "fuzz run a.js".into()));
        assert!(!failures.add(&finding, &clean(), "b.js".into(), &[], "fuzz run b.js".into()));
        let lines = failures.blocks[0].lines();
        assert!(lines[0].ends_with("seen 2 times"), "{lines:?}");
        assert!(lines.last().unwrap().ends_with("fuzz run a.js"));
    }
}
