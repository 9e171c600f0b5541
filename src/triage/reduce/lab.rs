//! Where candidates are tested: a level at a time, on several threads, with a memory and within a budget.

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;

use super::{
    Answer, Cancel, Ending, Journal, Key, Options, Outcome, Progress, ReduceError, Reduction, StageCost, Test, ink,
    is_smaller,
};

/// Why a search does not go on.
pub(super) enum Halt {
    /// With the best so far.
    Ended(Ending),
    /// With nothing.
    Failed(ReduceError),
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Tests candidates and keeps what they come to.
pub(super) struct Lab<'a> {
    test: &'a dyn Test,
    name: String,
    options: Options,
    journal: Journal,
    stop: &'a (dyn Fn() -> bool + Sync),
    deadline: Option<Instant>,
    progress: &'a mut dyn FnMut(&Progress<'_>) -> io::Result<()>,
    /// What was asked in this run; a journal may know more.
    asked: BTreeSet<Key>,
    best: String,
    stages: Vec<StageCost>,
    stage: usize,
    tests: u64,
    cached: u64,
}

/// One candidate that has to be run.
struct Job<'t> {
    key: Key,
    text: &'t str,
}

impl<'a> Lab<'a> {
    /// `original` counts as the best until a test says better.
    pub(super) fn new(reduction: Reduction<'a>, original: &str) -> Self {
        let Reduction { test, options, journal, stop, progress } = reduction;
        Self {
            name: test.name(),
            deadline: options.time.map(|time| Instant::now() + time),
            test,
            options,
            journal,
            stop,
            progress,
            asked: BTreeSet::new(),
            best: original.to_owned(),
            stages: Vec::new(),
            stage: 0,
            tests: 0,
            cached: 0,
        }
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    pub(super) fn best(&self) -> &str {
        &self.best
    }

    pub(super) fn into_best(self) -> (String, Vec<StageCost>) {
        (self.best, self.stages)
    }

    /// Begins a stage, or another round of it; what follows goes to its account.
    pub(super) fn begin(&mut self, stage: &'static str, round: u32) -> Result<(), Halt> {
        self.stage = self.stages.iter().position(|one| one.stage == stage).unwrap_or_else(|| {
            self.stages.push(StageCost { stage, ..StageCost::default() });
            self.stages.len() - 1
        });
        let bytes = ink(&self.best);
        Ok((self.progress)(&Progress::Stage { stage, round, bytes })?)
    }

    /// Says that many parts seem to be needed.
    pub(super) fn many_parts(&mut self, parts: usize) -> Result<(), Halt> {
        (self.progress)(&Progress::ManyParts { parts })?;
        if self.options.wary { Err(Halt::Ended(Ending::ManyParts)) } else { Ok(()) }
    }

    /// Tests independent candidates and says of each whether it still fails. Those that are none (`None`) do not. The
    /// same text is tested once only.
    pub(super) fn level(&mut self, candidates: &[Option<String>]) -> Result<Vec<bool>, Halt> {
        let keys: Vec<Option<Key>> =
            candidates.iter().map(|text| text.as_ref().map(|text| Key::of(&self.name, text))).collect();
        let mut fresh = Vec::new();
        for (key, text) in keys.iter().zip(candidates) {
            if let (Some(key), Some(text)) = (key, text) {
                if self.asked.insert(key.clone()) {
                    fresh.push(Job { key: key.clone(), text });
                } else {
                    self.cached += 1;
                    self.stages[self.stage].cached += 1;
                }
            }
        }
        let cached = keys.iter().flatten().count() - fresh.len();
        (self.progress)(&Progress::Level { candidates: keys.len(), cached })?;
        self.answer(fresh)?;
        let fails = |key: &Key| self.journal.answer(key).is_some_and(|answer| answer.outcome == Outcome::StillFails);
        Ok(keys.iter().map(|key| key.as_ref().is_some_and(fails)).collect())
    }

    /// The same for one.
    pub(super) fn one(&mut self, candidate: Option<String>) -> Result<bool, Halt> {
        Ok(self.level(&[candidate])?[0])
    }

    /// Sees to it that the journal knows all of them, as far as the budget goes.
    fn answer(&mut self, mut fresh: Vec<Job<'_>>) -> Result<(), Halt> {
        let left = self.options.tests.map_or(usize::MAX, |most| most.saturating_sub(self.tests) as usize);
        let too_many = fresh.len() > left;
        fresh.truncate(left);
        let (known, unknown): (Vec<_>, Vec<_>) =
            fresh.into_iter().partition(|job| self.journal.answer(&job.key).is_some());
        for job in known {
            let answer = self.journal.answer(&job.key).cloned();
            answer.map_or(Ok(()), |answer| self.count(job.text, &answer))?;
        }
        if !unknown.is_empty() {
            self.run(&unknown)?;
        }
        if too_many { Err(Halt::Ended(Ending::TestsSpent)) } else { Ok(()) }
    }

    /// Runs tests on the threads, keeps their answers in the order in which they come.
    fn run(&mut self, jobs: &[Job<'_>]) -> Result<(), Halt> {
        let (test, asked, deadline) = (self.test, self.stop, self.deadline);
        let (next, given_up) = (AtomicUsize::new(0), AtomicBool::new(false));
        let stop = || given_up.load(Ordering::Relaxed) || asked();
        let cancel = Cancel::new(&stop, deadline);
        let (sender, answers) = mpsc::channel();
        std::thread::scope(|scope| {
            for _ in 0..self.options.jobs.clamp(1, jobs.len()) {
                let (sender, next, cancel) = (sender.clone(), &next, &cancel);
                scope.spawn(move || work(test, jobs, next, cancel, &sender));
            }
            drop(sender);
            let mut result = Ok(());
            for (at, answer) in answers {
                let taken = self.take(jobs[at].text, answer, &cancel);
                if result.is_ok() && taken.is_err() {
                    given_up.store(true, Ordering::Relaxed);
                    result = taken;
                }
            }
            result
        })
    }

    fn take(&mut self, text: &str, answer: Answer, cancel: &Cancel<'_>) -> Result<(), Halt> {
        match &answer.outcome {
            Outcome::Stopped => Err(Halt::Ended(cancel.requested().unwrap_or(Ending::Interrupted))),
            Outcome::Broken(reason) => Err(Halt::Failed(ReduceError::Broken(reason.clone()))),
            _ => {
                self.journal.add(answer.clone())?;
                self.count(text, &answer)
            }
        }
    }

    /// Puts an answer to the account of the stage. Among equals the smallest text is the best, so that the order in
    /// which answers come does not matter.
    fn count(&mut self, text: &str, answer: &Answer) -> Result<(), Halt> {
        self.tests += 1;
        let fails = answer.outcome == Outcome::StillFails;
        // The empty text is tested to check the test, never to be a result.
        let better = fails && !text.is_empty() && is_smaller(text, &self.best);
        let cost = &mut self.stages[self.stage];
        cost.tests += 1;
        cost.unknown += u64::from(answer.outcome == Outcome::Unknown);
        cost.test_millis += answer.millis;
        if better {
            // No text with more ink is smaller.
            cost.removed += ink(&self.best) - ink(text);
            text.clone_into(&mut self.best);
            (self.progress)(&Progress::Best { text })?;
        }
        let (tests, cached, best) = (self.tests, self.cached, ink(&self.best));
        Ok((self.progress)(&Progress::Tested { tests, cached, bytes: ink(text), fails, best })?)
    }
}

/// What one thread does: the next candidate, until there is none or somebody asks to stop.
fn work(
    test: &dyn Test,
    jobs: &[Job<'_>],
    next: &AtomicUsize,
    cancel: &Cancel<'_>,
    answers: &mpsc::Sender<(usize, Answer)>,
) {
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(Job { key, text }) = jobs.get(at) else { return };
        let started = Instant::now();
        let outcome = if cancel.requested().is_some() { Outcome::Stopped } else { test.try_it(text, cancel) };
        let stopped = outcome == Outcome::Stopped;
        let millis = started.elapsed().as_millis() as u64;
        // The receiver lives until every sender is gone.
        let _ = answers.send((at, Answer { key: key.clone(), outcome, millis }));
        if stopped {
            return;
        }
    }
}
