//! Policies of the past, in memory: what is shown while a person drags on a curve.
use crate::nn::ActorCritic;
use std::sync::Arc;

/// Iterations between policies at first.
const EVERY: u64 = 10;
/// Bytes that all of them take at most.
const MOST_BYTES: usize = 48_000_000;

/// Policies by iteration, ascending.
#[derive(Default)]
pub(super) struct Policies(Vec<(u64, Arc<ActorCritic>)>);

impl Policies {
    /// Keeps a policy if it is due.
    pub fn note(&mut self, iteration: u64, policy: &ActorCritic) {
        if iteration.is_multiple_of(EVERY) || self.0.is_empty() {
            self.insert(iteration, Arc::new(policy.clone()));
        }
    }

    fn insert(&mut self, iteration: u64, policy: Arc<ActorCritic>) {
        let most = (MOST_BYTES / (4 * policy.num_params()).max(1)).max(16);
        let at = self.0.partition_point(|(i, _)| *i < iteration);
        match self.0.get_mut(at) {
            Some((i, p)) if *i == iteration => *p = policy,
            _ => self.0.insert(at, (iteration, policy)),
        }
        if self.0.len() > most {
            // every second one of the older half
            let half = self.0.len() / 2;
            let mut n = 0;
            self.0.retain(|_| {
                n += 1;
                n > half || n % 2 == 1
            });
        }
    }

    /// The nearest one at or before an iteration.
    pub fn at(&self, iteration: u64) -> Option<Arc<ActorCritic>> {
        let after = self.0.partition_point(|(i, _)| *i <= iteration);
        self.0.get(after.checked_sub(1)?).map(|(_, p)| p.clone())
    }

    /// Forgets what came after an iteration.
    pub fn truncate(&mut self, iteration: u64) {
        self.0.retain(|(i, _)| *i <= iteration);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::NetworkCfg;

    #[test]
    fn the_nearest_earlier_policy_is_found_and_memory_is_bounded() {
        let cfg = NetworkCfg {
            actor: vec![256, 256],
            critic: vec![256, 256],
            init_std: 1.0,
            ..NetworkCfg::default()
        };
        let mut policy = ActorCritic::new(&cfg, 48, 12, 1);
        let mut all = Policies::default();
        assert!(all.at(5).is_none());
        let most = MOST_BYTES / (4 * policy.num_params());
        let last = 3 * most as u64 * EVERY;
        for i in 0..=last {
            policy.params[0] = i as f32;
            all.note(i, &policy);
        }
        assert!(all.0.len() <= most && all.0.len() >= most / 2);
        assert_eq!(all.at(last + 1).unwrap().params[0], last as f32);
        assert_eq!(all.at(last - 1).unwrap().params[0], (last - EVERY) as f32);
        assert_eq!(all.at(0).unwrap().params[0], 0.0);
        all.truncate(last - 1);
        assert_eq!(all.at(last).unwrap().params[0], (last - EVERY) as f32);
    }
}
