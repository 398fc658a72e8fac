//! The support polygon: the convex hull of what stands on the ground. Pure.
use bevy::prelude::*;

/// Corners of the hull, counter-clockwise (Andrew's monotone chain). `points` is put in order.
pub(super) fn hull(points: &mut [Vec2]) -> Vec<Vec2> {
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    if points.len() < 3 {
        return points.to_vec();
    }
    let mut corners: Vec<Vec2> = Vec::with_capacity(points.len() + 1);
    let mut chain = |points: &mut dyn Iterator<Item = Vec2>| {
        let start = corners.len();
        for point in points {
            while corners.len() >= start + 2
                && turn(corners[corners.len() - 2], corners[corners.len() - 1], point) <= 0.0
            {
                corners.pop();
            }
            corners.push(point);
        }
        corners.pop(); // the first of the other chain
    };
    chain(&mut points.iter().copied());
    chain(&mut points.iter().rev().copied());
    corners
}

/// Positive if a, b, c turn to the left.
fn turn(a: Vec2, b: Vec2, c: Vec2) -> f32 {
    (b - a).perp_dot(c - b)
}

/// Whether a point is inside of a hull.
pub(super) fn contains(corners: &[Vec2], point: Vec2) -> bool {
    corners.len() > 2
        && (0..corners.len()).all(|i| turn(corners[i], corners[(i + 1) % corners.len()], point) >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_inside_is_no_corner() {
        let mut points =
            [[0.0, 0.0], [2.0, 0.0], [1.0, 0.9], [2.0, 2.0], [0.0, 2.0], [1.0, 0.0]].map(Vec2::from_array);
        let corners = hull(&mut points);
        assert_eq!(corners, [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]].map(Vec2::from_array));
        assert!(contains(&corners, Vec2::new(1.0, 0.9)) && !contains(&corners, Vec2::new(2.1, 1.0)));
    }

    #[test]
    fn two_feet_are_a_line_and_none_is_nothing() {
        assert_eq!(hull(&mut [Vec2::X, Vec2::ZERO]), [Vec2::ZERO, Vec2::X]);
        assert!(hull(&mut []).is_empty());
        assert!(!contains(&[Vec2::ZERO, Vec2::X], Vec2::ZERO));
    }
}
