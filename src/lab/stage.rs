//! Robots that are shown: an entity of environments that a person may drive.
use super::{LabCommand, Viewer};
use crate::env::Block;
use crate::lane::WIDTH;
use crate::robot::Twist;
use crate::tick::view::Telemetry;
use crate::tick::{ControlTick, Envs, TickSystems};
use bevy::prelude::*;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(ControlTick, obey.in_set(TickSystems::Drive));
}

/// Change of velocity of a push by key, m/s.
const PUSH: f32 = 0.8;

fn push(block: &mut Block, [x, y]: [f32; 2]) {
    block.sim.push(0, Twist { linear: [x, y, 0.0], angular: [0.0; 3] });
}

/// Does what a person or a script asks of the shown robot.
fn obey(
    mut asked: MessageReader<LabCommand>,
    viewer: Res<Viewer>,
    mut shown: Query<&mut Envs, With<Telemetry>>,
) {
    for command in asked.read() {
        for block in
            shown.iter_mut().flat_map(|e| &mut e.into_inner().state().teams).flat_map(|t| &mut t.blocks)
        {
            match command {
                LabCommand::SetCommand(c) => (0..WIDTH).for_each(|lane| block.set_command(lane, *c)),
                LabCommand::Reset => (0..WIDTH).for_each(|lane| block.ask_reset(lane)),
                LabCommand::Push(change) => push(block, *change),
                LabCommand::PushAway => push(block, viewer.away.map(|x| x * PUSH)),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Mode;
    use crate::nn::{ActorCritic, NetworkCfg};
    use crate::task;
    use crate::tick::view::ShownFrames;
    use std::sync::Arc;

    #[test]
    fn a_shown_robot_obeys_and_leaves_telemetry_behind() {
        let plan = Arc::new(task::compile(task::open("a1_flat", &[]).unwrap()).unwrap());
        let cfg = NetworkCfg { actor: vec![32], critic: vec![32], init_std: 1.0 };
        let policy = ActorCritic::new(&cfg, plan.num_obs(), plan.num_actions(), 3);
        let mut app = App::new();
        app.add_plugins((bevy::time::TimePlugin, crate::lab::plugin));
        let envs = Envs::new(plan.clone(), policy, 1, 0, &Mode::PLAY);
        let entity = app.world_mut().spawn((envs, Telemetry::default(), ShownFrames::default())).id();
        app.world_mut().write_message(LabCommand::SetCommand([0.5, 0.1, -0.2]));
        for _ in 0..3 {
            app.world_mut().run_schedule(ControlTick);
        }
        let t = app.world().entity(entity).get::<Telemetry>().unwrap().clone();
        assert_eq!((t.tick, t.command), (3, [0.5, 0.1, -0.2]));
        assert_eq!((t.joint_pos.len(), t.foot_force.len()), (12, 4));
        let frames = app.world().entity(entity).get::<ShownFrames>().unwrap();
        assert_eq!(frames.current[0].len(), plan.robot.links.len());
        assert!((frames.current[0][0].pos_w[2] - 0.3).abs() < 0.1);

        let before = t.measured[1];
        app.world_mut().write_message(LabCommand::Push([0.0, 1.0]));
        app.world_mut().run_schedule(ControlTick);
        let t = app.world().entity(entity).get::<Telemetry>().unwrap();
        assert!(t.measured[1] > before + 0.3, "{:?}", t.measured);
    }
}
