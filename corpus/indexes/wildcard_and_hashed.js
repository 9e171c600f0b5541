// Wildcard and hashed indexes give what a scan gives.
(function() {
    "use strict";
    const t = db.index_wildcard_and_hashed;
    t.drop();
    const sameWithHint = function(query, hint) {
        const plain = t.find(query).hint({$natural: 1}).sort({_id: 1}).toArray();
        const hinted = t.find(query).hint(hint).sort({_id: 1}).toArray();
        assert.eq(plain, hinted, "different with " + tojsononeline(hint) + " for " + tojsononeline(query));
        return plain.length;
    };
    for (let i = 0; i < 30; i++) {
        assert.writeOK(t.insert({_id: i, user: {name: "n" + i % 4, tags: [i % 3, {deep: i % 5}]}, h: i % 6, other: i}));
    }
    assert.commandWorked(t.createIndex({"user.$**": 1}));
    assert.commandWorked(t.createIndex({h: "hashed"}));
    assert.eq(sameWithHint({"user.name": "n1"}, {"user.$**": 1}), 8);
    assert.eq(sameWithHint({"user.name": {$gte: "n2"}}, {"user.$**": 1}), 14);
    assert.eq(sameWithHint({"user.tags": 2}, {"user.$**": 1}), 10);
    assert.eq(sameWithHint({"user.tags.deep": {$in: [0, 4]}}, {"user.$**": 1}), 12);
    assert.eq(sameWithHint({"user.name": "n1", "user.tags": 0}, {"user.$**": 1}), 2);
    assert.eq(sameWithHint({h: 3}, {h: "hashed"}), 5);
    assert.eq(sameWithHint({h: {$in: [1, 2, NumberLong(3)]}}, "h_hashed"), 15);
    assert.eq(sameWithHint({h: 3.0, other: {$lt: 10}}, {h: "hashed"}), 2);
    assert.eq(t.find({h: {$gt: 3}}).itcount(), 10);
    assert.writeOK(t.update({h: 3}, {$set: {h: "three", "user.name": null}}, {multi: true}));
    assert.eq(sameWithHint({h: "three"}, {h: "hashed"}), 5);
    assert.eq(t.find({"user.name": null}).itcount(), 5);
    assert.writeOK(t.remove({h: 0}));
    assert.eq(sameWithHint({h: 0}, {h: "hashed"}), 0);
    assert.commandWorked(t.dropIndex({"user.$**": 1}));
    assert.commandWorked(t.createIndex({"$**": 1}, {name: "everything", wildcardProjection: {user: 0}}));
    assert.eq(t.find({other: 20}).hint("everything").itcount(), 1);
    assert.commandFailed(t.createIndex({h: "hashed", other: "hashed"}));
    assert.commandFailed(t.createIndex({z: "hashed"}, {unique: true}));
    assert.commandFailed(t.createIndex({"$**": 1}, {name: "unique one", unique: true}));
    assert.commandFailed(t.createIndex({"a.$**.b": 1}));
    assert.commandFailed(t.createIndex({"z.$**": 1}, {wildcardProjection: {a: 1}}));
    assert.commandFailed(t.createIndex({z: "wild"}));
    t.insert({_id: "list", h: [1, 2]});
    assert.commandWorked(t.validate());
}());
