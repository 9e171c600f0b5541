// The order of values, over the lists that `mongosh_natives.js` makes of them. Types first, then values.
(function () {
    const RANKS = { u: 0, n: 10, i: 10, l: 10, m: 10, d: 20, a: 25, b: 30, o: 35, t: 45, s: 47, r: 50, c: 60, "-": -1, "+": 127 };
    const { isArray } = Array;

    function rank(part) {
        if (isArray(part)) {
            return RANKS[part[0]];
        }
        return part === null ? 5 : typeof part === "number" ? 10 : typeof part === "string" ? 15 : 40;
    }

    function plainly(left, right) {
        return left < right ? -1 : left > right ? 1 : 0;
    }

    /// Whole numbers exactly, decimals as near as a double comes.
    function numberOf(part) {
        if (!isArray(part)) {
            return part;
        }
        return part[0] === "l" ? BigInt(part[1]) : Number(part[1]);
    }

    function numbers(left, right) {
        const [a, b] = [numberOf(left), numberOf(right)];
        if (a !== a || b !== b) {
            return plainly(a === a ? 1 : 0, b === b ? 1 : 0);
        }
        return plainly(a, b);
    }

    /// Code points, as bytes of UTF-8 sort.
    function texts(left, right) {
        const [a, b] = [Array.from(left), Array.from(right)];
        for (let at = 0; at < a.length && at < b.length; at++) {
            if (a[at] !== b[at]) {
                return plainly(a[at].codePointAt(0), b[at].codePointAt(0));
            }
        }
        return plainly(a.length, b.length);
    }

    function documents(left, right) {
        for (let at = 1; at < left.length && at < right.length; at += 2) {
            const difference = plainly(rank(left[at + 1]), rank(right[at + 1])) || texts(left[at], right[at]) ||
                order(left[at + 1], right[at + 1]);
            if (difference !== 0) {
                return difference;
            }
        }
        return plainly(left.length, right.length);
    }

    function lists(left, right) {
        for (let at = 1; at < left.length && at < right.length; at++) {
            const difference = order(left[at], right[at]);
            if (difference !== 0) {
                return difference;
            }
        }
        return plainly(left.length, right.length);
    }

    function binaries(left, right) {
        const bytes = (text) => text.length * 3 / 4 - (text.length - text.replace(/=/g, "").length);
        return plainly(bytes(left[2]), bytes(right[2])) || plainly(left[1], right[1]) || plainly(hex(left[2]), hex(right[2]));
    }

    /// Base64 digits in an alphabet that sorts as their values do.
    function hex(base64) {
        const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        return base64.replace(/[^=]/g, (digit) => String.fromCharCode(48 + digits.indexOf(digit)));
    }

    function order(left, right) {
        const difference = plainly(rank(left), rank(right));
        if (difference !== 0) {
            return difference;
        }
        switch (rank(left)) {
            case 10: return numbers(left, right);
            case 15: return texts(left, right);
            case 20: return documents(left, right);
            case 25: return lists(left, right);
            case 30: return binaries(left, right);
            case 35: case 45: return plainly(left[1], right[1]);
            case 47: return plainly(left[1], right[1]) || plainly(left[2], right[2]);
            case 50: return plainly(left[1], right[1]) || plainly(left[2], right[2]);
            case 60: return plainly(left.length, right.length) || plainly(left[1], right[1]);
            case 40: return plainly(left, right);
            default: return 0;
        }
    }

    return order;
})()
