//! What a scene file adds to the view: things that stand around, its light, the first place of the camera and the
//! camera path.
use super::view::camera::{CameraPath, FixedView};
use crate::lab::LabSystems;
use crate::lab::scene::{Prop, PropKind, Scene};
use bevy::asset::RenderAssetUsages;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;
use bevy_panorbit_camera::PanOrbitCamera;
use std::f32::consts::FRAC_PI_2;

/// Frames of the window in which the view's own first place is replaced by the scene's.
const SETTLE: u32 = 8;

pub(super) fn plugin(app: &mut App) {
    let drawn = resource_exists::<Assets<Mesh>>.and_then(resource_exists::<Scene>);
    app.add_systems(Startup, (build, set_path).run_if(drawn.clone())).add_systems(
        Update,
        (shine.after(LabSystems::Draw).before(LabSystems::Camera), place.after(LabSystems::Camera))
            .run_if(drawn),
    );
}

fn build(
    mut commands: Commands,
    scene: Res<Scene>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<StandardMaterial>>,
) {
    for prop in &scene.props {
        let [r, g, b] = prop.colour;
        let matt = StandardMaterial {
            base_color: Color::srgb(r, g, b),
            perceptual_roughness: 0.85,
            reflectance: 0.25,
            ..default()
        };
        commands.spawn((Mesh3d(meshes.add(mesh(prop))), MeshMaterial3d(materials.add(matt)), pose(prop)));
    }
}

fn mesh(prop: &Prop) -> Mesh {
    let [x, y, z] = prop.size;
    match prop.kind {
        PropKind::Box => Cuboid::new(x, y, z).into(),
        PropKind::Ramp => wedge(prop.size),
        PropKind::Sphere => Sphere::new(0.5)
            .mesh()
            .ico(5)
            .unwrap_or_else(|_| Sphere::new(0.5).into())
            .scaled_by(prop.size.into()),
    }
}

/// A box of which only the lower half along its diagonal is left: rises along x. Its middle is at the origin.
fn wedge([x, y, z]: [f32; 3]) -> Mesh {
    let (x, y, z) = (x / 2.0, y / 2.0, z / 2.0);
    let (low, high) = (-z, z);
    let corner = |cx: f32, cy: f32, cz: f32| Vec3::new(cx, cy, cz);
    let [a, b, c, d] = [corner(-x, -y, low), corner(x, -y, low), corner(x, y, low), corner(-x, y, low)];
    let [e, f] = [corner(x, -y, high), corner(x, y, high)];
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

fn pose(prop: &Prop) -> Transform {
    let at = Vec3::from_array(prop.at) + Vec3::Z * (prop.size[2] / 2.0);
    Transform::from_translation(at).with_rotation(Quat::from_rotation_z(prop.turn_deg.to_radians()))
}

fn set_path(scene: Res<Scene>, mut path: ResMut<CameraPath>) {
    let keys =
        scene.camera.path.iter().map(|key| (key.at, Vec3::from_array(key.eye), Vec3::from_array(key.target)));
    path.keys = keys.collect();
}

/// The theme sets the sun; the scene turns it.
fn shine(scene: Res<Scene>, mut suns: Query<(&mut DirectionalLight, &mut Transform)>, mut last: Local<f32>) {
    for (mut sun, mut place) in &mut suns {
        let wanted = Transform::from_translation(scene.light.from.into()).looking_at(Vec3::ZERO, Vec3::Z);
        if *place != wanted {
            *place = wanted;
        }
        if sun.illuminance != *last {
            sun.illuminance *= scene.light.strength;
            *last = sun.illuminance;
        }
    }
}

/// Puts the camera where the scene wants it at first; then it is the person's.
fn place(
    mut commands: Commands,
    scene: Res<Scene>,
    mut orbits: Query<&mut PanOrbitCamera>,
    fixed: Query<Entity, With<FixedView>>,
    mut frames: Local<u32>,
) {
    let Some(offset) = scene.camera.offset.map(Vec3::from_array) else { return };
    if *frames >= SETTLE {
        return;
    }
    *frames += 1;
    for camera in &fixed {
        commands.entity(camera).insert(FixedView { offset: Some(offset) });
    }
    let [yaw, pitch, radius] = angles(offset);
    for mut orbit in &mut orbits {
        (orbit.yaw, orbit.pitch, orbit.radius) = (Some(yaw), Some(pitch), Some(radius));
        [orbit.target_yaw, orbit.target_pitch, orbit.target_radius] = [yaw, pitch, radius];
        orbit.force_update = true;
    }
}

/// Yaw, pitch and distance of an orbit, as its camera counts them, that looks from there.
fn angles(offset: Vec3) -> [f32; 3] {
    let radius = offset.length().max(0.5);
    let yaw = offset.x.atan2(-offset.y);
    [yaw, (offset.z / radius).clamp(-1.0, 1.0).asin() - FRAC_PI_2, radius]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::view::camera;

    #[test]
    fn the_orbit_looks_from_where_the_scene_says() {
        for (yaw, pitch, distance) in [(0.4, 0.3, 2.0), (-1.2, 0.7, 5.0)] {
            let [y, p, d] = angles(camera::offset(yaw, pitch, distance));
            assert!((y - yaw).abs() < 1e-5 && (d - distance).abs() < 1e-5, "{y} {d}");
            assert!((p - (pitch - FRAC_PI_2)).abs() < 1e-5, "{p}");
        }
    }

    #[test]
    fn things_stand_on_the_ground_and_a_ramp_shows_its_faces_outwards() {
        let prop =
            |kind, size: [f32; 3]| Prop { kind, at: [1.0, 2.0, 0.0], turn_deg: 0.0, size, colour: [0.5; 3] };
        for kind in [PropKind::Box, PropKind::Ramp, PropKind::Sphere] {
            let prop = prop(kind, [1.0, 0.6, 0.4]);
            let mesh = mesh(&prop);
            let points: Vec<Vec3> = mesh
                .attribute(Mesh::ATTRIBUTE_POSITION)
                .and_then(|p| p.as_float3())
                .unwrap()
                .iter()
                .map(|p| pose(&prop).transform_point(Vec3::from_array(*p)))
                .collect();
            let lowest = points.iter().fold(f32::INFINITY, |low, p| low.min(p.z));
            assert!(lowest.abs() < 0.02, "{kind:?}: {lowest}");
        }
        let mesh = wedge([1.0, 0.6, 0.4]);
        let read = |attribute| -> Vec<Vec3> {
            mesh.attribute(attribute)
                .and_then(|a| a.as_float3())
                .unwrap()
                .iter()
                .map(|v| Vec3::from_array(*v))
                .collect()
        };
        let (points, normals) = (read(Mesh::ATTRIBUTE_POSITION), read(Mesh::ATTRIBUTE_NORMAL));
        let inside = Vec3::new(0.15, 0.0, -0.1);
        for (point, normal) in points.iter().zip(&normals) {
            assert!((*point - inside).dot(*normal) > 0.0, "{point} looks inwards: {normal}");
        }
    }
}
