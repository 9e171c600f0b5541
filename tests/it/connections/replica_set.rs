//! Two fake members whose primary changes.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use jstestfuzz::wire::bson::Bson;

use super::*;

struct Set {
    members: [Fake; 2],
    primary: Arc<AtomicUsize>,
}

impl Set {
    /// `stepDown` makes the other one primary, `die` does so and closes the connection.
    fn start() -> Self {
        let primary = Arc::new(AtomicUsize::new(0));
        let names: Arc<Mutex<Vec<String>>> = Arc::default();
        let members = [0, 1].map(|own| {
            let (primary, names) = (Arc::clone(&primary), Arc::clone(&names));
            Fake::start(move |command| {
                let hosts = names.lock().unwrap().clone();
                let is_primary = primary.load(Ordering::SeqCst) == own;
                let not_primary = || doc! { "ok": 0.0, "code": 10107, "errmsg": "not primary" };
                match command.first().unwrap().0 {
                    "hello" | "isMaster" => Answer::Document(doc! { "setName": "rs", "ismaster": is_primary,
                    "secondary": (!is_primary), "hosts": (hosts.iter().map(|host| Bson::from(host.as_str())).collect::<Vec<_>>()),
                    "maxWireVersion": 21, "ok": 1.0 }),
                    "stepDown" | "die" if is_primary => {
                        primary.store(1 - own, Ordering::SeqCst);
                        if command.first().unwrap().0 == "die" {
                            Answer::Close
                        } else {
                            Answer::Document(not_primary())
                        }
                    }
                    "insert" if !is_primary => Answer::Document(not_primary()),
                    "find" => Answer::Document(doc! { "ok": 1.0,
                    "cursor": { "id": (own as i64 + 7), "ns": "test.c", "firstBatch": [{ "on": (own as i32) }] } }),
                    "getMore" => Answer::Document(doc! { "ok": 1.0,
                    "cursor": { "id": 0_i64, "ns": "test.c", "nextBatch": [{ "on": (own as i32) }] } }),
                    _ => Answer::Document(doc! { "ok": 1.0, "n": 1, "on": (own as i32) }),
                }
            })
        });
        names.lock().unwrap().extend(members.iter().map(|member| member.address.clone()));
        Self { members, primary }
    }

    fn sent(&self, member: usize, command: &str) -> usize {
        self.members[member].seen().iter().filter(|seen| seen.command == command).count()
    }
}

#[test]
fn the_primary_is_followed_when_it_steps_down_and_when_it_is_lost() {
    let set = Set::start();
    // One seed is enough: the members name each other.
    let uri = format!("mongodb://{}/?replicaSet=rs", set.members[1].address);
    let script = "
        assert(db.getMongo().isReplicaSetConnection());
        assert.eq(db.runCommand({on: 1}).on, 0);
        assert.commandFailedWithCode(db.runCommand({stepDown: 1}), 10107);
        assert.eq(db.runCommand({on: 1}).on, 1);
        assert.throws(() => db.runCommand({die: 1}));
        assert.eq(db.runCommand({on: 1}).on, 0);
        db.c.insert({a: 1});";
    let ran = run(&uri, script).completed();
    assert_eq!((set.sent(0, "insert"), set.sent(1, "insert")), (1, 0));
    assert!(ran.notes.iter().any(|note| matches!(note, Note::ConnectionLost { .. })), "{:?}", ran.notes);
}

#[test]
fn reads_go_where_the_preference_says_and_cursors_stay_there() {
    let set = Set::start();
    let uri = format!("mongodb://{}/?replicaSet=rs&readPreference=secondary", set.members[0].address);
    let script = "
        assert.eq(db.c.find().toArray(), [{on: 1}, {on: 1}]);
        assert.eq(db.runCommand({on: 1}).on, 0);
        db.c.insert({a: 1});
        db.getMongo().setReadPref('primary');
        assert.eq(db.c.find().toArray(), [{on: 0}, {on: 0}]);
        db.getMongo().setReadPref('nearest');
        assert.eq(db.c.find().next().on, 1);";
    run(&uri, script).completed();
    assert_eq!((set.sent(0, "insert"), set.sent(1, "insert")), (1, 0));
}

#[test]
fn a_direct_connection_stays_with_its_member() {
    let set = Set::start();
    let uri = format!("mongodb://{}/?replicaSet=rs&directConnection=true", set.members[1].address);
    let script = "
        assert(!db.getMongo().isReplicaSetConnection());
        assert.eq(db.runCommand({on: 1}).on, 1);
        assert.commandFailedWithCode(db.runCommand({insert: 'c', documents: [{}]}), 10107);
        assert.eq(db.runCommand({on: 1}).on, 1);";
    run(&uri, script).completed();
    assert_eq!(set.members[0].seen().len(), 0);
}

#[test]
fn scripts_reach_members_by_their_own_address_and_the_set_by_its_name() {
    let set = Set::start();
    let [first, second] = &set.members;
    let uri = format!("mongodb://{},{}/?replicaSet=rs", first.address, second.address);
    let script = format!(
        "assert.eq(new Mongo('{}').getDB('test').runCommand({{on: 1}}).on, 1);
         assert.eq(db.getMongo().host, 'rs/{},{}');
         assert.eq(new Mongo(db.getMongo().host).getDB('test').runCommand({{on: 1}}).on, 0);",
        second.address, first.address, second.address
    );
    run(&uri, &script).completed();
}

#[test]
fn a_whole_run_follows_the_primary() {
    let set = Set::start();
    set.primary.store(1, Ordering::SeqCst);
    let place = Place::new();
    let file = place.file("a.js", "db.c.insert({a: 1}); assert.eq(db.runCommand({on: 1}).on, 1);");
    let uri = format!("mongodb://{},{}/?replicaSet=rs", set.members[0].address, set.members[1].address);
    let said = place.fuzz(&["run", &file, "--uri", &uri]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert_eq!((set.sent(0, "insert"), set.sent(1, "insert")), (0, 1));
    assert!((0..2).all(|member| set.sent(member, "listDatabases") > 0), "every member is validated");
}
