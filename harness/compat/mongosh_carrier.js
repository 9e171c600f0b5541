// mongosh's main thread. The script runs in a worker thread and waits there for each reply; here its commands go out
// over mongosh's own connection, and everything worth telling is written to standard output, one JSON line a report with
// the job's token before it. What is counted here no script can reach.
"use strict";
const fs = require("fs");
const { Worker, MessageChannel } = require("worker_threads");
const { makeValues } = require("./mongosh_values.js");
const { Ledger } = require("./mongosh_ledger.js");

/// Once so many connections in a row were refused the server is gone: the rest fails at once.
const MOST_REFUSALS = 3;
const PULSE_MILLIS = 50;
/// A longer one would fire at once.
const LONGEST_TIMER = 2 ** 31 - 1;

/// Runs the job's script; never comes back, as the process ends with the script.
exports.carry = (db, path) => new Promise(() => {
    const job = JSON.parse(fs.readFileSync(path, "utf8"));
    const carrier = new Carrier(db, job);
    carrier.start();
});

class Carrier {
    constructor(db, job) {
        this.job = job;
        this.provider = db.getMongo()._serviceProvider;
        this.values = makeValues(this.provider.bsonLibrary);
        this.ledger = new Ledger(job);
        this.flag = new Int32Array(new SharedArrayBuffer(4));
        this.connections = 0;
        this.refusals = 0;
        this.begun = Date.now();
    }

    start() {
        const { port1, port2 } = new MessageChannel();
        this.port = port1;
        const worker = new Worker(__dirname + "/mongosh_worker.js", {
            workerData: { job: this.job, port: port2, flag: this.flag.buffer },
            transferList: [port2],
            env: {},
            execArgv: ["--experimental-vm-modules", "--no-warnings"],
            resourceLimits: { maxOldGenerationSizeMb: Math.ceil(this.job.memory / 1048576), stackSizeMb: 4 }
        });
        worker.on("error", (error) => this.end(endOfWorker(error)));
        worker.on("exit", (status) => this.end({ Died: { message: "the script's thread ended with status " + status } }));
        port1.on("message", (message) => this.take(message));
        setInterval(() => this.ledger.pulse(), PULSE_MILLIS);
    }

    /// One message of the script's thread. Those that want an answer get exactly one.
    take({ kind, ...message }) {
        switch (kind) {
            case "started": return this.started();
            case "print": return this.ledger.print(message.text);
            case "end": return this.end(message.end, message.dropped);
            case "ask": return this.ask(message).then((answer) => this.answer(answer), (error) => {
                this.answer({ error: String(error && error.message || error) });
            });
        }
    }

    started() {
        this.begun = Date.now();
        this.ledger.report("Started");
        setTimeout(() => this.end({ Interrupted: { stack: "" } }), Math.min(this.job.interruptMillis, LONGEST_TIMER));
    }

    answer(answer) {
        this.port.postMessage(answer);
        Atomics.store(this.flag, 0, 1);
        Atomics.notify(this.flag, 0);
    }

    async ask({ what, address, database, text }) {
        switch (what) {
            case "flush": return {};
            case "open": return this.open(address);
            case "size": return { text: String(this.values.size(JSON.parse(text))) };
            case "decimal": return { text: this.values.decimal(text) };
            case "command": return this.command(database, JSON.parse(text));
        }
        throw new Error("unknown question " + what);
    }

    /// Every connection of the script is this mongosh's one: it has no other to the servers that it was given.
    open(address) {
        const known = this.job.addresses;
        const found = address === "" ? known[0] : known.find((one) => one === address);
        if (found !== known[0]) {
            throw new Error("couldn't connect: this shell speaks only to the servers that it was given");
        }
        return { text: found };
    }

    async command(database, parts) {
        const name = String(parts[1]).slice(0, 100);
        if (this.refusals >= MOST_REFUSALS) {
            return { error: "couldn't connect to server " + this.job.addresses[0] + ": it refused " + MOST_REFUSALS + " times", network: true };
        }
        const command = this.values.document(parts);
        const options = { promoteValues: false, promoteLongs: false, bsonRegExp: true, ...this.session(command) };
        this.ledger.sent(name, database);
        try {
            const reply = await this.provider.runCommand(database, command, options);
            this.refusals = 0;
            return this.replied(name, reply);
        } catch (error) {
            return this.failed(name, error);
        }
    }

    replied(name, reply) {
        this.ledger.over(name, reply);
        return { text: JSON.stringify(this.values.parts(reply)) };
    }

    /// A command that names a session of its own goes out with that one and not with the driver's.
    session(command) {
        if (command.lsid === undefined || command.lsid === null) {
            return {};
        }
        const session = this.provider.startSession({});
        const txnNumber = Number(command.txnNumber === undefined ? 0 : command.txnNumber);
        const serverSession = { id: command.lsid, txnNumber, lastUse: 0, isDirty: false, hasTimedOut: () => false };
        Object.defineProperty(session, "serverSession", { get: () => serverSession });
        return { session };
    }

    failed(name, error) {
        const reply = error.errorResponse || error.result;
        if (reply && reply.ok !== undefined) {
            this.refusals = 0;
            return this.replied(name, reply);
        }
        const text = String(error.message || error);
        const refused = error.name === "MongoServerSelectionError" || /ECONNREFUSED/.test(text);
        if (error.name === "MongoNetworkTimeoutError") {
            this.ledger.lost(name, { ReplyTimedOut: { command: name } });
        } else if (refused) {
            this.refusals++;
            this.ledger.lost(name, { CannotConnect: { error: text } });
        } else if (/Network|PoolCleared|PoolClosed|Topology/.test(error.name)) {
            this.ledger.lost(name, { ConnectionLost: { command: name, error: text } });
        } else {
            // The driver would not send it.
            this.ledger.notSent();
            return { error: text };
        }
        const host = this.job.addresses[0];
        return { error: "network error while attempting to run command '" + name + "' on host '" + host + "' : " + text, network: true };
    }

    end(end, dropped) {
        this.ledger.end(end, dropped || 0, Date.now() - this.begun);
        process.exit(0);
    }
}

function endOfWorker(error) {
    if (error && error.code === "ERR_WORKER_OUT_OF_MEMORY") {
        return "OutOfMemory";
    }
    return { Died: { message: "the script's thread: " + String(error && error.stack || error).slice(0, 4000) } };
}
