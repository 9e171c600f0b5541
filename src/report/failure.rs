//! Failures of a run, one block for each signature.

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::judge::{Class, Finding, Signature, Symptom, one_bug, unite};
use crate::run::Execution;

/// Signatures kept in one run; more are counted only.
const MOST: usize = 200;

/// Sightings of one bug that are kept in full; of later ones only the record stays.
pub const FULL_REPORTS: u32 = 5;

/// A bug that is seen in more than one of so many files keeps a fuzzer from finding others.
const BLOCKS_FROM: u32 = 100;

/// One bug as a run saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureBlock {
    /// The short name of its first symptom.
    pub signature: Signature,
    /// What it shows, the cause first: other failures with one of these are the same bug (see [`one_bug`]).
    #[serde(default)]
    pub symptoms: Vec<Symptom>,
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
    /// The smallest program that was found in the time there was.
    #[serde(default)]
    pub minimal: Option<Minimal>,
}

/// A failing file made small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minimal {
    /// Where it lies.
    pub path: Utf8PathBuf,
    /// Its text.
    pub text: String,
    /// Runs on fresh servers that failed, `10 of 10`.
    pub fails: String,
    /// False where the time was up before it was smallest.
    pub done: bool,
}

impl Minimal {
    /// Lines of a program that a report shows.
    const LINES: usize = 16;

    fn lines(&self) -> Vec<String> {
        let more = if self.done { "" } else { "; triage bisect makes it smaller" };
        let mut lines = vec![format!("  minimal         {} (failed {} times{more})", self.path, self.fails)];
        let all: Vec<&str> = self.text.lines().collect();
        lines.extend(all.iter().take(Self::LINES).map(|line| format!("                  {line}")));
        if all.len() > Self::LINES {
            lines.push(format!("                  ... and {} lines more", all.len() - Self::LINES));
        }
        lines
    }
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
            Self::Alone => Some("yes, on a fresh server with nothing before it"),
            Self::AfterEarlierFiles => Some("yes, after the files that ran before it; not without them"),
            Self::No => Some("no: it ran once more on a fresh server and did not fail"),
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
        lines.extend(self.symptoms.first().map(|cause| format!("  signature       {cause}")));
        lines.push(format!("  file            {}", self.file));
        lines.push(format!("  last completed  {last}"));
        lines.extend(self.shown_again.words().map(|words| format!("  shown again     {words}")));
        if self.seen > FULL_REPORTS {
            lines.push(format!("  kept            {FULL_REPORTS} of {} in full, of the others the record", self.seen));
        }
        lines.push(format!("  reproduce       {}", self.reproduce));
        lines.extend(self.minimal.iter().flat_map(Minimal::lines));
        lines
    }

    /// True where it was seen more often than in 1 of 100 of the run's files. One sighting alone says nothing of that.
    pub fn blocks_progress(&self, files: u32) -> bool {
        self.seen > 1 && self.seen * BLOCKS_FROM > files
    }
}

impl FailureBlock {
    fn count(&mut self, sighting: Self) {
        let weak = |block: &Self| block.symptoms.first().is_none_or(Symptom::is_weak);
        let count = self.seen + 1;
        if weak(self) && !weak(&sighting) {
            let echo = std::mem::replace(self, sighting);
            unite(&mut self.symptoms, &echo.symptoms);
        } else {
            unite(&mut self.symptoms, &sighting.symptoms);
        }
        self.seen = count;
    }
}

/// What a sighting of a failure was to the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighted {
    /// The first of this bug.
    First,
    /// One more: how many there are now.
    Again(u32),
    /// One more than a run keeps; it is counted only.
    NotKept,
}

/// The failures of a run in the order in which they were seen first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Failures {
    /// One a bug.
    pub blocks: Vec<FailureBlock>,
    /// Seen after the bound was reached.
    pub dropped: u32,
}

impl Failures {
    /// Counts a failure. What meets a block in its symptoms goes there; a cause takes the place of a mere echo.
    pub fn add(
        &mut self,
        finding: &Finding,
        execution: &Execution,
        file: &Utf8Path,
        earlier: &[Utf8PathBuf],
        reproduce: String,
    ) -> Sighted {
        let Some(class) = finding.class else { return Sighted::NotKept };
        let seen = FailureBlock {
            signature: finding.signature.clone(),
            symptoms: finding.symptoms.clone(),
            class,
            title: finding.title.clone(),
            details: finding.details.clone(),
            file: file.to_owned(),
            last_completed: finding.last_completed.or(execution.last_completed()),
            seen: 1,
            reproduce,
            earlier: earlier.to_vec(),
            shown_again: ShownAgain::NotTried,
            minimal: None,
        };
        if let Some(known) = self.blocks.iter_mut().find(|block| one_bug(&block.symptoms, &seen.symptoms)) {
            known.count(seen);
            return Sighted::Again(known.seen);
        }
        if self.blocks.len() == MOST {
            self.dropped += 1;
            return Sighted::NotKept;
        }
        self.blocks.push(seen);
        Sighted::First
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
        let mut add = |file: &str| failures.add(&finding, &clean(), file.into(), &[], format!("fuzz run {file}"));
        assert_eq!((add("a.js"), add("b.js")), (Sighted::First, Sighted::Again(2)));
        let lines = failures.blocks[0].lines();
        assert!(lines[0].ends_with("seen 2 times"), "{lines:?}");
        assert!(lines.last().unwrap().ends_with("fuzz run a.js"));
    }

    fn sighting(title: &str, symptoms: &[&str]) -> Finding {
        let symptoms = symptoms.iter().map(|line| line.parse().unwrap()).collect();
        Finding::of_symptoms(Class::Crash, symptoms, title)
    }

    #[test]
    fn a_cause_takes_the_place_of_an_echo_and_never_the_other_way() {
        let echo = sighting("echo", &["weak dropped connection: find"]);
        let cause = sighting("cause", &["crash: SIGSEGV @ f", "weak dropped connection: find"]);
        for order in [[&echo, &cause], [&cause, &echo]] {
            let mut failures = Failures::default();
            for finding in order {
                failures.add(finding, &clean(), "a.js".into(), &[], String::new());
            }
            let blocks = &failures.blocks;
            assert_eq!((blocks.len(), blocks[0].title.as_str(), blocks[0].seen), (1, "cause", 2));
            assert_eq!(blocks[0].signature, cause.signature);
        }
    }

    #[test]
    fn two_causes_with_one_echo_are_two_bugs() {
        let mut failures = Failures::default();
        for cause in ["crash: SIGSEGV @ f", "crash: SIGSEGV @ g"] {
            let finding = sighting(cause, &[cause, "weak dropped connection: find"]);
            failures.add(&finding, &clean(), "a.js".into(), &[], String::new());
        }
        assert_eq!(failures.blocks.len(), 2);
    }

    #[test]
    fn a_bug_blocks_progress_from_two_sightings_in_more_than_one_of_a_hundred_files() {
        let mut failures = Failures::default();
        let mut add = || failures.add(&sighting("t", &["crash: x"]), &clean(), "a.js".into(), &[], String::new());
        add();
        add();
        let block = &failures.blocks[0];
        assert!(block.blocks_progress(199) && !block.blocks_progress(200));
        assert!(!FailureBlock { seen: 1, ..block.clone() }.blocks_progress(5));
    }
}
