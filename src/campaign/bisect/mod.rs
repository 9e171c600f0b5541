//! From a failing file to the few lines that still fail, on real servers.
//!
//! First the [`check`]: how often the file fails, with which failure, and in which [`way`] it has to be run for that. If it
//! needs files before it, those that matter are found first and joined with it into one script where that fails too. Then
//! [`crate::triage::reduce`] does the work with a [`server_test`] as its test; candidates run on [`stand`]s side by side.
//! At the end the smallest program is run ten times on fresh servers, and without each of its statements.
//!
//! Candidates run without debuggers, so that bugs with the same signal in the same command look alike. The last runs look
//! at stacks: if they show another bug than the wanted one, everything is done again with stacks.

mod below;
mod certificate;
mod check;
mod looks;
mod order;
mod server_test;
pub(super) mod stand;
mod target;
pub(super) mod together;
pub(super) mod trial;
mod wanted;
mod way;

use std::io;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

pub use below::Below;
pub use certificate::Kept;
pub use check::Checked;
pub use order::Order;
pub use target::{Found, find, of_block, programs_beside};
pub use together::Beside;
pub use wanted::{Other, Wanted};
pub use way::Way;

use self::looks::Scene;
use self::stand::{Setting, Stands};
use self::together::{Together, TurnsWanted};
use self::trial::Trial;
use self::wanted::Others;
use super::options::RunOptions;
use crate::interrupt::Interrupts;
use crate::judge::Class;
use crate::triage::reduce::{Ending, Progress, ReduceError, Reduced};
use crate::triage::{Rate, needed};

/// Runs of all that happens with a file, where one is not enough.
const MORE_RUNS: u32 = 10;
/// Under this share of failing runs nothing is reduced unless the user wants it: it takes hours.
const TOO_SELDOM: f64 = 0.15;
/// How often the original may pass when it is asked to fail, before that is believed.
const MORE_CHECKS: u32 = 3;
/// What is joined into one script, at most.
const JOINED_BYTES: usize = 3 << 20;

/// What is to be bisected.
#[derive(Clone, Debug)]
pub struct Case {
    /// The failing file.
    pub file: Utf8PathBuf,
    /// The failure, if it is known.
    pub wanted: Option<Wanted>,
    /// Files that ran before it on the same server, the oldest first.
    pub earlier: Vec<Utf8PathBuf>,
    /// Files that other clients ran at the same time, if they are others.
    pub together: Vec<Utf8PathBuf>,
    /// Statements to look at first; from the failing run if empty.
    pub hint: Vec<usize>,
    /// Whether `validate` counts, where the failure is not known.
    pub validate: bool,
}

impl Case {
    /// A file of which nothing else is known.
    pub fn of(file: Utf8PathBuf) -> Self {
        Self { file, wanted: None, earlier: Vec::new(), together: Vec::new(), hint: Vec::new(), validate: false }
    }
}

/// How.
#[derive(Clone, Debug)]
pub struct BisectOptions {
    /// Server, shell and bounds.
    pub run: RunOptions,
    /// Servers side by side.
    pub jobs: usize,
    /// Bounds of the reduction.
    pub tests: Option<u64>,
    /// The same in time; the checks before and after it come on top.
    pub time: Option<Duration>,
    /// Leaves the frames of fuzzed files.
    pub keep_wrapping: bool,
    /// Cuts lines, for what does not parse.
    pub lines: bool,
    /// Goes on with failures that come in less than 15 of 100 runs.
    pub seldom: bool,
    /// Runs a candidate up to so many times, until it fails, instead of a test by statistics.
    pub repeat_until: Option<u32>,
    /// Runs of the smallest program at the end.
    pub last_runs: u32,
    /// Where answers, candidates and servers' files lie.
    pub state: Utf8PathBuf,
    /// Whether the fewest commands are looked for below the smallest program.
    pub commands: bool,
    /// Whether the order of several clients' commands is forced.
    pub interleave: bool,
    /// For the comment on top.
    pub command: String,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Bisected {
    /// The smallest program, without its comment.
    pub text: String,
    /// The comment on top.
    pub comment: String,
    /// What it shows.
    pub wanted: Wanted,
    /// How often the smallest program failed.
    pub rate: Rate,
    /// How it was found.
    pub reduced: Reduced,
    /// Its statements.
    pub kept: Vec<Kept>,
    /// The programs of other clients.
    pub beside: Vec<Beside>,
    /// The order of the clients' commands, if it was forced.
    pub order: Option<Order>,
    /// The fewest commands, if they were asked for.
    pub below: Option<Below>,
    /// Other failures that were met.
    pub others: Vec<Other>,
    /// Size of what was reduced, as the text that was begun with.
    pub original: String,
}

/// Why there is no result. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BisectError {
    /// The check.
    #[error("does not fail: {0} runs, alone and in every other way, showed no failure")]
    DoesNotFail(u32),
    /// The check, with the title of what was seen.
    #[error("does not fail as it should in {1} runs; it fails otherwise: {0}")]
    FailsOtherwise(String, u32),
    /// The check.
    #[error("fails in {0} runs only, too seldom to be reduced in reasonable time; --seldom does it all the same")]
    TooSeldom(Rate),
    /// Somebody stopped it before there was a result.
    #[error("was interrupted before anything smaller was found")]
    Interrupted,
    /// Server, shell or disk.
    #[error("{0}")]
    Broken(String),
    /// See there.
    #[error(transparent)]
    Reduce(#[from] ReduceError),
}

/// Told what happens: sentences for people, and events of the reduction. An error ends everything.
pub trait Witness {
    /// One sentence.
    fn say(&mut self, sentence: &str);
    /// One event.
    ///
    /// # Errors
    /// What it writes cannot be written.
    fn see(&mut self, event: &Progress<'_>) -> io::Result<()>;
}

/// Bisects, without the check where a run made it already. Calls of it come by [`crate::triage::reduce::on_deep_stack`].
///
/// # Errors
/// See [`BisectError`].
pub fn bisect(
    case: &Case,
    checked: Option<Checked>,
    options: &BisectOptions,
    interrupts: &Interrupts,
    witness: &mut dyn Witness,
) -> Result<Bisected, BisectError> {
    fs_err::create_dir_all(&options.state).map_err(|error| BisectError::Broken(error.to_string()))?;
    let state = options.state.canonicalize_utf8().map_err(|error| BisectError::Broken(error.to_string()))?;
    let roots: Vec<Utf8PathBuf> = case.file.parent().map(Utf8Path::to_owned).into_iter().collect();
    let together = Together::default();
    together.set(case.together.clone());
    if options.interleave {
        together.set_turns(TurnsWanted::Recorded);
    }
    let setting = Setting { options: &options.run, roots: &roots, folder: &state, interrupts, together: &together };
    Stands::set_up(&setting, options.jobs.max(1), |stands| {
        let mut checked = checked.map_or_else(|| check::check(stands, case, options.repeat_until.unwrap_or(0)), Ok)?;
        witness.say(&format!("fails {} runs{}: {}", checked.rate, checked.way, checked.wanted.title));
        let started = Instant::now();
        let (checked, state, together) = (&mut checked, state.as_path(), &together);
        let (programs, free) = ((1, case.together.len() as u32 + 1), None);
        let mut work = Work { stands, options, interrupts, checked, state, started, together, programs, free, witness };
        if options.interleave {
            work.force_order(case)?;
        }
        if work.checked.rate.share() < TOO_SELDOM && !options.seldom && options.repeat_until.is_none() {
            return Err(BisectError::TooSeldom(work.checked.rate));
        }
        work.all(case)
    })
}

/// One bisection under way.
struct Work<'a> {
    stands: &'a Stands,
    options: &'a BisectOptions,
    interrupts: &'a Interrupts,
    checked: &'a mut Checked,
    state: &'a Utf8Path,
    started: Instant,
    together: &'a Together,
    /// Programs that are made small, this one included, and all that there are.
    programs: (u32, u32),
    /// How often the original failed before its order was forced; nothing where it is not.
    free: Option<Rate>,
    witness: &'a mut dyn Witness,
}

impl<'a> Work<'a> {
    fn all(&mut self, case: &Case) -> Result<Bisected, BisectError> {
        let (original, before) = self.source(case)?;
        let others = Others::default();
        let scene = Scene { case, before: &before, others: &others, stacks: false };
        let mut reduced = match self.reduce(scene, &original) {
            Err(BisectError::Reduce(ReduceError::FailsOnEmpty)) if !case.together.is_empty() => {
                self.witness.say("it fails without this program: the others alone do it");
                Reduced { text: String::new(), ending: Ending::Minimal, stages: Vec::new() }
            }
            reduced => reduced?,
        };
        let mut rate = self.last_runs(case, &reduced.text, &before)?;
        let may_be_another = self.options.run.capture.is_some() && self.checked.wanted.class != Some(Class::Hang);
        if rate.failed == 0 && may_be_another && self.interrupts.requested().is_none() {
            self.witness.say("the smallest program shows another bug with the same signal: again, with stacks");
            // A failure whose stacks differ from run to run cannot be held so: then the first result stands.
            if let Ok(again) = self.reduce(Scene { stacks: true, ..scene }, &original) {
                rate = self.last_runs(case, &again.text, &before)?;
                reduced = again;
            }
        }
        let mut beside = Vec::new();
        if !case.together.is_empty() && self.interrupts.requested().is_none() {
            beside = self.programs_beside(scene, &reduced.text)?;
            rate = self.last_runs(case, &reduced.text, &before)?;
        }
        // Where one run is proof the reduction has tried it without each statement already.
        let kept = if rate.is_sure() || self.interrupts.requested().is_some() {
            Vec::new()
        } else {
            certificate::kept(self.stands, self.checked, rate, &before, &reduced.text, self.state)?
        };
        let below = match self.options.commands && case.together.is_empty() && self.interrupts.requested().is_none() {
            true => Some(self.below(&reduced.text, &before)?),
            false => None,
        };
        let order = self.last_order(&self.smallest(case, &before))?;
        let comment = certificate::comment(self.checked, rate, &before, (&kept, order.as_ref()), &self.options.command);
        let (wanted, others, text) = (self.checked.wanted.clone(), others.into_list(), reduced.text.clone());
        Ok(Bisected { text, comment, wanted, rate, reduced, kept, beside, order, below, others, original })
    }

    /// The text to be reduced and the files that have to run before it.
    fn source(&mut self, case: &Case) -> Result<(String, Vec<Utf8PathBuf>), BisectError> {
        let text = read(&case.file)?;
        let mut earlier = self.checked.way.files(case);
        earlier.pop();
        if earlier.is_empty() {
            return Ok((text, Vec::new()));
        }
        let shows = |files: Vec<Utf8PathBuf>| {
            let trial = Trial::fresh(files, self.checked.shows_in);
            let runs = if self.checked.rate.is_sure() { 1 } else { MORE_RUNS };
            checked_runs(self.stands, &trial, &self.checked.wanted, runs).map(|rate| rate.failed > 0)
        };
        let of = |at: &[usize]| at.iter().map(|at| earlier[*at].clone()).collect::<Vec<_>>();
        let kept = needed(earlier.len(), |at| shows(of(at).into_iter().chain([case.file.clone()]).collect()))?;
        let before = of(&kept);
        let texts = before.iter().map(|path| read(path)).collect::<Result<Vec<String>, _>>()?;
        let joined = texts.concat() + &text;
        let path = self.state.join("joined.js");
        fs_err::write(&path, &joined).map_err(|error| BisectError::Broken(error.to_string()))?;
        let one = joined.len() <= JOINED_BYTES && shows(vec![path])?;
        let names: Vec<&str> = before.iter().filter_map(|path| path.file_name()).collect();
        let how = if one { "joined with it into one script" } else { "run before every candidate" };
        self.witness.say(&format!("needs {}, {how}", names.join(", ")));
        if one {
            // Numbers of statements are those of the file alone.
            self.checked.hint.clear();
            return Ok((joined, Vec::new()));
        }
        Ok((text, before))
    }

    /// Where the smallest program is written, and what runs before it.
    fn smallest(&self, case: &Case, before: &[Utf8PathBuf]) -> Vec<Utf8PathBuf> {
        let path = self.state.join("smallest").join(case.file.file_name().unwrap_or("file.js"));
        before.iter().cloned().chain([path]).collect()
    }

    /// The smallest program again and again on fresh servers, first with stacks; whoever was interrupted has seen enough.
    fn last_runs(&self, case: &Case, text: &str, before: &[Utf8PathBuf]) -> Result<Rate, BisectError> {
        let files = self.smallest(case, before);
        let broken = |error: io::Error| BisectError::Broken(error.to_string());
        fs_err::create_dir_all(self.state.join("smallest")).map_err(broken)?;
        files.last().map_or(Ok(()), |path| fs_err::write(path, text)).map_err(broken)?;
        let trial = |stacks, patience| Trial { stacks, patience, ..Trial::fresh(files.clone(), self.checked.shows_in) };
        let wanted = &self.checked.wanted;
        // One look at a hang sees one of several places of its loop: that says nothing against it.
        let stacks = wanted.class != Some(Class::Hang);
        let first = checked_runs(self.stands, &trial(stacks, None), wanted, 1)?;
        if self.once_is_proof() && first.failed == 0 {
            return Ok(first);
        }
        let rest = trial(false, Some(self.checked.patience.to_be_sure()));
        let rest = checked_runs(self.stands, &rest, wanted, self.options.last_runs.saturating_sub(1))?;
        Ok(Rate { failed: first.failed + rest.failed, runs: first.runs + rest.runs })
    }
}

/// The same trial so many times, side by side; an interrupt ends it with fewer runs.
fn checked_runs(stands: &Stands, trial: &Trial, wanted: &Wanted, runs: u32) -> Result<Rate, BisectError> {
    let answers: Vec<_> = (0..runs).map(|_| stands.order(trial.clone())).collect();
    let mut rate = Rate::default();
    for answer in answers {
        let seen = stand::answer_of(&answer).map_err(BisectError::Broken)?;
        if !seen.execution.interrupted {
            rate.runs += 1;
            rate.failed += u32::from(wanted.is_in(&seen.judgement));
        }
    }
    Ok(rate)
}

fn read(path: &Utf8Path) -> Result<String, BisectError> {
    fs_err::read_to_string(path).map_err(|error| BisectError::Broken(error.to_string()))
}
