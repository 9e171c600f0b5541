//! Segments on a plane.

use super::Point;

/// From one place straight to another.
pub type Segment = (Point, Point);

/// Twice the area of a triangle, positive where it turns left.
fn turn(a: Point, b: Point, c: Point) -> f64 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// True where a place is on a segment, its ends included.
pub fn on_segment(point: Point, (a, b): Segment) -> bool {
    let inside = |value: f64, one: f64, other: f64| value >= one.min(other) && value <= one.max(other);
    inside(point.x, a.x, b.x) && inside(point.y, a.y, b.y) && turn(a, b, point) == 0.0
}

/// True where two segments cross in the middle of both.
pub fn cross((a, b): Segment, (c, d): Segment) -> bool {
    turn(a, b, c) * turn(a, b, d) < 0.0 && turn(c, d, a) * turn(c, d, b) < 0.0
}

/// True where two segments have a place in common.
pub fn meet(one: Segment, other: Segment) -> bool {
    cross(one, other)
        || on_segment(one.0, other)
        || on_segment(one.1, other)
        || on_segment(other.0, one)
        || on_segment(other.1, one)
}

/// The segments of a line.
pub fn segments(line: &[Point]) -> impl Iterator<Item = Segment> + '_ {
    line.windows(2).map(|pair| (pair[0], pair[1]))
}

/// True where a ray from the place to the right crosses a closed line an odd number of times.
pub fn encloses(ring: &[Point], point: Point) -> bool {
    let crossed = segments(ring).filter(|(a, b)| {
        (a.y > point.y) != (b.y > point.y) && point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x
    });
    crossed.count() % 2 == 1
}

/// The place of a segment that is nearest, where a step along x is `scale` as long as one along y.
pub fn nearest(point: Point, (a, b): Segment, scale: f64) -> Point {
    let (dx, dy) = ((b.x - a.x) * scale, b.y - a.y);
    let length = dx * dx + dy * dy;
    if length == 0.0 || !length.is_finite() {
        return a;
    }
    let along = (((point.x - a.x) * scale * dx + (point.y - a.y) * dy) / length).clamp(0.0, 1.0);
    Point { x: a.x + (b.x - a.x) * along, y: a.y + (b.y - a.y) * along }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    #[test]
    fn segments_that_touch_meet_but_do_not_cross() {
        let flat = (p(0.0, 0.0), p(4.0, 0.0));
        assert!(cross(flat, (p(1.0, -1.0), p(1.0, 1.0))));
        assert!(!cross(flat, (p(1.0, 0.0), p(1.0, 1.0))) && meet(flat, (p(1.0, 0.0), p(1.0, 1.0))));
        assert!(!meet(flat, (p(5.0, -1.0), p(5.0, 1.0))));
    }

    #[test]
    fn the_nearest_place_is_on_the_segment() {
        let flat = (p(0.0, 0.0), p(4.0, 0.0));
        assert_eq!(nearest(p(1.0, 3.0), flat, 1.0), p(1.0, 0.0));
        assert_eq!(nearest(p(9.0, 3.0), flat, 1.0), p(4.0, 0.0));
        assert_eq!(nearest(p(9.0, 3.0), (p(1.0, 1.0), p(1.0, 1.0)), 1.0), p(1.0, 1.0));
    }
}
