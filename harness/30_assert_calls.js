// assert over calls: what must throw, what must not, and what must hold before some time is over.

/// Runs an action that is a function with parameters or, as old tests have it, a text to evaluate.
function attempt(action, parameters) {
    const list = isObject(parameters) && parameters.length !== undefined ? parameters : [];
    try {
        const value = typeof action === "function" ? reflectApply(action, undefined, list) : globalEval(String(action));
        return { threw: false, value };
    } catch (error) {
        return { threw: true, error };
    }
}

/// The message may stand where the parameters would.
function messageOf(parameters, message) {
    return message === undefined && typeof parameters === "string" ? parameters : message;
}

objectAssign(assert, {
    throws(action, parameters, message) {
        if (typeof action !== "function" && typeof action !== "string") {
            doassert("1st argument must be a function");
        }
        const outcome = attempt(action, parameters);
        if (!outcome.threw) {
            fail("did not throw exception", messageOf(parameters, message));
        }
        return outcome.error;
    },
    throwsWithCode(action, codes, parameters, message) {
        const error = assert.throws(action, parameters, message);
        const code = isObject(error) ? firstCode(error) : undefined;
        if (!arraySome(isArray(codes) ? codes : [codes], (wanted) => wanted == code && code !== undefined)) {
            const text = "[" + tojson(code) + "] != [" + tojson(codes) + "] are not equal";
            fail(text, messageOf(parameters, message), error);
        }
        return error;
    },
    doesNotThrow(action, parameters, message) {
        const outcome = attempt(action, parameters);
        if (outcome.threw) {
            fail("threw unexpected exception: " + outcome.error, messageOf(parameters, message), outcome.error);
        }
        return outcome.value;
    },
    automsg(condition) { assert(globalEval(condition), condition); }
});
objectAssign(assert.eq, {
    automsg(left, right) { assert.eq(globalEval(left), globalEval(right), "[" + left + "] != [" + right + "]"); }
});
objectAssign(assert.throws, {
    automsg(action, parameters) { assert.throws(action, parameters, String(action)); }
});
objectAssign(assert.doesNotThrow, {
    automsg(action, parameters) { return assert.doesNotThrow(action, parameters, String(action)); }
});

// --- waiting

/// Long enough for a slow server, short enough for a deadline of a file to come first.
const SOON_MILLIS = 90000;
const SOON_INTERVAL_MILLIS = 200;

function holdsNow(condition) {
    return typeof condition === "function" ? condition() : globalEval(condition);
}

function orFalse(condition) {
    return () => {
        const outcome = attempt(() => holdsNow(condition));
        return !outcome.threw && outcome.value;
    };
}

objectAssign(assert, {
    soon(condition, message, timeout, interval) {
        const end = native.monotonic() + (timeout === undefined || timeout === null ? SOON_MILLIS : timeout);
        while (!holdsNow(condition)) {
            if (native.monotonic() > end) {
                fail(message ? "assert.soon failed, msg" : "assert.soon failed: " + condition, message);
            }
            native.sleep(interval === undefined || interval === null ? SOON_INTERVAL_MILLIS : interval);
        }
    },
    soonNoExcept(condition, message, timeout, interval) {
        assert.soon(orFalse(condition), message, timeout, interval);
    },
    soonRetryOnNetworkErrors(condition, message, timeout, interval) {
        assert.soonNoExcept(condition, message, timeout, interval);
    },
    retry(condition, message, attempts, interval) {
        for (let left = attempts; left > 0; left--) {
            if (holdsNow(condition)) {
                return;
            }
            native.sleep(interval || 0);
        }
        fail("assert.retry failed on " + attempts + " attempts: " + condition, message);
    },
    retryNoExcept(condition, message, attempts, interval) {
        assert.retry(orFalse(condition), message, attempts, interval);
    },
    time(action, message, timeout) {
        const allowed = timeout === undefined || timeout === null ? 30000 : timeout;
        const start = native.monotonic();
        const result = holdsNow(action);
        const took = native.monotonic() - start;
        if (took > allowed) {
            fail("assert.time failed timeout " + allowed + "ms took " + took + "ms : " + action, message);
        }
        return result;
    }
});
