//! Numbers that stopped being finite: who noticed, where and when. The environment ends; the numbers do not reach the learner.
use crate::lane::{Lane, WIDTH, Wide};
use crate::task::Plan;

/// So many are remembered until somebody asks: the first ones tell the story.
const MOST: usize = 8;

/// What was not finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The robot's state.
    State,
    /// A reward: its number in the plan.
    Reward(usize),
    /// An observation: its number in the plan.
    Observation(usize),
}

/// The first time that something was not finite in a block's tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trouble {
    /// What.
    pub source: Source,
    /// Lane of the block.
    pub lane: usize,
    /// Number of the environment.
    pub env: u64,
    /// Ticks since the start of the episode.
    pub ticks: u32,
    /// The number, weighted where it is a reward's: not finite. 0 of a state.
    pub value: f32,
}

impl Trouble {
    /// In words, without where to look further.
    pub fn text(&self, plan: &Plan) -> String {
        let what = match self.source {
            Source::State => "the robot's state stopped being finite".to_owned(),
            Source::Reward(i) => {
                let key = plan.rewards.get(i).map_or("?", |r| &r.key);
                format!("reward term `{key}` became {}", self.value)
            }
            Source::Observation(i) => {
                let key = plan.observations.get(i).map_or("?", |o| &o.key);
                format!("observation term `{key}` became {}", self.value)
            }
        };
        format!("{what} in environment {}, {} ticks after the start of its episode", self.env, self.ticks)
    }
}

/// What a block remembers of troubles.
#[derive(Clone, Debug, Default)]
pub struct Troubles {
    seen: Vec<Trouble>,
    /// One where an observation of this tick was not finite: the environment ends with it.
    pub(super) sick: Wide,
}

impl Troubles {
    /// Hands out what was seen.
    pub fn take(&mut self) -> Vec<Trouble> {
        std::mem::take(&mut self.seen)
    }

    /// Remembers the lanes in which `bad` says so.
    #[cold]
    pub(super) fn note(
        &mut self,
        source: Source,
        (envs, ticks): (&[usize; WIDTH], Wide),
        bad: impl Fn(usize) -> Option<f32>,
    ) {
        for lane in 0..WIDTH {
            if let Some(value) = bad(lane).filter(|_| self.seen.len() < MOST) {
                let (env, ticks) = (envs[lane] as u64, ticks.lanes()[lane] as u32);
                self.seen.push(Trouble { source, lane, env, ticks, value });
            }
        }
    }

    /// Remembers where a value is not finite and makes it zero there; returns one in these lanes.
    #[cold]
    pub(super) fn mend(&mut self, source: Source, at: (&[usize; WIDTH], Wide), value: &mut Wide) -> Wide {
        let found = *value;
        let odd = |lane: usize| Some(found.lanes()[lane]).filter(|x| !x.is_finite());
        self.note(source, at, odd);
        *value = Wide::from_fn(|lane| if odd(lane).is_some() { 0.0 } else { found.lanes()[lane] });
        Wide::from_fn(|lane| f32::from(odd(lane).is_some()))
    }

    /// Makes every number of an observation finite, and remembers what was not.
    #[cold]
    pub(super) fn mend_observation(&mut self, plan: &Plan, at: (&[usize; WIDTH], Wide), out: &mut [Wide]) {
        for (i, term) in plan.observations.iter().enumerate() {
            for number in &mut out[term.slice.clone()] {
                if !number.sum().is_finite() {
                    let bad = self.mend(Source::Observation(i), at, number);
                    self.sick = self.sick.max(bad);
                }
            }
        }
    }
}
