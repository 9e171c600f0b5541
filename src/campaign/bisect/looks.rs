//! Looks at one text: each is a whole reduction, and what answers by statistics is looked at more than once.

use std::sync::atomic::AtomicU64;

use camino::Utf8PathBuf;

use super::server_test::ServerTest;
use super::wanted::Others;
use super::{BisectError, Case, MORE_CHECKS, Work, check};
use crate::triage::reduce::{Ending, Journal, Options, Progress, ReduceError, Reduced, Reduction};

/// Looks at what answers by statistics may have got wrong.
const MORE_LOOKS: u32 = 1;

/// What stands around the text that is looked at.
#[derive(Clone, Copy)]
pub(super) struct Scene<'s> {
    /// Whose file it is.
    pub case: &'s Case,
    /// Files that run before it on the same server.
    pub before: &'s [Utf8PathBuf],
    /// Failures that are met on the way.
    pub others: &'s Others,
    /// Whether stacks tell bugs apart.
    pub stacks: bool,
}

impl<'a> Work<'a> {
    /// The first look, and what later ones add to it.
    pub(super) fn reduce(&mut self, scene: Scene<'_>, original: &str) -> Result<Reduced, BisectError> {
        let mut reduced = self.first_look(scene, original)?;
        if reduced.ending == Ending::ManyParts {
            reduced = self.by_statistics(scene, original, reduced)?;
        }
        for look in 1..=MORE_LOOKS {
            if self.once_is_proof() || reduced.ending != Ending::Minimal {
                break;
            }
            match self.look(scene, &reduced.text, look) {
                Ok(next) if next.text != reduced.text => reduced = joined(reduced, next),
                Ok(next) => {
                    reduced = joined(reduced, next);
                    break;
                }
                // By its statistics it does not fail often enough any more, or it was stopped: the first look stands.
                Err(BisectError::Reduce(ReduceError::PassesOnOriginal | ReduceError::EndedEarly(_))) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(reduced)
    }

    /// What seems to need many parts probably fails by chance, however often the original did: it is asked as such.
    fn by_statistics(&mut self, scene: Scene<'_>, original: &str, so_far: Reduced) -> Result<Reduced, BisectError> {
        self.checked.rate = check::more_runs(self.stands, scene.case, self.checked)?;
        self.witness.say("many parts needed, probably flaky: from here on a test is several runs");
        match self.first_look(scene, &so_far.text) {
            Ok(next) => Ok(joined(so_far, next)),
            Err(BisectError::Reduce(ReduceError::PassesOnOriginal)) => self.first_look(scene, original),
            Err(error) => Err(error),
        }
    }

    /// A failure that comes now and then may not come when it is asked for, and its rate may have been taken too high.
    fn first_look(&mut self, scene: Scene<'_>, original: &str) -> Result<Reduced, BisectError> {
        for look in 0..MORE_CHECKS {
            match self.look(scene, original, look * (MORE_LOOKS + 1)) {
                Err(BisectError::Reduce(ReduceError::PassesOnOriginal)) => {
                    self.checked.rate = check::more_runs(self.stands, scene.case, self.checked)?;
                    self.witness.say(&format!("does not always fail: {} runs", self.checked.rate));
                }
                outcome => return outcome,
            }
        }
        self.look(scene, original, MORE_CHECKS * (MORE_LOOKS + 1))
    }

    pub(super) fn look(&mut self, scene: Scene<'_>, text: &str, look: u32) -> Result<Reduced, BisectError> {
        let Scene { case, before, others, stacks } = scene;
        let file_name = case.file.file_name().unwrap_or("file.js");
        let test = ServerTest { stacks, look, ..self.test(before, others, file_name) };
        let hint = if look == 0 { self.checked.hint.clone() } else { Vec::new() };
        let (keep_wrapping, wary) = (self.options.keep_wrapping, self.once_is_proof());
        let options = Options { keep_wrapping, hint, wary, ..self.bounds() };
        let (interrupts, witness) = (self.interrupts, &mut *self.witness);
        let journal = Journal::open(self.state).map_err(ReduceError::from)?;
        let (stop, mut progress) = (|| interrupts.requested().is_some(), |event: &Progress<'_>| witness.see(event));
        let reduction = Reduction { test: &test, options, journal, stop: &stop, progress: &mut progress };
        Ok(if self.options.lines { reduction.run_lines(text)? } else { reduction.run(text)? })
    }

    /// Asks a server whether a candidate, which is called so, still shows the wanted failure.
    pub(super) fn test<'t>(&self, before: &[Utf8PathBuf], others: &'t Others, file_name: &'t str) -> ServerTest<'t>
    where
        'a: 't,
    {
        ServerTest {
            stands: self.stands,
            wanted: self.checked.wanted.clone(),
            others,
            before: before.to_vec(),
            rate: self.checked.rate,
            repeat: self.options.repeat_until,
            stacks: false,
            patience: self.checked.patience,
            shows_in: self.checked.shows_in,
            setting: self.checked.setting.clone() + &self.together.mark(),
            folder: self.state,
            file_name,
            next: AtomicU64::new(0),
            look: 0,
        }
    }

    /// One run says whether a candidate fails.
    pub(super) fn once_is_proof(&self) -> bool {
        self.checked.rate.is_sure() && self.options.repeat_until.is_none()
    }

    /// What a reduction may still use; each program has its share of the time.
    pub(super) fn bounds(&self) -> Options {
        let (this, all) = self.programs;
        let time = self.options.time.map(|time| (time * this / all).saturating_sub(self.started.elapsed()));
        Options { jobs: self.options.jobs, tests: self.options.tests, time, ..Options::default() }
    }
}

/// Two looks as one.
fn joined(first: Reduced, second: Reduced) -> Reduced {
    let mut stages = first.stages;
    for more in second.stages {
        match stages.iter_mut().find(|stage| stage.stage == more.stage) {
            Some(stage) => {
                stage.removed += more.removed;
                stage.tests += more.tests;
                stage.cached += more.cached;
                stage.unknown += more.unknown;
                stage.test_millis += more.test_millis;
            }
            None => stages.push(more),
        }
    }
    Reduced { text: second.text, ending: second.ending, stages }
}
