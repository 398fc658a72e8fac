//! Networks on a device, for rollouts.
use super::data::Way;
use super::objective::Parameters;
use crate::lane::{WIDTH, Wide};
use crate::learn::Rollout;
use crate::learn::collect::Forward;
use crate::learn::lost::{DeviceLost, caught};
use crate::nn::ActorCritic;
use crate::nn::torch::forward;
use tch::{Device, Tensor, no_grad};

/// Actor and critic as they are during one rollout, and the ways to them and back.
pub(super) struct Networks {
    shapes: [crate::nn::Mlp; 2],
    parameters: Parameters,
    device: Device,
    obs: Way,
    critic_obs: Option<Way>,
    said: Way,
}

// SAFETY: tensors may move between threads; they are not shared.
unsafe impl Send for Networks {}

impl Networks {
    /// Whether a policy is one of plain networks: what it sees is what it is told, and it remembers nothing.
    pub fn can(policy: &ActorCritic) -> bool {
        let normal = &policy.normal;
        policy.memory.is_none()
            && normal.obs.is_none()
            && normal.critic_obs.is_none()
            && normal.returns.is_none()
    }

    /// The networks of a policy for the blocks of a rollout; `old` are those of the last one.
    pub fn new(policy: &ActorCritic, rollout: &Rollout, device: Device, old: Option<Self>) -> Self {
        let [obs, critic_obs, said] =
            [rollout.num_obs, rollout.num_critic_obs, rollout.num_actions + 1].map(|n| [rollout.blocks, n]);
        let (of_obs, of_critic, of_said) = match old {
            Some(o) => (Some(o.obs), o.critic_obs, Some(o.said)),
            None => (None, None, None),
        };
        let way = |size: [usize; 2], old: Option<Way>| {
            old.filter(|way| way.size() == size).unwrap_or_else(|| Way::new(size, device))
        };
        let flat = Tensor::from_slice(&policy.params).to_device(device);
        Self {
            shapes: [policy.actor.clone(), policy.critic.clone()],
            parameters: Parameters::of(policy, &flat),
            device,
            obs: way(obs, of_obs),
            critic_obs: (rollout.num_critic_obs > 0).then(|| way(critic_obs, of_critic)),
            said: way(said, of_said),
        }
    }
}

/// `[tile, number, lane]` to `[sample, number]`.
fn samples(tiles: &Tensor) -> Tensor {
    tiles.transpose(1, 2).flatten(0, 1)
}

impl Forward for Networks {
    fn memory(&mut self) -> (&mut [Wide], &mut [Wide], &[Wide]) {
        let critic_obs = self.critic_obs.as_mut().map_or(&mut [][..], Way::values);
        (self.obs.values(), critic_obs, self.said.values())
    }

    fn forward(&mut self) -> Result<(), DeviceLost> {
        caught(|| {
            no_grad(|| {
                let obs = samples(&self.obs.send(self.device));
                let means = forward(&self.shapes[0], &self.parameters.actor, &obs);
                let seen = self.critic_obs.as_ref().map_or(obs, |way| samples(&way.send(self.device)));
                let values = forward(&self.shapes[1], &self.parameters.critic, &seen);
                let said = Tensor::cat(&[means, values], 1);
                let lanes = said.view([-1, WIDTH as i64, said.size()[1]]).transpose(1, 2);
                self.said.receive(&lanes.contiguous());
            });
        })
    }
}
