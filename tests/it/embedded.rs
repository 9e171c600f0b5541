//! Programs under the embedded shell, one after another, against a practice server of their own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use jstestfuzz::shell::embedded::EmbeddedShell;
use jstestfuzz::shell::{Job, Limits, Report, Shell, ShellEnd};
use jstestfuzz::wire::uri::Settings;

const PROGRAM: &str = env!("CARGO_BIN_EXE_fuzz");

/// A practice server, without planted bugs unless asked for.
pub struct Server {
    process: Child,
    pub address: String,
}

impl Server {
    pub fn start() -> Self {
        Self::with("none")
    }

    /// With these planted bugs.
    pub fn with(bugs: &str) -> Self {
        let mut process = Command::new(PROGRAM)
            .args(["practice-server", "--port", "0", "--bugs", bugs])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines.map_while(Result::ok).find_map(|line| Some(line.strip_prefix("listening on ")?.to_owned()));
        Self { process, address: address.expect("the server says where it listens") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A server, and a shell that runs the programs of a folder against it.
pub struct Programs {
    server: Server,
    shell: EmbeddedShell,
    folder: Utf8PathBuf,
}

impl Programs {
    pub fn start(folder: impl Into<Utf8PathBuf>) -> Self {
        Self { server: Server::start(), shell: EmbeddedShell::new(PROGRAM.into()), folder: folder.into() }
    }

    /// Runs one program to its end and gives how it ended and what it printed.
    pub fn run(&mut self, name: &str) -> (ShellEnd, Vec<String>) {
        let job = Job {
            name: name.to_owned(),
            path: self.folder.join(name),
            server: Settings::of_addresses([&self.server.address]),
            database: "shell_api".to_owned(),
            roots: vec![self.folder.clone()],
            test_data: r#"{"testName": "shell_api"}"#.to_owned(),
            limits: Limits {
                interrupt_after: Duration::from_secs(30),
                read_timeout: Duration::from_secs(10),
                memory: 512 << 20,
                output: 1 << 20,
            },
        };
        let mut running = self.shell.run(&job).unwrap();
        let mut printed = Vec::new();
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            match running.next(deadline) {
                Some(Report::Output(lines)) => printed.extend(lines),
                Some(Report::Ended(ended)) => return (ended.end, printed),
                Some(_) => {}
                None => panic!("{name} did not end in a minute"),
            }
        }
    }
}

/// Holds a generated text against the file that carries it; `JSTESTFUZZ_WRITE=1` writes it there instead.
pub fn in_step(file: &str, generated: &str) {
    let path = Utf8PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::fs::read_to_string(&path).unwrap_or_default() == generated {
        return;
    }
    assert!(
        std::env::var_os("JSTESTFUZZ_WRITE").is_some(),
        "{file} is out of date: JSTESTFUZZ_WRITE=1 cargo test --test it writes it anew"
    );
    std::fs::write(&path, generated).unwrap();
}
