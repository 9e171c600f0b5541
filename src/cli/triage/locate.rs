//! `triage locate`: where to look first.

use camino::Utf8Path;

use crate::campaign::CampaignError;
use crate::exit_code::ExitCode;
use crate::report::say;
use crate::run::{Execution, HangKind};
use crate::shell::Note;
use crate::store::read_record;
use crate::triage::reduce::framed_statement;

/// Lines of a statement that are shown.
const LINES: usize = 12;

/// Tells of a record.
pub fn run(record: &Utf8Path) -> Result<ExitCode, CampaignError> {
    lines(&read_record(record)?).iter().for_each(|line| say(line));
    Ok(ExitCode::Clean)
}

/// The last completed statement, the first that was not, and the command without a reply.
pub fn lines(execution: &Execution) -> Vec<String> {
    let mut lines = vec![format!("file            {}", execution.file)];
    let next = match execution.completed.last() {
        Some(last) => {
            let took = format!("{} ms", last.millis);
            lines.push(format!("last completed  statement {} of {} ({took})", last.index, execution.statements));
            last.index + 1
        }
        None => {
            lines.push("last completed  none".into());
            0
        }
    };
    lines.extend(command(execution).map(|command| format!("without reply   {command}")));
    if next < execution.statements {
        lines.push(format!("look first at   statement {next}"));
        lines.extend(statement(execution, next as usize));
    }
    lines
}

fn command(execution: &Execution) -> Option<String> {
    if let Some(HangKind::ServerHoldsReply { command, .. }) = execution.hang.as_ref().map(|hang| &hang.kind) {
        return Some(command.clone());
    }
    execution.notes.iter().find_map(|one| match &one.note {
        Note::ConnectionLost { command, .. } | Note::BrokenReply { command, .. } => Some(command.clone()),
        _ => None,
    })
}

/// The statement's text, if the file is still there.
fn statement(execution: &Execution, number: usize) -> Vec<String> {
    let text = std::fs::read_to_string(&execution.file).unwrap_or_default();
    let Some(statement) = framed_statement(&text, number) else { return Vec::new() };
    let all: Vec<&str> = statement.lines().collect();
    let more = (all.len() > LINES).then(|| format!("                ... and {} lines more", all.len() - LINES));
    all.iter().take(LINES).map(|line| format!("                {line}")).chain(more).collect()
}
