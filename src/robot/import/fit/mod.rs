//! Spheres in place of solids: what touches the ground here. Each fit comes with its error, measured on samples of the
//! source's surface.
mod ball;
mod chain;
mod choose;
mod measure;
mod primitive;
mod surface;

pub use choose::fit;
#[cfg(test)]
use measure::measure;
pub use measure::{Fit, FitError};
#[cfg(test)]
use surface::surface;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::robot::import::model::Solid;
    use std::sync::Arc;

    #[test]
    fn a_sphere_is_itself_and_a_capsule_nearly() {
        assert_eq!(fit(&Solid::Sphere(0.02), 8).balls, [([0.0; 3], 0.02)]);
        let rod = fit(&Solid::Capsule(0.02, 0.05), 8);
        assert!(rod.error.largest() < 0.0045 && rod.error.mean < 0.002, "{:?}", rod.error);
        assert_eq!(rod.balls[0].0, [0.0, 0.0, -0.05], "its ends are where the capsule's are");
    }

    #[test]
    fn the_error_of_a_fit_is_what_one_computes_by_hand() {
        // one ball of half the size in a cube of side two: a corner is √3 − ½ away, a face's centre ½
        let cube = surface(&Solid::Box([1.0; 3]));
        let measured = measure(vec![([0.0; 3], 0.5)], cube.samples(20_000));
        assert!((measured.error.left_out - (3.0f64.sqrt() - 0.5)).abs() < 0.03, "{:?}", measured.error);
        assert_eq!(measured.error.sticks_out, 0.0);
        // and a ball of radius two swallows it: half a metre beyond… the face's centre is one metre inside
        let measured = measure(vec![([0.0; 3], 2.0)], cube.samples(20_000));
        assert!((measured.error.sticks_out - 1.0).abs() < 0.01, "{:?}", measured.error);
    }

    #[test]
    fn the_corners_of_a_box_are_where_its_spheres_are() {
        let plate = fit(&Solid::Box([0.1, 0.05, 0.01]), 4);
        assert_eq!(plate.balls.len(), 4);
        for (c, r) in &plate.balls {
            assert!((c[0].abs() + r - 0.1).abs() < 1e-12 && (c[1].abs() + r - 0.05).abs() < 1e-12);
        }
    }

    #[test]
    fn a_mesh_is_met_within_a_fraction_of_its_size() {
        for solid in [Solid::Capsule(0.03, 0.1), Solid::Box([0.1, 0.04, 0.03]), Solid::Cylinder(0.05, 0.02)] {
            let mesh = Solid::Mesh(Arc::new(surface(&solid)));
            let found = fit(&mesh, 6);
            assert!(!found.balls.is_empty() && found.balls.len() <= 8);
            assert!(found.error.mean < 0.012, "{solid:?}: {:?}", found.error);
        }
    }
}
