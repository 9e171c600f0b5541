//! Frames, whole and broken.

use super::*;
use crate::doc;
use crate::wire::bson::any_document;
use proptest::prelude::*;

proptest! {
    #[test]
    fn any_document_comes_back_out_of_its_frame(document in any_document(), request in any::<i32>()) {
        let bytes = op_msg(request, 7, 0, &document.to_bytes());
        let frame = Frame::read(&mut bytes.as_slice()).unwrap();
        prop_assert_eq!((frame.request_id, frame.response_to), (request, 7));
        let raw = frame.reply().unwrap();
        prop_assert_eq!(raw.check(), Ok(()));
        prop_assert_eq!(Document::from_bytes(raw.as_bytes()), Ok(document));
    }

    #[test]
    fn any_bytes_give_a_message_or_an_error(
        operation in prop_oneof![Just(OP_MSG), Just(OP_QUERY), Just(OP_REPLY), any::<i32>()],
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let frame = Frame { request_id: 1, response_to: 0, operation, body };
        let _ = frame.command();
        if let Ok(raw) = frame.reply() {
            prop_assert_eq!(raw.check().is_ok(), Document::from_bytes(raw.as_bytes()).is_ok());
        }
        prop_assert!(frame.evidence().len() <= EVIDENCE);
    }
}

#[test]
fn a_command_comes_back_out_of_its_frame() {
    let command = doc! { "ping": 1, "$db": "admin" };
    let bytes = op_msg(7, 0, 0, &command.to_bytes());
    let frame = Frame::read(&mut bytes.as_slice()).unwrap();
    assert_eq!((frame.request_id, frame.command().unwrap()), (7, (command, 0)));
}

#[test]
fn an_old_query_names_its_database() {
    let bytes = op_query(1, "test", &doc! { "isMaster": 1 }.to_bytes());
    let (command, _) = Frame::read(&mut bytes.as_slice()).unwrap().command().unwrap();
    assert_eq!(command, doc! { "isMaster": 1, "$db": "test" });
}

#[test]
fn a_document_sequence_becomes_an_array() {
    let mut section = vec![1];
    let document = doc! { "a": 1 }.to_bytes();
    section.extend_from_slice(&((4 + 10 + document.len()) as u32).to_le_bytes());
    section.extend_from_slice(b"documents\0");
    section.extend_from_slice(&document);
    let mut body = vec![0, 0, 0, 0, 0];
    body.extend_from_slice(&doc! { "insert": "c" }.to_bytes());
    body.extend_from_slice(&section);
    let frame = Frame { request_id: 1, response_to: 0, operation: OP_MSG, body };
    assert_eq!(frame.command().unwrap().0, doc! { "insert": "c", "documents": [{ "a": 1 }] });
}

#[test]
fn a_reply_must_fill_its_message() {
    let mut bytes = op_msg(1, 0, 0, &doc! { "ok": 1.0 }.to_bytes());
    let frame = |bytes: &[u8]| Frame::read(&mut &bytes[..]).unwrap();
    assert!(frame(&bytes).reply().is_ok());
    assert_eq!(frame(&bytes).into_document().unwrap(), doc! { "ok": 1.0 }.to_bytes());
    let old = frame(&op_reply(1, 0, &doc! { "ok": 1.0 }.to_bytes()));
    assert_eq!(old.into_document().unwrap(), doc! { "ok": 1.0 }.to_bytes());
    assert_eq!(frame(&bytes).evidence(), bytes);
    bytes.push(0);
    bytes[0] += 1;
    assert!(matches!(frame(&bytes).reply(), Err(MessageError::Malformed(_))));
    bytes.truncate(22);
    assert!(matches!(Frame::read(&mut bytes.as_slice()), Err(MessageError::Cut { got: 22, .. })));
}

#[test]
fn flags_that_nobody_defined_are_seen() {
    let frame = |flags| Frame::read(&mut op_msg(1, 0, flags, &doc! {}.to_bytes()).as_slice()).unwrap();
    assert_eq!((frame(0x1_0002).reserved_flags(), frame(0x1_0002).more_to_come()), (0, true));
    assert_eq!(frame(0x14).reserved_flags(), 0x14);
}

#[test]
fn a_lying_length_is_refused_before_anything_is_allocated() {
    let bytes = [0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    assert!(matches!(Frame::read(&mut bytes.as_slice()), Err(MessageError::Length(..))));
}
