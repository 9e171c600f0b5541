//! OP_COMPRESSED: a message inside another, made smaller by what both sides know.
//!
//! Source: the MongoDB manual, "Wire Protocol". What a peer claims to be inside is bounded before it is unpacked.

use std::io::Read;

use serde::{Deserialize, Serialize};

use super::message::{Frame, MAX_MESSAGE_BYTES, MessageError, OP_COMPRESSED};

/// Inner operation, inner size and method.
const FIXED: usize = 9;
/// The method that leaves bytes as they are; servers may use it in replies.
const NOOP: u8 = 0;

/// Handshakes and secrets are never compressed: their length would tell of them.
const NEVER_COMPRESSED: [&[u8]; 12] = [
    b"hello",
    b"isMaster",
    b"ismaster",
    b"saslStart",
    b"saslContinue",
    b"getnonce",
    b"authenticate",
    b"createUser",
    b"updateUser",
    b"copydbSaslStart",
    b"copydbgetnonce",
    b"copydb",
];

/// A method that both sides must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Compressor {
    /// The raw format of Snappy.
    Snappy,
    /// RFC 1950.
    Zlib,
    /// RFC 8878.
    Zstd,
}

impl Compressor {
    const ALL: [(&'static str, u8, Self); 3] =
        [("snappy", 1, Self::Snappy), ("zlib", 2, Self::Zlib), ("zstd", 3, Self::Zstd)];

    /// The method of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _, _)| *known == name).map(|(_, _, one)| *one)
    }

    /// Its name in `hello` and connection strings.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, _, one)| *one == self).map_or("", |(name, _, _)| name)
    }

    fn id(self) -> u8 {
        Self::ALL.iter().find(|(_, _, one)| *one == self).map_or(NOOP, |(_, id, _)| *id)
    }

    fn pack(self, bytes: &[u8]) -> Result<Vec<u8>, MessageError> {
        match self {
            Self::Snappy => snap::raw::Encoder::new().compress_vec(bytes).map_err(|_| unpackable()),
            Self::Zlib => {
                let mut packed = Vec::new();
                flate2::read::ZlibEncoder::new(bytes, flate2::Compression::fast()).read_to_end(&mut packed)?;
                Ok(packed)
            }
            Self::Zstd => Ok(zstd::bulk::compress(bytes, zstd::DEFAULT_COMPRESSION_LEVEL)?),
        }
    }

    fn unpack(self, bytes: &[u8], size: usize) -> Result<Vec<u8>, MessageError> {
        match self {
            Self::Snappy if snap::raw::decompress_len(bytes).ok() != Some(size) => Err(unpackable()),
            Self::Snappy => snap::raw::Decoder::new().decompress_vec(bytes).map_err(|_| unpackable()),
            Self::Zlib => bounded(flate2::read::ZlibDecoder::new(bytes), size),
            Self::Zstd => {
                let decoder = zstd::stream::read::Decoder::with_buffer(bytes).map_err(|_| unpackable())?;
                bounded(decoder, size)
            }
        }
    }
}

fn unpackable() -> MessageError {
    MessageError::Malformed("a compressed message that does not unpack to what it claims")
}

/// Unpacks no more than was claimed, so that a small message cannot become gigabytes.
fn bounded(unpacking: impl Read, size: usize) -> Result<Vec<u8>, MessageError> {
    let mut bytes = Vec::new();
    unpacking.take(size as u64 + 1).read_to_end(&mut bytes).map_err(|_| unpackable())?;
    if bytes.len() == size { Ok(bytes) } else { Err(unpackable()) }
}

/// True where a command of that name may be compressed.
pub fn may_be_compressed(command: &[u8]) -> bool {
    !NEVER_COMPRESSED.contains(&command)
}

/// Puts a whole message into an OP_COMPRESSED one.
///
/// # Errors
/// The method failed, which none does with memory at hand.
pub fn compress(message: &[u8], compressor: Compressor) -> Result<Vec<u8>, MessageError> {
    let (header, body) = message.split_first_chunk::<16>().ok_or_else(unpackable)?;
    let packed = compressor.pack(body)?;
    let mut bytes = Vec::with_capacity(16 + FIXED + packed.len());
    bytes.extend_from_slice(&((16 + FIXED + packed.len()) as i32).to_le_bytes());
    bytes.extend_from_slice(&header[4..12]);
    bytes.extend_from_slice(&OP_COMPRESSED.to_le_bytes());
    bytes.extend_from_slice(&header[12..]);
    bytes.extend_from_slice(&(body.len() as i32).to_le_bytes());
    bytes.push(compressor.id());
    bytes.extend_from_slice(&packed);
    Ok(bytes)
}

/// The message inside; any other message is given back as it is.
///
/// # Errors
/// It claims more than a message may have, its method is unknown, or it unpacks to something else than it claims.
pub fn decompress(frame: Frame) -> Result<Frame, MessageError> {
    if frame.operation != OP_COMPRESSED {
        return Ok(frame);
    }
    let (fixed, packed) = frame.body.split_first_chunk::<FIXED>().ok_or_else(unpackable)?;
    let field = |at: usize| i32::from_le_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
    let size = usize::try_from(field(4)).ok().filter(|&size| size <= MAX_MESSAGE_BYTES).ok_or_else(unpackable)?;
    let body = match Compressor::ALL.iter().find(|(_, id, _)| *id == fixed[8]) {
        Some((_, _, compressor)) => compressor.unpack(packed, size)?,
        None if fixed[8] == NOOP && packed.len() == size => packed.to_vec(),
        None => return Err(MessageError::Malformed("a message compressed by an unknown method")),
    };
    Ok(Frame { operation: field(0), body, ..frame })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;
    use crate::wire::message::op_msg;
    use proptest::prelude::*;

    const METHODS: [Compressor; 3] = [Compressor::Snappy, Compressor::Zlib, Compressor::Zstd];

    fn compressed(size: i32, method: u8, packed: &[u8]) -> Frame {
        let mut body = 2013_i32.to_le_bytes().to_vec();
        body.extend_from_slice(&size.to_le_bytes());
        body.push(method);
        body.extend_from_slice(packed);
        Frame { request_id: 1, response_to: 0, operation: OP_COMPRESSED, body }
    }

    proptest! {
        #[test]
        fn messages_come_back_out_of_every_method(text in ".{0,2000}", request in any::<i32>()) {
            let message = op_msg(request, 7, 0, &doc! { "insert": (text.as_str()) }.to_bytes());
            for method in METHODS {
                let packed = compress(&message, method).unwrap();
                let outer = Frame::read(&mut packed.as_slice()).unwrap();
                prop_assert_eq!((outer.request_id, outer.response_to), (request, 7));
                let inner = decompress(outer).unwrap();
                prop_assert_eq!(&inner.body[..], &message[16..]);
                prop_assert_eq!(inner.operation, 2013);
            }
        }

        #[test]
        fn any_bytes_give_a_message_or_an_error(
            method in 0..5_u8, size in any::<i32>(), packed in prop::collection::vec(any::<u8>(), 0..100),
        ) {
            let _ = decompress(compressed(size % 10_000, method, &packed));
        }
    }

    #[test]
    fn a_bomb_is_not_unpacked_beyond_what_it_claims() {
        let zeros = vec![0; 10_000_000];
        for method in METHODS {
            let packed = method.pack(&zeros).unwrap();
            for claimed in [100, i32::MAX, -1, 10_000_001] {
                let frame = compressed(claimed, method.id(), &packed);
                assert!(matches!(decompress(frame), Err(MessageError::Malformed(_))), "{method:?} {claimed}");
            }
        }
    }

    #[test]
    fn bytes_left_as_they_are_are_taken_and_unknown_methods_are_not() {
        assert_eq!(decompress(compressed(3, NOOP, b"abc")).unwrap().body, b"abc");
        assert!(decompress(compressed(3, NOOP, b"abcd")).is_err());
        assert!(decompress(compressed(3, 9, b"abc")).is_err());
    }
}
