//! The exit code of a run: what may count as clean, and what never does.

use crate::exit_code::ExitCode;
use crate::interrupt::Interrupt;
use crate::judge::Verdict;
use crate::report::Summary;

/// Decides the exit code. A run whose server was gone at the end, or that executed nothing, is never clean: a public
/// fuzzer once took 68,000 steps against a dead server and stayed green.
pub fn exit_code(summary: &Summary, interrupt: Option<Interrupt>, script_errors_count: bool) -> ExitCode {
    let seen = |verdict| summary.verdicts.get(&verdict).copied().unwrap_or(0);
    if let Some(interrupt) = interrupt {
        return interrupt.into();
    }
    if !summary.failures.is_empty() {
        ExitCode::FailuresFound
    } else if seen(Verdict::Infrastructure) > 0 || reached_nothing(summary) {
        ExitCode::ServerUnavailable
    } else if script_errors_count && seen(Verdict::Unknown) + seen(Verdict::ShellTrouble) > 0 {
        ExitCode::FailuresFound
    } else {
        ExitCode::Clean
    }
}

/// A shell that does not count its commands leaves open whether any reached the server; that it got through a file's
/// start says that it was connected.
fn reached_nothing(summary: &Summary) -> bool {
    let (sent, _) = summary.effectiveness.command_totals();
    sent == 0 && summary.effectiveness.uncounted_files == 0
}

/// What to add to the last lines where the run is not clean for want of work done.
pub fn warning(summary: &Summary) -> Option<String> {
    let infrastructure = summary.verdicts.get(&Verdict::Infrastructure).copied().unwrap_or(0);
    if infrastructure > 0 {
        Some(format!("{infrastructure} files found no server to run against; this run says nothing of them"))
    } else if reached_nothing(summary) {
        Some("not one command reached the server; this run says nothing of it".into())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::tests::clean;
    use crate::judge::{Class, Finding};
    use crate::shell::CommandFigures;

    fn worked() -> Summary {
        let mut execution = clean();
        execution.commands.insert("ping".into(), CommandFigures { sent: 1, accepted: 1, ..Default::default() });
        let mut summary = Summary::default();
        summary.effectiveness.add(&execution);
        summary.verdicts.insert(Verdict::Clean, 1);
        summary
    }

    #[test]
    fn only_a_run_that_worked_and_found_nothing_is_clean() {
        assert_eq!(exit_code(&worked(), None, false), ExitCode::Clean);
        assert_eq!(exit_code(&Summary::default(), None, false), ExitCode::ServerUnavailable);
    }

    #[test]
    fn a_server_that_never_came_back_is_never_clean() {
        let mut summary = worked();
        summary.verdicts.insert(Verdict::Infrastructure, 1);
        assert_eq!(exit_code(&summary, None, false), ExitCode::ServerUnavailable);
        assert!(warning(&summary).is_some());
    }

    #[test]
    fn failures_come_before_trouble_and_an_interrupt_before_both() {
        let mut summary = worked();
        summary.verdicts.insert(Verdict::Infrastructure, 1);
        summary.failures.add(&Finding::failure(Class::Hang, "k", "t"), &clean(), "a.js".into(), &[], String::new());
        assert_eq!(exit_code(&summary, None, false), ExitCode::FailuresFound);
        assert_eq!(exit_code(&summary, Some(Interrupt::CtrlC), false), ExitCode::Interrupted);
    }

    #[test]
    fn a_plain_test_that_ends_by_an_error_counts_only_where_tests_are_run() {
        let mut summary = worked();
        summary.verdicts.insert(Verdict::Unknown, 1);
        assert_eq!(exit_code(&summary, None, true), ExitCode::FailuresFound);
        assert_eq!(exit_code(&summary, None, false), ExitCode::Clean);
    }
}
