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
    add: (host, arbiter) => addMember(host, arbiter),
    addArb: (host) => addMember(host, true),
    remove(host) {
        const config = rs.conf();
        config.members = arrayFilter(config.members, (member) => member.host !== host);
        config.version++;
        return rs.reconfig(config);
    },
    reconfigForPSASet: (index, config, options) => rs.reconfig(config, options),
    stepUp: () => globalThis.db.adminCommand({ replSetStepUp: 1 }),
    printReplicationInfo() { globalThis.db.printReplicationInfo(); },
    printSecondaryReplicationInfo() { globalThis.db.printSecondaryReplicationInfo(); },
    printSlaveReplicationInfo() { globalThis.db.printSecondaryReplicationInfo(); },
    help() { print("rs.status(), rs.conf(), rs.initiate(), ...: see the manual of the mongo shell"); },
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

/// A member is a document or its address.
function addMember(host, arbiter) {
    const config = rs.conf();
    let highest = -1;
    for (const member of config.members) {
        highest = mathMax(highest, Number(member._id));
    }
    const member = isObject(host) ? host : { _id: highest + 1, host };
    arrayPush(config.members, arbiter === true ? objectAssign({ arbiterOnly: true }, member) : member);
    config.version++;
    return rs.reconfig(config);
}

expose({ rs });
