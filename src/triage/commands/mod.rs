//! A failure below JavaScript: the commands that a program sent, as a list that can be made shorter and run by anybody.
//!
//! A list is JSON lines, one command each, in canonical Extended JSON. [`scripts`] turns a list into programs.

mod extended_json;
mod literal;
mod scripts;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub use scripts::{for_python, for_rust, for_shells};

use crate::shell::embedded::{Recorded, cursor_opened};
use crate::wire::bson::{Bson, Document};
use crate::wire::tap::{Tapped, is_own};

/// Fields that say which client and session sent it.
const OF_THE_SENDER: [&str; 6] = ["$db", "lsid", "$clusterTime", "txnNumber", "apiVersion", "$readPreference"];

/// One command of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// Its number in the whole list.
    pub number: usize,
    /// The connection that it was sent over, from 0.
    pub connection: u32,
    /// `$db`
    pub database: String,
    /// Without `$db` and what belongs to a session.
    pub command: Document,
    /// Cursors in it, and the number of the command whose reply opened each.
    cursors: BTreeMap<i64, usize>,
}

/// The list of what went by a tap.
pub fn list(tapped: &[Tapped]) -> Vec<Sent> {
    let own = tapped.iter().filter(|one| is_own(&one.command));
    let (mut opened, mut all) = (BTreeMap::new(), Vec::new());
    for (number, one) in own.enumerate() {
        let mut command = one.command.clone();
        let database = command.get_str("$db").unwrap_or("test").to_owned();
        command.fields_mut().retain(|(key, _)| !OF_THE_SENDER.contains(&key.as_str()));
        let cursors = ids_in(&command).filter_map(|id| Some((id, *opened.get(&id)?))).collect();
        all.push(Sent { number, connection: one.connection, database, command, cursors });
        let cursor = one.reply.as_ref().and_then(cursor_opened);
        cursor.map(|id| opened.entry(id).or_insert(number));
    }
    all
}

/// Where commands name cursors.
fn ids_in(command: &Document) -> impl Iterator<Item = i64> {
    let of_more = command.get("getMore").and_then(Bson::as_i64);
    let killed = command.get_array("cursors").unwrap_or_default().iter().filter_map(Bson::as_i64);
    of_more.into_iter().chain(killed)
}

impl Sent {
    /// Its line: `n`, `connection`, `db`, `command`. A cursor is `{"$cursorOf": n}`, the one that command `n` opened.
    pub fn line(&self) -> String {
        let command = self.with_cursors(&extended_json::document(&self.command));
        json!({ "n": self.number, "connection": self.connection, "db": self.database, "command": command }).to_string()
    }

    /// The same for our own replay.
    pub fn recorded(&self) -> Recorded {
        let Self { number, database, command, cursors, .. } = self.clone();
        let cursors = cursors.into_iter().map(|(id, of)| (id, of as i32)).collect();
        Recorded { number: number as i32, database, command, cursors }
    }

    fn with_cursors(&self, command: &Value) -> Value {
        let mut command = command.clone();
        let replace = |value: &mut Value| {
            let id = value.get("$numberLong").and_then(Value::as_str).and_then(|id| id.parse().ok());
            if let Some(number) = id.and_then(|id: i64| self.cursors.get(&id)) {
                *value = json!({ "$cursorOf": number });
            }
        };
        command.get_mut("getMore").map(replace);
        command.get_mut("cursors").and_then(Value::as_array_mut).into_iter().flatten().for_each(replace);
        command
    }
}

/// The commands of a text of lines; lines that are none of them are left out.
pub fn chosen<'a>(all: &'a [Sent], text: &str) -> Vec<&'a Sent> {
    let by_line: BTreeMap<String, &Sent> = all.iter().map(|sent| (sent.line(), sent)).collect();
    text.lines().filter_map(|line| by_line.get(line).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    fn tapped(command: Document, cursor: i64) -> Tapped {
        let reply = doc! { "ok": 1.0, "cursor": { "id": (Bson::Int64(cursor)) } };
        Tapped { connection: 0, request: 1, command, reply: Some(reply) }
    }

    fn all() -> Vec<Sent> {
        list(&[
            tapped(doc! { "hello": 1, "$db": "admin" }, 0),
            tapped(doc! { "find": "c", "lsid": {}, "$db": "d" }, 77),
            tapped(doc! { "getMore": (Bson::Int64(77)), "collection": "c", "$db": "d" }, 0),
        ])
    }

    #[test]
    fn what_surrounds_the_commands_of_a_program_is_left_out_and_cursors_are_named_by_their_command() {
        let lines: Vec<String> = all().iter().map(Sent::line).collect();
        assert_eq!(lines[0], r#"{"n":0,"connection":0,"db":"d","command":{"find":"c"}}"#);
        assert!(lines[1].contains(r#""getMore":{"$cursorOf":0}"#), "{}", lines[1]);
    }

    #[test]
    fn a_part_of_the_lines_is_a_part_of_the_list() {
        let all = all();
        let text = format!("{}\nno line\n", all[1].line());
        assert_eq!(chosen(&all, &text), [&all[1]]);
    }

    #[test]
    fn scripts_say_every_command_of_the_list_and_hold_its_cursors() {
        let all = all();
        let list: Vec<&Sent> = all.iter().collect();
        let shell = for_shells(&list);
        assert!(shell.contains(r#"run(0, "d", {"find": "c"});"#), "{shell}");
        assert!(shell.contains(r#"run(1, "d", {"getMore": cursorOf(0), "collection": "c"});"#), "{shell}");
        for text in [for_python(&list), for_rust(&list)] {
            assert!(all.iter().all(|sent| text.contains(&sent.line())), "{text}");
        }
    }
}
