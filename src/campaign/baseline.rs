//! The drawn corpus files as they are: what fails by itself cannot test anything, and their times seed the hang timer.

use std::collections::BTreeSet;
use std::time::Duration;

use super::CampaignError;
use super::desk::{Desk, File};
use crate::corpus::Corpus;
use crate::judge::Verdict;
use crate::report::Event;
use crate::run::Batch;

/// What the baseline found.
#[derive(Debug, Default)]
pub struct Baseline {
    /// Positions in the corpus of files that fail by themselves.
    pub failing: BTreeSet<usize>,
    /// Sum of the runtimes of those that do not, and how many.
    pub runtime: (Duration, u32),
}

/// Runs `files` unmutated. A file that shows a server failure is a failure of its own, in the summary like any other.
pub fn run(
    desk: &mut Desk<'_>,
    batch: &mut Batch<'_>,
    corpus: &Corpus,
    files: &BTreeSet<usize>,
) -> Result<Baseline, CampaignError> {
    let mut baseline = Baseline::default();
    desk.reporter.event(&Event::Stage { name: "baseline", files: files.len() });
    let started = std::time::Instant::now();
    // Copies of a plain test are in each other's way, which says nothing of the test.
    batch.set_alone(true);
    for &at in files {
        let source = &corpus.files[at];
        let file = File { name: format!("baseline/{}", source.name), path: source.path.clone(), statements: 0 };
        let (execution, judgement) = desk.run(batch, &file, false)?;
        if judgement.verdict <= Verdict::Expected {
            baseline.runtime.0 += execution.elapsed;
            baseline.runtime.1 += 1;
        } else {
            baseline.failing.insert(at);
        }
        if desk.should_stop(&judgement, batch) {
            break;
        }
    }
    batch.set_alone(false);
    desk.reporter.event(&Event::StageEnd { elapsed: started.elapsed() });
    desk.reporter.event(&Event::Notice(sentence(&baseline, files.len(), corpus)));
    Ok(baseline)
}

fn sentence(baseline: &Baseline, all: usize, corpus: &Corpus) -> String {
    const NAMED: usize = 10;
    let failing = baseline.failing.len();
    if failing == 0 {
        return format!("baseline    all {all} drawn files run clean unmutated");
    }
    let names: Vec<&str> = baseline.failing.iter().take(NAMED).map(|&at| corpus.files[at].name.as_str()).collect();
    let more = if failing > NAMED { format!(" and {} more", failing - NAMED) } else { String::new() };
    format!(
        "baseline    {failing} of {all} drawn files fail by themselves and are left out: {}{more}",
        names.join(", ")
    )
}
