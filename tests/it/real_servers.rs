//! A real batch on each real server. `tests/run` installs them and asks for these tests.

use crate::program::{Place, Said, TRIAGE};

struct Shares {
    statements: f64,
    reached: f64,
    accepted: f64,
}

/// Three sets; whatever is found, the run must have worked to its end.
fn batch(server: &str) -> (Place, Said, Shares) {
    let place = Place::new();
    let mut words = vec!["--seed", "1", "--sets", "3", "--server", server, "--no-confirm"];
    let folder = std::env::var("JSTESTFUZZ_SERVERS_DIR").ok();
    words.extend(folder.iter().flat_map(|folder| ["--servers-dir", folder]));
    let said = place.fuzz(&words);
    assert!(matches!(said.code, Some(0 | 1)), "{}", said.all());
    let figures = &place.summary()["effectiveness"];
    let number = |name: &str| figures[name].as_f64().unwrap();
    let completed = number("completed");
    let shares = Shares {
        statements: completed / number("statements"),
        reached: number("reached") / completed,
        accepted: number("accepted") / completed,
    };
    println!("{server}: {}", said.out.lines().find(|line| line.starts_with("statements")).unwrap());
    (place, said, shares)
}

mod ferretdb {
    use super::*;

    #[test]
    #[ignore = "needs ferretdb, which tests/run installs"]
    fn gets_more_than_half_of_the_statements_and_accepts_a_third() {
        let (_, said, shares) = batch("ferretdb");
        assert!(said.out.contains("server      ferretdb at 127.0.0.1:"), "{}", said.all());
        assert!(shares.reached >= 0.55 && shares.accepted >= 0.35, "{}", said.all());
        assert!(shares.statements > 0.3, "{}", said.all());
    }

    #[test]
    #[ignore = "needs ferretdb, which tests/run installs"]
    fn every_shipped_test_runs_to_its_end_or_names_what_it_needs() {
        let place = Place::new();
        let said = place.fuzz(&["corpus", "check", "--server", "ferretdb"]);
        let tally = std::fs::read_to_string(place.latest().join("tally.json")).unwrap();
        let tally: serde_json::Value = serde_json::from_str(&tally).unwrap();
        assert_eq!((&tally["failing"], &tally["not_run"]), (&0.into(), &0.into()), "{}", said.all());
        // A failure of the server's own is no fault of the test; there are few.
        assert!(tally["clean"].as_u64().unwrap() >= 60, "{}", said.all());
        assert!(tally["needy"].as_u64().unwrap() * 5 < tally["clean"].as_u64().unwrap(), "{}", said.all());
    }
}

mod mongo_java_server {
    use super::*;

    #[test]
    #[ignore = "needs mongo-java-server, which tests/run installs"]
    fn runs_a_batch() {
        let (_, said, shares) = batch("mongo-java-server");
        assert!(shares.reached >= 0.55 && shares.accepted >= 0.35, "{}", said.all());
    }

    #[test]
    #[ignore = "needs mongo-java-server, which tests/run installs"]
    fn hangs_in_a_regular_expression_and_is_restarted() {
        let place = Place::new();
        let hang = place.file(
            "hang.js",
            "db.h.drop(); db.h.insert({s: Array(61).join('a') + '!'}); db.h.find({s: /(.*a){25}X/}).itcount();",
        );
        let after = place.file("after.js", "assert.eq(db.adminCommand({ping: 1}).ok, 1);");
        let said = place.fuzz(&["run", &hang, &after, "--server", "mongo-java-server", "--hang-min", "4s"]);
        let failures = place.failures();
        assert_eq!((failures.len(), failures[0].0.as_str()), (1, "Hang"), "{}", said.all());
        assert!(failures[0].1.contains("reply to find"), "{failures:?}");
        assert!(said.out.contains("after.js: clean"), "{}", said.all());
        assert!(said.out.contains("spins in de.bwaldvogel.mongo."), "{}", said.all());
        let record = std::fs::read_to_string(place.latest().join("executions/hang/record.json")).unwrap();
        assert!(
            record.contains("java.util.regex.Pattern") && record.contains("\"source\": \"Java\""),
            "{}",
            said.all()
        );
    }
    /// The text between two statements' frames.
    const RULER: &str =
        "// ------------------------------------------------------------------------------------------------\n";

    #[test]
    #[ignore = "needs mongo-java-server, which tests/run installs"]
    fn its_hang_is_reduced_from_a_fuzzed_program_of_thirty_tests_to_two_calls() {
        let place = Place::new();
        let said = place.fuzz(&["generate", "--seed", "3", "--sets", "1"]);
        assert_eq!(said.code, Some(0), "{}", said.all());
        let made = std::fs::read_to_string(place.latest().join("files/jstestfuzz-3-0000.js")).unwrap();
        let mut parts: Vec<String> = made.split(RULER).map(ToOwned::to_owned).collect();
        assert!(parts.len() > 800, "{}", parts.len());
        let calls =
            [(60, "db.h.insert({s: Array(61).join('a') + '!'});"), (150, "db.h.find({s: /(.*a){25}X/}).itcount();")];
        for (number, call) in calls {
            let mut framed = String::new();
            jstestfuzz::wrap::push_framed(&mut framed, number, call);
            parts[number + 1] = framed.replace(RULER, "");
        }
        let file = place.file("long.js", parts.join(RULER));
        let server = ["--server", "mongo-java-server", "--no-capture", "--checks", "none"];
        let run = place.fuzz(&[&["run", &file, "--hang-min", "10s"], &server[..]].concat());
        let summary = place.summary();
        let blocks = summary["failures"]["blocks"].as_array().unwrap();
        let hang = blocks.iter().find(|block| block["class"] == "Hang").unwrap_or_else(|| panic!("{}", run.all()));
        let words = ["bisect", hang["signature"].as_str().unwrap(), "--jobs", "2", "--budget", "4m"];
        let said: Said = place.command(TRIAGE, &words).output().unwrap().into();
        assert_eq!(said.code, Some(0), "{}", said.all());
        let small = std::fs::read_to_string(place.path().join("long.min.js")).unwrap();
        let small: String = small.lines().filter(|line| !line.starts_with("// ")).collect();
        let small: String = small.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(small.contains("insert") && small.contains("find") && small.len() < 120, "{small}\n{}", said.all());
    }
}
