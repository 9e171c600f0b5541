//! What can be wrong with a peer's bytes.

use std::io;

use super::{HEADER, MAX_MESSAGE_BYTES};
use crate::wire::bson::BsonError;

/// Why bytes from a peer are not a message.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// The connection broke or timed out.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The peer closed the connection between messages.
    #[error("the connection was closed")]
    Closed,
    /// The peer closed the connection, or died, within a message.
    #[error("the connection was closed after {got} of a message's {claimed} bytes")]
    Cut {
        /// Bytes that came.
        got: usize,
        /// Bytes that should have come.
        claimed: usize,
    },
    /// A length that no message can have, and the header that it stands in.
    #[error("a message claims {0} bytes; {HEADER} to {MAX_MESSAGE_BYTES} are possible")]
    Length(i64, [u8; HEADER]),
    /// An operation code we do not speak.
    #[error("message with the unknown operation code {0}")]
    Operation(i32),
    /// Sections or document are malformed.
    #[error("malformed message: {0}")]
    Malformed(&'static str),
    /// The BSON inside is malformed.
    #[error(transparent)]
    Bson(#[from] BsonError),
}

impl MessageError {
    /// True where bytes came and are wrong, rather than none or too few.
    pub fn breaks_the_protocol(&self) -> bool {
        !matches!(self, Self::Io(_) | Self::Closed | Self::Cut { .. })
    }

    /// True where nothing came in the time that was given.
    pub fn timed_out(&self) -> bool {
        matches!(self, Self::Io(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut))
    }
}
