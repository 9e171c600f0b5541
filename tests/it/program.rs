//! The built programs, each run in a folder of its own and with nothing of this machine's settings.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

pub const FUZZ: &str = env!("CARGO_BIN_EXE_fuzz");
pub const TRIAGE: &str = env!("CARGO_BIN_EXE_triage");

/// A working directory that goes when the value goes.
pub struct Place(tempfile::TempDir);

/// What a program said at its end.
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub errors: String,
}

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file and gives its path.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// `fuzz` with these words, ready to start here.
    pub fn command(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(words).current_dir(self.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("JSTESTFUZZ_")) {
            command.env_remove(name);
        }
        // Who tests it says so: most tests are about what a run finds.
        command.env("JSTESTFUZZ_TRIAGE_BUDGET", "0").env_remove("CI").env_remove("MONGOD");
        command
    }

    /// Runs `fuzz` to its end.
    pub fn fuzz(&self, words: &[&str]) -> Said {
        self.command(FUZZ, words).output().unwrap().into()
    }

    /// Starts `fuzz` and leaves it running.
    pub fn start(&self, words: &[&str]) -> Child {
        self.command(FUZZ, words).spawn().unwrap()
    }

    /// The folder of the last run.
    pub fn latest(&self) -> PathBuf {
        self.path().join("jstestfuzz/latest")
    }

    /// `summary.json` of the last run.
    pub fn summary(&self) -> serde_json::Value {
        let text = std::fs::read_to_string(self.latest().join("summary.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// `class` and title of every failure of the last run.
    pub fn failures(&self) -> Vec<(String, String)> {
        let summary = self.summary();
        let blocks = summary["failures"]["blocks"].as_array().unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        blocks.iter().map(|block| (text(&block["class"]), text(&block["title"]))).collect()
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), errors: text(&output.stderr) }
    }
}

impl Said {
    /// Both streams, for a message.
    pub fn all(&self) -> String {
        format!("code {:?}\n{}\n{}", self.code, self.out, self.errors)
    }
}

/// Looks at a condition until it gives something; fails the test after 30 s.
pub fn wait_for<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} did not happen within 30 s");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}
