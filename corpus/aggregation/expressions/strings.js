// String expressions.
var t = db.agg_strings;
t.drop();
t.insert({_id: 1, s: "Hello World", e: "", n: null, u: "caf\u00e9", list: "a,b,c", num: 5});
function value(expression) {
    return t.aggregate([{$project: {v: expression}}]).toArray()[0].v;
}
assert.eq(value({$concat: ["$s", "!", "$e"]}), "Hello World!");
assert.eq(value({$concat: ["$s", "$n"]}), null);
assert.eq(value({$toUpper: "$s"}), "HELLO WORLD");
assert.eq(value({$toLower: "$s"}), "hello world");
assert.eq(value({$substrBytes: ["$s", 0, 5]}), "Hello");
assert.eq(value({$substrCP: ["$u", 3, 1]}), "\u00e9");
assert.eq(value({$strLenBytes: "$u"}), 5);
assert.eq(value({$strLenCP: "$u"}), 4);
assert.eq(value({$split: ["$list", ","]}), ["a", "b", "c"]);
assert.eq(value({$indexOfBytes: ["$s", "World"]}), 6);
assert.eq(value({$indexOfCP: ["$u", "\u00e9"]}), 3);
assert.eq(value({$indexOfCP: ["$s", "zzz"]}), -1);
assert.eq(value({$strcasecmp: ["$s", "hello world"]}), 0);
assert.eq(value({$trim: {input: "  x  "}}), "x");
assert.eq(value({$ltrim: {input: "xxy", chars: "x"}}), "y");
assert.eq(value({$rtrim: {input: "yxx", chars: "x"}}), "y");
assert.eq(value({$toString: "$num"}), "5");
assert.eq(value({$regexMatch: {input: "$s", regex: /world/i}}), true);
assert.throws(value, [{$concat: ["$s", "$num"]}]);
assert.throws(value, [{$split: ["$s", ""]}]);
assert.throws(value, [{$substrBytes: ["$u", 4, 1]}]);
assert.throws(value, [{$strLenCP: "$n"}]);
