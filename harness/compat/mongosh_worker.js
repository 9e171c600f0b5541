// The thread that runs the script, in a context that has nothing of Node: the engine's own builtins, our harness, and the
// natives that `mongosh_natives.js` makes in there of the few functions below. Only texts and numbers cross between the
// two, so that no object of this side ever meets the script.
"use strict";
const fs = require("fs");
const path = require("path");
const vm = require("vm");
const { workerData, receiveMessageOnPort } = require("worker_threads");
const { makeModules } = require("./mongosh_modules.js");

const { job, port } = workerData;
const flag = new Int32Array(workerData.flag);
const nobody = new Int32Array(new SharedArrayBuffer(4));
/// Bounds that the embedded shell keeps too.
const LONGEST_SLEEP_MILLIS = 200;
const MOST_BYTES_LOADED = 16 << 20;
/// Printed text that may be under way before the main thread is waited for.
const MOST_BYTES_UNDER_WAY = 256 << 10;

let underWay = 0;
let outputLeft = job.output;
let dropped = 0;

const here = {
    /// Asks the main thread and waits for its answer, without the script seeing that time passes.
    ask(question) {
        port.postMessage({ kind: "ask", ...JSON.parse(question) });
        Atomics.wait(flag, 0, 0);
        Atomics.store(flag, 0, 0);
        underWay = 0;
        return JSON.stringify(receiveMessageOnPort(port).message);
    },
    print(text) {
        if (text.length > outputLeft) {
            outputLeft = 0;
            dropped += text.length;
            text = /^Top-level statement \d+ completed in \d+ ms$/.test(text) ? text : undefined;
        }
        if (text === undefined) {
            return;
        }
        outputLeft -= Math.min(outputLeft, text.length);
        port.postMessage({ kind: "print", text });
        underWay += text.length;
        if (underWay > MOST_BYTES_UNDER_WAY) {
            here.ask('{"what":"flush"}');
        }
    },
    quit(status) {
        end({ Quit: { status } });
    },
    sleep(millis) { Atomics.wait(nobody, 0, 0, Math.min(Math.max(millis, 0), LONGEST_SLEEP_MILLIS)); },
    monotonic: () => performance.now(),
    /// `[[name, text], ...]` or a sentence.
    read(name) {
        try {
            return JSON.stringify({ files: sources(name) });
        } catch (error) {
            return JSON.stringify({ error: "error loading js file: " + name + ": " + error.message });
        }
    },
    /// Empty, or why the text is no program. What the script throws goes through.
    evaluate(text, filename) {
        const script = compile(text, filename);
        if (typeof script === "string") {
            return script;
        }
        script.runInContext(context);
        return "";
    }
};

/// Says how it ended and waits for the process to go: a thread that ends by itself may outrun its last message.
function end(how) {
    port.postMessage({ kind: "end", end: how, dropped });
    Atomics.wait(nobody, 0, 0);
}

function compile(text, filename) {
    try {
        return new vm.Script(text, { filename });
    } catch (error) {
        return String(error.message) + " " + String(error.stack).split("\n", 1)[0];
    }
}

/// The file or folder of that name below the configured folders, after all links are followed.
function below(name) {
    const roots = job.roots.map((root) => fs.realpathSync(root));
    const inside = (file) => roots.some((root) => file === root || file.startsWith(root + path.sep));
    const real = roots.map((root) => path.resolve(root, name)).filter((file) => fs.existsSync(file)).map((file) => fs.realpathSync(file));
    const found = real.find(inside);
    if (found === undefined) {
        throw new Error("not found below the corpus: " + name);
    }
    return [found, inside];
}

function sources(name) {
    const [found, inside] = below(name);
    if (!fs.statSync(found).isDirectory()) {
        return [[name, textOf(found)]];
    }
    const files = fs.readdirSync(found).filter((file) => file.endsWith(".js")).sort();
    return files.map((file) => fs.realpathSync(path.join(found, file))).filter(inside).map((file) => [file, textOf(file)]);
}

function textOf(file) {
    if (fs.statSync(file).size > MOST_BYTES_LOADED) {
        throw new Error("it is larger than 16 MiB");
    }
    return fs.readFileSync(file, "utf8");
}

/// A global object of the plain kind where this Node makes one.
const context = vm.createContext(vm.constants && vm.constants.DONT_CONTEXTIFY || {});

function within(name) {
    return vm.runInContext(fs.readFileSync(path.join(__dirname, name), "utf8"), context, { filename: "harness" });
}

/// A thrown value, as text; it may be anything, and reading it may throw again.
function words(error) {
    try {
        const head = error.name === undefined ? String(error) + " " + JSON.stringify(error) : error.name + ": " + error.message;
        const frames = String(error.stack || "").split("\n").filter((line) => /^ {4}at /.test(line));
        return [head, ...frames.filter((line) => !/node:|mongosh_worker|^ {4}at run /.test(line))].join("\n").slice(0, 4000);
    } catch (again) {
        return "a value that cannot be read was thrown";
    }
}

/// Gives how the job's text ended; a text that is no program never began.
async function run() {
    try {
        within("mongosh_natives.js")(here, within("mongosh_order.js"), JSON.stringify(job));
        within("harness.js");
    } catch (error) {
        return { NoServer: { error: words(error) } };
    }
    port.postMessage({ kind: "started" });
    const text = fs.readFileSync(job.path, "utf8");
    try {
        await (job.module ? runModule(text) : runScript(text));
        return "Completed";
    } catch (error) {
        return error instanceof NoProgram ? { SyntaxError: { message: error.message } } : { UncaughtError: { message: words(error) } };
    }
}

class NoProgram extends Error {}

function runScript(text) {
    const script = compile(text, job.name);
    if (typeof script === "string") {
        throw new NoProgram(script);
    }
    script.runInContext(context);
}

async function runModule(text) {
    const modules = makeModules(context, job, (name) => {
        const [file] = below(name);
        return [file, textOf(file)];
    });
    let main;
    try {
        main = modules.parse(text);
    } catch (error) {
        throw new NoProgram(String(error.message));
    }
    await modules.evaluated(main);
}

// A promise that a script forgets is no reason to end it.
process.on("unhandledRejection", () => {});
process.on("beforeExit", () => end({ UncaughtError: { message: "Error: a top-level await waits for what never comes" } }));
run().then((how) => setImmediate(() => end(how)));
