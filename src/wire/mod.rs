//! Bytes on the wire: BSON, messages, connection strings, logins, encryption, and a small blocking client.
//!
//! Shell, practice server and checks speak through this room. It is our own because a fuzzer must send what drivers
//! refuse to send (odd flags, old servers, malformed tails), must see replies as they came, and must be cheap.
//!
//! A connection string ([`uri`]) comes to settings; [`link`] opens connections to whom they name, and follows the
//! primary of a replica set; a [`client`] is one connection.

pub mod bson;
pub mod client;
pub mod compression;
pub mod link;
mod lookup;
pub mod message;
pub mod scram;
pub mod stream;
pub mod tap;
pub mod tls;
pub mod turns;
pub mod uri;
