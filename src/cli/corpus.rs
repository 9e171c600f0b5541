//! `fuzz corpus check`, `stats` and `new`.

use camino::Utf8PathBuf;
use clap::Subcommand;

use super::options::{RunArguments, shipped_corpus};
use crate::campaign::{self, CampaignError};
use crate::corpus::{Corpus, Index, NewSince, NewTests, find_new};
use crate::exit_code::ExitCode;
use crate::report::{Human, say};

/// What to do with a corpus.
#[derive(Debug, Subcommand)]
pub enum CorpusCommand {
    /// Runs each test as it is: what runs clean, what fails and why, what needs something that is missing
    Check {
        /// The folder [default: the shipped corpus]
        folder: Option<Utf8PathBuf>,
        #[command(flatten)]
        run: Box<RunArguments>,
    },
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
    match command {
        CorpusCommand::Check { folder, run } => {
            let roots = [folder.clone().unwrap_or_else(shipped_corpus)];
            return campaign::check(&run.options(), &roots, &mut Human::new(run.quiet), &super::interrupts()?);
        }
        CorpusCommand::Stats { folder } => stats(&load(folder.as_ref())?.1),
        CorpusCommand::New { folder, new_since } => {
            let (root, corpus) = load(folder.as_ref())?;
            let since = new_since.clone().map_or(NewSince::Automatic, NewSince::Point);
            let found = find_new(&corpus, std::slice::from_ref(&root), &since);
            new(&corpus, &found.map_err(CampaignError::SetUp)?);
        }
    }
    Ok(ExitCode::Clean)
}

fn load(folder: Option<&Utf8PathBuf>) -> Result<(Utf8PathBuf, Corpus), CampaignError> {
    let root = folder.cloned().unwrap_or_else(shipped_corpus);
    let corpus = Corpus::load(std::slice::from_ref(&root)).map_err(|error| CampaignError::SetUp(error.to_string()))?;
    Ok((root, corpus))
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
