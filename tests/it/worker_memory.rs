//! What a worker keeps: nothing of the files that it ran, and nothing of what they printed.

use std::time::{Duration, Instant};

use jstestfuzz::shell::embedded::EmbeddedShell;
use jstestfuzz::shell::{Job, Limits, Report, Shell, ShellEnd};
use jstestfuzz::wire::uri::Settings;

use crate::embedded::Server;
use crate::hostile::resident;
use crate::program::{FUZZ, Place};

/// One shell, and so one worker as long as it lives.
struct Runs {
    place: Place,
    server: Server,
    shell: EmbeddedShell,
}

/// The end of a file, its worker, and the most and the last that this had resident.
struct Ran {
    pid: u32,
    printed: usize,
    peak: u64,
    last: u64,
}

impl Runs {
    fn new() -> Self {
        Self { place: Place::new(), server: Server::start(), shell: EmbeddedShell::new(FUZZ.into()) }
    }

    fn job(&self, script: &str) -> Job {
        Job {
            name: "script.js".into(),
            path: self.place.file("script.js", script).into(),
            server: Settings::of_addresses([&self.server.address]),
            database: "test".into(),
            roots: Vec::new(),
            test_data: "{}".into(),
            limits: Limits {
                interrupt_after: Duration::from_secs(60),
                read_timeout: Duration::from_secs(10),
                memory: 64 << 20,
                output: 200 << 20,
            },
        }
    }

    /// Runs a job to its end; `looking` asks for its memory at every report, which costs more than a small file.
    fn run(&mut self, job: &Job, looking: bool) -> Ran {
        let mut running = self.shell.run(job).unwrap();
        let pid = running.pid().unwrap();
        let (mut printed, mut peak) = (0, 0);
        loop {
            let report = running.next(Instant::now() + Duration::from_secs(90)).expect("the script ends");
            peak = if looking { peak.max(resident(pid)) } else { 0 };
            match report {
                Report::Output(lines) => printed += lines.iter().map(String::len).sum::<usize>(),
                Report::Ended(ended) => {
                    assert_eq!(ended.end, ShellEnd::Completed);
                    return Ran { pid, printed, peak, last: resident(pid) };
                }
                _ => {}
            }
        }
    }
}

#[test]
fn ten_thousand_contexts_made_and_dropped_leave_nothing_behind() {
    let mut runs = Runs::new();
    let job = runs.job(
        "var a = { f: function () { return a; }, b: [new ObjectId(), NumberLong(5), BinData(0, 'AAAA')] }; a.a = a;
         assert.commandWorked(db.runCommand({ ping: 1 })); assert.throws(function () { null.x; });
         Promise.reject(a).catch(function () {}); print(tojson(a.b));",
    );
    let started = Instant::now();
    let first = (0..2_000).map(|_| runs.run(&job, false)).last().unwrap();
    let last = (0..8_000).map(|_| runs.run(&job, false)).last().unwrap();
    assert_eq!(first.pid, last.pid, "the worker was changed");
    let (before, after) = (first.last >> 10, last.last >> 10);
    println!("{before} KiB after 2,000 files, {after} KiB after 10,000, {:?}", started.elapsed());
    // A leak of 64 bytes a file would be as much.
    assert!(after < before + 500, "{before} KiB after 2,000 files, {after} KiB after 10,000");
}

#[test]
fn a_hundred_megabytes_of_output_do_not_grow_the_worker() {
    let mut runs = Runs::new();
    let quiet = runs.job("1;");
    let before = runs.run(&quiet, true).last;
    let loud = runs.job("var s = 'x'.repeat(1000); for (var i = 0; i < 100000; i++) print(s);");
    let ran = runs.run(&loud, true);
    assert_eq!(ran.printed, 100_000_000);
    println!("{} KiB before, at most {} KiB under way", before >> 10, ran.peak >> 10);
    assert!(ran.peak < before + (16 << 20), "{} KiB before, {} KiB under way", before >> 10, ran.peak >> 10);
}
