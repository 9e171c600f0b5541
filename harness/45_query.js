// DBQuery: what `find` gives. Nothing is sent before the first result is asked for; until then it can be refined.

class DBQuery {
    constructor(mongo, db, collection, namespace, query, fields, limit, skip, batchSize, options) {
        this._mongo = mongo;
        this._db = db;
        this._collection = collection;
        this._ns = namespace;
        this._query = query || {};
        this._fields = fields;
        this._limit = limit || 0;
        this._skip = skip || 0;
        this._batchSize = batchSize || 0;
        this._options = options || 0;
        this._cursor = null;
        this._numReturned = 0;
        this._special = isSpecial(this._query);
        this._prettyShell = false;
        // Set at once, because what is missing is looked for as an index.
        this._arr = undefined;
    }

    clone() {
        return objectAssign(objectCreate(DBQuery.prototype), this,
                            { _query: objectAssign({}, this._query), _cursor: null, _numReturned: 0, _arr: undefined });
    }

    // --- modifiers

    /// Modifiers live beside the query, in the form of the old protocol, which tests may also give to `find` itself.
    _addSpecial(name, value) {
        this._ensureSpecial();
        this._query[name] = value;
        return this;
    }

    _ensureSpecial() {
        this._checkModify();
        if (!this._special) {
            this._query = { query: this._query };
            this._special = true;
        }
    }

    _checkModify() {
        if (this._cursor !== null) {
            throw new Error("query already executed");
        }
    }

    _set(name, value) {
        this._checkModify();
        this[name] = value;
        return this;
    }

    // --- running

    _exec() {
        if (this._cursor === null) {
            const reply = this._db.runReadCommand(findCommand(this));
            this._cursor = new DBCommandCursor(this._db, reply, positive(this._batchSize));
        }
        return this._cursor;
    }

    hasNext() {
        const cursor = this._exec();
        if (this._limit > 0 && this._numReturned >= this._limit) {
            cursor.close();
            return false;
        }
        return cursor.hasNext();
    }

    next() {
        if (!this.hasNext()) {
            throw new Error("error hasNext: false");
        }
        this._numReturned++;
        return this._cursor.next();
    }

    objsLeftInBatch() { return this._exec().objsLeftInBatch(); }
    getId() { return this._exec().getId(); }
    isClosed() { return this._exec().isClosed(); }
    isExhausted() { return this._exec().isExhausted(); }
    close() {
        if (this._cursor !== null) {
            this._cursor.close();
        }
    }

    /// The results stay, so `cursor[0]` and `cursor.length()` may be asked again and again.
    toArray() {
        if (this._arr === undefined) {
            this._arr = reflectApply(iteration.toArray, this, []);
        }
        return this._arr;
    }

    arrayAccess(index) { return this.toArray()[index]; }
    length() { return this.toArray().length; }

    count(applySkipLimit) {
        const reply = this._db.runReadCommand(countCommand(this, applySkipLimit));
        if (!isOk(reply) || reply.n === undefined) {
            throw errorWithCode(reply, "count failed: " + tojson(reply));
        }
        return reply.n;
    }

    size() { return this.count(true); }
    countReturn() { return this.count(true); }

    explain(verbosity) { return new DBExplainQuery(this, verbosity).finish(); }

    pretty() {
        this._prettyShell = true;
        return this;
    }

    readOnly() { return this; }
    getQueryPlan() { return undefined; }
    tojson() { return this.toString(); }
    toString() { return "DBQuery: " + this._ns + " -> " + tojson(this._query); }
    help() { print("query.sort(...).limit(n).toArray(), ...: see the manual of the mongo shell"); }
}

/// `{query: ..., orderby: ...}` and the like carry their modifiers with them.
function isSpecial(query) {
    if (!isObject(query) || isObject(query.$query)) {
        return isObject(query);
    }
    const second = objectKeys(query)[1];
    return isObject(query.query) && second !== undefined && (second === "orderby" || startsWith(second, "$"));
}

// --- the modifiers by name

const SPECIAL_NAMES = {
    hint: "$hint", min: "$min", max: "$max", maxTimeMS: "$maxTimeMS", comment: "$comment", maxScan: "$maxScan",
    collation: "collation", let: "let"
};
for (const name of objectKeys(SPECIAL_NAMES)) {
    hide(DBQuery.prototype, { [name](value) { return this._addSpecial(SPECIAL_NAMES[name], value); } });
}

hide(DBQuery.prototype, iteration);
hide(DBQuery.prototype, {
    toArray: DBQuery.prototype.toArray,
    sort(order) { return this._addSpecial("orderby", order); },
    snapshot() { return this._addSpecial("$snapshot", true); },
    returnKey() { return this._addSpecial("$returnKey", true); },
    showRecordId() { return this._addSpecial("$showDiskLoc", true); },
    showDiskLoc() { return this.showRecordId(); },
    allowDiskUse(value) { return this._addSpecial("allowDiskUse", value === undefined || value); },
    readConcern(level) { return this._addSpecial("readConcern", isObject(level) ? level : { level }); },
    readPref(mode, tags, hedge) { return this._addSpecial("$readPreference", readPreference(mode, tags, hedge)); },
    modifiers(document) {
        for (const name of objectKeys(document)) {
            this._addSpecial(name, document[name]);
        }
        return this;
    },

    limit(count) { return this._set("_limit", count); },
    skip(count) { return this._set("_skip", count); },
    batchSize(count) { return this._set("_batchSize", count); },
    projection(fields) { return this._set("_fields", fields); },
    maxAwaitTimeMS(millis) { return this._addSpecial("$maxTimeMS", millis); },

    addOption(option) { return this._set("_options", this._options | option); },
    setFlag(option) { return this.addOption(option); },
    tailable(awaitData) {
        const { tailable, awaitData: waiting } = DBQuery.Option;
        return this.addOption(awaitData === false ? tailable : tailable | waiting);
    },
    noCursorTimeout() { return this.addOption(DBQuery.Option.noTimeout); },
    oplogReplay() { return this.addOption(DBQuery.Option.oplogReplay); },
    allowPartialResults() { return this.addOption(DBQuery.Option.partial); }
});

hide(DBQuery, {
    shellBatchSize: 20,
    Option: { tailable: 2, slaveOk: 4, oplogReplay: 8, noTimeout: 16, awaitData: 32, exhaust: 64, partial: 128 }
});

/// `query[0]`: numbers that no prototype knows are places among the results.
setPrototypeOf(DBQuery.prototype, new Proxy(objectCreate(Object.prototype), {
    get(target, name, query) {
        const isIndex = typeof name === "string" && regexpExec(/^\d+$/, name) !== null;
        return isIndex && query._ns !== undefined ? query.arrayAccess(Number(name)) : target[name];
    }
}));

// --- as commands

function filterOf(query) {
    if (!query._special) {
        return query._query;
    }
    return query._query.query || query._query.$query || {};
}

/// The field of the `find` command for each modifier of the old protocol.
const FIND_FIELDS = {
    orderby: "sort", $orderby: "sort", $hint: "hint", $comment: "comment", $maxScan: "maxScan", $maxTimeMS: "maxTimeMS",
    $min: "min", $max: "max", $returnKey: "returnKey", $showDiskLoc: "showRecordId", $snapshot: "snapshot",
    collation: "collation", readConcern: "readConcern", allowDiskUse: "allowDiskUse", let: "let",
    $readPreference: "$readPreference"
};

const FIND_FLAGS = {
    tailable: "tailable", oplogReplay: "oplogReplay", noTimeout: "noCursorTimeout", awaitData: "awaitData",
    partial: "allowPartialResults"
};

function addModifiers(command, query, names) {
    if (query._special) {
        for (const name of objectKeys(query._query)) {
            if (names[name] !== undefined && query._query[name] !== undefined) {
                command[names[name]] = query._query[name];
            }
        }
    }
    return command;
}

function findCommand(query) {
    const command = { find: query._collection.getName(), filter: filterOf(query) };
    if (query._fields !== undefined && query._fields !== null) { command.projection = query._fields; }
    if (query._skip) { command.skip = query._skip; }
    // Of old, a negative number of results also meant: in one batch.
    for (const [name, value] of [["limit", query._limit], ["batchSize", query._batchSize]]) {
        if (value) {
            command[name] = value < 0 ? -value : value;
            if (value < 0) { command.singleBatch = true; }
        }
    }
    addModifiers(command, query, FIND_FIELDS);
    if (query._options !== 0) {
        for (const name of objectKeys(FIND_FLAGS)) {
            if (query._options & DBQuery.Option[name]) { command[FIND_FLAGS[name]] = true; }
        }
    }
    return command;
}

const COUNT_FIELDS = {
    $hint: "hint", $maxTimeMS: "maxTimeMS", collation: "collation", readConcern: "readConcern", $comment: "comment",
    $readPreference: "$readPreference"
};

function countCommand(query, applySkipLimit) {
    const command = { count: query._collection.getName(), query: filterOf(query) };
    if (applySkipLimit) {
        if (query._limit) { command.limit = query._limit; }
        if (query._skip) { command.skip = query._skip; }
    }
    return addModifiers(command, query, COUNT_FIELDS);
}

function positive(number) {
    return number < 0 ? -number : number;
}

expose({ DBQuery });
