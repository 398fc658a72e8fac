//! Simulators. A simulator steps one block of [`crate::lane::WIDTH`] copies of one robot; whoever owns blocks
//! decides which thread steps which.
pub mod batch;
mod extra;
pub mod mujoco;
mod prop;
pub mod rapier;
pub mod suite;
#[cfg(test)]
pub mod testing;

pub use extra::{Extra, Late};
pub use prop::{DebugLine, PropBody, PropForce, PropPull, PropShape};

use crate::lane::Wide;
use crate::robot::{LinkPose, ModelDraw, RobotSpec, StartState, StateView, Twist, colliding_pairs};
use crate::terrain::Terrain;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Settings of a simulation, as written in a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhysicsCfg {
    /// Physics step, s.
    pub dt: f64,
    /// Physics steps per control tick.
    pub substeps: usize,
    /// Sweeps of the contact solver per physics step.
    pub iterations: usize,
    /// Gravity, m/s² (positive number, downwards).
    pub gravity: f64,
    /// Contact softness: time constant of the virtual spring-damper, s (MuJoCo's `solref[0]`).
    pub contact_time: f64,
    /// Treat the controllers' damping implicitly: stable for stiff gains.
    pub implicit_kd: bool,
    /// Who computes.
    #[serde(default)]
    pub engine: Engine,
    /// Which of the robot's collision points hit each other. The batch engine's only.
    #[serde(default)]
    pub self_collision: SelfCollision,
    /// What rapier takes a height field for.
    #[serde(default)]
    pub ground: GroundShape,
    /// How the motors' torque falls with speed; without, they give all of their effort at any speed.
    #[serde(default)]
    pub motors: Option<MotorCfg>,
}

/// Torque over speed of the robot's motors, in shares of the joints' largest speeds in its file: all of the effort up to the
/// corner speed, from there falling evenly to nothing at the no-load speed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MotorCfg {
    /// Corner speed.
    pub corner: f64,
    /// No-load speed.
    pub no_load: f64,
}

impl MotorCfg {
    /// Of joints with these largest speeds, rad/s: no-load speed, and the share of the effort that is lost per rad/s.
    fn of(&self, speeds: &[f32]) -> Vec<[f32; 2]> {
        let fall = (self.no_load - self.corner) as f32;
        speeds.iter().map(|speed| [self.no_load as f32 * speed, 1.0 / (fall * speed)]).collect()
    }
    /// What is wrong with it.
    pub fn problem(&self) -> Option<String> {
        let sane = self.corner >= 0.0 && self.corner < self.no_load && self.no_load.is_finite();
        (!sane).then(|| {
            format!(
                "the torque of motors must fall from a corner speed to a higher no-load speed: {} and {} of the joints' \
                 speeds do not do that",
                self.corner, self.no_load
            )
        })
    }
}

impl PhysicsCfg {
    /// What is wrong with how a robot shall hit itself: key and sentence.
    pub fn self_problems(&self, robot: &RobotSpec) -> Vec<(&'static str, String)> {
        let text = match (self.self_collision, self.engine) {
            (SelfCollision::Off, _) => return vec![],
            (_, Engine::Rapier) => "robots in rapier pass through themselves: set it to `off`".into(),
            (SelfCollision::Listed, _) if robot.pairs.is_empty() => {
                format!(
                    "robot `{}` lists no pairs of points: write `all`, or add some to its file",
                    robot.name
                )
            }
            _ => return vec![],
        };
        vec![("self_collision", text)]
    }
}

/// A physics engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Our own, over SIMD lanes: [`batch`].
    #[default]
    Batch,
    /// Rapier's multibodies: [`rapier`].
    Rapier,
}

/// Which of a robot's own collision points hit each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelfCollision {
    /// None: links pass through each other.
    #[default]
    Off,
    /// The `pairs` of the robot file.
    Listed,
    /// All but those of neighbours and of what overlaps in the nominal pose: see [`crate::robot::colliding_pairs`].
    All,
}

impl SelfCollision {
    /// Pairs of points, by index.
    pub fn pairs(self, spec: &RobotSpec) -> Vec<[usize; 2]> {
        match self {
            Self::Off => vec![],
            Self::Listed => spec.point_pairs(),
            Self::All => colliding_pairs(spec),
        }
    }
}

/// The shape of uneven ground in rapier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroundShape {
    /// A height field.
    #[default]
    Field,
    /// A triangle mesh.
    Mesh,
}

impl Default for PhysicsCfg {
    /// 200 Hz physics, 50 Hz control.
    fn default() -> Self {
        Self {
            dt: 0.005,
            substeps: 4,
            iterations: 6,
            gravity: 9.81,
            contact_time: 0.02,
            implicit_kd: true,
            engine: Engine::Batch,
            self_collision: SelfCollision::Off,
            ground: GroundShape::Field,
            motors: None,
        }
    }
}

/// Steps one block of copies of one robot on one terrain; a lane is an environment.
pub trait Simulator: Send {
    /// Runs one control tick: `targets` are joint positions in rad, held over all substeps; the actuator law is
    /// evaluated inside each of them.
    fn step(&mut self, targets: &[Wide]);
    /// As [`Self::step`], with what else happens in this tick.
    fn step_with(&mut self, targets: &[Wide], extra: &Extra<'_>);
    /// What the last tick left behind.
    fn state(&self) -> StateView<'_>;
    /// Starts a lane afresh: sets its state and clears all memory of contacts.
    fn reset(&mut self, lane: usize, start: &StartState);
    /// Replaces a lane's model parameters by the robot's, changed as `draw` says.
    fn randomise(&mut self, lane: usize, draw: &ModelDraw);
    /// Changes a lane's base velocity at once.
    fn push(&mut self, lane: usize, change: Twist);
    /// Height of the ground at points (x, y) of the yaw-aligned base frame, m, world z.
    fn height_scan(&self, points: &[[f32; 2]], out: &mut [Wide]);
    /// Changes the ground under all lanes; their episodes should begin anew.
    fn set_terrain(&mut self, terrain: Arc<Terrain>);
    /// Poses of all links of one lane, in robot order.
    fn link_poses(&self, lane: usize, out: &mut Vec<LinkPose>);
    /// Appends everything that a restored block needs to go on bit for bit.
    fn snapshot(&self, out: &mut Vec<f32>);
    /// Takes over what `snapshot` wrote; returns how many numbers it consumed, `None` if too few.
    fn restore(&mut self, data: &[f32]) -> Option<usize>;

    /// How many lanes are looked at, from the first on; the others may stand still. All, unless somebody says so.
    fn attend(&mut self, _lanes: usize) {}
    /// The world that the lanes share with things around them, if this engine knows any and was given some.
    fn play_world(&mut self) -> Option<&mut rapier::PlayWorld> {
        None
    }
    /// Appends what the engine sees of the lanes that are looked at; nothing, unless it can show that.
    fn debug_lines(&mut self, _out: &mut Vec<DebugLine>) {}
}
