// Evaluated in the script's context, before the harness: makes `__native` of what `mongosh_worker.js` hands in. Values
// become text here and text values; `mongosh_values.js` has the other end.
(function (here, order, jobText) {
    const { keys, getPrototypeOf, defineProperty } = Object;
    const { isArray } = Array;
    const { parse, stringify } = JSON;
    const { isFinite } = Number;
    const { is } = Object;
    const uncurry = (method) => Function.prototype.call.bind(method);
    const [push, timeOf, has] = [Array.prototype.push, Date.prototype.getTime, String.prototype.includes].map(uncurry);
    const [note, noted] = [WeakMap.prototype.set, WeakMap.prototype.get].map(uncurry);
    const [hasKind, kindOf] = [Map.prototype.has, Map.prototype.get].map(uncurry);
    const [isIn, putIn] = [Set.prototype.has, Set.prototype.add].map(uncurry);
    const { Error: Failure, TypeError: Wrong, SyntaxError: NoProgram, Date: When, RegExp: Pattern, Set: Names } = globalThis;
    const job = parse(jobText);

    for (const name of ["console", "WebAssembly"]) {
        delete globalThis[name];
    }

    /// Nesting that the legacy shell allows in what it sends.
    const SEND_DEPTH = 150;
    const MOST_ELEMENTS = 48000000;
    const TOO_DEEP = "exceeded depth limit of 150 when converting js object to BSON. Do you have a cycle?";
    /// Which fields of a document that was read are int32: they are written back as such.
    const int32Fields = new WeakMap();
    const kinds = new Map();
    let types;

    // --- to text

    function parts(value, wasInt32, depth) {
        switch (typeof value) {
            case "number": return wasInt32 && (value | 0) === value && !is(value, -0) ? ["i", value] : number(value);
            case "string": case "boolean": return value;
            case "undefined": return ["u"];
            case "bigint": return ["l", String(BigInt.asIntN(64, value))];
            case "function": return value === types.MinKey ? ["-"] : value === types.MaxKey ? ["+"] : ["c", String(value)];
            case "object": return value === null ? null : object(value, depth);
            default: throw new Wrong("a symbol cannot be stored");
        }
    }

    function number(value) {
        return isFinite(value) && !is(value, -0) ? value : ["n", is(value, -0) ? "-0" : String(value)];
    }

    function object(value, depth) {
        if (depth > SEND_DEPTH) {
            throw new Wrong(TOO_DEEP);
        }
        if (isArray(value)) {
            return list(value, depth);
        }
        if (value instanceof When) {
            const time = timeOf(value);
            return ["t", time === time ? time : 0];
        }
        if (value instanceof Pattern) {
            return ["r", value.source, value.flags];
        }
        const prototype = getPrototypeOf(value);
        return hasKind(kinds, prototype) ? kindOf(kinds, prototype)(value, depth) : document(value, depth);
    }

    function list(value, depth) {
        if (value.length > MOST_ELEMENTS) {
            throw new Wrong("the array is too long to be sent");
        }
        const known = noted(int32Fields, value), made = ["a"];
        for (let at = 0; at < value.length; at++) {
            push(made, parts(value[at], known !== undefined, depth + 1));
        }
        return made;
    }

    function document(value, depth) {
        const known = noted(int32Fields, value), made = ["d"];
        for (const key of keys(value)) {
            if (has(key, "\0")) {
                throw new Wrong("JavaScript property name contains a null char, which BSON does not allow");
            }
            push(made, key, parts(value[key], known !== undefined && isIn(known, key), depth + 1));
        }
        return made;
    }

    function topLevel(value) {
        if ((typeof value !== "object" && typeof value !== "function") || value === null) {
            throw new Wrong("an object is needed here");
        }
        return document(value, 1);
    }

    const writers = {
        NumberLong: (value) => ["l", String(value._v)],
        NumberInt: (value) => ["i", value._v],
        NumberDecimal: (value) => ["m", String(value._v)],
        ObjectId: (value) => ["o", value.str],
        Timestamp: (value) => ["s", value.t >>> 0, value.i >>> 0],
        BinData: (value) => ["b", value.type, value._v],
        DBRef: document,
        DBPointer: (value, depth) => ["d", "$ref", value.ns, "$id", parts(value.id, false, depth + 1)],
        Code: (value, depth) => (typeof value.scope === "object" && value.scope !== null
            ? ["c", value.code, document(value.scope, depth + 1)] : ["c", value.code])
    };

    // --- from text

    function read(part) {
        return isArray(part) ? readers[part[0]](part) : part;
    }

    const readers = {
        a(part) {
            const made = [];
            let int32 = false;
            for (let at = 1; at < part.length; at++) {
                int32 = int32 || isInt32(part[at]);
                push(made, read(part[at]));
            }
            if (int32) {
                note(int32Fields, made, new Names());
            }
            return made;
        },
        d(part) {
            const made = {}, int32 = new Names();
            for (let at = 1; at < part.length; at += 2) {
                if (isInt32(part[at + 1])) {
                    putIn(int32, part[at]);
                }
                defineProperty(made, part[at], { value: read(part[at + 1]), enumerable: true, configurable: true, writable: true });
            }
            note(int32Fields, made, int32);
            return part[1] === "$ref" && typeof part[2] === "string" ? types.factory("DBRef", made) : made;
        },
        u: () => undefined,
        n: (part) => Number(part[1]),
        i: (part) => part[1],
        l: (part) => new types.NumberLong(part[1]),
        m: (part) => new types.NumberDecimal(part[1]),
        o: (part) => new types.ObjectId(part[1]),
        t: (part) => new When(part[1]),
        s: (part) => types.factory("Timestamp", part[1], part[2]),
        b: (part) => types.factory("BinData", part[1], part[2]),
        r: (part) => types.factory("RegExp", part[1], part[2]),
        c: (part) => (part.length < 3 ? types.factory("Code", part[1]) : types.factory("Code", part[1], read(part[2]))),
        "-": () => types.MinKey,
        "+": () => types.MaxKey
    };

    function isInt32(part) {
        return isArray(part) && part[0] === "i";
    }

    // --- what the harness calls

    function ask(question) {
        const answer = parse(here.ask(stringify(question)));
        if (answer.error !== undefined) {
            const failure = new Failure(answer.error);
            if (answer.network) {
                defineProperty(failure, "isNetworkError", { value: true, enumerable: true, configurable: true, writable: true });
            }
            throw failure;
        }
        return answer.text;
    }

    function loaded(text) {
        const answer = parse(text);
        if (answer.error !== undefined) {
            throw new Failure(answer.error);
        }
        return answer.files;
    }

    /// Threads need an engine and a connection of their own, and mongosh's connection is waited for by this one.
    function noThreads() {
        throw new Failure("threads and parallel shells are not provided under mongosh; use --shell embedded");
    }

    function noLogins() {
        throw new Failure("logins of a script are not provided under mongosh; name the user in --uri, or use --shell embedded");
    }

    const addresses = [];
    const native = {
        database: job.database,
        testData: job.testData,
        print(text) { here.print(String(text)); },
        openConnection: (address) => push(addresses, ask({ what: "open", address: String(address) })) - 1,
        closeConnection() {},
        followsPrimary: () => false,
        logIn: noLogins, forgetLogin: noLogins,
        address: (id) => addresses[id] || "",
        runCommand(id, database, command) {
            const text = stringify(topLevel(command));
            return read(parse(ask({ what: "command", database: String(database), text })));
        },
        decimal: (text) => ask({ what: "decimal", text: String(text) }),
        bsonSize: (value) => Number(ask({ what: "size", text: stringify(topLevel(value)) })),
        compareBson: (left, right) => order(parts(left, false, 1), parts(right, false, 1)),
        sameBson: (left, right) => stringify(topLevel(left)) === stringify(topLevel(right)),
        hide(object, names) {
            for (const name of keys(names)) {
                defineProperty(object, name, { value: names[name], writable: true, configurable: true, enumerable: false });
            }
        },
        readSources: (name) => loaded(here.read(String(name))),
        evalScript(text, name) {
            const wrong = here.evaluate(String(text), String(name));
            if (wrong !== "") {
                throw new NoProgram(wrong);
            }
        },
        startThread: noThreads, waitForThread: noThreads, newLatch: noThreads, passLatch: noThreads,
        countDownLatch: noThreads, latchCount: noThreads, toBson() {}, fromBson: noThreads,
        sleep: here.sleep, monotonic: here.monotonic, gc() {}, runJobs() {},
        quit(status) { here.quit(status | 0); },
        registerTypes(registered) {
            types = registered;
            for (const name of keys(writers)) {
                kinds.set(registered[name].prototype, writers[name]);
            }
        }
    };
    defineProperty(globalThis, "__native", { value: native, configurable: true });
})
