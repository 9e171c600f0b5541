// The workhorses: $match, $group, $sort, $limit, $skip, $project.
var t = db.agg_workhorses;
t.drop();
for (var i = 0; i < 60; i++) {
    t.insert({_id: i, team: "t" + (i % 4), score: i, tags: ["a" + (i % 2), "b" + (i % 3)]});
}
assert.eq(t.aggregate([{$match: {score: {$gte: 30}}}]).itcount(), 30);
assert.eq(t.aggregate([{$group: {_id: "$team", n: {$sum: 1}}}, {$sort: {_id: 1}}]).toArray()[0], {_id: "t0", n: 15});
assert.eq(t.aggregate([{$group: {_id: null, total: {$sum: "$score"}, avg: {$avg: "$score"}}}]).toArray()[0].total, 1770);
assert.eq(t.aggregate([{$group: {_id: "$team", lo: {$min: "$score"}, hi: {$max: "$score"}}}, {$sort: {hi: -1}}]).next().hi, 59);
assert.eq(t.aggregate([{$sort: {score: -1}}, {$group: {_id: "$team", first: {$first: "$score"}, last: {$last: "$score"}}}]).itcount(), 4);
assert.eq(t.aggregate([{$group: {_id: {$mod: ["$score", 2]}, all: {$push: "$_id"}, set: {$addToSet: "$team"}}}]).itcount(), 2);
assert.eq(t.aggregate([{$sort: {_id: -1}}, {$skip: 5}, {$limit: 10}, {$project: {_id: 1}}]).toArray()[0]._id, 54);
assert.eq(t.aggregate([{$project: {_id: 0, team: 1, twice: {$multiply: ["$score", 2]}}}, {$match: {twice: 10}}]).itcount(), 1);
assert.eq(t.aggregate([{$group: {_id: "$missing"}}]).toArray(), [{_id: null}]);
assert.eq(t.aggregate([{$group: {_id: {team: "$team", odd: {$mod: ["$score", 2]}}}}]).itcount(), 4);
assert.eq(t.aggregate([{$match: {$or: [{team: "t1"}, {score: 0}]}}, {$count: "n"}]).toArray(), [{n: 16}]);
assert.eq(t.aggregate([]).itcount(), 60);
assert.eq(t.aggregate([{$group: {_id: "$team", s: {$stdDevPop: "$score"}}}]).itcount(), 4);
assert.throws(function() {
    t.aggregate([{$group: {n: {$sum: 1}}}]);
});
assert.throws(function() {
    t.aggregate([{$limit: 0}]);
});
assert.throws(function() {
    t.aggregate([{$skip: -1}]);
});
assert.throws(function() {
    t.aggregate([{$sort: {}}]);
});
assert.commandFailedWithCode(t.runCommand("aggregate", {pipeline: [{$noSuchStage: {}}], cursor: {}}), 40324);
assert.commandFailed(t.runCommand("aggregate", {pipeline: [{$match: {}, $sort: {a: 1}}], cursor: {}}));
assert.commandFailed(t.runCommand("aggregate", {pipeline: []}));
assert.eq(t.aggregate([{$match: {}}], {cursor: {batchSize: 7}}).itcount(), 60);
assert.eq(t.aggregate([{$sort: {_id: 1}}], {allowDiskUse: true, comment: "kept"}).itcount(), 60);
