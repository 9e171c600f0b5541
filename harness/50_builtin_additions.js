// What the old shell adds to JavaScript's own types. Arrays are read by loops, see 01_builtins.js.

hide(Array, {
    contains: (array, item) => positionOf(array, (other) => friendlyEqual(other, item)) >= 0,
    unique(array) {
        const kept = [];
        for (const item of array) {
            if (positionOf(kept, (other) => friendlyEqual(other, item)) < 0) {
                arrayPush(kept, item);
            }
        }
        return kept;
    },
    shuffle: (array) => shuffle(array),
    sum(array, field) {
        let sum = null;
        for (const item of array) {
            const value = field === undefined ? item : item[field];
            sum = sum === null ? value : sum + value;
        }
        return sum;
    },
    avg(array, field) { return array.length === 0 ? null : Array.sum(array, field) / array.length; },
    stdDev(array, field) {
        const mean = Array.avg(array, field);
        let squares = 0;
        for (const item of array) {
            squares += ((field === undefined ? item : item[field]) - mean) ** 2;
        }
        return array.length === 0 ? 0 : Math.sqrt(squares / array.length);
    },
    /// The documents that references name; with a collection only those of that collection.
    fetchRefs(array, collection) {
        const fetched = [];
        for (const ref of array) {
            if (collection === undefined || ref.$ref === (isObject(collection) ? collection.getName() : collection)) {
                arrayPush(fetched, ref.fetch());
            }
        }
        return fetched;
    }
});

function isCopiedDeeply(value) {
    return isArray(value) || isPlainObject(value);
}

hide(Object, {
    extend(target, source, deep) {
        for (const key in source) {
            const value = source[key];
            target[key] = deep && isCopiedDeeply(value) ? Object.extend(isArray(value) ? [] : {}, value, true) : value;
        }
        return target;
    },
    merge: (left, right, deep) => Object.extend(Object.extend({}, left, deep), right, deep),
    keySet: (object) => objectKeys(object)
});

/// No string of a test needs more; a longer one is only memory.
const LONGEST_PAD = 1000000;

function pad(text, length, right, filling) {
    const missing = mathMin(length, LONGEST_PAD) - text.length;
    if (!(missing > 0)) {
        return text;
    }
    const added = repeat(filling === undefined ? " " : String(filling), missing);
    return right ? text + added : added + text;
}

const repeat = uncurry(String.prototype.repeat);
const trimStart = uncurry(String.prototype.trimStart);
const trimEnd = uncurry(String.prototype.trimEnd);

hide(String.prototype, {
    pad(length, right, filling) { return pad(String(this), length, right, filling); },
    ltrim() { return trimStart(this); },
    rtrim() { return trimEnd(this); }
});

const toFixed = uncurry(Number.prototype.toFixed);

hide(Number.prototype, {
    toNumber() { return Number(this); },
    zeroPad(width) { return pad(String(this), width, false, "0"); },
    toPercentStr() { return toFixed(this * 100, 2) + "%"; }
});

hide(Date, {
    /// Milliseconds that a function takes, called so many times.
    timeFunc(action, times, ...parameters) {
        const start = native.monotonic();
        for (let left = times === undefined ? 1 : times; left > 0; left--) {
            action(...parameters);
        }
        return native.monotonic() - start;
    }
});

hide(RegExp, { escape: (text) => replace(String(text), /[-[\]{}()*+?.,\\^$|#\s]/g, "\\$&") });

// --- geometry

function pointOf(value) {
    if (isArray(value)) {
        return value;
    }
    return isArray(value.coordinates) ? value.coordinates : arrayMap(objectKeys(value), (key) => value[key]);
}

const radians = (degrees) => degrees * Math.PI / 180;

const Geo = {};
hide(Geo, {
    distance(a, b) {
        const [[x1, y1], [x2, y2]] = [pointOf(a), pointOf(b)];
        return Math.sqrt((x2 - x1) ** 2 + (y2 - y1) ** 2);
    },
    /// In radians of the great circle, as `$nearSphere` on legacy points counts.
    sphereDistance(a, b) {
        const [[x1, y1], [x2, y2]] = [arrayMap(pointOf(a), radians), arrayMap(pointOf(b), radians)];
        const half = Math.sin((y2 - y1) / 2) ** 2 + Math.cos(y1) * Math.cos(y2) * Math.sin((x2 - x1) / 2) ** 2;
        return 2 * Math.asin(Math.sqrt(mathMin(1, half)));
    }
});

expose({ Geo });
