// The flat 2d index: pairs of numbers, boxes, circles, polygons, and bounds of the index.
var t = db.geo_legacy_pairs;
t.drop();
for (var x = -3; x <= 3; x++) {
    for (var y = -3; y <= 3; y++) {
        t.insert({_id: x + "," + y, p: [x, y], inner: x * x + y * y < 3});
    }
}
t.insert({_id: "object", p: {lng: 50, lat: 50}});
t.insert({_id: "absent"});
assert.commandWorked(t.createIndex({p: "2d"}, {min: -100, max: 100, bits: 20}));
assert.eq(t.find({p: {$geoWithin: {$box: [[0, 0], [2, 2]]}}}).itcount(), 9);
assert.eq(t.find({p: {$within: {$box: [[49, 49], [51, 51]]}}}).toArray()[0]._id, "object");
assert.eq(t.find({p: {$geoWithin: {$center: [[0, 0], 1]}}}).itcount(), 5);
assert.eq(t.find({p: {$geoWithin: {$center: [[0, 0], 1.5]}}}).itcount(), t.count({inner: true}));
assert.eq(t.find({p: {$geoWithin: {$polygon: [[-0.5, -0.5], [2.5, -0.5], [-0.5, 2.5]]}}}).itcount(), 6);
assert.eq(t.find({p: {$geoWithin: {$polygon: {a: {x: 0.5, y: 0.5}, b: {x: 1.5, y: 0.5}, c: {x: 1, y: 1.75}}}}}).itcount(), 1);
assert.eq(t.find({p: {$near: [0, 0]}}).limit(1).next()._id, "0,0");
assert.eq(t.find({p: {$near: [0.1, 0.2], $maxDistance: 1}}).itcount(), 3);
assert.eq(t.find({p: {$near: [60, 60]}}).limit(1).next()._id, "object");
assert.eq(t.find({p: {$near: [3, 3]}, inner: true}).limit(2).toArray().length, 2);
assert.eq(t.find({p: [1, 1]}).itcount(), 1);
assert.eq(t.find({p: {$geoWithin: {$box: [[2, 2], [0, 0]]}}}).itcount(), 9);
assert.writeError(t.insert({_id: "outside", p: [150, 0]}));
assert.writeError(t.insert({_id: "text", p: ["a", "b"]}));
assert.writeOK(t.insert({_id: "edge", p: [-100, 99.9]}));
assert.writeOK(t.update({_id: "edge"}, {$set: {p: [2.5, 2.5]}}));
assert.eq(t.find({p: {$geoWithin: {$box: [[2.4, 2.4], [2.6, 2.6]]}}}).itcount(), 1);
assert.commandFailed(t.createIndex({q: "2d"}, {bits: 99}));
assert.commandFailed(t.createIndex({q: "2d", r: "2d"}));
assert.commandFailed(t.createIndex({q: "2d"}, {unique: true, min: 5, max: 5}));
assert.throws(function() {
    t.find({p: {$geoWithin: {$center: [[0, 0], -1]}}}).itcount();
});
assert.throws(function() {
    t.find({p: {$geoWithin: {$polygon: [[0, 0], [1, 1]]}}}).itcount();
});
assert.throws(function() {
    t.find({p: {$near: []}}).itcount();
});
assert.commandWorked(t.dropIndex({p: "2d"}));
assert.eq(t.find({p: {$geoWithin: {$box: [[0, 0], [2, 2]]}}}).itcount(), 9, "needs no index");
assert.throws(function() {
    t.find({p: {$near: [0, 0]}}).itcount();
});
