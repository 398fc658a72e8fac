//! What the physics engine sees, drawn as lines through everything: shapes, joints, axes of bodies, contacts.
use super::LateSystems;
use crate::app::window::WindowState;
use crate::lab::command::Mark;
use crate::lab::{LabSystems, Viewer};
use crate::tick::view::ShownProps;
use bevy::prelude::*;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(RunFixedMainLoop, want.in_set(LabSystems::Follow)).add_systems(
        PostUpdate,
        draw.in_set(LateSystems).run_if(resource_exists::<GizmoConfigStore>),
    );
}

/// Lines are collected only while somebody wants them.
fn want(window: Res<WindowState>, mut viewer: ResMut<Viewer>) {
    let wanted = window.marks.contains(&Mark::Physics);
    if viewer.debug_lines != wanted {
        viewer.debug_lines = wanted;
    }
}

fn draw(shown: Query<&ShownProps>, mut gizmos: Gizmos, mut store: ResMut<GizmoConfigStore>) {
    if shown.iter().all(|shown| shown.lines.is_empty()) {
        return;
    }
    // shapes of robots are inside of what is drawn of them
    let (config, _) = store.config_mut::<DefaultGizmoConfigGroup>();
    (config.depth_bias, config.line.width) = (-1.0, 1.5);
    for line in shown.iter().flat_map(|shown| &shown.lines) {
        let [from, to] = line.ends_w.map(Vec3::from_array);
        let [hue, saturation, lightness, alpha] = line.color;
        gizmos.line(from, to, Color::hsla(hue, saturation, lightness, alpha));
    }
}
