//! Somebody else's server: never started, stopped, killed or dumped.

use std::time::Duration;

use super::{LogLine, ServerError, ServerExit, ServerProcess, Topology};
use crate::doc;
use crate::wire::client::Client;

const TIMEOUT: Duration = Duration::from_secs(5);

/// A server behind a URI.
pub struct External {
    address: String,
}

impl External {
    /// Reads `mongodb://host:port[/...]` or `host:port`; without a port 27017.
    ///
    /// # Errors
    /// Other schemes, users or several hosts, which this version does not speak to.
    pub fn parse(uri: &str) -> Result<Self, ServerError> {
        let unusable = |why: &str| Err(ServerError::Unusable(format!("cannot use --uri {uri}: {why}")));
        let rest = uri.strip_prefix("mongodb://").unwrap_or(uri);
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        if rest.contains("://") {
            return unusable("only mongodb:// is spoken");
        }
        if host.contains('@') {
            return unusable("users and passwords are not spoken yet; run the server without authentication");
        }
        if host.contains(',') {
            return unusable("several hosts are not spoken yet; name the one to talk to");
        }
        let (name, port) = host.rsplit_once(':').unwrap_or((host, "27017"));
        if name.is_empty() || port.parse::<u16>().is_err() {
            return unusable("it should look like mongodb://host:port");
        }
        Ok(Self { address: format!("{name}:{port}") })
    }
}

impl Topology for External {
    fn describe(&self) -> String {
        format!("external at {}; it is never started or stopped", self.address)
    }

    fn product(&self) -> &str {
        "external"
    }

    fn addresses(&self) -> Vec<String> {
        vec![self.address.clone()]
    }

    fn start(&mut self) -> Result<(), ServerError> {
        answer_hello(&self.address).map_err(|error| {
            let text =
                format!("the server at {} does not answer: {error}; is it running, and is --uri right?", self.address);
            ServerError::Unusable(text)
        })
    }

    fn exits(&mut self) -> Vec<ServerExit> {
        Vec::new()
    }

    fn new_log_lines(&mut self) -> Vec<LogLine> {
        Vec::new()
    }

    fn processes(&self) -> Vec<ServerProcess> {
        Vec::new()
    }

    fn stop(&mut self, _: Duration) {}

    fn restartable(&self) -> bool {
        false
    }
}

/// Asks in the protocol of today, then in the old one, which every server knows.
pub(super) fn answer_hello(address: &str) -> Result<(), String> {
    let ask = |old: bool| {
        let mut client = Client::connect(address, TIMEOUT).map_err(|error| error.to_string())?;
        client.set_read_timeout(Some(TIMEOUT)).map_err(|error| error.to_string())?;
        let reply = if old {
            client.old_command("admin", &doc! { "isMaster": 1 })
        } else {
            client.command("admin", &doc! { "hello": 1 })
        };
        reply.map(drop).map_err(|error| error.to_string())
    };
    ask(false).or_else(|_| ask(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_are_found() {
        for (uri, address) in [
            ("mongodb://127.0.0.1:27017/test?x=y", "127.0.0.1:27017"),
            ("localhost:1", "localhost:1"),
            ("mongodb://h", "h:27017"),
        ] {
            assert_eq!(External::parse(uri).unwrap().addresses(), [address]);
        }
    }

    #[test]
    fn what_is_not_spoken_is_said_in_one_sentence() {
        for uri in ["mongodb+srv://h", "mongodb://u:p@h:1", "mongodb://a:1,b:2", "mongodb://:x", ""] {
            let error = External::parse(uri).err().unwrap().to_string();
            assert!(error.contains("--uri") && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn a_server_that_is_not_there_is_named() {
        let error = External::parse("127.0.0.1:1").unwrap().start().unwrap_err().to_string();
        assert!(error.contains("127.0.0.1:1"), "{error}");
    }
}
