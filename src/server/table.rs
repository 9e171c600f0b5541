//! The table of products: `servers.toml`, and before it a file of the user's in the same form.

use camino::Utf8Path;
use serde::Deserialize;
use toml::Spanned;

use super::ServerError;
use super::placeholder::ports_of;
use super::spec::{ProcessSpec, Product};

const SHIPPED: &str = include_str!("servers.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    server: Vec<Spanned<Product>>,
}

/// Something wrong in a table.
struct Wrong {
    /// Where, in bytes.
    at: usize,
    what: String,
}

/// All products: those of the user's file first, then ours but for those that it replaces.
///
/// # Errors
/// The user's file cannot be read, or is not in the form of `servers.toml`: then with line and column.
pub fn products(user_file: Option<&Utf8Path>) -> Result<Vec<Product>, ServerError> {
    let mut products = match user_file {
        Some(path) => of_file(path)?,
        None => Vec::new(),
    };
    let shipped = parse(SHIPPED).map_err(|wrong| ServerError::Unusable(located("servers.toml", SHIPPED, &wrong)))?;
    let new: Vec<Product> =
        shipped.into_iter().filter(|ours| products.iter().all(|theirs| theirs.name != ours.name)).collect();
    products.extend(new);
    Ok(products)
}

/// The product of that name.
///
/// # Errors
/// There is none; the text lists those that there are.
pub fn product(name: &str, user_file: Option<&Utf8Path>) -> Result<Product, ServerError> {
    let products = products(user_file)?;
    let names: Vec<String> = products.iter().map(|product| product.name.clone()).collect();
    products
        .into_iter()
        .find(|product| product.name == name)
        .ok_or_else(|| ServerError::Unusable(format!("no server is called '{name}'; there are {}", names.join(", "))))
}

fn of_file(path: &Utf8Path) -> Result<Vec<Product>, ServerError> {
    let text = fs_err::read_to_string(path)
        .map_err(|error| ServerError::Unusable(format!("cannot use the server file {path}: {error}")))?;
    parse(&text).map_err(|wrong| ServerError::Unusable(located(path.as_str(), &text, &wrong)))
}

/// `FILE:LINE:COLUMN`, both counted from 1, and what is wrong there.
fn located(file: &str, text: &str, wrong: &Wrong) -> String {
    let before = &text[..text.floor_char_boundary(wrong.at)];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
    format!("cannot use the server file {file}:{line}:{column}: {}; docs/servers.md has every key", wrong.what)
}

fn parse(text: &str) -> Result<Vec<Product>, Wrong> {
    let table: Table = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Wrong { at, what: error.message().replace('`', "'") }
    })?;
    let mut products: Vec<Product> = Vec::new();
    for entry in table.server {
        let begin = entry.span().start;
        let product = entry.into_inner();
        if products.iter().any(|earlier| earlier.name == product.name) {
            return Err(Wrong { at: begin, what: format!("a second server is called '{}'", product.name) });
        }
        if let Some(process) = port_of_nobody(&product) {
            let words = format!("{{port:{process}}}");
            let at = begin + text[begin..].find(&words).unwrap_or_default();
            return Err(Wrong { at, what: format!("{words}: no process before this one is called '{process}'") });
        }
        products.push(product);
    }
    Ok(products)
}

/// A process whose port is asked for and that is not started before.
fn port_of_nobody(product: &Product) -> Option<&str> {
    product.process.iter().enumerate().find_map(|(index, process)| {
        let earlier = &product.process[..index];
        let mut asked = templates(process).flat_map(ports_of);
        asked.find(|name| earlier.iter().all(|one| one.name != *name))
    })
}

fn templates(process: &ProcessSpec) -> impl Iterator<Item = &str> {
    let texts = [&process.program].into_iter().chain(&process.arguments).chain(&process.uri);
    texts.map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[[server]]\nname = 'mine'\nsummary = 's'\n\n[[server.process]]\nname = 'p'\nprogram = 'x'\n\
                        arguments = ['{port}', '{a: 1}']\n";

    fn complaint(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = camino::Utf8PathBuf::from_path_buf(folder.path().join("my.toml")).unwrap();
        std::fs::write(&path, text).unwrap();
        products(Some(&path)).unwrap_err().to_string()
    }

    #[test]
    fn the_shipped_table_is_well_formed() {
        let products = products(None).unwrap();
        assert!(products.iter().any(|product| product.name == "practice" && product.hang_min.is_some()));
        assert!(products.iter().all(|product| !product.summary.is_empty()));
    }

    #[test]
    fn an_unknown_name_gets_the_list() {
        let error = product("mongdo", None).unwrap_err().to_string();
        assert!(error.contains("'mongdo'") && error.contains("practice") && error.contains("ferretdb"), "{error}");
    }

    #[test]
    fn a_users_server_replaces_ours_of_that_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = camino::Utf8PathBuf::from_path_buf(folder.path().join("my.toml")).unwrap();
        std::fs::write(&path, GOOD.replace("mine", "practice")).unwrap();
        let found = products(Some(&path)).unwrap();
        assert_eq!(found.iter().filter(|product| product.name == "practice").count(), 1);
        assert_eq!(product("practice", Some(&path)).unwrap().process[0].program, "x");
        assert_eq!(found.len(), products(None).unwrap().len());
    }

    #[test]
    fn mistakes_are_named_with_file_line_and_column() {
        for (right, wrong, place, words) in [
            ("summary", "sumary", "my.toml:3:1", "unknown field 'sumary'"),
            ("'x'", "5", "my.toml:7:11", "invalid type: integer"),
            ("program = 'x'", "ready = 'prot'", "my.toml:7:9", "unknown variant 'prot'"),
            ("program = 'x'", "stop = 'KILL'", "my.toml:7:8", "unknown variant 'KILL'"),
            ("summary = 's'", "hang_min = '5 parsecs'", "my.toml:3:12", "'5 parsecs' is no duration"),
            ("'{port}'", "'{prot}'", "my.toml:8:13", "there is no placeholder {prot}"),
            ("'{port}'", "'{port:q}'", "my.toml:8:15", "no process before this one is called 'q'"),
            ("'mine'", "'../mine'", "my.toml:2:8", "'../mine' is no name"),
            ("'x'", "'x", "my.toml:7:13", "invalid literal string"),
            ("program = 'x'\n", "", "my.toml:5:1", "missing field 'program'"),
        ] {
            assert!(GOOD.contains(right), "{right}");
            let said = complaint(&GOOD.replace(right, wrong));
            assert!(said.contains(&format!("{place}: ")) && said.contains(words), "{wrong}: {said}");
        }
    }

    #[test]
    fn a_server_without_a_process_and_one_called_as_another_are_mistakes() {
        let said = complaint("[[server]]\nname = 'mine'\nsummary = 's'\nprocess = []");
        assert!(said.contains("my.toml:4:11: a server has at least one process"), "{said}");
        let said = complaint(&[GOOD, GOOD].concat());
        assert!(said.contains("my.toml:9:1: a second server is called 'mine'"), "{said}");
    }

    #[test]
    fn every_key_and_placeholder_is_in_the_users_guide() {
        let guide = include_str!("../../docs/servers.md");
        for nonsense in ["", "[[server.process]]\n"] {
            let text = format!("[[server]]\n{nonsense}nonsense = 1");
            let error = toml::from_str::<Table>(&text).err().unwrap();
            let keys: Vec<&str> = error.message().split('`').skip(3).step_by(2).collect();
            assert!(keys.len() >= 6, "{error}");
            keys.iter().for_each(|key| assert!(guide.contains(&format!("| `{key}` |")), "{key} is not in the guide"));
        }
        let placeholders = crate::server::placeholder::PLACEHOLDERS;
        placeholders.iter().for_each(|one| assert!(guide.contains(&format!("| `{{{one}}}` |")), "{one}"));
    }
}
