//! One shell under way: its reports, its clocks, its end.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

use super::window::{WINDOW, Window};
use super::{START_TAKES, Thresholds};
use crate::process::Identity;
use crate::run::execution::{Hang, HangKind, Sighting};
use crate::run::hang::classify;
use crate::run::meter::Meter;
use crate::shell::{CommandFigures, Ended, Note, Report, Running, SentCommand, ShellEnd, StatementDone, Status};

/// How long a killed shell may take to say so.
const AFTER_KILL: Duration = Duration::from_secs(5);
/// Reports taken from one shell before the others are looked at.
const TURN: usize = 200;
/// Commands that are kept of a file, the last of them.
const TRAIL: usize = 120;

/// What was seen of one client.
#[derive(Debug)]
pub struct Seen {
    /// From the file's first line to its end.
    pub elapsed: Duration,
    /// The shell's last word.
    pub ended: Ended,
    /// Per command name.
    pub commands: BTreeMap<String, CommandFigures>,
    /// Completed statements in order.
    pub completed: Vec<StatementDone>,
    /// The last commands that were sent.
    pub trail: Vec<SentCommand>,
    /// Noteworthy replies.
    pub notes: Vec<Sighting>,
    /// Statements completed before the first connection was lost.
    before_loss: Option<usize>,
    /// Set if the threshold was passed.
    pub hang: Option<Hang>,
}

impl Seen {
    /// Forgets what the script "completed" after its server died: it says nothing, and would hide where it died.
    pub(super) fn end_where_the_server_died(&mut self) {
        if let Some(completed) = self.before_loss {
            self.completed.truncate(completed);
        }
    }
}

/// A shell and its clocks.
pub(super) struct Client<'r> {
    pub(super) running: Box<dyn Running + 'r>,
    pub(super) limits: Thresholds,
    pub(super) meter: Meter,
    /// When the statement under way began.
    statement_started: Instant,
    /// When the file's text began to run; before that, when the shell was started.
    started: Instant,
    begun: bool,
    pub(super) kill_at: Option<Instant>,
    killed: bool,
    /// It was suspended while the server was looked at.
    suspended: bool,
    /// The last pulse; a shell without any does not say what it waits for.
    pub(super) status: Option<Status>,
    lately: Window,
    pub(super) over: bool,
    /// Notes that were looked at.
    looked_at: usize,
    /// In front of each line that it prints.
    prefix: String,
    pub(super) seen: Seen,
}

impl<'r> Client<'r> {
    pub(super) fn new(running: Box<dyn Running + 'r>, limits: Thresholds, prefix: String) -> Self {
        let ended = Ended { end: ShellEnd::Killed, output_dropped: 0, threads_left: false, elapsed: Duration::ZERO };
        let seen = Seen {
            elapsed: Duration::ZERO,
            ended,
            commands: BTreeMap::new(),
            completed: Vec::new(),
            trail: Vec::new(),
            notes: Vec::new(),
            before_loss: None,
            hang: None,
        };
        let started = Instant::now();
        Self {
            running,
            limits,
            meter: Meter::new(limits.statement.unwrap_or(limits.file)),
            statement_started: started,
            started,
            begun: false,
            kill_at: None,
            killed: false,
            suspended: false,
            status: None,
            lately: Window::default(),
            over: false,
            looked_at: 0,
            prefix,
            seen,
        }
    }

    /// Takes the reports that are there, and waits for the first until `until`.
    ///
    /// # Errors
    /// The shell's output could not be written.
    pub(super) fn turn(&mut self, until: Instant, output: &mut dyn Write) -> std::io::Result<()> {
        let mut until = until;
        for _ in 0..TURN {
            match self.running.next(until) {
                Some(Report::Ended(ended)) => {
                    self.end(ended);
                    return Ok(());
                }
                Some(report) => self.take(report, output)?,
                None => return Ok(()),
            }
            until = Instant::now();
        }
        Ok(())
    }

    fn take(&mut self, report: Report, output: &mut dyn Write) -> std::io::Result<()> {
        match report {
            Report::Output(lines) => {
                let mut text = String::new();
                for line in lines {
                    text.extend([&self.prefix, line.as_str(), "\n"]);
                }
                output.write_all(text.as_bytes())?;
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
            Report::Trail(sent) => {
                let many = (self.seen.trail.len() + sent.len()).saturating_sub(TRAIL);
                self.seen.trail.extend(sent);
                self.seen.trail.drain(..many.min(self.seen.trail.len()));
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

    fn end(&mut self, ended: Ended) {
        self.seen.ended = ended;
        self.give_up();
        if self.suspended && !self.killed {
            // It ended just before it was suspended, and would take its next file and never begin.
            self.running.kill();
        }
    }

    /// Nothing more is waited for.
    fn give_up(&mut self) {
        self.seen.elapsed = self.started.elapsed();
        self.over = true;
    }

    /// A shell that was killed before it came to the file.
    pub(super) fn blame_a_slow_start(&mut self) {
        if self.killed && !self.begun && self.seen.ended.end == ShellEnd::Killed {
            let message = format!("it did not come to the file's first line within {} s", START_TAKES.as_secs());
            self.seen.ended.end = ShellEnd::Failed { message };
        }
    }

    /// Notes since the last call.
    pub(super) fn new_notes(&mut self) -> impl Iterator<Item = &Note> {
        let from = std::mem::replace(&mut self.looked_at, self.seen.notes.len());
        self.seen.notes.iter().skip(from).map(|one| &one.note)
    }

    /// Looks at the CPU that it uses, and at the time that its start takes.
    pub(super) fn sample(&mut self, now: Instant) {
        let sent = self.status.as_ref().map_or(0, |status| status.sent);
        self.lately.sample(now, self.running.cpu_time(), sent);
        if self.kill_at.is_none() && !self.begun && now - self.started > START_TAKES {
            self.kill_at = Some(now);
        }
    }

    /// Kills it when its time has come, and gives it up when it does not say so.
    pub(super) fn keep_time(&mut self, now: Instant) {
        match self.kill_at {
            Some(at) if !self.killed && now >= at => {
                self.running.kill();
                self.killed = true;
            }
            Some(at) if self.killed && now >= at + AFTER_KILL => self.give_up(),
            _ => {}
        }
    }

    /// True while it runs the file's text and is to go on.
    pub(super) fn is_timed(&self) -> bool {
        !self.over && self.begun && self.kill_at.is_none()
    }

    /// Half-way to a threshold. Most files never get here, and pay nothing for the reading of /proc.
    pub(super) fn is_slow(&self, now: Instant) -> bool {
        let shortest = self.limits.statement.unwrap_or(self.limits.file);
        now - self.statement_started > shortest / 2 || now - self.started > self.limits.file / 2
    }

    /// What ran too long: its threshold, and since when it runs.
    pub(super) fn overrun(&self, now: Instant) -> Option<(Duration, Duration)> {
        let counts = (self.seen.completed.len() as u32) < self.limits.statements;
        let statement = self.limits.statement.filter(|_| counts).map(|limit| (limit, now - self.statement_started));
        let in_flight = self.status.as_ref().and_then(|status| status.in_flight.as_ref());
        let reply = self.limits.reply.zip(in_flight.map(|command| command.waiting));
        let file = (self.limits.file, now - self.started);
        statement.into_iter().chain(reply).chain([file]).find(|(limit, runs)| runs > limit)
    }

    pub(super) fn hang(&self, threshold: Duration, noticed: Duration) -> Hang {
        let window = WINDOW.min(threshold);
        let kind = match classify(self.status.as_ref(), self.lately.busy(), window, threshold) {
            // It sleeps between its commands.
            HangKind::Idle if self.lately.traffic() => HangKind::Slow,
            kind => kind,
        };
        let next = self.seen.completed.last().map_or(0, |last| last.index + 1);
        let statement = (self.limits.statements > 0).then_some(next);
        Hang { kind, threshold, average: self.limits.average, statement, noticed, ..Hang::default() }
    }

    /// Its own deadlines would make it hang up on the server and go on.
    pub(super) fn suspend(&mut self) {
        if let Some(shell) = self.running.pid().and_then(Identity::of).filter(|_| !self.over) {
            shell.signal(rustix::process::Signal::STOP);
            self.suspended = true;
        }
    }
}
