//! The way of a knob: a rail with one handle, or with two for a range, and a mark where the task was written.
use super::number::Scale;
use crate::app::palette::{BACKGROUND, COMMAND, MUTED, TEXT};
use bevy_egui::egui::{CornerRadius, CursorIcon, Id, Rect, Response, Sense, Stroke, Ui, pos2};

/// What a person did with a bar in this pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::app::panels) enum Pulled {
    Nothing,
    /// A handle is being pulled; the values then.
    To([f64; 2]),
    /// Pulled and let go.
    Done([f64; 2]),
    /// It is to be put back.
    Reset,
}

/// A bar.
pub(in crate::app::panels) struct Bar {
    pub id: Id,
    pub rect: Rect,
    pub scale: Scale,
    /// Low and high; equal for a number.
    pub value: [f64; 2],
    pub written: [f64; 2],
    pub is_range: bool,
    pub is_enabled: bool,
}

impl Bar {
    fn x(&self, value: f64) -> f32 {
        let rail = self.rail();
        rail.left() + self.scale.share(value) as f32 * rail.width()
    }

    fn rail(&self) -> Rect {
        Rect::from_center_size(self.rect.center(), bevy_egui::egui::vec2(self.rect.width() - 12.0, 4.0))
    }

    /// Draws it.
    pub fn show(&self, ui: &mut Ui) -> (Pulled, Response) {
        let sense = if self.is_enabled { Sense::click_and_drag() } else { Sense::hover() };
        let response = ui.interact(self.rect, self.id, sense);
        self.paint(ui, &response);
        let pulled = self.pulled(ui, &response);
        let response =
            if self.is_enabled { response.on_hover_cursor(CursorIcon::ResizeHorizontal) } else { response };
        (pulled, response)
    }

    fn paint(&self, ui: &Ui, response: &Response) {
        let (rail, painter, corner) = (self.rail(), ui.painter(), CornerRadius::same(2));
        painter.rect_filled(rail, corner, BACKGROUND.ui());
        let from = if self.is_range { self.x(self.value[0]) } else { self.x(0.0) };
        let to = self.x(self.value[1]);
        let filled = Rect::from_x_y_ranges(from.min(to)..=from.max(to), rail.y_range());
        let color = if self.is_enabled { COMMAND.ui() } else { MUTED.ui().gamma_multiply(0.6) };
        painter.rect_filled(filled, corner, color.gamma_multiply(0.75));
        let y = rail.center().y;
        let stroke = Stroke::new(1.0, MUTED.ui());
        for written in &self.written[usize::from(!self.is_range)..] {
            painter.vline(self.x(*written), y + 4.0..=y + 7.0, stroke);
        }
        let radius = if response.hovered() || response.dragged() { 6.0 } else { 5.0 };
        for value in &self.value[usize::from(!self.is_range)..] {
            painter.circle_filled(pos2(self.x(*value), y), radius, color);
            if response.dragged() {
                painter.circle_stroke(pos2(self.x(*value), y), radius, Stroke::new(1.0, TEXT.ui()));
            }
        }
    }

    fn pulled(&self, ui: &Ui, response: &Response) -> Pulled {
        if !self.is_enabled {
            return Pulled::Nothing;
        }
        if response.secondary_clicked() {
            return Pulled::Reset;
        }
        let is_done = response.drag_stopped() || response.clicked();
        let Some(pointer) = response.interact_pointer_pos().filter(|_| is_done || response.dragged()) else {
            return if is_done { Pulled::Done(self.value) } else { Pulled::Nothing };
        };
        let rail = self.rail();
        let at = self.scale.value(f64::from((pointer.x - rail.left()) / rail.width()));
        let value = self.with_handle(ui, pointer.x, at, response.drag_started() || response.clicked());
        if is_done { Pulled::Done(value) } else { Pulled::To(value) }
    }

    /// The values with the held handle at `at`; a pull begins with the handle that is nearer.
    fn with_handle(&self, ui: &Ui, pointer: f32, at: f64, begins: bool) -> [f64; 2] {
        if !self.is_range {
            return [at; 2];
        }
        let [low, high] = self.value;
        let id = self.id.with("handle");
        if begins {
            let origin = ui.input(|i| i.pointer.press_origin()).map_or(pointer, |p| p.x);
            let (to_low, to_high) = ((origin - self.x(low)).abs(), (origin - self.x(high)).abs());
            // handles in one place: the one on the side to which it is pulled
            let is_high = to_high < to_low || (to_high == to_low && pointer > origin);
            ui.data_mut(|data| data.insert_temp(id, is_high));
        }
        match ui.data(|data| data.get_temp(id)).unwrap_or(true) {
            true => [low, at.max(low)],
            false => [at.min(high), high],
        }
    }
}
