//! One record a kind of trouble, and what the oracles make of it.

use super::*;
use crate::run::{Check, CheckFinding, Hang, HangKind, Sighting};
use crate::server::{ExitStatus, LogLine, ServerExit, ServerProcess};
use crate::shell::{Note, ShellEnd};
use std::time::Duration;

/// An execution in which nothing happened.
pub(crate) fn clean() -> Execution {
    Execution {
        file: "files/a.js".into(),
        statements: 3,
        started: "2026-01-01T00:00:00Z".into(),
        elapsed: Duration::from_secs(1),
        shell: "embedded".into(),
        end: ShellEnd::Completed,
        completed: Vec::new(),
        trail: Vec::new(),
        counted: true,
        commands: Default::default(),
        notes: Vec::new(),
        product: "practice".into(),
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

pub(super) fn exit(status: ExitStatus, log_tail: &[&str]) -> ServerExit {
    let process = ServerProcess { name: "mongod".into(), pid: 4711, started: 1, log: "mongod.log".into() };
    ServerExit { process, status, log_tail: log_tail.iter().map(ToString::to_string).collect() }
}

pub(super) fn noted(note: Note) -> Vec<Sighting> {
    vec![Sighting { note, last_completed: Some(1) }]
}

fn only_failure(execution: &Execution) -> Finding {
    let judgement = judge(execution);
    assert_eq!(judgement.verdict, Verdict::Failure, "{judgement:?}");
    let failures: Vec<_> = judgement.failures().cloned().collect();
    assert_eq!(failures.len(), 1, "{failures:?}");
    failures.into_iter().next().unwrap()
}

const SEGV: ExitStatus = ExitStatus::Signal { number: 11, core: false };
const ABORT: ExitStatus = ExitStatus::Signal { number: 6, core: true };

#[test]
fn nothing_seen_is_clean() {
    assert_eq!(judge(&clean()), Judgement { verdict: Verdict::Clean, findings: Vec::new() });
}

#[test]
fn a_signal_is_a_crash_named_by_signal_and_command() {
    let note = Note::ConnectionLost { command: "find".into(), error: "reset".into() };
    let finding = only_failure(&Execution { exits: vec![exit(SEGV, &[])], notes: noted(note), ..clean() });
    assert_eq!(finding.class, Some(Class::Crash));
    assert!(finding.title.contains("SIGSEGV") && finding.title.contains("during find"), "{}", finding.title);
}

#[test]
fn an_abort_after_an_invariant_is_one_failure_whatever_line_and_pid() {
    let json = |line: u32| {
        format!(r#"{{"s":"F","msg":"Invariant failure","attr":{{"expr":"a == b","file":"src/x.cpp","line":{line}}}}}"#)
    };
    let first = only_failure(&Execution { exits: vec![exit(ABORT, &[&json(7)])], ..clean() });
    let second = only_failure(&Execution { exits: vec![exit(ABORT, &["x", &json(9)])], ..clean() });
    assert_eq!(first.class, Some(Class::Invariant));
    assert_eq!(first.signature, second.signature);
    let old = "2019-01-01T00:00:00 F - [conn1] Invariant failure a == b src/mongo/x.cpp 42";
    assert_eq!(only_failure(&Execution { exits: vec![exit(ABORT, &[old])], ..clean() }).class, Some(Class::Invariant));
}

#[test]
fn an_asked_for_shutdown_is_expected() {
    let mut execution = Execution { exits: vec![exit(ExitStatus::Code(0), &[])], ..clean() };
    execution.commands.insert("shutdown".into(), crate::shell::CommandFigures { sent: 1, ..Default::default() });
    assert_eq!(judge(&execution).verdict, Verdict::Expected);
    execution.commands.clear();
    assert_eq!(only_failure(&execution).class, Some(Class::Crash));
}

#[test]
fn a_held_reply_is_the_servers_hang_and_a_spinning_script_is_not() {
    let hang = |kind| Some(Hang { kind, threshold: Duration::from_secs(30), ..Hang::default() });
    let held = HangKind::ServerHoldsReply { command: "find".into(), waiting: Duration::from_secs(29) };
    assert_eq!(only_failure(&Execution { hang: hang(held), ..clean() }).class, Some(Class::Hang));
    let spinning = Execution { hang: hang(HangKind::ShellSpins), end: ShellEnd::Killed, ..clean() };
    assert_eq!(judge(&spinning).verdict, Verdict::ShellTrouble);
}

#[test]
fn a_connection_lost_by_a_living_server_is_a_dropped_connection() {
    let note = Note::ConnectionLost { command: "insert".into(), error: "closed".into() };
    assert_eq!(only_failure(&Execution { notes: noted(note), ..clean() }).class, Some(Class::DroppedConnection));
}

#[test]
fn only_codes_and_texts_of_the_inside_are_internal_errors() {
    let failed = |code, message: &str| Note::Failed { command: "find".into(), code, message: message.into() };
    let bad_value = Execution { notes: noted(failed(Some(2), "$slice takes a number")), ..clean() };
    assert_eq!(judge(&bad_value).verdict, Verdict::Clean);
    for note in [failed(Some(1), "unexpected state"), failed(None, "class A cannot be cast to class B")] {
        let finding = only_failure(&Execution { notes: noted(note), ..clean() });
        assert_eq!((finding.class, finding.last_completed), (Some(Class::InternalError), Some(1)));
    }
}

#[test]
fn a_broken_index_is_invalid_data() {
    let findings = vec![CheckFinding {
        object: "test.c".into(),
        message: "index a_1 lacks 1 entry".into(),
        ..CheckFinding::default()
    }];
    let checks = vec![Check { name: "validate".into(), looked_at: 1, not_done: None, findings }];
    assert_eq!(only_failure(&Execution { checks, ..clean() }).class, Some(Class::InvalidData));
}

#[test]
fn a_dead_postgres_behind_a_gateway_is_seen_in_its_log() {
    let text = "2026-01-01 00:00:00 UTC [7] LOG:  client backend (PID 9) was terminated by signal 11".to_owned();
    let log = vec![LogLine { process: "postgres".into(), text }];
    assert_eq!(only_failure(&Execution { log, ..clean() }).class, Some(Class::BackendDied));
}

#[test]
fn a_dead_shell_and_a_missing_server_are_not_the_servers_bugs() {
    let died = ShellEnd::Died { message: "signal 9".into() };
    assert_eq!(judge(&Execution { end: died, ..clean() }).verdict, Verdict::ShellTrouble);
    let refused = Execution { infrastructure: Some("port taken".into()), ..clean() };
    assert_eq!(judge(&refused).verdict, Verdict::Infrastructure);
}

#[test]
fn judging_twice_gives_the_same() {
    let execution = Execution { exits: vec![exit(SEGV, &["a", "b"])], ..clean() };
    assert_eq!(judge(&execution), judge(&execution));
    let copy: Execution = serde_json::from_str(&serde_json::to_string(&execution).unwrap()).unwrap();
    assert_eq!(judge(&copy), judge(&execution));
}

#[test]
fn bytes_that_are_no_reply_are_a_failure_and_oddities_are_not() {
    let bytes = "00".repeat(16);
    let note = Note::BrokenReply { command: "find".into(), error: "BSON at byte 4 ends".into(), bytes: bytes.clone() };
    let finding = only_failure(&Execution { notes: noted(note), ..clean() });
    assert_eq!(finding.class, Some(Class::BrokenReply));
    assert!(finding.title.contains("find") && finding.details[0].contains(&bytes), "{finding:?}");
    let note = Note::OddReply { command: "find".into(), oddity: crate::wire::client::Oddity::NoCode };
    assert_eq!(judge(&Execution { notes: noted(note), ..clean() }).verdict, Verdict::Clean);
}
