// rs: the words of a replica set.

const rs = {};
hide(rs, {
    status: () => globalThis.db.adminCommand({ replSetGetStatus: 1 }),
    isMaster: () => globalThis.db.isMaster(),
    hello: () => globalThis.db.hello(),
    conf() { return assert.commandWorked(globalThis.db.adminCommand({ replSetGetConfig: 1 })).config; },
    config: () => rs.conf(),
    initiate: (config) => globalThis.db.adminCommand({ replSetInitiate: config }),
    reconfig: (config, options) => globalThis.db.adminCommand(objectAssign({ replSetReconfig: config }, options)),
    stepDown: (seconds) => globalThis.db.adminCommand({ replSetStepDown: seconds === undefined ? 60 : seconds }),
    freeze: (seconds) => globalThis.db.adminCommand({ replSetFreeze: seconds }),
    syncFrom: (host) => globalThis.db.adminCommand({ replSetSyncFrom: host }),
    secondaryOk(value) { globalThis.db.getMongo().setSecondaryOk(value); },
    slaveOk(value) { globalThis.db.getMongo().setSlaveOk(value); },
    debug: {},

    /// An optime is a timestamp, or a timestamp and a term; terms come first.
    compareOpTimes(left, right) {
        const [a, b] = arrayMap([left, right], (time) => (time instanceof Timestamp ? { ts: time, t: -1 } : time));
        if (!isObject(a) || !isObject(b) || !(a.ts instanceof Timestamp) || !(b.ts instanceof Timestamp)) {
            throw new Error("invalid optimes: " + tojson(left) + " and " + tojson(right));
        }
        const terms = native.compareBson(a.t, b.t);
        return terms !== 0 && a.t != -1 && b.t != -1 ? terms : native.compareBson(a.ts, b.ts);
    }
});

expose({ rs });
