//! What a frame of the window costs the processor, measured without a window: scripted robots, our own view, and
//! either nothing that draws (a null target) or a picture in memory.
use super::demo::{self, Herd};
use super::view::camera::{FixedView, lens};
use super::view::{self, LateSystems};
use super::{graphics, input, panels, windowless};
use crate::lab::{self, LabSystems};
use crate::run::cpu_time;
use bevy::camera::RenderTarget;
use bevy::ecs::schedule::{ScheduleLabel, SingleThreadedExecutor};
use bevy::prelude::*;
use bevy::render::render_resource::{PollType, TextureFormat};
use bevy::render::renderer::RenderDevice;
use bevy::render::settings::WgpuSettings;
use bevy::time::TimeUpdateStrategy;
use bevy::window::WindowResolution;
use serde::Serialize;
use std::time::Duration;

/// Frames before measuring: meshes, shaders and pools come into being.
const WARM_UP: u32 = 40;
/// One frame, s.
const FRAME: Duration = Duration::from_nanos(16_666_667);
/// Size of the window and of the picture, pixels.
pub(super) const SIZE: [u32; 2] = [1280, 720];

/// Processor time of a frame, means over the measured frames, ms.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FrameCost {
    /// Shown robots.
    pub robots: usize,
    /// Measured frames.
    pub frames: u32,
    /// Our own systems of the view: robots, ground, light, camera, marks, mouse.
    pub own_ms: f64,
    /// Panels, with all that egui does for them; absent with a picture in memory, which has none.
    pub panels_ms: Option<f64>,
    /// Everything on the main thread, without the scripted robots and without panels.
    pub main_ms: f64,
    /// Everything on all threads, likewise.
    pub process_ms: f64,
}

/// Time spent in what is measured apart, s.
#[derive(Resource, Default)]
struct Spent {
    own: Watch,
    source: Watch,
}

/// Adds up the time of a thread between two places.
#[derive(Default)]
struct Watch {
    started: f64,
    sum: f64,
}

impl Watch {
    fn start(&mut self) {
        self.started = cpu_time::this_thread();
    }
    fn stop(&mut self) {
        self.sum += cpu_time::this_thread() - self.started;
    }
}

/// Measures `frames` frames of 1/60 s with `robots` scripted robots that walk. With `null_target` nothing draws;
/// otherwise the graphics driver draws into memory, and it is an error if there is none.
pub fn frame_cost(robots: usize, null_target: bool, frames: u32) -> anyhow::Result<FrameCost> {
    anyhow::ensure!(frames > 0, "no frames to measure");
    if !null_target {
        graphics::require()?;
    }
    let bare = measure(robots, frames, if null_target { Target::None } else { Target::Picture });
    let furnished = null_target.then(|| measure(robots, frames, Target::Panels));
    let panels_ms = furnished.map(|with| (with.main_ms - bare.main_ms).max(0.0));
    Ok(FrameCost { panels_ms, ..bare })
}

/// What is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Nothing.
    None,
    /// Nothing, with the window's panels.
    Panels,
    /// A picture in memory.
    Picture,
}

fn measure(robots: usize, frames: u32, target: Target) -> FrameCost {
    let mut app = build(robots, target);
    (0..WARM_UP).for_each(|_| update(&mut app));
    app.insert_resource(Spent::default());
    let (mut main, process) = (0.0, cpu_time::process());
    for _ in 0..frames {
        let started = cpu_time::this_thread();
        app.update();
        main += cpu_time::this_thread() - started;
        settle(&app);
    }
    let process = cpu_time::process() - process;
    let spent = app.world().resource::<Spent>();
    let per_frame = |secs: f64| secs.max(0.0) * 1e3 / f64::from(frames);
    FrameCost {
        robots,
        frames,
        own_ms: per_frame(spent.own.sum),
        panels_ms: None,
        main_ms: per_frame(main - spent.source.sum),
        process_ms: per_frame(process - spent.source.sum),
    }
}

fn update(app: &mut App) {
    app.update();
    settle(app);
}

/// Waits until the driver has drawn, as a window waits for its screen: drivers asked to wait may spin meanwhile.
pub(super) fn settle(app: &App) {
    let Some(device) = app.world().get_resource::<RenderDevice>() else { return };
    while device.wgpu_device().poll(PollType::Poll).is_ok_and(|status| !status.is_queue_empty()) {
        std::thread::sleep(Duration::from_micros(500));
    }
}

fn build(robots: usize, target: Target) -> App {
    let mut app = App::new();
    app.add_plugins(plugins(target))
        .insert_resource(TimeUpdateStrategy::ManualDuration(FRAME))
        .add_plugins((lab::plugin, view::plugin))
        .init_resource::<Spent>();
    if target == Target::Panels {
        app.add_plugins((input::plugin, panels::plugin, view::pointer::plugin));
    } else {
        spawn_camera(&mut app, target);
    }
    demo::herd(Herd { robots, ..Herd::default() })(&mut app);
    // one after the other on this thread, so that its clock sees them all
    let ours = [Update.intern(), PostUpdate.intern()];
    let source = [FixedFirst.intern(), FixedUpdate.intern(), FixedPostUpdate.intern()];
    for schedule in ours.into_iter().chain(source) {
        app.edit_schedule(schedule, |s| {
            s.set_executor(SingleThreadedExecutor::new());
        });
    }
    app.add_systems(Update, start_own.before(LabSystems::Draw))
        .add_systems(Update, stop_own.after(LabSystems::Overlay))
        .add_systems(PostUpdate, start_own.before(LateSystems))
        .add_systems(PostUpdate, stop_own.after(LateSystems).before(TransformSystems::Propagate))
        .add_systems(FixedFirst, |mut spent: ResMut<Spent>| spent.source.start())
        .add_systems(FixedPostUpdate, |mut spent: ResMut<Spent>| spent.source.stop());
    app.finish();
    app.cleanup();
    app
}

fn start_own(mut spent: ResMut<Spent>) {
    spent.own.start();
}

fn stop_own(mut spent: ResMut<Spent>) {
    spent.own.stop();
}

pub(super) fn plugins(target: Target) -> bevy::app::PluginGroupBuilder {
    let backends = if target == Target::Picture { WgpuSettings::default().backends } else { None };
    let settings = WgpuSettings { backends, ..default() };
    let window = Window { resolution: WindowResolution::new(SIZE[0], SIZE[1]), ..default() };
    let primary_window = (target == Target::Panels).then_some(window);
    windowless::plugins(primary_window, settings)
}

fn spawn_camera(app: &mut App, target: Target) {
    let world = app.world_mut();
    world.init_resource::<Assets<Image>>();
    let mut images = world.resource_mut::<Assets<Image>>();
    let lens = lens(&mut images);
    let picture = (target == Target::Picture).then(|| {
        images.add(Image::new_target_texture(SIZE[0], SIZE[1], TextureFormat::Rgba8UnormSrgb, None))
    });
    let mut camera = world.spawn((lens, FixedView::default()));
    match picture {
        Some(picture) => camera.insert(RenderTarget::Image(picture.into())),
        None => camera.insert(RenderTarget::None { size: UVec2::from_array(SIZE) }),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_a_herd_costs_our_systems_little_and_the_parts_fit_into_the_whole() {
        let cost = frame_cost(64, true, 20).unwrap();
        assert_eq!((cost.robots, cost.frames), (64, 20));
        assert!(cost.own_ms > 0.0 && cost.own_ms < cost.main_ms, "{cost:?}");
        assert!(cost.main_ms <= cost.process_ms * 1.05, "{cost:?}");
    }

    /// For people: numbers of this machine.
    #[test]
    #[ignore = "for people"]
    fn costs() {
        for robots in [1, 64, 256] {
            println!("{:?}", frame_cost(robots, true, 300).unwrap());
        }
        for robots in [1, 64, 256] {
            println!("{:?}", frame_cost(robots, false, 10).unwrap());
        }
    }
}
