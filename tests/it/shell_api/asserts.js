// assert.*: what holds passes, what does not throws in the words that tests match.

function failsWith(text, action) {
    let message;
    try {
        action();
    } catch (error) {
        message = error.message;
    }
    if (message === undefined || message.indexOf(text) < 0) {
        throw new Error("wanted [" + text + "], got [" + message + "]");
    }
}

assert(true);
failsWith("assert failed : why", () => assert(false, "why"));
failsWith("assert failed : made", () => assert(0, () => "made"));

assert.eq(1, 1);
assert.eq(1, "1");
assert.eq(NaN, NaN);
assert.eq({ a: 1, b: [1, { c: 2 }] }, { a: 1, b: [1, { c: 2 }] });
assert.eq(NumberLong(3), 3);
assert.eq({ a: NumberInt(3) }, { a: 3 });
assert.eq(null, undefined);
failsWith("[1] != [2] are not equal", () => assert.eq(1, 2));
failsWith("[1] != [2] are not equal : note", () => assert.eq(1, 2, "note"));
failsWith("are not equal", () => assert.eq({ a: 1, b: 2 }, { b: 2, a: 1 }));
failsWith("are not equal", () => assert.eq([1, 2], [2, 1]));
assert.docEq({ a: 1, b: { c: 1, d: 2 } }, { b: { d: 2, c: 1 }, a: 1 });
failsWith("are not equal", () => assert.docEq({ a: [1, 2] }, { a: [2, 1] }));
assert.setEq(new Set([1, 2]), new Set([2, 1]));
failsWith("are not equal", () => assert.setEq(new Set([1]), new Set([2])));
assert.sameMembers([1, { a: 1, b: 2 }, 1], [{ b: 2, a: 1 }, 1, 1]);
failsWith("are not equal", () => assert.sameMembers([1, 1, 2], [1, 2, 2]));
assert.fuzzySameMembers([{ a: 1, b: 0.1 + 0.2 }], [{ a: 1, b: 0.3 }], ["b"]);
assert.neq(1, 2);
failsWith("[1] != [1] are equal", () => assert.neq(1, 1));

assert.lt(1, 2); assert.lte(2, 2); assert.gt(2, 1); assert.gte(2, 2);
failsWith("2 is not less than 1", () => assert.lt(2, 1));
assert.lt(Timestamp(1, 2), Timestamp(1, 3));
failsWith("is not greater than or eq", () => assert.gte(Timestamp(1, 2), Timestamp(1, 3)));
assert.between(1, 2, 3);
failsWith("3 is not between 1 and 2", () => assert.between(1, 3, 2));
failsWith("1 is not between 1 and 2", () => assert.betweenEx(1, 1, 2));
assert.close(1 / 3, 0.33333);
failsWith("is not equal to", () => assert.close(1, 1.1));
assert.closeWithinMS(new Date(1000), new Date(1500));
assert.isnull(null); assert.isnull(undefined);
failsWith("supposed to be null (m) was: 1", () => assert.isnull(1, "m"));
assert.contains({ a: 1 }, [3, { a: 1 }]);
failsWith("was not in", () => assert.contains(4, [3]));
assert.doesNotContain(4, [3]);
assert.containsPrefix("ab", ["x", "abc"]);
assert.includes("abc", "b");
failsWith("string [abc] does not include [d]", () => assert.includes("abc", "d"));
assert.hasFields({ a: 1, b: 2 }, ["a", "b"]);
failsWith("Not all of the values from", () => assert.hasFields({ a: 1 }, ["a", "b"]));

const thrown = assert.throws((a, b) => { throw new Error(a + b); }, ["x", "y"]);
assert.eq(thrown.message, "xy");
assert.throws("throw 1");
assert.throws(() => { throw undefined; });
failsWith("did not throw exception : m", () => assert.throws(() => 1, [], "m"));
failsWith("1st argument must be a function", () => assert.throws(3));
const coded = () => { const error = new Error("c"); error.code = 7; throw error; };
assert.eq(assert.throwsWithCode(coded, [6, 7]).code, 7);
failsWith("are not equal", () => assert.throwsWithCode(coded, 8));
assert.eq(assert.doesNotThrow((x) => x + 1, [1]), 2);
failsWith("threw unexpected exception: Error: c", () => assert.doesNotThrow(coded));
assert.automsg("1 + 1 == 2");
assert.eq.automsg("1 + 1", "2");
assert.throws.automsg(coded);

let calls = 0;
assert.soon(() => ++calls > 1, "m", 1000, 1);
assert.soonNoExcept(() => { if (++calls < 5) { throw 1; } return true; }, "m", 1000, 1);
failsWith("assert.soon failed", () => assert.soon(() => false, "m", 2, 1));
assert.retry(() => ++calls > 6, "m", 5, 0);
failsWith("assert.retry failed", () => assert.retry(() => false, "m", 2, 0));
assert.eq(assert.time(() => 5), 5);

assert.eq(assert.commandWorked({ ok: 1, a: 2 }).a, 2);
failsWith("command failed: {", () => assert.commandWorked({ ok: 0, code: 26 }));
try {
    assert.commandWorked({ ok: 0, code: 26, errmsg: "e" });
} catch (error) {
    assert.eq(error.code, 26);
}
failsWith("write failed with error: {", () => assert.commandWorked({ ok: 1, writeErrors: [{ code: 1 }] }));
assert.commandWorkedIgnoringWriteErrors({ ok: 1, writeErrors: [{ code: 1 }] });
failsWith("expected result type", () => assert.commandWorked(1));
failsWith("unknown type of result", () => assert.commandWorked({}));
assert.commandWorked({ acknowledged: true });
assert.commandFailed({ ok: 0 });
failsWith("command worked when it should have failed", () => assert.commandFailed({ ok: 1 }));
assert.commandFailedWithCode({ ok: 0, code: 2 }, [1, 2]);
assert.commandFailedWithCode({ ok: 1, writeErrors: [{ code: 11000 }] }, ErrorCodes.DuplicateKey);
failsWith("did not fail with any of the following codes", () => assert.commandFailedWithCode({ ok: 0, code: 2 }, 3));
assert.commandWorkedOrFailedWithCode({ ok: 1 }, 2);
assert.commandWorkedOrFailedWithCode({ ok: 0, code: 2 }, 2);
assert.commandWorked({ ok: NumberLong(1) });
assert.gleOK({ err: null });
failsWith("getLastError not null", () => assert.gleSuccess({ err: "e" }));

assert.eq(ErrorCodes.NamespaceNotFound, 26);
assert.eq(ErrorCodeStrings[26], "NamespaceNotFound");
assert.eq(ErrorCodes[11000], "DuplicateKey");
assert(ErrorCodes.isNetworkError(ErrorCodes.SocketException));
failsWith("x", () => doassert("x"));
try {
    doassert("m", { code: 5, codeName: "GraphContainsCycle" });
} catch (error) {
    assert.eq([error.code, error.codeName], [5, "GraphContainsCycle"]);
}
print("all as it should be");
