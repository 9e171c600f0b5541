//! A shell's process: started through the guard, killed with all that it started, its last words kept.

use std::process::{Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use camino::Utf8Path;

use super::dialect::Call;
use super::lines::lines;
use crate::process::{Child, ExitStatus, GUARD, poll};
use crate::shell::last_words::last_words;

/// Bytes of the error stream that are kept.
const LAST_WORDS: usize = 4_000;
/// How long a process whose output is closed may take to be gone.
const GOING_TAKES: Duration = Duration::from_secs(2);

/// One started shell.
pub struct Process {
    child: Child,
    /// Its standard output.
    pub lines: Receiver<String>,
    words: Receiver<String>,
}

impl Process {
    /// Starts `program` in `folder`, bound to our life. A program that does not exist is only seen as status 127.
    ///
    /// # Errors
    /// The operating system refused.
    pub fn start(own: &Utf8Path, program: &Utf8Path, call: &Call, folder: &Utf8Path) -> std::io::Result<Self> {
        let mut command = Command::new(own);
        command
            .args([GUARD, &std::process::id().to_string(), program.as_str()])
            .args(&call.arguments)
            .envs(call.environment.iter().map(|(name, value)| (name, value)))
            // What it is told here must not depend on the user's own settings of Node.
            .env_remove("NODE_OPTIONS")
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = Child::start(&mut command)?;
        let missing = || std::io::Error::other("the shell has no pipes");
        let (out, err) = (child.inner().stdout.take(), child.inner().stderr.take());
        let (out, err) = (out.ok_or_else(missing)?, err.ok_or_else(missing)?);
        Ok(Self { child, lines: lines(out), words: last_words(err, LAST_WORDS) })
    }

    /// Process id of the shell itself.
    pub fn pid(&self) -> u32 {
        self.child.pid()
    }

    /// Ends it and everything that it started, at once.
    pub fn kill(&mut self) {
        self.child.kill();
    }

    /// Status and last words of a process that said everything; one that lingers is killed.
    pub fn remains(&mut self) -> (Option<ExitStatus>, String) {
        let ended = poll(Instant::now() + GOING_TAKES, || self.child.ended());
        let status = ended.or_else(|| self.child.kill());
        (status, self.words.recv_timeout(Duration::from_secs(1)).unwrap_or_default())
    }

    /// Everything that it prints until it ends; nothing if it takes longer than `within`.
    pub fn answer(mut self, within: Duration) -> Option<(String, Option<ExitStatus>, String)> {
        let deadline = Instant::now() + within;
        let mut printed = String::new();
        loop {
            use std::sync::mpsc::RecvTimeoutError;
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => printed = printed + &line + "\n",
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => return None,
            }
        }
        let (status, words) = self.remains();
        Some((printed, status, words))
    }
}
