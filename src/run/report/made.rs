//! How it was made: changes by hand, where time went, the task, the machine, the source.
use super::html::{escape, number, section, table};
use super::source::Source;
use std::fmt::Write as _;

/// What a person changed while it ran.
pub fn changes(s: &Source) -> String {
    let row = |c: &crate::run::change::Change| {
        vec![
            c.iteration.to_string(),
            format!("<code>{}</code>", escape(&c.key)),
            escape(&c.old.to_string()),
            escape(&c.new.to_string()),
            if c.undone { "undone later".into() } else { String::new() },
        ]
    };
    let rows: Vec<Vec<String>> = s.changes.iter().map(row).collect();
    let header = ["from iteration", "value", "before", "after", ""];
    section("Changes by hand", "", &table("", &header, &rows))
}

/// The sum of clocks that begin again at zero in every session of a run.
pub fn whole(clock: &[f64]) -> f64 {
    let (mut sum, mut last) = (0.0, 0.0);
    for now in clock.iter().copied().filter(|x| x.is_finite()) {
        if now < last {
            sum += last;
        }
        last = now;
    }
    sum + last
}

/// Where wall time went.
pub fn time(s: &Source) -> String {
    let at = |name: &str| whole(&s.column(&format!("time/{name}")));
    let (rollout, learn) = (at("rollout"), at("learn"));
    let parts = ["physics", "observe", "judge", "policy"].map(|p| (p, at(p)));
    let workers: f64 = parts.iter().map(|p| p.1).filter(|t| t.is_finite()).sum();
    let all = s.last("seconds").max(rollout + learn);
    if !(workers > 0.0 && rollout > 0.0 && learn.is_finite() && all.is_finite()) {
        return String::new();
    }
    let words = ["physics", "observations", "commands, rewards, resets", "policy"];
    let mut shares: Vec<(&str, f64)> =
        words.into_iter().zip(parts).map(|(word, (_, t))| (word, rollout / all * t / workers)).collect();
    shares.push(("learning", learn / all));
    shares.push(("evaluation, saving, the rest", (1.0 - (rollout + learn) / all).max(0.0)));
    let classes = ["blue", "orange", "green", "violet", "red", "muted"];
    let (mut bar, mut legend) = (String::new(), String::new());
    for ((word, share), class) in shares.iter().zip(classes) {
        let percent = 100.0 * share;
        let _ = write!(
            bar,
            "<span class=\"{class}\" style=\"width:{percent:.2}%\" title=\"{word} {percent:.1} %\"></span>"
        );
        let _ = write!(legend, "<li><span class=\"{class}\"></span>{word} <b>{percent:.1} %</b></li>");
    }
    let content = format!("<div class=\"bar\">{bar}</div>\n<ul class=\"legend\">{legend}</ul>\n");
    section("Where time went", "", &content)
}

/// Task, machine, source.
pub fn facts(s: &Source) -> String {
    let mut rows: Vec<[String; 2]> = vec![];
    if let Some(p) = &s.plan {
        let physics = &p.env.physics;
        rows.push([
            "robot".into(),
            format!("{}, {} joints, {} kg", p.robot.name, p.robot.num_joints(), number(p.robot.mass())),
        ]);
        rows.push(["environments".into(), p.env.num_envs.to_string()]);
        rows.push([
            "rates".into(),
            format!("physics {:.0} Hz, control {:.0} Hz", 1.0 / physics.dt, 1.0 / p.dt),
        ]);
        rows.push(["policy".into(), format!("{} numbers in, {} out", p.num_obs(), p.num_actions())]);
    }
    let machine = |key: &str| {
        let value = s.machine.as_ref()?.get(key)?;
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let cores = machine("cores").map(|c| format!(", {c} threads")).unwrap_or_default();
    rows.extend(machine("cpu").map(|cpu| ["processor".into(), format!("{cpu}{cores}")]));
    rows.extend(machine("gpu").map(|gpu| ["graphics card".into(), gpu]));
    rows.extend(machine("os").map(|os| ["system".into(), os]));
    if let Some(line) = s.text("git.txt").lines().next() {
        rows.push(["source".into(), line.to_owned()]);
    }
    let cells = rows.iter().map(|[a, b]| vec![format!("<b>{}</b>", escape(a)), escape(b)]);
    let mut content = table("facts", &["", ""], &cells.collect::<Vec<_>>())
        .replace("<thead><tr><th></th><th></th></tr></thead>\n", "");
    for (file, title) in [("plan.txt", "The whole task as it ran"), ("config.ron", "The task's file")] {
        let text = s.text(file);
        if !text.is_empty() {
            let text = escape(&text);
            let _ = writeln!(content, "<details><summary>{title}</summary><pre>{text}</pre></details>");
        }
    }
    section("Task and machine", "", &content)
}
