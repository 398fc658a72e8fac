//! The camera of a film: looks where the main one looks.
use crate::app::view::camera::{SceneCamera, lens};
use bevy::camera::RenderTarget;
use bevy::camera::visibility::RenderLayers;
use bevy::light::EnvironmentMapLight;
use bevy::prelude::*;
use bevy::render::render_resource::TextureFormat;

/// Marks the camera of a film; everything that asks for "the" camera leaves it out.
#[derive(Component)]
pub(in crate::app) struct FilmCamera;

/// A camera onto a new image, asleep until it is needed.
pub(super) fn spawn_camera(
    commands: &mut Commands,
    images: &mut Assets<Image>,
    [width, height]: [u32; 2],
) -> (Entity, Handle<Image>) {
    let format = TextureFormat::Rgba8UnormSrgb;
    let image = images.add(Image::new_target_texture(width, height, format, None));
    // before the main camera, so that the window's own order is untouched
    let asleep = Camera { is_active: false, order: -10, ..default() };
    let target = RenderTarget::Image(image.clone().into());
    let camera =
        commands.spawn((lens(images), FilmCamera)).remove::<SceneCamera>().insert((asleep, target)).id();
    (camera, image)
}

/// What is the same in both cameras.
type Looks = (
    &'static Transform,
    &'static Projection,
    &'static Camera,
    Option<&'static DistanceFog>,
    Option<&'static EnvironmentMapLight>,
    Option<&'static RenderLayers>,
);

/// Copies pose, lens and air of the main camera.
pub(super) fn follow(
    mut commands: Commands,
    main: Query<Looks, (With<SceneCamera>, Without<FilmCamera>)>,
    mut films: Query<(Entity, &mut Transform, &mut Projection, &mut Camera), With<FilmCamera>>,
) {
    let Some((pose, projection, camera, fog, sky, layers)) = main.iter().next() else {
        return;
    };
    for (entity, mut film_pose, mut film_projection, mut film) in &mut films {
        *film_pose = *pose;
        copy_lens(projection, &mut film_projection);
        film.clear_color = camera.clear_color;
        let mut film = commands.entity(entity);
        fog.map(|fog| film.insert(fog.clone()));
        sky.map(|sky| film.insert(sky.clone()));
        layers.map(|layers| film.insert(layers.clone()));
    }
}

/// Everything but the aspect ratio, which is the film's own.
fn copy_lens(from: &Projection, to: &mut Projection) {
    match (from, to) {
        (Projection::Perspective(from), Projection::Perspective(to)) => {
            *to = PerspectiveProjection { aspect_ratio: to.aspect_ratio, ..from.clone() };
        }
        (from, to) => *to = from.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_film_has_the_lens_of_the_view_and_its_own_shape() {
        let lens = |fov: f32, aspect_ratio: f32| {
            Projection::Perspective(PerspectiveProjection { fov, aspect_ratio, ..default() })
        };
        let mut film = lens(0.6, 1.5);
        copy_lens(&lens(1.2, 2.0), &mut film);
        let Projection::Perspective(film) = film else { panic!("another kind of lens") };
        assert_eq!((film.fov, film.aspect_ratio), (1.2, 1.5));
    }
}
