//! The gait diagram: one row of bars per foot, filled while the foot is on the ground.

use std::path::Path;

use anyhow::{Result, ensure};

use super::axis::{Range, label};
use super::canvas::{self, Align, Area, Canvas, Font, GREEN, LINE, MUTED, PANEL, TEXT};
use super::chart::TIME;
use super::{GAP, HEADER, WIDTH, leg};

/// When the feet of one robot were on the ground.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gait {
    /// Time between two samples, s.
    pub period: f64,
    /// Name of each foot or leg, `FL_foot`, and whether it was loaded, one per sample.
    pub feet: Vec<(String, Vec<bool>)>,
}

impl Gait {
    /// Share of the time that a foot was on the ground; 0 without samples.
    pub fn duty_factor(&self, foot: usize) -> f64 {
        let samples = self.feet.get(foot).map_or(&[][..], |(_, samples)| samples);
        samples.iter().filter(|loaded| **loaded).count() as f64 / samples.len().max(1) as f64
    }
}

/// Height of one foot's row, pixels.
const ROW: i32 = 58;

/// Draws the gait diagram, with the duty factor of each foot at the right.
///
/// # Errors
/// When the feet have different numbers of samples or the picture cannot be saved.
pub fn gait_diagram(gait: &Gait, picture: &Path) -> Result<()> {
    let samples = gait.feet.first().map_or(0, |(_, samples)| samples.len());
    for (name, contacts) in &gait.feet {
        ensure!(
            contacts.len() == samples,
            "{} samples of {name}, {samples} of the first foot",
            contacts.len()
        );
    }
    let height = HEADER + 40 + ROW * gait.feet.len().max(1) as i32 + 46 + GAP;
    canvas::save(picture, WIDTH, height as u32, |canvas| draw(canvas, gait, samples, height))
}

fn draw(canvas: &Canvas<'_>, gait: &Gait, samples: usize, height: i32) -> Result<()> {
    canvas.header("Gait")?;
    let middle = f64::from(HEADER) / 2.0 + 2.0;
    let edge = f64::from(WIDTH as i32 - GAP - 4);
    canvas.text((edge, middle), "filled: the foot is on the ground", Font::Words, Align::Right, MUTED)?;
    let area = Area { left: GAP, top: HEADER, right: WIDTH as i32 - GAP, bottom: height - GAP };
    canvas.fill(area, PANEL)?;
    let plot =
        Area { left: area.left + 76, top: area.top + 40, right: area.right - 100, bottom: area.bottom - 46 };
    let duty_edge = f64::from(area.right) - 16.0;
    canvas.text((duty_edge, f64::from(area.top) + 21.0), "duty, %", Font::Words, Align::Right, MUTED)?;
    let time = Range { low: 0.0, high: samples.max(1) as f64 * gait.period.max(1e-9) };
    let pixel = |seconds: f64| f64::from(plot.left) + time.share(seconds) * f64::from(plot.width());

    for (index, (name, contacts)) in gait.feet.iter().enumerate() {
        let colour = leg(name).0.unwrap_or(GREEN);
        let short = name.split('_').next().unwrap_or(name);
        let top = f64::from(plot.top + ROW * index as i32);
        let (middle, bottom) = (top + f64::from(ROW) / 2.0, top + f64::from(ROW));
        canvas.text((f64::from(area.left) + 16.0, middle), short, Font::Words, Align::Left, colour)?;
        canvas.fill_exact(
            plot.left.into(),
            top + 8.0,
            plot.right.into(),
            bottom - 8.0,
            canvas::BACKGROUND,
        )?;
        for (start, end) in stances(contacts) {
            let (left, right) = (pixel(start as f64 * gait.period), pixel(end as f64 * gait.period));
            canvas.fill_exact(left, top + 8.0, right.max(left + 0.7), bottom - 8.0, colour)?;
        }
        let duty = format!("{:.0}", gait.duty_factor(index) * 100.0);
        canvas.text((duty_edge, middle), &duty, Font::Number, Align::Right, TEXT)?;
    }

    let (ticks, step) = time.ticks(10);
    let under = f64::from(plot.bottom);
    for tick in ticks {
        let x = pixel(tick);
        canvas.fill_exact(x - 0.5, under, x + 0.5, under + 4.0, LINE)?;
        canvas.text((x, under + 14.0), &label(tick, step), Font::Number, Align::Centre, MUTED)?;
    }
    canvas.text((f64::from(plot.right), under + 34.0), TIME, Font::Words, Align::Right, MUTED)?;
    Ok(())
}

/// The runs of `true`: first sample and the one after the last.
fn stances(contacts: &[bool]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (index, _) in contacts.iter().enumerate().filter(|(_, loaded)| **loaded) {
        match found.last_mut() {
            Some(last) if last.1 == index => last.1 = index + 1,
            _ => found.push((index, index + 1)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_samples_on_the_ground_make_one_bar() {
        let contacts = [true, true, false, true, false, false, true];
        assert_eq!(stances(&contacts), [(0, 2), (3, 4), (6, 7)]);
        assert!(stances(&[]).is_empty());
    }

    #[test]
    fn the_duty_factor_is_the_share_on_the_ground() {
        let feet = vec![("FL".to_owned(), vec![true, false, false, true]), ("FR".to_owned(), vec![])];
        let gait = Gait { period: 0.02, feet };
        assert_eq!(gait.duty_factor(0), 0.5);
        assert_eq!(gait.duty_factor(1), 0.0);
        assert_eq!(gait.duty_factor(9), 0.0);
    }
}
