// Writing: the old helpers, which return what went wrong, and the newer ones, which throw it.

// --- results

function WriteError(error) {
    hide(this, { _error: error });
    this.code = error.code;
    this.index = error.index;
    this.errmsg = error.errmsg;
}
hide(WriteError.prototype, {
    getOperation() { return this._error.op; },
    tojson() { return tojson({ index: this.index, code: this.code, errmsg: this.errmsg, op: this._error.op }); },
    toString() { return "WriteError(" + this.tojson() + ")"; }
});

/// What one insert, update or remove of the old helpers came to.
function WriteResult(reply, kind) {
    const error = reply.writeErrors && reply.writeErrors[0];
    hide(this, { _reply: reply, _error: error ? new WriteError(error) : undefined });
    this.nInserted = kind === "insert" ? reply.n || 0 : 0;
    this.nUpserted = reply.upserted ? reply.upserted.length : 0;
    this.nMatched = kind === "update" ? (reply.n || 0) - this.nUpserted : 0;
    this.nModified = kind === "update" ? reply.nModified : 0;
    this.nRemoved = kind === "delete" ? reply.n || 0 : 0;
    hide(this, { ok: reply.ok });
}
hide(WriteResult.prototype, {
    hasWriteError() { return this._error !== undefined; },
    getWriteError() { return this._error; },
    hasWriteErrors() { return this._error !== undefined; },
    getWriteErrors() { return this._error === undefined ? [] : [this._error]; },
    hasWriteConcernError() { return this._reply.writeConcernError !== undefined; },
    getWriteConcernError() { return this._reply.writeConcernError; },
    getUpsertedId() { return this._reply.upserted ? this._reply.upserted[0] : undefined; },
    getRawResponse() { return this._reply; },
    tojson() {
        const shown = objectAssign({}, this);
        if (this.getUpsertedId()) { shown._id = this.getUpsertedId()._id; }
        if (this._error) { shown.writeError = { code: this._error.code, errmsg: this._error.errmsg }; }
        if (this.hasWriteConcernError()) { shown.writeConcernError = this.getWriteConcernError(); }
        return "WriteResult(" + tojson(shown) + ")";
    },
    toString() { return this.tojson(); }
});

/// A whole command that failed: there is no result to speak of.
function WriteCommandError(reply) {
    const error = objectAssign(adopt(new Error("command failed: " + tojson(reply)), reply), reply);
    setPrototypeOf(error, WriteCommandError.prototype);
    return error;
}
setPrototypeOf(WriteCommandError.prototype, Error.prototype);
hide(WriteCommandError.prototype, {
    toString() { return "WriteCommandError(" + tojson(objectAssign({}, this)) + ")"; },
    tojson() { return this.toString(); },
    hasWriteError() { return true; },
    getWriteError() { return new WriteError(this); }
});

function oldResult(reply, kind) {
    return reply.ok == 1 ? new WriteResult(reply, kind) : WriteCommandError(reply);
}

// --- commands

function withId(document) {
    if (document === null || typeof document !== "object") {
        throw new Error("cannot insert " + tojson(document) + ": it is not a document");
    }
    return document._id !== undefined || hasOwn(document, "_id") ? document : objectAssign({ _id: new ObjectId() }, document);
}

function writeCommand(collection, command, options) {
    const concern = (options && options.writeConcern) || collection.getWriteConcern();
    if (concern) { command.writeConcern = concern; }
    if (options && options.ordered !== undefined) { command.ordered = options.ordered; }
    for (const name of ["bypassDocumentValidation", "let", "comment"]) {
        if (options && options[name] !== undefined) { command[name] = options[name]; }
    }
    return collection._db.runCommand(command);
}

/// One entry of an update command, from whatever options a caller gave.
function updateEntry(query, change, options, multi) {
    const entry = { q: query, u: change, multi: Boolean(multi), upsert: Boolean(options.upsert) };
    for (const name of ["collation", "arrayFilters", "hint", "c"]) {
        if (options[name] !== undefined) { entry[name] = options[name]; }
    }
    return entry;
}

function deleteEntry(query, limit, options) {
    const entry = { q: query, limit };
    for (const name of ["collation", "hint"]) {
        if (options && options[name] !== undefined) { entry[name] = options[name]; }
    }
    return entry;
}

hide(DBCollection.prototype, {
    insert(documents, options) {
        if (documents === undefined || documents === null) {
            throw new Error("no object passed to insert!");
        }
        const settings = typeof options === "number" ? { ordered: !(options & 1) } : options || {};
        if (isArray(documents)) {
            const bulk = settings.ordered === false ? this.initializeUnorderedBulkOp() : this.initializeOrderedBulkOp();
            arrayForEach(documents, (document) => bulk.insert(document));
            return bulk._execute(settings.writeConcern, true);
        }
        return oldResult(writeCommand(this, { insert: this._shortName, documents: [withId(documents)], ordered: true }, settings), "insert");
    },
    save(document, options) {
        if (document === undefined || document === null || typeof document !== "object") {
            throw new Error("can't save a " + (document === null ? "null" : typeof document));
        }
        return document._id === undefined ? this.insert(document, options)
                                          : this.update({ _id: document._id }, document, objectAssign({ upsert: true }, options));
    },
    update(query, change, upsert, multi) {
        if (query === undefined || query === null) { throw new Error("need a query"); }
        if (change === undefined || change === null) { throw new Error("need an object"); }
        const options = typeof upsert === "object" && upsert !== null ? upsert : { upsert, multi };
        const updates = [updateEntry(query, change, options, options.multi)];
        return oldResult(writeCommand(this, { update: this._shortName, updates, ordered: true }, options), "update");
    },
    remove(query, justOne) {
        if (query === undefined) { throw new Error("remove needs a query"); }
        const options = typeof justOne === "object" && justOne !== null ? justOne : { justOne };
        const deletes = [deleteEntry(typeof query === "object" ? query : { _id: query }, options.justOne ? 1 : 0, options)];
        return oldResult(writeCommand(this, { delete: this._shortName, deletes, ordered: true }, options), "delete");
    },

    findAndModify(options) {
        const command = objectAssign({ findandmodify: this._shortName }, options);
        const result = this._db.runCommand(command);
        if (result.ok != 1) {
            if (result.errmsg === "No matching object found") { return null; }
            throw commandError(result, "findAndModifyFailed failed");
        }
        return result.value;
    },
    findOneAndUpdate(filter, change, options) { return findAndChange(this, filter, { update: change }, options); },
    findOneAndReplace(filter, document, options) { return findAndChange(this, filter, { update: document }, options); },
    findOneAndDelete(filter, options) { return findAndChange(this, filter, { remove: true }, options); },

    insertOne(document, options) {
        const full = withId(document);
        worked(this, { insert: this._shortName, documents: [full], ordered: true }, options, "insert");
        return { acknowledged: true, insertedId: full._id };
    },
    insertMany(documents, options) {
        const full = arrayMap(documents, withId);
        worked(this, { insert: this._shortName, documents: full, ordered: !options || options.ordered !== false }, options, "insert");
        return { acknowledged: true, insertedIds: arrayMap(full, (document) => document._id) };
    },
    updateOne(filter, change, options) { return changed(this, filter, needsOperators(change), options, false); },
    updateMany(filter, change, options) { return changed(this, filter, needsOperators(change), options, true); },
    replaceOne(filter, document, options) { return changed(this, filter, document, options, false); },
    deleteOne(filter, options) { return deleted(this, filter, 1, options); },
    deleteMany(filter, options) { return deleted(this, filter, 0, options); }
});

function findAndChange(collection, filter, change, options) {
    const { projection, returnNewDocument, returnDocument, ...rest } = options || {};
    const command = objectAssign({ query: filter || {} }, change, rest);
    if (projection !== undefined) { command.fields = projection; }
    if (change.remove === undefined) { command.new = returnNewDocument === true || returnDocument === "after"; }
    return collection.findAndModify(command);
}

/// Runs a write and throws what went wrong, as the newer helpers do.
function worked(collection, command, options, kind) {
    const result = writeCommand(collection, command, options);
    if (result.ok != 1) {
        throw WriteCommandError(result);
    }
    if (result.writeErrors && result.writeErrors.length > 0) {
        throw adopt(new Error("write failed with error: " + new WriteResult(result, kind)), result);
    }
    return result;
}

function needsOperators(change) {
    if (!isArray(change) && !startsWith(String(firstKey(change)), "$")) {
        throw new Error("the update operation document must contain atomic operators");
    }
    return change;
}

function changed(collection, filter, change, options, multi) {
    const updates = [updateEntry(filter, change, options || {}, multi)];
    const result = worked(collection, { update: collection._shortName, updates, ordered: true }, options, "update");
    const upserted = result.upserted && result.upserted[0];
    const outcome = { acknowledged: true, matchedCount: upserted ? 0 : result.n, modifiedCount: result.nModified };
    if (upserted) { outcome.upsertedId = upserted._id; }
    return outcome;
}

function deleted(collection, filter, limit, options) {
    const deletes = [deleteEntry(filter, limit, options)];
    const result = worked(collection, { delete: collection._shortName, deletes, ordered: true }, options, "delete");
    return { acknowledged: true, deletedCount: result.n };
}

expose({ WriteResult, WriteError, WriteCommandError });
