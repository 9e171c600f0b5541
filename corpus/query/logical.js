// $and, $or, $nor, $not, and how they nest.
(function() {
    "use strict";
    const t = db.query_logical;
    t.drop();
    const bulk = t.initializeUnorderedBulkOp();
    for (let i = 0; i < 100; i++) {
        bulk.insert({_id: i, a: i % 10, b: i % 7, c: i % 2 === 0 ? "even" : "odd"});
    }
    assert.writeOK(bulk.execute());
    assert.lte(t.find({$and: [{a: 1}, {b: 1}]}).itcount(), 10);
    assert.eq(t.find({$or: [{a: 1}, {b: 1}]}).itcount() > 15, true);
    assert.eq(t.find({$nor: [{a: 1}, {b: 1}]}).itcount() < 85, true);
    assert.eq(t.find({$or: [{a: {$lt: 2}}, {$and: [{b: 6}, {c: "odd"}]}]}).itcount() > 20, true);
    assert.eq(t.find({a: {$not: {$in: [1, 2, 3]}}}).itcount(), 70);
    assert.eq(t.find({c: {$not: /^e/}}).itcount(), 50);
    assert.eq(t.find({$and: [{$or: [{a: 1}, {a: 2}]}, {$or: [{b: 3}, {b: 4}]}]}).itcount() > 0, true);
    assert.eq(t.count({$nor: [{c: "even"}]}), 50);
    assert.eq(t.find({a: {$gt: 2, $lt: 5, $ne: 3}}).itcount(), 10);
    assert.eq(t.find({$expr: {$eq: ["$a", "$b"]}}).itcount() > 5, true);
    assert.eq(t.find({$expr: {$gt: [{$add: ["$a", "$b"]}, 13]}, c: "odd"}).itcount() > 0, true);
    assert.eq(t.find({$comment: "looked at by people", a: 0}).itcount(), 10);
    assert.throws(() => t.find({$or: []}).itcount());
    assert.throws(() => t.find({$and: 5}).itcount());
    assert.throws(() => t.find({a: {$not: 5}}).itcount());
    assert.throws(() => t.find({$unknownTop: []}).itcount());
    assert.eq(t.find({$or: [{_id: 5}]}).toArray()[0].a, 5);
}());
