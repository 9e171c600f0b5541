//! A process behind the server that dies: the client sees one odd error, log and core tell the rest.

mod ferretdb {
    use std::time::Duration;

    use jstestfuzz::process::{Identity, cpu_time, descendants};
    use rustix::process::Signal;

    use crate::program::{Place, wait_for};

    /// The back end that works on a statement: the one that used the most of the processor.
    fn busy_back_end(fuzz: u32) -> Option<Identity> {
        let is_back_end = |one: &Identity| {
            std::fs::read(format!("/proc/{}/cmdline", one.pid))
                .is_ok_and(|line| line.starts_with(b"postgres: postgres"))
        };
        let back_ends = descendants(fuzz).into_iter().filter(is_back_end);
        let busiest = back_ends.max_by_key(|one| cpu_time(one.pid))?;
        (cpu_time(busiest.pid)? > Duration::from_secs(1)).then_some(busiest)
    }

    #[test]
    #[ignore = "needs ferretdb, which tests/run installs"]
    fn killed_by_a_signal_is_told_with_the_statement_that_it_ran() {
        let place = Place::new();
        let join = "var join = function (name) { return [{$lookup: {from: 'c', pipeline: [], as: name}}, {$unwind: '$' + name}]; };
            for (var i = 0; i < 300; i++) { db.c.insert({_id: i, a: i}); }
            db.c.aggregate(join('x').concat(join('y'), join('z'), join('u'), [{$group: {_id: null, n: {$sum: '$u.a'}}}])).itcount();";
        let file = place.file("join.js", join);
        let mut fuzz = place.start(&["run", &file, "--server", "ferretdb"]);
        let id = fuzz.id();
        wait_for("a busy back end", || busy_back_end(id)).signal(Signal::SEGV);
        fuzz.wait().unwrap();
        assert_eq!(place.failures()[0].0, "BackendDied", "{:?}", place.failures());
        let record = std::fs::read_to_string(place.latest().join("executions/join/record.json")).unwrap();
        let record: serde_json::Value = serde_json::from_str(&record).unwrap();
        let said = record["execution"]["capture"]["said"].to_string();
        assert!(said.contains("terminated by signal 11") && said.contains("Failed process was running"), "{said}");
        assert!(said.contains("aggregate"), "{said}");
    }
}
