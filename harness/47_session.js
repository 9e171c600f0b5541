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

    /// Tries again where the server says that another try may work, as drivers do.
    withTransaction(action, options) {
        for (let left = MOST_TRANSACTION_TRIES; ; left--) {
            this.startTransaction(options);
            const outcome = attempt(() => action(this));
            if (outcome.threw && this._inTransaction()) {
                attempt(() => this.abortTransaction_forTesting());
            }
            const ended = outcome.threw || !this._inTransaction() ? outcome : this._commitAgain();
            if (!ended.threw) {
                return outcome.value;
            }
            if (left <= 1 || !hasLabel(ended.error, "TransientTransactionError")) {
                throw ended.error;
            }
        }
    }

    /// A commit of unknown result may be sent again.
    _commitAgain() {
        let ended;
        for (let left = MOST_TRANSACTION_TRIES; left > 0; left--) {
            ended = attempt(() => this.commitTransaction());
            if (!ended.threw || !hasLabel(ended.error, "UnknownTransactionCommitResult")) {
                return ended;
            }
        }
        return ended;
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

    /// Sends a command with the session's fields. A retryable write whose reply is lost is sent once more.
    _run(db, document, options) {
        const command = this._attach(document);
        const send = () => db._mongo.runCommand(db._name, command, options);
        const retryable = this._isRetryable(document) && !this._inTransaction();
        let reply;
        try {
            reply = send();
        } catch (error) {
            if (!retryable || !isNetworkError(error)) {
                throw error;
            }
            reply = send();
        }
        if (retryable && !isOk(reply) && hasLabel(reply, "RetryableWriteError")) {
            reply = send();
        }
        this._observe(reply);
        return reply;
    }

    /// Only writes of one document each can be told apart by their number when they come again.
    _isRetryable(command) {
        const name = firstKey(command);
        const wants = this._options.retryWrites === true && hasOwn(RETRYABLE_WRITES, name);
        const unacknowledged = isObject(command.writeConcern) && Number(command.writeConcern.w) === 0;
        return wants && !unacknowledged && command.txnNumber === undefined &&
            !arraySome(asList(command.updates), (update) => isObject(update) && update.multi) &&
            !arraySome(asList(command.deletes), (one) => isObject(one) && Number(one.limit) === 0);
    }

    _attach(command) {
        if (this._ended) {
            throw new Error("the session has ended; commands need a living one");
        }
        const fields = command.lsid === undefined ? { lsid: this._id } : {};
        if (this._inTransaction()) {
            this._joinTransaction(command, fields);
        } else if (this._isRetryable(command)) {
            this._txnNumber++;
            fields.txnNumber = new NumberLong(this._txnNumber);
        } else if (this._waitsForOwnWrites(command)) {
            fields.readConcern = objectAssign({}, command.readConcern, { afterClusterTime: this._operationTime });
        }
        if (this._clusterTime !== undefined && command.$clusterTime === undefined) {
            fields.$clusterTime = this._clusterTime;
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
        const causal = this._options.causalConsistency !== false && this._operationTime !== undefined;
        const level = isObject(command.readConcern) ? command.readConcern.level : undefined;
        return causal && hasOwn(CAUSAL_READS, firstKey(command)) && !arrayIncludes(LEVELS_WITHOUT_TIME, level);
    }

    _observe(reply) {
        if (reply.operationTime !== undefined) {
            this.advanceOperationTime(reply.operationTime);
        }
        if (reply.$clusterTime !== undefined) {
            this._clusterTime = reply.$clusterTime;
            this._client.advanceClusterTime(reply.$clusterTime);
        }
    }

    processCommandResponse_forTesting(reply) { this._observe(reply); }
    getTxnWriteConcern_forTesting() { return this._transaction && this._transaction.options.writeConcern; }
    getTransactionState_forTesting() { return this._transaction === undefined ? "inactive" : this._transaction.state; }

    /// What tests of sessions look into.
    get _serverSession() {
        return {
            client: this._client, handle: { getId: () => this._id }, isTxnActive: () => this._inTransaction(),
            getTxnNumber: () => this.getTxnNumber_forTesting(), canRetryWrites: (command) => this._isRetryable(command)
        };
    }

    toString() { return "session " + tojsononeline(this._id); }
    tojson() { return this.toString(); }
}

/// Drivers try for two minutes; the number is what keeps a file short.
const MOST_TRANSACTION_TRIES = 5;
/// Read concerns that take no time to read after.
const LEVELS_WITHOUT_TIME = ["available", "linearizable", "snapshot"];

function hasLabel(error, label) {
    return isObject(error) && isArray(error.errorLabels) && arrayIncludes(error.errorLabels, label);
}

const RETRYABLE_WRITES = { insert: true, update: true, delete: true, findAndModify: true, findandmodify: true };
const CAUSAL_READS = { find: true, aggregate: true, count: true, distinct: true, mapReduce: true, mapreduce: true };
