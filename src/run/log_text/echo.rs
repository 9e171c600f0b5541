//! What clients are told of a death behind the server that they talk to.

/// What a gateway says while the process behind it is dead: the echo of that death. From FerretDB over PostgreSQL.
const ECHOES: [&str; 7] = [
    "unexpected EOF",
    "connection reset",
    "broken pipe",
    "connection refused",
    "conn closed",
    "because of crash of another server process",
    // "in recovery mode", "not yet accepting connections", "starting up", "shutting down"
    "the database system is ",
];

/// True for the text of an error that a gateway sends while the process behind it is dead.
pub fn is_echo_of_death(message: &str) -> bool {
    ECHOES.iter().any(|echo| message.contains(echo))
}
