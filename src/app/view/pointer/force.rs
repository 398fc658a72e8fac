//! The force of a drag with the mouse, and the place to which one drags. Pure.
use bevy::prelude::*;

/// Force per distance that is dragged, N/m.
pub(super) const NEWTONS_PER_METRE: f32 = 60.0;
/// Greatest force, N.
pub(super) const GREATEST: f32 = 150.0;

/// Force on a base at `base` when the mouse points along `ray` and the camera looks along `forward`: towards the
/// mouse, in the plane through the base that faces the camera.
pub(super) fn pull(ray: Ray3d, base: Vec3, forward: Dir3) -> Option<Vec3> {
    Some(((place(ray, base, forward)? - base) * NEWTONS_PER_METRE).clamp_length_max(GREATEST))
}

/// Where the mouse points in the plane through `from` that faces the camera.
pub(super) fn place(ray: Ray3d, from: Vec3, forward: Dir3) -> Option<Vec3> {
    Some(ray.get_point(ray.intersect_plane(from, InfinitePlane3d::new(forward))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pulled(to: Vec3) -> Vec3 {
        let eye = Vec3::new(0.0, -3.0, 0.3);
        pull(Ray3d::new(eye, Dir3::new(to - eye).unwrap()), Vec3::Z * 0.3, Dir3::Y).unwrap()
    }

    #[test]
    fn the_force_points_to_the_mouse_and_grows_with_the_distance() {
        assert!(pulled(Vec3::new(0.5, 0.0, 0.3)).abs_diff_eq(Vec3::X * 30.0, 1e-3));
        assert!(pulled(Vec3::new(0.0, 0.0, 1.3)).abs_diff_eq(Vec3::Z * 60.0, 1e-3));
        // beyond the plane the ray still crosses it where the mouse is seen
        assert!(pulled(Vec3::new(1.0, 3.0, 0.3)).abs_diff_eq(Vec3::X * 30.0, 1e-3));
    }

    #[test]
    fn the_force_has_a_greatest_value() {
        assert!((pulled(Vec3::new(30.0, 0.0, 0.3)).length() - GREATEST).abs() < 1e-3);
    }

    #[test]
    fn a_ray_along_the_plane_pulls_nothing() {
        assert!(pull(Ray3d::new(Vec3::NEG_Y, Dir3::X), Vec3::ZERO, Dir3::Y).is_none());
    }
}
