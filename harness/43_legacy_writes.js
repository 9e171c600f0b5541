// The writing helpers of the old shell: insert, save, update and remove return what went wrong; findAndModify throws.

/// Documents are given their `_id` by the client, and it stands first.
function withId(document) {
    const complete = !isObject(document) || isArray(document) || document._id !== undefined;
    return complete ? document : objectAssign({ _id: new ObjectId() }, document);
}

function updateEntry(query, change, options) {
    const { upsert, multi, collation, arrayFilters, hint } = options;
    const entry = { q: query, u: change };
    if (upsert !== undefined) { entry.upsert = upsert; }
    if (multi !== undefined) { entry.multi = multi; }
    return withMatchOptions(entry, collation, arrayFilters, hint);
}

function deleteEntry(query, limit, options) {
    return withMatchOptions({ q: query, limit }, options.collation, undefined, options.hint);
}

function withMatchOptions(entry, collation, arrayFilters, hint) {
    if (collation !== undefined) { entry.collation = collation; }
    if (arrayFilters !== undefined) { entry.arrayFilters = arrayFilters; }
    if (hint !== undefined) { entry.hint = hint; }
    return entry;
}

/// One write in one command. A refused command comes back as a WriteCommandError.
function writeOne(collection, kind, entry, options) {
    const writeConcern = effectiveWriteConcern(options, collection);
    const command = { [kind]: collection._shortName, [WRITE_LISTS[kind]]: [entry], ordered: options.ordered !== false };
    if (options.let !== undefined) { command.let = options.let; }
    if (options.comment !== undefined) { command.comment = options.comment; }
    if (options.bypassDocumentValidation !== undefined) { command.bypassDocumentValidation = true; }
    if (writeConcern !== undefined) { command.writeConcern = writeConcern; }
    const reply = collection._db.runCommand(command);
    return isOk(reply) ? singleResult(kind, entry, reply, writeConcern) : new WriteCommandError(reply);
}

const WRITE_LISTS = { insert: "documents", update: "updates", delete: "deletes" };

hide(DBCollection.prototype, {
    insert(document, options) {
        if (!document) {
            throw new Error("no object passed to insert!");
        }
        // Of old, options were bit flags: 1 goes on after an error.
        const given = isObject(options) ? options : { ordered: !(options & 1) };
        return isArray(document) ? insertAll(this, document, given) : writeOne(this, "insert", withId(document), given);
    },
    save(document, options) {
        if (!isObject(document)) {
            const kind = document === null || document === undefined ? "null" : "number or string";
            throw new Error("can't save a " + kind);
        }
        if (document._id === undefined) {
            document._id = new ObjectId();
            return this.insert(document, options);
        }
        return this.update({ _id: document._id }, document, objectAssign({}, options, { upsert: true }));
    },
    update(query, change, upsert, multi) {
        const options = isObject(upsert) ? upsert : { upsert: Boolean(upsert), multi: Boolean(multi) };
        requireQuery(query, "need a query");
        if (!change) {
            throw new Error("need an object");
        }
        if (isObject(upsert) && multi !== undefined) {
            throw new Error("Fourth argument must be empty when specifying upsert and multi with an object.");
        }
        const flags = { upsert: Boolean(options.upsert), multi: Boolean(options.multi) };
        const entry = updateEntry(queryDocument(query), change, objectAssign({}, options, flags));
        return writeOne(this, "update", entry, options);
    },
    remove(query, options) {
        const given = isObject(options) ? options : { justOne: Boolean(options) };
        requireQuery(query, "remove needs a query");
        return writeOne(this, "delete", deleteEntry(queryDocument(query), given.justOne ? 1 : 0, given), given);
    },
    findAndModify(parameters) {
        const command = objectAssign({ findandmodify: this._shortName }, parameters);
        const reply = this.runCommand(command);
        if (isOk(reply)) {
            return reply.value;
        }
        if (reply.errmsg === "No matching object found") {
            return null;
        }
        throw errorWithCode(reply, "findAndModifyFailed failed: " + tojson(reply));
    }
});

function requireQuery(query, words) {
    if (query === undefined || query === null) {
        throw new Error(words);
    }
}

/// An array goes in as few commands as possible; the result speaks of all of them.
function insertAll(collection, documents, options) {
    const bulk = new Bulk(collection, options.ordered !== false);
    for (const document of documents) {
        bulk.insert(document);
    }
    try {
        return bulk.execute(effectiveWriteConcern(options, collection));
    } catch (error) {
        if (error instanceof BulkWriteError) {
            return error.toResult();
        }
        if (error instanceof WriteCommandError) {
            return error;
        }
        throw error;
    }
}
