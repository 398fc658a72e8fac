//! Which collision points of a robot can hit each other.
use super::{Posture, RobotSpec, link_poses, point_w};

/// All pairs of points that can hit each other, by index: of different links, not parent and child, and apart in the nominal
/// pose (what overlaps there stands for one body).
pub fn colliding_pairs(spec: &RobotSpec) -> Vec<[usize; 2]> {
    let posture = Posture { pos_w: [0.0; 3], quat: [1.0, 0.0, 0.0, 0.0], joint_pos: spec.nominal_joints() };
    let poses = link_poses(spec, &posture);
    let parent = |link: usize| spec.links[link].joint.as_ref().and_then(|j| spec.link_index(&j.parent));
    let points: Vec<_> =
        spec.points().map(|(link, p)| (link, p.radius, point_w(&poses[link], p.center))).collect();
    let mut pairs = vec![];
    for (i, (a, ra, at)) in points.iter().enumerate() {
        for (j, (b, rb, other)) in points.iter().enumerate().skip(i + 1) {
            let related = a == b || parent(*a) == Some(*b) || parent(*b) == Some(*a);
            let square: f32 = at.iter().zip(other).map(|(x, y)| (x - y).powi(2)).sum();
            if !related && f64::from(square.sqrt()) > ra + rb {
                pairs.push([i, j]);
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_of_strangers_that_are_apart() {
        let spec = crate::robot::load("a1").unwrap();
        let pairs = colliding_pairs(&spec);
        let name = |i: usize| spec.points().nth(i).unwrap().1.name.clone();
        let has = |a: &str, b: &str| {
            pairs.iter().any(|[i, j]| [name(*i), name(*j)] == [a, b] || [name(*i), name(*j)] == [b, a])
        };
        assert!(
            has("FL_foot", "FR_foot")
                && has("FL_knee", "RL_foot")
                && has("trunk_front_left_bottom", "FL_foot")
        );
        // thigh and calf are neighbours, and so are points of one link
        assert!(!has("FL_thigh", "FL_foot") && !has("FL_thigh", "FL_knee"));
        assert!(!has("trunk_front_left_top", "trunk_rear_right_bottom"));
        let mut once = pairs.clone();
        once.dedup();
        assert_eq!(once.len(), pairs.len());
    }
}
