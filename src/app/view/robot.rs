//! Draws every link of every shown robot between the last two control ticks, so that motion is smooth at any refresh
//! rate.
use super::materials::MaterialKit;
use super::{Picked, shapes};
use crate::lab::LabSystems;
use crate::robot::{LinkPose, RobotSpec};
use crate::tick::view::{ShownFrames, ShownRobot};
use bevy::prelude::*;

/// A drawn link.
#[derive(Component)]
struct DrawnLink {
    robot: usize,
    link: usize,
}

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Update, (spawn_links, place_links).chain().in_set(LabSystems::Draw));
}

/// Pose as Bevy has it.
pub(super) fn to_transform(pose: LinkPose) -> Transform {
    let [w, x, y, z] = pose.quat;
    Transform::from_translation(Vec3::from_array(pose.pos_w)).with_rotation(Quat::from_xyzw(x, y, z, w))
}

/// Draws afresh when the robot, their number or the picked one changes.
fn spawn_links(
    mut commands: Commands,
    robot: Option<Res<ShownRobot>>,
    frames: Option<Single<&ShownFrames>>,
    picked: Res<Picked>,
    drawn: Query<Entity, With<DrawnLink>>,
    mut count: Local<usize>,
    mut meshes: ResMut<Assets<Mesh>>,
    kit: Res<MaterialKit>,
) {
    let (Some(robot), Some(frames)) = (robot, frames) else { return };
    if *count == frames.num_robots() && !robot.is_changed() && !picked.is_changed() {
        return;
    }
    *count = frames.num_robots();
    drawn.iter().for_each(|entity| commands.entity(entity).despawn());
    let parts = link_parts(&robot.0, &mut meshes);
    for index in 0..*count {
        spawn_robot(&mut commands, &parts, &kit, index, index == picked.0);
    }
}

/// A primitive of a link, ready to spawn.
struct Part {
    mesh: Handle<Mesh>,
    place: Transform,
    material: String,
}

/// Parts of a link, and the leg to which it belongs.
struct LinkParts {
    leg: Option<usize>,
    parts: Vec<Part>,
}

fn link_parts(robot: &RobotSpec, meshes: &mut Assets<Mesh>) -> Vec<LinkParts> {
    let mut part = |visual: &crate::robot::VisualSpec| {
        let pose =
            LinkPose { pos_w: visual.center.map(|v| v as f32), quat: visual.rotation.map(|v| v as f32) };
        Part {
            mesh: meshes.add(shapes::mesh(&visual.shape)),
            place: to_transform(pose),
            material: visual.material.clone(),
        }
    };
    robot
        .links
        .iter()
        .map(|link| LinkParts {
            leg: leg_of(robot, link.joint.as_ref().map(|j| j.name.as_str())),
            parts: link.visuals.iter().map(&mut part).collect(),
        })
        .collect()
}

fn leg_of(robot: &RobotSpec, joint: Option<&str>) -> Option<usize> {
    let joint = joint?;
    robot.roles.legs.iter().position(|leg| leg.joints.iter().any(|name| name == joint))
}

fn spawn_robot(commands: &mut Commands, links: &[LinkParts], kit: &MaterialKit, robot: usize, picked: bool) {
    for (link, shape) in links.iter().enumerate() {
        let root = (DrawnLink { robot, link }, Transform::default(), Visibility::default());
        commands.spawn(root).with_children(|children| {
            for part in &shape.parts {
                let material = kit.get(&part.material, shape.leg, picked);
                children.spawn((Mesh3d(part.mesh.clone()), MeshMaterial3d(material), part.place));
            }
        });
    }
}

fn place_links(
    frames: Option<Single<&ShownFrames>>,
    time: Res<Time<Fixed>>,
    mut links: Query<(&DrawnLink, &mut Transform)>,
) {
    let Some(frames) = frames else { return };
    for (at, mut transform) in &mut links {
        *transform = to_transform(frames.link_pose_w(at.robot, at.link, time.overstep_fraction()));
    }
}
