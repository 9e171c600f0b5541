// Sessions and transactions. A database of a session adds the session's fields to every command that it sends.

class DriverSession {
    constructor(client, options) {
        const given = objectAssign({}, options);
        hide(this, { _client: client, _options: given, _id: { id: UUID() }, _ended: false, _transaction: undefined,
                     _txnNumber: -1, _databases: {}, _operationTime: undefined, _clusterTime: undefined });
    }

    getClient() { return this._client; }
    getSessionId() { return this._id; }
    getOptions() { return new SessionOptions(this._options); }
    hasEnded() { return this._ended; }
    getOperationTime() { return this._operationTime; }
    getClusterTime() { return this._clusterTime; }
    getTxnNumber_forTesting() { return new NumberLong(this._txnNumber); }
    setTxnNumber_forTesting(number) { this._txnNumber = Number(number); }
    advanceClusterTime(time) { this._clusterTime = time; }
    advanceOperationTime(time) {
        if (this._operationTime === undefined || native.compareBson(this._operationTime, time) < 0) {
            this._operationTime = time;
        }
    }

    getDatabase(name) {
        if (!hasOwn(this._databases, name)) {
            const db = this._client.getDB(name);
            hide(db, { _session: this });
            this._databases[name] = db;
        }
        return this._databases[name];
    }

    // --- transactions

    startTransaction(options) {
        if (this._inTransaction()) {
            throw new Error("Transaction already in progress on this session.");
        }
        this._txnNumber++;
        this._transaction = { options: objectAssign({}, options), started: false, state: "active" };
    }

    startTransaction_forTesting(options) {
        this._transaction = undefined;
        this.startTransaction(options);
    }

    commitTransaction() { return assert.commandWorked(this.commitTransaction_forTesting()); }
    abortTransaction() { return assert.commandWorked(this.abortTransaction_forTesting()); }

    /// The same, but the reply is given whatever it says.
    commitTransaction_forTesting() { return this._endTransaction("commitTransaction", "committed", "commit"); }
    abortTransaction_forTesting() { return this._endTransaction("abortTransaction", "aborted", "abort"); }

    _inTransaction() { return this._transaction !== undefined && this._transaction.state === "active"; }

    _endTransaction(command, state, verb) {
        const transaction = this._transaction;
        // A commit may be repeated, an abort may not.
        const allowed = verb === "commit" ? ["active", "committed"] : ["active"];
        if (transaction === undefined || !arrayIncludes(allowed, transaction.state)) {
            throw new Error("There is no active transaction to " + verb + " on this session.");
        }
        const sent = transaction.started;
        transaction.state = state;
        if (!sent) {
            return { ok: 1 };
        }
        const writeConcern = transaction.options.writeConcern;
        const fields = { lsid: this._id, txnNumber: new NumberLong(this._txnNumber), autocommit: false };
        return this._client.getDB("admin").runCommand(defined(objectAssign({ [command]: 1, writeConcern }, fields)));
    }

    withTransaction(action, options) {
        this.startTransaction(options);
        let result;
        try {
            result = action(this);
        } catch (error) {
            attempt(() => this.abortTransaction_forTesting());
            throw error;
        }
        this.commitTransaction();
        return result;
    }

    endSession() {
        if (this._ended) {
            return;
        }
        if (this._inTransaction()) {
            attempt(() => this.abortTransaction_forTesting());
        }
        this._ended = true;
        attempt(() => this._client.getDB("admin").runCommand({ endSessions: [this._id] }));
    }

    // --- what a command carries

    _attach(command) {
        if (this._ended) {
            throw new Error("the session has ended; commands need a living one");
        }
        const name = firstKey(command);
        const fields = command.lsid === undefined ? { lsid: this._id } : {};
        if (this._inTransaction()) {
            this._joinTransaction(command, fields);
        } else if (this._options.retryWrites && hasOwn(RETRYABLE_WRITES, name) && command.txnNumber === undefined) {
            this._txnNumber++;
            fields.txnNumber = new NumberLong(this._txnNumber);
        } else if (this._waitsForOwnWrites(command)) {
            fields.readConcern = objectAssign({}, command.readConcern, { afterClusterTime: this._operationTime });
        }
        return objectAssign({}, command, fields);
    }

    _joinTransaction(command, fields) {
        if (command.txnNumber === undefined) {
            fields.txnNumber = new NumberLong(this._txnNumber);
        }
        if (command.autocommit === undefined) {
            fields.autocommit = false;
        }
        if (!this._transaction.started) {
            this._transaction.started = true;
            fields.startTransaction = true;
            if (this._transaction.options.readConcern !== undefined) {
                fields.readConcern = this._transaction.options.readConcern;
            }
        }
    }

    _waitsForOwnWrites(command) {
        const causal = this._options.causalConsistency === true && this._operationTime !== undefined;
        return causal && hasOwn(CAUSAL_READS, firstKey(command));
    }

    _observe(reply) {
        if (reply.operationTime !== undefined) {
            this.advanceOperationTime(reply.operationTime);
        }
        if (reply.$clusterTime !== undefined) {
            this._clusterTime = reply.$clusterTime;
        }
    }

    toString() { return "session " + tojsononeline(this._id); }
    tojson() { return this.toString(); }
}

const RETRYABLE_WRITES = { insert: true, update: true, delete: true, findAndModify: true, findandmodify: true };
const CAUSAL_READS = { find: true, aggregate: true, count: true, distinct: true, mapReduce: true, mapreduce: true };

class SessionOptions {
    constructor(options) { hide(this, { _options: options }); }

    getReadPreference() { return this._options.readPreference; }
    setReadPreference(preference) { this._options.readPreference = preference; }
    getReadConcern() { return this._options.readConcern; }
    setReadConcern(concern) { this._options.readConcern = concern; }
    getWriteConcern() { return this._options.writeConcern; }
    setWriteConcern(concern) { this._options.writeConcern = concern; }
    isCausalConsistency() { return this._options.causalConsistency !== false; }
    setCausalConsistency(value) { this._options.causalConsistency = value === undefined || Boolean(value); }
    shouldRetryWrites() { return this._options.retryWrites === true; }
    setRetryWrites(value) { this._options.retryWrites = value === undefined || Boolean(value); }
    shellPrint() { return this.toString(); }
    tojson() { return this.toString(); }
    toString() { return "SessionOptions(" + tojsononeline(this._options) + ")"; }
}

/// The session of a database that no one started one for: it sends nothing of its own.
class DummySession {
    constructor(client) { hide(this, { _client: client, _isDummy: true }); }

    getClient() { return this._client; }
    getSessionId() { return null; }
    getOptions() { return new SessionOptions({}); }
    hasEnded() { return false; }
    getOperationTime() { return undefined; }
    getClusterTime() { return undefined; }
    getDatabase(name) { return this._client.getDB(name); }
    endSession() {}
    toString() { return "no session"; }
    tojson() { return this.toString(); }
}
for (const name of ["startTransaction", "commitTransaction", "abortTransaction", "withTransaction"]) {
    hide(DummySession.prototype, {
        [name]() { throw new Error("Must call startSession() on the Mongo connection before starting a transaction."); }
    });
}

expose({ DriverSession, SessionOptions, _DummyDriverSession: DummySession, _DelegatingDriverSession: DriverSession });
