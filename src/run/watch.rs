//! One file under way: reads the shell's reports, the servers' ends and the clock, until the file is over.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

use super::execution::{Hang, HangKind, Sighting};
use super::hang::classify;
use crate::interrupt::Interrupts;
use crate::server::{ServerExit, Topology};
use crate::shell::{CommandFigures, Ended, Note, Report, Running, ShellEnd, StatementDone, Status};

/// How often the servers and the clock are looked at: well under the 100 ms in which a dead server has to be noticed.
const TICK: Duration = Duration::from_millis(20);
/// How long a shell may go on after its server died, so that its last reports arrive.
const AFTER_DEATH: Duration = Duration::from_millis(200);
/// How long a spinning script is given to be interrupted by its engine, which says where it spins.
const AFTER_SPIN: Duration = Duration::from_secs(1);
/// How long a killed shell may take to say so.
const AFTER_KILL: Duration = Duration::from_secs(5);
/// How long a shell may take until it begins with the file's text. Their start belongs to no file: mongosh needs over a
/// second of CPU for it, and a busy machine makes that many.
const START_TAKES: Duration = Duration::from_secs(60);
/// The window over which a spinning shell is told from a waiting one.
const CPU_WINDOW: Duration = Duration::from_secs(1);

/// What was seen of one file's run.
#[derive(Debug)]
pub struct Watched {
    /// From the file's first line to its end.
    pub elapsed: Duration,
    /// The shell's last word.
    pub ended: Ended,
    /// Per command name.
    pub commands: BTreeMap<String, CommandFigures>,
    /// Completed statements in order.
    pub completed: Vec<StatementDone>,
    /// Noteworthy replies.
    pub notes: Vec<Sighting>,
    /// Statements completed before the first connection was lost.
    before_loss: Option<usize>,
    /// Server ends.
    pub exits: Vec<ServerExit>,
    /// Set if the threshold was passed.
    pub hang: Option<Hang>,
    /// Somebody asked the program to stop.
    pub interrupted: bool,
}

impl Watched {
    /// Forgets what the script "completed" after its server died: it says nothing, and would hide where it died.
    pub(super) fn end_where_the_server_died(&mut self) {
        if let Some(completed) = self.before_loss.filter(|_| !self.exits.is_empty()) {
            self.completed.truncate(completed);
        }
    }
}

/// The state of the watch over one file.
pub(super) struct Watch<'a, 'r> {
    running: Box<dyn Running + 'r>,
    topology: &'a mut dyn Topology,
    interrupts: &'a Interrupts,
    output: &'a mut dyn Write,
    threshold: Duration,
    average: Option<Duration>,
    /// When the file's text began to run; before that, when the shell was started.
    started: Instant,
    begun: bool,
    kill_at: Option<Instant>,
    killed: bool,
    /// The last pulse; a shell without any does not say what it waits for.
    status: Option<Status>,
    cpu: CpuWindow,
    seen: Watched,
}

impl<'a, 'r> Watch<'a, 'r> {
    pub(super) fn new(
        running: Box<dyn Running + 'r>,
        topology: &'a mut dyn Topology,
        interrupts: &'a Interrupts,
        output: &'a mut dyn Write,
        (threshold, average): (Duration, Option<Duration>),
    ) -> Self {
        let ended = Ended { end: ShellEnd::Killed, output_dropped: 0, threads_left: false, elapsed: Duration::ZERO };
        let seen = Watched {
            elapsed: Duration::ZERO,
            ended,
            commands: BTreeMap::new(),
            completed: Vec::new(),
            notes: Vec::new(),
            before_loss: None,
            exits: Vec::new(),
            hang: None,
            interrupted: false,
        };
        let (started, cpu) = (Instant::now(), CpuWindow::default());
        Self {
            running,
            topology,
            interrupts,
            output,
            threshold,
            average,
            started,
            begun: false,
            kill_at: None,
            killed: false,
            status: None,
            cpu,
            seen,
        }
    }

    /// Watches until the shell said [`Report::Ended`] or was killed and stayed silent.
    ///
    /// # Errors
    /// The shell's output could not be written.
    pub(super) fn until_over(mut self) -> std::io::Result<Watched> {
        loop {
            match self.running.next(Instant::now() + TICK) {
                Some(Report::Ended(ended)) => {
                    self.seen.ended = ended;
                    self.blame_a_slow_start();
                    break;
                }
                Some(report) => self.take(report)?,
                None => {}
            }
            if self.overdue() {
                break;
            }
        }
        self.seen.exits.extend(self.topology.exits());
        self.seen.elapsed = self.started.elapsed();
        Ok(self.seen)
    }

    fn take(&mut self, report: Report) -> std::io::Result<()> {
        match report {
            Report::Output(lines) => {
                for line in lines {
                    writeln!(self.output, "{line}")?;
                }
            }
            Report::Statement(done) => self.seen.completed.push(done),
            Report::Status(status) => self.status = Some(status),
            Report::Commands(commands) => {
                for (name, figures) in commands {
                    self.seen.commands.entry(name).or_default().add(&figures);
                }
            }
            Report::Noted(note) => {
                if matches!(note, Note::ConnectionLost { .. } | Note::BrokenReply { .. }) {
                    self.seen.before_loss.get_or_insert(self.seen.completed.len());
                }
                let last_completed = self.seen.completed.last().map(|statement| statement.index);
                self.seen.notes.push(Sighting { note, last_completed });
            }
            Report::Started => (self.begun, self.started) = (true, Instant::now()),
            Report::Ended(_) => {}
        }
        Ok(())
    }

    /// A shell that was killed before it came to the file.
    fn blame_a_slow_start(&mut self) {
        let slow = self.killed && !self.begun && !self.seen.interrupted && self.seen.exits.is_empty();
        if slow && self.seen.ended.end == ShellEnd::Killed {
            let message = format!("it did not come to the file's first line within {} s", START_TAKES.as_secs());
            self.seen.ended.end = ShellEnd::Failed { message };
        }
    }

    /// Looks at servers, clock and interrupts; true when nothing more is worth waiting for.
    fn overdue(&mut self) -> bool {
        let now = Instant::now();
        self.cpu.sample(now, self.running.cpu_time());
        let exits = self.topology.exits();
        if !exits.is_empty() {
            self.seen.exits.extend(exits);
            self.kill_at.get_or_insert(now + AFTER_DEATH);
        }
        if self.interrupts.requested().is_some() && !self.seen.interrupted {
            self.seen.interrupted = true;
            self.kill_at = Some(now);
        }
        if self.kill_at.is_none() && !self.begun && now - self.started > START_TAKES {
            self.kill_at = Some(now);
        }
        if self.kill_at.is_none() && self.begun && now - self.started > self.threshold {
            let hang = self.hang();
            self.kill_at = Some(if hang.kind == HangKind::ShellSpins { now + AFTER_SPIN } else { now });
            self.seen.hang = Some(hang);
        }
        match self.kill_at {
            Some(at) if !self.killed && now >= at => {
                self.running.kill();
                self.killed = true;
                false
            }
            Some(at) => self.killed && now >= at + AFTER_KILL,
            None => false,
        }
    }

    fn hang(&self) -> Hang {
        let window = CPU_WINDOW.min(self.threshold);
        let kind = classify(self.status.as_ref(), self.cpu.busy(), window);
        Hang { kind, threshold: self.threshold, average: self.average }
    }
}

/// CPU time used over the last [`CPU_WINDOW`] or a little more.
#[derive(Debug, Default)]
struct CpuWindow {
    before: Option<(Instant, Duration)>,
    middle: Option<(Instant, Duration)>,
    latest: Option<Duration>,
}

impl CpuWindow {
    fn sample(&mut self, now: Instant, used: Option<Duration>) {
        let Some(used) = used else { return };
        self.latest = Some(used);
        if self.middle.is_none_or(|(at, _)| now - at >= CPU_WINDOW) {
            self.before = self.middle.or(Some((now, used)));
            self.middle = Some((now, used));
        }
    }

    fn busy(&self) -> Option<Duration> {
        Some(self.latest?.saturating_sub(self.before?.1))
    }
}
