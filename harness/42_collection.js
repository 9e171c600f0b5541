// DBCollection: reading, indexes, administration. Writing stands in the next two files.

function DBCollection(db, name) {
    const self = this instanceof DBCollection ? this : objectCreate(DBCollection.prototype);
    if (typeof name !== "string") {
        throw new Error("Collection name must be a string, got " + tojson(name));
    }
    if (name === "") {
        throw new Error("Collection name cannot be empty");
    }
    hide(self, { _db: db, _mongo: db._mongo, _shortName: name, _fullName: db._name + "." + name });
    return self;
}

setPrototypeOf(DBCollection.prototype, endOfChain((collection, name) =>
    (collection._db === undefined ? undefined : new DBCollection(collection._db, collection._shortName + "." + name))));

function runAggregate(db, owner, target, pipeline, options) {
    let stages = pipeline;
    let rest = options || {};
    if (!isArray(pipeline)) {
        // The old form: every argument is a stage.
        stages = pipeline === undefined ? [] : options === undefined || objectKeys(options)[0] === undefined || !startsWith(objectKeys(options)[0], "$") ? [pipeline] : [pipeline, options];
        rest = stages.length === 2 ? {} : rest;
    }
    const command = objectAssign({ aggregate: target, pipeline: stages }, rest);
    const batchSize = rest.batchSize;
    delete command.batchSize;
    if (rest.explain !== true && rest.explain !== false) {
        delete command.explain;
    }
    if (rest.explain) {
        delete command.cursor;
        return typeof rest.explain === "string"
            ? assert.commandWorked(db.runCommand({ explain: objectAssign(command, { cursor: {} }), verbosity: rest.explain }))
            : assert.commandWorked(db.runCommand(command));
    }
    if (rest.cursor === undefined) {
        command.cursor = batchSize === undefined ? {} : { batchSize };
    }
    const result = db.runCommand(command);
    if (result.ok != 1) {
        throw commandError(result, "aggregate failed");
    }
    return new DBCommandCursor(db, result, batchSize);
}

hide(DBCollection.prototype, {
    getName() { return this._shortName; },
    getFullName() { return this._fullName; },
    getDB() { return this._db; },
    getMongo() { return this._db.getMongo(); },
    getCollection(name) { return this._db.getCollection(this._shortName + "." + name); },
    toString() { return this._fullName; },
    tojson() { return this._fullName; },
    help() { print("see the manual"); },
    runCommand(command, options) {
        const document = typeof command === "string" ? objectAssign({ [command]: this._shortName }, options) : command;
        return this._db.runCommand(document);
    },
    _dbCommand(command, options) { return this.runCommand(command, options); },
    runReadCommand(command, options) { return this.runCommand(command, options); },

    find(filter, projection, limit, skip, batchSize, options) {
        return new DBQuery(this, filter, projection, { limit, skip, batchSize, options });
    },
    findOne(filter, projection) {
        const cursor = this.find(filter, projection).limit(-1);
        return cursor.hasNext() ? cursor.next() : null;
    },
    aggregate(pipeline, options, ...more) {
        const stages = more.length > 0 ? [pipeline, options, ...more] : pipeline;
        return runAggregate(this._db, this, this._shortName, stages, more.length > 0 ? {} : options);
    },
    count(filter, options) { return this.find(filter)._count(objectAssign({}, options)); },
    countDocuments(filter, options) {
        const { skip, limit, ...rest } = options || {};
        const stages = [{ $match: filter || {} }];
        if (skip) { arrayPush(stages, { $skip: skip }); }
        if (limit) { arrayPush(stages, { $limit: limit }); }
        arrayPush(stages, { $group: { _id: null, n: { $sum: 1 } } });
        const found = this.aggregate(stages, rest).toArray();
        return found.length > 0 ? found[0].n : 0;
    },
    estimatedDocumentCount(options) { return assert.commandWorked(this.runCommand(objectAssign({ count: this._shortName }, options))).n; },
    distinct(key, query, options) {
        const result = this.runCommand(objectAssign({ distinct: this._shortName, key, query: query || {} }, options));
        if (result.ok != 1) {
            throw commandError(result, "distinct failed");
        }
        return result.values;
    },
    group(options) { return this.runCommand({ group: options }).retval; },
    groupcmd(options) { return this.group(options); },
    mapReduce(map, reduce, options) {
        const out = typeof options === "string" ? { out: options } : options;
        const result = this.runCommand(objectAssign({ mapreduce: this._shortName, map, reduce }, out));
        if (result.ok != 1) {
            throw commandError(result, "map reduce failed");
        }
        return new MapReduceResult(this._db, result);
    },

    drop(options) {
        const result = this.runCommand(objectAssign({ drop: this._shortName }, options));
        if (result.ok != 1) {
            if (result.code === 26 || result.errmsg === "ns not found") {
                return false;
            }
            throw commandError(result, "drop failed");
        }
        return true;
    },
    renameCollection(name, dropTarget) {
        const to = this._db._name + "." + name;
        return this._db.adminCommand({ renameCollection: this._fullName, to, dropTarget: Boolean(dropTarget) });
    },
    exists() { return this._db.getCollectionInfos({ name: this._shortName })[0] || null; },
    isCapped() { const info = this.exists(); return Boolean(info && info.options && info.options.capped); },
    convertToCapped(size) { return this.runCommand("convertToCapped", { size }); },
    stats(scale) { return this.runCommand("collStats", typeof scale === "object" ? scale : { scale: scale === undefined ? 1 : scale }); },
    dataSize() { return this.stats().size; },
    storageSize() { return this.stats().storageSize; },
    totalIndexSize() { return this.stats().totalIndexSize; },
    totalSize() { return this.storageSize() + this.totalIndexSize(); },
    latencyStats(options) { return this.aggregate([{ $collStats: { latencyStats: options || {} } }]); },
    validate(options) { return this.runCommand("validate", options === true ? { full: true } : options); },
    getShardVersion() { return this._db.adminCommand({ getShardVersion: this._fullName }); },
    getDisk() { return this.stats(); },

    _indexSpec(keys, options) {
        const spec = { ns: this._fullName, key: keys, name: this._genIndexName(keys) };
        if (typeof options === "string") {
            spec.name = options;
        } else if (typeof options === "boolean") {
            spec.unique = options;
        } else {
            objectAssign(spec, options);
        }
        return spec;
    },
    _genIndexName(keys) {
        return arrayJoin(arrayMap(objectKeys(keys), (key) => key + "_" + plainDirection(keys[key])), "_");
    },
    createIndex(keys, options, commitQuorum) { return this.createIndexes([keys], options, commitQuorum); },
    createIndexes(keys, options, commitQuorum) {
        const indexes = arrayMap(keys, (key) => {
            const spec = this._indexSpec(key, options);
            delete spec.ns;
            return spec;
        });
        const command = { createIndexes: this._shortName, indexes };
        if (commitQuorum !== undefined) {
            command.commitQuorum = commitQuorum;
        }
        return this._db.runCommand(command);
    },
    ensureIndex(keys, options) { return this.createIndex(keys, options); },
    reIndex() { return this.runCommand({ reIndex: this._shortName }); },
    dropIndex(index) { return this._dropIndexes(index); },
    dropIndexes(index) { return this._dropIndexes(index === undefined ? "*" : index); },
    deleteIndex(index) { return this._dropIndexes(index); },
    _dropIndexes(index) {
        if (index === undefined) {
            throw new Error("dropIndex needs a name or a key pattern");
        }
        return this.runCommand({ dropIndexes: this._shortName, index });
    },
    resetIndexCache() {},
    getIndexes(filter) {
        const result = this.runCommand({ listIndexes: this._shortName });
        if (result.ok != 1) {
            if (result.code === 26) {
                return [];
            }
            throw commandError(result, "listIndexes failed");
        }
        return new DBCommandCursor(this._db, result).toArray();
    },
    getIndices() { return this.getIndexes(); },
    getIndexSpecs() { return this.getIndexes(); },
    getIndexKeys() { return arrayMap(this.getIndexes(), (index) => index.key); },
    getIndexByName(name) { return this.getIndexes().find((index) => index.name === name) || null; },
    getIndexByKey(key) { return this.getIndexes().find((index) => sameValue(index.key, key)) || null; },
    hideIndex(index) { return this._setHidden(index, true); },
    unhideIndex(index) { return this._setHidden(index, false); },
    _setHidden(index, value) {
        const which = typeof index === "string" ? { name: index } : { keyPattern: index };
        return this.runCommand("collMod", { index: objectAssign(which, { hidden: value }) });
    },

    explain(verbosity) { return new Explainable(this, verbosity); },
    getPlanCache() { return new PlanCache(this); },
    watch(pipeline, options) {
        const { batchSize, ...stage } = options || {};
        return this.aggregate([{ $changeStream: stage }, ...(pipeline || [])], batchSize === undefined ? {} : { batchSize });
    },
    setWriteConcern(concern) { hide(this, { _writeConcern: concern }); },
    getWriteConcern() { return this._writeConcern || this._db.getWriteConcern(); },
    unsetWriteConcern() { hide(this, { _writeConcern: undefined }); },
    setSlaveOk() {}, setSecondaryOk() {}, getSlaveOk() { return false; }, getSecondaryOk() { return false; }
});

function plainDirection(direction) {
    return typeof direction === "object" && direction !== null ? direction.valueOf() : direction;
}

function MapReduceResult(db, result) {
    objectAssign(this, result);
    const target = typeof result.result === "object" ? result.result : { collection: result.result };
    const home = target && target.db ? db.getSiblingDB(target.db) : db;
    hide(this, { _collection: target && target.collection ? home.getCollection(target.collection) : null });
}
hide(MapReduceResult.prototype, {
    _simpleKeys() { return this._collection; },
    find(filter, projection) { return this._collection === null ? this.results : this._collection.find(filter, projection); },
    drop() { return this._collection === null ? undefined : this._collection.drop(); },
    convertToSingleObject() {
        const object = {};
        const rows = this._collection === null ? this.results : this._collection.find().toArray();
        arrayForEach(rows, (row) => { object[row._id] = row.value; });
        return object;
    }
});
hide(DBCollection.prototype, {
    convertToSingleObject(field) {
        const object = {};
        this.find().forEach((row) => { object[row._id] = row[field]; });
        return object;
    }
});

function PlanCache(collection) {
    hide(this, { _collection: collection });
}
function shape(query, projection, sort) {
    const parts = { query, projection, sort };
    return query !== null && typeof query === "object" && query.query !== undefined ? query
        : objectAssign({}, ...arrayMap(objectKeys(parts), (key) => (parts[key] === undefined ? {} : { [key]: parts[key] })));
}
hide(PlanCache.prototype, {
    getName() { return this._collection.getName(); },
    toString() { return "PlanCache for collection " + this.getName() + '. Type help() for more info.'; },
    help() { print("see the manual"); },
    clear() { assert.commandWorked(this._collection.runCommand("planCacheClear")); },
    clearPlansByQuery(...parts) { assert.commandWorked(this._collection.runCommand("planCacheClear", shape(...parts))); },
    listQueryShapes() { return assert.commandWorked(this._collection.runCommand("planCacheListQueryShapes")).shapes; },
    getPlansByQuery(...parts) { return assert.commandWorked(this._collection.runCommand("planCacheListPlans", shape(...parts))); },
    list(pipeline) { return this._collection.aggregate([{ $planCacheStats: {} }, ...(pipeline || [])]).toArray(); }
});

expose({ DBCollection, PlanCache, MapReduceResult });
