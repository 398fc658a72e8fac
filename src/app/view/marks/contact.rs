//! Forces of the ground (green arrows) and the spheres that can touch it.
use super::Marked;
use super::arrow::Arrow;
use super::painter::{Form, Ink, Painter};
use bevy::prelude::*;

/// Length of an arrow per force, m/N.
const METRES_PER_NEWTON: f32 = 0.0032;
/// Radius of a shaft, m.
const THICKNESS: f32 = 0.0045;
/// A smaller force is none, N.
const TOUCH: f32 = 1.0;

/// A collision point with the force on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Touching {
    /// Lowest place of its sphere, m.
    pub at: Vec3,
    /// N.
    pub force: Vec3,
}

/// Points that the ground touches now: all collision points where their forces are known, else the feet with an
/// upward force.
pub(super) fn touching<'a>(marked: &'a Marked) -> impl Iterator<Item = Touching> + 'a {
    let telemetry = marked.shown.telemetry;
    let force = move |point: usize| -> Vec3 {
        match telemetry.point_force_w.get(point) {
            Some(force) => Vec3::from_array(*force),
            None => {
                let leg = marked.spec.roles.legs.iter().position(|leg| {
                    marked.spec.points().nth(point).is_some_and(|(_, spec)| spec.name == leg.foot)
                });
                let up = leg.and_then(|leg| telemetry.foot_force.get(leg)).copied().unwrap_or(0.0);
                Vec3::Z * up
            }
        }
    };
    marked.spec.points().enumerate().filter_map(move |(point, (link, spec))| {
        let force = force(point);
        let center = Vec3::from_array(spec.center.map(|v| v as f32));
        (force.length() > TOUCH).then(|| Touching {
            at: marked.pose(link).transform_point(center) - Vec3::Z * spec.radius as f32,
            force,
        })
    })
}

pub(super) fn draw_forces(marked: &Marked, painter: &mut Painter) {
    for touch in touching(marked) {
        painter.arrow(Arrow::new(touch.at, touch.force * METRES_PER_NEWTON, THICKNESS), Ink::Good);
    }
}

pub(super) fn draw_points(marked: &Marked, painter: &mut Painter) {
    for (link, point) in marked.spec.points() {
        let center = marked.pose(link).transform_point(Vec3::from_array(point.center.map(|v| v as f32)));
        let place = Transform::from_translation(center).with_scale(Vec3::splat(point.radius as f32 + 0.001));
        painter.draw(Form::Ball, Ink::Ghost, place);
    }
}
