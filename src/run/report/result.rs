//! What came out: the film, the evaluation, pictures of the policy.
use super::html::{escape, number, picture, section, table};
use super::rough::is_shown;
use super::source::Source;
use crate::run::curricula::PICTURE;
use crate::run::results::known_key;

const TRACKING: (&str, &str) =
    ("tracking.png", "commanded and measured velocities over a script of commands");
const GAIT: (&str, &str) = ("gait.png", "when each foot is on the ground");

/// The film beside the numbers.
pub fn outcome(s: &Source) -> String {
    let seen = [("walk.gif", "the policy at the end of the run"), TRACKING, GAIT];
    let film: String = seen.iter().map(|(name, about)| picture(&s.folder.file(name), about)).collect();
    let row = |(key, value): &(String, f64)| {
        let known = known_key(key);
        let unit = known.map_or("", |k| k.unit).replace('1', "");
        let doc = known.map_or("", |k| k.doc);
        let name = key.strip_prefix("eval.").unwrap_or(key).replace('_', " ");
        vec![
            format!("<b>{}</b><small>{}</small>", escape(&name), escape(doc)),
            format!("{} <i>{}</i>", number(*value), escape(&unit)),
        ]
    };
    let rows: Vec<Vec<String>> = s.results.iter().filter(|(key, _)| !is_shown(key)).map(row).collect();
    let numbers = table("numbers", &["closing evaluation", ""], &rows);
    let goal = s.passes().map(|e| {
        let p = &e.pass;
        format!(
            "The walking test asks for errors below {} and {} m/s and {} rad/s and falls below {} %.",
            p.vx_error,
            p.vy_error,
            p.yaw_rate_error,
            number(100.0 * p.fall_rate)
        )
    });
    let mut content = String::new();
    if !(film.is_empty() && numbers.is_empty()) {
        content = format!("<div class=\"pair\">\n<div>{film}</div>\n<div>{numbers}</div>\n</div>\n");
    }
    let whole = s.text("evaluation.txt");
    if !whole.is_empty() {
        content +=
            &format!("<details><summary>Every command</summary><pre>{}</pre></details>\n", escape(&whole));
    }
    section("What came out", &goal.unwrap_or_default(), &content)
}

/// Plots of the policy.
pub fn pictures(s: &Source) -> String {
    let list = [
        ("joints.png", "position, velocity and torque of every joint"),
        (PICTURE, "commands that the curriculum opened, and how well they are followed"),
    ];
    let all: String = list.iter().map(|(name, about)| picture(&s.folder.file(name), about)).collect();
    section("Pictures of the policy", "", &all)
}
