//! A server in this process that answers as it is told to, and remembers what it was asked.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

use jstestfuzz::doc;
use jstestfuzz::wire::bson::{Bson, Document};
use jstestfuzz::wire::compression::{Compressor, compress, decompress};
use jstestfuzz::wire::message::{Frame, OP_COMPRESSED, op_msg, op_reply};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What comes back for one command.
pub enum Answer {
    /// A reply.
    Document(Document),
    /// Bytes that are made of the request's number.
    Bytes(fn(i32) -> Vec<u8>),
    /// Nothing: the connection is closed.
    Close,
}

impl Answer {
    pub fn with(self, key: &str, value: impl Into<Bson>) -> Self {
        match self {
            Self::Document(mut document) => {
                document.set(key, value);
                Self::Document(document)
            }
            other => other,
        }
    }
}

/// `ok: 1` to everything, and a greeting of today to whoever greets.
pub fn ok(command: &Document) -> Answer {
    match command.first().unwrap().0 {
        "hello" | "isMaster" => {
            Answer::Document(doc! { "ismaster": true, "isWritablePrimary": true, "maxWireVersion": 21, "ok": 1.0 })
        }
        _ => Answer::Document(doc! { "ok": 1.0 }),
    }
}

/// One request.
#[derive(Clone, Debug)]
pub struct Seen {
    pub command: String,
    pub database: String,
    pub compressed: bool,
    pub old: bool,
}

/// Serves until the test process ends.
pub struct Fake {
    pub address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

type Answers = dyn Fn(&Document) -> Answer + Send + Sync;

#[derive(Clone)]
struct Manner {
    answer: Arc<Answers>,
    method: Option<Compressor>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Manner {
    fn new(answer: impl Fn(&Document) -> Answer + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(answer), method: None, seen: Arc::default() }
    }
}

impl Fake {
    pub fn start(answer: impl Fn(&Document) -> Answer + Send + Sync + 'static) -> Self {
        Self::tcp(Manner::new(answer), Ok)
    }

    /// One that compresses replies to what came compressed.
    pub fn compressing(method: &str, answer: impl Fn(&Document) -> Answer + Send + Sync + 'static) -> Self {
        let name = method.to_owned();
        let agree = move |command: &Document| match command.first().unwrap().0 {
            "hello" | "isMaster" => {
                answer(command).with("compression", vec![Bson::from("lz9"), Bson::from(name.as_str())])
            }
            _ => answer(command),
        };
        Self::tcp(Manner { method: Compressor::named(method), ..Manner::new(agree) }, Ok)
    }

    pub fn encrypted(config: ServerConfig, answer: impl Fn(&Document) -> Answer + Send + Sync + 'static) -> Self {
        let config = Arc::new(config);
        Self::tcp(Manner::new(answer), move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).map_err(std::io::Error::other)?;
            Ok(StreamOwned::new(connection, stream))
        })
    }

    pub fn local(path: &Path, answer: impl Fn(&Document) -> Answer + Send + Sync + 'static) -> Self {
        let (listener, manner) = (UnixListener::bind(path).unwrap(), Manner::new(answer));
        let seen = Arc::clone(&manner.seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let manner = manner.clone();
                std::thread::spawn(move || talk(stream.unwrap(), &manner));
            }
        });
        Self { address: path.to_str().unwrap().to_owned(), seen }
    }

    fn tcp<S: Read + Write>(
        manner: Manner,
        wrap: impl Fn(TcpStream) -> std::io::Result<S> + Clone + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, seen) = (listener.local_addr().unwrap().to_string(), Arc::clone(&manner.seen));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (manner, wrap) = (manner.clone(), wrap.clone());
                std::thread::spawn(move || wrap(stream.unwrap()).map(|stream| talk(stream, &manner)));
            }
        });
        Self { address, seen }
    }

    pub fn port(&self) -> &str {
        self.address.rsplit(':').next().unwrap()
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn talk(mut stream: impl Read + Write, manner: &Manner) {
    while let Ok(frame) = Frame::read(&mut stream) {
        let compressed = frame.operation == OP_COMPRESSED;
        let frame = decompress(frame).unwrap();
        let (command, _) = frame.command().unwrap();
        manner.seen.lock().unwrap().push(Seen {
            command: command.first().unwrap().0.to_owned(),
            database: command.get_str("$db").unwrap_or_default().to_owned(),
            compressed,
            old: frame.operation == 2004,
        });
        let bytes = match (manner.answer)(&command) {
            Answer::Document(reply) if frame.operation == 2004 => op_reply(1, frame.request_id, &reply.to_bytes()),
            Answer::Document(reply) => op_msg(1, frame.request_id, 0, &reply.to_bytes()),
            Answer::Bytes(make) => make(frame.request_id),
            Answer::Close => return,
        };
        let bytes = match manner.method.filter(|_| compressed) {
            Some(method) => compress(&bytes, method).unwrap(),
            None => bytes,
        };
        if stream.write_all(&bytes).and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}
