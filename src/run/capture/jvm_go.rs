//! Stacks that a run time prints itself: SIGQUIT to a Java machine or a Go program, read from what the process prints.

use std::time::Duration;

use camino::Utf8PathBuf;
use rustix::process::Signal;

use super::budget::Budget;
use super::record::{Source, Thread};
use super::suspend::{Member, resume};
use super::{go_text, java_text};
use crate::process::poll;
use crate::server::Stacks;

/// A dump of some hundred threads takes well under a second.
const DUMP_TAKES: Duration = Duration::from_secs(10);
/// Bytes of a dump.
const DUMP_BYTES: usize = 16 << 20;

/// Lets the process go on, asks it for its stacks and stops it again. A Go program ends by that.
///
/// # Errors
/// Why there are none.
pub fn dump(member: &Member, budget: &Budget) -> Result<(String, Source, Vec<Thread>), String> {
    let output = printed_to(member);
    let before = output.metadata().map_or(0, |metadata| metadata.len());
    member.identity.signal(Signal::QUIT);
    resume(member);
    let deadline = budget.deadline(DUMP_TAKES);
    let text = match member.stacks {
        Stacks::Go => {
            poll(deadline, || (!member.identity.is_alive()).then_some(()));
            read_from(&output, before)
        }
        _ => poll(deadline, || Some(read_from(&output, before)).filter(|text| java_text::is_whole(text)))
            .unwrap_or_else(|| read_from(&output, before)),
    };
    member.identity.signal(Signal::STOP);
    let (source, threads) = match member.stacks {
        Stacks::Go => (Source::Go, go_text::goroutines(&text)),
        _ => (Source::Java, java_text::threads(&text)),
    };
    if threads.is_empty() {
        return Err(format!("it printed no stacks into {output} at SIGQUIT"));
    }
    Ok((text, source, threads))
}

/// What a process prints goes into `output.log`, whatever log it writes itself.
fn printed_to(member: &Member) -> Utf8PathBuf {
    let beside = member.leader.log.with_file_name("output.log");
    if beside.exists() { beside } else { member.leader.log.clone() }
}

fn read_from(path: &Utf8PathBuf, start: u64) -> String {
    let bytes = fs_err::read(path).unwrap_or_default();
    let start = usize::try_from(start).unwrap_or(usize::MAX).min(bytes.len());
    let end = bytes.len().min(start.saturating_add(DUMP_BYTES));
    String::from_utf8_lossy(&bytes[start..end]).into_owned()
}
