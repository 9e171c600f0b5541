//! What the user named: a file, the record of an execution, or the short name of a failure.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Case, Wanted};
use crate::campaign::CampaignError;
use crate::judge::judge;
use crate::report::{FailureBlock, Summary};
use crate::run::Execution;
use crate::store::{RECORD, read_json, read_record, read_words};

/// A case with the words of the command line under which it failed.
#[derive(Clone, Debug)]
pub struct Found {
    /// What to bisect.
    pub case: Case,
    /// `--server`, `--shell` and so on of the run; none for a plain file.
    pub words: Vec<String>,
}

/// Finds it. `out` is where runs keep their records, `validate` whether stored data counts for a file without record.
///
/// # Errors
/// There is no such file or failure, or its record cannot be read.
pub fn find(target: &str, out: &Utf8Path, validate: bool) -> Result<Found, CampaignError> {
    let path = Utf8Path::new(target);
    if path.is_dir() {
        of_record(&path.join(RECORD))
    } else if path.is_file() && path.extension() == Some("json") {
        of_record(path)
    } else if path.is_file() {
        let file = path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned());
        Ok(Found { case: Case { validate, ..Case::of(file) }, words: Vec::new() })
    } else {
        of_signature(target, &out.join("latest"))
    }
}

fn of_record(path: &Utf8Path) -> Result<Found, CampaignError> {
    let execution = read_record(path)?;
    let judgement = judge(&execution);
    let Some(finding) = judgement.failures().next() else {
        return Err(CampaignError::Predicate(format!("{path} records no failure")));
    };
    let run = path.ancestors().nth(3).unwrap_or(path);
    // A record without its run is still a file to be bisected.
    let summary: Option<Summary> = read_json(&run.join("summary.json")).ok();
    let blocks = summary.map(|summary| summary.failures.blocks).unwrap_or_default();
    let earlier = blocks.into_iter().find(|block| block.file == execution.file).map(|block| block.earlier);
    let case = Case {
        wanted: Some(Wanted::of(finding)),
        earlier: earlier.unwrap_or_default(),
        together: others_of(&execution),
        validate: true,
        ..Case::of(execution.file.clone())
    };
    Ok(Found { case, words: read_words(path)? })
}

fn of_signature(target: &str, run: &Utf8Path) -> Result<Found, CampaignError> {
    let refuse = |why: String| {
        CampaignError::SetUp(format!(
            "there is no file '{target}', and {why}; name a file, a record.json or a signature"
        ))
    };
    let path = run.join("summary.json");
    let summary: Summary = read_json(&path).map_err(|_| refuse(format!("no run in {run} that knows it")))?;
    let matching: Vec<&FailureBlock> =
        summary.failures.blocks.iter().filter(|block| block.signature.as_str().starts_with(target)).collect();
    match matching.as_slice() {
        [block] => Ok(of_block(block, run)),
        [] => Err(refuse(format!("{path} has no failure of that name"))),
        several => Err(refuse(format!("{} failures in {path} begin so", several.len()))),
    }
}

/// The case of a failure in a run's summary.
pub fn of_block(block: &FailureBlock, run: &Utf8Path) -> Found {
    let wanted = Wanted { symptoms: block.symptoms.clone(), class: Some(block.class), title: block.title.clone() };
    let record = record_of(&block.file, run);
    let together = programs_beside(block, run);
    let earlier = block.earlier.clone();
    let case = Case { wanted: Some(wanted), earlier, together, validate: true, ..Case::of(block.file.clone()) };
    // Without a record the words of the command line decide.
    Found { case, words: read_words(&record).unwrap_or_default() }
}

/// What other clients ran beside the file of a failure, where that was something else.
pub fn programs_beside(block: &FailureBlock, run: &Utf8Path) -> Vec<Utf8PathBuf> {
    read_record(&record_of(&block.file, run)).map(|execution| others_of(&execution)).unwrap_or_default()
}

/// The files of further clients, where those were others than the first's.
fn others_of(execution: &Execution) -> Vec<Utf8PathBuf> {
    let files: Vec<Utf8PathBuf> = execution.clients.iter().map(|client| client.file.clone()).collect();
    if files.iter().all(|file| *file == execution.file) { Vec::new() } else { files }
}

fn record_of(file: &Utf8Path, run: &Utf8Path) -> Utf8PathBuf {
    run.join("executions").join(file.file_stem().unwrap_or_default()).join(RECORD)
}
