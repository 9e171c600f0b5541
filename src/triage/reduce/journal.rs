//! Answers that survive the program: one line of JSON each, appended before the answer is used.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::Outcome;

/// The file in the folder that keeps a reduction's state.
const FILE: &str = "answers.jsonl";

/// BLAKE3 of a predicate's name and a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key(String);

impl Key {
    /// The key of `text` under the predicate called `test`.
    pub fn of(test: &str, text: &str) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("jstestfuzz reduce v1");
        hasher.update(&(test.len() as u64).to_le_bytes());
        hasher.update(test.as_bytes());
        hasher.update(text.as_bytes());
        Self(hasher.finalize().to_hex().to_string())
    }
}

/// One test's answer and what it cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What was asked.
    pub key: Key,
    /// What was said.
    pub outcome: Outcome,
    /// How long it took.
    pub millis: u64,
}

/// Known answers, and the file to which new ones are added, if any.
#[derive(Debug, Default)]
pub struct Journal {
    known: BTreeMap<Key, Answer>,
    file: Option<(Utf8PathBuf, File)>,
}

impl Journal {
    /// Kept as long as the value lives.
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Kept in a folder, which is made if it is not there. A line that was cut off by a sudden end is left out.
    ///
    /// # Errors
    /// The folder cannot be made, or its file cannot be read or written.
    pub fn open(folder: &Utf8Path) -> io::Result<Self> {
        fs_err::create_dir_all(folder)?;
        let path = folder.join(FILE);
        let text = if path.exists() { fs_err::read_to_string(&path)? } else { String::new() };
        let answers = text.lines().filter_map(|line| serde_json::from_str::<Answer>(line).ok());
        let known = answers.map(|answer| (answer.key.clone(), answer)).collect();
        let mut file = fs_err::OpenOptions::new().create(true).append(true).open(&path)?.into_parts().0;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n")?;
        }
        Ok(Self { known, file: Some((path, file)) })
    }

    /// What was said of it.
    pub fn answer(&self, key: &Key) -> Option<&Answer> {
        self.known.get(key)
    }

    /// How many are known.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// True if nothing is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Keeps an answer. Those that say nothing of the text ([`Outcome::Stopped`], [`Outcome::Broken`]) are not kept.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&mut self, answer: Answer) -> io::Result<()> {
        if matches!(answer.outcome, Outcome::Stopped | Outcome::Broken(_)) {
            return Ok(());
        }
        if let Some((path, file)) = &mut self.file {
            let line = serde_json::to_string(&answer).map_err(io::Error::other)? + "\n";
            // One write a line: a kill leaves whole lines or a torn last one.
            file.write_all(line.as_bytes()).map_err(|error| io::Error::other(format!("{path}: {error}")))?;
        }
        self.known.insert(answer.key.clone(), answer);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str, outcome: Outcome) -> Answer {
        Answer { key: Key::of("test", text), outcome, millis: 7 }
    }

    #[test]
    fn keys_differ_by_text_and_by_predicate() {
        assert_ne!(Key::of("a", "text"), Key::of("a", "other"));
        assert_ne!(Key::of("a", "btext"), Key::of("ab", "text"));
    }

    #[test]
    fn answers_survive_and_a_torn_line_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let mut journal = Journal::open(folder).unwrap();
        journal.add(answer("1", Outcome::StillFails)).unwrap();
        journal.add(answer("2", Outcome::Stopped)).unwrap();
        let mut file = fs_err::OpenOptions::new().append(true).open(folder.join(FILE)).unwrap();
        file.write_all(b"{\"key\": \"12").unwrap();
        let mut again = Journal::open(folder).unwrap();
        assert_eq!(again.len(), 1);
        again.add(answer("3", Outcome::Unknown)).unwrap();
        let third = Journal::open(folder).unwrap();
        assert_eq!(third.answer(&Key::of("test", "1")), Some(&answer("1", Outcome::StillFails)));
        assert_eq!(third.answer(&Key::of("test", "3")), Some(&answer("3", Outcome::Unknown)));
    }
}
