// Needs: returnKey (lacking in ferretdb).
// Projections: inclusion, exclusion, $slice, $elemMatch and computed fields.
(function() {
    "use strict";
    const t = db.projection_forms;
    t.drop();
    assert.writeOK(t.insert({_id: 1, a: 1, b: {c: 2, d: {e: 3}}, list: [1, 2, 3, 4, 5], docs: [{k: 1, v: "x"}, {k: 2, v: "y"}]}));
    assert.docEq(t.findOne({}, {a: 1}), {_id: 1, a: 1});
    assert.docEq(t.findOne({}, {a: 1, _id: 0}), {a: 1});
    assert.docEq(t.findOne({}, {"b.c": 1, _id: 0}), {b: {c: 2}});
    assert.eq(t.findOne({}, {list: 0, docs: 0, b: 0}), {_id: 1, a: 1});
    assert.eq(t.findOne({}, {"b.d.e": 0}).b.d, {});
    assert.eq(t.findOne({}, {list: {$slice: 2}}).list, [1, 2]);
    assert.eq(t.findOne({}, {list: {$slice: -2}}).list, [4, 5]);
    assert.eq(t.findOne({}, {list: {$slice: [1, 3]}}).list, [2, 3, 4]);
    assert.eq(t.findOne({}, {docs: {$elemMatch: {k: 2}}}).docs, [{k: 2, v: "y"}]);
    assert.eq(t.findOne({"docs.k": 2}, {"docs.$": 1}).docs, [{k: 2, v: "y"}]);
    assert.docEq(t.findOne({}, {"docs.v": 1, _id: 0}), {docs: [{v: "x"}, {v: "y"}]});
    assert.eq(t.find({}, {a: true}).toArray()[0].a, 1);
    assert.throws(() => t.find({}, {a: 1, b: 0}).itcount());
    assert.throws(() => t.find({}, {list: {$slice: "x"}}).itcount());
    assert.throws(() => t.find({}, {list: {$unknown: 1}}).itcount());
    assert.commandFailed(t.runCommand("find", {projection: "a"}));
    assert.eq(t.find({}, {}).toArray()[0].list.length, 5);
    assert.eq(t.aggregate([{$project: {_id: 0, sum: {$add: ["$a", "$b.c"]}}}]).toArray(), [{sum: 3}]);
    assert.eq(t.find().returnKey().toArray().length, 1);
    assert.eq(t.find().showRecordId().itcount(), 1);
}());
