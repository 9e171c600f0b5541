//! How shells speak of connections that are lost or cannot be made: the one place that matches such text.
//!
//! Sources: messages of the legacy shells 3.6 to 5.0 and of the Node.js driver 4 to 7, gathered November 2026.

use crate::shell::Note;

/// No connection was made.
const REFUSED: &[&str] = &[
    "ECONNREFUSED",
    "MongoServerSelectionError",
    "Connection refused",
    "couldn't connect to server",
    "reconnect failed",
    "connect failed",
];

/// A connection broke.
const LOST: &[&str] = &[
    "network error while attempting to run command",
    "MongoNetworkError",
    "MongoPoolClearedError",
    "ECONNRESET",
    "socket hang up",
    "socket exception",
    "DBClientConnection failed to",
    "Connection closed by peer",
    "transport error",
];

/// The server speaks a protocol that the shell does not.
const STRANGERS: &[&str] =
    &["MongoCompatibilityError", "maximum wire version", "minimum wire version", "IncompatibleServerVersion"];

/// What a line says of the connection, if anything.
pub fn note(line: &str) -> Option<Note> {
    let error = || line[..line.floor_char_boundary(500)].trim().to_owned();
    let named = |marks: &[&str]| marks.iter().any(|mark| line.contains(mark));
    // A broken connection that cannot be made again is first of all a broken one.
    if named(LOST) || is_driver_closed(line) {
        return Some(Note::ConnectionLost { command: command(line).unwrap_or("(unknown)").to_owned(), error: error() });
    }
    named(REFUSED).then(|| Note::CannotConnect { error: error() })
}

/// `connection 3 to 127.0.0.1:27017 closed`, as the driver says it.
fn is_driver_closed(line: &str) -> bool {
    let rest = line.split_once("connection ").map_or("", |(_, rest)| rest.trim_end());
    rest.split_once(" to ").is_some_and(|(number, host)| number.parse::<u64>().is_ok() && host.ends_with(" closed"))
}

/// The server speaks a protocol that the shell does not.
pub fn is_stranger(text: &str) -> bool {
    STRANGERS.iter().any(|mark| text.contains(mark))
}

/// `run command 'find' on host` names one.
fn command(line: &str) -> Option<&str> {
    line.split_once("run command '")?.1.split('\'').next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_and_refused_connections_are_told_apart() {
        let lost = note("Error: network error while attempting to run command 'find' on host '127.0.0.1:1'").unwrap();
        assert!(matches!(&lost, Note::ConnectionLost { command, .. } if command == "find"), "{lost:?}");
        let lost = note("connection 3 to 127.0.0.1:27017 closed").unwrap();
        assert!(matches!(lost, Note::ConnectionLost { .. }), "{lost:?}");
        let refused = note("MongoServerSelectionError: connect ECONNREFUSED 127.0.0.1:1").unwrap();
        assert!(matches!(refused, Note::CannotConnect { .. }), "{refused:?}");
        assert_eq!(note("the door is open"), None);
    }
}
