//! Whose a run's folder is while the run lives, so that a later run finds what one that was killed left behind.

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::reserve::Reserve;
use super::run_folder::UNFINISHED;
use super::{RunFolder, StoreError, read_json};
use crate::process::{Identity, world};

const NAME: &str = "owner.json";

#[derive(Debug, Serialize, Deserialize)]
struct Owner {
    process: Identity,
    world: String,
}

/// A run's folder that is in use by this process; the value's end gives it back.
#[derive(Debug)]
pub struct Claim(Utf8PathBuf);

impl Claim {
    /// Says in the folder that it is ours.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn take(run: &RunFolder) -> Result<Self, StoreError> {
        let unreadable = || std::io::Error::other("/proc is not readable");
        let process = Identity::of(std::process::id())
            .ok_or_else(|| StoreError::Unwritable { path: run.path().join(NAME), source: unreadable() })?;
        run.save_json(NAME, &Owner { process, world: world() }).map(Self)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.0.parent().into_iter().for_each(give_back);
    }
}

/// The folders of runs in `out` that were killed here, in the order of their names. Of a run on another machine, or in
/// another container, nobody can say here whether it lives.
pub fn abandoned(out: &Utf8Path) -> Vec<Utf8PathBuf> {
    let runs = out.join("runs").read_dir_utf8().into_iter().flatten().flatten();
    let mut found: Vec<Utf8PathBuf> =
        runs.map(|run| run.path().to_owned()).filter(|run| is_abandoned(run, &world())).collect();
    found.sort();
    found
}

fn is_abandoned(run: &Utf8Path, here: &str) -> bool {
    let owner = run.join(NAME);
    // A note that cannot be read names nobody who could live.
    owner.exists() && read_json::<Owner>(&owner).is_ok_and(|one| one.world == here && !one.process.is_alive())
}

/// Says that a run is over, and removes what it needed only while it went on.
pub fn give_back(run: &Utf8Path) {
    Reserve::give_back(run);
    let _ = fs_err::remove_file(run.join(NAME));
}

/// Removes what a killed run was writing; whole files have their own names.
pub fn remove_unfinished(run: &Utf8Path) {
    let executions = run.join("executions").read_dir_utf8().into_iter().flatten().flatten();
    let folders = executions.map(|one| one.path().to_owned()).chain([run.to_owned(), run.join("files")]);
    for file in folders.flat_map(|folder| folder.read_dir_utf8().into_iter().flatten().flatten()) {
        if file.file_name().starts_with(UNFINISHED) {
            let _ = fs_err::remove_file(file.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> (tempfile::TempDir, Utf8PathBuf, RunFolder) {
        let folder = tempfile::tempdir().unwrap();
        let out = Utf8PathBuf::from_path_buf(folder.path().join("out")).unwrap();
        let run = RunFolder::create(&out, jiff::Timestamp::UNIX_EPOCH, 1).unwrap();
        (folder, out, run)
    }

    fn owned_by(run: &RunFolder, process: Identity, world: String) {
        run.save_json(NAME, &Owner { process, world }).unwrap();
    }

    #[test]
    fn a_living_run_is_not_abandoned_and_one_that_ended_neither() {
        let (_folder, out, run) = run();
        let claim = Claim::take(&run).unwrap();
        assert!(abandoned(&out).is_empty());
        drop(claim);
        assert!(abandoned(&out).is_empty());
        let files = run.path().read_dir_utf8().unwrap().filter(|one| one.as_ref().unwrap().path().is_file());
        assert_eq!(files.count(), 0);
    }

    #[test]
    fn a_run_is_abandoned_whose_owner_is_gone_and_was_of_this_world() {
        let (_folder, out, run) = run();
        let gone = Identity { pid: std::process::id(), started: 1 };
        owned_by(&run, gone, "another".into());
        assert!(abandoned(&out).is_empty());
        owned_by(&run, gone, world());
        assert_eq!(abandoned(&out), [run.path()]);
        give_back(run.path());
        assert!(abandoned(&out).is_empty());
    }

    #[test]
    fn what_was_half_written_goes_and_what_is_whole_stays() {
        let (_folder, _, run) = run();
        let whole = run.save("executions/a/record.json", b"{}").unwrap();
        let half = whole.with_file_name(format!("{UNFINISHED}x"));
        fs_err::write(&half, "{").unwrap();
        remove_unfinished(run.path());
        assert!(whole.exists() && !half.exists());
    }
}
