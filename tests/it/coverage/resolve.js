// Says of each of `names` whether this shell has it. A name is `receiver.method`, or `global:`, `static:` or `proto:`
// and a name; a question mark at its end says that the receiver was guessed.

const bulk = db.coverage.initializeOrderedBulkOp();
const receivers = {
    assert, jsTest, rs, sh, Geo, Random, MongoRunner,
    "Bulk": Object.getPrototypeOf(bulk),
    "Bulk.find()": Object.getPrototypeOf(bulk.find({})),
};
for (const type of ["BinData", "BulkWriteResult", "DB", "DBCollection", "DBCommandCursor", "DBExplainQuery", "DBQuery", "DBRef",
                    "DriverSession", "Explainable", "MapReduceResult", "Mongo", "NumberLong", "ObjectId", "PlanCache",
                    "ReplSetTest", "ScopedThread", "ShardingTest", "WriteError", "WriteResult"]) {
    const constructor = globalThis[type];
    receivers[type] = constructor && constructor.prototype;
}
// Some of its names are fields of the object.
receivers.DBQuery = db.coverage.find();

function has(name) {
    const [kind, rest] = name.split(":");
    if (rest === undefined) {
        const dot = name.lastIndexOf(".");
        const receiver = receivers[name.slice(0, dot)];
        // Some statics of a type are counted as its methods.
        const type = globalThis[name.slice(0, dot)];
        return (receiver !== undefined && name.slice(dot + 1) in receiver) ||
            (typeof type === "function" && Object.hasOwn(type, name.slice(dot + 1)));
    }
    if (kind === "global") {
        return rest in globalThis;
    }
    if (kind === "static") {
        const [type, method] = rest.split(".");
        return method in globalThis[type];
    }
    return [Array, Date, Number, Object, RegExp, String].some((type) => rest in type.prototype);
}

for (const name of names) {
    print(name + "," + has(name.replace(/\?$/, "")));
}
