//! Where a command wants to go, read from its bytes.

use std::collections::BTreeMap;

use crate::wire::bson::{RawBson, RawDocument};
use crate::wire::uri::{Host, ReadMode};

/// What a command asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Whoever takes writes.
    Primary,
    /// Whoever that read preference allows.
    Read(ReadMode),
    /// Where its cursor lives.
    Host(Host),
}

/// The wish of a command: its cursor's member, else its `$readPreference`.
pub(super) fn wish(command: &[u8], cursors: &BTreeMap<i64, Host>) -> Wish {
    let Ok(raw) = RawDocument::new(command) else { return Wish::Primary };
    if !cursors.is_empty()
        && let Some(host) = named_cursor(raw).and_then(|id| cursors.get(&id))
    {
        return Wish::Host(host.clone());
    }
    let Some(RawBson::Document(preference)) = raw.get("$readPreference") else { return Wish::Primary };
    let Some(RawBson::String(name)) = preference.get("mode") else { return Wish::Primary };
    match std::str::from_utf8(name).ok().and_then(ReadMode::named) {
        Some(mode) if mode != ReadMode::Primary => Wish::Read(mode),
        _ => Wish::Primary,
    }
}

/// The cursor that a getMore or killCursors names first.
fn named_cursor(command: RawDocument<'_>) -> Option<i64> {
    match command.iter().next()?.ok()? {
        (b"getMore", id) => integer(id),
        (b"killCursors", _) => match command.get("cursors")? {
            RawBson::Array(ids) => integer(ids.iter().next()?.ok()?.1),
            _ => None,
        },
        _ => None,
    }
}

/// The cursor that a reply opened.
pub(super) fn cursor(reply: RawDocument<'_>) -> Option<i64> {
    let RawBson::Document(cursor) = reply.get("cursor")? else { return None };
    integer(cursor.get("id")?).filter(|&id| id != 0)
}

fn integer(value: RawBson<'_>) -> Option<i64> {
    match value {
        RawBson::Int64(id) => Some(id),
        RawBson::Int32(id) => Some(i64::from(id)),
        RawBson::Double(id) => Some(id as i64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    #[test]
    fn commands_go_where_their_cursor_lives_or_where_they_ask_to() {
        let host = Host::parse("a:1").unwrap();
        let cursors = BTreeMap::from([(7, host.clone())]);
        let wish = |command: crate::wire::bson::Document| wish(&command.to_bytes(), &cursors);
        assert_eq!(wish(doc! { "getMore": 7_i64 }), Wish::Host(host.clone()));
        assert_eq!(wish(doc! { "killCursors": "c", "cursors": [7_i64] }), Wish::Host(host));
        assert_eq!(wish(doc! { "getMore": 8_i64 }), Wish::Primary);
        assert_eq!(wish(doc! { "find": "c", "$readPreference": { "mode": "nearest" } }), Wish::Read(ReadMode::Nearest));
        assert_eq!(wish(doc! { "find": "c", "$readPreference": { "mode": "primary" } }), Wish::Primary);
        assert_eq!(wish(doc! { "find": "c", "$readPreference": "nearest" }), Wish::Primary);
        assert_eq!(wish(doc! {}), Wish::Primary);
    }

    #[test]
    fn only_cursors_that_go_on_are_remembered() {
        let cursor = |reply: crate::wire::bson::Document| super::cursor(RawDocument::new(&reply.to_bytes()).unwrap());
        assert_eq!(cursor(doc! { "cursor": { "id": 9_i64 } }), Some(9));
        assert_eq!(cursor(doc! { "cursor": { "id": 0_i64 } }), None);
        assert_eq!(cursor(doc! { "ok": 1.0 }), None);
    }
}
