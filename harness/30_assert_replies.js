// assert over the replies of commands and the results of writes.

function isWriteResult(result) {
    return result instanceof WriteResult || result instanceof BulkWriteResult || result instanceof BulkWriteError;
}

/// Why a result says that something failed, in the words that tests match; undefined if nothing did.
function failureIn(result, ignoreWriteErrors) {
    if (isWriteResult(result)) {
        const wrong = !ignoreWriteErrors && result.hasWriteErrors() || result.hasWriteConcernError();
        return wrong ? "write failed with error: " : undefined;
    }
    if (result instanceof Error) {
        return "command failed: ";
    }
    if (result.ok !== undefined) {
        if (!isOk(result)) {
            return "command failed: ";
        }
        const wrong = !ignoreWriteErrors && hasElements(result.writeErrors) || isObject(result.writeConcernError);
        return wrong ? "write failed with error: " : undefined;
    }
    // The results of the CRUD methods only say whether the server was asked to acknowledge.
    return result.acknowledged !== undefined ? undefined : "unknown type of result, can't check ok: ";
}

function hasElements(value) {
    return isArray(value) && value.length > 0;
}

/// Every code that a result mentions.
function codesIn(result) {
    const errors = [result];
    if (isWriteResult(result)) {
        arrayPush(errors, ...result.getWriteErrors(), result.getWriteConcernError());
    } else {
        arrayPush(errors, ...(isArray(result.writeErrors) ? result.writeErrors : []), result.writeConcernError);
    }
    const coded = arrayFilter(errors, (error) => isObject(error) && error.code !== undefined);
    return arrayMap(coded, (error) => plainNumberOf(error.code));
}

function needsResult(result, name) {
    if (!isObject(result)) {
        doassert("expected result type 'object' for " + name + ", got '" + typeof result + "': " + tojson(result));
    }
}

function requireSuccess(result, message, name, ignoreWriteErrors) {
    needsResult(result, name);
    const why = failureIn(result, ignoreWriteErrors);
    if (why !== undefined) {
        fail(why + describeResult(result), message, codeHolder(result));
    }
    return result;
}

/// An error of the shell or the network has no reply; its own words say more than its fields.
function describeResult(result) {
    return result instanceof Error && typeof result.tojson !== "function" ? String(result) : tojson(result);
}

function codeHolder(result) {
    return result.code === undefined ? { code: codesIn(result)[0], writeErrors: result.writeErrors } : result;
}

function requireFailure(result, message, name, words) {
    needsResult(result, name);
    if (failureIn(result) === undefined) {
        fail(words + tojson(result), message);
    }
    return result;
}

function requireCode(result, codes, message, words) {
    const wanted = isArray(codes) ? codes : [codes];
    const seen = codesIn(result);
    if (!arraySome(wanted, (code) => arraySome(seen, (one) => one == code))) {
        fail(words + tojson(wanted) + " " + describeResult(result), message, codeHolder(result));
    }
    return result;
}

const WORKED = "command worked when it should have failed: ";
const OTHER_CODE = "command did not fail with any of the following codes ";

objectAssign(assert, {
    commandWorked(result, message) { return requireSuccess(result, message, "assert.commandWorked()", false); },
    commandWorkedIgnoringWriteErrors(result, message) {
        return requireSuccess(result, message, "assert.commandWorkedIgnoringWriteErrors()", true);
    },
    commandWorkedIgnoringWriteConcernErrors(result, message) {
        const reply = isPlainObject(result) ? without(result, "writeConcernError") : result;
        requireSuccess(reply, message, "assert.commandWorkedIgnoringWriteConcernErrors()", false);
        return result;
    },
    commandFailed(result, message) { return requireFailure(result, message, "assert.commandFailed()", WORKED); },
    commandFailedWithCode(result, codes, message) {
        requireFailure(result, message, "assert.commandFailedWithCode()", WORKED);
        return requireCode(result, codes, message, OTHER_CODE);
    },
    commandWorkedOrFailedWithCode(result, codes, message) {
        needsResult(result, "assert.commandWorkedOrFailedWithCode()");
        return failureIn(result) === undefined ? result : requireCode(result, codes, message, OTHER_CODE);
    },
    adminCommandWorkedAllowingNetworkError(node, command) {
        const outcome = attempt(() => assert.commandWorked(node.adminCommand(command)));
        if (outcome.threw && !isNetworkError(outcome.error)) {
            throw outcome.error;
        }
        return outcome.value;
    },
    writeOK(result, message) { return requireSuccess(result, message, "assert.writeOK()", false); },
    writeError(result, message) { return requireFailure(result, message, "assert.writeError()", "no write error: "); },
    writeErrorWithCode(result, codes, message) {
        requireFailure(result, message, "assert.writeErrorWithCode()", "no write error: ");
        return requireCode(result, codes, message, "found no write error with any of the codes ");
    }
});

// --- getLastError

function lastErrorOf(source) {
    return source instanceof DB ? source.getLastErrorObj() : source;
}

objectAssign(assert, {
    gleOK(reply, message) { assert.gleSuccess(reply, message); },
    gleSuccess(source, message) {
        const reply = lastErrorOf(source);
        if (reply.err) {
            fail("getLastError not null:" + tojson(reply), message, reply);
        }
        return reply;
    },
    gleError(source, message) {
        const reply = lastErrorOf(source);
        if (!reply.err) {
            fail("getLastError is null: " + tojson(reply), message);
        }
    },
    gleErrorCode(source, code, message) {
        const reply = lastErrorOf(source);
        if (!reply.err || reply.code != code) {
            fail("getLastError is null or has code other than \"" + code + "\": " + tojson(reply), message);
        }
    },
    gleErrorRegex(source, pattern, message) {
        const reply = lastErrorOf(source);
        if (!reply.err || !pattern.test(reply.err)) {
            fail("getLastError is null or doesn't match regex (" + pattern + "): " + tojson(reply), message);
        }
    }
});

function isNetworkError(error) {
    return isObject(error) &&
        (error.isNetworkError === true || stringIndexOf(String(error.message), "network error") >= 0);
}

expose({ isNetworkError });
