// Removing by query, one, many and all.
(function() {
    "use strict";
    const t = db.crud_remove_forms;
    t.drop();
    for (let i = 0; i < 30; i++) {
        assert.writeOK(t.insert({_id: i, mod: i % 3, half: i < 15}));
    }
    assert.eq(t.remove({_id: 0}).nRemoved, 1);
    assert.eq(t.remove({_id: 0}).nRemoved, 0);
    assert.eq(t.remove({mod: 1}, true).nRemoved, 1);
    assert.eq(t.remove({mod: 1}, {justOne: true}).nRemoved, 1);
    assert.eq(t.count({mod: 1}), 8);
    assert.eq(t.deleteOne({mod: 2}).deletedCount, 1);
    assert.eq(t.deleteMany({mod: 2, half: true}).deletedCount, 4);
    assert.commandWorked(db.runCommand({delete: t.getName(), deletes: [{q: {_id: 28}, limit: 1}, {q: {mod: 0}, limit: 0}]}));
    assert.eq(t.find({mod: 0}).itcount(), 0);
    assert.commandWorked(db.runCommand({delete: t.getName(), deletes: [{q: {_id: {$in: [7, 10, 999]}}, limit: 0}], ordered: false}));
    assert.commandFailed(db.runCommand({delete: t.getName(), deletes: []}));
    assert.writeOK(t.remove({$or: [{mod: 1}, {half: {$exists: false}}]}));
    assert.eq(t.count({mod: 1}), 0);
    assert.writeOK(t.remove({}));
    assert.eq(t.countDocuments({}), 0);
    assert.eq(t.find().itcount(), 0);
    assert.writeOK(t.insert({_id: "again"}));
    assert.eq(t.findOne()._id, "again");
    assert(t.drop());
}());
