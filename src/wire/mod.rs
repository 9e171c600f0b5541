//! Bytes on the wire: BSON, OP_MSG and OP_QUERY frames, and a small blocking client.
//!
//! Shell, practice server and checks speak through this room. It is our own because a fuzzer must send what drivers
//! refuse to send (odd flags, old servers, malformed tails), must see replies as they came, and must be cheap.

pub mod bson;
pub mod client;
pub mod message;
