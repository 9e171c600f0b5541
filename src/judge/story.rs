//! What a process's log tells, with its end if it ended: several reports of one death are one failure.
//!
//! The cause of a death is the first report that ends a process; later ones are its symptoms. Reports that a process
//! survives are failures of their own.

use super::frame_name::{Telling, telling};
use super::symptom::unite;
use super::{
    Class, Finding, Symptom, assertion, back_end, crash, jvm, memory, panic, sanitizer, storage_engine, uncaught,
};
use crate::run::{Execution, Outlook, Report, Trouble, reports, trouble};
use crate::server::{ExitStatus, ServerExit};
use crate::shell::Note;

/// What an oracle makes of one report.
pub(super) struct Told {
    pub(super) class: Class,
    /// What stays the same from run to run.
    pub(super) symptom: Symptom,
    /// One line for people.
    pub(super) title: String,
}

impl Told {
    /// A report whose words alone identify it.
    pub(super) fn of_words(class: Class, message: &str, title: impl Into<String>) -> Self {
        Self { class, symptom: Symptom::new(class, message), title: one_line(&title.into()) }
    }

    /// A report that is identified by its stack too. If `or_weak`, its words are what many bugs say: without a function
    /// of the project it is weak.
    pub(super) fn of_stack(
        class: Class,
        message: &str,
        report: &Report,
        or_weak: bool,
        title: impl Into<String>,
    ) -> Self {
        let Telling { functions, own } = telling(&report.stack());
        let place = functions.first().map(|function| format!(" in {function}")).unwrap_or_default();
        let symptom = Symptom::new(class, message).with_frames(functions);
        let symptom = if or_weak && !own { symptom.weak() } else { symptom };
        Self { class, symptom, title: one_line(&title.into()) + &place }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn tell(report: &Report) -> Told {
    use Trouble::*;
    match report.trouble {
        Invariant | FatalAssertion | Tripwire | TripwireAtExit => assertion::tell(report),
        UncaughtException => uncaught::tell(report),
        StorageEngine => storage_engine::tell(report),
        OutOfMemory => memory::tell(report),
        MemoryError | Sanitizer => sanitizer::tell(report),
        GoPanic | RustPanic => panic::tell(report),
        JavaError | JvmCrash => jvm::tell(report),
        BackendDied | BackendPanic => back_end::tell(report),
        Signal => crash::tell(report),
    }
}

/// One process's part in an execution.
struct Story<'a> {
    process: &'a str,
    exit: Option<&'a ServerExit>,
    reports: Vec<Report>,
}

impl Story<'_> {
    /// Where in `reports` the reason of the death stands.
    fn cause(&self) -> Option<usize> {
        let fatal = |wanted: Outlook| self.reports.iter().position(|report| report.trouble.outlook() == wanted);
        let has = |trouble| self.reports.iter().position(|report| report.trouble == trouble);
        if has(Trouble::TripwireAtExit).is_some() {
            return has(Trouble::Tripwire).or(has(Trouble::TripwireAtExit));
        }
        // A sanitizer ends the process by an exit code of its own, or by abort() if told so.
        let own_end =
            |status: ExitStatus| matches!(status, ExitStatus::Code(1..) | ExitStatus::Signal { number: 6, .. });
        let survivable = || {
            self.exit.filter(|exit| own_end(exit.status))?;
            self.reports.iter().position(|report| matches!(report.trouble, Trouble::Sanitizer | Trouble::JavaError))
        };
        fatal(Outlook::Fatal).or_else(|| self.exit.and(fatal(Outlook::Open))).or_else(survivable)
    }
}

/// The failures that reports of these kinds show.
pub(super) fn findings(execution: &Execution, kinds: &[Trouble]) -> Vec<Finding> {
    let mut found = Vec::new();
    for story in stories(execution) {
        let cause = story.cause();
        if let Some(cause) = cause.filter(|at| kinds.contains(&story.reports[*at].trouble)) {
            found.push(death(execution, &story, cause));
        }
        let own = |(at, report): &(usize, &Report)| {
            let part_of_death = report.trouble.outlook() == Outlook::Fatal || Some(*at) == cause;
            !part_of_death && kinds.contains(&report.trouble)
        };
        found.extend(story.reports.iter().enumerate().filter(own).map(|(_, report)| survived(execution, report)));
    }
    found
}

/// The ends that no log explains.
pub(super) fn unexplained(execution: &Execution) -> Vec<&ServerExit> {
    let without = stories(execution).into_iter().filter(|story| story.cause().is_none());
    without.filter_map(|story| story.exit).collect()
}

fn survived(execution: &Execution, report: &Report) -> Finding {
    let Told { class, symptom, title } = tell(report);
    let mut symptoms = vec![symptom];
    if DROPS_A_CONNECTION.contains(&report.trouble) {
        unite(&mut symptoms, &lost_connections(execution));
    }
    Finding::of_symptoms(class, symptoms, title).with_details(lines_of(report))
}

/// Troubles that end a thread, and with it the connection that it served.
const DROPS_A_CONNECTION: [Trouble; 3] = [Trouble::RustPanic, Trouble::GoPanic, Trouble::JavaError];

/// True if the log says of a thread that it ended, which explains lost connections.
pub(super) fn a_thread_ended(execution: &Execution) -> bool {
    execution.log.iter().any(|line| trouble(&line.text).is_some_and(|one| DROPS_A_CONNECTION.contains(&one)))
}

fn death(execution: &Execution, story: &Story<'_>, cause: usize) -> Finding {
    let Told { class, symptom, title } = tell(&story.reports[cause]);
    let mut symptoms = vec![symptom];
    for report in story.reports.iter().filter(|report| report.trouble.outlook() == Outlook::Fatal) {
        let later = tell(report).symptom;
        // What a process says after its first trouble is what it says after many; where it was then tells less still.
        let later = if symptoms[0].is_same(&later) { later } else { later.weak() };
        unite(&mut symptoms, &[later]);
    }
    if let Some(exit) = story.exit {
        unite(&mut symptoms, &[crash::of_exit(execution, exit)]);
        unite(&mut symptoms, &lost_connections(execution));
    }
    let how = story.exit.map(|exit| format!("{} {}", exit.process.name, crash::describe(exit.status)));
    let details = how.into_iter().chain(lines_of(&story.reports[cause]));
    let title = if title.starts_with(story.process) { title } else { format!("{}: {title}", story.process) };
    Finding::of_symptoms(class, symptoms, title).with_details(details)
}

/// What clients saw of a death.
pub(super) fn lost_connections(execution: &Execution) -> Vec<Symptom> {
    let lost = execution.notes.iter().filter_map(|one| match &one.note {
        Note::ConnectionLost { command, .. } => Some(Symptom::new(Class::DroppedConnection, command).weak()),
        _ => None,
    });
    lost.take(3).collect()
}

/// The first lines of a report, cut to what fits a screen.
fn lines_of(report: &Report) -> Vec<String> {
    const LINES: usize = 6;
    const WIDTH: usize = 200;
    let cut = |line: &String| line[..line.floor_char_boundary(WIDTH)].trim_end().to_owned();
    report.lines.iter().map(cut).filter(|line| !line.is_empty()).take(LINES).collect()
}

fn stories(execution: &Execution) -> Vec<Story<'_>> {
    let mut told: Vec<Story<'_>> = execution.exits.iter().map(|exit| of_exit(execution, exit)).collect();
    let mut others: Vec<&str> = execution.log.iter().map(|line| line.process.as_str()).collect();
    others.sort_unstable();
    others.dedup();
    others.retain(|name| *name != KERNEL && !execution.exits.iter().any(|exit| exit.process.name == *name));
    told.extend(others.into_iter().map(|process| Story { process, exit: None, reports: in_log(execution, process) }));
    told
}

/// The process name under which the kernel's own lines are kept.
const KERNEL: &str = "kernel";

fn of_exit<'a>(execution: &'a Execution, exit: &'a ServerExit) -> Story<'a> {
    let mut reports = reports(exit.log_tail.iter().map(String::as_str));
    let from_log = in_log(execution, &exit.process.name);
    let is_fatal = |report: &Report| report.trouble.outlook() == Outlook::Fatal;
    // A long report is past the end of the tail; the log has its head. Two processes of one name share a log here, so
    // that what the tail says itself goes first.
    let tail_tells = reports.iter().any(is_fatal);
    let known: Vec<String> = reports.iter().map(|report| report.head().to_owned()).collect();
    let is_told = |one: &Report| known.iter().any(|head| head == one.head()) || (tail_tells && is_fatal(one));
    reports.extend(from_log.into_iter().filter(|one| !is_told(one)));
    reports.extend(of_kernel(execution, exit));
    Story { process: &exit.process.name, exit: Some(exit), reports }
}

fn in_log(execution: &Execution, process: &str) -> Vec<Report> {
    reports(execution.log.iter().filter(|line| line.process == process).map(|line| line.text.as_str()))
}

/// The kernel names the process that it killed by its id.
fn of_kernel(execution: &Execution, exit: &ServerExit) -> Vec<Report> {
    let name = format!(" {} (", exit.process.pid);
    let all = in_log(execution, KERNEL);
    all.into_iter().filter(|report| report.head().contains(&name)).collect()
}

#[cfg(test)]
mod tests {
    use crate::judge::tests::{clean, exit};
    use crate::judge::{Class, judge};
    use crate::run::Execution;
    use crate::server::{ExitStatus, LogLine};

    const ABORT: ExitStatus = ExitStatus::Signal { number: 6, core: false };

    fn log(process: &str, text: &str) -> LogLine {
        LogLine { process: process.into(), text: text.into() }
    }

    #[test]
    fn the_first_fatal_report_is_the_cause_and_later_ones_are_its_symptoms() {
        let tail = ["panic: first", "fatal error: second"];
        let judgement = judge(&Execution { exits: vec![exit(ExitStatus::Code(2), &tail)], ..clean() });
        let shown: Vec<String> = judgement.findings[0].symptoms.iter().map(ToString::to_string).collect();
        assert_eq!(judgement.findings.len(), 1);
        assert_eq!(shown[..2], ["panic: first", "weak panic: fatal error: second"]);
        assert_eq!(shown[2], "weak crash: mongod exited with status 2");
    }

    #[test]
    fn a_head_that_is_past_the_tail_is_found_in_the_log() {
        let exits = vec![exit(ABORT, &["goroutine 7 [select]:"])];
        let judgement = judge(&Execution { exits, log: vec![log("mongod", "panic: x")], ..clean() });
        assert_eq!(judgement.findings[0].class, Some(Class::Panic));
        assert_eq!(judgement.findings.len(), 1);
    }

    #[test]
    fn a_report_that_is_survived_is_no_cause_of_a_fault() {
        let fault = ExitStatus::Signal { number: 11, core: false };
        let lines = ["x.cpp:1:2: runtime error: y"];
        assert_eq!(judge(&Execution { exits: vec![exit(fault, &lines)], ..clean() }).failures().count(), 2);
        assert_eq!(judge(&Execution { exits: vec![exit(ABORT, &lines)], ..clean() }).failures().count(), 1);
    }

    #[test]
    fn the_kernels_line_counts_for_the_process_that_it_names() {
        let killed = ExitStatus::Signal { number: 9, core: false };
        let class = |pid: u32| {
            let line = format!("Out of memory: Killed process {pid} (mongod)");
            let execution = Execution { exits: vec![exit(killed, &[])], log: vec![log("kernel", &line)], ..clean() };
            judge(&execution).findings[0].class
        };
        assert_eq!((class(4711), class(12)), (Some(Class::OutOfMemory), Some(Class::Crash)));
    }
}
