// Needs: validators (lacking in ferretdb).
// Validators written as queries and as expressions, their levels and actions.
var t = db.validation_expressions;
t.drop();
assert.commandWorked(db.createCollection(t.getName(), {validator: {$expr: {$lte: ["$low", "$high"]}, kind: {$in: ["range", "point"]}}}));
assert.writeOK(t.insert({_id: 1, kind: "range", low: 1, high: 5}));
assert.writeErrorWithCode(t.insert({_id: 2, kind: "range", low: 6, high: 5}), 121);
assert.writeErrorWithCode(t.insert({_id: 2, kind: "line", low: 1, high: 5}), 121);
assert.writeErrorWithCode(t.update({_id: 1}, {$inc: {low: 10}}), 121);
assert.writeOK(t.update({_id: 1}, {$inc: {low: 1, high: 1}}));
assert.writeErrorWithCode(t.update({_id: 1}, {kind: "none"}), 121);
assert.writeErrorWithCode(t.update({_id: 3}, {$set: {low: 2}}, {upsert: true}), 121);
assert.eq(t.findOne(), {_id: 1, kind: "range", low: 2, high: 6});
var error = assert.throws(function() {
    t.insertMany([{_id: 4, kind: "point"}, {_id: 5, kind: "nothing"}, {_id: 6, kind: "point"}]);
});
assert.eq(error.code, 121);
assert.eq(t.find().itcount(), 2);
error = assert.throws(function() {
    t.updateOne({_id: 4}, {$set: {low: 1, high: 0}});
});
assert.eq(error.code, 121);
assert.commandWorked(db.runCommand({update: t.getName(), updates: [{q: {_id: 4}, u: {$set: {low: 9, high: 0}}}], bypassDocumentValidation: true}));
assert.eq(t.count({low: {$gt: 8}}), 1);
var loose = db.validation_expressions_loose;
loose.drop();
assert.commandWorked(db.createCollection(loose.getName(), {validator: {a: {$type: "number"}}, validationAction: "warn"}));
assert.writeOK(loose.insert([{_id: 1, a: "text"}, {_id: 2, a: 2}, {_id: 3}]));
assert.eq(loose.find({a: {$type: "number"}}).itcount(), 1);
var info = db.getCollectionInfos({name: loose.getName()})[0].options;
assert.eq(info.validator, {a: {$type: "number"}});
assert.eq(info.validationAction, "warn");
assert.commandFailed(db.createCollection("validation_expressions_bad", {validator: 5}));
assert.commandFailed(db.createCollection("validation_expressions_bad", {validator: {$noSuch: 1}}));
assert.commandFailed(db.createCollection("validation_expressions_bad", {validator: {}, validationLevel: "sometimes"}));
assert.commandFailed(db.createCollection("validation_expressions_bad", {validator: {}, validationAction: "shout"}));
assert(loose.drop());
