//! Installs the real servers that package registries carry, by the tools of the user's machine.
//!
//! Everything is made in a folder beside its target, started once to prove it, and renamed when whole: a broken
//! installation is never taken for one. What the steps are is one file a product.

mod ferretdb;
mod mongo_java_server;
mod tools;
mod workshop;

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::launch::Place;
use super::ours::Ours;
use super::shape::Shape;
use super::spec::Product;
use super::{BASE_PORT, ServerError, Topology};
use crate::interrupt::Interrupts;
use crate::process::own_executable;

pub(super) use tools::require;
use workshop::Workshop;

/// The steps that fill an installation's folder.
type Build = fn(&mut Workshop<'_>) -> Result<(), ServerError>;

/// Products that we can install.
const BUILDS: &[(&str, Build)] = &[("ferretdb", ferretdb::build), ("mongo-java-server", mongo_java_server::build)];

const STOP_GRACE: Duration = Duration::from_secs(10);

/// The folder below which products are installed: `servers_dir`, else `jstestfuzz/servers` in the user's cache folder.
pub fn servers_folder(servers_dir: Option<&Utf8Path>) -> Utf8PathBuf {
    let from = |variable: &str| std::env::var(variable).ok().filter(|value| !value.is_empty()).map(Utf8PathBuf::from);
    let cache = || from("XDG_CACHE_HOME").or_else(|| from("HOME").map(|home| home.join(".cache")));
    let default = || cache().unwrap_or_else(|| "/var/cache".into()).join("jstestfuzz/servers");
    let folder = servers_dir.map_or_else(default, Utf8Path::to_owned);
    // Servers run in folders of their own, so that a relative path would lead elsewhere.
    camino::absolute_utf8(&folder).unwrap_or(folder)
}

/// The folder of a product's installation.
pub fn home_of(name: &str, servers_dir: Option<&Utf8Path>) -> Utf8PathBuf {
    servers_folder(servers_dir).join(name)
}

/// True if the product needs no installation or has one.
pub fn is_installed(product: &Product, home: &Utf8Path) -> bool {
    !needs_home(product) || home.is_dir()
}

fn needs_home(product: &Product) -> bool {
    product.process.iter().any(|process| {
        process.program.contains("{home}") || process.arguments.iter().any(|argument| argument.contains("{home}"))
    })
}

/// Installs a product into `home`, telling each step. Nothing is done where it is installed already.
///
/// # Errors
/// A tool is missing, a step failed or took too long (its last words are in the text), what was built does not serve,
/// or somebody pressed Ctrl-C. Nothing is left behind then.
pub fn install(
    product: &Product,
    home: &Utf8Path,
    interrupts: &Interrupts,
    tell: &mut dyn FnMut(&str),
) -> Result<(), ServerError> {
    if is_installed(product, home) {
        let place = if needs_home(product) { format!(" in {home}") } else { String::new() };
        tell(&format!("{} needs nothing more: it is installed{place}", product.name));
        return Ok(());
    }
    let Some((_, build)) = BUILDS.iter().find(|(name, _)| *name == product.name) else {
        let text = format!("{} has no way of being installed by this program; put it into {home}", product.name);
        return Err(ServerError::Unusable(text));
    };
    require(&product.name, &product.needs)?;
    let mut workshop = Workshop::open(home, interrupts, tell)?;
    build(&mut workshop)?;
    workshop.tell("starting it once to see that it serves");
    try_out(product, workshop.folder())?;
    workshop.close(home)?;
    tell(&format!("{} is installed in {home}", product.name));
    Ok(())
}

fn try_out(product: &Product, home: &Utf8Path) -> Result<(), ServerError> {
    let folder = home.join("trial");
    let place = Place {
        own: own_executable().map_err(|error| ServerError::Infrastructure(error.to_string()))?,
        folder: folder.clone(),
        data: None,
        home: home.to_owned(),
        base_port: BASE_PORT,
        port: None,
        program: None,
        router: None,
        bugs: "none".into(),
        reason: "trial".into(),
    };
    let mut server = Ours::new(product.clone(), Shape::Standalone, place);
    server.start()?;
    server.stop(STOP_GRACE);
    let _ = fs_err::remove_dir_all(folder);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::table::product;

    #[test]
    fn what_needs_no_installation_has_one() {
        let nowhere = Utf8Path::new("/nowhere");
        assert!(is_installed(&product("practice", None).unwrap(), nowhere));
        assert!(!is_installed(&product("ferretdb", None).unwrap(), nowhere));
    }

    #[test]
    fn a_missing_tool_is_named_with_its_package_and_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let home = Utf8PathBuf::from_path_buf(folder.path().join("x")).unwrap();
        let mut product = product("ferretdb", None).unwrap();
        product.needs = vec!["no-such-tool".into()];
        let error = install(&product, &home, &Interrupts::default(), &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains("no-such-tool") && error.contains("apt-get install"), "{error}");
        assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
    }

    #[test]
    fn every_product_that_needs_a_folder_can_be_installed() {
        for product in crate::server::products(None).unwrap().iter().filter(|product| needs_home(product)) {
            assert!(BUILDS.iter().any(|(name, _)| *name == product.name), "{}", product.name);
        }
    }
}
