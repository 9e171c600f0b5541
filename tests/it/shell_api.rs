//! The harness's JavaScript, tested in JavaScript: programs that hold it to what tests of the old shell rely on.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use jstestfuzz::shell::embedded::EmbeddedShell;
use jstestfuzz::shell::{Job, Limits, Report, Shell, ShellEnd};

const PROGRAM: &str = env!("CARGO_BIN_EXE_fuzz");
const LAST_LINE: &str = "all as it should be";

/// A practice server without planted bugs.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(PROGRAM)
            .args(["practice-server", "--port", "0", "--bugs", "none"])
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

/// Runs one program of the folder beside this file.
fn run(name: &str) -> (ShellEnd, Vec<String>) {
    run_file(&Utf8PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/shell_api")).join(name))
}

/// Runs a program to its end and gives how it ended and what it printed.
fn run_file(path: &Utf8Path) -> (ShellEnd, Vec<String>) {
    let server = Server::start();
    let name = path.file_name().unwrap();
    let job = Job {
        name: name.to_owned(),
        path: path.to_owned(),
        addresses: vec![server.address.clone()],
        database: "shell_api".to_owned(),
        roots: vec![path.parent().unwrap().to_owned()],
        test_data: r#"{"testName": "shell_api"}"#.to_owned(),
        limits: Limits {
            interrupt_after: Duration::from_secs(30),
            read_timeout: Duration::from_secs(10),
            memory: 512 << 20,
            output: 1 << 20,
        },
    };
    let mut shell = EmbeddedShell::new(PROGRAM.into());
    let mut running = shell.run(&job).unwrap();
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

fn holds(name: &str) {
    let (end, printed) = run(name);
    assert_eq!(end, ShellEnd::Completed, "{name}");
    assert_eq!(printed.last().map(String::as_str), Some(LAST_LINE), "{name} stopped early");
}

#[test]
fn assertions_pass_and_fail_in_the_words_that_tests_match() {
    holds("asserts.js");
}

#[test]
fn every_method_sends_the_command_that_it_stands_for() {
    holds("commands.js");
}

#[test]
fn the_globals_around_a_test_are_there_and_survive_what_it_overwrites() {
    holds("globals.js");
}

#[test]
fn writes_return_their_errors_and_the_driver_methods_throw_them() {
    holds("writes.js");
}

#[test]
fn threads_and_parallel_shells_have_a_context_and_a_connection_of_their_own() {
    let (end, printed) = run("threads.js");
    assert_eq!(end, ShellEnd::Completed, "{printed:#?}");
    assert_eq!(printed.last().map(String::as_str), Some(LAST_LINE));
    assert!(printed.contains(&"sh0| hello".to_owned()), "{printed:#?}");
    assert!(printed.iter().any(|line| line.starts_with("sh3| uncaught exception: ") && line.contains("not good")));
}

#[test]
fn a_thread_that_never_ends_goes_with_its_file() {
    let started = Instant::now();
    holds("hanging_thread.js");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn a_modern_test_imports_exports_and_awaits() {
    holds("modules.js");
}

#[test]
fn a_missing_module_and_an_await_without_end_are_clear_errors() {
    let end_of = |text: &str| {
        let place = crate::program::Place::new();
        run_file(&Utf8PathBuf::from(place.file("test.js", text))).0
    };
    let ShellEnd::UncaughtError { message } = end_of("import {x} from './nowhere.js'; x();") else { panic!() };
    assert!(message.contains("nowhere.js: not found below the corpus"), "{message}");
    let ShellEnd::UncaughtError { message } = end_of("await new Promise(() => {});") else { panic!() };
    assert!(message.contains("top-level await"), "{message}");
    let ShellEnd::UncaughtError { message } = end_of("import './test.js';\nassert.eq(1, 2);") else { panic!() };
    assert!(message.contains("[1] != [2] are not equal") && message.contains("test.js:2"), "{message}");
}

#[test]
fn queries_are_lazy_and_fetch_every_batch() {
    holds("queries.js");
}
