//! How the policy did on rough ground: endless tracks, and every tile of the task's own ground.
use super::html::{escape, number, section, table};
use super::source::Source;
use std::collections::BTreeMap;

const SUCCESS: &str = "eval.success_";
const FALLS: &str = "eval.falls_";
const TILE: &str = "eval.tile_";

/// Whether a number of the evaluation is shown here.
pub fn is_shown(key: &str) -> bool {
    [SUCCESS, FALLS, TILE].iter().any(|start| key.starts_with(start))
}

/// A cell whose colour says how much of all it is.
fn cell(share: f64) -> String {
    let percent = 100.0 * share.clamp(0.0, 1.0);
    format!("<span class=\"share\" style=\"--share:{percent:.0}%\">{percent:.0}</span>")
}

/// See the module.
pub fn ground(s: &Source) -> String {
    let value = |key: String| s.results.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
    let mut tracks = vec![];
    let mut tiles: BTreeMap<&str, BTreeMap<u32, f64>> = BTreeMap::new();
    let mut kinds: Vec<&str> = vec![];
    for (key, share) in &s.results {
        if let Some(track) = key.strip_prefix(SUCCESS) {
            let falls = value(format!("{FALLS}{track}"));
            let falls = falls.map_or_else(|| "the worse of up and down".into(), |f| number(100.0 * f));
            tracks.push(vec![format!("<b>{}</b>", escape(track)), cell(*share), falls]);
        }
        let tile = key.strip_prefix(TILE).and_then(|t| t.rsplit_once('_'));
        if let Some((kind, level)) = tile.and_then(|(kind, level)| Some((kind, level.parse().ok()?))) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
            tiles.entry(kind).or_default().insert(level, *share);
        }
    }
    let levels = tiles.values().flat_map(|t| t.keys()).max().map_or(0, |l| l + 1);
    let names: Vec<String> = (0..levels).map(|l| l.to_string()).collect();
    let header: Vec<&str> = std::iter::once("level").chain(names.iter().map(String::as_str)).collect();
    let rows: Vec<Vec<String>> = kinds
        .iter()
        .map(|kind| {
            let shares = (0..levels).map(|l| tiles[kind].get(&l).map_or_else(String::new, |s| cell(*s)));
            std::iter::once(format!("<b>{}</b>", escape(kind))).chain(shares).collect()
        })
        .collect();
    let tracks = table("terms", &["endless track", "success, %", "falls, %"], &tracks);
    let about = "Tracks: tries that make the way without a fall. Tiles of every level: tries that leave them without one, in %.";
    section("On rough ground", about, &(tracks + &table("map", &header, &rows)))
}
