//! Other people's shells: `mongosh` from npm, and a program that behaves as a legacy `mongo`.

use std::collections::BTreeMap;

use crate::program::{FUZZ, Place, Said, wait_for};

const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/mongosh_programs");

/// Runs files against the practice server with a shell.
fn run(place: &Place, shell: &str, bugs: &str, files: &[&str]) -> Said {
    let mut words = vec!["run", "--server", "practice", "--bugs", bugs, "--shell", shell, "--hang-min", "3s"];
    words.extend(files);
    place.fuzz(&words)
}

mod legacy {
    use super::*;

    const FAKE: &str = concat!("mongo=", env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/fake_mongo");

    /// One file that does what its lines say.
    fn fake(cues: &[&str]) -> (Place, Said) {
        let place = Place::new();
        let text: String = cues.iter().map(|cue| format!("// fake: {cue}\n")).collect();
        let file = place.file("a.js", text);
        let said = run(&place, FAKE, "none", &[&file]);
        (place, said)
    }

    #[test]
    fn statements_are_counted_and_what_reached_the_server_is_called_unknown() {
        let timing = |number| format!("say Top-level statement {number} completed in 3 ms");
        let (place, said) = fake(&["say hello", &timing(0), &timing(1)]);
        assert_eq!(said.code, Some(0), "{}", said.all());
        let figures = &place.summary()["effectiveness"];
        assert_eq!((figures["completed"].as_u64(), figures["uncounted"].as_u64()), (Some(2), Some(2)), "{figures}");
        assert!(said.out.contains("this shell does not say what of it reached the server"), "{}", said.all());
        assert!(said.out.contains("shell       mongo 4.4"), "{}", said.all());
        let log = std::fs::read_to_string(place.latest().join("executions/a/shell.log")).unwrap();
        assert!(log.starts_with("hello\nTop-level"), "{log}");
    }

    #[test]
    fn an_uncaught_error_is_the_scripts() {
        let (place, said) = fake(&["say uncaught exception: Error: [1] != [2] are not equal", "exit 253"]);
        assert_eq!((said.code, place.failures().len()), (Some(1), 0), "{}", said.all());
        assert!(said.out.contains("uncaught error: Error: [1] != [2]"), "{}", said.all());
    }

    #[test]
    fn a_shell_that_dies_or_fails_is_no_dead_server() {
        for (cues, words) in [
            (&["say hello", "signal SEGV"][..], "the shell's process died: signal 11"),
            (&["unstarted"][..], "the shell failed: mongo ended with status 1 before the file: Error parsing"),
        ] {
            let (place, said) = fake(cues);
            assert!(said.out.contains(words) && place.failures().is_empty(), "{}", said.all());
            assert_eq!(place.summary()["verdicts"]["ShellTrouble"], 1, "{}", said.all());
        }
    }

    #[test]
    fn a_lost_connection_in_its_output_is_seen() {
        let line = "say Error: network error while attempting to run command 'find' on host '127.0.0.1:1'";
        let (place, said) = fake(&[line]);
        assert_eq!(place.failures()[0].0, "DroppedConnection", "{}", said.all());
        assert!(place.failures()[0].1.contains("reply to find"), "{:?}", place.failures());
    }

    #[test]
    fn a_shell_that_waits_is_a_hang_and_is_killed_with_all_that_it_started() {
        let place = Place::new();
        let left = place.path().join("left");
        let file = place.file("a.js", format!("// fake: leave {}\n// fake: wait\n", left.display()));
        let said = run(&place, FAKE, "none", &[&file]);
        assert_eq!(place.failures()[0].0, "Hang", "{}", said.all());
        assert!(place.failures()[0].1.contains("the shell waits and does not say for what"), "{}", said.all());
        let pid = std::fs::read_to_string(left).unwrap();
        wait_for("the end of what it started", || {
            let alive = std::path::Path::new("/proc").join(pid.trim()).exists();
            (!alive).then_some(())
        });
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_a_remedy() {
        let place = Place::new();
        let file = place.file("a.js", "");
        for (shell, version, words) in [
            (
                FAKE,
                "3.4.24",
                "is version 3.4, and 3.6 is the oldest that runs our files; take one from a MongoDB release",
            ),
            (FAKE, "nothing", "which names no version of this shell"),
            ("mongo=/no/such/mongo", "4.4.0", "there is no shell /no/such/mongo; take one"),
            ("mongosh=/no/such/mongosh", "2.0.0", "there is no shell /no/such/mongosh; install one with `npm install"),
        ] {
            let words_given = ["run", &file, "--server", "practice", "--shell", shell];
            let mut command = place.command(FUZZ, &words_given);
            let said: Said = command.env("FAKE_MONGO_VERSION", version).output().unwrap().into();
            assert_eq!(said.code, Some(2), "{}", said.all());
            assert!(said.errors.contains(words), "{}", said.all());
        }
        let said = place.fuzz(&["run", &file, "--shell", "bash"]);
        assert!(said.code == Some(2) && said.errors.contains("there are embedded, mongosh"), "{}", said.all());
    }
}

mod mongosh {
    use super::*;

    fn finds(bug: &str, program: &str, class: &str, words: &str) {
        let place = Place::new();
        let file = place.file("bug.js", program);
        let said = run(&place, "mongosh", bug, &[&file]);
        let failures = place.failures();
        assert_eq!((said.code, failures.len()), (Some(1), 1), "{}", said.all());
        assert!(failures[0].0 == class && failures[0].1.contains(words), "{failures:?}");
        assert!(said.out.contains("--shell mongosh"), "the line to copy names the shell: {}", said.out);
        let embedded = Place::new();
        run(&embedded, "embedded", bug, &[&file]);
        let signature = |place: &Place| place.summary()["failures"]["blocks"][0]["signature"].clone();
        assert_eq!(signature(&place), signature(&embedded), "{bug}: one bug, two identities");
    }

    #[test]
    #[ignore = "needs mongosh, which tests/run installs"]
    fn a_crash_is_confirmed() {
        finds("PRACTICE-1", "db.c.find({$group: {_id: 1}}).itcount();", "Crash", "SIGSEGV");
    }

    #[test]
    #[ignore = "needs mongosh, which tests/run installs"]
    fn an_invariant_is_confirmed() {
        finds("PRACTICE-2", "db.c.find().limit(2147483648).itcount();", "Invariant", "Invariant failure");
    }

    #[test]
    #[ignore = "needs mongosh, which tests/run installs"]
    fn a_hang_is_confirmed_and_names_the_command() {
        let two = "db.c.drop(); db.c.createIndex({a: 1}, {name: 'x'}); db.c.createIndex({b: 1}, {name: 'x'});";
        finds("PRACTICE-3", two, "Hang", "holds the reply to createIndexes");
    }

    #[test]
    #[ignore = "needs mongosh, which tests/run installs"]
    fn endings_that_are_not_the_servers_are_told_apart() {
        let place = Place::new();
        let programs = [
            ("spin.js", "for (;;) {}", "the script spins in the shell"),
            ("quit.js", "quit(7); print('after');", "the script called quit(7)"),
            ("syntax.js", "print('before'); var x = ;", "the file is no program"),
            ("memory.js", "var all = []; for (;;) { all.push('x'.repeat(1000) + all.length); }", "used all memory"),
        ];
        for (name, program, words) in programs {
            let file = place.file(name, program);
            let slow = if name == "memory.js" { "60s" } else { "3s" };
            let memory = ["--shell-memory", "64MiB", "--hang-min", slow, "--shell", "mongosh"];
            let said = place.fuzz(&[&["run", &file, "--server", "practice", "--bugs", "none"][..], &memory].concat());
            assert!(said.out.contains(words) && place.failures().is_empty(), "{name}: {}", said.all());
            let log = std::fs::read_to_string(
                place.latest().join("executions").join(&name[..name.len() - 3]).join("shell.log"),
            );
            assert_eq!(log.unwrap_or_default(), "", "{name}");
        }
    }

    /// Printed text and end of every program under one shell.
    fn outcomes(shell: &str, programs: &[String]) -> BTreeMap<String, String> {
        let place = Place::new();
        let files: Vec<&str> = programs.iter().map(String::as_str).collect();
        let said = run(&place, shell, "none", &files);
        assert!(place.failures().is_empty(), "{}", said.all());
        let name = |path: &&str| path.rsplit('/').next().unwrap().trim_end_matches(".js").to_owned();
        let outcome = |name: &String| {
            let folder = place.latest().join("executions").join(name);
            let record: serde_json::Value =
                serde_json::from_str(&std::fs::read_to_string(folder.join("record.json")).unwrap()).unwrap();
            let record = &record["execution"];
            let end =
                record["end"].as_object().map_or(record["end"].to_string(), |end| end.keys().next().unwrap().clone());
            let text = std::fs::read_to_string(folder.join("shell.log")).unwrap();
            let counts = record["completed"].as_array().unwrap().iter().map(|done| {
                let mut done = done.clone();
                // Read from a pipe, a line's time is not known.
                done.as_object_mut().unwrap().remove("ended_at");
                done.to_string()
            });
            format!("{text}{end} {}", counts.collect::<Vec<_>>().join(" "))
        };
        files.iter().map(name).map(|name| (name.clone(), outcome(&name))).collect()
    }

    #[test]
    #[ignore = "needs mongosh, which tests/run installs"]
    fn programs_print_the_same_as_in_the_embedded_shell_but_for_the_listed_ones() {
        let entries = std::fs::read_dir(PROGRAMS).unwrap().map(|entry| entry.unwrap().path().display().to_string());
        let mut programs: Vec<String> = entries.filter(|path| path.ends_with(".js")).collect();
        programs.sort();
        assert!(programs.len() >= 30);
        let (embedded, mongosh) = (outcomes("embedded", &programs), outcomes("mongosh", &programs));
        let listed = std::fs::read_to_string(format!("{PROGRAMS}/differences.txt")).unwrap();
        let listed: Vec<&str> =
            listed.lines().filter_map(|line| line.split_once(".js  ").map(|(name, _)| name)).collect();
        for (name, expected) in &embedded {
            if listed.contains(&name.as_str()) {
                assert_ne!(*expected, mongosh[name], "{name} is listed as different and is not");
            } else {
                assert_eq!(*expected, mongosh[name], "{name}");
            }
        }
        assert!(listed.iter().all(|name| embedded.contains_key(*name)), "{listed:?}");
    }

    #[test]
    #[ignore = "needs mongosh, which tests/run installs"]
    fn a_fuzzed_file_reaches_as_much_as_in_the_embedded_shell() {
        let place = Place::new();
        place.fuzz(&["generate", "--seed", "3", "--sets", "1", "--source-files", "10", "--new-since", "none"]);
        let file = place.latest().canonicalize().unwrap().join("files/jstestfuzz-3-0000.js");
        let figures = |shell: &str| {
            let place = Place::new();
            let said = place.fuzz(&[
                "run",
                file.to_str().unwrap(),
                "--server",
                "practice",
                "--bugs",
                "none",
                "--shell",
                shell,
                "--hang-min",
                "2m",
            ]);
            let figures = place.summary()["effectiveness"].clone();
            let number = |name: &str| figures[name].as_u64().unwrap_or_else(|| panic!("{}", said.all()));
            [number("completed"), number("reached"), number("accepted")]
        };
        let (embedded, mongosh) = (figures("embedded"), figures("mongosh"));
        assert_eq!(embedded[..2], mongosh[..2]);
        // A statement that sends undefined may fare differently: the driver has none.
        assert!(embedded[0] > 100 && embedded[2].abs_diff(mongosh[2]) <= 3, "{embedded:?} {mongosh:?}");
    }
}
