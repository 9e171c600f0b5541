// DB: one database. `db.foo` is a collection: one Proxy at the end of the prototype chain answers for the names that
// nothing else has, and the answer stays as a hidden own property, so that the Proxy is asked once for each name.

class DB {
    constructor(mongo, name) {
        if (typeof name !== "string" || name === "" || regexpExec(/[/\\. "$\0]/, name)) {
            throw new Error("[" + name + "] is not a valid database name");
        }
        hide(this, { _mongo: mongo, _name: name, _session: undefined, _settings: {} });
    }

    getName() { return this._name; }
    getMongo() { return this._mongo; }

    /// A command is a document, or a name with the rest of its document.
    runCommand(command, extra, options) {
        if (!isObject(command) && typeof command !== "string") {
            throw new Error("the command must be a name or a document, not " + tojson(command));
        }
        const document = typeof command === "string" ? objectAssign({ [command]: 1 }, extra) : command;
        return runOn(this, document, options);
    }

    /// The same for commands that obey the read preference.
    runReadCommand(command, extra, options) {
        const preference = this.getReadPref();
        if (preference === undefined || (!isObject(command) && typeof command !== "string")) {
            return this.runCommand(command, extra, options);
        }
        const document = typeof command === "string" ? objectAssign({ [command]: 1 }, extra) : command;
        return this.runCommand(withReadPreference(document, preference), undefined, options);
    }

    adminCommand(command, extra) {
        return (this._name === "admin" ? this : this.getSiblingDB("admin")).runCommand(command, extra);
    }

    getSiblingDB(name) {
        const sibling = new DB(this._mongo, name);
        hide(sibling, { _session: this._session });
        return sibling;
    }

    getSession() {
        if (this._session === undefined) {
            hide(this, { _session: new DummySession(this._mongo) });
        }
        return this._session;
    }

    getCollection(name) { return new DBCollection(this._mongo, this, name, this._name + "." + name); }
    toString() { return this._name; }
    tojson() { return this._name; }
    help() { print("db.<collection>, db.runCommand(...), db.adminCommand(...): see the manual of the mongo shell"); }
}

/// Sends a command in the name of the database's session, if it has one.
function runOn(db, document, options) {
    const session = db._session;
    try {
        if (session === undefined || session._isDummy) {
            return db._mongo.runCommand(db._name, document, options);
        }
        return session._run(db, document, options);
    } catch (error) {
        throw isNetworkError(error) ? asQueryFailure(error) : error;
    }
}

/// Old tests match the words of the time when a command was a query.
function asQueryFailure(error) {
    if (stringIndexOf(error.message, "error doing query") !== 0) {
        error.message = "error doing query: failed: " + error.message;
    }
    return error;
}

function withReadPreference(command, preference) {
    return command.$readPreference === undefined ? objectAssign({}, command, { $readPreference: preference }) : command;
}

// --- names that become collections

/// Engines and printers ask for these; they never name a collection.
function isCollectionName(name) {
    return typeof name === "string" && name !== "then" && name !== "toJSON" && !startsWith(name, "_");
}

/// An object for the end of a prototype chain that makes what is missing: `make(owner, name)`.
function lastResort(make) {
    return new Proxy(objectCreate(Object.prototype), {
        get(target, name, owner) {
            if (name in target || !isCollectionName(name)) {
                return target[name];
            }
            // The prototypes themselves have no database to make a collection of.
            if (!isObject(owner) || owner._mongo === undefined) {
                return undefined;
            }
            const value = make(owner, name);
            // A frozen owner keeps nothing and asks again.
            tryDefine(owner, name, { value, writable: true, configurable: true, enumerable: false });
            return value;
        }
    });
}

setPrototypeOf(DB.prototype, lastResort((db, name) => db.getCollection(name)));

hide(DB.prototype, {
    getSisterDB(name) { return this.getSiblingDB(name); },
    _dbCommand(command, extra) { return this.runCommand(command, extra); },
    _adminCommand(command, extra) { return this.adminCommand(command, extra); },

    // --- collections

    createCollection(name, options) { return this.runCommand(objectAssign({ create: name }, options)); },
    createView(name, source, pipeline, options) {
        const stages = pipeline === undefined ? [] : isArray(pipeline) ? pipeline : [pipeline];
        return this.runCommand(objectAssign({ create: name, viewOn: source, pipeline: stages }, options));
    },
    getCollectionInfos(filter, nameOnly, authorizedCollections) {
        const wanted = typeof filter === "string" ? { name: filter } : filter || {};
        const command = { listCollections: 1, filter: wanted, nameOnly: nameOnly || undefined, authorizedCollections };
        const reply = this.runCommand(defined(command));
        if (!isOk(reply)) {
            throw errorWithCode(reply, "listCollections failed: " + tojson(reply));
        }
        const infos = new DBCommandCursor(this, reply).toArray();
        return arraySort(infos, (left, right) => (left.name < right.name ? -1 : Number(left.name > right.name)));
    },
    getCollectionNames() { return arrayMap(this.getCollectionInfos({}, true), (info) => info.name); },
    dropDatabase(writeConcern) { return this.runCommand(defined({ dropDatabase: 1, writeConcern })); },
    aggregate(pipeline, options) { return runAggregate(this, 1, pipeline, options); },
    watch(pipeline, options) { return openChangeStream(this, 1, pipeline, options); },
    group(parameters) {
        const reply = this.runCommand({ group: groupDocument(parameters) });
        if (!isOk(reply)) {
            throw errorWithCode(reply, "group command failed: " + tojson(reply));
        }
        return reply.retval;
    },
    groupcmd(parameters) { return this.group(parameters); },
    eval(code, ...parameters) {
        const reply = this.dbEval(code, ...parameters);
        if (!isOk(reply)) {
            throw errorWithCode(reply, tojson(reply));
        }
        return reply.retval;
    },
    dbEval(code, ...parameters) {
        return this.runCommand(parameters.length === 0 ? { $eval: code } : { $eval: code, args: parameters });
    },
    loadServerScripts() {
        this.getCollection("system.js").find().forEach((script) => { globalThis[script._id] = script.value; });
    },

    // --- settings of this object

    setSlaveOk(value) { this._settings.slaveOk = value === undefined || Boolean(value); },
    getSlaveOk() { return this._settings.slaveOk === undefined ? this._mongo.getSlaveOk() : this._settings.slaveOk; },
    setSecondaryOk(value) { this.setSlaveOk(value); },
    getSecondaryOk() { return this.getSlaveOk(); },
    getReadPref() { return this._mongo.getReadPref() || slaveOkPreference(this); },
    setWriteConcern(concern, timeout) { this._settings.writeConcern = writeConcernOf(concern, timeout); },
    getWriteConcern() { return this._settings.writeConcern || this._mongo.getWriteConcern(); },
    unsetWriteConcern() { delete this._settings.writeConcern; },
    getQueryOptions() { return this.getSlaveOk() ? 4 : 0; }
});

/// The `group` command has its own names for the functions.
function groupDocument(parameters) {
    if (!isObject(parameters) || parameters.reduce === undefined && parameters.$reduce === undefined) {
        throw new Error("need a reduce function for group");
    }
    const { reduce, keyf, ...rest } = parameters;
    const functions = { $reduce: reduce || parameters.$reduce, $keyf: keyf || parameters.$keyf };
    return defined(objectAssign({}, rest, functions, { cond: rest.cond || {} }));
}

expose({ DB });
