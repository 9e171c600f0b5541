// Queries on arrays: $all, $elemMatch, $size, positions and nested paths.
var t = db.query_arrays;
t.drop();
t.insert({_id: 1, tags: ["red", "blue"], dims: [14, 21], parts: [{n: "bolt", q: 5}, {n: "nut", q: 15}]});
t.insert({_id: 2, tags: ["red"], dims: [14, 21, 3], parts: [{n: "nut", q: 60}]});
t.insert({_id: 3, tags: [], dims: [], parts: []});
t.insert({_id: 4, tags: "red", dims: 15, parts: {n: "bolt", q: 1}});
t.insert({_id: 5, matrix: [[1, 2], [3, 4]], tags: [["red", "blue"]]});
assert.eq(t.find({tags: "red"}).itcount(), 3);
assert.eq(t.find({tags: ["red", "blue"]}).itcount(), 2);
assert.eq(t.find({tags: {$all: ["blue", "red"]}}).itcount(), 1);
assert.eq(t.find({tags: {$size: 0}}).itcount(), 1);
assert.eq(t.find({dims: {$elemMatch: {$gt: 15, $lt: 22}}}).itcount(), 2);
assert.eq(t.find({dims: {$gt: 15, $lt: 20}}).itcount(), 2);
assert.eq(t.find({"dims.1": {$gt: 20}}).itcount(), 2);
assert.eq(t.find({"parts.q": {$lte: 5}}).itcount(), 2);
assert.eq(t.find({"parts.0.q": {$lte: 20}}).itcount(), 1);
assert.eq(t.find({parts: {$elemMatch: {n: "nut", q: {$gte: 20}}}}).itcount(), 1);
assert.eq(t.find({parts: {$all: [{$elemMatch: {n: "bolt"}}, {$elemMatch: {n: "nut"}}]}}).itcount(), 1);
assert.eq(t.find({parts: {n: "nut", q: 60}}).itcount(), 1);
assert.eq(t.find({parts: {q: 60, n: "nut"}}).itcount(), 0);
assert.eq(t.find({matrix: [3, 4]}).itcount(), 1);
assert.eq(t.find({matrix: {$elemMatch: {$elemMatch: {$eq: 4}}}}).itcount(), 1);
assert.eq(t.find({tags: {$in: ["blue", "green"]}}).itcount(), 1);
assert.eq(t.find({tags: {$nin: ["red", "blue"]}}).itcount(), 2);
assert.eq(t.find({dims: {$not: {$size: 0}}}).itcount(), 4);
assert.eq(t.find({dims: {$exists: true, $type: "array"}}).itcount(), 3);
assert.throws(function() {
    t.find({tags: {$size: "x"}}).itcount();
});
assert.throws(function() {
    t.find({tags: {$all: "red"}}).itcount();
});
assert.throws(function() {
    t.find({tags: {$elemMatch: 5}}).itcount();
});
