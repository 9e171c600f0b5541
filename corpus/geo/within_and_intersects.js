// A 2dsphere index: points, lines and polygons that lie within or cross others.
(function() {
    "use strict";
    const t = db.geo_within_and_intersects;
    t.drop();
    const point = (x, y) => ({type: "Point", coordinates: [x, y]});
    const square = (x, y, side) => ({type: "Polygon", coordinates: [[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]]});
    const names = (query) => t.find(query).sort({_id: 1}).toArray().map((doc) => doc._id);
    assert.commandWorked(t.createIndex({loc: "2dsphere"}));
    for (let x = 0; x < 5; x++) {
        for (let y = 0; y < 5; y++) {
            assert.writeOK(t.insert({_id: "p" + x + y, loc: point(x, y), x: x}));
        }
    }
    assert.writeOK(t.insert({_id: "line", loc: {type: "LineString", coordinates: [[10, 10], [12, 12]]}}));
    assert.writeOK(t.insert({_id: "area", loc: square(20, 20, 4)}));
    assert.writeOK(t.insert({_id: "many", loc: {type: "MultiPoint", coordinates: [[30, 30], [31, 31]]}}));
    assert.writeOK(t.insert({_id: "bare", loc: [40, 40]}));
    assert.writeOK(t.insert({_id: "none"}));
    assert.eq(names({loc: {$geoWithin: {$geometry: square(-0.5, -0.5, 2)}}}), ["p00", "p01", "p10", "p11"]);
    assert.eq(names({loc: {$geoIntersects: {$geometry: square(9, 9, 2)}}}), ["line"]);
    assert.eq(names({loc: {$geoWithin: {$geometry: square(9, 9, 2)}}}), []);
    assert.eq(names({loc: {$geoIntersects: {$geometry: point(22, 22)}}}), ["area"]);
    assert.eq(names({loc: {$geoIntersects: {$geometry: {type: "LineString", coordinates: [[19, 21], [25, 22]]}}}}), ["area"]);
    assert.eq(names({loc: {$geoWithin: {$geometry: {type: "MultiPolygon", coordinates: [square(29, 29, 3).coordinates, square(39, 39, 2).coordinates]}}}}), ["bare", "many"]);
    assert.eq(names({loc: {$geoWithin: {$centerSphere: [[0, 0], 1.2 * Math.PI / 180]}}}), ["p00", "p01", "p10"]);
    assert.eq(names({x: {$gte: 3}, loc: {$geoWithin: {$geometry: square(-1, -1, 4.5)}}}).length, 4);
    assert.eq(t.count({loc: {$not: {$geoWithin: {$geometry: square(-1, -1, 10)}}}}), 5);
    assert.writeError(t.insert({_id: "bad", loc: {type: "Point", coordinates: [200, 100]}}));
    assert.writeError(t.insert({_id: "bad", loc: {type: "Polygon", coordinates: [[[0, 0], [1, 1]]]}}));
    assert.writeError(t.insert({_id: "bad", loc: {type: "Blob", coordinates: [1, 1]}}));
    assert.writeError(t.insert({_id: "bad", loc: "here"}));
    assert.throws(() => names({loc: {$geoWithin: {$geometry: point(1, 1)}}}));
    assert.throws(() => names({loc: {$geoWithin: 5}}));
    assert.throws(() => names({loc: {$geoIntersects: {$box: [[0, 0], [1, 1]]}}}));
    assert.throws(() => names({loc: {$geoWithin: {$geometry: {type: "Polygon", coordinates: [[[0, 0], [5, 5], [5, 0], [0, 5], [0, 0]]]}}}}));
    assert.writeOK(t.update({_id: "bare"}, {$set: {loc: point(0.5, 0.5)}}));
    assert.writeOK(t.remove({loc: {$geoWithin: {$geometry: square(0.25, 0.25, 0.5)}}}));
    assert.eq(t.countDocuments({}), 29);
}());
