// Server-side dates, and updates written as pipelines.
(function() {
    "use strict";
    const t = db.update_date_pipeline;
    t.drop();
    assert.writeOK(t.insert({_id: 1, a: 3, b: 4}));
    assert.writeOK(t.update({_id: 1}, {$currentDate: {d: true}}));
    assert.writeOK(t.update({_id: 1}, {$currentDate: {e: {$type: "date"}}}));
    assert.writeOK(t.update({_id: 1}, {$currentDate: {ts: {$type: "timestamp"}}}));
    assert.eq(t.count({d: {$type: "date"}, ts: {$type: "timestamp"}}), 1);
    assert.writeError(t.update({_id: 1}, {$currentDate: {f: {$type: "string"}}}));
    assert.commandWorked(db.runCommand({update: t.getName(), updates: [{q: {_id: 1}, u: [{$set: {sum: {$add: ["$a", "$b"]}}}]}]}));
    assert.eq(t.findOne().sum, 7);
    assert.commandWorked(db.runCommand({update: t.getName(), updates: [{q: {}, u: [{$unset: ["d", "e"]}, {$set: {c: {$concat: ["x", "y"]}}}], multi: true}]}));
    assert.eq(t.findOne().c, "xy");
    assert.commandWorked(db.runCommand({update: t.getName(), updates: [{q: {_id: 2}, u: [{$replaceWith: {_id: 2, made: true}}], upsert: true}]}));
    assert.eq(t.findOne({_id: 2}).made, true);
    assert.commandWorked(db.runCommand({update: t.getName(), updates: [{q: {_id: 1}, u: [{$project: {a: 1, twice: {$multiply: ["$a", 2]}}}]}]}));
    assert.docEq(t.findOne({_id: 1}), {_id: 1, a: 3, twice: 6});
    assert.commandWorked(t.runCommand("update", {updates: [{q: {a: 3}, u: {$inc: {a: 1}}}, {q: {a: 4}, u: {$inc: {a: 1}}}]}));
    assert.eq(t.findOne({_id: 1}).a, 5);
    assert.commandFailed(db.runCommand({update: t.getName(), updates: []}));
    const bad = db.runCommand({update: t.getName(), updates: [{q: {}, u: [{$group: {_id: 1}}]}]});
    assert(!bad.ok || bad.writeErrors);
    assert.eq(t.countDocuments({}), 2);
}());
