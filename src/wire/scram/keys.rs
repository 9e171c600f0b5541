//! The keys that a password comes to. They cost thousands of hashes, and every file of a batch opens connections for
//! the same user: the last few are kept.

use std::sync::{Mutex, PoisonError};

use super::Hash;

/// Keys that are kept; users of one server are few.
const KEPT: usize = 32;

/// RFC 5802's ClientKey and ServerKey.
#[derive(Clone)]
pub(super) struct Keys {
    client: Vec<u8>,
    pub(super) server: Vec<u8>,
}

type Known = ((Hash, String, Vec<u8>, u32), Keys);

static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

impl Keys {
    pub(super) fn known(hash: Hash, password: &str, salt: &[u8], rounds: u32) -> Self {
        let name = (hash, password.to_owned(), salt.to_vec(), rounds);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, keys)) = known.iter().find(|(one, _)| *one == name) {
            return keys.clone();
        }
        let salted = hash.salted(password.as_bytes(), salt, rounds);
        let keys = Self { client: hash.hmac(&salted, b"Client Key"), server: hash.hmac(&salted, b"Server Key") };
        if known.len() == KEPT {
            known.remove(0);
        }
        known.push((name, keys.clone()));
        keys
    }

    /// RFC 5802's ClientProof over the whole conversation.
    pub(super) fn proof(&self, hash: Hash, message: &[u8]) -> Vec<u8> {
        let signature = hash.hmac(&hash.digest(&self.client), message);
        self.client.iter().zip(signature).map(|(key, signature)| key ^ signature).collect()
    }
}
