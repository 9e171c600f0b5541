//! The account of one file: output, statements and what is worth a note, kept where no script reaches it.

use std::collections::{BTreeSet, HashSet};
use std::mem::{Discriminant, discriminant};
use std::time::Duration;

use super::outbox::Outbox;
use super::outcome::Outcome;
use crate::shell::{CommandFigures, Note, SentCommand, StatementDone, timing_print};
use crate::wire::client::Oddity;
use crate::wire::link::Failure;

/// Kinds of noteworthy replies that are told apart.
const MOST_KINDS: usize = 1_000;

/// What is told of one file.
pub struct Account {
    pub outbox: Outbox,
    statement: StatementDone,
    last_completed: Option<u32>,
    noted: BTreeSet<(String, i32)>,
    odd: HashSet<(String, Discriminant<Oddity>)>,
    /// 0 for the file itself.
    thread: u32,
    /// Stands before every line that a thread prints.
    prefix: String,
}

impl Account {
    pub fn new(outbox: Outbox) -> Self {
        Self {
            outbox,
            statement: StatementDone::default(),
            last_completed: None,
            noted: BTreeSet::new(),
            odd: HashSet::new(),
            thread: 0,
            prefix: String::new(),
        }
    }

    /// The same for a thread of the file.
    pub fn of_thread(self, thread: u32, prefix: String) -> Self {
        Self { thread, prefix, ..self }
    }

    /// True for the file itself, false for its threads.
    pub fn is_main(&self) -> bool {
        self.thread == 0
    }

    /// A command goes out.
    pub fn command_sent(&self, sent: SentCommand, database: &str) {
        let at = jiff::Timestamp::now().as_millisecond();
        self.outbox.command_sent(self.thread, SentCommand { at, after: self.last_completed, ..sent }, database);
    }

    /// One command that was sent, and what came of it. Gives the code of a failed reply.
    pub fn command(&mut self, name: &str, reply: Result<&[u8], &Failure>, took: Duration) -> Option<i32> {
        let outcome = reply.ok().and_then(Outcome::of);
        let accepted = outcome.as_ref().is_some_and(|outcome| outcome.accepted);
        self.statement.sent += 1;
        self.statement.accepted += u32::from(accepted);
        let codes = outcome.iter().filter(|_| !accepted).map(|outcome| (outcome.code.unwrap_or(0), 1)).collect();
        let figures = CommandFigures { sent: 1, accepted: u64::from(accepted), codes, busy: took, slowest: took };
        self.outbox.command_over(self.thread, name, &figures);
        let code = outcome.as_ref().and_then(|outcome| outcome.code);
        match (reply, outcome) {
            (Ok(_), Some(outcome)) if !accepted => self.failed(name.to_owned(), outcome),
            (Ok(_), _) => {}
            (Err(failure), _) => self.no_reply(name, failure),
        }
        code
    }

    fn no_reply(&mut self, name: &str, Failure { error, evidence }: &Failure) {
        let command = name.to_owned();
        self.note(if error.timed_out() {
            Note::ReplyTimedOut { command }
        } else if error.breaks_the_protocol() {
            let bytes = evidence.iter().map(|byte| format!("{byte:02x}")).collect();
            Note::BrokenReply { command, error: error.to_string(), bytes }
        } else {
            Note::ConnectionLost { command, error: error.to_string() }
        });
    }

    /// The first of each (command, code) is told; internal errors also by their text, as one code stands for many.
    fn failed(&mut self, command: String, outcome: Outcome) {
        if outcome.code.is_none() {
            self.odd(&command, Oddity::NoCode);
        }
        let code = outcome.code.unwrap_or(0);
        let new = self.noted.len() < MOST_KINDS && self.noted.insert((command.clone(), code));
        if new || matches!(code, 0 | 1 | 8) {
            self.note(Note::Failed { command, code: outcome.code, message: outcome.message });
        }
    }

    /// The first of each (command, kind) is told.
    pub fn odd(&mut self, command: &str, oddity: Oddity) {
        if self.odd.len() < MOST_KINDS && self.odd.insert((command.to_owned(), discriminant(&oddity))) {
            self.note(Note::OddReply { command: command.to_owned(), oddity });
        }
    }

    pub fn note(&mut self, note: Note) {
        self.outbox.note(note);
    }

    /// Prints text; a line that is a timing print ends a statement.
    pub fn print(&mut self, text: &str) {
        self.outbox.print(&self.prefix, text);
        if let Some((index, millis)) = timing_print(text).filter(|_| self.is_main()) {
            let done = std::mem::take(&mut self.statement);
            self.last_completed = Some(index);
            self.outbox.statement(StatementDone { index, millis, ..done }.ending_now());
        }
    }
}
