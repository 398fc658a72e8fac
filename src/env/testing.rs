//! What tests of environments share.
use super::*;
use crate::lane::{Lane, WIDTH, Wide};
use crate::task;

/// a1_flat with these changes.
pub fn plan(overrides: &[(&str, &str)]) -> Plan {
    let owned: Vec<_> = overrides.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    task::compile(task::open("a1_flat", &owned).unwrap()).unwrap_or_else(|e| panic!("{e}"))
}

/// a1_flat as written, all of whose own ranges are switched off.
pub fn still(overrides: &[(&str, &str)]) -> Plan {
    let off = [
        ("env.events.model.friction", "(1.0, 1.0)"),
        ("env.events.model.base_mass", "(0.0, 0.0)"),
        ("env.events.model.kp", "(1.0, 1.0)"),
        ("env.events.model.kd", "(1.0, 1.0)"),
        ("env.events.model.joint_damping", "(0.0, 0.0)"),
        ("env.events.model.joint_friction", "(0.0, 0.0)"),
    ];
    plan(&[&off[..], overrides].concat())
}

/// Draws, but nothing else that is random.
pub const CALM: Mode = Mode { randomise: true, start_strength: 0.0, ..Mode::PLAY };

/// One block of a plan.
pub fn block(plan: &Plan, mode: Mode) -> Block {
    blocks(plan, WIDTH, 7, &mode).remove(0)
}

/// One tick without a policy, and without a reset.
pub fn tick(b: &mut Block, plan: &Plan, action: f32) {
    command(b, plan);
    step(b, plan, &vec![Wide::splat(action); plan.num_actions()]);
    judge(b, plan);
}

/// Everything that a block remembers.
pub fn bits(b: &Block) -> Vec<u32> {
    let mut data = vec![];
    b.snapshot(&mut data);
    data.iter().map(|x| x.to_bits()).collect()
}
