// MD5 after RFC 1321 and SHA-256 after FIPS 180-4, over the UTF-8 bytes of a text.

/// The bytes of a text, then a one bit, zeros and the length in bits, as words of the given byte order.
function paddedWords(text, bigEndian) {
    const encoded = unescape(encodeURIComponent(String(text)));
    const words = [];
    for (let at = (((encoded.length + 8) >> 6) + 1) * 16 - 1; at >= 0; at--) {
        words[at] = 0;
    }
    const put = (at, byte) => { words[at >> 2] |= byte << (8 * (bigEndian ? 3 - (at & 3) : at & 3)); };
    for (let at = 0; at < encoded.length; at++) {
        put(at, charCodeAt(encoded, at));
    }
    put(encoded.length, 0x80);
    words[words.length - (bigEndian ? 1 : 2)] = (encoded.length * 8) | 0;
    return words;
}

const charCodeAt = uncurry(String.prototype.charCodeAt);

function hexOfWords(words, bigEndian) {
    const shifts = bigEndian ? [24, 16, 8, 0] : [0, 8, 16, 24];
    const ofWord = (word) => arrayJoin(arrayMap(shifts, (shift) => hexDigits((word >>> shift) & 255, 2)), "");
    return arrayJoin(arrayMap(words, ofWord), "");
}

// --- MD5

const MD5_SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];

function md5Block(state, words, start) {
    let [a, b, c, d] = state;
    for (let step = 0; step < 64; step++) {
        const round = step >> 4;
        const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
        const word = words[start + ([step, 5 * step + 1, 3 * step + 5, 7 * step][round] & 15)];
        const sum = (a + mixed + word + floor(abs(Math.sin(step + 1)) * 4294967296)) | 0;
        const shift = MD5_SHIFTS[round * 4 + (step & 3)];
        [a, b, c, d] = [d, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0, b, c];
    }
    return [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0];
}

function hex_md5(text) {
    const words = paddedWords(text, false);
    let state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
    for (let at = 0; at < words.length; at += 16) {
        state = md5Block(state, words, at);
    }
    return hexOfWords(state, false);
}

// --- SHA-256

/// The first 32 bits of the fractions of a root of the first primes.
function rootFractions(count, root) {
    const words = [];
    for (let candidate = 2; words.length < count; candidate++) {
        let prime = true;
        for (let divisor = 2; divisor * divisor <= candidate && prime; divisor++) {
            prime = candidate % divisor !== 0;
        }
        if (prime) {
            const value = root(candidate);
            arrayPush(words, ((value - floor(value)) * 4294967296) | 0);
        }
    }
    return words;
}

const rotate = (word, by) => (word >>> by) | (word << (32 - by));

function sha256Schedule(words, start) {
    const schedule = [];
    for (let at = 0; at < 64; at++) {
        if (at < 16) {
            schedule[at] = words[start + at];
        } else {
            const [early, late] = [schedule[at - 15], schedule[at - 2]];
            const low = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
            const high = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
            schedule[at] = (schedule[at - 16] + low + schedule[at - 7] + high) | 0;
        }
    }
    return schedule;
}

function sha256Block(state, schedule, constants) {
    let [a, b, c, d, e, f, g, h] = state;
    for (let at = 0; at < 64; at++) {
        const big = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
        const first = (h + big + ((e & f) ^ (~e & g)) + constants[at] + schedule[at]) | 0;
        const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
    }
    return arrayMap([a, b, c, d, e, f, g, h], (word, at) => (state[at] + word) | 0);
}

function computeSHA256Block(text) {
    const words = paddedWords(text, true);
    const constants = rootFractions(64, Math.cbrt);
    let state = rootFractions(8, Math.sqrt);
    for (let at = 0; at < words.length; at += 16) {
        state = sha256Block(state, sha256Schedule(words, at), constants);
    }
    return hexOfWords(state, true);
}

expose({ hex_md5, computeSHA256Block });
