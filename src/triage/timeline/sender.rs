//! Which command a log's line is about.

use jiff::Timestamp;

use crate::run::connection_of;
use crate::shell::SentCommand;

/// Both clocks are the machine's, but are read a moment apart.
const APART: i64 = 2;

/// The last command before the line, of those that it names: by comment, by session, or by the connection whose thread
/// wrote it.
pub(super) fn sender<'a>(trail: &'a [SentCommand], line: &str, at: Timestamp) -> Option<&'a SentCommand> {
    let connection = connection_of(line);
    let comment = |sent: &&SentCommand| names(line, sent.comment.as_deref());
    let session = |sent: &&SentCommand| names(line, sent.session.as_deref());
    let thread = |sent: &&SentCommand| connection.is_some() && sent.connection == connection;
    let before = || trail.iter().rev().filter(|sent| sent.at <= at.as_millisecond() + APART);
    before().find(comment).or_else(|| before().find(session)).or_else(|| before().find(thread))
}

/// Shorter words stand in many lines that are about something else.
fn names(line: &str, text: Option<&str>) -> bool {
    const SHORTEST: usize = 4;
    text.is_some_and(|text| text.len() >= SHORTEST && line.contains(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(name: &str, at: i64) -> SentCommand {
        SentCommand { name: name.into(), at, connection: Some(3), ..SentCommand::default() }
    }

    fn told(trail: &[SentCommand], line: &str, millis: i64) -> Option<String> {
        sender(trail, line, Timestamp::from_millisecond(millis).unwrap()).map(|sent| sent.name.clone())
    }

    #[test]
    fn a_line_belongs_to_the_last_command_of_its_connection_before_it() {
        let trail = [sent("find", 100), sent("drop", 200)];
        let line = "2019-05-01T10:00:00.000+0000 I COMMAND  [conn3] something";
        assert_eq!(told(&trail, line, 150).as_deref(), Some("find"));
        assert_eq!(told(&trail, line, 200).as_deref(), Some("drop"));
        assert_eq!(told(&trail, line, 50), None);
        assert_eq!(told(&trail, &line.replace("conn3", "conn4"), 300), None);
    }

    #[test]
    fn comment_and_session_say_more_than_the_connection() {
        let named = SentCommand { comment: Some("of the test".into()), connection: Some(9), ..sent("find", 100) };
        let session = "00010203-0405-0607-0809-0a0b0c0d0e0f";
        let within = SentCommand { session: Some(session.into()), connection: None, ..sent("count", 100) };
        let trail = [named, within, sent("drop", 150)];
        let line = |text: &str| format!("2019-05-01T10:00:00.000+0000 I COMMAND  [conn3] {text}");
        assert_eq!(told(&trail, &line("comment: 'of the test'"), 200).as_deref(), Some("find"));
        assert_eq!(told(&trail, &line(session), 200).as_deref(), Some("count"));
        assert_eq!(told(&trail, &line("neither"), 200).as_deref(), Some("drop"));
    }
}
