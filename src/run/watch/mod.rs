//! One file under way, or several at once: reads the shells' reports, the servers' ends and the clock, until all are over.

mod client;
mod window;

use std::io::Write;
use std::time::{Duration, Instant};

use super::capture::{Capture, Capturer, Context, ask};
use super::execution::{Hang, HangKind};
use super::hang::is_open;
use super::meter::Usage;
use crate::interrupt::Interrupts;
use crate::server::{ServerExit, Topology};
use crate::shell::{Note, Running};
use client::Client;
pub use client::Seen;

/// How often the servers and the clock are looked at: well under the 100 ms in which a dead server has to be noticed.
const TICK: Duration = Duration::from_millis(20);
/// How long a shell may go on after its server died, so that its last reports arrive.
const AFTER_DEATH: Duration = Duration::from_millis(200);
/// How long a file may go on after its end was decided: most are over by then, and their workers live on.
const AFTER_CUT: Duration = Duration::from_millis(100);
/// How long a shell may take until it begins with the file's text. Their start belongs to no file: mongosh needs over a
/// second of CPU for it, and a busy machine makes that many.
const START_TAKES: Duration = Duration::from_secs(60);

/// True of a note that says all there is to know of a file.
pub type Cut = dyn Fn(&Note) -> bool + Send;

/// What was seen of one file's run, or of several at once.
#[derive(Debug)]
pub struct Watched {
    /// Each client, in the order in which they were started; at least one.
    pub clients: Vec<Seen>,
    /// Server ends.
    pub exits: Vec<ServerExit>,
    /// What a hang left behind.
    pub capture: Option<Capture>,
    /// Somebody asked the program to stop.
    pub interrupted: bool,
}

impl Watched {
    /// Forgets what scripts "completed" after their server died.
    pub(super) fn end_where_the_server_died(&mut self) {
        if !self.exits.is_empty() {
            self.clients.iter_mut().for_each(Seen::end_where_the_server_died);
        }
    }

    /// Everything noted, of all clients.
    pub(super) fn notes(&self) -> impl Iterator<Item = &Note> {
        self.clients.iter().flat_map(|seen| seen.notes.iter().map(|one| &one.note))
    }

    /// True if one of the clients hung.
    pub(super) fn hung(&self) -> bool {
        self.clients.iter().any(|seen| seen.hang.is_some())
    }

    /// True if one of the clients hung and the server may have been why: who spins by itself leaves it as it was.
    pub(super) fn blames_server(&self) -> bool {
        self.clients.iter().filter_map(|seen| seen.hang.as_ref()).any(|hang| hang.kind != HangKind::ShellSpins)
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
    /// How long a spinning script may go on, so that its engine can say where it spins.
    pub(super) spin: Duration,
}

/// The state of the watch over the clients of one topology.
pub(super) struct Watch<'a, 'r> {
    clients: Vec<Client<'r>>,
    topology: &'a mut dyn Topology,
    interrupts: &'a Interrupts,
    output: &'a mut dyn Write,
    capturer: Option<&'a mut Capturer>,
    /// Says of a note that nothing after it matters.
    cut: Option<&'a Cut>,
    captured_for: Duration,
    exits: Vec<ServerExit>,
    capture: Option<Capture>,
    interrupted: bool,
}

impl<'a, 'r> Watch<'a, 'r> {
    /// Over the clients that run already, each with its thresholds.
    pub(super) fn new(
        running: Vec<(Box<dyn Running + 'r>, Thresholds)>,
        topology: &'a mut dyn Topology,
        interrupts: &'a Interrupts,
        output: &'a mut dyn Write,
        (capturer, cut): (Option<&'a mut Capturer>, Option<&'a Cut>),
    ) -> Self {
        let several = running.len() > 1;
        let prefix = |number: usize| if several { format!("client {number}| ") } else { String::new() };
        let clients = running.into_iter().enumerate();
        Self {
            clients: clients.map(|(number, (running, limits))| Client::new(running, limits, prefix(number))).collect(),
            topology,
            interrupts,
            output,
            capturer,
            cut,
            captured_for: Duration::ZERO,
            exits: Vec::new(),
            capture: None,
            interrupted: false,
        }
    }

    /// Watches until each shell said that it is over, or was killed and stayed silent.
    ///
    /// # Errors
    /// A shell's output could not be written.
    pub(super) fn until_over(mut self) -> std::io::Result<Watched> {
        while self.clients.iter().any(|client| !client.over) {
            // The first that is not over is waited for; the others' reports have queues of their own.
            let mut until = Instant::now() + TICK;
            for client in self.clients.iter_mut().filter(|client| !client.over) {
                client.turn(until, self.output)?;
                until = Instant::now();
            }
            if self.clients.iter().any(|client| !client.over) {
                self.look();
            }
        }
        self.exits.extend(self.topology.exits());
        if !self.interrupted && self.exits.is_empty() {
            self.clients.iter_mut().for_each(Client::blame_a_slow_start);
        }
        let mut clients: Vec<Seen> = self.clients.into_iter().map(|client| client.seen).collect();
        // What a capture takes is no time of the file's.
        clients.iter_mut().for_each(|seen| seen.elapsed = seen.elapsed.saturating_sub(self.captured_for));
        Ok(Watched { clients, exits: self.exits, capture: self.capture, interrupted: self.interrupted })
    }

    /// Looks at servers, clocks and interrupts.
    fn look(&mut self) {
        let now = Instant::now();
        self.clients.iter_mut().filter(|client| !client.over).for_each(|client| client.sample(now));
        let exits = self.topology.exits();
        if !exits.is_empty() {
            self.exits.extend(exits);
            self.end_by(now + AFTER_DEATH);
        }
        if let Some(cut) = self.cut
            && self.clients.iter_mut().flat_map(Client::new_notes).any(cut)
        {
            self.end_by(now + AFTER_CUT);
        }
        if self.interrupts.requested().is_some() && !self.interrupted {
            self.interrupted = true;
            self.clients.iter_mut().for_each(|client| client.kill_at = Some(now));
        }
        for number in 0..self.clients.len() {
            if self.clients[number].is_timed() {
                self.look_at_clock(number, now);
            }
        }
        self.clients.iter_mut().filter(|client| !client.over).for_each(|client| client.keep_time(now));
    }

    /// Everybody's time is over then, if it is not before.
    fn end_by(&mut self, at: Instant) {
        self.clients.iter_mut().for_each(|client| _ = client.kill_at.get_or_insert(at));
    }

    fn look_at_clock(&mut self, number: usize, now: Instant) {
        let client = &mut self.clients[number];
        if client.is_slow(now) {
            client.meter.sample(now, || self.topology.processes());
        }
        let Some((threshold, runs)) = client.overrun(now) else { return };
        if is_open(client.status.as_ref(), runs.saturating_sub(threshold), threshold) {
            return;
        }
        let hang = client.hang(threshold, runs);
        client.kill_at = Some(match hang.kind {
            HangKind::ShellSpins => now + client.limits.spin,
            HangKind::Slow => now,
            _ => {
                self.examine(number, hang);
                return;
            }
        });
        client.seen.hang = Some(hang);
    }

    /// Looks closely at a server that seems to hold a client up, while it still does. All end with it.
    fn examine(&mut self, number: usize, mut hang: Hang) {
        let began = Instant::now();
        self.clients.iter_mut().for_each(Client::suspend);
        let usage = self.clients[number].meter.usage(began, &self.topology.processes());
        hang.server_cpu = usage.as_ref().map(Usage::total);
        let context = ask(&self.topology.connection(), patience(hang.threshold));
        hang.answers_ping = context.pings();
        self.capture = self.capture(context, &usage.unwrap_or_default());
        self.clients[number].seen.hang = Some(hang);
        self.captured_for = began.elapsed();
        self.end_by(Instant::now());
    }

    fn capture(&mut self, context: Context, usage: &Usage) -> Option<Capture> {
        let capturer = self.capturer.as_mut()?;
        // A process that died before was no part of the capture.
        self.exits.extend(self.topology.exits());
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
