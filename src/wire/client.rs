//! A blocking client for one connection: a request out, its reply in, nothing pooled and nothing retried.

use super::bson::{Document, RawDocument};
use super::compression::{Compressor, compress, decompress, may_be_compressed};
use super::message::{Frame, MessageError, OP_COMPRESSED, op_msg, op_query};
use super::stream::{Stream, Timed, open_tcp};
use super::uri::Host;
use serde::{Deserialize, Serialize};
use std::io::{self, BufReader, Write};
use std::time::Duration;

/// Something in a reply that the protocol does not allow, and that one can live with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Oddity {
    /// It answers another request than ours.
    WrongResponseTo {
        /// Our request.
        sent: i32,
        /// What the reply says.
        got: i32,
    },
    /// Flag bits that OP_MSG does not define.
    ReservedFlags(u32),
    /// Another message is announced that nobody asked for.
    MoreToCome,
    /// It is compressed, which was not agreed upon.
    CompressedUnasked,
    /// It says that the command failed, and not by which code.
    NoCode,
}

/// One open connection to a server.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<Stream>,
    next_request: i32,
    /// What both sides agreed upon.
    compressor: Option<Compressor>,
    /// The server is of the time before OP_MSG.
    old: bool,
    oddities: Vec<Oddity>,
    evidence: Vec<u8>,
}

impl Client {
    /// Opens a plain connection to `host:port`; nothing is sent.
    ///
    /// # Errors
    /// Whatever the last address tried gave; a name without addresses is [`io::ErrorKind::NotFound`].
    pub fn connect(address: &str, timeout: Duration) -> io::Result<Self> {
        match Host::parse(address) {
            Ok(Host::Tcp { name, port }) => {
                open_tcp(&name, port, timeout).map(|stream| Self::over(Stream::Tcp(Timed::new(stream, None))))
            }
            _ => Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{address} is not HOST:PORT"))),
        }
    }

    /// Speaks over a connection that is open already.
    pub fn over(stream: Stream) -> Self {
        Self {
            stream: BufReader::with_capacity(CHUNK, stream),
            next_request: 1,
            compressor: None,
            old: false,
            oddities: Vec::new(),
            evidence: Vec::new(),
        }
    }

    /// From now on what may be compressed is.
    pub fn set_compressor(&mut self, compressor: Option<Compressor>) {
        self.compressor = compressor;
    }

    /// From now on commands go out as queries: servers before wire version 6 know no OP_MSG.
    pub fn speak_old(&mut self, old: bool) {
        self.old = old;
    }

    /// Bounds every single wait for the server; `None` waits for ever.
    ///
    /// # Errors
    /// A zero duration is refused by the operating system.
    pub fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.stream.get_mut().set_timeout(timeout)
    }

    /// What was odd about replies since the last call.
    pub fn take_oddities(&mut self) -> Vec<Oddity> {
        std::mem::take(&mut self.oddities)
    }

    /// The first bytes of the message that broke the protocol, if one did.
    pub fn evidence(&self) -> &[u8] {
        &self.evidence
    }

    /// Sends command bytes (with `$db` inside) and gives the reply's frame, whose document is whole.
    ///
    /// # Errors
    /// The connection broke, timed out or gave no message; it is of no further use then.
    pub fn round_trip(&mut self, command: &[u8]) -> Result<Frame, MessageError> {
        let request = self.number();
        let message = if self.old { old_message(request, command)? } else { op_msg(request, 0, 0, command) };
        match self.compressor.filter(|_| first_key(command).is_some_and(may_be_compressed)) {
            Some(compressor) => self.send(&compress(&message, compressor)?)?,
            None => self.send(&message)?,
        }
        self.reply_to(request)
    }

    /// Sends an owned command to `database` and gives the owned reply.
    ///
    /// # Errors
    /// As [`Client::round_trip`]; a reply of `{ok: 0}` is no error here.
    pub fn command(&mut self, database: &str, command: &Document) -> Result<Document, MessageError> {
        let mut command = command.clone();
        command.set("$db", database);
        let frame = self.round_trip(&command.to_bytes())?;
        owned(frame.reply()?)
    }

    /// The same in the old protocol, which every server answers for `isMaster`.
    ///
    /// # Errors
    /// As [`Client::round_trip`].
    pub fn old_command(&mut self, database: &str, command: &Document) -> Result<Document, MessageError> {
        let request = self.number();
        self.send(&op_query(request, database, &command.to_bytes()))?;
        owned(self.reply_to(request)?.reply()?)
    }

    /// Sends bytes as they are: for what is no well-formed message.
    ///
    /// # Errors
    /// The connection broke.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(bytes)?;
        stream.flush()
    }

    /// Waits for one message.
    ///
    /// # Errors
    /// As [`Client::round_trip`].
    pub fn receive(&mut self) -> Result<Frame, MessageError> {
        let frame = Frame::read(&mut self.stream);
        if let Err(MessageError::Length(_, header)) = &frame {
            self.evidence = header.to_vec();
        }
        frame
    }

    fn reply_to(&mut self, request: i32) -> Result<Frame, MessageError> {
        let mut frame = self.receive()?;
        if frame.operation == OP_COMPRESSED {
            frame = self.unpacked(frame)?;
        }
        let checked = frame.reply().and_then(|raw| Ok(raw.check()?));
        if let Err(error) = checked {
            self.evidence = frame.evidence();
            return Err(error);
        }
        if frame.response_to != request {
            self.note(Oddity::WrongResponseTo { sent: request, got: frame.response_to });
        }
        if frame.reserved_flags() != 0 {
            self.note(Oddity::ReservedFlags(frame.reserved_flags()));
        }
        if frame.more_to_come() {
            self.note(Oddity::MoreToCome);
        }
        Ok(frame)
    }

    fn note(&mut self, oddity: Oddity) {
        if self.oddities.len() < MOST_ODDITIES {
            self.oddities.push(oddity);
        }
    }

    fn unpacked(&mut self, frame: Frame) -> Result<Frame, MessageError> {
        if self.compressor.is_none() {
            self.note(Oddity::CompressedUnasked);
        }
        let evidence = frame.evidence();
        decompress(frame).inspect_err(|_| self.evidence = evidence)
    }

    fn number(&mut self) -> i32 {
        let request = self.next_request;
        self.next_request = request.checked_add(1).unwrap_or(1);
        request
    }
}

fn owned(reply: RawDocument<'_>) -> Result<Document, MessageError> {
    Ok(Document::from_bytes(reply.as_bytes())?)
}

fn first_key(command: &[u8]) -> Option<&[u8]> {
    Some(RawDocument::new(command).ok()?.iter().next()?.ok()?.0)
}

/// A command as a query, whose database stands in the namespace.
fn old_message(request: i32, command: &[u8]) -> Result<Vec<u8>, MessageError> {
    let mut command = Document::from_bytes(command)?;
    let database = command.remove("$db").and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
    Ok(op_query(request, &database, &command.to_bytes()))
}

/// Takes header and body of a small reply in one system call.
const CHUNK: usize = 4096;
/// Oddities kept until somebody asks for them.
const MOST_ODDITIES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;
    use std::net::TcpListener;

    fn server_that_answers_once(reply: Document) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let request = Frame::read(&mut stream).unwrap();
            stream.write_all(&op_msg(1, request.request_id, 0, &reply.to_bytes())).unwrap();
        });
        address
    }

    #[test]
    fn a_reply_larger_than_one_chunk_arrives_whole_and_then_the_end_is_seen() {
        let reply = doc! { "ok": 1.0, "text": ("x".repeat(3 * CHUNK)) };
        let address = server_that_answers_once(reply.clone());
        let mut client = Client::connect(&address, Duration::from_secs(5)).unwrap();
        assert_eq!(client.command("admin", &doc! { "ping": 1 }).unwrap(), reply);
        assert!(matches!(
            client.command("admin", &doc! { "ping": 1 }),
            Err(MessageError::Closed | MessageError::Io(_))
        ));
    }
}
