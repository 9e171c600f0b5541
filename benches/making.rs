//! Making files beside acorn and escodegen: whole processes over the same corpus, compared by their CPU time.
//!
//! Ours does all that `fuzz generate` does: draws, renames, mutates, tames, prints into frames, checks each changed
//! statement by parsing it again, writes files and recipes. The peer does the least that makes a mutated file: one
//! substitution in each top-level statement, in place, and one print of the whole program.

mod measure;

use std::process::Command;

use measure::{CORPUS, FUZZ, Target, median, peer_path, peer_script, row, run, skipped, turns};

const SETS: u32 = 100;
const FILES_IN_A_SET: &str = "30";

fn main() {
    let Some(modules) = peer_path("escodegen").and_then(|path| path.parent().map(ToOwned::to_owned)) else {
        return skipped("files made", "acorn and escodegen are not installed; run benches/run");
    };
    let (mut ours, mut once, mut anew) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..turns() {
        ours.push(run_in_folder(our_command));
        once.push(run_in_folder(|folder| peer_command(modules.as_str(), "once", folder)));
        anew.push(run_in_folder(|folder| peer_command(modules.as_str(), "anew", folder)));
    }
    let ours = per_second(&ours);
    for (peer, how, target) in [
        (per_second(&once), "each test parsed once, as by us", Target::AtLeast(3.0, "x")),
        (per_second(&anew), "each test parsed anew for each file", Target::AtLeast(3.0, "x")),
    ] {
        let times = ours / peer;
        let what = format!("files of 30 tests made a second and core, beside acorn and escodegen ({how})");
        row(&what, &format!("{ours:.1} ({times:.1}x)"), &format!("{peer:.1}"), times, &target);
    }
}

fn our_command(folder: &str) -> Command {
    let mut command = Command::new(FUZZ);
    command.args(["generate", "--seed", "1", "--sets", &SETS.to_string(), "--source-files", FILES_IN_A_SET]);
    command.args(["--new-since", "none", "--corpus", CORPUS, "--out", folder]);
    command
}

fn peer_command(modules: &str, parse: &str, folder: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(peer_script("making.js")).args([CORPUS, &SETS.to_string(), FILES_IN_A_SET, parse, folder]);
    command.env("NODE_PATH", modules);
    command
}

/// CPU seconds of a command that writes into a folder of its own.
fn run_in_folder(command: impl FnOnce(&str) -> Command) -> f64 {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (cpu, said) = run(&mut command(&folder.path().to_string_lossy()));
    eprintln!("{cpu:.2} s of CPU: {}", said.lines().last().unwrap_or_default());
    cpu
}

fn per_second(cpu: &[f64]) -> f64 {
    f64::from(SETS) / median(cpu)
}
