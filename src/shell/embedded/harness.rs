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
    "11_bson_bytes_refs.js",
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
    "47_session_options.js",
    "48_plan_cache_map_reduce.js",
    "49_newer_methods.js",
    "50_builtin_additions.js",
    "50_hashes.js",
    "50_random.js",
    "50_results.js",
    "50_test_frame.js",
    "51_rs.js",
    "52_sh.js",
    "53_retry_and_compare.js",
    "60_parallel.js",
    "70_topology.js",
    "80_modern.js",
];

/// The name that the whole script has in stacks.
pub const SCRIPT_NAME: &str = "harness";

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

/// The file and line of a line of [`script`].
pub fn place(line: usize) -> Option<(&'static str, usize)> {
    let mut before = 1;
    for (name, text) in FILES {
        // Each file stands below a line with its name and above an empty one.
        let lines = text.lines().count();
        if line <= before + 1 + lines {
            return line.checked_sub(before + 1).filter(|at| *at > 0).map(|at| (*name, at));
        }
        before += 2 + lines;
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_numbered_file_is_part_of_the_script_in_the_order_of_names() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/harness");
        let entries = fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = entries.filter(|name| name.starts_with(|c: char| c.is_ascii_digit())).collect();
        names.sort();
        assert_eq!(names, FILES.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
    }
    #[test]
    fn a_line_of_the_script_is_found_in_its_file() {
        let script = script();
        for (at, line) in script.lines().enumerate() {
            if let Some((name, inside)) = place(at + 1) {
                let (_, text) = FILES.iter().find(|(file, _)| *file == name).unwrap();
                assert_eq!(text.lines().nth(inside - 1).unwrap(), line, "{name}:{inside}");
            }
        }
        assert_eq!(
            place(script.lines().position(|line| line.contains("function assert(")).unwrap() + 1).unwrap().0,
            "30_assert.js"
        );
    }
    /// What only the embedded shell has, what the harness itself puts there, and what may be undefined.
    const NOT_UNDER_MONGOSH: [&str; 5] = ["finish", "wordsOf", "readMode", "threadArgument", "threadResult"];

    #[test]
    fn what_the_harness_asks_of_its_natives_is_there_under_mongosh_too() {
        let prelude = include_str!("../../../harness/compat/mongosh_natives.js");
        let given: BTreeSet<&str> = prelude.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        let calls = FILES.iter().flat_map(|(_, text)| text.split("native.").skip(1));
        let asked: BTreeSet<&str> =
            calls.filter_map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric()).next()).collect();
        assert!(asked.len() > 20, "{asked:?}");
        let missing: Vec<_> =
            asked.iter().filter(|name| !given.contains(*name) && !NOT_UNDER_MONGOSH.contains(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
