//! The centre of mass, its shadow on the ground, and the polygon of what stands: green while the shadow is inside,
//! red when the robot would tip over at rest.
use super::Marked;
use super::arrow::line;
use super::contact::touching;
use super::hull;
use super::painter::{Form, Ink, Painter};
use bevy::prelude::*;

/// Radius of the ball, m.
const BALL: f32 = 0.02;
/// Radius of lines, m.
const LINE: f32 = 0.0028;

pub(super) fn draw(marked: &Marked, painter: &mut Painter) {
    let com = centre(marked);
    let mut feet: Vec<Vec3> = touching(marked).map(|touch| touch.at).collect();
    let ground = feet.iter().map(|p| p.z).reduce(f32::min).unwrap_or(marked.ground).max(marked.ground);
    let mut flat: Vec<Vec2> = feet.drain(..).map(|p| p.xy()).collect();
    let corners = hull::hull(&mut flat);
    let ink = if hull::contains(&corners, com.xy()) { Ink::Good } else { Ink::Danger };
    let low = |p: Vec2| p.extend(ground + 0.006);
    let edges = if corners.len() > 2 { corners.len() } else { corners.len().saturating_sub(1) };
    for i in 0..edges {
        let (from, to) = (low(corners[i]), low(corners[(i + 1) % corners.len()]));
        painter.draw(Form::Shaft, ink, line(from, to, LINE));
    }
    painter.draw(Form::Ball, Ink::White, Transform::from_translation(com).with_scale(Vec3::splat(BALL)));
    painter.draw(Form::Shaft, Ink::White, line(low(com.xy()), com, LINE * 0.6));
    let dot = Transform::from_translation(low(com.xy())).with_scale(Vec3::new(BALL, BALL, 1.0));
    painter.draw(Form::Disc, ink, dot);
}

/// As measured where that is known, else from the masses of the links.
fn centre(marked: &Marked) -> Vec3 {
    let telemetry = marked.shown.telemetry;
    if telemetry.com_w != [0.0; 3] {
        return Vec3::from_array(telemetry.com_w);
    }
    let mass: f32 = marked.spec.mass() as f32;
    let links = marked.spec.links.iter().enumerate();
    let moment: Vec3 = links
        .map(|(i, link)| {
            let com = Vec3::from_array(link.com.map(|v| v as f32));
            marked.pose(i).transform_point(com) * link.mass as f32
        })
        .sum();
    moment / mass.max(1e-6)
}
