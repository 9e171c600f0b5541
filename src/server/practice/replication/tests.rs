//! Sets of servers in threads: what a primary did is what its secondaries have.

use crate::doc;
use crate::server::practice::bugs::Bugs;
use crate::server::practice::trial::Trial;
use crate::wire::bson::{Bson, Document};

fn majority() -> Document {
    doc! { "w": 2, "wtimeout": 20_000 }
}

fn hash(trial: &mut Trial, database: &str) -> Option<Bson> {
    trial.client.command("db", &doc! { "ping": 1 }).unwrap();
    trial.client.command(database, &doc! { "dbHash": 1 }).unwrap().get("collections").cloned()
}

fn oplog(trial: &mut Trial) -> Vec<Document> {
    let find = doc! { "find": "oplog.rs", "batchSize": 10_000 };
    let reply = trial.client.command("local", &find).unwrap();
    let batch = reply.get_document("cursor").and_then(|cursor| cursor.get_array("firstBatch")).unwrap();
    batch.iter().filter_map(Bson::as_document).cloned().collect()
}

#[test]
fn whatever_a_primary_does_its_secondary_repeats() {
    let mut set = Trial::set(&Bugs::none(), 2);
    let [primary, secondary] = &mut set[..] else { panic!() };
    let bad = doc! { "insert": "c", "documents": [{ "_id": 1 }, { "_id": 1 }], "ordered": false };
    for command in [
        doc! { "insert": "c", "documents": [{ "_id": 1, "a": 1 }, { "_id": 2, "a": [1, 2] }, { "a": 3 }] },
        doc! { "createIndexes": "c", "indexes": [{ "key": { "a": 1 }, "name": "a_1" }] },
        doc! { "update": "c", "updates": [{ "q": {}, "u": { "$set": { "b": 7 } }, "multi": true }] },
        doc! { "update": "new", "updates": [{ "q": { "x": 1 }, "u": { "$inc": { "y": 1 } }, "upsert": true }] },
        doc! { "findAndModify": "c", "query": { "_id": 1 }, "remove": true },
        doc! { "create": "capped", "capped": true, "size": 4096, "max": 2 },
        doc! { "insert": "capped", "documents": [{ "_id": 1 }, { "_id": 2 }, { "_id": 3 }] },
        doc! { "aggregate": "c", "pipeline": [{ "$out": "copy" }], "cursor": {} },
        doc! { "aggregate": "c", "pipeline": [{ "$merge": { "into": "copy" } }], "cursor": {} },
        doc! { "create": "view", "viewOn": "c", "pipeline": [] },
        doc! { "create": "gone" },
        doc! { "drop": "gone" },
        doc! { "collMod": "c", "index": { "name": "a_1", "hidden": true } },
        doc! { "delete": "c", "deletes": [{ "q": { "_id": 2 }, "limit": 1 }] },
    ] {
        primary.ok(command);
    }
    primary.run(bad);
    let rename = doc! { "renameCollection": "test.copy", "to": "test.renamed", "writeConcern": (majority()) };
    let reply = primary.client.command("admin", &rename).unwrap();
    assert!(!reply.contains("writeConcernError"), "{reply:?}");
    let names = hash(primary, "test");
    assert_eq!(names.as_ref().unwrap().as_document().unwrap().keys().count(), 4);
    assert_eq!(hash(secondary, "test"), names);
    assert_eq!(oplog(primary), oplog(secondary));
    assert!(oplog(primary).len() > 20);
}

#[test]
fn commands_of_many_clients_are_repeated_in_their_order() {
    let mut set = Trial::set(&Bugs::none(), 2);
    let address = set[0].address.clone();
    std::thread::scope(|scope| {
        for client in 0..4 {
            let address = &address;
            scope.spawn(move || {
                let mut client_of = Trial::at(address);
                for round in 0..60 {
                    let name = format!("c{}", (client + round) % 3);
                    client_of.run(match round % 6 {
                        0 => doc! { "drop": name },
                        1 => doc! { "createIndexes": name, "indexes": [{ "key": { "a": 1 }, "name": "a_1", "unique": true }] },
                        2 => doc! { "update": name, "updates": [{ "q": {}, "u": { "$inc": { "n": 1 } }, "multi": true }] },
                        3 => doc! { "delete": name, "deletes": [{ "q": { "a": (round - 3) }, "limit": 0 }] },
                        _ => doc! { "insert": name, "documents": [{ "a": round }, { "a": (client * 100 + round) }], "ordered": false },
                    });
                }
            });
        }
    });
    set[0].ok(doc! { "insert": "last", "documents": [{}], "writeConcern": (majority()) });
    let expected = hash(&mut set[0], "test");
    assert_eq!(hash(&mut set[1], "test"), expected);
}

#[test]
fn a_secondary_takes_no_writes_and_reads_only_from_who_knows_what_it_is() {
    let mut set = Trial::set(&Bugs::none(), 2);
    set[0].ok(doc! { "insert": "c", "documents": [{ "_id": 1 }], "writeConcern": (majority()) });
    let secondary = &mut set[1];
    assert_eq!(secondary.code(doc! { "insert": "c", "documents": [{}] }), 10107);
    assert_eq!(secondary.code(doc! { "drop": "c" }), 10107);
    assert_eq!(secondary.code(doc! { "find": "c" }), 13435);
    let old_is_fine = doc! { "$readPreference": { "mode": "secondary" } };
    assert_eq!(secondary.find("c", old_is_fine), [doc! { "_id": 1 }]);
    let hello = secondary.ok(doc! { "hello": 1 });
    assert_eq!(hello.get("isWritablePrimary"), Some(&Bson::Boolean(false)));
    assert_eq!(hello.get("secondary"), Some(&Bson::Boolean(true)));
}

#[test]
fn more_members_than_there_are_cannot_be_had() {
    let mut set = Trial::set(&Bugs::none(), 2);
    let insert = |w: i32| doc! { "insert": "c", "documents": [{}], "writeConcern": { "w": w, "wtimeout": 20_000 } };
    assert!(!set[0].ok(insert(2)).contains("writeConcernError"));
    let error = set[0].ok(insert(3));
    assert_eq!(error.get_document("writeConcernError").unwrap().get("code"), Some(&Bson::Int32(100)));
}

#[test]
fn a_member_that_is_in_no_set_yet_says_so() {
    let port = crate::server::practice::serve_member_in_thread(Bugs::none(), Some("rs".into())).unwrap();
    let mut alone = Trial::at(&format!("127.0.0.1:{port}"));
    assert_eq!(alone.code(doc! { "insert": "c", "documents": [{}] }), 10107);
    let status = alone.client.command("admin", &doc! { "replSetGetStatus": 1 }).unwrap();
    assert_eq!(status.get("code"), Some(&Bson::Int32(94)));
    let other =
        doc! { "replSetInitiate": { "_id": "other", "members": [{ "_id": 0, "host": (alone.address.as_str()) }] } };
    assert_eq!(alone.client.command("admin", &other).unwrap().get("code"), Some(&Bson::Int32(93)));
    let initiated = alone.client.command("admin", &doc! { "replSetInitiate": {} }).unwrap();
    assert_eq!(initiated.get("ok"), Some(&Bson::Double(1.0)), "{initiated:?}");
    alone.ok(doc! { "insert": "c", "documents": [{}] });
}
