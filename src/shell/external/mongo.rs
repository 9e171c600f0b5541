//! The legacy `mongo` shell of 3.6 to 5.0. It runs the file itself, after `harness/compat/legacy.js`; all that it tells
//! is what it prints, so its commands are not counted.

use camino::Utf8Path;

use super::dialect::{Call, Dialect, Remains, Said, Setting};
use super::file::connection_words;
use super::version::leading;
use crate::shell::{Job, Report, ShellEnd};
use crate::wire::uri::Settings;

const PRELUDE: &str = include_str!("../../../harness/compat/legacy.js");

/// What the legacy shell ends with after an error that nobody caught: -3.
const UNCAUGHT: i32 = 253;
/// Stands behind the token once the prelude is over.
const STARTED: &str = "started";

/// See the module.
pub struct Mongo;

impl Dialect for Mongo {
    fn name(&self) -> &'static str {
        "mongo"
    }

    fn oldest(&self) -> (u32, u32) {
        (3, 6)
    }

    fn remedy(&self) -> &'static str {
        "take one from a MongoDB release of 3.6 to 5.0 and name it with --shell mongo=PATH; later releases have mongosh \
         only (--shell mongosh)"
    }

    fn version(&self, printed: &str) -> Option<(u32, u32)> {
        let text = printed.lines().find_map(|line| line.split_once("MongoDB shell version"))?.1;
        leading(text.trim_start_matches([' ', ':', 'v']))
    }

    fn counts_commands(&self) -> bool {
        false
    }

    fn lay_out(&self, folder: &Utf8Path) -> std::io::Result<()> {
        fs_err::write(folder.join("legacy.js"), PRELUDE)
    }

    fn call(&self, job: &Job, setting: &Setting<'_>) -> std::io::Result<Call> {
        let begin = setting.folder.join("begin.js");
        let said = serde_json::to_string(&format!("{}{STARTED}", setting.token))?;
        fs_err::write(&begin, format!("print({said});\n"))?;
        let path = camino::absolute_utf8(&job.path).unwrap_or_else(|_| job.path.clone());
        let settings = Settings { database: Some(job.database.clone()), direct: None, ..job.server.clone() };
        let (server, data) = (settings.to_uri(), format!("TestData = {};", job.test_data));
        let prelude = setting.folder.join("legacy.js");
        let words = ["--quiet", "--norc", &server, "--eval", &data, prelude.as_str(), begin.as_str(), path.as_str()];
        let arguments = words.iter().map(ToString::to_string).collect();
        Ok(Call { arguments, environment: vec![("HOME".into(), setting.folder.to_string())] })
    }

    fn said(&self, text: &str) -> Said {
        if text == STARTED { Said::Report(Report::Started) } else { Said::Nothing }
    }

    fn ending(&self, code: i32, remains: &Remains<'_>) -> ShellEnd {
        let texts = remains.printed.iter().map(String::as_str).chain([remains.words]);
        if let Some(error) = connection_words(texts).filter(|_| !remains.started) {
            return ShellEnd::NoServer { error };
        }
        match code {
            _ if !remains.started => ShellEnd::Failed {
                message: format!("mongo ended with status {code} before the file: {}", story(remains)),
            },
            0 => ShellEnd::Completed,
            UNCAUGHT => uncaught(story(remains)),
            status => ShellEnd::Quit { status },
        }
    }
}

fn uncaught(message: String) -> ShellEnd {
    let first = message.lines().next().unwrap_or("");
    if first.contains("SyntaxError") { ShellEnd::SyntaxError { message } } else { ShellEnd::UncaughtError { message } }
}

/// From the line that names the error to the end; without one, the last lines.
fn story(remains: &Remains<'_>) -> String {
    const MARKS: [&str; 4] = ["uncaught exception", "E QUERY", "Error:", "SyntaxError"];
    let lines: Vec<&str> = remains.printed.iter().map(String::as_str).chain(remains.words.lines()).collect();
    let first = lines.iter().position(|line| MARKS.iter().any(|mark| line.contains(mark)));
    let mut text = lines[first.unwrap_or(lines.len().saturating_sub(3))..].join("\n");
    text.truncate(text.floor_char_boundary(4_000));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(code: i32, printed: &[&str], started: bool) -> ShellEnd {
        let printed: Vec<String> = printed.iter().map(ToString::to_string).collect();
        Mongo.ending(code, &Remains { status: None, words: "", printed: &printed, started })
    }

    #[test]
    fn the_version_stands_behind_its_words() {
        assert_eq!(Mongo.version("MongoDB shell version v4.4.29\nBuild Info: {"), Some((4, 4)));
        assert_eq!(Mongo.version("MongoDB shell version: 3.4.1"), Some((3, 4)));
        assert_eq!(Mongo.version("2.12.0"), None);
    }

    #[test]
    fn each_status_has_its_meaning() {
        assert_eq!(end(0, &[], true), ShellEnd::Completed);
        assert_eq!(end(7, &[], true), ShellEnd::Quit { status: 7 });
        let thrown = end(253, &["before", "uncaught exception: Error: [1] != [2]", "@a.js:1:1"], true);
        assert!(
            matches!(&thrown, ShellEnd::UncaughtError { message } if message.starts_with("uncaught")),
            "{thrown:?}"
        );
        let text = end(253, &["uncaught exception: SyntaxError: missing ) :"], true);
        assert!(matches!(text, ShellEnd::SyntaxError { .. }), "{text:?}");
        let refused = end(1, &["Error: couldn't connect to server 127.0.0.1:1, connection attempt failed"], false);
        assert!(matches!(refused, ShellEnd::NoServer { .. }), "{refused:?}");
        assert!(matches!(end(2, &["bad option"], false), ShellEnd::Failed { .. }));
    }
}
