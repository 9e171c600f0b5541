// DB: one database. `db.foo` is a collection: one Proxy at the end of the prototype chain answers for names that nothing
// else has, and keeps the answer as a hidden own property.

function DB(mongo, name) {
    const self = this instanceof DB ? this : objectCreate(DB.prototype);
    if (typeof name !== "string" || name === "" || /[\/\\. "$\0]/.test(name)) {
        throw new Error("[" + name + "] is not a valid database name");
    }
    hide(self, { _mongo: mongo, _name: name, _session: undefined });
    return self;
}

/// Names that the proxies must not take for collections: engines and printers ask for them.
function isCollectionName(name) {
    return typeof name === "string" && name !== "then" && name !== "toJSON" && name !== "tojson" && name !== "constructor" &&
        name !== "length" && name !== "inspect" && !startsWith(name, "_");
}

function endOfChain(make) {
    return new Proxy(objectCreate(Object.prototype), {
        get(target, name, receiver) {
            if (name in target) {
                return Reflect.get(target, name, receiver);
            }
            if (!isCollectionName(name) || receiver === null || typeof receiver !== "object") {
                return undefined;
            }
            const made = make(receiver, name);
            if (made !== undefined) {
                hide(receiver, { [name]: made });
            }
            return made;
        }
    });
}

setPrototypeOf(DB.prototype, endOfChain((db, name) => (db._mongo === undefined ? undefined : new DBCollection(db, name))));

/// A command given by name is a document with that one key.
function commandDocument(command, extra) {
    const document = typeof command === "string" ? { [command]: 1 } : command;
    return extra === undefined ? document : objectAssign({}, document, extra);
}

function inSession(db, command) {
    return db._session === undefined ? command : db._session._attach(command);
}

hide(DB.prototype, {
    getName() { return this._name; },
    getMongo() { return this._mongo; },
    getSession() { return this._session || (this._session = new DriverSession(this._mongo, {}, true)); },
    runCommand(command, extra) {
        if (command === undefined || command === null || (typeof command !== "object" && typeof command !== "string")) {
            throw new Error("runCommand needs a command name or document, not " + tojson(command));
        }
        return reply(this._mongo, this._name, inSession(this, commandDocument(command, extra)));
    },
    runReadCommand(command, extra) { return this.runCommand(command, extra); },
    _dbCommand(command) { return this.runCommand(command); },
    dbEval() { throw new Error("eval is not provided by servers since 4.2"); },
    adminCommand(command, extra) { return this.getSiblingDB("admin").runCommand(command, extra); },
    _adminCommand(command) { return this.adminCommand(command); },
    getSiblingDB(name) {
        const sibling = new DB(this._mongo, name);
        sibling._session = this._session;
        return sibling;
    },
    getCollection(name) { return new DBCollection(this, name); },
    createCollection(name, options) { return this.runCommand(objectAssign({ create: name }, options)); },
    createView(name, source, pipeline, options) {
        return this.runCommand(objectAssign({ create: name, viewOn: source, pipeline: isArray(pipeline) ? pipeline : [pipeline] }, options));
    },
    getCollectionInfos(filter, nameOnly) {
        const wanted = typeof filter === "string" ? { name: filter } : filter || {};
        const command = { listCollections: 1, filter: wanted };
        if (nameOnly) {
            command.nameOnly = true;
        }
        const infos = new DBCommandCursor(this, assert.commandWorked(this.runCommand(command))).toArray();
        return infos.sort((left, right) => (left.name < right.name ? -1 : 1));
    },
    getCollectionNames() { return arrayMap(this.getCollectionInfos({}, true), (info) => info.name); },
    dropDatabase(concern) { return this.runCommand(concern ? { dropDatabase: 1, writeConcern: concern } : { dropDatabase: 1 }); },
    aggregate(pipeline, options) { return runAggregate(this, this, 1, pipeline, options); },
    stats(scale) { return this.runCommand({ dbStats: 1, scale: scale === undefined ? 1 : scale }); },
    serverStatus(options) { return this.adminCommand(objectAssign({ serverStatus: 1 }, options)); },
    hostInfo() { return this.adminCommand("hostInfo"); },
    serverBuildInfo() { return this.adminCommand("buildInfo"); },
    serverCmdLineOpts() { return this.adminCommand("getCmdLineOpts"); },
    version() { return this.serverBuildInfo().version; },
    isMaster() { return this.runCommand("isMaster"); },
    hello() { return this.runCommand("hello"); },
    currentOp(filter) {
        const command = { currentOp: 1 };
        if (filter === true) { command.$all = true; } else { objectAssign(command, filter); }
        return this.adminCommand(command);
    },
    currentOP(filter) { return this.currentOp(filter); },
    killOp(id) { return this.adminCommand({ killOp: 1, op: id }); },
    killOP(id) { return this.killOp(id); },
    listCommands() { return this.adminCommand("listCommands"); },
    fsyncLock() { return this.adminCommand({ fsync: 1, lock: true }); },
    fsyncUnlock() { return this.adminCommand({ fsyncUnlock: 1 }); },
    setProfilingLevel(level, options) {
        const extra = typeof options === "number" ? { slowms: options } : options;
        return assert.commandWorked(this.runCommand(objectAssign({ profile: level }, extra)));
    },
    getProfilingLevel() { return this.getProfilingStatus().was; },
    getProfilingStatus() { return assert.commandWorked(this.runCommand({ profile: -1 })); },
    getLastErrorObj(w, timeout) {
        return this.runCommand(objectAssign({ getlasterror: 1 }, w === undefined ? {} : { w }, timeout ? { wtimeout: timeout } : {}));
    },
    getLastError(w, timeout) { const state = this.getLastErrorObj(w, timeout); return state.err === undefined ? null : state.err; },
    getPrevError() { return this.runCommand({ getpreverror: 1 }); },
    resetError() { return this.runCommand({ reseterror: 1 }); },
    repairDatabase() { return this.runCommand({ repairDatabase: 1 }); },
    setLogLevel(level, component) {
        const verbosity = component ? { [component]: { verbosity: level } } : { verbosity: level };
        return this.adminCommand({ setParameter: 1, logComponentVerbosity: verbosity });
    },
    eval() { return this.dbEval(); },
    group(options) { return this.getCollection(options.ns).group(options); },
    copyDatabase(from, to, host) { return this.adminCommand({ copydb: 1, fromhost: host || "", fromdb: from, todb: to }); },
    setSlaveOk() {}, setSecondaryOk() {}, getSlaveOk() { return false; }, getSecondaryOk() { return false; },
    setWriteConcern(concern) { hide(this, { _writeConcern: concern }); },
    getWriteConcern() { return this._writeConcern || this._mongo.getWriteConcern(); },
    unsetWriteConcern() { hide(this, { _writeConcern: undefined }); },
    setReadPref(mode, tags) { this._mongo.setReadPref(mode, tags); },
    loadServerScripts() {},
    logout() { return this.runCommand({ logout: 1 }); },
    auth(user, password) {
        throw new Error("auth: this shell gives no credentials; the connection's own are used");
    },
    toString() { return this._name; },
    tojson() { return this._name; },
    help() { print("see the manual"); }
});

// Users and roles are commands with a name and a document each.
const userCommands = {
    createUser: (user) => objectAssign({ createUser: user.user }, user, { user: undefined }),
    updateUser: (name, update) => objectAssign({ updateUser: name }, update),
    dropUser: (name) => ({ dropUser: name }),
    dropAllUsers: () => ({ dropAllUsersFromDatabase: 1 }),
    createRole: (role) => objectAssign({ createRole: role.role }, role, { role: undefined }),
    updateRole: (name, update) => objectAssign({ updateRole: name }, update),
    dropRole: (name) => ({ dropRole: name }),
    dropAllRoles: () => ({ dropAllRolesFromDatabase: 1 }),
    grantRolesToUser: (name, roles) => ({ grantRolesToUser: name, roles }),
    revokeRolesFromUser: (name, roles) => ({ revokeRolesFromUser: name, roles }),
    grantRolesToRole: (name, roles) => ({ grantRolesToRole: name, roles }),
    revokeRolesFromRole: (name, roles) => ({ revokeRolesFromRole: name, roles }),
    grantPrivilegesToRole: (name, privileges) => ({ grantPrivilegesToRole: name, privileges }),
    changeUserPassword: (name, password) => ({ updateUser: name, pwd: password })
};
for (const name of objectKeys(userCommands)) {
    hide(DB.prototype, {
        [name](...parameters) {
            const command = userCommands[name](...parameters);
            for (const key of ["user", "role"]) {
                if (command[key] === undefined) {
                    delete command[key];
                }
            }
            const result = this.runCommand(command);
            if (result.ok != 1) {
                throw commandError(result, "couldn't " + name);
            }
            return result;
        }
    });
}
hide(DB.prototype, {
    getUser(name) { return (this.runCommand({ usersInfo: name }).users || [])[0] || null; },
    getUsers() { return this.runCommand({ usersInfo: 1 }).users; },
    getRole(name, options) { return (this.runCommand(objectAssign({ rolesInfo: name }, options)).roles || [])[0] || null; },
    getRoles(options) { return this.runCommand(objectAssign({ rolesInfo: 1 }, options)).roles; }
});

expose({ DB });
