// find, cursors, count, distinct, aggregate and explain.

const coll = db.shell_api.queries;
coll.drop();
assert.eq(coll.getFullName(), db.getName() + ".shell_api.queries");
assert.eq(coll.getName(), "shell_api.queries");
for (let i = 0; i < 250; i++) {
    coll.insert({ _id: i, a: i % 10, t: "x" + i });
}
assert.eq(coll.find().itcount(), 250);
assert.eq(coll.find().count(), 250);
assert.eq(coll.count(), 250);
assert.eq(coll.count({ a: 3 }), 25);
assert.eq(coll.find({ a: 3 }).sort({ _id: -1 }).limit(2).toArray().map((d) => d._id), [243, 233]);
assert.eq(coll.find().sort({ _id: 1 }).skip(5).next()._id, 5);
assert.eq(coll.find().sort({ _id: 1 })[7]._id, 7);
assert.eq(coll.find({ a: 1 }).length(), 25);
assert.eq(coll.find().limit(7).count(), 250);
assert.eq(coll.find().limit(7).size(), 7);
assert.eq(coll.find().limit(7).itcount(), 7);
assert.eq(coll.find({ _id: 3 }, { t: 1 }).toArray(), [{ _id: 3, t: "x3" }]);
assert.eq(coll.findOne({ _id: 4 }), { _id: 4, a: 4, t: "x4" });
assert.eq(coll.findOne({ _id: 4 }, { a: 1 }), { _id: 4, a: 4 });
assert.isnull(coll.findOne({ _id: -1 }));

let cursor = coll.find().batchSize(10);
assert.eq(cursor.objsLeftInBatch(), 10);
assert(cursor.hasNext());
cursor.next();
assert.eq(cursor.objsLeftInBatch(), 9);
assert.throws(() => cursor.sort({ _id: 1 }), [], "a query that runs cannot be refined");
assert.eq(cursor.itcount(), 249);
assert(cursor.isExhausted());
assert.throws(() => cursor.next());
let seen = 0;
coll.find().forEach((document) => { seen += document._id; });
assert.eq(seen, 250 * 249 / 2);
assert.eq(coll.find({ a: 1 }).sort({ _id: 1 }).limit(2).map((d) => d._id), [1, 11]);
cursor = coll.find().batchSize(2);
cursor.next();
cursor.close();
assert.eq(String(coll.find({ a: 1 })), "DBQuery: " + coll.getFullName() + ' -> { "a" : 1 }');
assert.eq(coll.find({ $query: { a: 1 }, $orderby: { _id: -1 } }).next()._id, 241);
assert.eq(coll.find({ a: 5 }).clone().itcount(), 25);

assert.eq(coll.distinct("a").sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
assert.eq(coll.distinct("a", { _id: { $lt: 2 } }).sort(), [0, 1]);
assert.eq(coll.aggregate([{ $match: { a: 2 } }, { $group: { _id: null, n: { $sum: 1 } } }]).toArray(), [{ _id: null, n: 25 }]);
assert.eq(coll.aggregate({ $match: { a: 2 } }, { $limit: 3 }).itcount(), 3);
cursor = coll.aggregate([{ $sort: { _id: 1 } }], { cursor: { batchSize: 3 } });
assert(cursor instanceof DBCommandCursor);
assert.eq(cursor.itcount(), 250);
let error = assert.throws(() => coll.aggregate([{ $noSuchStage: 1 }]));
assert(/aggregate failed/.test(error.message) && /command failed/.test(error.message), error.message);
assert.neq(error.code, undefined);
assert.eq(coll.countDocuments({ a: 1 }), 25);
assert.eq(coll.estimatedDocumentCount(), 250);
error = assert.throws(() => coll.find({ $noSuchOperator: 1 }).itcount());
assert(/^error: \{/.test(error.message), error.message);

// --- indexes

assert.commandWorked(coll.createIndex({ a: 1 }));
assert.commandWorked(coll.ensureIndex({ t: 1, a: -1 }, { name: "both" }));
assert.eq(coll.getIndexes().map((index) => index.name).sort(), ["_id_", "a_1", "both"]);
assert.eq(coll.getIndexKeys().length, 3);
assert.commandWorked(coll.dropIndex("both"));
assert.commandWorked(coll.dropIndexes());
assert.eq(coll.getIndexes().length, 1);
assert.eq(coll._genIndexName({ a: 1, "b.c": -1, d: "text", e: NumberLong(1) }), "a_1_b.c_-1_d_text_e_1");
assert.eq(db.shell_api_none.getIndexes(), []);

// --- databases and collections

assert.contains("shell_api.queries", db.getCollectionNames());
assert.eq(db.getCollectionInfos({ name: "shell_api.queries" }).length, 1);
assert.eq(db.getSiblingDB("other").foo.getFullName(), "other.foo");
assert.eq(db.getSisterDB("other").getName(), "other");
assert.eq(db.getCollection("a.b").getName(), "a.b");
assert(db.foo === db.foo, "a collection is made once");
assert.eq(db["foo-bar"].getFullName(), db.getName() + ".foo-bar");
assert.eq([db._nothing, db.foo._nothing, db.then, db.foo.toJSON, db[Symbol.iterator]],
          [undefined, undefined, undefined, undefined, undefined]);
assert.eq(Object.keys(db), []);
assert.eq(tojson(db.foo), db.getName() + ".foo");
assert(coll.drop());
assert.commandWorked(db.runCommand("ping"));
assert.commandWorked(db.adminCommand({ ping: 1 }));
assert.commandFailedWithCode(db.runCommand({ noSuchCommand: 1 }), ErrorCodes.CommandNotFound);
assert.throws(() => db.runCommand(5));
assert.contains("admin", ["admin"].concat(db.getMongo().getDBNames()));
assert.eq(db.getMongo().writeMode(), "commands");
assert.eq(String(db.getMongo()), "connection to " + db.getMongo().host);
assert.eq(connect(db.getMongo().host + "/named").getName(), "named");
print("all as it should be");
