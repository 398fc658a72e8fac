//! stub
use bevy::prelude::*;
#[derive(Resource)]
pub(super) struct Title(pub String);
pub(super) fn plugin(_app: &mut App) {}
