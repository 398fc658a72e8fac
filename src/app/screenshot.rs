//! `--screenshot FILE --after SECONDS`: one picture of the whole window, then the end. For tests and documents.
use bevy::app::AppExit;
use bevy::prelude::*;
use bevy::render::view::screenshot::{Captured, Screenshot, save_to_disk};
use std::path::PathBuf;

/// What to picture and when.
#[derive(Resource, Clone, Debug, PartialEq)]
pub struct ScreenshotPlan {
    /// A `.png` file.
    pub path: PathBuf,
    /// Wall time after the start, s.
    pub after_secs: f32,
}

#[derive(Component)]
struct Planned;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Update, (take, leave).run_if(resource_exists::<ScreenshotPlan>));
}

fn take(mut commands: Commands, plan: Res<ScreenshotPlan>, time: Res<Time<Real>>, mut is_taken: Local<bool>) {
    if !*is_taken && time.elapsed_secs() >= plan.after_secs {
        *is_taken = true;
        commands.spawn((Planned, Screenshot::primary_window())).observe(save_to_disk(plan.path.clone()));
    }
}

/// The screenshot's entity is marked when its picture is written.
fn leave(taken: Query<(), (With<Planned>, With<Captured>)>, mut exit: MessageWriter<AppExit>) {
    if !taken.is_empty() {
        exit.write(AppExit::Success);
    }
}
