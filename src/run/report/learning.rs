//! How learning went: curves, rewards, what ended episodes, ground, curricula.
use super::charts::{Curve, chart, spark};
use super::html::{escape, number, section, table};
use super::source::Source;
use std::collections::BTreeMap;

/// Column, title, unit, colour.
const CURVES: [(&str, &str, &str, &str); 9] = [
    ("episode/reward", "Reward per episode", "", "green"),
    ("episode/length", "Episode length", "s", "blue"),
    ("episode/failed_share", "Episodes that failed", "share", "red"),
    ("episode/tracking_error", "Velocity error", "m/s", "orange"),
    ("episode/yaw_rate_error", "Yaw rate error", "rad/s", "orange"),
    ("episode/fall_rate", "Falls in the test", "per try", "red"),
    ("loss/value", "Value loss", "", "violet"),
    ("loss/entropy", "Entropy of actions", "", "violet"),
    ("loss/learning_rate", "Learning rate", "", "violet"),
];

/// The curves that one looks at first.
pub fn curves(s: &Source) -> String {
    let steps = s.column("env_steps");
    let one = |(column, title, unit, class): (&str, &str, &str, &str)| {
        chart(title, unit, &steps, &[Curve { class, values: &s.column(column) }])
    };
    let all: String = CURVES.into_iter().map(one).collect();
    let content = if all.is_empty() { all } else { format!("<div class=\"charts\">\n{all}</div>\n") };
    section(
        "Learning",
        "Over environment steps. Bold is a mean over neighbours, faint what was measured.",
        &content,
    )
}

/// A row per metric of a group: name, sentence, numbers, curve.
fn rows(
    s: &Source,
    group: &str,
    class: &str,
    about: impl Fn(&str) -> [String; 2],
    factor: f64,
) -> Vec<Vec<String>> {
    let row = |name: String| {
        let (key, values) = (name[group.len()..].to_owned(), s.column(&name));
        let [weight, doc] = about(&key);
        let first = values.iter().copied().find(|v| v.is_finite()).unwrap_or(f64::NAN);
        vec![
            format!("<b>{}</b><small>{}</small>", escape(&key), escape(&doc)),
            weight,
            number(first * factor),
            number(s.last(&name) * factor),
            spark(&values, class),
        ]
    };
    s.names(group).into_iter().map(row).collect()
}

/// What every reward term gave.
pub fn rewards(s: &Source) -> String {
    let about = |key: &str| {
        let term = s.plan.iter().flat_map(|p| &p.rewards).find(|r| r.key == key);
        term.map_or_else(Default::default, |r| [number(r.weight), r.doc.into()])
    };
    let rows = rows(s, "reward/", "green", about, 1.0);
    let header = ["term", "weight", "at first", "at the end", ""];
    section("Rewards", "Per second of simulated time, weighted.", &table("terms", &header, &rows))
}

/// What ended episodes.
pub fn ends(s: &Source) -> String {
    let about = |key: &str| {
        let term = s.plan.iter().flat_map(|p| &p.terminations).find(|t| t.key == key);
        term.map_or_else(Default::default, |t| {
            [if t.time_out { "time" } else { "failure" }.into(), t.doc.into()]
        })
    };
    let rows = rows(s, "termination/", "red", about, 100.0);
    let header = ["termination", "kind", "at first, %", "at the end, %", ""];
    section("What ended episodes", "Share of the episodes that ended.", &table("terms", &header, &rows))
}

/// Level and success of every type of ground, where there is more than a plane.
pub fn ground(s: &Source) -> String {
    let mut types: BTreeMap<String, [String; 2]> = BTreeMap::new();
    let mut levels: BTreeMap<u32, String> = BTreeMap::new();
    for name in s.names("terrain/") {
        if let Some((kind, what)) = name["terrain/".len()..].split_once('/') {
            if let Some(level) = kind.strip_prefix("level_").and_then(|l| l.parse().ok()) {
                levels.insert(level, name.clone());
                continue;
            }
            let at = usize::from(what == "success");
            types.entry(kind.to_owned()).or_default()[at] = name.clone();
        }
    }
    let rows: Vec<Vec<String>> = types
        .into_iter()
        .map(|(kind, [level, success])| {
            vec![
                format!("<b>{}</b>", escape(&kind)),
                number(s.last(&level)),
                spark(&s.column(&level), "blue"),
                number(100.0 * s.last(&success)),
                spark(&s.column(&success), "green"),
            ]
        })
        .collect();
    let header = ["type", "level", "", "crossed, %", ""];
    let level = |(level, name): (u32, String)| {
        let success = s.last(&name);
        vec![format!("<b>{level}</b>"), number(100.0 * success), spark(&s.column(&name), "green")]
    };
    let levels: Vec<Vec<String>> = levels.into_iter().map(level).collect();
    section(
        "Ground",
        "Mean level of the robots, and episodes that crossed their tile.",
        &(table("terms", &header, &rows) + &table("terms", &["level", "crossed, %", ""], &levels)),
    )
}

/// Values that moved by themselves.
pub fn curricula(s: &Source) -> String {
    let steps = s.column("env_steps");
    let mut all = String::new();
    let mut written = vec![];
    for (name, cfg) in s.doc.get("train.curricula").as_object().into_iter().flatten() {
        let columns = s.names(&format!("curriculum/{name}"));
        let of_this = |c: &&String| {
            let rest = &c["curriculum/".len() + name.len()..];
            rest.is_empty() || rest.starts_with('/')
        };
        let values: Vec<(String, Vec<f64>)> =
            columns.iter().filter(of_this).map(|c| (c.clone(), s.column(c))).collect();
        let classes = ["blue", "orange", "green", "violet"];
        if cfg.get("grid").is_some() {
            for ((column, values), class) in values.iter().zip(classes) {
                let (title, unit) = match column.rsplit('/').next().unwrap_or_default() {
                    "open_share" => ("open cells", "share"),
                    "lin_vel_x" => ("fastest forward command", "m/s"),
                    "yaw_rate" => ("fastest turn", "rad/s"),
                    other => (other, ""),
                };
                all += &chart(&format!("{name}: {title}"), unit, &steps, &[Curve { class, values }]);
            }
        } else {
            let curves: Vec<Curve<'_>> =
                values.iter().zip(classes).map(|((_, values), class)| Curve { class, values }).collect();
            all += &chart(name, "", &steps, &curves);
        }
        let how = cfg.as_object().into_iter().flatten();
        let how: Vec<String> =
            how.filter(|(k, _)| *k != "key").map(|(k, v)| format!("{k}: {}", plain(v))).collect();
        let key = cfg.get("key").and_then(|k| k.as_str()).unwrap_or("env.commands.cells");
        written.push(vec![
            format!("<b>{}</b>", escape(name)),
            format!("<code>{}</code>", escape(key)),
            escape(&how.join(", ")),
        ]);
    }
    let charts = if all.is_empty() { all } else { format!("<div class=\"charts\">\n{all}</div>\n") };
    let content = charts + &table("", &["curriculum", "moves", "how"], &written);
    section("Curricula", "Values that moved by themselves while it trained.", &content)
}

/// A value without the quotes of JSON.
fn plain(value: &serde_json::Value) -> String {
    value.to_string().replace('"', "").replace(',', ", ").replace(':', ": ")
}
