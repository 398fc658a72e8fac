//! Progress of the shown run, and where its time goes.
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use bevy_egui::egui::Ui;

/// Contents of the panel.
pub(in crate::app::panels) fn ui(_ui: &mut Ui, _view: &LabView<'_>, _memory: &mut Memory, _out: &mut Outbox) {
}
