//! What the worker tells its parent, live: one JSON line a report on standard output.
//!
//! Commands cost no system call. Output and ends of statements wait for each other: some are sent together, at the
//! latest at the next pulse. A pulse goes out some twenty times a second from a thread of its own, so that a file that
//! hangs still says what it waits for.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::trail::Trail;
use crate::shell::{CommandFigures, InFlight, Note, Report, SentCommand, StatementDone, Status};

/// The interval of the pulse.
pub const PULSE: Duration = Duration::from_millis(50);

/// Command names counted apart in one file.
const MOST_NAMES: usize = 500;
/// Lines kept before they are sent without waiting for the end of a statement.
const LINES: usize = 256;
/// Ends of statements that are sent together.
const TOGETHER: usize = 128;
/// Reports of noteworthy replies for one file.
const MOST_NOTES: usize = 1_000;
/// Statements that are told of one file; a fuzzed file has some hundreds, and scripts may forge them.
const MOST_STATEMENTS: usize = 100_000;

/// Shared between the engines of one file and the pulse, and so are its bounds.
#[derive(Clone)]
pub struct Outbox(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    lines: Vec<String>,
    /// In their order, before the lines.
    waiting: Vec<Report>,
    /// By thread.
    in_flight: BTreeMap<u32, (String, String, Instant)>,
    sent: u64,
    names: BTreeSet<String>,
    /// Not told yet.
    commands: BTreeMap<String, CommandFigures>,
    told: Option<(Option<Instant>, u64)>,
    trail: Trail,
    /// Bytes that may still be printed.
    output_left: u64,
    output_dropped: u64,
    notes: usize,
    statements: usize,
}

impl Outbox {
    /// For one file, which may print `output` bytes.
    pub fn new(output: u64) -> Self {
        Self(Arc::new(Mutex::new(State { output_left: output, ..State::default() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a printed text, `prefix` before each of its lines. What goes beyond the file's bytes is dropped as a whole.
    pub fn print(&self, prefix: &str, text: &str) {
        let mut state = self.state();
        // What is too long anyhow is not searched for its lines.
        let lines = if text.len() as u64 > state.output_left { 1 } else { text.split('\n').count() as u64 };
        let size = text.len() as u64 + lines * prefix.len() as u64 + 1;
        if size > state.output_left {
            state.output_left = 0;
            state.output_dropped += size;
            return;
        }
        state.output_left -= size;
        for line in text.split('\n') {
            state.lines.push(format!("{prefix}{line}"));
            if state.lines.len() >= LINES {
                send(state.take_waiting());
            }
        }
    }

    /// Bytes that were not printed.
    pub fn output_dropped(&self) -> u64 {
        self.state().output_dropped
    }

    /// Sends a note, if there were not too many.
    pub fn note(&self, note: Note) {
        let many = {
            let mut state = self.state();
            state.notes += 1;
            state.notes > MOST_NOTES
        };
        if !many {
            self.report(Report::Noted(note));
        }
    }

    /// Sends the end of a statement, if there were not too many.
    pub fn statement(&self, done: StatementDone) {
        let mut state = self.state();
        state.statements += 1;
        if state.statements > MOST_STATEMENTS {
            return;
        }
        let output = state.take_output();
        state.waiting.extend(output.into_iter().chain([Report::Statement(done)]));
        if state.waiting.len() >= TOGETHER {
            send(state.take_waiting());
        }
    }

    /// Sends what waits, then this.
    pub fn report(&self, report: Report) {
        // Sent under the lock, for the order of reports is the order of what happened.
        let mut state = self.state();
        let mut waiting = state.take_waiting();
        waiting.push(report);
        send(waiting);
    }

    /// A command of a thread goes out; 0 is the file itself.
    pub fn command_sent(&self, thread: u32, sent: SentCommand, database: &str) {
        let mut state = self.state();
        state.sent += 1;
        state.in_flight.insert(thread, (sent.name.clone(), database.to_owned(), Instant::now()));
        state.trail.push(sent);
    }

    /// Its reply is in, or never will be.
    pub fn command_over(&self, thread: u32, command: &str, outcome: &CommandFigures) {
        let mut state = self.state();
        state.in_flight.remove(&thread);
        let known = state.names.len() < MOST_NAMES && state.names.insert(command.to_owned());
        let name = if known || state.names.contains(command) { command } else { "(other)" };
        match state.commands.get_mut(name) {
            Some(figures) => figures.add(outcome),
            None => drop(state.commands.insert(name.to_owned(), outcome.clone())),
        }
    }

    /// Tells what is new, and the state if it has changed or if a command waits.
    pub fn pulse(&self) {
        let mut state = self.state();
        // The one that waits longest is the one to tell.
        let longest = state.in_flight.values().min_by_key(|(_, _, since)| *since).cloned();
        let since = longest.as_ref().map(|(_, _, since)| *since);
        let unchanged = since.is_none() && state.told == Some((since, state.sent));
        state.told = Some((since, state.sent));
        let mut reports = state.take_waiting();
        if !state.commands.is_empty() {
            reports.push(Report::Commands(std::mem::take(&mut state.commands)));
        }
        reports.extend(state.trail.take().map(Report::Trail));
        if !unchanged {
            let in_flight =
                longest.map(|(command, database, since)| InFlight { command, database, waiting: since.elapsed() });
            reports.push(Report::Status(Status { in_flight, sent: state.sent }));
        }
        send(reports);
    }
}

impl State {
    fn take_waiting(&mut self) -> Vec<Report> {
        let output = self.take_output();
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.extend(output);
        waiting
    }

    fn take_output(&mut self) -> Option<Report> {
        (!self.lines.is_empty()).then(|| Report::Output(std::mem::take(&mut self.lines)))
    }
}

/// One write for all, so that lines of two threads never mix.
fn send(reports: impl IntoIterator<Item = Report>) {
    let mut text = Vec::new();
    for report in reports {
        if serde_json::to_writer(&mut text, &report).is_ok() {
            text.push(b'\n');
        }
    }
    if text.is_empty() {
        return;
    }
    let mut stdout = std::io::stdout().lock();
    if stdout.write_all(&text).and_then(|()| stdout.flush()).is_err() {
        // The parent is gone: nobody will ever read what we do.
        std::process::exit(0);
    }
}
