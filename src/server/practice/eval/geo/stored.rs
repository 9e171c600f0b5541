//! What geo indexes ask of the values that they would hold.

use super::{Geometry, Point};
use crate::server::practice::errors::CommandError;
use crate::server::practice::eval::path::Path;
use crate::wire::bson::{Bson, Document};

/// Refuses a document whose values at a path cannot stand in a `2dsphere` index.
///
/// # Errors
/// 16755
pub fn check_sphere(document: &Document, path: &str) -> Result<(), CommandError> {
    let values = Path::new(path).values(document);
    values.into_iter().flatten().try_for_each(on_sphere).map_err(|reason| {
        let id = document.get("_id").map(crate::server::practice::render::value).unwrap_or_default();
        CommandError::new(16755, format!("Can't extract geo keys: {{ _id: {id}, ... }} {reason}"))
    })
}

fn on_sphere(value: &Bson) -> Result<(), String> {
    match value {
        Bson::Null | Bson::Undefined => Ok(()),
        Bson::Array(items) if !items.first().is_some_and(Bson::is_number) => items.iter().try_for_each(one_on_sphere),
        one => one_on_sphere(one),
    }
}

fn one_on_sphere(value: &Bson) -> Result<(), String> {
    if let Bson::Document(document) = value
        && document.get_str("type").is_some()
    {
        return Geometry::parse(document)?.check_borders();
    }
    if !matches!(value, Bson::Document(_) | Bson::Array(_)) {
        return Err("geo element must be an array or object".to_owned());
    }
    let point = Point::legacy(value, false).ok_or("Point must only contain numeric elements")?;
    if point.on_sphere() { Ok(()) } else { Err("longitude/latitude is out of bounds".to_owned()) }
}

/// Refuses a document whose values at a path cannot stand in a `2d` index of places from `low` to `high`.
///
/// # Errors
/// 16804 for what is no place, 13068 for half a place, 13026 for one without numbers, 13027 outside the bounds.
pub fn check_plane(document: &Document, path: &str, (low, high): (f64, f64)) -> Result<(), CommandError> {
    for value in Path::new(path).values(document).into_iter().flatten() {
        match value {
            Bson::Null | Bson::Undefined => {}
            Bson::Array(items) if !items.first().is_some_and(Bson::is_number) => {
                items.iter().try_for_each(|item| one_on_plane(item, low, high))?;
            }
            Bson::Document(fields) if fields.is_empty() => {}
            one => one_on_plane(one, low, high)?,
        }
    }
    Ok(())
}

fn one_on_plane(value: &Bson, low: f64, high: f64) -> Result<(), CommandError> {
    let point = match value {
        Bson::Document(document) if document.get_str("type") == Some("Point") => {
            document.get("coordinates").and_then(|pair| Point::legacy(pair, false))
        }
        Bson::Document(fields) if fields.len() == 1 => return Err(half()),
        Bson::Array(items) if items.len() == 1 => return Err(half()),
        Bson::Document(_) | Bson::Array(_) => Point::legacy(value, false),
        _ => return Err(CommandError::new(16804, "location object expected, location array not in correct format")),
    };
    let text = "geo values must be 'legacy coordinate pairs' for 2d indexes";
    let point = point.ok_or_else(|| CommandError::new(13026, text))?;
    if !(low..=high).contains(&point.x) || !(low..=high).contains(&point.y) {
        return Err(CommandError::new(13027, format!("point not in interval of [ {low}, {high} ]")));
    }
    Ok(())
}

fn half() -> CommandError {
    CommandError::new(13068, "geo field only has 1 element")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bson, doc};

    #[test]
    fn a_sphere_takes_geometries_pairs_and_nothing_at_all() {
        for value in [
            bson!(null),
            bson!([1, 2]),
            bson!([]),
            bson!({ "lon": 1, "lat": 2 }),
            bson!({ "type": "Point", "coordinates": [1, 2] }),
            bson!([{ "type": "Point", "coordinates": [1, 2] }, [3, 4]]),
        ] {
            assert_eq!(check_sphere(&doc! { "loc": (value.clone()) }, "loc"), Ok(()), "{value:?}");
        }
        assert_eq!(check_sphere(&doc! { "a": 1 }, "loc"), Ok(()));
    }

    #[test]
    fn a_sphere_refuses_what_is_no_place() {
        for value in [
            bson!(5),
            bson!("x"),
            bson!({}),
            bson!([1]),
            bson!([200, 2]),
            bson!({ "type": "Point", "coordinates": [1, 91] }),
            bson!({ "type": "Nothing" }),
            bson!([[1, 2], 5]),
            bson!({ "type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]] }),
        ] {
            assert_eq!(check_sphere(&doc! { "loc": (value.clone()) }, "loc").unwrap_err().code, 16755, "{value:?}");
        }
    }

    #[test]
    fn a_plane_has_a_code_for_each_mistake() {
        let code =
            |value: Bson| check_plane(&doc! { "loc": value }, "loc", (-180.0, 180.0)).err().map(|error| error.code);
        for right in [bson!([1, 2]), bson!({ "x": 1, "y": 2 }), bson!({ "type": "Point", "coordinates": [1, 2] })] {
            assert_eq!(code(right), None);
        }
        assert_eq!(code(bson!([[1, 2], [3, 4]])), None);
        assert_eq!(code(bson!("x")), Some(16804));
        assert_eq!(code(bson!([1])), Some(13068));
        assert_eq!(code(bson!([1, "x"])), Some(13026));
        assert_eq!(code(bson!([1, 181])), Some(13027));
    }
}
