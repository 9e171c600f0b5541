// DBCollection: reading, indexes and administration. Writes stand in 43 and 44, cursors in 45.

class DBCollection {
    constructor(mongo, db, shortName, fullName) {
        if (typeof shortName !== "string") {
            throw new Error("Collection name must be a string, not " + tojson(shortName));
        }
        if (shortName === "") {
            throw new Error("Collection names cannot be empty");
        }
        hide(this, { _mongo: mongo, _db: db, _shortName: shortName, _fullName: fullName, _settings: {} });
    }

    getName() { return this._shortName; }
    getFullName() { return this._fullName; }
    getDB() { return this._db; }
    getMongo() { return this._db.getMongo(); }
    getCollection(name) { return this._db.getCollection(this._shortName + "." + name); }
    toString() { return this._fullName; }
    tojson() { return this._fullName; }
    help() { print("db." + this._shortName + ".find(...), .insert(...), ...: see the manual of the mongo shell"); }

    /// A name becomes a command on this collection; a document is sent as it is.
    runCommand(command, parameters, options) {
        return this._db.runCommand(this._command(command, parameters), undefined, options);
    }

    runReadCommand(command, parameters, options) {
        return this._db.runReadCommand(this._command(command, parameters), undefined, options);
    }

    _command(command, parameters) {
        return isObject(command) ? command : objectAssign({ [command]: this._shortName }, parameters);
    }

    _dbCommand(command, parameters) { return this.runCommand(command, parameters); }
}

setPrototypeOf(DBCollection.prototype, lastResort((collection, name) => collection.getCollection(name)));

// --- reading

/// What may stand for a query: nothing, a document, the value of `_id`, or code for `$where`.
function queryDocument(query) {
    if (query instanceof ObjectId) {
        return { _id: query };
    }
    if (typeof query === "function" && query !== MinKey && query !== MaxKey) {
        return { $where: query };
    }
    if (typeof query === "string") {
        return query.length === 24 ? { _id: query } : { $where: query };
    }
    return query === undefined || query === null ? {} : query;
}

hide(DBCollection.prototype, {
    _massageObject(query) { return queryDocument(query); },
    find(query, fields, limit, skip, batchSize, options) {
        const flags = options || this.getQueryOptions();
        const filter = queryDocument(query);
        return new DBQuery(this._mongo, this._db, this, this._fullName, filter, fields, limit, skip, batchSize, flags);
    },
    findOne(query, fields, options, readConcern, collation) {
        const cursor = this.find(query, fields, -1, 0, 0, options);
        if (readConcern) { cursor.readConcern(readConcern); }
        if (collation) { cursor.collation(collation); }
        return cursor.hasNext() ? cursor.next() : null;
    },
    count(query, options) { return applyCountOptions(this.find(query), options).count(true); },
    distinct(key, query, options) {
        const command = objectAssign({ distinct: this._shortName, key, query: query || {} }, options);
        const reply = this.runReadCommand(command);
        if (!isOk(reply)) {
            throw errorWithCode(reply, "distinct failed: " + tojson(reply));
        }
        return reply.values;
    },
    aggregate(pipeline, options, ...stages) {
        // The stages may stand as arguments of their own.
        const separate = !isArray(pipeline);
        const all = !separate ? pipeline : arrayFilter([pipeline, options, ...stages], (stage) => stage !== undefined);
        return runAggregate(this._db, this._shortName, all, separate ? {} : options);
    },
    watch(pipeline, options) { return openChangeStream(this._db, this._shortName, pipeline, options); },
    group(parameters) { return this._db.group(objectAssign({}, parameters, { ns: this._shortName })); },
    groupcmd(parameters) { return this._db.groupcmd(objectAssign({}, parameters, { ns: this._shortName })); },
    convertToSingleObject(field) {
        const object = {};
        this.find().forEach((row) => { object[row._id] = row[field]; });
        return object;
    },
    copyTo(name) {
        const target = this._db.getCollection(name);
        let copied = 0;
        this.find().forEach((document) => { target.save(document); copied++; });
        return copied;
    }
});

function applyCountOptions(cursor, options) {
    for (const name of ["skip", "limit", "hint", "maxTimeMS", "readConcern", "collation"]) {
        if (isObject(options) && options[name] !== undefined) {
            cursor[name](options[name]);
        }
    }
    return cursor;
}

/// `target` is a collection's name, or 1 for an aggregation over the database.
function runAggregate(db, target, pipeline, options) {
    const stages = isArray(pipeline) ? pipeline : [pipeline];
    const { batchSize, maxAwaitTimeMS, cursor, ...rest } = options || {};
    const command = objectAssign({ aggregate: target, pipeline: stages }, rest);
    if (cursor !== undefined || !rest.explain) {
        command.cursor = cursor === undefined ? defined({ batchSize }) : cursor;
    }
    if (rest.writeConcern === undefined && writesResult(stages) && db.getWriteConcern() !== undefined) {
        command.writeConcern = db.getWriteConcern();
    }
    const reply = writesResult(stages) ? db.runCommand(command) : db.runReadCommand(command);
    assert.commandWorked(reply, "aggregate failed");
    if (reply.cursor === undefined) {
        return reply;
    }
    const later = batchSize === undefined && isObject(cursor) ? cursor.batchSize : batchSize;
    return new DBCommandCursor(db, reply, later, maxAwaitTimeMS);
}

function writesResult(stages) {
    const last = stages[stages.length - 1];
    return isObject(last) && (last.$out !== undefined || last.$merge !== undefined);
}

const CHANGE_STREAM_OPTIONS = [
    "fullDocument", "fullDocumentBeforeChange", "resumeAfter", "startAfter", "startAtOperationTime"
];

/// Options of the stage and options of the command come in one document.
function openChangeStream(db, target, pipeline, options, stageOptions) {
    const stage = objectAssign({}, stageOptions);
    const rest = objectAssign({}, options);
    for (const name of CHANGE_STREAM_OPTIONS) {
        if (rest[name] !== undefined) {
            stage[name] = rest[name];
            delete rest[name];
        }
    }
    const stages = [{ $changeStream: stage }];
    for (const further of asList(pipeline)) {
        arrayPush(stages, further);
    }
    return runAggregate(db, target, stages, rest);
}

// --- indexes

/// The shell's name for an index: every field and its direction or type, joined by underscores.
function indexName(keys) {
    const parts = [];
    for (const field of objectKeys(keys)) {
        if (typeof keys[field] !== "function") {
            const direction = keys[field];
            arrayPush(parts, field + "_" + (isObject(direction) ? direction.valueOf() : direction));
        }
    }
    return arrayJoin(parts, "_");
}

/// Options are a document, a name, `unique`, or the old list of these.
function indexOptions(options) {
    if (typeof options === "string") {
        return { name: options };
    }
    if (typeof options === "boolean") {
        return { unique: options };
    }
    if (!isArray(options)) {
        return isObject(options) ? options : {};
    }
    const flags = arrayFilter(options, (option) => typeof option === "boolean");
    const name = arrayFind(options, (option) => typeof option === "string");
    return defined({ name, unique: flags[0], dropDups: flags[1] });
}

hide(DBCollection.prototype, {
    _genIndexName(keys) { return indexName(keys); },
    _indexSpec(keys, options) {
        return objectAssign({ ns: this._fullName, key: keys, name: indexName(keys) }, indexOptions(options));
    },
    createIndex(keys, options, commitQuorum) { return this.createIndexes([keys], options, commitQuorum); },
    createIndexes(keys, options, commitQuorum) {
        if (!isArray(keys)) {
            throw new Error("createIndexes needs an array of key patterns, not " + tojson(keys));
        }
        const indexes = [];
        for (const key of keys) {
            // What is no key pattern goes to the server as it is: refusing it is the server's work.
            arrayPush(indexes, isObject(key) ? without(this._indexSpec(key, options), "ns") : key);
        }
        return this.runCommand(defined({ createIndexes: this._shortName, indexes, commitQuorum }));
    },
    ensureIndex(keys, options) { return this.createIndex(keys, options); },
    getIndexes(filter) {
        const reply = this.runCommand("listIndexes", isObject(filter) ? filter : undefined);
        if (!isOk(reply)) {
            if (plainNumberOf(reply.code) === 26) {
                return [];
            }
            throw errorWithCode(reply, "listIndexes failed: " + tojson(reply));
        }
        return new DBCommandCursor(this._db, reply).toArray();
    },
    getIndices(filter) { return this.getIndexes(filter); },
    getIndexSpecs(filter) { return this.getIndexes(filter); },
    getIndexKeys() { return arrayMap(this.getIndexes(), (index) => index.key); },
    dropIndex(index) {
        if (index === undefined || index === null) {
            throw new Error("need to specify index to dropIndex");
        }
        if (index === "*") {
            throw new Error("To drop indexes in the collection, use db.collection.dropIndexes()");
        }
        return this.runCommand("dropIndexes", { index });
    },
    deleteIndex(index) { return this.dropIndex(index); },
    dropIndexes(indexes) {
        const reply = this.runCommand("dropIndexes", { index: indexes === undefined ? "*" : indexes });
        if (!isOk(reply) && stringIndexOf(String(reply.errmsg), "not found") < 0) {
            throw errorWithCode(reply, "error dropping indexes : " + tojson(reply));
        }
        return reply;
    },
    deleteIndexes(indexes) { return this.dropIndexes(indexes); },
    resetIndexCache() {},
    reIndex() { return this.runCommand("reIndex"); },
    hideIndex(index) { return this._hideIndex(index, true); },
    unhideIndex(index) { return this._hideIndex(index, false); },
    _hideIndex(index, hidden) {
        const which = isObject(index) ? { keyPattern: index } : { name: index };
        return this.runCommand("collMod", { index: objectAssign(which, { hidden }) });
    }
});

// --- administration

hide(DBCollection.prototype, {
    drop(options) {
        const reply = this.runCommand("drop", options);
        if (isOk(reply)) {
            return true;
        }
        if (plainNumberOf(reply.code) === 26 || reply.errmsg === "ns not found") {
            return false;
        }
        throw errorWithCode(reply, "drop failed: " + tojson(reply));
    },
    renameCollection(target, dropTarget) {
        const options = isObject(target) ? target : { to: target, dropTarget };
        const to = this._db.getName() + "." + options.to;
        return this._db.adminCommand({ renameCollection: this._fullName, to, dropTarget: Boolean(options.dropTarget) });
    },
    exists() {
        const reply = this._db.runCommand({ listCollections: 1, filter: { name: this._shortName } });
        return isOk(reply) && reply.cursor.firstBatch.length > 0 ? reply.cursor.firstBatch[0] : null;
    },
    isCapped() {
        const found = this.exists();
        return Boolean(found && found.options && found.options.capped);
    },
    convertToCapped(size) {
        if (!size) {
            throw new Error("have to specify # of bytes");
        }
        return this.runCommand("convertToCapped", { size });
    },
    validate(options) {
        const extra = isObject(options) ? options : options === undefined ? {} : { full: Boolean(options) };
        return this.runCommand("validate", extra);
    },
    stats(options) {
        const given = isObject(options) ? options : { scale: options };
        const { indexDetails, indexDetailsKey, indexDetailsName, ...extra } = given;
        const reply = this.runCommand("collStats", defined(extra));
        if (!indexDetails) {
            delete reply.indexDetails;
        }
        return reply;
    },
    dataSize() { return this.stats().size; },
    storageSize() { return this.stats().storageSize; },
    totalIndexSize() { return this.stats().totalIndexSize; },
    totalSize() {
        const stats = this.stats();
        return Number(stats.storageSize) + Number(stats.totalIndexSize || 0);
    },
    latencyStats(options) { return this.aggregate([{ $collStats: { latencyStats: options || {} } }]); },
    getShardVersion() { return this._db.adminCommand({ getShardVersion: this._fullName }); },
    getPlanCache() { return new PlanCache(this); },
    explain(verbosity) { return new Explainable(this, verbosity); },

    setSlaveOk(value) { this._settings.slaveOk = value === undefined || Boolean(value); },
    getSlaveOk() { return this._settings.slaveOk === undefined ? this._db.getSlaveOk() : this._settings.slaveOk; },
    setSecondaryOk(value) { this.setSlaveOk(value); },
    getSecondaryOk() { return this.getSlaveOk(); },
    getQueryOptions() { return this.getSlaveOk() ? DBQuery.Option.slaveOk : 0; },
    setWriteConcern(concern, timeout) { this._settings.writeConcern = writeConcernOf(concern, timeout); },
    getWriteConcern() { return this._settings.writeConcern || this._db.getWriteConcern(); },
    unsetWriteConcern() { delete this._settings.writeConcern; }
});

expose({ DBCollection });
