// Every type goes in and comes out as it was.
(function() {
    "use strict";
    const t = db.types_everything;
    t.drop();
    const all = {
        _id: 1, double: 1.5, string: "text", object: {a: {b: {}}}, array: [1, [2, [3]]], bin: BinData(0, "aGVsbG8="),
        uuid: UUID("aaaabbbb-cccc-dddd-eeee-ffff00001111"), oid: ObjectId("5f5f5f5f5f5f5f5f5f5f5f5f"), bool: true,
        date: ISODate("1969-07-20T20:17:40Z"), nul: null, regex: /pat+ern/i, int: NumberInt(-1), ts: Timestamp(100, 2),
        long: NumberLong("1234567890123"), dec: NumberDecimal("1E-10"), min: MinKey, max: MaxKey
    };
    assert.writeOK(t.insert(all));
    const back = t.findOne();
    for (const key of Object.keys(all)) {
        assert.eq(back[key], all[key], key);
    }
    assert.eq(Object.keys(back), Object.keys(all));
    assert.eq(t.count({bin: BinData(0, "aGVsbG8=")}), 1);
    assert.eq(t.count({oid: ObjectId("5f5f5f5f5f5f5f5f5f5f5f5f")}), 1);
    assert.eq(t.count({ts: {$gt: Timestamp(99, 0)}}), 1);
    assert.eq(t.count({date: {$lt: ISODate("1970-01-01T00:00:00Z")}}), 1);
    assert.eq(t.count({regex: /pat+ern/i}), 1);
    assert.eq(t.count({"array.1.1.0": 3}), 1);
    assert.writeOK(t.insert({_id: 2, "": "empty key", "sp ace": 1, "\u00fc": 2}));
    assert.eq(t.findOne({_id: 2})["\u00fc"], 2);
    const deep = {};
    let at = deep;
    for (let i = 0; i < 40; i++) {
        at.n = {};
        at = at.n;
    }
    assert.writeOK(t.insert({_id: 3, deep: deep}));
    assert.writeOK(t.insert({_id: 4, long: "x".repeat(100000)}));
    assert.eq(t.findOne({_id: 4}).long.length, 100000);
    assert.eq(t.find().sort({_id: -1}).toArray().length, 4);
}());
