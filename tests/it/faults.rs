//! What happens to a run when something outside it breaks: the program itself, its server, the disk, the log, a port.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::program::{Place, Said, TRIAGE};

const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until `what` gives something.
fn until<T>(words: &str, mut what: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = what() {
            return found;
        }
        assert!(Instant::now() < deadline, "{words} did not come");
        std::thread::yield_now();
    }
}

/// The ids of processes with that word in their command line.
fn processes(word: &str) -> Vec<u32> {
    let of = |entry: std::fs::DirEntry| -> Option<u32> {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        String::from_utf8_lossy(&line).contains(word).then_some(pid)
    };
    std::fs::read_dir("/proc").unwrap().flatten().filter_map(of).collect()
}

/// Every file of that name below a folder.
fn below(folder: &Path, name: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(below(&path, name));
        } else if entry.file_name() == name {
            found.push(path);
        }
    }
    found
}

fn kill(pid: u32) {
    let done = Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
    assert!(done.success());
}

/// A script that keeps the server busy for some seconds, and then does the last thing.
fn busy(last: &str) -> String {
    format!(
        "var end = Date.now() + 4000;\nwhile (Date.now() < end) {{ db.c.insert({{a: 1}}); db.c.find().itcount(); db.c.drop(); }}\n{last}\n"
    )
}

#[test]
fn killed_in_the_middle_it_leaves_no_process_and_whole_records() {
    let place = Place::new();
    let mut run = place.start(&["--sets", "60", "--seed", "5", "--server", "practice", "--bugs", "none"]);
    until("three records", || (below(place.path(), "record.json").len() >= 3).then_some(()));
    run.kill().unwrap();
    run.wait().unwrap();
    let here = place.path().to_str().unwrap();
    until("the end of all processes", || processes(here).is_empty().then_some(()));
    let judged: Said = place.command(TRIAGE, &["judge", "jstestfuzz"]).output().unwrap().into();
    assert_eq!(judged.code, Some(0), "{}", judged.all());
    let again = place.fuzz(&["--sets", "1", "--seed", "5", "--server", "practice", "--bugs", "none"]);
    assert_eq!(again.code, Some(0), "{}", again.all());
}

#[test]
fn a_server_that_is_killed_from_outside_is_a_crash() {
    let place = Place::new();
    let file = place.file("busy.js", busy(""));
    let run = place.start(&["run", &file, "--server", "practice", "--bugs", "none", "--no-capture"]);
    let here = format!("{}/jstestfuzz", place.path().to_str().unwrap());
    let server = |pid: &u32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).into_owned();
        line.contains("practice-server") && !line.contains("/alarm/")
    };
    let pid = until("the server", || processes(&here).into_iter().find(|pid| server(pid)));
    until("the file", || below(place.path(), "shell.log").pop());
    kill(pid);
    let said: Said = run.wait_with_output().unwrap().into();
    assert_eq!(said.code, Some(1), "{}", said.all());
    assert!(said.out.contains("was killed by SIGKILL"), "{}", said.all());
}

#[test]
fn a_log_that_is_deleted_hides_no_crash() {
    let place = Place::new();
    let crash = "db.c.find({$group: {}}).itcount();";
    let file = place.file("busy.js", busy(crash));
    let run = place.start(&["run", &file, "--server", "practice", "--bugs", "PRACTICE-1", "--no-capture"]);
    until("the file", || below(place.path(), "shell.log").pop());
    let logs = || {
        let all = ["mongod.log", "practice.log", "log"].iter().flat_map(|name| below(place.path(), name));
        all.filter(|path| !path.to_string_lossy().contains("alarm")).collect::<Vec<_>>()
    };
    until("the log", || logs().pop());
    logs().iter().for_each(|log| std::fs::remove_file(log).unwrap());
    let said: Said = run.wait_with_output().unwrap().into();
    assert_eq!(said.code, Some(1), "{}", said.all());
    assert!(said.out.contains("was killed by SIGSEGV"), "{}", said.all());
}

#[test]
fn a_full_disk_is_one_clear_sentence() {
    let place = Place::new();
    let full = place.path().join("full");
    std::fs::create_dir(&full).unwrap();
    let mount = |words: &[&str]| Command::new("mount").args(words).arg(&full).status().is_ok_and(|done| done.success());
    if !mount(&["-t", "tmpfs", "-o", "size=2m", "tmpfs"]) {
        eprintln!("SKIPPED: a_full_disk_is_one_clear_sentence needs the right to mount a file system");
        return;
    }
    let out = full.join("out");
    let words =
        ["--sets", "20", "--seed", "5", "--server", "practice", "--bugs", "none", "--out", out.to_str().unwrap()];
    let said = place.fuzz(&words);
    let records = below(&out, "record.json");
    let whole = records.iter().filter(|path| {
        let text = std::fs::read_to_string(path).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).is_ok()
    });
    let whole = whole.count();
    assert!(Command::new("umount").arg(&full).status().unwrap().success());
    assert_eq!(said.code, Some(74), "{}", said.all());
    assert_eq!(said.errors.lines().count(), 1, "{}", said.all());
    assert!(said.errors.contains("No space left on device"), "{}", said.all());
    assert_eq!(whole, records.len());
}

#[test]
fn a_port_that_is_taken_is_passed_over() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let file = place.file("ping.js", "assert.eq(db.adminCommand({ping: 1}).ok, 1);");
    let said = place.fuzz(&["run", &file, "--server", "practice", "--bugs", "none", "--base-port", &port]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(!said.out.contains(&format!("127.0.0.1:{port},")), "{}", said.all());
}
