// describe and it: the order of hooks, nesting, contexts, asynchronous tests, only one run each.

const order = [];
const note = (what) => () => { order.push(what); };

describe("outer", function () {
    before(note("before"));
    beforeEach(function () {
        order.push("each");
        this.fresh = {};
    });
    it("first", function () {
        order.push("first");
        assert.eq(this.fresh, {});
        this.fresh.used = true;
    });
    describe("inner", function () {
        before(function () { this.shared = 5; });
        beforeEach(note("inner each"));
        afterEach(note("inner after each"));
        it("second", async function () {
            await Promise.resolve();
            order.push("second");
            assert.eq([this.shared, this.fresh], [5, {}]);
        });
    });
    it.skip("left out", () => { throw new Error("not to be run"); });
    afterEach(note("after each"));
    after(note("after"));
});
assert.eq(order, [], "tests run after the last line");
assert.throws(() => it("no body"));

it("sees what ran before", () => {
    assert.eq(order, ["before", "each", "first", "after each", "each", "inner each", "second", "inner after each",
                      "after each", "after"]);
});
after(() => { print("all as it should be"); });
