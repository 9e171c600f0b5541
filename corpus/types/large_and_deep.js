// Documents of up to a megabyte, deep nesting, long arrays, many fields and long names, all within bounds.
var t = db.types_large_and_deep;
t.drop();
var nest = function(depth, inside) {
    var doc = inside;
    for (var level = 0; level < depth; level++) {
        doc = level % 2 ? {d: doc} : [doc];
    }
    return doc;
};
assert.writeOK(t.insert({_id: "text", s: "z".repeat(900 * 1024)}));
assert.eq(t.aggregate([{$match: {_id: "text"}}, {$project: {n: {$strLenBytes: "$s"}}}]).toArray()[0].n, 921600);
assert.writeOK(t.update({_id: "text"}, {$set: {more: "y".repeat(64 * 1024)}}));
assert.gt(Object.bsonsize(t.findOne({_id: "text"})), 960 * 1024);
assert.writeOK(t.insert({_id: "deep", v: nest(50, "bottom")}));
assert.eq(t.findOne({_id: "deep"}).v, nest(50, "bottom"));
assert.eq(t.count({v: nest(50, "bottom")}), 1);
assert.eq(t.count({"v.d": nest(49, "bottom")}), 1);
var path = "p";
for (var i = 0; i < 40; i++) {
    path += ".p";
}
assert.writeOK(t.update({_id: "path"}, {$set: Object.extend({}, {[path]: 7})}, {upsert: true}));
assert.eq(t.find({[path]: 7}).itcount(), 1);
assert.writeOK(t.update({_id: "path"}, {$inc: {[path]: 1}}));
assert.eq(t.distinct(path), [8]);
var list = [];
var fields = {_id: "fields"};
for (var j = 0; j < 2000; j++) {
    list.push(j);
    fields["f" + j] = j;
}
assert.writeOK(t.insert({_id: "list", list: list}));
assert.writeOK(t.insert(fields));
assert.eq(t.findOne({_id: "fields"}).f1999, 1999);
assert.eq(t.find({list: {$all: [0, 1999]}}).itcount(), 1);
assert.eq(t.findOne({_id: "list"}, {list: {$slice: -1}}).list, [1999]);
assert.writeOK(t.update({_id: "list"}, {$push: {list: {$each: list, $position: 0, $slice: 3000}}}));
assert.eq(t.aggregate([{$match: {_id: "list"}}, {$project: {n: {$size: "$list"}}}]).toArray()[0].n, 3000);
assert.eq(t.aggregate([{$match: {_id: "list"}}, {$unwind: "$list"}, {$group: {_id: "$list", n: {$sum: 1}}}, {$match: {n: 2}}, {$count: "n"}]).toArray(), [{n: 1000}]);
assert.writeOK(t.insert({_id: "name", ["n".repeat(1000)]: 1}));
assert.eq(Object.keys(t.findOne({_id: "name"}))[1].length, 1000);
assert.commandWorked(t.createIndex({list: 1}));
assert.eq(t.find({list: {$in: list}}).hint({list: 1}).itcount(), 1);
assert.eq(t.find({_id: {$in: list.concat("text", "deep")}}, {_id: 1}).itcount(), 2);
var conditions = list.slice(0, 300).map(function(n) { return {_id: n}; });
assert.eq(t.find({$or: conditions.concat({_id: "deep"})}, {_id: 1}).toArray(), [{_id: "deep"}]);
var stages = list.slice(0, 60).map(function(n) { return {$match: {_id: {$ne: n}}}; });
assert.eq(t.aggregate(stages.concat({$count: "n"})).toArray(), [{n: 6}]);
var text = t.findOne({_id: "text"}).s;
assert.commandFailed(t.runCommand("insert", {documents: [{s: text.repeat(20)}]}));
assert.writeOK(t.remove({}));
