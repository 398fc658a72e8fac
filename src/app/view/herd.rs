//! Draws every shown robot between the last two control ticks, so that motion is smooth at any refresh rate. A robot
//! is one entity that never moves: what moves is a row of numbers in a buffer (see [`super::herd_material`]).
use super::body;
use super::camera::SceneCamera;
use super::herd_material::{Herd, HerdExtension, HerdMaterial};
use super::shapes::Detail;
use super::stages::{SLOTS, Shown, Stages};
use super::tint::tint;
use crate::lab::LabSystems;
use crate::lab::model::MOST_SHOWN;
use crate::tick::view::ShownRobot;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::mesh::MeshTag;
use bevy::prelude::*;
use bevy::render::renderer::RenderDevice;

/// Closer than this a robot is drawn finely, m.
const NEAR: f32 = 3.2;
/// Closer than this it is drawn less finely, m.
const MIDDLE: f32 = 8.0;
/// A robot closer to the border of two levels than this share keeps its level, so that none flickers.
const KEEP: f32 = 0.12;
/// Further behind the camera than this a robot is not drawn; its shadow may still be seen, m.
const BEHIND: f32 = 1.5;

/// A drawn robot; `None`: hidden.
#[derive(Component, Clone, Copy, Debug, PartialEq)]
struct DrawnRobot {
    slot: usize,
    robot: usize,
    detail: Option<Detail>,
}

/// What all robots share, and how many have been spawned for each stage.
#[derive(Resource, Default)]
struct Pool {
    meshes: [Handle<Mesh>; 3],
    material: Option<Handle<HerdMaterial>>,
    spawned: [usize; SLOTS],
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Pool>()
        .add_systems(Update, (prepare, spawn_missing, fill, choose_detail).chain().in_set(LabSystems::Draw));
}

/// Makes meshes, material and buffer when the robot is known, or has become another.
fn prepare(
    mut commands: Commands,
    robot: Option<Res<ShownRobot>>,
    device: Option<Res<RenderDevice>>,
    drawn: Query<Entity, With<DrawnRobot>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: Option<ResMut<Assets<HerdMaterial>>>,
    (mut pool, mut herd): (ResMut<Pool>, ResMut<Herd>),
) {
    let Some(robot) = robot.filter(|r| r.is_changed()) else { return };
    drawn.iter().for_each(|entity| commands.entity(entity).despawn());
    *herd = Herd::new(robot.0.links.len(), SLOTS * MOST_SHOWN, device.as_deref());
    pool.spawned = [0; SLOTS];
    pool.meshes =
        [Detail::Near, Detail::Middle, Detail::Far].map(|detail| meshes.add(body::mesh(&robot.0, detail)));
    pool.material = herd.buffer().zip(materials.as_mut()).map(|(buffer, materials)| {
        let base = StandardMaterial { reflectance: 0.38, ..default() };
        materials.add(HerdMaterial { base, extension: HerdExtension::new(buffer, herd.stride()) })
    });
}

/// Spawns robots that were never there before; those that are not needed any more are hidden.
fn spawn_missing(mut commands: Commands, stages: Stages, mut pool: ResMut<Pool>) {
    for (slot, shown) in stages.all() {
        while pool.spawned[slot] < shown.len().min(MOST_SHOWN) {
            let robot = pool.spawned[slot];
            let mut entity = commands.spawn((
                DrawnRobot { slot, robot, detail: None },
                Mesh3d(pool.meshes[2].clone()),
                MeshTag((slot * MOST_SHOWN + robot) as u32),
                Transform::default(),
                Visibility::Hidden,
                NoFrustumCulling,
            ));
            if let Some(material) = &pool.material {
                entity.insert(MeshMaterial3d(material.clone()));
            }
            pool.spawned[slot] += 1;
        }
    }
}

/// What the buffer was filled from; the same again needs no filling.
#[derive(Clone, Copy, Default, PartialEq)]
struct Filled {
    share: f32,
    picked: crate::lab::Picked,
}

fn fill(stages: Stages, mut herd: ResMut<Herd>, mut last: Local<Filled>) {
    let picked = stages.picked();
    let share = stages.all().next().map_or(0.0, |(_, shown)| shown.share);
    let now = Filled { share, picked };
    let is_new = stages.all().any(|(_, shown)| shown.is_new);
    if !is_new && !herd.is_changed() && std::mem::replace(&mut *last, now) == now {
        return;
    }
    *last = now;
    for (slot, shown) in stages.all() {
        for robot in 0..shown.len().min(MOST_SHOWN) {
            let is_picked = picked.stage == slot && picked.robot == robot;
            let fell_s = shown.env(robot).map_or(f32::INFINITY, |env| env.fell_s);
            let rows = herd.robot_mut(slot * MOST_SHOWN + robot);
            let Some((first, links)) = rows.split_first_mut() else { continue };
            *first = tint(slot, is_picked, fell_s);
            write_links(links, &shown, robot);
        }
    }
}

fn write_links(rows: &mut [[f32; 4]], shown: &Shown, robot: usize) {
    for (link, row) in rows.as_chunks_mut::<2>().0.iter_mut().enumerate() {
        let pose = shown.frames.link_pose_w(robot, link, shown.share);
        let ([x, y, z], [w, i, j, k]) = (pose.pos_w, pose.quat);
        *row = [[x, y, z, 0.0], [i, j, k, w]];
    }
}

/// Robots that are far away are drawn from fewer triangles, those behind the camera not at all.
fn choose_detail(
    stages: Stages,
    pool: Res<Pool>,
    cameras: Query<&Transform, (With<SceneCamera>, Without<DrawnRobot>)>,
    mut robots: Query<(&mut DrawnRobot, &mut Mesh3d, &mut Visibility)>,
) {
    let shown = [stages.slot(0), stages.slot(1)];
    for (mut drawn, mut mesh, mut visibility) in &mut robots {
        let base = shown[drawn.slot]
            .as_ref()
            .and_then(|s| s.frames.current.get(drawn.robot)?.first())
            .map(|pose| Vec3::from_array(pose.pos_w));
        let was = drawn.detail;
        let wanted =
            base.and_then(|base| cameras.iter().filter_map(|camera| detail(camera, base, was)).min());
        if wanted == was {
            continue;
        }
        drawn.detail = wanted;
        *visibility = if wanted.is_some() { Visibility::Inherited } else { Visibility::Hidden };
        if let Some(detail) = wanted {
            mesh.0 = pool.meshes[detail as usize].clone();
        }
    }
}

/// How finely a robot is drawn that was drawn as `was`; `None` if it is behind the camera.
fn detail(camera: &Transform, base: Vec3, was: Option<Detail>) -> Option<Detail> {
    let away = base - camera.translation;
    if away.dot(*camera.forward()) < -BEHIND {
        return None;
    }
    let distance = away.length();
    // borders move away from the level that is shown
    let border = |at: f32, inner: Detail| at * if was.is_some_and(|w| w <= inner) { 1.0 + KEEP } else { 1.0 };
    Some(match distance {
        d if d < border(NEAR, Detail::Near) => Detail::Near,
        d if d < border(MIDDLE, Detail::Middle) => Detail::Middle,
        _ => Detail::Far,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detail_falls_with_distance_and_does_not_flicker() {
        let camera = Transform::from_xyz(0.0, 0.0, 0.0).looking_to(Vec3::X, Vec3::Z);
        let at = |x: f32, was| detail(&camera, Vec3::X * x, was);
        assert_eq!(at(1.0, None), Some(Detail::Near));
        assert_eq!(at(6.0, None), Some(Detail::Middle));
        assert_eq!(at(20.0, None), Some(Detail::Far));
        assert_eq!(at(NEAR * 1.05, Some(Detail::Near)), Some(Detail::Near));
        assert_eq!(at(NEAR * 1.05, Some(Detail::Middle)), Some(Detail::Middle));
        assert_eq!(at(NEAR * 1.2, Some(Detail::Near)), Some(Detail::Middle));
    }

    #[test]
    fn robots_behind_the_camera_are_not_drawn() {
        let camera = Transform::from_xyz(0.0, 0.0, 0.3).looking_to(Vec3::X, Vec3::Z);
        assert_eq!(detail(&camera, Vec3::X * -3.0, None), None);
        assert!(detail(&camera, Vec3::X * -0.5, None).is_some());
    }
}
