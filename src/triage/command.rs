//! A test that is somebody's command: it gets a copy of the candidate and says with its exit status whether that is
//! still interesting.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use super::reduce::{Cancel, Outcome, Test};
use crate::process::{Child, ExitStatus, Program, own_executable, pause};

/// What a shell says if there is no such command, or it may not be run.
const NOT_STARTED: [i32; 2] = [126, 127];

/// How often a running command is looked at: most tests take tens of milliseconds.
const LOOK: Duration = Duration::from_millis(1);

/// See the module. Status 0 says that the candidate still fails, any other that it does not; a command that does not end
/// in time, or is ended by a signal, says nothing.
#[derive(Debug)]
pub struct CommandTest {
    command: String,
    timeout: Duration,
    /// The text of which the command must know something: if it cannot even be started there, nothing can be tested.
    original: String,
    file_name: String,
    own: Utf8PathBuf,
    here: Utf8PathBuf,
    copies: tempfile::TempDir,
    next: AtomicU64,
}

impl CommandTest {
    /// A test by `command`, a line for `sh`; the copy's path stands for `{}`, or is its last argument. It runs in the
    /// current folder and is killed after `timeout`, with all that it started. Copies are called `file_name` and lie in
    /// folders of their own.
    ///
    /// # Errors
    /// There is no temporary folder, or the operating system does not say where we are.
    pub fn new(command: &str, timeout: Duration, original: &str, file_name: &str) -> io::Result<Self> {
        let here = Utf8PathBuf::from_path_buf(std::env::current_dir()?);
        Ok(Self {
            command: command.to_owned(),
            timeout,
            original: original.to_owned(),
            file_name: file_name.to_owned(),
            own: own_executable()?,
            here: here.map_err(|_| io::Error::other("the current folder's path is not UTF-8"))?,
            copies: tempfile::Builder::new().prefix("triage-reduce-").tempdir()?,
            next: AtomicU64::new(0),
        })
    }

    /// The line for `sh -c`, with the copy's path as `$1`.
    fn line(&self) -> String {
        if self.command.contains("{}") {
            self.command.replace("{}", "\"$1\"")
        } else {
            format!("{} \"$1\"", self.command)
        }
    }

    fn start(&self, copy: &Utf8Path) -> io::Result<Child> {
        let program = Program {
            own: self.own.clone(),
            program: "sh".into(),
            arguments: ["-c".into(), self.line(), "sh".into(), copy.to_string()].into(),
            folder: self.here.clone(),
            output: "/dev/null".into(),
            environment: Vec::new(),
        };
        program.start()
    }

    fn run(&self, candidate: &str, stop: &Cancel<'_>) -> io::Result<Outcome> {
        let folder = self.copies.path().join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        let folder = Utf8PathBuf::from_path_buf(folder)
            .map_err(|_| io::Error::other("the temporary folder's path is not UTF-8; set TMPDIR"))?;
        fs_err::create_dir(&folder)?;
        let copy = folder.join(&self.file_name);
        fs_err::write(&copy, candidate)?;
        let mut child = self.start(&copy)?;
        let outcome = wait(&mut child, Instant::now() + self.timeout, stop);
        drop(child);
        fs_err::remove_dir_all(&folder)?;
        Ok(match outcome {
            Ending::Ended(ExitStatus::Code(0)) => Outcome::StillFails,
            Ending::Ended(ExitStatus::Code(code)) if NOT_STARTED.contains(&code) && candidate == self.original => {
                let command = &self.command;
                Outcome::Broken(format!("the test '{command}' cannot be started (status {code}); check its path"))
            }
            Ending::Ended(ExitStatus::Code(_)) => Outcome::Passes,
            Ending::Ended(ExitStatus::Signal { .. }) | Ending::TooLong => Outcome::Unknown,
            Ending::Stopped => Outcome::Stopped,
        })
    }
}

impl Test for CommandTest {
    fn name(&self) -> String {
        format!("command {}, at most {} ms", self.command, self.timeout.as_millis())
    }

    fn try_it(&self, candidate: &str, stop: &Cancel<'_>) -> Outcome {
        self.run(candidate, stop).unwrap_or_else(|error| Outcome::Broken(format!("cannot run the test: {error}")))
    }
}

enum Ending {
    Ended(ExitStatus),
    TooLong,
    Stopped,
}

fn wait(child: &mut Child, deadline: Instant, stop: &Cancel<'_>) -> Ending {
    loop {
        if let Some(status) = child.ended() {
            return Ending::Ended(status);
        }
        if stop.requested().is_some() {
            return Ending::Stopped;
        }
        if Instant::now() >= deadline {
            return Ending::TooLong;
        }
        pause(LOOK);
    }
}
