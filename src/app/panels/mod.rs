//! Everything of the window that is not the robot. Panels read a `LabView` and say what a person wants through an
//! `Outbox`; they keep nothing but `Memory` and may run twice per frame.
mod bottom;
mod dock;
mod dock_file;
mod dock_ui;
mod drive_pad;
mod help;
mod icons;
mod lab_view;
mod left;
mod names;
mod notes;
mod overlay;
mod plot_files;
mod rates;
mod right;
mod state;
mod system;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod theme;
mod top;
mod widgets;

pub(super) use system::{ViewArea, plugin};

use bevy::prelude::Resource;

/// What is shown while no task is chosen, for the top bar.
#[derive(Resource, Clone, Debug, Default)]
pub(super) struct Title(pub String);
