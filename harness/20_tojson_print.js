// Printing, in the format that tests match: one tab a level, ` : ` between key and value. What is short and stands at the
// top goes on one line. `nolint` asks for one line whatever the length.

const DEEPEST_PRINT = 100;
/// What has fewer characters, its tabs and line ends counted, is put on one line.
const ONE_LINE = 80;

function tojson(value, indent, nolint, depth) {
    if (value === null) {
        return "null";
    }
    switch (typeof value) {
        case "undefined": return "undefined";
        case "boolean":
        case "number": return "" + value;
        case "bigint": return value + "n";
        case "string": return toJSON(value);
        case "symbol": return String(value);
        case "function":
            return value === MinKey || value === MaxKey ? value.tojson() : String(value);
        default: {
            const text = tojsonObject(value, indent, nolint, depth);
            const alone = nolint !== false && !indent && text.length < ONE_LINE;
            return alone ? replace(text, /[\t\r\n]+/g, " ") : text;
        }
    }
}
hide(tojson, { MAX_DEPTH: DEEPEST_PRINT });

function tojsonObject(value, indent, nolint, depth) {
    const level = typeof depth === "number" ? depth : 0;
    const outer = indent || "";
    if (level > DEEPEST_PRINT) {
        return "[Object]";
    }
    if (typeof value.tojson === "function" && value.tojson !== tojson) {
        return value.tojson(outer, nolint, level);
    }
    if (isArray(value)) {
        return tojsonArray(value, outer, nolint, level);
    }
    if (value instanceof Error) {
        return String(value);
    }
    return tojsonFields(value, typeof value._simpleKeys === "function" ? value._simpleKeys() : value, outer, nolint, level);
}

/// Inherited keys are shown too, as the old shell does.
function tojsonFields(value, keys, indent, nolint, level) {
    const [gap, step] = nolint ? [" ", ""] : ["\n", "\t"];
    const inner = indent + step;
    const fields = [];
    for (const key in keys) {
        arrayPush(fields, inner + toJSON(key) + " : " + tojson(value[key], inner, nolint, level + 1));
    }
    // The last character of the indentation is taken away, also where none was added: that is the old shell's
    // `{  "a" : 1 }` of tojsononeline.
    const closing = substring(inner, 1);
    return "{" + gap + (fields.length === 0 ? inner : arrayJoin(fields, "," + gap)) + gap + closing + "}";
}

function tojsonArray(array, indent, nolint, depth) {
    const level = typeof depth === "number" ? depth : 0;
    if (level > DEEPEST_PRINT) {
        return "[Array]";
    }
    if (array.length === 0) {
        return "[ ]";
    }
    const outer = nolint ? "" : indent || "";
    const [gap, inner] = nolint ? [" ", ""] : ["\n", outer + "\t"];
    let text = "[" + gap;
    for (let at = 0; at < array.length; at++) {
        text += inner + tojson(array[at], inner, nolint, level + 1) + (at < array.length - 1 ? "," : "") + gap;
    }
    return text + outer + "]";
}

const utc = uncurry(Date.prototype.getTime);
const iso = uncurry(Date.prototype.toISOString);

/// A date of no year between 0 and 9999 is printed as the old shell's zero padding makes it.
function dateText(date) {
    const time = date === Date.prototype ? NaN : utc(date);
    if (time !== time) {
        return 'ISODate("0NaN-NaN-NaNTNaN:NaN:NaNZ")';
    }
    const [, sign, years, rest] = regexpExec(/^([+-]?)(\d+)(.*)Z$/, iso(date));
    const year = String(Number(sign + years));
    const padded = pad(year, 4, false, "0");
    return 'ISODate("' + padded + replace(rest, /\.000$/, "") + 'Z")';
}

/// As JSON that any parser reads: what JSON lacks is a document that names its type.
function strictValue(value) {
    if (value instanceof Date) {
        return { $date: iso(value) };
    }
    if (value instanceof RegExp) {
        return { $regex: value.source, $options: value.flags };
    }
    if (value === undefined) {
        return { $undefined: true };
    }
    if (value === MinKey || value === MaxKey || (isObject(value) && typeof value.toJSON === "function")) {
        return value.toJSON();
    }
    if (isArray(value)) {
        return arrayMap(value, strictValue);
    }
    if (!isObject(value)) {
        return value;
    }
    const strict = {};
    for (const key of objectKeys(value)) {
        strict[key] = strictValue(value[key]);
    }
    return strict;
}

function tostrictjson(value, pretty) {
    return tojson(strictValue(value), "", !pretty);
}

function tojsononeline(value) {
    return tojson(value, " ", true);
}

/// What `print` makes of one argument.
function printed(value) {
    if (typeof value === "string") {
        return value;
    }
    if (value === null || value === undefined) {
        return "[unknown type]";
    }
    if (typeof value === "object" && value.tojson === undefined && getPrototypeOf(value) === null) {
        return "[object Object]";
    }
    return String(value);
}

/// Every fuzzed statement ends with a print: the builtins on arrays would cost more than all else here.
function print(...values) {
    let text = values.length === 0 ? "" : printed(values[0]);
    for (let at = 1; at < values.length; at++) {
        text += " " + printed(values[at]);
    }
    native.print(text);
}

function printjson(value) {
    print(tojson(value));
}

function printjsononeline(value) {
    print(tojsononeline(value));
}

expose({ tojson, tojsonObject, tojsononeline, tostrictjson, print, printjson, printjsononeline });
hide(Array, { tojson: (array, indent, nolint, depth) => tojsonArray(array, indent, nolint, depth) });
hide(Set, { tojson: (set, indent, nolint, depth) => "new Set(" + tojsonArray([...set], indent, nolint, depth) + ")" });
hide(Map, { tojson: (map, indent, nolint, depth) => "new Map(" + tojsonArray([...map], indent, nolint, depth) + ")" });
hide(Set.prototype, { tojson(...format) { return Set.tojson(this, ...format); } });
hide(Map.prototype, { tojson(...format) { return Map.tojson(this, ...format); } });
hide(Date.prototype, { tojson() { return dateText(this); } });
hide(RegExp.prototype, { tojson() { return String(this); } });
