// Every accumulator of $group, over missing fields, nulls and mixed types.
var t = db.agg_accumulators;
t.drop();
t.insert([
    {_id: 1, g: "a", n: NumberInt(1), s: "x", o: {p: 1}}, {_id: 2, g: "a", n: NumberLong(4), s: "y", o: {q: 2}},
    {_id: 3, g: "a", n: NumberDecimal("2.5"), s: null, o: {p: 3}}, {_id: 4, g: "b", n: null, s: 5},
    {_id: 5, g: "b", s: ["l"], o: {}}, {_id: 6, g: "c", n: "text", s: "z"}
]);
var grouped = function(accumulator, stages) {
    var out = {};
    t.aggregate((stages || [{$sort: {_id: 1}}]).concat({$group: {_id: "$g", r: accumulator}})).forEach(function(doc) {
        out[doc._id] = doc.r;
    });
    return out;
};
assert.docEq(grouped({$sum: 1}), {a: 3, b: 2, c: 1});
assert.eq(grouped({$sum: "$n"}).a, NumberDecimal("7.5"));
assert.eq(grouped({$sum: "$n"}).c, 0, "what is no number counts nothing");
assert.eq(bsonWoCompare({v: grouped({$avg: "$n"}).a}, {v: 2.5}), 0);
assert.isnull(grouped({$avg: "$n"}).b);
assert.eq(grouped({$min: "$n"}).a, 1);
assert.eq(grouped({$max: "$n"}).a, 4);
assert.isnull(grouped({$max: "$n"}).b);
assert.eq(grouped({$max: "$s"}).b, ["l"], "arrays are above numbers");
assert.eq(grouped({$first: "$s"}).a, "x");
assert.eq(grouped({$last: "$_id"}, [{$sort: {_id: -1}}]).a, 1);
assert.eq(grouped({$push: "$s"}).b, [5, ["l"]]);
assert.eq(grouped({$push: {id: "$_id", n: "$n"}}).b, [{id: 4, n: null}, {id: 5}]);
assert.sameMembers(grouped({$addToSet: {$mod: ["$_id", 2]}}).a, [0, 1]);
assert.docEq(grouped({$mergeObjects: "$o"}).a, {p: 3, q: 2});
assert.close(grouped({$stdDevPop: "$_id"}).a, Math.sqrt(2 / 3));
assert.eq(grouped({$stdDevSamp: "$_id"}).a, 1);
assert.isnull(grouped({$stdDevSamp: "$_id"}).c);
assert.eq(grouped({$sum: {$cond: [{$isNumber: "$n"}, 1, 0]}}).a, 3);
assert.eq(grouped({$sum: {$ifNull: ["$n", 100]}}).b, 200);
assert.eq(grouped({$count: {}}).b, 2);
assert.eq(grouped({$firstN: {input: "$_id", n: 2}}).a, [1, 2]);
assert.eq(grouped({$maxN: {input: "$_id", n: 5}}).b, [5, 4]);
assert.eq(grouped({$top: {sortBy: {n: -1}, output: "$_id"}}).a, 2);
assert.eq(grouped({$bottomN: {n: 1, sortBy: {_id: 1}, output: ["$_id", "$s"]}}).a, [[3, null]]);
assert.eq(t.aggregate([{$group: {_id: {g: "$g", has: {$gt: ["$n", null]}}, ids: {$push: "$_id"}}}]).itcount(), 3);
assert.eq(t.aggregate([{$group: {_id: {$type: "$s"}, n: {$sum: 1}}}, {$sort: {n: -1, _id: 1}}]).next(), {_id: "string", n: 3});
assert.eq(t.aggregate([{$match: {_id: 0}}, {$group: {_id: null, n: {$sum: 1}}}]).toArray(), []);
assert.throws(grouped, [{$noSuchAccumulator: "$n"}]);
assert.throws(grouped, [{$sum: "$n", $avg: "$n"}]);
assert.throws(grouped, [{$firstN: {input: "$_id", n: 0}}]);
assert.throws(grouped, [5]);
