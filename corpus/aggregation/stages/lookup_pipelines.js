// $lookup with variables and a pipeline of its own, nested, beside equality, and what it refuses.
(function() {
    "use strict";
    const authors = db.agg_lookup_authors, books = db.agg_lookup_books, loans = db.agg_lookup_loans;
    [authors, books, loans].forEach((one) => one.drop());
    assert.writeOK(authors.insert([{_id: 1, name: "Lem", minYear: 1960}, {_id: 2, name: "Dick", minYear: 1900}, {_id: 3, name: "Nobody"}]));
    assert.writeOK(books.insert([
        {_id: "s", by: 1, year: 1961, genres: ["sf"]}, {_id: "e", by: 1, year: 1951, genres: ["sf", "war"]},
        {_id: "u", by: [1, 2], year: 1969, genres: []}, {_id: "v", by: 2, year: 1956}
    ]));
    for (let i = 0; i < 12; i++) {
        assert.writeOK(loans.insert({_id: i, book: ["s", "e", "u", "v"][i % 4], days: i}));
    }
    const run = (stages) => authors.aggregate(stages.concat({$sort: {_id: 1}})).toArray();
    const later = {$lookup: {from: books.getName(), let: {who: "$_id", from: "$minYear"}, pipeline: [
        {$match: {$expr: {$and: [{$gte: ["$year", "$$from"]}, {$eq: ["$by", "$$who"]}]}}},
        {$project: {year: 1}},
        {$sort: {year: 1}}
    ], as: "works"}};
    let out = run([later]);
    assert.eq(out.map((doc) => doc.works.length), [1, 1, 0]);
    assert.eq(out[0].works, [{_id: "s", year: 1961}]);
    out = run([{$lookup: {from: books.getName(), localField: "_id", foreignField: "by", as: "works"}}, {$project: {n: {$size: "$works"}}}]);
    assert.eq(out, [{_id: 1, n: 3}, {_id: 2, n: 2}, {_id: 3, n: 0}]);
    out = run([{$lookup: {from: books.getName(), let: {who: "$_id"}, pipeline: [
        {$match: {$expr: {$eq: ["$by", "$$who"]}}},
        {$lookup: {from: loans.getName(), let: {id: "$_id"}, pipeline: [{$match: {$expr: {$eq: ["$book", "$$id"]}}}, {$group: {_id: null, days: {$sum: "$days"}}}], as: "lent"}},
        {$unwind: "$lent"},
        {$group: {_id: null, days: {$sum: "$lent.days"}}}
    ], as: "sum"}}]);
    assert.eq(out[0].sum, [{_id: null, days: 12 + 15}]);
    assert.eq(out[2].sum, []);
    out = run([{$lookup: {from: loans.getName(), pipeline: [{$sort: {days: -1}}, {$limit: 2}, {$project: {_id: 0, days: 1}}], as: "top"}}]);
    assert.eq(out[2].top, [{days: 11}, {days: 10}]);
    out = run([{$lookup: {from: books.getName(), let: {n: "$name"}, pipeline: [{$limit: 1}, {$project: {_id: 0, said: {$concat: ["$$n", "!"]}}}], as: "x"}}]);
    assert.eq(out[1].x[0].said, "Dick!");
    assert.eq(run([later, {$unwind: {path: "$works", preserveNullAndEmptyArrays: true}}, {$replaceRoot: {newRoot: {$mergeObjects: ["$$ROOT", "$works", {_id: "$_id"}]}}}]).length, 3);
    assert.eq(books.aggregate([{$unwind: "$genres"}, {$lookup: {from: authors.getName(), localField: "by", foreignField: "_id", as: "a"}}, {$match: {"a.name": "Lem"}}, {$count: "n"}]).toArray(), [{n: 3}]);
    assert.eq(run([{$lookup: {from: "agg_lookup_absent", let: {a: "$name"}, pipeline: [{$match: {$expr: {$eq: ["$x", "$$a"]}}}], as: "e"}}])[0].e, []);
    assert.throws(() => run([{$lookup: {from: books.getName(), let: {"1bad": "$_id"}, pipeline: [], as: "x"}}]));
    assert.throws(() => run([{$lookup: {from: books.getName(), let: 5, pipeline: [], as: "x"}}]));
    assert.throws(() => run([{$lookup: {from: books.getName(), pipeline: {}, as: "x"}}]));
    assert.throws(() => run([{$lookup: {from: books.getName(), pipeline: [{$match: {$expr: {$eq: ["$by", "$$unbound"]}}}], as: "x"}}]));
    assert.throws(() => run([{$lookup: {from: books.getName(), pipeline: [{$out: "x"}], as: "x"}}]));
    assert.throws(() => run([{$lookup: {from: books.getName(), localField: "_id", foreignField: "by"}}]));
}());
