//! The harness as bytecode. The parent compiles it once, and a worker gets it before its first job: to compile it costs
//! more than all the rest of a worker's start.

use std::io::{Error, Read, Result, Write};
use std::sync::OnceLock;

use rquickjs::{Context, Runtime};

use super::{bson_crossing, engine, harness};

/// No harness is so large: a length above it is no length.
const MOST: u64 = 64 << 20;

/// Sends the harness, its length in front (8 bytes, little endian).
pub fn send(to: &mut impl Write) -> Result<()> {
    static COMPILED: OnceLock<std::result::Result<Vec<u8>, String>> = OnceLock::new();
    let bytecode = COMPILED.get_or_init(compile).as_ref().map_err(|error| Error::other(error.as_str()))?;
    to.write_all(&(bytecode.len() as u64).to_le_bytes())?;
    to.write_all(bytecode)
}

/// Receives what [`send`] sent.
pub fn receive(from: &mut impl Read) -> Result<Vec<u8>> {
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let mut bytecode = Vec::new();
    from.take(length.min(MOST)).read_to_end(&mut bytecode)?;
    if bytecode.len() as u64 == length { Ok(bytecode) } else { Err(Error::other("the harness came only in part")) }
}

fn compile() -> std::result::Result<Vec<u8>, String> {
    let none = |error: rquickjs::Error| format!("no engine for the harness: {error}");
    let runtime = Runtime::new().map_err(none)?;
    runtime.set_max_stack_size(engine::STACK);
    Context::full(&runtime).map_err(none)?.with(|ctx| {
        let compiled = bson_crossing::compile(&ctx, &harness::script(), harness::SCRIPT_NAME);
        compiled.ok_or_else(|| format!("the harness does not compile: {}", engine::describe(&ctx)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_receives_what_was_sent_and_notices_a_part() {
        let mut sent = Vec::new();
        send(&mut sent).unwrap();
        assert_eq!(receive(&mut &sent[..]).unwrap(), sent[8..]);
        assert!(receive(&mut &sent[..sent.len() - 1]).is_err());
        assert!(receive(&mut &sent[..7]).is_err());
        assert!(receive(&mut &[255_u8; 20][..]).is_err());
    }
}
