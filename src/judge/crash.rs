//! A server process that ended without being asked: by a signal whose handler left a stack, or with nothing in its log
//! that says why.

use std::sync::LazyLock;

use regex::Regex;

use super::story::{Told, findings, lost_connections, unexplained};
use super::symptom::unite;
use super::{Class, Finding, Oracle, Symptom, Verdict, stack};
use crate::run::{Execution, Report, Sighting, Trouble, is_routine, trouble};
use crate::server::{ExitStatus, ServerExit};
use crate::shell::Note;

/// See the module.
pub struct Crash;

impl Oracle for Crash {
    fn name(&self) -> &'static str {
        "crash"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        let mut found = findings(execution, &[Trouble::Signal]);
        found.extend(unexplained(execution).into_iter().map(|exit| finding(execution, exit)));
        found
    }
}

static HANDLED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"Got signal: (\d+)").expect("the pattern is well formed"));

/// What a signal handler left in the log.
pub(super) fn tell(report: &Report) -> Told {
    let number = report.lines.iter().find_map(|line| HANDLED.captures(line)?[1].parse().ok());
    // "Invalid access" is what the handler says of SIGSEGV and SIGBUS.
    let name = number.map_or_else(|| "an invalid access".to_owned(), signal_name);
    Told::of_stack(Class::Crash, &name, report, true, format!("died by {name}"))
}

/// An end as many bugs show it: process, status, and the command that got no reply.
pub(super) fn of_exit(execution: &Execution, exit: &ServerExit) -> Symptom {
    let status = match exit.status {
        ExitStatus::Signal { number, .. } => ExitStatus::Signal { number, core: false },
        status => status,
    };
    // Of several clients nobody knows whose command it was.
    let during = if execution.clients.is_empty() { during(execution) } else { String::new() };
    let message = format!("{} {}{during}", exit.process.name, describe(status));
    Symptom::new(class_of(exit.status), &message).weak()
}

fn finding(execution: &Execution, exit: &ServerExit) -> Finding {
    let asked = execution.commands.get("shutdown").is_some_and(|figures| figures.sent > 0);
    if asked && exit.status == ExitStatus::Code(0) {
        return Finding::other(Verdict::Expected, format!("{} was shut down by a command", exit.process.name));
    }
    let what = describe(exit.status);
    let place = place(execution, exit);
    let innermost = place.iter().flat_map(Symptom::frames).take(1).map(|frame| format!(" in {frame}"));
    let innermost: String = innermost.collect();
    let title = format!("{} (pid {}) {what}{innermost}{}", exit.process.name, exit.process.pid, during(execution));
    let mut symptoms: Vec<Symptom> = place.into_iter().chain([of_exit(execution, exit)]).collect();
    unite(&mut symptoms, &lost_connections(execution));
    // A stack says it all; without one the log's last lines may.
    let stack = stack::lines_of_death(execution, exit.process.pid);
    let lines = if stack.is_empty() { last_words(exit) } else { stack };
    Finding::of_symptoms(class_of(exit.status), symptoms, title).with_details(lines)
}

/// Where a core says that a signal met the process: what the handler's own stack would say.
fn place(execution: &Execution, exit: &ServerExit) -> Option<Symptom> {
    let ExitStatus::Signal { number, .. } = exit.status else { return None };
    let frames = stack::frames_of_death(execution, exit.process.pid);
    let named = || Symptom::new(class_of(exit.status), &signal_name(number));
    (!frames.is_empty()).then(|| named().with_frames(frames))
}

/// mongod says by its exit code that memory is used up or an exception was caught by nobody.
fn class_of(status: ExitStatus) -> Class {
    match status {
        ExitStatus::Code(42 | 43) => Class::OutOfMemory,
        ExitStatus::Code(100) => Class::UncaughtException,
        _ => Class::Crash,
    }
}

/// The command that got no reply; of several clients each one's.
fn during(execution: &Execution) -> String {
    if execution.clients.is_empty() {
        return command_at_death(&execution.notes).map(|command| format!(" during {command}")).unwrap_or_default();
    }
    let notes = std::iter::once(&execution.notes).chain(execution.clients.iter().map(|client| &client.notes));
    let named = notes.enumerate().filter_map(|(number, notes)| Some((number, command_at_death(notes)?)));
    let named: Vec<String> = named.map(|(number, command)| format!("{command} of client {number}")).collect();
    if named.is_empty() { String::new() } else { format!(" during {}", named.join(", ")) }
}

/// The lines that speak of trouble, or else the last three that are not routine; cut to what fits a screen.
fn last_words(exit: &ServerExit) -> Vec<String> {
    const WIDTH: usize = 200;
    let telling: Vec<&String> = exit.log_tail.iter().filter(|line| trouble(line).is_some()).take(5).collect();
    let mut last: Vec<&String> = exit.log_tail.iter().filter(|line| !is_routine(line)).collect();
    last.drain(..last.len().saturating_sub(3));
    let lines = if telling.is_empty() { last } else { telling };
    lines.into_iter().map(|line| line[..line.floor_char_boundary(WIDTH)].to_owned()).collect()
}

/// Stacks tell crashes apart best; without them the command that got no reply is the next best.
fn command_at_death(notes: &[Sighting]) -> Option<&str> {
    notes.iter().find_map(|one| match &one.note {
        Note::ConnectionLost { command, .. } => Some(command.as_str()),
        _ => None,
    })
}

pub(super) fn describe(status: ExitStatus) -> String {
    match status {
        ExitStatus::Signal { number, core } => {
            let core = if core { ", core dumped" } else { "" };
            format!("was killed by {}{core}", signal_name(number))
        }
        ExitStatus::Code(code) => format!("exited with status {code}{}", meaning(code)),
    }
}

pub(super) fn signal_name(number: i32) -> String {
    match number {
        4 => "SIGILL".into(),
        6 => "SIGABRT".into(),
        7 => "SIGBUS".into(),
        8 => "SIGFPE".into(),
        9 => "SIGKILL".into(),
        11 => "SIGSEGV".into(),
        15 => "SIGTERM".into(),
        number => format!("signal-{number}"),
    }
}

/// mongod's own exit codes, from its documentation.
fn meaning(code: i32) -> &'static str {
    match code {
        14 => " (abrupt)",
        42 | 43 => " (out of memory)",
        60 => " (corrupted data)",
        61 => " (watchdog)",
        100 => " (uncaught exception)",
        _ => "",
    }
}
