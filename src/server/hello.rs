//! Is a server there, and which one: a `hello` in the protocol of today, then in the old one, which every server knows.

use std::time::Duration;

use crate::doc;
use crate::wire::client::Client;
use crate::wire::message::MessageError;

/// Asks for an answer of any kind: also a refusal shows that somebody speaks the protocol.
///
/// # Errors
/// What went wrong, as text.
pub(super) fn greet(address: &str, timeout: Duration) -> Result<(), String> {
    let mut client = connect(address, timeout)?;
    let modern = client.command("admin", &doc! { "hello": 1 });
    modern.map(drop).or_else(|_| {
        // Whoever broke the connection over an unknown message gets a new one.
        let mut client = connect(address, timeout)?;
        client.old_command("admin", &doc! { "isMaster": 1 }).map(drop).map_err(readable)
    })
}

/// The version that `buildInfo` tells.
pub(super) fn version(address: &str, timeout: Duration) -> Option<String> {
    let reply = connect(address, timeout).ok()?.command("admin", &doc! { "buildInfo": 1 }).ok()?;
    // Short and printable, whoever the server is.
    let version: String = reply.get_str("version")?.chars().filter(|c| c.is_ascii_graphic()).take(40).collect();
    (!version.is_empty()).then_some(version)
}

fn connect(address: &str, timeout: Duration) -> Result<Client, String> {
    let client = Client::connect(address, timeout).map_err(|error| error.to_string())?;
    client.set_read_timeout(Some(timeout)).map_err(|error| error.to_string())?;
    Ok(client)
}

fn readable(error: MessageError) -> String {
    use std::io::ErrorKind::{TimedOut, WouldBlock};
    match error {
        MessageError::Io(error) if matches!(error.kind(), TimedOut | WouldBlock) => {
            "it takes a connection but gives no reply".into()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn who_takes_connections_but_never_answers_is_told_from_who_is_not_there() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = silent.local_addr().unwrap().to_string();
        let error = greet(&address, Duration::from_millis(50)).unwrap_err();
        assert!(error.contains("no reply"), "{error}");
        drop(silent);
        assert!(greet(&address, Duration::from_millis(50)).unwrap_err().contains("refused"));
    }
}
