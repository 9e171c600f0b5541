//! Our JavaScript around a test, in the order in which it loads.

macro_rules! harness {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../harness/", $name)))),*]
    };
}

/// Name and text of each harness file. They share one function scope; what scripts see is put on the globals there.
pub const FILES: &[(&str, &str)] = harness![
    "00_natives.js",
    "10_bson.js",
    "20_tojson_print.js",
    "30_assert.js",
    "31_error_codes.js",
    "40_mongo.js",
    "41_db.js",
    "42_collection.js",
    "43_crud.js",
    "44_bulk.js",
    "45_cursors.js",
    "46_explain.js",
    "47_session.js",
    "50_globals.js",
    "70_topology.js",
];

/// All files as one script.
pub fn script() -> String {
    let mut script = String::from("(function (native) {\n");
    for (name, text) in FILES {
        script.push_str(&format!("// harness/{name}\n{text}\n"));
    }
    script.push_str("})(globalThis.__native);\n");
    script
}
