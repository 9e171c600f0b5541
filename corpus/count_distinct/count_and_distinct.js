// Counting and distinct values.
var t = db.count_distinct;
t.drop();
for (var i = 0; i < 40; i++) {
    t.insert({_id: i, a: i % 4, b: {c: "v" + (i % 3)}, list: [i % 2, i % 5]});
}
assert.eq(t.countDocuments({}), 40);
assert.eq(t.count({a: 1}), 10);
assert.eq(t.find({a: {$lt: 2}}).count(), 20);
assert.eq(t.find({a: 1}).skip(3).limit(4).count(true), 4);
assert.eq(t.find({a: 1}).skip(3).limit(4).count(), 10);
assert.eq(t.find({a: 1}).skip(8).size(), 2);
assert.eq(t.countDocuments({"b.c": "v0"}), 14);
assert.gte(t.count(), 0, "may be an estimate");
assert.gte(t.estimatedDocumentCount(), 0);
assert.eq(t.distinct("a").sort(), [0, 1, 2, 3]);
assert.eq(t.distinct("b.c").length, 3);
assert.eq(t.distinct("list").length, 5);
assert.eq(t.distinct("a", {_id: {$lt: 2}}).length, 2);
assert.eq(t.distinct("missing"), []);
assert.commandWorked(db.runCommand({distinct: t.getName(), key: "list.0"}));
assert.commandFailed(db.runCommand({distinct: t.getName(), key: 5}));
assert.commandFailed(db.runCommand({distinct: t.getName(), key: "a", query: 5}));
assert.commandWorked(db.runCommand({count: t.getName(), query: {a: 1}, limit: 3}));
assert.commandFailed(db.runCommand({count: t.getName(), query: {a: {$noSuch: 1}}}));
assert.commandFailed(db.runCommand({count: t.getName(), skip: -1}));
t.ensureIndex({a: 1});
assert.eq(t.count({a: {$gte: 2}}), 20);
assert.eq(t.find({a: 2}).hint({a: 1}).count(), 10);
assert.eq(db.runCommand({count: "count_no_such"}).n, 0);
