//! What stands behind the `?`.

use std::time::Duration;

use super::parse::Asked;
use super::{Mechanism, ReadMode, Settings, Tls, Trust, UriError, percent};
use crate::wire::compression::Compressor;

/// Options of drivers that say nothing to a client which pools nothing, retries nothing and sends what it is told to.
const WITHOUT_MEANING: &[&str] = &[
    "appname",
    "authmechanismproperties",
    "heartbeatfrequencyms",
    "journal",
    "loadbalanced",
    "localthresholdms",
    "maxconnecting",
    "maxidletimems",
    "maxpoolsize",
    "maxstalenessseconds",
    "minpoolsize",
    "readconcernlevel",
    "readpreferencetags",
    "retryreads",
    "retrywrites",
    "servermonitoringmode",
    "serverselectiontimeoutms",
    "serverselectiontryonce",
    "timeoutms",
    "tlsdisablecertificaterevocationcheck",
    "tlsdisableocspendpointcheck",
    "uuidrepresentation",
    "w",
    "waitqueuetimeoutms",
    "wtimeoutms",
    "zlibcompressionlevel",
];

/// What TLS options say, in whichever order they stand.
#[derive(Default)]
struct AskedTls {
    on: Option<bool>,
    files: Tls,
    any_name: bool,
    anything: bool,
    mentioned: bool,
}

/// Reads all options into `settings`; what belongs to the login is given back.
pub(super) fn read(text: &str, settings: &mut Settings) -> Result<Asked, UriError> {
    let (mut asked, mut tls) = (Asked::default(), AskedTls::default());
    for pair in text.split(['&', ';']).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (name.to_ascii_lowercase(), percent::decode(value)?);
        let known = connection(&key, &value, settings)? || login(&key, &value, &mut asked)?;
        if !known && !encryption(&key, &value, &mut tls)? && !WITHOUT_MEANING.contains(&key.as_str()) {
            return Err(UriError::UnknownOption(name.chars().filter(char::is_ascii_alphanumeric).take(40).collect()));
        }
    }
    settings.tls = tls.settled();
    Ok(asked)
}

fn connection(key: &str, value: &str, settings: &mut Settings) -> Result<bool, UriError> {
    match key {
        "replicaset" => settings.replica_set = Some(given("replicaSet", value)?),
        "directconnection" => settings.direct = Some(yes("directConnection", value)?),
        "readpreference" => {
            let takes = "primary, primaryPreferred, secondary, secondaryPreferred or nearest";
            settings.read_mode = ReadMode::named(value).ok_or(UriError::Value { option: "readPreference", takes })?;
        }
        // Drivers leave out what they cannot do.
        "compressors" => settings.compressors = value.split(',').filter_map(Compressor::named).collect(),
        "connecttimeoutms" => settings.connect_timeout = millis("connectTimeoutMS", value)?,
        "sockettimeoutms" => settings.socket_timeout = millis("socketTimeoutMS", value)?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn login(key: &str, value: &str, asked: &mut Asked) -> Result<bool, UriError> {
    match key {
        "authsource" => asked.source = Some(given("authSource", value)?),
        "authmechanism" => {
            let takes = "SCRAM-SHA-256, SCRAM-SHA-1, PLAIN or MONGODB-X509";
            asked.mechanism = Some(Mechanism::named(value).ok_or(UriError::Value { option: "authMechanism", takes })?);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn encryption(key: &str, value: &str, tls: &mut AskedTls) -> Result<bool, UriError> {
    match key {
        "tls" | "ssl" => {
            let on = yes("tls", value)?;
            if tls.on.is_some_and(|before| before != on) {
                return Err(UriError::Value { option: "tls", takes: "the same value as ssl" });
            }
            tls.on = Some(on);
        }
        "tlscafile" => tls.files.ca_file = Some(given("tlsCAFile", value)?.into()),
        "tlscertificatekeyfile" => tls.files.key_file = Some(given("tlsCertificateKeyFile", value)?.into()),
        "tlsallowinvalidcertificates" => tls.anything |= yes("tlsAllowInvalidCertificates", value)?,
        "tlsallowinvalidhostnames" => tls.any_name |= yes("tlsAllowInvalidHostnames", value)?,
        "tlsinsecure" => tls.anything |= yes("tlsInsecure", value)?,
        _ => return Ok(false),
    }
    tls.mentioned = true;
    Ok(true)
}

impl AskedTls {
    /// Who names a file or a trust means TLS, unless it is switched off.
    fn settled(self) -> Option<Tls> {
        let trust = match (self.anything, self.any_name) {
            (true, _) => Trust::Anything,
            (false, true) => Trust::AnyName,
            (false, false) => Trust::Verified,
        };
        self.on.unwrap_or(self.mentioned).then_some(Tls { trust, ..self.files })
    }
}

fn given(option: &'static str, value: &str) -> Result<String, UriError> {
    if value.is_empty() { Err(UriError::Value { option, takes: "a text" }) } else { Ok(value.to_owned()) }
}

fn yes(option: &'static str, value: &str) -> Result<bool, UriError> {
    value.parse().map_err(|_| UriError::Value { option, takes: "true or false" })
}

/// 0 stands for the default, as with drivers.
fn millis(option: &'static str, value: &str) -> Result<Option<Duration>, UriError> {
    let takes = "a number of milliseconds";
    let millis: u32 = value.parse().map_err(|_| UriError::Value { option, takes })?;
    Ok((millis > 0).then(|| Duration::from_millis(millis.into())))
}
