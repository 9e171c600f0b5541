// Commands with wrong arguments are refused with an error, never with silence.
var t = db.errors_commands;
t.drop();
t.insert({_id: 1});
assert.commandFailed(db.runCommand({find: 5}));
assert.commandFailed(db.runCommand({find: t.getName(), filter: 5}));
assert.commandFailed(db.runCommand({find: t.getName(), sort: "x"}));
db.runCommand({find: t.getName(), limit: -5});
assert.commandFailed(db.runCommand({find: t.getName(), skip: -1}));
assert.commandFailed(db.runCommand({find: t.getName(), projection: 5}));
assert.commandFailed(db.runCommand({insert: t.getName()}));
assert.commandFailed(db.runCommand({insert: t.getName(), documents: 5}));
assert.commandFailed(db.runCommand({insert: 7, documents: [{}]}));
assert.commandFailed(db.runCommand({update: t.getName()}));
assert.commandFailed(db.runCommand({update: t.getName(), updates: [{u: {}}]}));
assert.commandFailed(db.runCommand({delete: t.getName(), deletes: [{q: {}}]}));
assert.commandFailed(db.runCommand({aggregate: t.getName(), cursor: {}}));
assert.commandFailed(db.runCommand({aggregate: t.getName(), pipeline: {}, cursor: {}}));
assert.commandFailed(db.runCommand({aggregate: t.getName(), pipeline: [5], cursor: {}}));
assert.commandFailed(db.runCommand({createIndexes: t.getName()}));
assert.commandFailed(db.runCommand({dropIndexes: t.getName(), index: "nope"}));
assert.commandFailed(db.runCommand({count: 5}));
assert.commandFailed(db.runCommand({distinct: t.getName()}));
assert.commandFailed(db.runCommand({getMore: NumberLong(1)}));
assert.commandFailed(db.runCommand({killCursors: t.getName()}));
assert.commandFailed(db.runCommand({findAndModify: t.getName(), update: 5}));
assert.commandFailed(db.runCommand({create: 5}));
assert.commandFailed(db.runCommand({}));
var error = assert.throws(function() {
    t.find({a: {$noSuchOperator: 1}}).itcount();
});
assert.eq(error.code, 2);
assert.throws(function() {
    db.runCommand(5);
});
