// Globals that newer tests call: trying again, comparing, and words for the log.

// --- trying again

const RETRYABLE_CODES = "HostUnreachable HostNotFound NetworkTimeout SocketException NotMaster NotMasterNoSlaveOk " +
    "NotMasterOrSecondary PrimarySteppedDown InterruptedDueToReplStateChange ShutdownInProgress InterruptedAtShutdown";

function isRetryableError(error) {
    if (!isObject(error)) {
        return false;
    }
    const { names } = errorCodeTables();
    const code = plainNumberOf(firstCode(error));
    return isNetworkError(error) || arraySome(stringSplit(RETRYABLE_CODES, " "), (name) => names[name] === code);
}

function retrying(action, times, millis, mayRetry) {
    for (let left = times === undefined ? 1 : times; ; left--) {
        try {
            return action();
        } catch (error) {
            if (!(left > 0) || !mayRetry(error)) {
                throw error;
            }
            native.sleep(millis === undefined ? 1000 : millis);
        }
    }
}

expose({
    isRetryableError,
    retryOnRetryableError: (action, times, millis, codes) =>
        retrying(action, times, millis, (error) =>
            isRetryableError(error) || arrayIncludes(asList(codes), plainNumberOf(error.code))),
    retryOnNetworkError: (action, times, millis) => retrying(action, times, millis, isNetworkError),
    // What an action did, in the form of a reply.
    _convertExceptionToReturnStatus: (action, message) => (...parameters) => {
        try {
            return action(...parameters);
        } catch (error) {
            const text = (message === undefined ? "" : message + ", due to ") + error;
            return defined({ ok: 0, code: isObject(error) ? error.code : undefined, errmsg: text });
        }
    }
});

// --- comparing

function timestampCmp(left, right) {
    return native.compareBson(left, right);
}

function compare(left, right) {
    return left === right ? 0 : left < right ? -1 : 1;
}

/// Alike in their first digits.
function numberDecimalsAlmostEqual(left, right, places) {
    const [a, b] = arrayMap([left, right], (one) => Number(one instanceof NumberDecimal ? one._v : one));
    const digits = places === undefined ? 15 : places;
    return a === b || (a !== a && b !== b) || abs(a - b) <= mathMax(abs(a), abs(b)) * 10 ** -digits;
}

/// `_buildBsonObj("a", 1, "b", 2)`: names and values in turn, where a literal would not keep the order.
function buildDocument(...parts) {
    const document = {};
    for (let at = 0; at + 1 < parts.length; at += 2) {
        document[parts[at]] = parts[at + 1];
    }
    return document;
}

expose({
    timestampCmp, compare, numberDecimalsAlmostEqual, _buildBsonObj: buildDocument,
    compareOn: (field) => (left, right) => compare(left[field], right[field]),
    numberDecimalsEqual: (left, right) => native.compareBson(left, right) === 0,
    getRandomElement: (array, random) =>
        array[floor((random === undefined ? nextRandom() : random) * array.length)]
});

// --- words

function indented(levels, text) {
    return replace(String(text), /^/gm, repeat("\t", mathMax(0, mathMin(levels, DEEPEST_PRINT))));
}

expose({
    toJsonForLog: (value) => toJSON(strictValue(value)),
    tojsonMultiLineSortKeys: (value, indent) => tojson(sortedKeys(value), indent || "", false),
    indentStr: indented, chatty: (text) => { print(text); }, debug: (text) => { print(text); },
    formatErrorMsg: (message, attributes) => message + (attributes === undefined ? "" : " : " + tojson(attributes))
});
