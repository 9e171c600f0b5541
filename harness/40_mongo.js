// Mongo: one connection.

const connections = new Map();

function Mongo(address) {
    const self = this instanceof Mongo ? this : objectCreate(Mongo.prototype);
    hidden(self, "_id", native.openConnection(plainAddress(address)));
    hide(self, { _state: { readPreference: undefined, session: undefined }, host: native.address(self._id) });
    return self;
}

/// `mongodb://host:port/db?x` and `host:port/db` name the same as `host:port`.
function plainAddress(address) {
    const text = address === undefined ? "" : String(address);
    return replace(replace(text, /^mongodb:\/\//, ""), /[\/?].*$/, "");
}

function firstKey(command) {
    for (const key in command) {
        return key;
    }
    return "";
}

const reply = (connection, database, command) => native.runCommand(connection._id, database, command);

hide(Mongo.prototype, {
    getDB(name) { return new DB(this, name); },
    getDatabase(name) { return new DB(this, name); },
    runCommand(database, command) { return reply(this, database, command); },
    adminCommand(command) { return this.getDB("admin").runCommand(command); },
    getDBs() { return assert.commandWorked(this.adminCommand({ listDatabases: 1 })); },
    getDBNames() { return arrayMap(this.getDBs().databases, (database) => database.name); },
    getCollection(namespace) {
        const at = namespace.indexOf(".");
        return this.getDB(substring(namespace, 0, at)).getCollection(substring(namespace, at + 1));
    },
    startSession(options) { return new DriverSession(this, options); },
    isMongos() { return this.adminCommand({ isMaster: 1 }).msg === "isdbgrid"; },
    isReplicaSetMember() { return this.adminCommand({ isMaster: 1 }).setName !== undefined; },
    getMinWireVersion() { return this.adminCommand({ isMaster: 1 }).minWireVersion || 0; },
    getMaxWireVersion() { return this.adminCommand({ isMaster: 1 }).maxWireVersion || 0; },
    getClusterTime() { return undefined; },
    // Everything is a command here; the old write and read protocols are gone from servers.
    writeMode() { return "commands"; },
    readMode() { return "commands"; },
    forceWriteMode() {}, forceReadMode() {},
    useWriteCommands() { return true; }, useReadCommands() { return true; }, hasWriteCommands() { return true; },
    setReadPref(mode, tags) { this._state.readPreference = mode === undefined ? undefined : { mode, tags }; },
    getReadPref() { return this._state.readPreference; },
    getReadPrefMode() { return this._state.readPreference && this._state.readPreference.mode; },
    setSlaveOk() {}, setSecondaryOk() {}, getSlaveOk() { return false; }, getSecondaryOk() { return false; },
    setLogLevel(level) { return this.adminCommand({ setParameter: 1, logLevel: level }); },
    setWriteConcern(concern) { this._state.writeConcern = concern; },
    getWriteConcern() { return this._state.writeConcern; },
    unsetWriteConcern() { delete this._state.writeConcern; },
    isCausalConsistency() { return false; },
    setCausalConsistency() {},
    close() {},
    toString() { return "connection to " + this.host; },
    tojson() { return "connection to " + this.host; }
});

function connect(address) {
    const name = /\/([^/?]+)/.exec(replace(String(address || ""), /^mongodb:\/\//, ""));
    return new Mongo(address).getDB(name ? name[1] : "test");
}

function MongoURI(text) {
    this.uri = String(text);
    this.servers = [{ server: plainAddress(text) }];
}

expose({ Mongo, connect, MongoURI });
