//! mongo-java-server from Maven Central, with a start class of ours: it has no start program for version 5.0.

use std::time::Duration;

use super::tools::require_version;
use super::workshop::Workshop;
use crate::server::ServerError;

const VERSION: &str = "1.47.0";
/// What the server's class files are compiled for.
const JAVA: u32 = 17;
const FETCH_WITHIN: Duration = Duration::from_secs(15 * 60);
const COMPILE_WITHIN: Duration = Duration::from_secs(2 * 60);

pub(super) fn build(workshop: &mut Workshop<'_>) -> Result<(), ServerError> {
    require_version("javac", "-version", &[JAVA])?;
    workshop.save("pom.xml", &pom())?;
    workshop.save("Start.java", include_str!("Start.java"))?;
    workshop.tell(&format!("fetching mongo-java-server {VERSION} (about 3 MB)"));
    let goal = ["-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"];
    workshop.run(FETCH_WITHIN, "mvn", &goal)?;
    workshop.tell("compiling its start class");
    workshop.run(COMPILE_WITHIN, "javac", &["-cp", "lib/*", "Start.java"])
}

fn pom() -> String {
    format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n  <modelVersion>4.0.0</modelVersion>\n  \
         <groupId>local</groupId><artifactId>servers</artifactId><version>1</version>\n  <dependencies>\n    \
         <dependency><groupId>de.bwaldvogel</groupId><artifactId>mongo-java-server</artifactId>\
         <version>{VERSION}</version></dependency>\n  </dependencies>\n</project>\n"
    )
}
