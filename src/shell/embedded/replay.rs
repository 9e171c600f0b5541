//! A recorded list of commands in the place of a script: sent one after another over one connection, without an engine, so
//! that what our own JavaScript does wrong is told from what a server does.
//!
//! A list is a text file, `NAME.commands`, of one line a command: BSON in base64, so that not a bit is lost.

use std::collections::BTreeMap;

use super::base64::{decode, encode};
use super::host::Host;
use crate::doc;
use crate::shell::{Job, Report, ShellEnd};
use crate::wire::bson::{Bson, Document};

/// What files of such lists are called.
pub const EXTENSION: &str = "commands";

/// One command of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// What the cursors of later ones name it by.
    pub number: i32,
    /// `$db`
    pub database: String,
    /// Without `$db`.
    pub command: Document,
    /// Cursors in it, and the number of the command whose reply opened each.
    pub cursors: BTreeMap<i64, i32>,
}

impl Recorded {
    /// Its line.
    pub fn line(&self) -> String {
        let cursors = self.cursors.iter().map(|(id, of)| doc! { "id": (Bson::Int64(*id)), "of": (*of) }.into());
        let cursors = Bson::Array(cursors.collect());
        let (number, database, command) = (self.number, self.database.as_str(), Bson::from(self.command.clone()));
        encode(&doc! { "n": number, "db": database, "command": command, "cursors": cursors }.to_bytes())
    }

    fn read(line: &str) -> Option<Self> {
        let all = Document::from_bytes(&decode(line)?).ok()?;
        let whole = |value: &Bson| i32::try_from(value.as_i64()?).ok();
        let cursor = |one: &Bson| match one {
            Bson::Document(one) => Some((one.get("id")?.as_i64()?, whole(one.get("of")?)?)),
            _ => None,
        };
        Some(Self {
            number: whole(all.get("n")?)?,
            database: all.get_str("db")?.to_owned(),
            command: all.get_document("command")?.clone(),
            cursors: all.get_array("cursors")?.iter().filter_map(cursor).collect(),
        })
    }

    /// As it is sent, with the cursors that this run has opened.
    fn bytes(self, opened: &BTreeMap<i32, i64>) -> Vec<u8> {
        let mut command = self.command;
        let replace = |value: &mut Bson| {
            let of = value.as_i64().and_then(|id| self.cursors.get(&id));
            if let Some(id) = of.and_then(|of| opened.get(of)) {
                *value = Bson::Int64(*id);
            }
        };
        command.get_mut("getMore").map(replace);
        if let Some(Bson::Array(cursors)) = command.get_mut("cursors") {
            cursors.iter_mut().for_each(replace);
        }
        command.push("$db", self.database.as_str());
        command.to_bytes()
    }
}

/// True for a job whose text is a list.
pub fn is_list(job: &Job) -> bool {
    job.path.extension() == Some(EXTENSION)
}

/// Sends a list. What gets no reply is no reason to stop: a script would have gone on, too.
pub fn run(text: &str, host: &mut Host, must_end: impl Fn() -> bool) -> ShellEnd {
    let Some(list) = text.lines().map(Recorded::read).collect::<Option<Vec<Recorded>>>() else {
        return ShellEnd::SyntaxError { message: "this is no list of recorded commands".into() };
    };
    let connection = match host.open("") {
        Ok(connection) => connection,
        Err(error) => return ShellEnd::NoServer { error },
    };
    host.account.outbox.report(Report::Started);
    let mut opened = BTreeMap::new();
    for one in list {
        if must_end() {
            return ShellEnd::Interrupted { stack: String::new() };
        }
        let (number, database) = (one.number, one.database.clone());
        let reply = host.run_command(connection, &database, one.bytes(&opened));
        let reply = reply.ok().and_then(|reply| Document::from_bytes(&reply).ok());
        opened.extend(reply.and_then(|reply| cursor_opened(&reply)).map(|id| (number, id)));
    }
    ShellEnd::Completed
}

/// The cursor that a reply leaves open.
pub fn cursor_opened(reply: &Document) -> Option<i64> {
    reply.get_document("cursor")?.get("id")?.as_i64().filter(|id| *id != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_a_command_bit_for_bit_and_names_the_cursors_of_its_run() {
        let command = doc! { "getMore": (Bson::Int64(77)), "collection": "c", "x": (-0.0) };
        let one = Recorded { number: 5, database: "d".into(), command, cursors: [(77, 3)].into() };
        assert_eq!(Recorded::read(&one.line()), Some(one.clone()));
        let sent = Document::from_bytes(&one.clone().bytes(&[(3, 1234)].into())).unwrap();
        assert_eq!(sent, doc! { "getMore": (Bson::Int64(1234)), "collection": "c", "x": (-0.0), "$db": "d" });
        let unopened = Document::from_bytes(&one.bytes(&BTreeMap::new())).unwrap();
        assert_eq!(unopened.get("getMore"), Some(&Bson::Int64(77)));
        assert_eq!(Recorded::read("no line"), None);
    }
}
