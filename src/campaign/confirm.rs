//! Each new failure once more on a fresh server, so that the line to copy does what it says.
//!
//! Alone first; where that shows nothing, after the files that had the same server before it. A failure that does not
//! come back stays a failure: the summary says that it did not.

use std::time::Instant;

use camino::Utf8PathBuf;

use super::CampaignError;
use super::bisect::programs_beside;
use super::desk::{Desk, File};
use super::reproduce::reproduce;
use super::rerun::given;
use crate::judge::{Judgement, one_bug};
use crate::report::{Event, FailureBlock, ShownAgain};
use crate::run::{Batch, Execution};

/// Failures that are run again in one run; a run with more of them has other worries.
const MOST: usize = 10;
/// Earlier files that are run before one again.
const EARLIER: usize = 20;

/// Runs the failing files again and writes into their blocks what came of it.
///
/// # Errors
/// See [`CampaignError`].
pub fn confirm(desk: &mut Desk<'_>, batch: &mut Batch<'_>) -> Result<(), CampaignError> {
    let count = desk.summary.failures.blocks.len().min(MOST);
    if count == 0 {
        return Ok(());
    }
    desk.reporter.event(&Event::Stage { name: "confirm", files: count });
    let started = Instant::now();
    for at in 0..count {
        let block = desk.summary.failures.blocks[at].clone();
        let (shown_again, files) = try_block(desk, batch, &block)?;
        if desk.interrupts.requested().is_some() {
            break;
        }
        let command = reproduce(desk.options, &files);
        let block = &mut desk.summary.failures.blocks[at];
        (block.shown_again, block.reproduce) = (shown_again, command);
    }
    desk.reporter.event(&Event::StageEnd { elapsed: started.elapsed() });
    Ok(())
}

fn try_block(
    desk: &mut Desk<'_>,
    batch: &mut Batch<'_>,
    block: &FailureBlock,
) -> Result<(ShownAgain, Vec<Utf8PathBuf>), CampaignError> {
    let beside = programs_beside(block, desk.folder.path());
    let alone = vec![block.file.clone()];
    let mut tried = try_files(desk, batch, &alone, &beside, block)?;
    let mut outcome = (ShownAgain::Alone, alone.clone());
    let earlier = &block.earlier[block.earlier.len().saturating_sub(EARLIER)..];
    // What ran beside each of the earlier files is nobody's knowledge here.
    let earlier = if beside.is_empty() { earlier } else { &[] };
    if !tried.shown && !earlier.is_empty() && desk.interrupts.requested().is_none() {
        let all: Vec<Utf8PathBuf> = earlier.iter().chain([&block.file]).cloned().collect();
        tried = try_files(desk, batch, &all, &[], block)?;
        outcome = (ShownAgain::AfterEarlierFiles, all);
    }
    let Tried { shown, name, execution, judgement } = &tried;
    desk.reporter.event(&Event::File { name, execution, judgement });
    let (shown_again, mut files) = if *shown { outcome } else { (ShownAgain::No, alone) };
    files.extend(beside);
    Ok((shown_again, files))
}

/// What the last of some files came to.
struct Tried {
    shown: bool,
    name: String,
    execution: Execution,
    judgement: Judgement,
}

/// Runs the files on a fresh server, the last one with others at the same time; an interrupt ends them early.
fn try_files(
    desk: &mut Desk<'_>,
    batch: &mut Batch<'_>,
    files: &[Utf8PathBuf],
    beside: &[Utf8PathBuf],
    wanted: &FailureBlock,
) -> Result<Tried, CampaignError> {
    batch.fresh_server();
    let mut last = None;
    for (at, path) in files.iter().enumerate() {
        let found = given(path)?;
        let name = format!("confirm/{}/{}", wanted.signature, found.name);
        let mut programs = vec![File { name: name.clone(), ..found }];
        if at + 1 == files.len() {
            programs.extend(beside.iter().map(|path| given(path)).collect::<Result<Vec<_>, _>>()?);
        }
        last = Some((desk.execute_together(batch, &programs)?, name));
        if desk.interrupts.requested().is_some() {
            break;
        }
    }
    let nothing = || CampaignError::SetUp("a failure without a file cannot be tried again".into());
    let ((execution, judgement), name) = last.ok_or_else(nothing)?;
    let shown = judgement.failures().any(|finding| one_bug(&finding.symptoms, &wanted.symptoms));
    Ok(Tried { shown, name, execution, judgement })
}
