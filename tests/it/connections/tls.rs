//! Encrypted connections, with an authority that is made for the test.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use super::gate::{Gate, LOGIN};
use super::*;

const PING: &str = "assert.commandWorked(db.runCommand({ping: 1}));";

/// An authority and what it signs.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// Certificate and key for a name, as PEM.
    pub fn signed(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.0).unwrap().pem(), key.serialize_pem())
    }

    fn server(&self, name: &str, clients: Option<&Authority>) -> ServerConfig {
        let (certificate, key) = self.signed(name);
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let builder = match clients {
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(CertificateDer::from_pem_slice(authority.pem().as_bytes()).unwrap()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
                builder.with_client_cert_verifier(verifier.unwrap())
            }
            None => builder.with_no_client_auth(),
        };
        builder.with_single_cert(chain, key).unwrap()
    }
}

#[test]
fn a_server_of_a_trusted_authority_is_spoken_to_and_others_are_not() {
    let (place, authority) = (Place::new(), Authority::new());
    let ca = place.file("ca.pem", authority.pem());
    let strange = place.file("strange.pem", Authority::new().pem());
    let fake = Fake::encrypted(authority.server("127.0.0.1", None), ok);
    let uri = |options: &str| format!("mongodb://{}/?tls=true&{options}", fake.address);
    run(&uri(&format!("tlsCAFile={ca}")), PING).completed();
    run(&uri("tlsAllowInvalidCertificates=true"), PING).completed();
    run(&uri("tlsInsecure=true"), &format!("{PING} new Mongo(db.getMongo().host).getDB('x').runCommand({{ping: 1}});"))
        .completed();
    for (options, words) in [
        (format!("tlsCAFile={strange}"), "invalid peer certificate"),
        ("tlsCAFile=/nowhere/ca.pem".into(), "/nowhere/ca.pem"),
        (format!("tlsCAFile={}", place.file("empty.pem", "")), "no certificate"),
    ] {
        let ShellEnd::NoServer { error } = run(&uri(&options), PING).end else { panic!("{options} is taken") };
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn the_name_in_the_certificate_counts_unless_it_shall_not() {
    let (place, authority) = (Place::new(), Authority::new());
    let ca = place.file("ca.pem", authority.pem());
    let fake = Fake::encrypted(authority.server("localhost", None), ok);
    let uri = |host: &str, more: &str| format!("mongodb://{host}:{}/?tlsCAFile={ca}{more}", fake.port());
    run(&uri("localhost", ""), PING).completed();
    run(&uri("127.0.0.1", "&tlsAllowInvalidHostnames=true"), PING).completed();
    let ShellEnd::NoServer { error } = run(&uri("127.0.0.1", ""), PING).end else { panic!("taken") };
    assert!(error.contains("not valid for name"), "{error}");
}

#[test]
fn a_client_shows_its_own_certificate_where_the_server_wants_one() {
    let (place, authority) = (Place::new(), Authority::new());
    let ca = place.file("ca.pem", authority.pem());
    let (certificate, key) = authority.signed("client");
    let own = place.file("own.pem", format!("{certificate}{key}"));
    let fake = Fake::encrypted(authority.server("127.0.0.1", Some(&authority)), ok);
    let uri = format!("mongodb://{}/?tlsCAFile={ca}", fake.address);
    run(&format!("{uri}&tlsCertificateKeyFile={own}&authMechanism=MONGODB-X509"), PING).completed();
    assert!(fake.seen().iter().any(|seen| seen.command == "authenticate" && seen.database == "$external"));
    assert!(matches!(run(&uri, PING).end, ShellEnd::NoServer { .. }));
    let error = run(&format!("{uri}&tlsCertificateKeyFile={ca}"), PING).end;
    assert!(matches!(&error, ShellEnd::NoServer { error } if error.contains("unencrypted key")), "{error:?}");
}

#[test]
fn the_command_line_fuzzes_through_tls_with_a_login() {
    let (place, authority) = (Place::new(), Authority::new());
    let ca = place.file("ca.pem", authority.pem());
    let gate = Gate::start("SCRAM-SHA-256", Some(authority.server("127.0.0.1", None)));
    let uri = format!("mongodb://{LOGIN}@{}/?tls=true&tlsCAFile={ca}", gate.address);
    let said = place.fuzz(&["--uri", &uri, "--sets", "1", "--seed", "1", "--no-confirm"]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    assert!(said.out.contains("over TLS"), "{}", said.all());
    let figures = &place.summary()["effectiveness"];
    assert!(figures["accepted"].as_f64().unwrap() > 100.0, "{figures}");
    let plain = place.fuzz(&["--uri", &format!("mongodb://{}", gate.address), "--sets", "1"]);
    assert_eq!(plain.code, Some(2), "{}", plain.all());
}
