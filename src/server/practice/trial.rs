//! A practice server in a thread of its own and a client to it, for tests.

use super::bugs::Bugs;
use super::options::{serve_in_thread, serve_member_in_thread};
use crate::doc;
use crate::wire::bson::{Bson, Document};
use crate::wire::client::Client;
use std::time::Duration;

/// One client on a fresh server; commands go to database `test`.
pub struct Trial {
    pub client: Client,
    pub address: String,
}

impl Trial {
    /// A server without planted bugs.
    pub fn new() -> Self {
        Self::with(Bugs::none())
    }

    /// A server with these planted bugs.
    pub fn with(bugs: Bugs) -> Self {
        let address = format!("127.0.0.1:{}", serve_in_thread(bugs).unwrap());
        Self { client: connect(&address), address }
    }

    /// One more client of a server.
    pub fn at(address: &str) -> Self {
        Self { client: connect(address), address: address.to_owned() }
    }

    /// Members of a set, the primary first.
    pub fn set(bugs: &Bugs, members: usize) -> Vec<Self> {
        let serve = |_| serve_member_in_thread(bugs.clone(), Some("rs".to_owned())).unwrap();
        let addresses: Vec<String> = (0..members).map(serve).map(|port| format!("127.0.0.1:{port}")).collect();
        let hosts: Vec<Document> = addresses
            .iter()
            .enumerate()
            .map(|(at, host)| doc! { "_id": (at as i32), "host": (host.as_str()) })
            .collect();
        let mut set: Vec<Self> =
            addresses.into_iter().map(|address| Self { client: connect(&address), address }).collect();
        let initiate = doc! { "replSetInitiate": { "_id": "rs", "version": 1, "members": hosts } };
        let reply = set[0].client.command("admin", &initiate).unwrap();
        assert_eq!(reply.get("ok"), Some(&Bson::Double(1.0)), "{reply:?}");
        set
    }

    /// The whole reply to a command.
    pub fn run(&mut self, command: Document) -> Document {
        self.client.command("test", &command).unwrap()
    }

    /// The reply to a command that has to work.
    pub fn ok(&mut self, command: Document) -> Document {
        let reply = self.run(command.clone());
        assert_eq!(reply.get("ok"), Some(&Bson::Double(1.0)), "{command:?} gave {reply:?}");
        assert!(!reply.contains("writeErrors"), "{command:?} gave {reply:?}");
        reply
    }

    /// The code of a command that has to fail, or of its first write error.
    pub fn code(&mut self, command: Document) -> i64 {
        let reply = self.run(command.clone());
        let failed = match reply.get_array("writeErrors") {
            Some([Bson::Document(first), ..]) => first.get("code").and_then(Bson::as_i64),
            _ => reply.get("code").and_then(Bson::as_i64),
        };
        failed.unwrap_or_else(|| panic!("{command:?} worked: {reply:?}"))
    }

    /// Puts documents into a collection.
    pub fn insert(&mut self, collection: &str, documents: Vec<Document>) {
        self.ok(doc! { "insert": collection, "documents": documents });
    }

    /// All documents of a find with these fields.
    pub fn find(&mut self, collection: &str, fields: Document) -> Vec<Document> {
        let mut command = doc! { "find": collection, "batchSize": 100_000 };
        fields.into_iter().for_each(|(key, value)| command.push(key, value));
        let reply = self.ok(command);
        let batch = reply.get_document("cursor").and_then(|cursor| cursor.get_array("firstBatch"));
        batch.unwrap_or_default().iter().filter_map(Bson::as_document).cloned().collect()
    }
}

fn connect(address: &str) -> Client {
    let mut client = Client::connect(address, Duration::from_secs(5)).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    client
}
