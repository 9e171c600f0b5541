//! The parent's side: starts workers, hands them jobs, reads their reports, kills them.

use std::io::ErrorKind::BrokenPipe;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;

use super::sandbox::Grounds;
use super::{bytecode, worker};
use crate::process::{Child, ExitStatus, cpu_time};
use crate::shell::last_words::last_words;
use crate::shell::{Ended, Job, Report, Running, Shell, ShellEnd, ShellError};

/// Reports that may wait; a worker that prints faster than we read waits itself.
const WAITING: usize = 1_000;
/// Bytes of a worker's last words.
const LAST_WORDS: usize = 4_000;

/// Runs files in workers of our own executable.
pub struct EmbeddedShell {
    program: Utf8PathBuf,
    worker: Option<Worker>,
}

struct Worker {
    child: Child,
    jobs: ChildStdin,
    reports: Receiver<Report>,
    words: Receiver<String>,
    /// What its sandbox leaves it; a job that needs others gets another worker.
    grounds: Grounds,
}

impl EmbeddedShell {
    /// `program` is our own executable, which knows the hidden word `shell-worker`.
    pub fn new(program: Utf8PathBuf) -> Self {
        Self { program, worker: None }
    }

    fn start(&self, grounds: Grounds) -> std::io::Result<Worker> {
        let mut command = Command::new(&self.program);
        command.arg("shell-worker").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Each arena takes 64 MiB of the address space that a worker has: some threads would use it up with nothing in it.
        command.env("MALLOC_ARENA_MAX", "2");
        // What one file's engine gives back the next one's takes: giving it back to the kernel costs a fault a page.
        command.env("MALLOC_TRIM_THRESHOLD_", "33554432").env("MALLOC_TOP_PAD_", "1048576");
        let mut child = Child::start(&mut command)?;
        let missing = || std::io::Error::other("the worker has no pipes");
        let inner = child.inner();
        let (jobs, out, err) = (inner.stdin.take(), inner.stdout.take(), inner.stderr.take());
        let (mut jobs, out, err) = (jobs.ok_or_else(missing)?, out.ok_or_else(missing)?, err.ok_or_else(missing)?);
        // A worker that died just now is seen by the first `next`.
        bytecode::send(&mut jobs).or_else(|error| if error.kind() == BrokenPipe { Ok(()) } else { Err(error) })?;
        let (sender, reports) = sync_channel(WAITING);
        std::thread::spawn(move || read_reports(out, &sender));
        Ok(Worker { child, jobs, reports, words: last_words(err, LAST_WORDS), grounds })
    }
}

fn read_reports(out: impl Read, sender: &SyncSender<Report>) {
    for line in BufReader::new(out).lines() {
        let Ok(line) = line else { return };
        let Ok(report) = serde_json::from_str(&line) else { return };
        if sender.send(report).is_err() {
            return;
        }
    }
}

impl Shell for EmbeddedShell {
    fn name(&self) -> &'static str {
        "embedded"
    }

    fn caution(&self) -> Option<String> {
        let asked = Command::new(&self.program).args(["shell-worker", worker::WHAT_IS_OFF]).output().ok()?;
        let said = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
        (!said.is_empty()).then_some(said)
    }

    fn run(&mut self, job: &Job) -> Result<Box<dyn Running + '_>, ShellError> {
        let failed = |source| ShellError::Start { program: self.program.to_string(), source };
        let grounds = Grounds::of(job);
        let mut kept = self.worker.take().filter(|worker| worker.grounds == grounds);
        let alive = kept.as_mut().is_some_and(|worker| worker.child.ended().is_none());
        let mut worker = match kept.filter(|_| alive) {
            Some(worker) => worker,
            None => self.start(grounds).map_err(failed)?,
        };
        let text = fs_err::read(&job.path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let text = text.map_err(|error| error.to_string());
        let mut line = serde_json::to_vec(&(job, text)).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        // A worker that died just now is seen by the first `next`.
        let _ = worker.jobs.write_all(&line);
        Ok(Box::new(File { shell: self, worker: Some(worker), started: Instant::now(), killed: false }))
    }
}

/// One file in one worker.
struct File<'a> {
    shell: &'a mut EmbeddedShell,
    worker: Option<Worker>,
    started: Instant,
    killed: bool,
}

impl File<'_> {
    fn died(&mut self) -> Report {
        let end = match self.worker.take() {
            Some(mut worker) if !self.killed => {
                let status = worker.child.kill();
                let words = worker.words.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
                ShellEnd::Died { message: format!("{} {words}", describe(status)) }
            }
            _ => ShellEnd::Killed,
        };
        let elapsed = self.started.elapsed();
        Report::Ended(Ended { end, output_dropped: 0, threads_left: false, elapsed })
    }
}

fn describe(status: Option<ExitStatus>) -> String {
    match status {
        Some(ExitStatus::Code(code)) => format!("exit status {code}"),
        Some(ExitStatus::Signal { number, .. }) => format!("signal {number}"),
        None => "it does not end".into(),
    }
}

impl Running for File<'_> {
    fn next(&mut self, until: Instant) -> Option<Report> {
        let Some(worker) = &self.worker else { return Some(self.died()) };
        let report = match worker.reports.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(report) => report,
            Err(RecvTimeoutError::Timeout) => return None,
            Err(RecvTimeoutError::Disconnected) => return Some(self.died()),
        };
        if let Report::Ended(ended) = &report {
            // A worker whose engine ran out of memory may be left with a broken heap: it is not used again.
            let reusable =
                matches!(ended.end, ShellEnd::Completed | ShellEnd::UncaughtError { .. } | ShellEnd::Quit { .. });
            self.shell.worker = self.worker.take().filter(|_| reusable && !ended.threads_left && !self.killed);
        }
        Some(report)
    }

    fn pid(&self) -> Option<u32> {
        self.worker.as_ref().map(|worker| worker.child.pid())
    }

    fn cpu_time(&self) -> Option<Duration> {
        cpu_time(self.pid()?)
    }

    fn kill(&mut self) {
        self.killed = true;
        if let Some(worker) = &mut self.worker {
            worker.child.kill();
        } else if let Some(mut given_back) = self.shell.worker.take() {
            given_back.child.kill();
        }
    }
}
