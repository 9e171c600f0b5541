// $bucket, $bucketAuto, $facet, $sample, $out.
var t = db.agg_buckets;
var target = db.agg_buckets_out;
t.drop();
target.drop();
for (var i = 0; i < 50; i++) {
    t.insert({_id: i, price: i * 2, kind: i % 5});
}
assert.eq(t.aggregate([{$bucket: {groupBy: "$price", boundaries: [0, 20, 60, 100]}}]).itcount(), 3);
assert.eq(t.aggregate([{$bucket: {groupBy: "$price", boundaries: [0, 10], default: "rest", output: {n: {$sum: 1}}}}]).toArray()[1].n, 45);
assert.throws(function() {
    t.aggregate([{$bucket: {groupBy: "$price", boundaries: [0, 10]}}]).itcount();
});
assert.throws(function() {
    t.aggregate([{$bucket: {groupBy: "$price", boundaries: [10, 0], default: 1}}]).itcount();
});
assert.eq(t.aggregate([{$bucketAuto: {groupBy: "$price", buckets: 5}}]).itcount(), 5);
assert.eq(t.aggregate([{$facet: {all: [{$count: "n"}], cheap: [{$match: {price: {$lt: 10}}}, {$project: {_id: 1}}]}}]).toArray()[0].cheap.length, 5);
assert.eq(t.aggregate([{$facet: {none: [{$match: {_id: -1}}]}}]).toArray()[0].none, []);
assert.throws(function() {
    t.aggregate([{$facet: {}}]);
});
assert.eq(t.aggregate([{$sample: {size: 5}}]).itcount(), 5);
assert.eq(t.aggregate([{$sample: {size: 500}}]).itcount(), 50);
assert.throws(function() {
    t.aggregate([{$sample: {size: -1}}]);
});
assert.eq(t.aggregate([{$match: {kind: 1}}, {$out: target.getName()}]).itcount(), 0);
assert.eq(target.find().itcount(), 10);
assert.eq(t.aggregate([{$match: {kind: 2}}, {$project: {price: 1}}, {$out: target.getName()}]).itcount(), 0);
assert.eq(target.findOne().kind, undefined);
assert.throws(function() {
    t.aggregate([{$out: target.getName()}, {$match: {}}]);
});
assert.eq(t.aggregate([{$sortByCount: "$kind"}, {$limit: 2}]).itcount(), 2);
assert.eq(t.aggregate([{$indexStats: {}}]).itcount() >= 1, true);
assert(target.drop());
