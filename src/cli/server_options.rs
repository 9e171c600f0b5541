//! Flags that say which server files run against.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use crate::server::{Parameters, ServerChoice, Shape};
use crate::wire::uri::{Settings, without_password};

/// A set needs somebody who follows.
const SET_NODES: u16 = 2;

/// Which server.
#[derive(Debug, Args)]
pub struct ServerArguments {
    /// A server or replica set that runs already, as mongodb://[USER:PASSWORD@]HOST[:PORT][,HOST...][/DB][?OPTIONS]; it
    /// is never started or stopped
    #[arg(long, value_name = "URI", env = "JSTESTFUZZ_URI", hide_env_values = true, conflicts_with_all = ["mongod", "server"])]
    uri: Option<String>,
    /// A process of that server on this machine, several with commas between: a hang is told by its CPU time and leaves its
    /// stacks and core. It is suspended meanwhile, goes on afterwards, and is never killed
    #[arg(long, value_name = "PID", requires = "uri", value_delimiter = ',')]
    pid: Vec<u32>,
    /// A mongod binary to start
    #[arg(long, value_name = "PATH", env = "JSTESTFUZZ_MONGOD", conflicts_with = "server")]
    mongod: Option<Utf8PathBuf>,
    /// A mongos binary for sharded clusters [default: the one beside the mongod, or on PATH]
    #[arg(long, value_name = "PATH", requires = "topology", env = "JSTESTFUZZ_MONGOS")]
    mongos: Option<Utf8PathBuf>,
    /// Parameters of that mongod, as a JSON object: '{"logLevel": 1}'
    #[arg(long, alias = "mongodSetParameters", value_name = "JSON", value_parser = Parameters::parse, env = "JSTESTFUZZ_SET_PARAMETERS")]
    set_parameters: Option<Parameters>,
    /// The storage engine of that mongod
    #[arg(long, alias = "storageEngine", value_name = "NAME", env = "JSTESTFUZZ_STORAGE_ENGINE")]
    storage_engine: Option<String>,
    /// A server by name; `fuzz server list` shows them
    #[arg(long, value_name = "NAME", env = "JSTESTFUZZ_SERVER")]
    server: Option<String>,
    /// More servers, which go before ours of the same name; see docs/servers.md
    #[arg(long, value_name = "FILE", env = "JSTESTFUZZ_SERVER_FILE")]
    server_file: Option<Utf8PathBuf>,
    /// Where installed servers lie [default: jstestfuzz/servers in the user's cache folder]
    #[arg(long, value_name = "DIR", env = "JSTESTFUZZ_SERVERS_DIR")]
    servers_dir: Option<Utf8PathBuf>,
    /// How many servers, and how they are tied together
    #[arg(long, value_name = "SHAPE", value_enum, default_value_t, env = "JSTESTFUZZ_TOPOLOGY")]
    topology: TopologyWord,
    /// Nodes of a replica set [default: 2], or of each shard [default: 1]
    #[arg(long, value_name = "N", requires = "topology", value_parser = clap::value_parser!(u16).range(1..=50), env = "JSTESTFUZZ_NODES")]
    nodes: Option<u16>,
    /// Shards of a sharded cluster
    #[arg(long, value_name = "N", requires = "topology", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=50), env = "JSTESTFUZZ_SHARDS")]
    shards: u16,
    /// Where the data folders of servers go, such as a memory disk [default: the run's folder]
    #[arg(long, alias = "dbpathPrefix", value_name = "DIR", env = "JSTESTFUZZ_DBPATH_PREFIX")]
    dbpath_prefix: Option<Utf8PathBuf>,
    /// First port to try
    #[arg(long, alias = "basePort", value_name = "PORT", default_value_t = 20_000, env = "JSTESTFUZZ_BASE_PORT")]
    base_port: u16,
    /// Planted bugs of the practice server: all, none, or ids with commas between [default: all]
    #[arg(long, value_name = "BUGS", env = "JSTESTFUZZ_BUGS")]
    bugs: Option<String>,
}

/// The words of `--topology`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum TopologyWord {
    /// One server
    #[default]
    Standalone,
    /// A primary and secondaries that follow it
    ReplicaSet,
    /// A config server, shards and a router
    Sharded,
}

impl ServerArguments {
    /// The same without clap.
    pub(super) fn choice(&self) -> ServerChoice {
        ServerChoice {
            own: None,
            port: None,
            uri: self.uri.clone(),
            pids: self.pid.clone(),
            mongod: self.mongod.clone(),
            mongos: self.mongos.clone(),
            shape: self.shape(),
            mongod_arguments: self.mongod_arguments(),
            name: self.server.clone(),
            file: self.server_file.clone(),
            servers_dir: self.servers_dir.clone(),
            data: self.dbpath_prefix.clone(),
            base_port: self.base_port,
            bugs: self.bugs.clone(),
        }
    }

    /// True where a server was named.
    pub(super) fn is_named(&self) -> bool {
        self.uri.is_some() || self.mongod.is_some() || self.server.is_some()
    }

    fn shape(&self) -> Shape {
        match self.topology {
            TopologyWord::Standalone => Shape::Standalone,
            TopologyWord::ReplicaSet => Shape::ReplicaSet { nodes: self.nodes.unwrap_or(SET_NODES) },
            TopologyWord::Sharded => Shape::Sharded { shards: self.shards, nodes: self.nodes.unwrap_or(1) },
        }
    }

    fn mongod_arguments(&self) -> Vec<String> {
        let parameters = self.set_parameters.iter().flat_map(Parameters::arguments).cloned();
        let engine = self.storage_engine.iter().flat_map(|engine| ["--storageEngine".to_owned(), engine.clone()]);
        parameters.chain(engine).collect()
    }

    /// The flags that choose the same server again, without any password.
    pub(super) fn repeat(&self) -> Vec<String> {
        let path = |path: &Option<Utf8PathBuf>| path.as_ref().map(ToString::to_string);
        let (shape, nodes) = (self.shape(), self.nodes.map(|nodes| nodes.to_string()));
        let word = self.topology.to_possible_value().map(|word| word.get_name().to_owned());
        let flags = [
            ("--uri", self.uri.as_deref().map(shown)),
            ("--mongod", path(&self.mongod)),
            ("--mongos", path(&self.mongos)),
            ("--set-parameters", self.set_parameters.as_ref().map(|parameters| parameters.json().to_owned())),
            ("--storage-engine", self.storage_engine.clone()),
            ("--server", self.server.clone()),
            ("--server-file", path(&self.server_file)),
            ("--servers-dir", path(&self.servers_dir)),
            ("--topology", word.filter(|_| shape != Shape::Standalone)),
            ("--nodes", nodes.filter(|_| shape != Shape::Standalone)),
            ("--shards", matches!(shape, Shape::Sharded { .. }).then(|| self.shards.to_string())),
            ("--bugs", self.bugs.clone()),
        ];
        flags.into_iter().filter_map(|(flag, value)| Some([flag.to_owned(), value?])).flatten().collect()
    }
}

/// What reports may repeat of a connection string.
fn shown(uri: &str) -> String {
    match Settings::parse(uri) {
        Ok(settings) if settings.login.is_none() => uri.to_owned(),
        Ok(settings) => settings.to_shown_uri(),
        Err(_) => without_password(uri),
    }
}
