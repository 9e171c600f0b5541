// The globals around a test.

assert.eq(Array.sum([1, 2, 3]), 6);
assert.isnull(Array.sum([]));
assert.eq(Array.avg([1, 2, 3]), 2);
assert.close(Array.stdDev([2, 4, 4, 4, 5, 5, 7, 9]), 2);
assert(Array.contains([1, { a: 1 }], { a: 1 }));
assert.eq(Array.unique([1, 2, 1, 3, 2]), [1, 2, 3]);
assert.sameMembers(Array.shuffle([1, 2, 3]), [1, 2, 3]);
assert.eq(Object.extend({ a: 1 }, { b: 2 }), { a: 1, b: 2 });
const inner = { c: 1 };
assert(Object.extend({}, { inner }).inner === inner);
assert(Object.extend({}, { inner }, true).inner !== inner);
const left = { a: 1 };
assert.eq(Object.merge(left, { b: 2 }), { a: 1, b: 2 });
assert.eq(left, { a: 1 });
assert.eq(Object.keySet({ a: 1, b: 2 }), ["a", "b"]);
assert.eq(Object.bsonsize({ a: 1 }), 16);
assert.eq("ab".pad(4), "  ab");
assert.eq("ab".pad(4, true, "x"), "abxx");
assert.eq([" a ".ltrim(), " a ".rtrim()], ["a ", " a"]);
assert.eq((7).zeroPad(3), "007");
assert.eq((0.5).toPercentStr(), "50.00%");
assert.eq(RegExp.escape("a.b*"), "a\\.b\\*");
assert.gte(Date.timeFunc(() => 1, 3), 0);

Random.setRandomSeed(5);
const first = [Random.rand(), Random.randInt(10), Random.randInt(5, 6)];
Random.setRandomSeed(5);
assert.eq(first, [Random.rand(), Random.randInt(10), Random.randInt(5, 6)]);
assert.eq(first[2], 5);
assert(_rand() < 1);

assert.eq(hex_md5(""), "d41d8cd98f00b204e9800998ecf8427e");
assert.eq(hex_md5("The quick brown fox jumps over the lazy dog"), "9e107d9d372bb6826bd81d3542a419d6");
assert.eq(hex_md5("ü".repeat(60)), hex_md5("ü".repeat(60)));
assert.eq(computeSHA256Block("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
assert.close(Geo.distance([0, 0], [3, 4]), 5);
assert.close(Geo.sphereDistance([0, 0], [90, 0]), Math.PI / 2);

assert(arrayEq([1, [2, 3]], [[3, 2], 1]));
assert(!arrayEq([1, 1], [1, 2]));
assert(resultsEq([{ _id: 1, a: 1 }], [{ a: 1, _id: 2 }]), "of _id only the presence counts");
assert(!orderedArrayEq([1, 2], [2, 1]));
assert(friendlyEqual({ a: 1 }, { a: 1 }));
assert([isString("a"), isNumber(1), isObject({})].every((yes) => yes));
assert(!isObject(null));

assert.eq(jsTest.name(), jsTestName());
assert.eq(typeof jsTest.options(), "object");
jsTestLog("a log line");
jsTest.log({ a: 1 });
assert.eq(typeof TestData, "object");
assert.eq(_isWindows(), false);
assert.throws(() => load("no/such/file.js"));
assert(load("jstests/aggregation/extras/utils.js"));
assert.eq(rs.compareOpTimes(Timestamp(1, 1), Timestamp(1, 2)), -1);

// What a test overwrites does not hurt the shell.
Map = Set = Error = undefined;
Object.keys = Array.isArray = undefined;
Array.prototype.map = Array.prototype.push = Array.prototype.slice = Array.prototype.forEach = undefined;
String.prototype.replace = String.prototype.indexOf = undefined;
db.shell_api_globals.drop();
db.shell_api_globals.insert([{ _id: 1 }, { _id: 2 }]);
assert.eq(db.shell_api_globals.find().toArray(), [{ _id: 1 }, { _id: 2 }]);
assert.throws(() => assert.eq(1, 2));
db.shell_api_globals.drop();
print("all as it should be");
