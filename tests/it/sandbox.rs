//! The worker's sandbox from outside. What it refuses is shown beside its source.

use std::time::{Duration, Instant};

use jstestfuzz::shell::embedded::EmbeddedShell;
use jstestfuzz::shell::{Job, Limits, Report, Shell};
use jstestfuzz::wire::uri::Settings;

use crate::embedded::Server;
use crate::program::{FUZZ, Place};

/// Lines of a run's output that say that something is off.
fn lines_on_it(switched_off: bool) -> Vec<String> {
    let place = Place::new();
    let words = ["run", &place.file("a.js", "db.c.count();"), &place.file("b.js", "db.c.count();")];
    let mut command = place.command(FUZZ, &words);
    if switched_off {
        command.env("JSTESTFUZZ_SANDBOX", "off");
    }
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let all = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    all.lines().filter(|line| line.contains("Landlock") || line.contains("seccomp")).map(str::to_owned).collect()
}

#[test]
fn a_sandbox_that_is_off_is_said_in_one_line_of_a_run_and_one_that_is_on_in_none() {
    let lines = lines_on_it(true);
    assert!(matches!(&lines[..], [one] if one.contains("Landlock and seccomp are off")), "{lines:?}");
    let gap = EmbeddedShell::new(FUZZ.into()).caution();
    assert_eq!(lines_on_it(false).len(), usize::from(gap.is_some()));
}

#[test]
fn a_worker_is_bound_before_its_first_script_begins() {
    let (place, server) = (Place::new(), Server::start());
    let mut shell = EmbeddedShell::new(FUZZ.into());
    if let Some(gap) = shell.caution() {
        return eprintln!("not shown on this kernel: {gap}");
    }
    let job = Job {
        name: "script.js".into(),
        path: place.file("script.js", "sleep(200); db.c.count();").into(),
        server: Settings::of_addresses([&server.address]),
        database: "test".into(),
        roots: Vec::new(),
        test_data: "{}".into(),
        limits: Limits {
            interrupt_after: Duration::from_secs(20),
            read_timeout: Duration::from_secs(10),
            memory: 256 << 20,
            output: 1 << 20,
        },
    };
    let mut running = shell.run(&job).unwrap();
    while running.next(Instant::now() + Duration::from_secs(60)) != Some(Report::Started) {}
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.pid().unwrap())).unwrap();
    for line in ["NoNewPrivs:\t1", "Seccomp:\t2"] {
        assert!(status.contains(line), "no {line:?} in\n{status}");
    }
}
