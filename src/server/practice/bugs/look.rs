//! Looking into a command, for the conditions of bugs.

use crate::server::practice::collection::Collection;
use crate::server::practice::commands::Call;
use crate::wire::bson::{Bson, Document};
use std::sync::Arc;

/// The collection that the command names, if it is there.
pub fn collection(call: &Call<'_>) -> Option<Arc<Collection>> {
    let name = call.command.first()?.1.as_str()?;
    call.server.catalog.collection(call.database, name).ok()?
}

/// True where a field at any depth passes the test.
pub fn anywhere(document: &Document, test: &dyn Fn(&str, &Bson) -> bool) -> bool {
    document.iter().any(|(key, value)| test(key, value) || inside(value, test))
}

fn inside(value: &Bson, test: &dyn Fn(&str, &Bson) -> bool) -> bool {
    match value {
        Bson::Document(inner) => anywhere(inner, test),
        Bson::Array(items) => items.iter().any(|item| inside(item, test)),
        _ => false,
    }
}

/// The stages of an aggregation, each by its name; none for another command.
pub fn stages<'a>(call: &'a Call<'_>) -> Vec<(&'a str, &'a Bson)> {
    let pipeline = call.command.get_array("pipeline").filter(|_| call.name == "aggregate").unwrap_or_default();
    pipeline.iter().filter_map(|stage| stage.as_document()?.first()).collect()
}

/// The statements of an update, delete or insert.
pub fn statements<'a>(call: &'a Call<'_>) -> impl Iterator<Item = &'a Document> {
    let field = match call.name {
        "update" => "updates",
        "delete" => "deletes",
        "insert" => "documents",
        _ => "",
    };
    call.command.get_array(field).unwrap_or_default().iter().filter_map(Bson::as_document)
}

/// True for a number that 32 bits with a sign do not hold, the two infinities among them.
pub fn beyond_int(value: &Bson) -> bool {
    value.as_f64().is_some_and(|number| !(-2_147_483_648.0..=2_147_483_647.0).contains(&number) && !number.is_nan())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    #[test]
    fn fields_are_seen_at_any_depth() {
        let command = doc! { "a": [{ "b": { "c": 1 } }], "d": 2 };
        assert!(anywhere(&command, &|key, value| key == "c" && value.as_i64() == Some(1)));
        assert!(!anywhere(&command, &|key, _| key == "e"));
    }

    #[test]
    fn numbers_beyond_an_int_are_of_any_type() {
        let beyond = [Bson::Double(2_147_483_648.0), Bson::Int64(i64::MIN), Bson::Double(f64::INFINITY)];
        assert!(beyond.iter().all(beyond_int));
        let within = [Bson::Int32(i32::MAX), Bson::Double(f64::NAN), Bson::Double(-2_147_483_648.0), Bson::Null];
        assert!(!within.iter().any(beyond_int));
    }
}
