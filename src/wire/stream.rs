//! The bytes of one connection, whatever carries them.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::tls::TlsStream;

/// A plain, a local or an encrypted connection.
#[derive(Debug)]
pub enum Stream {
    /// Plain.
    Tcp(TcpStream),
    /// By a socket in the file system.
    Unix(UnixStream),
    /// Encrypted.
    Tls(Box<TlsStream>),
}

impl Stream {
    /// Bounds every single wait for bytes and for room to send; `None` waits for ever.
    ///
    /// # Errors
    /// A zero duration is refused by the operating system.
    pub fn set_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Unix(stream) => stream.set_read_timeout(timeout).and_then(|()| stream.set_write_timeout(timeout)),
            Self::Tcp(stream) => stream.set_read_timeout(timeout).and_then(|()| stream.set_write_timeout(timeout)),
            Self::Tls(stream) => {
                stream.sock.set_read_timeout(timeout).and_then(|()| stream.sock.set_write_timeout(timeout))
            }
        }
    }
}

/// Opens a TCP connection to any address of `name`.
///
/// # Errors
/// Whatever the last address tried gave; a name without addresses is [`io::ErrorKind::NotFound`].
pub fn open_tcp(address: impl ToSocketAddrs, name: &str, timeout: Duration) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, format!("no address known for {name}"));
    for candidate in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&candidate, timeout) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

impl Read for Stream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(bytes),
            Self::Unix(stream) => stream.read(bytes),
            Self::Tls(stream) => match stream.read(bytes) {
                // Servers that die say no goodbye; the end of the stream says the same.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
                other => other,
            },
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Unix(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.flush(),
            Self::Unix(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
