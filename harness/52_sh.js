// sh: the words of a sharded cluster. They are commands to whatever server there is.

function shardingCommand(command) {
    const reply = globalThis.db.adminCommand(command);
    if (!isOk(reply)) {
        throw errorWithCode(reply, tojson(reply));
    }
    return reply;
}

const sh = {};
hide(sh, {
    enableSharding: (name) => shardingCommand({ enableSharding: name }),
    shardCollection: (namespace, key, unique, options) =>
        shardingCommand(objectAssign({ shardCollection: namespace, key, unique: Boolean(unique) }, options)),
    addShard: (address) => shardingCommand({ addShard: address }),
    splitFind: (namespace, find) => shardingCommand({ split: namespace, find }),
    splitAt: (namespace, middle) => shardingCommand({ split: namespace, middle }),
    moveChunk: (namespace, find, to) => shardingCommand({ moveChunk: namespace, find, to }),
    startBalancer: () => shardingCommand({ balancerStart: 1 }),
    stopBalancer: () => shardingCommand({ balancerStop: 1 }),
    getBalancerState: () => shardingCommand({ balancerStatus: 1 }).mode !== "off",
    isBalancerRunning: () => shardingCommand({ balancerStatus: 1 }).inBalancerRound,
    setBalancerState: (on) => (on ? sh.startBalancer() : sh.stopBalancer()),
    balancerCollectionStatus: (namespace) => shardingCommand({ balancerCollectionStatus: namespace }),
    moveRange: (namespace, toShard, min, max) =>
        shardingCommand(defined({ moveRange: namespace, toShard, min, max })),
    moveCollection: (namespace, toShard) => shardingCommand({ moveCollection: namespace, toShard }),
    movePrimary: (name, to) => shardingCommand({ movePrimary: name, to }),
    unshardCollection: (namespace, toShard) => shardingCommand(defined({ unshardCollection: namespace, toShard })),
    reshardCollection: (namespace, key, unique, options) =>
        shardingCommand(objectAssign({ reshardCollection: namespace, key }, options)),
    commitReshardCollection: (namespace) => shardingCommand({ commitReshardCollection: namespace }),
    abortReshardCollection: (namespace) => shardingCommand({ abortReshardCollection: namespace }),
    refineCollectionShardKey: (namespace, key) => shardingCommand({ refineCollectionShardKey: namespace, key }),
    listShards: () => shardingCommand({ listShards: 1 }).shards,
    enableAutoSplit() {}, disableAutoSplit() {}, startAutoMerger() {}, stopAutoMerger() {},
    waitForBalancer() {}, waitForBalancerOff() {}, enableBalancing() {}, disableBalancing() {},
    addShardToZone: (shard, zone) => shardingCommand({ addShardToZone: shard, zone }),
    removeShardFromZone: (shard, zone) => shardingCommand({ removeShardFromZone: shard, zone }),
    addShardTag: (shard, zone) => sh.addShardToZone(shard, zone),
    removeShardTag: (shard, zone) => sh.removeShardFromZone(shard, zone),
    updateZoneKeyRange: (namespace, min, max, zone) =>
        shardingCommand({ updateZoneKeyRange: namespace, min, max, zone }),
    removeRangeFromZone: (namespace, min, max) => sh.updateZoneKeyRange(namespace, min, max, null),
    removeTagRange: (namespace, min, max) => sh.removeRangeFromZone(namespace, min, max),
    addTagRange: (namespace, min, max, zone) => sh.updateZoneKeyRange(namespace, min, max, zone),
    status() { printjson(globalThis.db.adminCommand({ listShards: 1 })); }
});

expose({ sh, printShardingStatus: () => { sh.status(); } });
