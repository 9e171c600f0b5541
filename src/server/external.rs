//! Somebody else's server: never started, stopped or killed, and dumped only where its processes are named.

use std::time::Duration;

use super::hello::{About, enter, greet};
use super::shape::Set;
use super::{LogLine, ServerError, ServerExit, ServerProcess, Topology};
use crate::process::{Identity, program_name};
use crate::wire::link::ConnectError;
use crate::wire::uri::{Settings, without_password};

const TIMEOUT: Duration = Duration::from_secs(5);

/// A server, or a replica set, behind a connection string.
pub struct External {
    settings: Settings,
    about: About,
    processes: Vec<ServerProcess>,
}

impl External {
    /// Reads a connection string (see [`Settings::parse`]) or `host:port`.
    ///
    /// # Errors
    /// It is none that can be used; the text says why and shows no password.
    pub fn parse(uri: &str) -> Result<Self, ServerError> {
        let settings = Settings::parse(uri)
            .map_err(|error| ServerError::Unusable(format!("cannot use --uri {}: {error}", without_password(uri))))?;
        Ok(Self { settings, about: About::default(), processes: Vec::new() })
    }

    /// Says which processes on this machine serve it; those may be suspended for a moment and dumped.
    ///
    /// # Errors
    /// There is no process of that id.
    pub fn with_processes(mut self, pids: &[u32]) -> Result<Self, ServerError> {
        for pid in pids {
            let Identity { pid, started } = Identity::of(*pid)
                .ok_or_else(|| ServerError::Unusable(format!("there is no process {pid} (--pid) on this machine")))?;
            self.processes.push(ServerProcess { name: program_name(pid), pid, started, log: "".into() });
        }
        Ok(self)
    }

    fn hosts(&self) -> String {
        self.addresses().join(",")
    }

    fn unusable(&self, error: &ConnectError) -> ServerError {
        let hosts = self.hosts();
        ServerError::Unusable(match error {
            ConnectError::Login { .. } => format!("the server at {hosts} does not let us in: {error}"),
            ConnectError::Tls(_) | ConnectError::LocalTls => format!("no TLS with the server at {hosts}: {error}"),
            _ => format!("the server at {hosts} does not answer: {error}; is it running, and is --uri right?"),
        })
    }
}

impl Topology for External {
    fn describe(&self) -> String {
        let about = self.about.words();
        let login = self.settings.login.as_ref().map(|login| format!(", as {}", login.user)).unwrap_or_default();
        let tls = if self.settings.tls.is_some() { ", over TLS" } else { "" };
        format!("external at {}{about}{login}{tls} (--uri; it is never started or stopped)", self.hosts())
    }

    fn product(&self) -> &str {
        "external"
    }

    fn addresses(&self) -> Vec<String> {
        self.settings.hosts.iter().map(ToString::to_string).collect()
    }

    fn sets(&self) -> Vec<Set> {
        let set = |name: &String| Set { name: name.clone(), members: self.addresses() };
        self.settings.replica_set.iter().map(set).collect()
    }

    fn connection(&self) -> Settings {
        self.settings.clone()
    }

    fn start(&mut self) -> Result<(), ServerError> {
        greet(&self.settings, TIMEOUT).map_err(|error| self.unusable(&error))?;
        enter(&self.settings, TIMEOUT).map_err(|error| self.unusable(&error))?;
        self.about = About::of(&self.settings, TIMEOUT);
        Ok(())
    }

    fn exits(&mut self) -> Vec<ServerExit> {
        Vec::new()
    }

    fn new_log_lines(&mut self) -> Vec<LogLine> {
        Vec::new()
    }

    fn processes(&self) -> Vec<ServerProcess> {
        let lives = |one: &&ServerProcess| Identity { pid: one.pid, started: one.started }.is_alive();
        self.processes.iter().filter(lives).cloned().collect()
    }

    fn version(&self) -> Option<&str> {
        self.about.version.as_deref()
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
            ("mongodb://127.0.0.1:27017/test?w=1", "127.0.0.1:27017"),
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
        for uri in ["mongodb+srv://h", "mongodb://u@h:1", "mongodb://h/?tls=true", "mongodb://:x", "::1", "h:0", ""] {
            let error = External::parse(uri).err().unwrap().to_string();
            assert!(error.contains("--uri") && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        for uri in ["mongodb://user:secret@h:x", "user:secret@h:0", "mongodb+srv://user:a@secret@h"] {
            let error = External::parse(uri).err().unwrap().to_string();
            assert!(!error.contains("secret") && !error.contains("user:"), "{error}");
        }
    }

    #[test]
    fn the_head_of_a_report_names_user_and_encryption_but_no_password() {
        let external = External::parse("mongodb://joe:secret@h:1,i:2/?tlsInsecure=true").unwrap();
        let head = external.describe();
        assert_eq!(head, "external at h:1,i:2, as joe, over TLS (--uri; it is never started or stopped)");
    }

    #[test]
    fn a_process_that_is_not_there_is_named() {
        let of = |pid| External::parse("h:1").unwrap().with_processes(&[pid]);
        let error = of(u32::MAX >> 1).err().unwrap().to_string();
        assert!(error.contains("--pid") && !error.contains('\n'), "{error}");
        assert_eq!(of(std::process::id()).unwrap().processes()[0].pid, std::process::id());
    }

    #[test]
    fn a_server_that_is_not_there_is_named() {
        let error = External::parse("127.0.0.1:1").unwrap().start().unwrap_err().to_string();
        assert!(error.contains("127.0.0.1:1"), "{error}");
    }
}
