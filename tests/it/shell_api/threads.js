// Threads and parallel shells have a context and a connection of their own.
const t = db.threads;
t.drop();

// --- Thread: arguments and results cross as BSON
const adder = new Thread(function (a, b, more) { return { sum: a + b, long: more.long, f: more.f(2) }; }, 1, 2,
                         { long: NumberLong("9007199254740993"), f: function (x) { return x * 21; } });
adder.start();
adder.join();
assert.eq(adder.hasFailed(), false);
assert.eq(adder.returnData(), { sum: 3, long: NumberLong("9007199254740993"), f: 42 });
assert.eq(typeof ScopedThread, "function");

// --- a closure does not cross, and a failure is told
const outside = 5;
const failing = new ScopedThread(function () { return outside; });
failing.start();
assert.eq(failing.hasFailed(), true);
assert.throws(() => failing.returnData());
assert.throws(() => new Thread(5));
const twice = new Thread(function () {});
assert.throws(() => twice.join());
twice.start();
assert.throws(() => twice.start());
twice.join();
assert.eq(twice.returnData(), undefined);

// --- threads write at the same time
const writers = [0, 1, 2, 3].map((n) => new Thread(function (name, n) {
    for (let i = 0; i < 25; i++) {
        assert.commandWorked(db.getSiblingDB("shell_api")[name].insert({ _id: n * 100 + i }));
    }
}, t.getName(), n));
writers.forEach((one) => one.start());
writers.forEach((one) => one.join());
writers.forEach((one) => assert.eq(one.hasFailed(), false));
assert.eq(t.find().itcount(), 100);

// --- latches
const latch = new CountDownLatch(2);
assert.eq(latch.getCount(), 2);
const helpers = [1, 2].map(() => new Thread(function (latch) { latch.countDown(); }, latch));
helpers.forEach((one) => one.start());
latch.await();
assert.eq(latch.getCount(), 0);
helpers.forEach((one) => one.join());
assert.throws(() => new CountDownLatch(-1));

// --- parallel shells: the same database, a prefix, an exit status
let wait = startParallelShell("db.threads.insert({_id: 'parallel', test: TestData.testName}); print('hello');");
assert.eq(wait(), 0);
assert.eq(t.findOne({ _id: "parallel" }).test, "shell_api");
wait = startParallelShell(function (id, when) {
    assert.commandWorked(db.threads.insert({ _id: id, when: when }));
}, undefined, false, "function", ISODate("2026-01-02T03:04:05Z"));
wait();
assert.eq(t.findOne({ _id: "function" }).when, ISODate("2026-01-02T03:04:05Z"));
wait = startParallelShell("quit(7);");
assert.eq(wait({ checkExitSuccess: false }), 7);
assert.throws(startParallelShell("throw new Error('not good');"));
assert.eq(startParallelShell("this is no program")({ checkExitSuccess: false }), 253);
wait = startParallelShell("assert.eq(db.getMongo().host.split(':')[1], '" + db.getMongo().host.split(":")[1] + "');",
                          db.getMongo().host.split(":")[1]);
wait();

print("all as it should be");
