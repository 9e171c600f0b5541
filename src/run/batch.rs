//! Files one after another against one living topology; a server that died or hung is brought back for the next.

use std::io::Write;
use std::time::{Duration, Instant};

use super::average::{Average, Averages, FileKind, Remembered};
use super::capture::crash::with_what_follows;
use super::capture::{Capture, Capturer};
use super::check::{
    Checks, PING_TIMEOUT, Usage, all_answer, answers, clear, full_disk, kernel_lines, look_at_data, reachable,
};
use super::execution::{Check, Execution};
use super::hang::{HangTimer, doubt};
use super::log_text::{Trouble, is_echo_of_death, noteworthy, trouble};
use super::watch::{Cut, Seen, Thresholds, Watch, Watched};
use crate::interrupt::Interrupts;
use crate::process::pause;
use crate::server::{LogLine, ServerError, Topology};
use crate::shell::{Job, Limits, Note, Shell, ShellEnd, ShellError};
use crate::wire::tap::Tap;

/// A lost connection is given this long to turn out as a dead server: writing a core takes its time.
const DEATH_MAY_TAKE: Duration = Duration::from_secs(5);
/// The shell's own deadlines come after the hang timer, which has to see first who holds the file up; on a busy machine
/// its clock begins late.
const BEHIND_THE_TIMER: Duration = Duration::from_secs(1);
/// How long a spinning script is given to be interrupted by its engine, which says where it spins.
const AFTER_SPIN: Duration = Duration::from_secs(2);
/// Collections of one node from which on data of earlier files is dropped.
const FULL: u32 = 200;
const LOG_TICK: Duration = Duration::from_millis(20);
const STOP_GRACE: Duration = Duration::from_secs(2);
/// Dropping is quick, or a restart is quicker.
const CLEARED_WITHIN: Duration = Duration::from_secs(2);
/// A living server that answers nobody for so long is unreachable, however busy the machine.
const REACHABLE_WITHIN: Duration = Duration::from_secs(10);

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
    interrupts: &'a Interrupts,
    timer: HangTimer,
    /// See [`Batch::set_timer`].
    reply: Option<Duration>,
    averages: Averages,
    /// Of all statements of the run.
    statement: Average,
    capturer: Option<Capturer>,
    /// What is looked at after a file.
    checks: Checks,
    pub(super) starts: u32,
    up: bool,
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

    fn kind(&self, job: &Job) -> FileKind {
        FileKind::of(self.topology.product(), self.topology.version(), &job.path)
    }

    fn thresholds(&self, kind: &FileKind, statements: u32) -> Thresholds {
        let average = self.averages.value(kind);
        let statement = (statements > 0).then(|| self.timer.threshold(self.statement.value()));
        let file = self.timer.threshold(average);
        let spin = if self.hasty { Duration::ZERO } else { doubt(file) + AFTER_SPIN };
        Thresholds { file, statement, reply: self.reply, average, statements, spin }
    }

    /// The log's new lines. Where a reply tells of a death behind the server, its own log comes to tell it too, as soon as
    /// the core is written.
    fn whole_log(&mut self, watched: &Watched) -> Vec<LogLine> {
        let echo = |note: &Note| matches!(note, Note::Failed { message, .. } if is_echo_of_death(message));
        let died = |line: &LogLine| matches!(trouble(&line.text), Some(Trouble::BackendDied | Trouble::BackendPanic));
        let mut log = self.topology.new_log_lines();
        if watched.exits.is_empty() && watched.notes().any(echo) {
            let deadline = Instant::now() + DEATH_MAY_TAKE;
            while !log.iter().any(died) && Instant::now() < deadline && self.interrupts.requested().is_none() {
                pause(LOG_TICK);
                log.extend(self.topology.new_log_lines());
            }
        }
        log
    }

    /// Takes what processes that ended left behind.
    fn capture_deaths(&mut self, watched: &mut Watched, log: &[LogLine]) {
        let Some(capturer) = self.capturer.as_mut().filter(|_| !watched.interrupted && watched.capture.is_none())
        else {
            return;
        };
        let lines: Vec<&str> = log.iter().map(|line| line.text.as_str()).collect();
        let telling = with_what_follows(&lines, |line| trouble(line) == Some(Trouble::BackendDied));
        if watched.exits.is_empty() && telling.is_empty() {
            return;
        }
        let telling = telling.into_iter().map(str::to_owned).collect();
        let during = watched.notes().find_map(|note| match note {
            Note::ConnectionLost { command, .. } => Some(command.clone()),
            _ => None,
        });
        let capture: Capture =
            capturer.crash(self.topology, &watched.exits, telling, during.as_deref(), self.interrupts);
        watched.capture = Some(capture);
    }

    fn bring_up(&mut self) -> Result<(), ServerError> {
        if !self.up {
            self.topology.start()?;
            self.up = true;
            self.starts += 1;
            // What the server says while it starts belongs to no file.
            self.topology.new_log_lines();
        }
        Ok(())
    }

    /// After a lost connection: waits until the server's end is seen or the server answers again.
    fn settle(&mut self, watched: &mut Watched) {
        let lost = watched.notes().any(|note| {
            use Note::{BrokenReply, CannotConnect, ConnectionLost};
            matches!(note, ConnectionLost { .. } | BrokenReply { .. } | CannotConnect { .. })
        });
        let deadline = Instant::now() + DEATH_MAY_TAKE;
        while lost && watched.exits.is_empty() && Instant::now() < deadline {
            watched.exits.extend(self.topology.exits());
            if answers(&self.topology.connection(), PING_TIMEOUT) {
                // It may have come back behind the same port: one more look at the processes decides.
                watched.exits.extend(self.topology.exits());
                break;
            }
        }
    }

    fn check(&mut self, watched: &Watched) -> Vec<Check> {
        let alive = watched.exits.is_empty() && !watched.blames_server() && !watched.interrupted;
        let mut checks = Vec::new();
        // Of somebody else's server nobody can say that it lives.
        if alive && !self.topology.processes().is_empty() {
            checks.push(reachable(&self.topology.connection(), REACHABLE_WITHIN));
        }
        let answers = checks.iter().all(|check| check.findings.is_empty());
        if alive && answers {
            checks.extend(look_at_data(&*self.topology, self.checks));
        }
        checks
    }

    /// Processes that ended while they were checked: a secondary may still be applying when the file is over.
    fn look_again(&mut self, watched: &mut Watched, checks: &[Check]) {
        let deadline = Instant::now() + DEATH_MAY_TAKE;
        let silent = checks.iter().any(|check| check.not_done.is_some()) && !all_answer(&*self.topology);
        watched.exits.extend(self.topology.exits());
        while silent && watched.exits.is_empty() && Instant::now() < deadline && self.interrupts.requested().is_none() {
            pause(LOG_TICK);
            watched.exits.extend(self.topology.exits());
        }
    }

    /// Servers that hold data, at least one.
    fn nodes(&self) -> u32 {
        self.topology.sets().iter().map(|set| set.members.len() as u32).sum::<u32>().max(1)
    }

    /// Decides whether the next file needs a new server, and stops what is left of this one.
    fn aftermath(&mut self, watched: &Watched, checks: &[Check], clients: &[(Job, u32)]) {
        if !watched.hung() && watched.exits.is_empty() {
            let completed = |(_, seen): &(&(Job, u32), &Seen)| seen.ended.end == ShellEnd::Completed;
            for ((job, _), seen) in clients.iter().zip(&watched.clients).filter(completed) {
                self.averages.add(self.kind(job), seen.elapsed);
                seen.completed.iter().for_each(|one| self.statement.add(Duration::from_millis(one.millis)));
            }
        }
        // Broken data would be found again after every file to come.
        let broken_data = checks.iter().any(|check| !check.findings.is_empty());
        if !watched.exits.is_empty() || watched.blames_server() || broken_data {
            self.fresh_server();
        } else if checks.iter().any(|check| check.name == "validate" && check.looked_at > FULL * self.nodes()) {
            // Checks would take longer than files, and in the end see a part only.
            self.without_data();
        }
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
