// Needs: validators (lacking in ferretdb).
// collMod puts validators on, changes their level, and takes them off, with documents that break them.
(function() {
    "use strict";
    const t = db.coll_mod_validators;
    t.drop();
    assert.writeOK(t.insert([{_id: "old", qty: "many"}, {_id: "fine", qty: 5}]));
    const change = (fields) => t.runCommand("collMod", fields);
    assert.commandWorked(change({validator: {qty: {$type: "number"}}, validationLevel: "moderate"}));
    assert.writeErrorWithCode(t.insert({_id: "new", qty: "few"}), 121);
    assert.writeOK(t.update({_id: "old"}, {$set: {qty: "still many"}}), "moderate lets broken documents be");
    assert.writeErrorWithCode(t.update({_id: "fine"}, {$set: {qty: "x"}}), 121);
    assert.commandWorked(change({validationLevel: "strict"}));
    assert.writeErrorWithCode(t.update({_id: "old"}, {$set: {qty: "more"}}), 121);
    assert.writeOK(t.update({_id: "old"}, {$set: {qty: 1}}));
    assert.eq(db.getCollectionInfos({name: t.getName()})[0].options.validationLevel, "strict");
    assert.commandWorked(change({validationAction: "warn"}));
    assert.writeOK(t.insert({_id: "warned", qty: "few"}));
    assert.commandWorked(change({validator: {qty: {$exists: true}, unit: {$in: ["kg", "l"]}}, validationAction: "error"}));
    assert.writeErrorWithCode(t.insert({_id: "no unit", qty: 1}), 121);
    assert.writeErrorWithCode(t.insert({_id: "bad unit", qty: 1, unit: "m"}), 121);
    assert.writeOK(t.insert({_id: "unit", qty: 1, unit: "kg"}));
    assert.commandWorked(change({validator: {$or: [{qty: {$gt: 0}}, {note: {$exists: true}}]}}));
    assert.writeErrorWithCode(t.insert({_id: "none", qty: 0}), 121);
    assert.writeOK(t.insert({_id: "noted", qty: 0, note: ""}));
    assert.commandWorked(change({validator: {}}));
    assert.writeOK(t.insert({_id: "anything"}));
    assert.eq(t.find().itcount(), 6);
    assert.commandFailed(change({validator: 5}));
    assert.commandFailed(change({validator: {qty: {$noSuch: 1}}}));
    assert.commandFailed(change({validationLevel: "maybe"}));
    assert.commandFailed(change({validationAction: 1}));
    assert.commandFailedWithCode(db.runCommand({collMod: "coll_mod_validators_absent", validator: {}}), 26);
    assert.commandWorked(t.validate());
}());
