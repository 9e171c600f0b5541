// assert and its family. Tests match the texts of some errors, so those keep the old shell's words.

function doassert(message, reply) {
    const text = typeof message === "function" ? message() : message;
    const error = new Error(typeof text === "string" ? text : tojson(text));
    if (reply !== undefined && reply !== null) {
        adopt(error, reply);
    }
    throw error;
}

/// An error carries the code of the reply that it speaks of.
function adopt(error, reply) {
    const source = reply.writeErrors && reply.writeErrors[0] ? reply.writeErrors[0] : reply;
    const code = source.code !== undefined ? source.code : reply.code;
    if (code !== undefined) {
        error.code = code;
    }
    if (source.codeName !== undefined) {
        error.codeName = source.codeName;
    }
    return error;
}

function withMessage(text, message) {
    if (message === undefined || message === null) {
        return text;
    }
    const extra = typeof message === "function" ? message() : message;
    return text + " : " + (typeof extra === "string" ? extra : tojson(extra));
}

function fail(text, message, reply) {
    doassert(withMessage(text, message), reply);
}

function assert(condition, message) {
    if (!condition) {
        fail("assert failed", message);
    }
}

/// Equality as tests mean it: identical, equal as BSON, or printed alike.
function sameValue(left, right) {
    if (left === right || (typeof left !== "object" && typeof right !== "object" && left == right)) {
        return true;
    }
    if (left === null || right === null || left === undefined || right === undefined) {
        return left == right;
    }
    if (typeof left === "object" || typeof right === "object") {
        return (typeof left !== typeof right && left == right) || tojson(left) === tojson(right) || (equalAsBson(left, right));
    }
    return false;
}

function equalAsBson(left, right) {
    try {
        return native.compareBson(left, right) === 0;
    } catch (error) {
        return false;
    }
}

/// Documents whose keys may stand in another order.
function sortKeys(value) {
    if (isArray(value)) {
        return arrayMap(value, sortKeys);
    }
    if (value === null || typeof value !== "object" || getPrototypeOf(value) !== Object.prototype) {
        return value;
    }
    const sorted = {};
    for (const key of arraySort(objectKeys(value))) {
        sorted[key] = sortKeys(value[key]);
    }
    return sorted;
}

function sameDocument(left, right) {
    return sameValue(left, right) || sameValue(sortKeys(left), sortKeys(right));
}

function sameMembers(left, right, same) {
    if (left.length !== right.length) {
        return false;
    }
    const rest = arraySlice(right);
    for (const item of left) {
        const at = rest.findIndex((other) => (same || sameDocument)(item, other));
        if (at < 0) {
            return false;
        }
        rest.splice(at, 1);
    }
    return true;
}

const comparisons = {
    eq: [sameValue, "are not equal"],
    docEq: [sameDocument, "are not equal"],
    setEq: [(left, right) => sameMembers([...left], [...right]), "are not equal sets"],
    sameMembers: [(left, right) => sameMembers(left, right), "have not the same members"],
    neq: [(left, right) => !sameValue(left, right), "are equal"],
    lt: [(left, right) => left < right, "is not less than"],
    gt: [(left, right) => left > right, "is not greater than"],
    lte: [(left, right) => left <= right, "is not less than or eq"],
    gte: [(left, right) => left >= right, "is not greater than or eq"]
};
for (const name of objectKeys(comparisons)) {
    const [holds, words] = comparisons[name];
    const between = /^is /.test(words);
    assert[name] = function (left, right, message) {
        if (!holds(left, right)) {
            const [a, b] = [tojson(left), tojson(right)];
            fail(between ? a + " " + words + " " + b : "[" + a + "] != [" + b + "] " + words, message);
        }
    };
}

objectAssign(assert, {
    automsg(condition) { assert((0, eval)(condition), condition); },
    between(low, value, high, message, inclusive) {
        const open = inclusive === false;
        if (!(open ? low < value && value < high : low <= value && value <= high)) {
            fail(tojson(value) + " is not between " + tojson(low) + " and " + tojson(high), message);
        }
    },
    betweenIn(low, value, high, message) { assert.between(low, value, high, message, true); },
    betweenEx(low, value, high, message) { assert.between(low, value, high, message, false); },
    close(left, right, message, places) {
        const allowed = 10 ** -(places === undefined ? 4 : places);
        const gap = abs((left - right) / (right === 0 ? 1 : right));
        if (!(left === right || gap <= allowed)) {
            fail(tojson(left) + " is not equal to " + tojson(right) + " within " + (places || 4) + " places", message);
        }
    },
    closeWithinMS(left, right, message, millis) {
        const allowed = millis === undefined ? 1000 : millis;
        if (!(abs(left - right) <= allowed)) {
            fail(tojson(left) + " is not equal to " + tojson(right) + " within " + allowed + " millis", message);
        }
    },
    isnull(value, message) {
        if (value !== null && value !== undefined) {
            fail("supposed to be null (" + withMessage("", message) + ") was: " + tojson(value));
        }
    },
    contains(item, array, message) {
        if (!isArray(array) || !array.some((other) => sameValue(other, item))) {
            fail(tojson(item) + " was not in " + tojson(array), message);
        }
    },
    doesNotContain(item, array, message) {
        if (array.some((other) => sameValue(other, item))) {
            fail(tojson(item) + " is in " + tojson(array), message);
        }
    },
    includes(whole, part, message) {
        if (!whole.includes(part)) {
            fail("string [" + whole + "] does not include [" + part + "]", message);
        }
    },
    hasFields(object, fields, message) {
        const lacking = fields.filter((field) => !(field in object));
        if (lacking.length > 0) {
            fail("Not all of the values from " + tojson(fields) + " were in " + tojson(object), message);
        }
    },
    fail(message) { doassert(message === undefined ? "assert.fail() called" : message); }
});

// --- exceptions

function thrownBy(action, parameters) {
    if (typeof action !== "function") {
        doassert("1st argument must be a function");
    }
    try {
        Reflect.apply(action, undefined, parameters || []);
    } catch (error) {
        return error === undefined || error === null ? new Error(String(error)) : error;
    }
    return undefined;
}

objectAssign(assert, {
    throws(action, parameters, message) {
        const error = thrownBy(action, parameters);
        if (error === undefined) {
            fail("did not throw exception", message);
        }
        return error;
    },
    throwsWithCode(action, codes, parameters, message) {
        const error = assert.throws(action, parameters, message);
        const wanted = isArray(codes) ? codes : [codes];
        if (!arrayIncludes(wanted, error.code)) {
            fail("[" + tojson(error.code) + "] != [" + tojson(codes) + "] are not equal", message);
        }
        return error;
    },
    doesNotThrow(action, parameters, message) {
        let result;
        try {
            result = Reflect.apply(action, undefined, parameters || []);
        } catch (error) {
            fail("threw unexpected exception: " + error, message);
        }
        return result;
    },
    throws_automsg(action, parameters) { return assert.throws(action, parameters, String(action)); }
});

// --- waiting

function holdsNow(condition) {
    return typeof condition === "string" ? (0, eval)(condition) : condition();
}

objectAssign(assert, {
    soon(condition, message, timeout, interval) {
        const end = native.monotonic() + (timeout || 300000);
        while (!holdsNow(condition)) {
            if (native.monotonic() > end) {
                fail("assert.soon failed", message === undefined ? String(condition) : message);
            }
            native.sleep(interval || 200);
        }
    },
    soonNoExcept(condition, message, timeout, interval) {
        assert.soon(() => { try { return holdsNow(condition); } catch (error) { return false; } }, message, timeout, interval);
    },
    retry(condition, message, attempts, interval) {
        for (let left = attempts; left > 0; left--) {
            if (holdsNow(condition)) {
                return;
            }
            native.sleep(interval || 0);
        }
        fail("assert.retry failed on " + attempts + " attempts", message);
    },
    retryNoExcept(condition, message, attempts, interval) {
        assert.retry(() => { try { return holdsNow(condition); } catch (error) { return false; } }, message, attempts, interval);
    },
    time(action, message, timeout) {
        const start = native.monotonic();
        const result = holdsNow(action);
        const took = native.monotonic() - start;
        if (took > (timeout || 30000)) {
            fail("assert.time failed timeout " + timeout + "ms took " + took + "ms : " + action, message);
        }
        return result;
    }
});

// --- replies

function replyOf(result) {
    if (result instanceof Error && result.code === undefined && !result.isNetworkError) {
        throw result;
    }
    return result;
}

function writeFailed(result) {
    return (isArray(result.writeErrors) && result.writeErrors.length > 0) ||
        (typeof result.hasWriteError === "function" && result.hasWriteError()) ||
        (typeof result.hasWriteErrors === "function" && result.hasWriteErrors()) ||
        (result.writeConcernError !== undefined && typeof result.writeConcernError !== "function") ||
        (typeof result.getWriteConcernError === "function" && result.getWriteConcernError() !== undefined);
}

function commandFailed(result) {
    return result instanceof Error || (result.ok !== undefined ? result.ok != 1 : false);
}

function codeFits(result, expected) {
    const wanted = isArray(expected) ? expected : [expected];
    const seen = [result.code];
    arrayForEach(result.writeErrors || [], (error) => arrayPush(seen, error.code));
    const single = typeof result.getWriteError === "function" ? result.getWriteError() : undefined;
    if (single) {
        arrayPush(seen, single.code);
    }
    return seen.some((code) => arrayIncludes(wanted, code));
}

function needsReply(result, name) {
    if (result === null || typeof result !== "object") {
        doassert("expected a reply of a command for " + name + ", got " + tojson(result));
    }
    return replyOf(result);
}

objectAssign(assert, {
    commandWorked(result, message) {
        needsReply(result, "assert.commandWorked");
        if (commandFailed(result) || writeFailed(result)) {
            fail((result instanceof Error ? "command failed: " : writeFailed(result) ? "write failed with error: " : "command failed: ") + tojson(result), message, result);
        }
        return result;
    },
    commandWorkedIgnoringWriteErrors(result, message) {
        if (commandFailed(needsReply(result, "assert.commandWorkedIgnoringWriteErrors"))) {
            fail("command failed: " + tojson(result), message, result);
        }
        return result;
    },
    commandFailed(result, message) {
        needsReply(result, "assert.commandFailed");
        if (!commandFailed(result) && !writeFailed(result)) {
            fail("command worked when it should have failed: " + tojson(result), message);
        }
        return result;
    },
    commandFailedWithCode(result, code, message) {
        assert.commandFailed(result, message);
        if (!codeFits(result, code)) {
            fail("command did not fail with any of the following codes " + tojson(code) + ": " + tojson(result), message, result);
        }
        return result;
    },
    commandWorkedOrFailedWithCode(result, code, message) {
        needsReply(result, "assert.commandWorkedOrFailedWithCode");
        return commandFailed(result) || writeFailed(result) ? assert.commandFailedWithCode(result, code, message) : result;
    },
    writeOK(result, message) {
        needsReply(result, "assert.writeOK");
        if (commandFailed(result) || writeFailed(result)) {
            fail("write failed with error: " + tojson(result), message, result);
        }
        return result;
    },
    writeError(result, message) {
        needsReply(result, "assert.writeError");
        if (!commandFailed(result) && !writeFailed(result)) {
            fail("no write error: " + tojson(result), message);
        }
        return result;
    },
    writeErrorWithCode(result, code, message) {
        assert.writeError(result, message);
        if (!codeFits(result, code)) {
            fail("write error has not the code " + tojson(code) + ": " + tojson(result), message, result);
        }
        return result;
    },
    gleOK(result, message) { if (result.err) { fail("getLastError not ok: " + tojson(result), message); } },
    gleSuccess(database, message) { assert.gleOK(database.getLastErrorObj(), message); },
    gleError(database, message) { if (!database.getLastErrorObj().err) { fail("getLastError is ok", message); } }
});
assert.noop = () => {};

/// An error of a reply, thrown by those calls that throw.
function commandError(reply, what) {
    return adopt(new Error(what + ": " + tojson(reply)), reply);
}

expose({ assert, doassert, friendlyEqual: sameValue, argumentsToArray: (list) => arraySlice(list) });
