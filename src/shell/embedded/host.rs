//! What stands behind the natives: connections, figures and limits of one file, all outside JavaScript.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::outbox::Outbox;
use crate::shell::{CommandFigures, Job, Note, Report, StatementDone, timing_print};
use crate::wire::bson::{Bson, RawBson, RawDocument, Writer};
use crate::wire::client::Client;
use crate::wire::message::{Frame, MessageError};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that one file may hold open.
const MOST_CONNECTIONS: usize = 100;
/// Reports of noteworthy replies for one file.
const MOST_NOTES: usize = 1_000;
/// Once so many connections in a row were refused the server is gone: the rest fails at once.
const MOST_REFUSALS: u32 = 20;

/// One file's dealings with the servers.
pub struct Host {
    pub job: Job,
    pub outbox: Outbox,
    pub output_dropped: u64,
    connections: Vec<Connection>,
    statement: StatementDone,
    noted: BTreeSet<(String, i32)>,
    notes: usize,
    output_left: u64,
    refusals: u32,
    /// 0 for the file itself.
    thread: u32,
    /// Stands before every line that a thread prints.
    prefix: String,
}

struct Connection {
    address: String,
    client: Option<Client>,
}

impl Host {
    pub fn new(job: Job, outbox: Outbox) -> Self {
        let output_left = job.limits.output;
        Self {
            job,
            outbox,
            output_dropped: 0,
            connections: Vec::new(),
            statement: StatementDone::default(),
            noted: BTreeSet::new(),
            notes: 0,
            output_left,
            refusals: 0,
            thread: 0,
            prefix: String::new(),
        }
    }

    /// The same for a thread of the file.
    pub fn of_thread(mut self, number: u32, prefix: String) -> Self {
        (self.thread, self.prefix) = (number, prefix);
        self
    }

    /// True for the file itself, false for its threads.
    pub fn is_main(&self) -> bool {
        self.thread == 0
    }

    /// Opens a connection to one of the configured addresses; an empty name is the first of them.
    pub fn open(&mut self, address: &str) -> Result<i32, String> {
        let known = &self.job.addresses;
        let address = if address.is_empty() { known.first() } else { known.iter().find(|one| *one == address) };
        let Some(address) = address.cloned() else {
            return Err("couldn't connect: this shell speaks only to the servers that it was given".into());
        };
        if self.connections.len() == MOST_CONNECTIONS {
            return Err(format!("couldn't connect: {MOST_CONNECTIONS} connections are open"));
        }
        self.connections.push(Connection { address, client: None });
        let id = self.connections.len() - 1;
        self.connect(id).map(|()| id as i32)
    }

    /// The address of a connection.
    pub fn address(&self, id: i32) -> &str {
        usize::try_from(id).ok().and_then(|id| self.connections.get(id)).map_or("", |one| &one.address)
    }

    fn connect(&mut self, id: usize) -> Result<(), String> {
        let connection = &mut self.connections[id];
        if self.refusals >= MOST_REFUSALS {
            return Err(format!("couldn't connect to server {}: it refused {MOST_REFUSALS} times", connection.address));
        }
        let opened = Client::connect(&connection.address, CONNECT_TIMEOUT)
            .and_then(|client| client.set_read_timeout(Some(self.job.limits.read_timeout)).map(|()| client));
        match opened {
            Ok(client) => {
                connection.client = Some(client);
                self.refusals = 0;
                Ok(())
            }
            Err(error) => {
                let message = format!("couldn't connect to server {}: {error}", connection.address);
                self.refusals += 1;
                self.note(Note::CannotConnect { error: error.to_string() });
                Err(message)
            }
        }
    }

    /// One command and its reply; the whole account is kept here. A lost connection is opened anew by the next call.
    pub fn run_command(&mut self, id: i32, database: &str, command: Writer) -> Result<Vec<u8>, String> {
        let bytes = command.into_bytes();
        let name = command_name(&bytes);
        let id = usize::try_from(id).ok().filter(|&id| id < self.connections.len());
        let Some(id) = id else { return Err("this connection is not open".into()) };
        if self.connections[id].client.is_none() {
            self.connect(id)?;
        }
        self.outbox.command_sent(self.thread, &name, database);
        let started = Instant::now();
        let reply = match &mut self.connections[id].client {
            Some(client) => client.round_trip(&bytes).and_then(|frame| take_document(&frame)),
            None => Err(MessageError::Closed),
        };
        self.account(&name, &reply, started.elapsed());
        reply.map_err(|error| {
            self.connections[id].client = None;
            let host = &self.connections[id].address;
            format!("network error while attempting to run command '{name}' on host '{host}' : {error}")
        })
    }

    fn account(&mut self, name: &str, reply: &Result<Vec<u8>, MessageError>, took: Duration) {
        let outcome = reply.as_ref().ok().and_then(|bytes| Outcome::of(bytes));
        let accepted = outcome.as_ref().is_some_and(|outcome| outcome.accepted);
        self.statement.sent += 1;
        self.statement.accepted += u32::from(accepted);
        let codes = outcome.iter().filter(|_| !accepted).map(|outcome| (outcome.code.unwrap_or(0), 1)).collect();
        let figures = CommandFigures { sent: 1, accepted: u64::from(accepted), codes, busy: took };
        self.outbox.command_over(self.thread, name, &figures);
        match (reply, outcome) {
            (Ok(_), Some(outcome)) if !accepted => self.note_failed(name.to_owned(), outcome),
            (Ok(_), _) => {}
            (Err(MessageError::Io(error)), _) if timed_out(error) => {
                self.note(Note::ReplyTimedOut { command: name.to_owned() });
            }
            (Err(error), _) => {
                self.note(Note::ConnectionLost { command: name.to_owned(), error: error.to_string() });
            }
        }
    }

    /// The first of each (command, code) is told; internal errors also by their text, as one code stands for many.
    fn note_failed(&mut self, command: String, outcome: Outcome) {
        let code = outcome.code.unwrap_or(0);
        if self.noted.insert((command.clone(), code)) || matches!(code, 0 | 1 | 8) {
            self.note(Note::Failed { command, code: outcome.code, message: outcome.message });
        }
    }

    fn note(&mut self, note: Note) {
        self.notes += 1;
        if self.notes <= MOST_NOTES {
            self.outbox.report(Report::Noted(note));
        }
    }

    /// Prints text; a line that is a timing print ends a statement.
    pub fn print(&mut self, text: &str) {
        let allowed = (text.len() as u64).min(self.output_left);
        self.output_left -= allowed;
        if allowed < text.len() as u64 {
            self.output_dropped += text.len() as u64;
        } else {
            self.outbox.print(text.split('\n').map(|line| format!("{}{line}", self.prefix)));
        }
        if let Some((index, millis)) = timing_print(text).filter(|_| self.is_main()) {
            let done = std::mem::take(&mut self.statement);
            self.outbox.report(Report::Statement(StatementDone { index, millis, ..done }));
        }
    }
}

fn timed_out(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}

fn command_name(bytes: &[u8]) -> String {
    let first = RawDocument::new(bytes).ok().and_then(|raw| raw.iter().next()?.ok());
    first.map_or_else(String::new, |(key, _)| String::from_utf8_lossy(&key[..key.len().min(100)]).into_owned())
}

fn take_document(frame: &Frame) -> Result<Vec<u8>, MessageError> {
    frame.reply().map(|raw| raw.as_bytes().to_vec())
}

/// What a reply says about success.
struct Outcome {
    accepted: bool,
    code: Option<i32>,
    message: String,
}

impl Outcome {
    fn of(reply: &[u8]) -> Option<Self> {
        let raw = RawDocument::new(reply).ok()?;
        let ok = match raw.get("ok") {
            Some(RawBson::Double(ok)) => ok == 1.0,
            Some(RawBson::Int32(ok)) => ok == 1,
            Some(RawBson::Int64(ok)) => ok == 1,
            Some(RawBson::Boolean(ok)) => ok,
            _ => false,
        };
        let failed = match raw.get("writeErrors") {
            Some(RawBson::Array(errors)) => errors.iter().next().and_then(Result::ok).map(|(_, first)| first),
            _ => None,
        };
        match (ok, failed) {
            (true, None) => Some(Self { accepted: true, code: None, message: String::new() }),
            (true, Some(RawBson::Document(error))) => Some(Self::failed(error)),
            _ => Some(Self::failed(raw)),
        }
    }

    fn failed(raw: RawDocument<'_>) -> Self {
        let text = |key| match raw.get(key) {
            Some(RawBson::String(text)) => Some(String::from_utf8_lossy(text).into_owned()),
            _ => None,
        };
        let code = match raw.get("code") {
            Some(RawBson::Int32(code)) => Some(code),
            Some(RawBson::Double(code)) => Some(code as i32),
            Some(RawBson::Int64(code)) => Bson::Int64(code).as_i64().map(|code| code as i32),
            _ => None,
        };
        let mut message = text("errmsg").or_else(|| text("$err")).unwrap_or_default();
        message.truncate(message.floor_char_boundary(2_000));
        Self { accepted: false, code, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    #[test]
    fn a_write_error_is_not_accepted_though_the_command_was() {
        let outcome = Outcome::of(&doc! { "ok": 1.0, "n": 0 }.to_bytes()).unwrap();
        assert!(outcome.accepted);
        let error = doc! { "index": 0, "code": 11000, "errmsg": "E11000" };
        let outcome = Outcome::of(&doc! { "ok": 1.0, "writeErrors": [(error)] }.to_bytes()).unwrap();
        assert_eq!((outcome.accepted, outcome.code, outcome.message.as_str()), (false, Some(11000), "E11000"));
        let outcome = Outcome::of(&doc! { "$err": "old" }.to_bytes()).unwrap();
        assert_eq!((outcome.accepted, outcome.code, outcome.message.as_str()), (false, None, "old"));
    }
}
