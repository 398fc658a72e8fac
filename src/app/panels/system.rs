//! Where panels meet Bevy: gathers the view, draws once per egui pass, sends what was asked, and gives the camera the
//! part of the window that is left.
use super::dock::Dock;
use super::lab_view::{LabView, Memory, Outbox};
use super::state::{self, Remembered};
use super::{Title, dock_ui, help, notes, overlay, plot_files, rates, theme, top};
use crate::app::input::drive::Drive;
use crate::app::palette::{self, LINE, PANEL};
use crate::app::view::camera::{lens, orbit};
use crate::app::view::pointer::{Grip, Hovered, Target, What};
use crate::app::view::props::Things;
use crate::app::window::{RecorderState, WindowState};
use crate::lab::command::{Mark, Theme};
use crate::lab::timeline::Timeline;
use crate::lab::{self, Lab, LabCommand, LabSystems, Stage};
use crate::tick::view::{ShownRobot, Telemetry};
use bevy::camera::visibility::RenderLayers;
use bevy::camera::{CameraOutputMode, Viewport};
use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy::render::render_resource::BlendState;
use bevy_egui::egui::{self, Frame, Margin, Rect, UiBuilder};
use bevy_egui::{EguiContexts, EguiGlobalSettings, EguiPlugin, EguiPrimaryContextPass, PrimaryEguiContext};
use bevy_panorbit_camera::{PanOrbitCamera, PanOrbitCameraPlugin};

/// Height of the top bar, points.
const TOP: f32 = 44.0;

/// Where the three-dimensional view is, and whether the mouse belongs to it: it is over it and over nothing above it,
/// or went down there and is still held.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::app) struct ViewArea {
    /// Points from the window's upper left corner; none while the view is closed off.
    pub rect: Option<Rect>,
    /// See above.
    pub has_pointer: bool,
}

pub(in crate::app) fn plugin(app: &mut App) {
    app.add_plugins((
        EguiPlugin::default(),
        PanOrbitCameraPlugin,
        rates::plugin,
        state::plugin,
        plot_files::plugin,
    ))
    .init_resource::<Title>()
    .init_resource::<RecorderState>()
    .init_resource::<ViewArea>()
    .add_systems(PreStartup, spawn_cameras)
    .add_systems(EguiPrimaryContextPass, draw)
    .add_systems(Update, obey.in_set(LabSystems::Camera));
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

/// Everything the view is made of.
#[derive(SystemParam)]
struct Sources<'w, 's> {
    title: Res<'w, Title>,
    lab: Res<'w, Lab>,
    picked: Res<'w, lab::Picked>,
    timeline: Res<'w, Timeline>,
    window: Res<'w, WindowState>,
    recorder: Res<'w, RecorderState>,
    robot: Option<Res<'w, ShownRobot>>,
    stages: Query<'w, 's, &'static Stage>,
    telemetry: Query<'w, 's, (Option<&'static Stage>, &'static Telemetry)>,
    clock: Res<'w, Time<Virtual>>,
    rates: Res<'w, rates::Rates>,
    hovered: Option<Res<'w, Hovered>>,
    grip: Option<Res<'w, Grip>>,
    things: Things<'w, 's>,
}

impl Sources<'_, '_> {
    fn view<'a>(&'a self, drive: &'a Drive, nothing: &'a Telemetry) -> LabView<'a> {
        let marked = self.telemetry.iter().find(|(s, _)| s.is_some_and(|s| s.slot == self.picked.stage));
        LabView {
            lab: &self.lab,
            stages: [0, 1].map(|slot| self.stages.iter().find(|stage| stage.slot == slot)),
            robot: self.lab.plan.as_ref().map(|p| &*p.robot).or(self.robot.as_ref().map(|r| &*r.0)),
            now: marked.or(self.telemetry.iter().next()).map_or(nothing, |(_, now)| now),
            picked: *self.picked,
            timeline: &self.timeline,
            drive,
            window: &self.window,
            recorder: &self.recorder,
            is_paused: self.clock.is_paused(),
            speed: self.clock.relative_speed(),
            rates: *self.rates,
            beside_mouse: self.beside_mouse(),
        }
    }

    /// The force with which something is pulled, or the name of what is under the mouse.
    fn beside_mouse(&self) -> Option<(String, [f32; 2])> {
        if let Some(held) = self.grip.as_ref().and_then(|grip| grip.held) {
            let force = match held.target {
                Target::Robot(..) => held.pull_w?.length(),
                Target::Prop { .. } => Vec3::from_array(self.things.shown()?.pull?.force_w).length(),
            };
            return Some((format!("{force:.0} N"), held.cursor.to_array()));
        }
        let under = self.hovered.as_ref().and_then(|hovered| hovered.0)?;
        let text = match under.what {
            What::Robot { robot, link, .. } => {
                let plan = self.lab.plan.as_ref().filter(|_| self.window.marks.contains(&Mark::Names))?;
                format!("robot {robot} · {}", plan.robot.links.get(link)?.name)
            }
            What::Prop { prop, .. } => {
                let cfg = self.things.cfg(prop).filter(|_| self.window.marks.contains(&Mark::Names))?;
                format!("{} {prop} · {:.1} kg", cfg.kind.name(), cfg.mass?)
            }
        };
        Some((text, under.cursor.to_array()))
    }
}

fn draw(
    mut contexts: EguiContexts,
    sources: Sources,
    (mut drive, mut dock, mut memory): (ResMut<Drive>, ResMut<Dock>, ResMut<Remembered>),
    (mut area, mut styled, mut warmed): (ResMut<ViewArea>, Local<Option<Theme>>, Local<u32>),
    mut camera: Single<&mut Camera, With<PanOrbitCamera>>,
    mut lab: MessageWriter<LabCommand>,
) -> Result {
    let context = contexts.ctx_mut()?;
    let theme = sources.window.theme;
    // frames are drawn by whichever thread is free
    palette::use_theme(theme);
    if styled.replace(theme) != Some(theme) {
        theme::apply(context, theme);
    }
    // letters are made anew when the style or the scale of the first frames comes into force
    if *warmed < 3 {
        *warmed += 1;
        theme::warm(context);
    }
    let mut out = Outbox::default();
    let mut root = egui::Ui::new(
        context.clone(),
        "root".into(),
        UiBuilder::new().layer_id(egui::LayerId::background()).max_rect(context.viewport_rect()),
    );
    let (nothing, mut remembered) = (Telemetry::default(), memory.0.clone());
    let view = sources.view(&drive, &nothing);
    area.rect = window_ui(&mut root, &sources.title.0, &view, &mut dock, &mut remembered, &mut out);
    area.has_pointer = has_pointer(context, &area);
    leave_keys(context);
    let shown = area.rect.and_then(|rect| viewport(rect, context.pixels_per_point()));
    camera.is_active = shown.is_some();
    if shown.is_some() {
        camera.viewport = shown;
    }
    drive.pad = out.pad;
    if memory.0 != remembered {
        memory.0 = remembered;
    }
    lab.write_batch(out.lab);
    Ok(())
}

/// The whole window; returns what is left for the robot.
pub(super) fn window_ui(
    root: &mut egui::Ui,
    title: &str,
    view: &LabView<'_>,
    dock: &mut Dock,
    memory: &mut Memory,
    out: &mut Outbox,
) -> Option<Rect> {
    let bar = Frame::new().fill(PANEL.ui()).inner_margin(Margin::symmetric(14, 0));
    let top = egui::Panel::top("top").exact_size(TOP).resizable(false).show_separator_line(false).frame(bar);
    let top = top.show(root, |ui| top::top_ui(ui, title, view, dock, memory, out)).response.rect;
    root.painter().hline(top.x_range(), top.bottom() - 0.5, egui::Stroke::new(1.0, LINE.ui()));
    let area = dock_ui::dock_ui(root, dock, view, memory, out);
    if let Some(area) = area {
        overlay::overlay_ui(root.ctx(), area, view, out);
        notes::notes_ui(root.ctx(), area, view, out);
    }
    if view.window.help {
        let all = root.ctx().viewport_rect();
        help::help_ui(root.ctx(), area.unwrap_or(all), out);
    }
    area
}

fn has_pointer(context: &egui::Context, area: &ViewArea) -> bool {
    let Some(at) = context.pointer_latest_pos() else { return false };
    if context.input(|i| i.pointer.any_down()) && !context.input(|i| i.pointer.any_pressed()) {
        return area.has_pointer;
    }
    let is_free = context.layer_id_at(at).is_none_or(|layer| layer.order == egui::Order::Background);
    is_free && area.rect.is_some_and(|rect| rect.shrink(3.0).contains(at)) && !context.egui_is_using_pointer()
}

/// Only text fields keep the keyboard: everything else has a key of its own or none.
fn leave_keys(context: &egui::Context) {
    if !context.text_edit_focused() {
        context.memory_mut(|m| m.focused().into_iter().for_each(|id| m.surrender_focus(id)));
    }
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

/// What is asked of panels; camera, marks and colours are the view's.
fn obey(
    mut asked: MessageReader<LabCommand>,
    mut state: ResMut<WindowState>,
    mut dock: ResMut<Dock>,
    window: Option<Single<&Window>>,
) {
    for command in asked.read() {
        match command {
            LabCommand::ToggleHelp => state.help = !state.help,
            LabCommand::Dismiss => state.help = false,
            LabCommand::ToggleZone(zone) => state.toggle(*zone),
            LabCommand::ShowPanel(panel) => {
                dock.show(*panel);
                let zone = dock.home(*panel).filter(|zone| !state.is_open(*zone));
                zone.into_iter().for_each(|zone| state.toggle(zone));
            }
            LabCommand::ClosePanel(panel) => dock.close(*panel),
            LabCommand::ResetLayout => {
                *dock = Dock::new(super::dock::groups(window.as_ref().map_or(0.0, |w| w.width())));
                state.open = [true; 3];
            }
            _ => continue,
        }
    }
}
