//! Reducing beside treereduce, lithium and picire: the same files, the same predicate, a whole process a test.
//!
//! Sizes are those of escodegen's compact print of each result, so that no tool is paid for its own. Tests are counted by
//! the predicate. JSTESTFUZZ_BENCH_CASES=3 takes the first three files only, JSTESTFUZZ_BENCH_FROM=14 leaves out so many.

#[path = "../measure/mod.rs"]
mod measure;

mod cases;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use cases::Case;
use jstestfuzz::process::{Child, poll};
use jstestfuzz::triage::reduce::{Cancel, Journal, Options, Outcome, Progress, Reduction, Test};
use measure::{Target, median, peer_path, row, skipped};

const TRIAGE: &str = env!("CARGO_BIN_EXE_triage");
const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/reduce");

/// No tool gets longer for one file.
const LONGEST: Duration = Duration::from_secs(180);

/// What a tool made of a file.
#[derive(Clone, Copy)]
struct Made {
    bytes: usize,
    tests: usize,
    seconds: f64,
}

/// A tool: its name, and the command that reduces `input` into `output` in an empty folder.
type Tool = (&'static str, fn(&Path) -> Command);

const TOOLS: [Tool; 5] = [
    ("triage reduce", ours),
    ("treereduce", |folder| treereduce(folder, &[])),
    ("treereduce --slow", |folder| treereduce(folder, &["--slow"])),
    ("lithium", lithium),
    ("picire", picire),
];

fn main() {
    overhead();
    if peer_path("escodegen").is_none()
        || tool("bin/treereduce-javascript").is_none()
        || tool("venv/bin/picire").is_none()
    {
        return skipped("reducing beside peers", "treereduce, lithium, picire or acorn are not there; run benches/run");
    }
    let number = |name| std::env::var(name).ok().and_then(|number: String| number.parse::<usize>().ok());
    let (from, most) = (number("JSTESTFUZZ_BENCH_FROM"), number("JSTESTFUZZ_BENCH_CASES"));
    let all = cases::all();
    let some = all.iter().skip(from.unwrap_or(0)).take(most.unwrap_or(usize::MAX));
    let made: Vec<Vec<Made>> = some.map(reduced_by_all).collect();
    report(&made);
}

fn reduced_by_all(case: &Case) -> Vec<Made> {
    let one = |(name, command): &Tool| {
        let made = reduced(case, *command);
        eprintln!("{}: {name}: {} bytes, {} tests, {:.1} s", case.name, made.bytes, made.tests, made.seconds);
        made
    };
    TOOLS.iter().map(one).collect()
}

fn of(made: &[Vec<Made>], tool: usize, figure: impl Fn(&Made) -> f64) -> Vec<f64> {
    made.iter().map(|row| figure(&row[tool])).collect()
}

fn report(made: &[Vec<Made>]) {
    let smallest: Vec<f64> =
        made.iter().map(|row| row[1..].iter().map(|one| one.bytes).min().unwrap_or(0) as f64).collect();
    let own = of(made, 0, |one| one.bytes as f64);
    let no_larger = own.iter().zip(&smallest).filter(|(own, peer)| own <= peer).count();
    row(
        &format!("files of {} that become no larger than the smallest peer's", made.len()),
        &format!("{no_larger} (median {} bytes)", median(&own)),
        &format!("median {} bytes", median(&smallest)),
        no_larger as f64,
        &Target::AtLeast(made.len() as f64, ""),
    );
    let own = median(&of(made, 0, |one| one.tests as f64));
    for (at, (name, _)) in TOOLS.iter().enumerate().skip(1) {
        let peer = median(&of(made, at, |one| one.tests as f64));
        let what = format!("tests, beside {name} (median file)");
        row(&what, &own.to_string(), &peer.to_string(), own / peer, &Target::AtMost(1.0, "x"));
    }
    let seconds = |tool| of(made, tool, |one| one.seconds).iter().sum::<f64>();
    let (own, peer) = (seconds(0), seconds(1));
    let what = "seconds for all files with two tests at once, beside treereduce";
    row(what, &format!("{own:.1}"), &format!("{peer:.1}"), own / peer, &Target::AtMost(0.5, "x"));
}

fn reduced(case: &Case, command: fn(&Path) -> Command) -> Made {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("input.js"), &case.text).expect("a file");
    std::fs::write(path("count"), "").expect("a file");
    let started = Instant::now();
    let mut command = command(folder.path());
    command.current_dir(folder.path()).env("NEEDED", case.needed.to_string());
    command.env("COUNT", path("count")).env("NODE_PATH", modules());
    let mut child =
        Child::start(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())).expect("a tool");
    if poll(started + LONGEST, || child.ended()).is_none() {
        eprintln!("the next tool was stopped after {} s; what it has written so far counts", LONGEST.as_secs());
        child.kill();
    }
    let seconds = started.elapsed().as_secs_f64();
    let tests = std::fs::metadata(path("count")).map_or(0, |count| count.len() as usize);
    let output = ["output.js", "out/input.js", "input.js"].map(path).into_iter().find(|path| path.exists());
    // Who is stopped while he writes his file has nothing: then it is the original's size.
    let bytes = size(&output.expect("the original at least")).or_else(|| {
        std::fs::write(path("original.js"), &case.text).ok()?;
        size(&path("original.js"))
    });
    Made { bytes: bytes.expect("the size of the original"), tests, seconds }
}

/// Nothing if the file is no program.
fn size(file: &Path) -> Option<usize> {
    let output = Command::new(predicate()).arg("--size").arg(file).env("NODE_PATH", modules()).output().expect("node");
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

fn predicate() -> String {
    format!("{HERE}/predicate.js")
}

fn modules() -> Utf8PathBuf {
    peer_path("").expect("looked at before")
}

/// A peer's program below the folder that `benches/run` installs to.
fn tool(name: &str) -> Option<Utf8PathBuf> {
    let folder = std::env::var("JSTESTFUZZ_PEERS").ok()?;
    Some(Utf8PathBuf::from(folder).join(name)).filter(|path| path.exists())
}

fn peer(name: &str) -> Command {
    Command::new(tool(name).expect("looked at before"))
}

fn ours(folder: &Path) -> Command {
    let mut command = Command::new(TRIAGE);
    command.arg("reduce").arg(folder.join("input.js")).args(["--test", &predicate(), "--jobs", "2", "--out"]);
    command.arg(folder.join("output.js"));
    command
}

fn treereduce(folder: &Path, flags: &[&str]) -> Command {
    let mut command = peer("bin/treereduce-javascript");
    command.args(["--quiet", "--jobs", "2"]).args(flags).arg("--source").arg(folder.join("input.js"));
    command.arg("--output").arg(folder.join("output.js")).args(["--", &predicate(), "@@"]);
    command
}

/// It changes its input in place.
fn lithium(folder: &Path) -> Command {
    let mut command = peer("venv/bin/lithium");
    command.arg(format!("{HERE}/lithium_condition.py")).arg(folder.join("input.js"));
    command
}

fn picire(folder: &Path) -> Command {
    let mut command = peer("venv/bin/picire");
    command.arg("--input").arg(folder.join("input.js")).args(["--parallel", "--jobs", "2", "--test", &predicate()]);
    command.arg("--out").arg(folder.join("out"));
    command
}

/// What a test costs beside the test itself.
fn overhead() {
    struct Words(Vec<String>);
    impl Test for Words {
        fn name(&self) -> String {
            "words".into()
        }
        fn try_it(&self, candidate: &str, _: &Cancel<'_>) -> Outcome {
            let all = self.0.iter().all(|word| candidate.contains(word));
            if all { Outcome::StillFails } else { Outcome::Passes }
        }
    }
    let figures = cases::all().into_iter().map(|case| {
        let test = Words(case.words);
        let mut progress = |_: &Progress<'_>| Ok(());
        let (options, journal) = (Options::default(), Journal::in_memory());
        let started = Instant::now();
        let reduction = Reduction { test: &test, options, journal, stop: &|| false, progress: &mut progress };
        let reduced = reduction.run(&case.text).expect("the words are there");
        started.elapsed().as_secs_f64() * 1_000.0 / reduced.tests() as f64
    });
    let figures: Vec<f64> = figures.collect();
    let worst = figures.iter().copied().fold(0.0, f64::max);
    let shown = format!("{:.2} ms (worst file {worst:.2} ms)", median(&figures));
    row(
        "time a test beside the test itself, reading and printing included",
        &shown,
        "",
        worst,
        &Target::AtMost(1.0, " ms"),
    );
}
