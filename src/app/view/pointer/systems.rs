//! Where the mouse meets Bevy; only in a window.
use super::hit::{self, Capsule};
use super::{Grip, Hovered, Target, UnderMouse, What, force};
use crate::app::panels::ViewArea;
use crate::app::view::props::Things;
use crate::app::view::stages::Stages;
use crate::app::window::WindowState;
use crate::lab::{LabCommand, LabSystems};
use crate::tick::view::ShownRobot;
use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use bevy_panorbit_camera::PanOrbitCamera;

/// What can be hit on the shown robot.
#[derive(Resource, Default)]
struct Bodies(Vec<Capsule>);

/// Adds picking and pulling; needs egui.
pub(in crate::app) fn plugin(app: &mut App) {
    app.init_resource::<Bodies>()
        .init_resource::<Hovered>()
        .init_resource::<Grip>()
        .add_systems(Update, (know_bodies, hover, grip, arbitrate).chain().in_set(LabSystems::Draw))
        .add_systems(EguiPrimaryContextPass, show_hand);
}

fn know_bodies(robot: Option<Res<ShownRobot>>, mut bodies: ResMut<Bodies>) {
    if let Some(robot) = robot.filter(|r| r.is_changed()) {
        bodies.0 = hit::capsules(&robot.0);
    }
}

/// The mouse as the view sees it.
#[derive(SystemParam)]
struct Mouse<'w, 's> {
    window: Option<Single<'w, 's, &'static Window, With<PrimaryWindow>>>,
    camera: Option<Single<'w, 's, (&'static Camera, &'static GlobalTransform), With<PanOrbitCamera>>>,
    area: Res<'w, ViewArea>,
    buttons: Res<'w, ButtonInput<MouseButton>>,
}

impl Mouse<'_, '_> {
    fn cursor(&self) -> Option<Vec2> {
        self.window.as_ref()?.cursor_position()
    }
    /// Ray through the mouse.
    fn ray(&self) -> Option<Ray3d> {
        let (camera, place) = **self.camera.as_ref()?;
        camera.viewport_to_world(place, self.cursor()?).ok()
    }
}

fn hover(
    mouse: Mouse,
    (stages, things): (Stages, Things),
    bodies: Res<Bodies>,
    grip: Res<Grip>,
    mut hovered: ResMut<Hovered>,
) {
    let is_free = !grip.is_held() && mouse.area.has_pointer;
    let found = is_free.then(|| nearest(&mouse, &stages, &things, &bodies.0)).flatten();
    hovered.set_if_neq(Hovered(found));
}

fn nearest(mouse: &Mouse, stages: &Stages, things: &Things, bodies: &[Capsule]) -> Option<UnderMouse> {
    let (ray, cursor) = (mouse.ray()?, mouse.cursor()?);
    let mut best: Option<(f32, What)> = None;
    let mut found = |distance: f32, what: What| {
        if best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, what));
        }
    };
    for (stage, shown) in stages.all() {
        for robot in 0..shown.len() {
            if let Some((distance, link)) = hit::robot(ray, bodies, |link| shown.pose(robot, link)) {
                found(distance, What::Robot { stage, robot, link });
            }
        }
    }
    for (prop, cfg, pose) in things.movable() {
        if let Some(distance) = hit::prop(ray, &cfg.body().shape, pose) {
            let at_w = ray.get_point(distance);
            let grip = pose.rotation.inverse() * (at_w - pose.translation);
            found(distance, What::Prop { prop, at_w, grip });
        }
    }
    best.map(|(_, what)| UnderMouse { what, cursor })
}

fn grip(
    mouse: Mouse,
    (stages, things): (Stages, Things),
    hovered: Res<Hovered>,
    window: Res<WindowState>,
    time: Res<Time<Real>>,
    mut grip: ResMut<Grip>,
    mut lab: MessageWriter<LabCommand>,
) {
    if mouse.buttons.just_pressed(MouseButton::Left)
        && let Some(under) = hovered.0
    {
        let target = match under.what {
            What::Robot { stage, robot, .. } => Some(Target::Robot(stage, robot)),
            What::Prop { prop, at_w, grip } => things.cfg(prop).and_then(|p| p.mass).map(|mass| {
                let along =
                    mouse.ray().map_or(Vec3::ZERO, |ray| ray.direction.with_z(0.0).normalize_or_zero());
                Target::Prop { prop, mass, at_w, grip, along }
            }),
        };
        target.into_iter().for_each(|target| grip.press(target, under.cursor));
    }
    let Some(held) = grip.held else { return };
    if !mouse.buttons.pressed(MouseButton::Left) {
        lab.write_batch(grip.release(time.elapsed_secs(), window.follows));
        return;
    }
    let pull = || {
        let (_, place) = **mouse.camera.as_ref()?;
        let (ray, forward) = (mouse.ray()?, place.forward());
        match held.target {
            Target::Robot(stage, robot) => {
                let base = stages.slot(stage).filter(|s| robot < s.len())?.pose(robot, 0).translation;
                force::pull(ray, base, forward)
            }
            // in the plane in which it was taken hold of
            Target::Prop { at_w, .. } => force::place(ray, at_w, forward),
        }
    };
    // outside of the window the mouse stays where it was last seen
    if let Some(wish) = grip.drag(mouse.cursor().unwrap_or(held.cursor), pull) {
        lab.write(wish);
    }
}

/// The mouse is for panels, for what it holds, or for the view.
fn arbitrate(area: Res<ViewArea>, grip: Res<Grip>, mut cameras: Query<&mut PanOrbitCamera>) {
    let enabled = area.has_pointer && !grip.is_held();
    for mut camera in &mut cameras {
        if camera.enabled != enabled {
            camera.enabled = enabled;
        }
    }
}

/// A hand over robots and things.
fn show_hand(mut contexts: EguiContexts, hovered: Res<Hovered>, grip: Res<Grip>) -> Result {
    let icon = match (grip.is_held(), hovered.0) {
        (true, _) => egui::CursorIcon::Grabbing,
        (false, Some(_)) => egui::CursorIcon::PointingHand,
        _ => return Ok(()),
    };
    contexts.ctx_mut()?.set_cursor_icon(icon);
    Ok(())
}
