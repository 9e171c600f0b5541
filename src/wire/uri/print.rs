//! Settings as a connection string again, for programs that take one.

use super::{Host, Login, Secret, Settings, Tls, Trust, percent};

impl Settings {
    /// The connection string that reads as these settings, **with the password**: never for people or logs.
    pub fn to_uri(&self) -> String {
        let login = self.login.as_ref().map(user).unwrap_or_default();
        let database = self.database.as_deref().map(percent::encode).unwrap_or_default();
        let options: Vec<String> =
            self.options().into_iter().map(|(name, value)| format!("{name}={}", percent::encode(&value))).collect();
        let mark = if options.is_empty() { "" } else { "?" };
        format!("mongodb://{login}{}/{database}{mark}{}", self.host_list(), options.join("&"))
    }

    /// The same with the word PASSWORD in the password's place: for a line that a person copies and completes.
    pub fn to_shown_uri(&self) -> String {
        let mut shown = self.clone();
        if let Some(login) = shown.login.as_mut().filter(|login| !login.password.reveal().is_empty()) {
            login.password = Secret::new("PASSWORD");
        }
        shown.to_uri()
    }

    /// The hosts as they stand in a connection string.
    pub fn host_list(&self) -> String {
        let text = |host: &Host| match host {
            Host::Unix(path) => percent::encode(path),
            tcp => tcp.to_string(),
        };
        self.hosts.iter().map(text).collect::<Vec<_>>().join(",")
    }

    fn options(&self) -> Vec<(&'static str, String)> {
        let mut options = Vec::new();
        options.extend(self.login.iter().map(|login| ("authSource", login.source.clone())));
        let mechanism = self.login.as_ref().and_then(|login| login.mechanism);
        options.extend(mechanism.map(|mechanism| ("authMechanism", mechanism.name().to_owned())));
        options.extend(self.tls.iter().flat_map(encryption));
        options.extend(self.replica_set.iter().map(|name| ("replicaSet", name.clone())));
        options.extend(self.direct.map(|direct| ("directConnection", direct.to_string())));
        options.push(("readPreference", self.read_mode.name().to_owned()));
        options.retain(|(name, value)| *name != "readPreference" || value != "primary");
        if !self.compressors.is_empty() {
            let names: Vec<&str> = self.compressors.iter().map(|one| one.name()).collect();
            options.push(("compressors", names.join(",")));
        }
        let timeouts = [("connectTimeoutMS", self.connect_timeout), ("socketTimeoutMS", self.socket_timeout)];
        options.extend(timeouts.iter().filter_map(|(name, time)| Some((*name, (*time)?.as_millis().to_string()))));
        options
    }
}

fn user(login: &Login) -> String {
    let (user, password) = (percent::encode(&login.user), percent::encode(login.password.reveal()));
    match (user.is_empty(), password.is_empty()) {
        (true, _) => String::new(),
        // A certificate needs no password.
        (false, true) if login.mechanism == Some(super::Mechanism::X509) => format!("{user}@"),
        (false, _) => format!("{user}:{password}@"),
    }
}

fn encryption(tls: &Tls) -> Vec<(&'static str, String)> {
    let mut options = vec![("tls", "true".to_owned())];
    options.extend(tls.ca_file.iter().map(|path| ("tlsCAFile", path.to_string())));
    options.extend(tls.key_file.iter().map(|path| ("tlsCertificateKeyFile", path.to_string())));
    match tls.trust {
        Trust::Verified => {}
        Trust::AnyName => options.push(("tlsAllowInvalidHostnames", "true".into())),
        Trust::Anything => options.push(("tlsAllowInvalidCertificates", "true".into())),
    }
    options
}
