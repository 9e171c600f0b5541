//! mongosh. It is the transport only: the script runs with our harness in a thread of mongosh's own engine, and its
//! commands go over mongosh's own connection; `harness/README.md` says why. So it tells all that the embedded shell does.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::json;

use super::dialect::{Call, Dialect, Remains, Said, Setting};
use super::file::connection_words;
use super::network_texts::is_stranger;
use super::version::leading;
use crate::shell::embedded::{harness_script, is_module};
use crate::shell::{Job, ShellEnd};

macro_rules! compat {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../harness/compat/", $name)))),*]
    };
}

const FILES: &[(&str, &str)] = compat![
    "mongosh.js",
    "mongosh_carrier.js",
    "mongosh_ledger.js",
    "mongosh_modules.js",
    "mongosh_values.js",
    "mongosh_worker.js",
    "mongosh_natives.js",
    "mongosh_order.js",
];

/// No telemetry and no logs: nothing is written outside the run's folder, nothing leaves the machine.
const CONFIG: &str = r#"{"enableTelemetry":false,"disableLogging":true,"updateURL":""}"#;

/// mongosh's own deadlines come so much after those of the job: whoever watches has the last word on a hang, also where a
/// busy machine hears of the start late.
const COURTESY: Duration = Duration::from_secs(2);

/// How long one look for the server may take before it counts as refused.
const SELECTION_MILLIS: u32 = 2_000;

/// See the module.
pub struct Mongosh;

impl Dialect for Mongosh {
    fn name(&self) -> &'static str {
        "mongosh"
    }

    fn oldest(&self) -> (u32, u32) {
        (2, 0)
    }

    fn remedy(&self) -> &'static str {
        "install one with `npm install mongosh`, and name it with --shell mongosh=PATH if it is not in $PATH"
    }

    fn version(&self, printed: &str) -> Option<(u32, u32)> {
        leading(printed)
    }

    fn counts_commands(&self) -> bool {
        true
    }

    fn lay_out(&self, folder: &Utf8Path) -> std::io::Result<()> {
        for (name, text) in FILES {
            fs_err::write(folder.join(name), text)?;
        }
        fs_err::write(folder.join("harness.js"), harness_script())?;
        let settings = folder.join(".mongodb/mongosh");
        fs_err::create_dir_all(&settings)?;
        fs_err::write(settings.join("config"), CONFIG)
    }

    fn call(&self, job: &Job, setting: &Setting<'_>) -> std::io::Result<Call> {
        let path = setting.folder.join("job.json");
        fs_err::write(&path, serde_json::to_vec(&job_text(job, setting.token))?)?;
        let (uri, file) = (uri(job), setting.folder.join("mongosh.js").into_string());
        let arguments = vec![uri, "--quiet".into(), "--norc".into(), "--file".into(), file];
        let environment = [
            ("HOME", setting.folder.as_str()),
            ("JSTESTFUZZ_FOLDER", setting.folder.as_str()),
            ("JSTESTFUZZ_JOB", path.as_str()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Ok(Call { arguments, environment })
    }

    fn said(&self, text: &str) -> Said {
        serde_json::from_str(text).map_or(Said::Nothing, Said::Report)
    }

    fn ending(&self, code: i32, remains: &Remains<'_>) -> ShellEnd {
        let words = remains.words;
        if words.contains("heap out of memory") {
            return ShellEnd::OutOfMemory;
        }
        if is_stranger(words) {
            let remedy = "it speaks to MongoDB 4.2 and later only; use --shell embedded for this server";
            return ShellEnd::Failed { message: format!("mongosh refuses the server: {}; {remedy}", first(words)) };
        }
        match connection_words([words]).filter(|_| !remains.started) {
            Some(error) => ShellEnd::NoServer { error },
            None => ShellEnd::Failed { message: format!("mongosh ended with status {code}: {}", first(words)) },
        }
    }
}

/// The line that says most; a stack says little.
fn first(words: &str) -> &str {
    words.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it said nothing; run it by hand to see why")
}

fn job_text(job: &Job, token: &str) -> serde_json::Value {
    let path = camino::absolute_utf8(&job.path).unwrap_or_else(|_| job.path.clone());
    let absolute = |root: &Utf8PathBuf| camino::absolute_utf8(root).unwrap_or_else(|_| root.clone());
    let roots: Vec<Utf8PathBuf> = job.roots.iter().map(absolute).filter(|root| root.exists()).collect();
    let data: serde_json::Value = serde_json::from_str(&job.test_data).unwrap_or_default();
    json!({
        "name": job.name,
        "path": path,
        "addresses": job.server.hosts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "database": job.database,
        "module": fs_err::read_to_string(&job.path).is_ok_and(|text| is_module(&text)),
        "roots": roots,
        "testData": data,
        "token": token,
        "memory": job.limits.memory,
        "output": job.limits.output,
        "interruptMillis": (job.limits.interrupt_after + COURTESY).as_millis() as u64,
    })
}

/// Nothing is tried twice behind our back, and a script has one connection as it has in the embedded shell.
fn uri(job: &Job) -> String {
    let mut server = job.server.clone();
    server.direct = Some(!server.follows_primary());
    server.hosts.truncate(if server.follows_primary() { usize::MAX } else { 1 });
    server.database = Some(job.database.clone());
    server.socket_timeout = Some(job.limits.read_timeout + COURTESY);
    format!(
        "{}&retryReads=false&retryWrites=false&maxPoolSize=1&serverSelectionTimeoutMS={SELECTION_MILLIS}",
        server.to_uri()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(words: &str) -> ShellEnd {
        Mongosh.ending(1, &Remains { status: None, words, printed: &[], started: false })
    }

    #[test]
    fn endings_without_a_last_report_are_told_apart() {
        assert!(matches!(end("MongoNetworkError: connect ECONNREFUSED 127.0.0.1:1"), ShellEnd::NoServer { .. }));
        assert_eq!(end("FATAL ERROR: Reached heap limit - JavaScript heap out of memory"), ShellEnd::OutOfMemory);
        let old = end("MongoCompatibilityError: Server at h:1 reports maximum wire version 6");
        assert!(matches!(&old, ShellEnd::Failed { message } if message.contains("--shell embedded")), "{old:?}");
        assert!(matches!(end("Error: Cannot find module"), ShellEnd::Failed { .. }));
    }
}
