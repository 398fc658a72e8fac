//! Moves the cameras: the mode says where the view should be, the rig glides there.
use super::angle::{ease, gain};
use super::modes::{self, Followed, View};
use super::path::CameraPath;
use super::{CameraSystems, FixedView, START_RADIUS, SceneCamera};
use crate::app::view::LateSystems;
use crate::app::view::pointer::Grip;
use crate::app::view::stages::Stages;
use crate::app::window::{RecorderState, WindowState};
use crate::lab::command::CameraMode;
use crate::lab::{LabSystems, Picked};
use bevy::camera::CameraUpdateSystems;
use bevy::prelude::*;
use bevy_panorbit_camera::{PanOrbitCamera, PanOrbitCameraSystemSet};
use std::f32::consts::FRAC_PI_2;

/// Time from one view to another, s.
const GLIDE_SECS: f32 = 0.45;

/// What the cameras are about.
#[derive(Resource, Debug, Default)]
struct Rig {
    /// The followed robot.
    followed: Option<Followed>,
    /// Mode and marked robot of the last frame; when they change, a glide begins.
    wanted: Option<(CameraMode, bool, usize, usize)>,
    /// Robots per stage and stages of the first view, and that view: yaw, pitch, distance.
    herd: ((usize, usize), [f32; 3]),
    /// Since the last glide began, s.
    age: f32,
    /// Between the two stages, smoothed, m: on what the orbit turns from when the second came until another robot is
    /// marked.
    between: Option<Vec3>,
}

/// Where a camera's glide began.
#[derive(Component, Clone, Copy, Debug)]
struct Glide(View);

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Rig>()
        .add_systems(Update, (follow, frame_herd, aim_orbit).chain().in_set(LabSystems::Camera))
        .add_systems(
            PostUpdate,
            show.in_set(CameraSystems)
                .in_set(LateSystems)
                .after(PanOrbitCameraSystemSet)
                .before(CameraUpdateSystems),
        );
}

fn follow(
    mut commands: Commands,
    stages: Stages,
    window: Res<WindowState>,
    (time, simulated): (Res<Time<Real>>, Res<Time<Virtual>>),
    recorder: Option<Res<RecorderState>>,
    mut rig: ResMut<Rig>,
    cameras: Query<(Entity, &Transform), With<SceneCamera>>,
) {
    // in a film a slow frame must not be a larger step
    let is_filmed = recorder.is_some_and(|recorder| recorder.recording.is_some());
    let dt = if is_filmed { simulated.delta_secs() } else { time.delta_secs() }.min(0.1);
    rig.age += dt;
    let Picked { stage, robot, .. } = stages.picked();
    let wanted = Some((window.camera, window.follows, stage, robot));
    let base = stages.picked_base();
    let jumped = matches!((&rig.followed, &base), (Some(at), Some(base)) if at.jumped(base));
    if jumped || rig.wanted != wanted {
        let is_first = rig.wanted.is_none() || rig.followed.is_none();
        if rig.wanted != wanted {
            rig.between = None;
        }
        rig.wanted = wanted;
        if !is_first {
            rig.age = 0.0;
            for (camera, place) in &cameras {
                commands.entity(camera).insert(Glide(View::of(place)));
            }
        }
        rig.followed = base.map(|base| Followed::on(&base, ground(&base))).or(rig.followed);
    } else if let Some(base) = base {
        match &mut rig.followed {
            Some(at) => at.advance(&base, ground(&base), dt),
            None => rig.followed = Some(Followed::on(&base, ground(&base))),
        }
    }
}

/// Height of the ground under a robot, roughly: what the view turns on must not bob with every stride.
fn ground(base: &Transform) -> f32 {
    base.translation.z - 0.3
}

/// Chooses the first view when robots appear, or when one becomes many.
fn frame_herd(
    stages: Stages,
    time: Res<Time<Real>>,
    mut rig: ResMut<Rig>,
    mut orbits: Query<&mut PanOrbitCamera>,
) {
    let Some(shown) = stages.picked_stage() else { return };
    let (robots, number) = (shown.len(), stages.all().count());
    let middles: Vec<Vec3> = stages.all().filter_map(|(_, shown)| shown.middle()).collect();
    let middle = middles.iter().sum::<Vec3>() / middles.len().max(1) as f32;
    if number < 2 {
        rig.between = None;
    } else if let Some(between) = &mut rig.between {
        *between = between.lerp(middle, gain(time.delta_secs().min(0.1), 1.0));
    }
    let (was, were) = rig.herd.0;
    if (was, were) == (robots, number) || (was > 1 && robots > 1 && were == number) {
        return;
    }
    let marked = stages.picked_base().map_or(Vec3::ZERO, |base| base.translation);
    let view = match middles[..] {
        [first, second] => {
            rig.between = Some(middle);
            modes::view_of_two(first, second)
        }
        _ => modes::first_view(robots * number, marked, middle),
    };
    rig.herd = ((robots, number), view);
    for mut orbit in &mut orbits {
        let [yaw, pitch, radius] = view;
        [orbit.target_yaw, orbit.target_pitch, orbit.target_radius] = [yaw, pitch - FRAC_PI_2, radius];
        if was == 0 {
            (orbit.yaw, orbit.pitch, orbit.radius) = (Some(yaw), Some(pitch - FRAC_PI_2), Some(radius));
        }
        orbit.force_update = true;
    }
}

/// Keeps the orbit around the followed robot; a person's drag turns it only where that is seen.
fn aim_orbit(
    rig: Res<Rig>,
    window: Res<WindowState>,
    grip: Option<Res<Grip>>,
    mut cameras: Query<&mut PanOrbitCamera>,
) {
    let turns = window.camera == CameraMode::Orbit && !grip.is_some_and(|grip| grip.is_held());
    for mut camera in &mut cameras {
        camera.orbit_sensitivity = if turns { 1.0 } else { 0.0 };
        camera.pan_sensitivity = if turns && !window.follows { 1.0 } else { 0.0 };
        let at = rig.between.or(rig.followed.map(|at| at.target));
        if let Some(at) = at.filter(|_| window.follows) {
            (camera.focus, camera.target_focus) = (at, at);
            camera.force_update = true;
        }
    }
}

fn show(
    mut commands: Commands,
    rig: Res<Rig>,
    window: Res<WindowState>,
    path: Res<CameraPath>,
    mut cameras: Query<
        (Entity, &mut Transform, Option<&PanOrbitCamera>, Option<&FixedView>, Option<&Glide>),
        With<SceneCamera>,
    >,
) {
    for (entity, mut transform, orbit, fixed, glide) in &mut cameras {
        let Some(mut view) = wanted_view(&rig, &window, &path, orbit, fixed) else { continue };
        if let Some(Glide(from)) = glide {
            let share = rig.age / GLIDE_SECS;
            if share >= 1.0 {
                commands.entity(entity).remove::<Glide>();
            }
            view = from.between(view, ease(share));
        }
        if View::of(&transform) != view {
            (transform.translation, transform.rotation) = (view.eye, view.rotation);
        }
    }
}

fn wanted_view(
    rig: &Rig,
    window: &WindowState,
    path: &CameraPath,
    orbit: Option<&PanOrbitCamera>,
    fixed: Option<&FixedView>,
) -> Option<View> {
    let zoom = orbit.and_then(|o| o.radius).map_or(1.0, |radius| radius / START_RADIUS);
    let at = rig.followed;
    match window.camera {
        CameraMode::Chase => Some(modes::chase(&at?, zoom)),
        CameraMode::Top => Some(modes::top(&at?, zoom)),
        CameraMode::FirstPerson => Some(modes::first_person(&at?)),
        CameraMode::Path if !path.keys.is_empty() => {
            path.at(path.at_s).map(|(eye, target)| View::looking(eye, target, Vec3::Z))
        }
        CameraMode::Orbit | CameraMode::Path => match (orbit, fixed) {
            (Some(orbit), _) => orbit_view(orbit),
            (None, Some(FixedView { offset: Some(offset) })) => {
                let target = at?.target;
                Some(View::looking(target + *offset, target, Vec3::Z))
            }
            (None, Some(_)) => Some(modes::fixed(&at?, rig.herd.1)),
            (None, None) => None,
        },
    }
}

/// Where the orbit is, as the orbit camera itself computes it.
fn orbit_view(orbit: &PanOrbitCamera) -> Option<View> {
    let turn = Quat::from_axis_angle(orbit.axis[1], orbit.yaw?);
    let tilt = Quat::from_axis_angle(orbit.axis[0], -orbit.pitch?);
    let rotation = turn * tilt;
    Some(View { eye: orbit.focus + rotation * Vec3::Z * orbit.radius?, rotation })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::demo;
    use crate::app::view::camera::orbit;
    use crate::lab::LabCommand;
    use bevy::time::TimeUpdateStrategy;
    use std::time::Duration;

    /// An app with cameras and robots but nothing that draws.
    fn rigged() -> (App, Entity) {
        let mut app = App::new();
        app.add_plugins((bevy::time::TimePlugin, TransformPlugin, crate::lab::plugin))
            .add_plugins((crate::app::window::plugin, super::super::plugin))
            .insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_millis(16)));
        demo::plugin(8)(&mut app);
        let camera = app.world_mut().spawn((SceneCamera, Transform::default(), orbit())).id();
        (0..30).for_each(|_| app.update());
        (app, camera)
    }

    #[test]
    fn no_change_of_mode_or_robot_makes_the_picture_jump() {
        let (mut app, camera) = rigged();
        let mut last = *app.world().get::<Transform>(camera).unwrap();
        let commands = [
            LabCommand::SetCamera(CameraMode::Chase),
            LabCommand::Pick { stage: 0, robot: 5 },
            LabCommand::SetCamera(CameraMode::FirstPerson),
            LabCommand::SetCamera(CameraMode::Top),
            LabCommand::Pick { stage: 0, robot: 2 },
            LabCommand::SetCamera(CameraMode::Orbit),
        ];
        for command in commands {
            app.world_mut().write_message(command.clone());
            for _ in 0..45 {
                app.update();
                let now = *app.world().get::<Transform>(camera).unwrap();
                let moved = now.translation.distance(last.translation);
                let turned = now.rotation.angle_between(last.rotation);
                assert!(moved < 1.0 && turned < 0.3, "{command:?}: {moved} m, {turned} rad in one frame");
                last = now;
            }
        }
    }

    #[test]
    fn chase_ends_behind_the_robot() {
        let (mut app, camera) = rigged();
        app.world_mut().write_message(LabCommand::SetCamera(CameraMode::Chase));
        (0..60).for_each(|_| app.update());
        let place = app.world().get::<Transform>(camera).unwrap();
        assert!(place.translation.x < -1.0 && place.translation.y.abs() < 0.2, "{place:?}");
    }
}
