// $unwind and $lookup in their forms.
(function() {
    "use strict";
    const orders = db.agg_orders, stock = db.agg_stock;
    orders.drop();
    stock.drop();
    assert.writeOK(orders.insert([{_id: 1, item: "pen", qty: [1, 2]}, {_id: 2, item: "ink", qty: []}, {_id: 3, item: "cap"}, {_id: 4, item: null, qty: 5}]));
    assert.writeOK(stock.insert([{_id: 1, sku: "pen", n: 10}, {_id: 2, sku: "ink", n: 0}, {_id: 3, sku: "pen", n: 5}, {_id: 4}]));
    assert.eq(orders.aggregate([{$unwind: "$qty"}]).itcount(), 3);
    assert.eq(orders.aggregate([{$unwind: {path: "$qty", preserveNullAndEmptyArrays: true}}]).itcount(), 5);
    assert.eq(orders.aggregate([{$unwind: {path: "$qty", includeArrayIndex: "at"}}, {$sort: {_id: 1, at: 1}}]).toArray()[1].at, 1);
    assert.throws(() => orders.aggregate([{$unwind: "qty"}]));
    assert.throws(() => orders.aggregate([{$unwind: {path: 5}}]));
    const joined = orders.aggregate([{$lookup: {from: stock.getName(), localField: "item", foreignField: "sku", as: "have"}}, {$sort: {_id: 1}}]).toArray();
    assert.eq(joined[0].have.length, 2);
    assert.eq(joined[2].have, []);
    assert.eq(joined[3].have.length, 1);
    assert.eq(orders.aggregate([{$lookup: {from: "agg_no_such", localField: "item", foreignField: "sku", as: "have"}}]).itcount(), 4);
    const piped = orders.aggregate([{$lookup: {from: stock.getName(), let: {item: "$item"}, pipeline: [{$match: {$expr: {$eq: ["$sku", "$$item"]}}}, {$project: {_id: 0, n: 1}}], as: "have"}}, {$sort: {_id: 1}}]).toArray();
    assert.eq(piped[1].have, [{n: 0}]);
    assert.eq(orders.aggregate([{$lookup: {from: stock.getName(), localField: "item", foreignField: "sku", as: "s"}}, {$unwind: "$s"}, {$group: {_id: "$item", n: {$sum: "$s.n"}}}, {$sort: {n: -1}}]).toArray()[0].n, 15);
    assert.throws(() => orders.aggregate([{$lookup: {from: stock.getName(), as: "x"}}]));
    assert.throws(() => orders.aggregate([{$lookup: {from: 5, localField: "a", foreignField: "b", as: "x"}}]));
    assert.eq(orders.aggregate([{$unwind: "$qty"}, {$count: "n"}]).toArray(), [{n: 3}]);
}());
