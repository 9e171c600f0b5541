//! What a batch costs beside the bare statements, and how soon it sees a failure and goes on.

mod measure;

use std::fmt::Write;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use jstestfuzz::interrupt::Interrupts;
use jstestfuzz::judge::judge;
use jstestfuzz::run::capture::{CaptureOptions, Capturer};
use jstestfuzz::run::check::Checks;
use jstestfuzz::run::{Batch, Execution, HangTimer};
use jstestfuzz::server::practice::bugs::{Class, all};
use jstestfuzz::server::{ServerChoice, ServerError, Topology, choose};
use jstestfuzz::shell::embedded::EmbeddedShell;
use jstestfuzz::shell::{Job, Limits, Report, Shell};
use jstestfuzz::store::Record;
use jstestfuzz::wire::uri::Settings;
use jstestfuzz::wrap::push_framed;
use measure::{FUZZ, Target, median, row, skipped, turns};

/// As many as a fuzzed file has.
const STATEMENTS: usize = 1_500;
const LONGEST: Duration = Duration::from_secs(120);
/// More turns for what is told from little: which cores the shell and its server get moves one run by a fifth.
const TURNS: usize = 5;
/// The threshold of the hang that is timed.
const THRESHOLD: Duration = Duration::from_secs(2);

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
    overhead(folder, "practice");
    overhead(folder, "ferretdb");
    deaths(folder);
    starts(folder, "practice", 50.0);
    starts(folder, "ferretdb", 3_000.0);
    hang(folder);
    capture(folder);
}

/// A server of that name, without planted bugs but those.
fn server(folder: &Utf8Path, name: &str, bugs: &str) -> Result<Box<dyn Topology>, ServerError> {
    let folder = folder.join(name);
    std::fs::create_dir_all(&folder).map_err(|error| ServerError::Infrastructure(error.to_string()))?;
    let choice = ServerChoice {
        own: Some(FUZZ.into()),
        name: Some(name.into()),
        bugs: Some(bugs.into()),
        ..ServerChoice::default()
    };
    Ok(choose(&choice, &folder)?.topology)
}

/// The kinds of statements that fuzzed files are full of; none throws.
fn statement(number: usize) -> String {
    match number % 6 {
        0 => format!("db.c{}.insert({{a: {number}, b: 'x{number}', c: [1, 2, {{d: {number}}}]}});", number % 5),
        1 => format!("var found = db.c{}.find({{a: {{$lt: {number}}}}}).limit(20).toArray();", number % 5),
        2 => format!("db.c{}.update({{a: {number}}}, {{$inc: {{n: 1}}}}, {{upsert: true}});", number % 5),
        3 => format!("db.c{}.aggregate([{{$match: {{n: 1}}}}, {{$limit: 20}}]).itcount();", number % 5),
        4 => format!("assert.eq(typeof db.c{}.count({{a: {number}}}), 'number');", number % 5),
        _ => format!("for (var i = 0; i < 3; i++) {{ db.runCommand({{ping: i}}); }} tojson({{a: {number}}});"),
    }
}

fn job(folder: &Utf8Path, name: &str, text: &str) -> Job {
    let path: Utf8PathBuf = folder.join(name);
    std::fs::write(&path, text).expect("a file in the temporary folder");
    Job {
        name: name.into(),
        path,
        server: Settings::default(),
        database: "test".into(),
        roots: Vec::new(),
        test_data: "{}".into(),
        limits: Limits { interrupt_after: LONGEST, read_timeout: LONGEST, memory: 256 << 20, output: 64 << 20 },
    }
}

fn timer() -> HangTimer {
    HangTimer { minimum: LONGEST, multiple: 10 }
}

/// Wrapped, watched, checked, judged and recorded, beside the same statements alone: by turns in one batch.
fn overhead(folder: &Utf8Path, name: &str) {
    let what = format!("{STATEMENTS} statements as a fuzzed file of a batch, beside the bare statements on {name}");
    let mut topology = match server(folder, name, "none") {
        Ok(topology) => topology,
        Err(error) => return skipped(&what, &error.to_string()),
    };
    topology.start().expect("the server starts");
    let server = topology.connection();
    let (mut plain, mut framed) = (String::from("db.dropDatabase();\n"), String::new());
    push_framed(&mut framed, 0, "db.dropDatabase();");
    for number in 0..STATEMENTS {
        writeln!(plain, "{}", statement(number)).expect("a text grows");
        push_framed(&mut framed, number + 1, &statement(number));
    }
    let (plain, framed) = (job(folder, "plain.js", &plain), job(folder, "framed.js", &framed));
    let (mut bare, mut shell, interrupts) =
        (EmbeddedShell::new(FUZZ.into()), EmbeddedShell::new(FUZZ.into()), Interrupts::default());
    let mut batch = Batch::new(&mut shell, &mut *topology, &interrupts, timer(), Checks::ALL).already_started();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for turn in 0..=TURNS * turns() {
        let one = alone(&mut bare, &Job { server: server.clone(), ..plain.clone() });
        let started = Instant::now();
        let mut output = std::fs::File::create(folder.join("shell.log")).expect("a log in the temporary folder");
        let execution = batch.execute(&framed, STATEMENTS as u32 + 1, &mut output).expect("a run");
        let judgement = judge(&execution);
        assert!(judgement.findings.is_empty() && execution.completed.len() == STATEMENTS + 1, "{judgement:?}");
        let record = serde_json::to_vec(&Record::new(&execution, &judgement, &[])).expect("a record");
        std::fs::write(folder.join("record.json"), record).expect("a record in the temporary folder");
        // The first of each pays for a worker's start.
        if turn > 0 {
            ours.push(started.elapsed().as_secs_f64());
            theirs.push(one.as_secs_f64());
        }
    }
    let _ = batch.shut_down(Duration::from_secs(10));
    let (ours, theirs) = (median(&ours), median(&theirs));
    let more = (ours / theirs - 1.0) * 100.0;
    let cell = |seconds: f64| format!("{:.0} ms", seconds * 1_000.0);
    let target = Target::AtMost(10.0, " % more");
    row(&what, &format!("{} ({more:+.1} %)", cell(ours)), &cell(theirs), more, &target);
}

/// The wall time of a script, from when a shell is handed it to its end: a context of its own it needs as well.
fn alone(shell: &mut EmbeddedShell, job: &Job) -> Duration {
    let (started, deadline) = (Instant::now(), Instant::now() + LONGEST);
    let mut running = shell.run(job).expect("the embedded shell");
    while !matches!(running.next(deadline), Some(Report::Ended(_)) | None) {}
    started.elapsed()
}

/// From the kill of the server under a client that talks to it to the file's end.
fn deaths(folder: &Utf8Path) {
    let mut topology = server(folder, "practice", "none").expect("the practice server");
    topology.start().expect("the practice server starts");
    let interrupts = Interrupts::default();
    let talks = job(folder, "talks.js", "for (;;) { db.runCommand({ping: 1}); }");
    let mut times = Vec::new();
    for _ in 0..turns() {
        let pid = topology.processes().first().map(|process| process.pid).expect("a process");
        let mut shell = EmbeddedShell::new(FUZZ.into());
        let mut batch = Batch::new(&mut shell, &mut *topology, &interrupts, timer(), Checks::NONE).already_started();
        let killer = std::thread::spawn(move || {
            jstestfuzz::process::pause(Duration::from_millis(500));
            let victim = jstestfuzz::process::Identity::of(pid).expect("the server lives");
            victim.signal(rustix::process::Signal::KILL);
            Instant::now()
        });
        let execution = batch.execute(&talks, 0, &mut std::io::sink()).expect("a run");
        let over = Instant::now();
        assert_eq!(execution.exits.len(), 1);
        times.push((over - killer.join().expect("the killing thread")).as_secs_f64() * 1_000.0);
        topology.start().expect("the practice server starts again");
    }
    topology.stop(Duration::from_secs(5));
    let time = median(&times);
    let what = "from the death of a server to the end of its file";
    row(what, &format!("{time:.0} ms"), "", time, &Target::AtMost(100.0, " ms"));
}

fn starts(folder: &Utf8Path, name: &str, most: f64) {
    let what = format!("a server that died is back: {name}");
    let mut topology = match server(folder, name, "none") {
        Ok(topology) => topology,
        Err(error) => return skipped(&what, &error.to_string()),
    };
    let mut times = Vec::new();
    for _ in 0..=turns() {
        let started = Instant::now();
        topology.start().expect("the server starts");
        times.push(started.elapsed().as_secs_f64() * 1_000.0);
        topology.stop(Duration::from_secs(10));
    }
    let time = median(&times[1..]);
    row(&what, &format!("{time:.0} ms"), "", time, &Target::AtMost(most, " ms"));
}

/// A planted bug's program, whose hang is captured if it is to be.
fn run_planted(folder: &Utf8Path, class: Class, threshold: Duration, captured: bool) -> Execution {
    let bug = all().iter().find(|bug| bug.class == class).expect("a planted bug");
    let mut topology = server(folder, "practice", bug.id).expect("the practice server");
    let (mut shell, interrupts) = (EmbeddedShell::new(FUZZ.into()), Interrupts::default());
    let timer = HangTimer { minimum: threshold, multiple: 2 };
    let options = CaptureOptions { time: LONGEST, core_size: 4 << 30, core_keep: 1, compress: true, gdb_script: None };
    let capturer = captured.then(|| Capturer::new(options, FUZZ.into()));
    let mut batch = Batch::new(&mut shell, &mut *topology, &interrupts, timer, Checks::NONE).capturing(capturer);
    batch.leave_captures_in(folder.join("capture"));
    let execution = batch.execute(&job(folder, "bug.js", bug.program), 0, &mut std::io::sink()).expect("a run");
    drop(batch);
    topology.stop(Duration::from_secs(5));
    execution
}

/// From the first line of a file whose command is held to the verdict, as a part of the threshold.
fn hang(folder: &Utf8Path) {
    let parts: Vec<f64> = (0..turns())
        .map(|_| {
            let execution = run_planted(folder, Class::Spin, THRESHOLD, false);
            execution.hang.expect("a hang").noticed.as_secs_f64() / THRESHOLD.as_secs_f64()
        })
        .collect();
    let part = median(&parts);
    let what = format!("a hang is told, as a part of its threshold of {} s", THRESHOLD.as_secs());
    row(&what, &format!("{part:.2}"), "", part, &Target::AtMost(1.2, ""));
}

/// Stacks and the core of a server that hangs in a loop which takes memory until its bound.
fn capture(folder: &Utf8Path) {
    if std::process::Command::new("gdb").arg("--version").output().is_err() {
        return skipped("stacks and core of a hanging server", "there is no gdb");
    }
    let execution = run_planted(folder, Class::GrowingHang, Duration::from_secs(5), true);
    let capture = execution.capture.expect("a capture");
    assert!(capture.gaps.is_empty(), "{:?}", capture.gaps);
    let took = capture.took.as_secs_f64();
    let what = "stacks and core (gdb, zstd) of a hanging server that has taken 768 MiB";
    row(what, &format!("{took:.1} s"), "", took, &Target::AtMost(10.0, " s"));
}
