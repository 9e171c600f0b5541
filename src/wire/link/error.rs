//! Why a connection cannot be had.

use std::io;

use crate::wire::message::MessageError;
use crate::wire::scram::ScramError;
use crate::wire::tls::TlsError;

/// Why a server cannot be talked to. The host is named by whoever reports it.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Refused, unreachable, timed out.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// No encryption.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// TLS over a socket in the file system.
    #[error("a socket in the file system is not encrypted; leave out tls")]
    LocalTls,
    /// It takes connections, and that is all.
    #[error("it takes a connection but gives no reply")]
    Silent,
    /// It says something, and that is no greeting.
    #[error("it does not answer hello: {0}")]
    Hello(MessageError),
    /// It belongs to another replica set, or to none.
    #[error("it belongs to {}, not to the replica set {wanted}", found.as_deref().unwrap_or("no replica set"))]
    WrongSet {
        /// From the settings.
        wanted: String,
        /// What it says.
        found: Option<String>,
    },
    /// The login failed.
    #[error("user '{user}' of {source_database} is not let in: {why}")]
    Login {
        /// Who.
        user: String,
        /// Where the server looks him up.
        source_database: String,
        /// Why.
        why: LoginError,
    },
    /// Nobody is the primary.
    #[error("no primary among {hosts}: {last}")]
    NoPrimary {
        /// Everybody who was asked.
        hosts: String,
        /// What the last of them said.
        last: String,
    },
}

/// Why a login failed.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The server's own words.
    #[error("{message}{}", code.map(|code| format!(" (code {code})")).unwrap_or_default())]
    Refused {
        /// `code`
        code: Option<i32>,
        /// `errmsg`, cut.
        message: String,
    },
    /// The proofs do not fit.
    #[error(transparent)]
    Scram(#[from] ScramError),
    /// The connection broke meanwhile.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// No random numbers for a nonce.
    #[error("no random numbers: {0}")]
    Random(io::Error),
    /// The conversation goes on for ever.
    #[error("the server does not come to an end")]
    Endless,
}

/// Why a command has no reply.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// There is nobody to send it to.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// It was sent, or half sent.
    #[error(transparent)]
    Message(#[from] MessageError),
}
