// Cursors: DBCommandCursor over the reply of any command that has one, DBQuery which sends `find` when first asked.

/// More batches than this one file does not read from one cursor.
const MOST_BATCHES = 100000;

function DBCommandCursor(db, result, batchSize) {
    if (result.ok != 1) {
        throw commandError(result, "error");
    }
    const cursor = result.cursor || { id: new NumberLong(0), ns: "", firstBatch: result.result || [] };
    hide(this, { _db: db, _id: cursor.id, _ns: cursor.ns || "", _batch: arraySlice(cursor.firstBatch || []), _at: 0, _batchSize: batchSize, _batches: 0 });
}
hide(DBCommandCursor.prototype, {
    getId() { return this._id; },
    objsLeftInBatch() { return this._batch.length - this._at; },
    isClosed() { return Number(this._id) === 0; },
    isExhausted() { return this.isClosed() && this.objsLeftInBatch() === 0; },
    hasNext() {
        if (this._at >= this._batch.length && !this.isClosed()) {
            this._more();
        }
        return this._at < this._batch.length;
    },
    next() {
        if (!this.hasNext()) { throw new Error("error hasNext: false"); }
        return this._batch[this._at++];
    },
    _more() {
        const at = this._ns.indexOf(".");
        const command = { getMore: this._id, collection: substring(this._ns, at + 1) };
        if (this._batchSize !== undefined) { command.batchSize = this._batchSize; }
        if (this._maxAwaitTimeMS !== undefined) { command.maxTimeMS = this._maxAwaitTimeMS; }
        this._batches += 1;
        if (this._batches > MOST_BATCHES) { throw new Error("a cursor gave more than " + MOST_BATCHES + " batches"); }
        const result = this._db.getSiblingDB(substring(this._ns, 0, at)).runCommand(command);
        if (result.ok != 1) {
            hide(this, { _id: new NumberLong(0) });
            throw commandError(result, "getMore command failed");
        }
        hide(this, { _id: result.cursor.id, _batch: result.cursor.nextBatch, _at: 0 });
    },
    toArray() {
        const all = [];
        while (this.hasNext()) { arrayPush(all, this.next()); }
        return all;
    },
    itcount() {
        let count = 0;
        while (this.hasNext()) { this.next(); count++; }
        return count;
    },
    forEach(action) { while (this.hasNext()) { action(this.next()); } },
    map(action) { return arrayMap(this.toArray(), (item) => action(item)); },
    close() {
        if (!this.isClosed()) {
            const at = this._ns.indexOf(".");
            this._db.getSiblingDB(substring(this._ns, 0, at)).runCommand({ killCursors: substring(this._ns, at + 1), cursors: [this._id] });
            hide(this, { _id: new NumberLong(0) });
        }
    },
    pretty() { return this; },
    help() { print("see the manual"); },
    tojson() { return "DBCommandCursor(" + this._ns + ")"; },
    [Symbol.iterator]: function* () { while (this.hasNext()) { yield this.next(); } }
});

function DBQuery(collection, filter, projection, extra) {
    const { limit, skip, batchSize, options } = extra || {};
    hide(this, { _collection: collection, _query: filter || {}, _fields: projection, _limit: limit || 0, _skip: skip || 0,
                 _batchSize: batchSize, _flags: typeof options === "number" ? options : 0, _special: {}, _cursor: undefined, _seen: 0 });
}

/// A method that notes one field of the find command.
function noted(field) {
    return function (value) {
        this._unsent();
        this._special[field] = value === undefined ? true : value;
        return this;
    };
}

// Flags of the old protocol, by their bit.
const queryFlags = { 2: "tailable", 8: "oplogReplay", 16: "noCursorTimeout", 32: "awaitData", 128: "allowPartialResults" };

hide(DBQuery.prototype, {
    _unsent() { if (this._cursor !== undefined) { throw new Error("query already executed"); } },
    _ensureSpecial() {},
    _exec() {
        if (this._cursor === undefined) {
            const db = this._collection._db;
            const result = db.runCommand(this._findCommand());
            if (result.ok != 1) { throw commandError(result, "error"); }
            hide(this, { _cursor: new DBCommandCursor(db, result, this._batchSize) });
            if (this._awaitTime !== undefined) { hide(this._cursor, { _maxAwaitTimeMS: this._awaitTime }); }
        }
        return this._cursor;
    },
    _plainQuery() {
        const wrapped = this._query.$query || this._query.query;
        return wrapped !== undefined && typeof wrapped === "object" && (this._query.$query || this._query.orderby) ? wrapped : this._query;
    },
    _findCommand() {
        const command = { find: this._collection._shortName, filter: this._plainQuery() };
        if (this._query.$query || this._query.query) {
            if (this._query.orderby || this._query.$orderby) { command.sort = this._query.orderby || this._query.$orderby; }
            if (this._query.$hint) { command.hint = this._query.$hint; }
        }
        if (this._fields !== undefined && this._fields !== null) { command.projection = projectionOf(this._fields); }
        if (this._skip) { command.skip = this._skip; }
        if (this._limit) {
            command.limit = this._limit < 0 ? -this._limit : this._limit;
            if (this._limit < 0) { command.singleBatch = true; }
        }
        if (this._batchSize !== undefined && this._batchSize !== 0) {
            command.batchSize = abs(this._batchSize);
            if (this._batchSize < 0) { command.singleBatch = true; }
        }
        for (const bit of objectKeys(queryFlags)) {
            if (this._flags & bit) { command[queryFlags[bit]] = true; }
        }
        const preference = this._collection._mongo.getReadPref();
        return objectAssign(command, this._special, preference ? { $readPreference: preference } : {});
    },

    sort: noted("sort"), hint: noted("hint"), min: noted("min"), max: noted("max"), returnKey: noted("returnKey"),
    showRecordId: noted("showRecordId"), showDiskLoc: noted("showRecordId"), comment: noted("comment"), collation: noted("collation"),
    maxTimeMS: noted("maxTimeMS"), maxScan: noted("maxScan"), snapshot: noted("snapshot"), allowDiskUse: noted("allowDiskUse"),
    noCursorTimeout: noted("noCursorTimeout"), oplogReplay: noted("oplogReplay"), allowPartialResults: noted("allowPartialResults"),
    readConcern(level) { return noted("readConcern").call(this, { level }); },
    let: noted("let"),
    projection(fields) { this._unsent(); hide(this, { _fields: fields }); return this; },
    tailable(awaitData) {
        this._special.tailable = true;
        if (awaitData !== false) { this._special.awaitData = true; }
        return this;
    },
    maxAwaitTimeMS(millis) { hide(this, { _awaitTime: millis }); return this; },
    readPref(mode, tags) { this._special.$readPreference = tags === undefined ? { mode } : { mode, tags }; return this; },
    addOption(flag) { this._unsent(); hide(this, { _flags: this._flags | flag }); return this; },
    limit(count) { this._unsent(); hide(this, { _limit: count }); return this; },
    skip(count) { this._unsent(); hide(this, { _skip: count }); return this; },
    batchSize(size) { this._unsent(); hide(this, { _batchSize: size }); return this; },
    _addSpecial(name, value) {
        return noted({ $hint: "hint", orderby: "sort", $maxTimeMS: "maxTimeMS", $comment: "comment", $min: "min", $max: "max",
                       $returnKey: "returnKey", $showDiskLoc: "showRecordId" }[name] || name).call(this, value);
    },
    modifiers() { return objectAssign({ query: this._query }, this._special); },

    hasNext() {
        const limit = abs(this._limit);
        return (limit === 0 || this._seen < limit) && this._exec().hasNext();
    },
    next() {
        if (!this.hasNext()) { throw new Error("error hasNext: false"); }
        hide(this, { _seen: this._seen + 1 });
        const document = this._exec().next();
        if (document.$err && this._seen === 1) { throw commandError({ errmsg: document.$err, code: document.code }, "error"); }
        return document;
    },
    objsLeftInBatch() { return this._exec().objsLeftInBatch(); },
    readOnly() { return this; },
    toArray() {
        if (this._all === undefined) { hide(this, { _all: DBCommandCursor.prototype.toArray.call(this) }); }
        return this._all;
    },
    itcount() { return DBCommandCursor.prototype.itcount.call(this); },
    length() { return this.toArray().length; },
    forEach(action) { while (this.hasNext()) { action(this.next()); } },
    map(action) { return DBCommandCursor.prototype.map.call(this, action); },
    arrayAccess(index) { return this.toArray()[index]; },
    close() { if (this._cursor !== undefined) { this._cursor.close(); } },
    isClosed() { return this._cursor !== undefined && this._cursor.isClosed(); },
    isExhausted() { return this._cursor !== undefined && this._cursor.isExhausted(); },
    getId() { return this._exec().getId(); },
    getQueryPlan() { return this.explain(); },
    getClusterTime() { return undefined; },

    count(applySkipLimit) { return this._count(applySkipLimit ? { skip: this._skip || undefined, limit: this._limit || undefined } : {}); },
    size() { return this.count(true); },
    _count(options) {
        const result = this._collection.runCommand(this._countCommand(options));
        if (result.ok != 1) { throw commandError(result, "count failed"); }
        return result.n;
    },
    _countCommand(options) {
        const command = objectAssign({ count: this._collection._shortName, query: this._plainQuery() }, options);
        for (const name of ["hint", "collation", "maxTimeMS", "readConcern"]) {
            if (this._special[name] !== undefined) { command[name] = this._special[name]; }
        }
        for (const name of ["skip", "limit"]) {
            if (command[name] === undefined) { delete command[name]; }
        }
        return command;
    },
    countReturn() { return this.count(true); },
    explain(verbosity) { return explainCommand(this._collection._db, this._findCommand(), verbosity); },
    clone() {
        const copy = new DBQuery(this._collection, this._query, this._fields, { limit: this._limit, skip: this._skip, batchSize: this._batchSize, options: this._flags });
        objectAssign(copy._special, this._special);
        return copy;
    },
    pretty() { return this; },
    shellPrint() { return tojson(this.toArray()); },
    toString() { return "DBQuery: " + this._collection._fullName + " -> " + tojson(this._query); },
    tojson() { return this.toString(); },
    help() { print("see the manual"); },
    [Symbol.iterator]: function* () { while (this.hasNext()) { yield this.next(); } }
});

/// A list of names is the old way to include them.
function projectionOf(fields) {
    if (!isArray(fields)) { return fields; }
    const projection = {};
    arrayForEach(fields, (field) => { projection[field] = 1; });
    return projection;
}

// cursor[3] reads as an array does: one proxy at the end of the chain, as for collections.
setPrototypeOf(DBQuery.prototype, new Proxy(objectCreate(Object.prototype), {
    get(target, name, receiver) {
        const index = typeof name === "string" && /^\d+$/.test(name);
        return index && receiver._collection !== undefined ? receiver.arrayAccess(Number(name)) : Reflect.get(target, name, receiver);
    }
}));
DBQuery.Option = { tailable: 2, slaveOk: 4, oplogReplay: 8, noTimeout: 16, awaitData: 32, exhaust: 64, partial: 128 };
hide(DBQuery, { shellBatchSize: 20 });

expose({ DBCommandCursor, DBQuery });
