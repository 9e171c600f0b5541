// Sorting: directions, several keys, arrays, mixed types, skip and limit.
var t = db.sort_sorting;
t.drop();
for (var i = 0; i < 40; i++) {
    t.insert({_id: i, a: (i * 7) % 20, b: i % 3, s: "k" + (i % 11)});
}
assert.eq(t.find().sort({a: 1}).limit(1).next().a, 0);
assert.eq(t.find().sort({a: -1, _id: -1}).limit(1).next().a, 19);
assert.eq(t.find().sort({b: 1, a: -1, _id: 1}).limit(2).toArray()[0].b, 0);
assert.eq(t.find().sort({_id: -1}).skip(5).limit(3).toArray().map(function(doc) { return doc._id; }), [34, 33, 32]);
assert.eq(t.find({b: 1}).sort({s: 1, _id: 1}).itcount(), 13);
assert.eq(t.find().sort({missing: 1, _id: 1}).limit(1).next()._id, 0);
assert.eq(t.find().sort({$natural: 1}).itcount(), 40);
assert.eq(t.find().sort({a: 1}).skip(100).itcount(), 0);
assert.eq(t.find().sort({"s": -1, _id: 1}).limit(-2).itcount(), 2);
t.insert({_id: "x", a: [5, 100]});
t.insert({_id: "y", a: "text"});
t.insert({_id: "z", a: null});
assert.eq(t.find().sort({a: -1}).limit(1).next()._id, "y");
assert.eq(t.find({a: {$ne: "text"}}).sort({a: -1}).limit(1).next()._id, "x");
assert.eq(t.find().sort({a: 1}).limit(1).next()._id, "z");
t.ensureIndex({a: 1, b: -1});
assert.gt(t.find({a: {$gte: 3}}).sort({a: 1, b: -1}).itcount(), 30);
assert.eq(t.find().sort({a: -1, b: 1}).hint({a: 1, b: -1}).itcount(), 43);
assert.throws(function() {
    t.find().sort({a: 2}).itcount();
});
assert.throws(function() {
    t.find().sort({a: "up"}).itcount();
});
assert.commandFailed(t.runCommand("find", {sort: 5}));
assert.eq(t.aggregate([{$sort: {b: -1, _id: 1}}, {$limit: 1}]).toArray()[0].b, 2);
