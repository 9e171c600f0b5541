// Needs: views (lacking in ferretdb).
// Views on views, each with a pipeline, joined and grouped, redefined by collMod, turning in circles.
(function() {
    "use strict";
    const t = db.view_stack_source, names = db.view_stack_names;
    const levels = ["view_stack_1", "view_stack_2", "view_stack_3"];
    levels.concat(["view_stack_join", "view_stack_loop", t.getName(), names.getName()]).forEach((name) => db[name].drop());
    for (let i = 0; i < 24; i++) {
        assert.writeOK(t.insert({_id: i, city: i % 4, sales: i, items: [{n: i % 3}, {n: i % 5}]}));
    }
    assert.writeOK(names.insert([{_id: 0, name: "Ulm"}, {_id: 1, name: "Graz"}, {_id: 2, name: "Bern"}]));
    assert.commandWorked(db.createView(levels[0], t.getName(), [{$match: {sales: {$gte: 4}}}, {$unset: "items"}]));
    assert.commandWorked(db.createView(levels[1], levels[0], [{$group: {_id: "$city", total: {$sum: "$sales"}, n: {$sum: 1}}}]));
    assert.commandWorked(db.createView(levels[2], levels[1], {$addFields: {mean: {$divide: ["$total", "$n"]}}}));
    assert.eq(db[levels[0]].count(), 20);
    assert.eq(db[levels[1]].find({_id: 1}).toArray(), [{_id: 1, total: 65, n: 5}]);
    assert.eq(db[levels[2]].findOne({_id: 3}).mean, 15);
    assert.eq(db[levels[2]].find().sort({mean: -1}).limit(1).toArray()[0]._id, 3);
    assert.sameMembers(db[levels[2]].distinct("n"), [5]);
    assert.commandWorked(db.createView("view_stack_join", levels[2], [
        {$lookup: {from: names.getName(), localField: "_id", foreignField: "_id", as: "city"}},
        {$unwind: {path: "$city", preserveNullAndEmptyArrays: true}},
        {$project: {name: {$ifNull: ["$city.name", "?"]}, mean: 1}}
    ]));
    assert.eq(db.view_stack_join.find({name: "?"}).itcount(), 1);
    assert.eq(db.view_stack_join.aggregate([{$match: {name: "Graz"}}, {$count: "n"}]).toArray(), [{n: 1}]);
    assert.eq(names.aggregate([{$lookup: {from: levels[1], localField: "_id", foreignField: "_id", as: "v"}}, {$match: {v: {$size: 1}}}]).itcount(), 3);
    assert.writeOK(t.remove({city: 2}));
    assert.eq(db[levels[2]].find().itcount(), 3);
    assert.commandWorked(db.runCommand({collMod: levels[0], viewOn: t.getName(), pipeline: [{$match: {sales: {$lt: 4}}}]}));
    assert.eq(db[levels[2]].findOne({_id: 3}).mean, 3);
    assert.commandFailed(db.runCommand({collMod: levels[0], viewOn: levels[2], pipeline: []}));
    assert.commandFailed(db.createView("view_stack_loop", "view_stack_loop", []));
    assert.commandFailed(db.createView("view_stack_loop", t.getName(), 5));
    assert.commandFailed(db.createView("view_stack_loop", t.getName(), [{$noStage: 1}]));
    assert.commandFailed(db.runCommand({create: "view_stack_loop", viewOn: t.getName(), capped: true, size: 4096}));
    assert.commandFailed(db.adminCommand({renameCollection: db[levels[0]].getFullName(), to: db.getName() + ".view_stack_loop"}));
    assert.commandFailed(db.runCommand({findAndModify: levels[0], query: {}, remove: true}));
    assert.eq(db.getCollectionInfos({type: "view", name: /^view_stack/}).length, 4);
    const batch = assert.commandWorked(db.runCommand({find: levels[0], batchSize: 1})).cursor;
    assert.eq(assert.commandWorked(db.runCommand({getMore: batch.id, collection: levels[0]})).cursor.nextBatch.length, 2);
    assert(t.drop());
    assert.eq(db.view_stack_join.find().itcount(), 0);
    levels.concat("view_stack_join").forEach((name) => assert(db[name].drop(), name));
}());
