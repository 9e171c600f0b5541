// Writes with txnNumber and stmtId: sent once, sent again, and refused. A standalone server may refuse them all.
(function() {
    "use strict";
    const t = db.sessions_retryable;
    t.drop();
    const lsid = {id: UUID()};
    let number = 0;
    const send = (command, again) => db.runCommand(Object.extend(command, {lsid: lsid, txnNumber: NumberLong(again ? number : ++number)}));
    const maybe = [20, 50, 72, 117, 251, 263];
    assert.commandWorkedOrFailedWithCode(send({insert: t.getName(), documents: [{_id: 1, n: 0}, {_id: 2, n: 0}]}), maybe);
    const taken = t.countDocuments({}) > 0;
    if (!taken) {
        assert.writeOK(t.insert([{_id: 1, n: 0}, {_id: 2, n: 0}]));
    }
    assert.commandWorkedOrFailedWithCode(send({update: t.getName(), updates: [{q: {_id: 1}, u: {$inc: {n: 1}}}], stmtId: NumberInt(0)}), maybe);
    db.runCommand({update: t.getName(), updates: [{q: {_id: 1}, u: {$inc: {n: 1}}}], lsid: lsid, txnNumber: NumberLong(number), stmtId: NumberInt(0)});
    assert.lte(t.findOne({_id: 1}).n, 2);
    assert.commandWorkedOrFailedWithCode(send({findAndModify: t.getName(), query: {_id: 2}, update: {$inc: {n: 5}}, new: true}), maybe);
    assert.commandWorkedOrFailedWithCode(send({delete: t.getName(), deletes: [{q: {_id: 2}, limit: 1}]}), maybe);
    assert.commandWorkedOrFailedWithCode(send({delete: t.getName(), deletes: [{q: {_id: 2}, limit: 1}]}, true), maybe);
    send({update: t.getName(), updates: [{q: {}, u: {$set: {many: 1}}, multi: true}]});
    send({delete: t.getName(), deletes: [{q: {_id: "none"}, limit: 0}]});
    send({insert: t.getName(), documents: [{_id: 3}, {_id: 3}, {_id: 4}], ordered: false, stmtIds: [NumberInt(1), NumberInt(2), NumberInt(3)]});
    send({find: t.getName()});
    db.runCommand({insert: t.getName(), documents: [{_id: 5}], txnNumber: NumberLong(1)});
    db.runCommand({insert: t.getName(), documents: [{_id: 6}], lsid: lsid, txnNumber: NumberLong(-1)});
    db.runCommand({insert: t.getName(), documents: [{_id: 7}], lsid: lsid, txnNumber: "one"});
    db.runCommand({insert: t.getName(), documents: [{_id: 8}], lsid: lsid, txnNumber: NumberLong(0), stmtId: "x"});
    const session = db.getMongo().startSession({retryWrites: true});
    const inside = session.getDatabase(db.getName())[t.getName()];
    assert.eq(inside.find({_id: 1}).itcount(), 1);
    session.endSession();
    const retrying = assert.commandWorked(db.runCommand({find: t.getName(), filter: {_id: 1}})).cursor.firstBatch;
    assert.eq(retrying.length, 1);
    assert.between(0, retrying[0].n, 2);
    assert.commandWorked(db.runCommand({update: t.getName(), updates: [{q: {_id: 1}, u: {$set: {n: 0}}, upsert: false}], writeConcern: {w: 1, wtimeout: 1000}}));
    assert.eq(t.findOne({_id: 1}).n, 0);
    assert.commandWorked(t.validate());
}());
