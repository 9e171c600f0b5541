describe("block", () => {
    it("passes", () => {});
    it("fails", () => {
        assert.eq(1, 2);
    });
    it("fails later", async () => {
        await undefined;
        throw "text";
    });
});
