//! Installs the real servers that package registries carry, by the tools of the user's machine.
//!
//! Everything is made in a folder beside its target and renamed when whole: a broken installation is never taken for one.

use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};

use super::ServerError;
use super::choose::on_path;
use super::spec::Product;

const MONGO_JAVA_SERVER: &str = "1.47.0";
const FERRETDB: &str = "v2.7.0";

/// The folder of a product's installation.
pub fn home_of(name: &str, servers_dir: Option<&Utf8Path>) -> Utf8PathBuf {
    let from = |variable: &str| std::env::var(variable).ok().filter(|value| !value.is_empty()).map(Utf8PathBuf::from);
    let cache = || from("XDG_CACHE_HOME").or_else(|| from("HOME").map(|home| home.join(".cache")));
    let default = || cache().unwrap_or_else(|| "/var/cache".into()).join("jstestfuzz/servers");
    servers_dir.map_or_else(default, Utf8Path::to_owned).join(name)
}

/// True if the product needs no installation or has one.
pub fn is_installed(product: &Product, home: &Utf8Path) -> bool {
    let uses_home = product.process.iter().any(|process| {
        process.program.contains("{home}") || process.arguments.iter().any(|argument| argument.contains("{home}"))
    });
    !uses_home || home.is_dir()
}

/// Installs a product into `home`, telling each step. Nothing is done where it is installed already.
///
/// # Errors
/// A tool is missing, or a step failed; its last words are in the text.
pub fn install(product: &Product, home: &Utf8Path, tell: &mut dyn FnMut(&str)) -> Result<(), ServerError> {
    if is_installed(product, home) {
        tell(&format!("{} is installed already in {home}", product.name));
        return Ok(());
    }
    let missing: Vec<&str> = product.needs.iter().map(String::as_str).filter(|tool| on_path(tool).is_none()).collect();
    if !missing.is_empty() {
        let text = format!(
            "{} needs {}; install them (Debian: apt-get install {})",
            product.name,
            missing.join(", "),
            packages(&missing)
        );
        return Err(ServerError::Unusable(text));
    }
    let build = home.with_file_name(format!("{}.new-{}", product.name, std::process::id()));
    fs_err::create_dir_all(&build)
        .map_err(|error| ServerError::Unusable(format!("{error}; choose another folder with --servers-dir")))?;
    let steps = match product.name.as_str() {
        "mongo-java-server" => mongo_java_server(&build, tell),
        "ferretdb" => ferretdb(&build, tell),
        name => Err(ServerError::Unusable(format!("{name} is installed by its own means; there is nothing to fetch"))),
    };
    let finished = steps
        .and_then(|()| fs_err::rename(&build, home).map_err(|error| ServerError::Infrastructure(error.to_string())));
    if finished.is_err() {
        let _ = fs_err::remove_dir_all(&build);
    }
    finished?;
    tell(&format!("{} is installed in {home}", product.name));
    Ok(())
}

pub(super) fn packages(tools: &[&str]) -> String {
    let package = |tool: &&str| match *tool {
        "java" | "javac" => "default-jdk-headless",
        "mvn" => "maven",
        "go" => "golang",
        "unshare" => "util-linux",
        "chroot" => "coreutils",
        _ => "mmdebstrap",
    };
    let mut packages: Vec<&str> = tools.iter().map(package).collect();
    packages.dedup();
    packages.join(" ")
}

fn mongo_java_server(build: &Utf8Path, tell: &mut dyn FnMut(&str)) -> Result<(), ServerError> {
    let pom = format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion><groupId>local</groupId>\
         <artifactId>servers</artifactId><version>1</version><dependencies><dependency><groupId>de.bwaldvogel</groupId>\
         <artifactId>mongo-java-server</artifactId><version>{MONGO_JAVA_SERVER}</version></dependency></dependencies></project>"
    );
    save(build, "pom.xml", &pom)?;
    save(build, "Start.java", include_str!("Start.java"))?;
    tell(&format!("fetching mongo-java-server {MONGO_JAVA_SERVER} with mvn (about 3 MB)"));
    step(build, "mvn", &["-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"])?;
    tell("compiling its start class with javac");
    step(build, "javac", &["-cp", "lib/*", "Start.java"])
}

fn ferretdb(build: &Utf8Path, tell: &mut dyn FnMut(&str)) -> Result<(), ServerError> {
    if !rustix::process::geteuid().is_root() {
        let text =
            "installing ferretdb makes a Debian root with PostgreSQL in it, which needs root; run this command as root";
        return Err(ServerError::Unusable(text.into()));
    }
    save(build, "postgres.sh", include_str!("postgres.sh"))?;
    step(build, "chmod", &["755", "postgres.sh"])?;
    tell(
        "building a Debian root with postgresql-18 and postgresql-18-documentdb with mmdebstrap (about 660 MB, one to two minutes)",
    );
    let options = [
        "--quiet",
        "--variant=apt",
        "--aptopt=Acquire::Check-Valid-Until \"false\"",
        "--aptopt=APT::Install-Recommends \"false\"",
        "--include=postgresql-18,postgresql-18-documentdb",
        "sid",
        "root",
    ];
    step(build, "mmdebstrap", &options)?;
    tell("making a data folder with the extension with initdb");
    save(build, "template.sh", include_str!("template.sh"))?;
    step(build, "sh", &["template.sh", build.as_str()])?;
    tell(&format!("building FerretDB {FERRETDB} with go (about a minute)"));
    let package = format!("github.com/FerretDB/FerretDB/v2/cmd/ferretdb@{FERRETDB}");
    step(build, "env", &[&format!("GOBIN={build}/bin"), "go", "install", &package])
}

fn save(folder: &Utf8Path, name: &str, text: &str) -> Result<(), ServerError> {
    fs_err::write(folder.join(name), text).map_err(|error| ServerError::Infrastructure(error.to_string()))
}

fn step(folder: &Utf8Path, program: &str, arguments: &[&str]) -> Result<(), ServerError> {
    let folder = folder.canonicalize_utf8().unwrap_or_else(|_| folder.to_owned());
    let output = Command::new(program).args(arguments).current_dir(&folder).stdin(Stdio::null()).output();
    let output = output.map_err(|error| ServerError::Infrastructure(format!("cannot run {program}: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let words = [output.stdout, output.stderr].concat();
    let words = String::from_utf8_lossy(&words);
    let tail: Vec<&str> = words.lines().rev().take(8).collect();
    let tail: Vec<&str> = tail.into_iter().rev().collect();
    Err(ServerError::Infrastructure(format!("{program} failed:\n  {}", tail.join("\n  "))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::spec::product;

    #[test]
    fn what_needs_no_installation_has_one() {
        let nowhere = Utf8Path::new("/nowhere");
        assert!(is_installed(&product("practice", None).unwrap(), nowhere));
        assert!(!is_installed(&product("ferretdb", None).unwrap(), nowhere));
    }

    #[test]
    fn a_missing_tool_is_named_with_its_package() {
        let folder = tempfile::tempdir().unwrap();
        let home = Utf8PathBuf::from_path_buf(folder.path().join("x")).unwrap();
        let mut product = product("ferretdb", None).unwrap();
        product.needs = vec!["no-such-tool".into()];
        let error = install(&product, &home, &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains("no-such-tool") && error.contains("apt-get install"), "{error}");
        assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
    }
}
