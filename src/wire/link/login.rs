//! Logging in on one connection.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::LoginError;
use super::hello::Hello;
use crate::doc;
use crate::wire::bson::{Bson, Document};
use crate::wire::client::Client;
use crate::wire::scram::{Conversation, Hash, ScramError};
use crate::wire::uri::{Login, Mechanism};

/// SCRAM-SHA-256 is known from this wire version on (4.0).
const SHA_256_SINCE: i64 = 7;
const MESSAGE_BYTES: usize = 300;

/// Logs in by the mechanism asked for, else by the best that the server names for the user.
///
/// # Errors
/// The server refuses, does not know the password itself, or the connection broke.
pub(super) fn log_in(client: &mut Client, login: &Login, hello: &Hello) -> Result<(), LoginError> {
    let mut result = Err(LoginError::Endless);
    for mechanism in candidates(login, hello) {
        result = match mechanism {
            Mechanism::ScramSha1 => scram(client, login, Hash::Sha1),
            Mechanism::ScramSha256 => scram(client, login, Hash::Sha256),
            Mechanism::Plain => plain(client, login),
            Mechanism::X509 => certificate(client, login),
        };
        // A server that names no mechanisms may know only the second that we try.
        if !matches!(result, Err(LoginError::Refused { .. })) {
            return result;
        }
    }
    result
}

fn candidates(login: &Login, hello: &Hello) -> Vec<Mechanism> {
    if let Some(mechanism) = login.mechanism {
        return vec![mechanism];
    }
    let scrams = [Mechanism::ScramSha256, Mechanism::ScramSha1];
    if let Some(named) = &hello.mechanisms {
        let best = scrams.into_iter().find(|one| named.iter().any(|name| name == one.name()));
        return vec![best.unwrap_or(Mechanism::ScramSha1)];
    }
    let new = hello.max_wire_version.is_none_or(|version| version >= SHA_256_SINCE);
    if new { scrams.to_vec() } else { vec![Mechanism::ScramSha1] }
}

fn scram(client: &mut Client, login: &Login, hash: Hash) -> Result<(), LoginError> {
    let mechanism = if hash == Hash::Sha1 { Mechanism::ScramSha1 } else { Mechanism::ScramSha256 };
    let mut conversation = Conversation::new(hash, &login.user, login.password.reveal(), &nonce()?)?;
    let start = doc! { "saslStart": 1, "mechanism": (mechanism.name()), "payload": (binary(&conversation.first())),
    "options": { "skipEmptyExchange": true } };
    let reply = ask(client, login, &start)?;
    let proof = conversation.prove(&payload(&reply)?)?;
    let reply = go_on(client, login, &reply, &proof)?;
    conversation.check(&payload(&reply)?)?;
    // Servers from before skipEmptyExchange want one more, empty message.
    if is_done(&reply) || is_done(&go_on(client, login, &reply, "")?) { Ok(()) } else { Err(LoginError::Endless) }
}

fn go_on(client: &mut Client, login: &Login, before: &Document, text: &str) -> Result<Document, LoginError> {
    let id = before.get("conversationId").cloned().unwrap_or(Bson::Int32(1));
    ask(client, login, &doc! { "saslContinue": 1, "conversationId": id, "payload": (binary(text)) })
}

fn plain(client: &mut Client, login: &Login) -> Result<(), LoginError> {
    let text = format!("\0{}\0{}", login.user, login.password.reveal());
    ask(client, login, &doc! { "saslStart": 1, "mechanism": "PLAIN", "payload": (binary(&text)) }).map(drop)
}

fn certificate(client: &mut Client, login: &Login) -> Result<(), LoginError> {
    let mut command = doc! { "authenticate": 1, "mechanism": "MONGODB-X509" };
    if !login.user.is_empty() {
        command.push("user", login.user.as_str());
    }
    ask(client, login, &command).map(drop)
}

fn ask(client: &mut Client, login: &Login, command: &Document) -> Result<Document, LoginError> {
    let reply = client.command(&login.source, command)?;
    if reply.get("ok").and_then(Bson::as_i64) == Some(1) {
        return Ok(reply);
    }
    let code = reply.get("code").and_then(Bson::as_i64).and_then(|code| i32::try_from(code).ok());
    let mut message = reply.get_str("errmsg").unwrap_or("refused").to_owned();
    message.truncate(message.floor_char_boundary(MESSAGE_BYTES));
    Err(LoginError::Refused { code, message })
}

fn is_done(reply: &Document) -> bool {
    reply.get("done") == Some(&Bson::Boolean(true))
}

fn payload(reply: &Document) -> Result<String, LoginError> {
    let malformed = || LoginError::Scram(ScramError::Malformed("a payload"));
    match reply.get("payload") {
        Some(Bson::Binary { bytes, .. }) => String::from_utf8(bytes.clone()).map_err(|_| malformed()),
        _ => Err(malformed()),
    }
}

fn binary(text: &str) -> Bson {
    Bson::Binary { subtype: 0, bytes: text.as_bytes().to_vec() }
}

/// Twenty-four random bytes, which base64 writes without a comma.
fn nonce() -> Result<String, LoginError> {
    let mut bytes = [0_u8; 24];
    let got = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())
        .map_err(|error| LoginError::Random(error.into()))?;
    if got == bytes.len() {
        Ok(STANDARD.encode(bytes))
    } else {
        Err(LoginError::Random(std::io::ErrorKind::Other.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::uri::Secret;

    fn tried(mechanism: Option<Mechanism>, hello: &Hello) -> Vec<Mechanism> {
        let login = Login { user: "u".into(), password: Secret::new("p"), source: "admin".into(), mechanism };
        candidates(&login, hello)
    }

    #[test]
    fn the_best_mechanism_that_the_server_names_is_taken() {
        let naming = |names: &[&str]| Hello {
            mechanisms: Some(names.iter().map(|&name| name.to_owned()).collect()),
            ..Hello::default()
        };
        assert_eq!(tried(None, &naming(&["SCRAM-SHA-1", "SCRAM-SHA-256"])), [Mechanism::ScramSha256]);
        assert_eq!(tried(None, &naming(&["SCRAM-SHA-1"])), [Mechanism::ScramSha1]);
        assert_eq!(tried(Some(Mechanism::Plain), &naming(&["SCRAM-SHA-1"])), [Mechanism::Plain]);
        let old = Hello { max_wire_version: Some(6), ..Hello::default() };
        assert_eq!(tried(None, &old), [Mechanism::ScramSha1]);
        assert_eq!(tried(None, &Hello::default()), [Mechanism::ScramSha256, Mechanism::ScramSha1]);
    }

    #[test]
    fn nonces_differ_and_hold_no_comma() {
        let (one, other) = (nonce().unwrap(), nonce().unwrap());
        assert!(one != other && !one.contains(',') && one.len() == 32);
    }
}
