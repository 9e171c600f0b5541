// What a session was started with, and the session of a database that no one started one for.

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
