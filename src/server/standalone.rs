//! One product's processes on this machine, started from its entry in the table and stopped in reverse order.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::process::Signal;

use super::external::answer_hello;
use super::log_file::LogFile;
use super::spec::{ProcessSpec, Product, Ready, Stop};
use super::{ExitStatus, LogLine, ServerError, ServerExit, ServerProcess, Topology};
use crate::process::{Child, Program, own_executable, poll};

/// A process may take so long to serve; PostgreSQL and JVMs on a busy machine take some seconds.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// Ports tried from the base upward.
const PORTS: u16 = 200;
const TAIL: usize = 200;

/// Where and how a product is run.
#[derive(Clone, Debug)]
pub struct Place {
    /// Folder of this run's server files.
    pub folder: Utf8PathBuf,
    /// The product's installation.
    pub home: Utf8PathBuf,
    /// First port to try.
    pub base_port: u16,
    /// The program behind `{program}`.
    pub program: Option<Utf8PathBuf>,
    /// What `{bugs}` stands for.
    pub bugs: String,
    /// Why this server, for the head of the report.
    pub reason: String,
}

/// A standalone server.
pub struct Standalone {
    product: Product,
    place: Place,
    running: Vec<Running>,
    starts: u32,
}

struct Running {
    name: String,
    child: Child,
    log: LogFile,
    log_path: Utf8PathBuf,
    port: u16,
    stop: Stop,
    reported: bool,
}

impl Standalone {
    /// Nothing is started yet.
    pub fn new(product: Product, place: Place) -> Self {
        Self { product, place, running: Vec::new(), starts: 0 }
    }

    fn start_process(&mut self, spec: &ProcessSpec) -> Result<(), ServerError> {
        let dir = self.place.folder.join(format!("{}-{}", spec.name, self.starts));
        let dbpath = dir.join("data");
        fs_err::create_dir_all(&dbpath).map_err(|error| disk(&error))?;
        let dir = dir.canonicalize_utf8().map_err(|error| disk(&error))?;
        let port = self.free_port()?;
        let log = dir.join(format!("{}.log", spec.name));
        let fill = self.placeholders(&dir, port)?;
        let program = Program {
            program: expand(&spec.program, &fill).into(),
            arguments: spec.arguments.iter().map(|argument| expand(argument, &fill)).collect(),
            folder: dir.clone(),
            output: dir.join("output.log"),
        };
        // A program that writes its log itself leaves its last words there; others print them.
        let own_log = spec.arguments.iter().any(|argument| argument.contains("{log}"));
        let log_path = if own_log { log } else { program.output.clone() };
        let child = program.start().map_err(|error| {
            ServerError::Unusable(format!(
                "cannot start {}: {error}; check that it exists and may be executed",
                program.program
            ))
        })?;
        let (log, name) = (LogFile::new(log_path.clone()), spec.name.clone());
        self.running.push(Running { name, child, log, log_path, port, stop: spec.stop, reported: false });
        self.wait_ready(spec, &dir)
    }

    fn wait_ready(&mut self, spec: &ProcessSpec, dir: &Utf8Path) -> Result<(), ServerError> {
        let Some(running) = self.running.last_mut() else { return Ok(()) };
        let address = format!("127.0.0.1:{}", running.port);
        let ready = poll(Instant::now() + READY_WITHIN, || match (running.child.ended(), spec.ready) {
            (Some(status), _) => Some(Err(status)),
            (None, Ready::Port) => std::net::TcpStream::connect(&address).ok().map(|_| Ok(())),
            (None, Ready::Hello) => answer_hello(&address).ok().map(Ok),
        });
        let what = match ready {
            Some(Ok(())) => return Ok(()),
            Some(Err(status)) => format!("ended at once ({})", describe(status)),
            None => format!("did not answer within {} s", READY_WITHIN.as_secs()),
        };
        let mut words = running.log.tail(10);
        words.extend(LogFile::new(dir.join("output.log")).tail(10));
        words.dedup();
        let words = if words.is_empty() { "it printed nothing".to_owned() } else { words.join("\n  ") };
        let text = format!("the server {} {what}; its last words:\n  {words}", spec.name);
        self.running.clear();
        Err(if self.starts == 1 { ServerError::Unusable(text) } else { ServerError::Infrastructure(text) })
    }

    fn free_port(&self) -> Result<u16, ServerError> {
        let base = self.place.base_port;
        let taken = |port: &u16| self.running.iter().any(|running| running.port == *port);
        let mut candidates = (base..base.saturating_add(PORTS)).filter(|port| !taken(port));
        candidates.find(|&port| TcpListener::bind(("127.0.0.1", port)).is_ok()).ok_or_else(|| {
            let last = base.saturating_add(PORTS - 1);
            ServerError::Unusable(format!("ports {base} to {last} are in use; choose others with --base-port"))
        })
    }

    fn placeholders(&self, dir: &Utf8Path, port: u16) -> Result<BTreeMap<String, String>, ServerError> {
        let own = own_executable().map_err(|error| disk(&error))?;
        let program = self.place.program.clone().unwrap_or_default();
        let log = dir.join(format!(
            "{}.log",
            dir.file_name().and_then(|name| name.rsplit_once('-')).map_or("server", |(name, _)| name)
        ));
        let mut fill = BTreeMap::from([
            ("self".to_owned(), own.to_string()),
            ("home".to_owned(), self.place.home.to_string()),
            ("dir".to_owned(), dir.to_string()),
            ("dbpath".to_owned(), dir.join("data").to_string()),
            ("log".to_owned(), log.to_string()),
            ("port".to_owned(), port.to_string()),
            ("bugs".to_owned(), self.place.bugs.clone()),
            ("program".to_owned(), program.to_string()),
        ]);
        for running in &self.running {
            fill.insert(format!("port:{}", running.name), running.port.to_string());
        }
        Ok(fill)
    }
}

impl Topology for Standalone {
    fn describe(&self) -> String {
        let address = self.addresses().into_iter().next().map(|address| format!(" at {address}")).unwrap_or_default();
        format!("{}{address} ({})", self.product.name, self.place.reason)
    }

    fn product(&self) -> &str {
        &self.product.name
    }

    fn addresses(&self) -> Vec<String> {
        self.running.last().map(|last| format!("127.0.0.1:{}", last.port)).into_iter().collect()
    }

    fn start(&mut self) -> Result<(), ServerError> {
        self.running.clear();
        self.starts += 1;
        for spec in self.product.process.clone() {
            self.start_process(&spec)?;
        }
        Ok(())
    }

    fn exits(&mut self) -> Vec<ServerExit> {
        let mut exits = Vec::new();
        for running in self.running.iter_mut().filter(|running| !running.reported) {
            if let Some(status) = running.child.ended() {
                running.reported = true;
                exits.push(ServerExit { process: running.identity(), status, log_tail: running.log.tail(TAIL) });
            }
        }
        exits
    }

    fn new_log_lines(&mut self) -> Vec<LogLine> {
        let lines = self.running.iter_mut().flat_map(|running| {
            let name = running.name.clone();
            running.log.new_lines().into_iter().map(move |text| LogLine { process: name.clone(), text })
        });
        lines.collect()
    }

    fn processes(&self) -> Vec<ServerProcess> {
        self.running.iter().map(Running::identity).collect()
    }

    fn stop(&mut self, grace: Duration) {
        while let Some(mut running) = self.running.pop() {
            let signal = match running.stop {
                Stop::Term => Signal::TERM,
                Stop::Int => Signal::INT,
            };
            running.child.stop(signal, grace);
        }
    }

    fn restartable(&self) -> bool {
        true
    }
}

impl Running {
    fn identity(&self) -> ServerProcess {
        let (pid, started) = (self.child.pid(), self.child.started());
        ServerProcess { name: self.name.clone(), pid, started, log: self.log_path.clone() }
    }
}

fn expand(text: &str, fill: &BTreeMap<String, String>) -> String {
    fill.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

fn describe(status: ExitStatus) -> String {
    match status {
        ExitStatus::Code(code) => format!("status {code}"),
        ExitStatus::Signal { number, .. } => format!("signal {number}"),
    }
}

fn disk(error: &std::io::Error) -> ServerError {
    ServerError::Infrastructure(error.to_string())
}
