//! What a script may call a server, and whether it is one of those that the shell was given.

use crate::wire::link::{Servers, Target};
use crate::wire::uri::{Host, Login, Settings};

const STRANGER: &str = "couldn't connect: this shell speaks only to the servers that it was given";

/// Reads `host:port`, `set/host:port,host:port` or a connection string; an empty name is the server that the shell was
/// given. Of a script's connection string hosts and login count; how they are reached is the user's to say.
///
/// # Errors
/// It names a stranger, or is no name of a server; the text is the exception's.
pub fn named(name: &str, servers: &Servers) -> Result<(Target, Option<Login>), String> {
    let given = servers.settings();
    if name.is_empty() {
        return match given.hosts.first() {
            Some(_) if given.follows_primary() => Ok((Target::Primary, None)),
            Some(first) => Ok((Target::One(first.clone()), None)),
            None => Err(STRANGER.into()),
        };
    }
    let wanted = Settings::parse(&as_uri(name)).map_err(|error| format!("couldn't connect: {error}"))?;
    let known: Option<Vec<Host>> = wanted.hosts.iter().map(|host| servers.find(host)).collect();
    let first = known.and_then(|known| known.into_iter().next()).ok_or(STRANGER)?;
    let target = if wanted.follows_primary() { Target::Primary } else { Target::One(first) };
    Ok((target, wanted.login))
}

/// The shell's own ways to name a socket and a set, as a connection string.
fn as_uri(name: &str) -> String {
    match name.split_once('/') {
        Some(("", _)) => name.replace('/', "%2F"),
        Some((set, hosts)) if !set.contains(':') && hosts.contains([':', ',']) => {
            format!("mongodb://{hosts}/?replicaSet={set}")
        }
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(name: &str, given: &str) -> Result<(String, Option<String>), String> {
        let (target, login) = named(name, &Servers::new(Settings::parse(given).unwrap()))?;
        let target = match target {
            Target::One(host) => host.to_string(),
            Target::Primary => "primary".into(),
        };
        Ok((target, login.map(|login| login.user)))
    }

    #[test]
    fn the_given_server_has_several_names_and_strangers_have_none() {
        let given = "mongodb://u:p@127.0.0.1:1";
        for name in ["", "127.0.0.1:1", "localhost:1", "mongodb://localhost:1/test?w=1", "localhost:1/test"] {
            assert_eq!(meant(name, given), Ok(("127.0.0.1:1".into(), None)), "{name}");
        }
        assert_eq!(meant("mongodb://v:q@127.0.0.1:1", given), Ok(("127.0.0.1:1".into(), Some("v".into()))));
        for name in ["127.0.0.1:2", "example.org:1", "mongodb://127.0.0.1:1,example.org:1"] {
            assert_eq!(meant(name, given), Err(STRANGER.into()), "{name}");
        }
        assert!(meant("mongodb+srv://h", given).unwrap_err().contains("DNS"));
    }

    #[test]
    fn a_socket_is_named_by_its_path() {
        assert_eq!(meant("/tmp/m.sock", "mongodb://%2Ftmp%2Fm.sock"), Ok(("/tmp/m.sock".into(), None)));
    }

    #[test]
    fn a_set_is_followed_where_the_user_or_the_script_names_it() {
        let given = "mongodb://a:1,b:2/?replicaSet=rs";
        for name in ["", "rs/a:1,b:2", "mongodb://a:1,b:2/?replicaSet=rs"] {
            assert_eq!(meant(name, given), Ok(("primary".into(), None)), "{name}");
        }
        assert_eq!(meant("b:2", given), Ok(("b:2".into(), None)));
    }
}
