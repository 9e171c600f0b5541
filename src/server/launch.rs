//! Starts one process of a product and waits until it serves.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use super::hello::greet;
use super::leftovers::Note;
use super::log_file::LogFile;
use super::placeholder::expand;
use super::port::{Port, is_free};
use super::running::Running;
use super::spec::{ProcessSpec, Ready};
use super::{ExitStatus, ServerError};
use crate::process::{Program, poll};
use crate::wire::uri::Settings;

/// A process may take so long to serve; PostgreSQL and JVMs on a busy machine take some seconds.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// One try to get an answer; a process that ends meanwhile is seen after it.
const TRY: Duration = Duration::from_secs(2);
/// A port lost to a stranger between look and `listen` is replaced so many times.
const TRIES: u32 = 3;
const LAST_WORDS: usize = 10;

/// Where and how a product is run.
#[derive(Clone, Debug)]
pub struct Place {
    /// Our own executable.
    pub own: Utf8PathBuf,
    /// Folder of this run's server files.
    pub folder: Utf8PathBuf,
    /// Where data folders go, if not there.
    pub data: Option<Utf8PathBuf>,
    /// The product's installation.
    pub home: Utf8PathBuf,
    /// First port to try.
    pub base_port: u16,
    /// The one port for the process that clients talk to.
    pub port: Option<u16>,
    /// The program behind `{program}`.
    pub program: Option<Utf8PathBuf>,
    /// The program behind `{router}`.
    pub router: Option<Utf8PathBuf>,
    /// What `{bugs}` stands for.
    pub bugs: String,
    /// Why this server, for the head of the report.
    pub reason: String,
}

/// Why a process does not serve.
enum Trouble {
    Ended(ExitStatus),
    Silent,
}

/// Starts `spec` in a new folder of its own; `earlier` are the product's processes that run already, `wanted` is the one
/// port that will do, `start` counts the product's starts.
///
/// # Errors
/// It ended or stayed silent (its last words are in the text), or the disk or the ports refused.
pub(super) fn launch(
    spec: &ProcessSpec,
    place: &Place,
    earlier: &[Running],
    wanted: Option<u16>,
    start: u32,
) -> Result<Running, ServerError> {
    let mut base = place.base_port;
    for left in (0..TRIES).rev() {
        let dir = fresh_folder(&place.folder, &spec.name, start);
        let port = wanted.map_or_else(|| Port::claim(base), Port::claim_one)?;
        let mut running = spawn(spec, place, earlier, &dir, port)?;
        match wait_ready(&mut running, spec.ready) {
            Ok(()) => {
                running.note.write_again(running.child.pid()).map_err(|error| disk(&error))?;
                return Ok(running);
            }
            Err(trouble) => {
                let number = running.port.number();
                let lost = matches!(trouble, Trouble::Ended(_)) && !is_free(number);
                let error = failure(spec, &running, &trouble);
                if !lost || left == 0 || wanted.is_some() {
                    return Err(error);
                }
                base = number.saturating_add(1);
            }
        }
    }
    Err(ServerError::Infrastructure(format!("{} found no port to serve on", spec.name)))
}

/// `NAME-START`, or the first number after it under which nothing lies: an older log would be read as this one's.
fn fresh_folder(folder: &Utf8Path, name: &str, start: u32) -> Utf8PathBuf {
    let mut places = (start..).map(|number| folder.join(format!("{name}-{number}")));
    places.find(|place| !place.exists()).unwrap_or_else(|| folder.join(name))
}

fn spawn(
    spec: &ProcessSpec,
    place: &Place,
    earlier: &[Running],
    dir: &Utf8Path,
    port: Port,
) -> Result<Running, ServerError> {
    fs_err::create_dir_all(dir).map_err(|error| disk(&error))?;
    let dir = dir.canonicalize_utf8().map_err(|error| disk(&error))?;
    let dbpath = dir.join("data");
    make_data(&dbpath, place.data.as_deref()).map_err(|error| disk(&error))?;
    let log = dir.join(format!("{}.log", spec.name));
    let mut fill = BTreeMap::from([
        ("self".to_owned(), place.own.to_string()),
        ("home".to_owned(), place.home.to_string()),
        ("dir".to_owned(), dir.to_string()),
        ("dbpath".to_owned(), dbpath.to_string()),
        ("log".to_owned(), log.to_string()),
        ("port".to_owned(), port.number().to_string()),
        ("bugs".to_owned(), place.bugs.clone()),
        ("program".to_owned(), place.program.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("router".to_owned(), place.router.as_ref().map(ToString::to_string).unwrap_or_default()),
    ]);
    fill.extend(earlier.iter().map(|one| (format!("port:{}", one.name), one.port.number().to_string())));
    let settings = settings(spec, &port, &fill)?;
    let program = Program {
        own: place.own.clone(),
        program: expand(&spec.program, &fill).into(),
        arguments: spec.arguments.iter().map(|argument| expand(argument, &fill)).collect(),
        folder: dir.clone(),
        output: dir.join("output.log"),
        environment: Vec::new(),
    };
    let child = program.start().map_err(|error| {
        ServerError::Infrastructure(format!("cannot start a process for {}: {error}", program.program))
    })?;
    // A program that writes its log itself still prints what its run time and sanitizers say.
    let own_log = spec.arguments.iter().any(|argument| argument.contains("{log}"));
    let logs = [own_log.then_some(log), Some(program.output)].into_iter().flatten().map(LogFile::new).collect();
    let note = Note::write(&dir, child.pid()).map_err(|error| disk(&error))?;
    let (name, stop, reported) = (spec.name.clone(), spec.stop, false);
    Ok(Running { name, child, logs, port, settings, stop, dbpath, reported, note })
}

/// An empty data folder; where all data shall lie elsewhere a link leads there, so that everybody finds it.
fn make_data(dbpath: &Utf8Path, elsewhere: Option<&Utf8Path>) -> std::io::Result<()> {
    let Some(elsewhere) = elsewhere else { return fs_err::create_dir_all(dbpath) };
    let name = &blake3::hash(dbpath.as_str().as_bytes()).to_hex()[..12];
    fs_err::create_dir_all(elsewhere)?;
    let folder = elsewhere.canonicalize_utf8()?.join(format!("jstestfuzz-{name}"));
    fs_err::create_dir(&folder)?;
    fs_err::os::unix::fs::symlink(folder, dbpath)
}

fn settings(spec: &ProcessSpec, port: &Port, fill: &BTreeMap<String, String>) -> Result<Settings, ServerError> {
    let Some(uri) = &spec.uri else { return Ok(Settings::of_addresses([port.address()])) };
    Settings::parse(&expand(uri, fill))
        .map_err(|error| ServerError::Unusable(format!("cannot use the uri of the process {}: {error}", spec.name)))
}

fn wait_ready(running: &mut Running, ready: Ready) -> Result<(), Trouble> {
    let address = running.port.address();
    let answered = poll(Instant::now() + READY_WITHIN, || {
        let serves = match ready {
            Ready::Port => std::net::TcpStream::connect(&address).is_ok(),
            Ready::Hello => greet(&running.settings, TRY).is_ok(),
        };
        // Looked at afterwards: an answer counts only from a process that lives.
        match running.child.ended() {
            Some(status) => Some(Err(Trouble::Ended(status))),
            None => serves.then_some(Ok(())),
        }
    });
    answered.unwrap_or(Err(Trouble::Silent))
}

fn failure(spec: &ProcessSpec, running: &Running, trouble: &Trouble) -> ServerError {
    let what = match trouble {
        Trouble::Ended(ExitStatus::Code(127)) => "cannot be started".to_owned(),
        Trouble::Ended(status) => format!("ended at once ({status})"),
        Trouble::Silent => format!("did not answer within {} s", READY_WITHIN.as_secs()),
    };
    let words = running.last_words(LAST_WORDS);
    let words = if words.is_empty() { "it printed nothing".to_owned() } else { words.join("\n  ") };
    ServerError::Unusable(format!("the server {} {what}; its last words:\n  {words}", spec.name))
}

fn disk(error: &std::io::Error) -> ServerError {
    ServerError::Infrastructure(error.to_string())
}
