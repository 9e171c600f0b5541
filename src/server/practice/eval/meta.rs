//! What a query knows of a document beside its fields: `{$meta: ..}`.

use std::sync::Arc;

use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// Figures that came with one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meta {
    /// How well it fits a `$text`.
    pub text_score: Option<f64>,
    /// How far it is from the place of a `$near` or `$geoNear`.
    pub distance: Option<f64>,
    /// The value that this distance leads to.
    pub place: Option<Arc<Bson>>,
}

/// The name of such a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetaField {
    /// `textScore`
    TextScore,
    /// `geoNearDistance`
    Distance,
    /// `geoNearPoint`
    Place,
    /// One that a mongod knows and this server never has.
    Unavailable,
}

impl MetaField {
    /// Reads the argument of `$meta`.
    ///
    /// # Errors
    /// 17307 for what is no string, 17308 for an unknown name.
    pub fn parse(argument: &Bson) -> Result<Self, CommandError> {
        let name = argument.as_str();
        match name.ok_or_else(|| CommandError::new(17307, "$meta only supports string arguments"))? {
            "textScore" => Ok(Self::TextScore),
            "geoNearDistance" => Ok(Self::Distance),
            "geoNearPoint" => Ok(Self::Place),
            "recordId" | "indexKey" | "sortKey" | "randVal" | "searchScore" | "searchHighlights" => {
                Ok(Self::Unavailable)
            }
            other => Err(CommandError::new(17308, format!("Unsupported argument to $meta: {other}"))),
        }
    }

    /// Its value; [`Bson::Undefined`] is a missing one.
    pub fn of(self, meta: &Meta) -> Bson {
        let figure = match self {
            Self::TextScore => meta.text_score.map(Bson::Double),
            Self::Distance => meta.distance.map(Bson::Double),
            Self::Place => meta.place.as_deref().cloned(),
            Self::Unavailable => None,
        };
        figure.unwrap_or(Bson::Undefined)
    }
}

/// The error that a query has no such figure.
pub fn unavailable(what: &str) -> CommandError {
    CommandError::new(40218, format!("query requires {what} metadata, but it is not available"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_nobody_knows_are_refused() {
        assert_eq!(MetaField::parse(&Bson::from("nothing")).unwrap_err().code, 17308);
        assert_eq!(MetaField::parse(&Bson::Int32(1)).unwrap_err().code, 17307);
        let meta = Meta { text_score: Some(1.5), ..Meta::default() };
        assert_eq!(MetaField::parse(&Bson::from("textScore")).unwrap().of(&meta), Bson::Double(1.5));
        assert_eq!(MetaField::Distance.of(&meta), Bson::Undefined);
    }
}
