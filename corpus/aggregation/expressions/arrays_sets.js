// Array and set expressions.
var t = db.agg_array_expressions;
t.drop();
t.insert({_id: 1, a: [3, 1, 2], b: [2, 4], e: [], o: {x: 1, y: 2}, n: null});
function value(expression) {
    return t.aggregate([{$project: {v: expression}}]).toArray()[0].v;
}
assert.eq(value({$size: "$a"}), 3);
assert.eq(value({$arrayElemAt: ["$a", 0]}), 3);
assert.eq(value({$arrayElemAt: ["$a", -1]}), 2);
assert.eq(value({$concatArrays: ["$a", "$b"]}), [3, 1, 2, 2, 4]);
assert.eq(value({$slice: ["$a", 2]}), [3, 1]);
assert.eq(value({$slice: ["$a", -2, 1]}), [1]);
assert.eq(value({$filter: {input: "$a", as: "x", cond: {$gte: ["$$x", 2]}}}), [3, 2]);
assert.eq(value({$map: {input: "$a", as: "x", in: {$multiply: ["$$x", 10]}}}), [30, 10, 20]);
assert.eq(value({$reduce: {input: "$a", initialValue: 0, in: {$add: ["$$value", "$$this"]}}}), 6);
assert.eq(value({$in: [2, "$a"]}), true);
assert.eq(value({$indexOfArray: ["$a", 1]}), 1);
assert.eq(value({$range: [0, 10, 3]}), [0, 3, 6, 9]);
assert.eq(value({$reverseArray: "$a"}), [2, 1, 3]);
assert.eq(value({$zip: {inputs: ["$a", "$b"]}}), [[3, 2], [1, 4]]);
assert.eq(value({$isArray: "$n"}), false);
assert.eq(value({$objectToArray: "$o"}).length, 2);
assert.eq(value({$arrayToObject: [[["k", 5]]]}), {k: 5});
assert.eq(value({$setUnion: ["$a", "$b"]}).length, 4);
assert.eq(value({$setIntersection: ["$a", "$b"]}), [2]);
assert.eq(value({$setDifference: ["$b", "$a"]}), [4]);
assert.eq(value({$setEquals: ["$a", [1, 2, 3]]}), true);
assert.eq(value({$setIsSubset: [[1], "$a"]}), true);
assert.eq(value({$anyElementTrue: ["$e"]}), false);
assert.eq(value({$allElementsTrue: ["$a"]}), true);
assert.throws(value, [{$size: "$n"}]);
assert.throws(value, [{$range: [0, 5, 0]}]);
assert.throws(value, [{$arrayElemAt: ["$o", 0]}]);
