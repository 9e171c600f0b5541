//! One server's address.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::{UriError, percent};

/// The port that is meant where none is given.
const PORT: u16 = 27_017;

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Host {
    /// A name or an address, in small letters and without brackets.
    Tcp {
        /// `localhost`, `127.0.0.1`, `::1`
        name: String,
        /// Never 0.
        port: u16,
    },
    /// The path of a socket in the file system.
    Unix(String),
}

impl Host {
    /// Reads `host`, `host:port`, `[IPv6]:port` or a socket's percent-encoded path.
    ///
    /// # Errors
    /// [`UriError::Host`], or [`UriError::Percent`] in a path.
    pub fn parse(text: &str) -> Result<Self, UriError> {
        if text.ends_with(".sock") && (text.starts_with('/') || text.to_ascii_lowercase().starts_with("%2f")) {
            return percent::decode(text).map(Self::Unix);
        }
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, number(port)?),
            _ => (text, PORT),
        };
        let bracketed = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let name = match bracketed {
            Some(inner) if inner.parse::<Ipv6Addr>().is_ok() => inner,
            None if is_name(name) => name,
            _ => return Err(UriError::Host),
        };
        Ok(Self::Tcp { name: name.to_ascii_lowercase(), port })
    }

    /// True where both are the same server for all that names tell: loopback has several.
    pub fn is_same_server(&self, other: &Self) -> bool {
        self == other || self.loopback_port().is_some_and(|port| other.loopback_port() == Some(port))
    }

    fn loopback_port(&self) -> Option<u16> {
        let Self::Tcp { name, port } = self else { return None };
        let loopback = name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        loopback.then_some(*port)
    }
}

fn number(port: &str) -> Result<u16, UriError> {
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    port.parse().ok().filter(|&port| digits && port > 0).ok_or(UriError::Host)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

impl fmt::Display for Host {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { name, port } if name.contains(':') => write!(out, "[{name}]:{port}"),
            Self::Tcp { name, port } => write!(out, "{name}:{port}"),
            Self::Unix(path) => out.write_str(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_every_kind_are_read_and_printed() {
        for (text, printed) in [
            ("h", "h:27017"),
            ("LocalHost:1", "localhost:1"),
            ("[::1]", "[::1]:27017"),
            ("[fe80::1]:7", "[fe80::1]:7"),
            ("%2Ftmp%2Fmongodb-27017.sock", "/tmp/mongodb-27017.sock"),
        ] {
            assert_eq!(Host::parse(text).unwrap().to_string(), printed);
        }
        for text in ["", ":1", "h:", "h:0", "h:+1", "h:65536", "::1", "[h]:1", "a b", "h:1:2", "[::1"] {
            assert_eq!(Host::parse(text), Err(UriError::Host), "{text}");
        }
    }

    #[test]
    fn loopback_has_several_names() {
        let host = |text| Host::parse(text).unwrap();
        assert!(host("localhost:1").is_same_server(&host("127.0.0.1:1")));
        assert!(host("[::1]:1").is_same_server(&host("localhost:1")));
        assert!(!host("localhost:1").is_same_server(&host("localhost:2")));
        assert!(!host("a:1").is_same_server(&host("b:1")));
    }
}
