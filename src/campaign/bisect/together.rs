//! Different programs of several clients: each is made small in its turn, while the others run beside it as they are by then.

use camino::{Utf8Path, Utf8PathBuf};
use std::sync::{PoisonError, RwLock};

use super::wanted::Others;
use super::{BisectError, Case, MORE_CHECKS, Work, read};
use crate::triage::reduce::ReduceError;

/// Looks of the programs beside the first begin to count here: their answers are no answers of the first's.
const LOOKS: u32 = 1_000;

/// What the other clients run while a candidate is tried; nothing where all run the candidate.
#[derive(Debug, Default)]
pub struct Together(RwLock<Vec<Utf8PathBuf>>);

impl Together {
    /// Their files now.
    pub fn files(&self) -> Vec<Utf8PathBuf> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes other files.
    pub fn set(&self, files: Vec<Utf8PathBuf>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = files;
    }

    /// Changes whenever a file's text does: what tells one predicate from another.
    pub fn mark(&self) -> String {
        let texts = self.files().into_iter().map(|path| std::fs::read(path).unwrap_or_default());
        let hashes: Vec<String> = texts.map(|text| blake3::hash(&text).to_hex()[..16].to_owned()).collect();
        if hashes.is_empty() { String::new() } else { format!(", together with {}", hashes.join(" ")) }
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
    pub(super) fn programs_beside(
        &mut self,
        case: &Case,
        text: &str,
        before: &[Utf8PathBuf],
        others: &Others,
    ) -> Result<Vec<Beside>, BisectError> {
        let first = self.kept_beside("first.js", text)?;
        let mut files = case.together.clone();
        let mut beside = Vec::new();
        for (at, file) in case.together.iter().enumerate() {
            let mut rest = files.clone();
            rest.remove(at);
            self.together.set(std::iter::once(first.clone()).chain(rest).collect());
            self.programs.0 += 1;
            let original = read(file)?;
            let of_this = Case { file: file.clone(), hint: Vec::new(), ..case.clone() };
            self.witness.say(&format!("the program beside it: {file}"));
            let text = self.beside(&of_this, original, before, others, LOOKS * (at as u32 + 1))?;
            files[at] = self.kept_beside(&format!("client-{}.js", at + 1), &text)?;
            beside.push(Beside { file: file.clone(), text });
        }
        self.together.set(files);
        Ok(beside)
    }

    /// One of them. With the clients in another order it may not fail when it is asked to; if it never does it stays.
    fn beside(
        &mut self,
        case: &Case,
        original: String,
        before: &[Utf8PathBuf],
        others: &Others,
        looks: u32,
    ) -> Result<String, BisectError> {
        for look in looks..looks + MORE_CHECKS {
            match self.look(case, &original, before, others, false, look) {
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
