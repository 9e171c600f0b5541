//! Somebody else's server: never started, stopped, killed or dumped.

use std::time::Duration;

use super::hello::{greet, version};
use super::{LogLine, ServerError, ServerExit, ServerProcess, Topology};

const TIMEOUT: Duration = Duration::from_secs(5);

/// A server behind a URI.
pub struct External {
    address: String,
    version: Option<String>,
}

impl External {
    /// Reads `mongodb://host:port[/...]` or `host:port`; without a port 27017. An IPv6 address stands in brackets.
    ///
    /// # Errors
    /// Other schemes, users or several hosts, which this version does not speak to.
    pub fn parse(uri: &str) -> Result<Self, ServerError> {
        let shown = without_password(uri);
        let unusable = |why: &str| Err(ServerError::Unusable(format!("cannot use --uri {shown}: {why}")));
        let rest = uri.strip_prefix("mongodb://").unwrap_or(uri);
        if rest.contains("://") {
            return unusable("only mongodb:// is spoken");
        }
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        if host.contains('@') {
            return unusable("users and passwords are not spoken yet; run the server without authentication");
        }
        if host.contains(',') {
            return unusable("several hosts are not spoken yet; name the one to talk to");
        }
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port),
            _ => (host, "27017"),
        };
        let bare_ipv6 = name.contains(':') && !(name.starts_with('[') && name.ends_with(']'));
        if name.is_empty() || bare_ipv6 || !port.parse::<u16>().is_ok_and(|port| port > 0) {
            return unusable("it should look like mongodb://host:port");
        }
        Ok(Self { address: format!("{name}:{port}"), version: None })
    }
}

/// What may be shown of a URI: logs of CI systems are read by many.
fn without_password(uri: &str) -> String {
    match (uri.find("://"), uri.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => format!("{}...{}", &uri[..scheme + 3], &uri[at..]),
        (None, Some(at)) => format!("...{}", &uri[at..]),
        _ => uri.to_owned(),
    }
}

impl Topology for External {
    fn describe(&self) -> String {
        let version = self.version.as_ref().map(|version| format!(", version {version}")).unwrap_or_default();
        format!("external at {}{version} (--uri; it is never started or stopped)", self.address)
    }

    fn product(&self) -> &str {
        "external"
    }

    fn addresses(&self) -> Vec<String> {
        vec![self.address.clone()]
    }

    fn start(&mut self) -> Result<(), ServerError> {
        greet(&self.address, TIMEOUT).map_err(|error| {
            let text =
                format!("the server at {} does not answer: {error}; is it running, and is --uri right?", self.address);
            ServerError::Unusable(text)
        })?;
        self.version = version(&self.address, TIMEOUT);
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_are_found() {
        for (uri, address) in [
            ("mongodb://127.0.0.1:27017/test?x=y", "127.0.0.1:27017"),
            ("localhost:1", "localhost:1"),
            ("mongodb://h", "h:27017"),
            ("mongodb://[::1]:7/x", "[::1]:7"),
            ("mongodb://[::1]", "[::1]:27017"),
        ] {
            assert_eq!(External::parse(uri).unwrap().addresses(), [address]);
        }
    }

    #[test]
    fn what_is_not_spoken_is_said_in_one_sentence() {
        for uri in ["mongodb+srv://h", "mongodb://u:p@h:1", "mongodb://a:1,b:2", "mongodb://:x", "::1", "h:0", ""] {
            let error = External::parse(uri).err().unwrap().to_string();
            assert!(error.contains("--uri") && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        for uri in ["mongodb://user:secret@h:1", "user:secret@h:1", "mongodb+srv://user:a@secret@h"] {
            let error = External::parse(uri).err().unwrap().to_string();
            assert!(!error.contains("secret") && !error.contains("user:"), "{error}");
        }
    }

    #[test]
    fn a_server_that_is_not_there_is_named() {
        let error = External::parse("127.0.0.1:1").unwrap().start().unwrap_err().to_string();
        assert!(error.contains("127.0.0.1:1"), "{error}");
    }
}
