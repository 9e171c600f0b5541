//! One place.

use crate::wire::bson::Bson;

/// Metres, as a mongod has it.
pub const EARTH_RADIUS: f64 = 6_378_100.0;

/// A place: x and y, or longitude and latitude in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Or longitude.
    pub x: f64,
    /// Or latitude.
    pub y: f64,
}

impl Point {
    /// Reads `[x, y]` or `{x: .., y: ..}` of any names; what stands behind them only counts if `exact`.
    pub fn legacy(value: &Bson, exact: bool) -> Option<Self> {
        let numbers: Vec<Option<f64>> = match value {
            Bson::Array(items) => items.iter().take(3).map(Bson::as_f64).collect(),
            Bson::Document(fields) => fields.iter().take(3).map(|(_, value)| value.as_f64()).collect(),
            _ => return None,
        };
        match numbers.as_slice() {
            [Some(x), Some(y)] => Some(Self { x: *x, y: *y }),
            [Some(x), Some(y), _] if !exact => Some(Self { x: *x, y: *y }),
            _ => None,
        }
        .filter(|point| point.x.is_finite() && point.y.is_finite())
    }

    /// The straight way.
    pub fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The way along the sphere, in radians.
    pub fn angle(self, other: Self) -> f64 {
        let (from, to) = (self.y.to_radians(), other.y.to_radians());
        let across = ((other.x - self.x).to_radians() / 2.0).sin().powi(2);
        let along = ((to - from) / 2.0).sin().powi(2);
        2.0 * (along + from.cos() * to.cos() * across).clamp(0.0, 1.0).sqrt().asin()
    }

    /// True for a longitude and a latitude.
    pub fn on_sphere(self) -> bool {
        (-180.0..=180.0).contains(&self.x) && (-90.0..=90.0).contains(&self.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bson;

    #[test]
    fn pairs_are_read_from_arrays_and_from_documents_of_any_names() {
        let wanted = Some(Point { x: 1.0, y: 2.5 });
        assert_eq!(Point::legacy(&bson!([1, 2.5]), true), wanted);
        assert_eq!(Point::legacy(&bson!({ "lon": 1, "lat": 2.5 }), true), wanted);
        assert_eq!(Point::legacy(&bson!([1, 2.5, 3]), false), wanted);
        for wrong in [bson!([1, 2.5, 3]), bson!([1]), bson!([1, "x"]), bson!(1), bson!([1, (f64::NAN)])] {
            assert_eq!(Point::legacy(&wrong, true), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_quarter_of_the_equator_is_a_right_angle() {
        let zero = Point { x: 0.0, y: 0.0 };
        assert!((zero.angle(Point { x: 90.0, y: 0.0 }) - std::f64::consts::FRAC_PI_2).abs() < 1e-12);
        assert!((zero.angle(Point { x: 180.0, y: 0.0 }) - std::f64::consts::PI).abs() < 1e-7);
        assert_eq!(zero.distance(Point { x: 3.0, y: 4.0 }), 5.0);
    }
}
