//! `--screenshot FILE --after SECONDS`: one picture of the whole window, then the end. For tests and documents.
use bevy::app::AppExit;
use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured, save_to_disk};
use std::path::PathBuf;

/// What to picture and when.
#[derive(Resource, Clone, Debug, PartialEq)]
pub struct ScreenshotPlan {
    /// A `.png` file.
    pub path: PathBuf,
    /// Wall time after the start, s.
    pub after_secs: f32,
}

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Update, take.run_if(resource_exists::<ScreenshotPlan>));
}

fn take(mut commands: Commands, plan: Res<ScreenshotPlan>, time: Res<Time<Real>>, mut is_taken: Local<bool>) {
    if !*is_taken && time.elapsed_secs() >= plan.after_secs {
        *is_taken = true;
        let save = save_to_disk(plan.path.clone());
        commands.spawn(Screenshot::primary_window()).observe(save).observe(leave);
    }
}

/// Runs after the picture is written: observers of one event run in the order in which they were added.
fn leave(_: On<ScreenshotCaptured>, mut exit: MessageWriter<AppExit>) {
    exit.write(AppExit::Success);
}
