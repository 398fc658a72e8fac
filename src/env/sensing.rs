//! What lies between the robot and what the policy is told: encoders' zeros, biases, and delay. Noise comes after.
use super::ring::Ring;
use crate::lane::{Lane, Wide};
use crate::mdp::{Drawn, Quantity};
use crate::task::{Plan, Wiring};

/// What a block remembers of it.
#[derive(Clone, Debug)]
pub(super) struct Sensing {
    /// Measurements of the last ticks: the numbers that are late, one after the other.
    pub ring: Option<Ring>,
    row: Vec<Wide>,
    /// The newest measurement was taken since the last step.
    taken: bool,
    zeros: bool,
    pub bias: bool,
}

impl Sensing {
    pub fn new(plan: &Plan, randomise: bool) -> Self {
        let (n, ticks) = (plan.wiring.num_delayed(), plan.wiring.sensor_ticks);
        let ring = (randomise && ticks > 0 && n > 0).then(|| Ring::new(n, ticks));
        Self { ring, row: vec![Wide::zero(); n], taken: false, zeros: false, bias: false }
    }

    /// Looks what the drawn numbers ask for.
    pub fn look(&mut self, drawn: &Drawn) {
        (self.zeros, self.bias) = (drawn.any(Quantity::ZeroOffset), drawn.any(Quantity::SensorBias));
    }

    /// Whether the policy is told what is true.
    #[inline]
    pub fn is_plain(&self) -> bool {
        self.ring.is_none() && !self.zeros && !self.bias
    }

    /// A tick goes by: the next measurement is a new one.
    pub fn stepped(&mut self) {
        self.taken = false;
    }

    /// Takes a measurement and turns it into what the policy is told.
    #[inline(never)]
    pub fn pass(&mut self, wiring: &Wiring, drawn: &Drawn, out: &mut [Wide]) {
        self.falsify(wiring, drawn, out);
        let Some(ring) = &mut self.ring else { return };
        gather(&wiring.delayed, out, &mut self.row);
        // who looks twice has not measured twice
        if std::mem::replace(&mut self.taken, true) {
            ring.replace(&self.row)
        } else {
            ring.push(&self.row)
        }
        ring.pick(drawn.of(Quantity::SensorDelay)[0], &mut self.row);
        scatter(&wiring.delayed, &self.row, out);
    }

    /// As [`Self::pass`], remembering nothing.
    #[inline(never)]
    pub fn peek(&self, wiring: &Wiring, drawn: &Drawn, out: &mut [Wide]) {
        self.falsify(wiring, drawn, out);
        let Some(ring) = &self.ring else { return };
        let (mut now, mut told) = (self.row.clone(), self.row.clone());
        gather(&wiring.delayed, out, &mut now);
        let age = drawn.of(Quantity::SensorDelay)[0];
        if self.taken {
            ring.pick(age, &mut told)
        } else {
            ring.pick_after(&now, age, &mut told)
        }
        scatter(&wiring.delayed, &told, out);
    }

    fn falsify(&self, wiring: &Wiring, drawn: &Drawn, out: &mut [Wide]) {
        if self.zeros {
            for (slice, scale) in &wiring.encoders {
                let scale = Wide::splat(*scale);
                for (o, zero) in out[slice.clone()].iter_mut().zip(drawn.of(Quantity::ZeroOffset)) {
                    *o = zero.neg_mul_add(scale, *o);
                }
            }
        }
        if self.bias {
            let mut biases = drawn.of(Quantity::SensorBias).iter();
            for (slice, _, scale) in &wiring.biased {
                let scale = Wide::splat(*scale);
                for (o, bias) in out[slice.clone()].iter_mut().zip(&mut biases) {
                    *o = bias.mul_add(scale, *o);
                }
            }
        }
    }

    /// Appends everything; see [`Self::restore`].
    pub fn snapshot(&self, out: &mut Vec<f32>) {
        if let Some(ring) = &self.ring {
            out.push(f32::from(self.taken));
            ring.snapshot(out);
        }
    }

    /// Takes over what `snapshot` wrote; returns how many numbers that was, `None` if there are too few.
    pub fn restore(&mut self, data: &[f32]) -> Option<usize> {
        let Some(ring) = &mut self.ring else { return Some(0) };
        let (taken, rest) = data.split_first()?;
        self.taken = *taken != 0.0;
        Some(1 + ring.restore(rest)?)
    }
}

fn gather(slices: &[std::ops::Range<usize>], from: &[Wide], to: &mut [Wide]) {
    let numbers = slices.iter().flat_map(|slice| &from[slice.clone()]);
    to.iter_mut().zip(numbers).for_each(|(to, from)| *to = *from);
}

fn scatter(slices: &[std::ops::Range<usize>], from: &[Wide], to: &mut [Wide]) {
    let mut from = from.iter();
    for slice in slices {
        to[slice.clone()].iter_mut().zip(&mut from).for_each(|(to, from)| *to = *from);
    }
}
