// The BSON types that JavaScript lacks: numbers, identity and time; the others stand in 11. The engine's crossing knows them by prototype and reads the fields named here:
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
