//! A whole run on the practice server: wall time, and the most memory that all its processes held at one moment.

mod measure;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use measure::{CORPUS, FUZZ, Target, mebibytes, median, row, tree, turns};

const SAMPLE_EVERY: Duration = Duration::from_millis(20);
/// A run that takes longer has gone wrong.
const LONGEST: Duration = Duration::from_secs(600);

fn main() {
    // A run takes half a minute and differs little from the next.
    let runs: Vec<(f64, f64)> = (0..turns().div_ceil(2)).map(|_| measured()).collect();
    let (wall, peak): (Vec<f64>, Vec<f64>) = runs.into_iter().unzip();
    let (wall, peak) = (median(&wall), median(&peak));
    let what = "20 sets of 30 tests on the practice server with its planted bugs";
    row(&format!("{what}: wall time"), &format!("{wall:.1} s"), "", wall, &Target::AtMost(120.0, " s"));
    let most = format!("{peak:.0} MiB");
    row(&format!("{what}: peak memory of all processes"), &most, "", peak, &Target::AtMost(1024.0, " MiB"));
}

/// Wall seconds, and the greatest sum of resident memory in MiB. Pages that processes share are counted for each.
fn measured() -> (f64, f64) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut child, started) = (start(&folder.path().to_string_lossy()), Instant::now());
    let (mut peak, mut status) = (0.0_f64, None);
    while status.is_none() && started.elapsed() < LONGEST {
        peak = peak.max(tree(child.id()).into_iter().map(|pid| mebibytes(pid, "VmRSS")).sum());
        jstestfuzz::process::pause(SAMPLE_EVERY);
        status = child.try_wait().expect("the state of our child");
    }
    let Some(status) = status else {
        let _ = child.kill();
        panic!("the run did not end within {LONGEST:?}");
    };
    assert!(matches!(status.code(), Some(0 | 1)), "the run ended with {status}");
    let wall = started.elapsed().as_secs_f64();
    eprintln!("{wall:.1} s, {peak:.0} MiB");
    (wall, peak)
}

fn start(folder: &str) -> Child {
    let mut command = Command::new(FUZZ);
    command.args(["--server", "practice", "--seed", "1", "--sets", "20", "--source-files", "30"]);
    command.args(["--new-since", "none", "--no-baseline", "--corpus", CORPUS, "--out", folder]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("our own program")
}
