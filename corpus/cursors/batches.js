// Batches, getMore, killCursors.
(function() {
    "use strict";
    const t = db.cursor_batches;
    t.drop();
    const docs = [];
    for (let i = 0; i < 120; i++) {
        docs.push({_id: i, pad: "p".repeat(i % 10)});
    }
    assert.writeOK(t.insert(docs));
    assert.eq(t.find().batchSize(7).itcount(), 120);
    assert.eq(t.find().batchSize(2).limit(5).itcount(), 5);
    assert.eq(t.find().skip(118).itcount(), 2);
    assert.eq(t.find().limit(-3).itcount(), 3);
    let res = assert.commandWorked(db.runCommand({find: t.getName(), batchSize: 10}));
    assert.eq(res.cursor.firstBatch.length, 10);
    const id = res.cursor.id;
    res = assert.commandWorked(db.runCommand({getMore: id, collection: t.getName(), batchSize: 15}));
    assert.eq(res.cursor.nextBatch.length, 15);
    res = assert.commandWorked(db.runCommand({getMore: id, collection: t.getName()}));
    assert.eq(res.cursor.nextBatch.length, 95);
    assert.commandFailedWithCode(db.runCommand({getMore: id, collection: t.getName()}), 43);
    res = assert.commandWorked(db.runCommand({find: t.getName(), batchSize: 0}));
    assert.eq(res.cursor.firstBatch, []);
    assert.commandWorked(db.runCommand({killCursors: t.getName(), cursors: [res.cursor.id]}));
    assert.commandFailedWithCode(db.runCommand({getMore: res.cursor.id, collection: t.getName()}), 43);
    assert.commandWorked(db.runCommand({killCursors: t.getName(), cursors: [NumberLong(12345)]}));
    assert.commandFailed(db.runCommand({getMore: "x", collection: t.getName()}));
    assert.commandFailed(db.runCommand({find: t.getName(), batchSize: -1}));
    res = assert.commandWorked(db.runCommand({find: t.getName(), singleBatch: true, batchSize: 5}));
    assert.eq(res.cursor.id, 0);
    assert.eq(t.aggregate([{$sort: {_id: -1}}], {cursor: {batchSize: 9}}).itcount(), 120);
    const cursor = t.find().sort({_id: 1}).batchSize(4);
    assert.eq(cursor.next()._id, 0);
    assert.eq(cursor.objsLeftInBatch(), 3);
    assert(t.drop());
    assert.eq(t.find().itcount(), 0);
}());
