// explain of find, aggregate and count in the verbosities.
var t = db.explain_find;
t.drop();
for (var i = 0; i < 30; i++) {
    t.insert({_id: i, a: i % 6, b: i});
}
t.ensureIndex({a: 1});
var plan = t.find({a: 3}).explain();
assert(plan.queryPlanner || plan.explainVersion || plan.ok);
assert.commandWorked(t.find({b: 3}).explain("executionStats"));
assert.commandWorked(t.find({a: {$gt: 2}}).sort({b: 1}).limit(3).explain("allPlansExecution"));
assert.commandWorked(t.find({_id: 5}).explain("queryPlanner"));
assert.commandWorked(t.explain().find({a: 1}).hint({a: 1}).finish());
assert.commandWorked(t.explain("executionStats").find({a: 1, b: {$lt: 10}}).finish());
assert.commandWorked(t.explain().aggregate([{$match: {a: 1}}, {$group: {_id: "$b"}}]));
assert.commandWorked(t.explain().count({a: 2}));
assert.commandWorked(db.runCommand({explain: {find: t.getName(), filter: {a: {$in: [1, 2]}}}, verbosity: "queryPlanner"}));
assert.commandWorked(db.runCommand({explain: {count: t.getName(), query: {a: {$gte: 1}}}}));
assert.commandWorked(db.runCommand({explain: {find: "explain_no_such", filter: {}}}));
assert.commandFailed(db.runCommand({explain: {noSuchCommand: 1}}));
assert.commandWorkedOrFailedWithCode(db.runCommand({explain: {find: t.getName()}, verbosity: "loud"}), [2, 9]);
assert.commandFailed(db.runCommand({explain: 5}));
assert.throws(function() {
    t.explain("loud");
});
assert.throws(function() {
    t.find().hint({noSuch: 1}).explain();
});
