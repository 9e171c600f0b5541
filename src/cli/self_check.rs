//! `fuzz self-check`.

use camino::Utf8Path;
use clap::Args;

use crate::campaign::{CampaignError, SelfCheck, self_check};
use crate::exit_code::ExitCode;
use crate::interrupt::Interrupts;
use crate::judge::judge;
use crate::process::own_executable;
use crate::report::{BugRow, say, self_check_sum};
use crate::server::practice::bugs::Bugs;

/// `fuzz self-check`
#[derive(Debug, Args)]
pub struct SelfCheckArguments {
    /// Which planted bugs: all, decoys, or ids with commas between
    #[arg(long, value_name = "BUGS", default_value = "all")]
    bugs: String,
    /// How many at a time
    #[arg(short, long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
    /// Prints one JSON document instead of the table
    #[arg(long)]
    json: bool,
}

/// Ends clean only if every planted bug was found under its own name and no decoy made a noise.
pub fn run(arguments: &SelfCheckArguments, interrupts: &Interrupts) -> Result<ExitCode, CampaignError> {
    let bugs: Vec<_> = Bugs::parse(&arguments.bugs).map_err(CampaignError::SetUp)?.switched_on().collect();
    if bugs.is_empty() {
        return Err(CampaignError::SetUp("a self-check without bugs says nothing; give --bugs all or ids".into()));
    }
    let own = own_executable().map_err(|error| CampaignError::SetUp(error.to_string()))?;
    let place = tempfile::tempdir().map_err(|error| CampaignError::Disk(error.to_string()))?;
    let folder = Utf8Path::from_path(place.path())
        .ok_or_else(|| CampaignError::SetUp("the folder for temporary files is not UTF-8; set TMPDIR".into()))?;
    let check = SelfCheck { own: &own, bugs, jobs: usize::from(arguments.jobs), folder, judge };
    if !arguments.json {
        say(&BugRow::head());
    }
    let rows = self_check(&check, interrupts, |row| {
        if !arguments.json {
            row.lines().iter().for_each(|line| say(line));
        }
    })?;
    end(arguments, &rows);
    let right = rows.iter().all(|row| row.heard.is_right());
    let code = if right { ExitCode::Clean } else { ExitCode::FailuresFound };
    Ok(interrupts.requested().map_or(code, ExitCode::from))
}

fn end(arguments: &SelfCheckArguments, rows: &[BugRow]) {
    if arguments.json {
        let right = rows.iter().all(|row| row.heard.is_right());
        say(&serde_json::json!({ "right": right, "bugs": rows }).to_string());
    } else {
        say(&self_check_sum(rows));
    }
}
