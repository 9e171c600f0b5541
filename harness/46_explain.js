// explain, in both directions: `coll.explain().find()` and `coll.find().explain()`.

const VERBOSITIES = ["queryPlanner", "executionStats", "allPlansExecution"];

function verbosityOf(given) {
    if (given === undefined || given === false) {
        return "queryPlanner";
    }
    if (given === true) {
        return "allPlansExecution";
    }
    if (isObject(given) && given.verbosity !== undefined) {
        return verbosityOf(given.verbosity);
    }
    if (!arrayIncludes(VERBOSITIES, given)) {
        throw new Error("explain verbosity must be one of {'queryPlanner','executionStats','allPlansExecution'}");
    }
    return given;
}

function explained(db, command, verbosity) {
    const { $readPreference, ...inner } = command;
    const reply = db.runReadCommand(defined({ explain: inner, verbosity, $readPreference }));
    if (!isOk(reply)) {
        throw errorWithCode(reply, "explain failed: " + tojson(reply));
    }
    return reply;
}

class Explainable {
    constructor(collection, verbosity) {
        hide(this, { _collection: collection, _verbosity: verbosityOf(verbosity) });
    }

    getCollection() { return this._collection; }
    getVerbosity() { return this._verbosity; }
    setVerbosity(verbosity) {
        hide(this, { _verbosity: verbosityOf(verbosity) });
        return this;
    }

    _explain(command) { return explained(this._collection._db, command, this._verbosity); }

    find(...parameters) { return new DBExplainQuery(this._collection.find(...parameters), this._verbosity); }
    findOne(query, fields) { return this.find(query, fields).limit(-1).finish(); }

    aggregate(pipeline, options, ...stages) {
        const separate = !isArray(pipeline);
        const all = separate ? arrayFilter([pipeline, options, ...stages], (stage) => stage !== undefined) : pipeline;
        const { batchSize, ...rest } = separate ? {} : objectAssign({}, options);
        const cursor = defined({ batchSize });
        return this._explain(objectAssign({ aggregate: this._collection.getName(), pipeline: all, cursor }, rest));
    }

    count(query, options) { return applyCountOptions(this.find(query), options).count(true); }

    distinct(key, query, options) {
        const command = { distinct: this._collection.getName(), key, query: query || {} };
        return this._explain(objectAssign(command, options));
    }

    findAndModify(parameters) {
        return this._explain(objectAssign({ findAndModify: this._collection.getName() }, parameters));
    }

    group(parameters) {
        const document = objectAssign({}, parameters, { ns: this._collection.getName() });
        return this._explain({ group: groupDocument(document) });
    }

    mapReduce(map, reduce, options) {
        return this._explain(mapReduceCommand(this._collection, map, reduce, options));
    }

    remove(query, options) {
        const given = isObject(options) ? options : { justOne: Boolean(options) };
        const entry = deleteEntry(queryDocument(query), given.justOne ? 1 : 0, given);
        return this._explain({ delete: this._collection.getName(), deletes: [entry] });
    }

    update(query, change, upsert, multi) {
        const options = isObject(upsert) ? upsert : { upsert: Boolean(upsert), multi: Boolean(multi) };
        const flags = { upsert: Boolean(options.upsert), multi: Boolean(options.multi) };
        const entry = updateEntry(queryDocument(query), change, objectAssign({}, options, flags));
        return this._explain({ update: this._collection.getName(), updates: [entry] });
    }

    toString() { return "Explainable(" + this._collection.getFullName() + ")"; }
    tojson() { return this.toString(); }
    shellPrint() { return this.toString(); }
    help() { print("explainable.find(...), .aggregate(...), .count(...), ...: see the manual of the mongo shell"); }
}

/// A query whose only result is its explanation.
class DBExplainQuery {
    constructor(query, verbosity) {
        this._query = query;
        this._verbosity = verbosityOf(verbosity);
        this._finished = false;
        this._command = undefined;
    }

    finish() {
        this._finished = true;
        const command = this._command === undefined ? findCommand(this._query) : this._command;
        return explained(this._query._db, command, this._verbosity);
    }

    hasNext() { return !this._finished; }
    next() {
        if (this._finished) {
            throw new Error("error hasNext: false");
        }
        return this.finish();
    }

    forEach(action) {
        while (this.hasNext()) {
            action(this.next());
        }
    }

    count(applySkipLimit) {
        this._command = countCommand(this._query, applySkipLimit);
        return this.finish();
    }

    size() { return this.count(true); }
    explain(verbosity) { return new DBExplainQuery(this._query, verbosity); }
    toString() { return "DBExplainQuery: " + this._query; }
    tojson() { return this.toString(); }
    shellPrint() { return tojson(this.finish()); }
    help() { print("explainQuery.sort(...).finish(), ...: see the manual of the mongo shell"); }
}

const PASSED_ON = ["addOption", "allowDiskUse", "batchSize", "collation", "comment", "hint", "limit", "max", "maxScan",
                   "maxTimeMS", "min", "modifiers", "noCursorTimeout", "pretty", "projection", "readConcern", "readPref",
                   "returnKey", "showDiskLoc", "showRecordId", "skip", "snapshot", "sort", "tailable"];
for (const name of PASSED_ON) {
    hide(DBExplainQuery.prototype, {
        [name](...parameters) {
            this._query[name](...parameters);
            return this;
        }
    });
}

expose({ Explainable, DBExplainQuery });
