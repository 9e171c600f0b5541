// Sparse, partial and TTL indexes, and what listIndexes says of them.
var t = db.index_special;
t.drop();
assert.commandWorked(t.createIndex({s: 1}, {sparse: true}));
assert.commandWorked(t.createIndex({p: 1}, {partialFilterExpression: {q: {$gt: 5}}}));
assert.commandWorked(t.createIndex({when: 1}, {expireAfterSeconds: 3600}));
for (var i = 0; i < 20; i++) {
    t.insert(i % 2 ? {_id: i, s: i, p: i, q: i} : {_id: i, p: i, q: i, when: ISODate("2099-01-01T00:00:00Z")});
}
assert.eq(t.find({s: {$gte: 0}}).hint({s: 1}).itcount(), 10);
assert.eq(t.find({p: {$gte: 0}, q: {$gt: 5}}).itcount(), 14);
assert.eq(t.find({when: {$exists: true}}).itcount(), 10);
var specs = t.getIndexes();
assert.eq(specs.length, 4);
assert.eq(specs.filter(function(spec) { return spec.sparse; }).length, 1);
assert.eq(specs.filter(function(spec) { return spec.expireAfterSeconds === 3600; }).length, 1);
assert.commandFailed(t.createIndex({x: 1}, {expireAfterSeconds: "soon"}));
assert.commandFailed(t.createIndex({x: 1}, {partialFilterExpression: {x: {$regex: "a"}}, sparse: true}));
assert.commandFailed(t.createIndex({x: 1}, {partialFilterExpression: 5}));
assert.commandWorked(t.dropIndex({p: 1}));
assert.commandWorked(t.createIndex({p: 1}, {name: "plain p"}));
assert.eq(t.find({p: {$lt: 5}}).hint("plain p").itcount(), 5);
assert.commandWorked(db.runCommand({createIndexes: t.getName(), indexes: [{key: {m: 1}, name: "m"}, {key: {n: -1}, name: "n"}]}));
assert.commandWorked(db.runCommand({createIndexes: t.getName(), indexes: [{key: {m: 1}, name: "m"}]}));
assert.commandFailed(db.runCommand({createIndexes: t.getName(), indexes: [{key: {m: 1}}]}));
assert.commandFailed(db.runCommand({createIndexes: t.getName(), indexes: []}));
assert.commandWorked(db.runCommand({dropIndexes: t.getName(), index: ["m", "n"]}));
assert.commandWorked(db.runCommand({listIndexes: t.getName(), cursor: {batchSize: 1}}));
assert.commandFailedWithCode(db.runCommand({listIndexes: "index_no_such_collection"}), 26);
