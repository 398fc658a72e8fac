//! The plots of a run: its curves, and a policy filmed in numbers.
use super::plots::{self, Gait, Joints, Velocities};
use super::{RunFolder, metrics};
use crate::env::{self, Block, Mode, SimFactory};
use crate::lane::Lane;
use crate::learn::Team;
use crate::nn::ActorCritic;
use crate::task::Plan;
use anyhow::Result;
use std::path::Path;

/// What the robot of the plots is told, from which second on, as far as its task goes.
const SCRIPT: [(f64, [f32; 3]); 5] = [
    (0.0, [0.5, 0.0, 0.0]),
    (2.0, [1.0, 0.0, 0.0]),
    (4.0, [0.5, 0.0, 0.8]),
    (6.0, [0.0, 0.4, 0.0]),
    (8.0, [0.0, 0.0, 0.0]),
];
const SECS: f64 = 10.0;
/// Length of the gait diagram and the joint plots, s, from its start at 2.5 s of the script.
const CLOSE: (f64, f64) = (2.5, 1.5);

/// Training curves of a run.
pub fn run_plots(folder: &RunFolder) -> Result<()> {
    let table = folder.file(metrics::FILE);
    if metrics::Table::read(&table).is_ok_and(|t| t.column("iteration").is_some_and(|c| c.len() > 1)) {
        plots::training_curves(&table, &folder.file("training.png"))?;
    }
    Ok(())
}

/// Velocity tracking, gait and joints of a policy that follows a script of commands.
pub fn policy_plots(plan: &Plan, policy: &ActorCritic, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut velocities = Velocities { period: plan.dt as f64, ..Velocities::default() };
    let legs = plan.robot.roles.legs.iter().map(|l| (l.name.clone(), vec![]));
    let mut gait = Gait { period: plan.dt as f64, feet: legs.collect() };
    let names = plan.robot.joints().map(|j| j.name.clone()).collect();
    let mut joints = Joints { period: plan.dt as f64, names, ..Joints::default() };

    let block = Block::new(plan, SimFactory::new(plan).simulator(plan), 0, 0, Mode::PLAY);
    let mut team = Team::new(vec![block], plan, policy);
    for t in 0..(SECS / plan.dt as f64) as usize {
        let secs = t as f64 * plan.dt as f64;
        if let Some((_, c)) = SCRIPT.iter().rev().find(|(from, _)| *from <= secs) {
            team.blocks[0].set_command(0, plan.env.commands.clamped(*c));
        }
        team.observe(plan);
        team.act(policy);
        team.step(plan);
        team.judge(plan, policy);
        let block = &team.blocks[0];
        let (asked, done) = env::tracking(block, 0);
        velocities.commanded.push(asked);
        velocities.measured.push(done);
        if secs >= CLOSE.0 && secs < CLOSE.0 + CLOSE.1 {
            for (foot, c) in gait.feet.iter_mut().zip(&block.track.contact) {
                foot.1.push(c.lanes()[0] > 0.0);
            }
            let lane = |v: &[crate::lane::Wide]| v.iter().map(|x| x.lanes()[0]).collect();
            let state = block.sim.state();
            joints.position.push(lane(state.joint_pos));
            joints.velocity.push(lane(state.joint_vel));
            joints.torque.push(lane(state.joint_torque));
        }
        team.reset(plan);
    }
    plots::velocity_tracking(&velocities, &folder.join("tracking.png"))?;
    plots::gait_diagram(&gait, &folder.join("gait.png"))?;
    plots::joints(&joints, &folder.join("joints.png"))
}
