//! The page of a run: one HTML file without anything outside of it, for whoever was not there. Curves are inline SVG,
//! pictures and the film travel inside; it reads in light and in dark, on a desk and on a phone, without scripts.
mod charts;
mod html;
mod learning;
mod made;
mod result;
mod rough;
mod source;

use super::RunFolder;
use anyhow::Result;
use html::{escape, short};
use source::Source;
use std::path::PathBuf;

/// Name of the page in a run folder.
pub const FILE: &str = "report.html";
const STYLE: &str = include_str!("page.css");

/// Writes the page of a run from what its folder holds; what is not there is left out.
///
/// # Errors
/// When there is nothing to tell, or the page cannot be saved.
pub fn write(folder: &RunFolder) -> Result<PathBuf> {
    let s = Source::read(folder)?;
    let body = [
        head(&s),
        result::outcome(&s),
        rough::ground(&s),
        learning::curves(&s),
        learning::rewards(&s),
        learning::ends(&s),
        learning::ground(&s),
        learning::curricula(&s),
        made::changes(&s),
        result::pictures(&s),
        made::time(&s),
        made::facts(&s),
    ];
    let title = escape(&format!("{} · {}", s.task, s.run));
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n</html>\n",
        body.concat()
    );
    folder.write(FILE, page)?;
    Ok(folder.file(FILE))
}

/// What it is, and the numbers that one wants first.
fn head(s: &Source) -> String {
    let mut facts = vec![format!("run <b>{}</b>", escape(&s.run))];
    facts.extend(s.began.as_ref().map(|b| escape(b)));
    facts.extend(s.meta.get("seed").map(|seed| format!("seed {}", escape(seed))));
    facts.extend(s.parent.as_ref().map(|(run, i)| format!("branched from {} at iteration {i}", escape(run))));
    let note =
        s.note.as_ref().map(|n| format!("<blockquote>{}</blockquote>\n", escape(n))).unwrap_or_default();
    let tiles: String = tiles(s)
        .into_iter()
        .map(|(name, value, unit, tone)| {
            format!(
                "<div class=\"tile {tone}\"><span>{}</span><b>{}<i>{}</i></b></div>\n",
                escape(name),
                escape(&value),
                escape(unit)
            )
        })
        .collect();
    format!(
        "<header>\n<p class=\"kind\">Training report</p>\n<h1>{}</h1>\n<p class=\"about\">{}</p>\n\
         <p class=\"facts\">{}</p>\n{note}</header>\n<section class=\"tiles\">\n{tiles}</section>\n",
        escape(&s.task),
        escape(&s.about),
        facts.join(" · ")
    )
}

/// Name, value, unit, tone.
fn tiles(s: &Source) -> Vec<(&'static str, String, &'static str, &'static str)> {
    let mut list = vec![];
    match s.meta.get("walks_after").and_then(|w| w.parse::<f64>().ok()) {
        Some(after) => list.push(("walks after", short(after), "s", "good")),
        None if s.has_looked() => list.push(("walking test", "not passed".into(), "", "bad")),
        None => {}
    }
    list.push(("iterations", s.iteration.to_string(), "", ""));
    list.push(("environment steps", short(s.last("env_steps") / 1e6), "M", ""));
    list.push(("training time", short(s.last("seconds")), "s", ""));
    let speed = s.last("env_steps") / s.last("seconds") / 1e3;
    if speed.is_finite() {
        list.push(("speed", short(speed), "k steps/s", ""));
    }
    for (key, name, unit, factor) in [
        ("eval.vx_error", "forward error", "m/s", 1.0),
        ("eval.yaw_rate_error", "yaw rate error", "rad/s", 1.0),
        ("eval.fall_rate", "falls", "%", 100.0),
        ("eval.success_slope_20deg", "slopes of 20°", "%", 100.0),
        ("eval.success_stairs_15cm", "stairs of 15 cm", "%", 100.0),
        ("eval.success_boxes_15cm", "boxes of 15 cm", "%", 100.0),
        ("eval.terrain_level_share", "tiles crossed", "%", 100.0),
    ] {
        if let Some(value) = s.results.iter().find(|(k, _)| k == key) {
            list.push((name, short(value.1 * factor), unit, ""));
        }
    }
    list
}

#[cfg(test)]
mod tests;
