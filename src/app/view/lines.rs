//! What the physics engine sees, drawn as lines through everything: shapes, joints, axes of bodies, contacts.
use super::LateSystems;
use crate::app::window::WindowState;
use crate::lab::command::Mark;
use crate::lab::{LabSystems, Viewer};
use crate::tick::view::ShownProps;
use bevy::prelude::*;

pub(super) fn plugin(app: &mut App) {
    // some apps that only measure have no gizmos
    let can_draw = resource_exists::<GizmoConfigStore>;
    app.add_systems(RunFixedMainLoop, want.in_set(LabSystems::Follow))
        .add_systems(Startup, style.run_if(can_draw))
        .add_systems(PostUpdate, draw.in_set(LateSystems).run_if(can_draw));
}

/// Lines are collected only while somebody wants them.
fn want(window: Res<WindowState>, mut viewer: ResMut<Viewer>) {
    let wanted = window.marks.contains(&Mark::Physics);
    if viewer.debug_lines != wanted {
        viewer.debug_lines = wanted;
    }
}

fn style(mut store: ResMut<GizmoConfigStore>) {
    // shapes of robots are inside of what is drawn of them
    let (config, _) = store.config_mut::<DefaultGizmoConfigGroup>();
    (config.depth_bias, config.line.width) = (-1.0, 1.5);
}

fn draw(shown: Query<&ShownProps>, mut gizmos: Gizmos) {
    for line in shown.iter().flat_map(|shown| &shown.lines) {
        let [from, to] = line.ends_w.map(Vec3::from_array);
        let [hue, saturation, lightness, alpha] = line.color;
        gizmos.line(from, to, Color::hsla(hue, saturation, lightness, alpha));
    }
}
