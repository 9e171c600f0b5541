// insert, save, update, remove return what went wrong; the CRUD methods throw it.

const coll = db.shell_api_writes;
coll.drop();

let result = coll.insert({ a: 1 });
assert(result instanceof WriteResult);
assert.eq(result.nInserted, 1);
assert.eq(tojson(result), 'WriteResult({ "nInserted" : 1 })');
assert.writeOK(result);
assert.eq(Object.keys(coll.findOne()), ["_id", "a"]);
assert(coll.findOne()._id instanceof ObjectId);

result = coll.insert([{ _id: 1 }, { _id: 2 }]);
assert(result instanceof BulkWriteResult);
assert.eq(result.nInserted, 2);
result = coll.insert([{ _id: 3 }, { _id: 1 }, { _id: 4 }]);
assert.eq(result.getWriteErrorCount(), 1);
assert.eq(result.getWriteErrorAt(0).index, 1);
assert.eq(result.getWriteErrorAt(0).getOperation(), { _id: 1 });
assert.eq(coll.count({ _id: 4 }), 0);
coll.insert([{ _id: 1 }, { _id: 4 }], { ordered: false });
assert.eq(coll.count({ _id: 4 }), 1);

result = coll.insert({ _id: 1 });
assert(result.hasWriteError());
assert.eq(result.nInserted, 0);
assert.writeError(result);
assert.writeErrorWithCode(result, ErrorCodes.DuplicateKey);
assert.commandFailedWithCode(result, 11000);
assert.throws(() => assert.writeOK(result));
assert.eq(result.getWriteError().code, 11000);
assert.throws(() => coll.insert(undefined));

result = coll.update({ _id: 1 }, { $set: { b: 2 } });
assert.eq([result.nMatched, result.nModified, result.nUpserted], [1, 1, 0]);
result = coll.update({ _id: 9 }, { $set: { b: 2 } }, { upsert: true });
assert.eq(result.nUpserted, 1);
assert.eq(result.getUpsertedId(), { index: 0, _id: 9 });
assert.writeOK(coll.update({}, { $set: { c: 1 } }, false, true));
assert.eq(coll.count({ c: 1 }), coll.count());
assert.throws(() => coll.update());
assert.throws(() => coll.update({}, {}, { multi: true }, true));

const saved = { s: 1 };
coll.save(saved);
assert(saved._id instanceof ObjectId, "save gives the document its _id");
saved.s = 2;
coll.save(saved);
assert.eq(coll.findOne({ _id: saved._id }).s, 2);
assert.throws(() => coll.save(null));
assert.throws(() => coll.save("x"));

assert.eq(coll.remove({ c: 1 }, true).nRemoved, 1);
assert.gt(coll.remove({}).nRemoved, 1);
assert.throws(() => coll.remove());

// --- CRUD

assert.eq(coll.insertOne({ _id: 1, x: 1 }), { acknowledged: true, insertedId: 1 });
assert.eq(coll.insertMany([{ _id: 2, x: 2 }, { _id: 3, x: 3 }]), { acknowledged: true, insertedIds: [2, 3] });
let error = assert.throws(() => coll.insertOne({ _id: 1 }));
assert(error instanceof WriteError);
assert.eq(error.code, 11000);
error = assert.throws(() => coll.insertMany([{ _id: 1 }]));
assert(error instanceof BulkWriteError);
assert.eq(error.code, 11000);
assert.eq(coll.updateOne({ _id: 1 }, { $set: { y: 1 } }), { acknowledged: true, matchedCount: 1, modifiedCount: 1 });
assert.eq(coll.updateOne({ _id: 8 }, { $set: { y: 1 } }, { upsert: true }).upsertedId, 8);
assert.eq(coll.updateMany({}, { $set: { z: 1 } }).matchedCount, 4);
assert.eq(coll.replaceOne({ _id: 1 }, { x: 7 }).matchedCount, 1);
assert.eq(coll.findOne({ _id: 1 }), { _id: 1, x: 7 });
assert.throws(() => coll.replaceOne({ _id: 1 }, { $set: { x: 1 } }));
assert.throws(() => coll.updateOne({ _id: 1 }, { x: 1 }));
assert.eq(coll.findOneAndUpdate({ _id: 1 }, { $inc: { x: 1 } }).x, 7);
assert.eq(coll.findOneAndUpdate({ _id: 1 }, { $inc: { x: 1 } }, { returnNewDocument: true }).x, 9);
assert.eq(coll.findOneAndReplace({ _id: 1 }, { x: 0 }).x, 9);
assert.eq(coll.findOneAndDelete({ _id: 8 })._id, 8);
assert.eq(coll.findAndModify({ query: { _id: 1 }, update: { $set: { x: 5 } }, new: true }), { _id: 1, x: 5 });
assert.isnull(coll.findAndModify({ query: { _id: 77 }, update: { $set: { x: 5 } } }));
assert.eq(coll.deleteOne({ _id: 1 }), { acknowledged: true, deletedCount: 1 });
assert.eq(coll.deleteMany({}).deletedCount, 2);

assert.eq(coll.bulkWrite([
    { insertOne: { document: { _id: 1 } } }, { insertOne: { document: { _id: 2 } } },
    { updateOne: { filter: { _id: 1 }, update: { $set: { a: 1 } } } },
    { updateMany: { filter: { _id: 5 }, update: { $set: { a: 1 } }, upsert: true } },
    { replaceOne: { filter: { _id: 2 }, replacement: { b: 1 } } }, { deleteOne: { filter: { _id: 1 } } },
    { deleteMany: { filter: {} } }
]), {
    acknowledged: true, deletedCount: 3, insertedCount: 2, matchedCount: 2, upsertedCount: 1,
    insertedIds: { 0: 1, 1: 2 }, upsertedIds: { 3: 5 }
});

// --- Bulk

let bulk = coll.initializeOrderedBulkOp();
bulk.insert({ _id: 1 });
bulk.insert({ _id: 2 });
bulk.find({ _id: 1 }).upsert().updateOne({ $set: { a: 1 } });
bulk.find({ _id: 2 }).removeOne();
assert.eq(tojsononeline(JSON.parse(bulk.tojson())), tojsononeline({ nInsertOps: 2, nUpdateOps: 1, nRemoveOps: 1, nBatches: 3 }));
result = bulk.execute();
assert.eq([result.nInserted, result.nMatched, result.nRemoved], [2, 1, 1]);
assert.eq(bulk.getOperations().map((batch) => batch.batchType), [1, 2, 3]);
assert.throws(() => bulk.execute());
assert.throws(() => coll.initializeOrderedBulkOp().execute());
assert.throws(() => coll.initializeOrderedBulkOp().find());

bulk = coll.initializeUnorderedBulkOp();
bulk.find({ _id: 1 }).update({ $set: { b: 1 } });
bulk.insert({ _id: 1 });
bulk.insert({ _id: 10 });
error = assert.throws(() => bulk.execute());
assert(error instanceof BulkWriteError);
assert.eq(error.getWriteErrorAt(0).index, 1, "errors are numbered as the caller did");
assert.eq(error.toResult().nInserted, 1);
assert.commandFailedWithCode(error, 11000);
coll.drop();
print("all as it should be");
