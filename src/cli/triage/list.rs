//! `triage list`: the failures of a run.

use camino::{Utf8Path, Utf8PathBuf};

use crate::campaign::CampaignError;
use crate::exit_code::ExitCode;
use crate::report::{FailureBlock, ShownAgain, Summary, say};
use crate::store::read_json;

/// Characters of a title that fit beside the rest.
const TITLE: usize = 90;

/// Lists them.
pub fn run(run: &Utf8Path, json: bool) -> Result<ExitCode, CampaignError> {
    let summary = summary(&folder_of(run))?;
    let blocks = &summary.failures.blocks;
    if json {
        say(&serde_json::to_string(blocks).map_err(|error| CampaignError::Disk(error.to_string()))?);
        return Ok(ExitCode::Clean);
    }
    if blocks.is_empty() {
        say("no failures");
        return Ok(ExitCode::Clean);
    }
    say(&format!("{:<16}  {:<18} {:>5}  {:<7} {:<8} title", "signature", "class", "seen", "again", "minimal"));
    blocks.iter().for_each(|block| say(&line(block)));
    if summary.failures.dropped > 0 {
        say(&format!("and {} more sightings that were not kept", summary.failures.dropped));
    }
    Ok(ExitCode::Clean)
}

fn line(block: &FailureBlock) -> String {
    let again = match block.shown_again {
        ShownAgain::NotTried => "-",
        ShownAgain::Alone => "yes",
        ShownAgain::AfterEarlierFiles => "earlier",
        ShownAgain::No => "no",
    };
    let minimal = block.minimal.as_ref().map_or("-".to_owned(), |one| format!("{} lines", one.text.lines().count()));
    let title = &block.title[..block.title.floor_char_boundary(TITLE)];
    let (signature, class) = (block.signature.as_str(), block.class.words());
    format!("{signature}  {class:<18} {:>5}  {again:<7} {minimal:<8} {title}", block.seen)
}

/// A run's own folder, or the last run below an `--out`.
pub fn folder_of(path: &Utf8Path) -> Utf8PathBuf {
    let last = path.join("latest");
    if last.is_dir() { last } else { path.to_owned() }
}

/// What a run came to.
pub fn summary(run: &Utf8Path) -> Result<Summary, CampaignError> {
    let path = run.join("summary.json");
    read_json(&path).map_err(|error| {
        CampaignError::SetUp(format!("{run} is no folder of a run that ended: {error}; name one, or the --out of runs"))
    })
}
