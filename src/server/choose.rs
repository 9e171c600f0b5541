//! Which server a run takes, and why: the first that applies of a URI, a mongod, a name, the practice server.

use camino::{Utf8Path, Utf8PathBuf};

use super::external::External;
use super::install::{home_of, is_installed, require};
use super::launch::Place;
use super::ours::Ours;
use super::shape::Shape;
use super::spec::Product;
use super::table::product;
use super::{ServerError, Topology};
use crate::process::own_executable;

/// What the command line says of servers.
#[derive(Clone, Debug, Default)]
pub struct ServerChoice {
    /// Our own executable, which is also the practice server and the guard; found out if not given.
    pub own: Option<Utf8PathBuf>,
    /// `--uri`
    pub uri: Option<String>,
    /// `--pid`: processes behind the URI that may be looked at.
    pub pids: Vec<u32>,
    /// `--mongod`
    pub mongod: Option<Utf8PathBuf>,
    /// `--mongos`
    pub mongos: Option<Utf8PathBuf>,
    /// `--topology`, `--nodes`, `--shards`
    pub shape: Shape,
    /// More arguments for the mongod of `--mongod`, `$MONGOD` or PATH.
    pub mongod_arguments: Vec<String>,
    /// `--server`
    pub name: Option<String>,
    /// `--server-file`
    pub file: Option<Utf8PathBuf>,
    /// `--servers-dir`
    pub servers_dir: Option<Utf8PathBuf>,
    /// `--dbpath-prefix`
    pub data: Option<Utf8PathBuf>,
    /// First port to try; 0 stands for [`BASE_PORT`].
    pub base_port: u16,
    /// The one port that clients shall talk to.
    pub port: Option<u16>,
    /// `--bugs`
    pub bugs: Option<String>,
}

/// `--base-port` where nobody says otherwise: resmoke's.
pub const BASE_PORT: u16 = 20_000;

/// A topology that is not started yet, and the hang threshold that fits its product.
pub struct Chosen {
    /// What to run against.
    pub topology: Box<dyn Topology>,
    /// From the product's entry.
    pub hang_min: Option<std::time::Duration>,
}

/// Chooses; `folder` is where the server's own files go.
///
/// # Errors
/// A server that was named does not exist, or is not installed.
pub fn choose(choice: &ServerChoice, folder: &Utf8Path) -> Result<Chosen, ServerError> {
    if let Some(uri) = &choice.uri {
        no_mongod_arguments(choice, "the server behind --uri")?;
        if choice.shape != Shape::Standalone {
            let text = "--topology is for servers that we start; the one behind --uri is what it is";
            return Err(ServerError::Unusable(text.into()));
        }
        return Ok(Chosen { topology: Box::new(External::parse(uri)?.with_processes(&choice.pids)?), hang_min: None });
    }
    let (name, program, reason) = decide(choice)?;
    let mut product = product(&name, choice.file.as_deref())?;
    if program.is_none() {
        no_mongod_arguments(choice, &name)?;
    }
    let mongod = product.process.iter_mut().filter(|process| process.program == "{program}");
    mongod.for_each(|process| process.arguments.extend(choice.mongod_arguments.iter().cloned()));
    let home = home_of(&product.name, choice.servers_dir.as_deref());
    if !is_installed(&product, &home) {
        let text = format!("{name} is not installed in {home}; run: fuzz server install {name}");
        return Err(ServerError::Unusable(text));
    }
    programs_are_there(&product)?;
    choice.shape.check(&product)?;
    let router = router(choice, &product, program.as_deref())?;
    let own = match &choice.own {
        Some(own) => own.clone(),
        None => own_executable().map_err(|error| ServerError::Infrastructure(error.to_string()))?,
    };
    let place = Place {
        own,
        folder: folder.to_owned(),
        data: choice.data.clone(),
        home,
        base_port: if choice.base_port == 0 { BASE_PORT } else { choice.base_port },
        port: choice.port,
        program,
        router,
        bugs: choice.bugs.clone().unwrap_or_else(|| "all".into()),
        reason,
    };
    let hang_min = product.hang_min;
    Ok(Chosen { topology: Box::new(Ours::new(product, choice.shape, place)), hang_min })
}

/// The program behind `{router}`: `--mongos`, or a mongos beside the mongod or on PATH.
fn router(
    choice: &ServerChoice,
    product: &Product,
    mongod: Option<&Utf8Path>,
) -> Result<Option<Utf8PathBuf>, ServerError> {
    let asked = product.sharded.as_ref().is_some_and(|sharded| sharded.router.process.program == "{router}");
    if !asked || !matches!(choice.shape, Shape::Sharded { .. }) {
        return Ok(None);
    }
    let beside = || mongod.and_then(Utf8Path::parent).map(|folder| folder.join("mongos")).filter(|path| path.is_file());
    let found = choice.mongos.clone().or_else(beside).or_else(|| on_path("mongos"));
    let found = found.ok_or_else(|| {
        ServerError::Unusable("there is no mongos beside the mongod or on PATH; name one with --mongos PATH".into())
    })?;
    mongod_or_mongos(&found, &format!("--mongos {found}")).map(Some)
}

fn no_mongod_arguments(choice: &ServerChoice, server: &str) -> Result<(), ServerError> {
    if choice.mongod_arguments.is_empty() {
        return Ok(());
    }
    let text = format!("--set-parameters and --storage-engine are for a mongod, and this run takes {server}");
    Err(ServerError::Unusable(format!("{text}; give --mongod PATH")))
}

/// Programs that are found by their name alone must be on PATH.
fn programs_are_there(product: &Product) -> Result<(), ServerError> {
    let programs = product.process.iter().map(|process| process.program.as_str());
    require(&product.name, &programs.filter(|name| !name.contains(['/', '{'])).collect::<Vec<_>>())
}

type Decision = (String, Option<Utf8PathBuf>, String);

fn decide(choice: &ServerChoice) -> Result<Decision, ServerError> {
    if let Some(path) = &choice.mongod {
        return mongod(path, format!("--mongod {path}"));
    }
    if let Some(name) = choice.name.as_ref().filter(|name| *name != "mongod") {
        return Ok((name.clone(), None, format!("--server {name}")));
    }
    if let Some(path) = std::env::var("MONGOD").ok().filter(|path| !path.is_empty()) {
        return mongod(Utf8Path::new(&path), format!("$MONGOD is {path}"));
    }
    if let Some(path) = on_path("mongod") {
        let reason = format!("{path} is on PATH");
        return mongod(&path, reason);
    }
    if choice.name.is_some() {
        return Err(ServerError::Unusable("there is no mongod on PATH; name one with --mongod PATH".into()));
    }
    let reason = "nothing else was given or found; name a real one with --mongod PATH, --server NAME or --uri URI";
    Ok(("practice".into(), None, reason.into()))
}

fn mongod(path: &Utf8Path, reason: String) -> Result<Decision, ServerError> {
    Ok(("mongod".into(), Some(mongod_or_mongos(path, &reason)?), reason))
}

/// A binary of the user's, by its whole path: it is started in a folder of its own.
fn mongod_or_mongos(path: &Utf8Path, reason: &str) -> Result<Utf8PathBuf, ServerError> {
    if !path.is_file() {
        return Err(ServerError::Unusable(format!("{path} ({reason}) is not a file; name a binary")));
    }
    if !is_executable(path) {
        return Err(ServerError::Unusable(format!("{path} ({reason}) may not be executed; chmod +x makes it so")));
    }
    // A link stays a link: its name may say more than its target's.
    Ok(camino::absolute_utf8(path).unwrap_or_else(|_| path.to_owned()))
}

fn is_executable(path: &Utf8Path) -> bool {
    rustix::fs::access(path.as_std_path(), rustix::fs::Access::EXEC_OK).is_ok()
}

/// A program found as a command line would find it.
pub fn on_path(name: &str) -> Option<Utf8PathBuf> {
    let path = std::env::var("PATH").ok()?;
    path.split(':')
        .map(|folder| Utf8Path::new(folder).join(name))
        .find(|candidate| candidate.is_file() && is_executable(candidate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mongod_that_is_not_there_is_named() {
        let choice = ServerChoice { mongod: Some("/nowhere/mongod".into()), ..ServerChoice::default() };
        let error = choose(&choice, Utf8Path::new("/tmp")).err().unwrap().to_string();
        assert!(error.contains("/nowhere/mongod"), "{error}");
    }

    #[test]
    fn a_server_that_is_not_installed_says_how_to() {
        let folder = tempfile::tempdir().unwrap();
        let servers_dir = Utf8PathBuf::from_path_buf(folder.path().to_owned()).ok();
        let choice = ServerChoice { name: Some("ferretdb".into()), servers_dir, ..ServerChoice::default() };
        let error = choose(&choice, Utf8Path::new("/tmp")).err().unwrap().to_string();
        assert!(error.contains("fuzz server install ferretdb"), "{error}");
    }
}
