//! The text, cut at its reserved characters. Nothing is decoded before it is cut.

use super::{Host, Login, Mechanism, Secret, Settings, Trust, UriError, options, percent};

const SCHEME: &str = "mongodb://";

impl Settings {
    /// Reads `mongodb://[user:password@]host1[:port][,host2...][/database][?options]`; without a scheme the same is
    /// meant.
    ///
    /// # Errors
    /// See [`UriError`]; the message is one sentence.
    pub fn parse(uri: &str) -> Result<Self, UriError> {
        let rest = after_scheme(uri)?;
        let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        // An @ behind the hosts is most likely a password with a / inside, which must not be taken for a database.
        if rest.contains('@') {
            return Err(UriError::Reserved);
        }
        let (user, hosts) = match authority.rsplit_once('@') {
            Some((user, hosts)) => (Some(user), hosts),
            None => (None, authority),
        };
        let (database, options) = rest.split_once('?').unwrap_or((rest, ""));
        let database = percent::decode(database.strip_prefix('/').unwrap_or(database))?;
        let mut settings = Self {
            hosts: hosts.split(',').map(Host::parse).collect::<Result<_, _>>()?,
            database: Some(database).filter(|name| !name.is_empty()),
            ..Self::default()
        };
        let asked = options::read(options, &mut settings)?;
        settings.login = login(user, asked, settings.database.as_deref())?;
        settings.consistent()
    }

    fn consistent(self) -> Result<Self, UriError> {
        if self.tls.as_ref().is_some_and(|tls| tls.ca_file.is_none() && tls.trust < Trust::Anything) {
            return Err(UriError::NobodyTrusted);
        }
        if self.direct == Some(true) && self.hosts.len() > 1 {
            return Err(UriError::DirectToSeveral);
        }
        Ok(self)
    }
}

fn after_scheme(uri: &str) -> Result<&str, UriError> {
    if uri.starts_with("mongodb+srv://") {
        return Err(UriError::Srv);
    }
    let rest = uri.strip_prefix(SCHEME).unwrap_or(uri);
    if rest.contains("://") { Err(UriError::Scheme) } else { Ok(rest) }
}

/// What options say of the login.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) source: Option<String>,
    pub(super) mechanism: Option<Mechanism>,
}

fn login(user: Option<&str>, asked: Asked, database: Option<&str>) -> Result<Option<Login>, UriError> {
    let certificate = asked.mechanism == Some(Mechanism::X509);
    let (name, password) = match user {
        None if certificate => ("", None),
        None if asked.mechanism.is_some() => {
            return Err(UriError::Login("authMechanism needs a user before the hosts"));
        }
        None => return Ok(None),
        Some(user) => user.split_once(':').map_or((user, None), |(name, password)| (name, Some(password))),
    };
    let reserved = |text: &str| text.contains([':', '/', '?', '#', '[', ']', '@']);
    if reserved(name) || password.is_some_and(reserved) {
        return Err(UriError::Reserved);
    }
    if name.is_empty() && !certificate {
        return Err(UriError::Login("the user's name is missing before the hosts"));
    }
    if password.is_none() && !certificate {
        return Err(UriError::Login("the user's password is missing; write user:password@ before the hosts"));
    }
    let source = asked.source.unwrap_or_else(|| Mechanism::default_source(asked.mechanism, database));
    Ok(Some(Login {
        user: percent::decode(name)?,
        password: Secret::new(percent::decode(password.unwrap_or_default())?),
        source,
        mechanism: asked.mechanism,
    }))
}

/// What may be shown of a connection string: logs of CI systems are read by many.
pub fn without_password(uri: &str) -> String {
    let (scheme, rest) = uri.split_at(uri.find("://").map_or(0, |at| at + 3));
    match rest.rfind('@') {
        Some(at) => format!("{scheme}...{}", before_options(&rest[at..])),
        None => format!("{scheme}{}", before_options(rest)),
    }
}

fn before_options(text: &str) -> &str {
    text.split('?').next().unwrap_or_default()
}
