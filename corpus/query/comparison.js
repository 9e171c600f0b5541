// Comparison operators over mixed types.
var t = db.query_comparison;
t.drop();
var values = [1, NumberInt(2), NumberLong(3), NumberDecimal("4.5"), "five", "Six", true, false, null, [1, 2], {a: 1}, ISODate("2010-10-10T10:10:10Z"), /seven/i, MinKey, MaxKey];
values.forEach(function(value, at) {
    assert.writeOK(t.insert({_id: at, v: value}));
});
t.insert({_id: 99});
assert.eq(t.find({v: 1}).itcount(), 2);
assert.eq(t.find({v: {$eq: 2}}).itcount(), 2);
assert.eq(t.find({v: {$gt: 1}}).itcount(), 4);
assert.eq(t.find({v: {$gte: 1, $lt: 4}}).itcount(), 4);
assert.eq(t.find({v: {$lte: "five"}}).itcount(), 2);
assert.eq(t.find({v: {$ne: 1}}).itcount(), 14);
assert.eq(t.find({v: {$in: [1, "five", null]}}).itcount(), 5);
assert.eq(t.find({v: {$nin: [1, "five", null]}}).itcount(), 11);
assert.eq(t.find({v: null}).itcount(), 2);
assert.eq(t.find({v: {$exists: false}}).itcount(), 1);
assert.eq(t.find({v: {$type: "number"}}).itcount(), 5);
assert.eq(t.find({v: {$type: ["string", "bool"]}}).itcount(), 4);
assert.eq(t.find({v: {$type: 10}}).itcount(), 1);
assert.eq(t.find({v: {$gt: ISODate("2000-01-01T00:00:00Z")}}).itcount(), 1);
assert.eq(t.find({v: {$gte: true}}).itcount(), 1);
assert.eq(t.find({v: MinKey}).itcount(), 1);
assert.eq(t.find({v: {a: 1}}).itcount(), 1);
assert.eq(t.find({v: {$gt: {}}}).itcount(), 1);
assert.eq(t.find({v: [1, 2]}).itcount(), 1);
assert.eq(t.find({v: {$not: {$gt: 1}}}).itcount(), 12);
assert.eq(t.find({v: {$in: [/^f/, /SEVEN/]}}).itcount(), 1);
assert.throws(function() {
    t.find({v: {$in: 5}}).itcount();
});
assert.throws(function() {
    t.find({v: {$unknown: 1}}).itcount();
});
