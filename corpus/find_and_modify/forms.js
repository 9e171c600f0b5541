// findAndModify in its forms.
var t = db.find_and_modify_forms;
t.drop();
for (var i = 0; i < 10; i++) {
    t.insert({_id: i, n: i, done: false, list: [1, 2, 3]});
}
assert.eq(t.findAndModify({query: {done: false}, sort: {n: -1}, update: {$set: {done: true}}})._id, 9);
assert.eq(t.findAndModify({query: {_id: 9}, update: {$inc: {n: 1}}, new: true}).n, 10);
assert.eq(t.findAndModify({query: {_id: 8}, remove: true}).n, 8);
assert.eq(t.findAndModify({query: {_id: 8}, update: {$set: {x: 1}}}), null);
assert.eq(t.findAndModify({query: {_id: 8}, update: {$set: {x: 1}}, upsert: true, new: true}).x, 1);
assert.eq(t.findAndModify({query: {_id: 7}, update: {$set: {x: 1}}, fields: {n: 1, _id: 0}}), {n: 7});
assert.eq(t.findAndModify({query: {_id: 6}, update: {replaced: true}, new: true}), {_id: 6, replaced: true});
assert.eq(t.findAndModify({query: {_id: 5, list: 2}, update: {$set: {"list.$": 20}}, new: true}).list, [1, 20, 3]);
assert.eq(t.findOneAndUpdate({_id: 4}, {$inc: {n: 100}}, {returnNewDocument: true}).n, 104);
assert.eq(t.findOneAndReplace({_id: 4}, {r: 1}).n, 104);
assert.eq(t.findOneAndDelete({_id: 4}).r, 1);
assert.eq(t.find().itcount(), 9);
var res = assert.commandWorked(db.runCommand({findAndModify: t.getName(), query: {_id: 3}, update: {$unset: {n: 1}}}));
assert.eq(res.lastErrorObject.n, 1);
res = assert.commandWorked(db.runCommand({findAndModify: t.getName(), query: {_id: 99}, update: {$set: {n: 1}}, upsert: true}));
assert.eq(res.lastErrorObject.upserted, 99);
assert.commandFailed(db.runCommand({findAndModify: t.getName(), query: {}, remove: true, update: {$set: {a: 1}}}));
assert.commandFailed(db.runCommand({findAndModify: t.getName(), query: {}, remove: true, new: true}));
assert.commandFailed(db.runCommand({findAndModify: t.getName(), query: {}}));
assert.commandFailed(db.runCommand({findAndModify: t.getName(), query: {_id: 3}, update: {$set: {_id: 4}}}));
assert.commandFailed(db.runCommand({findAndModify: t.getName(), query: {_id: 3}, update: {$inc: {list: 1}}}));
