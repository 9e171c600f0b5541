//! Is a server there, and which one: asked by `isMaster` and `hello`, of which every server knows one.

use std::sync::Arc;
use std::time::Duration;

use crate::doc;
use crate::wire::bson::{Bson, Document};
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

/// What a server says of itself; whatever it does not say is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct About {
    /// Of `buildInfo`.
    pub(super) version: Option<String>,
    /// Wire version, storage engine and feature compatibility version, in words.
    features: Vec<String>,
}

impl About {
    /// Asks `hello`, `buildInfo`, `serverStatus` and `getParameter`.
    pub(super) fn of(settings: &Settings, timeout: Duration) -> Self {
        let Ok(mut link) = enter(settings, timeout) else { return Self::default() };
        let mut ask = |command: Document| link.command("admin", &command).unwrap_or_default();
        let (hello, build) = (ask(doc! { "isMaster": 1 }), ask(doc! { "buildInfo": 1 }));
        let status = ask(doc! { "serverStatus": 1 });
        let parameters = ask(doc! { "getParameter": 1, "featureCompatibilityVersion": 1 });
        let wire = hello.get("maxWireVersion").and_then(Bson::as_i64).map(|wire| format!("wire {wire}"));
        let engine = status.get_document("storageEngine").and_then(|engine| word(engine.get("name")?));
        let compatible = parameters.get("featureCompatibilityVersion").and_then(|value| match value {
            Bson::Document(inner) => word(inner.get("version")?),
            value => word(value),
        });
        let compatible = compatible.map(|version| format!("compatible with {version}"));
        let features = wire.into_iter().chain(engine).chain(compatible).collect();
        Self { version: build.get("version").and_then(word), features }
    }

    /// `, version 7.0.0 (wire 21, wiredTiger)`, or nothing.
    pub(super) fn words(&self) -> String {
        let version = self.version.as_ref().map(|version| format!(", version {version}")).unwrap_or_default();
        let features = self.features.join(", ");
        if features.is_empty() { version } else { format!("{version} ({features})") }
    }
}

/// Short and printable, whoever the server is.
fn word(value: &Bson) -> Option<String> {
    let word: String = value.as_str()?.chars().filter(|c| c.is_ascii_graphic()).take(40).collect();
    (!word.is_empty()).then_some(word)
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
