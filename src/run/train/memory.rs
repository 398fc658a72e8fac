//! Whether a run fits into the memory of the machine: estimated before anything is made, for a system that runs out of memory
//! ends programs without a word.
use super::TrainCfg;
use super::options::LearnerKind;
use crate::config::ConfigErrors;
use crate::env::{Mode, blocks};
use crate::lane::WIDTH;
use crate::run::free_memory::free_memory;
use crate::task::Plan;
use anyhow::Result;

/// Bytes of a number, and of one per lane.
const NUMBER: f64 = 4.0;
const WORD: f64 = NUMBER * WIDTH as f64;
/// What a block holds beside its network's scratch, in units of its snapshot: measured on the shipped tasks.
const BLOCK: f64 = 2.0;
/// Snapshots of every block: one for looking back when a number stops being finite, and three while a checkpoint is made
/// (numbers, their bytes, the file).
const SNAPSHOTS: f64 = 1.0 + 3.0;
/// Parts of the native learner that hold a gradient each; as many numbers again for the optimiser and padding.
const GRADIENTS: f64 = 16.0 + 8.0;
/// More than any processor can address, for machines that do not say what is free.
const ADDRESSES: f64 = (1u64 << 47) as f64;

/// Bytes that a run needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Need {
    /// However many environments there are.
    pub fixed: f64,
    /// For every environment.
    pub per_env: f64,
}

impl Need {
    /// Estimates a task's; makes one block of environments to see how large those are.
    pub fn of(plan: &Plan, cfg: &TrainCfg, learner: &LearnerKind) -> Self {
        let [seen, seen_by_critic, actions] = plan.sizes().map(|n| n as f64);
        let critic_inputs = if seen_by_critic > 0.0 { seen_by_critic } else { seen };
        let networks = [(&cfg.networks.actor, seen, actions), (&cfg.networks.critic, critic_inputs, 1.0)];
        let mut params = 0.0;
        let mut widest = seen.max(critic_inputs);
        for (hidden, inputs, outputs) in networks {
            let mut before = inputs;
            for width in hidden.iter().map(|w| *w as f64).chain([outputs]) {
                params += (before + 1.0) * width;
                widest = widest.max(width);
                before = width;
            }
        }
        let mirrored = if cfg.algorithm.mirror_loss > 0.0 { seen } else { 0.0 };
        // reward, ends, values, advantages and so on are single numbers
        let per_tick = seen + seen_by_critic + mirrored + 2.0 * actions + 9.0;
        // on the processor libtorch has a rollout of its own, and a minibatch in the making
        let rollouts = if *learner == LearnerKind::Torch("cpu".into()) { 3.0 } else { 1.0 };
        let rollout = cfg.horizon as f64 * per_tick * WORD * rollouts;
        let mut snapshot = vec![];
        blocks(plan, WIDTH, 1, &Mode::TRAIN).iter().for_each(|block| block.snapshot(&mut snapshot));
        let snapshot = snapshot.len() as f64 * NUMBER;
        // front and back of the widest layer, observations and actions
        let scratch = (2.0 * widest + 2.0 * seen + 2.0 * seen_by_critic + 2.0 * actions) * WORD;
        let per_block = rollout + (BLOCK + SNAPSHOTS) * snapshot + scratch;
        Self { fixed: GRADIENTS * params * NUMBER, per_env: per_block / WIDTH as f64 }
    }

    /// Bytes with so many environments.
    pub fn total(&self, envs: usize) -> f64 {
        self.fixed + self.per_env * envs as f64
    }

    /// Environments that fit into so many bytes: whole blocks.
    pub fn most(&self, bytes: f64) -> usize {
        let blocks = ((bytes - self.fixed) / self.per_env / WIDTH as f64).max(0.0);
        blocks as usize * WIDTH
    }
}

/// Refuses a run that needs more memory than is free; where that is not known, only what no machine has.
///
/// # Errors
/// With how much is needed, how much there is, and how many environments fit.
pub(super) fn check(plan: &Plan, cfg: &TrainCfg, learner: &LearnerKind) -> Result<()> {
    let need = Need::of(plan, cfg, learner);
    match refusal(&need, plan.env.num_envs, free_memory()) {
        None => Ok(()),
        Some(text) => Err(ConfigErrors(vec![plan.doc.error("env.num_envs", text)]).into()),
    }
}

/// Why so many environments do not fit, if they do not.
pub(super) fn refusal(need: &Need, envs: usize, free: Option<f64>) -> Option<String> {
    let total = need.total(envs);
    if total <= free.unwrap_or(ADDRESSES) {
        return None;
    }
    let wanted = format!("{} environments need about {}", grouped(envs), bytes(total));
    let Some(free) = free else { return Some(format!("{wanted} of memory: more than any machine has")) };
    let most = need.most(free);
    let advice = match most {
        0 => "not even one block of 16 fits: make train.horizon or the networks smaller".to_owned(),
        most => format!("at most about {} fit", grouped(rounded(most))),
    };
    Some(format!("{wanted} of memory; {} are free; {advice}", bytes(free)))
}

/// Two digits that count, rounded down, in whole blocks.
fn rounded(envs: usize) -> usize {
    let power = 10usize.pow(envs.max(1).ilog10().saturating_sub(1));
    (envs / power * power).max(WIDTH) / WIDTH * WIDTH
}

/// `8,388,608`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `210 GiB`.
fn bytes(amount: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let power = (amount.max(1.0).log2() / 10.0).floor().min(units.len() as f64 - 1.0);
    let scaled = amount / 1024f64.powf(power);
    let digits = usize::from(scaled < 9.95 && power > 0.0);
    format!("{scaled:.digits$} {}", units[power as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::train::setup::settings;
    use crate::task;

    fn need(task: &str, over: &[(&str, &str)]) -> Need {
        let over: Vec<_> = over.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let doc = task::open(task, &over).unwrap();
        let (cfg, _) = settings(&doc).unwrap();
        Need::of(&task::compile(doc).unwrap(), &cfg, &LearnerKind::Native)
    }

    #[test]
    fn the_estimate_is_near_what_runs_were_seen_to_take() {
        // resident memory of `train` over three iterations, MiB: so many environments over 16
        for (task, envs, measured) in [
            ("a1_flat", 1024, 19.4),
            ("a1_flat", 8192, 154.8),
            ("a1_rough", 8192, 468.3),
            ("g1_29_flat", 8192, 313.4),
        ] {
            let need = need(task, &[]);
            let estimate = (need.total(envs) - need.total(16)) / f64::from(1 << 20);
            println!(
                "{task}: {estimate:.1} MiB, measured {measured} MiB; fixed {:.1} MiB",
                need.fixed / f64::from(1 << 20)
            );
            assert!((0.85..1.25).contains(&(estimate / measured)), "{task}: {estimate} of {measured}");
        }
    }

    #[test]
    fn it_grows_with_what_makes_it_larger() {
        let plain = need("a1_flat", &[]);
        let longer = need("a1_flat", &[("train.horizon", "32")]);
        // 16 ticks more of 48 observations, 12 actions, their means, and nine numbers
        assert_eq!(longer.per_env - plain.per_env, 16.0 * (48.0 + 24.0 + 9.0) * 4.0);
        let wide = need("a1_flat", &[("train.networks.actor", "[512, 256]")]);
        assert!(wide.fixed > 5.0 * plain.fixed && wide.per_env > plain.per_env);
        assert_eq!(plain.total(2000) - plain.total(1000), 1000.0 * plain.per_env);
        assert_eq!(plain.most(plain.total(4096)), 4096);
        assert_eq!(plain.most(0.0), 0);
    }

    #[test]
    fn too_many_are_refused_with_numbers_and_what_is_not_known_is_not_checked() {
        let gib = f64::from(1 << 30);
        let need = Need { fixed: 0.0, per_env: 26_880.0 };
        assert_eq!(refusal(&need, 512, Some(gib)), None);
        assert_eq!(
            refusal(&need, 8_388_608, Some(20.0 * gib)).unwrap(),
            "8,388,608 environments need about 210 GiB of memory; 20 GiB are free; at most about 790,000 fit"
        );
        assert_eq!(refusal(&need, 8_388_608, None), None);
        let text = refusal(&need, usize::MAX, None).unwrap();
        assert!(text.contains("18,446,744,073,709,551,615 environments need about 430080 EiB"), "{text}");
        let text = refusal(&Need { fixed: gib, per_env: 1.0 }, 16, Some(0.5 * gib)).unwrap();
        assert!(text.contains("1.0 GiB of memory; 512 MiB are free; not even one block"), "{text}");
    }

    #[test]
    fn an_absurd_number_is_an_answer_and_no_crash() {
        for n in ["18446744073709551600", "1000000000000000"] {
            let doc = task::open("a1_flat", &[("env.num_envs".into(), n.into())]).unwrap();
            let (cfg, _) = settings(&doc).unwrap();
            let plan = task::compile(doc).unwrap();
            let text = format!("{:#}", check(&plan, &cfg, &LearnerKind::Native).unwrap_err());
            assert!(text.contains("env.num_envs") && text.contains("environments need about"), "{text}");
        }
    }
}
