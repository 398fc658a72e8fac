//! The camera path: views that a person has kept, and the curve through them.
use super::SceneCamera;
use super::modes::View;
use crate::lab::{LabCommand, LabSystems};
use bevy::prelude::*;

/// Time from one kept view to the next, s.
const KEY_SECS: f32 = 2.0;
/// Distance at which a kept view looks, m.
const LOOK_AHEAD: f32 = 2.0;

/// Kept views and how far along the path the camera is.
#[derive(Resource, Clone, Debug, Default, PartialEq)]
pub(in crate::app) struct CameraPath {
    /// Time s, eye and target in the world m; times ascend.
    pub keys: Vec<(f32, Vec3, Vec3)>,
    /// Simulated time along the path, s; set to 0 to begin again.
    pub at_s: f32,
}

impl CameraPath {
    /// Adds a view at the end.
    pub fn add(&mut self, eye: Vec3, target: Vec3) {
        let time = self.keys.last().map_or(0.0, |(time, ..)| time + KEY_SECS);
        self.keys.push((time, eye, target));
    }
    /// Length of the path, s.
    pub fn seconds(&self) -> f32 {
        self.keys.last().map_or(0.0, |(time, ..)| *time)
    }
    /// Eye and target at a time: a curve through all keys (Catmull and Rom), which rests at both ends.
    pub fn at(&self, time: f32) -> Option<(Vec3, Vec3)> {
        let (first, last) = (self.keys.first()?, self.keys.last()?);
        if time <= first.0 || time >= last.0 {
            let key = if time <= first.0 { first } else { last };
            return Some((key.1, key.2));
        }
        let next = self.keys.partition_point(|(t, ..)| *t <= time);
        let key = |i: usize| self.keys[i.min(self.keys.len() - 1)];
        let around = [key(next.saturating_sub(2)), key(next - 1), key(next), key(next + 1)];
        let share = (time - around[1].0) / (around[2].0 - around[1].0).max(1e-6);
        Some((spline(around.map(|k| k.1), share), spline(around.map(|k| k.2), share)))
    }
}

/// Point between the second and the third of four.
fn spline([a, b, c, d]: [Vec3; 4], t: f32) -> Vec3 {
    0.5 * (2.0 * b
        + (c - a) * t
        + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t
        + (3.0 * b - a - 3.0 * c + d) * t * t * t)
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<CameraPath>().add_systems(Update, (obey, advance).chain().in_set(LabSystems::Camera));
}

fn obey(
    mut asked: MessageReader<LabCommand>,
    cameras: Query<&Transform, With<SceneCamera>>,
    mut path: ResMut<CameraPath>,
) {
    for command in asked.read() {
        match command {
            LabCommand::AddCameraKey => {
                if let Some(camera) = cameras.iter().next() {
                    let view = View::of(camera);
                    path.add(view.eye, view.eye + view.rotation * Vec3::NEG_Z * LOOK_AHEAD);
                }
            }
            LabCommand::ClearCameraPath => *path = CameraPath::default(),
            LabCommand::SetCamera(_) => path.at_s = 0.0,
            _ => {}
        }
    }
}

fn advance(
    time: Res<Time<Virtual>>,
    window: Res<crate::app::window::WindowState>,
    mut path: ResMut<CameraPath>,
) {
    if window.camera == crate::lab::command::CameraMode::Path && path.at_s < path.seconds() {
        path.at_s += time.delta_secs();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> CameraPath {
        let mut path = CameraPath::default();
        for x in [0.0, 1.0, 3.0, 4.0] {
            path.add(Vec3::new(x, -2.0, 1.0), Vec3::new(x, 0.0, 0.2));
        }
        path
    }

    #[test]
    fn the_path_goes_through_every_view_and_rests_at_its_ends() {
        let path = path();
        assert_eq!(path.seconds(), 6.0);
        for (time, eye, target) in &path.keys {
            let (e, t) = path.at(*time).unwrap();
            assert!(e.abs_diff_eq(*eye, 1e-5) && t.abs_diff_eq(*target, 1e-5), "{time}");
        }
        assert_eq!(path.at(-1.0), path.at(0.0));
        assert_eq!(path.at(99.0), path.at(6.0));
        assert!(CameraPath::default().at(0.0).is_none());
    }

    #[test]
    fn the_path_is_smooth_at_its_views() {
        let path = path();
        let speed = |t: f32| (path.at(t + 0.01).unwrap().0 - path.at(t).unwrap().0) / 0.01;
        assert!(speed(1.989).abs_diff_eq(speed(2.001), 0.02), "{} {}", speed(1.989), speed(2.001));
    }
}
