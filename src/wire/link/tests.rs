//! Links to small servers in this process.

use super::*;
use crate::doc;
use crate::wire::message::{op_msg, op_reply};
use crate::wire::uri::Settings;
use std::io::Write;
use std::net::{TcpListener, TcpStream};

/// Answers every message of every connection by what `answer` makes of its command.
fn serve(answer: impl Fn(&Document) -> Option<Document> + Send + Sync + 'static) -> Host {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = Host::parse(&listener.local_addr().unwrap().to_string()).unwrap();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || talk(stream.unwrap(), &*answer));
        }
    });
    host
}

fn talk(mut stream: TcpStream, answer: &dyn Fn(&Document) -> Option<Document>) {
    while let Ok(frame) = Frame::read(&mut stream) {
        let (command, _) = frame.command().unwrap();
        let Some(reply) = answer(&command) else { return };
        let bytes = match frame.operation {
            2004 => op_reply(1, frame.request_id, &reply.to_bytes()),
            _ => op_msg(1, frame.request_id, 0, &reply.to_bytes()),
        };
        stream.write_all(&bytes).unwrap();
    }
}

fn open(settings: Settings) -> Result<Link, ConnectError> {
    Link::open(&Arc::new(Servers::new(settings)), Some(Duration::from_secs(5)))
}

fn to(host: &Host) -> Settings {
    Settings { hosts: vec![host.clone()], ..Settings::default() }
}

#[test]
fn a_server_of_the_time_before_op_msg_gets_queries() {
    let host = serve(|command| match command.first()?.0 {
        "isMaster" => Some(doc! { "ismaster": true, "maxWireVersion": 0, "ok": 1.0 }),
        _ => Some(doc! { "ok": 1.0, "got": (command.clone()) }),
    });
    let reply = open(to(&host)).unwrap().command("test", &doc! { "count": "c" }).unwrap();
    assert_eq!(reply.get_document("got"), Some(&doc! { "count": "c", "$db": "test" }));
}

#[test]
fn who_drops_queries_is_greeted_by_a_message() {
    let host = serve(|command| match command.first()?.0 {
        "isMaster" => None,
        _ => Some(doc! { "ok": 1.0 }),
    });
    assert!(open(to(&host)).unwrap().command("test", &doc! { "ping": 1 }).is_ok());
}

#[test]
fn a_member_of_another_set_is_refused() {
    let host = serve(|_| Some(doc! { "ismaster": true, "setName": "other", "ok": 1.0 }));
    let error = open(Settings { replica_set: Some("rs".into()), ..to(&host) }).unwrap_err();
    assert_eq!(error.to_string(), "it belongs to other, not to the replica set rs");
}

#[test]
fn a_server_that_does_not_know_the_password_is_not_believed() {
    let host = serve(|command| {
        let payload = |text: &str| crate::wire::bson::Bson::Binary { subtype: 0, bytes: text.as_bytes().to_vec() };
        match command.first()?.0 {
            "isMaster" => Some(doc! { "ismaster": true, "saslSupportedMechs": ["SCRAM-SHA-256"], "ok": 1.0 }),
            "saslStart" => {
                let Some(crate::wire::bson::Bson::Binary { bytes, .. }) = command.get("payload") else { return None };
                let nonce = String::from_utf8_lossy(bytes).split("r=").nth(1)?.to_owned();
                let text = format!("r={nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
                Some(doc! { "conversationId": 1, "payload": (payload(&text)), "done": false, "ok": 1.0 })
            }
            _ => Some(doc! { "conversationId": 1, "payload": (payload("v=AAAA")), "done": true, "ok": 1.0 }),
        }
    });
    let mut settings = to(&host);
    settings.login = Settings::parse("mongodb://u:secret@h").unwrap().login;
    let error = open(settings).unwrap_err().to_string();
    assert!(error.contains("signature is wrong") && error.contains("'u' of admin"), "{error}");
    assert!(!error.contains("secret"), "{error}");
}
