//! Bevy's plugins for an app that draws but opens no window: films, and measurements.
use bevy::app::{PluginGroupBuilder, TerminalCtrlCHandlerPlugin};
use bevy::asset::AssetPlugin;
use bevy::gilrs::GilrsPlugin;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::settings::WgpuSettings;
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;

/// Shaders are ready before they are used, and each update draws its own frame. `primary_window` is only pretended to
/// the systems that ask for its size.
pub(super) fn plugins(primary_window: Option<Window>, settings: WgpuSettings) -> PluginGroupBuilder {
    DefaultPlugins
        .set(WindowPlugin { primary_window, exit_condition: ExitCondition::DontExit, ..default() })
        .set(RenderPlugin {
            render_creation: settings.into(),
            synchronous_pipeline_compilation: true,
            ..default()
        })
        .set(AssetPlugin { watch_for_changes_override: Some(false), ..default() })
        .disable::<WinitPlugin>()
        .disable::<PipelinedRenderingPlugin>()
        .disable::<GilrsPlugin>()
        .disable::<TerminalCtrlCHandlerPlugin>()
        .disable::<LogPlugin>()
}
