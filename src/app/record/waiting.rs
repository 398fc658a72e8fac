//! How many shaders the renderer still waits for: known in its world, asked about in ours.
use bevy::prelude::*;
use bevy::render::render_resource::PipelineCache;
use bevy::render::{Render, RenderApp};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Shaders that are missing, as of the last drawn frame.
#[derive(Resource, Clone, Default)]
pub(super) struct WaitingPipelines(Arc<AtomicUsize>);

impl WaitingPipelines {
    /// How many.
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

pub(super) fn plugin(app: &mut App) {
    let waiting = WaitingPipelines::default();
    if let Some(render) = app.get_sub_app_mut(RenderApp) {
        render.insert_resource(waiting.clone()).add_systems(Render, count);
        app.insert_resource(waiting);
    }
}

fn count(cache: Res<PipelineCache>, waiting: Res<WaitingPipelines>) {
    waiting.0.store(cache.waiting_pipelines().count(), Ordering::Relaxed);
}
