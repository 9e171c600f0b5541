// Taming at run time. It stands at the head of every fuzzed file, so that every shell runs the same text.
var $loop, $tame;
(function () {
    var keys = Object.keys, now = Date.now, say = print, known = {}, rules = $tameRules;
    var wire = typeof Mongo === 'function' ? Mongo.prototype : undefined;

    // --- loops: 2,000 turns a statement, or two seconds; a statement that starts gets a new account
    var account = {};
    $loop = function () {
        if (account.since !== $startTime || account.turns === undefined) {
            account = { since: $startTime, turns: 0, until: now() + 2000 };
        }
        account.turns++;
        return account.turns <= 2000 && ((account.turns & 15) !== 0 || now() < account.until);
    };

    // --- random numbers: the same in every run of this file
    var state = $tameSeed;
    function random() {
        state = (state + 0x6d2b79f5) | 0;
        var mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    }
    Math.random = random;
    if (typeof Random !== 'undefined') { Random.rand = random; }
    if (typeof _rand !== 'undefined') { _rand = random; }

    // --- what a test must not do to the machine or to the run
    var nothing = ['cd', 'copyDbpath', 'copyFile', 'mkdir', 'removeFile', 'resetDbpath', 'benchFinish', 'benchRun', 'benchRunSync', 'benchStart',
        'sleep', 'jsTestLog', 'quit', 'exit', '_stopMongoProgram', 'stopMongoProgramByPid', 'run', 'runProgram', 'runMongoProgram',
        'startMongoProgram', 'startMongoProgramNoConnect', 'startParallelShell', 'waitProgram', 'MongoRunner', 'ReplSetTest', 'ShardingTest',
        'ReplSetBridge', 'ToolTest', 'Mongo', 'connect', 'load', 'allocatePort', 'allocatePorts', 'ScopedThread', 'Thread', 'CountDownLatch',
        'writeFile', 'fuzzFile', 'gc', 'alert'];
    nothing.forEach(function (name) {
        try { globalThis[name] = function () {}; } catch (e) { }
    });
    if (typeof jsTest === 'function') { jsTest.log = function () {}; }
    if (typeof __import === 'undefined') { globalThis.__import = function () { return {}; }; }

    // --- waiting: a condition is looked at once
    function once(condition) { return typeof condition === 'function' ? condition() : undefined; }
    ['soon', 'soonNoExcept', 'retry', 'retryNoExcept', 'time', 'waitForFailPoint'].forEach(function (name) {
        try { assert[name] = once; } catch (e) { }
    });

    // --- sizes
    function clampArray(name) {
        var original = Array.prototype[name];
        if (typeof original !== 'function') { return; }
        Object.defineProperty(Array.prototype, name, { configurable: true, writable: true, enumerable: false, value: function () {
            if (Array.isArray(this) && this.length > 50000) { this.length = 50000; }
            return Reflect.apply(original, this, arguments);
        } });
    }
    ['join', 'toString', 'reverse', 'sort', 'concat', 'slice', 'splice', 'fill', 'map', 'forEach', 'filter', 'flat', 'indexOf', 'lastIndexOf',
        'includes', 'push', 'unshift', 'shift', 'copyWithin', 'reduce', 'reduceRight', 'some', 'every', 'find', 'findIndex'].forEach(clampArray);
    function clampString(name, most) {
        var original = String.prototype[name];
        if (typeof original !== 'function') { return; }
        String.prototype[name] = function (size, filler) { return original.call(this, size > most ? most : size, filler); };
    }
    clampString('repeat', 5000);
    clampString('padStart', 1000000);
    clampString('padEnd', 1000000);
    clampString('pad', 1000000);

    // --- commands, by the rules above
    var byName = Object.create(null), anyName = [];
    rules.forEach(function (rule) {
        rule.commands.forEach(function (name) {
            if (name === '*') { anyName.push(rule); } else { (byName[name] = byName[name] || []).push(rule); }
        });
    });
    function applies(rule, database, command, name) {
        if (rule.database !== undefined && !new RegExp('^(' + rule.database + ')$').test(database)) { return false; }
        return rule.value === undefined || new RegExp(rule.value).test(String(command[name]));
    }
    function tell(rule) {
        if (!known[rule.id]) {
            known[rule.id] = true;
            say('tamed: ' + rule.id);
        }
    }
    function edited(rule, command) {
        rule.fields.forEach(function (field) {
            if (command[field] === undefined || (rule.action === 'clamp' && !(command[field] > rule.most))) { return; }
            tell(rule);
            command = Object.assign({}, command);
            if (rule.action === 'clamp') { command[field] = rule.most; } else { delete command[field]; }
        });
        return command;
    }
    // Refused commands get an answer; others may come back with a field less or a smaller number.
    $tame = function (database, command) {
        var name = command === null || typeof command !== 'object' ? undefined : keys(command)[0];
        if (name === undefined) { return { command: command }; }
        var those = byName[name] === undefined ? anyName : anyName.concat(byName[name]);
        for (var at = 0; at < those.length; at++) {
            var rule = those[at];
            if (!applies(rule, database, command, name)) { continue; }
            if (rule.action === 'refuse') {
                tell(rule);
                return { reply: { ok: 0, errmsg: 'tamed: ' + rule.id, code: 20 } };
            }
            command = edited(rule, command);
        }
        return { command: command };
    };
    // Where a shell sends everything through one place it is tamed there, helpers and all; else what tests call directly.
    function replace(prototype, method, make) {
        var original = prototype[method];
        if (typeof original !== 'function') { return false; }
        Object.defineProperty(prototype, method, { configurable: true, writable: true, enumerable: false, value: make(original) });
        return true;
    }
    var everything = wire !== undefined && replace(wire, 'runCommand', function (original) {
        return function (database, command, options) {
            var outcome = $tame(database, command);
            return outcome.reply || original.call(this, database, outcome.command, options);
        };
    });
    if (!everything && typeof DB === 'function') {
        ['runCommand', 'runReadCommand', '_dbCommand'].forEach(function (method) {
            replace(DB.prototype, method, function (original) {
                return function (command, extra) {
                    var document = command;
                    if (typeof command === 'string') {
                        document = Object.assign((function (o) { o[command] = 1; return o; })({}), extra);
                    }
                    var outcome = $tame(this.getName(), document);
                    return outcome.reply || original.call(this, outcome.command, document === command ? extra : undefined);
                };
            });
        });
    }

    // --- what later statements stand on
    ['print', 'db', 'Date', 'TestData', 'assert', '$loop', '$tame'].forEach(function (name) {
        try { Object.defineProperty(globalThis, name, { value: globalThis[name], writable: false, configurable: false }); } catch (e) { }
    });
    Object.freeze(Date);
})();
