// The CRUD methods that all drivers share. Other than the old shell's helpers they throw on a write error.

function acknowledged(writeConcern) {
    return !(isObject(writeConcern) && Number(writeConcern.w) === 0);
}

/// Runs one write and gives its result, or throws the first error of it.
function writeOrThrow(collection, kind, entry, options) {
    const result = writeOne(collection, kind, entry, options || {});
    if (result instanceof WriteCommandError) {
        throw result;
    }
    if (result.hasWriteError()) {
        throw result.getWriteError();
    }
    if (result.hasWriteConcernError()) {
        throw result.getWriteConcernError();
    }
    return result;
}

function startsWithOperator(change) {
    return startsWith(firstKey(change), "$");
}

function requireReplacement(document) {
    if (isArray(document) || startsWithOperator(document)) {
        throw new Error("the replace operation document must not contain atomic operators");
    }
}

function requireOperators(change) {
    if (!isArray(change) && isObject(change) && !startsWithOperator(change)) {
        throw new Error("the update operation document must contain atomic operators");
    }
}

function updateOrThrow(collection, filter, change, options, multi) {
    const given = objectAssign({}, options, { upsert: Boolean(options && options.upsert), multi });
    const result = writeOrThrow(collection, "update", updateEntry(filter, change, given), given);
    const upserted = result.getUpsertedId();
    return defined({
        acknowledged: acknowledged(effectiveWriteConcern(given, collection)),
        matchedCount: result.nMatched, modifiedCount: result.nModified, upsertedId: upserted && upserted._id
    });
}

function deleteOrThrow(collection, filter, options, limit) {
    const given = options || {};
    const result = writeOrThrow(collection, "delete", deleteEntry(filter, limit, given), given);
    return { acknowledged: acknowledged(effectiveWriteConcern(given, collection)), deletedCount: result.nRemoved };
}

hide(DBCollection.prototype, {
    insertOne(document, options) {
        const complete = withId(document);
        writeOrThrow(this, "insert", complete, options || {});
        const answered = acknowledged(effectiveWriteConcern(options, this));
        return answered ? { acknowledged: true, insertedId: complete._id } : { acknowledged: false };
    },
    insertMany(documents, options) {
        const bulk = new Bulk(this, !(options && options.ordered === false));
        const ids = [];
        for (const document of asList(documents)) {
            const complete = withId(document);
            arrayPush(ids, isObject(complete) ? complete._id : undefined);
            bulk.insert(complete);
        }
        const concern = effectiveWriteConcern(options, this);
        bulk.execute(concern);
        return acknowledged(concern) ? { acknowledged: true, insertedIds: ids } : { acknowledged: false };
    },
    updateOne(filter, change, options) {
        requireOperators(change);
        return updateOrThrow(this, filter, change, options, false);
    },
    updateMany(filter, change, options) {
        requireOperators(change);
        return updateOrThrow(this, filter, change, options, true);
    },
    replaceOne(filter, document, options) {
        requireReplacement(document);
        return updateOrThrow(this, filter, document, options, false);
    },
    deleteOne(filter, options) { return deleteOrThrow(this, filter, options, 1); },
    deleteMany(filter, options) { return deleteOrThrow(this, filter, options, 0); }
});

// --- find and change

function findAndChange(collection, filter, options, change) {
    const { projection, returnNewDocument, returnDocument, ...rest } = options || {};
    const isNew = change.remove ? undefined : Boolean(returnNewDocument);
    const command = { query: filter || {}, fields: projection, ...rest, new: isNew };
    return collection.findAndModify(objectAssign(defined(command), change));
}

hide(DBCollection.prototype, {
    findOneAndDelete(filter, options) { return findAndChange(this, filter, options, { remove: true }); },
    findOneAndReplace(filter, document, options) {
        requireReplacement(document);
        return findAndChange(this, filter, options, { update: document });
    },
    findOneAndUpdate(filter, change, options) {
        requireOperators(change);
        return findAndChange(this, filter, options, { update: change });
    },

    countDocuments(filter, options) {
        const { skip, limit, ...rest } = options || {};
        const stages = [{ $match: filter || {} }];
        if (skip) { arrayPush(stages, { $skip: skip }); }
        if (limit) { arrayPush(stages, { $limit: limit }); }
        arrayPush(stages, { $group: { _id: null, n: { $sum: 1 } } });
        const groups = this.aggregate(stages, rest).toArray();
        return groups.length > 0 ? groups[0].n : 0;
    },
    estimatedDocumentCount(options) { return assert.commandWorked(this.runReadCommand("count", options)).n; }
});

// --- bulkWrite

const BULK_WRITES = {
    insertOne: (bulk, one) => { bulk.insert(one.document); },
    updateOne: (bulk, one) => { requireOperators(one.update); refined(bulk, one).updateOne(one.update); },
    updateMany: (bulk, one) => { requireOperators(one.update); refined(bulk, one).update(one.update); },
    replaceOne: (bulk, one) => { requireReplacement(one.replacement); refined(bulk, one).replaceOne(one.replacement); },
    deleteOne: (bulk, one) => { refined(bulk, one).removeOne(); },
    deleteMany: (bulk, one) => { refined(bulk, one).remove(); }
};

/// `find` with the options that the write carries.
function refined(bulk, { filter, upsert, collation, arrayFilters, hint }) {
    const find = bulk.find(filter);
    if (upsert) { find.upsert(); }
    if (collation !== undefined) { find.collation(collation); }
    if (arrayFilters !== undefined) { find.arrayFilters(arrayFilters); }
    if (hint !== undefined) { find.hint(hint); }
    return find;
}

hide(DBCollection.prototype, {
    bulkWrite(writes, options) {
        const bulk = new Bulk(this, !(options && options.ordered === false));
        const insertedIds = {};
        for (let index = 0; index < writes.length; index++) {
            const name = firstKey(writes[index]);
            if (!hasOwn(BULK_WRITES, name)) {
                throw new Error("bulkWrite does not know the write " + tojson(writes[index]));
            }
            const write = writes[index][name];
            const document = name === "insertOne" ? withId(write.document) : undefined;
            if (document !== undefined) { insertedIds[index] = document._id; }
            BULK_WRITES[name](bulk, document === undefined ? write : { document });
        }
        const concern = effectiveWriteConcern(options, this);
        const result = bulk.execute(concern);
        return acknowledged(concern) ? bulkWriteSummary(result, insertedIds) : { acknowledged: false };
    }
});

function bulkWriteSummary(result, insertedIds) {
    const upsertedIds = {};
    for (const { index, _id } of result.getUpsertedIds()) {
        upsertedIds[index] = _id;
    }
    return {
        acknowledged: true, deletedCount: result.nRemoved, insertedCount: result.nInserted,
        matchedCount: result.nMatched, upsertedCount: result.nUpserted, insertedIds, upsertedIds
    };
}
