//! What is left of servers whose run was killed: it is written down while they run, and the next run removes it.
//!
//! Every process that we start dies with us, but what it starts itself may not. So each server's folder holds a small
//! file with the process and all below it, by number and start time: a stranger that has a number now is left alone.

use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use super::running::discard_data;
use crate::process::{Identity, descendants, poll};

const NAME: &str = "processes.json";
/// Folders below the one of a run's servers that are looked into: `alarm/practice-1` is two deep.
const DEPTH: usize = 3;
/// A run that restarts its server at each of thousands of files has as many folders.
const MOST: usize = 100_000;
/// SIGKILL cannot be refused; what writes a core or is stuck in the kernel is not waited for much longer.
const GONE_WITHIN: Duration = Duration::from_secs(5);

/// The note in the folder of one server process. It goes with the value.
#[derive(Debug)]
pub(super) struct Note(Utf8PathBuf);

impl Note {
    /// Writes down a process and all below it.
    pub(super) fn write(folder: &Utf8Path, pid: u32) -> std::io::Result<Self> {
        let note = Self(folder.join(NAME));
        note.write_again(pid)?;
        Ok(note)
    }

    /// Writes down what it started meanwhile.
    pub(super) fn write_again(&self, pid: u32) -> std::io::Result<()> {
        let all: Vec<Identity> = Identity::of(pid).into_iter().chain(descendants(pid)).collect();
        // A half-written note would be none.
        let new = self.0.with_extension("new");
        fs_err::write(&new, serde_json::to_vec(&all)?)?;
        fs_err::rename(new, &self.0)
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        let _ = fs_err::remove_file(&self.0);
    }
}

/// True where a process that is not seen to have ended has that folder.
pub(super) fn is_noted(folder: &Utf8Path) -> bool {
    folder.join(NAME).exists()
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// Processes that still ran and were killed.
    pub processes: usize,
    /// Data folders.
    pub folders: usize,
}

/// Kills what is left of the servers whose folders lie below `folder`, and removes their data. Their logs stay.
///
/// For the folder of a run that is dead: of a living one it would end the servers.
pub fn remove_leftovers(folder: &Utf8Path) -> Leftovers {
    let mut notes = Vec::new();
    below(folder, DEPTH, &mut notes);
    let mut removed = Leftovers::default();
    for note in notes {
        removed.processes += kill_all(&fs_err::read(&note).unwrap_or_default());
        let data = note.with_file_name("data");
        removed.folders += usize::from(data.exists());
        discard_data(&data);
        let _ = fs_err::remove_file(&note);
    }
    removed
}

/// Kills the processes of a note and what they started; gives how many of them lived.
fn kill_all(note: &[u8]) -> usize {
    // A damaged note names nobody.
    let noted: Vec<Identity> = serde_json::from_slice(note).unwrap_or_default();
    let mut alive: Vec<Identity> = noted.into_iter().filter(Identity::is_alive).collect();
    let children: Vec<Identity> = alive.iter().flat_map(|one| descendants(one.pid)).collect();
    children.into_iter().for_each(|child| {
        if !alive.contains(&child) {
            alive.push(child);
        }
    });
    alive.iter().for_each(Identity::kill);
    poll(Instant::now() + GONE_WITHIN, || (!alive.iter().any(Identity::is_alive)).then_some(()));
    alive.len()
}

fn below(folder: &Utf8Path, depth: usize, found: &mut Vec<Utf8PathBuf>) {
    for entry in folder.read_dir_utf8().into_iter().flatten().flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && depth > 0 && entry.file_name() != "data" {
            below(entry.path(), depth - 1, found);
        } else if entry.file_name() == NAME && found.len() < MOST {
            found.push(entry.path().to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Child;
    use std::process::Command;

    fn place() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let place = Utf8PathBuf::from_path_buf(folder.path().join("alarm/practice-1")).unwrap();
        fs_err::create_dir_all(place.join("data")).unwrap();
        (folder, place)
    }

    /// A note as one that was killed leaves it.
    fn forgotten(note: Note) {
        std::mem::forget(note);
    }

    #[test]
    fn what_is_noted_is_killed_with_all_below_it_and_its_data_goes() {
        let (folder, place) = place();
        let mut child = Child::start(Command::new("sh").args(["-c", "sleep 600 & wait"])).unwrap();
        let pid = child.pid();
        poll(Instant::now() + GONE_WITHIN, || (!descendants(pid).is_empty()).then_some(())).unwrap();
        forgotten(Note::write(&place, pid).unwrap());
        let removed = remove_leftovers(Utf8Path::from_path(folder.path()).unwrap());
        assert_eq!(removed, Leftovers { processes: 2, folders: 1 });
        assert!(child.ended().is_some() && !place.join("data").exists() && !place.join(NAME).exists());
        assert_eq!(remove_leftovers(&place), Leftovers::default());
    }

    #[test]
    fn a_stranger_with_the_number_lives_and_a_damaged_note_names_nobody() {
        let (_folder, place) = place();
        let mut child = Child::start(Command::new("sleep").arg("600")).unwrap();
        let identity = Identity::of(child.pid()).unwrap();
        let stranger = [Identity { started: identity.started + 1, ..identity }];
        fs_err::write(place.join(NAME), serde_json::to_vec(&stranger).unwrap()).unwrap();
        assert_eq!(remove_leftovers(&place).processes, 0);
        fs_err::write(place.join(NAME), "[{").unwrap();
        assert_eq!(remove_leftovers(&place).processes, 0);
        assert!(child.ended().is_none());
    }

    #[test]
    fn a_server_that_is_dropped_leaves_no_note() {
        let (_folder, place) = place();
        drop(Note::write(&place, std::process::id()).unwrap());
        assert!(!place.join(NAME).exists());
    }
}
