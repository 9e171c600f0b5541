// explain: the command around another command.

const verbosities = { true: "allPlansExecution", false: "queryPlanner", undefined: "queryPlanner" };

function explainCommand(db, command, verbosity) {
    const level = verbosities[String(verbosity)] || verbosity;
    const result = db.runCommand({ explain: command, verbosity: level });
    if (result.ok != 1) {
        throw commandError(result, "explain failed");
    }
    return result;
}

function Explainable(collection, verbosity) {
    const level = verbosities[String(verbosity)] || verbosity;
    if (!arrayIncludes(["queryPlanner", "executionStats", "allPlansExecution"], level)) {
        throw new Error("explain verbosity must be one of {'queryPlanner', 'executionStats', 'allPlansExecution'}");
    }
    hide(this, { _collection: collection, _verbosity: level });
}

hide(Explainable.prototype, {
    getCollection() { return this._collection; },
    getVerbosity() { return this._verbosity; },
    setVerbosity(verbosity) { hide(this, { _verbosity: verbosity }); return this; },
    _run(command) { return explainCommand(this._collection._db, command, this._verbosity); },
    find(filter, projection) { return new DBExplainQuery(this, this._collection.find(filter, projection)); },
    findOne(filter, projection) { return this.find(filter, projection).limit(-1).finish(); },
    aggregate(pipeline, options) {
        const stages = isArray(pipeline) ? pipeline : pipeline === undefined ? [] : [pipeline];
        const command = objectAssign({ aggregate: this._collection._shortName, pipeline: stages, cursor: {} }, options);
        return this._verbosity === "queryPlanner"
            ? assert.commandWorked(this._collection._db.runCommand(objectAssign({}, command, { explain: true })))
            : this._run(command);
    },
    count(filter, options) { return this._run(this._collection.find(filter)._countCommand(options || {})); },
    distinct(key, query, options) { return this._run(objectAssign({ distinct: this._collection._shortName, key, query: query || {} }, options)); },
    group(options) { return this._run({ group: options }); },
    findAndModify(options) { return this._run(objectAssign({ findAndModify: this._collection._shortName }, options)); },
    update(query, change, upsert, multi) {
        const options = typeof upsert === "object" && upsert !== null ? upsert : { upsert, multi };
        return this._run({ update: this._collection._shortName, updates: [updateEntry(query, change, options, options.multi)] });
    },
    remove(query, justOne) {
        const options = typeof justOne === "object" && justOne !== null ? justOne : { justOne };
        return this._run({ delete: this._collection._shortName, deletes: [deleteEntry(query, options.justOne ? 1 : 0, options)] });
    },
    tojson() { return "Explainable(" + this._collection._fullName + ")"; },
    toString() { return this.tojson(); },
    help() { print("see the manual"); }
});

/// A query that is explained instead of run.
function DBExplainQuery(explainable, query) {
    hide(this, { _explainable: explainable, _query: query, _result: undefined });
}
for (const name of ["sort", "hint", "limit", "skip", "batchSize", "min", "max", "returnKey", "showDiskLoc", "showRecordId", "maxTimeMS",
                    "comment", "collation", "addOption", "readPref", "maxScan", "snapshot", "projection", "allowDiskUse"]) {
    hide(DBExplainQuery.prototype, {
        [name](...parameters) {
            this._query[name](...parameters);
            return this;
        }
    });
}
hide(DBExplainQuery.prototype, {
    finish() {
        if (this._result === undefined) { hide(this, { _result: this._explainable._run(this._query._findCommand()) }); }
        return this._result;
    },
    next() { const result = this.finish(); hide(this, { _given: true }); return result; },
    hasNext() { return !this._given; },
    forEach(action) { action(this.finish()); },
    count(applySkipLimit) {
        const options = applySkipLimit ? { skip: this._query._skip || undefined, limit: this._query._limit || undefined } : {};
        return this._explainable._run(this._query._countCommand(options));
    },
    size() { return this.count(true); },
    tojson() { return tojson(this.finish()); },
    shellPrint() { return this.tojson(); },
    help() { print("see the manual"); }
});

expose({ Explainable, DBExplainQuery });
