//! `triage show`: all that is known of a failure, on one screen.

use camino::{Utf8Path, Utf8PathBuf};

use super::list::{folder_of, summary};
use super::locate;
use crate::campaign::CampaignError;
use crate::exit_code::ExitCode;
use crate::judge::judge;
use crate::report::{FailureBlock, say};
use crate::run::Execution;
use crate::store::{RECORD, read_record};

/// Lines of a server's log.
const LOG: usize = 8;
/// Characters of one.
const WIDTH: usize = 160;
/// Threads whose stacks are shown, and frames of each.
const THREADS: usize = 2;
const FRAMES: usize = 8;

/// Shows it.
pub fn run(target: &str, out: &Utf8Path) -> Result<ExitCode, CampaignError> {
    if let Some(record) = given_record(target) {
        let execution = read_record(&record)?;
        for finding in judge(&execution).findings {
            let class = finding.class.map_or("remark", |class| class.words());
            say(&format!("{class} [{}] {}", finding.signature, finding.title));
            finding.symptoms.iter().for_each(|symptom| say(&format!("  shows         {symptom}")));
        }
        tell(&execution, &record);
        return Ok(ExitCode::Clean);
    }
    let run = folder_of(out);
    let block = block(target, &run)?;
    block.lines().iter().for_each(|line| say(line));
    block.symptoms.iter().skip(1).for_each(|symptom| say(&format!("  shows too       {symptom}")));
    let record = record_of(&block, &run);
    match read_record(&record) {
        Ok(execution) => tell(&execution, &record),
        Err(error) => say(&format!("its record is not there any more: {error}")),
    }
    Ok(ExitCode::Clean)
}

/// The record that a signature of a run, a record or its folder means.
pub(super) fn record_at(target: &str, out: &Utf8Path) -> Result<Utf8PathBuf, CampaignError> {
    if let Some(record) = given_record(target) {
        return Ok(record);
    }
    let run = folder_of(out);
    Ok(record_of(&block(target, &run)?, &run))
}

fn given_record(target: &str) -> Option<Utf8PathBuf> {
    let path = Utf8Path::new(target);
    let record = if path.is_dir() { path.join(RECORD) } else { path.to_owned() };
    path.exists().then_some(record)
}

fn block(target: &str, run: &Utf8Path) -> Result<FailureBlock, CampaignError> {
    let blocks = summary(run)?.failures.blocks;
    let names: Vec<&str> = blocks.iter().map(|block| block.signature.as_str()).collect();
    let matching: Vec<&FailureBlock> =
        blocks.iter().filter(|block| block.signature.as_str().starts_with(target)).collect();
    match matching.as_slice() {
        [block] => Ok((*block).clone()),
        [] => Err(CampaignError::SetUp(format!("no failure in {run} begins with '{target}'; there are {names:?}"))),
        _ => Err(CampaignError::SetUp(format!("several failures begin with '{target}'; there are {names:?}"))),
    }
}

fn record_of(block: &FailureBlock, run: &Utf8Path) -> Utf8PathBuf {
    run.join("executions").join(block.file.file_stem().unwrap_or_default()).join(RECORD)
}

fn tell(execution: &Execution, record: &Utf8Path) {
    say("");
    locate::lines(execution).iter().for_each(|line| say(line));
    let cut = |line: &str| line[..line.floor_char_boundary(WIDTH)].to_owned();
    for line in execution.log.iter().take(LOG) {
        say(&format!("log             {}: {}", line.process, cut(&line.text)));
    }
    for check in execution.checks.iter().filter(|check| !check.findings.is_empty()) {
        let first = &check.findings[0];
        say(&format!("{:<15} {}: {}", check.name, first.object, cut(&first.message)));
    }
    stacks(execution);
    if let Some(capture) = &execution.capture {
        capture.gaps.iter().for_each(|gap| say(&format!("not captured    {}: {}", gap.what, gap.why)));
    }
    if let Some(folder) = record.parent() {
        say(&format!("record, output  {folder}"));
    }
}

fn stacks(execution: &Execution) {
    let processes = execution.capture.iter().flat_map(|capture| &capture.processes);
    for process in processes {
        for thread in process.threads.iter().take(THREADS) {
            say(&format!("stack           {} thread {} {}", process.name, thread.id, thread.name));
            for frame in thread.frames.iter().take(FRAMES) {
                let place = frame.place.as_ref().map(|place| format!("  ({place})")).unwrap_or_default();
                say(&format!("                {}{place}", frame.function));
            }
        }
    }
}
