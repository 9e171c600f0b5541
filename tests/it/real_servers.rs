//! A real batch on each real server. `tests/run` installs them and asks for these tests.

use crate::program::{Place, Said};

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
        let corpus = crate::corpus::files();
        let (needy, able): (Vec<_>, Vec<_>) = corpus.into_iter().partition(|path| crate::corpus::names_a_need(path));
        assert!(needy.len() * 5 < able.len(), "{needy:?}");
        let mut words = vec!["run".to_owned()];
        words.extend(able);
        words.extend(["--server".to_owned(), "ferretdb".to_owned()]);
        let said = place.fuzz(&words.iter().map(String::as_str).collect::<Vec<_>>());
        // What remains are errors of the server's own, which no test can help.
        assert!(place.failures().iter().all(|(class, _)| class == "InternalError"), "{}", said.all());
        assert_eq!(place.summary()["verdicts"].get("Unknown"), None, "{}", said.all());
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
    }
}
