// Random numbers that come again: the seed is the test's, or the file's. The generator is mulberry32.

let randomState = fileSeed();

/// What `TestData.seed` gives; without one every file sees the same series, so that a failure comes again.
function fileSeed() {
    const seed = isObject(native.testData) ? native.testData.seed : undefined;
    return typeof seed === "number" ? seed | 0 : 0x5eed;
}

function nextRandom() {
    randomState = (randomState + 0x6d2b79f5) | 0;
    let mixed = Math.imul(randomState ^ (randomState >>> 15), 1 | randomState);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}

function randomInt(low, high) {
    return high === undefined ? floor(nextRandom() * low) : low + floor(nextRandom() * (high - low));
}

function shuffle(array) {
    for (let last = array.length - 1; last > 0; last--) {
        const at = floor(nextRandom() * (last + 1));
        [array[last], array[at]] = [array[at], array[last]];
    }
    return array;
}

const Random = {};
hide(Random, {
    initialized: true,
    isInitialized: () => true,
    srand(seed) { randomState = Number(seed) | 0; return seed; },
    setRandomSeed(seed) { return Random.srand(seed === undefined ? fileSeed() : seed); },
    setRandomFixtureSeed() { return Random.srand(fileSeed()); },
    rand: nextRandom,
    randInt: randomInt,
    randNormal: (mean, deviation) => normal(mean, deviation),
    genNormal: (mean, deviation) => normal(mean, deviation),
    genExp: (mean) => -Math.log(1 - nextRandom()) * mean,
    shuffle
});

function normal(mean, deviation) {
    return mean + deviation * Math.sqrt(-2 * Math.log(1 - nextRandom())) * Math.cos(2 * Math.PI * nextRandom());
}

hide(Math, { random: nextRandom });

expose({ Random, _rand: nextRandom, _srand: (seed) => Random.srand(seed) });
