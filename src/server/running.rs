//! One process that serves: its logs, its end, and what is left of it on the disk.

use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::process::Signal;

use super::leftovers::{self, Note};
use super::log_file::LogFile;
use super::port::Port;
use super::spec::Stop;
use super::{AskedEnd, ExitStatus, LogLine, ServerExit, ServerProcess};
use crate::process::Child;
use crate::wire::uri::Settings;

/// Lines of a log kept with an end.
const TAIL: usize = 200;

/// A process of a product. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) name: String,
    pub(super) child: Child,
    /// Its own log if it writes one, and what it prints.
    pub(super) logs: Vec<LogFile>,
    pub(super) port: Port,
    /// How clients speak to it.
    pub(super) settings: Settings,
    pub(super) stop: Stop,
    pub(super) dbpath: Utf8PathBuf,
    /// Its end was told.
    pub(super) reported: bool,
    /// Dropped after the process is gone.
    pub(super) note: Note,
}

impl Running {
    pub(super) fn identity(&self) -> ServerProcess {
        let log = self.logs.first().map(|log| log.path().to_owned()).unwrap_or_default();
        ServerProcess { name: self.name.clone(), pid: self.child.pid(), started: self.child.started(), log }
    }

    /// Its end, once, if nobody asked for it.
    pub(super) fn exit(&mut self) -> Option<ServerExit> {
        if self.reported {
            return None;
        }
        let status = self.child.ended()?;
        self.reported = true;
        Some(ServerExit { process: self.identity(), status, log_tail: self.last_words(TAIL) })
    }

    pub(super) fn new_log_lines(&mut self) -> Vec<LogLine> {
        let lines = self.logs.iter_mut().flat_map(LogFile::new_lines);
        lines.map(|text| LogLine { process: self.name.clone(), text }).collect()
    }

    /// The last lines of all its logs.
    pub(super) fn last_words(&self, count: usize) -> Vec<String> {
        let mut words: Vec<String> = self.logs.iter().flat_map(|log| log.tail(count)).collect();
        words.drain(..words.len().saturating_sub(count));
        words
    }

    /// Ends it by `deadline`; one that ends in peace needs its data no more. Says how it ended if it ran until then.
    pub(super) fn stop(mut self, deadline: Instant) -> Option<(AskedEnd, Vec<LogLine>)> {
        let polite = match self.stop {
            Stop::Term => Signal::TERM,
            Stop::Int => Signal::INT,
        };
        let asked = self.child.ended().is_none();
        let (process, started) = (self.identity(), Instant::now());
        let grace = deadline.saturating_duration_since(started).max(Duration::from_millis(1));
        let status = self.child.stop(polite, grace);
        if !asked {
            return None;
        }
        let lines = self.new_log_lines();
        discard_data(&self.dbpath);
        // What did not end by itself was killed.
        let status = status.filter(|status| !matches!(status, ExitStatus::Signal { number: 9, .. }));
        Some((AskedEnd { process, status, waited: started.elapsed() }, lines))
    }
}

/// Removes a data folder; a core that lies in it is kept beside it.
pub(super) fn discard_data(dbpath: &Utf8Path) {
    if let Ok(elsewhere) = dbpath.read_link_utf8() {
        discard_data_of(&elsewhere, dbpath);
        let _ = fs_err::remove_file(dbpath);
    } else {
        discard_data_of(dbpath, dbpath);
    }
}

fn discard_data_of(data: &Utf8Path, dbpath: &Utf8Path) {
    let dir = dbpath.parent().unwrap_or(dbpath);
    for entry in data.read_dir_utf8().into_iter().flatten().flatten() {
        if is_core(entry.file_name()) {
            let core = dir.join(entry.file_name());
            // Another disk takes a copy only.
            let _ = fs_err::rename(entry.path(), &core).or_else(|_| fs_err::copy(entry.path(), &core).map(drop));
        }
    }
    // What cannot be removed (files of another user) is only in the way of the disk.
    let _ = fs_err::remove_dir_all(data);
}

/// Removes all cores in the folders of `folder` but the newest `keep`.
pub(super) fn prune_cores(folder: &Utf8Path, keep: usize) {
    let folders = folder.read_dir_utf8().into_iter().flatten().flatten();
    let files = folders.flat_map(|one| one.path().read_dir_utf8().into_iter().flatten().flatten());
    let mut cores: Vec<_> = files
        .filter(|file| is_core(file.file_name()))
        .filter_map(|file| Some((file.metadata().ok()?.modified().ok()?, file.path().to_owned())))
        .collect();
    cores.sort();
    for (_, path) in cores.iter().rev().skip(keep) {
        let _ = fs_err::remove_file(path);
    }
}

/// Removes the data of processes that ended by themselves, below `folder`, but for the newest `keep`.
pub(super) fn prune_data(folder: &Utf8Path, keep: usize) {
    let places = folder.read_dir_utf8().into_iter().flatten().flatten().map(|one| one.path().to_owned());
    let mut left: Vec<_> = places
        .filter(|place| !leftovers::is_noted(place))
        .filter_map(|place| Some((place.join("data").metadata().ok()?.modified().ok()?, place.join("data"))))
        .collect();
    left.sort();
    for (_, data) in left.iter().rev().skip(keep) {
        discard_data(data);
    }
}

/// The names that kernels give where `core_pattern` is a plain word.
fn is_core(name: &str) -> bool {
    name == "core" || name.strip_prefix("core.").is_some_and(|pid| pid.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        (folder, path)
    }

    #[test]
    fn discarded_data_leaves_its_core() {
        let (_folder, dir) = folder();
        let data = dir.join("data");
        std::fs::create_dir(&data).unwrap();
        std::fs::write(data.join("core.12"), "").unwrap();
        std::fs::write(data.join("core.txt"), "").unwrap();
        discard_data(&data);
        assert!(dir.join("core.12").exists() && !data.exists() && !dir.join("core.txt").exists());
    }

    #[test]
    fn of_data_of_dead_servers_the_newest_stays_and_a_living_ones_is_not_touched() {
        let (_folder, dir) = folder();
        for number in 1..=3 {
            let data = dir.join(format!("mongod-{number}/data"));
            std::fs::create_dir_all(&data).unwrap();
            let time = std::time::UNIX_EPOCH + Duration::from_secs(number);
            std::fs::File::open(&data).unwrap().set_modified(time).unwrap();
        }
        let _living = Note::write(&dir.join("mongod-1"), std::process::id()).unwrap();
        prune_data(&dir, 1);
        let left: Vec<bool> = (1..=3).map(|number| dir.join(format!("mongod-{number}/data")).exists()).collect();
        assert_eq!(left, [true, false, true]);
    }

    #[test]
    fn only_the_newest_cores_stay() {
        let (_folder, dir) = folder();
        for number in 1..=4 {
            let place = dir.join(format!("mongod-{number}"));
            std::fs::create_dir(&place).unwrap();
            let file = std::fs::File::create(place.join("core")).unwrap();
            file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(number)).unwrap();
        }
        prune_cores(&dir, 2);
        let left: Vec<bool> = (1..=4).map(|number| dir.join(format!("mongod-{number}/core")).exists()).collect();
        assert_eq!(left, [false, false, true, true]);
    }
}
