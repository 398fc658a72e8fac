//! How well commands are followed, cell by cell of the grid that they are drawn from. Costs nothing for tasks without
//! such a grid.
use crate::lane::{Lane, WIDTH, Wide};
use crate::mdp::{CommandCells, TickView};
use crate::task::Plan;

/// No cell: standing, turning on the spot, or a person's command.
const NONE: u32 = u32::MAX;

/// Sums over the running commands of a block's lanes, and over those that ended.
#[derive(Clone, Debug)]
pub struct Follow {
    sums: [Wide; 2],
    ticks: Wide,
    cell: [u32; WIDTH],
    /// Per cell: commands that ended, and the sums of their mean kernels of velocity and of yaw rate.
    pub found: Vec<[f64; 3]>,
}

impl Follow {
    /// Nothing has been followed.
    pub(super) fn new() -> Self {
        Self { sums: [Wide::zero(); 2], ticks: Wide::zero(), cell: [NONE; WIDTH], found: vec![] }
    }

    /// A lane's command ends. What failed counts as not followed for the rest of the command's time; what was cut
    /// off early does not count.
    pub(super) fn end(&mut self, lane: usize, failed: bool, command_ticks: u32) {
        let ticks = self.ticks.lanes()[lane];
        let whole = command_ticks as f32;
        if self.cell[lane] != NONE && (failed || ticks >= 0.5 * whole) && ticks > 0.0 {
            let cell = self.cell[lane] as usize;
            if self.found.len() <= cell {
                self.found.resize(cell + 1, [0.0; 3]);
            }
            let over = if failed { whole.max(ticks) } else { ticks };
            let [velocity, yaw] = self.sums.map(|s| (s.lanes()[lane] / over) as f64);
            let found = &mut self.found[cell];
            (found[0], found[1], found[2]) = (found[0] + 1.0, found[1] + velocity, found[2] + yaw);
        }
        self.begin(lane, None, [0.0; 3]);
    }

    /// A lane gets a command; without cells nobody asks how it is followed.
    pub(super) fn begin(&mut self, lane: usize, cells: Option<&CommandCells>, [x, y, w]: [f32; 3]) {
        self.sums.iter_mut().for_each(|s| s.lanes_mut()[lane] = 0.0);
        self.ticks.lanes_mut()[lane] = 0.0;
        let cell = cells.filter(|_| [x, y] != [0.0; 2]).and_then(|c| c.cell(x as f64, w as f64));
        self.cell[lane] = cell.unwrap_or(NONE);
    }

    /// A tick went by.
    #[inline]
    pub(super) fn tick(&mut self, view: &TickView<'_>, plan: &Plan, rewards: [usize; 2]) {
        for (sum, reward) in self.sums.iter_mut().zip(rewards) {
            *sum += (plan.rewards[reward].reward)(view);
        }
        self.ticks += Wide::splat(1.0);
    }

    pub(super) fn snapshot(&self, out: &mut Vec<f32>) {
        self.sums.iter().chain([&self.ticks]).for_each(|s| out.extend_from_slice(s.lanes()));
        out.extend(self.cell.map(f32::from_bits));
    }

    pub(super) fn restore(&mut self, data: &[f32]) -> Option<usize> {
        let mut rows = data.get(..4 * WIDTH)?.chunks_exact(WIDTH);
        for s in self.sums.iter_mut().chain([&mut self.ticks]) {
            s.lanes_mut().copy_from_slice(rows.next()?);
        }
        for (cell, bits) in self.cell.iter_mut().zip(rows.next()?) {
            *cell = bits.to_bits();
        }
        Some(4 * WIDTH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_commands_count_for_their_whole_time_and_short_ones_not_at_all() {
        let cells = CommandCells {
            lin_vel_x: [-1.0, 1.0],
            yaw_rate: [-1.0, 1.0],
            across: [2, 2],
            rewards: [String::new(), String::new()],
            open: vec![0],
        };
        let mut f = Follow::new();
        f.begin(0, Some(&cells), [0.5, 0.1, 0.5]);
        f.begin(1, Some(&cells), [0.5, 0.0, -0.5]);
        f.begin(2, Some(&cells), [0.0, 0.0, 0.5]);
        f.begin(3, Some(&cells), [0.5, 0.0, 0.5]);
        f.sums = [Wide::splat(30.0), Wide::splat(15.0)];
        f.ticks = Wide::splat(60.0);
        let mut saved = vec![];
        f.snapshot(&mut saved);
        let mut other = Follow::new();
        assert_eq!(other.restore(&saved), Some(saved.len()));
        other.end(0, true, 120);
        other.end(1, false, 100);
        other.end(2, false, 100);
        other.end(3, false, 200);
        assert_eq!(other.found, [[0.0; 3], [1.0, 0.5, 0.25], [0.0; 3], [1.0, 0.25, 0.125]]);
    }
}
