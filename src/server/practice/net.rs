//! Connections: a thread each, a request in, one write out.

use super::commands;
use super::errors::{CommandError, code};
use super::router::Ways;
use super::server::Server;
use crate::wire::bson::{BsonError, Document};
use crate::wire::message::{CHECKSUM_PRESENT, Frame, MORE_TO_COME, MessageError, op_msg, op_reply};
use serde_json::json;
use std::cell::{Cell, RefCell};
use std::io::{BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Connections beyond this are closed at once.
const MAX_CONNECTIONS: i64 = 500;

/// Documents may be 250 levels deep, and several passes recurse over them.
pub const STACK_BYTES: usize = 16 << 20;

/// Not even a header.
const TOO_SHORT: i32 = 12;

const OP_QUERY: i32 = 2004;
const OP_MSG: i32 = 2013;

/// The first 16 flag bits must be known; of the others a server only looks at "exhaust allowed".
const REQUIRED_FLAGS: u32 = 0xffff;

/// One client.
#[derive(Debug)]
pub struct Connection {
    /// `conn7`, the thread's name in the log.
    pub name: String,
    /// Its number.
    pub id: u32,
    /// `127.0.0.1:50512`
    pub peer: String,
    /// How its next reply goes out: what planted bugs change.
    pub delivery: Cell<Delivery>,
    /// Its ways to the servers behind a router.
    pub ways: RefCell<Ways>,
}

impl Connection {
    fn new(name: String, id: u32, peer: String) -> Self {
        Self { name, id, peer, delivery: Cell::default(), ways: RefCell::default() }
    }

    /// The server's own.
    pub fn internal(name: &str) -> Self {
        Self::new(name.to_owned(), 0, String::new())
    }
}

/// How a reply goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// As it should.
    #[default]
    Whole,
    /// Not at all, and the connection stays.
    Withheld,
    /// Not at all, and the connection is closed.
    Closed,
    /// With a length in its header that no message has.
    WrongLength,
    /// With a document that claims more bytes than it has.
    Torn,
}

/// Serves connections until the process ends, or until a planted bug closes the listener.
pub fn accept(server: &Arc<Server>, listener: &TcpListener) {
    for stream in listener.incoming() {
        if server.stopping.load(Ordering::Relaxed) || server.deaf.load(Ordering::Relaxed) {
            return;
        }
        let Ok(stream) = stream else { continue };
        if server.counters.open.load(Ordering::Relaxed) >= MAX_CONNECTIONS {
            continue;
        }
        let id = server.counters.accepted.fetch_add(1, Ordering::Relaxed) + 1;
        server.counters.open.fetch_add(1, Ordering::Relaxed);
        let shared = Arc::clone(server);
        let thread = std::thread::Builder::new().name(format!("conn{id}")).stack_size(STACK_BYTES);
        let started = thread.spawn(move || {
            serve(&shared, stream, id);
            shared.counters.open.fetch_sub(1, Ordering::Relaxed);
        });
        if started.is_err() {
            server.counters.open.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

fn serve(server: &Server, stream: TcpStream, id: u32) {
    let peer = stream.peer_addr().map(|address| address.to_string()).unwrap_or_default();
    let connection = Connection::new(format!("conn{id}"), id, peer);
    let count = server.counters.open.load(Ordering::Relaxed);
    let attributes = json!({ "remote": connection.peer, "connectionId": id, "connectionCount": count });
    server.log.info("NETWORK", 22943, "listener", "Connection accepted", attributes);
    let end = talk(server, &connection, stream);
    if let Err(error @ (MessageError::Length(..) | MessageError::Operation(_))) = end {
        let attributes = json!({ "error": error.to_string() });
        server.log.info("NETWORK", 22988, &connection.name, "Error receiving request from client", attributes);
    }
    let attributes = json!({ "remote": connection.peer, "connectionId": id, "connectionCount": count - 1 });
    server.log.info("NETWORK", 22944, &connection.name, "Connection ended", attributes);
}

fn talk(server: &Server, connection: &Connection, stream: TcpStream) -> Result<(), MessageError> {
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    // One read takes a whole small request, header and body.
    let mut reader = BufReader::with_capacity(16 << 10, stream);
    let mut number = 0_i32;
    loop {
        let frame = Frame::read(&mut reader)?;
        number = number.wrapping_add(1);
        if frame.operation != OP_MSG && frame.operation != OP_QUERY {
            return Err(MessageError::Operation(frame.operation));
        }
        let (reply, wanted) = answer(server, connection, &frame);
        if !wanted {
            continue;
        }
        let reply = reply.to_bytes();
        let mut bytes = match frame.operation {
            OP_QUERY => op_reply(number, frame.request_id, &reply),
            _ => op_msg(number, frame.request_id, 0, &reply),
        };
        match connection.delivery.take() {
            Delivery::Whole => {}
            Delivery::Withheld => continue,
            Delivery::Closed => return Ok(()),
            Delivery::WrongLength => bytes[..4].copy_from_slice(&TOO_SHORT.to_le_bytes()),
            Delivery::Torn => tear(&mut bytes, reply.len()),
        }
        writer.write_all(&bytes)?;
    }
}

/// The reply's document, which stands at the end of the message, claims one byte more than there are.
fn tear(message: &mut [u8], reply: usize) {
    let start = message.len() - reply;
    message[start] = message[start].wrapping_add(1);
}

/// Makes the listener go; who is connected stays so.
pub fn close_listener(server: &Server) {
    server.deaf.store(true, Ordering::Relaxed);
    // It waits for a connection and looks at the flag then.
    let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port));
}

/// The reply, and whether the client wants one.
fn answer(server: &Server, connection: &Connection, frame: &Frame) -> (Document, bool) {
    match frame.command() {
        Ok((_, flags)) if flags & REQUIRED_FLAGS & !(CHECKSUM_PRESENT | MORE_TO_COME) != 0 => {
            let text = format!("Message contains illegal flags value: Ob{flags:b}");
            (CommandError::new(code::ILLEGAL_OP_MSG_FLAG, text).to_reply(), true)
        }
        Ok((command, flags)) => {
            let old = frame.operation == OP_QUERY;
            let reply = commands::run(server, connection, command, old);
            (reply, flags & MORE_TO_COME == 0)
        }
        Err(error) => (unreadable(&error).to_reply(), true),
    }
}

fn unreadable(error: &MessageError) -> CommandError {
    let code = match error {
        MessageError::Bson(BsonError::TooDeep) => code::OVERFLOW,
        MessageError::Bson(_) => code::INVALID_BSON,
        _ => code::PROTOCOL_ERROR,
    };
    CommandError::new(code, error.to_string())
}
