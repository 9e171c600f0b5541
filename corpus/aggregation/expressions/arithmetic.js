// Arithmetic over numbers of every type, and dates.
var t = db.agg_arithmetic;
t.drop();
t.insert({_id: 1, i: NumberInt(7), l: NumberLong(2), d: 2.5, n: null, s: "x", when: ISODate("2020-01-01T00:00:00Z"), neg: -7.5});
function value(expression) {
    return t.aggregate([{$project: {v: expression}}]).toArray()[0].v;
}
assert.eq(value({$add: ["$i", "$l"]}), 9);
assert.eq(value({$add: ["$i", "$d", 1]}), 10.5);
assert.eq(value({$add: ["$i", "$n"]}), null);
assert.eq(value({$add: ["$when", 1000]}), ISODate("2020-01-01T00:00:01Z"));
assert.eq(value({$subtract: ["$i", "$d"]}), 4.5);
assert.eq(value({$subtract: ["$when", ISODate("2019-12-31T23:59:59Z")]}), 1000);
assert.eq(value({$multiply: ["$i", "$l", "$d"]}), 35);
assert.eq(value({$divide: ["$i", 2]}), 3.5);
assert.eq(value({$mod: ["$i", 4]}), 3);
assert.eq(value({$abs: "$neg"}), 7.5);
assert.eq(value({$ceil: "$d"}), 3);
assert.eq(value({$floor: "$neg"}), -8);
assert.eq(value({$trunc: "$neg"}), -7);
assert.eq(value({$sqrt: 16}), 4);
assert.eq(value({$pow: ["$l", 10]}), 1024);
assert.close(value({$exp: 1}), Math.E);
assert.close(value({$ln: 10}), Math.LN10);
assert.eq(value({$log10: 1000}), 3);
assert.eq(value({$log: [8, 2]}), 3);
assert.eq(value({$max: ["$i", "$d"]}), 7);
assert.eq(value({$avg: ["$l", 4]}), 3);
assert.throws(value, [{$add: ["$s", 1]}]);
assert.throws(value, [{$divide: ["$i", 0]}]);
assert.throws(value, [{$sqrt: -1}]);
assert.throws(value, [{$subtract: [1]}]);
assert.throws(value, [{$noSuchExpression: 1}]);
