// Needs: capped collections that throw out the oldest documents (lacking in ferretdb).
var t = db.capped_forms;
t.drop();
assert.commandWorked(db.createCollection(t.getName(), {capped: true, size: 100000, max: 5}));
for (var i = 0; i < 12; i++) {
    assert.writeOK(t.insert({_id: i}));
}
assert.eq(t.count(), 5);
assert.eq(t.findOne()._id, 7);
assert.eq(t.find().sort({$natural: -1}).limit(1).next()._id, 11);
assert(t.isCapped());
assert.eq(t.find().tailable().itcount(), 5);
assert.eq(t.find({_id: {$gte: 9}}).sort({$natural: 1}).toArray().length, 3);
assert.commandWorked(t.createIndex({x: 1}));
assert.writeOK(t.update({_id: 11}, {$set: {x: 1}}));
assert.eq(t.find({x: 1}).hint({x: 1}).itcount(), 1);
assert.commandFailed(db.createCollection("capped_bad", {capped: true}));
assert.commandFailed(db.createCollection("capped_bad", {capped: true, size: -1}));
assert.commandFailed(db.createCollection(t.getName(), {capped: true, size: 10}));
assert.commandWorked(t.validate());
assert(t.drop());
