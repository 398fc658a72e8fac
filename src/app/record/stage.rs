//! The Bevy `App` without a window, driven by hand: one update is one frame of simulated time.
use super::sink::Sink;
use crate::app::view::camera::{FixedView, lens};
use crate::app::{view, windowless};
use crate::lab;
use bevy::app::AppExit;
use bevy::camera::RenderTarget;
use bevy::prelude::*;
use bevy::render::RenderApp;
use bevy::render::render_resource::{PipelineCache, PollType, TextureFormat};
use bevy::render::renderer::RenderDevice;
use bevy::render::settings::WgpuSettings;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::time::TimeUpdateStrategy;
use std::time::Duration;

/// Updates before the first frame, at most; shaders load meanwhile.
const WARM_UP: u32 = 400;

/// An app that draws onto an image, moved by hand.
pub(super) struct Stage {
    app: App,
    target: Handle<Image>,
}

impl Stage {
    /// Builds the app, lets `setup` install its simulation, and waits until everything can be drawn. Time stands.
    pub fn open(size: [u32; 2], setup: impl FnOnce(&mut App)) -> Self {
        Self::open_after(size, |_| (), setup)
    }

    /// As `open`; `before` is called ahead of the lab's plugins.
    pub fn open_after(size: [u32; 2], before: impl FnOnce(&mut App), setup: impl FnOnce(&mut App)) -> Self {
        let mut app = App::new();
        before(&mut app);
        app.add_plugins(windowless::plugins(None, WgpuSettings::default()))
            .add_plugins((lab::plugin, view::plugin))
            .insert_resource(TimeUpdateStrategy::ManualDuration(Duration::ZERO));
        let target = spawn_camera(&mut app, size);
        setup(&mut app);
        app.finish();
        app.cleanup();
        let mut stage = Self { app, target };
        stage.warm_up();
        stage
    }

    /// Lets every update be that long.
    pub fn run_at(&mut self, frame_time: Duration) {
        self.app.insert_resource(TimeUpdateStrategy::ManualDuration(frame_time));
    }

    /// Lets updates be as long as they take.
    pub fn run_by_wall_clock(&mut self) {
        self.app.insert_resource(TimeUpdateStrategy::Automatic);
    }

    /// Whether it was asked to end, and how.
    pub fn wants_to_end(&self) -> Option<AppExit> {
        self.app.should_exit()
    }

    /// What is in it.
    #[cfg(test)]
    pub fn world(&mut self) -> &mut World {
        self.app.world_mut()
    }

    /// Runs frames of no time until no shader is missing.
    fn warm_up(&mut self) {
        for update in 0..WARM_UP {
            self.update();
            let render = self.app.sub_app(RenderApp).world();
            let waiting = render.resource::<PipelineCache>().waiting_pipelines().count();
            if update > 8 && waiting == 0 {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Moves simulated time on by one frame, draws it and asks for its pixels.
    pub fn film(&mut self, index: u32) -> anyhow::Result<()> {
        let hand_over = move |shot: On<ScreenshotCaptured>, mut sink: ResMut<Sink>| {
            sink.accept(index, &shot.image);
        };
        self.app.world_mut().spawn(Screenshot::image(self.target.clone())).observe(hand_over);
        self.update();
        self.app.world().resource::<Sink>().health()
    }

    /// Updates, in no time, until the pixels of all frames have come back.
    pub fn wait_for_frames(&mut self, frames: u32) -> anyhow::Result<()> {
        self.app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::ZERO));
        for _ in 0..200 {
            self.app.world().resource::<Sink>().health()?;
            if self.app.world().resource::<Sink>().accepted() == frames {
                return Ok(());
            }
            self.update();
            std::thread::sleep(Duration::from_millis(1));
        }
        let got = self.app.world().resource::<Sink>().accepted();
        anyhow::bail!("the graphics driver gave back {got} of {frames} frames")
    }

    /// Draws once, and waits for the graphics driver.
    pub fn update(&mut self) {
        self.app.update();
        let device = self.app.world().resource::<RenderDevice>();
        // A lost device shows as missing frames, which are counted.
        device.wgpu_device().poll(PollType::Wait { submission_index: None, timeout: None }).ok();
    }
}

fn spawn_camera(app: &mut App, [width, height]: [u32; 2]) -> Handle<Image> {
    let mut images = app.world_mut().resource_mut::<Assets<Image>>();
    let format = TextureFormat::Rgba8UnormSrgb;
    let target = images.add(Image::new_target_texture(width, height, format, None));
    let lens = lens(&mut images);
    let camera = (lens, FixedView::default(), RenderTarget::Image(target.clone().into()));
    app.world_mut().spawn(camera);
    target
}
