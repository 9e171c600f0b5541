//! The main job: draw, mutate, wrap, run, judge, keep, report.

use std::collections::BTreeSet;
use std::time::Instant;

use super::against::against_a_server;
use super::confirm::confirm;
use super::desk::{Desk, File};
use super::minimal::minimise;
use super::options::FuzzOptions;
use super::{CampaignError, baseline};
use crate::corpus::{Corpus, Index, NewTests, Set, draw, find_new};
use crate::exit_code::ExitCode;
use crate::interrupt::Interrupts;
use crate::report::{Event, Reporter};
use crate::run::Batch;
use crate::seed::Seed;
use crate::server::ServerError;
use crate::wrap::{FuzzedFile, Stock, make};

/// Makes `--sets` files and runs them.
///
/// # Errors
/// See [`CampaignError`]; what was recorded until then is kept.
pub fn fuzz(
    options: &FuzzOptions,
    reporter: &mut dyn Reporter,
    interrupts: &Interrupts,
) -> Result<ExitCode, CampaignError> {
    let source = Source::load(options)?;
    let mut desk = Desk::new(&options.run, options.corpus.clone(), reporter, interrupts)?;
    source.tell(&mut desk, options);
    let outcome = against_a_server(&mut desk, |desk, batch| {
        let usable = source.after_baseline(options, desk, batch)?;
        if desk.may_go_on() {
            fuzzed_files(options, &source, &usable, desk, batch)?;
        }
        if options.confirm && batch.restartable() && interrupts.requested().is_none() {
            confirm(desk, batch)?;
            let budget = options.triage_budget.of(desk.elapsed());
            minimise(desk, budget)?;
        }
        Ok(())
    });
    desk.end(outcome, false)
}

/// Makes the files only; nothing is started.
///
/// # Errors
/// See [`CampaignError`].
pub fn generate(
    options: &FuzzOptions,
    reporter: &mut dyn Reporter,
    interrupts: &Interrupts,
) -> Result<ExitCode, CampaignError> {
    let source = Source::load(options)?;
    let mut desk = Desk::new(&options.run, options.corpus.clone(), reporter, interrupts)?;
    source.tell(&mut desk, options);
    let usable = source.all();
    let mut statements = 0;
    for index in 0..options.sets {
        let (file, _) = source.make(options, &usable, &mut desk, index)?;
        statements += u64::from(file.statements);
    }
    desk.folder.publish();
    let folder = desk.folder.path().join("files");
    desk.head("made", format!("{} files with {statements} statements in {folder}", options.sets));
    Ok(ExitCode::Clean)
}

fn fuzzed_files(
    options: &FuzzOptions,
    source: &Source,
    usable: &[usize],
    desk: &mut Desk<'_>,
    batch: &mut Batch<'_>,
) -> Result<(), CampaignError> {
    let at_once = options.run.clients.files_at_once() as u64;
    desk.reporter.event(&Event::Stage { name: "fuzz", files: options.sets.div_ceil(at_once) as usize });
    let started = Instant::now();
    for first in (0..options.sets).step_by(at_once as usize) {
        let mut files = Vec::new();
        for index in first..options.sets.min(first + at_once) {
            let (made, path) = source.make(options, usable, desk, index)?;
            files.push(File { name: made.name, path, statements: made.statements });
        }
        let (_, judgement) = desk.run_together(batch, &files, true)?;
        if desk.should_stop(&judgement, batch) {
            break;
        }
    }
    desk.reporter.event(&Event::StageEnd { elapsed: started.elapsed() });
    Ok(())
}

/// What files are made from.
struct Source {
    stock: Stock,
    index: Index,
    new: NewTests,
}

impl Source {
    fn load(options: &FuzzOptions) -> Result<Self, CampaignError> {
        let corpus = Corpus::load(&options.corpus).map_err(|error| CampaignError::SetUp(error.to_string()))?;
        let new = find_new(&corpus, &options.corpus, &options.new_since).map_err(CampaignError::SetUp)?;
        let index = Index::of(&corpus.files);
        Ok(Self { stock: Stock::of(corpus), index, new })
    }

    fn all(&self) -> Vec<usize> {
        (0..self.stock.corpus.files.len()).collect()
    }

    fn tell(&self, desk: &mut Desk<'_>, options: &FuzzOptions) {
        desk.head("jstestfuzz", env!("CARGO_PKG_VERSION"));
        desk.head("seed", options.run.seed.to_string());
        let roots = options.corpus.iter().map(|root| root.as_str()).collect::<Vec<_>>().join(", ");
        let skipped = self.stock.corpus.skipped.len();
        desk.head("corpus", format!("{roots}: {} files parsed, {skipped} left out", self.stock.corpus.files.len()));
        for skipped in self.stock.corpus.skipped.iter().take(10) {
            desk.head("", format!("left out: {} {}", skipped.path, skipped.reason));
        }
        let new = match &self.new {
            NewTests::Unknown { reason } => format!("none known: {reason}"),
            NewTests::Found { files, since } if files.len() == self.stock.corpus.files.len() => {
                format!("all files changed since {since}: none is newer than the others")
            }
            NewTests::Found { files, since } => format!("{} changed since {since}{}", files.len(), self.names(files)),
        };
        desk.head("new tests", new);
    }

    fn names(&self, files: &[usize]) -> String {
        let names: Vec<&str> = files.iter().take(5).map(|&at| self.stock.corpus.files[at].name.as_str()).collect();
        let more = if files.len() > 5 { ", ..." } else { "" };
        if names.is_empty() {
            String::new()
        } else {
            format!(": {}{more}; in every set, by turns if many", names.join(", "))
        }
    }

    fn set(&self, options: &FuzzOptions, usable: &[usize], index: u64) -> Set {
        let usable_new: Vec<usize> = self.new.files().iter().copied().filter(|at| usable.contains(at)).collect();
        let seed = Seed::from_number(options.run.seed);
        draw(&self.stock.corpus, usable, &usable_new, &seed, index, options.source_files)
    }

    fn make(
        &self,
        options: &FuzzOptions,
        usable: &[usize],
        desk: &mut Desk<'_>,
        index: u64,
    ) -> Result<(FuzzedFile, camino::Utf8PathBuf), CampaignError> {
        let set = self.set(options, usable, index);
        let made = make(&self.stock, &self.index, &set, options.run.seed, &options.shape);
        let path = desk.save(&format!("files/{}", made.name), made.text.as_bytes())?;
        desk.folder.save_json(&format!("files/{}.recipe.json", made.name.trim_end_matches(".js")), &made.recipe)?;
        Ok((made, path))
    }

    /// Runs the baseline if asked, and gives the positions of the files that may be used.
    fn after_baseline(
        &self,
        options: &FuzzOptions,
        desk: &mut Desk<'_>,
        batch: &mut Batch<'_>,
    ) -> Result<Vec<usize>, CampaignError> {
        let all = self.all();
        if !options.baseline {
            return Ok(all);
        }
        let drawn: BTreeSet<usize> = (0..options.sets).flat_map(|index| self.set(options, &all, index).files).collect();
        let found = baseline::run(desk, batch, &self.stock.corpus, &drawn)?;
        let usable: Vec<usize> = all.into_iter().filter(|at| !found.failing.contains(at)).collect();
        let (runtime, files) = found.runtime;
        if let Some(one) = runtime.checked_div(files) {
            // A fuzzed file holds the statements of a whole set.
            batch.seed_average(one * options.source_files.min(usable.len()) as u32);
        }
        if usable.is_empty() && desk.summary.cut_short.is_none() {
            let text =
                "every file of the corpus fails by itself on this server; run fuzz run FILE on one of them to see why";
            return Err(CampaignError::SetUp(text.into()));
        }
        Ok(usable)
    }
}

impl From<ServerError> for CampaignError {
    fn from(error: ServerError) -> Self {
        match error {
            ServerError::Unusable(text) => Self::SetUp(text),
            ServerError::Infrastructure(text) => Self::Server(text),
        }
    }
}
