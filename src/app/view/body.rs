//! The drawing of a robot as one mesh: all primitives of all links, each vertex knowing its link, so that a robot is
//! one entity whose links are put in place by the vertex shader.
use super::shapes::{self, Detail, Surface};
use super::stages::to_transform;
use crate::app::palette;
use crate::robot::{DrawnMesh, LinkPose, RobotSpec, Shape, VisualSpec};
use bevy::prelude::*;

/// How a primitive's surface looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Finish {
    /// Linear.
    pub color: LinearRgba,
    /// Perceptual roughness, 0 to 1.
    pub roughness: f32,
    /// Light that it gives itself, as a share of its colour.
    pub glow: f32,
    /// How far it takes on the tint of its robot, 0 to 1.
    pub tintable: f32,
}

/// Light that leg colours give themselves: signs must stay readable in the shade.
const SIGN_GLOW: f32 = 0.25;

/// The finish of a named material on a link of leg `leg`. Unknown names are drawn as `body`.
pub(super) fn finish(material: &str, leg: Option<usize>) -> Finish {
    let plain = |color: Color, roughness: f32, tintable: f32| Finish {
        color: color.to_linear(),
        roughness,
        glow: 0.0,
        tintable,
    };
    match (material, leg) {
        ("dark", _) => plain(Color::srgb_u8(0x22, 0x25, 0x2a), 0.6, 0.08),
        ("accent", _) => plain(Color::srgb_u8(0x5a, 0x62, 0x6d), 0.5, 0.4),
        ("leg", Some(leg)) => Finish { glow: SIGN_GLOW, ..plain(palette::leg(leg).scene(), 0.8, 0.0) },
        _ => plain(Color::srgb_u8(0x9c, 0xa4, 0xae), 0.42, 1.0),
    }
}

/// The whole robot. Positions and normals are in the link's frame; the first texture coordinate holds roughness and
/// glow, the second the index of the link and how far the tint applies.
pub(super) fn mesh(robot: &RobotSpec, detail: Detail) -> Mesh {
    let mut whole = Surface::default();
    let (mut colors, mut looks, mut links) = (vec![], vec![], vec![]);
    for (index, link) in robot.links.iter().enumerate() {
        let leg = leg_of(robot, link.joint.as_ref().map(|j| j.name.as_str()));
        for visual in link.visuals.iter().filter(|v| is_drawn(v, detail)) {
            whole.append(&shapes::surface(&visual.shape, detail), place(visual));
            let finish = finish(&visual.material, leg);
            colors.resize(whole.len(), finish.color.to_f32_array());
            looks.resize(whole.len(), [finish.roughness, finish.glow]);
            links.resize(whole.len(), [index as f32, finish.tintable]);
        }
    }
    whole
        .into_mesh()
        .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, colors)
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, looks)
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_1, links)
}

fn place(visual: &VisualSpec) -> Transform {
    to_transform(LinkPose { pos_w: visual.center.map(|v| v as f32), quat: visual.rotation.map(|v| v as f32) })
}

/// From afar small things are left out.
fn is_drawn(visual: &VisualSpec, detail: Detail) -> bool {
    let size = match visual.shape {
        Shape::Box([x, y, z]) => x.min(y).min(z),
        Shape::Capsule([r, _]) | Shape::Sphere(r) => 2.0 * r,
        Shape::Cylinder([r, l]) => l.min(2.0 * r),
        Shape::Taper([a, b, _]) => 2.0 * a.max(b),
        Shape::Mesh(ref text) => {
            let half = DrawnMesh::decode(text).unwrap_or_default().half;
            2.0 * f64::from(half.into_iter().fold(0.0, f32::max))
        }
    };
    size >= match detail {
        Detail::Near => 0.0,
        Detail::Middle => 0.012,
        Detail::Far => 0.022,
    }
}

/// The leg to which a joint belongs.
pub(super) fn leg_of(robot: &RobotSpec, joint: Option<&str>) -> Option<usize> {
    let joint = joint?;
    robot.roles.legs.iter().position(|leg| leg.joints.iter().any(|name| name == joint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::demo;
    use bevy::mesh::VertexAttributeValues;

    #[test]
    fn every_link_is_in_the_mesh_and_less_is_drawn_from_afar() {
        let robot = demo::robot();
        let counts = [Detail::Near, Detail::Middle, Detail::Far].map(|detail| {
            let mesh = mesh(&robot, detail);
            let Some(VertexAttributeValues::Float32x2(links)) = mesh.attribute(Mesh::ATTRIBUTE_UV_1) else {
                panic!("no links")
            };
            for link in 0..robot.links.len() {
                assert!(links.iter().any(|l| l[0] == link as f32), "{detail:?} lacks link {link}");
            }
            mesh.indices().unwrap().len() / 3
        });
        assert!(counts[0] < 30_000 && counts[1] < 8_000 && counts[2] < 2_000, "{counts:?}");
        assert!(counts[0] > 2 * counts[1] && counts[1] > 2 * counts[2], "{counts:?}");
    }

    #[test]
    fn feet_have_the_colour_of_their_leg_and_nothing_else_has() {
        let feet: Vec<_> = (0..4).map(|leg| finish("leg", Some(leg)).color).collect();
        for (leg, color) in feet.iter().enumerate() {
            assert_eq!(*color, palette::leg(leg).scene().to_linear());
            for other in ["body", "dark", "accent"] {
                assert_ne!(finish(other, Some(leg)).color, *color);
            }
        }
    }
}
