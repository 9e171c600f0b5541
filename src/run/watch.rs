//! One file under way: reads the shell's reports, the servers' ends and the clock, until the file is over.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

use super::capture::{Capture, Capturer, Context, ask};
use super::execution::{Hang, HangKind, Sighting};
use super::hang::{classify, doubt, is_open};
use super::meter::{Meter, Usage};
use crate::interrupt::Interrupts;
use crate::process::Identity;
use crate::server::{ServerExit, Topology};
use crate::shell::{CommandFigures, Ended, Note, Report, Running, ShellEnd, StatementDone, Status};

/// How often the servers and the clock are looked at: well under the 100 ms in which a dead server has to be noticed.
const TICK: Duration = Duration::from_millis(20);
/// How long a shell may go on after its server died, so that its last reports arrive.
const AFTER_DEATH: Duration = Duration::from_millis(200);
/// How long a spinning script is given to be interrupted by its engine, which says where it spins. Its deadline lies a
/// second behind the hang timer.
const AFTER_SPIN: Duration = Duration::from_secs(2);
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
    /// What the hang left behind.
    pub capture: Option<Capture>,
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

/// From when on a file hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Thresholds {
    /// The whole file.
    pub(super) file: Duration,
    /// One statement, in files that have them.
    pub(super) statement: Option<Duration>,
    /// One command without its reply.
    pub(super) reply: Option<Duration>,
    /// The average behind the file's.
    pub(super) average: Option<Duration>,
    /// How many statements the file has.
    pub(super) statements: u32,
}

/// The state of the watch over one file.
pub(super) struct Watch<'a, 'r> {
    running: Box<dyn Running + 'r>,
    topology: &'a mut dyn Topology,
    interrupts: &'a Interrupts,
    output: &'a mut dyn Write,
    limits: Thresholds,
    capturer: Option<&'a mut Capturer>,
    meter: Meter,
    /// When the statement under way began.
    statement_started: Instant,
    /// When the file's text began to run; before that, when the shell was started.
    started: Instant,
    begun: bool,
    kill_at: Option<Instant>,
    killed: bool,
    /// The shell was suspended while the server was looked at.
    suspended: bool,
    captured_for: Duration,
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
        limits: Thresholds,
        capturer: Option<&'a mut Capturer>,
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
            capture: None,
            interrupted: false,
        };
        let (started, cpu) = (Instant::now(), CpuWindow::default());
        Self {
            running,
            topology,
            interrupts,
            output,
            limits,
            capturer,
            meter: Meter::new(limits.statement.unwrap_or(limits.file)),
            statement_started: started,
            started,
            begun: false,
            kill_at: None,
            killed: false,
            suspended: false,
            captured_for: Duration::ZERO,
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
        if self.suspended && !self.killed {
            // It ended just before it was suspended, and would take its next file and never begin.
            self.running.kill();
        }
        self.seen.exits.extend(self.topology.exits());
        // What a capture takes is no time of the file's.
        self.seen.elapsed = self.started.elapsed().saturating_sub(self.captured_for);
        Ok(self.seen)
    }

    fn take(&mut self, report: Report) -> std::io::Result<()> {
        match report {
            Report::Output(lines) => {
                for line in lines {
                    writeln!(self.output, "{line}")?;
                }
            }
            Report::Statement(done) => {
                self.seen.completed.push(done);
                self.statement_started = Instant::now();
                self.meter.reset();
            }
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
            Report::Started => {
                (self.begun, self.started) = (true, Instant::now());
                self.statement_started = self.started;
            }
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
        if self.kill_at.is_none() && self.begun {
            self.look_at_clock(now);
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

    /// What ran too long: its threshold, and since when it runs.
    fn overrun(&self, now: Instant) -> Option<(Duration, Duration)> {
        let counts = (self.seen.completed.len() as u32) < self.limits.statements;
        let statement = self.limits.statement.filter(|_| counts).map(|limit| (limit, now - self.statement_started));
        let in_flight = self.status.as_ref().and_then(|status| status.in_flight.as_ref());
        let reply = self.limits.reply.zip(in_flight.map(|command| command.waiting));
        let file = (self.limits.file, now - self.started);
        statement.into_iter().chain(reply).chain([file]).find(|(limit, runs)| runs > limit)
    }

    fn look_at_clock(&mut self, now: Instant) {
        let shortest = self.limits.statement.unwrap_or(self.limits.file);
        // Most files never get here, and pay nothing for the reading of /proc.
        if now - self.statement_started > shortest / 2 || now - self.started > self.limits.file / 2 {
            self.meter.sample(now, || self.topology.processes());
        }
        let Some((threshold, runs)) = self.overrun(now) else { return };
        if is_open(self.status.as_ref(), runs.saturating_sub(threshold), threshold) {
            return;
        }
        let hang = self.hang(threshold, runs);
        self.kill_at = Some(match hang.kind {
            HangKind::ShellSpins => now + doubt(threshold) + AFTER_SPIN,
            HangKind::Slow => now,
            _ => {
                self.examine(hang);
                return;
            }
        });
        self.seen.hang = Some(hang);
    }

    fn hang(&self, threshold: Duration, noticed: Duration) -> Hang {
        let window = CPU_WINDOW.min(threshold);
        let kind = classify(self.status.as_ref(), self.cpu.busy(), window, threshold);
        let next = self.seen.completed.last().map_or(0, |last| last.index + 1);
        let statement = (self.limits.statements > 0).then_some(next);
        Hang { kind, threshold, average: self.limits.average, statement, noticed, ..Hang::default() }
    }

    /// Looks closely at a server that seems to hold the file up, while it still does.
    fn examine(&mut self, mut hang: Hang) {
        let began = Instant::now();
        // Its own deadlines would make it hang up on the server and go on.
        if let Some(shell) = self.running.pid().and_then(Identity::of) {
            shell.signal(rustix::process::Signal::STOP);
            self.suspended = true;
        }
        let usage = self.meter.usage(began, &self.topology.processes());
        hang.server_cpu = usage.as_ref().map(Usage::total);
        let context = ask(&self.topology.connection(), patience(hang.threshold));
        hang.answers_ping = context.pings();
        self.seen.capture = self.capture(context, &usage.unwrap_or_default());
        self.seen.hang = Some(hang);
        self.captured_for = began.elapsed();
        self.kill_at = Some(Instant::now());
    }

    fn capture(&mut self, context: Context, usage: &Usage) -> Option<Capture> {
        let capturer = self.capturer.as_mut()?;
        // A process that died before was no part of the capture.
        self.seen.exits.extend(self.topology.exits());
        let capture = capturer.hang(self.topology, context, usage, self.interrupts);
        // Suspended or dead, it is of no further use, and how it ends now is our doing.
        if self.topology.restartable() {
            self.topology.stop(Duration::ZERO);
        }
        Some(capture)
    }
}

/// How long a server that may be wedged is given for each answer: a hang has to be told soon after its threshold.
fn patience(threshold: Duration) -> Duration {
    const LEAST: Duration = Duration::from_millis(200);
    const MOST: Duration = Duration::from_secs(2);
    (threshold / 20).clamp(LEAST, MOST)
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
