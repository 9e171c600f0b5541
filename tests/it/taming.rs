//! What a fuzzed file must not do to its server, whichever way it tries.

use crate::program::Place;

/// The head of a fuzzed file: everything before its first statement.
fn prelude(place: &Place) -> String {
    let said = place.fuzz(&["generate", "--sets", "1", "--seed", "1"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    let text = std::fs::read_to_string(place.latest().join("files/jstestfuzz-1-0000.js")).unwrap();
    text.split("// ----------").next().unwrap().to_owned()
}

/// Runs statements behind a prelude and gives what they print.
fn printed(statements: &str) -> String {
    let place = Place::new();
    let file = place.file("tamed.js", prelude(&place) + statements);
    let said = place.fuzz(&["run", &file, "--server", "practice", "--bugs", "none"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    std::fs::read_to_string(place.latest().join("executions/tamed/shell.log")).unwrap()
}

#[test]
fn a_refused_command_never_reaches_the_server_by_any_road() {
    let printed = printed(
        "var replies = [
            db.adminCommand({shutdown: 1}), db.getSiblingDB('admin').runCommand('shutdown'), db.c.runCommand('shutdown'),
            db.getMongo().runCommand('admin', {shutdown: 1}, 0), db.getMongo().adminCommand({shutdown: 1}),
            db.getSiblingDB('admin')._dbCommand({shutdown: 1})
        ];
        replies.forEach(function (reply) { assert.eq(reply.errmsg, 'tamed: no-shutdown', tojson(reply)); });
        try { db.getSiblingDB('admin').shutdownServer(); } catch (e) {}
        try { db.getSiblingDB('local').dropDatabase(); } catch (e) {}
        assert.eq(db.adminCommand({ping: 1}).ok, 1);",
    );
    assert_eq!(printed.matches("tamed: no-shutdown").count(), 1, "{printed}");
    assert!(printed.contains("tamed: no-admin-drop"), "{printed}");
}

#[test]
fn a_dangerous_field_is_taken_out_or_made_smaller_and_the_caller_keeps_its_document() {
    let printed = printed(
        "db.c.drop(); db.c.insert({a: 1});
        var find = {find: 'c', term: 5};
        assert.commandWorked(db.runCommand(find));
        assert.eq(find.term, 5);
        assert.commandWorked(db.runCommand({create: 'no_index', autoIndexId: false}));
        assert.eq(db.no_index.getIndexes().length, 1);",
    );
    assert!(printed.contains("tamed: no-term") && printed.contains("tamed: no-auto-index-id"), "{printed}");
}

#[test]
fn waiting_and_starting_processes_is_nothing() {
    printed(
        "db.c.insert({a: 1}); sleep(1e9); assert.soon(function () { return false; }); startParallelShell('1');
        assert.eq(new Mongo('example.com') instanceof Object, true); quit(3); assert.eq('x'.repeat(1e9).length, 5000);
        assert.eq(new Array(1e9).join('x').length, 49999);",
    );
}

#[test]
fn random_numbers_are_the_same_in_every_run_of_a_file() {
    let numbers = |_| printed("db.c.insert({a: 1}); print([Math.random(), Random.rand(), _rand()].join());");
    assert_eq!(numbers(1), numbers(2));
}

#[test]
fn a_fuzzed_file_refuses_to_run_without_test_data() {
    let place = Place::new();
    let text = prelude(&place);
    let file = place.file("alone.js", format!("var TestData = undefined;\n{text}"));
    let said = place.fuzz(&["run", &file, "--server", "practice", "--bugs", "none"]);
    assert_ne!(said.code, Some(0));
    assert!(said.out.contains("needs TestData"), "{}", said.all());
}
