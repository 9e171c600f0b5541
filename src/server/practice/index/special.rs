//! Indexes that answer other questions than "which value": text and places.
//!
//! They hold no entries. What they are for is to be there: `$text` and `$near` fail without them, and documents that they
//! could not file are refused.

use std::sync::Arc;

use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::eval::geo::stored;
use crate::server::practice::eval::text::Indexed;
use crate::wire::bson::{Bson, Document};

/// The bounds of a `2d` index that names none.
const PLANE: (f64, f64) = (-180.0, 180.0);

/// A geo field.
#[derive(Clone, Debug)]
enum Places {
    /// `2dsphere`
    Sphere,
    /// `2d`: the lowest and highest coordinate.
    Plane((f64, f64)),
}

/// What is special of an index; most have nothing.
#[derive(Clone, Debug, Default)]
pub struct Special {
    /// The fields of a text index.
    pub text: Option<Arc<Indexed>>,
    /// Fields that stand before those in a text index: a search must name their values.
    pub prefix: Vec<String>,
    places: Vec<(String, Places)>,
}

impl Special {
    /// Reads a key pattern, and the rest of a specification as `listIndexes` shows it.
    ///
    /// # Errors
    /// 67 for options out of range, 16800 and 16801 for `2d` fields that stand wrong.
    pub fn parse(pattern: &Document, shown: &Document) -> Result<Self, CommandError> {
        let mut read = Self::default();
        for (at, (path, value)) in pattern.iter().enumerate() {
            match value.as_str() {
                Some("2dsphere") => read.places.push((path.to_owned(), Places::Sphere)),
                Some("2d") if !read.places.is_empty() => {
                    return Err(CommandError::new(16800, "can't have 2 geo fields"));
                }
                Some("2d") if at > 0 => return Err(CommandError::new(16801, "2d has to be first in index")),
                Some("2d") => read.places.push((path.to_owned(), Places::Plane(plane(shown)?))),
                Some("text") if read.text.is_none() => read.text = Some(Arc::new(Indexed::parse(shown)?)),
                None if read.text.is_none() => read.prefix.push(path.to_owned()),
                _ => {}
            }
        }
        Ok(read)
    }

    /// The paths of all places, with the kind of each.
    pub fn places(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.places.iter().map(|(path, places)| match places {
            Places::Sphere => (path.as_str(), "2dsphere"),
            Places::Plane(_) => (path.as_str(), "2d"),
        })
    }

    /// Refuses a document that cannot be filed.
    ///
    /// # Errors
    /// 16755 and those of [`stored::check_plane`] for places, 17261 and 17262 for languages.
    pub fn check(&self, document: &Document) -> Result<(), CommandError> {
        for (path, places) in &self.places {
            match places {
                Places::Sphere => stored::check_sphere(document, path)?,
                Places::Plane(bounds) => stored::check_plane(document, path, *bounds)?,
            }
        }
        self.text.as_ref().map_or(Ok(()), |text| text.is_english(document).map(|_| ()))
    }
}

fn plane(shown: &Document) -> Result<(f64, f64), CommandError> {
    let cannot = |text: &str| CommandError::new(code::CANNOT_CREATE_INDEX, text);
    let number = |name: &str, default: f64| match shown.get(name) {
        None => Ok(default),
        Some(value) => value.as_f64().ok_or_else(|| cannot("min, max and bits of a 2d index must be numbers")),
    };
    if !(1.0..=32.0).contains(&number("bits", 26.0)?) {
        return Err(cannot("bits in geo index must be between 1 and 32"));
    }
    let (low, high) = (number("min", PLANE.0)?, number("max", PLANE.1)?);
    if low < high { Ok((low, high)) } else { Err(cannot("region for hash must be valid and have positive area")) }
}

/// Gives the weights of a text index all the fields of its pattern; those that are not named weigh 1.
pub fn complete_weights(weights: &mut Document, pattern: &Document) {
    // What `listIndexes` shows in the place of the fields is no field.
    let fields = pattern.iter().filter(|(path, value)| value.as_str() == Some("text") && *path != "_fts");
    for (path, _) in fields {
        if !weights.contains(path) {
            weights.push(path, Bson::Int32(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    #[test]
    fn a_plane_has_bounds_of_its_own() {
        let special = Special::parse(&doc! { "a": "2d" }, &doc! { "min": 0, "max": 500 }).unwrap();
        assert_eq!(special.check(&doc! { "a": [400, 1] }), Ok(()));
        assert_eq!(special.check(&doc! { "a": [400, (-1)] }).unwrap_err().code, 13027);
        assert_eq!(special.places().collect::<Vec<_>>(), [("a", "2d")]);
    }

    #[test]
    fn options_out_of_range_are_refused() {
        for shown in [doc! { "bits": 33 }, doc! { "min": 5, "max": 5 }, doc! { "min": "x" }, doc! { "max": (f64::NAN) }]
        {
            assert_eq!(Special::parse(&doc! { "a": "2d" }, &shown).unwrap_err().code, 67, "{shown:?}");
        }
        assert_eq!(Special::parse(&doc! { "a": 1, "b": "2d" }, &doc! {}).unwrap_err().code, 16801);
        assert_eq!(Special::parse(&doc! { "a": "2d", "b": "2d" }, &doc! {}).unwrap_err().code, 16800);
    }
}
