//! Trajectories of MuJoCo that travel with the program (`tools/mujoco_reference.py` made them), so that there is something to
//! compare with where MuJoCo is not at hand.

/// A trajectory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// An A1 in the air under torques.
    Flight,
    /// An A1 that stands.
    Stand,
    /// An A1 that falls from 0.6 m.
    Drop,
    /// An A1 on a slope of 15 degrees, friction 0.22.
    SlopeSlides,
    /// The same, friction 0.5.
    SlopeHolds,
    /// A pendulum that a motor drives against its limit.
    Limit,
    /// A box that leaned by 22 degrees.
    Lean22,
    /// By 40 degrees.
    Lean40,
    /// An A1 that was pushed.
    Push,
    /// A ball that rolls off a box.
    Ball,
}

/// What is in a file.
pub struct Trajectory {
    /// Largest sum of the normal forces of one step, N.
    pub peak: f64,
    /// Time, base position, base orientation (w, x, y, z), joint positions, all velocities, normal force per point.
    pub rows: Vec<Vec<f64>>,
}

impl Trajectory {
    /// The last row.
    pub fn last(&self) -> &[f64] {
        self.rows.last().map_or(&[], Vec::as_slice)
    }
}

/// Reads a trajectory.
pub fn reference(which: Reference) -> Trajectory {
    let text = match which {
        Reference::Flight => include_str!("../batch/data/torques_1ms.csv"),
        Reference::Stand => include_str!("../batch/data/stand.csv"),
        Reference::Drop => include_str!("../batch/data/drop.csv"),
        Reference::SlopeSlides => include_str!("../batch/data/slope_0.22.csv"),
        Reference::SlopeHolds => include_str!("../batch/data/slope_0.5.csv"),
        Reference::Limit => include_str!("../batch/data/limit.csv"),
        Reference::Lean22 => include_str!("../batch/data/lean_22.csv"),
        Reference::Lean40 => include_str!("../batch/data/lean_40.csv"),
        Reference::Push => include_str!("../batch/data/push.csv"),
        Reference::Ball => include_str!("../batch/data/scene_ball.csv"),
    };
    let (comment, rows) = text.split_once('\n').unwrap_or_default();
    let number = |text: &str| text.parse().unwrap_or(f64::NAN);
    Trajectory {
        peak: number(comment.rsplit(' ').next().unwrap_or_default()),
        rows: rows.lines().map(|line| line.split(',').map(number).collect()).collect(),
    }
}
