// Compound and multikey indexes give the same answers as a scan of the collection.
(function() {
    "use strict";
    const t = db.index_compound;
    t.drop();
    for (let i = 0; i < 50; i++) {
        assert.writeOK(t.insert({_id: i, a: i % 5, b: i % 7, list: [i, i + 1], sub: {x: i % 3}}));
    }
    assert.commandWorked(t.createIndex({a: 1, b: -1}));
    assert.commandWorked(t.createIndex({list: 1}));
    assert.commandWorked(t.createIndex({"sub.x": -1, a: 1}, {name: "named"}));
    assert.eq(t.getIndexKeys().length, 4);
    assert.eq(t.find({a: 2, b: {$gte: 3}}).hint({a: 1, b: -1}).itcount(), t.find({a: 2, b: {$gte: 3}}).hint({$natural: 1}).itcount());
    assert.eq(t.find({list: 10}).hint({list: 1}).itcount(), 2);
    assert.eq(t.find({list: {$gt: 45}}).hint("list_1").itcount(), 5);
    assert.eq(t.find({"sub.x": 1}).hint("named").itcount(), 17);
    assert.writeOK(t.update({_id: 10}, {$push: {list: 100}}));
    assert.eq(t.find({list: 100}).hint({list: 1}).itcount(), 1);
    assert.writeOK(t.update({a: 1}, {$set: {b: 99}}, {multi: true}));
    assert.eq(t.find({a: 1, b: 99}).hint({a: 1, b: -1}).itcount(), 10);
    assert.writeOK(t.remove({a: 4}));
    assert.eq(t.find({a: 4}).hint({a: 1, b: -1}).itcount(), 0);
    assert.commandFailed(t.createIndex({a: 1, b: -1}, {name: "another"}));
    assert.commandFailed(t.createIndex({a: "sideways"}));
    assert.commandFailed(t.createIndex({}));
    assert.commandFailed(t.createIndex({a: 0}));
    assert.writeOK(t.insert({_id: "deep", a: [1, 2], b: 3}));
    t.insert({_id: "parallel", a: [1, 2], b: [3, 4]});
    assert.commandWorked(t.dropIndex("named"));
    assert.commandFailedWithCode(t.dropIndex("named"), 27);
    assert.commandWorked(t.dropIndexes());
    assert.eq(t.getIndexes().length, 1);
    assert.throws(() => t.find().hint({a: 1, b: -1}).itcount());
    assert.commandWorked(t.validate());
}());
