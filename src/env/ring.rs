//! Rows of numbers of the last ticks, per lane: the memory of delays.
use crate::lane::{Lane, WIDTH, Wide};

/// See the module. A lane whose episode has just begun remembers its first row as if it had always been so.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    width: usize,
    slots: usize,
    newest: usize,
    rows: Vec<Wide>,
    fresh: [bool; WIDTH],
}

impl Ring {
    /// Of rows of `width` numbers, the newest and `longest` before it.
    pub fn new(width: usize, longest: usize) -> Self {
        let slots = longest + 1;
        Self { width, slots, newest: 0, rows: vec![Wide::zero(); width * slots], fresh: [true; WIDTH] }
    }
    /// The oldest age that is remembered.
    pub fn longest(&self) -> usize {
        self.slots - 1
    }
    /// Takes a new row in.
    pub fn push(&mut self, row: &[Wide]) {
        self.newest = (self.newest + 1) % self.slots;
        self.write(row);
    }
    /// Replaces the newest row.
    pub fn replace(&mut self, row: &[Wide]) {
        self.write(row);
    }
    fn write(&mut self, row: &[Wide]) {
        self.rows[self.newest * self.width..][..self.width].copy_from_slice(row);
        if self.fresh.contains(&true) {
            for lane in (0..WIDTH).filter(|l| self.fresh[*l]) {
                for old in self.rows.chunks_exact_mut(self.width.max(1)) {
                    old.iter_mut().zip(row).for_each(|(o, r)| o.lanes_mut()[lane] = r.lanes()[lane]);
                }
            }
            self.fresh = [false; WIDTH];
        }
    }
    fn row(&self, age: usize) -> &[Wide] {
        let slot = (self.newest + self.slots - age.min(self.slots - 1)) % self.slots;
        &self.rows[slot * self.width..][..self.width]
    }
    /// Every lane's row of its own age, in ticks.
    pub fn pick(&self, ages: Wide, out: &mut [Wide]) {
        out.copy_from_slice(self.row(0));
        self.older(ages, 1, out);
    }
    /// As [`Self::pick`], if `now` were pushed first.
    pub fn pick_after(&self, now: &[Wide], ages: Wide, out: &mut [Wide]) {
        out.copy_from_slice(now);
        self.older(ages, 0, out);
        for lane in (0..WIDTH).filter(|l| self.fresh[*l]) {
            out.iter_mut().zip(now).for_each(|(o, n)| o.lanes_mut()[lane] = n.lanes()[lane]);
        }
    }
    /// Replaces what is older than the newest; the newest in memory has age `1 - first`.
    fn older(&self, ages: Wide, first: usize, out: &mut [Wide]) {
        for age in 1..self.slots {
            let old = Wide::splat(age as f32 - 0.5).lt(ages);
            if !Wide::any(old) {
                return;
            }
            let row = self.row(if first == 1 { age } else { age - 1 });
            out.iter_mut().zip(row).for_each(|(o, r)| *o = Wide::select(old, *r, *o));
        }
    }
    /// A lane's episode begins.
    pub fn clear(&mut self, lane: usize) {
        self.fresh[lane] = true;
    }
    /// Appends everything; see [`Self::restore`].
    pub fn snapshot(&self, out: &mut Vec<f32>) {
        out.push(self.newest as f32);
        out.extend(self.fresh.map(f32::from));
        self.rows.iter().for_each(|v| out.extend_from_slice(v.lanes()));
    }
    /// Takes over what `snapshot` wrote; returns how many numbers that was, `None` if there are too few.
    pub fn restore(&mut self, data: &[f32]) -> Option<usize> {
        let size = 1 + WIDTH + self.rows.len() * WIDTH;
        let (head, rows) = data.get(..size)?.split_at(1 + WIDTH);
        self.newest = head[0] as usize % self.slots;
        self.fresh = std::array::from_fn(|lane| head[1 + lane] != 0.0);
        for (v, from) in self.rows.iter_mut().zip(rows.chunks_exact(WIDTH)) {
            v.lanes_mut().copy_from_slice(from);
        }
        Some(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lane_gets_the_row_of_its_own_age_and_a_fresh_lane_its_first() {
        let mut ring = Ring::new(1, 3);
        let ages = Wide::from_fn(|lane| (lane % 4) as f32);
        let mut out = [Wide::zero()];
        for t in 0..10 {
            if t == 8 {
                ring.clear(3);
            }
            let now = [Wide::splat(t as f32)];
            ring.pick_after(&now, ages, &mut out);
            let peeked = out;
            ring.push(&now);
            ring.pick(ages, &mut out);
            assert_eq!(out[0].lanes(), peeked[0].lanes(), "tick {t}");
            for lane in 0..WIDTH {
                let begun = if lane == 3 && t >= 8 { 8 } else { 0 };
                let expected = (t - (lane % 4) as i32).max(begun) as f32;
                assert_eq!(out[0].lanes()[lane], expected, "tick {t} lane {lane}");
            }
        }
        ring.replace(&[Wide::splat(99.0)]);
        ring.pick(ages, &mut out);
        assert_eq!((out[0].lanes()[0], out[0].lanes()[1]), (99.0, 8.0));
        let (mut data, mut other) = (vec![], Ring::new(1, 3));
        ring.snapshot(&mut data);
        assert_eq!(other.restore(&data), Some(data.len()));
        let mut again = [Wide::zero()];
        other.pick(ages, &mut again);
        assert_eq!(again[0].lanes(), out[0].lanes());
        assert_eq!(other.restore(&data[1..]), None);
    }
}
