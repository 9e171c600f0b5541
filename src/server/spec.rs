//! What an entry of `servers.toml` may say; `docs/servers.md` has every key for its users.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::placeholder::unknown_in;

/// One product.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// The word of `--server`.
    #[serde(deserialize_with = "word")]
    pub name: String,
    /// One line.
    pub summary: String,
    /// The smallest hang threshold that makes sense; `--hang-min` goes before it.
    #[serde(default, deserialize_with = "duration")]
    pub hang_min: Option<Duration>,
    /// What it cannot do, for people.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// Programs that its installation or start needs.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Its processes in the order of their start, at least one; clients talk to the last.
    #[serde(deserialize_with = "some_processes")]
    pub process: Vec<ProcessSpec>,
}

/// One process of a product.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessSpec {
    /// `mongod`, `postgres`, ...
    #[serde(deserialize_with = "word")]
    pub name: String,
    /// Path or name, with placeholders.
    #[serde(deserialize_with = "template")]
    pub program: String,
    /// With placeholders.
    #[serde(deserialize_with = "templates")]
    pub arguments: Vec<String>,
    /// How clients speak to it, as a connection string with placeholders; plain connections if not given.
    #[serde(default, deserialize_with = "given_template")]
    pub uri: Option<String>,
    /// When the next step may be taken.
    #[serde(default)]
    pub ready: Ready,
    /// The signal that asks it to end.
    #[serde(default)]
    pub stop: Stop,
    /// Who knows where its threads stand.
    #[serde(default)]
    pub stacks: Stacks,
}

/// Who knows where a process's threads stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stacks {
    /// A debugger.
    #[default]
    Native,
    /// A Java machine, which prints them at SIGQUIT and goes on.
    Java,
    /// Go's run time, which prints them at SIGQUIT and ends.
    Go,
}

/// The sign that a process serves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ready {
    /// It answers `hello` or `isMaster`.
    #[default]
    Hello,
    /// It takes a connection.
    Port,
}

/// Signals that servers take as a polite request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Stop {
    /// SIGTERM
    #[default]
    #[serde(rename = "TERM")]
    Term,
    /// SIGINT: PostgreSQL's fast shutdown.
    #[serde(rename = "INT")]
    Int,
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    crate::config::duration(&text).map(Some).map_err(D::Error::custom)
}

/// Folders and logs are called by it.
fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(fits) {
        return Ok(text);
    }
    Err(D::Error::custom(format!("'{text}' is no name; letters, digits, '-', '_' and '.' make one")))
}

fn some_processes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ProcessSpec>, D::Error> {
    let processes = Vec::deserialize(deserializer)?;
    if processes.is_empty() {
        return Err(D::Error::custom("a server has at least one process"));
    }
    Ok(processes)
}

fn template<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match unknown_in(&text) {
        Some(unknown) => Err(D::Error::custom(unknown)),
        None => Ok(text),
    }
}

fn given_template<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    template(deserializer).map(Some)
}

fn templates<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    match texts.iter().find_map(|text| unknown_in(text)) {
        Some(unknown) => Err(D::Error::custom(unknown)),
        None => Ok(texts),
    }
}
