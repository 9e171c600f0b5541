//! Scripts that attack the shell: each ends within its time and memory, and harms neither the next script nor the server.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use jstestfuzz::doc;
use jstestfuzz::shell::embedded::EmbeddedShell;
use jstestfuzz::shell::{Job, Limits, Report, Shell, ShellEnd};
use jstestfuzz::wire::bson::Bson;
use jstestfuzz::wire::client::Client;
use jstestfuzz::wire::uri::Settings;
use serde::Deserialize;

use crate::embedded::Server;

const INTERRUPT: Duration = Duration::from_secs(1);
/// What the parent waits beyond the worker's own deadline before it kills.
const GRACE: Duration = Duration::from_secs(2);
/// From the kill to the news of it, on a busy machine.
const NEWS: Duration = Duration::from_secs(5);
const MEMORY: u64 = 128 << 20;
/// Resident memory outside the engine: the executable, thread stacks, a command under way and its copies.
const HEADROOM: u64 = 160 << 20;

#[derive(Deserialize)]
struct Fixture {
    script: Vec<Script>,
}

#[derive(Deserialize)]
struct Script {
    attack: String,
    ends: Vec<String>,
    text: String,
}

struct Place {
    folder: Utf8PathBuf,
    server: Server,
}

/// How a script ended, how long that took and the most memory that its worker had.
struct Outcome {
    end: ShellEnd,
    took: Duration,
    peak: u64,
}

impl Place {
    fn job(&self, name: &str, text: &str) -> Job {
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        Job {
            name: name.to_owned(),
            path,
            server: Settings::of_addresses([&self.server.address]),
            database: "hostile".to_owned(),
            roots: vec![self.folder.clone()],
            test_data: "{}".to_owned(),
            limits: Limits {
                interrupt_after: INTERRUPT,
                read_timeout: Duration::from_secs(10),
                memory: MEMORY,
                output: 1 << 20,
            },
        }
    }

    fn run(&self, shell: &mut EmbeddedShell, name: &str, text: &str) -> Outcome {
        let started = Instant::now();
        let mut running = shell.run(&self.job(name, text)).unwrap();
        let mut peak = 0;
        let mut killed = false;
        loop {
            peak = peak.max(running.pid().map_or(0, resident));
            match running.next(Instant::now() + Duration::from_millis(20)) {
                Some(Report::Ended(ended)) => return Outcome { end: ended.end, took: started.elapsed(), peak },
                Some(_) => {}
                None if started.elapsed() > INTERRUPT + GRACE && !killed => {
                    running.kill();
                    killed = true;
                }
                None => assert!(started.elapsed() < INTERRUPT + GRACE + NEWS, "{name} outlives its kill"),
            }
        }
    }

    /// What is wrong after one script; nothing if all is well.
    fn wrong(&self, shell: &mut EmbeddedShell, name: &str, script: &Script) -> Option<String> {
        let outcome = self.run(shell, name, &script.text);
        let word = word(&outcome.end);
        println!("{:>12} {:>5} ms {:>4} MiB  {}", word, outcome.took.as_millis(), outcome.peak >> 20, script.attack);
        if !script.ends.iter().any(|end| end == word) {
            return Some(format!("{}: {:?}", script.attack, outcome.end));
        }
        if outcome.peak > MEMORY + HEADROOM {
            return Some(format!("{}: {} MiB resident", script.attack, outcome.peak >> 20));
        }
        let after = self.run(shell, name, "db.after.drop(); db.after.insert({a: 1}); assert.eq(1, db.after.count());");
        if after.end != ShellEnd::Completed {
            return Some(format!("the script after {}: {:?}", script.attack, after.end));
        }
        self.server_harmed().map(|harm| format!("{}: {harm}", script.attack))
    }

    fn server_harmed(&self) -> Option<String> {
        let Ok(mut client) = Client::connect(&self.server.address, Duration::from_secs(5)) else {
            return Some("the server takes no connection".into());
        };
        let Ok(reply) = client.command("admin", &doc! { "listDatabases": 1 }) else {
            return Some("the server does not answer".into());
        };
        let names = reply.get_array("databases").unwrap_or_default().iter();
        let mut names = names.filter_map(|one| one.as_document()?.get("name").and_then(Bson::as_str));
        names.find(|name| !["admin", "config", "local", "hostile"].contains(name)).map(|name| format!("made {name:?}"))
    }
}

fn word(end: &ShellEnd) -> &'static str {
    match end {
        ShellEnd::Completed => "completed",
        ShellEnd::UncaughtError { .. } => "uncaught",
        ShellEnd::SyntaxError { .. } => "syntax",
        ShellEnd::Quit { .. } => "quit",
        ShellEnd::Interrupted { .. } => "interrupted",
        ShellEnd::OutOfMemory => "memory",
        ShellEnd::Killed => "killed",
        ShellEnd::Died { .. } => "died",
        ShellEnd::NoServer { .. } => "no server",
        ShellEnd::Failed { .. } => "failed",
    }
}

/// Bytes of resident memory of a process.
pub fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) << 10
}

#[test]
fn every_attack_ends_in_time_and_memory_and_harms_nothing() {
    let scripts = toml::from_str::<Fixture>(include_str!("../fixtures/hostile.toml")).unwrap().script;
    assert!(scripts.len() >= 60, "{}", scripts.len());
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    let place = Place { folder, server: Server::start() };
    let left = Mutex::new(scripts.iter().enumerate());
    let wrong = Mutex::new(Vec::new());
    let attack = || {
        let mut shell = EmbeddedShell::new(env!("CARGO_BIN_EXE_fuzz").into());
        while let Some((number, script)) = { left.lock().unwrap().next() } {
            wrong.lock().unwrap().extend(place.wrong(&mut shell, &format!("hostile-{number}.js"), script));
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(attack);
        scope.spawn(attack);
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), scripts.len(), wrong.join("\n"));
}
