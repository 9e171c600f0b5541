// What mongosh itself evaluates: nothing but the way to `mongosh_carrier.js`. Files that come through `require` are left
// alone by mongosh's async rewriter.
(async () => { await require(process.env.JSTESTFUZZ_FOLDER + "/mongosh_carrier.js").carry(db, process.env.JSTESTFUZZ_JOB); })();
