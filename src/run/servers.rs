//! The servers of a batch around a file: brought up, waited for when they seem to die, checked, and judged fit for the next.

use std::time::{Duration, Instant};

use super::batch::Batch;
use super::capture::Capture;
use super::capture::core;
use super::capture::crash::with_what_follows;
use super::check::{PING_TIMEOUT, all_answer, answers, look_at_data, reachable};
use super::execution::Check;
use super::log_text::{Trouble, is_echo_of_death, trouble};
use super::watch::{Seen, Watched};
use crate::process::pause;
use crate::server::{LogLine, ServerError};
use crate::shell::{Job, Note, ShellEnd};

/// A lost connection is given this long to turn out as a dead server: writing a core takes its time.
const DEATH_MAY_TAKE: Duration = Duration::from_secs(5);
/// Collections of one node from which on data of earlier files is dropped.
const FULL: u32 = 200;
const LOG_TICK: Duration = Duration::from_millis(20);
/// A living server that answers nobody for so long is unreachable, however busy the machine.
const REACHABLE_WITHIN: Duration = Duration::from_secs(10);

impl Batch<'_> {
    /// The log's new lines. Where a reply tells of a death behind the server, its own log comes to tell it too, as soon as
    /// the core is written.
    pub(super) fn whole_log(&mut self, watched: &Watched) -> Vec<LogLine> {
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
    pub(super) fn capture_deaths(&mut self, watched: &mut Watched, log: &[LogLine]) {
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

    pub(super) fn bring_up(&mut self) -> Result<(), ServerError> {
        if !self.up {
            self.topology.start()?;
            self.up = true;
            self.starts += 1;
            // What the server says while it starts belongs to no file.
            self.topology.new_log_lines();
            if self.capturer.is_none() && self.topology.restartable() {
                self.topology.processes().iter().for_each(|process| core::forbid(process.pid));
            }
        }
        Ok(())
    }

    /// After a lost connection: waits until the server's end is seen or the server answers again.
    pub(super) fn settle(&mut self, watched: &mut Watched) {
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

    pub(super) fn check(&mut self, watched: &Watched) -> Vec<Check> {
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
    pub(super) fn look_again(&mut self, watched: &mut Watched, checks: &[Check]) {
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
    pub(super) fn aftermath(&mut self, watched: &Watched, checks: &[Check], clients: &[(Job, u32)]) {
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
