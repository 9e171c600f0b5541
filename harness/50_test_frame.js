// The frame of a test: its data, its log, its helpers, and as much of the host as there is.

const TestData = isObject(native.testData) ? native.testData : {};

function testName() {
    return TestData.testName || "__unknown_name__";
}

const OPTION_DEFAULTS = {
    noJournal: false, auth: false, keyFile: null, authUser: "__system", authMechanism: "DEFAULT", adminUser: "admin",
    adminPassword: "password", enableMajorityReadConcern: true, traceExceptions: false
};

function testOptions(extra) {
    return objectAssign({ setParameters: {}, setParametersMongos: {} }, OPTION_DEFAULTS, TestData, extra);
}

function jsTestLog(message) {
    print("\n\n----\n" + (typeof message === "string" ? message : tojson(message)) + "\n----\n\n");
}
for (const level of ["info", "debug", "warning", "error"]) {
    hide(jsTestLog, { [level]: jsTestLog });
}

function jsTest() {
    return jsTest;
}
hide(jsTest, {
    name: testName, log: jsTestLog, options: testOptions, dir: () => TestData.testPath || "",
    setOption(name, value) { TestData[name] = value; },
    setOptions(options) { objectAssign(TestData, options); },
    authenticate() {}, authenticateNodes() {}, randomize() {},
    isMongos: (connection) => connection.getMongo().isMongos()
});

/// Files whose names are globals here already: tests that load them need not bring them along.
const PROVIDED_FILES = ["jstests/aggregation/extras/utils.js", "jstests/libs/get_index_helpers.js",
                        "jstests/libs/mochalite.js"];

function load(name) {
    let files;
    try {
        files = native.readSources(String(name));
    } catch (error) {
        if (arraySome(PROVIDED_FILES, (file) => name === file)) {
            return true;
        }
        throw error;
    }
    for (const [file, text] of files) {
        native.evalScript(text, file);
    }
    return true;
}

function cat(name) {
    return arrayJoin(arrayMap(native.readSources(String(name)), ([, text]) => text), "");
}

function quit(status) {
    native.quit(status === undefined ? 0 : Number(status) | 0);
}

function hostOf(address) {
    return replace(address, /:\d+$/, "");
}

/// Runs an action; a lost connection is no failure.
function executeNoThrowNetworkError(action) {
    try {
        return action();
    } catch (error) {
        if (isNetworkError(error)) {
            return { ok: 0, errmsg: String(error.message) };
        }
        throw error;
    }
}

expose({
    TestData, jsTest, jsTestLog, jsTestName: testName, jsTestOptions: testOptions, load, cat, quit, exit: quit,
    executeNoThrowNetworkError,
    sleep: (millis) => { native.sleep(Number(millis) || 0); },
    gc: () => { native.gc(); },
    getHostName: () => hostOf(native.address(0)), hostname: () => hostOf(native.address(0)),
    _isWindows: () => false, _isAddressSanitizerActive: () => false, _isThreadSanitizerActive: () => false,
    _getEnv: () => "", pwd: () => ".", isInteractive: () => false,
    getBuildInfo: () => ({ version: SHELL_VERSION, modules: [], debug: false, bits: 64 }),
    version: () => SHELL_VERSION,
    argumentsToArray: (list) => arraySlice(list),
    getActiveCommands: (db) => assert.commandWorked(db.listCommands()).commands,
    alert: print, setVerboseShell() {}, defaultPrompt: () => "> ", __promptWrapper__: (prompt) => prompt()
});

/// The era of the mongo shell whose behaviour is offered here.
const SHELL_VERSION = "4.0.0";

// --- the interactive shell's words, which a few tests call

function shellHelper(command, ...parameters) {
    const words = shellHelper[command];
    if (typeof words !== "function") {
        throw new Error("no command [" + command + "]");
    }
    return words(...parameters);
}
hide(shellHelper, {
    use(name) { globalThis.db = globalThis.db.getSiblingDB(name); return "switched to db " + name; },
    show(what) {
        const { db } = globalThis;
        const shown = { dbs: () => db.getMongo().getDBNames(), collections: () => db.getCollectionNames() };
        if (!hasOwn(shown, what)) {
            throw new Error("don't know how to show [" + what + "]");
        }
        arrayForEach(shown[what](), (name) => { print(name); });
    }
});

/// What the interactive shell prints of a value that was typed.
function shellPrintHelper(value) {
    if (value === undefined) {
        return;
    }
    if (!isObject(value) && value !== MinKey && value !== MaxKey) {
        print(value === null ? "null" : value);
    } else if (typeof value.shellPrint === "function") {
        const text = value.shellPrint();
        if (typeof text === "string") { print(text); }
    } else {
        print(tojson(value));
    }
}

expose({ shellHelper, shellPrintHelper, shellAutocomplete: () => [], __autocomplete__: [] });

// Files, folders and benchmarks of the host: nothing happens, so that the rest of a test runs on.
for (const name of ["cd", "copyDbpath", "copyFile", "mkdir", "removeFile", "resetDbpath", "resetAllocatedPorts"]) {
    expose({ [name]() {} });
}
expose({ ls: () => [], listFiles: () => [], fileExists: () => false });
