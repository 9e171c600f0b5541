// Printing, in the format that tests match: one tab a level, ` : ` between key and value, short arrays and objects of one
// line where `nolint` asks for it.

const DEEPEST_PRINT = 100;

function tojson(value, indent, nolint, depth) {
    depth = depth || 0;
    if (depth > DEEPEST_PRINT) {
        return '"[nested too deep]"';
    }
    if (value === null) {
        return "null";
    }
    switch (typeof value) {
        case "undefined": return "undefined";
        case "boolean": return String(value);
        case "number": return numberText(value);
        case "bigint": return String(value) + "n";
        case "string": return quoted(value);
        case "symbol": return String(value);
        case "function":
            return value === MinKey || value === MaxKey ? value.tojson() : String(value);
        default: return tojsonObject(value, indent, nolint, depth);
    }
}

function numberText(value) {
    return value === 0 && 1 / value < 0 ? "-0" : String(value);
}

function quoted(text) {
    return replace(toJSON(text), /\u007f/g, "\\u007f");
}

function tojsonObject(value, indent, nolint, depth) {
    depth = depth || 0;
    indent = indent || "";
    if (typeof value.tojson === "function" && value.tojson !== tojson) {
        return value.tojson(indent, nolint, depth);
    }
    if (isArray(value)) {
        return tojsonArray(value, indent, nolint, depth);
    }
    if (value instanceof Date) {
        return dateText(value);
    }
    if (value instanceof RegExp || value instanceof Error) {
        return String(value);
    }
    const keys = objectKeys(value);
    if (keys.length === 0) {
        return "{ }";
    }
    const [gap, inner] = nolint ? [" ", indent] : ["\n", indent + "\t"];
    const parts = arrayMap(keys, (key) => (nolint ? "" : inner) + quoted(key) + " : " + tojson(value[key], inner, nolint, depth + 1));
    return "{" + gap + arrayJoin(parts, "," + gap) + gap + (nolint ? "" : indent) + "}";
}

function tojsonArray(array, indent, nolint, depth) {
    if (array.length === 0) {
        return nolint ? "[ ]" : "[ ]";
    }
    const [gap, inner] = nolint ? [" ", indent || ""] : ["\n", (indent || "") + "\t"];
    const parts = arrayMap(arraySlice(array), (item) => (nolint ? "" : inner) + tojson(item, inner, nolint, (depth || 0) + 1));
    return "[" + gap + arrayJoin(parts, "," + gap) + gap + (nolint ? "" : indent || "") + "]";
}

function dateText(date) {
    const time = date.getTime();
    if (time !== time) {
        return "ISODate(NaN)";
    }
    const years = date.getUTCFullYear();
    if (years < 0 || years > 9999) {
        return "new Date(" + time + ")";
    }
    return 'ISODate("' + replace(date.toISOString(), ".000Z", "Z") + '")';
}

function tojsononeline(value) {
    return tojson(value, " ", true);
}

/// What `print` makes of one argument.
function printed(value) {
    if (value === null) {
        return "[unknown type]";
    }
    if (typeof value === "object" && value.tojson === undefined && getPrototypeOf(value) === null) {
        return "[object Object]";
    }
    return String(value);
}

function print(...values) {
    native.print(arrayJoin(arrayMap(values, printed), " "));
}

function printjson(value) {
    print(tojson(value));
}

function printjsononeline(value) {
    print(tojsononeline(value));
}

expose({ tojson, tojsonObject, tojsononeline, print, printjson, printjsononeline,
         tostrictjson: (value, indent) => toJSON(value, null, indent) });
hide(Array, { tojson: (array, indent, nolint, depth) => tojsonArray(array, indent, nolint, depth) });
hide(Date.prototype, { tojson() { return dateText(this); } });
