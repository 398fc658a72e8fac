//! What runs are called.

/// `20260131_235959_name` without the date, for people: `name 23:59`, or the time alone.
pub(crate) fn short_name(folder: &str) -> String {
    let time = folder.get(9..13).map(|t| format!("{}:{}", &t[..2], &t[2..])).unwrap_or_default();
    match folder.get(16..).filter(|n| !n.is_empty()) {
        Some(name) => format!("{name} {time}"),
        None if time.is_empty() => folder.to_owned(),
        None => time,
    }
}

/// What a run is called on a stage, from its id `<experiment>/<folder name>`: `a1_flat · softer 16:30`. The folder of a
/// sweep may stand between the two.
pub(crate) fn title(id: &str) -> String {
    let experiment = id.split_once('/').map_or("", |(first, _)| first);
    let folder = id.rsplit('/').next().unwrap_or(id);
    [experiment, &short_name(folder)].join(" · ").trim_start_matches(" · ").to_owned()
}
