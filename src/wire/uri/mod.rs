//! Connection strings, `mongodb://[user:password@]host1[:port][,host2...][/database][?options]`: the one place that
//! reads them, and the [`Settings`] that they come to.
//!
//! Source: the MongoDB manual, "Connection Strings", and the drivers' specification of the same name.

mod host;
mod login;
mod options;
mod parse;
mod percent;
mod print;

use std::time::Duration;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use super::compression::Compressor;
pub use host::Host;
pub use login::{Login, Mechanism, Secret};
pub use parse::without_password;

/// Everything that a client has to know of the servers it shall talk to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The servers, in the order of the connection string; the first is what bare connections talk to.
    pub hosts: Vec<Host>,
    /// Who logs in, if anybody does.
    pub login: Option<Login>,
    /// The database named after the hosts.
    pub database: Option<String>,
    /// Set where the connection is encrypted.
    pub tls: Option<Tls>,
    /// The set that servers must belong to.
    pub replica_set: Option<String>,
    /// `directConnection`, where it is given.
    pub direct: Option<bool>,
    /// Which members reads go to.
    pub read_mode: ReadMode,
    /// What we offer to compress with, the best first.
    pub compressors: Vec<Compressor>,
    /// Opening a connection may take so long; the user of a connection has a default of its own.
    pub connect_timeout: Option<Duration>,
    /// One wait for a reply may take so long.
    pub socket_timeout: Option<Duration>,
}

impl Settings {
    /// Plain connections to addresses of the form `host:port`; what is no address is left out.
    pub fn of_addresses<T: AsRef<str>>(addresses: impl IntoIterator<Item = T>) -> Self {
        let hosts = addresses.into_iter().filter_map(|address| Host::parse(address.as_ref()).ok()).collect();
        Self { hosts, direct: Some(true), ..Self::default() }
    }

    /// The database to work in, where the connection string names one that is not the server's own.
    pub fn working_database(&self) -> Option<&str> {
        self.database.as_deref().filter(|name| !matches!(*name, "admin" | "config" | "local" | "$external"))
    }

    /// True where connections go to whichever member is the primary, not to one host.
    pub fn follows_primary(&self) -> bool {
        match self.direct {
            Some(direct) => !direct,
            None => self.replica_set.is_some() || self.hosts.len() > 1,
        }
    }
}

/// What encryption needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tls {
    /// PEM file of the authorities that are trusted.
    pub ca_file: Option<Utf8PathBuf>,
    /// PEM file of our own certificate and its key.
    pub key_file: Option<Utf8PathBuf>,
    /// What is demanded of the server's certificate.
    pub trust: Trust,
}

/// How much is demanded of a server's certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Trust {
    /// An authority that we know, and the name of the host.
    #[default]
    Verified,
    /// An authority that we know.
    AnyName,
    /// Nothing.
    Anything,
}

/// `readPreference`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadMode {
    /// The primary only.
    #[default]
    Primary,
    /// A secondary while there is no primary.
    PrimaryPreferred,
    /// A secondary.
    Secondary,
    /// The primary while there is no secondary.
    SecondaryPreferred,
    /// Any member.
    Nearest,
}

impl ReadMode {
    const NAMES: [(&'static str, Self); 5] = [
        ("primary", Self::Primary),
        ("primaryPreferred", Self::PrimaryPreferred),
        ("secondary", Self::Secondary),
        ("secondaryPreferred", Self::SecondaryPreferred),
        ("nearest", Self::Nearest),
    ];

    /// The mode of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, mode)| *mode)
    }

    /// Its name in commands and connection strings.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, mode)| *mode == self).map_or("primary", |(name, _)| name)
    }
}

/// Why a text is no connection string that we can use; no variant ever holds a user's name or password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// `mongodb+srv://`
    #[error(
        "mongodb+srv:// is not spoken because it needs DNS records; name the hosts as mongodb://host1:port,host2:port"
    )]
    Srv,
    /// Another scheme.
    #[error("only mongodb:// is spoken")]
    Scheme,
    /// A host without a name, or a port that is none.
    #[error("it should look like mongodb://host:port (an IPv6 address in brackets, a socket's path with %2F for /)")]
    Host,
    /// Reserved characters that would make it mean something else.
    #[error("in user names and passwords the characters : / ? # [ ] @ % are written as %XX")]
    Reserved,
    /// `%` without two hexadecimal digits, or bytes that are not UTF-8.
    #[error("a % is not followed by two hexadecimal digits of UTF-8 text")]
    Percent,
    /// A password without a user, or a mechanism without what it needs.
    #[error("{0}")]
    Login(&'static str),
    /// An option that nobody knows, perhaps misspelt.
    #[error("the option {0} is not known")]
    UnknownOption(String),
    /// A known option with a value that it cannot have.
    #[error("the option {option} cannot have that value; it takes {takes}")]
    Value {
        /// As we spell it.
        option: &'static str,
        /// What it may be.
        takes: &'static str,
    },
    /// Encryption without anything that says whom to trust.
    #[error("TLS needs tlsCAFile=PATH, the authorities to trust, or tlsAllowInvalidCertificates=true")]
    NobodyTrusted,
    /// `directConnection=true` with several hosts.
    #[error("directConnection=true goes with one host only")]
    DirectToSeveral,
}

#[cfg(test)]
mod tests;
