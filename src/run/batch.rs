//! Files one after another against one living topology; a server that died or hung is brought back for the next.

use std::io::Write;
use std::time::Duration;

use super::average::{Average, Averages, FileKind, Remembered};
use super::capture::Capturer;
use super::check::{Checks, Usage, clear, full_disk, kernel_lines};
use super::execution::Execution;
use super::hang::{HangTimer, doubt};
use super::log_text::noteworthy;
use super::watch::{Cut, Thresholds, Watch, Watched};
use crate::interrupt::Interrupts;
use crate::server::Topology;
use crate::shell::{Job, Limits, Shell, ShellEnd, ShellError};
use crate::wire::tap::Tap;

/// The shell's own deadlines come after the hang timer, which has to see first who holds the file up; on a busy machine
/// its clock begins late.
const BEHIND_THE_TIMER: Duration = Duration::from_secs(1);
/// How long a spinning script is given to be interrupted by its engine, which says where it spins.
const AFTER_SPIN: Duration = Duration::from_secs(2);
const STOP_GRACE: Duration = Duration::from_secs(2);
/// Dropping is quick, or a restart is quicker.
const CLEARED_WITHIN: Duration = Duration::from_secs(2);

/// Why a batch cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The shell's own program is missing or broken.
    #[error(transparent)]
    Shell(#[from] ShellError),
    /// Output could not be written.
    #[error("cannot write what the shell printed: {0}; is the disk full?")]
    Output(#[from] std::io::Error),
}

/// A batch under way.
pub struct Batch<'a> {
    pub(super) shell: &'a mut dyn Shell,
    /// Of the clients that run at the same time as the first.
    others: Vec<Box<dyn Shell>>,
    alone: bool,
    taps: Vec<Tap>,
    hasty: bool,
    cut: Option<Box<Cut>>,
    pub(super) topology: &'a mut dyn Topology,
    pub(super) interrupts: &'a Interrupts,
    timer: HangTimer,
    /// See [`Batch::set_timer`].
    reply: Option<Duration>,
    pub(super) averages: Averages,
    /// Of all statements of the run.
    pub(super) statement: Average,
    pub(super) capturer: Option<Capturer>,
    /// What is looked at after a file.
    pub(super) checks: Checks,
    pub(super) starts: u32,
    pub(super) up: bool,
    /// What the server used when the last file was over.
    used: Option<Usage>,
}

impl<'a> Batch<'a> {
    /// A batch whose server is started by the first file; `running` says that it already runs.
    pub fn new(
        shell: &'a mut dyn Shell,
        topology: &'a mut dyn Topology,
        interrupts: &'a Interrupts,
        timer: HangTimer,
        checks: Checks,
    ) -> Self {
        let (averages, statement, capturer) = (Averages::default(), Average::default(), None);
        Self {
            shell,
            others: Vec::new(),
            alone: false,
            taps: Vec::new(),
            hasty: false,
            cut: None,
            topology,
            interrupts,
            timer,
            reply: None,
            averages,
            statement,
            capturer,
            checks,
            starts: 0,
            up: false,
            used: None,
        }
    }

    /// Says that further clients run at the same time, each with a shell of its own.
    pub fn with_others(mut self, others: Vec<Box<dyn Shell>>) -> Self {
        self.others = others;
        self
    }

    /// Says that the first client runs alone from now on, or no longer.
    pub fn set_alone(&mut self, alone: bool) {
        self.alone = alone;
    }

    /// Says that hangs and deaths shall leave stacks and cores behind.
    pub fn capturing(mut self, capturer: Option<Capturer>) -> Self {
        self.capturer = capturer;
        self
    }

    /// Where the next file's capture goes.
    pub fn leave_captures_in(&mut self, folder: camino::Utf8PathBuf) {
        self.capturer.iter_mut().for_each(|capturer| capturer.leave_in(folder.clone()));
    }

    /// Says that the topology was started already, so that the first file need not do it.
    pub fn already_started(mut self) -> Self {
        self.up = true;
        self.starts = 1;
        self
    }

    /// True where a broken server is brought back for the next file.
    pub fn restartable(&self) -> bool {
        self.topology.restartable()
    }

    /// Makes the next file find a server without data of earlier ones, by dropping it where the server does that in time.
    /// Somebody else's server stays as it is.
    pub fn without_data(&mut self) {
        if self.up && self.topology.restartable() && clear(&self.topology.connection(), CLEARED_WITHIN).is_err() {
            self.fresh_server();
        }
    }

    /// True where the next file meets a server that ran others.
    pub fn is_used(&self) -> bool {
        self.up
    }

    /// Says that nobody wants to know where a script spins: it ends at its threshold then.
    pub fn set_hasty(&mut self, hasty: bool) {
        self.hasty = hasty;
    }

    /// Says after which note a file may end: what it does then is of no interest any more.
    pub fn set_cut(&mut self, cut: Option<Box<Cut>>) {
        self.cut = cut;
    }

    /// Leads clients through taps from now on, each through its own, or all through one.
    pub fn set_taps(&mut self, taps: Vec<Tap>) {
        self.taps = taps;
    }

    /// Gives the taps back; clients go to the server by themselves again.
    pub fn take_taps(&mut self) -> Vec<Tap> {
        std::mem::take(&mut self.taps)
    }

    /// Another hang timer from now on. A file hangs too where one command has no reply for longer than `reply`, for who
    /// knows already that it will have none.
    pub fn set_timer(&mut self, timer: HangTimer, reply: Option<Duration>) {
        (self.timer, self.reply) = (timer, reply);
    }

    /// What is looked at after each file from now on.
    pub fn set_checks(&mut self, checks: Checks) {
        self.checks = checks;
    }

    /// Who captures from now on.
    pub fn set_capturer(&mut self, capturer: Option<Capturer>) {
        self.capturer = capturer;
    }

    /// Makes the next file find a server without any data. Somebody else's server stays as it is.
    pub fn fresh_server(&mut self) {
        if self.topology.restartable() {
            self.topology.stop(STOP_GRACE);
            self.topology.asked_ends();
            self.up = false;
            self.used = None;
        }
    }

    /// Asks the server to end within `grace` and records how it did; `None` where nothing of ours runs.
    pub fn shut_down(&mut self, grace: Duration) -> Option<Execution> {
        let started = jiff::Timestamp::now().to_string();
        let last_lines = self.topology.new_log_lines();
        self.topology.stop(grace);
        self.up = false;
        let (shutdown, lines): (Vec<_>, Vec<_>) = self.topology.asked_ends().into_iter().unzip();
        if shutdown.is_empty() {
            return None;
        }
        let elapsed = shutdown.iter().map(|end| end.waited).max().unwrap_or_default();
        let log = noteworthy(last_lines.into_iter().chain(lines.into_iter().flatten()).collect(), Execution::LOG_LINES);
        let blank = self.not_run("shutdown".into(), 0, started, String::new());
        let interrupted = self.interrupts.requested().is_some();
        Some(Execution { end: ShellEnd::Completed, infrastructure: None, elapsed, log, shutdown, interrupted, ..blank })
    }

    /// Says what a file to come is likely to take, so that the hang timer knows an average before the first.
    pub fn seed_average(&mut self, runtime: Duration) {
        self.averages.seed(runtime);
    }

    /// What files of other runs took.
    pub fn remember(&mut self, before: Remembered) {
        self.averages.remember(before);
    }

    /// What files took, for the next run.
    pub fn to_remember(&self) -> Remembered {
        self.averages.to_remember()
    }

    /// Runs one file and records it. A server that cannot be started is part of the record, not an error.
    ///
    /// # Errors
    /// The shell cannot be started, or its output cannot be written.
    pub fn execute(&mut self, job: &Job, statements: u32, output: &mut dyn Write) -> Result<Execution, RunError> {
        self.execute_together(&[(job.clone(), statements)], output)
    }

    /// As [`Batch::execute`], several files at once: each client takes the next of `programs`, and begins again where
    /// there are fewer than clients.
    ///
    /// # Errors
    /// As there.
    pub fn execute_together(&mut self, programs: &[(Job, u32)], output: &mut dyn Write) -> Result<Execution, RunError> {
        let started = jiff::Timestamp::now().to_string();
        let count = if self.alone { 1 } else { 1 + self.others.len() };
        let clients: Vec<(Job, u32)> = programs.iter().cycle().take(count).cloned().collect();
        let Some((first, statements)) = clients.first().cloned() else {
            return Err(RunError::Output(std::io::Error::other("there is no program to run")));
        };
        if let Err(error) = self.bring_up() {
            return Ok(self.not_run(&first.path, statements, started, error.to_string()));
        }
        let servers = self.topology.processes();
        let before = self.used.take().unwrap_or_else(|| Usage::of(&servers));
        let mut watched = self.watch(&clients, output)?;
        self.settle(&mut watched);
        watched.end_where_the_server_died();
        let checks = self.check(&watched);
        self.look_again(&mut watched, &checks);
        let log = self.whole_log(&watched);
        self.capture_deaths(&mut watched, &log);
        let mut log = noteworthy(log, Execution::LOG_LINES);
        log.extend(kernel_lines(&watched.exits));
        let after = Usage::of(&self.topology.processes());
        let usage = before.until(&after);
        let infrastructure = full_disk(&watched.exits);
        self.used = Some(after);
        self.aftermath(&watched, &checks, &clients);
        Ok(Execution { servers, usage, infrastructure, ..self.record(&clients, started, watched, checks, log) })
    }

    /// Starts the clients and watches them until all are over.
    fn watch(&mut self, clients: &[(Job, u32)], output: &mut dyn Write) -> Result<Watched, RunError> {
        let server = self.topology.connection();
        let mut ready = Vec::new();
        for (number, (job, statements)) in clients.iter().enumerate() {
            let tap = self.taps.get(number).or(self.taps.first());
            let server = tap.and_then(|tap| tap.before(&server)).unwrap_or_else(|| server.clone());
            let thresholds = self.thresholds(&self.kind(job), *statements);
            let own = thresholds.file + doubt(thresholds.file) + BEHIND_THE_TIMER;
            let limits = Limits { interrupt_after: own, read_timeout: own, ..job.limits };
            let database = server.working_database().unwrap_or(&job.database).to_owned();
            let test_data = if number == 0 { job.test_data.clone() } else { of_another_client(&job.test_data) };
            ready.push((Job { server, database, limits, test_data, ..job.clone() }, thresholds));
        }
        let mut running = Vec::new();
        let others = self.others.iter_mut().map(|shell| &mut **shell as &mut dyn Shell);
        for (shell, (job, thresholds)) in std::iter::once(&mut *self.shell).chain(others).zip(&ready) {
            running.push((shell.run(job)?, *thresholds));
        }
        let more = (self.capturer.as_mut(), self.cut.as_deref());
        let watch = Watch::new(running, self.topology, self.interrupts, output, more);
        Ok(watch.until_over()?)
    }

    pub(super) fn kind(&self, job: &Job) -> FileKind {
        FileKind::of(self.topology.product(), self.topology.version(), &job.path)
    }

    fn thresholds(&self, kind: &FileKind, statements: u32) -> Thresholds {
        let average = self.averages.value(kind);
        let statement = (statements > 0).then(|| self.timer.threshold(self.statement.value()));
        let file = self.timer.threshold(average);
        let spin = if self.hasty { Duration::ZERO } else { doubt(file) + AFTER_SPIN };
        Thresholds { file, statement, reply: self.reply, average, statements, spin }
    }
}

/// `TestData` of a client that is not the first.
fn of_another_client(test_data: &str) -> String {
    let mut data: serde_json::Value = serde_json::from_str(test_data).unwrap_or_default();
    if let Some(data) = data.as_object_mut() {
        data.insert("isMainTest".into(), false.into());
    }
    data.to_string()
}
