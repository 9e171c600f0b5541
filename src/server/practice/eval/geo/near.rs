//! `$near`, `$nearSphere` and `$geoNear` of a filter: how far away a value is.

use super::{EARTH_RADIUS, Geometry, Point};
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::{Bson, Document};

type Parsed<T> = Result<T, CommandError>;

fn bad(text: impl Into<String>) -> CommandError {
    CommandError::new(code::BAD_VALUE, text)
}

/// What a distance is given in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Units of a plane: a legacy pair.
    Plane,
    /// Radians of a sphere: a legacy pair with `$nearSphere`.
    Radians,
    /// Metres of a sphere: GeoJSON.
    Metres,
}

/// A place to be near to, and how near.
#[derive(Clone, Debug, PartialEq)]
pub struct Near {
    center: Point,
    measure: Measure,
    least: f64,
    most: f64,
}

impl Near {
    /// Reads the argument of an operator (without the dollar sign); bounds may stand beside it.
    ///
    /// # Errors
    /// 2 for what is no place and for bounds that are no distances, 17444 for a pair that is not on the sphere.
    pub fn parse(operator: &str, argument: &Bson, beside: &Document) -> Parsed<Self> {
        let inside = argument.as_document().filter(|document| document.contains("$geometry"));
        let (center, measure) = match inside.and_then(|document| document.get("$geometry")) {
            Some(geometry) => (centre(geometry)?, Measure::Metres),
            None => {
                let wrong = || bad(format!("invalid point in geo near query argument of ${operator}"));
                let measure = if operator == "nearSphere" { Measure::Radians } else { Measure::Plane };
                (Point::legacy(argument, true).ok_or_else(wrong)?, measure)
            }
        };
        if measure != Measure::Plane && !center.on_sphere() {
            return Err(CommandError::new(17444, "Legacy point is out of bounds for spherical query"));
        }
        let bound = |name: &str| inside.and_then(|document| document.get(name)).or_else(|| beside.get(name));
        let least = distance("$minDistance", bound("$minDistance"))?.unwrap_or(0.0);
        let most = distance("$maxDistance", bound("$maxDistance"))?.unwrap_or(f64::INFINITY);
        Ok(Self { center, measure, least, most })
    }

    /// Kinds of indexes that may answer.
    pub fn index_kinds(&self) -> &'static [&'static str] {
        match self.measure {
            Measure::Plane => &["2d"],
            Measure::Radians => &["2d", "2dsphere"],
            Measure::Metres => &["2dsphere"],
        }
    }

    /// The nearest of a document's values and its distance, if that is within the bounds.
    pub fn nearest<'a>(&self, values: &[Option<&'a Bson>]) -> Option<(f64, &'a Bson)> {
        let mut nearest: Option<(f64, &Bson)> = None;
        for value in values.iter().flatten().flat_map(|value| candidates(value)) {
            let distance = self.distance(value);
            if let Some(distance) = distance
                && nearest.is_none_or(|(known, _)| distance < known)
            {
                nearest = Some((distance, value));
            }
        }
        nearest.filter(|(distance, _)| (self.least..=self.most).contains(distance))
    }

    fn distance(&self, value: &Bson) -> Option<f64> {
        let geometry = Geometry::of_value(value)?;
        if self.measure == Measure::Plane {
            let distances = geometry.points.iter().map(|point| self.center.distance(*point));
            return distances.filter(|_| geometry.is_points()).reduce(f64::min);
        }
        let metres = geometry.all_points().all(Point::on_sphere).then(|| geometry.metres_from(self.center));
        let metres = metres.filter(|metres| metres.is_finite())?;
        Some(if self.measure == Measure::Radians { metres / EARTH_RADIUS } else { metres })
    }
}

/// A value, and each of an array's elements, since a document may be in several places.
fn candidates(value: &Bson) -> impl Iterator<Item = &Bson> {
    let elements = value.as_array().filter(|items| !items.iter().any(Bson::is_number)).unwrap_or_default();
    std::iter::once(value).chain(elements)
}

/// A GeoJSON point, or a pair in its place.
fn centre(geometry: &Bson) -> Parsed<Point> {
    let wrong = || bad(r#"$near requires a point, given a geometry that is none"#);
    match geometry {
        Bson::Document(document) if document.contains("type") => {
            let geometry = Geometry::parse(document).map_err(bad)?;
            match geometry.points.as_slice() {
                [point] if geometry.is_points() => Ok(*point),
                _ => Err(wrong()),
            }
        }
        other => Point::legacy(other, true).ok_or_else(wrong),
    }
}

fn distance(name: &str, value: Option<&Bson>) -> Parsed<Option<f64>> {
    let Some(value) = value else { return Ok(None) };
    let distance = value.as_f64().ok_or_else(|| bad(format!("{name} must be a number")))?;
    if distance >= 0.0 { Ok(Some(distance)) } else { Err(bad(format!("{name} must be non-negative"))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bson, doc};

    fn far(operator: &str, argument: Bson, value: &Bson) -> Option<f64> {
        let near = Near::parse(operator, &argument, &Document::new()).unwrap();
        near.nearest(&[Some(value)]).map(|(distance, _)| distance)
    }

    #[test]
    fn each_measure_has_its_unit() {
        let value = bson!([1, 0]);
        assert_eq!(far("near", bson!([0, 0]), &value), Some(1.0));
        assert!((far("nearSphere", bson!([0, 0]), &value).unwrap() - 1_f64.to_radians()).abs() < 1e-9);
        let metres = far("near", bson!({ "$geometry": { "type": "Point", "coordinates": [0, 0] } }), &value).unwrap();
        assert!((metres - 111_318.8).abs() < 1.0, "{metres}");
    }

    #[test]
    fn of_several_places_the_nearest_counts() {
        assert_eq!(far("near", bson!([0, 0]), &bson!([[5, 0], { "x": 2, "y": 0 }])), Some(2.0));
        assert_eq!(far("near", bson!([0, 0]), &bson!("nowhere")), None);
    }

    #[test]
    fn bounds_stand_inside_or_beside() {
        let beside = doc! { "$maxDistance": 4, "$minDistance": 2 };
        let near = Near::parse("near", &bson!([0, 0]), &beside).unwrap();
        let reached: Vec<bool> =
            [1, 2, 4, 5].iter().map(|x| near.nearest(&[Some(&bson!([(*x), 0]))]).is_some()).collect();
        assert_eq!(reached, [false, true, true, false]);
        for wrong in [doc! { "$maxDistance": (-1) }, doc! { "$minDistance": "x" }, doc! { "$maxDistance": (f64::NAN) }]
        {
            assert_eq!(Near::parse("near", &bson!([0, 0]), &wrong).unwrap_err().code, 2);
        }
    }

    #[test]
    fn what_is_no_place_is_refused() {
        let code = |operator, argument: Bson| Near::parse(operator, &argument, &Document::new()).unwrap_err().code;
        assert_eq!(code("near", bson!("x")), 2);
        assert_eq!(code("near", bson!({ "$geometry": { "type": "LineString", "coordinates": [[0, 0], [1, 1]] } })), 2);
        assert_eq!(code("nearSphere", bson!([500, 0])), 17444);
    }
}
