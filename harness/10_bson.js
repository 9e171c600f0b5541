// The BSON types that JavaScript lacks. The engine's crossing knows them by prototype and reads the fields named here:
// `_v` (value of the number types and BinData), `str`, `t` and `i`, `type`, `ns` and `id`, `code` and `scope`.

function hidden(object, name, value) {
    defineProperty(object, name, { value, enumerable: false, writable: false, configurable: false });
}

function badCall(name, why) {
    return new Error(name + ": " + why);
}

// --- numbers

const int64 = (value) => BigInt.asIntN(64, value);

function parseLong(value) {
    if (value instanceof NumberLong) {
        return value._v;
    }
    if (typeof value === "string") {
        if (!/^\s*[+-]?\d+\s*$/.test(value)) {
            throw new Error("could not convert string to long long");
        }
        const number = BigInt(value.trim().replace(/^\+/, ""));
        if (int64(number) !== number) {
            throw new Error("could not convert string to long long");
        }
        return number;
    }
    const number = Number(value);
    if (number !== number) {
        return 0n;
    }
    if (number >= 2 ** 63) {
        return 2n ** 63n - 1n;
    }
    return number <= -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(number));
}

function NumberLong(high, bottom) {
    const self = this instanceof NumberLong ? this : objectCreate(NumberLong.prototype);
    let value = arguments.length === 0 ? 0n : parseLong(high);
    if (arguments.length >= 2) {
        // Either (float, top, bottom) or (top, bottom).
        const [top, low] = arguments.length === 3 ? [arguments[1], arguments[2]] : [high, bottom];
        value = int64((BigInt(top) << 32n) | BigInt.asUintN(32, BigInt(low)));
    }
    hidden(self, "_v", value);
    return self;
}

const longs = {
    toNumber() { return Number(this._v); },
    valueOf() { return Number(this._v); },
    toString() {
        const quoted = this._v >= 2n ** 31n || this._v <= -(2n ** 31n);
        return quoted ? 'NumberLong("' + this._v + '")' : "NumberLong(" + this._v + ")";
    },
    tojson() { return longs.toString.call(this); },
    toJSON() { return { $numberLong: String(this._v) }; },
    exactValueString() { return String(this._v); },
    compare(other) {
        const right = parseLong(other);
        return this._v < right ? -1 : this._v > right ? 1 : 0;
    },
    equals(other) { return longs.compare.call(this, other) === 0; }
};
hide(NumberLong.prototype, longs);
for (const [name, get] of [["floatApprox", (v) => Number(v)], ["top", (v) => Number(v >> 32n)],
                           ["bottom", (v) => Number(BigInt.asUintN(32, v))]]) {
    defineProperty(NumberLong.prototype, name, { get() { return get(this._v); }, configurable: true });
}

function NumberInt(value) {
    const self = this instanceof NumberInt ? this : objectCreate(NumberInt.prototype);
    hidden(self, "_v", Number(value === undefined ? 0 : value) | 0);
    return self;
}
hide(NumberInt.prototype, {
    toNumber() { return this._v; },
    valueOf() { return this._v; },
    toString() { return "NumberInt(" + this._v + ")"; },
    tojson() { return "NumberInt(" + this._v + ")"; },
    toJSON() { return this._v; }
});

function NumberDecimal(value) {
    const self = this instanceof NumberDecimal ? this : objectCreate(NumberDecimal.prototype);
    const text = value === undefined ? "0" : value instanceof NumberDecimal ? value._v : decimalText(value);
    const canonical = native.decimal(text);
    if (canonical === undefined || canonical === null) {
        throw badCall("NumberDecimal", "cannot read '" + text + "'");
    }
    hidden(self, "_v", canonical);
    return self;
}
/// A double has fifteen digits as a decimal, as servers convert it too.
function decimalText(value) {
    if (typeof value === "number" && value !== 0 && Number.isFinite(value)) {
        return value.toPrecision(15);
    }
    return String(value instanceof NumberLong || value instanceof NumberInt ? value._v : value);
}
hide(NumberDecimal.prototype, {
    toString() { return 'NumberDecimal("' + this._v + '")'; },
    tojson() { return 'NumberDecimal("' + this._v + '")'; },
    toJSON() { return { $numberDecimal: this._v }; }
});

// --- identity and time

let nextId = floor(Math.random() * 0xffffff);
const processPart = hexDigits(floor(Math.random() * 0xffffffff), 8) + hexDigits(floor(Math.random() * 0xff), 2);

function hexDigits(number, digits) {
    return number.toString(16).padStart(digits, "0");
}

function newObjectId() {
    nextId = (nextId + 1) & 0xffffff;
    return hexDigits(floor(dateNow() / 1000), 8) + processPart + hexDigits(nextId, 6);
}

function ObjectId(hex) {
    const self = this instanceof ObjectId ? this : objectCreate(ObjectId.prototype);
    const text = hex === undefined ? newObjectId() : hex instanceof ObjectId ? hex.str : String(hex);
    if (text.length !== 24) {
        throw badCall("invalid object id", "length");
    }
    if (!/^[0-9a-fA-F]{24}$/.test(text)) {
        throw badCall("invalid object id", "not hex");
    }
    hidden(self, "str", text.toLowerCase());
    return self;
}
hide(ObjectId.prototype, {
    toString() { return 'ObjectId("' + this.str + '")'; },
    tojson() { return 'ObjectId("' + this.str + '")'; },
    toJSON() { return { $oid: this.str }; },
    valueOf() { return this.str; },
    equals(other) { return other instanceof ObjectId && other.str === this.str; },
    isObjectId: true,
    getTimestamp() { return new Date(parseInt(this.str.slice(0, 8), 16) * 1000); }
});
ObjectId.fromDate = function (date) {
    const seconds = floor((date instanceof Date ? date.getTime() : Number(date)) / 1000);
    return new ObjectId(hexDigits(seconds >>> 0, 8) + "0".repeat(16));
};

function Timestamp(seconds, increment) {
    const self = this instanceof Timestamp ? this : objectCreate(Timestamp.prototype);
    if (arguments.length === 1 || arguments.length > 2) {
        throw new Error("Timestamp needs 0 or 2 arguments");
    }
    for (const part of [seconds, increment]) {
        if (part !== undefined && (!(Number(part) >= 0) || Number(part) > 0xffffffff)) {
            throw badCall("Timestamp", "both parts must be between 0 and 4294967295");
        }
    }
    self.t = Number(seconds === undefined ? 0 : seconds);
    self.i = Number(increment === undefined ? 0 : increment);
    return self;
}
hide(Timestamp.prototype, {
    getTime() { return this.t; },
    getInc() { return this.i; },
    toString() { return "Timestamp(" + this.t + ", " + this.i + ")"; },
    tojson() { return "Timestamp(" + this.t + ", " + this.i + ")"; },
    toJSON() { return { $timestamp: { t: this.t, i: this.i } }; }
});

function ISODate(text) {
    if (!text) {
        return new Date();
    }
    const match = /^(\d{4})-?(\d{2})-?(\d{2})([T ](\d{2})(:?(\d{2})(:?(\d{2})(\.(\d+))?)?)?(Z|([+-])(\d{2}):?(\d{2})?)?)?$/
        .exec(String(text));
    if (!match) {
        throw badCall("invalid ISO date", String(text));
    }
    const part = (at) => Number(match[at] || 0);
    const millis = match[11] ? Math.round(Number("0." + match[11]) * 1000) : 0;
    const utc = new Date(0);
    utc.setUTCFullYear(part(1), part(2) - 1, part(3));
    utc.setUTCHours(part(5), part(7), part(9), millis);
    const offset = (match[13] === "-" ? -1 : 1) * (part(14) * 60 + part(15));
    const time = utc.getTime() - offset * 60000;
    if (!(time >= FIRST_ISO_DATE && time <= LAST_ISO_DATE)) {
        throw badCall("invalid ISO date", String(text));
    }
    return new Date(time);
}

/// The years 0 to 9999.
const FIRST_ISO_DATE = -62167219200000;
const LAST_ISO_DATE = 253402300799999;

// --- bytes

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function base64ToHex(text) {
    let hex = "", bits = 0, group = 0;
    for (const c of text) {
        const six = BASE64.indexOf(c);
        if (six < 0) {
            break;
        }
        group = ((group << 6) | six) & 0xffffff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            hex += hexDigits((group >> bits) & 0xff, 2);
        }
    }
    return hex;
}

function hexToBase64(hex) {
    let text = "";
    for (let at = 0; at < hex.length; at += 6) {
        const chunk = hex.slice(at, at + 6);
        const group = parseInt(chunk.padEnd(6, "0"), 16);
        const count = chunk.length / 2;
        for (let six = 0; six < 4; six++) {
            text += six <= count ? BASE64[(group >> (18 - 6 * six)) & 63] : "=";
        }
    }
    return text;
}

function BinData(type, base64) {
    const self = this instanceof BinData ? this : objectCreate(BinData.prototype);
    if (arguments.length !== 2) {
        throw new Error("BinData takes 2 arguments -- BinData(subtype,data)");
    }
    if (!(type >= 0 && type <= 255)) {
        throw new Error("BinData subtype must be between 0 and 255");
    }
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(String(base64))) {
        throw badCall("BinData", "'" + base64 + "' is not base64");
    }
    hidden(self, "_v", String(base64));
    self.type = Number(type);
    self.len = base64ToHex(self._v).length / 2;
    return self;
}
hide(BinData.prototype, {
    base64() { return this._v; },
    hex() { return base64ToHex(this._v); },
    length() { return this.len; },
    subtype() { return this.type; },
    toString() {
        const hex = base64ToHex(this._v);
        const uuid = this.type === 4 && hex.length === 32;
        return uuid ? 'UUID("' + hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") + '")'
                    : "BinData(" + this.type + ',"' + this._v + '")';
    },
    tojson() { return BinData.prototype.toString.call(this); },
    toJSON() { return { $binary: this._v, $type: hexDigits(this.type, 2) }; }
});

function HexData(type, hex) {
    return new BinData(type, hexToBase64(String(hex)));
}

function MD5(hex) {
    return HexData(5, hex);
}

function UUID(text) {
    if (text === undefined) {
        let hex = "";
        for (let at = 0; at < 4; at++) {
            hex += hexDigits(floor(Math.random() * 0x100000000), 8);
        }
        return HexData(4, hex.slice(0, 12) + "4" + hex.slice(13, 16) + "a" + hex.slice(17));
    }
    const hex = replace(String(text), /-/g, "");
    if (!/^[0-9a-fA-F]{32}$/.test(hex)) {
        throw badCall("UUID", "'" + text + "' has not 32 hexadecimal digits");
    }
    return HexData(4, hex);
}

// --- references, code, ends of the order

function DBRef(collection, id, database) {
    const self = this instanceof DBRef ? this : objectCreate(DBRef.prototype);
    self.$ref = collection;
    self.$id = id;
    if (database !== undefined) {
        self.$db = database;
    }
    return self;
}
hide(DBRef.prototype, {
    getRef() { return this.$ref; },
    getId() { return this.$id; },
    getDb() { return this.$db; },
    getCollection() { return this.$ref; },
    fetch() {
        const { db } = globalThis;
        const home = this.$db === undefined ? db : db.getSiblingDB(this.$db);
        return home.getCollection(this.$ref).findOne({ _id: this.$id });
    },
    toString() { return 'DBRef("' + this.$ref + '", ' + tojsononeline(this.$id) + (this.$db ? ', "' + this.$db + '"' : "") + ")"; },
    tojson() { return DBRef.prototype.toString.call(this); }
});

function DBPointer(namespace, id) {
    const self = this instanceof DBPointer ? this : objectCreate(DBPointer.prototype);
    self.ns = String(namespace);
    self.id = id instanceof ObjectId ? id : new ObjectId(id);
    return self;
}
hide(DBPointer.prototype, {
    getNs() { return this.ns; },
    getId() { return this.id; },
    toString() { return 'DBPointer("' + this.ns + '", ' + this.id.tojson() + ")"; },
    tojson() { return DBPointer.prototype.toString.call(this); }
});

function Code(code, scope) {
    const self = this instanceof Code ? this : objectCreate(Code.prototype);
    self.code = String(code);
    if (scope !== undefined) {
        self.scope = scope;
    }
    return self;
}
hide(Code.prototype, {
    toString() { return 'Code({"code":' + toJSON(this.code) + ',"scope":' + (tojsononeline(this.scope) || "null") + "})"; },
    tojson() { return Code.prototype.toString.call(this); }
});

function MinKey() { return MinKey; }
function MaxKey() { return MaxKey; }
for (const [key, number] of [[MinKey, 1], [MaxKey, 1]]) {
    const name = key.name;
    hide(key, { toString: () => "[object " + name + "]",
                tojson() { return '{ "$' + name[0].toLowerCase() + name.slice(1) + '" : ' + number + " }"; },
                toJSON() { return { ["$" + name[0].toLowerCase() + name.slice(1)]: number }; } });
}

/// Code that came from the server is callable again, as the old shell has it.
function callableCode(source) {
    if (/^\s*(async\s+)?function\b/.test(source) || /^\s*\(?[\w,\s$]*\)?\s*=>/.test(source)) {
        try {
            return (0, eval)("(" + source + ")");
        } catch (error) {
            // Not every stored text is a program.
        }
    }
    return new Code(source);
}

const makers = {
    BinData: (type, base64) => new BinData(type, base64),
    RegExp(pattern, options) {
        try {
            return new RegExp(pattern, replace(options, /[^gimsuy]/g, ""));
        } catch (error) {
            return { $regex: pattern, $options: options };
        }
    },
    DBPointer: (namespace, id) => new DBPointer(namespace, id),
    DBRef(object) { return setPrototypeOf(object, DBRef.prototype); },
    Code: (code, scope) => (scope === undefined ? callableCode(code) : new Code(code, scope)),
    Timestamp: (seconds, increment) => new Timestamp(seconds, increment),
    MinKey: () => MinKey,
    MaxKey: () => MaxKey
};

native.registerTypes({
    NumberLong, NumberInt, NumberDecimal, ObjectId, Timestamp, BinData, DBRef, DBPointer, Code, MinKey, MaxKey,
    factory: (kind, ...parts) => makers[kind](...parts)
});

/// The order in which servers sort, over any two values.
function bsonWoCompare(left, right) {
    return native.compareBson(left, right);
}

/// The same order, whatever the order of the fields.
function bsonUnorderedFieldsCompare(left, right) {
    return native.compareBson(sortedKeys(left), sortedKeys(right));
}

/// The values of a document without their names.
function bsonObjToArray(document) {
    return arrayMap(objectKeys(document), (key) => document[key]);
}

expose({ NumberLong, NumberInt, NumberDecimal, ObjectId, Timestamp, ISODate, BinData, HexData, MD5, UUID, DBRef, DBPointer,
         Code, MinKey, MaxKey, bsonWoCompare, bsonUnorderedFieldsCompare, bsonObjToArray,
         bsonBinaryEqual: (left, right) => native.sameBson({ _: left }, { _: right }) });
hide(Object, { bsonsize: (object) => native.bsonSize(object) });
