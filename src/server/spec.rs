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
    /// How its last process becomes a member of a replica set.
    #[serde(default)]
    pub replica_set: Option<MemberSpec>,
    /// How sets of it become a sharded cluster.
    #[serde(default)]
    pub sharded: Option<ShardedSpec>,
    /// Its processes in the order of their start, at least one; clients talk to the last.
    #[serde(deserialize_with = "some_processes")]
    pub process: Vec<ProcessSpec>,
}

/// What a member of a replica set is told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberSpec {
    /// Behind the process's own, with placeholders and `{set}`.
    #[serde(deserialize_with = "member_templates")]
    pub arguments: Vec<String>,
}

/// What the members of a sharded cluster are told, and its router.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShardedSpec {
    /// Behind a shard's member's arguments.
    #[serde(deserialize_with = "member_templates")]
    pub shard: Vec<String>,
    /// Behind a config server's.
    #[serde(deserialize_with = "member_templates")]
    pub config: Vec<String>,
    /// Who clients talk to.
    pub router: RouterSpec,
}

/// A cluster's router.
#[derive(Clone, Debug)]
pub struct RouterSpec {
    /// With `{config}` in its arguments.
    pub process: ProcessSpec,
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

/// A process in whose arguments one more placeholder stands.
impl<'de> Deserialize<'de> for RouterSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Router {
            #[serde(deserialize_with = "word")]
            name: String,
            #[serde(deserialize_with = "template")]
            program: String,
            #[serde(deserialize_with = "router_templates")]
            arguments: Vec<String>,
        }
        let Router { name, program, arguments } = Router::deserialize(deserializer)?;
        let (ready, stop, stacks) = (Ready::default(), Stop::default(), Stacks::default());
        Ok(Self { process: ProcessSpec { name, program, arguments, uri: None, ready, stop, stacks } })
    }
}

fn member_templates<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    templates_with(deserializer, Some("{set}"))
}

fn router_templates<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    templates_with(deserializer, Some("{config}"))
}

fn templates<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    templates_with(deserializer, None)
}

/// Templates in which `more` may stand too.
fn templates_with<'de, D: Deserializer<'de>>(deserializer: D, more: Option<&str>) -> Result<Vec<String>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let own = |text: &String| more.map_or_else(|| text.clone(), |more| text.replace(more, ""));
    let also = more.map(|more| format!(" and here {more}")).unwrap_or_default();
    match texts.iter().find_map(|text| unknown_in(&own(text))) {
        Some(unknown) => Err(D::Error::custom(unknown + &also)),
        None => Ok(texts),
    }
}
