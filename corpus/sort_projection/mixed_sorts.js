// Sort orders over missing fields, nulls, arrays, objects and every type, with an index and without.
(function() {
    "use strict";
    const t = db.sort_mixed;
    t.drop();
    const ordered = [MinKey, null, -5, NumberLong(0), NumberDecimal("0.5"), 7, "", "B", "a", {a: 1}, {a: 2}, {b: 0}, BinData(0, "AAAA"), ObjectId("000000000000000000000001"), false, true, ISODate("1960-01-01T00:00:00Z"), ISODate("2030-01-01T00:00:00Z"), Timestamp(1, 1), /r/, MaxKey];
    const at = ordered.map((value, index) => index);
    for (const index of at.slice().reverse()) {
        assert.writeOK(t.insert({_id: index, v: ordered[index], half: index % 2}));
    }
    const ids = (sort, query) => t.find(query || {}, {_id: 1}).sort(sort).toArray().map((doc) => doc._id);
    assert.eq(ids({v: 1}), at);
    assert.eq(ids({v: -1}), at.slice().reverse());
    assert.eq(t.aggregate([{$sort: {v: 1}}, {$group: {_id: null, all: {$push: "$_id"}}}]).toArray()[0].all, at);
    assert.eq(ids({half: -1, v: -1}).slice(0, 3), [19, 17, 15]);
    assert.commandWorked(t.createIndex({v: 1}));
    assert.eq(t.find().sort({v: 1}).hint({v: 1}).toArray().map((doc) => doc._id), at);
    assert.eq(t.find({v: {$gte: MinKey}}).sort({v: -1}).hint({v: 1}).limit(2).toArray().map((doc) => doc._id), [20, 19]);
    t.find().min({v: 7}).max({v: "a"}).hint({v: 1}).itcount();
    assert.eq(t.find().sort({v: 1}).skip(3).limit(2).toArray().map((doc) => doc._id), [3, 4]);
    assert.writeOK(t.remove({}));
    assert.writeOK(t.insert([{_id: "none"}, {_id: "null", v: null}, {_id: "empty", v: []}, {_id: "low", v: [1, 50]}, {_id: "mid", v: 20}, {_id: "high", v: [40, 30]}, {_id: "docs", v: [{w: 3}, {w: 9}]}]));
    assert.eq(ids({v: 1, _id: 1}).slice(0, 3), ["empty", "none", "null"]);
    assert.eq(ids({v: 1}, {v: {$gt: 0}}), ["low", "mid", "high"], "the smallest element counts");
    assert.eq(ids({v: -1}, {v: {$gt: 0}}), ["low", "high", "mid"], "the largest element counts");
    assert.eq(ids({"v.w": -1, _id: 1})[0], "docs");
    assert.eq(ids({"v.1": 1}, {"v.1": {$type: "number"}}), ["high", "low"]);
    assert.commandWorked(t.dropIndex({v: 1}));
    assert.contains(ids({v: 1, _id: -1})[0], ["empty", "none", "null"]);
    assert.eq(ids({"a.b.c": 1, _id: 1}).length, 7);
    assert.throws(() => ids({v: {$meta: "noSuchMeta"}}));
    assert.throws(() => ids({"v.": 1}));
    assert.throws(() => ids({"": 1}));
    t.runCommand("find", {sort: {$v: 1}});
}());
