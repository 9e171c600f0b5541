// Values on mongosh's side of the way between the script's thread and the connection. What crosses is JSON text:
// strings, booleans, null and finite numbers (doubles) stand for themselves, everything else is a list whose first
// element names the type.
"use strict";

exports.makeValues = function (bson) {
    const { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } = bson;

    const makers = {
        a: (parts) => parts.slice(1).map(value),
        d: document,
        u: () => null,
        n: (parts) => new Double(Number(parts[1])),
        i: (parts) => new Int32(parts[1]),
        l: (parts) => Long.fromString(parts[1]),
        m: (parts) => Decimal128.fromString(parts[1]),
        o: (parts) => new ObjectId(parts[1]),
        t: (parts) => new Date(parts[1]),
        s: (parts) => new Timestamp({ t: parts[1], i: parts[2] }),
        b: (parts) => new Binary(Buffer.from(parts[2], "base64"), parts[1]),
        r: (parts) => new BSONRegExp(parts[1], parts[2]),
        c: (parts) => (parts.length < 3 ? new Code(parts[1]) : new Code(parts[1], document(parts[2]))),
        "-": () => new MinKey(),
        "+": () => new MaxKey()
    };

    /// From text's parts to what the driver sends.
    function value(part) {
        if (typeof part === "number") {
            return new Double(part);
        }
        return Array.isArray(part) ? makers[part[0]](part) : part;
    }

    function document(parts) {
        const made = {};
        for (let at = 1; at < parts.length; at += 2) {
            // A plain assignment of this one key would set the prototype.
            Object.defineProperty(made, parts[at], { value: value(parts[at + 1]), enumerable: true, configurable: true, writable: true });
        }
        return made;
    }

    /// A driver gives its types apart where it is told not to promote them; numbers without a type are doubles.
    function parts(one) {
        switch (typeof one) {
            case "number": return plain(one);
            case "bigint": return ["l", String(one)];
            case "undefined": return ["u"];
            case "object": return one === null ? null : Array.isArray(one) ? ["a", ...one.map(parts)] : typed(one);
            default: return one;
        }
    }

    function plain(number) {
        return Number.isFinite(number) && !Object.is(number, -0) ? number : ["n", Object.is(number, -0) ? "-0" : String(number)];
    }

    function typed(one) {
        if (one instanceof Date) {
            return ["t", one.getTime()];
        }
        switch (one._bsontype) {
            case "Double": return plain(one.value);
            case "Int32": return ["i", one.value];
            case "Long": return ["l", one.toString()];
            case "Decimal128": return ["m", one.toString()];
            case "ObjectId": return ["o", one.toHexString()];
            case "Timestamp": return ["s", one.t, one.i];
            case "Binary": return ["b", one.sub_type, Buffer.from(one.value()).toString("base64")];
            case "BSONRegExp": return ["r", one.pattern, one.options];
            case "BSONSymbol": return one.value;
            case "Code": return one.scope ? ["c", one.code, parts(one.scope)] : ["c", one.code];
            case "MinKey": return ["-"];
            case "MaxKey": return ["+"];
            case "DBRef": return parts({ $ref: one.collection, $id: one.oid, ...(one.db ? { $db: one.db } : {}), ...one.fields });
            default: return fieldsOf(one);
        }
    }

    function fieldsOf(one) {
        const list = ["d"];
        for (const key of Object.keys(one)) {
            list.push(key, parts(one[key]));
        }
        return list;
    }

    function decimal(text) {
        try {
            return Decimal128.fromStringWithRounding(text).toString();
        } catch (error) {
            return undefined;
        }
    }

    return { document, parts, decimal, size: (list) => bson.calculateObjectSize(document(list)) };
};
