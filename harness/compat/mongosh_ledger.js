// What mongosh's main thread tells: reports in the form that the embedded shell's worker has too.
"use strict";
const fs = require("fs");

const MOST_NAMES = 500;
const MOST_NOTES = 1000;
const TIMING_PRINT = /^Top-level statement (\d+) completed in (\d+) ms$/;

exports.Ledger = class Ledger {
    constructor(job) {
        this.token = job.token;
        this.commands = new Map();
        this.names = new Set();
        this.noted = new Set();
        this.notes = 0;
        this.inFlight = undefined;
        this.total = 0;
        this.statement = { sent: 0, accepted: 0 };
        this.told = -1;
    }

    report(report) {
        let bytes = Buffer.from(this.token + JSON.stringify(report) + "\n");
        while (bytes.length > 0) {
            bytes = bytes.subarray(written(bytes));
        }
    }

    print(text) {
        this.report({ Output: text.split("\n") });
        const timing = TIMING_PRINT.exec(text);
        if (timing) {
            const counts = this.statement;
            this.statement = { sent: 0, accepted: 0 };
            this.report({ Statement: { index: Number(timing[1]), millis: Number(timing[2]), ...counts } });
        }
    }

    sent(command, database) {
        this.total++;
        this.statement.sent++;
        this.inFlight = { command, database, since: Date.now() };
    }

    /// The driver refused what was about to be sent.
    notSent() {
        this.total--;
        this.statement.sent--;
        this.inFlight = undefined;
    }

    over(command, reply) {
        const error = errorOf(reply);
        this.statement.accepted += error ? 0 : 1;
        this.count(command, error ? 0 : 1, error && error.code);
        if (error) {
            this.noteFailed(command, error);
        }
    }

    lost(command, note) {
        this.count(command, 0);
        this.note(note);
    }

    count(command, accepted, code) {
        const known = this.names.has(command) || this.names.size < MOST_NAMES;
        const name = known ? command : "(other)";
        this.names.add(name);
        const figures = this.commands.get(name) || { sent: 0, accepted: 0, codes: {}, millis: 0 };
        figures.sent++;
        figures.accepted += accepted;
        figures.millis += Date.now() - this.inFlight.since;
        if (code !== undefined && code !== null) {
            figures.codes[code] = (figures.codes[code] || 0) + 1;
        }
        this.commands.set(name, figures);
        this.inFlight = undefined;
    }

    noteFailed(command, { code, message }) {
        const key = command + " " + code;
        if (!this.noted.has(key) || code === 0 || code === 1 || code === 8) {
            this.noted.add(key);
            this.note({ Failed: { command, code: code === 0 ? null : code, message: message.slice(0, 2000) } });
        }
    }

    note(note) {
        this.notes++;
        if (this.notes <= MOST_NOTES) {
            this.report({ Noted: note });
        }
    }

    pulse() {
        this.tellCommands();
        if (this.inFlight === undefined && this.told === this.total) {
            return;
        }
        this.told = this.total;
        const { command, database, since } = this.inFlight || {};
        const waiting = command === undefined ? null : { command, database, waiting: duration(Date.now() - since) };
        this.report({ Status: { in_flight: waiting, sent: this.total } });
    }

    tellCommands() {
        if (this.commands.size === 0) {
            return;
        }
        const told = {};
        for (const [name, { millis, ...figures }] of this.commands) {
            told[name] = { ...figures, busy: duration(millis) };
        }
        this.commands = new Map();
        this.report({ Commands: told });
    }

    end(end, dropped, millis) {
        this.pulse();
        this.report({ Ended: { end, output_dropped: dropped, threads_left: false, elapsed: duration(millis) } });
    }
};

/// A pipe that is full for the moment is tried again.
function written(bytes) {
    try {
        return fs.writeSync(1, bytes);
    } catch (error) {
        if (error.code !== "EAGAIN") {
            throw error;
        }
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        return 0;
    }
}

function duration(millis) {
    const whole = Math.max(0, Math.round(millis));
    return { secs: Math.floor(whole / 1000), nanos: (whole % 1000) * 1000000 };
}

/// What a reply says against success: `ok` that is not 1, or a write error.
function errorOf(reply) {
    const first = Array.isArray(reply.writeErrors) ? reply.writeErrors[0] : undefined;
    const ok = reply.ok === true || Number(reply.ok) === 1;
    if (ok && first === undefined) {
        return undefined;
    }
    const error = ok ? first : reply;
    return { code: Number(error.code === undefined ? 0 : error.code) | 0, message: String(error.errmsg || error.$err || "") };
}
