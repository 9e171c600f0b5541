// Mongo: one connection to one of the servers that the shell was given.

class Mongo {
    constructor(address) {
        hide(this, { _id: native.openConnection(givenAddress(address)), _settings: {} });
        hide(this, { host: native.address(this._id), defaultDB: databaseIn(address) || "test", authenticated: false });
        const mode = modeIn(address) || native.readMode;
        if (mode !== "primary") {
            this.setReadPref(mode);
        }
    }

    /// Sends one command. Everything that reaches a server goes through here, so a test may replace it to look on.
    runCommand(database, command, options) {
        return native.runCommand(this._id, database, command, options || 0);
    }

    getDB(name) { return new DB(this, name); }
    adminCommand(command) { return this.getDB("admin").runCommand(command); }

    getDBs(session, filter, nameOnly, authorizedDatabases) {
        const command = defined({ listDatabases: 1, filter, nameOnly, authorizedDatabases });
        const reply = adminOf(this, session).runCommand(command);
        if (!isOk(reply)) {
            throw errorWithCode(reply, "listDatabases failed:" + tojson(reply));
        }
        return reply;
    }

    getDBNames() { return arrayMap(this.getDBs().databases, (database) => database.name); }
    getDatabaseNames() { return this.getDBNames(); }

    getCollection(namespace) {
        const dot = stringIndexOf(namespace, ".");
        return this.getDB(substring(namespace, 0, dot)).getCollection(substring(namespace, dot + 1));
    }

    startSession(options) { return new DriverSession(this, options); }
    watch(pipeline, options) {
        return openChangeStream(this.getDB("admin"), 1, pipeline, options, { allChangesForCluster: true });
    }

    /// A cursor that was opened by other means.
    cursorFromId(namespace, id, batchSize) {
        const database = this.getDB(substring(namespace, 0, stringIndexOf(namespace, ".")));
        return new DBCommandCursor(database, { ok: 1, cursor: { ns: namespace, id, firstBatch: [] } }, batchSize);
    }

    auth(parameters) {
        logIn(this, parameters.userSource || parameters.db || "admin", parameters);
        hide(this, { authenticated: true });
        return 1;
    }
    logout(database) {
        native.forgetLogin(this._id, String(database));
        return this.getDB(database).runCommand({ logout: 1 });
    }
    close() { native.closeConnection(this._id); }
    toString() { return "connection to " + this.host; }
    tojson() { return this.toString(); }
}

function adminOf(mongo, session) {
    return session instanceof DriverSession ? session.getDatabase("admin") : mongo.getDB("admin");
}

/// Logs in on a connection, or throws; the password goes nowhere else.
function logIn(mongo, source, { user, pwd, mechanism }) {
    if (typeof user !== "string" || (typeof pwd !== "string" && mechanism !== "MONGODB-X509")) {
        throw new Error("auth expects a user and a password");
    }
    native.logIn(mongo._id, String(source), user, pwd === undefined ? "" : pwd, mechanism || "");
}

// --- addresses: `host:port`, `host:port/db`, `set/host:port,host:port` or `mongodb://...`

function givenAddress(address) {
    return address === undefined || address === null ? "" : String(address);
}

/// The hosts alone.
function plainAddress(address) {
    return replace(replace(givenAddress(address), /^mongodb:\/\/(?:[^@/]*@)?/, ""), /[/?].*$/, "");
}

function databaseIn(address) {
    const name = regexpExec(/^(?:mongodb:\/\/)?[^/]*\/([^/?:,.]+)(?:\?|$)/, givenAddress(address));
    return name ? name[1] : undefined;
}

function modeIn(address) {
    const mode = regexpExec(/^mongodb:.*[?&]readPreference=(\w+)/, givenAddress(address));
    return mode ? mode[1] : undefined;
}

// --- what the server says of itself

hide(Mongo.prototype, {
    _hello() { return this.getDB("admin").runCommand({ isMaster: 1 }); },
    isMongos() { return this._hello().msg === "isdbgrid"; },
    isReplicaSetMember() { return this._hello().setName !== undefined; },
    isReplicaSetConnection() { return native.followsPrimary(this._id); },
    getMinWireVersion() { return this._hello().minWireVersion || 0; },
    getMaxWireVersion() { return this._hello().maxWireVersion || 0; },
    hasExplainCommand() { return true; },
    hasWriteCommands() { return true; },
    getLogComponents(session) {
        const reply = adminOf(this, session).runCommand({ getParameter: 1, logComponentVerbosity: 1 });
        return assert.commandWorked(reply).logComponentVerbosity;
    },
    setLogLevel(level, component) {
        const command = { setParameter: 1, logComponentVerbosity: logVerbosity(level, component) };
        return assert.commandWorked(this.adminCommand(command)).was;
    }
});

/// `"storage.journal"` names a component inside another.
function logVerbosity(level, component) {
    let document = { verbosity: level };
    if (component) {
        for (const name of arrayReverse(stringSplit(component, "."))) {
            document = { [name]: document };
        }
    }
    return document;
}

// --- modes: reads and writes are commands; the old protocols have left the servers

hide(Mongo.prototype, {
    writeMode() { return "commands"; },
    readMode() { return "commands"; },
    useWriteCommands() { return true; },
    useReadCommands() { return true; },
    forceWriteMode() {},
    forceReadMode() {},
    getShellRPCProtocols() { return "all"; },
    getClientRPCProtocols() { return "all"; },
    getServerRPCProtocols() { return "all"; },
    setClientRPCProtocols() {},

    setReadPref(mode, tags, hedge) { this._settings.readPreference = readPreference(mode, tags, hedge); },
    getReadPref() { return this._settings.readPreference || slaveOkPreference(this); },
    getReadPrefMode() { return (this.getReadPref() || { mode: "primary" }).mode; },
    getReadPrefTagSet() { return (this.getReadPref() || {}).tags || null; },
    setSlaveOk(value) { this._settings.slaveOk = value === undefined || Boolean(value); },
    getSlaveOk() { return this._settings.slaveOk === true; },
    setSecondaryOk(value) { this.setSlaveOk(value); },
    getSecondaryOk() { return this.getSlaveOk(); },
    getReadConcern() { return this._settings.readConcern; },
    setReadConcern(level) { this._settings.readConcern = level ? { level } : undefined; },

    setWriteConcern(concern, timeout) { this._settings.writeConcern = writeConcernOf(concern, timeout); },
    getWriteConcern() { return this._settings.writeConcern; },
    unsetWriteConcern() { delete this._settings.writeConcern; },
    setCausalConsistency(value) { this._settings.causal = value === undefined || Boolean(value); },
    isCausalConsistency() { return this._settings.causal === true; },
    getClusterTime() { return this._settings.clusterTime; },
    advanceClusterTime(time) { this._settings.clusterTime = time; }
});

/// "Slave ok" of old is this preference now.
function slaveOkPreference(owner) {
    return owner.getSlaveOk() ? { mode: "secondaryPreferred" } : undefined;
}

function readPreference(mode, tags, hedge) {
    return mode === undefined || mode === null ? undefined : defined({ mode, tags, hedge });
}

/// A write concern is a document, or `w` with a time limit.
function writeConcernOf(concern, timeout) {
    if (isObject(concern) || concern === undefined || concern === null) {
        return concern;
    }
    return defined({ w: concern, wtimeout: timeout });
}

/// What WriteResults call their write concern, from a document, `w` or nothing.
function effectiveWriteConcern(options, collection) {
    const given = options && options.writeConcern;
    return given === undefined || given === null ? collection.getWriteConcern() : writeConcernOf(given);
}

// --- the old protocol's calls, by commands

hide(Mongo.prototype, {
    find(namespace, query, fields, limit, skip, batchSize, options) {
        return this.getCollection(namespace).find(query, fields, limit, skip, batchSize, options);
    },
    insert(namespace, documents, options) {
        this.getCollection(namespace).insert(documents, { ordered: !(options & 1) });
    },
    update(namespace, query, update, upsert, multi) {
        this.getCollection(namespace).update(query, update, upsert, multi);
    },
    remove(namespace, query, justOne) { this.getCollection(namespace).remove(query, justOne); }
});

function connect(address, user, password) {
    const mongo = new Mongo(address);
    const database = mongo.getDB(databaseIn(address) || "test");
    if (user !== undefined) {
        mongo.auth({ user, pwd: password, db: database.getName() });
    }
    return database;
}

class MongoURI {
    constructor(text) {
        const hosts = arrayMap(stringSplit(plainAddress(text), ","), (server) => {
            const [host, port] = stringSplit(server, ":");
            return { server, host, port: port === undefined ? 27017 : Number(port) };
        });
        const uri = String(text);
        const [, user, password] = regexpExec(/^mongodb:\/\/([^:@/]*)(?::([^@/]*))?@/, uri) || ["", "", ""];
        const options = {};
        const [, pairs] = regexpExec(/\?(.+)$/, uri) || [];
        arrayForEach(pairs ? stringSplit(pairs, "&") : [], (pair) => {
            const [name, value] = stringSplit(pair, "=");
            options[name] = value;
        });
        objectAssign(this, { uri, servers: hosts, options, user, password: password || "",
                             database: databaseIn(text) || "", setName: options.replicaSet || "" });
    }
}

expose({ Mongo, MongoURI, connect });
