//! A server that failed or hung when it was asked to end.

use super::crash::{describe, signal_name};
use super::{Class, Finding, Oracle};
use crate::config::readable;
use crate::run::{Execution, Outlook, Report, Trouble, reports};
use crate::server::{AskedEnd, ExitStatus};

/// See the module.
pub struct Shutdown;

/// Signals by which a process fails; 9 and 15 are ours.
const FAULTS: [i32; 5] = [4, 6, 7, 8, 11];
/// Codes by which mongod, or a shell around a server, says the same: abrupt end, 128 and the signal.
const CODES: [i32; 6] = [14, 132, 134, 135, 136, 139];

impl Oracle for Shutdown {
    fn name(&self) -> &'static str {
        "shutdown"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        let unexplained = execution.shutdown.iter().filter(|end| !is_explained(execution, &end.process.name));
        unexplained.filter_map(finding).collect()
    }
}

/// True where the process's log says why it failed: that is told with its reason.
fn is_explained(execution: &Execution, process: &str) -> bool {
    let log = execution.log.iter().filter(|line| line.process == process);
    let fatal =
        |report: &Report| report.trouble.outlook() == Outlook::Fatal || report.trouble == Trouble::TripwireAtExit;
    reports(log.map(|line| line.text.as_str())).iter().any(fatal)
}

fn finding(end: &AskedEnd) -> Option<Finding> {
    let name = &end.process.name;
    let (key, title) = match end.status {
        None => {
            let waited = readable(end.waited);
            (
                "did not end when asked".to_owned(),
                format!("{name} did not end within {waited} when asked and was killed"),
            )
        }
        Some(ExitStatus::Signal { number, .. }) if FAULTS.contains(&number) => (
            format!("died by {} when asked to end", signal_name(number)),
            format!("{name}, asked to end, {}", what(end)),
        ),
        Some(ExitStatus::Code(code)) if CODES.contains(&code) => {
            (format!("exited with status #{code} when asked to end"), format!("{name}, asked to end, {}", what(end)))
        }
        Some(_) => return None,
    };
    Some(Finding::weak_failure(Class::Shutdown, &format!("{name} {key}"), title))
}

fn what(end: &AskedEnd) -> String {
    end.status.map(describe).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::tests::clean;
    use crate::server::{LogLine, ServerProcess};
    use std::time::Duration;

    fn judged(status: Option<ExitStatus>) -> usize {
        let process = ServerProcess { name: "mongod".into(), pid: 7, started: 1, log: "x".into() };
        let shutdown = vec![AskedEnd { process, status, waited: Duration::from_secs(60) }];
        Shutdown.judge(&Execution { shutdown, ..clean() }).len()
    }

    #[test]
    fn what_the_log_explains_is_told_there() {
        let process = ServerProcess { name: "mongod".into(), pid: 7, started: 1, log: "x".into() };
        let status = Some(ExitStatus::Signal { number: 6, core: false });
        let shutdown = vec![AskedEnd { process, status, waited: Duration::from_secs(1) }];
        let said = |process: &str| LogLine { process: process.into(), text: "Invariant failure a src/x.cpp 7".into() };
        let judged =
            |log: Vec<LogLine>| Shutdown.judge(&Execution { shutdown: shutdown.clone(), log, ..clean() }).len();
        assert_eq!((judged(vec![said("mongod")]), judged(vec![said("mongos")]), judged(Vec::new())), (0, 1, 1));
    }

    #[test]
    fn an_end_by_the_signal_that_asks_is_none_and_by_a_fault_is_one() {
        for status in [ExitStatus::Code(0), ExitStatus::Code(143), ExitStatus::Signal { number: 15, core: false }] {
            assert_eq!(judged(Some(status)), 0, "{status:?}");
        }
        for status in [ExitStatus::Code(14), ExitStatus::Signal { number: 6, core: true }] {
            assert_eq!(judged(Some(status)), 1, "{status:?}");
        }
        assert_eq!(judged(None), 1);
    }
}
