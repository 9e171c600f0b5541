// The bulk API, ordered and unordered, and bulkWrite.
var t = db.bulk_api;
t.drop();
var bulk = t.initializeOrderedBulkOp();
bulk.insert({_id: 1, a: 1});
bulk.insert({_id: 2, a: 2});
bulk.find({_id: 1}).updateOne({$set: {b: 1}});
bulk.find({a: {$gt: 0}}).update({$inc: {a: 10}});
bulk.find({_id: 3}).upsert().replaceOne({_id: 3, c: 3});
bulk.find({_id: 2}).removeOne();
var res = bulk.execute();
assert.eq(res.nInserted, 2);
assert.eq(res.nUpserted, 1);
assert.eq(res.nRemoved, 1);
assert.eq(t.find().itcount(), 2);
assert.throws(function() {
    bulk.execute();
});
bulk = t.initializeUnorderedBulkOp();
bulk.insert({_id: 1});
bulk.insert({_id: 4});
bulk.insert({_id: 3});
bulk.insert({_id: 5});
var error = assert.throws(function() {
    bulk.execute();
});
assert.eq(error.getWriteErrorCount(), 2);
assert.eq(t.countDocuments({}), 4);
bulk = t.initializeOrderedBulkOp();
bulk.insert({_id: 6});
bulk.insert({_id: 6});
bulk.insert({_id: 7});
assert.throws(function() {
    bulk.execute();
});
assert.eq(t.count({_id: 7}), 0);
res = t.bulkWrite([
    {insertOne: {document: {_id: 10, x: 1}}},
    {updateOne: {filter: {_id: 10}, update: {$set: {x: 2}}}},
    {updateMany: {filter: {}, update: {$set: {all: 1}}}},
    {replaceOne: {filter: {_id: 11}, replacement: {y: 1}, upsert: true}},
    {deleteOne: {filter: {_id: 4}}},
    {deleteMany: {filter: {_id: {$in: [5, 6]}}}}
]);
assert.eq(res.deletedCount, 3);
assert.eq(res.upsertedCount, 1);
assert.eq(t.count({all: 1}), 3);
assert.throws(function() {
    t.bulkWrite([{insertOne: {document: {_id: 10}}}, {insertOne: {document: {_id: 12}}}]);
});
assert.throws(function() {
    t.initializeOrderedBulkOp().execute();
});
