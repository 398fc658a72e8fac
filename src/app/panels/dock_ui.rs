//! How the dock is drawn: quiet tabs, one-pixel lines, panels without frames.
use super::dock::{Dock, GAP, TIDY};
use super::lab_view::{LabView, Memory, Outbox};
use super::{bottom, left, names, right, theme};
use crate::app::palette::{COMMAND, LINE, MUTED, PANEL, STRONG_LINE, TEXT};
use crate::lab::LabCommand;
use crate::lab::command::{Panel, Zone};
use bevy_egui::egui::{
    Align2, Color32, CursorIcon, Frame, Id, Margin, Painter, Rangef, Rect, Response, ScrollArea, Sense,
    Stroke, Style, Ui, Visuals, WidgetText, vec2,
};
use egui_tiles::{
    Behavior, EditAction, ResizeState, SimplificationOptions, TabState, TileId, Tiles, UiResponse,
};

/// Height of a row of tabs, points.
const TABS: f32 = 36.0;
/// Between a panel's contents and its edge, points.
const MARGIN: i8 = 14;

/// Draws the dock in what is left of `ui`; returns where the view is.
pub(super) fn dock_ui(
    ui: &mut Ui,
    dock: &mut Dock,
    view: &LabView<'_>,
    memory: &mut Memory,
    out: &mut Outbox,
) -> Option<Rect> {
    dock.suit(ui.max_rect().width());
    dock.arrange(ui.available_size_before_wrap(), |zone| view.window.is_open(zone));
    let dragged = dock.tree.dragged_id(ui.ctx());
    let before = dragged.map(|_| dock.clone());
    let mut drawing = Drawing { view, memory, out, view_rect: None, tabs: 0, dropped: false, touched: false };
    dock.tree.ui(&mut drawing, ui);
    let Drawing { view_rect, dropped, touched, .. } = drawing;
    dock.touched |= touched;
    if let (true, Some(tile), Some(before)) = (dropped, dragged, before) {
        if dock.view_is_free() {
            open_where_dropped(dock, tile, view, out);
        } else {
            *dock = before;
            ui.ctx().request_repaint();
        }
    }
    view_rect
}

/// What was dropped into a folded zone would be gone.
fn open_where_dropped(dock: &Dock, tile: TileId, view: &LabView<'_>, out: &mut Outbox) {
    let zone = dock.tree.tiles.get_pane(&tile).and_then(|panel| dock.zone(*panel));
    if let Some(zone) = zone.filter(|zone| !view.window.is_open(*zone)) {
        out.send(LabCommand::ToggleZone(zone));
    }
}

/// What a panel shows.
fn panel_ui(panel: Panel, ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, out: &mut Outbox) {
    let contents = match panel {
        Panel::View => return,
        Panel::Runs => left::runs::ui,
        Panel::Robot => left::robot::ui,
        Panel::Rewards => right::rewards::ui,
        Panel::Commands => right::commands::ui,
        Panel::Randomise => right::randomise::ui,
        Panel::Terrain => right::terrain::ui,
        Panel::Learner => right::learner::ui,
        Panel::Changes => right::changes::ui,
        Panel::Training => right::training::ui,
        Panel::Curves => bottom::curves::ui,
        Panel::Tracking => bottom::tracking::ui,
        Panel::Gait => bottom::gait::ui,
        Panel::Joints => bottom::joints::ui,
        Panel::TorqueSpeed => bottom::torque_speed::ui,
        Panel::RewardTerms => bottom::reward_terms::ui,
        Panel::Failures => bottom::failures::ui,
        Panel::Sweep => bottom::sweep::ui,
        Panel::Timeline => bottom::timeline::ui,
        Panel::Recorder => right::recorder::ui,
        Panel::Export => right::export::ui,
        Panel::Physics => right::physics::ui,
    };
    contents(ui, view, memory, out);
}

struct Drawing<'a, 'v> {
    view: &'a LabView<'v>,
    memory: &'a mut Memory,
    out: &'a mut Outbox,
    view_rect: Option<Rect>,
    /// Tabs of the row that is drawn.
    tabs: usize,
    dropped: bool,
    touched: bool,
}

impl Drawing<'_, '_> {
    fn contents_ui(&mut self, ui: &mut Ui, panel: Panel) {
        let margin = Margin { left: MARGIN, right: MARGIN, top: 6, bottom: 8 };
        let mut contents = |ui: &mut Ui| {
            Frame::new().inner_margin(margin).show(ui, |ui| {
                panel_ui(panel, ui, self.view, self.memory, self.out);
            });
        };
        ui.set_clip_rect(ui.clip_rect().intersect(ui.max_rect()));
        if names::fits(panel) {
            contents(ui);
        } else {
            // the bar is in the margin, beside what it scrolls
            ScrollArea::vertical().auto_shrink(false).show(ui, contents);
        }
    }

    fn menu_ui(&mut self, ui: &mut Ui, panel: Panel) {
        ui.label(names::about(panel));
        ui.separator();
        if ui.button(format!("Close {}", names::title(panel))).clicked() {
            self.out.send(LabCommand::ClosePanel(panel));
            ui.close();
        }
        for (zone, words) in [
            (Zone::Left, "Fold the left zone (F1)"),
            (Zone::Right, "Fold the right zone (F2)"),
            (Zone::Bottom, "Fold the bottom zone (F3)"),
        ] {
            if self.view.window.is_open(zone) && ui.button(words).clicked() {
                self.out.send(LabCommand::ToggleZone(zone));
                ui.close();
            }
        }
        if ui.button("Put all panels back").clicked() {
            self.out.send(LabCommand::ResetLayout);
            ui.close();
        }
    }
}

impl Behavior<Panel> for Drawing<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, _: TileId, panel: &mut Panel) -> UiResponse {
        let rect = ui.max_rect();
        if *panel == Panel::View {
            self.view_rect = Some(rect);
        } else {
            ui.painter().rect_filled(rect, 0.0, PANEL.ui());
            ui.push_id(*panel, |ui| self.contents_ui(ui, *panel));
        }
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, panel: &Panel) -> WidgetText {
        names::title(*panel).into()
    }

    /// A word; the one in front has a blue line under it. One panel alone has a title instead of a tab.
    fn tab_ui(
        &mut self,
        tiles: &mut Tiles<Panel>,
        ui: &mut Ui,
        id: Id,
        tile: TileId,
        state: &TabState,
    ) -> Response {
        let Some(panel) = tiles.get_pane(&tile).copied() else {
            return ui.interact(Rect::NOTHING, id, Sense::hover());
        };
        let alone = self.tabs == 1;
        let size = if alone { theme::TITLE } else { theme::BODY };
        let color = if state.active { TEXT } else { MUTED };
        let text =
            ui.painter().layout_no_wrap(names::title(panel).into(), theme::text_font(size), color.ui());
        let (_, rect) = ui.allocate_space(vec2(text.size().x + 14.0, ui.available_height()));
        let response =
            ui.interact(rect, id, Sense::click_and_drag()).on_hover_cursor(CursorIcon::PointingHand);
        let color = if response.hovered() { TEXT.ui() } else { color.ui() };
        let place = Align2::CENTER_CENTER.align_size_within_rect(text.size(), rect).min;
        if !state.is_being_dragged {
            ui.painter().galley_with_override_text_color(place, text, color);
        }
        if state.active && !alone {
            let line = Rangef::new(rect.left() + 7.0, rect.right() - 7.0);
            ui.painter().hline(line, rect.bottom() - 4.0, Stroke::new(2.0, COMMAND.ui()));
        }
        if response.middle_clicked() {
            self.out.send(LabCommand::ClosePanel(panel));
        }
        response.context_menu(|ui| self.menu_ui(ui, panel));
        response.on_hover_text(format!(
            "{}\nDrag to put it elsewhere; right button for more.",
            names::about(panel)
        ))
    }

    fn drag_ui(&mut self, tiles: &Tiles<Panel>, ui: &mut Ui, tile: TileId) {
        let name = tiles.get_pane(&tile).map_or("Panels", |panel| names::title(*panel));
        Frame::popup(ui.style()).show(ui, |ui| ui.label(name));
    }

    /// Space before the first tab, so that words stand above the contents.
    fn tab_bar_left_ui(&mut self, tiles: &Tiles<Panel>, ui: &mut Ui, _: TileId, tabs: &egui_tiles::Tabs) {
        self.tabs = tabs.children.iter().filter(|child| tiles.is_visible(**child)).count();
        ui.add_space(f32::from(MARGIN) - 7.0);
    }

    fn is_tile_draggable(&self, tiles: &Tiles<Panel>, tile: TileId) -> bool {
        tiles.get_pane(&tile).is_some_and(|panel| *panel != Panel::View)
    }

    fn on_edit(&mut self, action: EditAction) {
        self.dropped |= action == EditAction::TileDropped;
        self.touched |= matches!(action, EditAction::TileDropped | EditAction::TileResized);
    }

    fn tab_bar_height(&self, _: &Style) -> f32 {
        TABS
    }
    fn tab_bar_color(&self, _: &Visuals) -> Color32 {
        PANEL.ui()
    }
    fn gap_width(&self, _: &Style) -> f32 {
        GAP
    }
    fn min_size(&self) -> f32 {
        100.0
    }
    fn simplification_options(&self) -> SimplificationOptions {
        TIDY
    }
    fn resize_stroke(&self, _: &Style, state: ResizeState) -> Stroke {
        match state {
            ResizeState::Idle => Stroke::new(GAP, LINE.ui()),
            ResizeState::Hovering => Stroke::new(2.0, STRONG_LINE.ui()),
            ResizeState::Dragging => Stroke::new(2.0, COMMAND.ui()),
        }
    }
    fn paint_drag_preview(&self, _: &Visuals, painter: &Painter, _: Option<Rect>, place: Rect) {
        painter.rect_filled(place, 4.0, COMMAND.ui_faded(0.25));
    }
}
