//! What went out lately, as a server's log may name it.

use std::collections::VecDeque;

use crate::shell::SentCommand;
use crate::wire::bson::{RawBson, RawDocument};

/// Commands that are told in one report; of more, the last.
const MOST: usize = 64;
/// Bytes of a name or a comment.
const MOST_BYTES: usize = 100;
/// The subtype of a UUID.
const UUID: u8 = 4;

/// The last commands that were not told yet.
#[derive(Debug, Default)]
pub struct Trail(VecDeque<SentCommand>);

impl Trail {
    pub fn push(&mut self, sent: SentCommand) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(sent);
    }

    pub fn take(&mut self) -> Option<Vec<SentCommand>> {
        (!self.0.is_empty()).then(|| std::mem::take(&mut self.0).into())
    }
}

/// What a command's bytes tell; the rest is the sender's to say.
pub fn read(bytes: &[u8], database: &str) -> SentCommand {
    let mut sent = SentCommand::default();
    let (mut target, mut collection) = (None, None);
    let Ok(raw) = RawDocument::new(bytes) else { return sent };
    for (at, (key, value)) in raw.iter().map_while(Result::ok).enumerate() {
        match (at, key, value) {
            (0, name, value) => {
                sent.name = cut(name);
                if let RawBson::String(text) = value {
                    target = Some(cut(text));
                }
            }
            (_, b"collection", RawBson::String(text)) => collection = Some(cut(text)),
            (_, b"lsid", RawBson::Document(session)) => sent.session = id(session),
            (_, b"comment", RawBson::String(text)) => sent.comment = Some(cut(text)),
            _ => {}
        }
    }
    let place = target.or(collection);
    sent.namespace = place.map_or_else(|| database.to_owned(), |place| format!("{database}.{place}"));
    sent
}

fn cut(text: &[u8]) -> String {
    String::from_utf8_lossy(&text[..text.len().min(MOST_BYTES)]).into_owned()
}

fn id(session: RawDocument<'_>) -> Option<String> {
    match session.get("id") {
        Some(RawBson::Binary(UUID, bytes)) if bytes.len() == 16 => {
            let hex = |part: &[u8]| part.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            let parts = [&bytes[..4], &bytes[4..6], &bytes[6..8], &bytes[8..10], &bytes[10..]];
            Some(parts.map(hex).join("-"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;
    use crate::wire::bson::Bson;

    #[test]
    fn a_command_is_told_by_its_namespace_session_and_comment() {
        let id = Bson::Binary { subtype: UUID, bytes: (0..16).collect() };
        let command = doc! { "getMore": 7, "collection": "c", "comment": "look", "lsid": { "id": (id) } };
        let sent = read(&command.to_bytes(), "d");
        assert_eq!((sent.name.as_str(), sent.namespace.as_str()), ("getMore", "d.c"));
        assert_eq!(sent.session.as_deref(), Some("00010203-0405-0607-0809-0a0b0c0d0e0f"));
        assert_eq!(sent.comment.as_deref(), Some("look"));
        assert_eq!(read(&doc! { "ping": 1 }.to_bytes(), "d").namespace, "d");
        assert_eq!(read(b"no document", "d"), SentCommand::default());
    }

    #[test]
    fn of_many_commands_the_last_are_told_once() {
        let mut trail = Trail::default();
        (0..100).for_each(|at| trail.push(SentCommand { at, ..SentCommand::default() }));
        let told = trail.take().unwrap();
        assert_eq!((told.len(), told[MOST - 1].at, trail.take()), (MOST, 99, None));
    }
}
