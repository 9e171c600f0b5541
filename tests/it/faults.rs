//! What happens to a run when something outside it breaks: the program itself, its server, the disk, the log, a port.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::given_mongod::{program, serve};
use crate::program::{FUZZ, Place, Said, TRIAGE};

const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until `what` gives something.
fn until<T>(words: &str, mut what: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = what() {
            return found;
        }
        assert!(Instant::now() < deadline, "{words} did not come");
        std::thread::park_timeout(Duration::from_millis(5));
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

/// True for a living process that works in the folder or below.
fn works_in(pid: u32, folder: &Path) -> bool {
    let folder = folder.canonicalize().unwrap();
    std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|place| place.starts_with(folder))
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
fn what_a_killed_run_left_is_removed_by_the_next_and_its_records_are_named() {
    let place = Place::new();
    // A server's child that nobody's death ends.
    let mongod = program(&place, "mongod", &format!("sleep 600 &\n{}", serve("none")));
    let sleeper = || processes("sleep").into_iter().find(|pid| works_in(*pid, place.path()));
    let small = place.file("small.js", "db.c.insert({a: 1});");
    let file = place.file("busy.js", busy(""));
    let mut run = place.start(&["run", &small, &file, "--mongod", &mongod]);
    until("the second file", || (below(place.path(), "shell.log").len() == 2).then_some(()));
    run.kill().unwrap();
    run.wait().unwrap();
    let left = sleeper().unwrap();
    let dead = place.latest().canonicalize().unwrap();
    let mut beside = place.start(&["run", &file, "--mongod", &mongod, "--out", "another"]);
    beside.wait().unwrap();
    assert_eq!(sleeper(), Some(left), "a run with another --out touches nothing");
    let said = place.fuzz(&["run", &small, "--server", "practice", "--bugs", "none"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    let line = said.out.lines().find(|line| line.starts_with("cleaned")).unwrap_or_else(|| panic!("{}", said.all()));
    assert!(line.contains("1 processes ended, 1 data folders removed; its 1 records are kept"), "{line}");
    assert!(!works_in(left, place.path()), "{left} still runs");
    assert!(below(&dead, "processes.json").is_empty() && below(&dead, "owner.json").is_empty());
    assert!(!dead.join("server/mongod-1/data").exists() && !dead.join("reserve").exists());
    let judged: Said = place.command(TRIAGE, &["judge", dead.to_str().unwrap()]).output().unwrap().into();
    assert_eq!(judged.code, Some(0), "{}", judged.all());
    let again = place.fuzz(&["run", &small, "--server", "practice", "--bugs", "none"]);
    assert!(!again.out.contains("cleaned"), "{}", again.all());
}

#[test]
fn a_living_run_in_the_same_folder_is_left_alone() {
    let place = Place::new();
    let small = place.file("small.js", "db.c.insert({a: 1});");
    let file = place.file("busy.js", busy("assert.eq(db.adminCommand({ping: 1}).ok, 1);"));
    let run = place.start(&["run", &file, "--server", "practice", "--bugs", "none"]);
    until("the file", || below(place.path(), "shell.log").pop());
    let said = place.fuzz(&["run", &small, "--server", "practice", "--bugs", "none"]);
    assert!(said.code == Some(0) && !said.out.contains("cleaned"), "{}", said.all());
    let first: Said = run.wait_with_output().unwrap().into();
    assert_eq!(first.code, Some(0), "{}", first.all());
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
fn a_secondary_that_is_killed_from_outside_is_a_crash_and_the_next_file_has_a_whole_set() {
    let place = Place::new();
    let file = place.file("busy.js", busy(""));
    let next = place
        .file("next.js", "assert.commandWorked(db.runCommand({insert: 'c', documents: [{}], writeConcern: {w: 2}}));");
    let server = ["--server", "practice", "--bugs", "none", "--topology", "replica-set", "--no-capture"];
    let run = place.start(&[&["run", &file, &next], &server[..]].concat());
    let here = format!("{}/jstestfuzz", place.path().to_str().unwrap());
    let secondary = |pid: &u32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).into_owned();
        line.contains("practice-server") && line.contains("/practice-1-")
    };
    let pid = until("the secondary", || processes(&here).into_iter().find(|pid| secondary(pid)));
    until("the file", || below(place.path(), "shell.log").pop());
    kill(pid);
    let said: Said = run.wait_with_output().unwrap().into();
    assert_eq!(said.code, Some(1), "{}", said.all());
    assert!(said.out.contains("practice-1 (pid") && said.out.contains("was killed by SIGKILL"), "{}", said.all());
    assert!(said.out.contains("next.js: clean"), "{}", said.all());
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

mod mount {
    use super::*;

    /// A file system of its own in the place.
    struct SmallDisk(PathBuf);

    impl SmallDisk {
        fn in_place(place: &Place) -> Self {
            let folder = place.path().join("small");
            std::fs::create_dir(&folder).unwrap();
            let mut mount = Command::new("mount");
            mount.args(["-t", "tmpfs", "-o", "size=48m", "tmpfs"]).arg(&folder);
            assert!(mount.status().unwrap().success());
            Self(folder)
        }

        fn out(&self) -> String {
            format!("{}/out", self.0.display())
        }

        /// Takes all room but so many MiB.
        fn fill_but(&self, left: u64) {
            let (size, filling) = (((48 - left) << 20).to_string(), self.0.join("filling"));
            let _ = std::fs::remove_file(&filling);
            let done = Command::new("fallocate").args(["-l", &size]).arg(filling).status().unwrap();
            assert!(done.success());
        }

        /// The records, all of which must be whole.
        fn records(&self) -> usize {
            let records = below(&self.0, "record.json");
            for path in &records {
                let text = std::fs::read_to_string(path).unwrap();
                assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{} is cut", path.display());
            }
            records.len()
        }

        fn summary(&self) -> serde_json::Value {
            let text = std::fs::read_to_string(self.0.join("out/latest/summary.json")).unwrap();
            serde_json::from_str(&text).unwrap()
        }
    }

    impl Drop for SmallDisk {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg(&self.0).status();
        }
    }

    #[test]
    #[ignore = "needs the right to mount, which tests/run looks for"]
    fn a_disk_that_is_full_from_the_beginning_is_said_and_nothing_is_left() {
        let place = Place::new();
        let disk = SmallDisk::in_place(&place);
        for left in [1, 20] {
            disk.fill_but(left);
            let said = place.fuzz(&["--sets", "1", "--server", "practice", "--out", &disk.out()]);
            assert_eq!((said.code, said.errors.lines().count()), (Some(74), 1), "{}", said.all());
            assert!(said.errors.contains("--out"), "{}", said.all());
            assert!(below(&disk.0, "owner.json").is_empty() && disk.records() == 0);
        }
    }

    #[test]
    #[ignore = "needs the right to mount, which tests/run looks for"]
    fn an_output_folder_that_fills_up_ends_the_run_and_loses_no_record() {
        let place = Place::new();
        let disk = SmallDisk::in_place(&place);
        let small = place.file("small.js", "db.c.insert({a: 1});");
        // Far more than the disk takes.
        let large = place.file("large.js", "var line = 'x'.repeat(100000); for (var i = 0; i < 500; i++) print(line);");
        let after = place.file("after.js", "db.c.insert({a: 1});");
        let said = place.fuzz(&["run", &small, &large, &after, "--server", "practice", "--out", &disk.out()]);
        assert_eq!((said.code, said.errors.lines().count()), (Some(74), 1), "{}", said.all());
        assert!(said.errors.contains("the disk is full") && said.errors.contains("--out"), "{}", said.all());
        // The file that met the full disk has its record, as has the one before; the one after was not begun.
        assert_eq!(disk.records(), 2, "{}", said.all());
        assert_eq!(disk.summary()["effectiveness"]["files"], 2);
    }

    #[test]
    #[ignore = "needs the right to mount, which tests/run looks for"]
    fn a_server_whose_data_folder_fills_up_is_no_failure() {
        let place = Place::new();
        let disk = SmallDisk::in_place(&place);
        let body = format!(
            "{FUZZ} practice-server --port $port --dbpath $dbpath --logpath $log --bugs none &
             while [ ! -e {}/go ]; do sleep 0.05; done
             head -c 100m /dev/zero > $dbpath/journal || echo No space left on device >> $log
             kill -9 $!
             exit 14",
            place.path().display()
        );
        let mongod = program(&place, "mongod", &body);
        let small = place.file("small.js", "db.c.insert({a: 1});");
        let file = place.file("busy.js", busy(""));
        let run =
            place.start(&["run", &small, &file, &small, "--mongod", &mongod, "--out", &disk.out(), "--no-capture"]);
        until("the second file", || (below(&disk.0, "shell.log").len() == 2).then_some(()));
        place.file("go", "");
        let said: Said = run.wait_with_output().unwrap().into();
        assert_eq!((said.code, said.errors.lines().count()), (Some(74), 1), "{}", said.all());
        assert!(said.errors.contains("the disk is full"), "{}", said.all());
        assert!(!said.out.contains("FAILURE") && said.out.contains("on a disk without room"), "{}", said.all());
        assert_eq!(disk.records(), 2);
        assert_eq!(disk.summary()["cut_short"], "the disk is full");
    }
}

#[test]
fn a_log_that_is_rotated_hides_no_crash() {
    let place = Place::new();
    let file = place.file("busy.js", busy("db.c.insert({_id: 1}); db.c.find({$where: 'x'}).itcount();"));
    // What tells of the death stands in a new file, the old one has another name.
    let body = format!(
        "{FUZZ} practice-server --port $port --dbpath $dbpath --logpath $log --bugs none &
         while [ ! -e {}/go ]; do sleep 0.05; done
         mv $log $log.1
         echo \"$(date +%Y-%m-%dT%H:%M:%S).000+0000 F -        [conn1] Invariant failure a == b src/mongo/x.cpp 7\" >> $log
         kill -9 $!
         kill -6 $$",
        place.path().display()
    );
    let mongod = program(&place, "mongod", &body);
    let run = place.start(&["run", &file, "--mongod", &mongod, "--no-capture"]);
    until("the file", || below(place.path(), "shell.log").pop());
    place.file("go", "");
    let said: Said = run.wait_with_output().unwrap().into();
    assert_eq!(said.code, Some(1), "{}", said.all());
    assert_eq!(place.failures()[0].0, "Invariant", "{}", said.all());
}

#[test]
fn a_server_that_is_killed_while_it_starts_is_told_with_its_words() {
    let place = Place::new();
    let mongod = program(&place, "mongod", "echo 'opening the data' >> $log\nkill -9 $$");
    let said = place.fuzz(&["--sets", "1", "--mongod", &mongod]);
    assert_eq!(said.code, Some(2), "{}", said.all());
    for word in ["ended at once (signal 9)", "opening the data"] {
        assert!(said.errors.contains(word), "{}", said.all());
    }
    assert!(!place.path().join("jstestfuzz").exists());
}

#[test]
fn a_server_that_is_killed_while_it_starts_again_is_infrastructure() {
    let place = Place::new();
    let once =
        format!("[ -e {0}/once ] && kill -9 $$\ntouch {0}/once\n{1}", place.path().display(), serve("PRACTICE-1"));
    let mongod = program(&place, "mongod", &once);
    let crash = place.file("crash.js", "db.c.find({$group: {_id: 1}}).itcount();");
    let after = place.file("after.js", "db.c.insert({a: 1});");
    let said = place.fuzz(&["run", &crash, &after, &after, "--mongod", &mongod, "--no-capture"]);
    assert_eq!(said.code, Some(1), "{}", said.all());
    assert_eq!(place.summary()["verdicts"]["Infrastructure"], 1, "{}", said.all());
    assert_eq!(place.summary()["cut_short"], "there is no server to go on with");
}

#[test]
fn without_gdb_the_hang_is_told_in_one_line_and_the_rest_is_kept() {
    let place = Place::new();
    let file = place
        .file("a.js", "db.c.drop(); db.c.createIndex({a: 1}, {name: 'x'}); db.c.createIndex({b: 1}, {name: 'x'});");
    let words = ["run", &file, "--server", "practice", "--bugs", "all", "--hang-min", "1s"];
    let said: Said = place.command(FUZZ, &words).env("PATH", "/nowhere").output().unwrap().into();
    assert_eq!(said.code, Some(1), "{}", said.all());
    let lines = said.out.lines().filter(|line| line.contains("there is no gdb on PATH")).count();
    assert_eq!(lines, 1, "{}", said.all());
    let capture = place.latest().join("executions/a/capture");
    assert!(capture.join("current_op.json").exists() && capture.join("server_status.json").exists());
}

mod gdb {
    use super::*;

    #[test]
    #[ignore = "needs gdb, which tests/run installs"]
    fn that_is_killed_in_the_middle_leaves_the_rest() {
        let place = Place::new();
        let file = place
            .file("a.js", "db.c.drop(); db.c.createIndex({a: 1}, {name: 'x'}); db.c.createIndex({b: 1}, {name: 'x'});");
        let run = place.start(&["run", &file, "--server", "practice", "--hang-min", "1s"]);
        // The first one writes the core.
        let gcore = until("gdb", || processes("gcore ").into_iter().find(|pid| works_in(*pid, place.path())));
        kill(gcore);
        let said: Said = run.wait_with_output().unwrap().into();
        assert_eq!(said.code, Some(1), "{}", said.all());
        let lines = said.out.lines().filter(|line| line.contains("gdb itself ended by signal 9")).count();
        assert_eq!(lines, 1, "{}", said.all());
        assert!(said.out.contains("waits for a lock in"), "the second gdb's stacks are there: {}", said.all());
    }
}

#[test]
fn a_port_that_is_taken_while_the_server_is_down_is_passed_over_too() {
    let place = Place::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let file = place.file("busy.js", busy(""));
    let after = place.file("after.js", "assert.eq(db.adminCommand({ping: 1}).ok, 1);");
    // Its death frees the port, and somebody takes it before the next start.
    let body = format!(
        "{FUZZ} practice-server --port $port --dbpath $dbpath --logpath $log --bugs none &
         [ -e {0}/second ] && while :; do wait; done
         while [ ! -e {0}/go ]; do sleep 0.05; done
         touch {0}/second
         kill -9 $!
         exit 14",
        place.path().display()
    );
    let mongod = program(&place, "mongod", &body);
    let words = ["run", &file, &after, "--mongod", &mongod, "--base-port", &port.to_string(), "--no-capture"];
    let run = place.start(&words);
    until("the file", || below(place.path(), "shell.log").pop());
    place.file("go", "");
    let taken = until("the port", || TcpListener::bind(("127.0.0.1", port)).ok());
    let said: Said = run.wait_with_output().unwrap().into();
    drop(taken);
    assert!(said.out.contains("after.js: clean"), "{}", said.all());
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
