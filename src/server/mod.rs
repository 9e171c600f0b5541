//! Servers: what each product needs is data (`servers.toml`); a [`Topology`] is what a batch runs against.

pub mod practice;

mod choose;
mod external;
mod hello;
mod install;
mod launch;
mod leftovers;
mod log_file;
mod mongod_arguments;
mod ours;
mod placeholder;
mod port;
mod running;
mod service;
mod shape;
mod spec;
mod table;

use std::time::Duration;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

pub use crate::process::ExitStatus;
use crate::wire::uri::Settings;
pub use choose::{BASE_PORT, Chosen, ServerChoice, choose, on_path};
pub use install::{home_of, install, is_installed, servers_folder};
pub use leftovers::{Leftovers, remove_leftovers};
pub use mongod_arguments::Parameters;
pub use service::{Service, keep, running_service, service_folder, start_service, stop_service};
pub use shape::{Set, Shape};
pub use spec::{Product, Stacks};
pub use table::{product, products};

/// What a batch runs against: one product's processes, or somebody else's server.
///
/// Dropping a topology stops whatever it started; nothing that it did not start is ever touched.
pub trait Topology: Send {
    /// One line for the head of a report: product, version if known, address and why this one.
    fn describe(&self) -> String;

    /// The product's name in `servers.toml`, or `external`.
    fn product(&self) -> &str;

    /// `host:port` of every server, the one to speak to first.
    fn addresses(&self) -> Vec<String>;

    /// How clients speak to it: plain connections to its addresses, unless it says otherwise.
    fn connection(&self) -> Settings {
        Settings::of_addresses(self.addresses())
    }

    /// Its replica sets whose members' data shall agree.
    fn sets(&self) -> Vec<Set> {
        Vec::new()
    }

    /// Starts all processes with an empty data folder and waits until they answer `hello`.
    ///
    /// # Errors
    /// The server did not come up; the error holds its last log lines.
    fn start(&mut self) -> Result<(), ServerError>;

    /// Process ends seen since the last call. Cheap enough for every 20 ms.
    fn exits(&mut self) -> Vec<ServerExit>;

    /// Lines of the servers' logs since the last call, at most 5,000 a process, each cut at 4,000 bytes.
    fn new_log_lines(&mut self) -> Vec<LogLine>;

    /// The processes that run now.
    fn processes(&self) -> Vec<ServerProcess>;

    /// What the server says of its build; nothing where it says nothing.
    fn version(&self) -> Option<&str> {
        None
    }

    /// Who knows where the threads of the process of that name stand.
    fn stacks(&self, _process: &str) -> Stacks {
        Stacks::Native
    }

    /// Ends every process: politely, then by force, within `grace`.
    fn stop(&mut self, grace: Duration);

    /// How the processes ended that [`Topology::stop`] asked to, since the last call, each with its last new log lines.
    /// Nothing for who asks nobody.
    fn asked_ends(&mut self) -> Vec<(AskedEnd, Vec<LogLine>)> {
        Vec::new()
    }

    /// True where [`Topology::start`] can bring it back after a crash or a hang.
    fn restartable(&self) -> bool;
}

/// One running process of a topology.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerProcess {
    /// `mongod`, `postgres`, `practice`, ...
    pub name: String,
    /// Process id; with [`ServerProcess::started`] it stays true when ids are used again.
    pub pid: u32,
    /// Clock ticks since boot, field 22 of /proc/PID/stat.
    pub started: u64,
    /// Where its log lies.
    pub log: Utf8PathBuf,
}

/// The end of a server's process that nobody asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerExit {
    /// Which.
    pub process: ServerProcess,
    /// How.
    pub status: ExitStatus,
    /// The last lines of its log, at most 200.
    pub log_tail: Vec<String>,
}

/// The end of a server's process that was asked to end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedEnd {
    /// Which.
    pub process: ServerProcess,
    /// How it ended by itself; `None` if it had to be killed.
    pub status: Option<ExitStatus>,
    /// How long that took.
    pub waited: Duration,
}

/// One line of a server's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Name of the process.
    pub process: String,
    /// Its text, cut at 4,000 bytes.
    pub text: String,
}

/// Why a server cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// See the text.
    #[error("{0}")]
    Unusable(String),
    /// Something may be tried again: disk, port race, slow machine.
    #[error("{0}")]
    Infrastructure(String),
}
