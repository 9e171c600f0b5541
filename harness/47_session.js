// Sessions: an id that goes with every command, and transactions over it.

function DriverSession(mongo, options, implicit) {
    const id = { id: UUID() };
    hide(this, { _mongo: mongo, _id: id, _options: options || {}, _implicit: Boolean(implicit), _ended: false, _txnNumber: 0, _txn: undefined });
}

/// Commands that take no session.
const withoutSession = ["hello", "isMaster", "ismaster", "endSessions", "getnonce", "authenticate", "saslStart", "saslContinue"];

hide(DriverSession.prototype, {
    getClient() { return this._mongo; },
    getSessionId() { return this._implicit ? null : this._id; },
    getOptions() {
        const options = this._options;
        return { isCausalConsistency: () => options.causalConsistency !== false, shouldRetryWrites: () => options.retryWrites === true,
                 getReadConcern: () => options.readConcern, getWriteConcern: () => options.writeConcern, getReadPreference: () => options.readPreference };
    },
    getDatabase(name) {
        const db = new DB(this._mongo, name);
        hide(db, { _session: this });
        return db;
    },
    hasEnded() { return this._ended; },
    endSession() {
        if (!this._ended && !this._implicit) {
            hide(this, { _ended: true });
            this._mongo.getDB("admin").runCommand({ endSessions: [this._id] });
        }
    },
    getOperationTime() { return undefined; }, getClusterTime() { return undefined; },
    advanceOperationTime() {}, advanceClusterTime() {},
    _attach(command) {
        if (this._implicit || arrayIncludes(withoutSession, firstKey(command)) || command.lsid !== undefined) {
            return command;
        }
        const attached = objectAssign({}, command, { lsid: this._id });
        if (this._txn !== undefined) {
            objectAssign(attached, { txnNumber: new NumberLong(this._txnNumber), autocommit: false });
            if (this._txn.first) {
                attached.startTransaction = true;
                if (this._txn.options.readConcern) { attached.readConcern = this._txn.options.readConcern; }
                this._txn.first = false;
            }
            this._txn.sent = true;
        }
        return attached;
    },
    startTransaction(options) {
        if (this._txn !== undefined) { throw new Error("Transaction already in progress on this session."); }
        hide(this, { _txnNumber: this._txnNumber + 1, _txn: { first: true, sent: false, options: options || {} } });
    },
    startTransaction_forTesting(options) { this.startTransaction(options); },
    commitTransaction() { assert.commandWorked(this.commitTransaction_forTesting()); },
    abortTransaction() { assert.commandWorked(this.abortTransaction_forTesting()); },
    commitTransaction_forTesting() { return this._endTransaction("commitTransaction"); },
    abortTransaction_forTesting() { return this._endTransaction("abortTransaction"); },
    getTxnNumber_forTesting() { return new NumberLong(this._txnNumber); },
    getTxnWriteConcern_forTesting() { return this._txn && this._txn.options.writeConcern; },
    _endTransaction(name) {
        if (this._txn === undefined) { throw new Error("There is no active transaction on this session."); }
        const { sent, options } = this._txn;
        hide(this, { _txn: undefined });
        if (!sent) { return { ok: 1 }; }
        const command = { [name]: 1, lsid: this._id, txnNumber: new NumberLong(this._txnNumber), autocommit: false };
        if (options.writeConcern) { command.writeConcern = options.writeConcern; }
        return this._mongo.getDB("admin").runCommand(command);
    },
    toString() { return "session " + tojsononeline(this._id); },
    tojson() { return this.toString(); }
});

expose({ DriverSession, _DummyDriverSession: function (mongo) { return new DriverSession(mongo, {}, true); } });
