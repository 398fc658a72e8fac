//! Whether robots can get to harder ground at all.
use super::grid::TerrainCfg;
use super::levels::LevelRule;

/// Reasons why nobody would ever reach a higher level: key below `env.terrain` and sentence. `fastest` is the largest commanded
/// speed, m/s; an episode ends after `episode_secs`.
pub fn obstacles_to_advance(
    cfg: &TerrainCfg,
    rule: LevelRule,
    fastest: f64,
    episode_secs: f64,
) -> Vec<(String, String)> {
    let mut list = vec![];
    if rule == LevelRule::Off {
        return list;
    }
    if cfg.levels < 2 {
        list.push((
            "levels".into(),
            "with one level nobody can advance: more `levels`, or the rule `off`".into(),
        ));
    } else if cfg.start_levels.iter().all(|l| l.round() >= f64::from(cfg.levels - 1)) {
        let text = "robots start on the highest level: there is none to advance to; lower `start_levels`";
        list.push(("start_levels".into(), text.into()));
    }
    // the nearest part of the rim, from the nearest start
    let way = match rule {
        LevelRule::LeggedGym => cfg.tile / 2.0,
        _ => (cfg.tile / 2.0 - cfg.start_spread).max(0.0),
    };
    let reach = fastest * episode_secs;
    if reach.is_nan() || reach <= way {
        let text = format!(
            "at the largest commanded speed, {fastest} m/s, an episode of {episode_secs} s is {reach:.1} m long, less than the \
             {way:.1} m that a robot must walk to advance: longer episodes, larger commands, or smaller tiles"
        );
        list.push(("level_rule".into(), text));
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curriculum_that_cannot_advance_is_reported() {
        let cfg = super::super::testing::cfg();
        let keys = |cfg: &TerrainCfg, speed, secs| -> Vec<String> {
            let list = obstacles_to_advance(cfg, LevelRule::LeaveTile, speed, secs);
            list.into_iter().map(|(key, _)| key).collect()
        };
        assert!(keys(&cfg, 1.0, 20.0).is_empty());
        assert_eq!(keys(&cfg, 1.0, 3.0), ["level_rule"]);
        assert_eq!(keys(&cfg, 0.0, f64::INFINITY), ["level_rule"]);
        let top = TerrainCfg { start_levels: [9.0, 9.0], ..cfg.clone() };
        assert_eq!(keys(&top, 1.0, 20.0), ["start_levels"]);
        assert_eq!(keys(&TerrainCfg { levels: 1, ..cfg.clone() }, 1.0, 20.0), ["levels"]);
        assert!(obstacles_to_advance(&top, LevelRule::Off, 0.0, 0.0).is_empty());
    }
}
