// What explain says of find, aggregate and count in every verbosity, with indexes of many shapes.
(function() {
    "use strict";
    const t = db.explain_verbosities;
    t.drop();
    for (let i = 0; i < 40; i++) {
        assert.writeOK(t.insert({_id: i, a: i % 8, b: [i % 3, i % 5], c: {d: "s" + i}}));
    }
    assert.commandWorked(t.createIndexes([{a: 1, _id: -1}, {b: 1}, {"c.d": 1}]));
    const verbosities = ["queryPlanner", "executionStats", "allPlansExecution"];
    const explain = (command, verbosity) => db.runCommand({explain: command, verbosity: verbosity});
    for (const verbosity of verbosities) {
        const plan = assert.commandWorked(explain({find: t.getName(), filter: {a: 3}}, verbosity));
        assert.includes(tojson(plan), t.getName());
        assert.commandWorked(explain({find: t.getName(), filter: {b: {$all: [1, 2]}}, sort: {"c.d": -1}, limit: 3, skip: 1}, verbosity));
        assert.commandWorked(explain({find: t.getName(), filter: {$or: [{a: 1}, {b: 2}, {"c.d": /^s1/}]}, projection: {a: 1}}, verbosity));
        assert.commandWorked(explain({count: t.getName(), query: {a: {$in: [1, 2]}}, limit: 5}, verbosity));
        assert.commandWorked(explain({aggregate: t.getName(), pipeline: [{$match: {a: {$gt: 2}}}, {$unwind: "$b"}, {$group: {_id: "$b", n: {$sum: 1}}}], cursor: {}}, verbosity));
        assert.commandWorked(explain({aggregate: t.getName(), pipeline: [], cursor: {}}, verbosity));
        assert.commandWorked(t.find({a: 1}).hint({a: 1, _id: -1}).explain(verbosity));
        assert.commandWorked(t.explain(verbosity).aggregate([{$sort: {a: 1}}, {$limit: 2}]));
        assert.commandWorked(t.explain(verbosity).find({b: 4}).count());
        assert.commandWorked(t.explain(verbosity).count({a: 1}));
    }
    t.aggregate([{$match: {_id: 7}}], {explain: true});
    assert.commandWorked(t.runCommand("aggregate", {pipeline: [{$project: {a: 1}}], explain: true}));
    assert.commandWorked(db.explain_verbosities_absent.find({x: 1}).explain());
    assert.commandFailed(explain({find: t.getName(), filter: {a: {$noSuch: 1}}}, "queryPlanner"));
    assert.commandFailed(explain({find: t.getName(), filter: {}, hint: "no such index"}, "queryPlanner"));
    assert.commandFailed(explain({aggregate: t.getName(), pipeline: [{$noStage: 1}], cursor: {}}, "queryPlanner"));
    assert.commandFailed(explain({explain: {find: t.getName()}}, "queryPlanner"));
    assert.commandFailed(explain({}, "queryPlanner"));
    assert.commandFailed(explain({ping: 1}, "queryPlanner"));
    db.runCommand({explain: {find: t.getName()}, verbosity: 5});
    assert.eq(t.countDocuments({}), 40, "explain changes nothing");
}());
