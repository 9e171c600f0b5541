// getMore and killCursors as commands: batch sizes, dead cursors, wrong namespaces, wrong types.
(function() {
    "use strict";
    const t = db.cursor_commands;
    const other = db.cursor_commands_other;
    t.drop();
    other.drop();
    assert.writeOK(other.insert({_id: 1}));
    const elsewhere = db.getSiblingDB("cursor_commands_elsewhere");
    assert.writeOK(elsewhere[t.getName()].update({_id: 1}, {_id: 1}, {upsert: true}));
    for (let i = 0; i < 60; i++) {
        assert.writeOK(t.insert({_id: i, a: i % 6}));
    }
    const open = function(command) {
        const cursor = assert.commandWorked(db.runCommand(command)).cursor;
        assert.neq(cursor.id, NumberLong(0), tojson(command));
        return cursor.id;
    };
    const more = (id, fields) => db.runCommand(Object.extend({getMore: id, collection: t.getName()}, fields || {}));
    let id = open({find: t.getName(), sort: {_id: 1}, batchSize: 1});
    [1, 2, NumberInt(3), NumberLong(4)].forEach(function(size) {
        assert.eq(assert.commandWorked(more(id, {batchSize: size})).cursor.nextBatch.length, Number(size));
    });
    assert.commandWorked(more(id, {batchSize: 0}));
    assert.commandWorkedOrFailedWithCode(more(id, {batchSize: 100}), 43);
    assert.commandFailedWithCode(more(id), 43);
    id = open({aggregate: t.getName(), pipeline: [{$match: {a: {$lt: 3}}}, {$sort: {_id: -1}}], cursor: {batchSize: 5}});
    let batch = assert.commandWorked(more(id, {batchSize: 100})).cursor;
    assert.eq(batch.nextBatch.length, 25);
    assert.eq(batch.ns, t.getFullName());
    assert.eq(batch.id, NumberLong(0));
    id = open({find: t.getName(), batchSize: 2});
    db.runCommand({getMore: id, collection: other.getName(), batchSize: 1});
    assert.commandFailed(elsewhere.runCommand({getMore: id, collection: t.getName(), batchSize: 1}));
    assert.commandFailedWithCode(more("not a number"), 14);
    assert.commandFailed(db.runCommand({getMore: id, collection: 5}));
    assert.commandFailed(more(id, {batchSize: -1}));
    assert.commandFailed(more(NumberInt(7)));
    id = open({find: t.getName(), batchSize: 2});
    const killed = assert.commandWorked(db.runCommand({killCursors: t.getName(), cursors: [id, NumberLong(123456789)]}));
    assert.eq(killed.cursorsKilled, [id]);
    assert.eq(killed.cursorsNotFound, [NumberLong(123456789)]);
    assert.eq(killed.cursorsAlive, []);
    assert.commandFailedWithCode(more(id), 43);
    assert.commandFailed(db.runCommand({killCursors: t.getName(), cursors: ["x"]}));
    assert.commandFailed(db.runCommand({killCursors: t.getName(), cursors: 5}));
    assert.commandFailed(db.runCommand({killCursors: 5, cursors: [id]}));
    db.runCommand({killCursors: t.getName(), cursors: []});
    const held = t.find({a: {$gte: 0}}).batchSize(3);
    assert.eq(held.next().a, 0);
    held.close();
    assert.eq(t.find().batchSize(11).toArray().length, 60);
    assert.commandWorked(elsewhere.dropDatabase());
}());
