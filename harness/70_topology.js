// What starts servers in the old shell hands out the configured one here, and says so once. Threads are not provided yet.

const told = new Set();

function sayOnce(name, what) {
    if (!told.has(name)) {
        told.add(name);
        print(name + ": " + what);
    }
}

function configuredServer(name) {
    sayOnce(name, "this shell starts no servers; it hands out the one that it was given");
    return objectAssign(new Mongo(""), { port: Number(/:(\d+)$/.exec(native.address(0))?.[1] || 27017) });
}

const MongoRunner = {
    runMongod: () => configuredServer("MongoRunner.runMongod"),
    runMongos: () => configuredServer("MongoRunner.runMongos"),
    stopMongod: () => 0, stopMongos: () => 0, dataPath: "/data/db/", EXIT_CLEAN: 0, getBinVersionFor: (version) => version
};

function ReplSetTest() { hide(this, { _server: configuredServer("ReplSetTest") }); }
for (const name of ["getPrimary", "getSecondary", "getMaster"]) {
    hide(ReplSetTest.prototype, { [name]() { return this._server; } });
}
for (const name of ["startSet", "initiate", "awaitReplication", "stopSet", "awaitSecondaryNodes", "awaitNodesAgreeOnPrimary", "checkReplicatedDataHashes"]) {
    hide(ReplSetTest.prototype, { [name]() {} });
}
hide(ReplSetTest.prototype, { getSecondaries() { return []; }, getURL() { return native.address(0); }, nodes: [] });

function ShardingTest() { hide(this, { s: configuredServer("ShardingTest") }); }
hide(ShardingTest.prototype, {
    getDB(name) { return this.s.getDB(name); },
    adminCommand(command) { return this.s.adminCommand(command); },
    getPrimaryShard() { return this.s; }, getOther() { return this.s; }
});
for (const name of ["stop", "ensurePrimaryShard", "stopBalancer", "startBalancer", "shardColl"]) {
    hide(ShardingTest.prototype, { [name]() {} });
}

for (const name of ["startParallelShell", "ScopedThread", "Thread", "runProgram", "runMongoProgram", "startMongoProgram",
                    "startMongoProgramNoConnect", "benchRun", "benchRunSync", "benchStart", "benchFinish"]) {
    expose({ [name]() { throw new Error(name + ": this shell does not provide it yet"); } });
}

expose({
    MongoRunner, ReplSetTest, ShardingTest, stopMongoProgramByPid: () => 0, awaitRSClientHosts() {}, allocatePort: () => 20000,
    allocatePorts: (count) => Array.from({ length: count }, (_, at) => 20000 + at), myPort: () => Number(/:(\d+)$/.exec(native.address(0))?.[1] || 27017),
    rs: { secondaryOk() {}, slaveOk() {}, status: () => db.adminCommand({ replSetGetStatus: 1 }), conf: () => db.adminCommand({ replSetGetConfig: 1 }).config,
          isMaster: () => db.isMaster(), initiate: (config) => db.adminCommand({ replSetInitiate: config || {} }) },
    sh: { status() {}, stopBalancer() {}, startBalancer() {}, enableSharding: (name) => db.adminCommand({ enableSharding: name }),
          shardCollection: (name, key, unique) => db.adminCommand({ shardCollection: name, key, unique: Boolean(unique) }) }
});

globalThis.db = new Mongo("").getDB(native.database);
