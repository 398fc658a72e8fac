//! Marks of the picked robot: an orange ring on the ground, arrows of commanded and measured velocity above it, and
//! green arrows of the ground's force at its feet.
use super::robot::to_transform;
use super::{Picked, shapes};
use crate::app::palette;
use crate::lab::LabSystems;
use crate::tick::view::{ShownFrames, ShownRobot, Telemetry};
use bevy::light::{NotShadowCaster, NotShadowReceiver};
use bevy::prelude::*;

/// Length of an arrow per velocity, s.
const METRES_PER_SPEED: f32 = 0.45;
/// Length of an arrow per force, m/N.
const METRES_PER_NEWTON: f32 = 0.0032;
/// Radius of the ring, m.
const RING_RADIUS: f32 = 0.42;
/// Shortest arrow that is drawn, m.
const SHORTEST: f32 = 0.012;

/// What an arrow shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Command,
    Measured,
    FootForce(usize),
}

/// Half of an arrow.
#[derive(Component)]
struct ArrowPart {
    mark: Mark,
    is_head: bool,
}

#[derive(Component)]
struct Ring;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Startup, spawn)
        .add_systems(Update, (place_ring, place_arrows).in_set(LabSystems::Overlay));
}

fn spawn(
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<StandardMaterial>>,
) {
    let [shaft, head] = [meshes.add(shapes::shaft()), meshes.add(shapes::cone())];
    let ring = meshes.add(shapes::ring(RING_RADIUS - 0.007, RING_RADIUS));
    let mut plain = |color: palette::Rgb| {
        MeshMaterial3d(materials.add(StandardMaterial {
            base_color: color.scene(),
            unlit: true,
            fog_enabled: false,
            ..default()
        }))
    };
    let measured = plain(palette::MEASURED);
    commands.spawn((
        Ring,
        Mesh3d(ring),
        measured.clone(),
        Visibility::Hidden,
        (NotShadowCaster, NotShadowReceiver),
    ));
    let mut arrow = |mark: Mark, material: MeshMaterial3d<StandardMaterial>| {
        for (is_head, mesh) in [(false, &shaft), (true, &head)] {
            let part = ArrowPart { mark, is_head };
            commands.spawn((
                part,
                Mesh3d(mesh.clone()),
                material.clone(),
                Visibility::Hidden,
                (NotShadowCaster, NotShadowReceiver),
            ));
        }
    };
    arrow(Mark::Command, plain(palette::COMMAND));
    arrow(Mark::Measured, measured);
    let green = plain(palette::GOOD);
    (0..4).for_each(|leg| arrow(Mark::FootForce(leg), green.clone()));
}

fn place_ring(
    frames: Option<Single<&ShownFrames>>,
    picked: Res<Picked>,
    time: Res<Time<Fixed>>,
    ring: Single<(&mut Transform, &mut Visibility), With<Ring>>,
) {
    let Some(frames) = frames.filter(|f| f.num_robots() > picked.0) else { return };
    let base = frames.link_pose_w(picked.0, 0, time.overstep_fraction());
    let (mut transform, mut visibility) = ring.into_inner();
    transform.translation = Vec3::new(base.pos_w[0], base.pos_w[1], 0.004);
    *visibility = Visibility::Inherited;
}

fn place_arrows(
    shown: Option<Single<(&ShownFrames, &Telemetry)>>,
    robot: Option<Res<ShownRobot>>,
    picked: Res<Picked>,
    time: Res<Time<Fixed>>,
    mut parts: Query<(&ArrowPart, &mut Transform, &mut Visibility)>,
) {
    let (Some(shown), Some(robot)) = (shown, robot) else { return };
    let (frames, telemetry) = *shown;
    let pose = |link| to_transform(frames.link_pose_w(picked.0, link, time.overstep_fraction()));
    for (part, mut transform, mut visibility) in &mut parts {
        let arrow = match part.mark {
            Mark::Command => velocity_arrow(&pose(0), telemetry.command, 0.19),
            Mark::Measured => velocity_arrow(&pose(0), telemetry.measured, 0.23),
            Mark::FootForce(leg) => force_arrow(&robot, telemetry, leg, pose),
        };
        *visibility = if arrow.is_some() { Visibility::Inherited } else { Visibility::Hidden };
        if let Some(arrow) = arrow {
            *transform = if part.is_head { arrow.head() } else { arrow.shaft() };
        }
    }
}

/// An arrow in the world.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Arrow {
    from: Vec3,
    along: Vec3,
    thickness: f32,
}

impl Arrow {
    fn new(from: Vec3, along: Vec3, thickness: f32) -> Option<Self> {
        (along.length() > SHORTEST).then_some(Self { from, along, thickness })
    }
    fn head_length(self) -> f32 {
        (self.thickness * 7.0).min(self.along.length() * 0.6)
    }
    fn direction(self) -> Vec3 {
        self.along.normalize_or(Vec3::X)
    }
    fn shaft(self) -> Transform {
        let length = self.along.length() - self.head_length();
        Transform::from_translation(self.from)
            .with_rotation(Quat::from_rotation_arc(Vec3::Z, self.direction()))
            .with_scale(Vec3::new(self.thickness, self.thickness, length))
    }
    fn head(self) -> Transform {
        let width = self.head_length() * 0.36;
        Transform::from_translation(self.from + self.along - self.direction() * self.head_length())
            .with_rotation(Quat::from_rotation_arc(Vec3::Z, self.direction()))
            .with_scale(Vec3::new(width, width, self.head_length()))
    }
}

/// Planar velocity above the base, turned by its heading.
fn velocity_arrow(base: &Transform, velocity: [f32; 3], height: f32) -> Option<Arrow> {
    let forward = (base.rotation * Vec3::X).with_z(0.0).normalize_or(Vec3::X);
    let left = Vec3::Z.cross(forward);
    let along = (forward * velocity[0] + left * velocity[1]) * METRES_PER_SPEED;
    Arrow::new(base.translation + Vec3::Z * height, along, 0.0075)
}

/// Force at the foot of a leg, upwards.
fn force_arrow(
    robot: &ShownRobot,
    telemetry: &Telemetry,
    leg: usize,
    pose: impl Fn(usize) -> Transform,
) -> Option<Arrow> {
    let force = *telemetry.foot_force.get(leg)?;
    let foot = *robot.0.feet().get(leg)?;
    let (link, point) = robot.0.points().nth(foot)?;
    let center = pose(link).transform_point(Vec3::from_array(point.center.map(|v| v as f32)));
    let ground = center - Vec3::Z * point.radius as f32;
    Arrow::new(ground, Vec3::Z * force * METRES_PER_NEWTON, 0.0045)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_ends_where_its_vector_ends() {
        let arrow = Arrow::new(Vec3::new(1.0, 2.0, 0.5), Vec3::new(0.3, 0.0, 0.0), 0.01).unwrap();
        let tip = arrow.head().transform_point(Vec3::Z);
        assert!(tip.abs_diff_eq(Vec3::new(1.3, 2.0, 0.5), 1e-5), "{tip}");
        let joint = arrow.shaft().transform_point(Vec3::Z);
        assert!(joint.abs_diff_eq(arrow.head().translation, 1e-5));
    }

    #[test]
    fn velocity_is_in_the_heading_frame_whatever_the_base_leans() {
        let lean = Quat::from_rotation_z(std::f32::consts::FRAC_PI_2) * Quat::from_rotation_y(0.3);
        let base = Transform::from_rotation(lean);
        let arrow = velocity_arrow(&base, [1.0, 0.0, 0.7], 0.2).unwrap();
        assert!(arrow.along.abs_diff_eq(Vec3::Y * METRES_PER_SPEED, 1e-4), "{}", arrow.along);
    }

    #[test]
    fn standing_still_has_no_arrow() {
        assert!(velocity_arrow(&Transform::IDENTITY, [0.0, 0.001, 1.0], 0.2).is_none());
    }
}
