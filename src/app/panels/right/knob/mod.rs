//! A knob: its name, its value to drag or type, the way it can go, and the way back to what was written.
pub(in crate::app::panels) mod bar;
mod field;
mod hold;
pub(in crate::app::panels) mod number;

use crate::app::palette::{DANGER, MEASURED, MUTED, TEXT};
use crate::app::panels::lab_view::{LabView, Outbox};
use crate::app::panels::theme;
use crate::run::session::{Knob, KnobGroup, KnobValue};
use bar::{Bar, Pulled};
use bevy_egui::egui::{
    Color32, Id, Pos2, Rect, Response, RichText, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2,
};
use field::{Edited, Field};
use number::Scale;

/// Width and height of a field, points.
const FIELD: Vec2 = vec2(56.0, 22.0);
/// Room for the dot at the left, points.
const DOT: f32 = 10.0;
/// Room for the way back at the right, points.
const BACK: f32 = 18.0;
/// Seconds for which it is said why something was refused.
const COMPLAIN: f64 = 6.0;

/// What is wrong with what was typed.
#[derive(Clone)]
struct Complaint {
    text: String,
    until: f64,
}

/// A knob for a moment: with where it is drawn and whether it can be turned.
pub(in crate::app::panels) struct KnobUi<'a> {
    knob: &'a Knob,
    is_live: bool,
    id: Id,
    /// Something that hovers say besides.
    remark: Option<&'a str>,
}

/// All knobs of a group, in the order of the task.
pub(in crate::app::panels) fn of_group<'a>(view: &LabView<'a>, group: KnobGroup) -> Vec<&'a Knob> {
    view.lab.knobs.iter().filter(|knob| knob.group == group).collect()
}

/// Says why nothing can be turned, while nothing can.
pub(in crate::app::panels) fn explain(ui: &mut Ui, view: &LabView<'_>) {
    if !view.lab.knobs_live {
        let text = RichText::new("Values of the task. Press ▶ at the top to train; then they can be turned.");
        ui.label(text.size(theme::SMALL).color(MEASURED.ui())).on_hover_text(
            "A knob acts on a training run. No run learns now, so these are shown as they are written in the task file.",
        );
        ui.add_space(4.0);
    }
}

impl<'a> KnobUi<'a> {
    /// A knob of the run that is shown.
    pub fn new(view: &LabView<'_>, knob: &'a Knob) -> Self {
        let id = Id::new(("knob", &knob.key));
        Self { knob, is_live: view.lab.knobs_live, id, remark: None }
    }

    /// With something more to say on hover.
    pub fn remark(mut self, remark: Option<&'a str>) -> Self {
        self.remark = remark;
        self
    }

    /// Two lines: name, value, unit; and below them the way it can go.
    pub fn row(&self, ui: &mut Ui, out: &mut Outbox) {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 38.0), Sense::hover());
        let line = Rect::from_min_size(rect.min, vec2(rect.width(), FIELD.y));
        let fields = if matches!(self.knob.value, KnobValue::Range(_)) { 2.0 } else { 1.0 };
        let unit =
            ui.painter().layout_no_wrap(self.unit().to_owned(), theme::text_font(theme::SMALL), MUTED.ui());
        let unit_width = unit.size().x.max(22.0);
        let right = line.right() - BACK - unit_width - 6.0;
        let at = pos2(right + 6.0, line.center().y - unit.size().y / 2.0);
        ui.painter().galley(at, unit, MUTED.ui());
        let width = fields * FIELD.x + (fields - 1.0) * 4.0;
        let values = Rect::from_x_y_ranges(right - width..=right, line.y_range());
        let name = Rect::from_x_y_ranges(line.left()..=values.left() - 6.0, line.y_range());
        self.name(ui, name, out);
        self.fields(ui, values, out);
        self.back(ui, Rect::from_x_y_ranges(line.right() - BACK..=line.right(), line.y_range()), out);
        let bar = pos2(rect.left() + DOT - 6.0, line.bottom() + 1.0);
        self.bar(ui, Rect::from_min_max(bar, pos2(line.right() - BACK, rect.bottom())), out);
        self.complaint(ui);
    }

    fn unit(&self) -> &str {
        &self.knob.unit
    }

    fn is_changed(&self, ui: &Ui) -> bool {
        !hold::same(hold::shown(ui, self.id, self.knob), self.knob.written)
    }

    fn ends(&self, ui: &Ui) -> [f64; 2] {
        match hold::shown(ui, self.id, self.knob) {
            KnobValue::Number(value) => [value; 2],
            KnobValue::Range(range) => range,
        }
    }

    /// What the pointer says.
    pub fn hover(&self, response: Response) -> Response {
        let unit = if self.unit().is_empty() { "no unit" } else { self.unit() };
        let mut text = self.knob.doc.clone();
        if let Some(remark) = self.remark {
            text += &format!("\n{remark}");
        }
        text += &format!("\nUnit: {unit}. Written in the task: {}.", self.in_words(self.knob.written));
        text += if self.is_live {
            "\nDrag it (Shift: slowly) or click it and type; a right click puts back what was written."
        } else {
            "\nIt can be turned while a run learns."
        };
        let key = RichText::new(&self.knob.key).font(theme::number_font(11.0)).color(MUTED.ui());
        response.on_hover_ui(|ui| {
            ui.label(text);
            ui.label(key);
        })
    }

    fn in_words(&self, value: KnobValue) -> String {
        match value {
            KnobValue::Number(value) => number::text(value),
            KnobValue::Range([low, high]) => format!("{} to {}", number::text(low), number::text(high)),
        }
    }

    /// The name with a dot if it is not as written.
    pub fn name(&self, ui: &mut Ui, rect: Rect, out: &mut Outbox) {
        let sense = if self.is_live { Sense::click() } else { Sense::hover() };
        let response = ui.interact(rect, self.id.with("name"), sense);
        if self.is_changed(ui) {
            let dot = pos2(rect.left() + 3.0, rect.center().y);
            ui.painter().circle_filled(dot, 2.5, MEASURED.ui());
        }
        let at = pos2(rect.left() + DOT, rect.center().y);
        let color = (if self.is_live { TEXT } else { MUTED }).ui();
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        let text = |size| painter.layout_no_wrap(self.knob.label.clone(), theme::text_font(size), color);
        // a long name is written a little smaller
        let body = text(theme::BODY);
        let body = if body.size().x > rect.width() - DOT { text(theme::SMALL) } else { body };
        let top = at.y - body.size().y / 2.0;
        painter.galley(pos2(at.x, top), body, color);
        if response.secondary_clicked() {
            self.put_back(ui, out);
        }
        self.hover(response);
    }

    /// A way back to what was written, when it is not.
    pub fn back(&self, ui: &mut Ui, rect: Rect, out: &mut Outbox) {
        if !self.is_live || !self.is_changed(ui) {
            return;
        }
        let response = ui.interact(rect, self.id.with("back"), Sense::click());
        let color = (if response.hovered() { TEXT } else { MUTED }).ui();
        back_sign(ui, rect.center(), color);
        let text = format!("Put it back to what is written: {}.", self.in_words(self.knob.written));
        if response.on_hover_text(text).clicked() {
            self.put_back(ui, out);
        }
    }

    fn put_back(&self, ui: &Ui, out: &mut Outbox) {
        let exact = match self.knob.written {
            KnobValue::Number(value) => [value; 2],
            KnobValue::Range(range) => range,
        };
        ui.data_mut(|data| data.remove::<Complaint>(self.id));
        hold::turn(ui, self.id, self.knob, (self.knob.written, exact), false, out);
    }

    /// One field, or two for a range.
    pub fn fields(&self, ui: &mut Ui, rect: Rect, out: &mut Outbox) {
        let value = self.ends(ui);
        let is_wrong = ui.data(|data| data.get_temp::<Complaint>(self.id)).is_some();
        let is_range = matches!(self.knob.value, KnobValue::Range(_));
        for end in 0..if is_range { 2 } else { 1 } {
            let left = if end == 0 { rect.left() } else { rect.right() - FIELD.x };
            let place = if is_range {
                Rect::from_min_size(pos2(left, rect.top()), vec2(FIELD.x, rect.height()))
            } else {
                rect
            };
            let field = Field {
                id: self.id.with(("field", end)),
                rect: place.shrink2(vec2(0.0, 1.0)),
                value: value[end],
                is_enabled: self.is_live,
                is_wrong,
            };
            let (edited, response) = field.show(ui);
            self.hover(response);
            self.edited(ui, end, edited, out);
        }
    }

    fn edited(&self, ui: &Ui, end: usize, edited: Edited, out: &mut Outbox) {
        let scale = Scale::new(self.knob.reach);
        let mut exact = hold::exact(ui, self.id, self.knob);
        let is_range = matches!(self.knob.value, KnobValue::Range(_));
        match edited {
            Edited::Nothing => {}
            Edited::Reset => self.put_back(ui, out),
            Edited::Refused(why) => self.complain(ui, why),
            Edited::Typed(value) => {
                exact[end] = value;
                if is_range && exact[0] > exact[1] {
                    let [low, high] = exact.map(number::text);
                    return self
                        .complain(ui, format!("From {low} to {high} is no range: low is above high."));
                }
                self.take(ui, exact, exact, false, out);
            }
            Edited::Dragged(points) => {
                exact[end] = scale.moved(exact[end], f64::from(points) / 300.0);
                exact = if is_range && end == 0 { [exact[0].min(exact[1]), exact[1]] } else { exact };
                exact = if is_range && end == 1 { [exact[0], exact[1].max(exact[0])] } else { exact };
                let mut value = self.ends(ui);
                value[end] = scale.rounded(exact[end]);
                self.take(ui, value, exact, true, out);
            }
            Edited::Released => {
                let value = self.ends(ui);
                self.take(ui, value, value, false, out);
            }
        }
    }

    fn take(&self, ui: &Ui, value: [f64; 2], exact: [f64; 2], is_moving: bool, out: &mut Outbox) {
        let value = match self.knob.value {
            KnobValue::Number(_) => KnobValue::Number(value[0]),
            KnobValue::Range(_) => KnobValue::Range(value),
        };
        ui.data_mut(|data| data.remove::<Complaint>(self.id));
        hold::turn(ui, self.id, self.knob, (value, exact), is_moving, out);
    }

    /// The slider.
    pub fn bar(&self, ui: &mut Ui, rect: Rect, out: &mut Outbox) {
        let written = match self.knob.written {
            KnobValue::Number(value) => [value; 2],
            KnobValue::Range(range) => range,
        };
        let bar = Bar {
            id: self.id.with("bar"),
            rect,
            scale: Scale::new(self.knob.reach),
            value: self.ends(ui),
            written,
            is_range: matches!(self.knob.value, KnobValue::Range(_)),
            is_enabled: self.is_live,
        };
        let (pulled, response) = bar.show(ui);
        self.hover(response);
        match pulled {
            Pulled::Nothing => {}
            Pulled::To(value) => self.take(ui, value, value, true, out),
            Pulled::Done(value) => self.take(ui, value, value, false, out),
            Pulled::Reset => self.put_back(ui, out),
        }
    }

    fn complain(&self, ui: &Ui, why: String) {
        let until = ui.input(|i| i.time) + COMPLAIN;
        let kept = self.in_words(hold::shown(ui, self.id, self.knob));
        let text = format!("{why} It stays at {kept}.");
        ui.data_mut(|data| data.insert_temp(self.id, Complaint { text, until }));
    }

    /// Why something was refused, in a line of its own.
    pub fn complaint(&self, ui: &mut Ui) {
        let Some(complaint) = ui.data(|data| data.get_temp::<Complaint>(self.id)) else { return };
        if ui.input(|i| i.time) > complaint.until {
            ui.data_mut(|data| data.remove::<Complaint>(self.id));
            return;
        }
        ui.label(RichText::new(complaint.text).size(theme::SMALL).color(DANGER.ui()));
    }
}

/// An arrow that turns back, drawn: not every font has it.
fn back_sign(ui: &Ui, at: Pos2, color: Color32) {
    let point = |degrees: f32| at + 4.5 * Vec2::angled(degrees.to_radians());
    let arc = (0..=13).map(|i| point(-40.0 + 20.0 * i as f32)).collect();
    ui.painter().add(Shape::line(arc, Stroke::new(1.4, color)));
    let (sin, cos) = (-40_f32).to_radians().sin_cos();
    let (ahead, aside) = (vec2(sin, -cos), vec2(cos, sin));
    let tip = point(-40.0);
    let corners = vec![tip + 4.0 * ahead, tip + 2.8 * aside, tip - 2.8 * aside];
    ui.painter().add(Shape::convex_polygon(corners, color, Stroke::NONE));
}
