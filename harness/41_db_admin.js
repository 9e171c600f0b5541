// DB: what administers the server, its users and its roles.

hide(DB.prototype, {
    stats(options) {
        const extra = isObject(options) ? options : { scale: options };
        return this.runCommand(defined(objectAssign({ dbStats: 1 }, extra)));
    },
    serverStatus(options) { return this.adminCommand(objectAssign({ serverStatus: 1 }, options)); },
    hostInfo() { return this.adminCommand("hostInfo"); },
    serverBuildInfo() { return this.adminCommand("buildinfo"); },
    serverBits() { return this.serverBuildInfo().bits; },
    serverCmdLineOpts() { return this.adminCommand("getCmdLineOpts"); },
    version() { return this.serverBuildInfo().version; },
    isMaster() { return this.runCommand("isMaster"); },
    hello() { return this.runCommand("hello"); },
    listCommands() { return this.adminCommand("listCommands"); },
    commandHelp(name) { return this.runCommand({ [name]: 1, help: true }).help; },
    printCollectionStats(scale) {
        for (const name of this.getCollectionNames()) {
            print(name);
            printjson(this.getCollection(name).stats(scale));
            print("---");
        }
    },

    // --- operations

    currentOp(filter) {
        const extra = isObject(filter) ? filter : filter ? { $all: true } : {};
        return this.adminCommand(objectAssign({ currentOp: 1 }, extra));
    },
    currentOP(filter) { return this.currentOp(filter); },
    killOp(id) {
        if (!id) {
            throw new Error("no opNum to kill specified");
        }
        return this.adminCommand({ killOp: 1, op: id });
    },
    killOP(id) { return this.killOp(id); },
    fsyncLock() { return this.adminCommand({ fsync: 1, lock: true }); },
    fsyncUnlock() { return this.adminCommand({ fsyncUnlock: 1 }); },
    repairDatabase() { return this.runCommand({ repairDatabase: 1 }); },
    copyDatabase(from, to, host) {
        return this.adminCommand({ copydb: 1, fromhost: host || "", fromdb: from, todb: to });
    },
    cloneDatabase(host) { return this.runCommand({ clone: host }); },
    cloneCollection(host, name, query) {
        return this.runCommand({ cloneCollection: this._name + "." + name, from: host, query: query || {} });
    },
    shutdownServer(options) { return this.adminCommand(objectAssign({ shutdown: 1 }, options)); },

    // --- profiling and logging

    setProfilingLevel(level, options) {
        if (typeof level === "number" && (level < 0 || level > 2)) {
            throw new Error("input level " + level + " is out of range [0..2]");
        }
        const extra = typeof options === "number" ? { slowms: options } : options;
        return assert.commandWorked(this.runCommand(objectAssign({ profile: level }, extra)));
    },
    getProfilingStatus() {
        const reply = this.runCommand({ profile: -1 });
        if (!isOk(reply)) {
            throw errorWithCode(reply, "profile command failed: " + tojson(reply));
        }
        delete reply.ok;
        return reply;
    },
    getProfilingLevel() { return this.getProfilingStatus().was; },
    setLogLevel(level, component) { return this._mongo.setLogLevel(level, component); },
    getLogComponents() { return this._mongo.getLogComponents(); },

    // --- getLastError

    getLastErrorObj(w, wtimeout, j) {
        const reply = this.runCommand(defined({ getlasterror: 1, w, wtimeout: wtimeout || undefined, j }));
        if (!isOk(reply)) {
            throw errorWithCode(reply, "getlasterror failed: " + tojson(reply));
        }
        return reply;
    },
    getLastErrorCmd(w, wtimeout, j) { return this.getLastErrorObj(w, wtimeout, j); },
    getLastError(w, wtimeout, j) {
        const state = this.getLastErrorObj(w, wtimeout, j);
        return state.err === undefined ? null : state.err;
    },
    getPrevError() { return this.runCommand({ getpreverror: 1 }); },
    resetError() { return this.runCommand({ reseterror: 1 }); },
    forceError() { return this.runCommand({ forceerror: 1 }); },

    // --- credentials

    /// Like the old shell: 1, or 0 and a line that says why.
    auth(user, pwd, mechanism) {
        const given = isObject(user) ? user : { user, pwd, mechanism };
        try {
            logIn(this._mongo, given.userSource || given.db || this._name, given);
        } catch (error) {
            print("Error: " + error.message);
            return 0;
        }
        return 1;
    },
    logout() { return this._mongo.logout(this._name); }
});

// --- users and roles

function runUserCommand(db, command, name) {
    const reply = db.runCommand(command);
    if (!isOk(reply)) {
        const text = reply.errmsg === undefined ? name + " failed: " + tojson(reply) : String(reply.errmsg);
        throw errorWithCode(reply, text);
    }
    return reply;
}

/// A user document carries its own name, the command has it as its value.
function namedCommand(command, nameField, document, writeConcern) {
    const { [nameField]: name, ...rest } = document;
    return defined(objectAssign({ [command]: name }, rest, { writeConcern }));
}

hide(DB.prototype, {
    createUser(user, writeConcern) {
        const reply = this.runCommand(namedCommand("createUser", "user", user, writeConcern));
        if (!isOk(reply)) {
            throw errorWithCode(reply, "couldn't add user: " + reply.errmsg);
        }
        print("Successfully added user: " + tojson(without(user, "pwd")));
    },
    addUser(user, writeConcern) { this.createUser(user, writeConcern); },
    updateUser(name, update, writeConcern) {
        runUserCommand(this, defined(objectAssign({ updateUser: name }, update, { writeConcern })), "updateUser");
    },
    changeUserPassword(name, password, writeConcern) { this.updateUser(name, { pwd: password }, writeConcern); },
    dropUser(name, writeConcern) {
        const reply = this.runCommand(defined({ dropUser: name, writeConcern }));
        if (!isOk(reply) && plainNumberOf(reply.code) !== 11) {
            throw errorWithCode(reply, String(reply.errmsg));
        }
        return isOk(reply);
    },
    removeUser(name, writeConcern) { return this.dropUser(name, writeConcern); },
    dropAllUsers(writeConcern) {
        return runUserCommand(this, defined({ dropAllUsersFromDatabase: 1, writeConcern }), "dropAllUsers").n;
    },
    getUser(name, options) {
        const users = runUserCommand(this, objectAssign({ usersInfo: name }, options), "usersInfo").users;
        return users && users.length > 0 ? users[0] : null;
    },
    getUsers(options) { return runUserCommand(this, objectAssign({ usersInfo: 1 }, options), "usersInfo").users; },

    createRole(role, writeConcern) {
        runUserCommand(this, namedCommand("createRole", "role", role, writeConcern), "createRole");
        return role;
    },
    updateRole(name, update, writeConcern) {
        runUserCommand(this, defined(objectAssign({ updateRole: name }, update, { writeConcern })), "updateRole");
    },
    dropRole(name, writeConcern) {
        const reply = this.runCommand(defined({ dropRole: name, writeConcern }));
        if (!isOk(reply) && plainNumberOf(reply.code) !== 31) {
            throw errorWithCode(reply, String(reply.errmsg));
        }
        return isOk(reply);
    },
    dropAllRoles(writeConcern) {
        return runUserCommand(this, defined({ dropAllRolesFromDatabase: 1, writeConcern }), "dropAllRoles").n;
    },
    getRole(name, options) {
        const roles = runUserCommand(this, objectAssign({ rolesInfo: name }, options), "rolesInfo").roles;
        return roles && roles.length > 0 ? roles[0] : null;
    },
    getRoles(options) { return runUserCommand(this, objectAssign({ rolesInfo: 1 }, options), "rolesInfo").roles; }
});

/// Grants and revocations: a name, then a list.
function grants(command, listField) {
    return {
        [command](name, list, writeConcern) {
            runUserCommand(this, defined({ [command]: name, [listField]: list, writeConcern }), command);
        }
    };
}
hide(DB.prototype, objectAssign({}, grants("grantRolesToUser", "roles"), grants("revokeRolesFromUser", "roles"),
    grants("grantRolesToRole", "roles"), grants("revokeRolesFromRole", "roles"),
    grants("grantPrivilegesToRole", "privileges"), grants("revokePrivilegesFromRole", "privileges")));
