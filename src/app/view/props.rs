//! Things that stand around: drawn where the engine has them, or where the scene puts them if it has none.
use super::stages::to_transform;
use crate::lab::scene::{Prop, Scene};
use crate::lab::{LabSystems, Stage};
use crate::physics::PropShape;
use crate::tick::view::ShownProps;
use bevy::asset::RenderAssetUsages;
use bevy::ecs::system::SystemParam;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Update, (build, place).chain().in_set(LabSystems::Draw).run_if(resource_exists::<Scene>));
}

/// Number of a thing in the scene.
#[derive(Component, Clone, Copy, Debug)]
struct Number(usize);

/// Read access to the things around the robots.
#[derive(SystemParam)]
pub(in crate::app) struct Things<'w, 's> {
    scene: Option<Res<'w, Scene>>,
    shown: Query<'w, 's, (&'static Stage, &'static ShownProps)>,
    fixed: Res<'w, Time<Fixed>>,
}

impl Things<'_, '_> {
    /// What the engine shows of stage 0.
    pub fn shown(&self) -> Option<&ShownProps> {
        self.shown.iter().find(|(stage, _)| stage.slot == 0).map(|(_, shown)| shown)
    }
    /// A thing as written.
    pub fn cfg(&self, prop: usize) -> Option<&Prop> {
        self.scene.as_ref()?.props.get(prop)
    }
    /// Where a thing is, between the last two ticks.
    pub fn pose(&self, prop: usize) -> Option<Transform> {
        let body = || self.cfg(prop).map(|prop| prop.body().pose);
        let known = self.shown().and_then(|s| s.pose_w(prop, self.fixed.overstep_fraction()));
        known.or_else(body).map(to_transform)
    }
    /// Things that can be moved, where they are.
    pub fn movable(&self) -> impl Iterator<Item = (usize, &Prop, Transform)> {
        let count = self.shown().map_or(0, |shown| shown.current.len());
        (0..count).filter_map(|i| Some((i, self.cfg(i).filter(|p| p.mass.is_some())?, self.pose(i)?)))
    }
}

/// Makes what is drawn when the scene is there.
fn build(
    mut commands: Commands,
    scene: Res<Scene>,
    old: Query<Entity, With<Number>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<StandardMaterial>>,
) {
    if !scene.is_changed() {
        return;
    }
    old.iter().for_each(|entity| commands.entity(entity).despawn());
    for (i, prop) in scene.props.iter().enumerate() {
        let [r, g, b] = prop.colour;
        let matt = StandardMaterial {
            base_color: Color::srgb(r, g, b),
            perceptual_roughness: 0.85,
            reflectance: 0.25,
            ..default()
        };
        let body = prop.body();
        let mesh = Mesh3d(meshes.add(mesh(&body.shape)));
        commands.spawn((Number(i), mesh, MeshMaterial3d(materials.add(matt)), to_transform(body.pose)));
    }
}

fn place(things: Things, mut drawn: Query<(&Number, &mut Transform)>) {
    for (number, mut place) in &mut drawn {
        if let Some(pose) = things.pose(number.0) {
            place.set_if_neq(pose);
        }
    }
}

/// A thing's surface; its middle is at the origin.
fn mesh(shape: &PropShape) -> Mesh {
    match *shape {
        PropShape::Box([x, y, z]) => Cuboid::new(x, y, z).into(),
        PropShape::Wedge(size) => wedge(size),
        PropShape::Ball(radius) => ball(radius),
        PropShape::Stairs(size, count) => stairs(size, count),
    }
}

fn ball(radius: f32) -> Mesh {
    let smooth = || Sphere::new(radius).into();
    Sphere::new(radius).mesh().ico(5).unwrap_or_else(|_| smooth())
}

fn stairs(size: [f32; 3], count: usize) -> Mesh {
    let boxes = PropShape::steps(size, count.max(1))
        .map(|(middle, [x, y, z])| Mesh::from(Cuboid::new(x, y, z)).translated_by(Vec3::from_array(middle)));
    // all have the same attributes
    let merged = boxes.reduce(|mut all, step| {
        let _ = all.merge(&step);
        all
    });
    merged.unwrap_or_else(|| Cuboid::from_size(size.into()).into())
}

/// A box of which only the lower half along its diagonal is left: rises along x. Its middle is at the origin.
fn wedge(size: [f32; 3]) -> Mesh {
    let [a, b, c, d, e, f] = PropShape::wedge(size).map(Vec3::from_array);
    // slope, back, foot; then the two sides
    let faces: [&[Vec3]; 5] = [&[a, e, f, d], &[b, c, f, e], &[a, d, c, b], &[a, b, e], &[d, f, c]];
    let (mut positions, mut normals, mut indices) = (vec![], vec![], vec![]);
    for face in faces {
        let normal = (face[1] - face[0]).cross(face[2] - face[0]).normalize_or_zero();
        let first = positions.len() as u32;
        positions.extend(face.iter().map(|p| p.to_array()));
        normals.extend(face.iter().map(|_| normal.to_array()));
        (1..face.len() as u32 - 1).for_each(|i| indices.extend([first, first + i, first + i + 1]));
    }
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::default())
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, normals)
        .with_inserted_indices(Indices::U32(indices))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_drawn_as_large_as_it_is_and_faces_outwards() {
        let size = [1.0, 0.6, 0.4];
        let shapes =
            [PropShape::Box(size), PropShape::Wedge(size), PropShape::Stairs(size, 3), PropShape::Ball(0.3)];
        for shape in shapes {
            let mesh = mesh(&shape);
            let points = mesh.attribute(Mesh::ATTRIBUTE_POSITION).and_then(|p| p.as_float3()).unwrap();
            let half = if let PropShape::Ball(r) = shape { [r; 3] } else { size.map(|s| s / 2.0) };
            for (axis, half) in half.into_iter().enumerate() {
                let reach = points.iter().fold([0.0f32; 2], |[l, h], p| [l.min(p[axis]), h.max(p[axis])]);
                assert!(
                    (reach[0] + half).abs() < 0.02 && (reach[1] - half).abs() < 0.02,
                    "{shape:?}: {reach:?}"
                );
            }
        }
        let mesh = wedge(size);
        let read = |attribute| mesh.attribute(attribute).and_then(|a| a.as_float3()).unwrap().to_vec();
        let inside = Vec3::new(0.15, 0.0, -0.1);
        for (point, normal) in read(Mesh::ATTRIBUTE_POSITION).into_iter().zip(read(Mesh::ATTRIBUTE_NORMAL)) {
            let (point, normal) = (Vec3::from_array(point), Vec3::from_array(normal));
            assert!((point - inside).dot(normal) > 0.0, "{point} looks inwards: {normal}");
        }
    }
}
