// DBCommandCursor: the batches of a command's cursor, the first from its reply, the others by getMore.

class DBCommandCursor {
    constructor(db, reply, batchSize, maxAwaitTimeMS) {
        if (!isOk(reply) || !isObject(reply.cursor)) {
            throw errorWithCode(reply, "error: " + tojson(reply));
        }
        const { firstBatch, nextBatch, id, ns, postBatchResumeToken } = reply.cursor;
        this._setBatch(firstBatch || nextBatch || []);
        this._cursorid = id === undefined ? 0 : id;
        this._ns = String(ns);
        this._batchSize = batchSize;
        this._maxAwaitTimeMS = maxAwaitTimeMS;
        this._resumeToken = postBatchResumeToken;
        this._asked = db;
    }

    /// The reply names the namespace; it may lie in another database than the one that was asked.
    get _db() {
        const name = substring(this._ns, 0, mathMax(0, stringIndexOf(this._ns, ".")));
        return name === "" || name === this._asked.getName() ? this._asked : this._asked.getSiblingDB(name);
    }

    get _collName() { return substring(this._ns, stringIndexOf(this._ns, ".") + 1); }

    _setBatch(documents) {
        this._batch = documents;
        this._at = 0;
    }

    objsLeftInBatch() { return this._batch.length - this._at; }
    getId() { return asLong(this._cursorid); }
    getResumeToken() { return this._resumeToken; }
    isClosed() { return Number(this._cursorid) === 0; }
    isExhausted() { return this.isClosed() && this.objsLeftInBatch() === 0; }
    getClusterTime() { return this._db.getMongo().getClusterTime(); }

    /// Asks for one more batch at most: that of a tailable cursor may be empty while the cursor lives.
    hasNext() {
        if (this.objsLeftInBatch() === 0 && !this.isClosed()) {
            this._getMore();
        }
        return this.objsLeftInBatch() > 0;
    }

    next() {
        if (!this.hasNext()) {
            throw new Error("error hasNext: false");
        }
        return this._batch[this._at++];
    }

    _getMore() {
        const command = { getMore: asLong(this._cursorid), collection: this._collName };
        if (this._batchSize) {
            command.batchSize = this._batchSize;
        }
        if (this._maxAwaitTimeMS) {
            command.maxTimeMS = this._maxAwaitTimeMS;
        }
        const reply = this._db.runCommand(command);
        if (!isOk(reply)) {
            this._cursorid = 0;
            throw errorWithCode(reply, "getMore command failed: " + tojson(reply));
        }
        this._setBatch(reply.cursor.nextBatch);
        this._cursorid = reply.cursor.id;
        this._resumeToken = reply.cursor.postBatchResumeToken || this._resumeToken;
    }

    close() {
        if (!this.isClosed()) {
            this._db.runCommand({ killCursors: this._collName, cursors: [asLong(this._cursorid)] });
            this._cursorid = 0;
        }
    }

    pretty() {
        this._prettyShell = true;
        return this;
    }
    tojson() { return this.toString(); }
    toString() { return "DBCommandCursor: " + this._ns; }
    help() { print("cursor.toArray(), .next(), .itcount(), ...: see the manual of the mongo shell"); }
}

/// A cursor's id must be an int64, also where a small one came back as a number.
function asLong(id) {
    return isObject(id) ? id : new NumberLong(id);
}

/// What every cursor can do by `hasNext` and `next`.
const iteration = {
    toArray() {
        const documents = [];
        while (this.hasNext()) {
            arrayPush(documents, this.next());
        }
        return documents;
    },
    forEach(action) {
        while (this.hasNext()) {
            action(this.next());
        }
    },
    map(change) {
        const results = [];
        while (this.hasNext()) {
            arrayPush(results, change(this.next()));
        }
        return results;
    },
    itcount() {
        let count = 0;
        while (this.hasNext()) {
            this.next();
            count++;
        }
        return count;
    },
    shellPrint() {
        for (let left = DBQuery.shellBatchSize; left > 0 && this.hasNext(); left--) {
            const document = this.next();
            print(this._prettyShell ? tojson(document) : tojson(document, "", true));
        }
    }
};

hide(DBCommandCursor.prototype, iteration);
expose({ DBCommandCursor });
