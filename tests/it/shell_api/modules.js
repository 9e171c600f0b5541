// A modern test: imports, exports, top-level await.
import { twice, count } from "./modules/numbers.js";
import * as cycle from "./modules/cycle_a.js";
import loaded from "modules/default_export.js";

assert.eq(twice(21), 42);
assert.eq(count(), 1);
assert.eq(cycle.nameOfOther(), "b");
assert.eq(loaded.where, "a default export");

const again = await import("./modules/numbers.js");
assert.eq(again.count(), 2, "a module is evaluated once");

const value = await new Promise((resolve) => resolve(7));
assert.eq(value, 7);

// Modules are strict: nothing leaks to the globals.
assert.eq(typeof globalThis.value, "undefined");
assert.throws(() => { undeclared = 1; });

for (const missing of ["./modules/no_such_file.js", "../../../Cargo.toml", "/etc/hostname"]) {
    let error;
    try {
        await import(missing);
    } catch (e) {
        error = e;
    }
    assert(error, missing);
    assert(String(error).includes("not found below the corpus"), String(error));
}

db.modules.drop();
assert.commandWorked(db.modules.insert({ _id: 1 }));
assert.eq(db.modules.find().itcount(), 1);
print("all as it should be");
export const last = 1;
