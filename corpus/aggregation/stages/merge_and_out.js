// $merge in its modes and $out, into this database and another one.
(function() {
    "use strict";
    const t = db.agg_merge_source, target = db.agg_merge_target;
    const other = db.getSiblingDB("agg_merge_elsewhere");
    t.drop();
    assert.commandWorked(other.dropDatabase());
    const bulk = t.initializeOrderedBulkOp();
    for (let i = 0; i < 20; i++) {
        bulk.insert({_id: i, key: i % 5, v: i, sub: {k: i % 5}});
    }
    bulk.execute();
    const refill = function() {
        target.drop();
        assert.writeOK(target.insert([{_id: 0, v: "old", kept: 1}, {_id: 100, v: "old"}]));
    };
    const merge = (fields, stages) => t.aggregate((stages || [{$match: {_id: {$lt: 3}}}]).concat({$merge: Object.extend({into: target.getName()}, fields)})).itcount();
    refill();
    assert.eq(merge({}), 0, "$merge gives nothing back");
    assert.eq(target.countDocuments({}), 4);
    assert.docEq(target.findOne({_id: 0}), {_id: 0, v: 0, kept: 1, key: 0, sub: {k: 0}});
    refill();
    merge({whenMatched: "replace", whenNotMatched: "insert"});
    assert.docEq(target.findOne({_id: 0}), {_id: 0, key: 0, v: 0, sub: {k: 0}});
    refill();
    merge({whenMatched: "keepExisting"});
    assert.eq(target.findOne({_id: 0}).v, "old");
    assert.eq(target.findOne({_id: 2}).v, 2);
    refill();
    merge({whenNotMatched: "discard"});
    assert.eq(target.find({kept: 1, key: 0}).itcount(), 1);
    assert.eq(target.find().itcount(), 2);
    refill();
    assert.throws(() => merge({whenMatched: "fail"}));
    assert.throws(() => merge({whenNotMatched: "fail"}));
    refill();
    const piped = {$merge: {into: target.getName(), whenMatched: [{$set: {v: {$add: ["$$new.v", 1000]}, seen: true}}]}};
    assert.commandWorkedOrFailedWithCode(t.runCommand("aggregate", {pipeline: [{$match: {_id: 0}}, piped], cursor: {}}), 115);
    assert.contains(target.findOne({_id: 0}).v, ["old", 1000]);
    refill();
    assert.throws(() => merge({on: "key"}), [], "no unique index");
    assert.commandWorked(target.createIndex({key: 1}, {unique: true, sparse: true}));
    target.remove({});
    merge({on: "key", whenMatched: "merge"}, [{$group: {_id: "$key", n: {$sum: 1}}}, {$project: {_id: 0, key: "$_id", n: 1}}]);
    assert.eq(target.find({n: 4}).itcount(), 5);
    t.aggregate([{$match: {key: 1}}, {$merge: {into: {db: other.getName(), coll: "here"}}}]);
    assert.eq(other.here.find().sort({_id: 1}).toArray().map((doc) => doc._id), [1, 6, 11, 16]);
    assert.throws(() => merge({whenMatched: "sometimes"}));
    assert.throws(() => merge({into: ""}));
    assert.throws(() => t.aggregate([{$merge: {into: target.getName()}}, {$limit: 1}]));
    assert.throws(() => t.aggregate([{$merge: 5}]));
    t.aggregate([{$sort: {v: -1}}, {$limit: 3}, {$out: target.getName()}]);
    assert.eq(target.find().sort({v: 1}).toArray().map((doc) => doc.v), [17, 18, 19]);
    assert.throws(() => t.aggregate([{$project: {x: {$divide: ["$v", 0]}}}, {$out: target.getName()}]));
    assert.eq(target.countDocuments({}), 3, "a failed $out changes nothing");
    assert.throws(() => t.aggregate([{$out: ""}]));
    assert.commandWorked(other.dropDatabase());
}());
