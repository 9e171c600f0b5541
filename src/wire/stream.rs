//! The bytes of one connection, whatever carries them, and how long one waits for them.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with};

use super::lookup::addresses;
use super::tls::TlsStream;

/// A wait may pass its deadline by so much: telling the kernel a new time for every reply would cost a system call.
const SLACK: Duration = Duration::from_millis(20);

/// A plain, a local or an encrypted connection.
#[derive(Debug)]
pub enum Stream {
    /// Plain.
    Tcp(Timed<TcpStream>),
    /// By a socket in the file system.
    Unix(Timed<UnixStream>),
    /// Encrypted.
    Tls(Box<TlsStream>),
}

impl Stream {
    /// Bounds every single wait for bytes and for room to send; `None` waits for ever, or until the deadline.
    ///
    /// # Errors
    /// A zero duration is refused by the operating system.
    pub fn set_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Unix(stream) => stream.set_timeout(timeout),
            Self::Tcp(stream) => stream.set_timeout(timeout),
            Self::Tls(stream) => stream.sock.set_timeout(timeout),
        }
    }
}

/// What the operating system bounds the waits of.
pub trait Socket: Read + Write {
    /// Bounds waits for bytes and for room to send.
    ///
    /// # Errors
    /// A zero duration is refused by the operating system.
    fn bound(&self, timeout: Option<Duration>) -> io::Result<()>;
}

impl Socket for TcpStream {
    fn bound(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.set_read_timeout(timeout).and_then(|()| self.set_write_timeout(timeout))
    }
}

impl Socket for UnixStream {
    fn bound(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.set_read_timeout(timeout).and_then(|()| self.set_write_timeout(timeout))
    }
}

/// A socket on which each single wait has its time, and all of them end at a deadline: a peer that sends a byte now and
/// then must not keep anybody for ever.
#[derive(Debug)]
pub struct Timed<S> {
    socket: S,
    deadline: Option<Instant>,
    /// What the kernel was told.
    told: Option<Duration>,
}

impl<S: Socket> Timed<S> {
    /// Without a deadline only [`Timed::set_timeout`] bounds the waits.
    pub fn new(socket: S, deadline: Option<Instant>) -> Self {
        Self { socket, deadline, told: None }
    }

    /// Bounds every single wait.
    ///
    /// # Errors
    /// A zero duration is refused by the operating system.
    pub fn set_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.socket.bound(timeout)?;
        self.told = timeout;
        Ok(())
    }

    /// Nobody begins to wait after the deadline, nor waits beyond it.
    fn before_a_wait(&mut self) -> io::Result<()> {
        let Some(deadline) = self.deadline else { return Ok(()) };
        let left = left_until(deadline)?;
        if self.told.is_none_or(|told| told > left + SLACK) { self.set_timeout(Some(left)) } else { Ok(()) }
    }
}

impl<S: Socket> Read for Timed<S> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.before_a_wait()?;
        self.socket.read(bytes)
    }
}

impl<S: Socket> Write for Timed<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.before_a_wait()?;
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

/// The time that is left.
///
/// # Errors
/// [`io::ErrorKind::TimedOut`]: none is.
pub fn left_until(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// Opens a TCP connection to any address of `name`; to look it up and all addresses together take no longer than `within`.
///
/// # Errors
/// Whatever the last address tried gave; a name without addresses is [`io::ErrorKind::NotFound`].
pub fn open_tcp(name: &str, port: u16, within: Duration) -> io::Result<TcpStream> {
    let deadline = Instant::now() + within;
    let mut last = io::Error::new(io::ErrorKind::NotFound, format!("no address known for {name}:{port}"));
    for candidate in addresses(name, port, within)? {
        match TcpStream::connect_timeout(&candidate, left_until(deadline)?) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Opens a connection to a socket in the file system. Whoever listens and accepts nobody is waited for, and no longer
/// than `within`: then the error is [`io::ErrorKind::WouldBlock`].
///
/// # Errors
/// Whatever the operating system says.
pub fn open_unix(path: &str, within: Duration) -> io::Result<UnixStream> {
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    set_socket_timeout(&socket, Timeout::Send, Some(within))?;
    connect(&socket, &SocketAddrUnix::new(path)?)?;
    Ok(UnixStream::from(socket))
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::os::unix::net::UnixListener;

    #[test]
    fn a_peer_that_drips_is_waited_for_until_the_deadline_and_no_longer() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let dripping = std::thread::spawn(move || {
            let (mut peer, _) = listener.accept().unwrap();
            while peer.write_all(b"x").is_ok() {
                crate::process::pause(Duration::from_millis(10));
            }
        });
        let socket = open_tcp("127.0.0.1", address.port(), Duration::from_secs(5)).unwrap();
        let started = Instant::now();
        let mut stream = Timed::new(socket, Some(started + Duration::from_millis(300)));
        stream.set_timeout(Some(Duration::from_secs(20))).unwrap();
        let error = stream.read_exact(&mut [0; 100_000]).unwrap_err();
        assert!(matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock), "{error}");
        let took = started.elapsed();
        assert!(took >= Duration::from_millis(300) && took < Duration::from_secs(10), "{took:?}");
        drop(stream);
        dripping.join().unwrap();
    }

    #[test]
    fn a_silent_peer_is_waited_for_until_the_deadline_though_one_wait_may_take_longer() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let socket = open_tcp("127.0.0.1", port, Duration::from_secs(5)).unwrap();
        let started = Instant::now();
        let mut stream = Timed::new(socket, Some(started + Duration::from_millis(100)));
        stream.set_timeout(Some(Duration::from_secs(20))).unwrap();
        assert!(stream.read(&mut [0]).is_err());
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    }

    #[test]
    fn a_socket_whose_owner_accepts_nobody_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let listener = UnixListener::bind(&path).unwrap();
        let mut waiting = Vec::new();
        let started = Instant::now();
        let error = loop {
            match open_unix(path.to_str().unwrap(), Duration::from_millis(50)) {
                Ok(stream) => waiting.push(stream),
                Err(error) => break error,
            }
            assert!(waiting.len() < 100_000, "there is room for everybody");
        };
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock, "{error}");
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
        drop(listener);
    }
}
