//! `$geoNear`: the documents of a collection in the order of their distance.

use super::aggregate::{Source, resolve};
use super::{Call, sources};
use crate::server::practice::collection::State;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::eval::path;
use crate::server::practice::query::{Item, Wishes};
use crate::wire::bson::{Bson, Document};

const KNOWN: [&str; 9] = [
    "near",
    "distanceField",
    "spherical",
    "maxDistance",
    "minDistance",
    "query",
    "key",
    "includeLocs",
    "distanceMultiplier",
];

/// Options that older servers took, ignored as a mongod ignores them.
const IGNORED: [&str; 3] = ["uniqueDocs", "$geoNearSpec", "start"];

/// Parts of a field's path; more of them would make too deep a document.
const MOST_PARTS: usize = 100;

/// The stage's argument, checked.
#[derive(Debug)]
struct GeoNear<'a> {
    near: &'a Bson,
    spherical: bool,
    bounds: Vec<(&'static str, f64)>,
    query: Option<&'a Document>,
    key: Option<&'a str>,
    distance_field: Vec<String>,
    place_field: Option<Vec<String>>,
    multiplier: f64,
}

/// Makes the stage's documents.
///
/// # Errors
/// What is wrong with its argument; 26, 27 and 291 without a collection, an index, or the right one.
pub fn documents(call: &Call<'_>, name: &str, options: &Document) -> Result<Vec<Item>, CommandError> {
    let stage = GeoNear::parse(options)?;
    let collection = match resolve(call, name)? {
        Source::Collection(Some(collection)) => collection,
        Source::Collection(None) => return Err(call.not_found(name)),
        Source::View { .. } => return Err(sources::not_first("$geoNear")),
    };
    let state = collection.state.lock();
    let filter = stage.filter(&state)?;
    let request = call.request(&filter, Wishes::default())?;
    let found = call.search(&state, &request)?;
    Ok(found.into_items().into_iter().map(|item| stage.shown(item)).collect())
}

impl<'a> GeoNear<'a> {
    fn parse(options: &'a Document) -> Result<Self, CommandError> {
        if let Some(unknown) = options.keys().find(|key| !KNOWN.contains(key) && !IGNORED.contains(key)) {
            let code = if matches!(unknown, "limit" | "num") { 50858 } else { 40415 };
            return Err(CommandError::new(code, format!("$geoNear does not support the '{unknown}' option")));
        }
        let near =
            options.get("near").ok_or_else(|| CommandError::new(5_860_400, "$geoNear requires a 'near' argument"))?;
        let field = text(options, "distanceField")?;
        let field =
            field.ok_or_else(|| CommandError::new(16606, "$geoNear requires a 'distanceField' option as a String"))?;
        let mut bounds = Vec::new();
        for (option, operator) in [("minDistance", "$minDistance"), ("maxDistance", "$maxDistance")] {
            bounds.extend(number(options, option)?.map(|bound| (operator, bound)));
        }
        Ok(Self {
            near,
            spherical: options.get("spherical").is_some_and(|flag| flag.as_flag() == Some(true)),
            bounds,
            query: document(options, "query")?,
            key: text(options, "key")?,
            distance_field: parts(field)?,
            place_field: text(options, "includeLocs")?.map(parts).transpose()?,
            multiplier: number(options, "distanceMultiplier")?.unwrap_or(1.0),
        })
    }

    /// The same question as a filter.
    fn filter(&self, state: &State) -> Result<Document, CommandError> {
        let operator = if self.spherical { "$nearSphere" } else { "$near" };
        let geojson = self.near.as_document().is_some_and(|near| near.contains("type"));
        let bounds = self.bounds.iter().map(|(operator, bound)| ((*operator).to_owned(), Bson::Double(*bound)));
        let near: Document = if geojson {
            let inside: Document = one("$geometry", self.near.clone()).into_iter().chain(bounds).collect();
            one("$near", inside)
        } else {
            one(operator, self.near.clone()).into_iter().chain(bounds).collect()
        };
        let kinds: &[&str] = match (geojson, self.spherical) {
            (true, _) => &["2dsphere"],
            (false, true) => &["2d", "2dsphere"],
            (false, false) => &["2d"],
        };
        let mut clauses = vec![Bson::Document(one(&self.path(state, kinds)?, near))];
        clauses.extend(self.query.filter(|query| !query.is_empty()).cloned().map(Bson::Document));
        Ok(one("$and", clauses))
    }

    /// The path that the stage names, or that of the only geo index that may serve.
    fn path(&self, state: &State, kinds: &[&str]) -> Result<String, CommandError> {
        if let Some(key) = self.key {
            return Ok(key.to_owned());
        }
        let missing = |text: &str| Err(CommandError::new(code::INDEX_NOT_FOUND, text));
        let all: Vec<_> = state.indexes.iter().flat_map(|index| index.spec.special.places()).collect();
        let serving = |kind: &str| all.iter().filter(|(_, known)| *known == kind).map(|(path, _)| *path).collect();
        // A plane is looked for first.
        for kind in ["2d", "2dsphere"].iter().filter(|kind| kinds.contains(kind)) {
            let paths: Vec<&str> = serving(kind);
            match paths.as_slice() {
                [] => {}
                [path] => return Ok((*path).to_owned()),
                _ => return missing(&format!("There is more than one {kind} index; unsure which to use for $geoNear")),
            }
        }
        match all.len() {
            0 => missing("$geoNear requires a 2d or 2dsphere index, but none were found"),
            _ => Err(CommandError::new(291, "unable to find index for $geoNear query")),
        }
    }

    fn shown(&self, mut item: Item) -> Item {
        let distance = item.meta.distance.unwrap_or(0.0) * self.multiplier;
        path::set(&mut item.document, &self.distance_field, &Bson::Double(distance));
        item.meta.distance = Some(distance);
        if let (Some(field), Some(place)) = (&self.place_field, item.meta.place.clone()) {
            path::set(&mut item.document, field, &place);
        }
        item
    }
}

fn one(key: &str, value: impl Into<Bson>) -> Document {
    [(key.to_owned(), value.into())].into_iter().collect()
}

fn wrong_type(name: &str, value: &Bson, wanted: &str) -> CommandError {
    let text = format!("$geoNear: '{name}' must be {wanted}, not {}", value.type_name());
    CommandError::new(code::TYPE_MISMATCH, text)
}

fn text<'a>(options: &'a Document, name: &str) -> Result<Option<&'a str>, CommandError> {
    match options.get(name) {
        None => Ok(None),
        Some(Bson::String(text)) => Ok(Some(text)),
        Some(other) => Err(wrong_type(name, other, "a string")),
    }
}

fn document<'a>(options: &'a Document, name: &str) -> Result<Option<&'a Document>, CommandError> {
    match options.get(name) {
        None => Ok(None),
        Some(Bson::Document(document)) => Ok(Some(document)),
        Some(other) => Err(wrong_type(name, other, "an object")),
    }
}

fn number(options: &Document, name: &str) -> Result<Option<f64>, CommandError> {
    let Some(value) = options.get(name) else { return Ok(None) };
    let number = value.as_f64().ok_or_else(|| wrong_type(name, value, "a number"))?;
    if number >= 0.0 {
        return Ok(Some(number));
    }
    Err(CommandError::new(code::BAD_VALUE, format!("$geoNear: '{name}' must be nonnegative")))
}

fn parts(field: &str) -> Result<Vec<String>, CommandError> {
    let parts: Vec<String> = field.split('.').map(str::to_owned).collect();
    if parts.len() > MOST_PARTS
        || parts.iter().any(|part| part.is_empty() || part.starts_with('$') || part.contains('\0'))
    {
        let text = format!("FieldPath '{field}' has an empty name, one that starts with '$', or too many");
        return Err(CommandError::new(15998, text));
    }
    Ok(parts)
}
