//! The built-in server behind a gate that lets in who can log in, and encrypts where it is told to.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jstestfuzz::doc;
use jstestfuzz::wire::bson::{Bson, Document};
use jstestfuzz::wire::client::Client;
use jstestfuzz::wire::message::{Frame, op_msg, op_reply};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use sha1::{Digest, Sha1};
use sha2::Sha256;

use crate::embedded::Server;

pub const USER: &str = "jo,e=";
pub const PASSWORD: &str = "s/ecret\u{e9}";
/// Both as they stand in a connection string.
pub const LOGIN: &str = "jo%2Ce%3D:s%2Fecret%C3%A9";
const SALT: &[u8] = b"sixteen bytes...";
const ROUNDS: u32 = 4096;

pub struct Gate {
    pub address: String,
    _behind: Server,
}

impl Gate {
    /// Lets in by that mechanism only.
    pub fn start(mechanism: &'static str, tls: Option<ServerConfig>) -> Self {
        let behind = Server::start();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let gate = Self { address: listener.local_addr().unwrap().to_string(), _behind: behind };
        let (to, tls) = (gate._behind.address.clone(), tls.map(Arc::new));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let client = Client::connect(&to, Duration::from_secs(5)).unwrap();
                let (tls, stream) = (tls.clone(), stream.unwrap());
                std::thread::spawn(move || match tls {
                    Some(tls) => {
                        Guest::new(mechanism, client)
                            .talk(StreamOwned::new(ServerConnection::new(tls).unwrap(), stream));
                    }
                    None => Guest::new(mechanism, client).talk(stream),
                });
            }
        });
        gate
    }
}

/// One connection.
struct Guest {
    mechanism: &'static str,
    behind: Client,
    let_in: bool,
    /// The client's first message and ours.
    begun: Option<(String, String)>,
}

impl Guest {
    fn new(mechanism: &'static str, behind: Client) -> Self {
        Self { mechanism, behind, let_in: false, begun: None }
    }

    fn talk(mut self, mut stream: impl Read + Write) {
        while let Ok(frame) = Frame::read(&mut stream) {
            let reply = self.answer(frame.command().unwrap().0).to_bytes();
            let bytes = match frame.operation {
                2004 => op_reply(1, frame.request_id, &reply),
                _ => op_msg(1, frame.request_id, 0, &reply),
            };
            if stream.write_all(&bytes).and_then(|()| stream.flush()).is_err() {
                return;
            }
        }
    }

    fn answer(&mut self, mut command: Document) -> Document {
        match command.first().unwrap().0 {
            "hello" | "isMaster" => {
                let asked = command.remove("saslSupportedMechs").is_some();
                let mut reply = self.forward(&command);
                if asked {
                    reply.set("saslSupportedMechs", vec![Bson::from(self.mechanism)]);
                }
                reply
            }
            "saslStart" if command.get_str("mechanism") != Some(self.mechanism) => {
                refused(334, "Unsupported mechanism")
            }
            "saslStart" => self.begin(&payload(&command)),
            "saslContinue" => self.finish(&payload(&command)),
            "logout" => {
                self.let_in = false;
                doc! { "ok": 1.0 }
            }
            _ if self.let_in => self.forward(&command),
            name => refused(13, &format!("command {name} requires authentication")),
        }
    }

    fn forward(&mut self, command: &Document) -> Document {
        let database = command.get_str("$db").unwrap_or("admin").to_owned();
        self.behind.command(&database, command).unwrap()
    }

    fn begin(&mut self, message: &str) -> Document {
        let bare = message.strip_prefix("n,,").unwrap().to_owned();
        let nonce = bare.split(",r=").nth(1).unwrap();
        let first = format!("r={nonce}ours,s={},i={ROUNDS}", STANDARD.encode(SALT));
        let reply = sasl(&first, false);
        self.begun = Some((bare, first));
        reply
    }

    fn finish(&mut self, message: &str) -> Document {
        let (bare, first) = self.begun.take().unwrap();
        let (without_proof, proof) = message.rsplit_once(",p=").unwrap();
        let conversation = format!("{bare},{first},{without_proof}");
        let (signature, expected) = match self.mechanism {
            "SCRAM-SHA-1" => by_sha_1(&conversation),
            _ => by_sha_256(&conversation),
        };
        if !bare.starts_with("n=jo=2Ce=3D,") || STANDARD.decode(proof).unwrap() != expected {
            return refused(18, "Authentication failed.");
        }
        self.let_in = true;
        sasl(&format!("v={}", STANDARD.encode(signature)), true)
    }
}

/// The server's signature and the proof that it expects.
fn by_sha_1(conversation: &str) -> (Vec<u8>, Vec<u8>) {
    let digest = md5::Md5::digest(format!("{USER}:mongo:{PASSWORD}"));
    let password: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let salted = pbkdf2::pbkdf2_hmac_array::<Sha1, 20>(password.as_bytes(), SALT, ROUNDS);
    proofs::<Hmac<Sha1>>(&salted, |bytes| Sha1::digest(bytes).to_vec(), conversation)
}

fn by_sha_256(conversation: &str) -> (Vec<u8>, Vec<u8>) {
    let salted = pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(PASSWORD.as_bytes(), SALT, ROUNDS);
    proofs::<Hmac<Sha256>>(&salted, |bytes| Sha256::digest(bytes).to_vec(), conversation)
}

fn proofs<M: Mac + KeyInit>(salted: &[u8], hash: fn(&[u8]) -> Vec<u8>, conversation: &str) -> (Vec<u8>, Vec<u8>) {
    let mac = |key: &[u8], bytes: &[u8]| {
        let mut mac = <M as KeyInit>::new_from_slice(key).unwrap();
        mac.update(bytes);
        mac.finalize().into_bytes().to_vec()
    };
    let client = mac(salted, b"Client Key");
    let signature = mac(&hash(&client), conversation.as_bytes());
    let proof = client.iter().zip(signature).map(|(one, other)| one ^ other).collect();
    (mac(&mac(salted, b"Server Key"), conversation.as_bytes()), proof)
}

fn payload(command: &Document) -> String {
    let Some(Bson::Binary { bytes, .. }) = command.get("payload") else { panic!("{command:?}") };
    String::from_utf8(bytes.clone()).unwrap()
}

fn sasl(text: &str, done: bool) -> Document {
    let payload = Bson::Binary { subtype: 0, bytes: text.as_bytes().to_vec() };
    doc! { "conversationId": 1, "done": done, "payload": payload, "ok": 1.0 }
}

fn refused(code: i32, text: &str) -> Document {
    doc! { "ok": 0.0, "code": code, "errmsg": text }
}
