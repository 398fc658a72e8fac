//! A number that is dragged or typed.
use super::number;
use crate::app::palette::{COMMAND, DANGER, HOVERED, LINE, MUTED, RAISED, TEXT};
use crate::app::panels::theme;
use bevy_egui::egui::text::{CCursor, CCursorRange};
use bevy_egui::egui::{
    Align2, CornerRadius, CursorIcon, Id, Key, Margin, Rect, Response, Sense, Stroke, StrokeKind, TextEdit,
    Ui, WidgetInfo, WidgetType,
};

/// What a person did with a field in this pass.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Edited {
    Nothing,
    /// Being dragged by that many points to the right.
    Dragged(f32),
    /// The drag is over.
    Released,
    /// A number was typed.
    Typed(f64),
    /// Something else was typed: what is wrong with it.
    Refused(String),
    /// It is to be put back.
    Reset,
}

/// A field.
pub(super) struct Field {
    pub id: Id,
    pub rect: Rect,
    pub value: f64,
    pub is_enabled: bool,
    /// What stands in it was refused.
    pub is_wrong: bool,
}

#[derive(Clone)]
struct Typing(String);

impl Field {
    /// Draws it.
    pub fn show(&self, ui: &mut Ui) -> (Edited, Response) {
        let typing: Option<Typing> = ui.data(|data| data.get_temp(self.id));
        match typing {
            Some(typing) if self.is_enabled => self.typing_ui(ui, typing.0),
            _ => self.number_ui(ui),
        }
    }

    fn number_ui(&self, ui: &mut Ui) -> (Edited, Response) {
        let sense = if self.is_enabled { Sense::click_and_drag() } else { Sense::hover() };
        let mut response = ui.interact(self.rect, self.id, sense);
        response.widget_info(|| {
            WidgetInfo::labeled(WidgetType::DragValue, self.is_enabled, number::text(self.value))
        });
        let is_lit = response.hovered() || response.dragged();
        let fill = if is_lit && self.is_enabled { HOVERED } else { RAISED };
        let border = match (self.is_wrong, response.dragged()) {
            (true, _) => DANGER,
            (_, true) => COMMAND,
            _ => LINE,
        };
        let painter = ui.painter();
        let stroke = Stroke::new(1.0, border.ui());
        painter.rect(self.rect, CornerRadius::same(4), fill.ui(), stroke, StrokeKind::Inside);
        let text = number::text(self.value);
        let color = (if self.is_enabled { TEXT } else { MUTED }).ui();
        let at = self.rect.right_center() - bevy_egui::egui::vec2(6.0, 0.0);
        painter.text(at, Align2::RIGHT_CENTER, text, theme::number_font(12.0), color);
        let edited = if !self.is_enabled {
            Edited::Nothing
        } else if response.clicked() || response.gained_focus() {
            self.begin(ui);
            Edited::Nothing
        } else if response.secondary_clicked() {
            Edited::Reset
        } else if response.drag_stopped() {
            Edited::Released
        } else if response.dragged() {
            let slow = if ui.input(|i| i.modifiers.shift) { 0.1 } else { 1.0 };
            Edited::Dragged(response.drag_delta().x * slow)
        } else {
            Edited::Nothing
        };
        if self.is_enabled {
            response = response.on_hover_cursor(CursorIcon::ResizeHorizontal);
        }
        (edited, response)
    }

    fn text_id(&self) -> Id {
        self.id.with("text")
    }

    fn begin(&self, ui: &Ui) {
        let text = plain(self.value);
        let mut state = bevy_egui::egui::text_edit::TextEditState::default();
        let all = CCursorRange::two(CCursor::default(), CCursor::new(text.chars().count()));
        state.cursor.set_char_range(Some(all));
        state.store(ui.ctx(), self.text_id());
        ui.data_mut(|data| data.insert_temp(self.id, Typing(text)));
        ui.memory_mut(|memory| memory.request_focus(self.text_id()));
    }

    fn typing_ui(&self, ui: &mut Ui, mut text: String) -> (Edited, Response) {
        let is_wrong = number::parse(&text).is_err();
        let edit = TextEdit::singleline(&mut text)
            .id(self.text_id())
            .font(theme::number_font(12.0))
            .text_color((if is_wrong { DANGER } else { TEXT }).ui())
            .horizontal_align(bevy_egui::egui::Align::Max)
            .vertical_align(bevy_egui::egui::Align::Center)
            .margin(Margin::symmetric(6, 2))
            .desired_width(self.rect.width() - 12.0);
        let response = ui.put(self.rect, edit);
        if is_wrong {
            let stroke = Stroke::new(1.0, DANGER.ui());
            ui.painter().rect_stroke(self.rect, CornerRadius::same(4), stroke, StrokeKind::Inside);
        }
        let has_focus = ui.memory(|memory| memory.has_focus(self.text_id()));
        if has_focus {
            ui.data_mut(|data| data.insert_temp(self.id, Typing(text)));
            return (Edited::Nothing, response);
        }
        ui.data_mut(|data| data.remove::<Typing>(self.id));
        if ui.input(|i| i.key_pressed(Key::Escape)) {
            return (Edited::Nothing, response);
        }
        match number::parse(&text) {
            Ok(value) if plain(value) == plain(self.value) => (Edited::Nothing, response),
            Ok(value) => (Edited::Typed(value), response),
            Err(why) => (Edited::Refused(why), response),
        }
    }
}

/// All digits, for changing them.
fn plain(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-3 { format!("{value:e}") } else { format!("{value}") }
}
