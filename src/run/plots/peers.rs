//! Our engine and trainer beside others: a bar each, on a scale of powers of ten.
use super::axis::count;
use super::canvas::{self, Align, Area, BLUE, Canvas, Colour, Font, LINE, MUTED, ORANGE, PANEL, RED, TEXT};
use super::{GAP, HEADER, WIDTH};
use crate::run::bench::peers::{Comparison, Kind, Outcome, Row, amount, times};
use anyhow::Result;
use std::path::Path;

/// Height of a bar and of the space to the next, pixels.
const BAR: (i32, i32) = (26, 10);
/// Height of a chart's title, and of the numbers under it, pixels.
const AROUND: (i32, i32) = (48, 44);
/// Width of the columns of names and of what stands behind the longest bar, pixels.
const SIDES: (i32, i32) = (262, 430);
/// Height of the lines about the machine, pixels.
const MACHINE: i32 = 54;

/// Draws both kinds of measurement, physics and training, with machine and versions below.
///
/// # Errors
/// When the picture cannot be saved.
pub fn peers(found: &Comparison, picture: &Path) -> Result<()> {
    let charts = [
        (Kind::Physics, "physics steps per second", BLUE),
        (Kind::Training, "control steps per second while training", ORANGE),
    ];
    let tall = |kind| AROUND.0 + AROUND.1 + found.of(kind).count() as i32 * (BAR.0 + BAR.1);
    let height = HEADER + charts.iter().map(|(kind, ..)| tall(*kind) + GAP).sum::<i32>() + MACHINE;
    canvas::save(picture, WIDTH, height as u32, |canvas| {
        canvas.header(&format!("{}: gaitlab beside others, same robot, same machine", found.task))?;
        let mut top = HEADER;
        for (kind, title, colour) in charts {
            let area = Area { left: GAP, top, right: WIDTH as i32 - GAP, bottom: top + tall(kind) };
            chart(canvas, area, title, colour, &found.of(kind).collect::<Vec<_>>())?;
            top = area.bottom + GAP;
        }
        let m = &found.machine;
        let gpu = m.gpu.as_deref().unwrap_or("no GPU");
        let versions: Vec<String> = found.versions.iter().map(|(name, v)| format!("{name} {v}")).collect();
        let lines = [
            format!("{}, {} of {} hardware threads, {gpu}", m.cpu, found.threads, m.cores),
            versions.join(", "),
        ];
        for (i, line) in lines.iter().enumerate() {
            let y = f64::from(top + 10 + 22 * i as i32);
            canvas.text((f64::from(GAP + 4), y), line, Font::Number, Align::Left, MUTED)?;
        }
        Ok(())
    })
}

/// One kind: ours in full colour, others behind.
fn chart(canvas: &Canvas<'_>, area: Area, title: &str, colour: Colour, rows: &[&Row]) -> Result<()> {
    canvas.fill(area, PANEL)?;
    let at = (f64::from(area.left + 12), f64::from(area.top + 22));
    let used = canvas.text(at, title, Font::Words, Align::Left, TEXT)?;
    canvas.text(
        (at.0 + used + 10.0, at.1),
        "logarithmic: each line is ten times the last",
        Font::Words,
        Align::Left,
        MUTED,
    )?;
    let rates = || rows.iter().filter_map(|r| r.outcome.rate());
    let most = rates().fold(1.0, f64::max).log10();
    // what is least still has a bar to be seen
    let least = (rates().fold(f64::INFINITY, f64::min).min(10f64.powf(most)) / 2.0).log10().floor();
    let (left, right) = (f64::from(area.left + SIDES.0), f64::from(area.right - SIDES.1));
    let x_of = |rate: f64| left + (right - left) * (rate.log10() - least) / (most - least).max(0.5);
    let (first, last) = (f64::from(area.top + AROUND.0), f64::from(area.bottom - AROUND.1));
    for power in least as i32..=most.floor() as i32 {
        let x = x_of(10f64.powi(power));
        canvas.fill_exact(x - 0.5, first - 4.0, x + 0.5, last + 4.0, LINE)?;
        canvas.text((x, last + 18.0), &count(10f64.powi(power)), Font::Number, Align::Centre, MUTED)?;
    }
    let ours = rows.first().and_then(|r| r.outcome.rate());
    for (i, row) in rows.iter().enumerate() {
        let top = first + f64::from(i as i32 * (BAR.0 + BAR.1));
        let (bottom, y) = (top + f64::from(BAR.0), top + f64::from(BAR.0) / 2.0);
        let strong = if i == 0 { TEXT } else { MUTED };
        canvas.text((left - 12.0, y), &row.name, Font::Words, Align::Right, strong)?;
        match &row.outcome {
            Outcome::Rate { per_s, device, .. } => {
                let shade = if i == 0 { colour } else { canvas::faint(colour, 0.45) };
                let end = x_of(*per_s);
                canvas.fill_exact(left, top, end, bottom, shade)?;
                let start = (end + 8.0, y);
                let used = canvas.text(start, &amount(*per_s), Font::Words, Align::Left, TEXT)?;
                let ratio = ours.filter(|_| i > 0).map(|o| format!("; gaitlab {} as fast", times(o / per_s)));
                let more = format!("on {device}{}", ratio.unwrap_or_default());
                canvas.text((start.0 + used + 12.0, y), &more, Font::Number, Align::Left, MUTED)?;
            }
            Outcome::Missing(why) => {
                let short = format!("{} here", why.split(':').next().unwrap_or_default());
                canvas.text((left + 8.0, y), &short, Font::Words, Align::Left, MUTED)?;
            }
            Outcome::Failed(_) => {
                canvas.fill_exact(left, top, left + 6.0, bottom, RED)?;
                canvas.text((left + 14.0, y), "failed", Font::Words, Align::Left, RED)?;
            }
        }
    }
    Ok(())
}
