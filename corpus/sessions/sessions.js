// Needs: refreshSessions (lacking in ferretdb).
// Sessions without transactions.
var session = db.getMongo().startSession();
var sdb = session.getDatabase(db.getName());
var t = sdb.sessions_plain;
t.drop();
assert.writeOK(t.insert({_id: 1, a: 1}));
assert.eq(t.findOne().a, 1);
assert.writeOK(t.update({_id: 1}, {$inc: {a: 1}}));
assert.eq(t.find({a: 2}).itcount(), 1);
assert.eq(t.aggregate([{$match: {}}]).itcount(), 1);
assert.commandWorked(sdb.runCommand({ping: 1}));
assert(session.getSessionId().id);
var another = db.getMongo().startSession({causalConsistency: false});
assert.eq(another.getDatabase(db.getName()).sessions_plain.count(), 1);
another.endSession();
assert(another.hasEnded());
assert.commandWorked(db.adminCommand({refreshSessions: [session.getSessionId()]}));
session.endSession();
assert.commandWorked(db.adminCommand({endSessions: [{id: UUID()}]}));
assert.commandFailed(db.adminCommand({endSessions: 5}));
assert.commandFailed(db.runCommand({find: "sessions_plain", lsid: 5}));
