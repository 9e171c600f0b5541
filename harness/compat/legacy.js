// Before a test in a real legacy shell (3.6 to 5.0): the newer names that it lacks. Old engines read this file, so it
// keeps to the JavaScript of 2009 and adds only what is not there.
(function () {
    function missing(object, name, value) {
        if (object !== undefined && object !== null && object[name] === undefined) {
            Object.defineProperty(object, name, { value: value, writable: true, configurable: true, enumerable: false });
        }
    }
    var global = (function () { return this; })() || (0, eval)("this");
    missing(global, "globalThis", global);

    // --- the frame of a test
    missing(global, "TestData", {});
    missing(global, "jsTestName", function () { return TestData.testName || "__unknown_name__"; });
    missing(global, "jsTestLog", function (message) {
        print("\n\n----\n" + (typeof message === "string" ? message : tojson(message)) + "\n----\n\n");
    });
    missing(global, "tojsononeline", function (value) { return tojson(value, " ", true); });
    missing(global, "printjsononeline", function (value) { print(tojsononeline(value)); });
    missing(global, "__import", function () { return {}; });
    if (typeof jsTest === "function") {
        ["info", "debug", "warning", "error"].forEach(function (level) {
            if (typeof jsTest.log === "function") { missing(jsTest.log, level, jsTest.log); }
            missing(jsTestLog, level, jsTestLog);
        });
    }

    // --- assert
    function text(message) {
        return message === undefined ? "" : " : " + (typeof message === "function" ? message() : tojson(message));
    }
    function listed(value, list) {
        return list.some(function (one) { return friendlyEqual(one, value); });
    }
    function without(list, value) {
        for (var at = 0; at < list.length; at++) {
            if (friendlyEqual(list[at], value)) { return list.slice(0, at).concat(list.slice(at + 1)); }
        }
        return undefined;
    }
    function same(left, right) {
        var rest = right;
        return left.length === right.length && left.every(function (one) {
            rest = rest && without(rest, one);
            return rest !== undefined;
        });
    }
    missing(assert, "sameMembers", function (left, right, message) {
        if (!same(left, right)) { doassert(tojson(left) + " != " + tojson(right) + text(message)); }
    });
    missing(assert, "includes", function (whole, part, message) {
        if (String(whole).indexOf(part) < 0) { doassert("string [" + whole + "] does not include [" + part + "]" + text(message)); }
    });
    missing(assert, "notIn", function (value, list, message) {
        if (listed(value, list)) { doassert(tojson(value) + " is in " + tojson(list) + text(message)); }
    });
    missing(assert, "between", function (low, value, high, message) {
        if (!(low <= value && value <= high)) { doassert(value + " is not between " + low + " and " + high + text(message)); }
    });
    missing(assert, "retryNoExcept", function (condition, message, attempts) {
        for (var left = attempts; left > 0; left--) {
            try { if (condition()) { return; } } catch (error) { }
        }
        doassert("assert.retryNoExcept failed on " + attempts + " attempts" + text(message));
    });

    // --- replies: what newer releases say by an exception's code
    function failed(reply, codes, message) {
        var wanted = Array.isArray(codes) ? codes : codes === undefined ? [] : [codes];
        var code = reply === null || reply === undefined ? undefined : reply.code;
        if (reply && reply.ok === 1 && !reply.writeErrors && !(reply.hasWriteError && reply.hasWriteError())) {
            doassert("command worked when it should have failed: " + tojson(reply) + text(message));
        }
        if (wanted.length > 0 && code !== undefined && wanted.indexOf(code) < 0) {
            doassert("command did not fail with any of " + tojson(wanted) + ": " + tojson(reply) + text(message));
        }
        return reply;
    }
    missing(assert, "commandFailedWithCode", failed);
    missing(assert, "commandWorkedIgnoringWriteErrors", function (reply) { return reply; });
    missing(assert, "commandWorkedOrFailedWithCode", function (reply, codes, message) {
        return reply && reply.ok === 1 ? reply : failed(reply, codes, message);
    });

    // --- commands and collections
    if (typeof DB === "function") {
        missing(DB.prototype, "hello", function () { return this.isMaster(); });
        missing(DB.prototype, "rotateCertificates", function () { return this.adminCommand({ rotateCertificates: 1 }); });
    }
    if (typeof DBCollection === "function") {
        missing(DBCollection.prototype, "estimatedDocumentCount", function () { return this.find().count(); });
        missing(DBCollection.prototype, "countDocuments", function (query) { return this.find(query).itcount(); });
        missing(DBCollection.prototype, "hideIndex", function (index) { return this._hidden(index, true); });
        missing(DBCollection.prototype, "unhideIndex", function (index) { return this._hidden(index, false); });
        missing(DBCollection.prototype, "_hidden", function (index, hidden) {
            var which = typeof index === "string" ? { name: index } : { keyPattern: index };
            which.hidden = hidden;
            return this.getDB().runCommand({ collMod: this.getName(), index: which });
        });
    }
    if (typeof Mongo === "function") {
        missing(Mongo.prototype, "setSecondaryOk", function (value) { this.setSlaveOk(value); });
        missing(Mongo.prototype, "getSecondaryOk", function () { return this.getSlaveOk(); });
    }
})();
