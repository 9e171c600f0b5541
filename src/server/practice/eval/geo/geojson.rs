//! GeoJSON, taken apart into points, lines and polygons.

use super::plane::{self, Segment, segments};
use super::{EARTH_RADIUS, Point};
use crate::wire::bson::{Bson, Document};

/// Corners of one geometry: whatever compares two of them pair by pair comes to an end soon.
const MOST_CORNERS: usize = 2_000;

/// Reference systems that mean longitude and latitude.
const SYSTEMS: [&str; 3] = ["EPSG:4326", "urn:ogc:def:crs:OGC:1.3:CRS84", "urn:x-mongodb:crs:strictwinding:EPSG:4326"];

/// What is wrong with a geometry, for the text of an error.
type Read<T> = Result<T, String>;

/// Places of all kinds taken together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Geometry {
    /// Single places.
    pub points: Vec<Point>,
    /// Open lines.
    pub lines: Vec<Vec<Point>>,
    /// Areas.
    pub polygons: Vec<Polygon>,
}

/// An area: its border, then those of its holes, each closed.
#[derive(Clone, Debug, PartialEq)]
pub struct Polygon(pub Vec<Vec<Point>>);

impl Polygon {
    /// True inside and on the border.
    pub fn contains(&self, point: Point) -> bool {
        self.edges().any(|edge| plane::on_segment(point, edge))
            || self.0.iter().filter(|ring| plane::encloses(ring, point)).count() % 2 == 1
    }

    /// The segments of all its borders.
    pub fn edges(&self) -> impl Iterator<Item = Segment> + '_ {
        self.0.iter().flat_map(|ring| segments(ring))
    }
}

impl From<Point> for Geometry {
    fn from(point: Point) -> Self {
        Self { points: vec![point], ..Self::default() }
    }
}

impl Geometry {
    /// Reads `{type: .., coordinates: ..}`.
    ///
    /// # Errors
    /// The reason as a sentence.
    pub fn parse(document: &Document) -> Read<Self> {
        check_system(document)?;
        let mut read = Self::default();
        match document.get_str("type") {
            Some("GeometryCollection") => {
                let parts = document.get_array("geometries").filter(|parts| !parts.is_empty());
                for part in parts.ok_or("GeometryCollection geometries must be a nonempty array")? {
                    let part = part.as_document().ok_or("GeometryCollection geometries must be objects")?;
                    read.add(part)?;
                }
            }
            _ => read.add(document)?,
        }
        if read.corners() > MOST_CORNERS {
            return Err(format!("a geometry has at most {MOST_CORNERS} corners on this server"));
        }
        Ok(read)
    }

    /// What a document may hold at a path: GeoJSON or a legacy pair.
    pub fn of_value(value: &Bson) -> Option<Self> {
        match value {
            Bson::Document(document) if document.get_str("type").is_some() => Self::parse(document).ok(),
            other => Point::legacy(other, false).map(Self::from),
        }
    }

    /// True for points and nothing else.
    pub fn is_points(&self) -> bool {
        self.lines.is_empty() && self.polygons.is_empty()
    }

    /// Every place that it names.
    pub fn all_points(&self) -> impl Iterator<Item = Point> + '_ {
        let rings = self.polygons.iter().flat_map(|polygon| &polygon.0);
        self.points.iter().chain(self.lines.iter().chain(rings).flatten()).copied()
    }

    /// The segments of its lines and borders.
    pub fn edges(&self) -> impl Iterator<Item = Segment> + '_ {
        let borders = self.polygons.iter().flat_map(Polygon::edges);
        self.lines.iter().flat_map(|line| segments(line)).chain(borders)
    }

    /// True where a place belongs to it.
    pub fn covers(&self, point: Point) -> bool {
        self.points.contains(&point)
            || self.lines.iter().any(|line| segments(line).any(|edge| plane::on_segment(point, edge)))
            || self.polygons.iter().any(|polygon| polygon.contains(point))
    }

    /// The first place of each part: if no borders meet, a part is inside where its first place is.
    fn starts(&self) -> impl Iterator<Item = Point> + '_ {
        let rings = self.polygons.iter().filter_map(|polygon| polygon.0.first());
        let firsts = self.lines.iter().chain(rings).filter_map(|line| line.first());
        self.points.iter().chain(firsts).copied()
    }

    /// True where both have a place in common.
    pub fn meets(&self, other: &Self) -> bool {
        self.starts().any(|point| other.covers(point))
            || other.starts().any(|point| self.covers(point))
            || self.edges().any(|edge| other.edges().any(|another| plane::meet(edge, another)))
    }

    /// True where all of it lies in the polygons of the other one.
    pub fn lies_in(&self, area: &Self) -> bool {
        let inside = |point| area.polygons.iter().any(|polygon| polygon.contains(point));
        self.all_points().all(inside) && !self.edges().any(|edge| area.edges().any(|border| plane::cross(edge, border)))
    }

    /// Metres to the nearest of its places, 0 inside.
    pub fn metres_from(&self, from: Point) -> f64 {
        if self.polygons.iter().any(|polygon| polygon.contains(from)) {
            return 0.0;
        }
        let scale = from.y.to_radians().cos().max(0.01);
        let on_edges = self.edges().map(|edge| plane::nearest(from, edge, scale));
        let nearest = self.points.iter().copied().chain(on_edges).map(|point| from.angle(point));
        nearest.fold(f64::INFINITY, f64::min) * EARTH_RADIUS
    }

    /// Refuses borders that cross themselves, which takes too long to look for in every document that a query reads.
    ///
    /// # Errors
    /// The reason as a sentence.
    pub fn check_borders(&self) -> Read<()> {
        for ring in self.polygons.iter().flat_map(|polygon| &polygon.0) {
            let edges: Vec<Segment> = segments(ring).collect();
            let crossed = |(at, edge): (usize, &Segment)| edges[at + 1..].iter().any(|next| plane::cross(*edge, *next));
            if let Some(at) = edges.iter().enumerate().position(crossed) {
                return Err(format!("Edge {at} of the loop crosses another one"));
            }
        }
        Ok(())
    }

    fn corners(&self) -> usize {
        self.all_points().take(MOST_CORNERS + 1).count()
    }

    fn add(&mut self, document: &Document) -> Read<()> {
        let coordinates = document.get("coordinates").ok_or("GeoJSON coordinates must be an array")?;
        match document.get_str("type") {
            Some("Point") => self.points.push(position(coordinates)?),
            Some("MultiPoint") => self.points.extend(positions(coordinates, 1)?),
            Some("LineString") => self.lines.push(positions(coordinates, 2)?),
            Some("MultiLineString") => {
                for line in parts(coordinates)? {
                    self.lines.push(positions(line, 2)?);
                }
            }
            Some("Polygon") => self.polygons.push(polygon(coordinates)?),
            Some("MultiPolygon") => {
                for part in parts(coordinates)? {
                    self.polygons.push(polygon(part)?);
                }
            }
            other => return Err(format!("unknown GeoJSON type: {}", other.unwrap_or("none"))),
        }
        Ok(())
    }
}

fn check_system(document: &Document) -> Read<()> {
    let Some(system) = document.get("crs") else { return Ok(()) };
    let properties = system.as_document().and_then(|system| system.get_document("properties"));
    match properties.and_then(|properties| properties.get_str("name")) {
        Some(name) if SYSTEMS.contains(&name) => Ok(()),
        Some(name) => Err(format!("Unknown CRS name: {name}")),
        None => Err("GeoJSON CRS must be an object with properties.name".to_owned()),
    }
}

fn parts(value: &Bson) -> Read<&[Bson]> {
    let parts = value.as_array().filter(|parts| !parts.is_empty());
    parts.ok_or_else(|| "GeoJSON coordinates must be a nonempty array of coordinates".to_owned())
}

fn position(value: &Bson) -> Read<Point> {
    let numbers = value.as_array().filter(|items| items.len() >= 2 && items.iter().all(Bson::is_number));
    numbers.ok_or("Point must be an array of at least two numbers")?;
    let point = Point::legacy(value, false).filter(|point| point.on_sphere());
    point.ok_or_else(|| "longitude/latitude is out of bounds".to_owned())
}

fn positions(value: &Bson, fewest: usize) -> Read<Vec<Point>> {
    let items = parts(value)?;
    if items.len() < fewest {
        return Err(format!("GeoJSON LineString must have at least {fewest} vertices"));
    }
    items.iter().map(position).collect()
}

fn polygon(value: &Bson) -> Read<Polygon> {
    parts(value)?.iter().map(ring).collect::<Read<_>>().map(Polygon)
}

fn ring(value: &Bson) -> Read<Vec<Point>> {
    let mut ring = positions(value, 1)?;
    if ring.first() != ring.last() {
        return Err("Loop is not closed: its first and last vertices differ".to_owned());
    }
    ring.dedup();
    if ring.len() < 4 {
        return Err("Loop must have at least 3 different vertices".to_owned());
    }
    Ok(ring)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    fn geometry(document: Document) -> Geometry {
        Geometry::parse(&document).unwrap()
    }

    fn square(from: i32, to: i32) -> Geometry {
        let ring = crate::bson!([[from, from], [to, from], [to, to], [from, to], [from, from]]);
        geometry(doc! { "type": "Polygon", "coordinates": [ring] })
    }

    #[test]
    fn a_hole_is_no_part_of_a_polygon_but_its_border_is() {
        let outer = crate::bson!([[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]);
        let hole = crate::bson!([[3, 3], [6, 3], [6, 6], [3, 6], [3, 3]]);
        let area = geometry(doc! { "type": "Polygon", "coordinates": [outer, hole] });
        let covers = |x, y| area.covers(Point { x, y });
        assert!(covers(1.0, 1.0) && covers(3.0, 4.0) && covers(0.0, 0.0));
        assert!(!covers(4.0, 4.0) && !covers(10.0, 4.0));
    }

    #[test]
    fn one_square_inside_another_meets_it_though_no_borders_do() {
        assert!(square(0, 9).meets(&square(2, 3)) && square(2, 3).meets(&square(0, 9)));
        assert!(square(2, 3).lies_in(&square(0, 9)) && !square(0, 9).lies_in(&square(2, 3)));
        assert!(!square(0, 1).meets(&square(2, 3)));
        let line = geometry(doc! { "type": "LineString", "coordinates": [[(-1), 5], [20, 5]] });
        assert!(line.meets(&square(0, 9)) && !line.lies_in(&square(0, 9)));
    }

    #[test]
    fn what_is_no_geometry_is_refused_with_a_reason() {
        for wrong in [
            doc! { "type": "Point", "coordinates": [181, 0] },
            doc! { "type": "Point", "coordinates": [1] },
            doc! { "type": "Point" },
            doc! { "type": "Circle", "coordinates": [1, 1] },
            doc! { "type": "LineString", "coordinates": [[1, 1]] },
            doc! { "type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1]]] },
            doc! { "type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]] },
            doc! { "type": "GeometryCollection", "geometries": [{ "type": "GeometryCollection", "geometries": [] }] },
            doc! { "type": "Point", "coordinates": [1, 1], "crs": { "type": "name", "properties": { "name": "x" } } },
        ] {
            assert!(Geometry::parse(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_bow_tie_crosses_itself() {
        let tie = geometry(doc! { "type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]] });
        assert!(tie.check_borders().is_err());
        assert_eq!(square(0, 1).check_borders(), Ok(()));
    }

    #[test]
    fn inside_an_area_the_distance_is_nothing() {
        assert_eq!(square(0, 9).metres_from(Point { x: 1.0, y: 1.0 }), 0.0);
        let degree = EARTH_RADIUS.to_radians();
        assert!((square(0, 9).metres_from(Point { x: -1.0, y: 0.0 }) - degree).abs() < 1.0);
    }
}
