//! Different programs of several clients: each is made small in its turn, while the others run beside it as they are by then.

use camino::{Utf8Path, Utf8PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::looks::Scene;
use super::{BisectError, Case, MORE_CHECKS, Work, read};
use crate::triage::reduce::ReduceError;
use crate::wire::tap::Tap;
use crate::wire::turns::{Step, Turns};

/// Looks of the programs beside the first begin to count here: their answers are no answers of the first's.
const LOOKS: u32 = 1_000;

/// What the other clients run while a candidate is tried, and when; nothing where all run the candidate.
#[derive(Debug, Default)]
pub struct Together(RwLock<Programs>);

#[derive(Clone, Debug, Default)]
struct Programs {
    files: Vec<Utf8PathBuf>,
    /// Who each client is in the order, the first included.
    who: Vec<u32>,
    turns: TurnsWanted,
}

/// Whether clients take turns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TurnsWanted {
    /// Their commands go by nobody.
    #[default]
    No,
    /// Their order is recorded.
    Recorded,
    /// It is recorded, and this one is forced.
    Forced(Vec<Step>),
}

impl Together {
    fn programs(&self) -> RwLockReadGuard<'_, Programs> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, Programs> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Their files now.
    pub fn files(&self) -> Vec<Utf8PathBuf> {
        self.programs().files.clone()
    }

    /// Takes other files.
    pub fn set(&self, files: Vec<Utf8PathBuf>) {
        self.set_as(files, Vec::new());
    }

    /// The same where clients change their places: `who` says which each is, the candidate's first.
    fn set_as(&self, files: Vec<Utf8PathBuf>, who: Vec<u32>) {
        let mut programs = self.change();
        (programs.files, programs.who) = (files, who);
    }

    /// Says whether clients take turns from now on.
    pub fn set_turns(&self, turns: TurnsWanted) {
        self.change().turns = turns;
    }

    /// The order that is forced, if one is.
    pub fn order(&self) -> Option<Vec<Step>> {
        match &self.programs().turns {
            TurnsWanted::Forced(order) => Some(order.clone()),
            _ => None,
        }
    }

    /// A tap for each of so many clients, and what they share; none where nobody takes turns.
    ///
    /// # Errors
    /// The system refuses a port or a thread.
    pub fn taps(&self, clients: u32) -> std::io::Result<Option<(Vec<Tap>, Arc<Turns>)>> {
        let programs = self.programs();
        let turns = match &programs.turns {
            TurnsWanted::No => return Ok(None),
            TurnsWanted::Recorded => Turns::new(Vec::new(), clients),
            TurnsWanted::Forced(order) => Turns::new(order.clone(), clients),
        };
        let turns = Arc::new(turns);
        let who = |place: u32| programs.who.get(place as usize).copied().unwrap_or(place);
        let taps = (0..clients).map(|place| Tap::in_turns(who(place), Arc::clone(&turns)));
        Ok(Some((taps.collect::<Result<_, _>>()?, turns)))
    }

    /// Changes whenever a file's text or the order does: what tells one predicate from another.
    pub fn mark(&self) -> String {
        let hash = |bytes: &[u8]| blake3::hash(bytes).to_hex()[..16].to_owned();
        let texts = self.files().into_iter().map(|path| std::fs::read(path).unwrap_or_default());
        let hashes: Vec<String> = texts.map(|text| hash(&text)).collect();
        let beside = if hashes.is_empty() { String::new() } else { format!(", together with {}", hashes.join(" ")) };
        let order = self.order().map(|order| format!(", in order {}", hash(format!("{order:?}").as_bytes())));
        beside + &order.unwrap_or_default()
    }
}

/// The program of one more client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The file that it was.
    pub file: Utf8PathBuf,
    /// What is left of it.
    pub text: String,
}

impl Work<'_> {
    /// Makes the programs beside the first small, whose smallest is `text`.
    pub(super) fn programs_beside(&mut self, scene: Scene<'_>, text: &str) -> Result<Vec<Beside>, BisectError> {
        let case = scene.case;
        let first = self.kept_beside("first.js", text)?;
        let mut files = case.together.clone();
        let mut beside = Vec::new();
        for (at, file) in case.together.iter().enumerate() {
            let mut rest = files.clone();
            rest.remove(at);
            let this = at as u32 + 1;
            let who = [this, 0].into_iter().chain((1..).take(case.together.len()).filter(|one| *one != this));
            self.together.set_as(std::iter::once(first.clone()).chain(rest).collect(), who.collect());
            self.programs.0 += 1;
            let original = read(file)?;
            let of_this = Case { file: file.clone(), hint: Vec::new(), ..case.clone() };
            self.witness.say(&format!("the program beside it: {file}"));
            let text = self.beside(Scene { case: &of_this, ..scene }, original, LOOKS * (at as u32 + 1))?;
            files[at] = self.kept_beside(&format!("client-{}.js", at + 1), &text)?;
            beside.push(Beside { file: file.clone(), text });
        }
        self.together.set(files);
        Ok(beside)
    }

    /// One of them. With the clients in another order it may not fail when it is asked to; if it never does it stays.
    fn beside(&mut self, scene: Scene<'_>, original: String, looks: u32) -> Result<String, BisectError> {
        for look in looks..looks + MORE_CHECKS {
            match self.look(scene, &original, look) {
                Ok(reduced) => return Ok(reduced.text),
                Err(BisectError::Reduce(ReduceError::PassesOnOriginal)) => {}
                Err(BisectError::Reduce(ReduceError::EndedEarly(_))) => break,
                Err(BisectError::Reduce(ReduceError::FailsOnEmpty)) => return Ok(String::new()),
                Err(error) => return Err(error),
            }
        }
        self.witness
            .say("it stays as it is: in this order of the clients the failure does not come when it is asked for");
        Ok(original)
    }

    fn kept_beside(&self, name: &str, text: &str) -> Result<Utf8PathBuf, BisectError> {
        let folder: &Utf8Path = &self.state.join("together");
        let broken = |error: std::io::Error| BisectError::Broken(error.to_string());
        fs_err::create_dir_all(folder).map_err(broken)?;
        fs_err::write(folder.join(name), text).map_err(broken)?;
        Ok(folder.join(name))
    }
}
