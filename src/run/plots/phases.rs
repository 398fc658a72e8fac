//! Where the time of training goes: a bar per thread, and what is left.
use super::canvas::{
    self, Align, BLUE, Canvas, Colour, Font, GREEN, LINE, MUTED, ORANGE, PANEL, RED, TEXT, VIOLET,
};
use super::{GAP, HEADER, WIDTH};
use crate::run::bench::Phases;
use anyhow::Result;
use std::path::Path;

/// Colours of the phases that take longest, in that order; the others share one.
const COLOURS: [Colour; 5] = [BLUE, ORANGE, GREEN, VIOLET, RED];
/// Height of a thread's bar and of the space to the next, pixels.
const BAR: (i32, i32) = (22, 8);
/// Width of the column of names, pixels.
const NAMES: i32 = 110;
/// Height of the legend below the title, pixels.
const LEGEND: i32 = 30;

/// Draws the bars; idle time stays dark.
///
/// # Errors
/// When the picture cannot be saved.
pub fn phases(found: &Phases, picture: &Path) -> Result<()> {
    let totals = found.totals();
    let colour = |name: &str| {
        let place = totals.iter().position(|(n, _)| *n == name);
        place.and_then(|i| COLOURS.get(i).copied()).unwrap_or(MUTED)
    };
    let rows = found.threads.len() as i32;
    let height = HEADER + LEGEND + rows * (BAR.0 + BAR.1) + 40;
    canvas::save(picture, WIDTH, height as u32, |canvas| {
        let rate = found.env_steps / found.wall / 1e6;
        canvas.header(&format!(
            "{}: {rate:.2} million environment steps/s on {} threads, {:.0} % idle",
            found.task,
            found.workers,
            100.0 * found.idle()
        ))?;
        legend(canvas, &totals)?;
        let (left, right) = (f64::from(GAP + NAMES), f64::from(WIDTH as i32 - GAP));
        let scale = (right - left) / found.wall.max(1e-9);
        for (i, thread) in found.threads.iter().enumerate() {
            let top = f64::from(HEADER + LEGEND + i as i32 * (BAR.0 + BAR.1));
            let bottom = top + f64::from(BAR.0);
            let middle = (left - 10.0, (top + bottom) / 2.0);
            canvas.text(middle, &thread.name, Font::Number, Align::Right, TEXT)?;
            canvas.fill_exact(left, top, right, bottom, PANEL)?;
            let mut x = left;
            for (name, _) in &totals {
                let width = thread.phases.get(name).map_or(0.0, |time| time * scale);
                canvas.fill_exact(x, top, x + width, bottom, colour(name))?;
                x += width;
            }
        }
        let y = f64::from(height - 22);
        for k in 0..=4 {
            let x = left + (right - left) * f64::from(k) / 4.0;
            canvas.line([(x, f64::from(HEADER + LEGEND)), (x, y - 12.0)], 1.0, LINE)?;
            let time = format!("{:.2} s", found.wall * f64::from(k) / 4.0);
            let align = if k == 4 { Align::Right } else { Align::Centre };
            canvas.text((x, y), &time, Font::Number, align, MUTED)?;
        }
        Ok(())
    })
}

fn legend(canvas: &Canvas<'_>, totals: &[(&'static str, f64)]) -> Result<()> {
    let mut entries: Vec<(&str, Colour)> =
        totals.iter().zip(COLOURS).map(|((name, _), colour)| (*name, colour)).collect();
    if totals.len() > COLOURS.len() {
        entries.push(("others", MUTED));
    }
    canvas.legend(f64::from(WIDTH as i32 - GAP - 4), f64::from(HEADER + LEGEND / 2) - 4.0, &entries)
}
