//! A file that ran an order of magnitude too long: who held it up, and what tells this hang from others.

use super::holder::{Holder, holder};
use super::{Class, Finding, Oracle, Symptom, Verdict, normalise};
use crate::config::readable;
use crate::run::capture::Outcome;
use crate::run::{Execution, Hang, HangKind};
use crate::shell::ShellEnd;

/// See the module.
pub struct Hanging;

impl Oracle for Hanging {
    fn name(&self) -> &'static str {
        "hang"
    }

    fn judge(&self, execution: &Execution) -> Vec<Finding> {
        // A server that died leaves clients waiting: that is the crash's story.
        let hang = execution.hang.as_ref().filter(|_| execution.exits.is_empty());
        hang.map(|hang| finding(execution, hang)).into_iter().collect()
    }
}

/// Where a spinning script was interrupted.
fn stack(end: &ShellEnd) -> Vec<String> {
    match end {
        ShellEnd::Interrupted { stack } => stack.lines().map(|line| line.trim().to_owned()).collect(),
        _ => Vec::new(),
    }
}

fn finding(execution: &Execution, hang: &Hang) -> Finding {
    let over = format!("no end after {}", readable(hang.threshold));
    let statement = hang.statement.map(|number| format!(" in statement {number}")).unwrap_or_default();
    match &hang.kind {
        HangKind::ServerHoldsReply { command, waiting } => {
            let waiting = readable(*waiting);
            let title = format!("the server holds the reply to {command}{statement} for {waiting}");
            servers(execution, hang, &format!("held {command}"), &title, &over)
        }
        HangKind::Waits => {
            let title = format!("the shell waits{statement} and does not say for what; the server is up");
            servers(execution, hang, "waits", &title, &over)
        }
        HangKind::Idle => servers(
            execution,
            hang,
            "idle",
            &format!("the shell neither works nor waits for a reply{statement}, the server runs"),
            &over,
        ),
        HangKind::Slow => {
            let statement = execution.last_completed().map_or(0, |last| last + 1);
            let title = format!("commands go back and forth in statement {statement} without an end ({over})");
            Finding::other(Verdict::Unknown, title)
        }
        HangKind::ShellSpins => {
            let title = format!("the script spins in the shell{statement} ({over})");
            Finding::other(Verdict::ShellTrouble, title).with_details(stack(&execution.end))
        }
    }
}

/// The server's hang. Without stacks its command is all that tells it from others, and many hangs have that.
fn servers(execution: &Execution, hang: &Hang, key: &str, title: &str, over: &str) -> Finding {
    let holder = execution.capture.as_ref().and_then(holder);
    let place = holder.as_ref().filter(|holder| !holder.frames.is_empty()).map(|holder| {
        let message = format!("{key} {}", holder.does.word());
        Symptom::new(Class::Hang, &normalise(&message)).with_frames(holder.frames.clone())
    });
    let does = holder.as_ref().map_or_else(|| idle(hang).to_owned(), |holder| format!(" and {}", holder.sentence()));
    let command = Symptom::new(Class::Hang, &normalise(key)).weak();
    let symptoms = place.into_iter().chain([command]).collect();
    let finding = Finding::of_symptoms(Class::Hang, symptoms, format!("{title}{does} ({over})"));
    finding.with_details(details(execution, hang, holder))
}

fn idle(hang: &Hang) -> &'static str {
    match hang.server_cpu {
        Some(cpu) if cpu < super::holder::BUSY => " and is idle",
        Some(_) => " and is busy",
        None => "",
    }
}

fn details(execution: &Execution, hang: &Hang, holder: Option<Holder>) -> Vec<String> {
    let mut lines = holder.map(|holder| holder.chain).unwrap_or_default();
    let cpu = hang.server_cpu.map(|cpu| format!("used {cpu} % of a processor"));
    let ping = hang.answers_ping.map(|yes| if yes { "answers ping" } else { "does not answer ping" }.to_owned());
    let state: Vec<String> = cpu.into_iter().chain(ping).collect();
    if !state.is_empty() {
        lines.push(format!("the server {}", state.join(" and ")));
    }
    if let Some(capture) = &execution.capture {
        if let Some(Outcome::Answered(_)) = capture.answer("currentOp") {
            let running = capture.operations.iter().take(3);
            lines.extend(running.map(|one| {
                let lock = if one.waits_for_lock { ", waits for a lock" } else { "" };
                format!("runs {} on {} for {}{lock}", one.command, one.namespace, readable(one.running))
            }));
        }
        let files = capture.files.len();
        lines.push(format!("captured {files} files in {}", readable(capture.took)));
        lines.extend(capture.gaps.iter().map(|gap| format!("not captured: {}: {}", gap.what, gap.why)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::tests::clean;
    use crate::run::capture::{Capture, CapturedProcess, Frame, Thread, Wait};
    use std::time::Duration;

    fn thread(id: u64, function: &str, cpu: u32, owner: Option<u64>) -> Thread {
        let frames = vec![Frame { function: function.into(), place: None }];
        let waits = owner.map(|owner| Wait { lock: format!("0x{id}"), owner: Some(owner) });
        Thread { id, name: format!("conn{id}"), cpu: Some(cpu), frames, waits, ..Thread::default() }
    }

    fn hung(threads: Vec<Thread>) -> Finding {
        let process = CapturedProcess { name: "mongod".into(), pid: 7, threads, ..CapturedProcess::default() };
        let capture = Some(Capture { processes: vec![process], ..Capture::default() });
        let kind = HangKind::ServerHoldsReply { command: "find".into(), waiting: Duration::from_secs(9) };
        let hang = Hang { kind, statement: Some(4), server_cpu: Some(1), ..Hang::default() };
        let findings = Hanging.judge(&Execution { hang: Some(hang), capture, ..clean() });
        findings.into_iter().next().unwrap()
    }

    #[test]
    fn the_one_that_spins_is_named_and_makes_the_signature() {
        let one = hung(vec![thread(1, "db::sort", 97, None), thread(2, "db::serve", 0, Some(1))]);
        assert!(one.title.contains("find in statement 4") && one.title.contains("spins in db::sort"), "{}", one.title);
        let other = hung(vec![thread(1, "db::merge", 97, None)]);
        let again = hung(vec![thread(9, "db::sort", 60, None)]);
        assert_ne!(one.signature, other.signature);
        assert_eq!(one.signature, again.signature);
    }

    #[test]
    fn a_chain_of_locks_is_told_link_by_link() {
        let finding = hung(vec![thread(1, "db::drop", 0, Some(2)), thread(2, "db::create", 0, Some(1))]);
        assert!(finding.title.contains("deadlock"), "{}", finding.title);
        assert!(finding.details[0].contains("conn1 (1) in db::drop waits for 0x1 held by conn2 (2)"), "{finding:?}");
        let turned = hung(vec![thread(2, "db::create", 0, Some(1)), thread(1, "db::drop", 0, Some(2))]);
        assert_eq!(finding.signature, turned.signature);
    }

    #[test]
    fn without_a_busy_thread_or_a_lock_it_is_idle() {
        let finding = hung(vec![thread(1, "db::wait_for_signal", 14, None)]);
        assert!(finding.title.contains("is idle in db::wait_for_signal"), "{}", finding.title);
    }
}
