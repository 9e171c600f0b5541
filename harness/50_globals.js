// The rest of what tests find on the globals, and the additions to the builtins that the old shell made.

// --- random numbers with a seed: the generator is mulberry32, so a test that sets its seed sees the same series again

let randomState = floor(Math.random() * 0x100000000);

function nextRandom() {
    randomState = (randomState + 0x6d2b79f5) | 0;
    let mixed = Math.imul(randomState ^ (randomState >>> 15), 1 | randomState);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}

const Random = {
    srand(seed) { randomState = Number(seed) | 0; return seed; },
    setRandomSeed(seed) { Random.srand(seed === undefined ? 0 : seed); },
    setRandomFixtureSeed() { Random.srand(0); },
    initialized: true,
    rand() { return nextRandom(); },
    randInt(low, high) { return high === undefined ? floor(nextRandom() * low) : low + floor(nextRandom() * (high - low)); },
    genExp(mean) { return -Math.log(1 - nextRandom()) * mean; },
    genNormal(mean, deviation) {
        return mean + deviation * Math.sqrt(-2 * Math.log(1 - nextRandom())) * Math.cos(2 * Math.PI * nextRandom());
    },
    shuffle(array) { return shuffled(array); }
};

function shuffled(array) {
    for (let last = array.length - 1; last > 0; last--) {
        const at = floor(nextRandom() * (last + 1));
        [array[last], array[at]] = [array[at], array[last]];
    }
    return array;
}

// --- the frame of a test

const TestData = native.testData;

function jsTestLog(message) {
    const text = typeof message === "string" ? message : tojson(message);
    print("----\n" + text + "\n----");
}

function jsTest() {}
hide(jsTest, {
    log: jsTestLog,
    options: () => objectAssign({ setParameters: {} }, TestData),
    name: () => TestData.testName || "test",
    setOption(name, value) { TestData[name] = value; },
    authenticate() {}, isMongos: (connection) => connection.getMongo().isMongos()
});
for (const level of ["info", "debug", "warning", "error"]) {
    jsTestLog[level] = jsTestLog;
}

function load(name) {
    arrayForEach(native.readSources(String(name)), ([file, text]) => native.evalScript(text, file));
    return true;
}

// --- comparing results

function arrayEq(left, right, verbose, same) { return isArray(left) && isArray(right) && sameMembers(left, right, same); }
function orderedArrayEq(left, right) { return sameValue(left, right); }
function resultsEq(left, right) { return arrayEq(left, right); }
function anyEq(left, right) { return sameDocument(left, right); }

function assertErrorCode(collection, pipeline, code, message, options) {
    const stages = isArray(pipeline) ? pipeline : [pipeline];
    const command = objectAssign({ pipeline: stages, cursor: { batchSize: 0 } }, options);
    const target = collection instanceof DBCollection ? collection : collection.getCollection("$cmd.aggregate");
    const first = target.runCommand("aggregate", command);
    const result = first.ok == 1 ? target._db.runCommand({ getMore: first.cursor.id, collection: target.getName() }) : first;
    return assert.commandFailedWithCode(result, code, message);
}

function assertErrMsgContains(collection, pipeline, code, text, message) {
    const result = assertErrorCode(collection, pipeline, code, message);
    assert(String(result.errmsg).includes(text), message || "the error does not contain " + text + ": " + tojson(result));
}

function testExpression(collection, expression, expected) {
    testExpressionWithCollation(collection, expression, expected, undefined);
}

function testExpressionWithCollation(collection, expression, expected, collation) {
    collection.drop();
    collection.insert({});
    const options = collation === undefined ? {} : { collation };
    const found = collection.aggregate({ $project: { output: expression } }, options).toArray();
    assert.eq(found.length, 1);
    assert.eq(found[0].output, expected);
}

// --- additions to builtins

hide(Array, {
    contains: (array, item) => array.some((other) => sameValue(other, item)),
    unique: (array) => array.filter((item, at) => array.findIndex((other) => sameValue(other, item)) === at),
    shuffle: (array) => shuffled(array),
    sum(array, key) { return array.length === 0 ? null : array.reduce((sum, item) => sum + (key === undefined ? item : item[key]), 0); },
    avg(array) { return array.length === 0 ? null : Array.sum(array) / array.length; },
    stdDev(array) {
        const mean = Array.avg(array);
        return Math.sqrt(array.reduce((sum, item) => sum + (item - mean) ** 2, 0) / array.length);
    },
    fetchRefs: (array, collection) => arrayMap(array, (ref) => (collection === undefined ? ref : collection.findOne({ _id: ref.$id })))
        .filter((item, at) => collection === undefined || array[at].$ref === collection.getName())
});
hide(Object, {
    extend(target, source, deep) {
        for (const key of objectKeys(source)) {
            const value = source[key];
            const copy = deep && value !== null && typeof value === "object" && !(value instanceof Date);
            target[key] = copy ? Object.extend(isArray(value) ? [] : {}, value, true) : value;
        }
        return target;
    },
    merge: (left, right, deep) => Object.extend(Object.extend({}, left, deep), right, deep),
    keySet: (object) => objectKeys(object)
});
hide(String.prototype, {
    pad(length, right, chars) { return right ? this.padEnd(length, chars || " ") : this.padStart(length, chars || " "); },
    ltrim() { return this.trimStart(); },
    rtrim() { return this.trimEnd(); }
});
hide(Number.prototype, {
    zeroPad(digits) { return String(this).padStart(digits, "0"); },
    toPercentStr() { return (this * 100).toFixed(2) + "%"; }
});
hide(Date, {
    timeFunc(action, times, ...parameters) {
        const start = native.monotonic();
        for (let left = times || 1; left > 0; left--) { action(...parameters); }
        return native.monotonic() - start;
    }
});
hide(RegExp, { escape: (text) => replace(String(text), /[-[\]{}()*+?.,\\^$|#\s]/g, "\\$&") });

// --- geometry

const Geo = {
    distance(a, b) {
        const [from, to] = [pointOf(a), pointOf(b)];
        return Math.sqrt((from[0] - to[0]) ** 2 + (from[1] - to[1]) ** 2);
    },
    sphereDistance(a, b) {
        const [from, to] = arrayMap([pointOf(a), pointOf(b)], (point) => arrayMap(point, (degrees) => degrees * Math.PI / 180));
        const haversine = Math.sin((to[1] - from[1]) / 2) ** 2 + Math.cos(from[1]) * Math.cos(to[1]) * Math.sin((to[0] - from[0]) / 2) ** 2;
        return 2 * Math.asin(Math.sqrt(mathMin(1, haversine)));
    },
    dist: undefined
};

function pointOf(value) {
    if (isArray(value)) { return value; }
    if (value && isArray(value.coordinates)) { return value.coordinates; }
    return arrayMap(objectKeys(value), (key) => value[key]);
}

// --- MD5 for hex_md5, after RFC 1321

const MD5_SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];

function md5Words(bytes) {
    const words = new Array((((bytes.length + 8) >> 6) + 1) * 16).fill(0);
    arrayForEach(bytes, (byte, at) => { words[at >> 2] |= byte << (8 * (at & 3)); });
    words[bytes.length >> 2] |= 0x80 << (8 * (bytes.length & 3));
    words[words.length - 2] = bytes.length * 8;
    return words;
}

function md5Block(state, words) {
    let [a, b, c, d] = state;
    for (let step = 0; step < 64; step++) {
        const round = step >> 4;
        const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
        const word = words[[step, 5 * step + 1, 3 * step + 5, 7 * step][round] & 15];
        const sum = (a + mixed + word + floor(abs(Math.sin(step + 1)) * 4294967296)) | 0;
        const shift = MD5_SHIFTS[round * 4 + (step & 3)];
        [a, b, c, d] = [d, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0, b, c];
    }
    return [state[0] + a | 0, state[1] + b | 0, state[2] + c | 0, state[3] + d | 0];
}

function hex_md5(text) {
    const bytes = arrayMap([...unescape(encodeURIComponent(String(text)))], (c) => c.charCodeAt(0));
    const words = md5Words(bytes);
    let state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
    for (let at = 0; at < words.length; at += 16) {
        state = md5Block(state, words.slice(at, at + 16));
    }
    return arrayJoin(arrayMap(state, (word) => arrayJoin(arrayMap([0, 8, 16, 24], (shift) => hexDigits((word >>> shift) & 255, 2)), "")), "");
}

// --- the host, as far as there is one

function quit(status) { native.quit(status === undefined ? 0 : Number(status) | 0); }

expose({
    Random, TestData, jsTest, jsTestLog, jsTestName: () => jsTest.name(), jsTestOptions: () => jsTest.options(), load, quit,
    _rand: nextRandom, _srand: Random.srand, sleep: (millis) => native.sleep(Number(millis) || 0), gc: () => native.gc(),
    arrayEq, orderedArrayEq, resultsEq, anyEq, documentEq: sameDocument, assertErrorCode, assertErrMsgContains, testExpression,
    testExpressionWithCollation, Geo, hex_md5, alert: print, version: () => globalThis.db.version(),
    isString: (value) => typeof value === "string", isNumber: (value) => typeof value === "number",
    isObject: (value) => value !== null && typeof value === "object", getHostName: () => "localhost", hostname: () => "localhost",
    _isWindows: () => false, _isAddressSanitizerActive: () => false, getBuildInfo: () => ({ version: "0.0.0", debug: false }),
    _getEnv: () => "", ls: () => [], pwd: () => ".", shellPrintHelper: (value) => print(tojson(value)), shellHelper: {},
    shellAutocomplete: () => {}, defaultPrompt: () => "> ", getActiveCommands: (db) => db.listCommands().commands,
    getListIndexesCursor: (collection) => new DBCommandCursor(collection.getDB(), assert.commandWorked(collection.runCommand("listIndexes")))
});
expose({ emit: undefined });
delete globalThis.emit;
