//! A server process that ended without being asked, with nothing in its log that says why.

use super::{Class, Finding, Oracle, Verdict, invariant, stack};
use crate::run::{Execution, is_routine, trouble};
use crate::server::{ExitStatus, ServerExit};
use crate::shell::Note;

/// See the module.
pub struct Crash;

impl Oracle for Crash {
    fn name(&self) -> &'static str {
        "crash"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        if invariant::first_words(execution).is_some() {
            return Vec::new();
        }
        execution.exits.iter().map(|exit| finding(execution, exit)).collect()
    }
}

fn finding(execution: &Execution, exit: &ServerExit) -> Finding {
    let asked = execution.commands.get("shutdown").is_some_and(|figures| figures.sent > 0);
    if asked && exit.status == ExitStatus::Code(0) {
        return Finding::other(Verdict::Expected, format!("{} was shut down by a command", exit.process.name));
    }
    let during = command_at_death(execution).map(|command| format!(" during {command}")).unwrap_or_default();
    let what = describe(exit.status);
    let title = format!("{} (pid {}) {what}{during}", exit.process.name, exit.process.pid);
    let key = format!("{} {}{during}", exit.process.name, what.replace(' ', "-"));
    Finding::failure(Class::Crash, &key, title)
        .with_details(last_words(exit))
        .with_details(stack::of_death(execution, exit.process.pid))
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
fn command_at_death(execution: &Execution) -> Option<&str> {
    execution.notes.iter().find_map(|one| match &one.note {
        Note::ConnectionLost { command, .. } => Some(command.as_str()),
        _ => None,
    })
}

fn describe(status: ExitStatus) -> String {
    match status {
        ExitStatus::Signal { number, core } => {
            let core = if core { ", core dumped" } else { "" };
            format!("was killed by {}{core}", signal_name(number))
        }
        ExitStatus::Code(code) => format!("exited with status {code}{}", meaning(code)),
    }
}

fn signal_name(number: i32) -> String {
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
