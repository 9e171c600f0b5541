//! `fuzz corpus stats` and `fuzz corpus new`.

use camino::Utf8PathBuf;
use clap::Subcommand;

use super::options::shipped_corpus;
use crate::campaign::CampaignError;
use crate::corpus::{Corpus, Index, NewSince, NewTests, find_new};
use crate::exit_code::ExitCode;
use crate::report::say;

/// What to do with a corpus.
#[derive(Debug, Subcommand)]
pub enum CorpusCommand {
    /// How many files, statements and pieces of material there are, and what was left out
    Stats {
        /// The folder [default: the shipped corpus]
        folder: Option<Utf8PathBuf>,
    },
    /// Which files count as newly committed
    New {
        /// The folder [default: the shipped corpus]
        folder: Option<Utf8PathBuf>,
        /// Since when: a revision or a date
        #[arg(long, value_name = "REV|DATE")]
        new_since: Option<String>,
    },
}

/// Runs one of them.
pub fn run(command: &CorpusCommand) -> Result<ExitCode, CampaignError> {
    let set_up = |error: &dyn std::fmt::Display| CampaignError::SetUp(error.to_string());
    let (CorpusCommand::Stats { folder } | CorpusCommand::New { folder, .. }) = command;
    let root = folder.clone().unwrap_or_else(shipped_corpus);
    let corpus = Corpus::load(std::slice::from_ref(&root)).map_err(|error| set_up(&error))?;
    match command {
        CorpusCommand::Stats { .. } => stats(&corpus),
        CorpusCommand::New { new_since, .. } => {
            let since = new_since.clone().map_or(NewSince::Automatic, NewSince::Point);
            let found = find_new(&corpus, std::slice::from_ref(&root), &since).map_err(|error| set_up(&error))?;
            new(&corpus, &found);
        }
    }
    Ok(ExitCode::Clean)
}

fn stats(corpus: &Corpus) {
    let mut counts: Vec<usize> = corpus.files.iter().map(|file| file.statements.len()).collect();
    counts.sort_unstable();
    let index = Index::of(&corpus.files);
    say(&format!("files       {}, {} left out", corpus.files.len(), corpus.skipped.len()));
    say(&format!("statements  {}, median {} a file", counts.iter().sum::<usize>(), counts[counts.len() / 2]));
    let (literals, objects) = (index.literals.len(), index.objects.len());
    say(&format!(
        "material    {literals} literals, {objects} documents and arrays, {} keys, {} methods",
        index.keys.len(),
        index.methods.len()
    ));
    for skipped in &corpus.skipped {
        say(&format!("left out    {} {}", skipped.path, skipped.reason));
    }
}

fn new(corpus: &Corpus, found: &NewTests) {
    match found {
        NewTests::Unknown { reason } => say(&format!("nothing is known: {reason}")),
        NewTests::Found { files, since } => {
            say(&format!("{} of {} files changed since {since}", files.len(), corpus.files.len()));
            files.iter().for_each(|&at| say(&corpus.files[at].name));
        }
    }
}
