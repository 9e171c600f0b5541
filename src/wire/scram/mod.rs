//! SCRAM: both sides prove that they know the password, and neither sends it.
//!
//! Sources: RFC 5802 (the conversation, SHA-1), RFC 7677 (SHA-256), RFC 4013 (SASLprep), and MongoDB's "Driver
//! Authentication" specification (what stands for the password with SHA-1). Channel binding is not used.

mod hash;
mod keys;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub use hash::Hash;
use keys::Keys;

/// Fewer rounds than RFC 7677 demands would make the password easy to guess from what we send.
const FEWEST_ROUNDS: u32 = 4_096;
/// More would keep us busy for minutes: servers use 10,000 to 600,000.
const MOST_ROUNDS: u32 = 2_000_000;
/// The header of a client that binds no channel.
const HEADER: &str = "n,,";

/// Why the two sides do not come to terms.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScramError {
    /// The server's message is not in the form of RFC 5802.
    #[error("the server's SCRAM message is malformed: it lacks {0}")]
    Malformed(&'static str),
    /// The server's nonce does not begin with ours: somebody replays an old conversation.
    #[error("the server's nonce does not continue ours")]
    Nonce,
    /// A count of rounds out of bounds.
    #[error("the server asks for {0} rounds; {FEWEST_ROUNDS} to {MOST_ROUNDS} are accepted")]
    Rounds(u32),
    /// The server does not know the password either.
    #[error("the server's signature is wrong: it does not know the password")]
    Signature,
    /// RFC 5802's `e=`.
    #[error("the server says {0}")]
    Refused(String),
    /// RFC 4013 forbids characters of the password.
    #[error("the password holds characters that SASLprep forbids")]
    Password,
}

/// One conversation, which is over after its second answer.
pub struct Conversation {
    hash: Hash,
    password: String,
    nonce: String,
    first_bare: String,
    signature: Vec<u8>,
}

impl Conversation {
    /// Begins with a nonce of our own, which must never come twice.
    ///
    /// # Errors
    /// [`ScramError::Password`]
    pub fn new(hash: Hash, user: &str, password: &str, nonce: &str) -> Result<Self, ScramError> {
        let password = hash.prepared(user, password)?;
        let name = user.replace('=', "=3D").replace(',', "=2C");
        let first_bare = format!("n={name},r={nonce}");
        Ok(Self { hash, password, nonce: nonce.into(), first_bare, signature: Vec::new() })
    }

    /// The client's first message.
    pub fn first(&self) -> String {
        format!("{HEADER}{}", self.first_bare)
    }

    /// Answers the server's first message with our proof.
    ///
    /// # Errors
    /// The message is malformed, replayed, or asks for an unreasonable number of rounds.
    pub fn prove(&mut self, server_first: &str) -> Result<String, ScramError> {
        refusal(server_first)?;
        let nonce = attribute(server_first, "r=").ok_or(ScramError::Malformed("a nonce"))?;
        if !nonce.starts_with(&self.nonce) || nonce.len() == self.nonce.len() {
            return Err(ScramError::Nonce);
        }
        let salt = attribute(server_first, "s=").and_then(|salt| STANDARD.decode(salt).ok());
        let salt = salt.ok_or(ScramError::Malformed("a salt"))?;
        let rounds = attribute(server_first, "i=").and_then(|rounds| rounds.parse().ok());
        let rounds = rounds.ok_or(ScramError::Malformed("a number of rounds"))?;
        if !(FEWEST_ROUNDS..=MOST_ROUNDS).contains(&rounds) {
            return Err(ScramError::Rounds(rounds));
        }
        let keys = Keys::known(self.hash, &self.password, &salt, rounds);
        let without_proof = format!("c={},r={nonce}", STANDARD.encode(HEADER));
        let message = format!("{},{server_first},{without_proof}", self.first_bare);
        self.signature = self.hash.hmac(&keys.server, message.as_bytes());
        let proof = keys.proof(self.hash, message.as_bytes());
        Ok(format!("{without_proof},p={}", STANDARD.encode(proof)))
    }

    /// Checks that the server's last message proves that it knows the password, too.
    ///
    /// # Errors
    /// It does not.
    pub fn check(&self, server_last: &str) -> Result<(), ScramError> {
        refusal(server_last)?;
        let signature = attribute(server_last, "v=").and_then(|text| STANDARD.decode(text).ok());
        let signature = signature.ok_or(ScramError::Malformed("a signature"))?;
        if !self.signature.is_empty() && signature == self.signature { Ok(()) } else { Err(ScramError::Signature) }
    }
}

fn attribute<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    message.split(',').find_map(|part| part.strip_prefix(name))
}

fn refusal(message: &str) -> Result<(), ScramError> {
    let words = |text: &str| text.chars().filter(|c| !c.is_control()).take(100).collect();
    attribute(message, "e=").map_or(Ok(()), |text| Err(ScramError::Refused(words(text))))
}

#[cfg(test)]
mod tests;
