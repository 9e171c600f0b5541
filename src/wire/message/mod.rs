//! OP_MSG, and of the old protocol just what a first `hello` and an old server need: OP_QUERY and OP_REPLY.
//!
//! Source: the MongoDB manual, "Wire Protocol".

mod error;

use super::bson::{Document, MAX_DOCUMENT_BYTES, RawDocument, Writer};
pub use error::MessageError;
use std::io::{self, Read};

const OP_REPLY: i32 = 1;
const OP_QUERY: i32 = 2004;
/// See [`compression`](super::compression).
pub const OP_COMPRESSED: i32 = 2012;
const OP_MSG: i32 = 2013;
const HEADER: usize = 16;
/// Bytes of a broken message that are kept as evidence.
const EVIDENCE: usize = 256;

/// The largest message a server takes: three documents' worth, as mongod's 48,000,000.
pub const MAX_MESSAGE_BYTES: usize = 48_000_000;

/// OP_MSG flag: four bytes of CRC-32C follow the sections.
pub const CHECKSUM_PRESENT: u32 = 1;
/// OP_MSG flag: no reply is wanted (requests) or more will come (replies).
pub const MORE_TO_COME: u32 = 2;
/// The flags that OP_MSG defines; the others are reserved.
const KNOWN_FLAGS: u32 = CHECKSUM_PRESENT | MORE_TO_COME | 1 << 16;

/// One message, header taken apart, body as bytes.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The sender's number for it.
    pub request_id: i32,
    /// The request that this answers.
    pub response_to: i32,
    /// 1, 2004 or 2013 in what we speak.
    pub operation: i32,
    /// Everything after the header.
    pub body: Vec<u8>,
}

impl Frame {
    /// Reads one message.
    ///
    /// # Errors
    /// [`MessageError::Closed`] at a clean end of the stream; a broken, slow or lying peer gives the others.
    pub fn read(stream: &mut impl Read) -> Result<Self, MessageError> {
        let mut header = [0; HEADER];
        match fill(stream, &mut header)? {
            0 => return Err(MessageError::Closed),
            HEADER => {}
            got => return Err(MessageError::Cut { got, claimed: HEADER }),
        }
        let field = |at: usize| i32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let length = usize::try_from(field(0)).unwrap_or(0);
        if !(HEADER..=MAX_MESSAGE_BYTES).contains(&length) {
            return Err(MessageError::Length(i64::from(field(0)), header));
        }
        let mut body = vec![0; length - HEADER];
        let got = fill(stream, &mut body)?;
        if got < body.len() {
            return Err(MessageError::Cut { got: HEADER + got, claimed: length });
        }
        Ok(Self { request_id: field(4), response_to: field(8), operation: field(12), body })
    }

    /// The first bytes of the message, as they came.
    pub fn evidence(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for field in [(HEADER + self.body.len()) as i32, self.request_id, self.response_to, self.operation] {
            bytes.extend_from_slice(&field.to_le_bytes());
        }
        bytes.extend(self.body.iter().take(EVIDENCE - HEADER));
        bytes
    }

    /// The flags of an OP_MSG that it does not define; 0 for every other message.
    pub fn reserved_flags(&self) -> u32 {
        self.flags() & !KNOWN_FLAGS
    }

    /// True where the sender says that another message follows unasked.
    pub fn more_to_come(&self) -> bool {
        self.flags() & MORE_TO_COME != 0
    }

    fn flags(&self) -> u32 {
        let flags = self.body.first_chunk::<4>().filter(|_| self.operation == OP_MSG);
        flags.map_or(0, |flags| u32::from_le_bytes(*flags))
    }

    /// The command in a request: the body section with document sequences put in as arrays, and its flags.
    ///
    /// # Errors
    /// [`MessageError::Operation`] for what is neither OP_MSG nor OP_QUERY.
    pub fn command(&self) -> Result<(Document, u32), MessageError> {
        match self.operation {
            OP_MSG => self.sections(),
            OP_QUERY => self.query().map(|command| (command, 0)),
            other => Err(MessageError::Operation(other)),
        }
    }

    /// The document in a reply, as bytes within the body.
    ///
    /// # Errors
    /// [`MessageError::Operation`] for what is neither OP_MSG nor OP_REPLY.
    pub fn reply(&self) -> Result<RawDocument<'_>, MessageError> {
        let at = match self.operation {
            OP_MSG => 5,
            OP_REPLY => 20,
            other => return Err(MessageError::Operation(other)),
        };
        let bytes = self.body.get(at..).ok_or(MessageError::Malformed("shorter than its fixed fields"))?;
        if self.operation == OP_MSG && self.body[4] != 0 {
            return Err(MessageError::Malformed("a reply does not begin with its body section"));
        }
        let raw = RawDocument::new(bytes)?;
        let checksum = if self.flags() & CHECKSUM_PRESENT == 0 { 0 } else { 4 };
        if raw.as_bytes().len() + checksum == bytes.len() {
            Ok(raw)
        } else {
            Err(MessageError::Malformed("a reply is longer than its document"))
        }
    }

    /// The same, in the body's own memory.
    ///
    /// # Errors
    /// As [`Frame::reply`].
    pub fn into_document(mut self) -> Result<Vec<u8>, MessageError> {
        let length = self.reply()?.as_bytes().len();
        self.body.drain(..if self.operation == OP_MSG { 5 } else { 20 });
        self.body.truncate(length);
        Ok(self.body)
    }

    fn query(&self) -> Result<Document, MessageError> {
        let name = self.body.get(4..).ok_or(MessageError::Malformed("OP_QUERY without a namespace"))?;
        let end = name.iter().position(|&byte| byte == 0);
        let end = end.ok_or(MessageError::Malformed("OP_QUERY namespace without an end"))?;
        let bytes = name.get(end + 9..).ok_or(MessageError::Malformed("OP_QUERY without a document"))?;
        let mut command = Document::from_bytes(bytes)?;
        if let Some(database) = String::from_utf8_lossy(&name[..end]).strip_suffix(".$cmd") {
            command.set("$db", database);
        }
        Ok(command)
    }

    fn sections(&self) -> Result<(Document, u32), MessageError> {
        let (flags, mut rest) = self.body.split_first_chunk::<4>().ok_or(MessageError::Malformed("no flag bits"))?;
        let flags = u32::from_le_bytes(*flags);
        if flags & CHECKSUM_PRESENT != 0 {
            rest = rest.len().checked_sub(4).map(|end| &rest[..end]).ok_or(MessageError::Malformed("no checksum"))?;
        }
        let mut body = None;
        let mut sequences = Vec::new();
        while let Some((&kind, after)) = rest.split_first() {
            rest = match kind {
                0 => {
                    let raw = RawDocument::new(after)?;
                    body = Some(Document::from_bytes(raw.as_bytes())?);
                    &after[raw.as_bytes().len()..]
                }
                1 => sequence(after, &mut sequences)?,
                _ => return Err(MessageError::Malformed("unknown section kind")),
            };
        }
        let mut body = body.ok_or(MessageError::Malformed("no body section"))?;
        for (name, documents) in sequences {
            body.push(name, documents);
        }
        Ok((body, flags))
    }
}

/// Reads until the buffer is full or the stream ends, and says how much there was.
fn fill(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match stream.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(more) => got += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

fn sequence<'a>(bytes: &'a [u8], found: &mut Vec<(String, Vec<Document>)>) -> Result<&'a [u8], MessageError> {
    let wrong = MessageError::Malformed("document sequence with a wrong length");
    let Some((size, _)) = bytes.split_first_chunk::<4>() else { return Err(wrong) };
    let size = usize::try_from(i32::from_le_bytes(*size)).unwrap_or(0);
    let Some(inner) = bytes.get(4..size) else { return Err(wrong) };
    let Some(end) = inner.iter().position(|&byte| byte == 0) else { return Err(wrong) };
    let mut documents = Vec::new();
    let mut rest = &inner[end + 1..];
    while !rest.is_empty() {
        let raw = RawDocument::new(rest)?;
        documents.push(Document::from_bytes(raw.as_bytes())?);
        rest = &rest[raw.as_bytes().len()..];
    }
    found.push((String::from_utf8_lossy(&inner[..end]).into_owned(), documents));
    Ok(&bytes[size..])
}

/// An OP_MSG with one body section of BSON bytes.
pub fn op_msg(request_id: i32, response_to: i32, flags: u32, document: &[u8]) -> Vec<u8> {
    let mut writer = header(HEADER + 5 + document.len(), request_id, response_to, OP_MSG);
    writer.bytes(&flags.to_le_bytes());
    writer.bytes(&[0]);
    writer.bytes(document);
    writer.into_bytes()
}

/// An OP_QUERY command on `database`, as old servers want their `isMaster`.
pub fn op_query(request_id: i32, database: &str, document: &[u8]) -> Vec<u8> {
    let namespace = format!("{database}.$cmd");
    let mut writer = header(HEADER + 4 + namespace.len() + 1 + 8 + document.len(), request_id, 0, OP_QUERY);
    writer.i32(0);
    writer.cstring(namespace.as_bytes());
    writer.i32(0);
    writer.i32(-1);
    writer.bytes(document);
    writer.into_bytes()
}

/// The answer to an OP_QUERY.
pub fn op_reply(request_id: i32, response_to: i32, document: &[u8]) -> Vec<u8> {
    let mut writer = header(HEADER + 20 + document.len(), request_id, response_to, OP_REPLY);
    writer.i32(8);
    writer.i64(0);
    writer.i32(0);
    writer.i32(1);
    writer.bytes(document);
    writer.into_bytes()
}

fn header(length: usize, request_id: i32, response_to: i32, operation: i32) -> Writer {
    let mut writer = Writer::default();
    for field in [length as i32, request_id, response_to, operation] {
        writer.i32(field);
    }
    writer
}

/// True where a document of that many bytes may be sent at all.
pub fn fits(document_bytes: usize) -> bool {
    // A command may exceed a stored document's limit a little, as mongod's 16 kB of slack.
    document_bytes <= MAX_DOCUMENT_BYTES + 16 * 1024
}

#[cfg(test)]
mod tests;
