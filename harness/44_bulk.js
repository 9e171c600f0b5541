// Bulk: many writes in few commands, and bulkWrite over it.

const MOST_IN_ONE_COMMAND = 1000;

function BulkWriteResult(totals) {
    hide(this, { _totals: totals });
    for (const name of ["nInserted", "nUpserted", "nMatched", "nModified", "nRemoved"]) {
        this[name] = totals[name];
    }
    hide(this, { ok: totals.ok, writeErrors: totals.writeErrors });
}
hide(BulkWriteResult.prototype, {
    hasWriteErrors() { return this._totals.writeErrors.length > 0; },
    getWriteErrorCount() { return this._totals.writeErrors.length; },
    getWriteErrorAt(at) { const error = this._totals.writeErrors[at]; return error && new WriteError(error); },
    getWriteErrors() { return arrayMap(this._totals.writeErrors, (error) => new WriteError(error)); },
    hasWriteConcernError() { return this._totals.writeConcernErrors.length > 0; },
    getWriteConcernError() { return this._totals.writeConcernErrors[0]; },
    getUpsertedIds() { return this._totals.upserted; },
    getUpsertedIdAt(at) { return this._totals.upserted[at]; },
    getRawResponse() { return this._totals; },
    toSingleResult() {
        return new WriteResult({ ok: 1, n: this.nInserted + this.nMatched + this.nUpserted + this.nRemoved, nModified: this.nModified,
                                 writeErrors: this._totals.writeErrors, upserted: this._totals.upserted.length ? this._totals.upserted : undefined },
                               this.nRemoved ? "delete" : this.nInserted ? "insert" : "update");
    },
    tojson() { return "BulkWriteResult(" + tojson(this._totals) + ")"; },
    toString() { return this.tojson(); }
});

/// What a bulk throws when any write failed; it still tells what worked.
function BulkWriteError(totals) {
    const first = totals.writeErrors[0] || totals.writeConcernErrors[0] || {};
    const error = new Error(totals.writeErrors.length === 1 ? "write error at item " + first.index + " in bulk operation: " + first.errmsg
                                                            : totals.writeErrors.length + " write errors in bulk operation");
    error.code = first.code;
    error.writeErrors = totals.writeErrors;
    hide(error, { _result: new BulkWriteResult(totals) });
    setPrototypeOf(error, BulkWriteError.prototype);
    return error;
}
setPrototypeOf(BulkWriteError.prototype, Error.prototype);
for (const name of getOwnPropertyNames(BulkWriteResult.prototype)) {
    if (name !== "constructor") {
        hide(BulkWriteError.prototype, { [name](...parameters) { return this._result[name](...parameters); } });
    }
}
hide(BulkWriteError.prototype, {
    toString() { return "BulkWriteError(" + tojson(this._result._totals) + ")"; },
    tojson() { return this.toString(); },
    toResult() { return this._result; }
});

function Bulk(collection, ordered) {
    hide(this, { _collection: collection, _ordered: ordered, _operations: [], _executed: false });
}

/// The rest of `bulk.find(query)`: options first, then one write.
function bulkFind(bulk, query) {
    const options = {};
    const add = (kind, entry) => arrayPush(bulk._operations, { kind, entry });
    const change = (document, multi, operators) => {
        if (operators) { needsOperators(document); }
        add("update", updateEntry(query, document, options, multi));
    };
    const chain = {
        upsert() { options.upsert = true; return chain; },
        collation(collation) { options.collation = collation; return chain; },
        arrayFilters(filters) { options.arrayFilters = filters; return chain; },
        hint(hint) { options.hint = hint; return chain; },
        update(document) { change(document, true, true); },
        updateOne(document) { change(document, false, true); },
        replaceOne(document) { change(document, false, false); },
        remove() { add("delete", deleteEntry(query, 0, options)); },
        removeOne() { add("delete", deleteEntry(query, 1, options)); }
    };
    chain.delete = chain.remove;
    chain.deleteOne = chain.removeOne;
    return chain;
}

hide(Bulk.prototype, {
    insert(document) { arrayPush(this._operations, { kind: "insert", entry: withId(document) }); return this; },
    find(query) {
        if (query === undefined) { throw new Error("find() requires query criteria"); }
        return bulkFind(this, query);
    },
    getOperations() { return arrayMap(this._batches(), (batch) => ({ batchType: batch.kind, operations: arrayMap(batch.operations, (one) => one.entry) })); },
    tojson() {
        const count = (kind) => this._operations.filter((one) => one.kind === kind).length;
        return tojson({ nInsertOps: count("insert"), nUpdateOps: count("update"), nRemoveOps: count("delete"), nBatches: this._batches().length });
    },
    toString() { return this.tojson(); },
    execute(concern) { return this._execute(concern, false); },

    /// Neighbours of one kind share a command; unordered writes of one kind do wherever they stand.
    _batches() {
        const numbered = arrayMap(this._operations, (one, index) => ({ kind: one.kind, entry: one.entry, index }));
        const sorted = this._ordered ? numbered : arrayConcat(...arrayMap(["insert", "update", "delete"], (kind) => numbered.filter((one) => one.kind === kind)));
        const batches = [];
        for (const operation of sorted) {
            const last = batches[batches.length - 1];
            if (last && last.kind === operation.kind && last.operations.length < MOST_IN_ONE_COMMAND) {
                arrayPush(last.operations, operation);
            } else {
                arrayPush(batches, { kind: operation.kind, operations: [operation] });
            }
        }
        return batches;
    },
    _execute(concern, returnErrors) {
        if (this._executed) { throw new Error("A bulk operation cannot be re-executed"); }
        if (this._operations.length === 0) { throw new Error("Invalid Operation, No operations in bulk"); }
        this._executed = true;
        const totals = { ok: 1, writeErrors: [], writeConcernErrors: [], nInserted: 0, nUpserted: 0, nMatched: 0, nModified: 0, nRemoved: 0, upserted: [] };
        for (const batch of this._batches()) {
            const failed = this._runBatch(batch, concern, totals);
            if (failed && this._ordered) { break; }
        }
        if (!returnErrors && (totals.writeErrors.length > 0 || totals.writeConcernErrors.length > 0)) {
            throw BulkWriteError(totals);
        }
        return new BulkWriteResult(totals);
    },
    _runBatch(batch, concern, totals) {
        const list = { insert: "documents", update: "updates", delete: "deletes" }[batch.kind];
        const command = { [batch.kind]: this._collection._shortName, [list]: arrayMap(batch.operations, (one) => one.entry), ordered: this._ordered };
        const result = writeCommand(this._collection, command, { writeConcern: concern });
        if (result.ok != 1) { throw WriteCommandError(result); }
        addBatch(totals, batch, result);
        return Boolean(result.writeErrors && result.writeErrors.length);
    }
});

function addBatch(totals, batch, result) {
    const indexOf = (at) => (batch.operations[at] === undefined ? at : batch.operations[at].index);
    const upserted = arrayMap(result.upserted || [], (one) => ({ index: indexOf(one.index), _id: one._id }));
    arrayForEach(upserted, (one) => arrayPush(totals.upserted, one));
    arrayForEach(result.writeErrors || [], (error) => {
        const at = error.index;
        const operation = batch.operations[at] && batch.operations[at].entry;
        arrayPush(totals.writeErrors, objectAssign({}, error, { index: indexOf(at), op: operation }));
    });
    if (result.writeConcernError) { arrayPush(totals.writeConcernErrors, result.writeConcernError); }
    totals.nUpserted += upserted.length;
    if (batch.kind === "insert") { totals.nInserted += result.n; }
    if (batch.kind === "delete") { totals.nRemoved += result.n; }
    if (batch.kind === "update") {
        totals.nMatched += result.n - upserted.length;
        totals.nModified += result.nModified || 0;
    }
}

const bulkWrites = {
    insertOne: (bulk, one) => bulk.insert(one.document),
    updateOne: (bulk, one) => bulkTarget(bulk, one).updateOne(one.update),
    updateMany: (bulk, one) => bulkTarget(bulk, one).update(one.update),
    replaceOne: (bulk, one) => bulkTarget(bulk, one).replaceOne(one.replacement),
    deleteOne: (bulk, one) => bulkTarget(bulk, one).removeOne(),
    deleteMany: (bulk, one) => bulkTarget(bulk, one).remove()
};

function bulkTarget(bulk, one) {
    const target = bulk.find(one.filter || {});
    if (one.upsert) { target.upsert(); }
    for (const name of ["collation", "arrayFilters", "hint"]) {
        if (one[name] !== undefined) { target[name](one[name]); }
    }
    return target;
}

hide(DBCollection.prototype, {
    initializeOrderedBulkOp() { return new Bulk(this, true); },
    initializeUnorderedBulkOp() { return new Bulk(this, false); },
    bulkWrite(operations, options) {
        const bulk = new Bulk(this, !options || options.ordered !== false);
        const insertedIds = {};
        arrayForEach(operations, (operation, index) => {
            const kind = firstKey(operation);
            if (bulkWrites[kind] === undefined) { throw new Error("bulkWrite does not know the operation " + tojson(operation)); }
            bulkWrites[kind](bulk, operation[kind]);
            if (kind === "insertOne") { insertedIds[index] = bulk._operations[bulk._operations.length - 1].entry._id; }
        });
        const result = bulk._execute(options && options.writeConcern, false);
        const upsertedIds = {};
        arrayForEach(result.getUpsertedIds(), (one) => { upsertedIds[one.index] = one._id; });
        return { acknowledged: true, insertedCount: result.nInserted, matchedCount: result.nMatched, modifiedCount: result.nModified,
                 deletedCount: result.nRemoved, upsertedCount: result.nUpserted, insertedIds, upsertedIds };
    }
});

expose({ Bulk, BulkWriteResult, BulkWriteError });
