//! A rollout on its way to a device.
use super::super::Rollout;
use crate::crew;
use crate::lane::{Lane, WIDTH, Wide};
use std::collections::HashMap;
use tch::{Device, Kind, Tensor};

/// Numbers in lanes that a thread copies at a time.
const PIECE: usize = 1 << 12;

/// A rollout on the device: `[tile, sample in tile, number]`.
pub(super) struct Data {
    obs: Tensor,
    /// The same tensor as `obs` where the critic sees the same.
    critic_obs: Tensor,
    /// Mirror images of `obs`, where they are learned from; otherwise the same tensor.
    mirror_obs: Tensor,
    /// Actions, means, and the numbers of which there is one: they are chosen together.
    rest: Tensor,
    num_actions: i64,
}

/// Chosen samples `[sample, number]`, or without the last for single numbers.
pub(super) struct Samples {
    pub obs: Tensor,
    pub critic_obs: Tensor,
    pub mirror_obs: Tensor,
    pub actions: Tensor,
    pub means: Tensor,
    pub log_prob: Tensor,
    pub value: Tensor,
    pub advantage: Tensor,
    pub returns: Tensor,
    pub weight: Tensor,
    /// 1 where the tick ended an episode.
    pub done: Tensor,
    /// The tiles they are of.
    pub tiles: Tensor,
}

impl Data {
    /// Copies a rollout to a device. Fails by panics of tch.
    pub fn new(rollout: &Rollout, device: Device, ways: &mut Ways) -> Self {
        let tiles = rollout.tiles();
        let mut features = |key: &'static str, values: &[Wide], count: usize| {
            let way = ways.of(key, [tiles, count], device);
            way.fill(values);
            way.send(device).transpose(1, 2).contiguous()
        };
        let obs = features("obs", &rollout.obs, rollout.num_obs);
        let critic_obs = match rollout.num_critic_obs {
            0 => obs.shallow_clone(),
            count => features("critic_obs", &rollout.critic_obs, count),
        };
        let mirror_obs = match rollout.mirror_obs.is_empty() {
            true => obs.shallow_clone(),
            false => features("mirror_obs", &rollout.mirror_obs, rollout.num_obs),
        };
        let rest = [
            features("actions", &rollout.actions, rollout.num_actions),
            features("means", &rollout.means, rollout.num_actions),
            features("log_prob", &rollout.log_prob, 1),
            features("value", &rollout.value, 1),
            features("advantage", &rollout.advantage, 1),
            features("returns", &rollout.returns, 1),
            features("weight", &rollout.sample_weight, 1),
            features("done", &ended(rollout), 1),
        ];
        let num_actions = rollout.num_actions as i64;
        Self { obs, critic_obs, mirror_obs, rest: Tensor::cat(&rest, 2), num_actions }
    }

    /// The samples of some tiles, tiles and lanes merged.
    pub fn select(&self, tiles: &Tensor) -> Samples {
        let pick = |t: &Tensor| t.index_select(0, tiles).flatten(0, 1);
        let obs = pick(&self.obs);
        // what is the same tensor stays the same
        let is_obs = |t: &Tensor| t.data_ptr() == self.obs.data_ptr();
        let or_obs = |t: &Tensor| if is_obs(t) { obs.shallow_clone() } else { pick(t) };
        let rest = pick(&self.rest);
        let numbers = |start: i64, count: i64| rest.narrow(1, start, count);
        let first = 2 * self.num_actions;
        let number = |i: i64| rest.select(1, first + i);
        Samples {
            critic_obs: or_obs(&self.critic_obs),
            mirror_obs: or_obs(&self.mirror_obs),
            actions: numbers(0, self.num_actions),
            means: numbers(self.num_actions, self.num_actions),
            log_prob: number(0),
            value: number(1),
            advantage: number(2),
            returns: number(3),
            weight: number(4),
            done: number(5),
            tiles: tiles.shallow_clone(),
            obs,
        }
    }

    /// The same tensors once more.
    pub fn share(&self) -> Self {
        Self {
            obs: self.obs.shallow_clone(),
            critic_obs: self.critic_obs.shallow_clone(),
            mirror_obs: self.mirror_obs.shallow_clone(),
            rest: self.rest.shallow_clone(),
            num_actions: self.num_actions,
        }
    }
}

/// 1 where a tick ended an episode, `[tile]`.
fn ended(rollout: &Rollout) -> Vec<Wide> {
    rollout.terminated.iter().zip(&rollout.timed_out).map(|(a, b)| a.max(*b)).collect()
}

/// Memory from which a device reads by itself (page-locked), and that is kept: locking costs more than copying.
#[derive(Default)]
pub(super) struct Ways(HashMap<&'static str, Way>);

impl Ways {
    /// The memory with this name, for tiles of so many numbers.
    pub fn of(&mut self, key: &'static str, size: [usize; 2], device: Device) -> &mut Way {
        let way = self.0.remove(key).filter(|way| way.size == size).unwrap_or_else(|| Way::new(size, device));
        self.0.entry(key).or_insert(way)
    }
}

/// A tensor `[tile, number, sample in tile]` on this side, and page-locked where there is another.
pub(super) struct Way {
    tensor: Tensor,
    size: [usize; 2],
}

impl Way {
    pub fn new(size: [usize; 2], device: Device) -> Self {
        let shape = [size[0] as i64, size[1] as i64, WIDTH as i64];
        let plain = Tensor::zeros(shape, (Kind::Float, Device::Cpu));
        Self { tensor: if device == Device::Cpu { plain } else { plain.pin_memory(device) }, size }
    }
    /// Tiles, and numbers of each.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }
    /// All numbers, tile by tile.
    pub fn values(&mut self) -> &mut [Wide] {
        let start: *mut Wide = self.tensor.data_ptr().cast();
        assert!(start.is_aligned(), "libtorch aligns memory to cache lines");
        // SAFETY: contiguous and as long, and this is the only handle: `send` copies.
        unsafe { std::slice::from_raw_parts_mut(start, self.size[0] * self.size[1]) }
    }
    /// Copies numbers into it.
    pub fn fill(&mut self, values: &[Wide]) {
        crew::each_chunk_mut(self.values(), PIECE, |i, out| {
            out.copy_from_slice(&values[i * PIECE..][..out.len()])
        });
    }
    /// A copy on a device. The copy may be on its way: do not write before something waited for the device.
    pub fn send(&self, device: Device) -> Tensor {
        self.tensor.to_device_(device, Kind::Float, true, true)
    }
    /// Waits for a tensor of a device, and takes it.
    pub fn receive(&mut self, from: &Tensor) {
        self.tensor.copy_(from);
    }
}
