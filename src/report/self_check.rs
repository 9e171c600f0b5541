//! The table of a self-check: what was planted, what was said of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::server::practice::bugs::PlantedBug;

/// Whether a planted bug was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Heard {
    /// And called by its name.
    Found,
    /// Nothing failed.
    Missed,
    /// Something failed that has another name.
    Misjudged,
    /// A decoy that nobody minded.
    Innocent,
    /// A decoy that somebody minded.
    FalseAlarm,
}

impl Heard {
    /// True for what should be.
    pub fn is_right(self) -> bool {
        matches!(self, Self::Found | Self::Innocent)
    }

    /// The word of the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Missed => "MISSED",
            Self::Misjudged => "MISJUDGED",
            Self::Innocent => "innocent",
            Self::FalseAlarm => "FALSE ALARM",
        }
    }
}

/// One planted bug.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BugRow {
    /// `PRACTICE-1`
    pub id: String,
    /// What it does.
    pub class: String,
    /// How much must come together.
    pub depth: String,
    /// The judge's classes that say it right; none for a decoy.
    pub expected: Vec<String>,
    /// The judge's classes that were seen, or its verdict where nothing failed.
    pub seen: String,
    /// How the two compare.
    pub heard: Heard,
    /// The worst finding.
    pub title: String,
    /// How often the program was run.
    pub tries: u32,
    /// All tries together, starts of servers included.
    pub elapsed: Duration,
}

impl BugRow {
    /// Nothing is heard yet.
    pub fn new(bug: &PlantedBug) -> Self {
        Self {
            id: bug.id.into(),
            class: format!("{:?}", bug.class),
            depth: bug.depth.words().into(),
            expected: bug.class.verdicts().iter().map(ToString::to_string).collect(),
            seen: String::new(),
            heard: Heard::Missed,
            title: String::new(),
            tries: 0,
            elapsed: Duration::ZERO,
        }
    }

    /// The words over the columns.
    pub fn head() -> String {
        columns(["", "bug", "class", "expected", "seen", "seconds"])
    }

    /// The lines of a table: one, and where something is wrong a second one that says what was seen.
    pub fn lines(&self) -> Vec<String> {
        let expected = if self.expected.is_empty() { "nothing".to_owned() } else { self.expected.join("/") };
        let tries = if self.tries > 1 { format!(" ({} runs)", self.tries) } else { String::new() };
        let seconds = format!("{:.1}{tries}", self.elapsed.as_secs_f64());
        let mut lines = vec![columns([self.heard.word(), &self.id, &self.class, &expected, &self.seen, &seconds])];
        if !self.heard.is_right() && !self.title.is_empty() {
            lines.push(format!("{:<12}{}", "", self.title));
        }
        lines
    }
}

fn columns([heard, id, class, expected, seen, seconds]: [&str; 6]) -> String {
    format!("{heard:<12}{id:<12}{class:<19}{expected:<40}{seen:<19}{seconds}").trim_end().to_owned()
}

/// The last line: how many of each.
pub fn self_check_sum(rows: &[BugRow]) -> String {
    let count = |heard| rows.iter().filter(|row| row.heard == heard).count();
    format!(
        "{} planted bugs: {} found, {} missed, {} misjudged; {} decoys: {} false alarms",
        rows.len() - count(Heard::Innocent) - count(Heard::FalseAlarm),
        count(Heard::Found),
        count(Heard::Missed),
        count(Heard::Misjudged),
        count(Heard::Innocent) + count(Heard::FalseAlarm),
        count(Heard::FalseAlarm),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::practice::bugs::all;

    #[test]
    fn a_row_says_what_was_expected_and_what_was_seen() {
        let row =
            BugRow { seen: "Crash".into(), heard: Heard::Misjudged, title: "why".into(), ..BugRow::new(&all()[2]) };
        let lines = row.lines();
        assert!(["MISJUDGED", "PRACTICE-3", "Deadlock", "Hang", "Crash"].iter().all(|word| lines[0].contains(word)));
        assert!(lines[1].ends_with("why"));
        assert_eq!(self_check_sum(&[row]), "1 planted bugs: 0 found, 0 missed, 1 misjudged; 0 decoys: 0 false alarms");
    }
}
