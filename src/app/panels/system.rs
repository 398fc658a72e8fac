//! Where panels meet Bevy: gathers the view, draws once per egui pass, sends what was asked, and gives the camera the
//! part of the window that is left.
use super::{Outbox, PlayView, Shown, Title, gait, help, joints, overlay, rates, theme, top, tracking};
use crate::app::history::History;
use crate::app::input::drive::Drive;
use crate::app::palette::PANEL;
use crate::app::view::camera::{Follow, lens, offset};
use crate::lab::LabCommand;
use crate::lab::LabSystems;
use crate::lab::command::Zone;
use crate::tick::view::{ShownRobot, Telemetry};
use bevy::camera::visibility::RenderLayers;
use bevy::camera::{CameraOutputMode, Viewport};
use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy::render::render_resource::BlendState;
use bevy_egui::egui::{self, Frame, Margin, Rect, UiBuilder};
use bevy_egui::input::EguiWantsInput;
use bevy_egui::{EguiContexts, EguiGlobalSettings, EguiPlugin, EguiPrimaryContextPass, PrimaryEguiContext};
use bevy_panorbit_camera::{PanOrbitCamera, PanOrbitCameraPlugin};
use std::f32::consts::FRAC_PI_2;

/// Width of the side panel, points.
const SIDE: f32 = 340.0;
/// Height of the top bar, points.
const TOP: f32 = 44.0;

pub(in crate::app) fn plugin(app: &mut App) {
    app.add_plugins((EguiPlugin::default(), PanOrbitCameraPlugin, rates::plugin))
        .init_resource::<Shown>()
        .add_systems(PreStartup, spawn_cameras)
        .add_systems(EguiPrimaryContextPass, draw)
        .add_systems(Update, (obey, arbitrate).in_set(LabSystems::Camera));
}

/// One camera for the robot, which gets what panels leave of the window, and one for the panels above it.
fn spawn_cameras(
    mut commands: Commands,
    mut images: ResMut<Assets<Image>>,
    mut settings: ResMut<EguiGlobalSettings>,
) {
    settings.auto_create_primary_context = false;
    commands.spawn((lens(&mut images), orbit()));
    let above = Camera {
        order: 1,
        output_mode: CameraOutputMode::Write {
            blend_state: Some(BlendState::ALPHA_BLENDING),
            clear_color: ClearColorConfig::None,
        },
        clear_color: ClearColorConfig::Custom(Color::NONE),
        ..default()
    };
    commands.spawn((PrimaryEguiContext, Camera2d, Msaa::Off, RenderLayers::none(), above));
}

/// Orbits with z up: at pitch 0 this camera looks straight down, at −π/2 along the ground.
fn orbit() -> PanOrbitCamera {
    let start = Follow::default().target;
    PanOrbitCamera {
        axis: [Vec3::X, Vec3::Z, Vec3::NEG_Y],
        focus: start,
        target_focus: start,
        yaw: Some(0.5),
        pitch: Some(0.28 - FRAC_PI_2),
        radius: Some(offset(0.0, 0.0, 2.3).length()),
        pitch_lower_limit: Some(0.03 - FRAC_PI_2),
        pitch_upper_limit: Some(-0.01),
        zoom_lower_limit: 0.5,
        zoom_upper_limit: Some(40.0),
        zoom_smoothness: 0.2,
        use_real_time: true,
        ..default()
    }
}

/// Everything the view is made of.
#[derive(SystemParam)]
struct Sources<'w, 's> {
    title: Res<'w, Title>,
    robot: Option<Res<'w, ShownRobot>>,
    telemetry: Option<Single<'w, 's, &'static Telemetry>>,
    history: Res<'w, History>,
    shown: Res<'w, Shown>,
    follow: Res<'w, Follow>,
    clock: Res<'w, Time<Virtual>>,
    rates: Res<'w, rates::Rates>,
}

impl Sources<'_, '_> {
    fn view<'a>(&'a self, drive: &'a Drive, nothing: &'a Telemetry) -> PlayView<'a> {
        PlayView {
            title: &self.title.0,
            robot: self.robot.as_ref().map(|r| &*r.0),
            now: self.telemetry.as_ref().map_or(nothing, |t| t),
            history: &self.history,
            drive,
            shown: *self.shown,
            follows: self.follow.is_on,
            is_paused: self.clock.is_paused(),
            speed: self.clock.relative_speed(),
            rates: *self.rates,
        }
    }
}

fn draw(
    mut contexts: EguiContexts,
    sources: Sources,
    mut drive: ResMut<Drive>,
    mut camera: Single<&mut Camera, With<PanOrbitCamera>>,
    mut lab: MessageWriter<LabCommand>,
    mut is_styled: Local<bool>,
) -> Result {
    let context = contexts.ctx_mut()?;
    if !std::mem::replace(&mut *is_styled, true) {
        theme::apply(context, crate::lab::command::Theme::Dark);
    }
    let mut out = Outbox::default();
    let mut root = egui::Ui::new(
        context.clone(),
        "root".into(),
        UiBuilder::new().layer_id(egui::LayerId::background()).max_rect(context.viewport_rect()),
    );
    let area = window_ui(&mut root, &sources.view(&drive, &Telemetry::default()), &mut out);
    camera.viewport = viewport(area, context.pixels_per_point());
    drive.pad = out.pad;
    lab.write_batch(out.lab);
    Ok(())
}

/// The whole window; returns what is left for the robot.
pub(super) fn window_ui(root: &mut egui::Ui, view: &PlayView, out: &mut Outbox) -> Rect {
    let frame = |margin: Margin| Frame::new().fill(PANEL.ui()).inner_margin(margin);
    egui::Panel::top("top")
        .exact_size(TOP)
        .resizable(false)
        .frame(frame(Margin::symmetric(14, 0)))
        .show(root, |ui| top::top_ui(ui, view, out));
    if view.shown.side {
        egui::Panel::right("side")
            .exact_size(SIDE)
            .resizable(false)
            .frame(frame(Margin { left: 14, right: 14, top: 8, bottom: 4 }))
            .show(root, |ui| side_ui(ui, view));
    }
    let area = root.available_rect_before_wrap();
    overlay::overlay_ui(root.ctx(), area, view, out);
    if view.shown.help {
        help::help_ui(root.ctx(), area, out);
    }
    area
}

/// Height of everything in the side panel but the plots themselves, without joints, points.
const SIDE_FIXED: f32 = 306.0;
/// Height of a joint's row, points.
const SIDE_JOINT: f32 = 17.0;

/// Plots share the height that the tables leave.
fn side_ui(ui: &mut egui::Ui, view: &PlayView) {
    let joints = view.robot.map_or(0, |r| r.num_joints()) as f32;
    let height = ((ui.available_height() - SIDE_FIXED - joints * SIDE_JOINT) / 3.0).clamp(54.0, 170.0);
    egui::ScrollArea::vertical().show(ui, |ui| {
        ui.set_width(SIDE - 28.0);
        tracking::tracking_ui(ui, view, height);
        ui.add_space(6.0);
        gait::gait_ui(ui, view);
        ui.add_space(6.0);
        joints::joints_ui(ui, view);
    });
}

fn viewport(area: Rect, scale: f32) -> Option<Viewport> {
    let pixels = |v: egui::Vec2| UVec2::new((v.x * scale).round() as u32, (v.y * scale).round() as u32);
    let physical_size = pixels(area.size());
    (physical_size.min_element() > 0).then(|| Viewport {
        physical_position: pixels(area.min.to_vec2()),
        physical_size,
        ..default()
    })
}

fn obey(mut asked: MessageReader<LabCommand>, mut shown: ResMut<Shown>, mut follow: ResMut<Follow>) {
    for command in asked.read() {
        match command {
            LabCommand::ToggleFollow => follow.is_on = !follow.is_on,
            LabCommand::ToggleHelp => shown.help = !shown.help,
            LabCommand::ToggleZone(Zone::Right) => shown.side = !shown.side,
            LabCommand::Dismiss => shown.help = false,
            _ => {}
        }
    }
}

/// The mouse is either for panels or for the view.
fn arbitrate(egui: Res<EguiWantsInput>, mut cameras: Query<&mut PanOrbitCamera>) {
    for mut camera in &mut cameras {
        camera.enabled = !egui.wants_any_pointer_input();
    }
}
