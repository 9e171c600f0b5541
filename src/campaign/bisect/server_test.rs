//! The test of a reduction that asks a server: does the candidate still show the wanted failure?

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::stand::{GONE, Seen, Stands};
use super::trial::{Patience, ShowsIn, Trial};
use super::wanted::{Others, Wanted};
use crate::judge::Class;
use crate::triage::reduce::{Cancel, Outcome, Test};
use crate::triage::{Belief, Rate, Sequential};

/// How often a waiting test looks whether it shall stop.
const LOOK: Duration = Duration::from_millis(100);

/// See the module.
pub struct ServerTest<'a> {
    pub stands: &'a Stands,
    pub wanted: Wanted,
    pub others: &'a Others,
    /// Files that run before the candidate on the same server.
    pub before: Vec<Utf8PathBuf>,
    /// How often the original failed.
    pub rate: Rate,
    /// Runs a candidate so often at most, until it fails, whatever the rate.
    pub repeat: Option<u32>,
    /// See [`Trial::stacks`].
    pub stacks: bool,
    /// See [`Trial::patience`].
    pub patience: Patience,
    /// See [`Trial::shows_in`].
    pub shows_in: ShowsIn,
    /// Server and shell, which make it another test than others.
    pub setting: String,
    /// Where candidates are written, and what they are called.
    pub folder: &'a Utf8Path,
    pub file_name: &'a str,
    pub next: AtomicU64,
    /// Counts looks at the same texts: answers by statistics may be wrong, and a second look does not take the first's.
    pub look: u32,
}

impl Test for ServerTest<'_> {
    fn name(&self) -> String {
        let way = match self.repeat {
            Some(most) => format!("up to {most} times"),
            None if self.rate.is_sure() => "once".into(),
            None => "sequentially".into(),
        };
        let Self { setting, stacks, look, before, .. } = self;
        format!("{} on {setting}, {way}, stacks {stacks}, look {look}, after {before:?}", self.wanted.line())
    }

    fn try_it(&self, candidate: &str, stop: &Cancel<'_>) -> Outcome {
        let folder = self.folder.join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        let outcome = self.written(&folder, candidate).and_then(|path| match self.repeat {
            Some(most) => self.until_it_fails(candidate, &path, stop, most),
            None if self.rate.is_sure() => self.once(candidate, path, stop),
            None => self.sequentially(candidate, path, stop),
        });
        // Left behind it is in nobody's way.
        let _ = fs_err::remove_dir_all(&folder);
        outcome.unwrap_or_else(Outcome::Broken)
    }
}

impl ServerTest<'_> {
    fn written(&self, folder: &Utf8Path, candidate: &str) -> Result<Utf8PathBuf, String> {
        let path = folder.join(self.file_name);
        fs_err::create_dir_all(folder).map_err(|error| error.to_string())?;
        fs_err::write(&path, candidate).map_err(|error| error.to_string())?;
        Ok(path)
    }

    /// One run, and if a used server shows the failure one more on a fresh one: it must not stand on what others left.
    /// What hangs must do so for long.
    fn once(&self, candidate: &str, path: Utf8PathBuf, stop: &Cancel<'_>) -> Result<Outcome, String> {
        let first = self.seen(candidate, &path, self.needs_fresh(), self.patience, stop)?;
        let Some(seen) = first else { return Ok(Outcome::Stopped) };
        let is_proof = seen.fresh && self.patience.reply.is_none();
        if is_proof || !self.wanted.is_in(&seen.judgement) {
            return Ok(self.outcome(&seen));
        }
        let again = self.seen(candidate, &path, true, self.patience.to_be_sure(), stop)?;
        Ok(again.map_or(Outcome::Stopped, |seen| self.outcome(&seen)))
    }

    /// Files before it are part of the failure, and what a server has taken already it does not take again.
    fn needs_fresh(&self) -> bool {
        !self.before.is_empty() || self.wanted.class == Some(Class::Resource)
    }

    fn outcome(&self, seen: &Seen) -> Outcome {
        if self.wanted.is_in(&seen.judgement) {
            Outcome::StillFails
        } else if seen.judgement.failures().next().is_some() {
            Outcome::Unknown
        } else {
            Outcome::Passes
        }
    }

    fn until_it_fails(
        &self,
        candidate: &str,
        path: &Utf8Path,
        stop: &Cancel<'_>,
        most: u32,
    ) -> Result<Outcome, String> {
        let patience = self.patience.to_be_sure();
        for _ in 0..most {
            match self.seen(candidate, path, self.needs_fresh(), patience, stop)? {
                None => return Ok(Outcome::Stopped),
                Some(seen) if self.wanted.is_in(&seen.judgement) => return Ok(Outcome::StillFails),
                Some(_) => {}
            }
        }
        Ok(Outcome::Passes)
    }

    fn sequentially(&self, candidate: &str, path: Utf8PathBuf, stop: &Cancel<'_>) -> Result<Outcome, String> {
        let (test, mut so_far) = (Sequential::new(self.rate), Rate::default());
        while test.belief(so_far) == Belief::Open && so_far.runs < test.bound() {
            let patience = self.patience.to_be_sure();
            let Some(seen) = self.seen(candidate, &path, self.needs_fresh(), patience, stop)? else {
                return Ok(Outcome::Stopped);
            };
            so_far.runs += 1;
            so_far.failed += u32::from(self.wanted.is_in(&seen.judgement));
        }
        Ok(match test.belief(so_far) {
            Belief::Fails => Outcome::StillFails,
            Belief::Passes => Outcome::Passes,
            Belief::Open => Outcome::Unknown,
        })
    }

    /// One run; nothing if it shall stop. A run that nobody waits for any more ends by itself.
    fn seen(
        &self,
        candidate: &str,
        path: &Utf8Path,
        fresh: bool,
        patience: Patience,
        stop: &Cancel<'_>,
    ) -> Result<Option<Seen>, String> {
        let files = self.before.iter().cloned().chain([path.to_owned()]).collect();
        let Self { stacks, shows_in, .. } = *self;
        let (patience, cut) = (Some(patience), Some(self.wanted.clone()));
        let trial = Trial { fresh, stacks, patience, cut, ..Trial::fresh(files, shows_in) };
        let answer = self.stands.order(trial);
        loop {
            match answer.recv_timeout(LOOK) {
                Ok(Ok(seen)) if seen.execution.interrupted => return Ok(None),
                Ok(Ok(seen)) => {
                    self.others.meet(&seen.judgement, &self.wanted, candidate);
                    return Ok(Some(seen));
                }
                Ok(Err(why)) => return Err(why),
                Err(RecvTimeoutError::Timeout) if stop.requested().is_some() => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(GONE.into()),
            }
        }
    }
}
