//! What every measurement needs: processes and their CPU time, medians over turns, rows of the table.
#![allow(dead_code)] // Each measurement uses its part.

use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use jstestfuzz::process::start_time;

/// The program that is measured, built by cargo for this measurement.
pub const FUZZ: &str = env!("CARGO_BIN_EXE_fuzz");

/// The shipped corpus.
pub const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");

/// How often ours and the peer take turns: the median of so many is not moved by one busy moment of the machine.
pub fn turns() -> usize {
    std::env::var("JSTESTFUZZ_BENCH_TURNS").ok().and_then(|turns| turns.parse().ok()).unwrap_or(5).max(1)
}

/// A script for a peer.
pub fn peer_script(name: &str) -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers").join(name)
}

/// An installed npm package or program, below the folder that `benches/run` installs to.
pub fn peer_path(name: &str) -> Option<Utf8PathBuf> {
    let folder = std::env::var("JSTESTFUZZ_PEERS").ok()?;
    Some(Utf8PathBuf::from(folder).join("node_modules").join(name)).filter(|path| path.exists())
}

/// Runs a command to its end; its CPU seconds, user and system, and what it printed. Ending with 0 or 1 is well: a run
/// of ours that found failures ends with 1.
pub fn run(command: &mut Command) -> (f64, String) {
    let before = cpu_of_children();
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(matches!(output.status.code(), Some(0 | 1)), "{command:?} ended with {}", output.status);
    (cpu_of_children() - before, String::from_utf8_lossy(&output.stdout).into_owned())
}

/// CPU seconds of all children that have ended, and of theirs.
pub fn cpu_of_children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    // Fields 16 and 17 of proc(5); the first after the bracket is number 3.
    let ticks = |field: usize| fields.get(field - 3).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(16) + ticks(17)) / rustix::param::clock_ticks_per_second() as f64
}

/// A process and all below it.
pub fn tree(pid: u32) -> Vec<u32> {
    let mut found = vec![pid];
    let mut at = 0;
    while at < found.len() && found.len() < 1_000 {
        found.extend(children(found[at]));
        at += 1;
    }
    found.retain(|pid| start_time(*pid).is_some());
    found
}

fn children(pid: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}

/// A line of `/proc/PID/status` that is given in kB, in MiB.
pub fn mebibytes(pid: u32, line: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let text = status.lines().find_map(|one| one.strip_prefix(line)?.strip_prefix(':'));
    let kilobytes = text.and_then(|text| text.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}

/// The middle one.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A target, and whether a figure meets it.
pub enum Target {
    AtLeast(f64, &'static str),
    AtMost(f64, &'static str),
    None,
}

impl Target {
    fn cells(&self, figure: f64) -> String {
        let met = |met: bool| if met { "met" } else { "**missed**" };
        match self {
            Self::AtLeast(bound, unit) => format!("at least {bound}{unit} | {}", met(figure >= *bound)),
            Self::AtMost(bound, unit) => format!("at most {bound}{unit} | {}", met(figure <= *bound)),
            Self::None => " | ".into(),
        }
    }
}

/// Prints a row: what, ours, the peer's, and `figure` against the target. The head of the table is in `benches/run`.
pub fn row(what: &str, ours: &str, peer: &str, figure: f64, target: &Target) {
    println!("| {what} | {ours} | {peer} | {} |", target.cells(figure));
}

/// Prints a row for what could not be measured.
pub fn skipped(what: &str, why: &str) {
    println!("| {what} | skipped: {why} | | | |");
}
