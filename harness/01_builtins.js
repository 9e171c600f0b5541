// More of our own copies of builtins. What reads a test's own array must not use them but a plain loop: the engine
// looks at its interrupt in loops only, and tests make arrays of four billion holes.

const globalEval = eval;
const { apply: reflectApply, defineProperty: tryDefine } = Reflect;
const arrayFilter = uncurry(Array.prototype.filter);
const arraySome = uncurry(Array.prototype.some);
const arrayFind = uncurry(Array.prototype.find);
const arrayPop = uncurry(Array.prototype.pop);
const arrayReverse = uncurry(Array.prototype.reverse);
const arraySplice = uncurry(Array.prototype.splice);
const stringIndexOf = uncurry(String.prototype.indexOf);
const stringSplit = uncurry(String.prototype.split);
const stringTrim = uncurry(String.prototype.trim);
const regexpExec = uncurry(RegExp.prototype.exec);

function isObject(value) {
    return value !== null && typeof value === "object";
}

function isString(value) {
    return typeof value === "string";
}

function isNumber(value) {
    return typeof value === "number";
}

/// The name of a command or operator: the first key of its document.
function firstKey(document) {
    for (const key in document) {
        return key;
    }
    return "";
}

/// A copy without the keys whose value is undefined; options that were not given must not be sent.
function defined(document) {
    const copy = {};
    for (const key of objectKeys(document)) {
        if (document[key] !== undefined) {
            copy[key] = document[key];
        }
    }
    return copy;
}

/// What stands for a list may be one element of it.
function asList(value) {
    return isArray(value) ? value : value === undefined ? [] : [value];
}

/// A copy without some keys.
function without(document, ...names) {
    const copy = objectAssign({}, document);
    for (const name of names) {
        delete copy[name];
    }
    return copy;
}

/// What servers send as a count may be a number or a NumberLong.
function plainNumberOf(value) {
    return isObject(value) ? Number(value) : value;
}

/// 0, false, null, NumberLong(0) and a missing field alike say that a command failed.
function isOk(reply) {
    return reply.ok === 1 || Number(reply.ok) === 1;
}

// For tests null is an object too, as `typeof` has it.
expose({ isObject: (value) => typeof value === "object", isString, isNumber });
