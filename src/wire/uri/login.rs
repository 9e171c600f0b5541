//! Who logs in, and how.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A user, where the server knows him from, and his password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// Empty where the certificate says who it is.
    pub user: String,
    /// Empty where the mechanism needs none.
    pub password: Secret,
    /// The database that keeps the user.
    pub source: String,
    /// Negotiated with the server if not given.
    pub mechanism: Option<Mechanism>,
}

/// A text that no message and no log shows.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret(String);

impl Secret {
    /// Takes the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for who computes with it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("(hidden)")
    }
}

/// `authMechanism`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Mechanism {
    /// RFC 5802, with MongoDB's digest of the password.
    ScramSha1,
    /// RFC 7677.
    ScramSha256,
    /// RFC 4616: the password as it is.
    Plain,
    /// The certificate of the connection.
    X509,
}

impl Mechanism {
    const NAMES: [(&'static str, Self); 4] = [
        ("SCRAM-SHA-1", Self::ScramSha1),
        ("SCRAM-SHA-256", Self::ScramSha256),
        ("PLAIN", Self::Plain),
        ("MONGODB-X509", Self::X509),
    ];

    /// The mechanism of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, mechanism)| *mechanism)
    }

    /// As servers call it.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, mechanism)| *mechanism == self).map_or("", |(name, _)| name)
    }

    /// The database that users are looked up in where nothing names one.
    pub(super) fn default_source(mechanism: Option<Self>, database: Option<&str>) -> String {
        match mechanism {
            Some(Self::Plain | Self::X509) => "$external".into(),
            _ => database.unwrap_or("admin").into(),
        }
    }
}
