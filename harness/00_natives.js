// What every other file stands on: the natives, our own copies of the builtins (tests overwrite them), and the guards
// of those builtins that the engine's interrupt does not reach.

delete globalThis.__native;

// Whoever formats stack traces is handed the functions on the stack, and natives are among them.
{
    const { prepareStackTrace } = Error;
    Error.prepareStackTrace = (error, sites) => sites;
    const [site] = new Error().stack;
    Error.prepareStackTrace = prepareStackTrace;
    delete Object.getPrototypeOf(site).getFunction;
}

const { keys: objectKeys, create: objectCreate, assign: objectAssign, getPrototypeOf, setPrototypeOf, defineProperty,
        getOwnPropertyNames, getOwnPropertyDescriptor } = Object;
const isArray = Array.isArray;
const toJSON = JSON.stringify;
const dateNow = Date.now;
const { floor, abs, min: mathMin, max: mathMax } = Math;
const uncurry = (method) => Function.prototype.call.bind(method);
const hasOwn = uncurry(Object.prototype.hasOwnProperty);
const stringOf = uncurry(Object.prototype.toString);
const arrayMap = uncurry(Array.prototype.map);
const arrayForEach = uncurry(Array.prototype.forEach);
const arraySlice = uncurry(Array.prototype.slice);
const arrayJoin = uncurry(Array.prototype.join);
const arraySort = uncurry(Array.prototype.sort);
const arrayPush = uncurry(Array.prototype.push);
const arrayConcat = uncurry(Array.prototype.concat);
const arrayIncludes = uncurry(Array.prototype.includes);
const replace = uncurry(String.prototype.replace);
const startsWith = uncurry(String.prototype.startsWith);
const substring = uncurry(String.prototype.substring);

/// Puts names on the globals as tests find them: writable, so that a test may replace them, and not enumerable.
function expose(names) {
    hide(globalThis, names);
}

/// The same on any object, such as a prototype.
const hide = native.hide;

// An array of four billion holes keeps these busy inside the engine, where no interrupt is looked at.
const LONGEST_ARRAY = 5e6;
const unbounded = ["join", "toString", "reverse", "sort", "concat", "slice", "splice", "shift", "unshift", "copyWithin",
                   "flat", "toLocaleString", "fill", "indexOf", "lastIndexOf", "includes", "at", "with", "toSorted",
                   "toReversed", "toSpliced"];
for (const name of unbounded) {
    const original = Array.prototype[name];
    if (!original) {
        continue;
    }
    const guarded = {
        [name](...parameters) {
            if (this !== null && this !== undefined && this.length > LONGEST_ARRAY) {
                throw new RangeError("Array.prototype." + name + ": more than " + LONGEST_ARRAY + " elements");
            }
            return Reflect.apply(original, this, parameters);
        }
    };
    hide(Array.prototype, guarded);
}
