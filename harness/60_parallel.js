// Parallel shells and threads: each has a context and a connection of its own. Source text and BSON cross, closures do
// not. Other programs are not provided and say so.

/// Functions and latches among a thread's arguments: a function crosses as code, a latch by its number.
function toParcel(values) {
    const parcel = [];
    for (const value of values) {
        arrayPush(parcel, value instanceof CountDownLatch ? { $latch: value._descriptor } : { $value: value });
    }
    return native.toBson({ values: parcel });
}

function fromParcel(buffer) {
    const values = [];
    for (const one of native.fromBson(buffer).values) {
        arrayPush(values, hasOwn(one, "$latch") ? CountDownLatch.from(one.$latch) : one.$value);
    }
    return values;
}

/// The connection whose logins a thread gets: the one that `db` speaks by.
function threadsConnection() {
    return globalThis.db instanceof DB ? globalThis.db.getMongo()._id : 0;
}

class Thread {
    constructor(main, ...parameters) {
        if (typeof main !== "function") {
            throw new Error("Thread: the first argument is the function to run");
        }
        hide(this, { _main: main, _parameters: parameters, _number: undefined, _outcome: undefined });
    }

    start() {
        if (this._number !== undefined) {
            throw new Error("Thread already started");
        }
        const text = "__runThread(" + functionText(this._main) + "\n);";
        this._number = native.startThread(text, toParcel(this._parameters), "", threadsConnection());
    }

    join() {
        if (this._number === undefined) {
            throw new Error("Thread not running");
        }
        if (this._outcome === undefined) {
            this._outcome = native.waitForThread(this._number);
        }
    }

    hasFailed() {
        this.join();
        return this._outcome.status !== 0;
    }

    returnData() {
        this.join();
        if (this._outcome.status !== 0) {
            throw new Error("Thread failed with status " + this._outcome.status);
        }
        return fromParcel(this._outcome.result)[0];
    }
}

/// What a thread's own context runs: the function with what crossed, and its return value back.
function runThread(main) {
    native.threadResult(toParcel([reflectApply(main, undefined, fromParcel(native.threadArgument()))]));
}

class CountDownLatch {
    constructor(count) {
        const whole = floor(Number(count));
        if (!(whole >= 0 && whole <= 0xffffffff)) {
            throw new Error("CountDownLatch: the count is a number from 0 up");
        }
        hide(this, { _descriptor: native.newLatch(whole) });
    }

    static from(descriptor) {
        const latch = objectCreate(CountDownLatch.prototype);
        hide(latch, { _descriptor: descriptor });
        return latch;
    }

    await() { native.passLatch(this._descriptor); }
    countDown() { native.countDownLatch(this._descriptor); }
    getCount() { return native.latchCount(this._descriptor); }
}

const functionText = uncurry(Function.prototype.toString);

/// The text that a parallel shell runs: what it has of its maker's globals, then the code.
function parallelText(code, port, parameters) {
    let text = "";
    if (typeof globalThis.TestData === "object" && globalThis.TestData !== null) {
        text += "globalThis.TestData = " + toJSON(globalThis.TestData) + ";\n";
    }
    // Most scripts name the port of the server that everybody speaks to, whatever its host is called.
    if (port !== undefined && port !== null && Number(port) !== portOf(native.address(0))) {
        text += "globalThis.db = new Mongo('127.0.0.1:' + " + Number(port) + ").getDB('test');\n";
    }
    if (globalThis.db instanceof DB) {
        text += "globalThis.db = db.getSiblingDB(" + toJSON(globalThis.db.getName()) + ");\n";
    }
    if (typeof code !== "function") {
        return text + code;
    }
    return text + "(" + functionText(code) + ")(" + arrayJoin(arrayMap(parameters, (value) => tojson(value)), ", ") + ");";
}

let parallelShells = 0;

/// Gives a function that waits for the shell's end and throws where that is not 0, unless told otherwise.
function startParallelShell(code, port, noConnect, ...parameters) {
    const prefix = "sh" + parallelShells++ + "| ";
    const text = parallelText(code, port, parameters);
    const number = native.startThread(text, native.toBson({ values: [] }), prefix, threadsConnection());
    return function ({ checkExitSuccess = true } = {}) {
        const { status } = native.waitForThread(number);
        if (checkExitSuccess && status !== 0) {
            throw new Error("encountered an error in the parallel shell: exit status " + status);
        }
        return status;
    };
}

expose({ Thread, ScopedThread: Thread, CountDownLatch, startParallelShell, __runThread: runThread });

function notProvided(name) {
    return function () {
        throw new Error(name + " is not provided by this shell yet");
    };
}

const PROGRAMS = [
    "fork", "benchRun", "benchRunSync", "benchStart", "benchFinish", "run", "runProgram", "runNonMongoProgram",
    "runMongoProgram", "startMongoProgram", "startMongoProgramNoConnect", "startMongod", "waitProgram",
    "waitMongoProgramOnPort"
];
for (const name of PROGRAMS) {
    expose({ [name]: notProvided(name) });
}

// Ends of programs that never began.
for (const name of ["stopMongod", "_stopMongoProgram", "stopMongoProgram", "stopMongoProgramByPid"]) {
    expose({ [name]: () => 0 });
}
expose({
    clearRawMongoProgramOutput() {}, rawMongoProgramOutput: () => "", checkProgram: () => ({ alive: false, exitCode: 0 })
});
