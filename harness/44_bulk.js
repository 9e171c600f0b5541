// Bulk: many writes in few commands.

/// What one command may hold; servers allow 100,000 writes, and 16 MiB for a document that holds them.
const MOST_WRITES_IN_COMMAND = 100000;
const MOST_BYTES_IN_COMMAND = 16 * 1024 * 1024;

const BATCH_TYPES = { insert: 1, update: 2, delete: 3 };

class Bulk {
    constructor(collection, ordered) {
        hide(this, { _collection: collection, _ordered: ordered, _writes: [], _executed: false });
    }

    insert(document) { return this._add("insert", withId(document)); }

    find(query) {
        if (query === undefined || query === null) {
            throw new Error("find() requires query criteria");
        }
        return new BulkFind(this, queryDocument(query));
    }

    execute(writeConcern) {
        if (this._executed) {
            throw new Error("A bulk operation cannot be re-executed");
        }
        if (this._writes.length === 0) {
            throw new Error("A bulk operation cannot be executed: it has no operations");
        }
        this._executed = true;
        const concern = writeConcern === undefined || writeConcern === null
            ? this._collection.getWriteConcern() : writeConcernOf(writeConcern);
        const totals = emptyTotals();
        for (const batch of batchesOf(this)) {
            const failed = runBatch(this, batch, concern, totals);
            if (failed && this._ordered) {
                break;
            }
        }
        const result = new BulkWriteResult(totals, concern);
        if (result.hasWriteErrors() || result.hasWriteConcernError()) {
            throw result.toError();
        }
        return result;
    }

    /// The commands as they were, or would be, sent.
    getOperations() {
        return arrayMap(batchesOf(this), (batch) => ({
            originalZeroIndex: batch.indexes[0], batchType: BATCH_TYPES[batch.kind], operations: batch.entries
        }));
    }

    _add(kind, entry) {
        arrayPush(this._writes, { kind, entry });
        return this;
    }

    _counts() {
        const counts = { insert: 0, update: 0, delete: 0 };
        for (const write of this._writes) {
            counts[write.kind]++;
        }
        const batches = batchesOf(this).length;
        return { nInsertOps: counts.insert, nUpdateOps: counts.update, nRemoveOps: counts.delete, nBatches: batches };
    }

    tojson() { return tojson(this._counts()); }
    toString() { return this.tojson(); }
    shellPrint() { return this.toString(); }
    help() { print("bulk.insert(...), bulk.find(...).update(...), bulk.execute(): see the manual of the mongo shell"); }
}

/// The rest of `bulk.find(query)`: options first, then one write.
class BulkFind {
    constructor(bulk, query) { hide(this, { _bulk: bulk, _query: query, _options: {} }); }

    upsert() { return this._with("upsert", true); }
    collation(collation) { return this._with("collation", collation); }
    arrayFilters(filters) { return this._with("arrayFilters", filters); }
    hint(hint) { return this._with("hint", hint); }

    update(change) { return this._update(change, true); }
    updateOne(change) { return this._update(change, false); }
    replaceOne(document) { return this._update(document, false); }
    remove() { return this._bulk._add("delete", deleteEntry(this._query, 0, this._options)); }
    removeOne() { return this._bulk._add("delete", deleteEntry(this._query, 1, this._options)); }
    delete() { return this.remove(); }
    deleteOne() { return this.removeOne(); }

    _with(name, value) {
        this._options[name] = value;
        return this;
    }

    _update(change, multi) {
        const options = objectAssign({ upsert: false }, this._options, { multi });
        return this._bulk._add("update", updateEntry(this._query, change, options));
    }
}

// --- batches

/// Ordered: neighbours of one kind share a command. Unordered: all of one kind do, wherever they stand.
function batchesOf(bulk) {
    const open = {};
    const batches = [];
    let last;
    for (let index = 0; index < bulk._writes.length; index++) {
        const { kind, entry } = bulk._writes[index];
        let batch = bulk._ordered ? last : open[kind];
        if (batch === undefined || batch.kind !== kind || batch.entries.length >= MOST_WRITES_IN_COMMAND) {
            batch = { kind, entries: [], indexes: [] };
            arrayPush(batches, batch);
        }
        arrayPush(batch.entries, entry);
        arrayPush(batch.indexes, index);
        open[kind] = last = batch;
    }
    return batches;
}

/// Measuring costs as much as sending, so only a batch that is too large as a whole is measured piece by piece.
function piecesOf(batch) {
    if (batch.entries.length === 1 || native.bsonSize({ all: batch.entries }) <= MOST_BYTES_IN_COMMAND) {
        return [batch];
    }
    const pieces = [];
    let piece;
    let bytes = 0;
    for (let at = 0; at < batch.entries.length; at++) {
        const size = native.bsonSize({ one: batch.entries[at] });
        if (piece === undefined || bytes + size > MOST_BYTES_IN_COMMAND) {
            piece = { kind: batch.kind, entries: [], indexes: [] };
            arrayPush(pieces, piece);
            bytes = 0;
        }
        bytes += size;
        arrayPush(piece.entries, batch.entries[at]);
        arrayPush(piece.indexes, batch.indexes[at]);
    }
    return pieces;
}

/// True if a write of the batch failed.
function runBatch(bulk, batch, writeConcern, totals) {
    for (const piece of piecesOf(batch)) {
        const list = { [WRITE_LISTS[batch.kind]]: piece.entries };
        const command = { [batch.kind]: bulk._collection._shortName, ...list, ordered: bulk._ordered };
        if (writeConcern !== undefined) {
            command.writeConcern = writeConcern;
        }
        const reply = bulk._collection._db.runCommand(command);
        if (!isOk(reply)) {
            throw new WriteCommandError(reply);
        }
        addReply(totals, piece, reply);
        if (hasElements(reply.writeErrors) && bulk._ordered) {
            return true;
        }
    }
    return totals.writeErrors.length > 0;
}

function emptyTotals() {
    return {
        writeErrors: [], writeConcernErrors: [], nInserted: 0, nUpserted: 0, nMatched: 0, nModified: 0, nRemoved: 0,
        upserted: []
    };
}

const NOTHING = [];

/// Adds what one command did. Servers number its writes from 0; the caller's own order is meant.
function addReply(totals, piece, reply) {
    const upserted = hasElements(reply.upserted) ? reply.upserted : NOTHING;
    for (let at = 0; at < upserted.length; at++) {
        const { index, _id } = upserted[at];
        arrayPush(totals.upserted, { index: piece.indexes[index], _id });
    }
    const failed = hasElements(reply.writeErrors) ? reply.writeErrors : NOTHING;
    for (let at = 0; at < failed.length; at++) {
        const { index, ...rest } = failed[at];
        arrayPush(totals.writeErrors, { index: piece.indexes[index], ...rest, op: piece.entries[index] });
    }
    if (isObject(reply.writeConcernError)) {
        arrayPush(totals.writeConcernErrors, reply.writeConcernError);
    }
    const count = plainNumberOf(reply.n || 0);
    if (piece.kind === "insert") {
        totals.nInserted += count;
    } else if (piece.kind === "delete") {
        totals.nRemoved += count;
    } else {
        totals.nUpserted += upserted.length;
        totals.nMatched += count - upserted.length;
        totals.nModified += plainNumberOf(reply.nModified || 0);
    }
}

hide(DBCollection.prototype, {
    initializeOrderedBulkOp() { return new Bulk(this, true); },
    initializeUnorderedBulkOp() { return new Bulk(this, false); }
});
