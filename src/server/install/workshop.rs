//! Where an installation is made: a folder beside its target, commands in it that are bounded in time, and an end that
//! either renames it or leaves nothing.

use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::process::Signal;

use crate::interrupt::Interrupts;
use crate::process::{ExitStatus, Program, own_executable, poll};
use crate::server::ServerError;
use crate::server::log_file::LogFile;

const LAST_WORDS: usize = 8;
/// A tool that is asked to stop cleans up after itself: mounts, half-made folders.
const CLEAN_UP: Duration = Duration::from_secs(20);

/// A folder in which a product is being built; removed when dropped.
pub(super) struct Workshop<'a> {
    folder: Utf8PathBuf,
    own: Utf8PathBuf,
    interrupts: &'a Interrupts,
    tell: &'a mut dyn FnMut(&str),
}

impl<'a> Workshop<'a> {
    /// Makes the folder, after removing what a run that was killed left of an earlier one.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn open(
        home: &Utf8Path,
        interrupts: &'a Interrupts,
        tell: &'a mut dyn FnMut(&str),
    ) -> Result<Self, ServerError> {
        let own = own_executable().map_err(|error| disk(&error))?;
        let unusable =
            |error: std::io::Error| ServerError::Unusable(format!("{error}; choose another folder with --servers-dir"));
        let parent = home.parent().unwrap_or(home);
        fs_err::create_dir_all(parent).map_err(unusable)?;
        let prefix = format!(".{}.new-", home.file_name().unwrap_or("server"));
        for entry in parent.read_dir_utf8().into_iter().flatten().flatten() {
            let maker = entry.file_name().strip_prefix(&prefix).and_then(|pid| pid.parse().ok());
            if maker.is_some_and(|pid: u32| crate::process::start_time(pid).is_none()) {
                remove(entry.path());
            }
        }
        let folder = parent.join(format!("{prefix}{}", std::process::id()));
        fs_err::create_dir(&folder).map_err(unusable)?;
        let folder = folder.canonicalize_utf8().map_err(unusable)?;
        Ok(Self { folder, own, interrupts, tell })
    }

    pub(super) fn folder(&self) -> &Utf8Path {
        &self.folder
    }

    /// Says what comes next.
    pub(super) fn tell(&mut self, text: &str) {
        (self.tell)(text);
    }

    /// Writes a file.
    pub(super) fn save(&mut self, name: &str, text: &str) -> Result<(), ServerError> {
        fs_err::write(self.folder.join(name), text).map_err(|error| disk(&error))
    }

    /// Shows and runs a command in the folder, for at most `within`.
    ///
    /// # Errors
    /// As [`Workshop::run_with`].
    pub(super) fn run(&mut self, within: Duration, program: &str, arguments: &[&str]) -> Result<(), ServerError> {
        self.run_with(&[], within, program, arguments)
    }

    /// The same with additions to the environment.
    ///
    /// # Errors
    /// It failed, took too long, or somebody pressed Ctrl-C.
    pub(super) fn run_with(
        &mut self,
        environment: &[(&str, &str)],
        within: Duration,
        program: &str,
        arguments: &[&str],
    ) -> Result<(), ServerError> {
        let environment: Vec<(String, String)> =
            environment.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let set: String = environment.iter().map(|(name, value)| format!("{name}={value} ")).collect();
        (self.tell)(&format!("  $ {set}{program} {}", arguments.join(" ")));
        let log = self.folder.join(format!("{program}.log"));
        let command = Program {
            own: self.own.clone(),
            program: program.into(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            folder: self.folder.clone(),
            output: log.clone(),
            environment,
        };
        let mut child = command.start().map_err(|error| disk(&error))?;
        let ended = poll(Instant::now() + within, || match child.ended() {
            Some(status) => Some(Some(status)),
            None => self.interrupts.requested().map(|_| None),
        });
        let what = match ended {
            Some(Some(ExitStatus::Code(0))) => return Ok(()),
            Some(Some(status)) => format!("failed ({status})"),
            Some(None) => "was stopped, as asked".to_owned(),
            None => format!("took longer than {} minutes", within.as_secs() / 60),
        };
        child.stop(Signal::TERM, CLEAN_UP);
        let words = LogFile::new(log).tail(LAST_WORDS).join("\n  ");
        Err(ServerError::Infrastructure(format!("{program} {what}; its last words:\n  {words}")))
    }

    /// Puts the finished folder in its place.
    ///
    /// # Errors
    /// The disk refused.
    pub(super) fn close(self, home: &Utf8Path) -> Result<(), ServerError> {
        match fs_err::rename(&self.folder, home) {
            Err(_) if home.is_dir() => Ok(()), // Somebody else was faster, with the same steps.
            outcome => outcome.map_err(|error| disk(&error)),
        }
    }
}

impl Drop for Workshop<'_> {
    fn drop(&mut self) {
        remove(&self.folder);
    }
}

/// Removes a folder, unless something is mounted in it: behind a mount may lie the machine's own /dev.
fn remove(folder: &Utf8Path) {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let inside = |line: &str| line.split(' ').nth(4).is_some_and(|place| Utf8Path::new(place).starts_with(folder));
    if !mounts.lines().any(inside) {
        let _ = fs_err::remove_dir_all(folder);
    }
}

fn disk(error: &std::io::Error) -> ServerError {
    ServerError::Infrastructure(error.to_string())
}
