// Conditions, comparisons, variables and conversions.
var t = db.agg_conditions;
t.drop();
t.insert({_id: 1, a: 5, b: "7", c: null, d: ISODate("2021-03-04T05:06:07.089Z"), f: false});
function value(expression) {
    return t.aggregate([{$project: {v: expression}}]).toArray()[0].v;
}
assert.eq(value({$cond: [{$gt: ["$a", 3]}, "big", "small"]}), "big");
assert.eq(value({$cond: {if: "$f", then: 1, else: 2}}), 2);
assert.eq(value({$ifNull: ["$c", "none"]}), "none");
assert.eq(value({$switch: {branches: [{case: {$eq: ["$a", 1]}, then: "one"}, {case: {$eq: ["$a", 5]}, then: "five"}], default: "?"}}), "five");
assert.eq(value({$cmp: ["$a", "$b"]}), -1);
assert.eq(value({$and: ["$a", true, {$lt: ["$a", 6]}]}), true);
assert.eq(value({$or: ["$f", "$c", 0]}), false);
assert.eq(value({$not: ["$f"]}), true);
assert.eq(value({$let: {vars: {x: {$add: ["$a", 1]}}, in: {$multiply: ["$$x", "$$x"]}}}), 36);
assert.eq(value({$type: "$d"}), "date");
assert.eq(value({$type: "$missing"}), "missing");
assert.eq(value({$toInt: "$b"}), 7);
assert.eq(value({$toDouble: "$a"}), 5);
assert.eq(value({$toBool: "$a"}), true);
assert.eq(value({$toLong: "$a"}), 5);
assert.eq(value({$convert: {input: "x", to: "int", onError: -1}}), -1);
assert.eq(value({$convert: {input: null, to: "int", onNull: 0}}), 0);
assert.eq(value({$year: "$d"}), 2021);
assert.eq(value({$month: "$d"}), 3);
assert.eq(value({$dayOfWeek: "$d"}), 5);
assert.eq(value({$millisecond: "$d"}), 89);
assert.eq(value({$dateToString: {date: "$d", format: "%Y-%m-%d"}}), "2021-03-04");
assert.eq(value({$dateFromParts: {year: 2020, month: 2, day: 29}}), ISODate("2020-02-29T00:00:00Z"));
assert.throws(value, [{$toInt: "x"}]);
assert.throws(value, [{$cond: [1, 2]}]);
assert.throws(value, [{$switch: {branches: []}}]);
assert.throws(value, ["$$undefinedVariable"]);
