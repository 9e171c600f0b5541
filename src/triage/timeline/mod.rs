//! What happened around a failure, in the order of time: statements, their commands and every process's log side by side.

mod sender;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::run::{Execution, time_of};
use crate::server::ServerExit;
use crate::shell::SentCommand;
use sender::sender;

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
    /// `statements`, or one name a client; then one a log.
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
    /// Of a log's line: the statement and the command that it is about, where that is known.
    pub about: Option<String>,
    /// It is the last completed statement.
    pub last_completed: bool,
}

/// Statements by number.
pub type Texts = BTreeMap<u32, String>;

/// The last `shown` completed statements of each client, their commands, what came after them, and what the logs say
/// meanwhile. `texts` has one entry a client. Nothing where the record has no times.
pub fn timeline(execution: &Execution, texts: &[Texts], logs: &[Log], shown: usize) -> Option<Timeline> {
    let clients = execution.each_client();
    let (mut rows, none) = (Vec::new(), Texts::new());
    for (column, client) in clients.iter().enumerate() {
        let of_client = statements(client, texts.get(column).unwrap_or(&none), shown);
        rows.extend(of_client.into_iter().map(|row| Row { column, ..row }));
    }
    // The first client is the one to look at.
    let mark = rows.iter().position(|row| row.last_completed && row.column == 0)?;
    let (first, last) = (rows[0].at, rows[mark].at);
    let trails = clients.iter().map(|client| client.trail.iter());
    let (sent, columns) = (trails.flatten().cloned().collect::<Vec<_>>(), clients.len());
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
        rows.extend(kept.map(|(at, text)| {
            let about = sender(&sent, &text, at).map(|sent| format!("{} {}", number(sent), sent.name));
            Row { at, column: columns + index, text, about, last_completed: false }
        }));
    }
    rows.extend(deaths(execution, logs, (&rows, columns), last));
    // Stable: in one millisecond a statement stands before the logs, and a log's lines stay in their order.
    rows.sort_by_key(|row| row.at);
    let of_clients = (0..columns).map(|client| match columns {
        1 => "statements".to_owned(),
        _ => format!("client {client}"),
    });
    let columns = of_clients.chain(logs.iter().map(|log| log.process.clone())).collect();
    Some(Timeline { columns, rows, left_out })
}

/// The statement that a command belongs to.
fn number(sent: &SentCommand) -> u32 {
    sent.after.map_or(0, |after| after + 1)
}

/// The last completed ones and, if there is one, the first that was not, with what they sent; each at the moment that is
/// known of it.
fn statements(execution: &Execution, texts: &Texts, shown: usize) -> Vec<Row> {
    let completed = &execution.completed;
    let from = completed.len().saturating_sub(shown.max(1));
    let text = |number: u32| texts.get(&number).map(|text| one_line(text)).unwrap_or_default();
    let mut rows: Vec<(Place, Row)> = Vec::new();
    for one in &completed[from..] {
        let Some(at) = one.ended_at.and_then(|at| Timestamp::from_millisecond(at).ok()) else { return Vec::new() };
        let sent =
            if execution.counted { format!(", {} of {} accepted", one.accepted, one.sent) } else { String::new() };
        let text = format!("{} done in {} ms{sent}: {}", one.index, one.millis, text(one.index));
        rows.push(((at, one.index, END), row(at, text)));
    }
    let Some(((at, index, _), last)) = rows.last_mut() else { return Vec::new() };
    last.last_completed = true;
    let (at, next) = (*at, *index + 1);
    if next < execution.statements {
        rows.push(((at, next, BEGIN), row(at, format!("{next} begins and is never done: {}", text(next)))));
    }
    rows.extend(commands(execution, completed[from].index));
    rows.sort_by_key(|(place, _)| *place);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Where a row stands: its moment, its statement, and in one millisecond whether it begins or ends that.
type Place = (Timestamp, u32, u8);

const BEGIN: u8 = 0;
const WITHIN: u8 = 1;
const END: u8 = 2;

/// What was sent from a statement on.
fn commands(execution: &Execution, from: u32) -> impl Iterator<Item = (Place, Row)> + '_ {
    execution.trail.iter().filter(move |sent| number(sent) >= from).filter_map(|sent| {
        let at = Timestamp::from_millisecond(sent.at).ok()?;
        let over = sent.connection.map(|number| format!(" over conn{number}")).unwrap_or_default();
        let text = format!("{}   {} {}{over}", number(sent), sent.name, sent.namespace);
        Some(((at, number(sent), WITHIN), row(at, text)))
    })
}

fn row(at: Timestamp, text: String) -> Row {
    Row { at, column: 0, text, about: None, last_completed: false }
}

/// Ends of processes, each behind the last line of its log; nobody knows their moment better.
fn deaths(execution: &Execution, logs: &[Log], (rows, clients): (&[Row], usize), last: Timestamp) -> Vec<Row> {
    let death = |exit: &ServerExit| {
        let column = logs.iter().position(|log| log.process == exit.process.name)? + clients;
        let at = rows.iter().filter(|row| row.column == column).map(|row| row.at).max().unwrap_or(last).max(last);
        let text = format!("ended (pid {}): {}", exit.process.pid, exit.status);
        Some(Row { at, column, text, about: None, last_completed: false })
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
    use crate::run::ClientRun;
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
        let timeline = timeline(&dead(execution(&[1, 2])), &[], &[log(&lines)], 10).unwrap();
        assert_eq!(told(&timeline), ["0 0", "1 a", "0 1", "0 2", "1 b", "1 trace", "1 ended"]);
        let marked: Vec<_> = timeline.rows.iter().filter(|row| row.last_completed).map(|row| &row.text[..1]).collect();
        assert_eq!((marked, timeline.left_out), (vec!["1"], 0));
    }

    #[test]
    fn a_dead_process_log_without_any_stamp_stands_behind_the_last_statement() {
        let lines = ["ERROR: AddressSanitizer", "frame"];
        let end = dead(execution(&[1, 2]));
        assert_eq!(told(&timeline(&end, &[], &[log(&lines)], 1).unwrap())[2..4], ["1 ERROR:", "1 frame"]);
        let lives = timeline(&execution(&[1, 2]), &[], &[log(&lines)], 1).unwrap();
        assert_eq!(told(&lives), ["0 1", "0 2"]);
    }

    #[test]
    fn what_a_living_server_says_long_after_belongs_to_other_files() {
        let lines =
            ["unstamped", "early 2025-12-31T23:59:00Z", "b 2026-01-01T00:00:02.5Z", "late 2026-01-01T00:00:09Z"];
        let timeline = timeline(&execution(&[1, 2]), &[], &[log(&lines)], 10).unwrap();
        assert_eq!(told(&timeline), ["0 0", "0 1", "0 2", "1 b"]);
    }

    #[test]
    fn only_the_last_statements_are_shown_and_long_logs_are_cut_around_the_failure() {
        let chatter: Vec<String> = (0..300).map(|n| format!("n{n} 2026-01-01T00:00:05Z")).collect();
        let chatter = Log { process: "mongod".into(), lines: chatter };
        let timeline = timeline(&execution(&[1, 2, 5]), &[], &[chatter], 2).unwrap();
        assert_eq!(timeline.rows.len(), 2 + 1 + BEFORE);
        assert_eq!((timeline.left_out, told(&timeline).last().unwrap().as_str()), (300 - BEFORE, "1 n299"));
    }

    #[test]
    fn commands_stand_within_their_statement_and_lines_of_their_connection_name_them() {
        let mut end = dead(execution(&[1, 2]));
        let sent = |name: &str, after: Option<u32>, second: i64| SentCommand {
            name: name.into(),
            namespace: "test.c".into(),
            after,
            at: end.completed[0].ended_at.unwrap() + (second - 1) * 1000,
            connection: Some(3),
            ..SentCommand::default()
        };
        end.trail = vec![sent("find", None, 1), sent("drop", Some(0), 2), sent("count", Some(1), 2)];
        let lines =
            ["2026-01-01T00:00:01.000+0000 I COMMAND  [conn3] a", "2026-01-01T00:00:05.000+0000 F -  [conn3] b"];
        let timeline = timeline(&end, &[], &[log(&lines)], 10).unwrap();
        let texts: Vec<&str> = timeline.rows.iter().map(|row| row.text.as_str()).collect();
        assert!(texts[0].starts_with("0   find test.c over conn3") && texts[1].starts_with("0 done"), "{texts:#?}");
        assert!(texts[3].starts_with("1   drop") && texts[4].starts_with("1 done"), "{texts:#?}");
        assert!(texts[5].starts_with("2 begins") && texts[6].starts_with("2   count"), "{texts:#?}");
        let about: Vec<&str> = timeline.rows.iter().filter_map(|row| row.about.as_deref()).collect();
        assert_eq!(about, ["0 find", "2 count"]);
    }

    #[test]
    fn each_client_has_a_column() {
        let mut both = dead(execution(&[1, 3]));
        let other = execution(&[2]);
        both.clients = vec![ClientRun {
            file: "b.js".into(),
            statements: other.statements,
            elapsed: other.elapsed,
            end: other.end,
            completed: other.completed,
            trail: Vec::new(),
            commands: BTreeMap::new(),
            notes: Vec::new(),
            hang: None,
        }];
        let timeline = timeline(&both, &[], &[log(&["b 2026-01-01T00:00:02.5Z"])], 10).unwrap();
        assert_eq!(timeline.columns, ["client 0", "client 1", "mongod"]);
        assert_eq!(told(&timeline), ["0 0", "1 0", "1 1", "2 b", "0 1", "0 2", "2 ended"]);
    }

    #[test]
    fn a_record_without_times_has_no_timeline() {
        let mut old = execution(&[1, 2]);
        old.completed.iter_mut().for_each(|one| one.ended_at = None);
        assert_eq!(timeline(&old, &[], &[], 5), None);
        assert_eq!(timeline(&clean(), &[], &[], 5), None);
    }
}
