// Needs: views (lacking in ferretdb).
// Views: made, read, stacked, dropped, and what they refuse.
var t = db.view_source;
t.drop();
db.view_even.drop();
db.view_named.drop();
for (var i = 0; i < 20; i++) {
    t.insert({_id: i, n: i, even: i % 2 === 0});
}
assert.commandWorked(db.createView("view_even", t.getName(), [{$match: {even: true}}]));
assert.eq(db.view_even.find().itcount(), 10);
assert.eq(db.view_even.find({n: {$gt: 10}}).sort({n: -1}).toArray()[0].n, 18);
assert.eq(db.view_even.count(), 10);
assert.eq(db.view_even.distinct("n").length, 10);
assert.eq(db.view_even.aggregate([{$group: {_id: null, s: {$sum: "$n"}}}]).toArray()[0].s, 90);
assert.commandWorked(db.createView("view_named", "view_even", [{$project: {name: {$concat: ["n", {$toString: "$_id"}]}}}]));
assert.eq(db.view_named.findOne({_id: 4}).name, "n4");
assert.writeOK(t.insert({_id: 100, n: 100, even: true}));
assert.eq(db.view_even.find().itcount(), 11);
assert.writeError(db.view_even.insert({_id: 1}));
assert.writeError(db.view_even.update({}, {$set: {a: 1}}));
assert.writeError(db.view_even.remove({}));
assert.commandFailed(db.view_even.createIndex({a: 1}));
assert.commandFailed(db.createView("view_even", t.getName(), []));
assert.commandFailed(db.createView("view_bad", t.getName(), [{$out: "x"}]));
assert.eq(db.getCollectionInfos({name: "view_even"})[0].type, "view");
assert(db.view_even.drop());
assert.eq(db.view_named.find().itcount(), 0);
assert(db.view_named.drop());
