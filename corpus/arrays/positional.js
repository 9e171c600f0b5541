// Positional updates: the first match, all elements, and filtered ones.
(function() {
    "use strict";
    const t = db.arrays_positional;
    t.drop();
    assert.writeOK(t.insert({_id: 1, g: [80, 85, 90], items: [{n: "a", q: 1}, {n: "b", q: 2}, {n: "c", q: 3}]}));
    assert.writeOK(t.insert({_id: 2, g: [85, 70], items: []}));
    assert.writeOK(t.update({_id: 1, g: 85}, {$set: {"g.$": 86}}));
    assert.eq(t.findOne({_id: 1}).g, [80, 86, 90]);
    assert.writeOK(t.update({"items.n": "b"}, {$inc: {"items.$.q": 10}}));
    assert.eq(t.findOne({_id: 1}).items[1].q, 12);
    assert.writeOK(t.update({items: {$elemMatch: {n: "c", q: {$gt: 1}}}}, {$set: {"items.$.hit": true}}));
    assert.eq(t.count({"items.2.hit": true}), 1);
    assert.writeOK(t.update({}, {$inc: {"g.$[]": 1}}, {multi: true}));
    assert.eq(t.findOne({_id: 2}).g, [86, 71]);
    assert.writeOK(t.update({_id: 1}, {$mul: {"items.$[].q": 2}}));
    assert.eq(t.findOne({_id: 1}).items[0].q, 2);
    assert.writeOK(t.update({}, {$set: {"g.$[low]": 0}}, {multi: true, arrayFilters: [{low: {$lt: 85}}]}));
    assert.eq(t.findOne({_id: 2}).g, [86, 0]);
    assert.writeOK(t.update({_id: 1}, {$set: {"items.$[i].big": true}}, {arrayFilters: [{"i.q": {$gte: 6}}]}));
    assert.eq(t.findOne({_id: 1}).items.filter((item) => item.big).length, 2);
    assert.writeError(t.update({_id: 1}, {$set: {"g.$": 1}}));
    assert.writeError(t.update({_id: 1}, {$set: {"g.$[x]": 1}}));
    assert.writeError(t.update({_id: 1}, {$set: {"g.$[x]": 1}}, {arrayFilters: [{x: 1}, {y: 2}]}));
    assert.writeOK(t.update({_id: 1}, {$unset: {"items.0.q": 1, "items.$[].hit": 1}}));
    assert.eq(t.count({"items.hit": {$exists: true}}), 0);
    assert.writeOK(t.update({_id: 1, "items.n": {$in: ["a", "b"]}}, {$push: {"items.$.tags": "first"}}));
    assert.eq(t.findOne({_id: 1}).items[0].tags, ["first"]);
}());
