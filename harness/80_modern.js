// describe and it, as newer tests have them, and the words of an error that nobody caught.
//
// The tests of a plain file run after its last line: hooks count wherever they stand, and a test may be asynchronous.
// In a fuzzed file nothing catches what fails there, and no statement would own it; so there an outermost `describe`
// runs its tests at once, and what fails is thrown where it stands.

let outermost;
let openBlock;

function newBlock(name, parent) {
    const context = objectCreate(parent === undefined ? Object.prototype : parent.context);
    return { name, parent, context, only: false, items: [], before: [], after: [], beforeEach: [], afterEach: [] };
}

/// The block whose body is running; the file itself is the outermost one.
function currentBlock() {
    if (outermost === undefined) {
        openBlock = outermost = newBlock("", undefined);
        native.finish = runDescribed;
    }
    return openBlock;
}

function isFuzzed() {
    return typeof globalThis.$tame === "function";
}

function requireBody(word, name, body) {
    if (typeof body !== "function") {
        throw new TypeError(word + "(" + tojson(name) + ") needs a function");
    }
}

function describeBlock(name, body, only) {
    requireBody("describe", name, body);
    const parent = currentBlock();
    const block = newBlock(String(name), parent);
    block.only = only;
    arrayPush(parent.items, block);
    openBlock = block;
    try {
        reflectApply(body, block.context, []);
    } finally {
        openBlock = parent;
    }
    runAtOnceIfFuzzed();
}

function addTest(name, body, only) {
    requireBody("it", name, body);
    arrayPush(currentBlock().items, { name: String(name), body, only });
    runAtOnceIfFuzzed();
}

function addHook(kind) {
    return (body) => {
        requireBody(kind, "", body);
        arrayPush(currentBlock()[kind], body);
    };
}

// --- running

/// What an action threw, wrapped, or undefined.
async function failureOf(action) {
    try {
        await action();
    } catch (error) {
        return { error };
    }
    return undefined;
}

async function runHooks(block, kind, context) {
    for (const hook of block[kind]) {
        await reflectApply(hook, context, []);
    }
}

async function runEachHooks(block, kind, context) {
    if (block === undefined) {
        return;
    }
    // What is set up outside in is torn down inside out.
    if (kind === "beforeEach") {
        await runEachHooks(block.parent, kind, context);
        await runHooks(block, kind, context);
    } else {
        await runHooks(block, kind, context);
        await runEachHooks(block.parent, kind, context);
    }
}

async function runTest(block, test, report) {
    const { context } = block;
    let failure = await failureOf(async () => {
        await runEachHooks(block, "beforeEach", context);
        await reflectApply(test.body, context, []);
    });
    const after = await failureOf(() => runEachHooks(block, "afterEach", context));
    failure = failure || after;
    tell(report, pathOf(block, test.name), failure);
}

async function runBlock(block, report, chosen) {
    const items = arrayFilter(block.items, (item) => chosen || isChosen(item));
    if (items.length === 0) {
        return;
    }
    const broken = await failureOf(() => runHooks(block, "before", block.context));
    if (broken !== undefined) {
        tell(report, pathOf(block, "before"), broken);
    }
    for (const item of broken === undefined ? items : []) {
        if (item.items === undefined) {
            await runTest(block, item, report);
        } else {
            await runBlock(item, report, chosen || item.only);
        }
    }
    const left = await failureOf(() => runHooks(block, "after", block.context));
    if (left !== undefined) {
        tell(report, pathOf(block, "after"), left);
    }
}

/// With `only` somewhere, an item counts if it has the mark or holds one that has it.
function isChosen(item) {
    return item.only || (item.items !== undefined && arraySome(item.items, isChosen));
}

function pathOf(block, name) {
    return block === undefined || block.name === "" ? name : pathOf(block.parent, block.name + " > " + name);
}

function tell(report, path, failure) {
    report.ran++;
    print((failure === undefined ? "ok: " : "failed: ") + path);
    if (failure !== undefined) {
        print("    " + wordsOf(failure.error));
        arrayPush(report.failed, { path, error: failure.error });
    }
}

async function runDescribed() {
    const block = outermost;
    outermost = openBlock = undefined;
    if (block === undefined) {
        return;
    }
    const report = { ran: 0, failed: [] };
    await runBlock(block, report, !isChosen(block));
    if (report.failed.length > 0) {
        throw failedTests(report);
    }
}

/// One error for all that failed; it has the code and the stack of the first.
function failedTests({ ran, failed }) {
    const told = arrayMap(failed, ({ path, error }) => path + ": " + wordsOf(error));
    const summary = failed.length + " of " + ran + " tests failed: " + arrayJoin(told, "; ");
    const error = errorWithCode(failed[0].error, summary);
    if (failed[0].error instanceof Error) {
        hide(error, { stack: failed[0].error.stack });
    }
    return error;
}

function runAtOnceIfFuzzed() {
    if (openBlock !== outermost || !isFuzzed()) {
        return;
    }
    let outcome;
    (async () => { outcome = await failureOf(runDescribed); })();
    native.runJobs();
    if (outcome !== undefined) {
        throw outcome.error;
    }
}

// --- words

/// How an error that nobody caught is named; a plain object is shown, `[object Object]` would say nothing.
function wordsOf(thrown) {
    return isPlainObject(thrown) || isArray(thrown) ? tojson(thrown) : String(thrown);
}
native.wordsOf = wordsOf;

function describe(name, body) { describeBlock(name, body, false); }
function it(name, body) { addTest(name, body, false); }
for (const word of [describe, it]) {
    const add = word === describe ? describeBlock : addTest;
    hide(word, { only(name, body) { add(name, body, true); }, skip(name) { print("skipped: " + name); } });
}

expose({ describe, it, before: addHook("before"), after: addHook("after"), beforeEach: addHook("beforeEach"),
         afterEach: addHook("afterEach") });
