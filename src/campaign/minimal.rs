//! At the end of a run: the file of each new failure made small, in the time that the run gives for it.

use std::io;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;

use super::CampaignError;
use super::bisect::{BisectError, BisectOptions, Bisected, Checked, Way, Witness, bisect, of_block};
use super::desk::Desk;
use crate::judge::Class;
use crate::report::{Event, FailureBlock, Minimal, ShownAgain, Summary};
use crate::store::{RECORD, read_record};
use crate::triage::reduce::{Ending, Progress, on_deep_stack};

/// Failures that are bisected in one run.
const MOST: usize = 10;
/// Less time than this would be wasted on one.
const LEAST: Duration = Duration::from_secs(8);

/// Bisects within `budget`, which the failures share evenly; what one leaves over goes to the next.
///
/// # Errors
/// The smallest programs cannot be written. A failure that cannot be bisected stays as it is.
pub fn minimise(desk: &mut Desk<'_>, budget: Duration) -> Result<(), CampaignError> {
    let again = |block: &FailureBlock| matches!(block.shown_again, ShownAgain::Alone | ShownAgain::AfterEarlierFiles);
    let blocks = desk.summary.failures.blocks.iter().enumerate();
    let mut failing: Vec<usize> = blocks.filter(|(_, block)| again(block)).map(|(at, _)| at).take(MOST).collect();
    // A hang takes as long as several crashes.
    failing.sort_by_key(|at| desk.summary.failures.blocks[*at].class == Class::Hang);
    if failing.is_empty() || budget.is_zero() {
        return Ok(());
    }
    desk.reporter.event(&Event::Stage { name: "bisect", files: failing.len() });
    let started = Instant::now();
    for (done, at) in failing.iter().enumerate() {
        let share = budget.saturating_sub(started.elapsed()) / (failing.len() - done) as u32;
        let share = share.max(LEAST);
        if started.elapsed() >= budget || desk.interrupts.requested().is_some() {
            break;
        }
        let block = desk.summary.failures.blocks[*at].clone();
        match small(desk, &block, share) {
            Ok(small) => desk.summary.failures.blocks[*at].minimal = Some(keep(desk, &block, &small)?),
            Err(error) if desk.summary.remarks.len() < Summary::REMARKS => {
                desk.summary.remarks.push(format!("[{}] was not made small: {error}", block.signature));
            }
            Err(_) => {}
        }
    }
    desk.reporter.event(&Event::StageEnd { elapsed: started.elapsed() });
    Ok(())
}

fn small(desk: &Desk<'_>, block: &FailureBlock, time: Duration) -> Result<Bisected, BisectError> {
    let run = desk.folder.path();
    let case = of_block(block, run).case;
    let name = block.file.file_stem().unwrap_or_default();
    let record = run.join("executions").join(name).join(RECORD);
    let execution = read_record(&record).map_err(|error| BisectError::Broken(error.to_string()))?;
    let wanted = case.wanted.clone().ok_or(BisectError::DoesNotFail(0))?;
    let after_earlier = block.shown_again == ShownAgain::AfterEarlierFiles;
    let way = if after_earlier { Way::AfterEarlier } else { Way::Alone };
    let checked = Checked::by_a_run(wanted, &execution, way);
    let options = options(desk, block, time);
    let interrupts = desk.interrupts;
    let outcome = on_deep_stack(|| bisect(&case, Some(checked), &options, interrupts, &mut Nobody));
    // Answers are of no use any more.
    let _ = fs_err::remove_dir_all(&options.state);
    outcome.map_err(|error| BisectError::Broken(error.to_string()))?
}

fn options(desk: &Desk<'_>, block: &FailureBlock, time: Duration) -> BisectOptions {
    BisectOptions {
        run: desk.options.clone(),
        jobs: std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(4),
        tests: None,
        time: Some(time),
        keep_wrapping: false,
        lines: false,
        seldom: false,
        repeat_until: None,
        commands: false,
        interleave: false,
        last_runs: 3,
        state: place(desk, block).with_extension("state"),
        command: block.reproduce.clone(),
    }
}

fn place(desk: &Desk<'_>, block: &FailureBlock) -> Utf8PathBuf {
    desk.folder.path().join("minimal").join(format!("{}.js", block.signature))
}

fn keep(desk: &Desk<'_>, block: &FailureBlock, small: &Bisected) -> Result<Minimal, CampaignError> {
    let text = small.comment.clone() + &small.text;
    let path = desk.save(&format!("minimal/{}.js", block.signature), text.as_bytes())?;
    let mut text = small.text.clone();
    for (client, beside) in (1..).zip(&small.beside) {
        let path = desk.save(&format!("minimal/{}.client-{client}.js", block.signature), beside.text.as_bytes())?;
        text.push_str(&format!("// beside it, as client {client}: {path}\n"));
    }
    let fails = small.rate.to_string();
    Ok(Minimal { path, text, fails, done: small.reduced.ending == Ending::Minimal })
}

/// The run's own reporter tells when it is over.
struct Nobody;

impl Witness for Nobody {
    fn say(&mut self, _: &str) {}

    fn see(&mut self, _: &Progress<'_>) -> io::Result<()> {
        Ok(())
    }
}
