// $unionWith over collections, and $graphLookup through trees and circles.
var t = db.agg_union_graph;
var more = db.agg_union_graph_more;
t.drop();
more.drop();
t.insert([{_id: "root"}, {_id: "a", up: "root", w: 1}, {_id: "b", up: "root", w: 2}, {_id: "a1", up: "a", w: 3}, {_id: "a2", up: "a", w: 4}, {_id: "a1x", up: "a1", w: 5}]);
more.insert([{_id: "x", next: ["y", "z"]}, {_id: "y", next: "x"}, {_id: "z", next: null, w: 9}, {_id: "b", w: 20}]);
var graph = function(start, fields) {
    var spec = {from: t.getName(), startWith: "$_id", connectFromField: "_id", connectToField: "up", as: "below"};
    return t.aggregate([{$match: {_id: start}}, {$graphLookup: Object.extend(spec, fields || {})}]).toArray()[0].below;
};
assert.eq(t.aggregate([{$unionWith: more.getName()}]).itcount(), 10);
assert.eq(t.aggregate([{$unionWith: {coll: more.getName(), pipeline: [{$match: {w: {$gt: 5}}}]}}, {$match: {w: {$gt: 4}}}]).itcount(), 3);
assert.eq(t.aggregate([{$unionWith: more.getName()}, {$group: {_id: "$_id", n: {$sum: 1}}}, {$match: {n: 2}}]).toArray(), [{_id: "b", n: 2}]);
assert.eq(t.aggregate([{$match: {_id: "none"}}, {$unionWith: {coll: more.getName(), pipeline: [{$sort: {_id: 1}}, {$limit: 1}]}}]).toArray()[0]._id, "b");
assert.eq(t.aggregate([{$unionWith: {coll: more.getName(), pipeline: [{$unionWith: t.getName()}]}}, {$count: "n"}]).next().n, 16);
assert.eq(t.aggregate([{$unionWith: "agg_union_graph_absent"}]).itcount(), 6);
assert.eq(t.aggregate([{$unionWith: t.getName()}, {$sort: {w: -1, _id: 1}}, {$skip: 2}, {$limit: 1}]).toArray()[0].w, 4);
assert.eq(graph("root").length, 5);
assert.sameMembers(graph("a").map(function(doc) { return doc._id; }), ["a1", "a2", "a1x"]);
assert.eq(graph("a1x"), []);
assert.eq(graph("root", {maxDepth: 0}).length, 2);
assert.eq(graph("root", {maxDepth: NumberLong(1)}).length, 4);
assert.eq(graph("root", {depthField: "depth"}).map(function(doc) { return Number(doc.depth); }).sort(), [0, 0, 1, 1, 2]);
assert.eq(graph("root", {restrictSearchWithMatch: {w: {$lt: 4}}}).length, 3);
assert.eq(graph("a1x", {startWith: "$up", connectFromField: "up", connectToField: "_id"}).length, 3);
assert.eq(more.aggregate([{$match: {_id: "y"}}, {$graphLookup: {from: more.getName(), startWith: "$next", connectFromField: "next", connectToField: "_id", as: "reach"}}]).toArray()[0].reach.length, 3);
assert.eq(t.aggregate([{$graphLookup: {from: more.getName(), startWith: ["x", "b"], connectFromField: "nothing", connectToField: "_id", as: "two"}}, {$unwind: "$two"}]).itcount(), 12);
assert.throws(function() {
    graph("root", {maxDepth: -1});
});
assert.throws(function() {
    graph("root", {connectToField: "$up"});
});
assert.throws(function() {
    graph("root", {restrictSearchWithMatch: 5});
});
assert.throws(function() {
    t.aggregate([{$unionWith: {pipeline: 5}}]).itcount();
});
assert.throws(function() {
    t.aggregate([{$unionWith: {coll: more.getName(), pipeline: [{$out: "x"}]}}]).itcount();
});
