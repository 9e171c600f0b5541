// Regular expressions, remainders and bit tests.
var t = db.query_regex_mod;
t.drop();
["Alpha", "alphabet", "beta", "GAMMA\ngamma", "delta.x", "", "a+b"].forEach(function(text, at) {
    t.insert({_id: at, s: text, n: at, bits: NumberInt(at * 3)});
});
assert.eq(t.find({s: /^alpha/}).itcount(), 1);
assert.eq(t.find({s: /^alpha/i}).itcount(), 2);
assert.eq(t.find({s: {$regex: "^gamma", $options: "m"}}).itcount(), 1);
assert.eq(t.find({s: {$regex: "a.x$"}}).itcount(), 1);
assert.eq(t.find({s: {$regex: "a\\+b"}}).itcount(), 1);
assert.eq(t.find({s: {$regex: /eta/, $options: "i"}}).itcount(), 1);
assert.eq(t.find({s: {$in: [/^A/, "beta"]}}).itcount(), 2);
assert.eq(t.find({s: {$not: /a/}}).itcount(), 1);
assert.eq(t.find({s: {$regex: ""}}).itcount(), 7);
assert.eq(t.find({n: {$mod: [3, 0]}}).itcount(), 3);
assert.eq(t.find({n: {$mod: [2, 1]}}).itcount(), 3);
assert.eq(t.find({bits: {$bitsAllSet: [0, 1]}}).itcount(), 2);
assert.eq(t.find({bits: {$bitsAllClear: NumberInt(1)}}).itcount(), 4);
assert.eq(t.find({bits: {$bitsAnySet: [1, 2]}}).itcount() > 0, true);
assert.eq(t.find({bits: {$bitsAnyClear: 7}}).itcount() > 0, true);
assert.throws(function() {
    t.find({n: {$mod: [0, 0]}}).itcount();
});
assert.throws(function() {
    t.find({n: {$mod: [1]}}).itcount();
});
assert.throws(function() {
    t.find({s: {$regex: "("}}).itcount();
});
assert.throws(function() {
    t.find({s: {$options: "i"}}).itcount();
});
assert.throws(function() {
    t.find({bits: {$bitsAllSet: "x"}}).itcount();
});
assert.eq(t.find({s: {$gte: "a", $lt: "b"}}).itcount(), 2);
assert.eq(t.find({s: {$type: "string"}, n: {$type: "double"}}).itcount(), 7);
