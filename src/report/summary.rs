//! The last lines of a run.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Checked, Effectiveness, Failures};
use crate::config::readable;
use crate::judge::{Finding, Verdict};

/// Everything that a run comes to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Summary {
    /// How much reached the server.
    pub effectiveness: Effectiveness,
    /// One block a bug.
    pub failures: Failures,
    /// Failures that a file of known ones excuses, by ticket and signature.
    #[serde(default)]
    pub known: BTreeMap<String, KnownFailure>,
    /// What was checked after the files.
    #[serde(default)]
    pub checked: Checked,
    /// Executions by verdict.
    pub verdicts: BTreeMap<Verdict, u32>,
    /// Titles of what is no failure and yet not clean, at most 20.
    pub remarks: Vec<String>,
    /// Wall time of the whole run.
    pub elapsed: Duration,
    /// The folder in which everything lies.
    pub folder: String,
    /// Why the run ended early, if so.
    pub cut_short: Option<String>,
}

/// A known failure as a run saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFailure {
    /// Ticket, last day and title of the first sighting.
    pub words: String,
    /// How often it was seen.
    pub seen: u32,
}

impl Summary {
    /// Bound on [`Summary::known`].
    const KNOWN: usize = 200;

    /// Counts a failure that is excused; nothing if it is none.
    pub fn count_known(&mut self, finding: &Finding) {
        let Some(excuse) = finding.excuse.as_ref().filter(|excuse| !excuse.expired) else { return };
        let key = format!("{} {}", excuse.ticket, finding.signature);
        if self.known.len() < Self::KNOWN || self.known.contains_key(&key) {
            let class = finding.class.map_or("", |class| class.words());
            let words = format!("{} until {}: {class}: {}", excuse.ticket, excuse.expires, finding.title);
            self.known.entry(key).or_insert(KnownFailure { words, seen: 0 }).seen += 1;
        }
    }

    /// Files that were judged.
    fn files(&self) -> u32 {
        self.verdicts.values().sum()
    }

    /// Bound on [`Summary::remarks`].
    pub const REMARKS: usize = 20;

    /// The text that the console and `summary.txt` show.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![String::new()];
        for block in &self.failures.blocks {
            lines.extend(block.lines());
            if block.blocks_progress(self.files()) {
                let seen = format!("{} of {} files", block.seen, self.files());
                lines.push(format!("  blocks progress in {seen}; list it with --known once it has a ticket"));
            }
            lines.push(String::new());
        }
        lines.extend(self.known.values().map(|known| format!("known       {} ({}x)", known.words, known.seen)));
        lines.extend(self.remarks.iter().map(|remark| format!("note: {remark}")));
        lines.extend(self.effectiveness.lines());
        lines.extend(self.checked.lines());
        lines.push(format!("verdicts    {}", self.verdict_words()));
        lines.push(self.failure_words());
        if let Some(why) = &self.cut_short {
            lines.push(format!("cut short   {why}"));
        }
        lines.push(format!("took        {}", readable(self.elapsed)));
        lines.push(format!("everything  {}", self.folder));
        lines
    }

    fn verdict_words(&self) -> String {
        let words: Vec<String> =
            self.verdicts.iter().map(|(verdict, count)| format!("{count} {}", word(*verdict))).collect();
        if words.is_empty() { "none".into() } else { words.join(", ") }
    }

    fn failure_words(&self) -> String {
        match (self.failures.blocks.len(), self.failures.dropped) {
            (0, _) => "failures    none".into(),
            (count, 0) => format!("failures    {count} different ones"),
            (count, dropped) => format!("failures    {count} different ones, and {dropped} more sightings not kept"),
        }
    }
}

/// A verdict as reports name it.
pub fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Clean => "clean",
        Verdict::Expected => "expected",
        Verdict::Unknown => "unknown",
        Verdict::ShellTrouble => "shell trouble",
        Verdict::Infrastructure => "infrastructure",
        Verdict::Failure => "failure",
    }
}
