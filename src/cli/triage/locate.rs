//! `triage locate`: where to look first, and what happened around it.

use camino::Utf8PathBuf;
use clap::Args;

use super::show::record_at;
use super::timeline::{columns, gather, page};
use crate::campaign::CampaignError;
use crate::exit_code::ExitCode;
use crate::report::say;
use crate::run::{Execution, HangKind};
use crate::shell::Note;
use crate::store::read_record;
use crate::triage::reduce::framed_statement;

/// Lines of a statement that are shown.
const LINES: usize = 12;

/// What `triage locate` takes.
#[derive(Debug, Args)]
pub struct LocateArguments {
    /// A signature of the run (its first digits are enough), or a record.json
    #[arg(value_name = "SIGNATURE|RECORD")]
    target: String,
    /// The folder of a run, or the --out of runs, whose last is taken
    #[arg(long, value_name = "DIR", default_value = "jstestfuzz", env = "JSTESTFUZZ_OUT")]
    out: Utf8PathBuf,
    /// Completed statements that are shown before the failure
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    statements: u32,
    /// Writes the timeline as a page too, with whole lines
    #[arg(long, value_name = "FILE")]
    html: Option<Utf8PathBuf>,
}

/// Tells of a record.
pub fn run(arguments: &LocateArguments) -> Result<ExitCode, CampaignError> {
    let execution = read_record(&record_at(&arguments.target, &arguments.out)?)?;
    lines(&execution).iter().for_each(|line| say(line));
    let Some(timeline) = gather(&execution, arguments.statements as usize) else {
        say("no timeline      no statement was completed, or the record is from a version that noted no times");
        return Ok(ExitCode::Clean);
    };
    say("");
    columns(&timeline).iter().for_each(|line| say(line));
    if let Some(path) = &arguments.html {
        fs_err::write(path, page(&format!("Around the failure of {}", execution.file), &timeline))
            .map_err(|error| CampaignError::SetUp(format!("{error}; name a file that can be written")))?;
        say(&format!("page            {path}"));
    }
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
