//! Our JavaScript around a test, in the order in which it loads.

macro_rules! harness {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../harness/", $name)))),*]
    };
}

/// Name and text of each harness file. They share one function scope; what scripts see is put on the globals there.
pub const FILES: &[(&str, &str)] = harness![
    "00_natives.js",
    "01_builtins.js",
    "10_bson.js",
    "20_tojson_print.js",
    "30_assert.js",
    "30_assert_calls.js",
    "30_assert_replies.js",
    "31_error_codes.js",
    "40_mongo.js",
    "41_db.js",
    "41_db_admin.js",
    "42_collection.js",
    "43_crud.js",
    "43_legacy_writes.js",
    "44_bulk.js",
    "44_write_results.js",
    "45_cursors.js",
    "45_query.js",
    "46_explain.js",
    "47_session.js",
    "48_plan_cache_map_reduce.js",
    "50_builtin_additions.js",
    "50_hashes.js",
    "50_random.js",
    "50_results.js",
    "50_test_frame.js",
    "51_rs.js",
    "52_sh.js",
    "60_parallel.js",
    "70_topology.js",
];

/// Globals that tests overwrite now and then (`Map = ...`, `Error = ...`): the harness keeps the first ones.
const BUILTINS: &str = "globalThis, Array, BigInt, Boolean, Date, Error, JSON, Map, Math, Number, Object, Proxy, RangeError, \
                        Reflect, RegExp, Set, String, Symbol, TypeError, WeakMap, encodeURIComponent, eval, isNaN, unescape";

/// All files as one script.
pub fn script() -> String {
    // Behind a bracket the engine would first read all of it to see whether it is the head of an arrow function.
    let mut script = format!("!function (native, {{ {BUILTINS} }}) {{\n");
    for (name, text) in FILES {
        script.push_str(&format!("// harness/{name}\n{text}\n"));
    }
    script.push_str("}(globalThis.__native, globalThis);\n");
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_numbered_file_is_part_of_the_script_in_the_order_of_names() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/harness");
        let entries = fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = entries.filter(|name| name.starts_with(|c: char| c.is_ascii_digit())).collect();
        names.sort();
        assert_eq!(names, FILES.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
    }
}
