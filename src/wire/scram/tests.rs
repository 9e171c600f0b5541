//! The conversations that the RFCs and MongoDB's specification print.

use super::*;

/// A conversation whose password is taken as it is, as the RFC's own vector has it.
fn talk(hash: Hash, password: &str, nonce: &str, server_first: &str) -> (Conversation, String) {
    let mut conversation = Conversation::new(hash, "user", "pencil", nonce).unwrap();
    conversation.password = password.to_owned();
    assert_eq!(conversation.first(), format!("n,,n=user,r={nonce}"));
    let proof = conversation.prove(server_first).unwrap();
    (conversation, proof)
}

#[test]
fn rfc_5802_section_5() {
    let server_first = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";
    let (conversation, proof) = talk(Hash::Sha1, "pencil", "fyko+d2lbbFgONRv9qkxdawL", server_first);
    let expected = "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";
    assert_eq!(proof, expected);
    assert_eq!(conversation.check("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="), Ok(()));
}

#[test]
fn rfc_7677_section_3() {
    let server_first = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    let (conversation, proof) = talk(Hash::Sha256, "pencil", "rOprNGfwEbeRWgbNEkqO", server_first);
    let expected = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                    p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    assert_eq!(proof, expected);
    assert_eq!(conversation.check("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), Ok(()));
}

#[test]
fn mongodbs_digest_of_the_password_stands_in_for_it_with_sha_1() {
    // From the "Driver Authentication" specification.
    let nonce = "fyko+d2lbbFgONRv9qkxdawL";
    let mut conversation = Conversation::new(Hash::Sha1, "user", "pencil", nonce).unwrap();
    let server_first = "r=fyko+d2lbbFgONRv9qkxdawLHo+Vgk7qvUOKUwuWLIWg4l/9SraGMHEE,s=rQ9ZY3MntBeuP3E1TDVC4w==,i=10000";
    let expected = "c=biws,r=fyko+d2lbbFgONRv9qkxdawLHo+Vgk7qvUOKUwuWLIWg4l/9SraGMHEE,p=MC2T8BvbmWRckDw8oWl5IVghwCY=";
    assert_eq!(conversation.prove(server_first).as_deref(), Ok(expected));
    assert_eq!(conversation.check("v=UMWeI25JD1yNYZRMpZ4VHvhZ9e0="), Ok(()));
}

#[test]
fn a_server_that_does_not_know_the_password_is_found_out() {
    let server_first = "r=rOprNGfwEbeRWgbNEkqO1,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    let (conversation, _) = talk(Hash::Sha256, "pencil", "rOprNGfwEbeRWgbNEkqO", server_first);
    assert_eq!(conversation.check("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), Err(ScramError::Signature));
    assert_eq!(conversation.check("v="), Err(ScramError::Signature));
    assert_eq!(conversation.check("x"), Err(ScramError::Malformed("a signature")));
    assert_eq!(conversation.check("e=other-error"), Err(ScramError::Refused("other-error".into())));
    let unproven = Conversation::new(Hash::Sha256, "user", "pencil", "n").unwrap();
    assert_eq!(unproven.check("v="), Err(ScramError::Signature));
}

#[test]
fn replays_and_unreasonable_numbers_of_rounds_are_refused() {
    let prove = |message| Conversation::new(Hash::Sha256, "user", "pencil", "abc").unwrap().prove(message);
    assert_eq!(prove("r=xyz,s=QSXCR+Q6sek8bf92,i=4096"), Err(ScramError::Nonce));
    assert_eq!(prove("r=abc,s=QSXCR+Q6sek8bf92,i=4096"), Err(ScramError::Nonce));
    assert_eq!(prove("r=abcd,s=QSXCR+Q6sek8bf92,i=1"), Err(ScramError::Rounds(1)));
    assert_eq!(prove("r=abcd,s=QSXCR+Q6sek8bf92,i=2000001"), Err(ScramError::Rounds(2_000_001)));
    assert_eq!(prove("r=abcd,s=?,i=4096"), Err(ScramError::Malformed("a salt")));
    assert_eq!(prove("r=abcd,s=QSXCR+Q6sek8bf92"), Err(ScramError::Malformed("a number of rounds")));
    assert_eq!(prove(""), Err(ScramError::Malformed("a nonce")));
}

#[test]
fn names_are_escaped_and_passwords_prepared() {
    let conversation = Conversation::new(Hash::Sha256, "a=b,c", "I\u{ad}X", "n").unwrap();
    assert_eq!(conversation.first(), "n,,n=a=3Db=2Cc,r=n");
    // RFC 4013, section 3.
    assert_eq!(conversation.password, "IX");
    assert_eq!(Conversation::new(Hash::Sha256, "u", "\u{7}", "n").err(), Some(ScramError::Password));
}
