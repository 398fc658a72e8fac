//! Which setting is tried next: all of a grid, by chance, or where earlier results were good.
//!
//! Setting `k` depends on the seed, on `k` and on the results of settings up to `k − ahead` only, so that neither the
//! number of workers nor an interruption changes what is tried.
use super::space::{Knob, Setting};
use anyhow::{Context, Result};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

/// How settings are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Every combination of values; ranges are cut into steps.
    Grid,
    /// Drawn evenly over all combinations, in ranges with `log:` by factors.
    Random,
    /// Drawn where good results are likelier than bad ones: tree-structured Parzen estimators (Bergstra et al., 2011),
    /// one per knob.
    Tpe,
}

/// Settings that are drawn evenly before results are used.
const FIRST: usize = 10;
/// Share of the settings so far that count as good.
const GOOD: f64 = 0.2;

/// A setting that was tried, and its score; lower is better, infinite where it has none.
pub struct Tried<'a> {
    /// Its values.
    pub setting: &'a Setting,
    /// Its score.
    pub cost: f64,
}

/// Settings of a grid, the last knob first to change.
pub fn grid(knobs: &[Knob], steps: usize) -> Vec<Setting> {
    knobs.iter().fold(vec![vec![]], |settings, knob| {
        let values = knob.steps(steps);
        let with = |s: &Setting| {
            values.iter().map(|v| [&s[..], std::slice::from_ref(v)].concat()).collect::<Vec<_>>()
        };
        settings.iter().flat_map(with).collect()
    })
}

/// Settings of a grid, without listing them.
pub fn grid_size(knobs: &[Knob], steps: usize) -> usize {
    knobs.iter().fold(1, |n: usize, k| n.saturating_mul(k.steps(steps).len()))
}

/// Setting `index`, drawn evenly: a sequence that leaves no gaps (additive recurrence with the generalised golden ratio,
/// Roberts, 2018), begun at a place that the seed draws.
pub fn random(knobs: &[Knob], seed: u64, index: usize) -> Setting {
    let mut rng = generator(seed, usize::MAX);
    let ratio = golden(knobs.len());
    let place = |(k, knob): (usize, &Knob)| {
        let step = ratio.powi(-(k as i32) - 1);
        knob.at((rng.random::<f64>() + step * index as f64).fract())
    };
    knobs.iter().enumerate().map(place).collect()
}

/// The positive number whose power `n + 1` is itself and one.
fn golden(n: usize) -> f64 {
    (0..64).fold(1.5, |x: f64, _| (1.0 + x).powf(1.0 / (n as f64 + 1.0)))
}

/// Setting `index`, drawn where those that were tried were good.
///
/// # Errors
/// When the estimators refuse what they are told.
pub fn tpe(knobs: &[Knob], seed: u64, index: usize, tried: &[Tried<'_>]) -> Result<Setting> {
    if tried.len() < FIRST {
        return Ok(random(knobs, seed, index));
    }
    let mut rng = generator(seed, index);
    let ask = |knob: &Knob| -> Result<serde_json::Value> {
        let mut builder = tpe::TpeOptimizerBuilder::new();
        builder.gamma(GOOD);
        let (estimator, range) = match knob.cardinality() {
            Some(n) => (tpe::histogram_estimator(), tpe::categorical_range(n)?),
            None => (tpe::parzen_estimator(), tpe::range(0.0, 1.0)?),
        };
        let mut optimiser = builder.build(estimator, range)?;
        // the places of lists are numbers of their values there
        let scale = knob.cardinality().map_or(1.0, |n| n as f64);
        for t in tried {
            let value = t.setting.get(at(knobs, knob)).context("a setting lacks a value")?;
            optimiser
                .tell(knob.place(value) * scale, if t.cost.is_nan() { f64::INFINITY } else { t.cost })?;
        }
        let asked = optimiser.ask(&mut rng)?;
        let middle = if knob.cardinality().is_some() { 0.5 } else { 0.0 };
        Ok(knob.at((asked + middle) / scale))
    };
    knobs.iter().map(ask).collect()
}

fn at(knobs: &[Knob], knob: &Knob) -> usize {
    knobs.iter().position(|k| k.key == knob.key).unwrap_or(0)
}

/// A generator of its own for every setting.
fn generator(seed: u64, index: usize) -> StdRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&(index as u64).to_le_bytes());
    StdRng::from_seed(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::sweep::space;
    use crate::task;

    fn two() -> Vec<Knob> {
        let over = ["env.rewards.action_rate.weight=-1.0..1.0", "train.algorithm.epochs=2,3,5"];
        space::knobs(&over.map(String::from), &task::open("a1_flat", &[]).unwrap()).unwrap()
    }

    #[test]
    fn a_grid_has_every_combination_once() {
        let all = grid(&two(), 4);
        assert_eq!((all.len(), grid_size(&two(), 4)), (12, 12));
        assert_eq!(space::words(&two(), &all[4]), "action_rate.weight -0.3333, algorithm.epochs 3");
        assert!(all.iter().enumerate().all(|(i, s)| !all[..i].contains(s)));
    }

    #[test]
    fn draws_depend_on_seed_and_index_alone_and_fill_the_range() {
        let draws: Vec<Setting> = (0..200).map(|i| random(&two(), 3, i)).collect();
        assert_eq!(draws[7], random(&two(), 3, 7));
        assert_ne!(draws[7], random(&two(), 4, 7));
        let both = |s: &&Setting| s[0].as_f64().unwrap() < 0.0 && s[1] == 3;
        let [few, many] = [12, 200].map(|n| draws[..n].iter().filter(both).count());
        assert!((1..=3).contains(&few) && (31..=36).contains(&many), "{few} {many}");
        assert!((golden(1) - 1.618_033_988_75).abs() < 1e-9);
    }

    #[test]
    fn the_estimators_come_nearer_than_chance() {
        let cost = |s: &Setting| {
            (s[0].as_f64().unwrap() - 0.31).powi(2) + 0.1 * (s[1].as_f64().unwrap() - 3.0).abs()
        };
        let (knobs, mut tried): (_, Vec<Setting>) = (two(), vec![]);
        for index in 0..60 {
            // as a sweep does, with results of some still unknown
            let known = tried[..index.max(8) - 8].iter();
            let known: Vec<_> = known.map(|setting| Tried { setting, cost: cost(setting) }).collect();
            let next = tpe(&knobs, 1, index, &known).unwrap();
            assert_eq!(next, tpe(&knobs, 1, index, &known).unwrap());
            tried.push(next);
        }
        let mean = |all: &[Setting]| all.iter().map(cost).sum::<f64>() / all.len() as f64;
        assert!(
            mean(&tried[40..]) < 0.3 * mean(&tried[..18]),
            "{} {}",
            mean(&tried[40..]),
            mean(&tried[..18])
        );
    }
}
