// A text index searched by words, phrases and negated words, and sorted by its score.
(function() {
    "use strict";
    const t = db.text_search_and_score;
    t.drop();
    assert.commandWorked(t.createIndex({title: "text", body: "text"}));
    assert.commandWorked(t.insert([
        {_id: 1, title: "Coffee roasting", body: "Light roasts keep the taste of the bean", year: 2001},
        {_id: 2, title: "Tea and cake", body: "A cake with a cup of green tea, and another cup of tea", year: 2002},
        {_id: 3, title: "Coffee cake", body: "This cake holds no coffee at all", year: 2003},
        {_id: 4, title: "Running shoes", body: "Shoes for those who run, ran or are running", year: 2004},
        {_id: 5, body: ["Baked", "with", "espresso"], year: 2005},
        {_id: 6, title: 7, body: null}
    ]));
    const ids = (search, more) => t.find(Object.extend({$text: {$search: search}}, more || {})).toArray().map((doc) => doc._id).sort();
    assert.eq(ids("coffee"), [1, 3]);
    assert.eq(ids("COFFEE tea"), [1, 2, 3]);
    assert.eq(ids("cakes"), [2, 3], "words are compared by their stems");
    assert.eq(ids("runs"), [4]);
    assert.eq(ids("espresso"), [5], "strings in an array are indexed");
    assert.eq(ids("\"coffee cake\""), [3]);
    assert.eq(ids("\"green tea\""), [2], "a phrase must be there word for word");
    assert.doesNotContain(1, ids("\"green tea\" coffee"));
    assert.eq(ids("cake -tea"), [3]);
    assert.doesNotContain(2, ids("-cake"), "a negated word is not looked for");
    assert.eq(ids("the and of"), [], "stop words find nothing");
    assert.eq(ids(""), []);
    assert.eq(ids("cake", {year: {$gt: 2002}}), [3]);
    const scored = t.find({$text: {$search: "coffee cake"}}, {score: {$meta: "textScore"}}).sort({score: {$meta: "textScore"}}).toArray();
    assert.eq(scored[0]._id, 3, tojson(scored));
    assert.gt(scored[0].score, scored[scored.length - 1].score);
    assert.lt(0, scored[2].score);
    assert.eq(t.aggregate([{$match: {$text: {$search: "tea"}}}, {$project: {score: {$meta: "textScore"}}}, {$match: {score: {$gt: 0}}}]).itcount(), 1);
    assert.eq(t.aggregate([{$match: {$text: {$search: "cake"}}}, {$sort: {score: {$meta: "textScore"}}}, {$group: {_id: null, n: {$sum: 1}}}]).toArray(), [{_id: null, n: 2}]);
    assert.writeOK(t.update({$text: {$search: "espresso"}}, {$set: {body: "decaf"}}));
    assert.eq(ids("espresso decaf"), [5]);
    assert.eq(t.count({$text: {$search: "coffee"}}), 2);
    assert.eq(t.distinct("year", {$text: {$search: "cake"}}).sort(), [2002, 2003]);
    assert.writeOK(t.remove({$text: {$search: "tea"}}));
    assert.eq(ids("cake"), [3]);
}());
