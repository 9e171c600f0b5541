//! What the server itself says of its state, asked over a second connection before it is suspended.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::record::{Answer, Capture, Operation, Outcome};
use crate::doc;
use crate::wire::bson::{Bson, Document};
use crate::wire::link::{Link, Servers};
use crate::wire::uri::Settings;

/// Depth of documents that are written down.
const DEPTH: usize = 20;

/// What came of the questions.
#[derive(Debug, Default)]
pub struct Context {
    /// Per command.
    pub answers: Vec<Answer>,
    /// From `currentOp`.
    pub operations: Vec<Operation>,
    /// Replies to be written down, by name of file.
    pub files: Vec<(String, String)>,
}

/// Asks `ping` and, where it answers, `currentOp` and `serverStatus`; each wait ends after `patience`.
pub fn ask(settings: &Settings, patience: Duration) -> Context {
    let mut context = Context::default();
    let questions = [
        ("ping", doc! { "ping": 1 }, None),
        ("currentOp", doc! { "currentOp": 1, "$all": true }, Some("current_op.json")),
        ("serverStatus", doc! { "serverStatus": 1 }, Some("server_status.json")),
    ];
    let mut link = match open(settings, patience) {
        Ok(link) => link,
        Err(error) => {
            context.answers.push(Answer { command: "ping".into(), outcome: Outcome::Silent(error) });
            return context;
        }
    };
    for (name, command, file) in questions {
        let began = Instant::now();
        let outcome = match link.command("admin", &command) {
            Ok(reply) => {
                context.take(name, &reply, file);
                outcome(&reply, began.elapsed())
            }
            Err(error) => Outcome::Silent(error.to_string()),
        };
        let silent = matches!(outcome, Outcome::Silent(_));
        context.answers.push(Answer { command: name.into(), outcome });
        if silent {
            break;
        }
    }
    context
}

fn open(settings: &Settings, patience: Duration) -> Result<Link, String> {
    let settings = Settings { connect_timeout: Some(patience), ..settings.clone() };
    Link::open(&std::sync::Arc::new(Servers::new(settings)), Some(patience)).map_err(|error| error.to_string())
}

fn outcome(reply: &Document, took: Duration) -> Outcome {
    match reply.get("ok").and_then(Bson::as_f64) {
        Some(1.0) => Outcome::Answered(took),
        _ => Outcome::Refused(reply.get_str("errmsg").unwrap_or("ok is not 1").chars().take(200).collect()),
    }
}

impl Context {
    /// True if the server answered at all; nothing if it was not asked.
    pub fn pings(&self) -> Option<bool> {
        self.answers.first().map(|answer| !matches!(answer.outcome, Outcome::Silent(_)))
    }

    fn take(&mut self, command: &str, reply: &Document, file: Option<&str>) {
        if command == "currentOp" {
            let running = reply.get_array("inprog").unwrap_or_default();
            self.operations = running.iter().filter_map(|one| operation(one.as_document()?)).collect();
            self.operations.sort_by_key(|one| std::cmp::Reverse(one.running));
            self.operations.truncate(Capture::OPERATIONS);
        }
        if let Some(file) = file {
            let text = serde_json::to_string_pretty(&document(reply, 0)).unwrap_or_default();
            self.files.push((file.to_owned(), text + "\n"));
        }
    }
}

/// One that runs and is not our own question.
fn operation(entry: &Document) -> Option<Operation> {
    let command = entry.get_document("command").and_then(Document::first).map(|(name, _)| name.to_owned());
    let command = command.or_else(|| entry.get_str("op").map(str::to_owned))?;
    if command == "currentOp" || entry.get("active") == Some(&Bson::Boolean(false)) {
        return None;
    }
    let micros = entry.get("microsecs_running").and_then(Bson::as_i64).unwrap_or(0);
    Some(Operation {
        command,
        namespace: entry.get_str("ns").unwrap_or_default().to_owned(),
        running: Duration::from_micros(u64::try_from(micros).unwrap_or(0)),
        waits_for_lock: entry.get("waitingForLock") == Some(&Bson::Boolean(true)),
    })
}

fn document(found: &Document, depth: usize) -> Value {
    Value::Object(found.iter().map(|(name, field)| (name.to_owned(), value(field, depth + 1))).collect())
}

/// For people: types that JSON does not know are shown as text.
fn value(found: &Bson, depth: usize) -> Value {
    match found {
        _ if depth > DEPTH => json!("..."),
        Bson::Document(inner) => document(inner, depth),
        Bson::Array(items) => items.iter().map(|item| value(item, depth + 1)).collect(),
        Bson::String(text) => json!(text),
        Bson::Boolean(flag) => json!(flag),
        Bson::Null => Value::Null,
        Bson::Double(number) => json!(number),
        other => other.as_i64().filter(|_| other.is_number()).map_or_else(|| json!(format!("{other:?}")), Value::from),
    }
}
