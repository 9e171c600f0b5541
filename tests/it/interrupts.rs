//! Ctrl-C and worse: what was recorded is kept, and no process survives.

use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use crate::program::{Place, wait_for};

pub fn signal(child: &Child, name: &str) {
    let status = std::process::Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Processes that run in `folder` or below, as pid and command line.
pub fn processes_in(folder: &Path) -> Vec<String> {
    let folder = folder.canonicalize().unwrap();
    let of_process = |entry: std::fs::DirEntry| {
        let works_in = std::fs::read_link(entry.path().join("cwd")).ok()?;
        let words = std::fs::read(entry.path().join("cmdline")).ok()?;
        let words = String::from_utf8_lossy(&words).replace('\0', " ");
        // A zombie has no command line any more.
        (works_in.starts_with(&folder) && !words.is_empty()).then(|| format!("{:?} {words}", entry.file_name()))
    };
    std::fs::read_dir("/proc").unwrap().filter_map(|entry| of_process(entry.ok()?)).collect()
}

fn under_way(place: &Place) -> Child {
    let child = place.start(&["--sets", "100000", "--seed", "1", "--server", "practice", "--bugs", "none"]);
    wait_for("the second record", || {
        let records = place.latest().join("executions").read_dir().ok()?.count();
        (records >= 2 && processes_in(place.path()).len() >= 3).then_some(())
    });
    child
}

fn none_is_left(place: &Place) {
    wait_for("the end of every process", || processes_in(place.path()).is_empty().then_some(()));
}

#[test]
fn ctrl_c_ends_everything_keeps_the_records_and_says_so() {
    let place = Place::new();
    let child = under_way(&place);
    signal(&child, "-INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(processes_in(place.path()).is_empty(), "{:?}", processes_in(place.path()));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("cut short   somebody stopped it"), "{text}");
    let run = place.summary()["effectiveness"]["files"].as_u64().unwrap();
    let records = place.latest().join("executions").read_dir().unwrap();
    let complete = records.filter(|one| one.as_ref().unwrap().path().join("record.json").exists()).count();
    assert!(run >= 1 && complete as u64 >= run, "{run} files, {complete} records");
}

#[test]
fn termination_has_a_code_of_its_own() {
    let place = Place::new();
    let child = under_way(&place);
    signal(&child, "-TERM");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(143));
    none_is_left(&place);
}

#[test]
fn a_killed_program_leaves_no_process_behind() {
    let place = Place::new();
    let mut child = under_way(&place);
    signal(&child, "-KILL");
    child.wait().unwrap();
    none_is_left(&place);
}

#[test]
fn a_second_ctrl_c_does_not_wait_for_a_server_that_ignores_the_first() {
    let place = Place::new();
    let mongod = crate::given_mongod::stubborn(&place);
    let mut child = place.start(&["--sets", "100000", "--seed", "1", "--mongod", &mongod]);
    wait_for("the first record", || place.latest().join("executions").read_dir().ok()?.next().map(drop));
    signal(&child, "-INT");
    let asked = place.path().join("asked-to-end");
    wait_for("the polite request", || asked.exists().then_some(()));
    let second = Instant::now();
    signal(&child, "-INT");
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(second.elapsed() < Duration::from_secs(2), "{:?}", second.elapsed());
    none_is_left(&place);
}

#[test]
fn a_clean_run_leaves_no_process_behind() {
    let place = Place::new();
    let said = place.fuzz(&["--sets", "2", "--seed", "1", "--server", "practice", "--bugs", "none"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(processes_in(place.path()).is_empty(), "{:?}", processes_in(place.path()));
}
