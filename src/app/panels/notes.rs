//! Messages at the upper right of the view: what happened and what to do next.
use super::icons::Icon;
use super::lab_view::{LabView, Outbox};
use super::widgets::card;
use crate::app::palette::{COMMAND, DANGER, MEASURED, MUTED, Rgb, TEXT};
use crate::lab::LabCommand;
use crate::lab::model::{Note, Severity};
use bevy_egui::egui::{
    Align2, Area, Context, CornerRadius, Id, Label, Order, Rect, RichText, Sense, Ui, Vec2, vec2,
};

/// Width of a message, points.
const WIDTH: f32 = 320.0;
/// So many are shown at once; errors first, then the newest.
const MOST: usize = 4;
/// So many of them may be merely good to know: the view is for robots.
const MOST_INFOS: usize = 2;

/// The messages, above `area`.
pub(super) fn notes_ui(context: &Context, area: Rect, view: &LabView<'_>, out: &mut Outbox) {
    let notes = chosen(&view.lab.notes);
    if notes.is_empty() {
        return;
    }
    let width = WIDTH.min(area.width() - 32.0).max(120.0);
    Area::new(Id::new("notes"))
        .order(Order::Foreground)
        .pivot(Align2::RIGHT_TOP)
        .fixed_pos(area.right_top() + vec2(-14.0, 12.0))
        .constrain_to(area)
        .show(context, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            notes.into_iter().for_each(|note| note_ui(ui, note, width, out));
        });
}

fn chosen(notes: &[Note]) -> Vec<&Note> {
    let newest = |wanted: fn(Severity) -> bool| notes.iter().rev().filter(move |note| wanted(note.severity));
    let mut infos = 0;
    newest(|severity| severity == Severity::Error)
        .chain(newest(|severity| severity != Severity::Error))
        .filter(|note| {
            infos += usize::from(note.severity == Severity::Info);
            note.severity != Severity::Info || infos <= MOST_INFOS
        })
        .take(MOST)
        .collect()
}

const fn color(severity: Severity) -> Rgb {
    match severity {
        Severity::Info => COMMAND,
        Severity::Warning => MEASURED,
        Severity::Error => DANGER,
    }
}

fn note_ui(ui: &mut Ui, note: &Note, width: f32, out: &mut Outbox) {
    let shown = card().show(ui, |ui| {
        ui.set_width(width - 24.0);
        ui.horizontal_top(|ui| {
            ui.allocate_ui(vec2(width - 56.0, 0.0), |ui| {
                ui.set_width(width - 56.0);
                ui.add(Label::new(RichText::new(&note.text).color(TEXT.ui())).wrap());
            });
            let (cross, response) = ui.allocate_exact_size(Vec2::splat(18.0), Sense::click());
            let ink = if response.hovered() { TEXT } else { MUTED };
            Icon::Cross.paint(ui.painter(), cross.center(), 5.0, ink.ui());
            if response.on_hover_text("Takes this message away.").clicked() {
                out.send(LabCommand::DismissNote(note.id));
            }
        });
    });
    let mut side = shown.response.rect;
    side.set_width(4.0);
    ui.painter().rect_filled(side, CornerRadius { nw: 8, sw: 8, ne: 0, se: 0 }, color(note.severity).ui());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_come_first_then_the_newest_and_little_that_is_merely_good_to_know() {
        let note = |id, severity| Note { id, severity, text: String::new(), age_s: 0.0 };
        use Severity::{Error, Info, Warning};
        let notes =
            [note(1, Error), note(2, Info), note(3, Warning), note(4, Info), note(5, Info), note(6, Info)];
        let ids: Vec<u64> = chosen(&notes).iter().map(|n| n.id).collect();
        assert_eq!(ids, [1, 6, 5, 3]);
    }
}
