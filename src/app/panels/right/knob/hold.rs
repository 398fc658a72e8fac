//! What a person makes of a knob until training has confirmed it: while it is turned, the person's value is shown and
//! not the one that comes back, which lags behind.
use crate::app::panels::lab_view::Outbox;
use crate::lab::LabCommand;
use crate::run::session::{Knob, KnobValue};
use bevy_egui::egui::{Id, Ui};
use serde_json::json;
use std::time::Duration;

/// Seconds between two commands while a knob is being turned.
const EVERY: f64 = 0.1;
/// Seconds after which a value that nobody confirmed is given up: it was refused, and a note says why.
const GIVE_UP: f64 = 3.0;
/// A knob that nobody has moved for so long is not held any more: its panel was closed in the middle of a turn, s.
const LET_GO: f64 = 0.5;

#[derive(Clone, Copy, Debug)]
struct Hold {
    value: KnobValue,
    /// Before rounding.
    exact: [f64; 2],
    is_moving: bool,
    touched: f64,
    sent: Option<KnobValue>,
    sent_at: f64,
}

fn load(ui: &Ui, id: Id) -> Option<Hold> {
    ui.data(|data| data.get_temp(id))
}

fn now(ui: &Ui) -> f64 {
    ui.input(|input| input.time)
}

fn ends(value: KnobValue) -> [f64; 2] {
    match value {
        KnobValue::Number(value) => [value; 2],
        KnobValue::Range(range) => range,
    }
}

/// Whether two values are the same but for rounding.
pub(super) fn same(a: KnobValue, b: KnobValue) -> bool {
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs().max(b.abs());
    let (a, b) = (ends(a), ends(b));
    close(a[0], b[0]) && close(a[1], b[1])
}

/// The value to show.
pub(super) fn shown(ui: &Ui, id: Id, knob: &Knob) -> KnobValue {
    let Some(hold) = load(ui, id) else { return knob.value };
    let is_moving = hold.is_moving && now(ui) - hold.touched < LET_GO;
    let is_over = same(knob.value, hold.value) || now(ui) - hold.sent_at.max(hold.touched) > GIVE_UP;
    if !is_moving && is_over {
        ui.data_mut(|data| data.remove::<Hold>(id));
        return knob.value;
    }
    hold.value
}

/// The value before rounding, while it is turned.
pub(super) fn exact(ui: &Ui, id: Id, knob: &Knob) -> [f64; 2] {
    load(ui, id).filter(|h| h.is_moving).map_or_else(|| ends(shown(ui, id, knob)), |h| h.exact)
}

/// Takes a value from the person. While it `is_moving`, it is sent ten times a second; at the end once more if it has
/// changed since. The same value is never sent twice, however often a frame is drawn.
pub(super) fn turn(
    ui: &Ui,
    id: Id,
    knob: &Knob,
    to: (KnobValue, [f64; 2]),
    is_moving: bool,
    out: &mut Outbox,
) {
    let ((value, exact), now) = (to, now(ui));
    let begun = Hold { value, exact, is_moving, touched: now, sent: None, sent_at: now };
    let mut hold = load(ui, id).unwrap_or(begun);
    if is_moving && !hold.is_moving {
        hold = Hold { sent_at: now, ..hold };
    }
    hold = Hold { value, exact, is_moving, touched: now, ..hold };
    let is_news = !same(hold.sent.unwrap_or(knob.value), value);
    if is_news && (!is_moving || now - hold.sent_at >= EVERY) {
        out.send(LabCommand::SetKnob { key: knob.key.clone(), value: as_json(value) });
        hold.sent = Some(value);
        hold.sent_at = now;
    }
    ui.ctx().request_repaint_after(Duration::from_secs_f64(EVERY));
    ui.data_mut(|data| data.insert_temp(id, hold));
}

fn as_json(value: KnobValue) -> serde_json::Value {
    match value {
        KnobValue::Number(value) => json!(value),
        KnobValue::Range(range) => json!(range),
    }
}
