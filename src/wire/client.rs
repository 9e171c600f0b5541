//! A blocking client for one connection: a request out, its reply in, nothing pooled and nothing retried.

use super::bson::{Document, RawDocument};
use super::message::{Frame, MessageError, op_msg, op_query};
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// One open connection to a server.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    next_request: i32,
    read_ahead: Vec<u8>,
}

impl Client {
    /// Opens a connection to `host:port`.
    ///
    /// # Errors
    /// Whatever the last address tried gave; a name without addresses is [`io::ErrorKind::NotFound`].
    pub fn connect(address: &str, timeout: Duration) -> io::Result<Self> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, format!("no address known for {address}"));
        for candidate in address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&candidate, timeout) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    return Ok(Self { stream, next_request: 1, read_ahead: Vec::new() });
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Bounds every single wait for bytes from the server; `None` waits for ever.
    ///
    /// # Errors
    /// A zero duration is refused by the operating system.
    pub fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.stream.set_read_timeout(timeout)
    }

    /// The connection itself, for whoever has to break it from another thread.
    ///
    /// # Errors
    /// The process is out of file descriptors.
    pub fn handle(&self) -> io::Result<TcpStream> {
        self.stream.try_clone()
    }

    /// Sends command bytes (with `$db` inside) and gives the reply's frame.
    ///
    /// # Errors
    /// The connection broke, timed out or gave no message; it is of no further use then.
    pub fn round_trip(&mut self, command: &[u8]) -> Result<Frame, MessageError> {
        let request = self.number();
        self.send(&op_msg(request, 0, 0, command))?;
        self.receive()
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
        owned(self.receive()?.reply()?)
    }

    /// Sends bytes as they are: for what is no well-formed message.
    ///
    /// # Errors
    /// The connection broke.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Waits for one message.
    ///
    /// # Errors
    /// As [`Client::round_trip`].
    pub fn receive(&mut self) -> Result<Frame, MessageError> {
        Frame::read(&mut Buffered { stream: &mut self.stream, read_ahead: &mut self.read_ahead })
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

/// Takes header and body of a small reply in one system call.
struct Buffered<'a> {
    stream: &'a mut TcpStream,
    read_ahead: &'a mut Vec<u8>,
}

impl Read for Buffered<'_> {
    fn read(&mut self, wanted: &mut [u8]) -> io::Result<usize> {
        if self.read_ahead.is_empty() {
            if wanted.len() >= CHUNK {
                return self.stream.read(wanted);
            }
            let mut chunk = [0; CHUNK];
            let got = self.stream.read(&mut chunk)?;
            self.read_ahead.extend_from_slice(&chunk[..got]);
        }
        let take = wanted.len().min(self.read_ahead.len());
        wanted[..take].copy_from_slice(&self.read_ahead[..take]);
        self.read_ahead.drain(..take);
        Ok(take)
    }
}

const CHUNK: usize = 4096;

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
