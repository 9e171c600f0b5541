//! The table of products: reads `servers.toml` and files of users in its form.

use std::time::Duration;

use camino::Utf8Path;
use serde::{Deserialize, Deserializer};

use super::ServerError;

const SHIPPED: &str = include_str!("servers.toml");

/// One product.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// The word of `--server`.
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
    /// Its processes in the order of their start; clients talk to the last.
    pub process: Vec<ProcessSpec>,
}

/// One process of a product.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessSpec {
    /// `mongod`, `postgres`, ...
    pub name: String,
    /// Path or name, with placeholders.
    pub program: String,
    /// With placeholders.
    pub arguments: Vec<String>,
    /// How clients speak to it, as a connection string with placeholders; plain connections if not given.
    #[serde(default)]
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    server: Vec<Product>,
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    crate::config::duration(&text).map(Some).map_err(serde::de::Error::custom)
}

/// All products: those of the user's file first, so that they may replace ours.
///
/// # Errors
/// The user's file cannot be read or is not in the form of `servers.toml`.
pub fn products(user_file: Option<&Utf8Path>) -> Result<Vec<Product>, ServerError> {
    let mut products = Vec::new();
    if let Some(path) = user_file {
        let wrong = |error: &dyn std::fmt::Display| {
            ServerError::Unusable(format!(
                "cannot use the server file {path}: {error}; see src/server/servers.toml for its form"
            ))
        };
        let text = fs_err::read_to_string(path).map_err(|error| wrong(&error))?;
        products = toml::from_str::<Table>(&text).map_err(|error| wrong(&error.message()))?.server;
        if let Some(empty) = products.iter().find(|product| product.process.is_empty()) {
            return Err(wrong(&format!("server '{}' has no process", empty.name)));
        }
    }
    let shipped = toml::from_str::<Table>(SHIPPED).map_err(|error| ServerError::Unusable(error.to_string()))?;
    products.extend(shipped.server);
    Ok(products)
}

/// The product of that name.
///
/// # Errors
/// There is none; the text lists those that there are.
pub fn product(name: &str, user_file: Option<&Utf8Path>) -> Result<Product, ServerError> {
    let products = products(user_file)?;
    let names: Vec<String> = products.iter().map(|product| product.name.clone()).collect();
    products
        .into_iter()
        .find(|product| product.name == name)
        .ok_or_else(|| ServerError::Unusable(format!("no server is called '{name}'; there are {}", names.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_is_well_formed_and_every_product_has_a_process() {
        let products = products(None).unwrap();
        assert!(products.iter().any(|product| product.name == "practice" && product.hang_min.is_some()));
        assert!(products.iter().all(|product| !product.process.is_empty() && !product.summary.is_empty()));
    }

    #[test]
    fn an_unknown_name_gets_the_list() {
        let error = product("mongdo", None).unwrap_err().to_string();
        assert!(error.contains("'mongdo'") && error.contains("practice") && error.contains("ferretdb"), "{error}");
    }

    #[test]
    fn a_users_file_goes_first_and_a_broken_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = camino::Utf8PathBuf::from_path_buf(folder.path().join("my.toml")).unwrap();
        std::fs::write(
            &path,
            "[[server]]\nname='mine'\nsummary='s'\n[[server.process]]\nname='p'\nprogram='x'\narguments=[]",
        )
        .unwrap();
        assert_eq!(product("mine", Some(&path)).unwrap().process[0].program, "x");
        std::fs::write(&path, "[[server]]\nnmae='mine'").unwrap();
        assert!(product("mine", Some(&path)).unwrap_err().to_string().contains("my.toml"));
        std::fs::write(&path, "[[server]]\nname='mine'\nsummary='s'\nprocess=[]").unwrap();
        assert!(product("mine", Some(&path)).unwrap_err().to_string().contains("no process"));
    }
}
