// Needs: tailable cursors (lacking in ferretdb).
// Tailable cursors on a capped collection: they stay open at the end and give what comes later.
var t = db.capped_tailable;
t.drop();
assert.commandWorked(db.createCollection(t.getName(), {capped: true, size: 65536}));
for (var i = 0; i < 10; i++) {
    t.insert({_id: i, even: i % 2 === 0});
}
var tail = assert.commandWorked(db.runCommand({find: t.getName(), tailable: true, batchSize: 4})).cursor;
assert.eq(tail.firstBatch.length, 4);
var rest = assert.commandWorked(db.runCommand({getMore: tail.id, collection: t.getName()})).cursor;
assert.eq(rest.nextBatch.length, 6);
assert.eq(rest.id, tail.id, "still open at the end");
assert.eq(assert.commandWorked(db.runCommand({getMore: tail.id, collection: t.getName()})).cursor.nextBatch, []);
t.insert({_id: "late", even: true});
assert.eq(assert.commandWorked(db.runCommand({getMore: tail.id, collection: t.getName()})).cursor.nextBatch[0]._id, "late");
assert.commandWorked(db.runCommand({killCursors: t.getName(), cursors: [tail.id]}));
assert.commandFailedWithCode(db.runCommand({getMore: tail.id, collection: t.getName()}), 43);
var evens = assert.commandWorked(db.runCommand({find: t.getName(), filter: {even: true}, tailable: true, awaitData: true})).cursor;
assert.eq(evens.firstBatch.length, 6);
assert.commandWorked(db.runCommand({getMore: evens.id, collection: t.getName(), maxTimeMS: 20}));
assert.commandWorked(db.runCommand({killCursors: t.getName(), cursors: [evens.id]}));
assert.commandFailed(db.runCommand({find: t.getName(), awaitData: true}));
assert.commandFailed(db.runCommand({find: t.getName(), tailable: true, sort: {_id: 1}}));
assert.commandFailed(db.runCommand({find: t.getName(), tailable: true, singleBatch: true}));
assert.commandFailed(db.runCommand({find: db.capped_tailable_plain.getName(), tailable: "yes"}));
db.capped_tailable_plain.drop();
db.capped_tailable_plain.insert({_id: 1});
assert.commandFailedWithCode(db.runCommand({find: "capped_tailable_plain", tailable: true}), 2);
assert.eq(t.stats().capped, true);
assert.eq(t.find().sort({$natural: -1}).limit(2).toArray()[1]._id, 9);
assert(t.drop());
