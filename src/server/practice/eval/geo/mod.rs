//! Places: legacy pairs on a plane and GeoJSON on a sphere, and the questions that queries ask of them.
//!
//! A value at a path becomes a geometry; `$geoWithin` and `$geoIntersects` are a [`Question`] that a geometry lies in
//! or meets, `$near` and its kin a [`Near`] that has a distance to it. [`stored`] is what a geo index asks of values.
//!
//! What is exact: distances between points, on the plane and (haversine) on the sphere, and so `$center`,
//! `$centerSphere` over points and the order of `$near`. What is approximate:
//! - GeoJSON lines and polygons are taken on the plane of longitude and latitude. Their edges are not great circles, none
//!   crosses the antimeridian, and a pole is an edge of the map.
//! - A polygon is what its ring encloses on that plane, also under the CRS with strict winding: no polygon is larger than
//!   the map.
//! - The distance to a line or polygon is measured on a plane whose longitudes are scaled for the place asked about.
//! - Within several polygons means: each corner lies in one of them and no edge crosses a border of any.

mod geojson;
mod near;
mod plane;
mod point;
mod region;
pub mod stored;

use geojson::{Geometry, Polygon};
pub use near::Near;
use point::{EARTH_RADIUS, Point};
pub use region::Question;
