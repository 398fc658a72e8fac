//! Pictures of the whole window: on command, or once after some seconds and then the end (`--screenshot FILE`). Where
//! there is no window, the picture is what the camera sees.
use super::record::FilmCamera;
use crate::lab::model::Severity;
use crate::lab::{Lab, LabCommand};
use anyhow::Context;
use bevy::app::AppExit;
use bevy::camera::RenderTarget;
use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::window::PrimaryWindow;
use std::path::{Path, PathBuf};

/// What to picture and when, before leaving.
#[derive(Resource, Clone, Debug, PartialEq)]
pub struct ScreenshotPlan {
    /// A `.png` file.
    pub path: PathBuf,
    /// Wall time after the start, s.
    pub after_secs: f32,
}

/// Pictures that were asked for and are not yet saved.
#[derive(Component)]
struct Pending;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Update, (plan.run_if(resource_exists::<ScreenshotPlan>), obey));
}

/// Takes the planned picture and leaves.
fn plan(mut commands: Commands, plan: Res<ScreenshotPlan>, time: Res<Time<Real>>, mut is_taken: Local<bool>) {
    if !*is_taken && time.elapsed_secs() >= plan.after_secs {
        *is_taken = true;
        let path = plan.path.clone();
        commands.spawn(Screenshot::primary_window()).observe(
            move |shot: On<ScreenshotCaptured>, mut exit: MessageWriter<AppExit>| {
                exit.write(match save(&shot.image, &path) {
                    Ok(()) => AppExit::Success,
                    Err(error) => {
                        error!("no picture: {error:#}");
                        AppExit::error()
                    }
                });
            },
        );
    }
}

fn obey(
    mut asked: MessageReader<LabCommand>,
    mut commands: Commands,
    windows: Query<(), With<PrimaryWindow>>,
    cameras: Query<&RenderTarget, (With<Camera3d>, Without<FilmCamera>)>,
    pending: Query<(), With<Pending>>,
    mut late: Local<Vec<PathBuf>>,
) {
    late.extend(asked.read().filter_map(|command| match command {
        LabCommand::Screenshot(path) => Some(path.clone()),
        _ => None,
    }));
    // one at a time: the renderer gives one picture of a window per frame
    if late.is_empty() || !pending.is_empty() {
        return;
    }
    let path = late.remove(0);
    let target = match windows.is_empty() {
        false => Screenshot::primary_window(),
        true => match cameras.iter().next() {
            Some(target) => Screenshot(target.clone()),
            None => return,
        },
    };
    commands.spawn((target, Pending)).observe(move |shot: On<ScreenshotCaptured>, mut lab: ResMut<Lab>| {
        match save(&shot.image, &path) {
            Ok(()) => lab.note(Severity::Info, format!("Picture saved: {}.", path.display())),
            Err(error) => lab.note(Severity::Warning, format!("No picture was saved: {error:#}.")),
        }
    });
}

/// Writes a picture; the ending of the name decides its kind.
fn save(image: &Image, path: &Path) -> anyhow::Result<()> {
    let format = image::ImageFormat::from_path(path)
        .ok()
        .filter(|format| format.writing_enabled())
        .with_context(|| format!("`{}`: take a file that ends in .png", path.display()))?;
    if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
    }
    // without the alpha channel, which says nothing about a window
    let pixels = image.clone().try_into_dynamic()?.to_rgb8();
    pixels.save_with_format(path, format).with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy::asset::RenderAssetUsages;
    use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};

    #[test]
    fn a_picture_is_saved_in_a_new_folder_and_other_kinds_are_refused() {
        let size = Extent3d { width: 3, height: 2, depth_or_array_layers: 1 };
        let format = TextureFormat::Rgba8UnormSrgb;
        let usage = RenderAssetUsages::MAIN_WORLD;
        let red = Image::new_fill(size, TextureDimension::D2, &[200, 0, 0, 255], format, usage);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/window.png");
        save(&red, &path).unwrap();
        assert_eq!(image::open(&path).unwrap().to_rgb8().get_pixel(2, 1).0, [200, 0, 0]);
        let refused = save(&red, &folder.path().join("window.docx")).unwrap_err().to_string();
        assert!(refused.contains(".png"), "{refused}");
        let blocked = save(&red, &path.join("below_a_file.png")).unwrap_err();
        assert!(format!("{blocked:#}").contains("making"), "{blocked:#}");
    }
}
