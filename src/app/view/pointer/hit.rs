//! Rays against robots, of which each drawing primitive is a capsule for the mouse, and against things. Pure.
use crate::physics::PropShape;
use crate::robot::{DrawnMesh, RobotSpec, Shape, VisualSpec};
use bevy::prelude::*;

/// Everything of a robot is closer to its base than this, m.
const REACH: f32 = 0.62;
/// A robot is a little larger for the mouse than for the eye, m.
const SLACK: f32 = 0.008;

/// A capsule on a link, in the link's frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Capsule {
    /// Link.
    pub link: usize,
    /// Centres of the caps, m.
    pub ends: [Vec3; 2],
    /// m.
    pub radius: f32,
}

/// Capsules of all links.
pub(super) fn capsules(robot: &RobotSpec) -> Vec<Capsule> {
    let links = robot.links.iter().enumerate();
    links.flat_map(|(link, spec)| spec.visuals.iter().map(move |v| capsule(link, v))).collect()
}

fn capsule(link: usize, visual: &VisualSpec) -> Capsule {
    let within = |half: [f32; 3]| {
        let long = (0..3).max_by(|&a, &b| half[a].total_cmp(&half[b])).unwrap_or(0);
        let radius = (half[(long + 1) % 3] + half[(long + 2) % 3]) / 2.0;
        (Vec3::AXES[long], (half[long] - radius).max(0.0), radius)
    };
    let (axis, half, radius) = match visual.shape {
        Shape::Box(lengths) => within(lengths.map(|l| l as f32 / 2.0)),
        Shape::Mesh(ref text) => within(DrawnMesh::decode(text).unwrap_or_default().half),
        Shape::Capsule([r, l]) => (Vec3::Z, l as f32 / 2.0, r as f32),
        Shape::Taper([a, b, l]) => (Vec3::Z, l as f32 / 2.0, a.max(b) as f32),
        Shape::Cylinder([r, l]) => (Vec3::Z, (l as f32 / 2.0 - r as f32).max(0.0), r as f32),
        Shape::Sphere(r) => (Vec3::Z, 0.0, r as f32),
    };
    let center = Vec3::from_array(visual.center.map(|v| v as f32));
    let [w, x, y, z] = visual.rotation.map(|v| v as f32);
    let along = Quat::from_xyzw(x, y, z, w) * axis * half;
    Capsule { link, ends: [center - along, center + along], radius: radius + SLACK }
}

/// Distance along the ray and link of the nearest capsule of a robot that the ray meets.
pub(super) fn robot(
    ray: Ray3d,
    bodies: &[Capsule],
    pose: impl Fn(usize) -> Transform,
) -> Option<(f32, usize)> {
    let base = pose(0);
    let along = (base.translation - ray.origin).dot(*ray.direction).max(0.0);
    if ray.get_point(along).distance_squared(base.translation) > REACH * REACH {
        return None;
    }
    let mut at = (usize::MAX, base);
    let mut nearest: Option<(f32, usize)> = None;
    for body in bodies {
        if at.0 != body.link {
            at = (body.link, pose(body.link));
        }
        let ends = body.ends.map(|end| at.1.transform_point(end));
        if let Some(distance) = ray_capsule(ray, ends, body.radius)
            && nearest.is_none_or(|(d, _)| distance < d)
        {
            nearest = Some((distance, body.link));
        }
    }
    nearest
}

/// Distance along the ray at which it enters a capsule; 0 if it begins inside.
pub(super) fn ray_capsule(ray: Ray3d, [a, b]: [Vec3; 2], radius: f32) -> Option<f32> {
    let (axis, to, along) = (b - a, ray.origin - a, *ray.direction);
    let (length, slope) = (axis.length_squared(), axis.dot(along));
    let (start, offset) = (axis.dot(to), to.dot(along));
    let r2 = radius * radius;
    let closest = if length > 0.0 { (start / length).clamp(0.0, 1.0) } else { 0.0 };
    if (to - axis * closest).length_squared() <= r2 {
        return Some(0.0);
    }
    // the round side between the caps
    let p = length - slope * slope;
    if p > 1e-9 {
        let q = length * offset - start * slope;
        let h = q * q - p * (length * to.length_squared() - start * start - r2 * length);
        if h < 0.0 {
            return None;
        }
        let t = (-q - h.sqrt()) / p;
        if t >= 0.0 && (0.0..=length).contains(&(start + t * slope)) {
            return Some(t);
        }
    }
    [a, b].into_iter().filter_map(|center| ray_sphere(ray, center, radius)).min_by(f32::total_cmp)
}

fn ray_sphere(ray: Ray3d, center: Vec3, radius: f32) -> Option<f32> {
    let to = ray.origin - center;
    let along = to.dot(*ray.direction);
    let h = along * along - to.length_squared() + radius * radius;
    let t = -along - h.max(0.0).sqrt();
    (h >= 0.0 && t >= 0.0).then_some(t)
}

/// Distance along the ray at which it meets a thing; wedges and stairs are the boxes around them.
pub(super) fn prop(ray: Ray3d, shape: &PropShape, pose: Transform) -> Option<f32> {
    let turn = pose.rotation.inverse();
    let (origin, along) = (turn * (ray.origin - pose.translation), turn * *ray.direction);
    match *shape {
        PropShape::Ball(radius) => ray_sphere(ray, pose.translation, radius),
        PropShape::Box(size) | PropShape::Wedge(size) | PropShape::Stairs(size, _) => {
            let half = Vec3::from_array(size) / 2.0;
            // entering and leaving each pair of faces; along a face that is divided by zero, which compares rightly
            let (a, b) = ((-half - origin) / along, (half - origin) / along);
            let (enter, leave) = (a.min(b).max_element(), a.max(b).min_element());
            (enter <= leave && leave >= 0.0).then_some(enter.max(0.0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::demo;

    fn ray(origin: [f32; 3], direction: [f32; 3]) -> Ray3d {
        Ray3d::new(Vec3::from_array(origin), Dir3::new(Vec3::from_array(direction)).unwrap())
    }

    const UPRIGHT: [Vec3; 2] = [Vec3::ZERO, Vec3::Z];

    fn close(found: Option<f32>, expected: f32) -> bool {
        found.is_some_and(|found| (found - expected).abs() < 1e-4)
    }

    #[test]
    fn a_ray_meets_side_caps_and_the_inside_of_a_capsule() {
        assert!(close(ray_capsule(ray([-3.0, 0.0, 0.5], [1.0, 0.0, 0.0]), UPRIGHT, 0.2), 2.8));
        assert!(close(ray_capsule(ray([0.0, 0.0, 5.0], [0.0, 0.0, -1.0]), UPRIGHT, 0.2), 3.8));
        assert!(close(
            ray_capsule(ray([-3.0, 0.0, 1.1], [1.0, 0.0, 0.0]), UPRIGHT, 0.2),
            3.0 - 0.03_f32.sqrt()
        ));
        assert!(close(ray_capsule(ray([0.1, 0.0, 0.5], [1.0, 0.0, 0.0]), UPRIGHT, 0.2), 0.0));
    }

    #[test]
    fn a_ray_that_passes_or_looks_away_meets_nothing() {
        assert_eq!(ray_capsule(ray([-3.0, 0.25, 0.5], [1.0, 0.0, 0.0]), UPRIGHT, 0.2), None);
        assert_eq!(ray_capsule(ray([-3.0, 0.0, 0.5], [-1.0, 0.0, 0.0]), UPRIGHT, 0.2), None);
        assert_eq!(ray_capsule(ray([-3.0, 0.0, 1.25], [1.0, 0.0, 0.0]), UPRIGHT, 0.2), None);
    }

    #[test]
    fn a_ray_meets_a_turned_box_and_a_ball_where_they_are() {
        let pose = Transform::from_xyz(1.0, 0.0, 0.5)
            .with_rotation(Quat::from_rotation_z(std::f32::consts::FRAC_PI_4));
        let cube = PropShape::Box([0.4; 3]);
        let along_x = |y: f32, z: f32| ray([-3.0, y, z], [1.0, 0.0, 0.0]);
        assert!(close(prop(along_x(0.0, 0.5), &cube, pose), 4.0 - 0.2 * 2.0_f32.sqrt()));
        assert_eq!(prop(along_x(0.3, 0.5), &cube, pose), None);
        assert_eq!(prop(along_x(0.0, 0.71), &cube, pose), None);
        assert_eq!(prop(ray([-3.0, 0.0, 0.5], [-1.0, 0.0, 0.0]), &cube, pose), None, "it is behind");
        assert!(close(prop(along_x(0.0, 0.5), &PropShape::Ball(0.3), pose), 3.7));
    }

    #[test]
    fn the_link_under_the_mouse_is_the_nearest() {
        let spec = demo::robot();
        let bodies = capsules(&spec);
        let poses = demo::standing(&spec);
        let pose = |link: usize| poses[link];
        let from_side = |x: f32, z: f32| robot(ray([x, -3.0, z], [0.0, 1.0, 0.0]), &bodies, pose);
        let name = |hit: Option<(f32, usize)>| spec.links[hit.unwrap().1].name.clone();
        let base = poses[0].translation;
        assert_eq!(name(robot(ray([0.0, 0.0, 3.0], [0.0, 0.0, -1.0]), &bodies, pose)), "trunk");
        let knee = poses[spec.link_index("FR_calf").unwrap()].translation;
        let shin = poses[spec.link_index("FR_calf").unwrap()].transform_point(Vec3::NEG_Z * 0.12);
        assert!(["FR_thigh", "FR_calf"].contains(&name(from_side(knee.x, knee.z)).as_str()));
        assert_eq!(name(from_side(shin.x, shin.z)), "FR_calf");
        assert!(from_side(0.0, base.z + 0.4).is_none());
    }
}
