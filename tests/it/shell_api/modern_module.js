import { after, describe, it } from "jstests/libs/mochalite.js";

const value = await Promise.resolve(4);
describe("in a module", () => {
    after(() => { print("all as it should be"); });
    it("runs", async () => {
        assert.eq(await Promise.resolve(value), 4);
    });
});
