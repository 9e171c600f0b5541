//! The record of one execution: versioned JSON, so that old ones can be judged again and new ones are not misread.

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::{StoreError, read_json};
use crate::judge::Judgement;
use crate::run::Execution;

/// What this program writes and the newest that it reads. 1 had no version; 2 added symptoms, usage and ends.
pub const VERSION: u32 = 2;

/// The name of the file.
pub const RECORD: &str = "record.json";

/// Folders below one that are looked into: a run's are three deep, an `--out` folder's five.
const DEPTH: usize = 8;
/// Records found below one folder.
const MOST: usize = 100_000;

/// What is written.
#[derive(Debug, Serialize)]
pub struct Record<'a> {
    version: u32,
    words: &'a [String],
    execution: &'a Execution,
    judgement: &'a Judgement,
}

impl<'a> Record<'a> {
    /// A record of today's version. `words` are those of the command line that give the same server and shell again.
    pub fn new(execution: &'a Execution, judgement: &'a Judgement, words: &'a [String]) -> Self {
        Self { version: VERSION, words, execution, judgement }
    }
}

#[derive(Deserialize)]
struct Words {
    #[serde(default)]
    words: Vec<String>,
}

/// The words of the command line behind a record; none where an old one has none.
///
/// # Errors
/// The file is missing or no record.
pub fn read_words(path: &Utf8Path) -> Result<Vec<String>, StoreError> {
    Ok(read_json::<Words>(path)?.words)
}

#[derive(Deserialize)]
struct Head {
    #[serde(default = "first_version")]
    version: u32,
}

#[derive(Deserialize)]
struct Body {
    execution: Execution,
}

fn first_version() -> u32 {
    1
}

/// Reads the execution of a record; what was made of it then is not asked for.
///
/// # Errors
/// The file is missing, no record, or of a newer version than this program knows.
pub fn read_record(path: &Utf8Path) -> Result<Execution, StoreError> {
    let Head { version } = read_json(path)?;
    if version > VERSION {
        let reason = format!(
            "it is of version {version}, and this program reads up to {VERSION}; use the program that wrote it"
        );
        return Err(StoreError::Unreadable { path: path.to_owned(), reason });
    }
    Ok(read_json::<Body>(path)?.execution)
}

/// The records that a path means: itself, or every `record.json` below a folder, in the order of their names.
///
/// # Errors
/// There is none.
pub fn records_at(path: &Utf8Path) -> Result<Vec<Utf8PathBuf>, StoreError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    below(path, DEPTH, &mut found);
    if found.is_empty() {
        let reason = format!("there is no {RECORD} in it; name a folder that a run wrote");
        return Err(StoreError::Unreadable { path: path.to_owned(), reason });
    }
    found.sort();
    Ok(found)
}

/// A folder that cannot be read has no records for us.
fn below(folder: &Utf8Path, depth: usize, found: &mut Vec<Utf8PathBuf>) {
    for entry in folder.read_dir_utf8().into_iter().flatten().flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && depth > 0 {
            below(entry.path(), depth - 1, found);
        } else if entry.file_name() == RECORD && found.len() < MOST {
            found.push(entry.path().to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::judge;
    use crate::judge::tests::clean;

    fn written(change: impl Fn(&mut serde_json::Value)) -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join(RECORD)).unwrap();
        let (execution, judgement) = (clean(), judge(&clean()));
        let mut value = serde_json::to_value(Record::new(&execution, &judgement, &[])).unwrap();
        change(&mut value);
        std::fs::write(&path, value.to_string()).unwrap();
        (folder, path)
    }

    #[test]
    fn a_record_without_a_version_and_without_later_fields_is_read() {
        let (_folder, path) = written(|value| {
            value.as_object_mut().unwrap().remove("version");
            let execution = value["execution"].as_object_mut().unwrap();
            ["usage", "shutdown", "counted"].iter().for_each(|name| drop(execution.remove(*name)));
        });
        assert_eq!(read_record(&path).unwrap(), clean());
    }

    #[test]
    fn a_newer_record_is_refused_in_one_sentence() {
        let (_folder, path) = written(|value| {
            value["version"] = 99.into();
            value["execution"] = "of another form".into();
        });
        let error = read_record(&path).unwrap_err().to_string();
        assert!(error.contains("version 99") && !error.contains('\n'), "{error}");
    }

    #[test]
    fn a_folder_means_all_records_below_it() {
        let (folder, path) = written(|_| {});
        let deep = path.with_file_name("a").join("b");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::copy(&path, deep.join(RECORD)).unwrap();
        let all = records_at(path.parent().unwrap()).unwrap();
        assert_eq!(all, [deep.join(RECORD), path.clone()]);
        std::fs::remove_file(&path).unwrap();
        std::fs::remove_dir_all(&deep).unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        assert!(records_at(folder).unwrap_err().to_string().contains("no record.json"));
    }
}
