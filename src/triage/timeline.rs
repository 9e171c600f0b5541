//! What happened around a failure, in the order of time: statements and every process's log side by side.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::run::{Execution, time_of};
use crate::server::ServerExit;

/// Log lines kept before the last completed statement, the last of them.
const BEFORE: usize = 100;
/// Log lines kept after it, the first of them: a failure's own words come first.
const AFTER: usize = 100;
/// A server that lives on goes on writing: so long after the file's last statement its lines belong to others.
const STILL_THE_FILES: SignedDuration = SignedDuration::from_secs(1);

/// The log of one process.
#[derive(Clone, Debug)]
pub struct Log {
    /// The process's name.
    pub process: String,
    /// Its lines in order.
    pub lines: Vec<String>,
}

/// Rows in the order of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// `statements`, then one name a log.
    pub columns: Vec<String>,
    /// What happened.
    pub rows: Vec<Row>,
    /// Log lines around the failure that a bound keeps out.
    pub left_out: usize,
}

/// One happening, in one column.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// When; what has no stamp of its own happened with what stands before it.
    pub at: Timestamp,
    /// Index in [`Timeline::columns`].
    pub column: usize,
    /// What.
    pub text: String,
    /// It is the last completed statement.
    pub last_completed: bool,
}

/// The last `shown` completed statements, what came after them, and what the logs say meanwhile. `texts` are statements by
/// number. Nothing where the record has no times.
pub fn timeline(execution: &Execution, texts: &BTreeMap<u32, String>, logs: &[Log], shown: usize) -> Option<Timeline> {
    let mut rows = statements(execution, texts, shown);
    let mark = rows.iter().position(|row| row.last_completed)?;
    let (first, last) = (rows[0].at, rows[mark].at);
    let lives = execution.exits.is_empty() && execution.hang.is_none();
    let until = if lives { last.saturating_add(STILL_THE_FILES).unwrap_or(last) } else { Timestamp::MAX };
    let mut left_out = 0;
    for (index, log) in logs.iter().enumerate() {
        let unstamped = (!lives).then_some(last);
        let all = stamped(log, unstamped).filter(|(at, _)| (first..=until).contains(at));
        let (before, after): (Vec<_>, Vec<_>) = all.partition(|(at, _)| *at <= last);
        let skipped = before.len().saturating_sub(BEFORE);
        left_out += skipped + after.len().saturating_sub(AFTER);
        let kept = before.into_iter().skip(skipped).chain(after.into_iter().take(AFTER));
        rows.extend(kept.map(|(at, text)| Row { at, column: index + 1, text, last_completed: false }));
    }
    rows.extend(deaths(execution, logs, &rows, last));
    // Stable: in one millisecond a statement stands before the logs, and a log's lines stay in their order.
    rows.sort_by_key(|row| row.at);
    let columns = ["statements".to_owned()].into_iter().chain(logs.iter().map(|log| log.process.clone())).collect();
    Some(Timeline { columns, rows, left_out })
}

/// The last completed ones and, if there is one, the first that was not; each at the moment that is known of it.
fn statements(execution: &Execution, texts: &BTreeMap<u32, String>, shown: usize) -> Vec<Row> {
    let completed = &execution.completed;
    let from = completed.len().saturating_sub(shown.max(1));
    let text = |number: u32| texts.get(&number).map(|text| one_line(text)).unwrap_or_default();
    let row = |at, text| Row { at, column: 0, text, last_completed: false };
    let mut rows: Vec<Row> = Vec::new();
    for one in &completed[from..] {
        let Some(at) = one.ended_at.and_then(|at| Timestamp::from_millisecond(at).ok()) else { return Vec::new() };
        let sent =
            if execution.counted { format!(", {} of {} accepted", one.accepted, one.sent) } else { String::new() };
        rows.push(row(at, format!("{} done in {} ms{sent}: {}", one.index, one.millis, text(one.index))));
    }
    let Some(last) = rows.last_mut() else { return rows };
    last.last_completed = true;
    let (at, next) = (last.at, completed.last().map_or(0, |one| one.index + 1));
    if next < execution.statements {
        rows.push(row(at, format!("{next} begins and is never done: {}", text(next))));
    }
    rows
}

/// Ends of processes, each behind the last line of its log; nobody knows their moment better.
fn deaths(execution: &Execution, logs: &[Log], rows: &[Row], last: Timestamp) -> Vec<Row> {
    let death = |exit: &ServerExit| {
        let column = logs.iter().position(|log| log.process == exit.process.name)? + 1;
        let at = rows.iter().filter(|row| row.column == column).map(|row| row.at).max().unwrap_or(last).max(last);
        let text = format!("ended (pid {}): {}", exit.process.pid, exit.status);
        Some(Row { at, column, text, last_completed: false })
    };
    execution.exits.iter().filter_map(death).collect()
}

/// Lines with their moments. One without a stamp goes with the line before it. Where no line has one, as in what
/// sanitizers print, all stand at `unstamped`, if anywhere.
fn stamped(log: &Log, unstamped: Option<Timestamp>) -> impl Iterator<Item = (Timestamp, String)> + '_ {
    let bare = log.lines.iter().all(|line| time_of(line).is_none());
    // A moment later, so that it stands behind the statement.
    let behind = unstamped.and_then(|at| at.checked_add(SignedDuration::from_nanos(1)).ok());
    let mut now = behind.filter(|_| bare);
    log.lines.iter().filter_map(move |line| {
        now = time_of(line).or(now);
        now.map(|at| (at, line.clone()))
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::tests::clean;
    use crate::server::{ExitStatus, ServerProcess};
    use crate::shell::StatementDone;

    /// Seconds of the statements' ends after midnight; one more statement is never done.
    fn execution(ends: &[i64]) -> Execution {
        let midnight: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let done = |(index, end): (usize, &i64)| StatementDone {
            index: index as u32,
            ended_at: Some(midnight.as_millisecond() + end * 1000),
            ..StatementDone::default()
        };
        let completed = ends.iter().enumerate().map(done).collect();
        Execution { completed, statements: ends.len() as u32 + 1, ..clean() }
    }

    fn log(lines: &[&str]) -> Log {
        Log { process: "mongod".into(), lines: lines.iter().map(ToString::to_string).collect() }
    }

    fn told(timeline: &Timeline) -> Vec<String> {
        timeline.rows.iter().map(|row| format!("{} {}", row.column, row.text.split(' ').next().unwrap())).collect()
    }

    fn dead(execution: Execution) -> Execution {
        let process = ServerProcess { name: "mongod".into(), pid: 1, started: 1, log: "mongod.log".into() };
        let status = ExitStatus::Signal { number: 11, core: false };
        Execution { exits: vec![ServerExit { process, status, log_tail: Vec::new() }], ..execution }
    }

    #[test]
    fn statements_and_logs_stand_in_the_order_of_time_and_the_last_completed_is_marked() {
        let lines = ["a 2026-01-01T00:00:01.500Z", "b 2026-01-01T00:00:09Z", "trace"];
        let timeline = timeline(&dead(execution(&[1, 2])), &BTreeMap::new(), &[log(&lines)], 10).unwrap();
        assert_eq!(told(&timeline), ["0 0", "1 a", "0 1", "0 2", "1 b", "1 trace", "1 ended"]);
        let marked: Vec<_> = timeline.rows.iter().filter(|row| row.last_completed).map(|row| &row.text[..1]).collect();
        assert_eq!((marked, timeline.left_out), (vec!["1"], 0));
    }

    #[test]
    fn a_dead_process_log_without_any_stamp_stands_behind_the_last_statement() {
        let lines = ["ERROR: AddressSanitizer", "frame"];
        let end = dead(execution(&[1, 2]));
        assert_eq!(told(&timeline(&end, &BTreeMap::new(), &[log(&lines)], 1).unwrap())[2..4], ["1 ERROR:", "1 frame"]);
        let lives = timeline(&execution(&[1, 2]), &BTreeMap::new(), &[log(&lines)], 1).unwrap();
        assert_eq!(told(&lives), ["0 1", "0 2"]);
    }

    #[test]
    fn what_a_living_server_says_long_after_belongs_to_other_files() {
        let lines =
            ["unstamped", "early 2025-12-31T23:59:00Z", "b 2026-01-01T00:00:02.5Z", "late 2026-01-01T00:00:09Z"];
        let timeline = timeline(&execution(&[1, 2]), &BTreeMap::new(), &[log(&lines)], 10).unwrap();
        assert_eq!(told(&timeline), ["0 0", "0 1", "0 2", "1 b"]);
    }

    #[test]
    fn only_the_last_statements_are_shown_and_long_logs_are_cut_around_the_failure() {
        let chatter: Vec<String> = (0..300).map(|n| format!("n{n} 2026-01-01T00:00:05Z")).collect();
        let chatter = Log { process: "mongod".into(), lines: chatter };
        let timeline = timeline(&execution(&[1, 2, 5]), &BTreeMap::new(), &[chatter], 2).unwrap();
        assert_eq!(timeline.rows.len(), 2 + 1 + BEFORE);
        assert_eq!((timeline.left_out, told(&timeline).last().unwrap().as_str()), (300 - BEFORE, "1 n299"));
    }

    #[test]
    fn a_record_without_times_has_no_timeline() {
        let mut old = execution(&[1, 2]);
        old.completed.iter_mut().for_each(|one| one.ended_at = None);
        assert_eq!(timeline(&old, &BTreeMap::new(), &[], 5), None);
        assert_eq!(timeline(&clean(), &BTreeMap::new(), &[], 5), None);
    }
}
