//! Left-right symmetry as more data: every second sample is learned from as its mirror image (Abdolhosseini et al. 2019,
//! "On learning symmetric locomotion"). What goes for a step of the left leg then goes for the right one.
use super::Rollout;
use crate::crew;
use crate::lane::Wide;
use crate::nn::{Activations, ActorCritic};
use crate::robot::Mirrored;
use crate::task::Mirror;

/// Tiles that go through the network together.
const TOGETHER: usize = 4;

/// Replaces every second tile of a rollout by its mirror image; which half changes with `iteration`. The means become
/// those of `policy` for the mirror image, so that the divergence says how far learning has gone and not how uneven the
/// policy is; the probability of the action stays that with which it was drawn.
pub fn reflect(rollout: &mut Rollout, mirror: &Mirror, policy: &ActorCritic, iteration: u64) {
    let (no, nc, na) = (rollout.num_obs, rollout.num_critic_obs, rollout.num_actions);
    let horizon = rollout.horizon;
    crew::each_mut(&mut rollout.parts(1), |block, part| {
        let mut memory = Vec::with_capacity(no.max(na).max(nc));
        let (mut obs, mut work) = (Vec::with_capacity(horizon * no), Activations::new(policy, TOGETHER));
        let turned = || (0..horizon).filter(|t| (block * horizon + t) % 2 == iteration as usize % 2);
        for tile in turned() {
            turn(&mut part.obs[tile * no..][..no], &mirror.obs, &mut memory);
            turn(&mut part.critic_obs[tile * nc..][..nc], &mirror.critic_obs, &mut memory);
            turn(&mut part.actions[tile * na..][..na], &mirror.actions, &mut memory);
            obs.extend_from_slice(&part.obs[tile * no..][..no]);
        }
        let tiles: Vec<usize> = turned().collect();
        for (obs, tiles) in obs.chunks(TOGETHER * no).zip(tiles.chunks(TOGETHER)) {
            let means = policy.act(obs, tiles.len(), &mut work);
            for (mean, tile) in means.chunks_exact(na).zip(tiles) {
                part.means[tile * na..][..na].copy_from_slice(mean);
            }
        }
    });
}

fn turn(values: &mut [Wide], mirror: &[Mirrored], memory: &mut Vec<Wide>) {
    memory.clear();
    memory.extend_from_slice(values);
    super::prepare::turn(memory, mirror, values);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::Lane;
    use crate::nn::NetworkCfg;

    fn plan() -> crate::task::Plan {
        crate::task::compile(crate::task::open("g1_29_flat", &[]).unwrap()).unwrap()
    }

    #[test]
    fn a_mirror_image_of_a_mirror_image_is_the_original_and_half_stay_as_they_are() {
        let mirror = plan().mirror.unwrap();
        let mut rollout = Rollout::new(1, 4, mirror.obs.len(), mirror.actions.len());
        rollout.obs.iter_mut().enumerate().for_each(|(i, v)| *v = Wide::splat(i as f32));
        rollout.actions.iter_mut().enumerate().for_each(|(i, v)| *v = Wide::splat(i as f32));
        let policy = ActorCritic::new(&NetworkCfg::default(), mirror.obs.len(), mirror.actions.len(), 1);
        let before = rollout.clone();
        reflect(&mut rollout, &mirror, &policy, 1);
        let n = mirror.obs.len();
        assert_eq!(lanes(&rollout.obs[..n]), lanes(&before.obs[..n]));
        assert_ne!(lanes(&rollout.obs[n..2 * n]), lanes(&before.obs[n..2 * n]));
        reflect(&mut rollout, &mirror, &policy, 1);
        assert_eq!(lanes(&rollout.obs), lanes(&before.obs));
        assert_eq!(lanes(&rollout.actions), lanes(&before.actions));
    }

    #[test]
    fn the_mirrored_robot_goes_to_the_other_side_with_the_other_leg() {
        let plan = plan();
        let mirror = plan.mirror.clone().unwrap();
        let slice = |key: &str| plan.observations.iter().find(|o| o.key == key).unwrap().slice.clone();
        let of = |index: usize| mirror.obs[index];
        assert_eq!(of(slice("command_lin_vel").start + 1), (slice("command_lin_vel").start + 1, -1.0));
        let joints = slice("joint_pos").start;
        let at = |name: &str| plan.robot.joint_index(name).unwrap();
        assert_eq!(of(joints + at("left_knee")), (joints + at("right_knee"), 1.0));
        assert_eq!(mirror.actions[at("left_hip_roll")], (at("right_hip_roll"), -1.0));
    }

    fn lanes(values: &[Wide]) -> Vec<f32> {
        values.iter().map(|v| v.lanes()[3]).collect()
    }
}
