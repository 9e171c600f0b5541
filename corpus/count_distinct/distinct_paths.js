// distinct over dotted paths, arrays of documents, mixed types, with indexes and without.
var t = db.distinct_paths;
var values = function(key, query) {
    return t.distinct(key, query || {});
};
t.drop();
t.insert([
    {_id: 1, a: {b: [{c: 1}, {c: 2}]}, tags: ["x", "y"], v: 1},
    {_id: 2, a: {b: [{c: 2}, {c: [3, 4]}]}, tags: ["y", ["z"]], v: NumberLong(1)},
    {_id: 3, a: {b: {c: 5}}, tags: [], v: NumberDecimal("1.0")},
    {_id: 4, a: [{b: {c: 6}}, {b: {c: null}}], tags: "x", v: "1"},
    {_id: 5, a: 7, tags: null, v: [1, 2]}
]);
assert.sameMembers(values("a.b.c"), [1, 2, 3, 4, 5, 6, null]);
assert.sameMembers(values("a.b.0.c"), [1, 2]);
assert.sameMembers(values("a.0.b.c"), [6]);
assert.sameMembers(values("tags.0"), ["x", "y"]);
assert.contains("z", [].concat.apply([], values("tags")));
assert.eq(values("tags").length, 4);
assert.eq(values("v").length, 3, "numbers that are equal are one");
assert.sameMembers(values("_id", {tags: "y"}), [1, 2]);
assert.sameMembers(values("a.b.c", {_id: {$gt: 2}}), [5, 6, null]);
assert.eq(values("a.x.y"), []);
assert.eq(values("_id", {_id: -1}), []);
assert.commandWorked(t.createIndex({"a.b.c": 1}));
assert.commandWorked(t.createIndex({v: -1}));
assert.sameMembers(values("a.b.c", {"a.b.c": {$gte: 2, $lt: 6}}).filter(function(one) { return one > 4; }), [5]);
assert.eq(values("v", {v: {$type: "string"}}), ["1"]);
assert.eq(db.runCommand({distinct: t.getName(), key: "v", query: {_id: 1}}).values, [1]);
for (var i = 0; i < 100; i++) {
    t.insert({w: i % 9, when: ISODate("2015-06-0" + (1 + i % 3) + "T00:00:00Z"), sub: {w: {n: i % 2}}});
}
assert.eq(values("w").sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
assert.eq(values("when").length, 3);
assert.eq(values("sub.w").sort(bsonWoCompare), [{n: 0}, {n: 1}]);
assert.eq(values("sub", {w: {$in: [0, 1]}}).length, 2);
assert.eq(t.aggregate([{$group: {_id: "$w"}}, {$match: {_id: {$ne: null}}}]).itcount(), values("w").length);
assert.eq(db.distinct_paths_absent.distinct("a"), []);
assert.commandFailed(db.runCommand({distinct: t.getName(), key: ["a"]}));
assert.commandFailed(db.runCommand({distinct: t.getName(), key: "a", query: {$where: 5}}));
assert.throws(function() {
    t.distinct("w", {w: {$noSuch: 1}});
});
