//! FerretDB, built by Go, and PostgreSQL with DocumentDB in a Debian root of its own: the packages need a newer libc
//! than most machines have.

use std::time::Duration;

use super::tools::{require, require_version};
use super::workshop::Workshop;
use crate::server::ServerError;

const GATEWAY: &str = "github.com/FerretDB/FerretDB/v2/cmd/ferretdb@v2.7.0";
/// What the gateway's module asks for.
const GO: [u32; 2] = [1, 24];
/// What lies beside the root, for making and for starting.
const FILES: &[(&str, &str)] = &[
    ("namespace.sh", include_str!("namespace.sh")),
    ("settings.conf", include_str!("settings.conf")),
    ("template.sh", include_str!("template.sh")),
    ("postgres.sh", include_str!("postgres.sh")),
];
const MINUTE: Duration = Duration::from_secs(60);

pub(super) fn build(workshop: &mut Workshop<'_>) -> Result<(), ServerError> {
    require_version("go", "version", &GO)?;
    let root = rustix::process::geteuid().is_root();
    if !root {
        // Ids of their own for the files of the root come from /etc/subuid.
        require("ferretdb without root", &["newuidmap"])?;
    }
    workshop.tell("building FerretDB 2.7.0 (about a minute)");
    let bin = workshop.folder().join("bin");
    workshop.run_with(&[("GOBIN", bin.as_str())], 20 * MINUTE, "go", &["install", GATEWAY])?;
    workshop.tell("making a Debian root with PostgreSQL 18 and DocumentDB (660 MB, one to two minutes)");
    let options = [
        if root { "--mode=root" } else { "--mode=unshare" },
        "--variant=apt",
        // The mirror may be a snapshot whose date has passed.
        "--aptopt=Acquire::Check-Valid-Until \"false\"",
        "--aptopt=APT::Install-Recommends \"false\"",
        "--include=postgresql-18,postgresql-18-documentdb",
        "sid",
        "root",
    ];
    workshop.run(20 * MINUTE, "mmdebstrap", &options)?;
    workshop.tell("making the data folder that every start copies");
    for (name, text) in FILES {
        workshop.save(name, text)?;
    }
    let folder = workshop.folder().to_owned();
    workshop.run(5 * MINUTE, "sh", &["template.sh", folder.as_str()])
}
