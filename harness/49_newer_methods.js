// Methods that came after the 4.0 era, and those of replication: each is a command, or a reading of what one answers.

function cursorOf(db, command) {
    const reply = db.runCommand(command);
    if (!isOk(reply)) {
        throw errorWithCode(reply, firstKey(command) + " failed: " + tojson(reply));
    }
    return new DBCommandCursor(db, reply);
}

hide(DB.prototype, {
    getServerBuildInfo() { return this.serverBuildInfo(); },
    runCommandWithMetadata(command) { return { commandReply: this.runCommand(command), metadata: {} }; },
    checkMetadataConsistency(options) {
        return cursorOf(this, objectAssign({ checkMetadataConsistency: 1 }, options));
    },
    rotateCertificates(message) { return this.adminCommand(defined({ rotateCertificates: 1, message })); },
    getDatabasePrimaryShardId() {
        const found = this.getSiblingDB("config").getCollection("databases").findOne({ _id: this._name });
        return found === null ? undefined : found.primary;
    },
    printShardingStatus() { globalThis.sh.status(); },

    // --- replication

    /// The ends of the oplog; a server without one has only an `errmsg`.
    getReplicationInfo() {
        const oplog = this.getSiblingDB("local").getCollection("oplog.rs");
        const ends = arrayMap([1, -1], (direction) => oplog.find().sort({ $natural: direction }).limit(1).toArray()[0]);
        if (ends[0] === undefined || !(ends[0].ts instanceof Timestamp)) {
            return { errmsg: "replication not detected" };
        }
        const { size, maxSize } = oplog.stats();
        const [first, last] = arrayMap(ends, (entry) => entry.ts.t);
        return {
            logSizeMB: Number(maxSize || 0) / 1048576, usedMB: Number(size || 0) / 1048576, timeDiff: last - first,
            timeDiffHours: (last - first) / 3600, tFirst: String(new Date(first * 1000)),
            tLast: String(new Date(last * 1000)), now: String(new Date())
        };
    },
    printReplicationInfo() {
        const info = this.getReplicationInfo();
        for (const name of objectKeys(info)) {
            print(name + ": " + info[name]);
        }
    },
    printSecondaryReplicationInfo() {
        const status = this.adminCommand({ replSetGetStatus: 1 });
        for (const member of isArray(status.members) ? status.members : []) {
            if (member.state === 2) {
                print("source: " + member.name + "\n\tsyncedTo: " + String(member.optimeDate));
            }
        }
    },
    printSlaveReplicationInfo() { this.printSecondaryReplicationInfo(); }
});

function searchIndexes(collection, command, fields) {
    return collection.runCommand(command, defined(fields));
}

hide(DBCollection.prototype, {
    getIndexByName(name) { return firstWhere(this.getIndexes(), (index) => index.name === name); },
    getIndexByKey(keys) { return firstWhere(this.getIndexes(), (index) => native.sameBson(index.key, keys)); },
    checkMetadataConsistency(options) {
        return cursorOf(this._db, objectAssign({ checkMetadataConsistency: this._shortName }, options));
    },
    analyzeShardKey(key, options) {
        return this._db.adminCommand(objectAssign({ analyzeShardKey: this._fullName, key }, options));
    },
    configureQueryAnalyzer(options) {
        return this._db.adminCommand(objectAssign({ configureQueryAnalyzer: this._fullName }, options));
    },
    compact(options) { return this.runCommand("compact", options); },
    compactStructuredEncryptionData(options) { return this.runCommand("compactStructuredEncryptionData", options); },
    cleanupStructuredEncryptionData(options) { return this.runCommand("cleanupStructuredEncryptionData", options); },
    createSearchIndex(definition) { return this.createSearchIndexes([definition]); },
    createSearchIndexes(indexes) { return searchIndexes(this, "createSearchIndexes", { indexes }); },
    updateSearchIndex(name, definition) { return searchIndexes(this, "updateSearchIndex", { name, definition }); },
    dropSearchIndex(name) { return searchIndexes(this, "dropSearchIndex", { name }); }
});

function firstWhere(list, holds) {
    const at = positionOf(list, holds);
    return at < 0 ? null : list[at];
}

// --- watching

/// What servers answer that know no change streams: a stage that is not there, or one for replica sets only.
const NO_CHANGE_STREAMS = [40324, 40573, 115];

/// Says at once that there is nothing to watch, rather than what a stage is called.
function watching(open) {
    try {
        return open();
    } catch (error) {
        if (isObject(error) && arrayIncludes(NO_CHANGE_STREAMS, plainNumberOf(error.code))) {
            throw errorWithCode(error, "watch: this server has no change streams: " + error.message);
        }
        throw error;
    }
}
for (const type of [Mongo, DB, DBCollection]) {
    const { watch } = type.prototype;
    hide(type.prototype, { watch(pipeline, options) { return watching(() => reflectApply(watch, this, [pipeline, options])); } });
}
