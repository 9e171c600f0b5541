// Bulk writes of many kinds at once: where an ordered one stops, what an unordered one goes on with.
(function() {
    "use strict";
    const t = db.bulk_mixed_errors;
    const fresh = function() {
        t.drop();
        assert.commandWorked(t.createIndex({u: 1}, {unique: true, sparse: true}));
        assert.writeOK(t.insert([{_id: 1, u: 1, n: 1}, {_id: 2, u: 2, n: 2}, {_id: 3, u: 3, n: 3}]));
    };
    const filled = function(bulk) {
        bulk.insert({_id: 4, u: 4});
        bulk.find({_id: 1}).updateOne({$inc: {n: 10}});
        bulk.insert({_id: 4, u: 5});
        bulk.find({_id: 2}).updateOne({$set: {u: 3}});
        bulk.find({n: {$gt: 1}}).update({$mul: {n: 2}});
        bulk.find({_id: 3}).removeOne();
        bulk.find({u: 9}).upsert().updateOne({$set: {made: true}});
        return bulk;
    };
    fresh();
    let error = assert.throws(() => filled(t.initializeOrderedBulkOp()).execute());
    assert.eq(error.code, 11000);
    assert.eq(error.getWriteErrorCount(), 1);
    assert.eq(error.getWriteErrorAt(0).index, 2);
    assert.eq(error.getWriteErrorAt(0).getOperation()._id, 4);
    assert.eq(t.findOne({_id: 1}).n, 11, "what stood before the error is done");
    assert.eq(t.count({_id: 3}), 1, "what stood after it is not");
    fresh();
    error = assert.throws(() => filled(t.initializeUnorderedBulkOp()).execute());
    assert.eq(error.getWriteErrors().map((one) => one.index).sort(), [2, 3]);
    assert.eq(error.getWriteErrors().map((one) => one.code), [11000, 11000]);
    assert.eq(t.count({made: true, u: 9}), 1);
    assert.eq(t.count({_id: 3}), 0);
    fresh();
    const res = t.bulkWrite([
        {updateOne: {filter: {_id: 1}, update: [{$set: {n: {$add: ["$n", "$u"]}}}]}},
        {updateMany: {filter: {n: {$gte: 2}}, update: {$set: {list: [1, 5, 9]}}}},
        {updateMany: {filter: {list: {$exists: true}}, update: {$inc: {"list.$[big]": 100}}, arrayFilters: [{big: {$gt: 4}}]}},
        {replaceOne: {filter: {_id: 2}, replacement: {u: 22}}},
        {deleteMany: {filter: {n: {$gt: 100}}}}
    ], {ordered: false});
    assert.eq([res.matchedCount, res.deletedCount, res.insertedCount], [8, 0, 0]);
    assert.eq(t.findOne({_id: 3}).list, [1, 105, 109]);
    error = assert.throws(() => t.bulkWrite([{insertOne: {document: {_id: 1}}}, {insertOne: {document: {_id: 50}}}, {deleteOne: {filter: {_id: 1}}}], {ordered: false}));
    assert.eq(t.find({_id: {$in: [1, 50]}}).toArray(), [{_id: 50}]);
    assert.throws(() => t.bulkWrite([{noSuchWrite: {}}]));
    assert.throws(() => t.bulkWrite([{updateOne: {filter: {}, update: {n: 1}}}]));
    assert.throws(() => t.bulkWrite([]));
    assert.throws(() => t.initializeOrderedBulkOp().find({}).upsert().removeOne().noSuchCall());
    const part = db.runCommand({update: t.getName(), updates: [{q: {_id: 2}, u: {$set: {u: 3}}}, {q: {_id: 2}, u: {$set: {u: 33}}}], ordered: false});
    assert.eq([part.n, part.writeErrors.length, part.writeErrors[0].index], [1, 1, 0]);
}());
