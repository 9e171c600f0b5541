// assert, the comparisons and what waits. Tests match the texts of some errors, so those keep the old shell's words.

/// Throws an Error with the code and labels of the reply that it speaks of.
function doassert(message, reply) {
    throw errorWithCode(reply, messageText(message));
}

function messageText(message) {
    const text = typeof message === "function" ? message() : message;
    return typeof text === "string" ? text : tojson(text);
}

/// An error that carries `code`, `codeName` and labels of a reply, a write result or another error; a number is a code.
function errorWithCode(source, text) {
    const error = new Error(text);
    if (typeof source === "number") {
        error.code = source;
    } else if (isObject(source)) {
        const code = firstCode(source);
        if (code !== undefined) {
            error.code = code;
        }
        for (const name of ["codeName", "errorLabels", "writeErrors", "writeConcernError", "isNetworkError"]) {
            if (source[name] !== undefined && typeof source[name] !== "function") {
                error[name] = source[name];
            }
        }
    }
    return error;
}

function firstCode(source) {
    if (source.code !== undefined) {
        return source.code;
    }
    const nested = [source.writeErrors && source.writeErrors[0], source.writeConcernError];
    const holder = arrayFind(nested, (one) => isObject(one) && one.code !== undefined);
    return holder && holder.code;
}

function fail(text, message, reply) {
    const missing = message === undefined || message === null || message === "";
    doassert(missing ? text : text + " : " + messageText(message), reply);
}

function assert(condition, message) {
    if (!condition) {
        fail("assert failed", message);
    }
}

// --- equality

/// Equality as tests mean it: loosely equal, or printed alike where a NumberInt prints as its number.
function friendlyEqual(left, right) {
    if (left == right || (isNaNNumber(left) && isNaNNumber(right))) {
        return true;
    }
    if (!isComparedByText(left) && !isComparedByText(right)) {
        return false;
    }
    const [a, b] = [tojson(left, "", true), tojson(right, "", true)];
    return a === b || withoutNumberInt(a) === withoutNumberInt(b);
}

function isNaNNumber(value) {
    return typeof value === "number" && value !== value;
}

function isComparedByText(value) {
    return isObject(value) || typeof value === "function";
}

function withoutNumberInt(text) {
    return replace(text, /NumberInt\((-?\d+)\)/g, "$1");
}

/// The same document with the keys of every level in order.
function sortedKeys(value) {
    if (isArray(value)) {
        return arrayMap(value, sortedKeys);
    }
    if (!isPlainObject(value)) {
        return value;
    }
    const sorted = {};
    for (const key of arraySort(objectKeys(value))) {
        sorted[key] = sortedKeys(value[key]);
    }
    return sorted;
}

function isPlainObject(value) {
    return isObject(value) && (getPrototypeOf(value) === Object.prototype || getPrototypeOf(value) === null);
}

function sameDocument(left, right) {
    return friendlyEqual(left, right) ||
        (isObject(left) && isObject(right) && friendlyEqual(sortedKeys(left), sortedKeys(right)));
}

function sameMembers(left, right, same) {
    if (left.length !== right.length) {
        return false;
    }
    const rest = arraySlice(right);
    for (const item of left) {
        const at = positionOf(rest, (other) => same(item, other));
        if (at < 0) {
            return false;
        }
        arraySplice(rest, at, 1);
    }
    return true;
}

function positionOf(array, holds) {
    for (let at = 0; at < array.length; at++) {
        if (holds(array[at])) {
            return at;
        }
    }
    return -1;
}

function sameSet(left, right) {
    const [a, b] = [new Set(left), new Set(right)];
    if (a.size !== b.size) {
        return false;
    }
    for (const item of a) {
        if (!b.has(item)) {
            return false;
        }
    }
    return true;
}

function requireEqual(same, left, right, message) {
    if (!same) {
        fail("[" + tojson(left) + "] != [" + tojson(right) + "] are not equal", message);
    }
}

objectAssign(assert, {
    eq(left, right, message) { requireEqual(friendlyEqual(left, right), left, right, message); },
    docEq(left, right, message) { requireEqual(sameDocument(left, right), left, right, message); },
    setEq(left, right, message) { requireEqual(sameSet(left, right), [...left], [...right], message); },
    sameMembers(left, right, message, same) {
        requireEqual(sameMembers(left, right, same || sameDocument), left, right, message);
    },
    fuzzySameMembers(left, right, fuzzyFields, message, places) {
        const near = (a, b) => sameDocument(without(a, ...fuzzyFields), without(b, ...fuzzyFields)) &&
            !arraySome(fuzzyFields, (field) => !isClose(a[field], b[field], places));
        requireEqual(sameMembers(left, right, near), left, right, message);
    },
    neq(left, right, message) {
        if (friendlyEqual(left, right)) {
            fail("[" + tojson(left) + "] != [" + tojson(right) + "] are equal", message);
        }
    },
    isnull(value, message) {
        if (value !== null && value !== undefined) {
            const note = message === undefined || message === null ? "" : messageText(message);
            doassert("supposed to be null (" + note + ") was: " + tojson(value));
        }
    },
    contains(item, array, message) {
        if (!isArray(array) || positionOf(array, (other) => friendlyEqual(other, item)) < 0) {
            fail(tojson(item) + " was not in " + tojson(array), message);
        }
    },
    doesNotContain(item, array, message) {
        if (positionOf(array, (other) => friendlyEqual(other, item)) >= 0) {
            fail(tojson(item) + " is in " + tojson(array), message);
        }
    },
    containsPrefix(prefix, array, message) {
        if (positionOf(array, (other) => startsWith(String(other), prefix)) < 0) {
            fail(tojson(prefix) + " was not a prefix in " + tojson(array), message);
        }
    },
    includes(text, part, message) {
        if (stringIndexOf(text, part) < 0) {
            fail("string [" + text + "] does not include [" + part + "]", message);
        }
    },
    hasFields(object, fields, message) {
        const lacking = arrayFilter(fields, (field) => !isObject(object) || !(field in object));
        if (lacking.length > 0) {
            fail("Not all of the values from " + tojson(fields) + " were in " + tojson(object), message);
        }
    },
    fail(message) { doassert(message === undefined ? "assert.fail() called" : message); },
    noop() {}
});

// --- order and nearness

/// Timestamps have no valueOf; the order of servers is the one that is meant.
function inOrder(left, right) {
    if (left instanceof Timestamp && right instanceof Timestamp) {
        const order = native.compareBson(left, right);
        return { lt: order < 0, lte: order <= 0, gt: order > 0, gte: order >= 0 };
    }
    return { lt: left < right, lte: left <= right, gt: left > right, gte: left >= right };
}

function shown(value) {
    return isObject(value) ? tojson(value) : String(value);
}

function ordering(relation, words) {
    return (left, right, message) => {
        if (!inOrder(left, right)[relation]) {
            fail(shown(left) + " is not " + words + " " + shown(right), message);
        }
    };
}

function isClose(left, right, places) {
    const near = (gap) => Math.round(gap * 10 ** (places === undefined ? 4 : places)) === 0;
    const gap = abs(left - right);
    return left == right || near(gap) || near(abs(gap / (Number(right) === 0 ? left : right)));
}

objectAssign(assert, {
    lt: ordering("lt", "less than"),
    gt: ordering("gt", "greater than"),
    lte: ordering("lte", "less than or eq"),
    gte: ordering("gte", "greater than or eq"),
    between(low, value, high, message, inclusive) {
        const [first, second] = [inOrder(low, value), inOrder(value, high)];
        if (!(inclusive === false ? first.lt && second.lt : first.lte && second.lte)) {
            fail(shown(value) + " is not between " + shown(low) + " and " + shown(high), message);
        }
    },
    betweenIn(low, value, high, message) { assert.between(low, value, high, message, true); },
    betweenEx(low, value, high, message) { assert.between(low, value, high, message, false); },
    close(left, right, message, places) {
        if (!isClose(left, right, places)) {
            const within = places === undefined ? 4 : places;
            fail(shown(left) + " is not equal to " + shown(right) + " within " + within + " places", message);
        }
    },
    closeWithinMS(left, right, message, millis) {
        const allowed = millis === undefined ? 1000 : millis;
        if (!(abs(left - right) <= allowed)) {
            fail(shown(left) + " is not equal to " + shown(right) + " within " + allowed + " millis", message);
        }
    }
});

expose({ assert, doassert, friendlyEqual, _getErrorWithCode: errorWithCode, sortDoc: sortedKeys });
