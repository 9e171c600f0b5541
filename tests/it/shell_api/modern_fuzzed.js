// In a fuzzed file the tests of a describe run where it stands.
var $tame = function () {};
const thrown = assert.throws(() => describe("block", () => {
    it("fails", async () => { await undefined; throw new Error("inside"); });
}));
assert.eq(thrown.message, "1 of 1 tests failed: block > fails: Error: inside");
let ran = 0;
describe("other", () => { it("passes", () => { ran++; }); });
assert.eq(ran, 1);
print("all as it should be");
