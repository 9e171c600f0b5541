//! Is a server there, and which one: asked by `isMaster` and `hello`, of which every server knows one.

use std::sync::Arc;
use std::time::Duration;

use crate::doc;
use crate::wire::link::{ConnectError, Link, Servers};
use crate::wire::uri::Settings;

/// Asks for an answer of any kind: also a refusal shows that somebody speaks the protocol.
///
/// # Errors
/// Why there is no answer, from the last host asked.
pub(super) fn greet(settings: &Settings, timeout: Duration) -> Result<(), ConnectError> {
    let servers = servers(settings, timeout);
    let mut asked = settings.hosts.iter().map(|host| servers.open(host, None).map(drop));
    let first = asked.next().unwrap_or_else(|| Err(std::io::Error::from(std::io::ErrorKind::NotFound).into()));
    asked.fold(first, Result::or)
}

/// Connects as a client of the settings would: encrypted, logged in, to the primary.
///
/// # Errors
/// What keeps it out.
pub(super) fn enter(settings: &Settings, timeout: Duration) -> Result<Link, ConnectError> {
    Link::open(&Arc::new(servers(settings, timeout)), Some(timeout))
}

/// The version that `buildInfo` tells.
pub(super) fn version(settings: &Settings, timeout: Duration) -> Option<String> {
    let reply = enter(settings, timeout).ok()?.command("admin", &doc! { "buildInfo": 1 }).ok()?;
    // Short and printable, whoever the server is.
    let version: String = reply.get_str("version")?.chars().filter(|c| c.is_ascii_graphic()).take(40).collect();
    (!version.is_empty()).then_some(version)
}

fn servers(settings: &Settings, timeout: Duration) -> Servers {
    let connect_timeout = Some(settings.connect_timeout.map_or(timeout, |given| given.min(timeout)));
    Servers::new(Settings { connect_timeout, ..settings.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn who_takes_connections_but_never_answers_is_told_from_who_is_not_there() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let there = Settings::of_addresses([silent.local_addr().unwrap().to_string()]);
        let error = || greet(&there, Duration::from_millis(50)).unwrap_err().to_string();
        assert!(error().contains("no reply"), "{}", error());
        drop(silent);
        assert!(error().contains("refused"), "{}", error());
    }
}
