// What each method sends. Every command goes through Mongo.prototype.runCommand, which notes it here and answers.

const sent = [];
const answers = [];
const through = Mongo.prototype.runCommand;
Mongo.prototype.runCommand = function (database, command) {
    sent.push(database + " " + tojsononeline(command));
    return answers.length > 0 ? answers.shift() : { ok: 1, n: 0, cursor: { id: NumberLong(0), ns: "d.c", firstBatch: [] } };
};

function sends(expected, action, ...replies) {
    sent.length = 0;
    answers.length = 0;
    answers.push(...replies);
    const result = action();
    const wanted = Array.isArray(expected) ? expected : [expected];
    const documents = wanted.map((one) => (typeof one === "string" ? one : "d " + tojsononeline(one)));
    assert.eq(sent, documents);
    return result;
}

const d = db.getSiblingDB("d");
const c = d.c;
const failed = { ok: 0, code: 26, codeName: "NamespaceNotFound", errmsg: "ns not found" };

// --- find and its modifiers

sends({ find: "c", filter: {} }, () => c.find().itcount());
sends({ find: "c", filter: { a: 1 }, projection: { b: 1 }, limit: 3, skip: 2, sort: { a: -1 } },
    () => sorted(c.find({ a: 1 }, { b: 1 }).limit(3).skip(2).sort({ a: -1 })));

/// The order of fields is the command's, not that of the calls.
function sorted(cursor) {
    cursor.itcount();
    const command = JSON.parse(sent[0].slice(2));
    const order = ["find", "filter", "projection", "limit", "skip", "sort"];
    const inOrder = {};
    order.forEach((name) => { if (name in command) { inOrder[name] = command[name]; } });
    assert.eq(Object.keys(inOrder).length, Object.keys(command).length);
    sent[0] = "d " + tojsononeline(inOrder);
}

for (const [refine, fields] of [
    [(q) => q.hint({ a: 1 }), { hint: { a: 1 } }],
    [(q) => q.hint("a_1"), { hint: "a_1" }],
    [(q) => q.min({ a: 1 }), { min: { a: 1 } }],
    [(q) => q.max({ a: 1 }), { max: { a: 1 } }],
    [(q) => q.returnKey(), { returnKey: true }],
    [(q) => q.showRecordId(), { showRecordId: true }],
    [(q) => q.showDiskLoc(), { showRecordId: true }],
    [(q) => q.comment("x"), { comment: "x" }],
    [(q) => q.maxTimeMS(5), { maxTimeMS: 5 }],
    [(q) => q.maxScan(5), { maxScan: 5 }],
    [(q) => q.snapshot(), { snapshot: true }],
    [(q) => q.collation({ locale: "fr" }), { collation: { locale: "fr" } }],
    [(q) => q.readConcern("local"), { readConcern: { level: "local" } }],
    [(q) => q.readPref("secondary"), { $readPreference: { mode: "secondary" } }],
    [(q) => q.readPref("nearest", [{ dc: "x" }]), { $readPreference: { mode: "nearest", tags: [{ dc: "x" }] } }],
    [(q) => q.allowDiskUse(), { allowDiskUse: true }],
    [(q) => q.noCursorTimeout(), { noCursorTimeout: true }],
    [(q) => q.allowPartialResults(), { allowPartialResults: true }],
    [(q) => q.tailable(), { tailable: true, awaitData: true }],
    [(q) => q.tailable(false), { tailable: true }],
    [(q) => q.addOption(DBQuery.Option.noTimeout), { noCursorTimeout: true }],
    [(q) => q.batchSize(7), { batchSize: 7 }],
    [(q) => q.batchSize(-7), { batchSize: 7, singleBatch: true }],
    [(q) => q.limit(-4), { limit: 4, singleBatch: true }],
    [(q) => q.projection({ z: 0 }), { projection: { z: 0 } }],
    [(q) => q.modifiers({ $comment: "m" }), { comment: "m" }],
    [(q) => q.pretty(), {}]
]) {
    sends(Object.assign({ find: "c", filter: { a: 1 } }, fields), () => refine(c.find({ a: 1 })).itcount());
}
sends({ find: "c", filter: { a: 1 }, sort: { b: 1 } }, () => c.find({ query: { a: 1 }, orderby: { b: 1 } }).itcount());
sends({ find: "c", filter: { query: 1 } }, () => c.find({ query: 1 }).itcount());
sends({ find: "c", filter: { _id: ObjectId("0123456789abcdef01234567") } }, () => c.find(ObjectId("0123456789abcdef01234567")).itcount());
sends({ find: "c", filter: { a: 1 }, limit: 1, singleBatch: true }, () => c.findOne({ a: 1 }));
sends({ find: "c", filter: {}, limit: 1, singleBatch: true }, () => assert.isnull(c.findOne()));
sends([], () => c.find().sort({ a: 1 }), "nothing is sent before a result is asked for");

// --- count, distinct, aggregate, explain

sends({ count: "c", query: {} }, () => assert.eq(c.count(), 5), { ok: 1, n: 5 });
sends({ count: "c", query: { a: 1 }, limit: 2, skip: 1, hint: "h" }, () => c.count({ a: 1 }, { limit: 2, skip: 1, hint: "h" }));
sends({ count: "c", query: {} }, () => c.find().limit(3).count());
sends({ count: "c", query: {}, limit: 3 }, () => c.find().limit(3).size());
sends({ distinct: "c", key: "a", query: {} }, () => c.distinct("a"), { ok: 1, values: [] });
sends({ distinct: "c", key: "a", query: { b: 1 }, collation: { locale: "fr" } },
    () => c.distinct("a", { b: 1 }, { collation: { locale: "fr" } }), { ok: 1, values: [] });
sends({ aggregate: "c", pipeline: [{ $match: {} }], cursor: {} }, () => c.aggregate([{ $match: {} }]));
sends({ aggregate: "c", pipeline: [{ $match: {} }, { $limit: 1 }], cursor: {} }, () => c.aggregate({ $match: {} }, { $limit: 1 }));
sends({ aggregate: "c", pipeline: [], cursor: {} }, () => c.aggregate());
sends({ aggregate: "c", pipeline: [], allowDiskUse: true, cursor: { batchSize: 2 } },
    () => c.aggregate([], { allowDiskUse: true, cursor: { batchSize: 2 } }));
sends({ aggregate: "c", pipeline: [], cursor: { batchSize: 2 } }, () => c.aggregate([], { batchSize: 2 }));
sends({ aggregate: "c", pipeline: [], explain: true }, () => c.aggregate([], { explain: true }));
sends({ aggregate: 1, pipeline: [{ $currentOp: {} }], cursor: {} }, () => d.aggregate([{ $currentOp: {} }]));
sends({ aggregate: "c", pipeline: [{ $changeStream: { fullDocument: "updateLookup" } }, { $match: {} }], cursor: { batchSize: 1 } },
    () => c.watch([{ $match: {} }], { fullDocument: "updateLookup", batchSize: 1 }));

sends({ explain: { find: "c", filter: { a: 1 } }, verbosity: "queryPlanner" }, () => c.find({ a: 1 }).explain());
sends({ explain: { find: "c", filter: {} }, verbosity: "allPlansExecution" }, () => c.find().explain(true));
sends({ explain: { find: "c", filter: {}, limit: 1 }, verbosity: "executionStats" },
    () => c.explain("executionStats").find().limit(1).finish());
sends({ explain: { count: "c", query: { a: 1 } }, verbosity: "queryPlanner" }, () => c.explain().count({ a: 1 }));
sends({ explain: { count: "c", query: {}, hint: "x" }, verbosity: "queryPlanner" }, () => c.explain().find().hint("x").count());
sends({ explain: { distinct: "c", key: "a", query: {} }, verbosity: "queryPlanner" }, () => c.explain().distinct("a"));
sends({ explain: { aggregate: "c", pipeline: [], cursor: {} }, verbosity: "queryPlanner" }, () => c.explain().aggregate([]));
sends({ explain: { aggregate: "c", pipeline: [], cursor: {} }, verbosity: "executionStats" }, () => c.explain("executionStats").aggregate([]));
sends({ explain: { update: "c", updates: [{ q: { a: 1 }, u: { $set: { b: 1 } }, upsert: false, multi: true }] }, verbosity: "queryPlanner" },
    () => c.explain().update({ a: 1 }, { $set: { b: 1 } }, { multi: true }));
sends({ explain: { delete: "c", deletes: [{ q: { a: 1 }, limit: 1 }] }, verbosity: "queryPlanner" }, () => c.explain().remove({ a: 1 }, true));
sends({ explain: { findAndModify: "c", remove: true }, verbosity: "queryPlanner" }, () => c.explain().findAndModify({ remove: true }));
const explaining = c.explain().find();
assert(explaining.hasNext());
sends({ explain: { find: "c", filter: {} }, verbosity: "queryPlanner" }, () => explaining.next());
assert(!explaining.hasNext());
assert.throws(() => c.explain("loud"));

// --- cursors

const batch = (id, documents, name) => ({ ok: 1, cursor: { id, ns: "d.c", [name || "nextBatch"]: documents } });
sends([{ find: "c", filter: {}, batchSize: 2 }, { getMore: NumberLong(9), collection: "c", batchSize: 2 }],
    () => assert.eq(c.find().batchSize(2).toArray(), [1, 2, 3]), batch(NumberLong(9), [1, 2], "firstBatch"), batch(NumberLong(0), [3]));
sends([{ find: "c", filter: {} }, { killCursors: "c", cursors: [NumberLong(9)] }], () => {
    const cursor = c.find();
    cursor.next();
    cursor.close();
}, batch(NumberLong(9), [1, 2], "firstBatch"));
sends([{ find: "c", filter: {}, limit: 2 }, { killCursors: "c", cursors: [NumberLong(9)] }],
    () => assert.eq(c.find().limit(2).itcount(), 2), batch(NumberLong(9), [1, 2], "firstBatch"));
sends([{ aggregate: "c", pipeline: [], cursor: { batchSize: 0 } }, "other " + tojsononeline({ getMore: NumberLong(9), collection: "x.y" })],
    () => c.aggregate([], { cursor: { batchSize: 0 } }).itcount(),
    { ok: 1, cursor: { id: NumberLong(9), ns: "other.x.y", firstBatch: [] } }, batch(NumberLong(0), []));
sends([{ find: "c", filter: {}, tailable: true, awaitData: true }, { getMore: NumberLong(9), collection: "c" }],
    () => assert(!c.find().tailable().hasNext(), "an empty batch ends the asking"), batch(NumberLong(9), [], "firstBatch"), batch(NumberLong(9), []));
let error = assert.throws(() => sends([], () => c.find().itcount(), failed));
assert.eq(error.code, 26);
assert(error.message.startsWith("error: {"), error.message);
error = assert.throws(() => sends([], () => c.find().itcount(), batch(NumberLong(9), [], "firstBatch"), failed));
assert(error.message.startsWith("getMore command failed: {"), error.message);

// --- writes

sends({ insert: "c", documents: [{ _id: 1 }], ordered: true }, () => c.insert({ _id: 1 }));
sends({ insert: "c", documents: [{ _id: 1 }, { _id: 2 }], ordered: false }, () => c.insert([{ _id: 1 }, { _id: 2 }], { ordered: false }));
sends({ insert: "c", documents: [{ _id: 1 }], ordered: true, writeConcern: { w: "majority" } },
    () => c.insert({ _id: 1 }, { writeConcern: { w: "majority" } }));
sends({ update: "c", updates: [{ q: { a: 1 }, u: { $set: { b: 1 } }, upsert: false, multi: false }], ordered: true },
    () => c.update({ a: 1 }, { $set: { b: 1 } }));
sends({ update: "c", updates: [{ q: { a: 1 }, u: { b: 1 }, upsert: true, multi: false, collation: { locale: "fr" }, arrayFilters: [{ x: 1 }] }], ordered: true },
    () => c.update({ a: 1 }, { b: 1 }, { upsert: true, collation: { locale: "fr" }, arrayFilters: [{ x: 1 }] }));
sends({ update: "c", updates: [{ q: { _id: 5 }, u: { _id: 5, a: 1 }, upsert: true, multi: false }], ordered: true }, () => c.save({ _id: 5, a: 1 }));
sends({ delete: "c", deletes: [{ q: { a: 1 }, limit: 0 }], ordered: true }, () => c.remove({ a: 1 }));
sends({ delete: "c", deletes: [{ q: { a: 1 }, limit: 1 }], ordered: true }, () => c.remove({ a: 1 }, { justOne: true }));
sends({ delete: "c", deletes: [{ q: {}, limit: 1 }], ordered: true }, () => c.deleteOne({}));
sends({ update: "c", updates: [{ q: { a: 1 }, u: [{ $set: { b: 1 } }], upsert: false, multi: true, hint: "h" }], ordered: true },
    () => c.updateMany({ a: 1 }, [{ $set: { b: 1 } }], { hint: "h" }));
sends({ findandmodify: "c", query: { a: 1 }, sort: { b: 1 }, new: true, update: { $set: { z: 1 } } },
    () => c.findOneAndUpdate({ a: 1 }, { $set: { z: 1 } }, { sort: { b: 1 }, returnNewDocument: true }));
sends({ findandmodify: "c", query: { a: 1 }, remove: true }, () => c.findOneAndDelete({ a: 1 }));
sends({ findandmodify: "c", query: { a: 1 }, remove: true }, () => c.findAndModify({ query: { a: 1 }, remove: true }));
assert(sends({ insert: "c", documents: [{ _id: 1 }], ordered: true }, () => c.insert({ _id: 1 }), failed) instanceof WriteCommandError);
assert.throws(() => sends([], () => c.insertOne({ _id: 1 }), failed));
assert.throws(() => sends([], () => c.findAndModify({}), failed));
const concern = { ok: 1, n: 1, writeConcernError: { code: 64, errmsg: "waiting" } };
assert(sends({ insert: "c", documents: [{ _id: 1 }], ordered: true }, () => c.insert({ _id: 1 }), concern).hasWriteConcernError());
assert.eq(assert.throws(() => sends([], () => c.insertOne({ _id: 1 }), concern)).code, 64);
assert(sends({ insert: "c", documents: [{ _id: 1 }], ordered: true, writeConcern: { w: 0 } },
    () => c.insertOne({ _id: 1 }, { writeConcern: { w: 0 } })).acknowledged === false);
const bulk = c.initializeUnorderedBulkOp();
bulk.insert({ _id: 1 });
bulk.find({ a: 1 }).upsert().collation({ locale: "fr" }).update({ $set: { b: 1 } });
bulk.insert({ _id: 2 });
bulk.find({ a: 1 }).arrayFilters([{ i: 1 }]).updateOne({ $set: { b: 1 } });
bulk.find({}).remove();
sends([{ insert: "c", documents: [{ _id: 1 }, { _id: 2 }], ordered: false },
    { update: "c", updates: [{ q: { a: 1 }, u: { $set: { b: 1 } }, upsert: true, multi: true, collation: { locale: "fr" } },
        { q: { a: 1 }, u: { $set: { b: 1 } }, upsert: false, multi: false, arrayFilters: [{ i: 1 }] }], ordered: false },
    { delete: "c", deletes: [{ q: {}, limit: 0 }], ordered: false }], () => bulk.execute());
const large = "x".repeat(6 * 1024 * 1024);
assert.eq(sends([], () => { sent.length = 0; c.insert([{ l: large }, { l: large }, { l: large }]); sent.splice(0, 2); }), undefined);
c.setWriteConcern({ w: 2 });
sends({ insert: "c", documents: [{ _id: 1 }], ordered: true, writeConcern: { w: 2 } }, () => c.insert({ _id: 1 }));
c.unsetWriteConcern();

// --- collections

sends({ drop: "c" }, () => assert.eq(c.drop(), true));
sends({ drop: "c" }, () => assert.eq(c.drop(), false), failed);
assert.throws(() => sends([], () => c.drop(), { ok: 0, code: 20, errmsg: "no" }));
sends({ createIndexes: "c", indexes: [{ key: { a: 1 }, name: "a_1" }] }, () => c.createIndex({ a: 1 }));
sends({ createIndexes: "c", indexes: [{ key: { a: 1 }, name: "n" }] }, () => c.ensureIndex({ a: 1 }, "n"));
sends({ createIndexes: "c", indexes: [{ key: { a: 1 }, name: "a_1", unique: true }] }, () => c.ensureIndex({ a: 1 }, true));
sends({ createIndexes: "c", indexes: [{ key: { a: 1 }, name: "a_1", unique: true, sparse: true }] }, () => c.createIndex({ a: 1 }, { unique: true, sparse: true }));
sends({ createIndexes: "c", indexes: [{ key: { a: 1 }, name: "a_1" }, { key: { b: -1 }, name: "b_-1" }] }, () => c.createIndexes([{ a: 1 }, { b: -1 }]));
sends({ listIndexes: "c" }, () => assert.eq(c.getIndexes(), []), failed);
sends({ dropIndexes: "c", index: "a_1" }, () => c.dropIndex("a_1"));
sends({ dropIndexes: "c", index: { a: 1 } }, () => c.dropIndex({ a: 1 }));
sends({ dropIndexes: "c", index: "*" }, () => c.dropIndexes());
sends({ reIndex: "c" }, () => c.reIndex());
sends({ validate: "c", full: true }, () => c.validate(true));
sends({ validate: "c" }, () => c.validate());
sends({ collStats: "c", scale: 1024 }, () => c.stats(1024));
sends({ collStats: "c" }, () => c.stats());
sends({ convertToCapped: "c", size: 100 }, () => c.convertToCapped(100));
sends("admin " + tojsononeline({ renameCollection: "d.c", to: "d.e", dropTarget: true }), () => c.renameCollection("e", true));
sends({ x: "c", y: 1 }, () => c.runCommand("x", { y: 1 }));
sends({ x: 1 }, () => c.runCommand({ x: 1 }));
sends({ planCacheClear: "c" }, () => c.getPlanCache().clear());
sends({ planCacheListPlans: "c", query: { a: 1 }, projection: {}, sort: { b: 1 } }, () => c.getPlanCache().getPlansByQuery({ a: 1 }, {}, { b: 1 }));
sends({ planCacheListQueryShapes: "c" }, () => c.getPlanCache().listQueryShapes());
sends({ group: { key: { a: 1 }, initial: { n: 0 }, ns: "c", $reduce: "r", cond: {} } }, () => c.group({ key: { a: 1 }, reduce: "r", initial: { n: 0 } }));
let output = sends({ mapreduce: "c", map: "m", reduce: "r", out: "o" }, () => c.mapReduce("m", "r", "o"), { ok: 1, result: "o" });
sends({ find: "o", filter: {} }, () => assert.eq(output.convertToSingleObject(), { x: 1 }),
    batch(NumberLong(0), [{ _id: "x", value: 1 }], "firstBatch"));
sends({ drop: "o" }, () => output.drop());
output = sends({ mapreduce: "c", map: "m", reduce: "r", out: { inline: 1 } }, () => c.mapReduce("m", "r", { out: { inline: 1 } }),
    { ok: 1, results: [{ _id: "y", value: 2 }] });
assert.eq(output.convertToSingleObject(), { y: 2 });

// --- databases

sends({ ping: 1 }, () => d.runCommand("ping"));
sends({ ping: 1, x: 2 }, () => d.runCommand("ping", { x: 2 }));
sends("admin " + tojsononeline({ ping: 1 }), () => d.adminCommand("ping"));
sends({ create: "n", capped: true, size: 1 }, () => d.createCollection("n", { capped: true, size: 1 }));
sends({ create: "v", viewOn: "c", pipeline: [{ $match: {} }] }, () => d.createView("v", "c", { $match: {} }));
sends({ listCollections: 1, filter: {}, nameOnly: true }, () => d.getCollectionNames());
sends({ listCollections: 1, filter: { name: "x" } }, () => d.getCollectionInfos("x"));
sends({ dropDatabase: 1 }, () => d.dropDatabase());
sends({ dbStats: 1, scale: 2 }, () => d.stats(2));
sends("admin " + tojsononeline({ serverStatus: 1, tcmalloc: true }), () => d.serverStatus({ tcmalloc: true }));
sends("admin " + tojsononeline({ currentOp: 1, $all: true }), () => d.currentOp(true));
sends("admin " + tojsononeline({ currentOp: 1, op: "x" }), () => d.currentOp({ op: "x" }));
sends("admin " + tojsononeline({ killOp: 1, op: 3 }), () => d.killOp(3));
sends({ profile: 2 }, () => d.setProfilingLevel(2));
sends({ profile: 1, slowms: 5 }, () => d.setProfilingLevel(1, 5));
sends({ profile: -1 }, () => assert.eq(d.getProfilingLevel(), 2), { ok: 1, was: 2 });
assert.throws(() => d.setProfilingLevel(7));
sends({ isMaster: 1 }, () => d.isMaster());
sends("admin " + tojsononeline({ buildinfo: 1 }), () => assert.eq(d.version(), "9"), { ok: 1, version: "9" });
sends({ getlasterror: 1, w: 1, wtimeout: 5 }, () => d.getLastErrorObj(1, 5));
sends({ $eval: "f", args: [1] }, () => assert.eq(d.eval("f", 1), 3), { ok: 1, retval: 3 });
sends({ createUser: "u", pwd: "p", roles: [] }, () => d.createUser({ user: "u", pwd: "p", roles: [] }));
sends({ grantRolesToUser: "u", roles: ["r"] }, () => d.grantRolesToUser("u", ["r"]));
sends({ dropUser: "u" }, () => assert.eq(d.dropUser("u"), false), { ok: 0, code: 11 });
sends({ usersInfo: "u" }, () => assert.isnull(d.getUser("u")), { ok: 1, users: [] });
sends("admin " + tojsononeline({ listDatabases: 1 }), () => assert.eq(d.getMongo().getDBNames(), ["x"]), { ok: 1, databases: [{ name: "x" }] });
sends("admin " + tojsononeline({ setParameter: 1, logComponentVerbosity: { storage: { journal: { verbosity: 2 } } } }), () => d.setLogLevel(2, "storage.journal"));
d.getMongo().setReadPref("nearest");
sends({ find: "c", filter: {}, $readPreference: { mode: "nearest" } }, () => c.find().itcount());
sends({ insert: "c", documents: [{ _id: 1 }], ordered: true }, () => c.insert({ _id: 1 }));
d.getMongo().setReadPref();
d.setSlaveOk();
sends({ find: "c", filter: {}, $readPreference: { mode: "secondaryPreferred" } }, () => c.find().itcount());
d.setSlaveOk(false);

// --- sessions and transactions

const session = db.getMongo().startSession();
const sd = session.getDatabase("d");
assert(sd === session.getDatabase("d"));
assert(sd.getSession() === session && sd.getSiblingDB("e").getSession() === session);
const lsid = session.getSessionId();
sends({ ping: 1, lsid }, () => sd.runCommand("ping"));
session.startTransaction({ readConcern: { level: "snapshot" }, writeConcern: { w: "majority" } });
assert.throws(() => session.startTransaction());
const numbers = { lsid, txnNumber: NumberLong(0), autocommit: false };
sends({ insert: "c", documents: [{ _id: 1 }], ordered: true, ...numbers, startTransaction: true, readConcern: { level: "snapshot" } }, () => sd.c.insert({ _id: 1 }));
sends({ find: "c", filter: {}, ...numbers }, () => sd.c.find().itcount());
sends("admin " + tojsononeline({ commitTransaction: 1, writeConcern: { w: "majority" }, ...numbers }), () => session.commitTransaction());
assert.throws(() => session.abortTransaction());
session.startTransaction();
sends([], () => session.abortTransaction());
assert.throws(() => session.commitTransaction());
session.startTransaction();
sends({ ping: 1, lsid, txnNumber: NumberLong(2), autocommit: false, startTransaction: true }, () => sd.runCommand("ping"));
assert.eq(sends("admin " + tojsononeline({ abortTransaction: 1, lsid, txnNumber: NumberLong(2), autocommit: false }),
    () => session.abortTransaction_forTesting(), failed).code, 26);
sends("admin " + tojsononeline({ endSessions: [lsid] }), () => session.endSession());
assert(session.hasEnded());
assert.throws(() => sd.runCommand("ping"));
const retrying = db.getMongo().startSession({ retryWrites: true });
sends({ insert: "c", documents: [{ _id: 1 }], ordered: true, lsid: retrying.getSessionId(), txnNumber: NumberLong(0) },
    () => retrying.getDatabase("d").c.insert({ _id: 1 }));

sends({ update: "c", updates: [{ q: {}, u: { $set: { a: 1 } }, upsert: false, multi: true }], ordered: true, lsid: retrying.getSessionId() },
    () => retrying.getDatabase("d").c.update({}, { $set: { a: 1 } }, { multi: true }));
const again = { insert: "c", documents: [{ _id: 1 }], ordered: true, lsid: retrying.getSessionId(), txnNumber: NumberLong(1) };
sends([again, again], () => retrying.getDatabase("d").c.insert({ _id: 1 }),
    { ok: 0, code: 91, errorLabels: ["RetryableWriteError"] }, { ok: 1, n: 1 });

const causal = db.getMongo().startSession();
sends([{ ping: 1, lsid: causal.getSessionId() },
    { find: "c", filter: {}, lsid: causal.getSessionId(), readConcern: { afterClusterTime: Timestamp(5, 1) },
        $clusterTime: { clusterTime: Timestamp(6, 1) } }], () => {
    causal.getDatabase("d").runCommand("ping");
    causal.getDatabase("d").c.find().itcount();
}, { ok: 1, operationTime: Timestamp(5, 1), $clusterTime: { clusterTime: Timestamp(6, 1) } });
assert.eq(db.getMongo().getClusterTime(), { clusterTime: Timestamp(6, 1) });

// A transaction is tried again where the server says so, its commit too.
const tried = db.getMongo().startSession();
const inTransaction = (number, fields) => ({ lsid: tried.getSessionId(), txnNumber: NumberLong(number), autocommit: false, ...fields });
const insertion = (number) => ({ insert: "c", documents: [{ _id: 1 }], ordered: true, ...inTransaction(number, { startTransaction: true }) });
const ending = (name, number) => "admin " + tojsononeline({ [name]: 1, ...inTransaction(number) });
assert.eq(sends([insertion(0), ending("abortTransaction", 0), insertion(1), ending("commitTransaction", 1), ending("commitTransaction", 1)],
    () => tried.withTransaction(() => { assert.commandWorked(tried.getDatabase("d").c.insert({ _id: 1 })); return "done"; }),
    { ok: 0, code: 112, errorLabels: ["TransientTransactionError"] }, { ok: 1 }, { ok: 1, n: 1 },
    { ok: 0, code: 64, errorLabels: ["UnknownTransactionCommitResult"] }, { ok: 1 }), "done");

// --- later servers, replication, sharding

sends({ listIndexes: "c" }, () => assert.eq(c.getIndexByName("a_1").key, { a: 1 }), batch(NumberLong(0), [{ key: { a: 1 }, name: "a_1" }], "firstBatch"));
sends("admin " + tojsononeline({ analyzeShardKey: "d.c", key: { a: 1 } }), () => c.analyzeShardKey({ a: 1 }));
sends({ createSearchIndexes: "c", indexes: [{ name: "s" }] }, () => c.createSearchIndex({ name: "s" }));
error = assert.throws(() => sends([], () => c.watch(), { ok: 0, code: 40573, errmsg: "only for replica sets" }));
assert(error.message.startsWith("watch: this server has no change streams"), error.message);
assert.eq(error.code, 40573);
sends(["admin " + tojsononeline({ replSetGetConfig: 1 }),
    "admin " + tojsononeline({ replSetReconfig: { version: 2, members: [{ _id: 0, host: "a" }, { _id: 1, host: "b" }] } })],
    () => rs.add("b"), { ok: 1, config: { version: 1, members: [{ _id: 0, host: "a" }] } });
sends("admin " + tojsononeline({ moveRange: "d.c", toShard: "s", min: { a: 1 } }), () => sh.moveRange("d.c", "s", { a: 1 }));
sends({ explain: { find: "c", filter: {} }, verbosity: "executionStats" }, () => c.explain({ verbosity: "executionStats" }).find().finish());

Mongo.prototype.runCommand = through;
print("all as it should be");
