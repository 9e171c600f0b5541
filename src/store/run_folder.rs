//! One run's folder: fuzzed files, one record an execution, server logs, the summary.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::reserve::{Reserve, is_full};
use super::{ShellLog, StoreError};
use crate::run::check::{FULL_BELOW, free};

/// How names of files begin that are still being written.
pub(super) const UNFINISHED: &str = ".unfinished-";

/// `OUT/runs/<start>-<seed>`, with `OUT/latest` pointing to it once there is something in it.
#[derive(Clone, Debug)]
pub struct RunFolder {
    out: Utf8PathBuf,
    path: Utf8PathBuf,
    /// What was made for it above.
    made: Option<Utf8PathBuf>,
    reserve: Reserve,
}

impl RunFolder {
    /// Makes the folder of a new run. `started` becomes part of its name.
    ///
    /// # Errors
    /// `out` cannot be written; nothing is left behind then but folders that were made above it.
    pub fn create(out: &Utf8Path, started: jiff::Timestamp, seed: u64) -> Result<Self, StoreError> {
        let stamp = started.strftime("%Y%m%dT%H%M%SZ").to_string();
        let runs = out.join("runs");
        let made = runs.ancestors().take_while(|folder| !folder.as_str().is_empty() && !folder.exists()).last();
        let made = made.map(absolute_even_if_missing);
        fs_err::create_dir_all(&runs).map_err(|source| StoreError::Unwritable { path: out.to_owned(), source })?;
        let path = absolute(&unused(&runs, &format!("{stamp}-{seed}"))?);
        let reserve = Reserve::keep(&path).map_err(|source| {
            let _ = fs_err::remove_dir_all(made.as_ref().unwrap_or(&path));
            StoreError::Unwritable { path: path.clone(), source }
        })?;
        let run = Self { out: absolute(out), path, made, reserve };
        for part in ["files", "executions", "server"] {
            run.make_folder(part)?;
        }
        Ok(run)
    }

    /// True once its disk is full: what is written then takes the room that is kept for that, and no more fits.
    pub fn is_full(&self) -> bool {
        self.reserve.is_spent() || free(&self.path).is_some_and(|free| free < FULL_BELOW)
    }

    /// Opens the file that takes what a script prints, in one of the folders inside.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn shell_log(&self, folder: &Utf8Path) -> Result<ShellLog, StoreError> {
        let path = folder.join("shell.log");
        let made = self.with_room(|| fs_err::File::create(&path));
        made.map(|file| ShellLog::new(file, self.reserve.clone()))
            .map_err(|source| StoreError::Unwritable { path: path.clone(), source })
    }

    /// Does it once more with the room that was kept, where the disk is full.
    fn with_room<T>(&self, write: impl Fn() -> std::io::Result<T>) -> std::io::Result<T> {
        match write() {
            Err(error) if is_full(&error) && self.reserve.spend() => write(),
            done => done,
        }
    }

    /// The folder itself, absolute.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Lets `OUT/latest` point here: a convenience, which a file system without links does without.
    pub fn publish(&self) {
        let link = self.out.join("latest");
        if link.is_symlink() {
            let _ = fs_err::remove_file(&link);
        }
        let target = self.path.strip_prefix(&self.out).unwrap_or(&self.path);
        let _ = std::os::unix::fs::symlink(target, &link);
    }

    /// Removes the folder and what was made for it above: a run that never began leaves nothing.
    pub fn discard(&self) {
        let _ = fs_err::remove_dir_all(self.made.as_ref().unwrap_or(&self.path));
    }

    /// Makes and gives a folder inside.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn make_folder(&self, name: &str) -> Result<Utf8PathBuf, StoreError> {
        let path = self.path.join(name);
        self.with_room(|| fs_err::create_dir_all(&path))
            .map_err(|source| StoreError::Unwritable { path: path.clone(), source })?;
        Ok(path)
    }

    /// Writes a file whole or not at all, and gives its path.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn save(&self, name: &str, content: &[u8]) -> Result<Utf8PathBuf, StoreError> {
        let path = self.path.join(name);
        let written = self.with_room(|| write_whole(&path, content));
        written.map_err(|source| StoreError::Unwritable { path: path.clone(), source })?;
        Ok(path)
    }

    /// Writes a record as readable JSON.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn save_json(&self, name: &str, record: &impl Serialize) -> Result<Utf8PathBuf, StoreError> {
        let mut text = serde_json::to_vec_pretty(record)
            .map_err(|error| StoreError::Unwritable { path: self.path.join(name), source: error.into() })?;
        text.push(b'\n');
        self.save(name, &text)
    }
}

fn write_whole(path: &Utf8Path, content: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs_err::create_dir_all(folder)?;
    let mut temporary = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
    std::io::Write::write_all(&mut temporary, content)?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes a JSON record of any folder, whole or not at all.
///
/// # Errors
/// It cannot be written.
pub fn write_json(path: &Utf8Path, record: &impl Serialize) -> Result<(), StoreError> {
    let written = serde_json::to_vec_pretty(record).map_err(Into::into).and_then(|text| write_whole(path, &text));
    written.map_err(|source| StoreError::Unwritable { path: path.to_owned(), source })
}

/// Reads a JSON record of any folder.
///
/// # Errors
/// The file is missing or is no such record.
pub fn read_json<T: DeserializeOwned>(path: &Utf8Path) -> Result<T, StoreError> {
    let unreadable = |reason: String| StoreError::Unreadable { path: path.to_owned(), reason };
    let text = fs_err::read(path).map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))
}

/// Two runs may start in the same second.
fn unused(runs: &Utf8Path, name: &str) -> Result<Utf8PathBuf, StoreError> {
    let candidates = (1..1000).map(|n| if n == 1 { runs.join(name) } else { runs.join(format!("{name}-{n}")) });
    for path in candidates {
        match fs_err::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(StoreError::Unwritable { path, source }),
        }
    }
    let source = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
    Err(StoreError::Unwritable { path: runs.join(name), source })
}

fn absolute_even_if_missing(path: &Utf8Path) -> Utf8PathBuf {
    camino::absolute_utf8(path).unwrap_or_else(|_| path.to_owned())
}

fn absolute(path: &Utf8Path) -> Utf8PathBuf {
    path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temporary() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        (folder, path)
    }

    #[test]
    fn two_runs_of_one_second_and_seed_have_folders_of_their_own() {
        let (_guard, out) = temporary();
        let now = jiff::Timestamp::UNIX_EPOCH;
        let (first, second) = (RunFolder::create(&out, now, 1).unwrap(), RunFolder::create(&out, now, 1).unwrap());
        assert_ne!(first.path(), second.path());
        first.publish();
        second.publish();
        assert_eq!(out.join("latest").canonicalize_utf8().unwrap(), second.path());
    }

    #[test]
    fn a_discarded_run_leaves_what_was_there_and_nothing_else() {
        let (_guard, place) = temporary();
        let out = place.join("a/b");
        let only = RunFolder::create(&out, jiff::Timestamp::UNIX_EPOCH, 1).unwrap();
        only.discard();
        assert!(place.exists() && !place.join("a").exists());
        let kept = RunFolder::create(&out, jiff::Timestamp::UNIX_EPOCH, 1).unwrap();
        RunFolder::create(&out, jiff::Timestamp::UNIX_EPOCH, 2).unwrap().discard();
        assert!(kept.path().exists() && out.join("runs").read_dir().unwrap().count() == 1);
    }

    #[test]
    fn a_record_is_read_back() {
        let (_guard, out) = temporary();
        let run = RunFolder::create(&out, jiff::Timestamp::UNIX_EPOCH, 1).unwrap();
        let path = run.save_json("executions/0/record.json", &vec![1, 2]).unwrap();
        assert_eq!(read_json::<Vec<u32>>(&path).unwrap(), [1, 2]);
        assert!(read_json::<String>(&path).is_err());
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let (_guard, out) = temporary();
        std::fs::write(out.join("f"), "").unwrap();
        let error = RunFolder::create(&out.join("f"), jiff::Timestamp::UNIX_EPOCH, 1).unwrap_err();
        assert!(error.to_string().contains("/f") && error.to_string().contains("--out"), "{error}");
    }
}
