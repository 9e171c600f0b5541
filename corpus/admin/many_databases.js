// Several databases at once: siblings, the same names in each, lists of them, and dropping.
(function() {
    "use strict";
    const names = ["many_databases_a", "many_databases_b", "many_databases_C-1"];
    const all = names.map((name) => db.getSiblingDB(name));
    all.forEach((one) => assert.commandWorked(one.dropDatabase()));
    all.forEach(function(one, index) {
        for (let i = 0; i <= index; i++) {
            assert.writeOK(one.same.insert({_id: i, from: one.getName()}));
            assert.writeOK(one.getCollection("dotted.name." + i).insert({_id: i}));
        }
        assert.commandWorked(one.same.createIndex({from: 1}));
    });
    assert.eq(all.map((one) => one.same.countDocuments({})), [1, 2, 3]);
    assert.eq(all[2].getCollectionNames().sort(), ["dotted.name.0", "dotted.name.1", "dotted.name.2", "same"]);
    const listed = db.getMongo().getDBNames();
    names.forEach((name) => assert.contains(name, listed));
    assert.eq(assert.commandWorked(db.adminCommand({listDatabases: 1, nameOnly: true, filter: {name: /^many_databases/}})).databases.length, 3);
    assert.eq(all[0].getSiblingDB(names[1]).getName(), names[1]);
    assert.eq(all[1].same.getFullName(), "many_databases_b.same");
    assert.eq(all[1].getMongo().getDB(names[0]).same.findOne().from, names[0]);
    assert.writeOK(all[0].same.update({}, {$set: {from: "changed"}}));
    assert.eq(all[1].same.find({from: "changed"}).itcount(), 0);
    assert.eq(all[1].getCollectionInfos({name: /^dotted/}).length, 2);
    const cursor = all[2].same.find().sort({_id: 1}).batchSize(2);
    assert.eq(cursor.next()._id, 0);
    assert.commandWorked(all[0].dropDatabase());
    assert.eq(cursor.toArray().length, 2);
    assert.doesNotContain(names[0], db.getMongo().getDBNames());
    assert.eq(all[0].same.find().toArray(), []);
    assert.commandWorked(all[0].runCommand({dropDatabase: 1}));
    assert.writeOK(all[0].same.insert({again: true}));
    assert.eq(all[0].getCollectionNames(), ["same"]);
    all[1].runCommand({dropDatabase: 1, writeConcern: 5});
    assert.throws(() => db.getSiblingDB("bad name"));
    assert.throws(() => db.getSiblingDB("bad.name"));
    assert.commandWorkedOrFailedWithCode(db.getSiblingDB("x".repeat(63)).runCommand({ping: 1}), 73);
    const [first, ...others] = all;
    assert.eq(first.stats().db, names[0]);
    others.concat(first).forEach((one) => assert.commandWorked(one.dropDatabase()));
}());
