//! The practice server as a process: its arguments, its signals, its end.

use super::bugs::{Bugs, faults};
use super::dialect::Dialect;
use super::log::{Log, Severity};
use super::net;
use super::replication::{self, Replication};
use super::router::Router;
use super::server::Server;
use crate::exit_code::ExitCode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Connections and files that the server asks the system for.
const DESCRIPTORS: u64 = 16_384;

/// What `practice-server` was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// 0 lets the system choose.
    pub port: u16,
    /// Made if missing; nothing but cores ever lies there.
    pub dbpath: Option<PathBuf>,
    /// Standard output if not given.
    pub logpath: Option<PathBuf>,
    /// `all`, `none` or ids.
    pub bugs: Bugs,
    /// The replica set that it will be in.
    pub set: Option<String>,
    /// The config server, for one that is a router.
    pub config: Option<String>,
    /// The years of mongod that it speaks and logs like.
    pub dialect: Dialect,
    /// Lives on when its parent dies.
    pub stay: bool,
}

impl Options {
    /// Reads `--name VALUE` and `--name=VALUE`.
    ///
    /// # Errors
    /// One sentence that names the argument.
    pub fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--stay" => options.stay = true,
                // What a member is for makes no difference here.
                "--shardsvr" | "--configsvr" => {}
                _ => options.take(argument, &mut rest)?,
            }
        }
        Ok(options)
    }

    fn take(&mut self, argument: &str, rest: &mut std::slice::Iter<'_, String>) -> Result<(), String> {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (argument, rest.next().ok_or(format!("the argument {argument} needs a value"))?.clone()),
        };
        match name {
            "--port" => self.port = value.parse().map_err(|_| format!("--port takes 0 to 65535, not '{value}'"))?,
            "--dbpath" => self.dbpath = Some(value.into()),
            "--logpath" => self.logpath = Some(value.into()),
            "--bugs" => self.bugs = Bugs::parse(&value)?,
            "--replSet" => self.set = Some(value),
            "--configdb" => self.config = Some(value),
            "--dialect" => self.dialect = Dialect::parse(&value)?,
            _ => return Err(format!("the practice server has no argument {name}")),
        }
        Ok(())
    }
}

/// Runs a practice server until SIGTERM; prints `listening on 127.0.0.1:PORT` once it accepts connections.
pub fn main(arguments: &[String]) -> ExitCode {
    raise_descriptor_limit();
    match Options::parse(arguments).and_then(|options| start(&options, arguments)) {
        Ok((server, listener)) => {
            net::accept(&server, &listener);
            drop(listener);
            while server.deaf.load(Ordering::Relaxed) {
                std::thread::park();
            }
            ExitCode::Clean
        }
        Err(text) => {
            eprintln!("practice-server: {text}");
            ExitCode::SetUp
        }
    }
}

/// As the packages of real servers do; what cannot be raised stays as it is.
fn raise_descriptor_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_some_and(|current| current < DESCRIPTORS) {
        let raised = maximum.map_or(DESCRIPTORS, |most| most.min(DESCRIPTORS));
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum });
    }
}

/// Serves on a free port of 127.0.0.1 from a thread that ends with the process; gives the port.
///
/// # Errors
/// The system refused a port or a thread.
pub fn serve_in_thread(bugs: Bugs) -> std::io::Result<u16> {
    serve_member_in_thread(bugs, None)
}

/// As [`serve_in_thread`], a member of a set of that name.
///
/// # Errors
/// As there.
pub fn serve_member_in_thread(bugs: Bugs, set: Option<String>) -> std::io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    let mut server = Server::new(port, Log::discard(), bugs, Vec::new());
    server.replication = Replication::new(set);
    let server = Arc::new(server);
    follow_others(&server).map_err(std::io::Error::other)?;
    std::thread::Builder::new().name("listener".to_owned()).spawn(move || net::accept(&server, &listener))?;
    Ok(port)
}

fn start(options: &Options, arguments: &[String]) -> Result<(Arc<Server>, TcpListener), String> {
    if !options.stay {
        let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    }
    if let Some(folder) = &options.dbpath {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("cannot make --dbpath {}: {error}", folder.display()))?;
    }
    let sink: Box<dyn Write + Send> = match &options.logpath {
        Some(path) => {
            let file = std::fs::File::options().create(true).append(true).open(path);
            Box::new(file.map_err(|error| format!("cannot write --logpath {}: {error}", path.display()))?)
        }
        None => Box::new(std::io::stdout()),
    };
    let log = Log::new(sink, options.dialect);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).map_err(|error| {
        let attributes = json!({ "error": error.to_string(), "port": options.port });
        log.line(Severity::Error, "CONTROL", 20568, "initandlisten", "Error setting up listener", attributes);
        format!("cannot listen on port {}: {error}", options.port)
    })?;
    let port = listener.local_addr().map_err(|error| error.to_string())?.port();
    let mut server = Server::new(port, log, options.bugs.clone(), arguments.to_vec());
    server.replication = Replication::new(options.set.clone());
    server.router = options.config.clone().map(Router::new);
    let server = Arc::new(server);
    follow_others(&server)?;
    end_on_signals(Arc::clone(&server))?;
    log_panics(Arc::clone(&server));
    let attributes = json!({ "pid": std::process::id(), "port": port, "dbPath": options.dbpath, "host": "localhost" });
    server.log.info("CONTROL", 4615611, "initandlisten", "MongoDB starting", attributes);
    let attributes = json!({ "port": port, "ssl": "off" });
    server.log.info("NETWORK", 23016, "listener", "Waiting for connections", attributes);
    println!("listening on 127.0.0.1:{port}");
    let _ = std::io::stdout().flush();
    Ok((server, listener))
}

/// A member of a set waits until it is a secondary, and follows then.
fn follow_others(server: &Arc<Server>) -> Result<(), String> {
    if server.replication.set.is_none() {
        return Ok(());
    }
    let own = Arc::clone(server);
    let thread = std::thread::Builder::new().name(replication::THREAD.to_owned()).stack_size(net::STACK_BYTES);
    let started = thread.spawn(move || replication::follow(&own));
    started.map(|_| ()).map_err(|error| format!("cannot start a thread: {error}"))
}

/// A polite end: one line in the log, exit status 0 unless a planted bug left something behind.
fn end_on_signals(server: Arc<Server>) -> Result<(), String> {
    let mut signals = Signals::new([SIGTERM, SIGINT]).map_err(|error| format!("cannot take signals: {error}"))?;
    let thread = std::thread::Builder::new().name("signalProcessingThread".to_owned());
    let started = thread.spawn(move || {
        if let Some(signal) = signals.forever().next() {
            let attributes = json!({ "signal": signal });
            server.log.info("CONTROL", 23377, "SignalHandler", "Received signal", attributes);
            server.log.info("CONTROL", 20565, "SignalHandler", "Now exiting", serde_json::Value::Null);
            let status = faults::last_checks(&server, "SignalHandler");
            server.log.info("CONTROL", 23138, "SignalHandler", "Shutting down", json!({ "exitCode": status }));
            std::process::exit(status);
        }
    });
    started.map(|_| ()).map_err(|error| format!("cannot start a thread: {error}"))
}

/// A panic is a bug of our own, or a planted one: it has to be seen in the log as well as in the reply.
fn log_panics(server: Arc<Server>) {
    let printed = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        printed(panic);
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("unnamed").to_owned();
        let attributes = json!({ "error": format!("thread '{name}' {panic}") });
        server.log.line(Severity::Error, "-", 4757800, &name, "Writing fatal message", attributes);
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_come_with_and_without_an_equals_sign() {
        let arguments = ["--port=7", "--dbpath", "/tmp/x", "--bugs", "none"].map(str::to_owned);
        let options = Options::parse(&arguments).unwrap();
        assert_eq!((options.port, options.dbpath), (7, Some(PathBuf::from("/tmp/x"))));
        assert!(Options::parse(&["--port".to_owned()]).unwrap_err().contains("--port"));
        assert!(Options::parse(&["--colour=red".to_owned()]).unwrap_err().contains("--colour"));
    }
}
