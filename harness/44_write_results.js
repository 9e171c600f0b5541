// What writes answer with: results, and errors that are thrown or returned.

class WriteError extends Error {
    constructor(error) {
        super(String(error.errmsg));
        const { index, code, errmsg } = error;
        hide(this, { name: "WriteError", _error: error, index, code, errmsg });
    }

    getOperation() { return this._error.op; }
    tojson(indent, nolint) { return tojson(this._error, indent, nolint); }
    toString() { return "WriteError(" + tojson(this._error) + ")"; }
    shellPrint() { return this.toString(); }
}

class WriteConcernError extends Error {
    constructor(error) {
        super(String(error.errmsg));
        const { code, errInfo, errmsg } = error;
        hide(this, { name: "WriteConcernError", _error: error, code, errInfo, errmsg });
    }

    tojson(indent, nolint) { return tojson(this._error, indent, nolint); }
    toString() { return "WriteConcernError(" + tojson(this._error) + ")"; }
}

/// A whole command was refused.
class WriteCommandError extends Error {
    constructor(reply) {
        super(String(reply.errmsg));
        const { code, codeName, errmsg, errorLabels } = reply;
        hide(this, { name: "WriteCommandError", _reply: reply, ok: 0, code, codeName, errmsg, errorLabels });
    }

    tojson(indent, nolint) { return tojson(this._reply, indent, nolint); }
    toString() { return "WriteCommandError(" + tojson(this._reply) + ")"; }
    shellPrint() { return this.toString(); }
}

/// The result of one insert, update or remove.
class WriteResult {
    constructor(totals, kind, writeConcern) {
        this._totals = totals;
        this._kind = kind;
        this._concern = writeConcern;
    }

    getUpsertedId() { return this._totals.upserted[this._totals.upserted.length - 1]; }
    getRawResponse() { return this._totals; }
    hasWriteError() { return this._totals.writeErrors.length > 0; }
    hasWriteErrors() { return this.hasWriteError(); }
    getWriteError() { return this.hasWriteError() ? new WriteError(this._totals.writeErrors[0]) : undefined; }
    getWriteErrors() { return this.hasWriteError() ? [this.getWriteError()] : []; }
    hasWriteConcernError() { return this._totals.writeConcernErrors.length > 0; }
    getWriteConcernError() { return firstConcernError(this._totals); }

    tojson(indent, nolint) {
        const shown = this._shownCounts();
        if (this.hasWriteError()) {
            const { code, errmsg } = this._totals.writeErrors[0];
            shown.writeError = { code, errmsg };
        }
        if (this.hasWriteConcernError()) {
            shown.writeConcernError = this._totals.writeConcernErrors[0];
        }
        return "WriteResult(" + tojson(shown, indent, nolint) + ")";
    }

    _shownCounts() {
        if (this._kind === "insert") {
            return { nInserted: this.nInserted };
        }
        if (this._kind === "delete") {
            return { nRemoved: this.nRemoved };
        }
        const { nMatched, nUpserted, nModified } = this;
        const upserted = this.getUpsertedId();
        return defined({ nMatched, nUpserted, nModified, _id: upserted && upserted._id });
    }

    toString() { return this.tojson(); }
    shellPrint() { return this.toString(); }
}

/// The counts are read from the totals: a result is made for every write, and few tests look at them.
function hideCounts(prototype) {
    for (const name of ["nInserted", "nUpserted", "nMatched", "nModified", "nRemoved"]) {
        defineProperty(prototype, name, { get() { return this._totals[name]; }, configurable: true });
    }
}
hideCounts(WriteResult.prototype);
hide(WriteResult.prototype, { ok: 1 });

function firstConcernError(totals) {
    return totals.writeConcernErrors.length > 0 ? new WriteConcernError(totals.writeConcernErrors[0]) : undefined;
}

const FIRST = [0];

function singleResult(kind, entry, reply, writeConcern) {
    const totals = emptyTotals();
    addReply(totals, { kind, entries: [entry], indexes: FIRST }, reply);
    return new WriteResult(totals, kind, writeConcern);
}

/// The accessors that the result of a bulk and its error share.
const bulkAccessors = {
    hasErrors() { return this.hasWriteErrors() || this.hasWriteConcernError(); },
    hasWriteErrors() { return this._totals.writeErrors.length > 0; },
    getWriteErrorCount() { return this._totals.writeErrors.length; },
    getWriteErrorAt(at) {
        const error = this._totals.writeErrors[at];
        return error === undefined ? undefined : new WriteError(error);
    },
    getWriteErrors() { return arrayMap(this._totals.writeErrors, (error) => new WriteError(error)); },
    hasWriteConcernError() { return this._totals.writeConcernErrors.length > 0; },
    getWriteConcernError() { return firstConcernError(this._totals); },
    getUpsertedIds() { return this._totals.upserted; },
    getUpsertedIdAt(at) { return this._totals.upserted[at]; },
    getRawResponse() { return this._totals; },
    toSingleResult() {
        const { nInserted, nRemoved } = this._totals;
        const kind = nInserted > 0 ? "insert" : nRemoved > 0 ? "delete" : "update";
        return new WriteResult(this._totals, kind, this._concern);
    },
    shellPrint() { return this.toString(); }
};

class BulkWriteResult {
    constructor(totals, writeConcern) {
        this._totals = totals;
        this._concern = writeConcern;
    }

    toError() { return new BulkWriteError(this._totals, this._concern); }
    tojson(indent, nolint) { return "BulkWriteResult(" + tojson(this._totals, indent, nolint) + ")"; }
    toString() { return this.tojson(); }
}
hide(BulkWriteResult.prototype, bulkAccessors);
hide(BulkWriteResult.prototype, { ok: 1 });
hideCounts(BulkWriteResult.prototype);

/// Thrown when a write of a bulk failed; it still tells what worked.
class BulkWriteError extends Error {
    constructor(totals, writeConcern) {
        super(bulkErrorText(totals));
        const first = totals.writeErrors[0] || totals.writeConcernErrors[0] || {};
        hide(this, { name: "BulkWriteError", _totals: totals, _concern: writeConcern, code: first.code,
                     writeErrors: totals.writeErrors });
    }

    toResult() { return new BulkWriteResult(this._totals, this._concern); }
    tojson(indent, nolint) { return "BulkWriteError(" + tojson(this._totals, indent, nolint) + ")"; }
    toString() { return this.tojson(); }
}
hide(BulkWriteError.prototype, bulkAccessors);
hideCounts(BulkWriteError.prototype);

function bulkErrorText(totals) {
    const { writeErrors, writeConcernErrors } = totals;
    if (writeErrors.length === 1) {
        return "write error at item " + writeErrors[0].index + " in bulk operation";
    }
    return writeErrors.length > 0 ? writeErrors.length + " write errors in bulk operation"
        : writeConcernErrors.length + " errors with the write concern of a bulk operation";
}

expose({ WriteResult, WriteError, WriteConcernError, WriteCommandError, BulkWriteResult, BulkWriteError });
