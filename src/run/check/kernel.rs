//! What the kernel says of processes that it killed: without its line a SIGKILL has no reason.

use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;

use rustix::fs::OFlags;

use crate::run::log_text::trouble;
use crate::server::{ExitStatus, LogLine, ServerExit};

/// The kernel's ring holds some thousand lines.
const MOST_LINES: usize = 50_000;
/// Longer lines are cut by the kernel itself.
const LINE_BYTES: usize = 8 << 10;

/// The kernel's lines that name one of these processes as killed for want of memory. Nothing where its log may not be
/// read, which is common, or where nobody was killed.
pub fn kernel_lines(exits: &[ServerExit]) -> Vec<LogLine> {
    let killed = |exit: &&ServerExit| matches!(exit.status, ExitStatus::Signal { number: 9, .. });
    let pids: Vec<u32> = exits.iter().filter(killed).map(|exit| exit.process.pid).collect();
    if pids.is_empty() {
        return Vec::new();
    }
    telling(read_ring().iter().map(String::as_str), &pids)
}

fn telling<'a>(lines: impl Iterator<Item = &'a str>, pids: &[u32]) -> Vec<LogLine> {
    let names = |text: &str| pids.iter().any(|pid| text.contains(&format!(" {pid} (")));
    let own = lines.filter(|text| trouble(text).is_some() && names(text));
    own.map(|text| LogLine { process: "kernel".into(), text: text.to_owned() }).collect()
}

/// One read gives one line; without waiting, the last one is followed by an error.
fn read_ring() -> Vec<String> {
    let mut lines = Vec::new();
    let without_waiting = OFlags::NONBLOCK.bits().cast_signed();
    let Ok(mut ring) = std::fs::File::options().read(true).custom_flags(without_waiting).open("/dev/kmsg") else {
        return lines;
    };
    let mut buffer = [0; LINE_BYTES];
    while lines.len() < MOST_LINES {
        match ring.read(&mut buffer) {
            Ok(0) => break,
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&buffer[..bytes]);
                // `level,number,time,flags;text`, then lines that begin with a blank.
                let first = text.lines().next().and_then(|line| line.split_once(';'));
                lines.extend(first.map(|(_, text)| text.to_owned()));
            }
            // A line that was overwritten while we read; the next one is whole.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => lines.push(String::new()),
            Err(_) => break,
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_name_a_process_of_ours_are_told() {
        let lines = [
            "Out of memory: Killed process 7 (mongod) total-vm:1kB",
            "Out of memory: Killed process 77 (chrome) total-vm:1kB",
            "audit: process 7 (mongod) opened a file",
        ];
        let told = telling(lines.into_iter(), &[7]);
        assert_eq!(told.len(), 1);
        assert!(told[0].process == "kernel" && told[0].text.contains(" 7 (mongod)"));
    }

    #[test]
    fn the_ring_is_read_to_its_end_without_waiting() {
        assert!(read_ring().len() < MOST_LINES);
        assert!(kernel_lines(&[]).is_empty());
    }
}
