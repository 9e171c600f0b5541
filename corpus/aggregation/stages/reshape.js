// $addFields, $set, $unset, $replaceRoot, $project, $redact.
var t = db.agg_reshape;
t.drop();
t.insert({_id: 1, a: {b: 1, c: [1, 2]}, level: 1, kids: [{level: 2, v: 1}, {level: 5, v: 2}]});
t.insert({_id: 2, a: {b: 2}, level: 3, kids: []});
assert.eq(t.aggregate([{$addFields: {"a.d": 5}}, {$sort: {_id: 1}}]).toArray()[0].a.d, 5);
assert.eq(t.aggregate([{$set: {sum: {$add: ["$a.b", "$level"]}}}, {$match: {_id: 2}}]).toArray()[0].sum, 5);
assert.eq(t.aggregate([{$unset: "a"}, {$match: {a: {$exists: true}}}]).itcount(), 0);
assert.eq(t.aggregate([{$unset: ["a.b", "kids"]}, {$match: {_id: 2}}]).toArray()[0].a, {});
assert.eq(t.aggregate([{$replaceRoot: {newRoot: "$a"}}, {$match: {b: 2}}]).itcount(), 1);
assert.eq(t.aggregate([{$replaceWith: {$mergeObjects: [{z: 0}, "$a"]}}, {$match: {z: 0}}]).itcount(), 2);
assert.throws(function() {
    t.aggregate([{$replaceRoot: {newRoot: "$level"}}]).itcount();
});
assert.eq(t.aggregate([{$project: {"a.b": 0}}, {$match: {_id: 1}}]).toArray()[0].a.c, [1, 2]);
assert.eq(t.aggregate([{$project: {x: "$a.b", _id: 0}}, {$sort: {x: 1}}]).toArray(), [{x: 1}, {x: 2}]);
assert.eq(t.aggregate([{$project: {y: {$literal: "$a"}}}]).toArray()[0].y, "$a");
assert.eq(t.aggregate([{$project: {z: ["$level", 9]}}, {$match: {_id: 1}}]).toArray()[0].z, [1, 9]);
assert.throws(function() {
    t.aggregate([{$project: 5}]);
});
assert.throws(function() {
    t.aggregate([{$project: {a: 1, level: 0}}]);
});
assert.throws(function() {
    t.aggregate([{$addFields: 5}]);
});
assert.eq(t.aggregate([{$redact: {$cond: [{$lte: ["$level", 3]}, "$$DESCEND", "$$PRUNE"]}}, {$sort: {_id: 1}}]).toArray()[0].kids.length, 1);
assert.eq(t.aggregate([{$match: {_id: 1}}, {$unwind: "$kids"}, {$replaceRoot: {newRoot: "$kids"}}]).itcount(), 2);
assert.eq(t.aggregate([{$sortByCount: "$level"}]).itcount(), 2);
assert.eq(t.aggregate([{$project: {kept: {$cond: [{$gt: ["$level", 2]}, "$level", "$$REMOVE"]}}}, {$match: {kept: {$exists: true}}}]).itcount(), 1);
