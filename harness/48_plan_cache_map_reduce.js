// PlanCache, and the result of mapReduce.

class PlanCache {
    constructor(collection) { hide(this, { _collection: collection }); }

    getName() { return this._collection.getName(); }
    toString() { return "PlanCache for collection " + this.getName() + ". Type help() for more info."; }
    tojson() { return this.toString(); }
    shellPrint() { return this.toString(); }
    help() { print("planCache.clear(), .listQueryShapes(), ...: see the manual of the mongo shell"); }

    _run(command, parameters) {
        const reply = this._collection.runCommand(command, parameters);
        if (!isOk(reply)) {
            throw errorWithCode(reply, command + " failed: " + tojson(reply));
        }
        return reply;
    }

    clear() { this._run("planCacheClear"); }
    clearPlansByQuery(...parts) { this._run("planCacheClear", queryShape(parts)); }
    listQueryShapes() { return this._run("planCacheListQueryShapes").shapes; }
    getPlansByQuery(...parts) { return this._run("planCacheListPlans", queryShape(parts)).plans; }
    list(pipeline) { return this._collection.aggregate([{ $planCacheStats: {} }, ...asList(pipeline)]).toArray(); }
}

/// A shape is one document, or a query, projection, sort and collation one after another.
function queryShape([query, projection, sort, collation]) {
    if (query === undefined) {
        throw new Error("required parameter query missing");
    }
    const isShape = isObject(query) && projection === undefined && sort === undefined && query.query !== undefined &&
        (query.sort !== undefined || query.projection !== undefined || query.collation !== undefined);
    return isShape ? query : defined({ query, projection, sort, collation });
}

function mapReduceCommand(collection, map, reduce, options) {
    if (options === undefined || options === null) {
        throw new Error("need to supply an optionsOrOutString");
    }
    const extra = typeof options === "string" ? { out: options } : options;
    return objectAssign({ mapreduce: collection.getName(), map, reduce }, extra);
}

class MapReduceResult {
    constructor(db, reply) {
        objectAssign(this, reply);
        hide(this, { _o: reply, _db: db, _coll: resultCollection(db, reply.result) });
    }

    _simpleKeys() { return this._o; }
    find(...parameters) { return this._coll === undefined ? this.results : this._coll.find(...parameters); }
    drop() { return this._coll === undefined ? undefined : this._coll.drop(); }

    convertToSingleObject() {
        const object = {};
        const rows = this.results === undefined ? this._coll.find().toArray() : this.results;
        for (const row of rows) {
            object[row._id] = row.value;
        }
        return object;
    }
}

/// The output is a name, or a database and a name; inline output has none.
function resultCollection(db, target) {
    if (target === undefined || target === null) {
        return undefined;
    }
    return isObject(target) ? db.getSiblingDB(target.db).getCollection(target.collection) : db.getCollection(target);
}

hide(DBCollection.prototype, {
    mapReduce(map, reduce, options) {
        const reply = this.runReadCommand(mapReduceCommand(this, map, reduce, options));
        if (!isOk(reply)) {
            throw errorWithCode(reply, "map reduce failed:" + tojson(reply));
        }
        return new MapReduceResult(this._db, reply);
    }
});

expose({ PlanCache, MapReduceResult });
