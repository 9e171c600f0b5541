// findAndModify with sorts, upserts, array filters, pipelines, and what its reply tells.
var t = db.find_and_modify_sort_upsert_filters;
t.drop();
assert.writeOK(t.insert([
    {_id: "a", rank: 3, scores: [50, 80, 95], sub: {v: 1}},
    {_id: "b", rank: 1, scores: [10, 20], sub: {v: 2}},
    {_id: "c", rank: 2, scores: [], sub: {v: 3}},
    {_id: "d", rank: 2, scores: [99]}
]));
var modify = (fields) => t.runCommand("findAndModify", fields);
assert.eq(modify({query: {}, sort: {rank: 1}, update: {$set: {seen: 1}}}).value._id, "b");
assert.eq(modify({query: {}, sort: {rank: -1}, update: {$set: {seen: 1}}, fields: {rank: 1}}).value, {_id: "a", rank: 3});
assert.eq(modify({query: {}, sort: {rank: 1, _id: -1}, update: {$inc: {rank: 10}}, new: true}).value.rank, 11);
assert.eq(modify({query: {}, sort: {"sub.v": -1, _id: 1}, remove: true}).value._id, "c");
assert.eq(modify({query: {_id: "a"}, update: {$inc: {"scores.$[low]": 5}}, arrayFilters: [{low: {$lt: 90}}], new: true}).value.scores, [55, 85, 95]);
assert.eq(modify({query: {_id: "a", scores: {$gte: 85}}, update: {$set: {"scores.$": 0}}, new: true}).value.scores, [55, 0, 95]);
assert.eq(modify({query: {_id: "a"}, update: {$push: {scores: {$each: [7], $sort: 1}}}, new: true, fields: {scores: {$slice: 2}, _id: 0, sub: 0}}).value.scores, [0, 7]);
var res = modify({query: {_id: "new", rank: {$gt: 5}}, update: {$set: {x: 1}, $setOnInsert: {y: 2}}, upsert: true, new: true});
assert.docEq(res.value, {_id: "new", x: 1, y: 2});
assert.eq(res.lastErrorObject.updatedExisting, false);
assert.eq(res.lastErrorObject.upserted, "new");
res = modify({query: {_id: "new"}, update: {$unset: {y: ""}}, upsert: true});
assert.eq(res.lastErrorObject.n, 1);
assert.eq(res.lastErrorObject.updatedExisting, true);
res = modify({query: {none: 1}, update: {z: 1}, upsert: true});
assert.isnull(res.value);
assert.eq(t.count({z: 1}), 1);
res = modify({query: {_id: "a"}, update: [{$set: {total: {$sum: "$scores"}}}, {$unset: "scores"}], new: true});
assert.eq(res.value.total, 157);
assert(!res.value.hasOwnProperty("scores"));
assert.eq(t.findOneAndUpdate({_id: "b"}, {$pull: {scores: {$lt: 15}}}, {projection: {scores: 1, _id: 0}, returnNewDocument: true}), {scores: [20]});
assert.eq(t.findOneAndReplace({rank: {$exists: true}}, {gone: true}, {sort: {rank: -1}, projection: {_id: 1}})._id, "b");
assert.eq(t.findOneAndDelete({_id: {$type: "string"}}, {sort: {_id: -1}, projection: {_id: 1}}), {_id: "new"});
assert.commandFailed(modify({query: {_id: "a"}, update: {$set: {"scores.$[x]": 1}}, arrayFilters: [{y: 1}]}));
assert.commandFailed(modify({query: {_id: "a"}, update: {$set: {n: 1}}, arrayFilters: [{x: 1}]}));
assert.commandFailed(modify({query: {_id: "a"}, remove: true, upsert: true}));
assert.commandFailed(modify({query: {_id: "a"}, update: {$set: {n: 1}}, sort: "rank"}));
assert.commandFailed(modify({query: {_id: "a"}, update: [{$match: {}}]}));
assert.commandFailed(modify({query: {_id: "b"}, update: {_id: "c", moved: true}}));
assert.commandFailedWithCode(modify({query: 5, update: {}}), 14);
