//! Which environments of a run are shown.
use crate::lab::command::ShowOrder;
use crate::lane::WIDTH;
use crate::run::session::Moment;

/// All environments of a run, those to be shown first.
pub(super) struct Cast {
    order: ShowOrder,
    total: usize,
    seed: u64,
    ranking: Vec<usize>,
    scores: Vec<f32>,
    levels: Vec<u32>,
}

impl Cast {
    /// Of a run with `total` environments.
    pub fn new(order: ShowOrder, total: usize, seed: u64) -> Self {
        let mut cast = Self { order, total, seed, ranking: vec![], scores: vec![], levels: vec![] };
        cast.rank();
        cast
    }

    /// Another order.
    pub fn ask(&mut self, order: ShowOrder) {
        // asking for random ones again draws others
        self.seed += u64::from(order == ShowOrder::Random && self.order == order);
        self.order = order;
        self.rank();
    }

    /// Takes what a run says of its environments.
    pub fn update(&mut self, moment: Option<&Moment>) {
        if let Some(m) = moment {
            self.scores.clone_from(&m.scores);
            self.levels.clone_from(&m.levels);
            self.rank();
        }
    }

    fn rank(&mut self) {
        let score = |e: &usize| self.scores.get(*e).copied().filter(|s| s.is_finite());
        self.ranking.clear();
        // robots of one block may stand on one kind of ground: equals come block by block
        let blocks = self.total.div_ceil(WIDTH);
        let turn = (0..WIDTH).flat_map(|lane| (0..blocks).map(move |block| block * WIDTH + lane));
        self.ranking.extend(turn.filter(|env| *env < self.total));
        match self.order {
            // environments that have not finished an episode come last; the sort keeps their order
            ShowOrder::Best => self.ranking.sort_by(|a, b| {
                let key = |e| score(e).unwrap_or(f32::NEG_INFINITY);
                key(b).total_cmp(&key(a))
            }),
            ShowOrder::Worst => self.ranking.sort_by(|a, b| {
                let key = |e| score(e).unwrap_or(f32::INFINITY);
                key(a).total_cmp(&key(b))
            }),
            ShowOrder::Random => self.ranking.sort_by_key(|e| mix(self.seed, *e as u64)),
            ShowOrder::Level => {
                self.ranking.sort_by_key(|e| std::cmp::Reverse(self.levels.get(*e).copied().unwrap_or(0)));
            }
        }
    }

    /// The first environment that is not shown yet.
    pub fn next(&self, shown: &[usize]) -> Option<usize> {
        self.ranking.iter().copied().find(|e| !shown.contains(e))
    }

    /// What takes the place of an environment whose episode ended, if it is no longer among the first.
    pub fn replacement(&self, env: usize, shown: &[usize]) -> Option<usize> {
        if self.order == ShowOrder::Random {
            return None;
        }
        let first = &self.ranking[..shown.len().min(self.ranking.len())];
        if first.contains(&env) { None } else { first.iter().copied().find(|e| !shown.contains(e)) }
    }
}

/// A hash (splitmix64's finaliser) to sort by.
fn mix(seed: u64, env: u64) -> u64 {
    let mut z = (seed ^ env.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cast(order: ShowOrder, scores: &[f32]) -> Cast {
        let mut cast = Cast::new(order, scores.len(), 1);
        cast.scores = scores.to_vec();
        cast.rank();
        cast
    }

    #[test]
    fn best_and_worst_come_first_and_those_without_a_score_last() {
        let scores = [1.0, f32::NAN, 5.0, -2.0];
        assert_eq!(cast(ShowOrder::Best, &scores).ranking, [2, 0, 3, 1]);
        assert_eq!(cast(ShowOrder::Worst, &scores).ranking, [3, 0, 2, 1]);
    }

    #[test]
    fn random_ones_are_different_each_time_they_are_asked_for() {
        let mut c = cast(ShowOrder::Random, &[0.0; 64]);
        let first = c.ranking.clone();
        let mut sorted = first.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..64).collect::<Vec<_>>());
        assert_ne!(first, sorted);
        c.ask(ShowOrder::Random);
        assert_ne!(c.ranking, first);
    }

    #[test]
    fn who_is_no_longer_among_the_best_is_replaced_and_the_others_stay() {
        let c = cast(ShowOrder::Best, &[1.0, 4.0, 3.0, 2.0]);
        assert_eq!(c.replacement(0, &[0, 1]), Some(2));
        assert_eq!(c.replacement(1, &[0, 1]), None);
        assert_eq!(c.next(&[1]), Some(2));
    }
}
