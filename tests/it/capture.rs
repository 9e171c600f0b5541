//! What a hang or a crash leaves behind: real servers, real debuggers, and debuggers that fail on cue.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use jstestfuzz::run::Execution;
use jstestfuzz::run::capture::{Capture, Outcome, Source};
use serde::Deserialize;

use crate::program::{FUZZ, Place, Said};

const DEADLOCK: &str = "db.c.drop(); db.c.createIndex({a: 1}, {name: 'x'}); db.c.createIndex({b: 1}, {name: 'x'});";
const SPIN: &str = "db.c.drop(); db.c.createIndex({a: 1}); db.c.insert({_id: 1, a: [1, 'x']});";

#[derive(Deserialize)]
struct Record {
    execution: Execution,
}

/// The record of the one file of the last run.
fn record(place: &Place, name: &str) -> (Execution, PathBuf) {
    let folder = place.latest().join("executions").join(name);
    let text = std::fs::read_to_string(folder.join("record.json")).unwrap();
    let record: Record = serde_json::from_str(&text).unwrap();
    (record.execution, folder.join("capture"))
}

fn run(place: &Place, program: &str, words: &[&str]) -> (Said, Execution, Capture, PathBuf) {
    let file = place.file("a.js", program);
    let mut all = vec!["run", &file, "--server", "practice", "--hang-min", "2s"];
    all.extend(words);
    let said = place.fuzz(&all);
    let (execution, folder) = record(place, "a");
    let capture = execution.capture.clone().unwrap_or_else(|| panic!("{}", said.all()));
    (said, execution, capture, folder)
}

/// The same with a gdb of our own first on PATH.
fn run_with_gdb(gdb: &str, program: &str, words: &[&str]) -> (Place, Said, Capture, PathBuf) {
    let place = Place::new();
    let tool = place.file("bin/gdb", format!("#!/bin/sh\n{gdb}\n"));
    std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o755)).unwrap();
    let file = place.file("a.js", program);
    let mut all = vec!["run", &file, "--server", "practice", "--hang-min", "2s"];
    all.extend(words);
    let path = format!("{}/bin:{}", place.path().display(), std::env::var("PATH").unwrap());
    let said: Said = place.command(FUZZ, &all).env("PATH", path).output().unwrap().into();
    let (execution, folder) = record(&place, "a");
    let capture = execution.capture.unwrap_or_else(|| panic!("{}", said.all()));
    (place, said, capture, folder)
}

fn names(capture: &Capture) -> String {
    capture.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(" ")
}

fn gaps(capture: &Capture) -> String {
    capture.gaps.iter().map(|gap| format!("{}: {}\n", gap.what, gap.why)).collect()
}

mod gdb {
    use super::*;

    #[test]
    #[ignore = "needs gdb, which tests/run installs"]
    fn a_deadlock_leaves_stacks_a_core_and_the_servers_own_words() {
        let place = Place::new();
        let (said, execution, capture, folder) = run(&place, DEADLOCK, &[]);
        let process = &capture.processes[0];
        assert_eq!((process.name.as_str(), process.source), ("practice", Source::Debugger), "{}", gaps(&capture));
        let waiting: Vec<_> = process.threads.iter().filter(|thread| thread.waits.is_some()).collect();
        assert_eq!(waiting.len(), 1);
        assert!(waiting[0].frames.iter().any(|frame| frame.function.contains("deadlock")), "{waiting:?}");
        assert!(matches!(capture.answer("currentOp"), Some(Outcome::Answered(_))));
        assert!(capture.operations.iter().any(|one| one.command == "createIndexes"), "{:?}", capture.operations);
        let pid = process.pid;
        for name in [
            format!("debugger_practice_{pid}.log"),
            format!("debugger_practice_{pid}_raw_stacks.log"),
            format!("debugger_waitsfor_practice_{pid}.gv"),
            format!("dump_practice.{pid}.core.zst"),
            format!("log_tail_practice_{pid}.log"),
            "current_op.json".into(),
            "server_status.json".into(),
        ] {
            let listed = capture.files.iter().any(|file| file.name == name && file.bytes > 0);
            assert!(listed && folder.join(&name).exists(), "{name} is not among {}", names(&capture));
        }
        assert!(capture.gaps.is_empty(), "{}", gaps(&capture));
        let hang = execution.hang.unwrap();
        assert!(hang.noticed <= hang.threshold.mul_f64(1.2), "{hang:?}");
        assert_eq!(hang.answers_ping, Some(true));
        assert!(said.out.contains("waits for a lock in") && said.out.contains("createIndexes"), "{}", said.all());
    }

    #[test]
    #[ignore = "needs gdb, which tests/run installs"]
    fn somebody_elses_server_is_looked_at_by_its_process_id_and_goes_on() {
        let place = Place::new();
        let servers = place.path().join("servers");
        let server =
            |words: &[&str]| place.fuzz(&[&["server"], words, &["--servers-dir", servers.to_str().unwrap()]].concat());
        let started = server(&["start", "practice", "--bugs", "all"]);
        let uri = started.out.split_whitespace().find(|word| word.starts_with("mongodb://")).unwrap();
        let port = uri.trim_end_matches('/').rsplit(':').next().unwrap();
        let listing =
            std::process::Command::new("pgrep").args(["-f", &format!("practice-server --port {port} ")]).output();
        let pid = String::from_utf8(listing.unwrap().stdout).unwrap().lines().last().unwrap().to_owned();
        let file = place.file("a.js", SPIN);
        let said = place.fuzz(&["run", &file, "--uri", uri, "--pid", &pid, "--hang-min", "2s"]);
        let (_, capture) = (record(&place, "a").0, record(&place, "a").0.capture.unwrap());
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let stopped = server(&["stop", "practice"]);
        assert!(status.contains("State:\tR") || status.contains("State:\tS"), "{status}");
        assert_eq!(capture.processes.first().map(|one| one.pid.to_string()), Some(pid), "{}", said.all());
        assert!(capture.processes[0].threads.len() > 1 && said.out.contains("spins in"), "{}", said.all());
        assert!(stopped.out.contains("is stopped"), "{}", stopped.all());
    }

    #[test]
    #[ignore = "needs gdb, which tests/run installs"]
    fn a_spin_is_named_and_has_another_signature_than_a_deadlock() {
        let place = Place::new();
        let (said, _, capture, _) = run(&place, SPIN, &["--core-compress", "none"]);
        let busiest = &capture.processes[0].threads[0];
        assert!(busiest.frames.iter().any(|frame| frame.function.contains("mixed_array")), "{busiest:?}");
        assert!(said.out.contains("spins in "), "{}", said.all());
        assert!(names(&capture).ends_with(".core") || names(&capture).contains(".core "), "{}", names(&capture));
        let signature = |place: &Place| place.summary()["failures"]["blocks"][0]["signature"].to_string();
        let spin = signature(&place);
        let (other, again) = (Place::new(), Place::new());
        run(&other, DEADLOCK, &["--core-keep", "0"]);
        run(&again, SPIN, &["--core-keep", "0"]);
        assert_ne!(spin, signature(&other));
        assert_eq!(spin, signature(&again));
    }

    #[test]
    #[ignore = "needs gdb, which tests/run installs"]
    fn a_script_of_the_users_runs_before_ours_and_a_broken_one_costs_nothing() {
        for (script, said) in
            [("echo asked by the user\\n\n", "asked by the user"), ("no-such-command\n", "Undefined command")]
        {
            let place = Place::new();
            place.file("mine.gdb", script);
            let (_, _, capture, folder) = run(&place, DEADLOCK, &["--gdb-script", "mine.gdb", "--core-keep", "0"]);
            let raw = capture.files.iter().find(|file| file.name.ends_with("_raw_stacks.log")).unwrap();
            let text = std::fs::read_to_string(folder.join(&raw.name)).unwrap();
            assert!(text.contains(said), "{text}");
            assert!(!capture.processes[0].threads.is_empty(), "{}", gaps(&capture));
        }
    }

    #[test]
    #[ignore = "needs gdb, which tests/run installs"]
    fn of_cores_beyond_the_bound_the_oldest_go_and_texts_stay() {
        let place = Place::new();
        let files: Vec<String> = (0..3).map(|number| place.file(&format!("{number}.js"), DEADLOCK)).collect();
        let mut words = vec!["run"];
        words.extend(files.iter().map(String::as_str));
        words.extend(["--server", "practice", "--hang-min", "1s", "--core-keep", "1"]);
        let said = place.fuzz(&words);
        let cores = |number: usize| {
            let folder = place.latest().join(format!("executions/{number}/capture"));
            let names = std::fs::read_dir(folder).unwrap().map(|one| one.unwrap().file_name().into_string().unwrap());
            let names: Vec<String> = names.collect();
            assert!(names.iter().any(|name| name.ends_with("_raw_stacks.log")), "{names:?}");
            names.iter().filter(|name| name.ends_with(".core.zst")).count()
        };
        assert_eq!((cores(0), cores(1), cores(2)), (0, 0, 1), "{}", said.all());
    }

    #[test]
    #[ignore = "needs gdb, which tests/run installs"]
    fn a_crash_leaves_the_kernels_core_and_its_stack() {
        let place = Place::new();
        let (said, execution, capture, _) = run(&place, "db.c.find({$group: {_id: 1}}).itcount();", &[]);
        let pattern = std::fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap();
        if pattern.trim() != "core" {
            assert!(gaps(&capture).contains("core_pattern"), "{}", gaps(&capture));
            return;
        }
        let died = &capture.processes[0];
        assert_eq!((died.pid, died.source), (execution.exits[0].process.pid, Source::Core));
        assert!(died.threads[0].frames.iter().any(|frame| frame.function.contains("segmentation_fault")));
        assert!(names(&capture).contains(&format!("dump_practice.{}.core.zst", died.pid)), "{}", names(&capture));
        assert!(said.out.contains("in jstestfuzz::server::practice::bugs::stage_as_filter::check"), "{}", said.all());
        let left = place.latest().join("server/practice-1");
        let cores = std::fs::read_dir(left)
            .unwrap()
            .filter(|one| one.as_ref().unwrap().file_name().to_str().unwrap().starts_with("core"));
        assert_eq!(cores.count(), 0);
    }
}

#[test]
fn a_core_above_its_bound_is_left_out_and_said_so() {
    let (_place, _, capture, _) =
        run_with_gdb("echo 'Thread 1 (process 1):'; echo '#0  f ()'", DEADLOCK, &["--core-size", "1MiB"]);
    assert!(gaps(&capture).contains("--core-size is 1 MiB"), "{}", gaps(&capture));
    assert!(!names(&capture).contains(".core"), "{}", names(&capture));
    assert!(names(&capture).contains("raw_stacks.log") && names(&capture).contains("current_op.json"));
}

#[test]
fn a_debugger_that_never_ends_is_ended_and_the_rest_is_there() {
    let (_place, said, capture, _) =
        run_with_gdb("echo 'Thread 1 (process 1):'; echo '#0  f ()'; sleep 600", DEADLOCK, &["--capture-time", "2s"]);
    assert!(gaps(&capture).contains("--capture-time"), "{}", gaps(&capture));
    assert!(capture.took.as_secs_f64() < 4.0, "{:?}", capture.took);
    assert!(names(&capture).contains("current_op.json"), "{}", names(&capture));
    assert_eq!(capture.processes[0].threads.len(), 1, "{}", said.all());
}

#[test]
fn a_debugger_that_is_killed_half_way_leaves_what_it_said() {
    let (_place, _, capture, _) =
        run_with_gdb("echo 'Thread 1 (process 1):'; echo '#0  half ()'; kill -KILL $$", DEADLOCK, &[]);
    assert!(gaps(&capture).contains("gdb itself ended by signal 9"), "{}", gaps(&capture));
    assert_eq!(capture.processes[0].threads[0].frames[0].function, "half");
}

#[test]
fn where_no_debugger_may_look_the_kernel_writes_the_core() {
    let gdb = "echo 'ptrace: Operation not permitted.'; exit 1";
    let (_place, said, capture, _) = run_with_gdb(gdb, DEADLOCK, &[]);
    assert!(gaps(&capture).contains("ptrace"), "{}", gaps(&capture));
    let pattern = std::fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap();
    let expected = if pattern.trim() == "core" {
        names(&capture).contains(".core.zst")
    } else {
        gaps(&capture).contains("core_pattern")
    };
    assert!(expected, "{}{}", names(&capture), gaps(&capture));
    assert!(said.out.contains("hang: the server holds the reply to createIndexes"), "{}", said.all());
}

#[test]
fn without_capture_a_hang_is_told_all_the_same() {
    let place = Place::new();
    let file = place.file("a.js", DEADLOCK);
    let said = place.fuzz(&["run", &file, "--server", "practice", "--hang-min", "1s", "--no-capture"]);
    let (execution, folder) = record(&place, "a");
    assert!(execution.capture.is_none() && !folder.exists());
    assert!(said.out.contains("createIndexes") && said.out.contains("is idle"), "{}", said.all());
}

#[test]
fn a_statement_hangs_by_itself_in_a_file_that_may_take_longer() {
    let place = Place::new();
    let frame = |number: u32, statement: &str| {
        format!("try {{ {statement} }} catch (e) {{}}\nprint('Top-level statement {number} completed in', 1, 'ms');\n")
    };
    let program = frame(0, "db.c.drop(); db.c.createIndex({a: 1});")
        + &frame(1, "db.c.insert({_id: 1, a: [1, 'x']});")
        + &frame(2, "1");
    let file = place.file("a.js", program);
    place.fuzz(&["run", &file, "--server", "practice", "--hang-min", "1s", "--no-capture"]);
    let (execution, _) = record(&place, "a");
    assert_eq!(execution.hang.map(|hang| hang.statement), Some(Some(1)));
}

#[test]
fn what_is_slow_is_not_hung() {
    let place = Place::new();
    // Ten files of a fifth of a second, then one that takes five times as long: the threshold is at ten times.
    let sleep = |millis: u32| {
        format!(
            "db.runCommand({{ping: 1}}); var end = Date.now() + {millis}; while (Date.now() < end) {{ db.runCommand({{ping: 1}}); }}"
        )
    };
    let files: Vec<String> = (0..5).map(|number| place.file(&format!("{number}.js"), sleep(200))).collect();
    let slow = place.file("slow.js", sleep(1000));
    let mut words: Vec<&str> = vec!["run"];
    words.extend(files.iter().map(String::as_str));
    words.extend([slow.as_str(), "--server", "practice", "--hang-min", "500ms"]);
    let said = place.fuzz(&words);
    assert!(said.out.contains("slow.js: clean"), "{}", said.all());
}
