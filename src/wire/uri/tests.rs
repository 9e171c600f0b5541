//! What connection strings come to, and what their mistakes are told as.

use super::*;
use proptest::prelude::*;

fn parsed(uri: &str) -> Settings {
    Settings::parse(uri).unwrap()
}

#[test]
fn a_whole_connection_string_is_understood() {
    let settings = parsed(
        "mongodb://us%40er:p%3Aw@a:1,[::1]:2,%2Ftmp%2Fm.sock/db?authSource=users&authMechanism=SCRAM-SHA-1\
         &replicaSet=rs&readPreference=nearest&compressors=zstd,lz9,snappy&connectTimeoutMS=5&socketTimeoutMS=0&w=1",
    );
    let login = settings.login.clone().unwrap();
    assert_eq!((login.user.as_str(), login.password.reveal(), login.source.as_str()), ("us@er", "p:w", "users"));
    assert_eq!(login.mechanism, Some(Mechanism::ScramSha1));
    assert_eq!(settings.host_list(), "a:1,[::1]:2,%2Ftmp%2Fm.sock");
    assert_eq!((settings.database.as_deref(), settings.replica_set.as_deref()), (Some("db"), Some("rs")));
    assert_eq!(settings.compressors, [Compressor::Zstd, Compressor::Snappy]);
    assert_eq!((settings.connect_timeout, settings.socket_timeout), (Some(Duration::from_millis(5)), None));
    assert!(settings.follows_primary() && settings.read_mode == ReadMode::Nearest);
}

#[test]
fn who_follows_the_primary() {
    for (uri, follows) in [
        ("mongodb://a", false),
        ("mongodb://a,b", true),
        ("mongodb://a/?replicaSet=rs", true),
        ("mongodb://a/?replicaSet=rs&directConnection=true", false),
        ("mongodb://a/?directConnection=false", true),
    ] {
        assert_eq!(parsed(uri).follows_primary(), follows, "{uri}");
    }
}

#[test]
fn users_are_looked_up_where_the_string_says() {
    let source = |uri| parsed(uri).login.unwrap().source;
    assert_eq!(source("mongodb://u:p@h"), "admin");
    assert_eq!(source("mongodb://u:p@h/db"), "db");
    assert_eq!(source("mongodb://u:p@h/db?authSource=other"), "other");
    assert_eq!(source("mongodb://u:p@h/db?authMechanism=PLAIN"), "$external");
}

#[test]
fn tls_demands_to_know_whom_to_trust() {
    assert_eq!(Settings::parse("mongodb://h/?tls=true"), Err(UriError::NobodyTrusted));
    let trust = |uri| parsed(uri).tls.map(|tls| tls.trust);
    assert_eq!(trust("mongodb://h/?tls=true&tlsCAFile=/ca.pem"), Some(Trust::Verified));
    assert_eq!(trust("mongodb://h/?ssl=true&tlsCAFile=/ca.pem&tlsAllowInvalidHostnames=true"), Some(Trust::AnyName));
    assert_eq!(trust("mongodb://h/?tlsInsecure=true"), Some(Trust::Anything));
    assert_eq!(trust("mongodb://h/?tls=false&tlsCAFile=/ca.pem"), None);
    assert!(Settings::parse("mongodb://h/?tls=true&ssl=false&tlsInsecure=true").is_err());
}

#[test]
fn mistakes_are_one_sentence_without_the_password() {
    for uri in [
        "mongodb+srv://u:secret@h",
        "http://u:secret@h",
        "mongodb://u:secret/x@h",
        "mongodb://u:27017/secret@h",
        "mongodb://u:1?secret=x@h",
        "mongodb://u:a@secret@h",
        "mongodb://u:secret:b@h",
        "mongodb://u:secret%@h",
        "mongodb://:secret@h",
        "mongodb://u:secret@h:x",
        "mongodb://u:secret@",
        "mongodb://u:secret@h/?replicaSte=x",
        "mongodb://u:secret@h/?tlsCertificateKeyFilePassword=secret",
        "mongodb://u:secret@h/?tls=secret",
        "mongodb://u:secret@h/?authMechanism=GSSAPI",
        "mongodb://u:secret@a,b/?directConnection=true",
    ] {
        let error = Settings::parse(uri).unwrap_err().to_string();
        assert!(!error.contains("secret") && !error.contains('\n') && !error.contains(". "), "{uri}: {error}");
        assert!(!without_password(uri).contains("secret"), "{uri}");
    }
    let settings = parsed("mongodb://u:secret@h");
    assert!(!format!("{settings:?}").contains("secret"));
    assert_eq!(settings.to_shown_uri(), "mongodb://u:PASSWORD@h:27017/?authSource=admin");
}

fn host() -> impl Strategy<Value = Host> {
    let tcp = prop_oneof![Just("::1".to_owned()), "[a-z0-9][a-z0-9.-]{0,20}"];
    prop_oneof![
        (tcp, 1..=u16::MAX).prop_map(|(name, port)| Host::Tcp { name, port }),
        "/[a-z/ %@,]{0,20}".prop_map(|path| Host::Unix(format!("{path}.sock"))),
    ]
}

fn login() -> impl Strategy<Value = Login> {
    let mechanism = prop_oneof![Just(None), Just(Some(Mechanism::ScramSha256)), Just(Some(Mechanism::Plain))];
    (".+", ".*", "[^\0]+", mechanism).prop_map(|(user, password, source, mechanism)| Login {
        user,
        password: Secret::new(password),
        source,
        mechanism,
    })
}

fn tls() -> impl Strategy<Value = Tls> {
    let trust = prop_oneof![Just(Trust::Verified), Just(Trust::AnyName), Just(Trust::Anything)];
    (".+", prop::option::of(".+"), trust).prop_map(|(ca, key, trust)| Tls {
        ca_file: Some(ca.into()),
        key_file: key.map(Into::into),
        trust,
    })
}

prop_compose! {
    fn settings()(
        hosts in prop::collection::vec(host(), 1..4),
        login in prop::option::of(login()),
        database in prop::option::of(".+"),
        tls in prop::option::of(tls()),
        replica_set in prop::option::of(".+"),
        millis in prop::option::of(1..1_000_000_u64),
    ) -> Settings {
        let time = millis.map(Duration::from_millis);
        Settings { hosts, login, database, tls, replica_set, socket_timeout: time, ..Settings::default() }
    }
}

proptest! {
    #[test]
    fn settings_come_back_out_of_their_string(settings in settings()) {
        prop_assert_eq!(Settings::parse(&settings.to_uri()), Ok(settings));
    }

    #[test]
    fn any_text_gives_settings_or_a_sentence(text in ".{0,80}") {
        if let Err(error) = Settings::parse(&format!("mongodb://{text}")) {
            prop_assert!(!error.to_string().contains('\n'));
        }
    }
}
