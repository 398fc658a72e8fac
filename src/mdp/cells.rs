//! Commands drawn from a grid over forward velocity and yaw rate, of which only some cells are open (after Margolis et
//! al. 2022, "Rapid Locomotion via Reinforcement Learning"). Which ones, a curriculum decides.
use crate::rng::Rng;
use serde::{Deserialize, Serialize};

/// More cells than this are a slip of the hand.
const MOST: usize = 4096;

/// The cells from which commands are drawn, each as likely as any other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandCells {
    /// Reach of the grid in forward velocity, m/s.
    pub lin_vel_x: [f64; 2],
    /// Reach of the grid in yaw rate, rad/s.
    pub yaw_rate: [f64; 2],
    /// Number of cells along forward velocity and along yaw rate.
    pub across: [usize; 2],
    /// Keys of the two rewards that say how well velocity and yaw rate are followed: kernels, 1 is perfect.
    pub rewards: [String; 2],
    /// Cells from which commands are drawn; cell `x + across[0] · y`.
    pub open: Vec<u32>,
}

impl CommandCells {
    /// Number of cells.
    pub fn count(&self) -> usize {
        self.across[0] * self.across[1]
    }

    /// Lower and upper forward velocity, m/s, and yaw rate, rad/s, of a cell.
    pub fn bounds(&self, cell: u32) -> [[f64; 2]; 2] {
        let at = [cell as usize % self.across[0], cell as usize / self.across[0]];
        let reach = [self.lin_vel_x, self.yaw_rate];
        std::array::from_fn(|i| {
            let [low, high] = reach[i];
            let edge = |k: usize| low + (high - low) * k as f64 / self.across[i] as f64;
            [edge(at[i]), edge(at[i] + 1)]
        })
    }

    /// The cell of a forward velocity (m/s) and a yaw rate (rad/s), if it has one.
    pub fn cell(&self, vx: f64, yaw_rate: f64) -> Option<u32> {
        let place = |v: f64, [low, high]: [f64; 2], n: usize| {
            let share = (v - low) / (high - low);
            (0.0..=1.0).contains(&share).then(|| ((share * n as f64) as usize).min(n - 1))
        };
        let x = place(vx, self.lin_vel_x, self.across[0])?;
        let y = place(yaw_rate, self.yaw_rate, self.across[1])?;
        Some((x + self.across[0] * y) as u32)
    }

    /// The cells beside a cell.
    pub fn neighbours(&self, cell: u32) -> impl Iterator<Item = u32> {
        let [nx, ny] = self.across;
        let (x, y) = (cell as usize % nx, cell as usize / nx);
        let beside = [
            (x > 0).then(|| cell - 1),
            (x + 1 < nx).then(|| cell + 1),
            (y > 0).then(|| cell - nx as u32),
            (y + 1 < ny).then(|| cell + nx as u32),
        ];
        beside.into_iter().flatten()
    }

    /// Whether a command of this forward velocity and yaw rate may be drawn; `slack` for numbers on an edge.
    pub fn is_open(&self, vx: f64, yaw_rate: f64, slack: f64) -> bool {
        let inside = |v: f64, [low, high]: [f64; 2]| (low - slack..=high + slack).contains(&v);
        self.open.iter().any(|cell| {
            let [x, w] = self.bounds(*cell);
            inside(vx, x) && inside(yaw_rate, w)
        })
    }

    /// Draws a forward velocity, m/s, and a yaw rate, rad/s.
    pub fn draw(&self, rng: &mut Rng) -> [f32; 2] {
        let n = self.open.len();
        let cell = self.open[((rng.uniform() * n as f32) as usize).min(n - 1)];
        self.bounds(cell).map(|range| rng.range(range))
    }

    /// Everything wrong with the values: key and sentence.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut list = vec![];
        for (name, [low, high]) in [("lin_vel_x", self.lin_vel_x), ("yaw_rate", self.yaw_rate)] {
            // written so that numbers that are none are refused, too
            if !(low < high && (high - low).is_finite()) {
                list.push((name, format!("`{name}` of the grid must go from a lower to a higher number")));
            }
        }
        let n = self.across[0].saturating_mul(self.across[1]);
        if !(2..=MOST).contains(&n) {
            list.push(("across", format!("a grid has from 2 to {MOST} cells, not {n}")));
        }
        if self.open.is_empty() || self.open.iter().any(|cell| *cell as usize >= n) {
            list.push((
                "open",
                format!("at least one cell must be open, and all must be among the {n} that there are"),
            ));
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;

    fn cells() -> CommandCells {
        CommandCells {
            lin_vel_x: [-1.0, 3.0],
            yaw_rate: [-2.0, 2.0],
            across: [4, 5],
            rewards: ["track_lin_vel".into(), "track_yaw_rate".into()],
            open: vec![1, 6],
        }
    }

    #[test]
    fn cells_and_commands_find_each_other() {
        let c = cells();
        for cell in 0..c.count() as u32 {
            let [x, w] = c.bounds(cell).map(|[a, b]| (a + b) / 2.0);
            assert_eq!(c.cell(x, w), Some(cell));
        }
        assert_eq!((c.cell(3.0, 2.0), c.cell(3.1, 0.0)), (Some(19), None));
        assert_eq!(c.neighbours(0).collect::<Vec<_>>(), [1, 4]);
        assert_eq!(c.neighbours(6).collect::<Vec<_>>(), [5, 7, 2, 10]);
        assert_eq!(c.neighbours(19).collect::<Vec<_>>(), [18, 15]);
    }

    #[test]
    fn only_open_cells_are_drawn_and_each_of_them() {
        let c = cells();
        let mut rng = Rng::stream(1, 0, 0, Purpose::Command);
        let mut drawn = [0; 20];
        for _ in 0..1000 {
            let [x, w] = c.draw(&mut rng).map(f64::from);
            assert!(c.is_open(x, w, 1e-6));
            drawn[c.cell(x, w).unwrap() as usize] += 1;
        }
        assert!(drawn[1] > 400 && drawn[6] > 400 && drawn[1] + drawn[6] > 990, "{drawn:?}");
        assert!(!c.is_open(2.5, 0.0, 1e-6));
    }

    #[test]
    fn nonsense_is_named() {
        let wrong = CommandCells { lin_vel_x: [1.0, f64::NAN], across: [1, 1], open: vec![], ..cells() };
        assert_eq!(wrong.problems().len(), 3, "{:?}", wrong.problems());
        assert!(cells().problems().is_empty());
    }
}
