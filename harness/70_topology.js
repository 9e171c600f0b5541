// What starts servers in the old shell hands out the configured one here, and says so once each. At the end, `db`.

const told = {};

function handOut(name) {
    if (!hasOwn(told, name)) {
        told[name] = true;
        print(name + ": this shell starts no servers; it hands out the one that it was given");
    }
    const connection = new Mongo();
    hide(connection, { port: portOf(connection.host), name: connection.host, pid: 0 });
    return connection;
}

function portOf(address) {
    const port = regexpExec(/:(\d+)$/, address);
    return port ? Number(port[1]) : 27017;
}

function nothing() {}

for (const name of ["startMongod", "startMongodTest", "startMongos", "startMongoProgram"]) {
    expose({ [name]: () => handOut(name) });
}

const MongoRunner = {};
hide(MongoRunner, {
    runMongod: () => handOut("MongoRunner.runMongod"),
    runMongos: () => handOut("MongoRunner.runMongos"),
    stopMongod: () => 0, stopMongos: () => 0, logoutMongod: nothing,
    dataDir: "/data/db", dataPath: "/data/db/", toRealPath: (path) => path, toRealDir: (path) => path,
    EXIT_CLEAN: 0, EXIT_BADOPTIONS: 2, EXIT_ABRUPT: 14, EXIT_SIGKILL: -9,
    getBinVersionFor: (version) => version, areBinVersionsTheSame: (left, right) => left === right
});

/// A set of one node, which is always the primary.
class ReplSetTest {
    constructor(options) {
        const node = handOut("ReplSetTest");
        const name = (isObject(options) && options.name) || "rs";
        hide(this, { name, host: "localhost", nodes: [node], ports: [node.port], _node: node });
    }

    getPrimary() { return this._node; }
    getMaster() { return this._node; }
    getSecondary() { return this._node; }
    getSecondaries() { return []; }
    nodeList() { return [this._node.host]; }
    getURL() { return this._node.host; }
    startSet() { return this.nodes; }
    start() { return this._node; }
    restart() { return this._node; }
    getReplSetConfig() { return { _id: this.name, version: 1, members: [{ _id: 0, host: this._node.host }] }; }
}

/// A cluster of which the one server is router and shard.
class ShardingTest {
    constructor() {
        const node = handOut("ShardingTest");
        hide(node, { shardName: "shard0000" });
        hide(this, { _node: node, s: node, s0: node, shard0: node, _connections: [node], _mongos: [node],
                     rs0: { getPrimary: () => node }, admin: node.getDB("admin"), config: node.getDB("config") });
    }

    getDB(name) { return this._node.getDB(name); }
    adminCommand(command) { return isOk(this._node.adminCommand(command)); }
    getPrimaryShard() { return this._node; }
    getPrimaryShardIdForDatabase() { return "shard0000"; }
    getOther() { return this._node; }
    getNonPrimaries() { return []; }
    getConnNames() { return [this._node.host]; }
    normalize(name) { return name; }
}

/// What has nothing to do where there is one server, started by someone else.
const IDLE_METHODS = [
    [ReplSetTest, "initiate initiateWithAnyNodeAsPrimary reInitiate stop stopSet stepUp freeze add remove waitForState"],
    [ReplSetTest, "awaitReplication awaitSecondaryNodes awaitNodesAgreeOnPrimary awaitLastOpCommitted"],
    [ReplSetTest, "checkReplicatedDataHashes checkOplogs"],
    [ShardingTest, "stop ensurePrimaryShard stopBalancer startBalancer shardColl disableAutoSplit awaitBalance"],
    [ShardingTest, "awaitBalancerRound waitForBalancer printShardingStatus printChunks printChangeLog"],
    [ShardingTest, "restartMongos restartMongod checkUUIDsConsistentAcrossCluster"]
];
for (const [type, names] of IDLE_METHODS) {
    for (const name of stringSplit(names, " ")) {
        hide(type.prototype, { [name]: nothing });
    }
}

let nextPort = 20000;

expose({
    MongoRunner, ReplSetTest, ShardingTest,
    ReplSetBridge: notProvided("ReplSetBridge"), ToolTest: notProvided("ToolTest"),
    allocatePort: () => nextPort++,
    allocatePorts(count) {
        const ports = [];
        while (ports.length < mathMin(count, 1000)) {
            arrayPush(ports, nextPort++);
        }
        return ports;
    },
    myPort: () => portOf(globalThis.db.getMongo().host),
    awaitRSClientHosts: nothing, reconnect: nothing
});

defineProperty(globalThis, "db", {
    value: new Mongo().getDB(native.database), writable: true, configurable: true, enumerable: true
});
