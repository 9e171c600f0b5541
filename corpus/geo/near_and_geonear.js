// Nearest first on a sphere: $near, $nearSphere with distances, and the $geoNear stage.
(function() {
    "use strict";
    const t = db.geo_near_and_geonear;
    t.drop();
    const at = (x, y) => ({type: "Point", coordinates: [x, y]});
    const ids = (cursor) => cursor.toArray().map((doc) => doc._id);
    const bulk = t.initializeUnorderedBulkOp();
    for (let i = 0; i < 20; i++) {
        bulk.insert({_id: i, pos: at(i, 0), kind: i % 2 ? "odd" : "even", sub: {pos: at(0, i)}});
    }
    assert.eq(bulk.execute().nInserted, 20);
    assert.throws(() => t.find({pos: {$near: {$geometry: at(0, 0)}}}).itcount());
    assert.commandWorked(t.createIndex({pos: "2dsphere"}));
    assert.eq(ids(t.find({pos: {$near: {$geometry: at(4.2, 0)}}}).limit(3)), [4, 5, 3]);
    assert.eq(ids(t.find({pos: {$nearSphere: {$geometry: at(4.2, 0), $maxDistance: 150000}}})), [4, 5, 3]);
    assert.eq(ids(t.find({pos: {$near: {$geometry: at(0, 0), $minDistance: 1900000}}})), [18, 19]);
    assert.eq(ids(t.find({kind: "odd", pos: {$near: {$geometry: at(0, 0)}}}).limit(2)), [1, 3]);
    assert.eq(t.find({pos: {$near: {$geometry: at(90, 0), $maxDistance: 10}}}).itcount(), 0);
    assert.eq(ids(t.find({pos: {$near: {$geometry: at(0, 0)}}}).skip(2).limit(2)), [2, 3]);
    assert.eq(ids(t.find({pos: {$near: {$geometry: at(0, 0)}}}).sort({_id: -1}).limit(1)), [19], "a sort wins over the distance");
    const stage = (more) => t.aggregate([{$geoNear: Object.extend({near: at(0, 0), distanceField: "far", key: "pos", spherical: true}, more || {})}]);
    const all = stage().toArray();
    assert.eq(all.length, 20);
    assert.eq(all[0].far, 0);
    assert.between(111000, all[1].far, 111500);
    for (let i = 1; i < all.length; i++) {
        assert.lte(all[i - 1].far, all[i].far);
    }
    assert.eq(stage({maxDistance: 250000, query: {kind: "even"}}).toArray().map((doc) => doc._id), [0, 2]);
    assert.eq(stage({minDistance: 1950000}).itcount(), 2);
    assert.close(stage({distanceMultiplier: 0.001}).toArray()[2].far, 222.6, "in kilometres", 0);
    assert.eq(stage({includeLocs: "found"}).toArray()[3].found, at(3, 0));
    assert.commandWorked(t.createIndex({"sub.pos": "2dsphere"}));
    assert.eq(stage({key: "sub.pos", near: at(0, 7)}).next()._id, 7);
    assert.throws(() => stage({near: "here"}).itcount());
    assert.throws(() => stage({key: "kind"}).itcount());
    assert.throws(() => t.aggregate([{$geoNear: {near: at(0, 0), key: "pos"}}, {$limit: 1}, {$geoNear: {}}]).itcount());
    assert.throws(() => t.aggregate([{$limit: 1}, {$geoNear: {near: at(0, 0), distanceField: "d", key: "pos"}}]).itcount());
    assert.throws(() => t.find({pos: {$near: {$geometry: at(0, 0), $maxDistance: -1}}}).itcount());
    assert.throws(() => t.find({$or: [{pos: {$near: {$geometry: at(0, 0)}}}, {kind: "odd"}]}).itcount());
}());
