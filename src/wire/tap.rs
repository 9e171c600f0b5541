//! A tap between clients and a server: passes every byte on, and keeps the commands in the order in which they were sent.
//!
//! It works for every shell, because it needs none to help; only plain connections can be read. Taps of several clients may
//! share an order, in which their commands take [`Turns`].

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::bson::Document;
use super::message::Frame;
use super::turns::{Turns, title};
use super::uri::{Host, Settings};

/// Commands kept; of what is sent after them nothing is kept.
const MOST: usize = 100_000;
/// Bytes of all messages that are kept.
const MOST_BYTES: usize = 256 << 20;
/// What clients say of themselves and ask of the server before and after a program's own commands.
const AROUND: [&str; 9] = [
    "hello",
    "isMaster",
    "ismaster",
    "saslStart",
    "saslContinue",
    "endSessions",
    "buildInfo",
    "buildinfo",
    "getCmdLineOpts",
];

/// True for a command of a program, not of its client.
pub fn is_own(command: &Document) -> bool {
    command.first().is_some_and(|(name, _)| !AROUND.contains(&name))
}

/// A listening tap. Dropping it ends its listener; connections end with their peers.
#[derive(Debug)]
pub struct Tap {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// `host:port` of the server.
    target: Mutex<Option<String>>,
    tapped: Mutex<Vec<Tapped>>,
    bytes: Mutex<usize>,
    connections: AtomicU32,
    over: AtomicBool,
    /// The client that the tap is for, and the turns that it takes.
    turns: Option<(u32, Arc<Turns>)>,
}

/// One command that went by.
#[derive(Clone, Debug, PartialEq)]
pub struct Tapped {
    /// Counts connections from 0.
    pub connection: u32,
    /// The request's own number on its connection.
    pub request: i32,
    /// As sent, with `$db`.
    pub command: Document,
    /// Its reply, if one came.
    pub reply: Option<Document>,
}

impl Tap {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// The system refuses a port or a thread.
    pub fn open() -> std::io::Result<Self> {
        Self::with(None)
    }

    /// The same for one of several clients that take turns.
    ///
    /// # Errors
    /// As there.
    pub fn in_turns(client: u32, turns: Arc<Turns>) -> std::io::Result<Self> {
        Self::with(Some((client, turns)))
    }

    fn with(turns: Option<(u32, Arc<Turns>)>) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared { turns, ..Shared::default() });
        let own = Arc::clone(&shared);
        std::thread::Builder::new().name("tap".into()).spawn(move || accept(&listener, &own))?;
        Ok(Self { port, shared })
    }

    /// The settings that lead clients of `server` through the tap; `None` where it could not read what they say.
    pub fn before(&self, server: &Settings) -> Option<Settings> {
        let host @ Host::Tcp { .. } = server.hosts.first()? else { return None };
        if server.tls.is_some() || !server.compressors.is_empty() {
            return None;
        }
        *lock(&self.shared.target) = Some(host.to_string());
        let hosts = vec![Host::parse(&format!("127.0.0.1:{}", self.port)).ok()?];
        Some(Settings { hosts, replica_set: None, direct: Some(true), ..server.clone() })
    }

    /// Everything that went by since the last call.
    pub fn take(&self) -> Vec<Tapped> {
        std::mem::take(&mut *lock(&self.shared.tapped))
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        // The listener waits for a connection and looks then.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for client in listener.incoming() {
        if shared.over.load(Ordering::Relaxed) {
            return;
        }
        let target = lock(&shared.target).clone();
        // Without a server the client is hung up on, as it would be there.
        let (Ok(client), Some(target)) = (client, target) else { continue };
        if let Ok(server) = TcpStream::connect(&target) {
            let number = shared.connections.fetch_add(1, Ordering::Relaxed);
            let _ = pass(client, server, number, shared);
        }
    }
}

/// Both ways, a thread each; when one ends the other does.
fn pass(client: TcpStream, server: TcpStream, number: u32, shared: &Arc<Shared>) -> std::io::Result<()> {
    for stream in [&client, &server] {
        stream.set_nodelay(true)?;
    }
    let (from_client, to_server) = (client.try_clone()?, server.try_clone()?);
    let own = Arc::clone(shared);
    std::thread::Builder::new().name("tap-out".into()).spawn(move || {
        if let Some((client, turns)) = &own.turns {
            turns.connected(*client);
        }
        copy(from_client, to_server, |frame| own.keep_command(number, frame));
        if let Some((client, turns)) = &own.turns {
            turns.hung_up(*client);
        }
    })?;
    let own = Arc::clone(shared);
    let keep = move |frame: &Frame| own.keep_reply(number, frame);
    std::thread::Builder::new().name("tap-in".into()).spawn(move || copy(server, client, keep))?;
    Ok(())
}

/// Message by message, each kept before it goes on: what a server dies of was sent to it. What is none ends it.
fn copy(mut from: TcpStream, mut to: TcpStream, keep: impl Fn(&Frame)) {
    let mut header = Copied { stream: &mut from, bytes: Vec::new() };
    while let Ok(frame) = Frame::read(&mut header) {
        keep(&frame);
        if to.write_all(&std::mem::take(&mut header.bytes)).is_err() {
            break;
        }
    }
    // The first bytes of what is no message may be what the other end waits for.
    let rest = std::mem::take(&mut header.bytes);
    let _ = to.write_all(&rest);
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}

/// Keeps what is read.
struct Copied<'a> {
    stream: &'a mut TcpStream,
    bytes: Vec<u8>,
}

impl Read for Copied<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.bytes.extend_from_slice(&buffer[..count]);
        Ok(count)
    }
}

impl Shared {
    /// Who takes turns with a command: nobody with what clients say of themselves.
    fn turns_for(&self, command: &Document) -> Option<(u32, &Turns)> {
        let (client, turns) = self.turns.as_ref().filter(|_| is_own(command))?;
        Some((*client, turns))
    }

    fn keep_command(&self, connection: u32, frame: &Frame) {
        let Ok((command, _)) = frame.command() else { return };
        if let Some((client, turns)) = self.turns_for(&command) {
            turns.send(client, &title(&command));
        }
        let (mut tapped, mut bytes) = (lock(&self.tapped), lock(&self.bytes));
        *bytes += frame.body.len();
        if tapped.len() < MOST && *bytes < MOST_BYTES {
            tapped.push(Tapped { connection, request: frame.request_id, command, reply: None });
        }
    }

    fn keep_reply(&self, connection: u32, frame: &Frame) {
        let mut tapped = lock(&self.tapped);
        let asked = |one: &&mut Tapped| one.connection == connection && one.request == frame.response_to;
        if let Some(one) = tapped.iter_mut().rev().find(asked) {
            one.reply = frame.reply().ok().and_then(|reply| Document::from_bytes(reply.as_bytes()).ok());
            if let Some((client, turns)) = self.turns_for(&one.command) {
                turns.replied(client, &title(&one.command));
            }
        }
    }
}
