//! Programs that send a list of commands one after another over one connection and print the replies.

use super::Sent;
use super::literal::{document, text};

const SHELL_HEAD: &str = "\
var replies = {};
function run(n, database, command) {
    try { replies[n] = db.getSiblingDB(database).runCommand(command); } catch (error) { replies[n] = {}; print(error); }
}
function cursorOf(n) { return replies[n] && replies[n].cursor ? replies[n].cursor.id : NumberLong(0); }
";

/// For the embedded shell, mongosh and the legacy shell.
pub fn for_shells(list: &[&Sent]) -> String {
    let line = |sent: &&Sent| {
        let cursor = |id: i64| Some(format!("cursorOf({})", sent.cursors.get(&id)?));
        format!("run({}, {}, {});\n", sent.number, text(&sent.database), document(&sent.command, &cursor))
    };
    SHELL_HEAD.to_owned() + &list.iter().map(line).collect::<String>()
}

const PYTHON: &str = include_str!("template.py");
const RUST: &str = include_str!("template.rs.txt");
/// Stands where the lines go.
const PLACE: &str = "@COMMANDS@\n";

/// For Python with pymongo.
pub fn for_python(list: &[&Sent]) -> String {
    // In JSON an apostrophe stands in strings only.
    let lines = list.iter().map(|sent| sent.line().replace('\'', "\\u0027") + "\n");
    PYTHON.replace(PLACE, &lines.collect::<String>())
}

/// For Rust with the mongodb crate.
pub fn for_rust(list: &[&Sent]) -> String {
    // A quote that ends the literal would have to stand before four signs of number, which only a string can hold.
    let lines = list.iter().map(|sent| sent.line().replace("####", "#\\u0023##") + "\n");
    RUST.replace(PLACE, &lines.collect::<String>())
}
