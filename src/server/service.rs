//! A server that runs beside our commands: started in the background, found again by a small file, stopped by name.
//!
//! In the background runs our own executable with `server start NAME --foreground`; it keeps the server's processes as a
//! run does, so that they end with it. The file names it by pid and start time: a stranger with its pid is never stopped.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::process::Signal;
use serde::{Deserialize, Serialize};

use super::log_file::LogFile;
use super::{ServerError, ServerExit, Topology};
use crate::interrupt::Interrupts;
use crate::process::{Child, Identity, pause, poll};

/// More than any server's own deadline for being ready.
const READY_WITHIN: Duration = Duration::from_secs(150);
/// What a server gets for a polite end, and its keeper for both.
const STOP_GRACE: Duration = Duration::from_secs(10);
const STOPPED_WITHIN: Duration = Duration::from_secs(20);
const TICK: Duration = Duration::from_millis(50);

/// A server in the background.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// `mongodb://127.0.0.1:20000`
    pub uri: String,
    /// Our own process that keeps it.
    pub keeper: Identity,
}

/// The folder of a product's service.
pub fn service_folder(servers_folder: &Utf8Path, name: &str) -> Utf8PathBuf {
    servers_folder.join(".running").join(name)
}

/// The service that runs in that folder, if one does.
pub fn running_service(folder: &Utf8Path) -> Option<Service> {
    let text = fs_err::read_to_string(state_file(folder)).ok()?;
    serde_json::from_str(&text).ok().filter(|service: &Service| service.keeper.is_alive())
}

/// Starts a keeper (`own` with `arguments`) in the background and waits until its server serves.
///
/// # Errors
/// It did not come up; the keeper's words are in the text.
pub fn start_service(own: &Utf8Path, arguments: &[String], folder: &Utf8Path) -> Result<Service, ServerError> {
    // What lies there is of a service that is gone.
    let _ = fs_err::remove_dir_all(folder);
    let unusable =
        |error: std::io::Error| ServerError::Unusable(format!("{error}; choose another folder with --servers-dir"));
    fs_err::create_dir_all(folder).map_err(unusable)?;
    let words = folder.join("keeper.log");
    let out = fs_err::File::create(&words).map_err(unusable)?.into_parts().0;
    let errors = out.try_clone().map_err(unusable)?;
    let mut command = Command::new(own);
    command.args(arguments).stdin(Stdio::null()).stdout(out).stderr(errors);
    let mut keeper = Child::start(&mut command).map_err(unusable)?;
    let up = poll(Instant::now() + READY_WITHIN, || match keeper.ended() {
        Some(_) => Some(None),
        None => running_service(folder).map(Some),
    });
    match up.flatten() {
        Some(service) => {
            keeper.release();
            Ok(service)
        }
        None => {
            keeper.stop(Signal::TERM, STOP_GRACE);
            let words = LogFile::new(words).tail(12).join("\n");
            Err(ServerError::Unusable(words.trim_start_matches("error: ").to_owned()))
        }
    }
}

/// Keeps a topology until somebody asks for its end. `started` is called once it serves.
///
/// # Errors
/// It did not start, the folder cannot be written, or the server ended by itself, whose last words are in the text.
pub fn keep(
    topology: &mut dyn Topology,
    folder: &Utf8Path,
    interrupts: &Interrupts,
    started: &mut dyn FnMut(&Service),
) -> Result<(), ServerError> {
    topology.start()?;
    let address = topology.addresses().into_iter().next().unwrap_or_default();
    let keeper = Identity::of(std::process::id());
    let keeper = keeper.ok_or_else(|| ServerError::Infrastructure("/proc is not readable".into()))?;
    let service = Service { uri: format!("mongodb://{address}"), keeper };
    write_state(folder, &service).map_err(|error| ServerError::Infrastructure(error.to_string()))?;
    started(&service);
    let mut ended = Vec::new();
    while interrupts.requested().is_none() && ended.is_empty() {
        pause(TICK);
        ended = topology.exits();
    }
    topology.stop(STOP_GRACE);
    let _ = fs_err::remove_file(state_file(folder));
    ended.first().map_or(Ok(()), |exit| Err(ServerError::Infrastructure(obituary(exit))))
}

/// Stops a service and waits until it is gone.
///
/// # Errors
/// It does not end although it was killed.
pub fn stop_service(service: &Service, folder: &Utf8Path) -> Result<(), ServerError> {
    let gone = |within| poll(Instant::now() + within, || (!service.keeper.is_alive()).then_some(()));
    service.keeper.signal(Signal::TERM);
    if gone(STOPPED_WITHIN).is_none() {
        service.keeper.kill();
        gone(STOP_GRACE).ok_or_else(|| {
            ServerError::Infrastructure(format!("the process {} does not end; look at it with ps", service.keeper.pid))
        })?;
    }
    let _ = fs_err::remove_dir_all(folder);
    Ok(())
}

fn obituary(exit: &ServerExit) -> String {
    let last = exit.log_tail.len().saturating_sub(10);
    let words = exit.log_tail[last..].join("\n  ");
    format!("the server {} ended by itself ({}); its last words:\n  {words}", exit.process.name, exit.status)
}

fn state_file(folder: &Utf8Path) -> Utf8PathBuf {
    folder.join("state.json")
}

/// Whole or not at all: who waits for the file reads it at once.
fn write_state(folder: &Utf8Path, service: &Service) -> std::io::Result<()> {
    fs_err::create_dir_all(folder)?;
    let new = folder.join("state.json.new");
    fs_err::write(&new, serde_json::to_vec(service)?)?;
    fs_err::rename(new, state_file(folder))
}
