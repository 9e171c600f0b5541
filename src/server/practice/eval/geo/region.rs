//! `$geoWithin` and `$geoIntersects`.

use super::{Geometry, Point, Polygon};
use crate::server::practice::errors::{CommandError, code};
use crate::wire::bson::Bson;

/// Corners of `$polygon`, as for GeoJSON.
const MOST_CORNERS: usize = 2_000;

type Parsed<T> = Result<T, CommandError>;

fn bad(text: impl Into<String>) -> CommandError {
    CommandError::new(code::BAD_VALUE, text)
}

/// A part of the plane or the sphere.
#[derive(Clone, Debug, PartialEq)]
pub enum Region {
    /// `$box`: its lowest and highest corner.
    Box(Point, Point),
    /// `$center`: around a place on the plane.
    Circle(Point, f64),
    /// `$centerSphere`: around a place on the sphere, in radians.
    Cap(Point, f64),
    /// `$polygon`: a closed line on the plane.
    Polygon(Polygon),
    /// `$geometry`
    Geometry(Geometry),
}

/// `$geoWithin` or `$geoIntersects` with its argument.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    region: Region,
    /// All of a value lies inside; else some of it does.
    within: bool,
}

impl Question {
    /// Reads the argument of `$geoWithin`, `$within` or `$geoIntersects` (without the dollar sign).
    ///
    /// # Errors
    /// 2 for shapes that are unknown, malformed or not for this operator.
    pub fn parse(operator: &str, argument: &Bson) -> Parsed<Self> {
        let within = operator != "geoIntersects";
        let unsupported = || bad(format!("${operator} not supported with provided geometry"));
        let shape = argument.as_document().and_then(|shape| shape.iter().find(|(name, _)| *name != "$uniqueDocs"));
        let (name, value) = shape.ok_or_else(unsupported)?;
        let region = Region::parse(name, value)?.ok_or_else(unsupported)?;
        match &region {
            Region::Geometry(area) if within && (area.polygons.is_empty() || !only_polygons(area)) => {
                Err(unsupported())
            }
            Region::Geometry(_) => Ok(Self { region, within }),
            _ if within => Ok(Self { region, within }),
            _ => Err(unsupported()),
        }
    }

    /// True where a stored value is a geometry that passes.
    pub fn matches(&self, value: &Bson) -> bool {
        let Some(geometry) = Geometry::of_value(value) else { return false };
        match &self.region {
            Region::Geometry(region) => {
                let on_sphere = geometry.all_points().all(Point::on_sphere);
                on_sphere && if self.within { geometry.lies_in(region) } else { geometry.meets(region) }
            }
            Region::Cap(center, radius) => {
                // The corners stand for the whole: exact for points, and a cap is round.
                geometry.all_points().all(|point| point.on_sphere() && center.angle(point) <= *radius)
            }
            flat => geometry.is_points() && geometry.points.iter().all(|point| flat.holds(*point)),
        }
    }
}

fn only_polygons(geometry: &Geometry) -> bool {
    geometry.points.is_empty() && geometry.lines.is_empty()
}

impl Region {
    /// `None` where the name is not that of a shape.
    fn parse(name: &str, value: &Bson) -> Parsed<Option<Self>> {
        Ok(Some(match name {
            "$box" => rectangle(value)?,
            "$center" => {
                let (center, radius) = circle(value)?;
                Self::Circle(center, radius)
            }
            "$centerSphere" => {
                let (center, radius) = circle(value)?;
                if !center.on_sphere() {
                    return Err(bad("Spherical point is out of bounds of longitude and latitude"));
                }
                Self::Cap(center, radius)
            }
            "$polygon" => Self::Polygon(polygon(value)?),
            "$geometry" => Self::Geometry(geometry(value)?),
            _ => return Ok(None),
        }))
    }

    /// True where a place of the plane lies in it.
    fn holds(&self, point: Point) -> bool {
        match self {
            Self::Box(low, high) => (low.x..=high.x).contains(&point.x) && (low.y..=high.y).contains(&point.y),
            Self::Circle(center, radius) => center.distance(point) <= *radius,
            Self::Cap(center, radius) => center.angle(point) <= *radius,
            Self::Polygon(polygon) => polygon.contains(point),
            Self::Geometry(geometry) => geometry.covers(point),
        }
    }
}

fn geometry(value: &Bson) -> Parsed<Geometry> {
    if let Some(point) = Point::legacy(value, true) {
        return Ok(point.into());
    }
    let document = value.as_document().ok_or_else(|| bad("$geometry must be an object"))?;
    let geometry = Geometry::parse(document).map_err(bad)?;
    geometry.check_borders().map_err(bad)?;
    Ok(geometry)
}

/// The elements of an array, or the values of a document that older clients send in its place.
fn items(value: &Bson) -> Vec<&Bson> {
    match value {
        Bson::Array(items) => items.iter().collect(),
        Bson::Document(document) => document.iter().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    }
}

fn point(value: &Bson) -> Parsed<Point> {
    Point::legacy(value, true).ok_or_else(|| bad("Point must be an array or object of two finite numbers"))
}

fn rectangle(value: &Bson) -> Parsed<Region> {
    let [one, other] = items(value)[..] else { return Err(bad("$box needs two corners")) };
    let (one, other) = (point(one)?, point(other)?);
    let low = Point { x: one.x.min(other.x), y: one.y.min(other.y) };
    Ok(Region::Box(low, Point { x: one.x.max(other.x), y: one.y.max(other.y) }))
}

fn circle(value: &Bson) -> Parsed<(Point, f64)> {
    let [center, radius] = items(value)[..] else { return Err(bad("a circle needs a center and a radius")) };
    let radius = radius.as_f64().filter(|radius| *radius >= 0.0);
    Ok((point(center)?, radius.ok_or_else(|| bad("radius must be a non-negative number"))?))
}

fn polygon(value: &Bson) -> Parsed<Polygon> {
    let corners = items(value);
    if corners.len() < 3 {
        return Err(bad("Polygon must have at least 3 points"));
    }
    if corners.len() > MOST_CORNERS {
        return Err(bad(format!("a polygon has at most {MOST_CORNERS} corners on this server")));
    }
    let mut ring = corners.into_iter().map(point).collect::<Parsed<Vec<Point>>>()?;
    if ring.first() != ring.last() {
        ring.push(ring[0]);
    }
    Ok(Polygon(vec![ring]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bson;

    fn passes(operator: &str, argument: Bson, value: Bson) -> bool {
        Question::parse(operator, &argument).unwrap().matches(&value)
    }

    #[test]
    fn flat_shapes_hold_their_borders() {
        assert!(passes("geoWithin", bson!({ "$box": [[0, 0], [2, 2]] }), bson!([2, 1])));
        assert!(passes("geoWithin", bson!({ "$box": [[2, 2], [0, 0]] }), bson!({ "x": 1, "y": 1 })));
        assert!(passes("within", bson!({ "$center": [[0, 0], 5] }), bson!([3, 4])));
        assert!(!passes("within", bson!({ "$center": [[0, 0], 4.9] }), bson!([3, 4])));
        let triangle = bson!({ "$polygon": [[0, 0], [4, 0], { "x": 0, "y": 4 }] });
        assert!(passes("geoWithin", triangle.clone(), bson!([1, 1])) && !passes("geoWithin", triangle, bson!([3, 3])));
    }

    #[test]
    fn flat_shapes_hold_points_of_geojson_and_no_lines() {
        let shape = bson!({ "$box": [[0, 0], [2, 2]] });
        assert!(passes("geoWithin", shape.clone(), bson!({ "type": "Point", "coordinates": [1, 1] })));
        assert!(!passes("geoWithin", shape, bson!({ "type": "LineString", "coordinates": [[0, 0], [1, 1]] })));
    }

    #[test]
    fn a_cap_is_measured_in_radians() {
        let degree = 1_f64.to_radians();
        assert!(passes("geoWithin", bson!({ "$centerSphere": [[0, 0], (degree * 1.001)] }), bson!([1, 0])));
        assert!(!passes("geoWithin", bson!({ "$centerSphere": [[0, 0], (degree * 0.999)] }), bson!([1, 0])));
    }

    #[test]
    fn a_line_through_a_square_meets_it_and_is_not_within() {
        let square =
            bson!({ "$geometry": { "type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]] } });
        let line = bson!({ "type": "LineString", "coordinates": [[(-1), 1], [3, 1]] });
        assert!(passes("geoIntersects", square.clone(), line.clone()));
        assert!(!passes("geoWithin", square.clone(), line));
        assert!(passes("geoWithin", square, bson!([1, 1])));
        let on_line = bson!({ "$geometry": { "type": "LineString", "coordinates": [[0, 0], [2, 2]] } });
        assert!(passes("geoIntersects", on_line, bson!({ "type": "Point", "coordinates": [1, 1] })));
    }

    #[test]
    fn wrong_shapes_are_errors_of_a_client() {
        for (operator, argument) in [
            ("geoWithin", bson!(1)),
            ("geoWithin", bson!({})),
            ("geoWithin", bson!({ "$ball": [[0, 0], 1] })),
            ("geoWithin", bson!({ "$box": [[0, 0]] })),
            ("geoWithin", bson!({ "$center": [[0, 0], (-1)] })),
            ("geoWithin", bson!({ "$center": [[0, 0], (f64::NAN)] })),
            ("geoWithin", bson!({ "$centerSphere": [[500, 0], 1] })),
            ("geoWithin", bson!({ "$polygon": [[0, 0], [1, 1]] })),
            ("geoWithin", bson!({ "$geometry": { "type": "Point", "coordinates": [1, 1] } })),
            ("geoIntersects", bson!({ "$box": [[0, 0], [1, 1]] })),
            ("geoIntersects", bson!({ "$geometry": { "type": "Nothing" } })),
        ] {
            assert_eq!(Question::parse(operator, &argument).unwrap_err().code, 2, "{argument:?}");
        }
    }
}
