//! The top bar.
use super::dock::Dock;
use super::lab_view::{LabView, Memory, Outbox};
use bevy_egui::egui::Ui;

/// Contents of the bar.
pub(super) fn top_ui(
    ui: &mut Ui,
    title: &str,
    _view: &LabView<'_>,
    _dock: &Dock,
    _memory: &mut Memory,
    _out: &mut Outbox,
) {
    ui.label(title);
}
