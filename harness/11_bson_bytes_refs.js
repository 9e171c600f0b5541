// The BSON types that JavaScript lacks, continued: bytes, references, code, the ends of the order; and comparing.

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
