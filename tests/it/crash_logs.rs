//! Logs of servers that failed, and of servers that did not, and what the judge makes of them.
//!
//! A fixture is a text file: head lines, an empty line, the log. `exit:` says how the process ended (`none`, `code N`,
//! `signal N`), `process:` its name, `note:` what the shell saw; the other head lines are what is expected. Lines that
//! begin with `kernel| ` are the kernel's. `JSTESTFUZZ_WRITE=1` writes the expectations anew: look at the difference.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jstestfuzz::judge::{Judgement, Verdict, judge};
use jstestfuzz::run::{Execution, Sighting, noteworthy};
use jstestfuzz::server::{ExitStatus, LogLine, ServerExit, ServerProcess};
use jstestfuzz::shell::{Note, ShellEnd};

const EXPECTED: [&str; 4] = ["verdict", "class", "title", "signature-key"];

pub struct Fixture {
    head: BTreeMap<String, String>,
    log: Vec<String>,
}

impl Fixture {
    pub fn parse(text: &str) -> Self {
        let (head, log) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
        let pair = |line: &str| {
            let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("head line {line:?}"));
            (name.to_owned(), value.trim().to_owned())
        };
        Self { head: head.lines().map(pair).collect(), log: log.lines().map(str::to_owned).collect() }
    }

    fn get(&self, name: &str) -> &str {
        self.head.get(name).map_or("", String::as_str)
    }

    /// The record that a run would have made of this log.
    pub fn execution(&self) -> Execution {
        let name = if self.get("process").is_empty() { "mongod" } else { self.get("process") };
        let line = |text: &String| match text.strip_prefix("kernel| ") {
            Some(text) => LogLine { process: "kernel".into(), text: text.into() },
            None => LogLine { process: name.into(), text: text.clone() },
        };
        let lines: Vec<LogLine> = self.log.iter().map(line).collect();
        let mut tail: Vec<String> = self.log.iter().filter(|text| !text.starts_with("kernel| ")).cloned().collect();
        tail.drain(..tail.len().saturating_sub(200));
        let process = ServerProcess { name: name.into(), pid: 4711, started: 1, log: "x.log".into() };
        let exits = status(self.get("exit")).map(|status| ServerExit { process, status, log_tail: tail });
        let notes = self.head.get("note").map(|text| note(text)).into_iter().collect();
        Execution {
            exits: exits.into_iter().collect(),
            log: noteworthy(lines, Execution::LOG_LINES),
            notes,
            ..nothing_happened()
        }
    }

    fn expectations(judgement: &Judgement) -> [String; 4] {
        let finding = judgement.findings.first();
        let class = finding.and_then(|one| one.class).map_or("", |class| class.words());
        let title = finding.map_or("", |one| one.title.as_str());
        let key = finding.and_then(|one| one.symptoms.first()).map(ToString::to_string).unwrap_or_default();
        let verdict = format!("{:?}", judgement.verdict).to_lowercase();
        [verdict, class.to_owned(), title.to_owned(), key]
    }
}

fn nothing_happened() -> Execution {
    Execution {
        file: "a.js".into(),
        statements: 0,
        started: "2026-01-01T00:00:00Z".into(),
        elapsed: Duration::from_secs(1),
        shell: "embedded".into(),
        end: ShellEnd::Completed,
        completed: Vec::new(),
        trail: Vec::new(),
        counted: true,
        commands: BTreeMap::new(),
        notes: Vec::new(),
        product: "mongod".into(),
        server_start: 1,
        exits: Vec::new(),
        hang: None,
        capture: None,
        checks: Vec::new(),
        log: Vec::new(),
        infrastructure: None,
        interrupted: false,
        usage: Vec::new(),
        shutdown: Vec::new(),
        servers: Vec::new(),
        clients: Vec::new(),
    }
}

fn status(text: &str) -> Option<ExitStatus> {
    let (kind, number) = text.split_once(' ').unwrap_or((text, "0"));
    let number: i32 = number.parse().unwrap();
    match kind {
        "none" | "" => None,
        "code" => Some(ExitStatus::Code(number)),
        "signal" => Some(ExitStatus::Signal { number, core: false }),
        kind => panic!("exit: {kind}"),
    }
}

/// `lost COMMAND` or `failed COMMAND CODE MESSAGE`
fn note(text: &str) -> Sighting {
    let words: Vec<&str> = text.splitn(4, ' ').collect();
    let note = match words[0] {
        "lost" => Note::ConnectionLost { command: words[1].into(), error: "closed".into() },
        _ => Note::Failed { command: words[1].into(), code: words[2].parse().ok(), message: words[3].into() },
    };
    Sighting { note, last_completed: Some(3) }
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() { found.extend(files(&entry)) } else { found.push(entry) }
    }
    found.sort();
    found
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// The fixture's text with these expectations.
fn with_expectations(text: &str, judged: &[String; 4]) -> String {
    let (head, log) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
    let is_input = |line: &&str| !EXPECTED.contains(&line.split(':').next().unwrap_or_default());
    let mut lines: Vec<String> = head.lines().filter(is_input).map(str::to_owned).collect();
    let told = EXPECTED.iter().zip(judged).filter(|(_, value)| !value.is_empty());
    lines.extend(told.map(|(name, value)| format!("{name}: {value}")));
    format!("{}\n\n{log}", lines.join("\n"))
}

#[test]
fn every_log_is_judged_as_its_head_says() {
    let write = std::env::var("JSTESTFUZZ_WRITE").is_ok_and(|value| value == "1");
    let mut wrong = String::new();
    for path in files(&folder("crash_logs")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let fixture = Fixture::parse(&text);
        let judgement = judge(&fixture.execution());
        let judged = Fixture::expectations(&judgement);
        if write {
            std::fs::write(&path, with_expectations(&text, &judged)).unwrap();
            continue;
        }
        for (name, seen) in EXPECTED.iter().zip(&judged).filter(|(name, seen)| fixture.get(name) != seen.as_str()) {
            writeln!(
                wrong,
                "{}\n  {name:<14} expected {}\n  {:<14} judged   {seen}",
                path.display(),
                fixture.get(name),
                ""
            )
            .unwrap();
        }
        let failures = judgement.failures().count();
        let wanted = fixture.get("failures").parse().unwrap_or(usize::from(judgement.verdict == Verdict::Failure));
        if failures != wanted {
            writeln!(wrong, "{}\n  {failures} failures, not {wanted}: {:#?}", path.display(), judgement.findings)
                .unwrap();
        }
    }
    assert!(wrong.is_empty(), "JSTESTFUZZ_WRITE=1 writes these anew, if that is what you want\n{wrong}");
}

#[test]
fn there_are_enough_logs_of_failures_and_of_peace() {
    let all = files(&folder("crash_logs"));
    let innocent = all.iter().filter(|path| path.components().any(|part| part.as_os_str() == "innocent")).count();
    assert!(innocent >= 25, "{innocent} innocent logs");
    assert!(all.len() - innocent >= 120, "{} logs of failures", all.len() - innocent);
}

#[test]
fn what_is_one_bug_falls_together_and_what_is_not_does_not() {
    let mut wrong = String::new();
    for (folder, together) in [(folder("signature_pairs/together"), true), (folder("signature_pairs/apart"), false)] {
        for path in files(&folder) {
            let text = std::fs::read_to_string(&path).unwrap();
            let (one, other) =
                text.split_once("\n=====\n").unwrap_or_else(|| panic!("{} has no =====", path.display()));
            let failure = |text: &str| {
                let judgement = judge(&Fixture::parse(text).execution());
                judgement.failures().next().unwrap_or_else(|| panic!("{}: {judgement:?}", path.display())).clone()
            };
            let (one, other) = (failure(one), failure(other));
            if one.is_same_bug(&other) != together {
                writeln!(wrong, "{}\n  {:?}\n  {:?}", path.display(), one.symptoms, other.symptoms).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
