//! A standing pose for robots whose file gives none: feet where they are with straight legs, legs somewhat bent.
use super::roles::posed;
use crate::robot::{LegSpec, RobotSpec, point_w};

/// Legs beyond these stay straight: the search is made for robots, not for chains.
const MOST_LEGS: usize = 8;
const MOST_JOINTS: usize = 8;
const MOST_SWEEPS: usize = 100;

/// Share of the straight leg's height at which a robot stands.
fn share(legs: usize) -> f64 {
    if legs > 2 { 0.74 } else { 0.96 }
}

/// Zero, or the nearest that the limits allow.
pub fn clamped_zero(spec: &RobotSpec) -> Vec<f32> {
    spec.joints().map(|j| 0.0f64.clamp(j.limits[0], j.limits[1]) as f32).collect()
}

/// Joint positions in which the robot may stand.
pub fn guess(spec: &RobotSpec) -> Vec<f32> {
    let mut pose = clamped_zero(spec);
    for leg in spec.roles.legs.iter().take(MOST_LEGS).filter(|l| l.joints.len() <= MOST_JOINTS) {
        bend(spec, leg, &mut pose);
    }
    pose
}

/// The height of the base origin with the lowest sphere on the ground, m.
pub fn height(spec: &RobotSpec, pose: &[f32]) -> f64 {
    let links = posed(spec, pose.to_vec());
    let lowest = spec.points().map(|(l, p)| f64::from(point_w(&links[l], p.center)[2]) - p.radius);
    -lowest.fold(f64::INFINITY, f64::min)
}

fn bend(spec: &RobotSpec, leg: &LegSpec, pose: &mut [f32]) {
    let Some(foot) = spec.point_index(&leg.foot) else { return };
    let Some((link, point)) = spec.points().nth(foot) else { return };
    let joints: Vec<usize> = leg.joints.iter().filter_map(|j| spec.joint_index(j)).collect();
    let Some(&first) = joints.first() else { return };
    let limits: Vec<[f64; 2]> = spec.joints().map(|j| j.limits).collect();
    let straight = posed(spec, vec![0.0; limits.len()]);
    let at = |links: &[crate::robot::LinkPose]| point_w(&links[link], point.center).map(f64::from);
    let (hip, goal) = (f64::from(straight[first + 1].pos_w[2]), at(&straight));
    let height = hip + share(spec.roles.legs.len()) * (goal[2] - hip);
    // a flat foot stays as flat as it is with all joints at zero
    let flat = if spec.links[link].points.len() >= 3 { 0.02 } else { 0.0 };
    let cost = |pose: &[f32]| {
        let links = posed(spec, pose.to_vec());
        let p = at(&links);
        let (a, b) = (links[link].quat, straight[link].quat);
        let cosine = f64::from(a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>());
        let lazy: f64 = joints.iter().map(|j| f64::from(pose[*j]).powi(2)).sum();
        (p[0] - goal[0]).powi(2)
            + (p[1] - goal[1]).powi(2)
            + (p[2] - height).powi(2)
            + flat * (1.0 - cosine * cosine)
            + 2e-5 * lazy
    };
    let mut best = (f64::INFINITY, pose.to_vec());
    for start in [0.0, 0.6, -0.6] {
        let mut now = pose.to_vec();
        for (k, j) in joints.iter().enumerate() {
            let sign = if k % 2 == 0 { 1.0 } else { -1.5 };
            now[*j] = (f64::from(now[*j]) + sign * start).clamp(limits[*j][0], limits[*j][1]) as f32;
        }
        let mut least = cost(&now);
        let mut step = 0.4;
        for _ in 0..MOST_SWEEPS {
            if step < 1e-4 {
                break;
            }
            let mut better = false;
            // pairs bend a knee without moving the foot away
            for a in &joints {
                for b in &joints {
                    for (da, db) in
                        [(1.0, 0.0), (-1.0, 0.0), (1.0, -2.0), (-1.0, 2.0), (1.0, -1.0), (-1.0, 1.0)]
                    {
                        let mut next = now.clone();
                        for (j, d) in [(*a, da), (*b, db)] {
                            next[j] =
                                (f64::from(next[j]) + d * step).clamp(limits[j][0], limits[j][1]) as f32;
                        }
                        let c = cost(&next);
                        if c < least {
                            (least, now, better) = (c, next, true);
                        }
                    }
                }
            }
            if !better {
                step /= 2.0;
            }
        }
        if least < best.0 {
            best = (least, now);
        }
    }
    for j in joints {
        // thousandths are enough, and read better
        pose[j] = ((f64::from(best.1[j]) * 1e3).round() / 1e3).clamp(limits[j][0], limits[j][1]) as f32;
    }
}
