// Text indexes with weights, languages, a prefix, wildcards, and what a text query refuses.
var t = db.text_weights_and_options;
var ids = function(search) {
    return t.find({$text: {$search: search}}, {score: {$meta: "textScore"}}).sort({score: {$meta: "textScore"}}).toArray().map(function(doc) {
        return doc._id;
    });
};
t.drop();
t.insert({_id: "inTitle", title: "lighthouse", note: "nothing"});
t.insert({_id: "inNote", title: "nothing", note: "lighthouse"});
assert.throwsWithCode(function() {
    t.find({$text: {$search: "lighthouse"}}).itcount();
}, 27);
assert.commandWorked(t.createIndex({title: "text", note: "text"}, {weights: {title: 10, note: 2}, name: "weighted", default_language: "english"}));
assert.eq(ids("lighthouse"), ["inTitle", "inNote"]);
var spec = t.getIndexes().filter(function(index) { return index.name === "weighted"; })[0];
assert.eq(spec.weights.title, 10);
assert.eq(spec.default_language, "english");
assert.commandFailed(t.createIndex({other: "text"}));
assert.commandWorked(t.dropIndex("weighted"));
assert.commandWorked(t.createIndex({title: "text", note: "text"}, {weights: {title: 1, note: 50}}));
assert.eq(ids("lighthouse"), ["inNote", "inTitle"]);
assert.commandWorked(t.dropIndexes());
assert.commandWorked(t.createIndex({"$**": "text"}));
t.insert({_id: "deep", sub: {list: [{text: "an albatross"}]}});
assert.eq(ids("albatross"), ["deep"]);
assert.commandWorked(t.dropIndexes());
assert.commandWorked(t.createIndex({kind: 1, title: "text"}, {default_language: "none"}));
t.insert([{_id: "k1", kind: 1, title: "the harbour"}, {_id: "k2", kind: 2, title: "the harbours"}]);
assert.eq(t.find({kind: 1, $text: {$search: "harbour"}}).itcount(), 1);
assert.eq(t.find({kind: 2, $text: {$search: "harbour"}}).itcount(), 0);
assert.eq(t.find({kind: 2, $text: {$search: "the", $language: "none"}}).itcount(), 1);
assert.commandFailed(t.runCommand("find", {filter: {$text: {$search: 5}}}));
assert.commandFailed(t.runCommand("find", {filter: {$text: {}}}));
t.runCommand("find", {filter: {kind: 1, $text: {$search: "x", $language: "klingon"}}});
t.runCommand("find", {filter: {kind: 1, $text: {$search: "x", $caseSensitive: "maybe", $unknown: 1}}});
t.runCommand("aggregate", {pipeline: [{$limit: 1}, {$match: {kind: 1, $text: {$search: "x"}}}], cursor: {}});
assert.commandFailed(db.runCommand({createIndexes: t.getName(), indexes: [{key: {z: "text"}, name: "z", weights: {z: "heavy"}}]}));
